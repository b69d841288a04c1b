"""What a list really showed: written when somebody saw it, once for each person on it; and what relevance may know from that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain.errors import NotFound
from s2m.domain.relevance.acquaintance import Acquaintance
from s2m.domain.venues import day_start

if TYPE_CHECKING:
    from s2m.domain.presence import Visit
    from s2m.domain.relevance import Match, RoomIndex
    from s2m.store import Store

SLOTS = ("relevant", "unexpected", "control")
# How long what was said of a pair of topics is listened to
LISTENED = timedelta(days=730)


@dataclass(frozen=True)
class Showing:
    """One person shown to another: both as visits, so that it says nothing of persons once their visits do not.

    slot: the kind of place (one of SLOTS). kind: of the reason, whose pair of topics mine and theirs are.
    """

    network_id: str
    visit_id: str
    shown_id: str
    venue_id: str
    slot: str
    kind: str
    mine: str
    theirs: str
    at: datetime


def note(store: Store, visit: Visit, found: Iterable[Match], now: datetime) -> None:
    """Write down who was shown to a visitor, each once a visit. Who left in the meantime was not there to be met."""
    by_person = {match.person_id: match for match in found}
    for person_id, shown_id in store.meetings.visits_of(visit.venue_id, by_person).items():
        match = by_person[person_id]
        slot, why = match.slot, match.reason
        store.meetings.add(
            Showing(visit.network_id, visit.id, shown_id, visit.venue_id, slot, why.kind, why.mine, why.theirs, now)
        )


def acquaintance_of(store: Store, room: RoomIndex, visit: Visit, now: datetime) -> Acquaintance:
    """What is known between a visitor and the others in the room. Nothing for who is not in it (yet)."""
    venue = store.venues.get(visit.venue_id)
    assert venue and visit.person_id, "only a visit of somebody looks at a room"
    today = now.astimezone(venue.zone).date()
    others = [each.person.person_id for each in room.candidates if each.person.person_id != visit.person_id]
    midnight, offset = day_start(venue, now), now.astimezone(venue.zone).utcoffset() or timedelta()
    shown, shown_today = store.meetings.shown_to(visit.person_id, midnight, offset)
    return Acquaintance(
        today,
        store.meetings.confirmed_with(visit.person_id, others) | store.introductions.helped_with(visit.person_id),
        store.meetings.together(visit.person_id, others, midnight, offset),
        shown,
        shown_today,
        store.meetings.exposure(visit.venue_id, midnight),
        store.meetings.said_of(_topics(room, visit.person_id), now - LISTENED, offset),
    )


def _topics(room: RoomIndex, person_id: str) -> tuple[str, ...]:
    try:
        person = room.person(person_id)
    except NotFound:
        return ()
    return (*person.knows, *person.works_on, *person.needs)


def local_day(at: datetime, offset: timedelta) -> date:
    """The day by a clock that is so far ahead of UTC."""
    return (at + offset).date()
