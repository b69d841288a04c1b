"""What a host does at the desk: book for others, and put back a booking that was just moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from s2m.domain import fields, hosting
from s2m.domain.bookings import availability
from s2m.domain.bookings.booking import check_stands, conclude, fill_in, hold, room_of, settle, the_booking
from s2m.domain.bookings.renting import RENTER, Details, parse_renter, renter_for
from s2m.domain.bookings.values import Booker, Booking
from s2m.domain.errors import Conflict, Invalid

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store

# How long a move can be taken back with one press, and how many people of one name are offered
UNDO = timedelta(seconds=30)
MANY = 8
# Within which the same booking by the same host is the same press, sent twice
TWICE = timedelta(minutes=1)
# What a move changes, and taking it back restores
PLACE = (
    "room_id", "terms_id", "starts_at", "ends_at", "blocked_from", "blocked_until", "setup", "gross_cents", "dots", "worth_cents",
    "warned_at", "arrived_at", "left_at", "expires_at",
)  # fmt: skip


@dataclass(frozen=True)
class Party:
    """Who rents: a member, or a stranger by name and mail. found: several people of that name, one to be chosen."""

    person: Person | None
    values: Mapping[str, str]
    found: tuple[Person, ...] = ()


# Who rents --------------------------------------------------------------------------------------------------------


def party(
    store: Store, venue: Venue, typed: object, by: str, now: datetime, *, chosen: object = "", company: object = ""
) -> Party:
    """Whom a host books for, from a name of somebody known, or from `Woonlab Soest, eva@woonlab.example`. chosen: the id of one
    of several people of that name. A look for somebody is in the audit trail. Who does not belong to the venue is a stranger
    here: nothing of how they rent elsewhere is told.

    Raises Invalid `nobody_found`, `renter_no_mail`, and as in `fields`, on field `who`.
    """
    text = fields.line("who", typed, fields.NAME_MAX * 2)
    store.ledger.lock_chain(venue.network_id)  # before the trail's: whoever books writes to both
    if "@" in text:
        return _by_mail(store, venue, text, company, by, now)
    found = hosting.search(store, venue, fields.line("who", text, fields.NAME_MAX), by, now, most=MANY)
    some = [one for one in found if one.id == chosen] or found
    if not some:
        raise Invalid("who", "nobody_found")
    if len(some) > 1:
        return Party(None, {}, tuple(some))
    if hosting.belongs(store, venue, some[0], by, now):
        return _known(store, some[0], company)
    if not some[0].email:
        raise Invalid("who", "renter_no_mail", name=some[0].first_name)
    return Party(None, parse_renter({"name": some[0].name, "email": some[0].email, "company": company}))


def by_mail(store: Store, venue: Venue, email: str, by: str, now: datetime) -> Person | None:
    """Whoever has this address, if they belong to the venue. That somebody looked is in the audit trail."""
    store.ledger.lock_chain(venue.network_id)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="people.search", venue_id=venue.id)
    someone = store.people.by_email(venue.network_id, email)
    return someone if someone and hosting.belongs(store, venue, someone, by, now) else None


def _by_mail(store: Store, venue: Venue, text: str, company: object, by: str, now: datetime) -> Party:
    name, _, mail = text.rpartition(",") if "," in text else text.rpartition(" ")
    address = fields.email(mail.strip(" <>"), "who")
    someone = by_mail(store, venue, address, by, now)
    if someone:
        return _known(store, someone, company)
    return Party(None, parse_renter({"name": name.strip() or address.partition("@")[0], "email": address, "company": company}))


def _known(store: Store, someone: Person, company: object) -> Party:
    """As they rented last, else as we know them. Raises Invalid `renter_no_mail`."""
    before = store.bookings.renter_of(someone.id)
    if before:
        values = {name: str(value) for name, value in vars(before).items() if name in RENTER}
        other = fields.line("company", company, fields.NAME_MAX) if company else before.company
        if other != before.company:  # that is for this once, with what we know of them and not with what they typed
            values |= {"company": other, "vat_id": "", "email": someone.email or ""}
        return Party(someone, values)
    if not someone.email:
        raise Invalid("who", "renter_no_mail", name=someone.first_name)
    return Party(someone, parse_renter({"name": someone.name, "email": someone.email, "company": company}))


# Booking ---------------------------------------------------------------------------------------------


def book_for(
    store: Store, venue: Venue, room_id: str, start: datetime, end: datetime, details: Details, who: Party, by: Booker,
    now: datetime, *, agreed_cents: int, option: bool = False,
) -> Booking:  # fmt: skip
    """A booking or an option in one go; the same one again for a form that was sent twice. The price is a member's for a member.

    Raises as `hold`, `fill_in` and `conclude`.
    """
    store.ledger.lock_chain(venue.network_id)
    if again := _just_made(store, venue, room_id, start, end, who, by, now):
        return again
    for_them = booker_for(by, who.person)
    held = hold(store, venue, room_id, start, end, for_them, now)
    language = who.person.language if who.person else venue.language
    renter = renter_for(store, venue.network_id, who.person, who.values, language, now, by_host=True)
    filled = fill_in(store, venue, held, details, renter, for_them, now, agreed_cents=agreed_cents)
    return conclude(store, venue, filled, for_them, now, option=option)


def _just_made(
    store: Store, venue: Venue, room_id: str, start: datetime, end: datetime, who: Party, by: Booker, now: datetime
) -> Booking | None:
    for one in store.bookings.between(venue.id, start, end, room_ids=[room_id]):
        fresh = one.created_by == by.id and now - one.created_at < TWICE and (one.starts_at, one.ends_at) == (start, end)
        renter = store.bookings.renter(one.renter_id) if fresh and one.renter_id else None
        if renter and renter.email == who.values["email"]:
            return one
    return None


def booker_for(by: Booker, someone: Person | None) -> Booker:
    """A host who books for somebody: bound by no terms, at the price that the other has."""
    return replace(by, person_id=someone.id if someone else None, is_member=bool(someone and someone.is_member))


# Taking a move back -----------------------------------------------------------------------------------------------


def place_of(booking: Booking) -> dict[str, Any]:
    """Where and when a booking is and what it costs there, to be put back if the next move was a slip."""
    return {name: getattr(booking, name) for name in PLACE} | {"lines": booking.lines}


def put_back(
    store: Store, venue: Venue, booking_id: str, place: Mapping[str, Any], sequence: int, moved_at: datetime, by: Booker,
    now: datetime,
) -> Booking:  # fmt: skip
    """As it was before a move that led to this sequence. Raises NotFound; Conflict `move_undo_late`, `taken`, `room_closed`;
    Refused `dots_short`."""
    store.ledger.lock_chain(venue.network_id)
    before = the_booking(store, venue, booking_id)
    check_stands(before)
    if now > moved_at + UNDO or before.sequence != sequence:
        raise Conflict("move_undo_late")
    room, terms = room_of(store, replace(before, room_id=place["room_id"])), store.rooms.version(place["terms_id"])
    availability.check_free(store, room, terms, place["starts_at"], place["ends_at"], but=before.id)
    availability.check_stock(store, venue, before.extras, place["starts_at"], place["ends_at"], but=before.id)
    return settle(store, venue, before, by, now, **place)
