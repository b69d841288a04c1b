"""Whether showing people to each other does anything: counts of one venue and time, without persons.

The unexpected place and the control (places in random order) are compared with the relevant ones; each share comes with how
sure one can be of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import TYPE_CHECKING

from s2m.domain.meetings.showing import SLOTS
from s2m.domain.meetings.verdicts import OUTCOME_AFTER, OUTCOMES, SAID, confirmed
from s2m.domain.venues import day_start

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

PERIODS = (7, 30, 90)
# Below so many a share says little
ENOUGH = 30
# Fewer answers than this are nobody's business but those people's
FEW = 5
Z = 1.959964


@dataclass(frozen=True)
class Share:
    """So many of how many; low and high: where the true share lies, 19 times in 20."""

    part: int
    whole: int

    @property
    def says_little(self) -> bool:
        return self.whole < ENOUGH

    @property
    def rate(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.part, self.whole)


@dataclass(frozen=True)
class Slot:
    """One kind of place. answered: of whom something was said; met: confirmed meetings among those shown."""

    name: str
    answered: int
    helped: int
    met: Share

    @property
    def told(self) -> bool:
        """Whether enough people answered that no single answer can be read from the counts."""
        return self.answered >= FEW


@dataclass(frozen=True)
class Proof:
    """of_present: coverage, visits that were shown to anybody among those that let themselves be; mutual: shown to somebody
    who was shown to them. exposure: the Gini coefficient of how often each was shown. outcomes: by what came of it, `open` for
    those asked who said nothing. answer_time: the (lower) median of asks that were answered.
    """

    days: int
    slots: tuple[Slot, ...]
    of_present: Share
    mutual: Share
    exposure: float
    outcomes: dict[str, int]
    asks: Share
    answer_time: timedelta | None

    @property
    def outcomes_told(self) -> bool:
        return sum(self.outcomes.values()) >= FEW

    @property
    def shown(self) -> int:
        return sum(slot.met.whole for slot in self.slots)


# Rules ------------------------------------------------------------------------------------------------------------


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share, good for small numbers and for none or all of them.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American Statistical
    Association 22 (1927), 209-212.
    """
    if not whole:
        return 0.0, 1.0
    rate, squared = part / whole, Z * Z / whole
    middle = (rate + squared / 2) / (1 + squared)
    reach = Z * sqrt(rate * (1 - rate) / whole + squared / whole / 4) / (1 + squared)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def gini(counts: Sequence[int]) -> float:
    """How unevenly something is spread: 0 when all have the same, near 1 when one has all (C. Gini, 1912)."""
    ordered, total = sorted(counts), sum(counts)
    if not total:
        return 0.0
    n = len(ordered)
    return sum((2 * rank - n - 1) * count for rank, count in enumerate(ordered, 1)) / (n * total)


# Actions ----------------------------------------------------------------------------------------------------------


def prove(store: Store, venue: Venue, days: int, now: datetime) -> Proof:
    """The counts of these days up to last midnight: counted up to now, they would tell what one visitor has just said."""
    until = day_start(venue, now)
    since = until - timedelta(days=days)
    said = store.meetings.said_by_slot(venue.id, since, until)
    exposed, mutual = store.meetings.exposed(venue.id, since, until)
    asks = store.meetings.asks(venue.id, since, until)
    times = sorted(time for time in asks if time is not None)
    came = store.meetings.outcomes(venue.id, since, until - OUTCOME_AFTER)
    return Proof(
        days,
        tuple(_slot(name, said) for name in SLOTS),
        Share(sum(1 for times_shown in exposed if times_shown), len(exposed)),
        Share(mutual, len(exposed)),
        gini(exposed),
        {outcome: came.get(outcome, 0) for outcome in OUTCOMES} | {"open": came.get("skipped", 0) + came.get(None, 0)},
        Share(len(times), len(asks)),
        times[(len(times) - 1) // 2] if times else None,
    )


def _slot(name: str, said: Counter[tuple[str, str | None, str | None]]) -> Slot:
    """said: how often a slot, what the viewer said, and what the other said of the viewer came together."""
    mine = {key: count for key, count in said.items() if key[0] == name}
    met = sum(count for (_, one, other), count in mine.items() if confirmed(one, other))
    answered = sum(count for (_, one, _other), count in mine.items() if one in SAID)
    helped = sum(count for (_, one, _other), count in mine.items() if one == "helped")
    return Slot(name, answered, helped, Share(met, sum(mine.values())))
