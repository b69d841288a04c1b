"""An ask begins, goes from one person to the next, and ends.

Every action here runs under the network's lock (`store.ledger.lock_chain`): with it whoever steps first, a job, an answer
or somebody who leaves, is the only one who does; the unique indexes of the tables say the same once more.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import matches
from s2m.domain.asks.values import ANSWER_IN, IGNORED_MOST, LOOK_AGAIN, Ask, Asking
from s2m.domain.relevance.asking import Knower, who_knows
from s2m.domain.venues import day_end, day_start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from s2m.domain.people import Person
    from s2m.domain.presence import Visit, VisitTopic
    from s2m.domain.relevance import RoomIndex
    from s2m.domain.relevance.meanings import Meanings
    from s2m.store import Store


def put_out(
    store: Store, visit: Visit, topic: VisitTopic, now: datetime, *, quiet: bool, wall: bool, ends_at: datetime
) -> Ask | None:
    """Put a need of this visit out, or change how; an ask on another need is withdrawn. None where its time is over already."""
    store.ledger.lock_chain(visit.network_id)
    assert visit.person_id, "a visit that asks has a visitor"
    if ends_at <= now:
        return None
    ways = {"quiet": quiet, "wall": wall, "ends_at": ends_at, "due_at": now, "nobody_at": None}
    ask = store.asks.open_of(visit.person_id)
    if ask and ask.topic_id == topic.id:
        ask = store.asks.change(ask, **ways)
    else:
        if ask:
            end(store, ask, "withdrawn", now)
        ask = Ask(
            store.new_id(now), visit.network_id, visit.venue_id, visit.person_id, visit.id, topic.id, topic.text, quiet, wall,
            "open", now, ends_at, now,
        )  # fmt: skip
        store.asks.add(ask)
    store.asks.told(visit.person_id, now)
    _show(store, ask)
    return step(store, ask, now)


def follow(store: Store, visit: Visit, topic: VisitTopic | None, now: datetime, *, quiet: bool, wall: bool) -> None:
    """The need question was answered (anew): topic is the need that stands now, None where nothing is needed.

    The same need keeps its ask, unless it was only on the wall and comes off; any other is withdrawn.
    """
    assert visit.person_id, "a visit that answers has a visitor"
    ask = store.asks.open_of(visit.person_id)
    if ask and (topic is None or ask.topic_id != topic.id):
        end(store, ask, "withdrawn", now)
        ask = None
    if topic and ask and ask.quiet:
        put_out(store, visit, topic, now, quiet=True, wall=wall, ends_at=ask.ends_at)
    elif topic and (quiet or wall):
        put_out(store, visit, topic, now, quiet=quiet, wall=wall, ends_at=ask.ends_at if ask else visit.closes_at)
    elif ask:
        end(store, ask, "withdrawn", now)


def step(store: Store, ask: Ask, now: datetime, rooms: Mapping[str, RoomIndex] | None = None) -> Ask:
    """Bring an ask to where it should be at this moment. Safe to do at any time, and again.

    rooms: those of venues that were read a moment ago; another is read here.
    """
    if ask.state != "open":
        return ask
    waiting = store.asks.waiting(ask.id)
    if ask.ends_at <= now:
        return end(store, ask, "expired", now)
    if waiting and waiting.answer_by > now and (ask.quiet or waiting.way == "wall"):
        return store.asks.change(ask, due_at=min(waiting.answer_by, ask.ends_at))
    if waiting:
        close(store, waiting, now)
    # Nobody gets less than the whole time to answer
    if not ask.quiet or ask.ends_at - now < ANSWER_IN:
        return store.asks.change(ask, due_at=ask.ends_at)
    room = (rooms or {}).get(ask.venue_id)
    return _ask_next(store, ask, now, matches.room_of(store, ask.venue_id, now) if room is None else room)


def _ask_next(store: Store, ask: Ask, now: datetime, room: RoomIndex) -> Ask:
    knower = _next(store, ask, now, room)
    if knower is None:
        return _nobody(store, ask, now)
    asking = Asking(
        store.new_id(now), ask.network_id, ask.id, knower.person_id, "quiet", knower.topic, now, now + ANSWER_IN
    )  # fmt: skip
    store.asks.add_asking(asking)
    return store.asks.change(ask, due_at=asking.answer_by, nobody_at=None)


def _nobody(store: Store, ask: Ask, now: datetime) -> Ask:
    """Nobody is left to ask. The owner is told once the last one's time is over, or the clock would tell that they said no."""
    until = store.asks.asked_until(ask.id)
    if until and until > now:
        return store.asks.change(ask, due_at=min(until, ask.ends_at))
    looked = {"due_at": min(now + LOOK_AGAIN, ask.ends_at)}
    return store.asks.change(ask, **looked if ask.nobody_at else looked | {"nobody_at": now})


def _next(store: Store, ask: Ask, now: datetime, room: RoomIndex) -> Knower | None:
    """The best of those who know it, can see the question, were not asked yet and keep apart from nobody here.

    The room may be a moment old: who is here, lets themselves be seen and is not paused or kept apart is looked up now.
    """
    assert ask.person_id, "an open ask has an owner"
    able = who_knows(room, ask.person_id, ask.text)
    if not able:
        return None
    seen = {visit.person_id for visit in store.presence.open_visits(ask.venue_id) if visit.visible}
    not_now = store.asks.not_to_ask(ask, now) | store.pauses.here(ask.venue_id, now) | store.blocks.apart(ask.person_id, now)
    reached = store.signin.reached([each.person_id for each in able], now)
    for each in able:
        # A snooze is seen from one side only, and asking needs both
        if each.person_id in (reached & seen) - not_now and ask.person_id not in store.blocks.apart(each.person_id, now):
            return each
    return None


def close(store: Store, asking: Asking, now: datetime, answer: str = "") -> None:
    """End somebody's part. Without an answer it was ignored where its time is over, else overtaken."""
    late = asking.answer_by <= now
    answer = answer or ("ignored" if late else "passed")
    store.asks.close(asking, answer, min(now, asking.answer_by) if answer == "ignored" else now)
    if answer == "ignored" and asking.way == "quiet":
        _leave_in_peace(store, asking, now)


def _leave_in_peace(store: Store, asking: Asking, now: datetime) -> None:
    """Whoever let three pass in a row today is asked no more until tomorrow."""
    ask = store.asks.get(asking.ask_id)
    venue = store.venues.get(ask.venue_id) if ask else None
    assert venue and asking.person_id, "askings that wait belong to an ask at a venue, and to somebody"
    lately = store.asks.answers(asking.person_id, since=day_start(venue, now), most=IGNORED_MOST)
    if lately == ["ignored"] * IGNORED_MOST:
        store.asks.pause(asking.network_id, asking.person_id, day_end(venue, now))


def end(store: Store, ask: Ask, state: str, now: datetime) -> Ask:
    waiting = store.asks.waiting(ask.id)
    if waiting:
        close(store, waiting, now)
    ended = store.asks.change(ask, state=state, ended_at=now)
    _show(store, ended)
    return ended


def found(store: Store, ask: Ask) -> Ask:
    changed = store.asks.change(ask, state="found", nobody_at=None)
    _show(store, changed)
    return changed


def reopen(store: Store, ask: Ask, helper: Asking, now: datetime) -> Ask:
    """They did not meet: look on while there is time and the owner is here and asks nothing else."""
    store.asks.close(helper, "passed", now)
    visit = store.presence.get(ask.visit_id)
    if ask.ends_at <= now or visit is None or not visit.is_open:
        return end(store, ask, "expired", now)
    assert ask.person_id, "a visit that is open has a visitor"
    if store.asks.open_of(ask.person_id):
        return end(store, ask, "withdrawn", now)
    again = store.asks.change(ask, state="open", due_at=now)
    _show(store, again)
    return step(store, again, now)


def _show(store: Store, ask: Ask) -> None:
    """The need stands on the wall as long as its ask is open there."""
    if ask.topic_id:
        store.presence.put_on_wall(ask.topic_id, ask.wall and ask.state == "open")


def step_due(store: Store, network_id: str, now: datetime, meanings: Meanings | None = None) -> int:
    """Step every ask of a network whose time has come; how many. Safe to run twice and from two processes.

    Rooms are read once for each venue, and before the lock: others wait for that no longer than they must.
    """
    late = store.asks.due(network_id, now)
    if not late:
        return 0
    venues = {ask.venue_id for ask in late if ask.quiet and ask.ends_at - now >= ANSWER_IN}
    rooms = {venue_id: matches.room_of(store, venue_id, now, meanings=meanings) for venue_id in venues}
    store.ledger.lock_chain(network_id)
    due = store.asks.due(network_id, now)
    for ask in due:
        step(store, ask, now, rooms)
    return len(due)


# What happens to asks when other things happen. The caller holds the lock ----------------------------------------------


def gone(store: Store, person_id: str, now: datetime) -> None:
    """Somebody left or hid: what they were asked, or offered, passes on at once."""
    asking = store.asks.waiting_for(person_id)
    if asking:
        _pass_on(store, asking, now)


def _pass_on(store: Store, asking: Asking, now: datetime) -> None:
    ask = store.asks.get(asking.ask_id)
    assert ask, "asks are never deleted"
    close(store, asking, now)
    step(store, ask, now)


def left(store: Store, visit: Visit, how: str, now: datetime) -> None:
    """A visit ended: its open ask with it, since nobody can meet any more."""
    if visit.person_id is None:
        return
    gone(store, visit.person_id, now)
    ask = store.asks.open_of(visit.person_id)
    if ask and ask.visit_id == visit.id:
        end(store, ask, "withdrawn" if how == "undone" else "expired", now)


def parted(store: Store, one: str, other: str, now: datetime) -> None:
    """Two people are kept apart from now on: neither is asked, nor helps, on the other's ask."""
    for ask, asking in store.asks.between(one, other):
        if ask.state == "found":
            reopen(store, ask, asking, now)
        else:
            _pass_on(store, asking, now)


def dropped(store: Store, topic_id: str, now: datetime) -> None:
    """A need is taken back: its ask is withdrawn."""
    ask = store.asks.on_topic(topic_id)
    if ask and ask.state == "open":
        end(store, ask, "withdrawn", now)


def solved(store: Store, topic_id: str, now: datetime) -> None:
    """A need is met, and so its ask is done."""
    ask = store.asks.on_topic(topic_id)
    if ask:
        end(store, ask, "done", now)


def off_wall(store: Store, person: Person, now: datetime) -> None:
    """Somebody takes their leave of the wall: an ask that is only there is withdrawn."""
    ask = store.asks.open_of(person.id)
    if ask and ask.wall and ask.quiet:
        _show(store, store.asks.change(ask, wall=False))
    elif ask and ask.wall:
        end(store, ask, "withdrawn", now)
