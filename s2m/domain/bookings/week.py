"""A week across rooms: each day of each room as one strip, drawn from light rows so that thousands of bookings take no time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from s2m.domain.bookings.timeline import USUAL
from s2m.domain.instants import MICROSECOND, clock_at, moment, number
from s2m.domain.rooms import Closure, RoomTerms, open_on
from s2m.domain.venues import Room, Venue

DAYS = 7
QUARTER = 15 * 60 * 1_000_000
HOUR = 4 * QUARTER
FIRM = "confirmed"
Let = tuple[Room, RoomTerms]
Span = tuple[datetime, datetime]
# By what decides it: from the day before the first on
Opening = dict[tuple[object, ...], list[Span | None]]
# room_id, start, end (microseconds since 1970), and two more moments, status
Strip = tuple[str, int, int, int, int, str]


@dataclass
class Cell:
    """One room on one day. firm, open, shut: (first quarter, how many) of what is booked, of what is not sure yet and of when
    it is closed or taken in another calendar, counted from the week's first hour; bookings lie over what is shut.

    count: how many bookings; quarters: how long they take together; partly: something closes it besides its hours.
    """

    on: date
    shut: list[tuple[int, int]] = field(default_factory=list)
    firm: list[tuple[int, int]] = field(default_factory=list)
    open: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0
    quarters: int = 0
    partly: bool = False

    def closed(self, since: int, until: int) -> bool:
        """No quarter from one until another is open."""
        at = since
        for start, width in sorted(self.shut):
            if start > at:
                break
            at = max(at, start + width)
        return at >= until


@dataclass(frozen=True)
class _Drawn:
    """A day as it is drawn, from a moment on. Its clock is put `by` further back (below zero: ahead) at `change`."""

    base: int
    change: int
    by: int

    def place(self, at: int, *, ends: bool = False) -> int:
        """How far from the first hour that is drawn, by the clock; of what ends as the clock changes, by the clock before."""
        return at - self.base - (self.by if at >= self.change + ends else 0)


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


def week_of(venue: Venue, lets: Sequence[Let], strips: Iterable[Strip], closures: Iterable[Closure], on: date) -> Week:
    """The week that a day lies in. strips: what is booked in it; closures: of hosts and of other calendars, that meet these days.
    Both in whatever order."""
    days = days_of(on)
    strips = list(strips)
    edges = [_instant(venue, day, 0) for day in (*days, days[-1] + timedelta(days=1))]
    opening = _opening(venue, lets, days)
    first, last = _hours(venue, opening, days, strips, edges)
    drawn, columns = [_drawn(venue, day, first) for day in days], (last - first) * 4
    shut = {alike: [_shut(spans[n : n + 2], drawn[n], columns) for n in range(DAYS)] for alike, spans in opening.items()}
    cells = {room.id: tuple(Cell(day, [*shut[_alike(terms)][n]]) for n, day in enumerate(days)) for room, terms in lets}
    for closure in closures:
        _close(cells[closure.room_id], closure, drawn, columns)
    for room_id, start, end, _from, _until, status in strips:
        row = cells.get(room_id)
        if row is None:
            continue
        n = max(bisect_right(edges, start) - 1, 0)
        while n < DAYS and edges[n] < end:
            a, b = _within(drawn[n], start, end, columns)
            _add(row[n], a, b, status == FIRM, began=edges[n] <= start)
            n += 1
    return Week(days, first, last, tuple((room, cells[room.id]) for room, _terms in lets))


def _drawn(venue: Venue, day: date, hour: int) -> _Drawn:
    base, end = _instant(venue, day, hour), _instant(venue, day + timedelta(days=1), 0)
    before = _ahead(venue, base)
    for at in range(base, end, HOUR):
        if (now := _ahead(venue, at)) != before:
            return _Drawn(base, at, before - now)
    return _Drawn(base, end, 0)


def _ahead(venue: Venue, at: int) -> int:
    """How far the venue's clock is ahead of UTC, in microseconds."""
    return (moment(at).astimezone(venue.zone).utcoffset() or timedelta()) // MICROSECOND


def _within(day: _Drawn, start: int, end: int, columns: int) -> tuple[int, int]:
    """The first quarter and the one after the last."""
    return max(0, day.place(start) // QUARTER), min(columns, -(-day.place(end, ends=True) // QUARTER))


def _add(cell: Cell, since: int, until: int, firm: bool, *, began: bool) -> None:
    """A meeting counts on the day on which it begins."""
    cell.count += began
    if until > since:
        (cell.firm if firm else cell.open).append((since, until - since))
        cell.quarters += until - since


def _close(row: Sequence[Cell], closure: Closure, drawn: Sequence[_Drawn], columns: int) -> None:
    start, end = number(closure.starts_at), number(closure.ends_at)
    for cell, day in zip(row, drawn, strict=True):
        a, b = _within(day, start, end, columns)
        if b > a and not cell.closed(a, b):
            cell.shut.append((a, b - a))
            cell.partly = True


def _shut(spans: Sequence[Span | None], day: _Drawn, columns: int) -> list[tuple[int, int]]:
    """What lies between and around the hours of a day and of the day before, whose last may be after midnight."""
    found, at = [], 0
    for start, end in filter(None, spans):
        a, b = _within(day, number(start), number(end), columns)
        if b > a:
            found += [(at, a - at)] if a > at else []
            at = max(at, b)
    return [*found, (at, columns - at)] if at < columns else found


def _hours(
    venue: Venue, opening: Opening, days: Sequence[date], strips: Sequence[Strip], edges: Sequence[int]
) -> tuple[int, int]:
    """The first and the last hour by the clock in which something is open or booked; the usual ones where nothing is."""
    opens, closes, nights = 24, 0, [_drawn(venue, day, 0) for day in days]
    for spans in opening.values():
        for day, span in zip(days, spans[1:], strict=True):
            if span:
                start, end = (one.astimezone(venue.zone) for one in span)
                opens = min(opens, start.hour)
                closes = max(closes, 24 if end.date() > day else end.hour + bool(end.minute))
    for _room, begins, ends, _from, _until, _status in strips:
        n = bisect_right(edges, begins) - 1
        if 0 <= n < DAYS:
            since, until = nights[n].place(begins) // HOUR, -(-nights[n].place(ends, ends=True) // HOUR)
            opens, closes = min(opens, since), max(closes, min(until, 24))
    return (opens, closes) if opens < closes else USUAL


def _alike(terms: RoomTerms) -> tuple[object, ...]:
    return str(terms.hours), terms.open_on_holidays


def _opening(venue: Venue, lets: Sequence[Let], days: Sequence[date]) -> Opening:
    """When rooms are open, once for all whose terms agree on it: from the day before the first of these on."""
    wanted, found = (days[0] - timedelta(days=1), *days), {}
    for _room, terms in lets:
        if _alike(terms) not in found:
            found[_alike(terms)] = [open_on(venue, terms, day) for day in wanted]
    return found


def _instant(venue: Venue, day: date, hour: int) -> int:
    return number(clock_at(venue.zone, day, time(hour)))
