"""What is known between one viewer and the others in the room, as plain values that the store fills.

Nothing here is needed to find a match: `people_for(index, viewer)` alone answers from topics. With an `Acquaintance`
it also knows who is no surprise, who had their turn, and what people said of such introductions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from s2m.domain.relevance.text import fold

TIE_GROWS = 3
TIE_HALVES = 90
FEEDBACK_STEP = 0.05
FEEDBACK_HALVES = 180
FEEDBACK_MOST = 0.25
COOL_DOWN = 0.5
COOL_DOWN_HALVES = 3
EXPOSURE_MOST = 3
EXPOSURE_FREE = 3


@dataclass(frozen=True, slots=True)
class Together:
    """On how many days two people were at the same venue, today not counted, and the last of those days."""

    days: int
    last: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody said of an introduction: of its two topics as typed, in any order. No person is in it.

    useful: they met or it helped (True), or it was not useful (False).
    """

    one: str
    other: str
    useful: bool
    on: date


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """One viewer, today. Every field but `today` may be left out; ids are person ids.

    today: the venue's day. known: with whom a meeting of the viewer was confirmed, and is still remembered.
    together: with whom they were here before. shown: the last day *before today* on which each was shown to the viewer.
    shown_today: who was shown to the viewer today already, so that looking again takes nobody away.
    exposure: to how many viewers each person was shown at this venue today, whoever looked.
    verdicts: what was said, by anyone, of pairs of topics of which the viewer has one. Old ones may be left out (two years).
    """

    today: date
    known: frozenset[str] = frozenset()
    together: Mapping[str, Together] = field(default_factory=dict)
    shown: Mapping[str, date] = field(default_factory=dict)
    shown_today: frozenset[str] = frozenset()
    exposure: Mapping[str, int] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()

    def tie(self, other: str) -> float:
        """How well the viewer knows somebody, in [0, 1]: it grows with each day together and halves in ninety days."""
        if other in self.known:
            return 1.0
        together = self.together.get(other)
        if together is None:
            return 0.0
        grown: float = 1 - 2 ** (-together.days / TIE_GROWS)
        return grown * self._left(together.last, TIE_HALVES)

    def rest(self, other: str) -> float:
        """What is left of somebody's rank after being shown on an earlier day: half the next day, nearly all in a week."""
        last = self.shown.get(other)
        if last is None or last >= self.today or other in self.shown_today:
            return 1.0
        left: float = 1 - COOL_DOWN * 2 ** (-((self.today - last).days - 1) / COOL_DOWN_HALVES)
        return left

    def had_their_turn(self, other: str, present: int) -> bool:
        """Whether somebody was shown to more than three times as many viewers as the mean of those present."""
        if other in self.shown_today:
            return False
        mean = sum(self.exposure.values()) / max(present, 1)
        return self.exposure.get(other, 0) + 1 > max(EXPOSURE_MOST * mean, EXPOSURE_FREE)

    def leaning(self) -> Mapping[str, Mapping[str, float]]:
        """What verdicts add to or take from the likeness of two folded topics, by the one and the other: at most a quarter."""
        found: dict[str, dict[str, float]] = {}
        for verdict in self.verdicts:
            one, other = fold(verdict.one), fold(verdict.other)
            step = (FEEDBACK_STEP if verdict.useful else -FEEDBACK_STEP) * self._left(verdict.on, FEEDBACK_HALVES)
            for mine, theirs in {(one, other), (other, one)}:
                said = found.setdefault(mine, {})
                said[theirs] = said.get(theirs, 0.0) + step
        return {
            mine: {theirs: max(-FEEDBACK_MOST, min(FEEDBACK_MOST, each)) for theirs, each in said.items()}
            for mine, said in found.items()
        }

    def _left(self, since: date, half_life: int) -> float:
        """How much of 1 is left today."""
        left: float = 2 ** (-max(0, (self.today - since).days) / half_life)
        return left
