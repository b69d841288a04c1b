"""A room that was booked and stands empty: a warning first, and after a while it is free for others. Per room, by its terms.

Only where somebody can say that they came: beside a plate that is on. What the booker owes stays: see `billing/following.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain.bookings.booking import SYSTEM, settle

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booking
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Venue
    from s2m.store import Store


def release_at(booking: Booking, terms: RoomTerms) -> datetime | None:
    """When the room is given away if nobody comes; None for never. A late warning leaves as much time as one in time."""
    if not terms.release_after:
        return None
    planned = _begins(booking) + timedelta(minutes=terms.release_after)
    warned = _warned(booking)
    if warned is None:
        return planned
    return max(planned, warned + timedelta(minutes=max(0, terms.release_after - terms.warn_after)))


def _begins(booking: Booking) -> datetime:
    """Who booked while it was on is not late."""
    return max(booking.starts_at, booking.confirmed_at or booking.starts_at)


def _warned(booking: Booking) -> datetime | None:
    """When they were told that nobody came; what was told before it began was about something else (an option that lapses)."""
    return booking.warned_at if booking.warned_at and booking.warned_at >= _begins(booking) else None


def missed(booking: Booking) -> bool:
    """Whether nobody came, as every page says it: the warning went out, and nobody said since that they are there."""
    return booking.status == "confirmed" and booking.arrived_at is None and _warned(booking) is not None


def due(booking: Booking, terms: RoomTerms, now: datetime) -> str:
    """What the rule says now of a booking to which nobody came: `warn`, `release` or nothing."""
    warned = _warned(booking) or not 0 < terms.warn_after <= (terms.release_after or terms.warn_after)
    if not warned:
        return "warn" if now >= _begins(booking) + timedelta(minutes=terms.warn_after) else ""
    at = release_at(booking, terms)
    return "release" if at and now >= at else ""


def all_due(store: Store, now: datetime) -> list[Booking]:
    """The bookings of all venues of which there is something to do. For a look before the lock."""
    return [one for one, _what in _due(store, now)]


def look_after(store: Store, venue: Venue, now: datetime, *, only: str = "") -> list[tuple[Booking, str]]:
    """Warn and release at a venue what is due: each booking with `warned` or `released`. Safe to run again. only: the id of one.

    The booker who is seated in the room came, whether or not they said so.
    """
    store.ledger.lock_chain(venue.network_id)
    done = []
    for booking, what in _due(store, now):
        if booking.venue_id != venue.id or only not in ("", booking.id):
            continue
        if _seated(store, booking):
            store.bookings.set(booking, arrived_at=now)
        elif what == "warn":
            warned = store.bookings.set(booking, warned_at=now)
            store.bookings.add_letter(warned, "nobody_there", now)
            done.append((warned, "warned"))
        else:
            after = settle(store, venue, booking, SYSTEM, now, status="released", expires_at=None, ended_at=now)
            done.append((after, "released"))
    return done


def _due(store: Store, now: datetime) -> list[tuple[Booking, str]]:
    """Bookings of all venues with what is due. Where no plate is on nobody could have said that they came: nothing is."""
    found, on = [], {}
    for booking in store.bookings.awaited(now):
        what = due(booking, store.rooms.version(booking.terms_id), now)
        if what and booking.room_id not in on:
            on[booking.room_id] = any(not plate.is_silent(now) for plate in store.devices.plates(booking.room_id))
        if what and on[booking.room_id]:
            found.append((booking, what))
    return found


def _seated(store: Store, booking: Booking) -> bool:
    person = store.people.get(booking.person_id) if booking.person_id else None
    visit = store.presence.open_visit(person) if person else None
    return visit is not None and visit.room_id == booking.room_id
