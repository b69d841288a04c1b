"""What a day of bookings means for the house: what it brings in and carries, what to clean and set up, who is there or missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest

from s2m.domain.bookings.releasing import missed
from s2m.domain.bookings.values import Booking
from s2m.domain.instants import MICROSECOND
from s2m.domain.money import Line
from s2m.domain.rooms.pricing import APART
from s2m.domain.venues import Policy, Room, Venue

STATES = ("missed", "expected", "occupied", "free")


@dataclass(frozen=True)
class DaySum:
    """What the firm bookings that begin on a day bring in, without VAT; seats: how many free ones the meetings of that day carry,
    0 where the house does not tell; topics: what their meetings open to the floor, each with its booking."""

    net_cents: int
    seats: int
    topics: tuple[tuple[Booking, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Cleaning:
    """A room between two meetings. until and then: when and what the next one is, None where nothing follows that day."""

    room: Room
    since: datetime
    until: datetime | None
    before: Booking
    then: Booking | None

    @property
    def minutes(self) -> int | None:
        return (self.until - self.since) // timedelta(minutes=1) if self.until else None


@dataclass(frozen=True)
class Now:
    """A room at a moment. state: free, occupied, expected (it has begun, nobody was seen yet), missed (they were warned
    since); booking: the one that goes on; then: the next one of the day."""

    room: Room
    state: str
    booking: Booking | None
    then: Booking | None


def of_day(venue: Venue, bookings: Iterable[Booking], on: date) -> list[Booking]:
    """Firm bookings that begin on a day, the first first."""
    found = (one for one in bookings if one.status == "confirmed" and one.starts_at.astimezone(venue.zone).date() == on)
    return sorted(found, key=lambda one: one.starts_at)


def going_on(venue: Venue, bookings: Iterable[Booking], on: date) -> list[Booking]:
    """Firm bookings that take place on a day, also those of some days that began before."""
    return [one for one in bookings if one.status == "confirmed" and on in _days(venue, one)]


def day_sum(venue: Venue, bookings: Sequence[Booking], on: date, policy: Policy) -> DaySum:
    begun = of_day(venue, bookings, on)
    topics = tuple((one, one.topics) for one in begun if one.topics)
    return DaySum(sum(map(_net, begun)), carried(venue, policy, *going_on(venue, bookings, on)), topics)


def carried(venue: Venue, policy: Policy, *bookings: Booking) -> int:
    """How many free seats these pay for on each day that they last, by what a seat costs the house; 0 where that is not told.

    What capital pays carries none: it keeps no seat free of euros.
    """
    if not policy.seat_cost_euro:
        return 0
    a_day = sum(_net(one) // len(_days(venue, one)) for one in bookings if one.paid_by == "euro")
    return max(0, a_day) // (policy.seat_cost_euro * 100)


def _net(booking: Booking) -> int:
    return sum(line.net_cents for line in booking.lines if line.code not in APART)


def _days(venue: Venue, booking: Booking) -> list[date]:
    """The days on which it takes place, by the venue's clock; what ends at midnight is not on the day that begins then."""
    moments = booking.starts_at, booking.ends_at - MICROSECOND
    first, last = (at.astimezone(venue.zone).date() for at in moments)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def ends(booking: Booking) -> datetime:
    """When the room is left: the end, or earlier."""
    return booking.left_at or booking.ends_at


def cleaning(rooms: Iterable[Room], bookings: Sequence[Booking]) -> list[Cleaning]:
    """When which room is free to be cleaned, in the order of the day. bookings: those of one day, in their order."""
    found = []
    for room in rooms:
        here = [one for one in bookings if one.room_id == room.id]
        for one, then in zip_longest(here, here[1:]):
            found.append(Cleaning(room, ends(one), then.starts_at if then else None, one, then))
    return sorted(found, key=lambda one: (one.since, one.room.name))


def extras_in(booking: Booking) -> list[Line]:
    """The lines of what was ordered with the room."""
    return [line for line in booking.lines if line.code == "extra"]


def rooms_now(rooms: Iterable[Room], bookings: Sequence[Booking], now: datetime) -> list[Now]:
    """How each room is at a moment, what needs somebody first. bookings: firm ones of the day, in their order."""
    found = []
    for room in rooms:
        here = [one for one in bookings if one.room_id == room.id and ends(one) > now]
        on = next((one for one in here if one.starts_at <= now), None)
        then = next((one for one in here if one.starts_at > now), None)
        found.append(Now(room, "free" if on is None else state_of(on), on, then))
    return sorted(found, key=lambda one: (STATES.index(one.state), one.then is None, one.room.name))


def state_of(booking: Booking) -> str:
    """Of a meeting that goes on: occupied, expected or missed."""
    return "occupied" if booking.arrived_at else "missed" if missed(booking) else "expected"
