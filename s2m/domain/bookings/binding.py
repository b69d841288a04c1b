"""What a renter agreed to binds them when they change it: what is due never gets less, a host's yes is never walked around, and
an option is never stretched. Hosts are bound by none of it but the last.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import rooms
from s2m.domain.bookings.values import Booking
from s2m.domain.errors import Refused
from s2m.domain.rooms.pricing import without_deposit

if TYPE_CHECKING:
    from s2m.domain.bookings.capital import Price
    from s2m.domain.bookings.values import Booker
    from s2m.domain.rooms import RoomTerms


def check(before: Booking, terms: RoomTerms, price: Price, by: Booker, now: datetime) -> None:
    """terms: those it was booked under. Raises Refused `bound` where its renter would owe less than before, once cancelling would
    cost something or it has begun: otherwise a meeting is made small where it can no longer be cancelled for nothing."""
    begun = before.starts_at <= now
    if by.is_host or before.status != "confirmed" or not (begun or rooms.share(terms, before, now)):
        return
    was, then = (without_deposit(lines).gross_cents for lines in (before.lines, price.lines))
    if then < was or price.dots < before.dots:
        raise Refused("bound")


def moved(
    before: Booking, was: RoomTerms, terms: RoomTerms, start: datetime, price: Price, by: Booker, now: datetime
) -> dict[str, object]:
    """What becomes other of a booking that moves to a start on terms (was: those before), besides its place and its price: until
    when it waits, and what cancelling costs at least.

    Raises Refused `bound`; `needs_approval` in another room, where a host says yes first; `no_options` where there are none.
    """
    check(before, was, price, by, now)
    another = terms.id != was.id
    if another and before.status == "confirmed" and terms.approval and not by.is_host:
        raise Refused("needs_approval")
    if another and before.status == "option" and not terms.option_hours:
        raise Refused("no_options")
    kept: dict[str, object] = {}
    if before.expires_at:
        kept["expires_at"] = min(before.expires_at, start)
    if before.status == "confirmed" and not by.is_host:
        kept["bound_percent"] = max(before.bound_percent, rooms.share(was, before, now))
    return kept
