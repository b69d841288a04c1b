"""Moving a booking to another time or room, making it longer or shorter, and cancelling it, with what that costs shown before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import money, rooms
from s2m.domain.bookings import availability
from s2m.domain.bookings.booking import check_stands, fresh, lines_for, room_of, settle
from s2m.domain.bookings.renting import Details
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.venues import the_room

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booker, Booking
    from s2m.domain.money import Line
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Venue
    from s2m.store import Store


def terms_after(store: Store, booking: Booking, room_id: str, now: datetime) -> RoomTerms:
    """In its own room a booking keeps the terms it was made under; another has its own of today. Raises Refused `not_let`."""
    if room_id == booking.room_id:
        return store.rooms.version(booking.terms_id)
    room = store.venues.room(room_id)
    if room is None:
        raise Refused("not_let")
    return rooms.terms_of(store, room, now)


def lines_after(
    store: Store, venue: Venue, booking: Booking, room_id: str, start: datetime, end: datetime, now: datetime
) -> tuple[Line, ...]:
    """What it would cost there and then, to be shown before it is moved."""
    details = Details(people=booking.people, extras=booking.extras)
    member = any(line.code == "member" for line in booking.lines)
    return lines_for(store, venue, terms_after(store, booking, room_id, now), start, end, details, member=member)


def move(
    store: Store, venue: Venue, booking: Booking, room_id: str, start: datetime, end: datetime, by: Booker, now: datetime,
    *, agreed_cents: int | None,
) -> Booking:  # fmt: skip
    """To another time, room or length. agreed_cents: the new price that was shown, VAT included; None: a host who drags keeps
    whatever it comes to.

    Raises as `availability` does; Conflict `booking_over`, `price_changed`, `extra_gone`; Refused `booking_begun` where its start
    would change after it began; Invalid `too_many_people`.
    """
    store.ledger.lock_chain(venue.network_id)
    before = fresh(store, booking)
    check_stands(before)
    if before.starts_at <= now and (start != before.starts_at or room_id != before.room_id) and not by.is_host:
        raise Refused("booking_begun")
    room = the_room(store, venue, room_id)
    terms = terms_after(store, before, room_id, now)
    if not terms.fits(before.people, room):
        raise Invalid("room", "too_many_people", most=max(terms.setups.values(), default=room.capacity))
    check_time(venue, before, room_id, terms, start, end, by, now)
    availability.check_free(store, room, terms, start, end, but=before.id)
    availability.check_stock(store, venue, before.extras, start, end, but=before.id)
    lines = lines_after(store, venue, before, room_id, start, end, now)
    gross = money.total(lines).gross_cents
    if agreed_cents is not None and gross != agreed_cents:
        raise Conflict("price_changed", cents=gross)
    blocked_from, blocked_until = availability.blocked(terms, start, end)
    setup = before.setup if before.setup in terms.setups else ""
    return settle(
        store, venue, before, by, now, room_id=room.id, terms_id=terms.id, starts_at=start, ends_at=end, setup=setup,
        blocked_from=blocked_from, blocked_until=blocked_until, lines=lines, gross_cents=gross, warned_at=None, left_at=None,
    )  # fmt: skip


def check_time(
    venue: Venue, before: Booking, room_id: str, terms: RoomTerms, start: datetime, end: datetime, by: Booker, now: datetime
) -> None:
    """A meeting that goes on may be made longer or shorter; its start is not asked about again. It never ends in the past."""
    begun = start == before.starts_at and start <= now
    if begun and end <= now:
        raise Invalid("until", "booking_past")
    availability.check(venue, terms, start, end, by, start - timedelta(minutes=terms.notice) if begun else now)


def change_details(
    store: Store, venue: Venue, booking: Booking, details: Details, by: Booker, now: datetime, *, agreed_cents: int | None
) -> Booking:
    """Another title, more people, other extras. agreed_cents: the new price that was shown, VAT included.

    Raises Conflict `booking_over`, `price_changed`, `extra_gone`; Refused `booking_begun` for one that is over.
    """
    store.ledger.lock_chain(venue.network_id)
    before = fresh(store, booking)
    check_stands(before)
    if before.ends_at <= now:
        raise Refused("booking_begun")
    availability.check_stock(store, venue, details.extras, before.starts_at, before.ends_at, but=before.id)
    member = any(line.code == "member" for line in before.lines)
    terms = store.rooms.version(before.terms_id)
    lines = lines_for(store, venue, terms, before.starts_at, before.ends_at, details, member=member)
    gross = money.total(lines).gross_cents
    if agreed_cents is not None and gross != agreed_cents:
        raise Conflict("price_changed", cents=gross)
    return settle(store, venue, before, by, now, **vars(details), lines=lines, gross_cents=gross)


def cancel_fee(store: Store, booking: Booking, now: datetime) -> tuple[int, tuple[Line, ...]]:
    """What cancelling costs now: the percentage and its lines. Nothing for what does not stand firmly."""
    if booking.status != "confirmed":
        return 0, ()
    return rooms.fee(store.rooms.version(booking.terms_id), booking.lines, booking.starts_at, now)


def cancel(
    store: Store, venue: Venue, booking: Booking, by: Booker, now: datetime, *, agreed_cents: int | None, waive: bool = False
) -> Booking:
    """It takes place no more, and the room is free. agreed_cents: the fee that was shown; waive: a host asks for none.

    Raises Conflict `booking_over` the second time, `fee_changed` where a tier passed meanwhile; Refused `booking_begun`.
    """
    store.ledger.lock_chain(venue.network_id)
    before = fresh(store, booking)
    check_stands(before)
    if before.starts_at <= now and not by.is_host:
        raise Refused("booking_begun")
    fee = 0 if waive and by.is_host else money.total(cancel_fee(store, before, now)[1]).gross_cents
    if agreed_cents is not None and fee != agreed_cents:
        raise Conflict("fee_changed", cents=fee)
    return settle(store, venue, before, by, now, status="cancelled", expires_at=None, ended_at=now, fee_cents=fee)


__all__ = ["cancel", "cancel_fee", "change_details", "lines_after", "move", "room_of", "terms_after"]
