"""When something will be: a day and a clock time as somebody typed them, by the venue's clock.

Two nights a year are different: a time that the clock skips is refused, and of one that it shows twice the first is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from s2m.domain.errors import Invalid
from s2m.domain.venues import CLOCK, Venue, is_open

AHEAD = timedelta(days=30)
# Who begins at once types the minute that has begun
LATE = timedelta(minutes=5)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Moment:
    """twice: that night the clock shows this time a second time, an hour later."""

    at: datetime
    twice: bool


def moment(venue: Venue, day: object, clock: object) -> Moment:
    """When the venue's clock shows this, in UTC. Raises Invalid `day_shape`, `clock_shape`, `clock_skipped`."""
    if not isinstance(clock, str) or not CLOCK.fullmatch(clock.strip()):
        raise Invalid("time", "clock_shape")
    local = datetime.combine(day_of(day), time.fromisoformat(clock.strip()), venue.zone)
    found = {local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    real = sorted(at for at in found if at.astimezone(venue.zone).replace(tzinfo=None) == local.replace(tzinfo=None))
    if not real:
        raise Invalid("time", "clock_skipped")
    return Moment(real[0], len(real) > 1)


def day_of(day: object) -> date:
    """A day as a browser writes it. Raises Invalid `day_shape`."""
    if not isinstance(day, str) or not DAY.fullmatch(day.strip()):
        raise Invalid("day", "day_shape")
    try:
        found = date.fromisoformat(day.strip())
    except ValueError:
        raise Invalid("day", "day_shape") from None
    if not 2000 <= found.year <= 9000:
        raise Invalid("day", "day_shape")
    return found


def check_coming(at: datetime, now: datetime) -> None:
    """Raises Invalid `time_past` or `time_far` for what is not within the next 30 days."""
    if at < now - LATE:
        raise Invalid("time", "time_past")
    if at > now + AHEAD:
        raise Invalid("day", "time_far", days=AHEAD.days)


def check_open(venue: Venue, start: datetime, end: datetime) -> None:
    """Raises Invalid `closed_then` unless the house is open all that time."""
    if not is_open(venue, start, end):
        raise Invalid("time", "closed_then")
