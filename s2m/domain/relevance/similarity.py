"""How alike two topics are by their letters: exact → stems → letter groups, each working without the next.

    lex(s,t) = .6 cos_stem + .4 cos_char

Both cosines compare texts as weighted sets of words (Salton's vector space model) in which related words count too; the
weights .6 and .4 are the product's own, chosen on its benchmarks. False friends are related in no other language.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from s2m.domain.relevance.kinship import Families, Letters
from s2m.domain.relevance.text import stems

STEM_WEIGHT = 0.6
CHAR_WEIGHT = 0.4


class FalseFriends:
    """Pairs of a Dutch and an English word that look alike and mean something else."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = {(stems(nl).nl, stems(en).en) for nl, en in pairs}
        self._dutch = {nl for nl, _ in self._pairs}
        self._english = {en for _, en in self._pairs}

    def __contains__(self, word: str) -> bool:
        read = stems(word)
        return read.nl in self._dutch or read.en in self._english

    def may_meet(self, word: str, language: str | None, other: str, others: str | None) -> bool:
        """Whether two words count as related. Words that are spelled alike part only where both languages are known."""
        if language == others is not None:
            return True
        one, two = stems(word), stems(other)
        if word == other:
            return None in (language, others) or (one.nl, one.en) not in self._pairs
        return (one.nl, two.en) not in self._pairs and (two.nl, one.en) not in self._pairs


class Spelling:
    """Texts to be compared by their letters, as weighted sets of words. Grows; what is in it stays.

    families or letters None: that step is not taken, and the other has the whole weight.
    """

    def __init__(self, families: Families | None, letters: Letters | None, friends: FalseFriends) -> None:
        steps = [(share, kinship) for share, kinship in ((STEM_WEIGHT, families), (CHAR_WEIGHT, letters)) if kinship is not None]
        whole = sum(share for share, _ in steps)
        self._steps = [_Step(share / whole, kinship, array("d")) for share, kinship in steps]
        self._friends = friends
        self._languages: list[str | None] = []
        self._postings: dict[str, array[int]] = {}

    def add(self, document: tuple[str, ...], language: str | None) -> int:
        """One more text, as its words; its place."""
        at = len(self._languages)
        self._languages.append(language)
        for word in document:
            if word not in self._postings:
                for step in self._steps:
                    step.kinship.add(word)
                self._postings[word] = array("I")
        for step in self._steps:
            step.parts.append(1 / step.length(document) if document else 0.0)
        for word in document:
            self._postings[word].append(at)
        return at

    def likeness(self, document: tuple[str, ...], language: str | None) -> dict[int, float]:
        """lex in (0, 1] by place; absent is 0."""
        found: dict[int, float] = {}
        for step in self._steps:
            whole = step.share / step.length(document) if document else 0.0
            for word in document:
                part = whole * step.kinship.weight(word)
                for at, partner in self._partners(step, word, language).items():
                    found[at] = found.get(at, 0.0) + part * partner
        return {at: min(1.0, likeness) for at, likeness in found.items()}

    def _partners(self, step: "_Step", word: str, language: str | None) -> dict[int, float]:
        """Per text, what its best partner for this word counts: never the sum of several."""
        best: dict[int, float] = {}
        guarded, parts = word in self._friends, step.parts
        for other, credit in step.kinship.related(word).items():
            places = self._postings.get(other)
            if places is None:
                continue
            weight = credit * step.kinship.weight(other)
            for at in self._meeting(word, language, other) if guarded else places:
                count = weight * parts[at]
                if count > best.get(at, 0.0):
                    best[at] = count
        return best

    def _meeting(self, word: str, language: str | None, other: str) -> list[int]:
        return [at for at in self._postings[other] if self._friends.may_meet(word, language, other, self._languages[at])]


@dataclass(frozen=True, slots=True)
class _Step:
    """One kinship of words: its share in the whole, and for each text one by the length of its vector."""

    share: float
    kinship: Families | Letters
    parts: "array[float]"

    def length(self, document: tuple[str, ...]) -> float:
        return sqrt(sum(self.kinship.weight(word) ** 2 for word in document))
