"""From a free time to a booking that stands. Every action locks the chain of the network first, and decides then.

    hold → fill_in → conclude (option, requested or confirmed) → approve, decline · expire_due lets go of what waited too long
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import rooms
from s2m.domain.bookings import availability, capital
from s2m.domain.bookings.following import follow
from s2m.domain.bookings.renting import forget, pays_as_member
from s2m.domain.bookings.values import ANSWER, BLOCKING, HOLD, MAIL, STRANGER, Booker, Booking
from s2m.domain.errors import Conflict, NotFound, Refused
from s2m.domain.rooms.pricing import extras_of
from s2m.domain.venues import the_room

if TYPE_CHECKING:
    from s2m.domain.bookings.renting import Details
    from s2m.domain.bookings.values import Renter
    from s2m.domain.money import Line
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Room, Venue
    from s2m.store import Store


def hold(
    store: Store, venue: Venue, room_id: str, start: datetime, end: datetime, by: Booker, now: datetime
) -> Booking:
    """Keep a room for five minutes, while the form is filled in.

    Raises as `availability.check` and `check_free` do; NotFound for a room that is not here; Refused `not_let`.
    """
    store.ledger.lock_chain(venue.network_id)
    room = the_room(store, venue, room_id)
    terms = rooms.terms_of(store, room, now)
    availability.check(venue, terms, start, end, by, now)
    availability.check_free(store, room, terms, start, end)
    blocked_from, blocked_until = availability.blocked(terms, start, end)
    booking = Booking(
        store.new_id(now), venue.network_id, venue.id, room.id, terms.id, start, end, blocked_from, blocked_until, "hold", by.id,
        now, now, person_id=by.person_id, expires_at=now + HOLD,
    )  # fmt: skip
    return store.bookings.add(booking)


def more_time(store: Store, venue: Venue, booking: Booking, now: datetime) -> Booking:
    """Five minutes more for the form, once. Raises Conflict `hold_over`, Refused `no_more_time`."""
    store.ledger.lock_chain(venue.network_id)
    held = fresh(store, booking)
    if held.status != "hold" or held.expires_at is None or held.expires_at <= now:
        raise Conflict("hold_over")
    if held.expires_at > held.created_at + HOLD:
        raise Refused("no_more_time")
    return store.bookings.set(held, expires_at=held.expires_at + HOLD, changed_at=now)


def let_go(store: Store, venue: Venue, booking: Booking, now: datetime) -> None:
    """A hold that nobody wants any more: the room is free at once. Nothing happens to what is booked."""
    store.ledger.lock_chain(venue.network_id)
    held = fresh(store, booking)
    if held.status == "hold":
        settle(store, venue, held, SYSTEM, now, status="expired", expires_at=None, ended_at=now)


def lines_for(
    store: Store, venue: Venue, terms: RoomTerms, start: datetime, end: datetime, details: Details, *, member: bool
) -> tuple[Line, ...]:
    """What a meeting would cost, line by line: what is shown before anybody chooses."""
    chosen = extras_of(details.extras, store.rooms.extras(venue.id, held=details.extras))
    return rooms.price(terms, venue, start, end, extras=chosen, member=member)


def fill_in(
    store: Store, venue: Venue, booking: Booking, details: Details, renter: Renter, by: Booker, now: datetime,
    *, agreed_cents: int, paid_by: str = "euro", agreed_dots: int = 0,
) -> Booking:  # fmt: skip
    """What the meeting is, who rents, and at what price. agreed_cents and agreed_dots: what was shown, VAT included; paid_by:
    euro or capital.

    Raises Conflict `price_changed` where it has become another, `hold_over`, `extra_gone`, and as `check_free` does where the
    room was closed since; Refused as `capital.check` does.
    """
    store.ledger.lock_chain(venue.network_id)
    held = fresh(store, booking)
    if held.status != "hold" or held.expires_at is None or held.expires_at <= now:
        raise Conflict("hold_over")
    if held.renter_id and held.renter_id != renter.id:
        forget(store, held.renter_id)  # they mistyped themselves the first time
    terms = check_open(store, held)
    availability.check_stock(store, venue, details.extras, held.starts_at, held.ends_at, but=held.id)
    lines = lines_for(store, venue, terms, held.starts_at, held.ends_at, details, member=pays_as_member(store, held.person_id))
    price = capital.priced(lines, terms, held.starts_at, held.ends_at, paid_by)
    if (price.gross_cents, price.dots) != (agreed_cents, agreed_dots):
        raise Conflict("price_changed", cents=price.gross_cents, dots=price.dots)
    if paid_by == "capital":
        capital.check(store, venue, held, terms, price.dots, by)
    return store.bookings.set(
        held, **asdict(details), **vars(price), gross_cents=price.gross_cents, paid_by=paid_by, renter_id=renter.id,
        changed_at=now,
    )  # fmt: skip


def wait_for_mail(store: Store, booking: Booking, now: datetime) -> Booking:
    """A stranger has half an hour to open the link that was sent to them; the room is kept meanwhile. Another link gives no more
    time than the first could: nobody keeps a room by asking for links."""
    until = min(now + MAIL, booking.created_at + HOLD + MAIL)
    return store.bookings.set(booking, expires_at=max(until, booking.expires_at or until), changed_at=now)


def conclude(store: Store, venue: Venue, booking: Booking, by: Booker, now: datetime, *, option: bool = False) -> Booking:
    """A filled-in hold becomes what was asked for. Of a room that asks for approval a request; hosts need none.

    Raises Conflict `hold_over`, and as `check_free` does where the room was closed since; Refused `no_options` where the room has
    none.
    """
    store.ledger.lock_chain(venue.network_id)
    held = fresh(store, booking)
    terms = store.rooms.version(held.terms_id)
    if held.status == "option" and not option:
        return confirm_or_ask(store, venue, held, terms, by, now)
    if held.status != "hold" or held.renter_id is None or held.expires_at is None or held.expires_at <= now:
        raise Conflict("hold_over")
    check_open(store, held)
    if option:
        if not terms.option_hours:
            raise Refused("no_options")
        until = min(now + timedelta(hours=terms.option_hours), held.starts_at)
        return settle(store, venue, held, by, now, status="option", expires_at=until)
    return confirm_or_ask(store, venue, held, terms, by, now)


def check_open(store: Store, held: Booking) -> RoomTerms:
    """Whether what is held can still be had: a room may have been closed since. Gives its terms. Raises as `check_free`."""
    terms = store.rooms.version(held.terms_id)
    availability.check_free(store, room_of(store, held), terms, held.starts_at, held.ends_at, but=held.id)
    return terms


def confirm_or_ask(store: Store, venue: Venue, held: Booking, terms: RoomTerms, by: Booker, now: datetime) -> Booking:
    """A hold or option that is filled in stands, or waits for the host. Raises Conflict `hold_over`. Under the chain's lock."""
    if held.expires_at is not None and held.expires_at <= now:
        raise Conflict("hold_over")
    if terms.approval and not by.is_host:
        return settle(store, venue, held, by, now, status="requested", expires_at=min(now + ANSWER, held.starts_at))
    return settle(store, venue, held, by, now, status="confirmed", expires_at=None, confirmed_at=now)


def approve(store: Store, venue: Venue, booking_id: str, by: Booker, now: datetime) -> Booking:
    """A host says yes to a request. Raises NotFound, Conflict `booking_decided`."""
    asked = _asked(store, venue, booking_id, now)
    return settle(store, venue, asked, by, now, status="confirmed", expires_at=None, confirmed_at=now)


def decline(store: Store, venue: Venue, booking_id: str, by: Booker, now: datetime) -> Booking:
    """A host says no: the room is free again. Raises NotFound, Conflict `booking_decided`."""
    asked = _asked(store, venue, booking_id, now)
    return settle(store, venue, asked, by, now, status="declined", expires_at=None, ended_at=now)


def _asked(store: Store, venue: Venue, booking_id: str, now: datetime) -> Booking:
    store.ledger.lock_chain(venue.network_id)
    asked = the_booking(store, venue, booking_id)
    if asked.status != "requested" or (asked.expires_at and asked.expires_at <= now):
        raise Conflict("booking_decided")
    return asked


def expire_due(store: Store, venue: Venue, now: datetime, *, only: str = "") -> int:
    """Let go of a venue's holds, options and requests whose time is over; how many. Safe to run again. only: the id of one."""
    store.ledger.lock_chain(venue.network_id)
    due = [one for one in store.bookings.due(now) if one.venue_id == venue.id and only in ("", one.id)]
    for one in due:
        lapsed = settle(store, venue, one, SYSTEM, now, status="expired", expires_at=None, ended_at=now)
        if one.status == "hold" and one.created_by == STRANGER.id:
            forget(store, one.renter_id)
            store.bookings.set(lapsed, title="", notes="", topics=())
    return len(due)


SYSTEM = Booker("system", is_host=True)


# What all of them share ------------------------------------------------------------------------------------------


def settle(store: Store, venue: Venue, before: Booking, by: Booker, now: datetime, **values: object) -> Booking:
    """Write a change down, note it in the trail, and let follow what follows from it. The caller holds the chain's lock."""
    if values.get("status", before.status) != before.status:
        values = {"warned_at": None} | values  # of what it no longer is
    after = store.bookings.set(before, **values, sequence=before.sequence + (before.status != "hold"), changed_at=now)
    action = after.status if after.status != before.status else "move"
    role = "system" if by is SYSTEM else by.role
    if before.status != "hold" or action != "expired":  # a form that was left is no act of anybody's
        store.audit.record(
            venue.network_id, now, actor=by.id, role=role, action=f"booking.{action}", venue_id=venue.id, object_id=after.id
        )
    follow(store, venue, before, after, now)
    return after


def fresh(store: Store, booking: Booking) -> Booking:
    """As it stands now that nobody else can change it. Raises NotFound. Under the chain's lock."""
    found = store.bookings.get(booking.id)
    if found is None:
        raise NotFound()
    return found


def the_booking(store: Store, venue: Venue, booking_id: str) -> Booking:
    """Raises NotFound for a booking of another venue as for one that never was, or that nobody finished."""
    found = store.bookings.get(booking_id)
    if found is None or found.venue_id != venue.id or found.renter_id is None:
        raise NotFound()
    return found


def check_stands(booking: Booking) -> None:
    """Raises Conflict `booking_over` for one that no longer blocks its room."""
    if booking.status not in BLOCKING:
        raise Conflict("booking_over")


def room_of(store: Store, booking: Booking) -> Room:
    room = store.venues.room(booking.room_id)
    assert room, "rooms are retired, never deleted"
    return room
