"""Guests of a meeting: who comes for a room that somebody booked may join the floor, with the same choices as everybody.

The meeting carries their seat, so it holds no dots. They come by the meeting's own code, while it goes
on and half an hour around it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import codes, presence
from s2m.domain.errors import Refused
from s2m.domain.presence import CheckIn

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking
    from s2m.domain.codes import Keys
    from s2m.domain.people import Person
    from s2m.domain.presence import Need
    from s2m.domain.venues import Policy, Venue
    from s2m.store import Store

BEFORE = timedelta(minutes=30)


def read(store: Store, keys: Keys, text: str, now: datetime) -> Booking:
    """The meeting whose code this is. Raises Invalid `code_unreadable`, Refused `code_forged`, `meeting_closed`."""
    return the_meeting(store, codes.read_meeting(keys, text), now)


def the_meeting(store: Store, booking_id: str, now: datetime) -> Booking:
    """Raises Refused `meeting_closed` for one that is not now, or does not take place."""
    booking = store.bookings.get(booking_id)
    if booking is None or booking.status != "confirmed":
        raise Refused("meeting_closed")
    over = booking.left_at or booking.ends_at
    if not booking.starts_at - BEFORE <= now < over + presence.AFTER:
        raise Refused("meeting_closed")
    return booking


def most(booking: Booking) -> int:
    """How many guests may come: half as many again as were booked for."""
    return -(-booking.people * 3 // 2)


def go_in(
    store: Store, booking: Booking, venue: Venue, person: Person, policy: Policy, now: datetime,
    *, need: Need, visible: bool, on_wall: bool,
) -> CheckIn:  # fmt: skip
    """Check in as a guest of a meeting. Who is here already stays as they are.

    Raises Refused `meeting_closed`, `meeting_full`, `code_forged` for a person of another network.
    """
    if person.network_id != booking.network_id:
        raise Refused("code_forged")
    done = sit_down(store, booking, venue, person, policy, now, visible=visible)
    if done.fresh and done.visit.is_open:
        presence.answer_need(store, done.visit, need, now, visible=visible, on_wall=on_wall)
    return done


def sit_down(
    store: Store, booking: Booking, venue: Venue, person: Person, policy: Policy, now: datetime, *, visible: bool
) -> CheckIn:
    """A visit that the meeting carries, or the one that is open here. Raises Refused `meeting_closed`, `meeting_full`."""
    store.ledger.lock_chain(booking.network_id)
    meeting = the_meeting(store, booking.id, now)
    current = store.presence.open_visit(person)
    if (current is None or current.venue_id != venue.id) and len(store.presence.guests(meeting.id)) >= most(meeting):
        raise Refused("meeting_full")
    return presence.check_in(store, person, venue, policy, "meeting", now, visible=visible, booking=meeting)
