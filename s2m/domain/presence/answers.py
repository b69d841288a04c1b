"""What a visitor says during a visit and who may see it; the room they sit in; whom they met."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import asks, fields, people
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.presence.visits import MET_DAYS, Need, Visit, VisitTopic
from s2m.domain.relevance.suggesting import usual
from s2m.domain.venues import Venue, the_room

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store


def answer_need(
    store: Store, visit: Visit, need: Need, now: datetime, *, visible: bool, on_wall: bool, proven: bool = True,
    remembered: bool = True, quiet: bool = False,
) -> Visit:  # fmt: skip
    """What the visitor needs, offers or does today, and who may see it; the answer before, if any, is replaced.

    A need that goes on the wall, or that we shall ask about quietly, becomes an ask until closing time; one that was said
    before in the same words goes on as it is.

    Both choices are remembered as consent, so that they stand as chosen next time. proven False: whoever answers gave
    no more than a name; then they count for this visit only, and nothing goes on the wall.
    remembered False: said to a host; the choices count for this visit only.
    """
    if not visit.is_open or visit.person_id is None:
        raise Refused("not_here")
    store.ledger.lock_chain(visit.network_id)
    person = store.people.get(visit.person_id)
    assert person, "people are erased, never deleted"
    if proven and remembered:
        people.consent(store, person, "matching", visible, now)
        people.consent(store, person, "wall", on_wall, now)
    answered = store.presence.set_answer(visit, need.kind, visible)
    if not visible:
        asks.gone(store, visit.person_id, now)
    topic = _say(store, visit, need, now, on_wall and proven)
    wanted = topic if topic and topic.kind == "need" else None
    asks.follow(store, answered, wanted, now, quiet=quiet and proven, wall=on_wall and proven)
    return answered


def _say(store: Store, visit: Visit, need: Need, now: datetime, on_wall: bool) -> VisitTopic | None:
    """What stands now; a need or offer in the words of before is the same one."""
    kind = "need" if need.kind == "need" else "offer"
    before = (t for t in store.presence.topics(visit.id) if (t.kind, t.text, t.solved_at) == (kind, need.text, None))
    topic = next(before, None)
    for other in store.presence.topics(visit.id):
        if other.id != (topic and topic.id):
            asks.dropped(store, other.id, now)
    store.presence.clear_topics(visit, but=topic.id if topic else "")
    if topic is None:
        return store.presence.add_topic(visit, kind, need.text, now, on_wall=on_wall) if need.text else None
    store.presence.put_on_wall(topic.id, on_wall)
    return topic


def add_work(store: Store, visit: Visit, text: object, now: datetime) -> None:
    """What the visitor works on today. Raises Refused `not_here`, Invalid; `too_many_topics`: all others' matches read them."""
    if not visit.is_open:
        raise Refused("not_here")
    said = usual().written(fields.topic(text, "work"))
    store.ledger.lock_chain(visit.network_id)
    if len(store.presence.topics(visit.id)) >= fields.TOPICS_MAX:
        raise Invalid("work", "too_many_topics", most=fields.TOPICS_MAX)
    store.presence.add_topic(visit, "work", said, now, on_wall=False)


def hide(store: Store, visit: Visit, hidden: bool, now: datetime) -> Visit:
    """Show me to nobody, or again, for this visit only. Counts at once, on every page. Raises Refused `not_here`."""
    if not visit.is_open or visit.person_id is None:
        raise Refused("not_here")
    store.ledger.lock_chain(visit.network_id)
    changed = store.presence.set_visible(visit, not hidden)
    if hidden:
        asks.gone(store, visit.person_id, now)
    return changed


def sit_in(store: Store, visit: Visit, venue: Venue, room_id: str | None) -> Visit:
    """Put a visitor in a room. Raises Refused `room_full`, NotFound for a room of another venue."""
    if not visit.is_open:
        raise Refused("not_here")
    if room_id is not None:
        store.ledger.lock_chain(visit.network_id)
        room = the_room(store, venue, room_id)
        if visit.room_id != room_id and store.presence.seated(venue.id).get(room_id, 0) >= room.capacity:
            raise Refused("room_full", room=room.name, capacity=room.capacity)
    return store.presence.set_room(visit, room_id)


def solve(store: Store, person: Person, topic_id: str, now: datetime) -> None:
    """A need of mine is met, and what I asked about it is done. Raises NotFound where it is not mine."""
    store.ledger.lock_chain(person.network_id)
    if not store.presence.solve(person.id, topic_id, now):
        raise NotFound()
    asks.solved(store, topic_id, now)


def drop_topic(store: Store, visit: Visit, topic_id: str, now: datetime) -> None:
    """Take back what I said today, and its ask. Raises Refused `not_here`, NotFound where it is not of this visit."""
    if not visit.is_open:
        raise Refused("not_here")
    store.ledger.lock_chain(visit.network_id)
    if topic_id in [topic.id for topic in store.presence.topics(visit.id)]:
        asks.dropped(store, topic_id, now)
    if not store.presence.drop_topic(visit, topic_id):
        raise NotFound()


def consent(store: Store, person: Person, *, matching: bool, wall: bool, now: datetime) -> None:
    """What stands from now on. A withdrawal counts at once, for the visit that is open, too; giving does not."""
    store.ledger.lock_chain(person.network_id)
    people.consent(store, person, "matching", matching, now)
    people.consent(store, person, "wall", wall, now)
    visit = store.presence.open_visit(person)
    if visit and not matching and visit.visible:
        store.presence.set_visible(visit, False)
        asks.gone(store, person.id, now)
    if visit and not wall:
        store.presence.take_off_wall(visit)
        asks.off_wall(store, person, now)


def unmet_need(store: Store, person: Person, now: datetime) -> VisitTopic | None:
    """The last need of an earlier visit that nobody marked as met, not older than a week."""
    return store.presence.last_unmet(person.id, since=now - timedelta(days=7))


def together(store: Store, one: str, other: str, now: datetime) -> str | None:
    """The venue where two people were present at the same time in the last days, the latest first; None if nowhere."""
    return store.presence.together(one, other, now - timedelta(days=MET_DAYS), now)
