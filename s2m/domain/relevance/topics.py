"""The topics of one room, comparable with any text.

    br(s,t)  = clip((cos_concept − b0) / (1 − b0), 0, 1)
    sim(s,t) = 1 on exact folded equality, else max(lex, beta · br)

beta is .6 and b0 .2 where the two are in different languages, else .4 and .3. Exact → stems → letter groups → bridge:
each step works without the next.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from s2m.domain.relevance.kinship import Families, Letters
from s2m.domain.relevance.lexicon import Concept
from s2m.domain.relevance.meanings import Meaning, Meanings, bridged, of_the_product
from s2m.domain.relevance.prose import Prose, is_long
from s2m.domain.relevance.similarity import Spelling
from s2m.domain.relevance.text import fold, words

SPARE = 100
KEPT_ROWS = 512


@dataclass(frozen=True, slots=True)
class Rungs:
    """Which steps above exact equality are taken: for measuring each alone."""

    stems: bool = True
    letters: bool = True
    bridge: bool = True


class TopicIndex:
    """The distinct topics of one room. It only grows, so rooms that follow each other share one, and threads may read it.

    house: what to read for a folded word of the house. Each text is read once, however many people typed it. `positions`
    gives the place of a folded topic in the answers of `similarities`. What a word weighs is settled by the topics it was
    built with and the lexicon's labels.
    """

    def __init__(
        self,
        texts: Iterable[str],
        meanings: Meanings | None = None,
        rungs: Rungs = Rungs(),  # noqa: B008
        house: Mapping[str, str] | None = None,
    ) -> None:
        self.meanings = meanings or of_the_product()
        self._rungs = rungs
        self.house = dict(house or {})
        self._said = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(self.house, key=len, reverse=True)))})(?!\w)")
        distinct = sorted({folded for folded in map(fold, texts) if folded})
        documents = [words(self._read(folded)) for folded in distinct]
        vocabulary = dict.fromkeys(word for document in documents for word in document)
        self._spelling = Spelling(
            Families(documents, self.meanings.families) if rungs.stems else None,
            Letters(vocabulary, self.meanings.letters) if rungs.letters else None,
            self.meanings.friends,
        )
        self._prose = Prose(distinct) if 2 * sum(map(is_long, documents)) > len(documents) else None
        self.positions: dict[str, int] = {}
        self._meant: list[Meaning] = []
        self._near: dict[int, list[tuple[int, float]]] = {}
        self._growing = Lock()
        self._rows: dict[str, tuple[int, Mapping[int, float] | None]] = {}
        self.add(distinct)
        self._founded = len(self)

    def __len__(self) -> int:
        return len(self._meant)

    def add(self, texts: Iterable[str]) -> None:
        """Take in the topics that are new."""
        with self._growing:
            for folded in map(fold, texts):
                if folded and folded not in self.positions:
                    self._add(folded)

    @property
    def fits(self) -> bool:
        """Whether the next room may share this index: until it is twice as large as what its weights were settled by."""
        return len(self) <= 2 * self._founded + SPARE

    def _read(self, folded: str) -> str:
        """A text in words that others use too."""
        return self._said.sub(lambda found: self.house[found[0]], folded) if self.house else folded

    def _add(self, folded: str) -> None:
        read = self._read(folded)
        meaning = self.meanings.of(read)
        at = self._spelling.add(words(read), meaning.language)
        self._meant.append(meaning)
        if self._prose:
            self._prose.add(at, read)
        if self._rungs.bridge:
            for concept, nearness in meaning.near.items():
                self._near.setdefault(concept, []).append((at, nearness))
        self.positions[folded] = at

    def similarities(self, text: str) -> Mapping[int, float]:
        """sim(text, t) in (0, 1] for each topic t of the room that has any; `text` may be anyone's."""
        folded = fold(text)
        size, row = self._rows.get(folded, (0, None))
        if row is None or size != len(self):
            size, row = len(self), self._similarities(folded)
            if len(self._rows) >= KEPT_ROWS:
                self._rows.clear()
            self._rows[folded] = size, row
        return row

    def _similarities(self, folded: str) -> dict[int, float]:
        read = self._read(folded)
        meaning = self.meanings.of(read)
        if self._prose and self._rungs.stems:
            found = self._prose.likeness(read)
        else:
            found = self._spelling.likeness(words(read), meaning.language)
        for at, cosine in self._cosines(meaning).items():
            carried = bridged(cosine, meaning.language, self._meant[at].language)
            if carried > found.get(at, 0.0):
                found[at] = carried
        same = self.positions.get(folded)
        if same is not None:
            found[same] = 1.0
        return found

    def through(self, text: str, at: int) -> Concept | None:
        """The concept that carried a text to this topic; None where their letters say as much."""
        folded, read = fold(text), self._read(fold(text))
        mine, theirs = self.meanings.of(read), self._meant[at]
        shared = {concept: part * theirs.near[concept] for concept, part in mine.near.items() if concept in theirs.near}
        if not shared or not self._rungs.bridge or self.positions.get(folded) == at:
            return None
        carried = bridged(sum(shared.values()), mine.language, theirs.language)
        if carried <= self._spelling.likeness(words(read), mine.language).get(at, 0.0):
            return None
        return self.meanings.lexicon.concepts[max(shared, key=lambda concept: shared[concept])]

    def _cosines(self, meaning: Meaning) -> dict[int, float]:
        found: dict[int, float] = {}
        for concept, part in meaning.near.items():
            for at, nearness in self._near.get(concept, ()):
                found[at] = found.get(at, 0.0) + part * nearness
        return found
