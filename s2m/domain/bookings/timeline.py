"""A day of rooms as a table of quarters of an hour: what is free, booked, kept, closed, and whose clock says what.

Columns are quarters that really pass, so the night in which the clock goes back has four more of them, and the other one four
less; only their names are the clock's. What a cell says of a meeting is for whoever looks: `title_for`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TypeVar

from s2m.domain.bookings.releasing import missed
from s2m.domain.bookings.times import QUARTER, quarter_of
from s2m.domain.bookings.values import Booking
from s2m.domain.instants import MICROSECOND, clock_at
from s2m.domain.rooms import FAR, Closure, RoomTerms, open_on
from s2m.domain.venues import Room, Venue

HOUR = timedelta(hours=1)
# What is shown of a day on which nothing is open and nothing booked
USUAL = (8, 19)
Let = tuple[Room, RoomTerms]
# Kind, booking and reason: see Cell
Quarter = tuple[str, Booking | None, str]
IDLE: Quarter = ("idle", None, "")
Placed = TypeVar("Placed", Booking, Closure)


@dataclass(frozen=True)
class Cell:
    """Quarters that belong together. span: how many; start and end: within the columns, in UTC.

    kind: free (can be booked), idle (free, but over, or sooner or later than the terms allow), booked, warn (nobody came yet),
    option, requested, hold (somebody fills in the form), buffer, closed.
    booking: what it belongs to, also of a buffer; a meeting that reaches beyond the columns has times of its own.
    reason: why a host closed it.
    """

    kind: str
    start: datetime
    end: datetime
    span: int
    booking: Booking | None = None
    reason: str = ""


@dataclass(frozen=True)
class Row:
    room: Room
    terms: RoomTerms
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Hour:
    """The head of some columns. name: 08; span: quarters, four but at the edge of an odd time zone; twice: the clock shows
    this hour a second time that night."""

    name: str
    span: int
    twice: bool


@dataclass(frozen=True)
class Day:
    """columns: how many quarters there are from start to end; now: the column in which the present lies, None where it does
    not."""

    on: date
    start: datetime
    end: datetime
    columns: int
    hours: tuple[Hour, ...]
    now: int | None
    rows: tuple[Row, ...]


def day_of(
    venue: Venue, lets: Sequence[Let], bookings: Iterable[Booking], closures: Iterable[Closure], on: date, now: datetime,
    *, hosts: bool = False, within: tuple[time, time] | None = None,
) -> Day:  # fmt: skip
    """A day across rooms. bookings: what blocks them then; hosts: they may book what the terms do not allow others.

    within: the hours to show by the clock, where days stand below each other; an end at or before the start is on the next day.
    """
    booked, closed = _by_room(bookings), _by_room(closures)
    here = [one for room, _terms in lets for one in booked.get(room.id, [])]
    start, end = _between(venue, on, *within) if within else bounds(venue, [terms for _room, terms in lets], here, on)
    rows = tuple(
        Row(room, terms, _cells(venue, terms, booked.get(room.id, []), closed.get(room.id, []), (start, end), now, hosts))
        for room, terms in lets
    )
    columns = (end - start) // QUARTER
    return Day(on, start, end, columns, tuple(_hours(venue, start, end)), _now(start, end, now), rows)


def bounds(venue: Venue, terms: Iterable[RoomTerms], bookings: Iterable[Booking], on: date) -> tuple[datetime, datetime]:
    """The whole hours in which something is open, or a meeting takes place that begins that day."""
    midnight = clock_at(venue.zone, on)
    after = clock_at(venue.zone, on + timedelta(days=1))
    spans = [span for one in terms if (span := open_on(venue, one, on))]
    latest = max([after, *(end for _start, end in spans)])
    spans += [(one.starts_at, min(one.ends_at, latest)) for one in bookings if midnight <= one.starts_at < after]
    if not spans:
        return clock_at(venue.zone, on, time(USUAL[0])), clock_at(venue.zone, on, time(USUAL[1]))
    first, last = min(start for start, _end in spans), max(end for _start, end in spans)
    return _whole_hour(venue, first), _whole_hour(venue, last + HOUR - MICROSECOND)


def day_query(venue: Venue, on: date, days: int = 1) -> tuple[datetime, datetime]:
    """The time of which one has to know what is booked and closed, to show some days from one on."""
    return clock_at(venue.zone, on), clock_at(venue.zone, on + timedelta(days=days + 1))


def title_for(booking: Booking, person_id: str | None, *, member: bool = False, host: bool = False) -> str:
    """What somebody may read of what a meeting is; empty where it is not for them, and says *occupied*. Whoever booked and
    hosts read all; other members what was not hidden; strangers nothing."""
    mine = person_id is not None and person_id == booking.person_id
    return booking.title if host or mine or (member and not booking.title_hidden) else ""


# How it is made ----------------------------------------------------------------------------------------------------


def _by_room(found: Iterable[Placed]) -> dict[str, list[Placed]]:
    apart: dict[str, list[Placed]] = {}
    for one in found:
        apart.setdefault(one.room_id, []).append(one)
    return apart


def _between(venue: Venue, on: date, since: time, until: time) -> tuple[datetime, datetime]:
    ends = on + timedelta(days=until <= since)
    return clock_at(venue.zone, on, since), clock_at(venue.zone, ends, until)


def _whole_hour(venue: Venue, at: datetime) -> datetime:
    local = at.astimezone(venue.zone)
    return (at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)).astimezone(UTC)


def _hours(venue: Venue, start: datetime, end: datetime) -> Iterator[Hour]:
    quarters = [(start + n * QUARTER).astimezone(venue.zone) for n in range((end - start) // QUARTER)]
    for (_day, hour, fold), some in groupby(quarters, key=lambda at: (at.date(), at.hour, at.fold)):
        yield Hour(f"{hour:02}", len(list(some)), fold == 1)


def _now(start: datetime, end: datetime, now: datetime) -> int | None:
    return (now - start) // QUARTER if start <= now < end else None


def _cells(
    venue: Venue, terms: RoomTerms, bookings: list[Booking], closures: list[Closure], within: tuple[datetime, datetime],
    now: datetime, hosts: bool,
) -> tuple[Cell, ...]:  # fmt: skip
    """Painted quarter by quarter, what matters more over what matters less; then those that are alike become one cell."""
    start, end = within
    painted: list[Quarter] = [("closed", None, "")] * ((end - start) // QUARTER)

    def paint(since: datetime, until: datetime, kind: str, booking: Booking | None = None, reason: str = "") -> None:
        found = ((since - start) // QUARTER, -((start - until) // QUARTER))
        first, last = (min(max(quarters, 0), len(painted)) for quarters in found)
        painted[first:last] = [(kind, booking, reason)] * (last - first)

    on = start.astimezone(venue.zone).date()
    for day in (on - timedelta(days=1), on, on + timedelta(days=1)):
        if span := open_on(venue, terms, day):
            paint(*span, "free")
    early, late = can_begin(terms, now, hosts)
    first, last = -((start - early) // QUARTER), (late - start) // QUARTER
    painted = [IDLE if one[0] == "free" and not first <= n <= last else one for n, one in enumerate(painted)]
    for closure in closures:
        paint(closure.starts_at, closure.ends_at, "closed", None, closure.reason)
    for one in bookings:
        paint(one.blocked_from, one.blocked_until, "buffer", one)
    for one in bookings:
        paint(one.starts_at, one.left_at or one.ends_at, kind_of(one), one)
    return tuple(_grouped(painted, start))


def _grouped(painted: list[Quarter], start: datetime) -> Iterator[Cell]:
    at = start
    for (kind, _id, reason), some in groupby(painted, key=lambda one: (one[0], one[1].id if one[1] else "", one[2])):
        alike = list(some)
        end = at + len(alike) * QUARTER
        yield Cell(kind, at, end, len(alike), alike[0][1], reason)
        at = end


def can_begin(terms: RoomTerms, now: datetime, hosts: bool = False) -> tuple[datetime, datetime]:
    """The first and the last moment at which a meeting may begin by the terms; a quarter that goes on still can be had."""
    if hosts:
        return quarter_of(now), now + FAR
    early = now + timedelta(minutes=terms.notice) if terms.notice else quarter_of(now)
    return early, now + timedelta(days=terms.horizon)


def kind_of(booking: Booking) -> str:
    if booking.status == "confirmed":
        return "warn" if missed(booking) else "booked"
    return booking.status
