"""What follows from a change of a booking, in the same transaction: bills, dots, its letter, its guests, and who waits for it.

One place, so that whoever books, moves or cancels in whatever way never forgets one of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import presence
from s2m.domain.billing import following as billing
from s2m.domain.bookings import capital, letters

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booking
    from s2m.domain.venues import Venue
    from s2m.store import Store


def follow(store: Store, venue: Venue, before: Booking, after: Booking, now: datetime) -> None:
    """before and after: the same booking; they differ in status, time, room or price. Under the chain's lock."""
    from s2m.domain.bookings import waiting  # who waits is offered a hold, which may follow on itself

    billing.follow(store, venue, after, now)
    capital.follow(store, venue, after, now)
    letters.note(store, before, after, now)
    if before.ends_at != after.ends_at:
        presence.stay_until(store, venue, after)
    waiting.follow(store, venue, before, after, now)
