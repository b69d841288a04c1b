"""A meeting asks the house: who here knows its topics, and will one of them come for ten minutes?

Through the asks that everybody has: one person at a time, only who lets themselves be seen and can answer. How many know it
is told in words below three, so that nobody is counted out of a nearly empty house.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import asks, guests, presence
from s2m.domain.errors import Conflict, NotFound, Refused
from s2m.domain.relevance.asking import who_knows

if TYPE_CHECKING:
    from s2m.domain.asks import Ask
    from s2m.domain.bookings import Booking
    from s2m.domain.people import Person
    from s2m.domain.presence import Visit
    from s2m.domain.relevance import RoomIndex
    from s2m.domain.venues import Policy, Venue
    from s2m.store import Store

TOLD_FROM = 3


def known(room: RoomIndex, person: Person, booking: Booking, apart: Collection[str] = ()) -> list[tuple[str, int]]:
    """Each topic of a meeting with how many here know it, but whom the booker keeps apart from; 1 where that are one or two."""
    counts = [
        (topic, sum(1 for each in who_knows(room, person.id, topic) if each.person_id not in apart)) for topic in booking.topics
    ]
    return [(topic, count if count >= TOLD_FROM else min(count, 1)) for topic, count in counts]


def may_ask(booking: Booking, person: Person | None, now: datetime) -> bool:
    """Only who booked it asks, and while it goes on."""
    goes_on = booking.status == "confirmed" and booking.starts_at <= now < booking.ends_at and booking.left_at is None
    return goes_on and person is not None and booking.person_id == person.id


def invite(
    store: Store, booking: Booking, venue: Venue, person: Person, topic: str, policy: Policy, now: datetime
) -> Ask | None:
    """Ask the house for one of a meeting's topics, quietly, until the meeting ends.

    The booker is there: they are checked in if they were not (the meeting carries the seat), sit in the room, and let
    themselves be seen during this visit, since whoever says yes has to find them.
    Raises NotFound; Refused `not_now`, `meeting_nearly_over`; Conflict `asks_already` where they ask something else.
    """
    store.ledger.lock_chain(booking.network_id)
    if booking.person_id != person.id or topic not in booking.topics:
        raise NotFound()
    if not may_ask(booking, person, now):
        raise Refused("not_now")
    if store.asks.open_of(person.id):
        raise Conflict("asks_already")
    if booking.ends_at - now < asks.ANSWER_IN:
        raise Refused("meeting_nearly_over")
    visit = guests.sit_down(store, booking, venue, person, policy, now, visible=True).visit
    visit = store.presence.set_room(presence.hide(store, visit, False, now), booking.room_id)
    ends_at = min(booking.ends_at, visit.closes_at)
    return asks.put_out(store, visit, _need(store, visit, topic, now), now, quiet=True, wall=False, ends_at=ends_at)


def _need(store: Store, visit: Visit, topic: str, now: datetime) -> presence.VisitTopic:
    """The topic as a need of the booker's visit, beside whatever else they need."""
    said = (one for one in store.presence.topics(visit.id) if one.kind == "need" and one.text == topic and not one.solved_at)
    return next(said, None) or store.presence.add_topic(visit, "need", topic, now, on_wall=False)
