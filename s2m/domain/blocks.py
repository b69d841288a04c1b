"""Who is not brought together with whom: a block works both ways and is never revealed; a snooze hides one from the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import asks, people
from s2m.domain.errors import Invalid, NotFound

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store

KINDS = ("block", "snooze")
SNOOZE = timedelta(days=30)


@dataclass(frozen=True)
class Block:
    """kind: block (for good, both ways) or snooze (until then, person_id no longer sees other_id)."""

    id: str
    network_id: str
    person_id: str
    other_id: str
    kind: str
    made_at: datetime
    until: datetime | None
    ended_at: datetime | None = None


def keep_apart(store: Store, person: Person, other_id: str, kind: str, now: datetime) -> Block:
    """From now on, also for asks under way; a repeat takes the place of the one before, so a snooze begins anew.

    Introductions that wait are declined in silence. Raises Invalid `choice`, NotFound for oneself as for somebody unknown.
    """
    if kind not in KINDS:
        raise Invalid("kind", "choice")
    other = people.in_network(store, person.network_id, other_id)
    if other.id == person.id:
        raise NotFound()
    store.ledger.lock_chain(person.network_id)
    store.blocks.end(person.id, other.id, kind, now)
    until = now + SNOOZE if kind == "snooze" else None
    block = Block(store.new_id(now), person.network_id, person.id, other.id, kind, now, until)
    store.blocks.add(block)
    store.introductions.turn_away(person.id, other.id, now)
    asks.parted(store, person.id, other.id, now)
    return block


def bring_back(store: Store, person: Person, block_id: str, now: datetime) -> None:
    """Take one's own block or snooze back. Raises NotFound."""
    mine = next((b for b in store.blocks.of(person.id, now) if b.id == block_id), None)
    if mine is None:
        raise NotFound()
    store.blocks.end(person.id, mine.other_id, mine.kind, now)
