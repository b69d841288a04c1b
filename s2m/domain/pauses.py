"""A pause: somebody is shown to nobody and asked nothing for a while, wherever they are. They themselves may still look.

Whoever brings people together or asks them something leaves out who is paused, as if they were not visible:
`store.pauses.paused(person_id, now)`, or `among(ids, now)` and `here(venue_id, now)` for many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import asks
from s2m.domain.errors import Invalid
from s2m.domain.venues import day_end

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store

LENGTHS = ("today", "week", "open")
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Pause:
    """until: None where it lasts until the person says so."""

    id: str
    network_id: str
    person_id: str
    made_at: datetime
    until: datetime | None
    ended_at: datetime | None = None


def pause(store: Store, person: Person, venue: Venue, length: str, now: datetime) -> Pause:
    """From now on, instead of the pause before. length: today (by the venue's clock), week, open. Raises Invalid `choice`."""
    if length not in LENGTHS:
        raise Invalid("length", "choice")
    until = {"today": day_end(venue, now).astimezone(UTC), "week": now + WEEK, "open": None}[length]
    store.ledger.lock_chain(person.network_id)
    resume(store, person, now)
    made = Pause(store.new_id(now), person.network_id, person.id, now, until)
    store.pauses.add(made)
    asks.gone(store, person.id, now)
    return made


def resume(store: Store, person: Person, now: datetime) -> None:
    """Be shown and asked again; nothing changes for who is not paused."""
    store.pauses.end(person.id, now)
