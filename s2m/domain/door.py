"""The way in by phone: a kiosk's door code says where and when, and for a few minutes proves that a phone was near.

A door code lives 20 to 40 seconds, long enough to scan and too short to answer a question. Whoever opened it in time
is *near* the kiosk for ten minutes; each person may go in once by one code, and each proof of being near makes one guest.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import codes, fields, ledger, people, presence
from s2m.domain.codes import DoorCode
from s2m.domain.errors import Refused

if TYPE_CHECKING:
    from s2m.domain.codes import Keys
    from s2m.domain.people import Person
    from s2m.domain.presence import CheckIn, Need
    from s2m.domain.venues import Policy, Venue
    from s2m.store import Store

NEAR = timedelta(minutes=10)


def read(store: Store, keys: Keys, text: str, now: datetime) -> DoorCode:
    """A scanned door code. Raises Invalid `code_unreadable`, Refused `code_forged` or `code_expired`."""
    code = codes.read_door(keys, text, now)
    venue_of(store, code)
    return code


def read_typed(store: Store, keys: Keys, typed: str, now: datetime) -> DoorCode:
    """The six characters under a door code, typed. Raises Refused `code_expired`."""
    return codes.read_typed_door(keys, typed, [d.id for d in store.devices.paired("kiosk")], now)


def venue_of(store: Store, code: DoorCode) -> Venue:
    """Where the kiosk of this code stands. Raises Refused `code_expired` where it no longer does."""
    device = store.devices.get(code.device_id)
    venue = store.venues.get(device.venue_id) if device and device.kind == "kiosk" and not device.revoked_at else None
    if venue is None or venue.retired_at:
        raise Refused("code_expired")
    return venue


def check_near(seen_at: datetime, now: datetime) -> None:
    """Raises Refused `code_expired` once the code was opened too long ago."""
    if not timedelta(0) <= now - seen_at < NEAR:
        raise Refused("code_expired")


def go_in(
    store: Store, code: DoorCode, person: Person, policy: Policy, now: datetime, *, need: Need, visible: bool, on_wall: bool
) -> CheckIn:
    """Check in by phone. Who is here already stays as they are; a code that this person used opens no second visit.

    Raises Refused `code_expired`, `code_used`, `floor`; `code_forged` for a person of another network.
    """
    venue = venue_of(store, code)
    if person.network_id != venue.network_id:
        raise Refused("code_forged")
    store.ledger.lock_chain(person.network_id)
    current = store.presence.open_visit(person)
    here = current is not None and current.venue_id == venue.id
    if not here and not store.door.use(code, person, now):
        raise Refused("code_used")
    done = presence.check_in(store, person, venue, policy, "door", now, device_id=code.device_id, visible=visible)
    if done.fresh and done.visit.is_open:
        presence.answer_need(store, done.visit, need, now, visible=visible, on_wall=on_wall)
    return done


def guest(
    store: Store, asked_by: str, proof: str, venue: Venue, policy: Policy, name: object, now: datetime, *, language: str
) -> Person:
    """A new person, without a mail address: that counts once it is proved. The same form sent twice is the same person.

    asked_by: the kiosk, or the booking whose guest they are.

    Raises Invalid, Refused `code_used` where this proof made somebody else.
    """
    tidy, key = fields.name(name), f"guest:{proof}"
    asked = ledger.digest("guest", tidy)
    store.ledger.lock_chain(venue.network_id)
    before = store.requests.answer(venue.network_id, asked_by, key)
    if before is None:
        person = people.join(store, venue.network_id, tidy, None, policy, now, language=language)
        store.requests.keep(venue.network_id, asked_by, key, asked, {"person": person.id}, now)
        return person
    made = store.people.get(before.answer["person"])
    if before.input_hash != asked or made is None or made.is_member or made.erased_at:
        raise Refused("code_used")
    return made


def hand_over(store: Store, guest: Person, person: Person, now: datetime) -> None:
    """The guest at the door turned out to be somebody known: the seat and what was said go with them.

    Nothing happens where the guest is not here by the door, or the other's balance cannot carry the seat.
    """
    visit = store.presence.open_visit(guest)
    venue = store.venues.get(visit.venue_id) if visit and visit.way in ("door", "meeting") else None
    if visit is None or venue is None or guest.is_member or guest.network_id != person.network_id:
        return
    said = next((t for t in store.presence.topics(visit.id) if t.kind in ("need", "offer")), None)
    ask = store.asks.open_of(guest.id)
    need = presence.Need(said.kind, said.text) if said else presence.Need("working", "")
    try:
        policy = store.venues.policy(venue, now)
        booking = store.bookings.get(visit.booking_id) if visit.booking_id else None
        done = presence.check_in(
            store, person, venue, policy, visit.way, now, device_id=visit.device_id, visible=visit.visible, booking=booking
        )
    except Refused:
        return
    if done.fresh:
        on_wall = said is not None and said.on_wall
        quiet = ask is not None and ask.quiet
        presence.answer_need(store, done.visit, need, now, visible=visit.visible, on_wall=on_wall, quiet=quiet)
    presence.end(store, visit, now, "undone", now)
