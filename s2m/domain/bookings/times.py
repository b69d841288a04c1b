"""When a meeting is, as somebody typed it by the venue's clock: a day, and two clock times on the quarter.

Two nights a year are different: a time that the clock skips is refused, and of one that it shows twice we ask which.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from s2m.domain.agenda import moment
from s2m.domain.errors import Invalid
from s2m.domain.venues import CLOCK, Venue

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def when(venue: Venue, given: Mapping[str, object]) -> tuple[datetime, datetime]:
    """Start and end in UTC from day, from, until; an end at or before the start is on the next day where `next_day` says so.

    from_hour, until_hour: first or second, where the clock shows that time twice. Raises Invalid `day_shape`, `clock_shape`,
    `clock_skipped`, `clock_twice`, `quarter`, `until_before`, on day, from or until.
    """
    start = _at(venue, given.get("day"), given, "from")
    day = given.get("day")
    if given.get("next_day"):
        day = (start.astimezone(venue.zone).date() + timedelta(days=1)).isoformat()
    end = _at(venue, day, given, "until")
    if end <= start:
        raise Invalid("until", "until_before")
    return start, end


def _at(venue: Venue, day: object, given: Mapping[str, object], field: str) -> datetime:
    """One end of a time. Midnight as an end is written 24:00."""
    clock = given.get(field)
    midnight = field == "until" and isinstance(clock, str) and clock.strip() == "24:00"
    try:
        found = moment(venue, day, "00:00" if midnight else clock)
    except Invalid as error:
        raise Invalid("day" if error.data["field"] == "day" else field, error.code) from None
    at = found.at
    if found.twice:
        which = given.get(f"{field}_hour")
        if which not in ("first", "second"):
            raise Invalid(field, "clock_twice")
        at += HOUR if which == "second" else timedelta()
    if at.minute % 15:
        raise Invalid(field, "quarter")
    if midnight:
        local = at.astimezone(venue.zone).replace(tzinfo=None) + timedelta(days=1)
        return moment(venue, local.date().isoformat(), "00:00").at
    return at


def quarter(field: str, clock: object) -> str:
    """A clock time on the quarter of an hour, as it was typed; 24:00 is midnight. Raises Invalid `clock_shape`, `quarter`."""
    text = clock.strip() if isinstance(clock, str) else ""
    if text != "24:00" and not CLOCK.fullmatch(text):
        raise Invalid(field, "clock_shape")
    if int(text[3:]) % 15:
        raise Invalid(field, "quarter")
    return text


def quarter_of(at: datetime) -> datetime:
    """The beginning of the quarter of an hour that a moment lies in."""
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
