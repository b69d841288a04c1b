"""A time zone as a calendar file carries it (VTIMEZONE), from what this machine knows of it.

Each kind of change is written as a rule ("the last Sunday of March") where one holds in all the years asked for, since every
program understands that, and else as the moments themselves.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STEP = timedelta(days=7)


class Kind(NamedTuple):
    """before, after: offsets from UTC; dst: whether it is summer time that begins."""

    before: timedelta
    after: timedelta
    dst: bool
    name: str


@lru_cache(maxsize=64)
def lines(zone: ZoneInfo, first: int, last: int) -> tuple[str, ...]:
    """The lines of its VTIMEZONE, right from the year `first` to the year `last`; ten years at least, or a rule is a guess."""
    last = max(last, first + 9)
    changes = _changes(zone, first - 1, last)
    start = datetime(first - 1, 1, 1, tzinfo=zone)
    if not changes or changes[0][0] >= datetime(first, 1, 1, tzinfo=zone):
        at = start.utcoffset() or timedelta()
        changes.insert(0, (start, Kind(at, at, bool(start.dst()), start.tzname() or "")))
    kinds: dict[Kind, list[datetime]] = defaultdict(list)
    for at_, kind in changes:
        kinds[kind].append(at_.astimezone(UTC).replace(tzinfo=None) + kind.before)
    made = [line for kind, moments in kinds.items() for line in _observance(kind, moments)]
    return ("BEGIN:VTIMEZONE", f"TZID:{zone.key}", *made, "END:VTIMEZONE")


def _changes(zone: ZoneInfo, first: int, last: int) -> list[tuple[datetime, Kind]]:
    """Every change of the offset in these years: its first moment (UTC), and what changes."""
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    found = []
    while at < end:
        if _kind(zone, at) != _kind(zone, at + STEP):
            moment = _bisect(zone, at, at + STEP)
            after = moment.astimezone(zone)
            before = (moment - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta()
            found.append((moment, Kind(before, after.utcoffset() or timedelta(), bool(after.dst()), after.tzname() or "")))
        at += STEP
    return found


def _kind(zone: ZoneInfo, at: datetime) -> tuple[timedelta | None, str | None]:
    local = at.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _bisect(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second at which it is as it is at `high`."""
    until = _kind(zone, high)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (low, middle) if _kind(zone, middle) == until else (middle, high)
    return high


def _observance(kind: Kind, moments: list[datetime]) -> list[str]:
    part = "DAYLIGHT" if kind.dst else "STANDARD"
    rule = _rule(moments)
    again = [f"RRULE:{rule}"] if rule else [f"RDATE:{_local(at)}" for at in moments[1:]]
    offsets = [f"TZOFFSETFROM:{_offset(kind.before)}", f"TZOFFSETTO:{_offset(kind.after)}", f"TZNAME:{kind.name}"]
    return [f"BEGIN:{part}", f"DTSTART:{_local(moments[0])}", *again, *offsets, f"END:{part}"]


def _rule(moments: list[datetime]) -> str:
    """What they have in common, one a year: month, weekday, clock time, and which of the month's; nothing where they do not."""
    first, years = moments[0], [at.year for at in moments]
    if len(years) < 2 or years != list(range(first.year, first.year + len(years))):
        return ""
    if len({(at.month, at.weekday(), at.time()) for at in moments}) > 1:
        return ""
    places = {(at.day - 1) // 7 + 1 for at in moments}
    place = -1 if all(_is_last(at.date()) for at in moments) else places.pop() if len(places) == 1 else 0
    return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY={place}{DAYS[first.weekday()]}" if place else ""


def _is_last(day: date) -> bool:
    return (day + timedelta(days=7)).month != day.month


def _local(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S").rjust(15, "0")


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}{minutes:02}" + (f"{left:02}" if left else "")
