"""How alike two topics are, between 0 and 1, by their letters alone.

    lex(s,t) = .6 cos_stem + .4 cos_char        sim(s,t) = 1 on exact folded equality, else lex

The ladder is exact → stems → letter groups; each step works without the next. Both cosines compare
topics as weighted sets of words (Salton's vector space model) in which related words count too; the
weights .6 and .4 are the product's own, chosen on its benchmarks.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

from s2m.domain.relevance.kinship import Families, Letters
from s2m.domain.relevance.text import fold, words

STEM_WEIGHT = 0.6
CHAR_WEIGHT = 0.4


class Space:
    """Topics as unit vectors of their words, seen through one kinship of words."""

    def __init__(self, documents: Sequence[tuple[str, ...]], kinship: Families | Letters) -> None:
        self._kinship = kinship
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, document in enumerate(documents):
            for word, weight in self._unit(document):
                self._postings[word].append((at, weight))

    def cosines(self, document: tuple[str, ...]) -> dict[int, float]:
        """The likeness in (0, 1] to each topic of the room that has any."""
        found: dict[int, float] = defaultdict(float)
        for word, weight in self._unit(document):
            for at, partner in self._partners(word).items():
                found[at] += weight * partner
        return {at: min(1.0, cosine) for at, cosine in found.items()}

    def _partners(self, word: str) -> dict[int, float]:
        """Per topic, what its best partner for this word counts: never the sum of several."""
        best: dict[int, float] = {}
        for other, credit in self._kinship.related(word).items():
            for at, weight in self._postings.get(other, ()):
                if credit * weight > best.get(at, 0.0):
                    best[at] = credit * weight
        return best

    def _unit(self, document: tuple[str, ...]) -> list[tuple[str, float]]:
        weights = [self._kinship.weight(word) for word in document]
        length = sqrt(sum(weight * weight for weight in weights))
        return [(word, weight / length) for word, weight in zip(document, weights, strict=True)]


class TopicIndex:
    """The distinct topics of one room, ready to be compared with any text. Never changed once built.

    Each text is read once, however many people typed it. `positions` gives the place of a folded
    topic in the answers of `similarities`.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        distinct = sorted({folded for folded in map(fold, texts) if folded})
        documents = [words(folded) for folded in distinct]
        vocabulary = Counter(word for document in documents for word in document)
        self.positions: Mapping[str, int] = {folded: at for at, folded in enumerate(distinct)}
        self._stem = Space(documents, Families(len(documents), vocabulary))
        self._char = Space(documents, Letters(len(documents), vocabulary))

    def similarities(self, text: str) -> dict[int, float]:
        """sim(text, t) in (0, 1] for each topic t of the room that has any; `text` may be anyone's."""
        folded = fold(text)
        document = words(folded)
        by_stem, by_char = self._stem.cosines(document), self._char.cosines(document)
        found = {
            at: min(1.0, STEM_WEIGHT * by_stem.get(at, 0.0) + CHAR_WEIGHT * by_char.get(at, 0.0))
            for at in by_stem.keys() | by_char.keys()
        }
        same = self.positions.get(folded)
        if same is not None:
            found[same] = 1.0
        return found
