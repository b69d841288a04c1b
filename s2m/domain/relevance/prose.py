"""Long texts, such as an abstract or a whole page somebody brings: alike by the words and pairs of words they keep to.

In a text of hundreds of words every word has a neighbour by its letters, by chance, and letter groups only add noise
(measured: .28 of weighted Kendall loss with them, .25 without); what tells is which words come back and which stand
together. So where most texts of a room are long, lex is the cosine of ln(1 + times) · rarity over stems
and pairs of stems.
"""

from collections import Counter
from collections.abc import Iterable
from math import log, sqrt

from s2m.domain.relevance.text import STOP_WORDS, spoken, stems

LONG = 40


def is_long(document: tuple[str, ...]) -> bool:
    """Whether a text, as its content words, is read as prose."""
    return len(document) > LONG


class Prose:
    """The texts of a room where most are long. Grows; what a term weighs is settled by those it was built with."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._held: Counter[str] = Counter()
        self._texts = 0
        for text in texts:
            self._texts += 1
            self._held.update(_terms(text).keys())
        self._postings: dict[str, list[tuple[int, float]]] = {}

    def add(self, at: int, text: str) -> None:
        """One more text, folded, at a place of its own."""
        for term, part in self._unit(text):
            self._postings.setdefault(term, []).append((at, part))

    def likeness(self, text: str) -> dict[int, float]:
        """The cosine to each text that has any."""
        found: dict[int, float] = {}
        for term, part in self._unit(text):
            for at, theirs in self._postings.get(term, ()):
                found[at] = found.get(at, 0.0) + part * theirs
        return {at: min(1.0, likeness) for at, likeness in found.items()}

    def _unit(self, text: str) -> list[tuple[str, float]]:
        weights = {term: log(1 + times) * self._rarity(term) for term, times in _terms(text).items()}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return [(term, weight / length) for term, weight in weights.items() if weight]

    def _rarity(self, term: str) -> float:
        return log((self._texts + 1) / (self._held[term] + 1))


def _terms(text: str) -> Counter[str]:
    """How often each stem and each pair of neighbouring stems comes; long texts here are English far more than Dutch."""
    read = [stems(word).en for word in spoken(text) if word not in STOP_WORDS]
    return Counter([*read, *(f"{one} {two}" for one, two in zip(read, read[1:], strict=False))])
