"""Secret addresses of feeds: made, replaced and revoked by whoever reads them, and kept as a hash.

A room's feed is one host's: it ends with their role, and no other host has to change theirs.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain.calendars.values import Feed
from s2m.domain.errors import NotFound
from s2m.domain.signin import fingerprint
from s2m.domain.venues import Room, Venue

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store


def make(store: Store, person: Person, room: Room | None, now: datetime) -> str:
    """The secret of a new feed, told this once; one that stood before ends."""
    store.ledger.lock_chain(person.network_id, "audit")
    before = store.calendars.feed_of(person.id, room.id if room else None)
    if before:
        store.calendars.end_feed(before, now)
    secret = store.secret()
    feed = Feed(store.new_id(now), person.network_id, person.id, room.id if room else None, now)
    store.calendars.add_feed(feed, fingerprint(secret))
    _note(store, person, room, "feed.make", feed, now)
    return secret


def revoke(store: Store, person: Person, room: Room | None, now: datetime) -> None:
    """Its address answers like one that never was. Where there is none, nothing happens."""
    store.ledger.lock_chain(person.network_id, "audit")
    feed = store.calendars.feed_of(person.id, room.id if room else None)
    if feed is None:
        return
    store.calendars.end_feed(feed, now)
    _note(store, person, room, "feed.revoke", feed, now)


def opened(store: Store, secret: str) -> tuple[Feed, Person, Room | None, Venue | None]:
    """What a secret opens, with its reader; of a room's feed the room and its venue.

    Raises NotFound for an unknown one as for a revoked one, of who left, of a retired room, or of a host who no longer is.
    """
    feed = store.calendars.feed(fingerprint(secret))
    person = store.people.get(feed.person_id) if feed else None
    if feed is None or person is None or person.erased_at:
        raise NotFound()
    if feed.room_id is None:
        return feed, person, None, None
    room = store.venues.room(feed.room_id)
    venue = store.venues.get(room.venue_id) if room and not room.retired_at else None
    if venue is None or not any(role.role == "admin" or role.venue_id == venue.id for role in store.people.roles(person.id)):
        raise NotFound()
    return feed, person, room, venue


def _note(store: Store, person: Person, room: Room | None, action: str, feed: Feed, now: datetime) -> None:
    role, venue_id = ("host", room.venue_id) if room else ("member", None)
    store.audit.record(
        person.network_id, now, actor=person.id, role=role, action=action, venue_id=venue_id, object_id=feed.id
    )  # fmt: skip
