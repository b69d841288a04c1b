"""Which days a meeting is repeated on: a rule (RFC 5545) of local days, made from a form, never typed by anybody.

A rule is of days, not of moments: each day becomes a moment by the venue's clock, so that noon stays noon across DST.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from s2m.domain import fields
from s2m.domain.agenda import Moment, day_of, moment
from s2m.domain.bookings.times import quarter
from s2m.domain.errors import Invalid
from s2m.domain.venues import DAYS, Venue

EVERY = ("daily", "weekly", "monthly_day", "monthly_weekday")
TIMES_MOST, INTERVAL_MOST = 366, 52
SPAN_MOST = timedelta(days=2 * 366)
# How RFC 5545 calls the days of the week
_BYDAY = {day: day[:2].upper() for day in DAYS}


@dataclass(frozen=True)
class Times:
    """The clock times of each day, such as 14:00 and 16:00 (24:00: midnight); next_day: the end is on the day after."""

    begins: str
    ends: str
    next_day: bool = False


@dataclass(frozen=True)
class Rule:
    """text: as in RFC 5545, for a start that is the day `first`."""

    text: str
    first: date

    def days(self) -> list[date]:
        """Every day of it, the first first. Raises Invalid `too_many_times`, `series_long` beyond what may be booked at once."""
        found = [at.date() for at in islice(rrulestr(self.text, dtstart=datetime.combine(self.first, time())), TIMES_MOST + 1)]
        if len(found) > TIMES_MOST:
            raise Invalid("ends_how", "too_many_times", most=TIMES_MOST)
        if found and found[-1] > self.first + SPAN_MOST:
            raise Invalid("ends_how", "series_long")
        return found

    def cut(self, day: date) -> tuple[Rule, Rule]:
        """What of it lies before a day, and what begins on that day."""
        before = [one for one in self.days() if one < day]
        parts = dict(part.split("=", 1) for part in self.text.split(";"))
        rest = parts | ({"COUNT": str(int(parts["COUNT"]) - len(before))} if "COUNT" in parts else {})
        parts.pop("COUNT", None)
        parts["UNTIL"] = f"{day - timedelta(days=1):%Y%m%d}"
        return Rule(_text(parts), self.first), Rule(_text(rest), day)


def _text(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def parse_rule(given: Mapping[str, object], weekdays: list[str]) -> Rule:
    """A rule from a form: day (the first), every, interval, weekdays (mon, tue, …), ends_how (count or until), count, until.

    weekly without a weekday is on that of the first day. monthly_weekday: the second Tuesday, say; a fifth means the last one of
    each month. monthly_day leaves out months that have no such day.

    Raises Invalid `choice`, `too_many_times`, `day_shape`, `last_before`, `series_long`, `until_before`, and as in `fields`.
    """
    first, every = day_of(given.get("day")), given.get("every")
    if every not in EVERY:
        raise Invalid("every", "choice")
    interval = fields.whole(given.get("interval") or "1", "interval", least=1, most=INTERVAL_MOST)
    parts = {"FREQ": str(every).upper().partition("_")[0], "INTERVAL": str(interval)}
    if every == "weekly":
        chosen = [day for day in DAYS if day in weekdays] or [DAYS[first.weekday()]]
        first = next(day for n in range(7) if DAYS[(day := first + timedelta(days=n)).weekday()] in chosen)
        parts["BYDAY"] = ",".join(_BYDAY[day] for day in chosen)
    elif every == "monthly_day":
        parts["BYMONTHDAY"] = str(first.day)
    elif every == "monthly_weekday":
        parts["BYDAY"] = f"{_nth(first)}{_BYDAY[DAYS[first.weekday()]]}"
    rule = Rule(_text(parts | _end(given, first)), first)
    if not rule.days():
        raise Invalid("until", "until_before")
    return rule


def _nth(day: date) -> int:
    """Which of its weekday a day is in its month; -1 for a fifth."""
    nth = (day.day - 1) // 7 + 1
    return nth if nth < 5 else -1


def _end(given: Mapping[str, object], first: date) -> dict[str, str]:
    if given.get("ends_how") == "count":
        try:
            return {"COUNT": str(fields.whole(given.get("count"), "count", least=2, most=TIMES_MOST))}
        except Invalid as error:
            if error.code == "too_large":
                raise Invalid("count", "too_many_times", most=TIMES_MOST) from None
            raise
    if given.get("ends_how") != "until":
        raise Invalid("ends_how", "choice")
    try:
        last = day_of(given.get("last"))
    except Invalid as error:
        raise Invalid("last", error.code) from None
    if last < first:
        raise Invalid("last", "last_before")
    if last > first + SPAN_MOST:
        raise Invalid("last", "series_long")
    return {"UNTIL": f"{last:%Y%m%d}"}


def parse_times(given: Mapping[str, object]) -> Times:
    """Clock times on the quarter from from, until and next_day. Raises Invalid `clock_shape`, `quarter`, `until_before`."""
    begins, ends = (quarter(field, given.get(field)) for field in ("from", "until"))
    next_day = bool(given.get("next_day"))
    if begins == "24:00":
        raise Invalid("from", "clock_shape")
    if not next_day and ends <= begins:
        raise Invalid("until", "until_before")
    return Times(begins, ends, next_day)


def on(venue: Venue, day: date, times: Times) -> tuple[Moment, Moment]:
    """Start and end on a day; of a clock time that comes twice the first is meant. Raises Invalid `clock_skipped`."""
    start = moment(venue, day.isoformat(), times.begins)
    last = day + timedelta(days=times.next_day)
    if times.ends == "24:00":
        end = Moment(moment(venue, (last + timedelta(days=1)).isoformat(), "00:00").at, False)
    else:
        end = moment(venue, last.isoformat(), times.ends)
    return start, end


def times_of(venue: Venue, start: datetime, end: datetime) -> Times:
    """The clock times of something, by the venue's clock."""
    begins, ends = start.astimezone(venue.zone), end.astimezone(venue.zone)
    if ends.time() == time() and ends.date() == begins.date() + timedelta(days=1):
        return Times(f"{begins:%H:%M}", "24:00")
    return Times(f"{begins:%H:%M}", f"{ends:%H:%M}", ends.date() > begins.date())
