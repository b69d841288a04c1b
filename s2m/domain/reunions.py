"""Tell me when X and I are both here: told to both, live only, where both want it; either takes it back at any time.

Nobody is told whether the other wants it: a wish that is refused or taken back looks like one that was not answered.
Who is asked and says no is not asked again; who is hidden, paused or kept apart is never told of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain.errors import NotFound
from s2m.domain.introductions import within_reach

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store


@dataclass(frozen=True)
class Reunion:
    """Somebody who is here now, and in which room."""

    person: Person
    room: str | None


def wish(store: Store, person: Person, other_id: str, now: datetime) -> Person:
    """I want to hear, and the other may hear. The other is asked, unless they were. Raises NotFound for who is out of reach."""
    store.ledger.lock_chain(person.network_id)
    asked = {other.id: other for other in asked_of(store, person, now)}
    other = asked.get(other_id) or within_reach(store, person, now).get(other_id)
    if other is None:
        raise NotFound()
    store.reunions.wish(person, other.id, "yes", now)
    return other


def take_back(store: Store, person: Person, other_id: str, now: datetime) -> None:
    """Not, or no longer. Raises NotFound where neither asked the other."""
    store.ledger.lock_chain(person.network_id)
    if other_id in store.reunions.askers(person.id):
        store.reunions.wish(person, other_id, "no", now)
    elif not store.reunions.forget(person, other_id):
        raise NotFound()


def asked_of(store: Store, person: Person, now: datetime) -> list[Person]:
    """Who waits for this person's word: nobody while one of them is paused or they are kept apart."""
    waiting = store.reunions.waiting(person.id)
    quiet = store.pauses.among([person.id, *(other.id for other in waiting)], now) | store.blocks.apart(person.id, now)
    return [] if person.id in quiet else [other for other in waiting if other.id not in quiet]


def wished(store: Store, person: Person, now: datetime) -> list[Person]:
    """Of whom this person wants to hear, whether or not the others want it, too."""
    apart = store.blocks.apart(person.id, now)
    return [other for other in store.reunions.wished(person.id) if other.id not in apart]


def here(store: Store, person: Person, now: datetime) -> list[Reunion]:
    """Who is here now and wants it as this person does, both of them visible."""
    found = store.reunions.here(person.id)
    quiet = store.pauses.among([person.id, *(each.person.id for each in found)], now) | store.blocks.apart(person.id, now)
    return [] if person.id in quiet else [each for each in found if each.person.id not in quiet]
