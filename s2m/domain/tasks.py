"""Collective tasks: a clean-up, an opening shift. The host posts one with a value and places; who did it share the value.

Members take a place and may give it back until it begins. Afterwards the host says who took part, and for how long where
that differs, and the value is split by that, to the dot. A host never pays themselves: another one confirms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import agenda, budgets, contributions, fields, people
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from s2m.domain.agenda import Moment
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store

AMOUNT_MOST, PLACES_MOST = 100, 50
HALVES_MOST = 48
HOURS = re.compile(r"([0-9]{1,2})(?:[.,]([05]))?")


@dataclass(frozen=True)
class Task:
    """amount: whole dots for all who took part together."""

    id: str
    network_id: str
    venue_id: str
    title: str
    amount: int
    places: int
    starts_at: datetime
    posted_by: str
    posted_at: datetime
    cancelled_at: datetime | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None

    @property
    def is_open(self) -> bool:
        return not self.cancelled_at and not self.confirmed_at


@dataclass(frozen=True)
class Place:
    """halves: how many half hours they took part, once the host said so; 0 for who did not. earned: dots."""

    network_id: str
    task_id: str
    person_id: str
    taken_at: datetime
    halves: int | None = None
    earned: int | None = None


# Rules ---------------------------------------------------------------------------------------------------------


def halves(value: object, field: str = "hours") -> int:
    """Half hours in what a host typed: '1', '1.5' and '1,5' are 2, 3 and 3. Raises Invalid `hours_shape`."""
    found = HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    count = int(found[1]) * 2 + (found[2] == "5") if found else 0
    if not 1 <= count <= HALVES_MOST:
        raise Invalid(field, "hours_shape", most=HALVES_MOST // 2)
    return count


# Actions -------------------------------------------------------------------------------------------------------


def post(store: Store, venue: Venue, given: Mapping[str, object], by: str, now: datetime) -> tuple[Task, Moment]:
    """given: title, amount, places, day, time. It may be outside opening hours: somebody has to open.

    Its value is set apart in the venue's budget. Raises Invalid, Refused `budget_spent`.
    """
    title = fields.topic(given.get("title"), "title")
    amount = fields.whole(given.get("amount"), "amount", least=1, most=AMOUNT_MOST)
    places = fields.whole(given.get("places"), "places", least=1, most=PLACES_MOST)
    moment = agenda.moment(venue, given.get("day"), given.get("time"))
    agenda.check_coming(moment.at, now)
    budgets.check_left(store, venue, amount, now)
    task = Task(store.new_id(now), venue.network_id, venue.id, title, amount, places, moment.at, by, now)
    store.tasks.add(task)
    _note(store, task, "task.post", by, now)
    return task, moment


def the_task(store: Store, network_id: str, task_id: str, *, venue: Venue | None = None) -> Task:
    """Raises NotFound for a task of another network, or than this venue's, as for one that never was."""
    task = store.tasks.get(task_id)
    if task is None or task.network_id != network_id or (venue and task.venue_id != venue.id):
        raise NotFound()
    return task


def take(store: Store, task: Task, person: Person, now: datetime) -> None:
    """A place, while there is one; who has one keeps it. Raises Conflict `task_closed`, Refused `task_begun`, `task_full`."""
    task = _locked(store, task)
    _check_open(task)
    if now >= task.starts_at:
        raise Refused("task_begun")
    taken = store.tasks.taken(task.id)
    if any(place.person_id == person.id for place in taken):
        return
    if len(taken) >= task.places:
        raise Refused("task_full")
    store.tasks.take(Place(task.network_id, task.id, person.id, now), task)


def give_back(store: Store, task: Task, person: Person, now: datetime) -> None:
    """Raises NotFound for who has no place, Conflict `task_closed`, Refused `task_begun`."""
    task = _locked(store, task)
    if not any(place.person_id == person.id for place in store.tasks.taken(task.id)):
        raise NotFound()
    _check_open(task)
    if now >= task.starts_at:
        raise Refused("task_begun")
    store.tasks.give_back(task, person)


def confirm(
    store: Store, task: Task, venue: Venue, took_part: Mapping[str, int], by: str, now: datetime
) -> tuple[tuple[Place, ...], Task]:
    """Pay who took part. took_part: half hours by the id of a person; who is left out did not take part.

    Raises NotFound for somebody without a place, Invalid `nobody_chosen`, Conflict `task_closed`, Refused `task_not_begun`,
    `own_contribution`.
    """
    task = _locked(store, task)
    _check_open(task)
    if now < task.starts_at:
        raise Refused("task_not_begun")
    places = store.tasks.taken(task.id)
    if not set(took_part) <= {place.person_id for place in places}:
        raise NotFound()
    if not took_part:
        raise Invalid("who", "nobody_chosen")
    if by in took_part:
        raise Refused("own_contribution")
    paid = _pay(store, task, venue, [p for p in places if p.person_id in took_part], took_part, by, now)
    confirmed = store.tasks.change(task, confirmed_at=now, confirmed_by=by)
    _note(store, task, "task.confirm", by, now)
    return paid, confirmed


def _pay(
    store: Store, task: Task, venue: Venue, places: list[Place], took_part: Mapping[str, int], by: str, now: datetime
) -> tuple[Place, ...]:
    """In the order in which the places were taken, so that the same answer is split in the same way."""
    paid, budget = [], budgets.account(store, venue, now)
    parts = contributions.shares(task.amount, [took_part[place.person_id] for place in places])
    for place, part in zip(places, parts, strict=True):
        person = people.in_network(store, task.network_id, place.person_id)
        key = f"{task.id}:{person.id}"
        contributions.earn(store, person, venue, "task", task.title, part, now, key=key, by=by, budget=budget)
        paid.append(store.tasks.pay(place, took_part[place.person_id], part))
    return tuple(paid)


def cancel(store: Store, task: Task, by: str, now: datetime) -> Task:
    """Nobody earns anything. Raises Conflict `task_closed`."""
    task = _locked(store, task)
    _check_open(task)
    _note(store, task, "task.cancel", by, now)
    return store.tasks.change(task, cancelled_at=now)


def _check_open(task: Task) -> None:
    if not task.is_open:
        raise Conflict("task_closed")


def _locked(store: Store, task: Task) -> Task:
    """The task as it is now that nobody else can change it."""
    store.ledger.lock_chain(task.network_id)
    return store.tasks.get(task.id) or task


def _note(store: Store, task: Task, action: str, by: str, now: datetime) -> None:
    store.audit.record(task.network_id, now, actor=by, role="host", action=action, venue_id=task.venue_id, object_id=task.id)
