"""The plate: a tablet beside a room that is let. It tells from afar whether the room is free, and shows a code for phones.

Whoever scanned that code is *near* for ten minutes, and may do what is theirs: say that they came, make the meeting longer, end
it, or take a room that is free. The tablet itself only hears that somebody came or left: neither costs anybody anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import bookings, codes, money, rooms
from s2m.domain.bookings import Booker, Details, availability
from s2m.domain.bookings.booking import fresh, room_of, settle
from s2m.domain.bookings.changing import check_time
from s2m.domain.calendars import outside
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.rooms import closed_by, hours_of, open_during
from s2m.domain.venues import Venue, closing_after, day_end

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking
    from s2m.domain.codes import Keys
    from s2m.domain.devices import Device
    from s2m.domain.people import Person
    from s2m.domain.rooms import Closure
    from s2m.domain.venues import Room
    from s2m.store import Store

MINUTE = timedelta(minutes=1)
NEAR = timedelta(minutes=10)
# A meeting that begins so soon is what the plate tells of first; its booker may come so much earlier
SOON, EARLY = timedelta(minutes=10), timedelta(minutes=15)
# For how many minutes a free room can be taken on the spot, and a meeting made longer
NOW, LONGER = (15, 30, 60), (15, 30)


@dataclass(frozen=True)
class Status:
    """kind: free, soon (booked in a moment), held (not confirmed yet), expected (booked, nobody came yet), busy, preparing
    (between two), closed.

    booking: what goes on now; next: what comes today; until: when this changes, None where it does not today. closure: why it is
    closed, if a host said so. left: the meeting that was ended early and could go on.
    """

    kind: str
    booking: Booking | None = None
    next: Booking | None = None
    until: datetime | None = None
    closure: Closure | None = None
    left: Booking | None = None


@dataclass(frozen=True)
class Offer:
    """Until when, what it costs in all (cents, VAT included, and dots where capital pays), and how much more than before."""

    minutes: int
    ends_at: datetime
    gross_cents: int
    more_cents: int
    dots: int = 0
    more_dots: int = 0


# What stands on it ---------------------------------------------------------------------------------------------------


def status(store: Store, venue: Venue, room: Room, now: datetime) -> Status:
    """How a room is at this moment. Raises Refused `not_let`."""
    terms, tonight = rooms.terms_of(store, room, now), day_end(venue, now).astimezone(UTC)
    today = [one for one in store.bookings.between(venue.id, now, tonight, room_ids=[room.id]) if one.ends_at > now]
    going_on = [one for one in today if one.starts_at <= now]
    booking = next((one for one in going_on if one.left_at is None), None)
    left = next((one for one in going_on if one.left_at), None)
    coming = next((one for one in today if one.starts_at > now), None)
    closures = outside.all_closed(store, [(room, terms)], now, tonight)
    if booking:
        kind = "held" if booking.status != "confirmed" else "busy" if booking.arrived_at else "expected"
        return Status(kind, booking, coming, booking.ends_at)
    if closure := closed_by(closures, now, now + MINUTE):
        return Status("closed", None, coming, closure.ends_at, closure)
    if coming and coming.starts_at - now <= SOON:
        return Status("soon", None, coming, coming.starts_at)
    between = store.bookings.between(venue.id, now, now + MINUTE, room_ids=[room.id])
    if between:
        ready = max(one.starts_at if one.starts_at > now else one.blocked_until for one in between)
        return Status("preparing", None, coming, ready, left=left)
    if not open_during(venue, terms, now, now + MINUTE):
        return Status("closed", None, coming)
    changes = [closing_after(hours_of(venue, terms), now), *(one.starts_at for one in closures)]
    until = min([*changes, *([coming.blocked_from] if coming else [])])
    return Status("free", None, coming, until, left=left)


# Whoever stands before it --------------------------------------------------------------------------------------------


def read(store: Store, keys: Keys, text: str, now: datetime) -> Device:
    """The plate whose code was scanned. Raises Invalid `code_unreadable`, Refused `code_forged`, `room_code_expired`."""
    return the_plate(store, codes.read_room(keys, text, now))


def read_typed(store: Store, keys: Keys, typed: str, now: datetime) -> Device:
    """The six characters under the code, typed. Raises Refused `room_code_expired`."""
    return the_plate(store, codes.read_typed_room(keys, typed, [d.id for d in store.devices.paired("plate")], now))


def the_plate(store: Store, device_id: str) -> Device:
    """Raises Refused `room_code_expired` where it hangs there no longer."""
    device = store.devices.get(device_id)
    if device is None or device.kind != "plate" or device.revoked_at:
        raise Refused("room_code_expired")
    return device


def place_of(store: Store, device: Device) -> tuple[Venue, Room]:
    """Where a plate hangs. Raises Refused `not_let` where the room or the venue is no more."""
    venue, room = store.venues.get(device.venue_id), store.venues.room(device.room_id or "")
    if venue is None or room is None or venue.retired_at or room.retired_at:
        raise Refused("not_let")
    return venue, room


def check_near(seen_at: datetime, now: datetime) -> None:
    """Raises Refused `room_code_expired` once the code was opened too long ago."""
    if not timedelta(0) <= now - seen_at < NEAR:
        raise Refused("room_code_expired")


# What they may do ----------------------------------------------------------------------------------------------------


def in_room(store: Store, room: Room, booking_id: str) -> Booking:
    """Raises NotFound for a booking of another room as for one that never was."""
    found = store.bookings.get(booking_id)
    if found is None or found.room_id != room.id:
        raise NotFound()
    return found


def arrive(store: Store, venue: Venue, booking: Booking, by: Booker, now: datetime) -> Booking:
    """Somebody came: the room is not released. A repeat changes nothing. Raises Refused `not_now`, Conflict `booking_over`."""
    store.ledger.lock_chain(venue.network_id)
    before = fresh(store, booking)
    if before.status != "confirmed":
        raise Conflict("booking_over")
    if not before.starts_at - EARLY <= now < before.ends_at:
        raise Refused("not_now")
    return bookings.arrive(store, venue, before.id, by, now)


def leave(store: Store, venue: Venue, booking: Booking, by: Booker, now: datetime) -> Booking:
    """The meeting is over before its end: the room is free once it was made ready. It costs what it costs.

    A repeat changes nothing. Raises Refused `not_now`, Conflict `booking_over`.
    """
    store.ledger.lock_chain(venue.network_id)
    before = fresh(store, booking)
    if before.status != "confirmed":
        raise Conflict("booking_over")
    if not before.starts_at <= now < before.ends_at:
        raise Refused("not_now")
    if before.left_at:
        return before
    return bookings.end_early(store, venue, before.id, by, now)


def resume(store: Store, venue: Venue, booking: Booking, by: Booker, now: datetime) -> Booking:
    """It was not over after all. Raises Refused `not_now`; Conflict `taken` where somebody else has the room since."""
    store.ledger.lock_chain(venue.network_id)
    before = fresh(store, booking)
    if before.status != "confirmed" or before.left_at is None or before.ends_at <= now:
        raise Refused("not_now")
    room, terms = room_of(store, before), store.rooms.version(before.terms_id)
    availability.check_free(store, room, terms, before.starts_at, before.ends_at, but=before.id)
    _from, until = availability.blocked(terms, before.starts_at, before.ends_at)
    return settle(store, venue, before, by, now, left_at=None, blocked_until=until)


def _whole(now: datetime) -> datetime:
    """The minute that a moment lies in."""
    return now.replace(second=0, microsecond=0)


# Taking it on the spot -----------------------------------------------------------------------------------------------


def offers_now(store: Store, venue: Venue, room: Room, by: Booker, now: datetime) -> list[Offer]:
    """For how long the room can be taken from now, with the price; nothing where it cannot, or a host has to approve."""
    terms, start, found = rooms.terms_of(store, room, now), _whole(now), []
    for minutes in () if terms.approval and not by.is_host else NOW:
        end = start + minutes * MINUTE
        try:
            availability.check(venue, terms, start, end, by, start)
            availability.check_free(store, room, terms, start, end)
        except (Invalid, Refused, Conflict):
            continue
        lines = bookings.lines_for(store, venue, terms, start, end, Details(), member=by.is_member)
        gross = money.total(lines).gross_cents
        found.append(Offer(minutes, end, gross, gross))
    return found


def book_now(
    store: Store, venue: Venue, room: Room, person: Person, minutes: int, by: Booker, now: datetime, *, agreed_cents: int
) -> Booking:
    """An ordinary booking of a member that begins at once; they are there. agreed_cents: the price that was shown.

    Raises as `bookings.hold` and `fill_in` do; Refused `needs_mail` without an address for the invoice, `not_now` where the room
    asks for approval; Invalid `choice`.
    """
    store.ledger.lock_chain(venue.network_id)
    if minutes not in NOW:
        raise Invalid("minutes", "choice")
    if not person.email:
        raise Refused("needs_mail")
    if rooms.terms_of(store, room, now).approval and not by.is_host:
        raise Refused("not_now")
    start = _whole(now)
    held = bookings.hold(store, venue, room.id, start, start + minutes * MINUTE, by, start)
    known = store.bookings.renter_of(person.id)
    renter = known or bookings.renter_for(
        store, venue.network_id, person, bookings.parse_renter({"name": person.name, "email": person.email}), person.language, now
    )
    filled = bookings.fill_in(store, venue, held, Details(), renter, by, now, agreed_cents=agreed_cents)
    return bookings.arrive(store, venue, bookings.conclude(store, venue, filled, by, now).id, by, now)


def offers_longer(store: Store, venue: Venue, booking: Booking, by: Booker, now: datetime) -> list[Offer]:
    """How much longer a meeting that goes on may be, with what that costs more."""
    found = []
    room, terms = room_of(store, booking), store.rooms.version(booking.terms_id)
    for minutes in LONGER if booking.status == "confirmed" and booking.left_at is None else ():
        end = booking.ends_at + minutes * MINUTE
        try:
            check_time(venue, booking, booking.room_id, terms, booking.starts_at, end, by, now)
            availability.check_free(store, room, terms, booking.starts_at, end, but=booking.id)
        except (Invalid, Refused, Conflict):
            continue
        price = bookings.price_after(store, venue, booking, booking.room_id, booking.starts_at, end, now)
        more = price.gross_cents - booking.gross_cents
        found.append(Offer(minutes, end, price.gross_cents, more, price.dots, price.dots - booking.dots))
    return found


def extend(
    store: Store, venue: Venue, booking: Booking, minutes: int, by: Booker, now: datetime,
    *, agreed_cents: int, agreed_dots: int = 0,
) -> Booking:  # fmt: skip
    """So much longer, at the new price that was shown. Who makes it longer is there. Raises as `bookings.move`; `not_now`."""
    store.ledger.lock_chain(venue.network_id)
    if minutes not in LONGER:
        raise Invalid("minutes", "choice")
    before = fresh(store, booking)
    if before.status != "confirmed" or before.left_at or not before.starts_at <= now < before.ends_at:
        raise Refused("not_now")
    end = before.ends_at + minutes * MINUTE
    after = bookings.move(
        store, venue, before, before.room_id, before.starts_at, end, by, now, agreed_cents=agreed_cents, agreed_dots=agreed_dots
    )  # fmt: skip
    return bookings.arrive(store, venue, after.id, by, now)
