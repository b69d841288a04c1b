"""What somebody may mean who has begun to type: the lexicon's words that begin so, and how a topic is usually written."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache

from s2m.domain.relevance.lexicon import Lexicon, shipped
from s2m.domain.relevance.text import fold

MOST = 8
SHORTEST = 2


class Suggestions:
    """All words of a lexicon by how they begin, and by how each later word in them does. Never changed once built."""

    def __init__(self, lexicon: Lexicon) -> None:
        starts: list[tuple[str, bool, bool, str, str, int]] = []
        self._written: dict[str, str] = {}
        for concept, each in enumerate(lexicon.concepts):
            for language, labels in (("nl", each.nl), ("en", each.en)):
                for place, label in enumerate(labels):
                    folded = fold(label)
                    self._written.setdefault(folded, label)
                    starts += ((folded[at:], at > 0, place > 0, language, label, concept) for at in _beginnings(folded))
        self._starts = sorted(starts)

    def of(self, typed: str, language: str, more: Iterable[str] = (), most: int = MOST) -> list[str]:
        """At most `most` topics that begin with what was typed, or that hold a word that does; each concept once.

        more: what people here call things. These come first; then what begins so, in the reader's language, by its
        name rather than by another word for it, the short ones first.
        """
        begun = fold(typed)
        if len(begun) < SHORTEST:
            return []
        found = {fold(word): word for word in more if _holds(fold(word), begun)}
        named: set[int] = set()
        begin = sorted(self._begin(begun), key=lambda each: (each[1], each[3] != language, each[2], len(each[4]), each[4]))
        for *_, label, concept in begin:
            if len(found) >= most:
                break
            if concept not in named:
                named.add(concept)
                found.setdefault(fold(label), label)
        return list(found.values())[:most]

    def _begin(self, begun: str) -> Iterator[tuple[str, bool, bool, str, str, int]]:
        for at in range(bisect_left(self._starts, (begun,)), len(self._starts)):
            if not self._starts[at][0].startswith(begun):
                return
            yield self._starts[at]

    def written(self, text: str) -> str:
        """A topic as it is usually written, where it was typed in capitals: "BTW-AANGIFTE" is btw-aangifte. Else as typed."""
        usual = self._written.get(fold(text), text)
        # Other accents or signs are theirs to choose
        return usual if text.isupper() and usual.casefold() == text.casefold() else text


def _beginnings(folded: str) -> Iterator[int]:
    yield 0
    yield from (at + 1 for at, sign in enumerate(folded[:-1]) if sign == " ")


def _holds(folded: str, begun: str) -> bool:
    return folded.startswith(begun) or f" {begun}" in folded


@cache
def usual() -> Suggestions:
    """Those of the lexicon that comes with the product, made once in a process."""
    return Suggestions(shipped())
