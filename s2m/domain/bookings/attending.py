"""On the day: a meeting's people come, and perhaps leave before the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain.bookings.booking import the_booking
from s2m.domain.bookings.following import follow
from s2m.domain.bookings.times import QUARTER, quarter_of
from s2m.domain.errors import Conflict, Refused

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booker, Booking
    from s2m.domain.venues import Venue
    from s2m.store import Store

# How long before the start somebody may already be there
EARLY = timedelta(hours=1)


def arrive(store: Store, venue: Venue, booking_id: str, by: Booker, now: datetime, *, came: bool = True) -> Booking:
    """They are there, so nobody is warned and nothing is released; came=False takes that back. The second time changes nothing.

    Raises NotFound; Conflict `booking_over` for one that is not confirmed; Refused `too_early`.
    """
    before = _confirmed(store, venue, booking_id)
    if bool(before.arrived_at) == came:
        return before
    if came and now < before.starts_at - EARLY:
        raise Refused("too_early", minutes=EARLY // timedelta(minutes=1))
    after = store.bookings.set(before, arrived_at=now if came else None)
    _note(store, venue, after, "booking.arrive" if came else "booking.absent", by, now)
    return after


def end_early(store: Store, venue: Venue, booking_id: str, by: Booker, now: datetime) -> Booking:
    """They have left: from the next quarter on, and what the room needs afterwards, it is free again. The price stays.

    Raises NotFound; Conflict `booking_over`; Refused `not_begun`.
    """
    before = _confirmed(store, venue, booking_id)
    if before.ends_at <= now or before.left_at:
        raise Conflict("booking_over")
    if now < before.starts_at:
        raise Refused("not_begun")
    needed = before.blocked_until - before.ends_at
    left = min(quarter_of(now) + QUARTER, before.ends_at)
    after = store.bookings.set(
        before, left_at=left, arrived_at=before.arrived_at or now, blocked_until=left + needed, sequence=before.sequence + 1,
        changed_at=now,
    )  # fmt: skip
    _note(store, venue, after, "booking.end_early", by, now)
    follow(store, venue, before, after, now)
    return after


def _confirmed(store: Store, venue: Venue, booking_id: str) -> Booking:
    store.ledger.lock_chain(venue.network_id)
    found = the_booking(store, venue, booking_id)
    if found.status != "confirmed":
        raise Conflict("booking_over")
    return found


def _note(store: Store, venue: Venue, booking: Booking, action: str, by: Booker, now: datetime) -> None:
    store.audit.record(venue.network_id, now, actor=by.id, role=by.role, action=action, venue_id=venue.id, object_id=booking.id)
