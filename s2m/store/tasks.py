"""Collective tasks and who took a place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from s2m.domain.people import Person
from s2m.domain.tasks import Place, Task
from s2m.store.part import Part
from s2m.store.schema import task_places, tasks

_OPEN = tasks.c.cancelled_at.is_(None) & tasks.c.confirmed_at.is_(None)


class Tasks(Part):
    def add(self, task: Task) -> None:
        self.run(insert(tasks).values(vars(task)))
        self.store.changed(task.venue_id)

    def get(self, task_id: str) -> Task | None:
        row = self.one(select(tasks).where(tasks.c.id == task_id))
        return Task(**row._mapping) if row else None

    def change(self, task: Task, **values: Any) -> Task:
        self.run(update(tasks).where(tasks.c.id == task.id).values(values))
        self.store.changed(task.venue_id)
        return Task(**{**vars(task), **values})

    def _all(self, query: Any) -> list[Task]:
        return [Task(**row._mapping) for row in self.run(query)]

    def open_ones(self, venue_id: str) -> list[Task]:
        """Those that are still to be done or confirmed, the first first."""
        query = select(tasks).where(tasks.c.venue_id == venue_id, _OPEN)
        return self._all(query.order_by(tasks.c.starts_at, tasks.c.id))

    def promised(self, venue_id: str) -> int:
        """What the open tasks of a venue are worth together."""
        query = select(func.coalesce(func.sum(tasks.c.amount), 0)).where(tasks.c.venue_id == venue_id, _OPEN)
        return int(self.run(query).scalar_one())

    def confirmed(self, venue_id: str, *, most: int = 20) -> list[Task]:
        """The last first."""
        query = select(tasks).where(tasks.c.venue_id == venue_id, tasks.c.confirmed_at.is_not(None))
        return self._all(query.order_by(tasks.c.confirmed_at.desc(), tasks.c.id).limit(most))

    # Places -------------------------------------------------------------------------------------------------------

    def taken(self, task_id: str) -> list[Place]:
        """In the order in which they were taken."""
        query = select(task_places).where(task_places.c.task_id == task_id)
        query = query.order_by(task_places.c.taken_at, task_places.c.person_id)
        return [Place(**row._mapping) for row in self.run(query)]

    def counts(self, task_ids: set[str]) -> dict[str, int]:
        """How many places of each task are taken."""
        query = select(task_places.c.task_id, func.count().label("taken")).where(task_places.c.task_id.in_(task_ids))
        return {row.task_id: row.taken for row in self.run(query.group_by(task_places.c.task_id))}

    def of_person(self, person_id: str, since: datetime) -> set[str]:
        """The tasks in which somebody has a place, that began after a moment or will."""
        query = select(tasks.c.id).join(task_places, task_places.c.task_id == tasks.c.id)
        return set(self.run(query.where(task_places.c.person_id == person_id, tasks.c.starts_at >= since)).scalars())

    def take(self, place: Place, task: Task) -> None:
        self.run(insert(task_places).values(vars(place)))
        self.store.changed(task.venue_id)

    def give_back(self, task: Task, person: Person) -> None:
        self.run(delete(task_places).where(task_places.c.task_id == task.id, task_places.c.person_id == person.id))
        self.store.changed(task.venue_id)

    def pay(self, place: Place, halves: int, earned: int) -> Place:
        mine = (task_places.c.task_id == place.task_id) & (task_places.c.person_id == place.person_id)
        self.run(update(task_places).where(mine).values(halves=halves, earned=earned))
        return Place(**{**vars(place), "halves": halves, "earned": earned})
