"""Moving a booking to another time or room, making it longer or shorter, and cancelling it, with what that costs shown before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import money, rooms
from s2m.domain.bookings import availability, binding, capital
from s2m.domain.bookings.booking import check_stands, fresh, lines_for, room_of, settle
from s2m.domain.bookings.capital import Price
from s2m.domain.bookings.renting import Details, needed, pays_as_member
from s2m.domain.bookings.values import Booker
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.venues import the_room

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booking
    from s2m.domain.money import Line
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Venue
    from s2m.store import Store

NOTHING = Price(())


def terms_after(store: Store, booking: Booking, room_id: str, now: datetime) -> RoomTerms:
    """In its own room a booking keeps the terms it was made under; another has its own of today. Raises Refused `not_let`."""
    if room_id == booking.room_id:
        return store.rooms.version(booking.terms_id)
    room = store.venues.room(room_id)
    if room is None:
        raise Refused("not_let")
    return rooms.terms_of(store, room, now)


def price_after(
    store: Store, venue: Venue, booking: Booking, room_id: str, start: datetime, end: datetime, now: datetime
) -> Price:
    """What it would cost there and then, to be shown before it is moved."""
    details = Details(people=booking.people, extras=booking.extras)
    return _price(store, venue, booking, terms_after(store, booking, room_id, now), start, end, details)


def _price(
    store: Store, venue: Venue, booking: Booking, terms: RoomTerms, start: datetime, end: datetime, details: Details
) -> Price:
    """It stays paid as it is."""
    member = pays_as_member(store, booking.person_id, booking.lines)
    lines = lines_for(store, venue, terms, start, end, details, member=member)
    return capital.priced(lines, terms, start, end, booking.paid_by)


def move(
    store: Store, venue: Venue, booking: Booking, room_id: str, start: datetime, end: datetime, by: Booker, now: datetime,
    *, agreed_cents: int | None, agreed_dots: int = 0,
) -> Booking:  # fmt: skip
    """To another time, room or length. agreed_cents and agreed_dots: the new price that was shown, VAT included; no cents:
    whatever it comes to.

    Raises as `availability` does; Conflict `booking_over`, `price_changed`, `extra_gone`; Refused `booking_begun` where its start
    would change after it began, `not_in_room` for its set-up and extras, and as in `binding`; Invalid `too_many_people`.
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
    if room.id != before.room_id and not needed(before) <= terms.offers:
        raise Refused("not_in_room")
    check_time(venue, before, room_id, terms, start, end, by, now)
    availability.check_free(store, room, terms, start, end, but=before.id)
    availability.check_stock(store, venue, before.extras, start, end, but=before.id)
    price = price_after(store, venue, before, room_id, start, end, now)
    kept = binding.moved(before, store.rooms.version(before.terms_id), terms, start, price, by, now)
    if agreed_cents is not None and (agreed_cents, agreed_dots) != (price.gross_cents, price.dots):
        raise Conflict("price_changed", cents=price.gross_cents, dots=price.dots)
    if before.paid_by == "capital":
        capital.check(store, venue, replace(before, room_id=room.id, starts_at=start), terms, price.dots, _as_booker(before))
    blocked_from, blocked_until = availability.blocked(terms, start, end)
    stay = room.id == before.room_id and start <= max(before.starts_at, now)  # who is there need not say so again
    return settle(
        store, venue, before, by, now, room_id=room.id, terms_id=terms.id, starts_at=start, ends_at=end,
        blocked_from=blocked_from, blocked_until=blocked_until, warned_at=None, left_at=None,
        arrived_at=before.arrived_at if stay else None, **vars(price), gross_cents=price.gross_cents, **kept,
    )  # fmt: skip


def _as_booker(booking: Booking) -> Booker:
    """Whoever pays with capital, also where a host moves it for them."""
    return Booker(booking.person_id or "", booking.person_id, is_member=True)


def check_time(
    venue: Venue, before: Booking, room_id: str, terms: RoomTerms, start: datetime, end: datetime, by: Booker, now: datetime
) -> None:
    """A meeting that goes on may be made longer or shorter; its start is not asked about again. It never ends in the past.

    Raises Invalid `booking_past`, and as `availability.check` does.
    """
    begun = start == before.starts_at and start <= now
    if begun and end <= now:
        raise Invalid("until", "booking_past")
    availability.check(venue, terms, start, end, by, start - timedelta(minutes=terms.notice) if begun else now)


def change_details(
    store: Store, venue: Venue, booking: Booking, details: Details, by: Booker, now: datetime, *, agreed_cents: int | None
) -> Booking:
    """Another title, more people, other extras; it stays paid as it is. agreed_cents: the new price that was shown, VAT included.

    Raises Conflict `booking_over`, `price_changed`, `extra_gone`; Refused `booking_begun` for one that is over, `bound`.
    """
    store.ledger.lock_chain(venue.network_id)
    before = fresh(store, booking)
    check_stands(before)
    if before.ends_at <= now:
        raise Refused("booking_begun")
    availability.check_stock(store, venue, details.extras, before.starts_at, before.ends_at, but=before.id)
    lines = lines_with(store, venue, before, details)
    terms = store.rooms.version(before.terms_id)
    binding.check(before, terms, capital.Price(lines, before.dots), by, now)
    gross = money.total(lines).gross_cents
    if agreed_cents is not None and gross != agreed_cents:
        raise Conflict("price_changed", cents=gross)
    return settle(store, venue, before, by, now, **vars(details), lines=lines, gross_cents=gross)


def lines_with(store: Store, venue: Venue, booking: Booking, details: Details) -> tuple[Line, ...]:
    """What it would cost with other people or extras: as it was agreed, where neither changes."""
    if (details.people, details.extras) == (booking.people, booking.extras):
        return booking.lines
    return _price(
        store, venue, booking, store.rooms.version(booking.terms_id), booking.starts_at, booking.ends_at, details
    ).lines  # fmt: skip


def cancel_fee(store: Store, booking: Booking, now: datetime) -> tuple[int, Price]:
    """What cancelling costs now: the percentage, and what that is in euro and dots. Nothing for what does not stand firmly."""
    if booking.status != "confirmed":
        return 0, NOTHING
    percent, lines = rooms.fee(store.rooms.version(booking.terms_id), booking, now)
    return percent, Price(lines, money.part(booking.dots, percent, 100))


def cancel(
    store: Store, venue: Venue, booking: Booking, by: Booker, now: datetime,
    *, agreed_cents: int | None, agreed_dots: int = 0, waive: bool = False,
) -> Booking:  # fmt: skip
    """It takes place no more, and the room is free. agreed_cents and agreed_dots: the fee that was shown; no cents: whatever it
    comes to; waive: a host asks for none.

    Raises Conflict `booking_over` the second time, `fee_changed` where a tier passed meanwhile; Refused `booking_begun`.
    """
    store.ledger.lock_chain(venue.network_id)
    before = fresh(store, booking)
    check_stands(before)
    if before.starts_at <= now and not by.is_host:
        raise Refused("booking_begun")
    fee = NOTHING if waive and by.is_host else cancel_fee(store, before, now)[1]
    if agreed_cents is not None and (agreed_cents, agreed_dots) != (fee.gross_cents, fee.dots):
        raise Conflict("fee_changed", cents=fee.gross_cents, dots=fee.dots)
    return settle(
        store, venue, before, by, now, status="cancelled", expires_at=None, ended_at=now, fee_cents=fee.gross_cents,
        fee_dots=fee.dots,
    )  # fmt: skip


__all__ = [
    "cancel", "cancel_fee", "change_details", "lines_with", "move", "price_after", "room_of", "terms_after",
]  # fmt: skip
