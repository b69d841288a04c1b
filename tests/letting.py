"""Rooms that are let and bookings in them, for every folder of tests."""

from datetime import timedelta

from s2m.domain import bookings, rooms, venues
from s2m.domain.bookings import Booker, Details, capital
from s2m.domain.rooms import RoomTerms

HOUR = timedelta(hours=1)
EVA = {"name": "Eva Woonlab", "email": "eva@woonlab.example", "company": "Woonlab Soest"}


def let(store, venue, by, now, name="Perron", capacity=20, **terms):
    """A room of that name with terms from now on: 38 euro an hour unless said otherwise."""
    room = venues.add_room(store, venue, {"name": name, "kind": "meeting", "floor": "0", "capacity": str(capacity)}, by.id, now)
    rooms.change_terms(store, venue, room.id, RoomTerms(**{"hour_cents": 3800} | terms), by.id, now)
    return room


def as_booker(person, *, host=False):
    return Booker(person.id, person.id, is_host=host, is_member=True)


def book(
    store, venue, room, start, hours, by, now, *, renter=None, option=False, person=None, paid_by="euro", language="nl", **details
):  # fmt: skip
    """From a hold to what becomes of it, at the price that it has."""
    held = bookings.hold(store, venue, room.id, start, start + hours * HOUR, by, now)
    given = Details(**details)
    terms = store.rooms.version(held.terms_id)
    member = bookings.pays_as_member(store, by.person_id)
    lines = bookings.lines_for(store, venue, terms, held.starts_at, held.ends_at, given, member=member)
    values = bookings.parse_renter(renter or EVA)
    who = bookings.renter_for(store, venue.network_id, person, values, language, now)
    price = capital.priced(lines, terms, held.starts_at, held.ends_at, paid_by)
    filled = bookings.fill_in(
        store, venue, held, given, who, by, now, agreed_cents=price.gross_cents, paid_by=paid_by, agreed_dots=price.dots
    )  # fmt: skip
    return bookings.conclude(store, venue, filled, by, now, option=option)
