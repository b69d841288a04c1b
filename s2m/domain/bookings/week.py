"""A week across rooms: each day of each room as one strip, drawn from light rows so that thousands of bookings take no time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from s2m.domain.bookings.timeline import USUAL
from s2m.domain.instants import clock_at, number
from s2m.domain.rooms import RoomTerms, open_on
from s2m.domain.venues import Room, Venue

DAYS = 7
QUARTER = 15 * 60 * 1_000_000
FIRM = "confirmed"
Let = tuple[Room, RoomTerms]
# room_id, start, end (microseconds since 1970), and two more moments, status
Strip = tuple[str, int, int, int, int, str]


@dataclass
class Cell:
    """One room on one day. firm, open: (first quarter, how many) of what is booked and of what is not sure yet, counted from the
    week's first hour; count: how many bookings; quarters: how long they take together."""

    on: date
    firm: list[tuple[int, int]] = field(default_factory=list)
    open: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0
    quarters: int = 0


@dataclass(frozen=True)
class Week:
    """days: seven, from the Monday on; first, last: the hours that are drawn, by the clock; rows: a room with its seven days."""

    days: tuple[date, ...]
    first: int
    last: int
    rows: tuple[tuple[Room, tuple[Cell, ...]], ...]

    @property
    def columns(self) -> int:
        return (self.last - self.first) * 4


def days_of(on: date) -> tuple[date, ...]:
    """The week that a day lies in, from its Monday on."""
    monday = on - timedelta(days=on.weekday())
    return tuple(monday + timedelta(days=n) for n in range(DAYS))


def span_of(venue: Venue, days: Sequence[date]) -> tuple[datetime, datetime]:
    """From the first midnight to the last, in UTC."""
    return clock_at(venue.zone, days[0]), clock_at(venue.zone, days[-1] + timedelta(days=1))


def week_of(venue: Venue, lets: Sequence[Let], strips: Iterable[Strip], on: date) -> Week:
    days = days_of(on)
    strips = list(strips)
    edges = [_instant(venue, day, 0) for day in (*days, days[-1] + timedelta(days=1))]
    first, last = _hours(venue, lets, days, strips, edges)
    bases = [_instant(venue, day, first) for day in days]
    cells = {room.id: tuple(Cell(day) for day in days) for room, _terms in lets}
    columns = (last - first) * 4
    for room_id, start, end, _from, _until, status in strips:
        row = cells.get(room_id)
        if row is None:
            continue
        n = max(bisect_right(edges, start) - 1, 0)
        while n < DAYS and edges[n] < end:
            _add(row[n], start - bases[n], end - bases[n], status == FIRM, columns, began=edges[n] <= start)
            n += 1
    return Week(days, first, last, tuple((room, cells[room.id]) for room, _terms in lets))


def _add(cell: Cell, start: int, end: int, firm: bool, columns: int, *, began: bool) -> None:
    """start, end: microseconds from the first hour that is drawn. A meeting counts on the day on which it begins."""
    a, b = max(0, start // QUARTER), min(columns, -(-end // QUARTER))
    cell.count += began
    if b > a:
        (cell.firm if firm else cell.open).append((a, b - a))
        cell.quarters += b - a


def _hours(
    venue: Venue, lets: Sequence[Let], days: Sequence[date], strips: Sequence[Strip], edges: Sequence[int]
) -> tuple[int, int]:
    """The first and the last hour by the clock in which something is open or booked; the usual ones where nothing is."""
    hour = 4 * QUARTER
    opens, closes = _opening(venue, lets, days)
    for _room, start, end, _from, _until, _status in strips:
        n = bisect_right(edges, start) - 1
        if 0 <= n < DAYS:
            since, until = (start - edges[n]) // hour, -(-(end - edges[n]) // hour)
            opens, closes = min(opens, since), max(closes, min(until, 24))
    return (opens, closes) if opens < closes else USUAL


def _opening(venue: Venue, lets: Sequence[Let], days: Sequence[date]) -> tuple[int, int]:
    opens, closes, seen = 24, 0, set()
    for _room, terms in lets:
        alike = (str(terms.hours), terms.open_on_holidays)
        if alike in seen:
            continue
        seen.add(alike)
        for day in days:
            if span := open_on(venue, terms, day):
                start, end = (one.astimezone(venue.zone) for one in span)
                opens = min(opens, start.hour)
                closes = max(closes, 24 if end.date() > day else end.hour + bool(end.minute))
    return opens, closes


def _instant(venue: Venue, day: date, hour: int) -> int:
    return number(clock_at(venue.zone, day, time(hour)))
