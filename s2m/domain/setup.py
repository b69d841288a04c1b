"""The first day of an instance: a network, its first venue, and the person who runs it. There is no default account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields, people, signin, venues
from s2m.domain.errors import Conflict

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store


def offer(store: Store, now: datetime) -> str | None:
    """The secret of a set-up link while there is no network yet, None afterwards."""
    return None if store.venues.networks() else signin.make_link(store, now, life=signin.LINK_LIFE * 6)


def found(
    store: Store, *, network: object, venue: object, timezone: str, name: object, email: object, language: str, now: datetime
) -> Person:
    """A network with one venue (an open floor in it) and its admin, who is its host, too.

    Raises Invalid for a field, Conflict `conflict` where a network exists already.
    """
    if store.venues.networks():
        raise Conflict("conflict", field="network")
    founded = venues.found_network(store, network, now)
    place = venues.open_venue(store, founded.id, venue, timezone, now, language=language)
    policy = store.venues.policy(place, now)
    admin = people.join(store, founded.id, name, fields.email(email), policy, now, language=language)
    people.give_role(store, admin, "admin", None, now, by=admin.id)
    people.give_role(store, admin, "host", place.id, now, by=admin.id)
    venues.add_room(
        store,
        place,
        {"name": "Open vloer" if language == "nl" else "Open floor", "kind": "open", "floor": 0, "capacity": 40},
        admin.id,
        now,
    )
    return admin
