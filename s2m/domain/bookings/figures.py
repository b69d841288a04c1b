"""What rooms did in a time: how much of their hours was booked, what they brought, how long ahead, and how often nobody came.

A booking counts in the time in which it begins. Hours are those of the terms of today, without public holidays and closures, of
a retired room until then; what was booked outside them counts only as far as it lies within, so that no room is more than full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from s2m.domain import money, rooms
from s2m.domain.bookings.values import Booking
from s2m.domain.instants import clock_at
from s2m.domain.rooms import Closure, RoomTerms, open_on
from s2m.domain.venues import Room, Venue

if TYPE_CHECKING:
    from s2m.store import Store

Span = tuple[datetime, datetime]
NOTHING = timedelta()


@dataclass(frozen=True)
class Figures:
    """Of one room, or of all. net_cents: without VAT and deposits, fees for cancelling included; dots: what was paid in capital.

    leads: from booking to begin. due: meetings that should have begun; no_shows: those to which nobody came.
    """

    name: str
    open: timedelta
    booked: timedelta
    bookings: int
    net_cents: int
    dots: int
    leads: tuple[timedelta, ...]
    due: int
    no_shows: int
    cancelled: int

    @property
    def occupancy(self) -> float:
        return self.booked / self.open if self.open else 0.0

    @property
    def lead(self) -> timedelta | None:
        """The middle one; None where nothing was booked."""
        return timedelta(seconds=median(lead.total_seconds() for lead in self.leads)) if self.leads else None

    @property
    def no_show_rate(self) -> float:
        return self.no_shows / self.due if self.due else 0.0


@dataclass(frozen=True)
class Report:
    """since and until: days, until not included. total: all rooms together. posted_cents: what the euro book says was billed
    for the rooms in that time, by the day of the bill; what capital paid is no part of it."""

    since: date
    until: date
    rooms: tuple[Figures, ...]
    total: Figures
    posted_cents: int


# Rules ------------------------------------------------------------------------------------------------------------


def figures_of(
    room: Room, open_spans: Sequence[Span], booked: Iterable[Booking], fees: Mapping[str, int], now: datetime
) -> Figures:
    """open_spans: when the room could be had, apart from each other. fees: by booking, what cancelling it brought without VAT."""
    found = list(booked)
    stand = [one for one in found if one.status == "confirmed"]
    came_due = [one for one in found if one.status == "released" or (one.status == "confirmed" and one.starts_at <= now)]
    counted = [*stand, *(one for one in found if one.status == "released")]
    return Figures(
        room.name,
        sum((end - start for start, end in open_spans), NOTHING),
        sum((_within(open_spans, one) for one in stand), NOTHING),
        len(counted),
        sum(fees.get(one.id, 0) if one.status == "cancelled" else _earned(one) for one in found),
        sum(one.dots if one.status in ("confirmed", "released") else one.fee_dots for one in found),
        tuple(sorted(one.starts_at - one.created_at for one in counted)),
        len(came_due),
        sum(one.status == "released" for one in found),
        sum(one.status == "cancelled" for one in found),
    )


def _within(spans: Iterable[Span], one: Booking) -> timedelta:
    """How much of a meeting lies in the hours of its room; whoever left early freed the rest."""
    until = min(one.ends_at, one.left_at or one.ends_at)
    return sum((max(NOTHING, min(end, until) - max(start, one.starts_at)) for start, end in spans), NOTHING)


def _earned(one: Booking) -> int:
    return sum(line.net_cents for line in one.lines if line.code != "deposit")


def together(name: str, rooms_: Sequence[Figures]) -> Figures:
    return Figures(
        name,
        sum((one.open for one in rooms_), NOTHING),
        sum((one.booked for one in rooms_), NOTHING),
        sum(one.bookings for one in rooms_),
        sum(one.net_cents for one in rooms_),
        sum(one.dots for one in rooms_),
        tuple(sorted(lead for one in rooms_ for lead in one.leads)),
        sum(one.due for one in rooms_),
        sum(one.no_shows for one in rooms_),
        sum(one.cancelled for one in rooms_),
    )


def hours_between(
    venue: Venue, terms: RoomTerms, closed: Iterable[Span], since: date, until: date
) -> Iterator[Span]:
    """When a room can be had on the days from since, until not included, in order."""
    closed = sorted(closed)
    for n in range((until - since).days):
        span = open_on(venue, terms, since + timedelta(days=n))
        if span:
            yield from _without(span, closed)


def _without(span: Span, closed: Iterable[Span]) -> Iterator[Span]:
    start, end = span
    for shut, opened in closed:
        if shut < end and opened > start:
            if shut > start:
                yield start, shut
            start = max(start, opened)
    if start < end:
        yield start, end


# Actions ----------------------------------------------------------------------------------------------------------


def report(store: Store, venue: Venue, since: date, until: date, now: datetime) -> Report:
    """What the rooms that are let, or were booked, did on the days from since, until not included."""
    first, last = clock_at(venue.zone, since), clock_at(venue.zone, until)
    found = store.bookings.beginning(venue.id, first, last)
    let = _reported(store, venue, found, now)
    closures = store.rooms.closures([room.id for room, _terms in let], first, last)
    fees = {one.id: _fee(store, one) for one in found if one.status == "cancelled" and one.fee_cents}
    each = tuple(
        figures_of(
            room,
            list(hours_between(venue, terms, _closed(room, closures, last), since, until)),
            [one for one in found if one.room_id == room.id],
            fees,
            now,
        )
        for room, terms in let
    )
    return Report(since, until, each, together("", each), store.ledger.earned_by_rooms(venue.id, first, last))


def _reported(store: Store, venue: Venue, found: Iterable[Booking], now: datetime) -> list[tuple[Room, RoomTerms]]:
    """The rooms that are let, then those that were and are no more, with the last terms of each."""
    let = store.rooms.let(venue.id, now)
    for room_id in dict.fromkeys(one.room_id for one in found):
        if all(room.id != room_id for room, _terms in let):
            room = store.venues.room(room_id)
            terms = store.rooms.terms(room_id, room.retired_at or now) if room else None
            assert room and terms, "rooms are never deleted, nor are terms that somebody booked under"
            let.append((room, terms))
    return let


def _closed(room: Room, closures: Iterable[Closure], last: datetime) -> list[Span]:
    """When a room could not be had: its closures, and from when it was retired."""
    spans = [(one.starts_at, one.ends_at) for one in closures if one.room_id == room.id]
    return [*spans, (room.retired_at, last)] if room.retired_at and room.retired_at < last else spans


def _fee(store: Store, one: Booking) -> int:
    """What cancelling a booking brought, without VAT."""
    lines = rooms.fee(store.rooms.version(one.terms_id), one, one.ended_at or one.starts_at)[1]
    return money.total(lines).net_cents
