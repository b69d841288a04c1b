"""What somebody waits for, as pages show it, and the form of what was offered to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from s2m.domain import bookings, money
from s2m.domain.bookings import Booking, Details, Wait
from s2m.domain.venues import Room, Venue
from s2m.web.context import now

if TYPE_CHECKING:
    from s2m.domain.bookings import Renter
    from s2m.domain.money import Line
    from s2m.store import Store


@dataclass(frozen=True)
class Shown:
    """A wait with the room it is for (none: any that fits), and the booking that is offered with its room and price."""

    wait: Wait
    room: Room | None
    booking: Booking | None = None
    offered: Room | None = None
    lines: tuple[Line, ...] = ()

    @property
    def sum(self) -> money.Sum:
        return money.total(self.lines)

    @property
    def state(self) -> str:
        """The state of the wait; `agreed` where yes was said and what is held is still to be booked. An offer ends with its time,
        not with the job that notes it."""
        held = self.booking
        if held is None or held.status != "hold" or held.expires_at is None:
            return self.wait.state
        if held.expires_at <= now():
            return "lapsed"
        return "agreed" if self.wait.state == "taken" else self.wait.state


def shown(store: Store, wait: Wait) -> Shown:
    room = store.venues.room(wait.room_id) if wait.room_id else None
    booking = store.bookings.get(wait.offered_booking_id) if wait.offered_booking_id else None
    venue = store.venues.get(wait.venue_id)
    if booking is None or venue is None or wait.state not in ("offered", "taken"):
        return Shown(wait, room)
    lines = _price(store, venue, booking, Details(people=wait.people)) if booking.status == "hold" else booking.lines
    return Shown(wait, room, booking, store.venues.room(booking.room_id), lines)


def _price(store: Store, venue: Venue, held: Booking, details: Details) -> tuple[Line, ...]:
    terms, member = store.rooms.version(held.terms_id), bookings.pays_as_member(store, held.person_id)
    return bookings.lines_for(store, venue, terms, held.starts_at, held.ends_at, details, member=member)


def asker(store: Store, held: Booking) -> tuple[Wait, Renter] | None:
    """Who waited for what is held, as they got in line; None where nobody did. A stranger's browser has it by a mail to them."""
    wait = store.waits.offered(held.id)
    renter = store.bookings.renter(wait.renter_id) if wait else None
    return (wait, renter) if wait and renter else None
