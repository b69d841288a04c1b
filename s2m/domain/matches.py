"""Matches in a venue now: from visits and topics to the room that relevance reads, and back to people.

Only people with an open visit at the same venue are in the room; who hides or is paused is never shown, yet may look.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import synonyms
from s2m.domain.errors import NotFound
from s2m.domain.relevance import Match, Present, RoomIndex, people_for

if TYPE_CHECKING:
    from collections.abc import Collection

    from s2m.domain.presence import Here, Visit
    from s2m.domain.relevance.acquaintance import Acquaintance
    from s2m.domain.relevance.meanings import Meanings
    from s2m.store import Store

PAIRED = 60


def as_present(here: Here, *, paused: bool = False) -> Present:
    """What somebody offers today counts as what they know, beside what stands on them (not where they came by name)."""
    knows = () if here.visit.by_name else here.knows
    of = {kind: tuple(t.text for t in here.topics if t.kind == kind and not t.solved_at) for kind in ("need", "work", "offer")}
    return Present(
        here.person.id, here.person.first_name, knows + of["offer"], of["work"], of["need"],
        here.visit.visible and not paused, here.room,
    )  # fmt: skip


def room_of(
    store: Store, venue_id: str, now: datetime, before: RoomIndex | None = None, meanings: Meanings | None = None
) -> RoomIndex:
    """Everybody present at a venue, ready to be asked about. Build once per change, not per viewer; on the one before."""
    apart, paused = store.blocks.apart_here(venue_id, now), store.pauses.here(venue_id, now)
    present = store.presence.here(venue_id)
    house = synonyms.as_read(store.synonyms.all(present[0].person.network_id)) if present else {}
    people = (as_present(here, paused=here.person.id in paused) for here in present)
    return RoomIndex(people, apart, before, meanings, house)


def for_visitor(
    room: RoomIndex, visit: Visit, limit: int = 3, known: Acquaintance | None = None
) -> tuple[Match, ...]:
    """The people who matter to this visitor here and now; nobody once the visit has ended.

    A room that was built a moment before they came does not know them yet: nobody, until the next one.
    """
    if not visit.is_open or visit.person_id is None:
        return ()
    try:
        return people_for(room, visit.person_id, limit, known)
    except NotFound:
        return ()


def pairs(room: RoomIndex, people: Collection[str], known: Collection[tuple[str, str]], most: int) -> list[tuple[str, Match]]:
    """Who among these people matter most to each other, each pair once, as (a person, their match); known pairs left out.

    In a full house the first PAIRED of them: each is asked about the whole room.
    """
    best: dict[tuple[str, str], tuple[str, Match]] = {}
    for person_id in sorted(people)[-PAIRED:]:
        try:
            found = people_for(room, person_id, most)
        except NotFound:
            continue
        for match in found:
            pair = min(person_id, match.person_id), max(person_id, match.person_id)
            if match.person_id in people and pair not in known and match.score > (best[pair][1].score if pair in best else 0):
                best[pair] = person_id, match
    return sorted(best.values(), key=lambda each: (-each[1].score, each[0]))[:most]
