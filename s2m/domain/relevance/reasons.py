"""Why two people matter to each other: the one pair of topics that weighs most, quoted as typed.

A reason is data. The edge turns it into a sentence in the viewer's language, and puts a "perhaps" before
it when it is not `sure`. A kind names the viewer's side first: need_know is that they need `mine` and the other knows `theirs`.
"""

from dataclasses import dataclass
from typing import Literal

from s2m.domain.relevance.lexicon import Concept

ReasonKind = Literal["need_know", "know_need", "work_work", "work_know", "know_work"]

SURE_FROM = 0.20


@dataclass(frozen=True, slots=True)
class Pair:
    """A topic of the viewer and one of the other, as typed, and how alike they are in [0, 1]."""

    mine: str
    theirs: str
    strength: float


@dataclass(frozen=True, slots=True)
class Reason:
    """The winning pair. `strength` is its likeness in (0, 1]; `sure` is False below `SURE_FROM`.

    through: the concept that carried the one to the other, where their letters do not say as much.
    """

    kind: ReasonKind
    mine: str
    theirs: str
    strength: float
    sure: bool
    through: Concept | None = None


def winning(pairs: dict[ReasonKind, tuple[float, Pair]]) -> Reason:
    """The reason made of the pair whose weight times strength is largest; the first one on a tie.

    The weight says how strongly that kind of pair enters the score; the pairs must not be empty.
    """
    kind = max(pairs, key=lambda each: pairs[each][0] * pairs[each][1].strength)
    pair = pairs[kind][1]
    return Reason(kind, pair.mine, pair.theirs, pair.strength, pair.strength >= SURE_FROM)
