"""What people do about an ask. Another's answers like an unknown one; what is over is refused in words that tell nobody why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import wall
from s2m.domain.asks import stepping
from s2m.domain.asks.values import OFFER_STANDS, Ask, Asking
from s2m.domain.errors import NotFound, Refused
from s2m.domain.venues import day_end

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.domain.presence import Visit
    from s2m.store import Store


def answer(store: Store, person: Person, asking_id: str, accepted: bool, now: datetime) -> Ask:
    """Yes or not now, from whoever was asked quietly, or from the owner to somebody who offered. A repeated yes is one.

    Raises NotFound; Refused `ask_over` once the time to answer is, or somebody else helps.
    """
    store.ledger.lock_chain(person.network_id)
    asking = store.asks.asking(asking_id)
    ask = store.asks.get(asking.ask_id) if asking else None
    if asking is None or ask is None or person.id != (asking.person_id if asking.way == "quiet" else ask.person_id):
        raise NotFound()
    if accepted and ask.state == "found" and asking.answer == "accepted":
        return ask
    if not ask.stands(now) or not asking.waits or asking.answer_by <= now:
        raise Refused("ask_over")
    stepping.close(store, asking, now, "accepted" if accepted else "declined")
    return stepping.found(store, ask) if accepted else stepping.step(store, ask, now)


def offer(store: Store, person: Person, ask_id: str, now: datetime) -> Asking:
    """I can help, said to an ask on the wall by somebody who is there. A repeated offer is one.

    Comes before whoever is being asked quietly; to whoever that is themselves, it is their yes.
    Raises NotFound; Refused `not_here`, `ask_over`, `ask_offered` (the owner found another way), `ask_taken` (somebody else
    waits for the owner's answer), `answer_first` (a question of ours waits for theirs), `ask_the_host` (the owner has no page).
    """
    store.ledger.lock_chain(person.network_id)
    visit = store.presence.open_visit(person)
    if visit is None:
        raise Refused("not_here")
    ask = store.asks.get(ask_id)
    if ask is None or not ask.wall or ask.venue_id != visit.venue_id:
        raise NotFound()
    before, waiting = store.asks.of(ask.id, person.id), store.asks.waiting(ask.id)
    if before and (before.answer == "accepted" or before.way == "wall"):
        if before.waits or before.answer == "accepted":
            return before
        raise Refused("ask_offered")
    if not ask.stands(now):
        raise Refused("ask_over")
    taken = {one.id: taken for one, _mine, taken in offers(store, person, visit, now)}
    if ask.id not in taken:
        raise NotFound()
    if before and before.waits and before.answer_by > now:
        answer(store, person, before.id, True, now)
        return replace(before, answer="accepted", answered_at=now)
    if taken[ask.id]:
        raise Refused("ask_taken")
    if store.asks.waiting_for(person.id) not in (None, waiting):
        raise Refused("answer_first")
    if ask.person_id is None or not store.signin.reached([ask.person_id], now):
        raise Refused("ask_the_host")
    if waiting:
        stepping.close(store, waiting, now)
    until = min(now + OFFER_STANDS, ask.ends_at)
    asking = Asking(before.id if before else store.new_id(now), ask.network_id, ask.id, person.id, "wall", None, now, until)
    store.asks.add_asking(asking)
    store.asks.change(ask, due_at=until, nobody_at=None)
    return asking


def offers(store: Store, person: Person, visit: Visit, now: datetime) -> list[tuple[Ask, Asking | None, bool]]:
    """The open asks on the wall that this visitor may help with, the newest first: with what they offered, and whether
    somebody waits for the owner's answer already."""
    found, apart = store.asks.on_wall(visit.venue_id, now), store.blocks.apart_here(visit.venue_id, now)
    paused = store.pauses.here(visit.venue_id, now)
    parts = store.asks.parts([ask.id for ask, _owner in found])
    shown = []
    for ask, owner in found:
        if owner.id != person.id and owner.id not in paused and not wall.identifies(ask.text, owner):
            mine = next((one for one in parts.get(ask.id, ()) if one.person_id == person.id), None)
            taken = any(one.waits and one.way == "wall" and one.answer_by > now for one in parts.get(ask.id, ()))
            # It hangs on the wall for all to read: left out here, it would tell who keeps apart from whom
            kept_apart = owner.id in apart.get(person.id, ()) or person.id in apart.get(owner.id, ())
            shown.append((ask, None if kept_apart else mine, taken or kept_apart))
    return shown


def _mine(store: Store, person: Person, ask_id: str) -> Ask:
    store.ledger.lock_chain(person.network_id)
    ask = store.asks.get(ask_id)
    if ask is None or ask.person_id != person.id:
        raise NotFound()
    return ask


def withdraw(store: Store, person: Person, ask_id: str, now: datetime) -> Ask:
    """Take an open ask back; the need stays. Raises NotFound, Refused `ask_over`."""
    ask = _mine(store, person, ask_id)
    if ask.state != "open":
        raise Refused("ask_over")
    return stepping.end(store, ask, "withdrawn", now)


def check_wall(person: Person, visit: Visit | None, text: str) -> None:
    """Whether the wall would show this. Raises Refused `wall_hidden` for who hides, `wall_names` where it tells who asks."""
    if visit is None or not visit.visible:
        raise Refused("wall_hidden")
    if wall.identifies(text, person):
        raise Refused("wall_names")


def to_wall(store: Store, person: Person, ask_id: str, now: datetime) -> Ask:
    """Show an open ask on the wall, too. Raises NotFound, Refused `ask_over`, `wall_hidden`, `wall_names`."""
    ask = _mine(store, person, ask_id)
    if not ask.stands(now):
        raise Refused("ask_over")
    check_wall(person, store.presence.open_visit(person), ask.text)
    if ask.topic_id:
        store.presence.put_on_wall(ask.topic_id, True)
    return store.asks.change(ask, wall=True)


def done(store: Store, person: Person, ask_id: str, now: datetime) -> Ask:
    """The need is met, and with it solved. A repeat changes nothing. Raises NotFound, Refused `ask_over`."""
    ask = _mine(store, person, ask_id)
    if ask.state == "done":
        return ask
    if ask.state not in ("open", "found"):
        raise Refused("ask_over")
    if ask.topic_id:
        store.presence.solve(person.id, ask.topic_id, now)
    return stepping.end(store, ask, "done", now)


def missed(store: Store, person: Person, ask_id: str, now: datetime) -> Ask:
    """They did not meet, says the owner or the helper: somebody else is looked for. Raises NotFound, Refused `ask_over`."""
    store.ledger.lock_chain(person.network_id)
    ask, helper = store.asks.get(ask_id), store.asks.helper(ask_id)
    if ask is None or person.id not in (ask.person_id, helper.person_id if helper else ""):
        raise NotFound()
    if ask.state != "found" or helper is None:
        raise Refused("ask_over")
    return stepping.reopen(store, ask, helper, now)


def seen(store: Store, person: Person, ask_id: str, now: datetime) -> None:
    """The owner has read that an ask expired. Raises NotFound."""
    store.asks.change(_mine(store, person, ask_id), told_at=now)


def pause(store: Store, person: Person, now: datetime) -> None:
    """Ask me no more today; what waits passes on at once. Raises Refused `not_here`."""
    store.ledger.lock_chain(person.network_id)
    visit = store.presence.open_visit(person)
    venue = store.venues.get(visit.venue_id) if visit else None
    if venue is None:
        raise Refused("not_here")
    store.asks.pause(person.network_id, person.id, day_end(venue, now))
    stepping.gone(store, person.id, now)


def come_back(store: Store, person: Person, now: datetime) -> None:
    """I may be asked again; what passed before counts no more."""
    store.ledger.lock_chain(person.network_id)
    store.asks.unpause(person.id, now)
