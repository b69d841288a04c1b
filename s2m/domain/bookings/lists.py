"""What a day of bookings means for the house: what it brings in and carries, what to clean and set up, who is there or missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest

from s2m.domain.bookings.releasing import missed
from s2m.domain.bookings.values import Booking
from s2m.domain.money import Line
from s2m.domain.rooms import carries
from s2m.domain.rooms.pricing import APART
from s2m.domain.venues import Policy, Room, Venue

STATES = ("missed", "expected", "occupied", "free")


@dataclass(frozen=True)
class DaySum:
    """What the firm bookings that begin on a day bring in, without VAT; seats: how many free ones that carries, 0 where the house
    does not tell; topics: what their meetings open to the floor, each with its booking."""

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


def day_sum(bookings: Sequence[Booking], policy: Policy) -> DaySum:
    lines = [line for one in bookings for line in one.lines if line.code not in APART]
    topics = tuple((one, one.topics) for one in bookings if one.topics)
    return DaySum(sum(line.net_cents for line in lines), carries(lines, policy), topics)


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
