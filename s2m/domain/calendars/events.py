"""Bookings as events: for whoever booked or hosts, with a title; for everybody, only that the room is taken."""

from __future__ import annotations

from collections.abc import Iterable

from s2m.domain.bookings.values import BLOCKING, Booking
from s2m.domain.calendars.outside import public_uid
from s2m.domain.calendars.values import Event, Span
from s2m.domain.rooms import Closure
from s2m.domain.venues import Room


def stood(booking: Booking) -> bool:
    """Whether it was ever more than a form that somebody had open: nobody looks for those in a calendar."""
    return booking.status != "hold" and (booking.status != "expired" or booking.sequence > 0)


def state(booking: Booking) -> str:
    if booking.status == "confirmed":
        return "confirmed"
    return "tentative" if booking.status in BLOCKING else "cancelled"


def event(booking: Booking, title: str, *, place: str = "", notes: str = "", url: str = "") -> Event:
    """As its booker and the hosts read it, the time of the meeting itself; also for `invitation`."""
    return Event(
        booking.uid, booking.starts_at, booking.ends_at, title, state(booking), booking.sequence, booking.changed_at,
        place, notes, url,
    )  # fmt: skip


def taken(
    room: Room, bookings: Iterable[Booking], closures: Iterable[Closure], elsewhere: Iterable[Span], word: str
) -> list[Event]:
    """When a room is not to be had, as everybody may read it: buffers are busy, options tentative. word: the title of all."""
    found = [
        Event(
            public_uid("busy", one.uid), one.blocked_from, one.blocked_until, word, state(one), one.sequence, one.changed_at
        )
        for one in bookings
    ]  # fmt: skip
    for closure in closures:
        uid = public_uid("busy", closure.id)
        found.append(Event(uid, closure.starts_at, closure.ends_at, word, "confirmed", 0, closure.created_at))
    for starts, ends in elsewhere:
        uid = public_uid("outside", f"{room.id} {starts.isoformat()}")
        found.append(Event(uid, starts, ends, word, "confirmed", 0, room.created_at))
    return found
