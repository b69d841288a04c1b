"""Who wants to hear when somebody is here, too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, insert, select

from s2m.domain.people import Person
from s2m.domain.reunions import Reunion
from s2m.store.part import Part
from s2m.store.people import PERSON, person_in
from s2m.store.schema import people, reunions, rooms, visits

_mine, _theirs = reunions.alias("mine"), reunions.alias("theirs")


class Reunions(Part):
    def wish(self, person: Person, other_id: str, wish: str, now: datetime) -> None:
        self.forget(person, other_id)  # which tells the pages of both, once this is stored
        row = {"network_id": person.network_id, "person_id": person.id, "other_id": other_id}
        self.run(insert(reunions).values(**row, wish=wish, at=now))

    def forget(self, person: Person, other_id: str) -> bool:
        mine = (reunions.c.person_id == person.id) & (reunions.c.other_id == other_id)
        self.store.presence.tell(person.id, other_id)
        return self.run(delete(reunions).where(mine)).rowcount == 1

    def askers(self, person_id: str) -> frozenset[str]:
        """Who wants to hear of this person, whatever they said to it."""
        query = select(reunions.c.person_id).where(reunions.c.other_id == person_id, reunions.c.wish == "yes")
        return frozenset(self.run(query).scalars())

    def waiting(self, person_id: str) -> list[Person]:
        """Who wants to hear of this person, who said nothing to it, the first first."""
        both = and_(_mine.c.person_id == _theirs.c.other_id, _mine.c.other_id == _theirs.c.person_id)
        query = select(*PERSON).join(_theirs, _theirs.c.person_id == people.c.id).outerjoin(_mine, both)
        asked = (_theirs.c.other_id == person_id) & (_theirs.c.wish == "yes") & _mine.c.person_id.is_(None)
        return [person_in(row) for row in self.run(query.where(asked, people.c.erased_at.is_(None)).order_by(_theirs.c.at))]

    def wished(self, person_id: str) -> list[Person]:
        """Of whom this person wants to hear, the latest first."""
        query = select(*PERSON).join(reunions, reunions.c.other_id == people.c.id).where(people.c.erased_at.is_(None))
        mine = (reunions.c.person_id == person_id) & (reunions.c.wish == "yes")
        return [person_in(row) for row in self.run(query.where(mine).order_by(reunions.c.at.desc()))]

    def here(self, person_id: str) -> list[Reunion]:
        """Who wants it, too, and is visible where this person is present and visible."""
        ours, there = visits.alias("ours"), visits.alias("there")
        both = and_(_mine.c.person_id == _theirs.c.other_id, _mine.c.other_id == _theirs.c.person_id)
        query = (
            select(*PERSON, rooms.c.name.label("room"))
            .join(_theirs, _theirs.c.person_id == people.c.id)
            .join(_mine, both)
            .join(there, there.c.person_id == _theirs.c.person_id)
            .join(ours, and_(ours.c.person_id == _mine.c.person_id, ours.c.venue_id == there.c.venue_id))
            .outerjoin(rooms, rooms.c.id == there.c.room_id)
            .where(_mine.c.person_id == person_id, _mine.c.wish == "yes", _theirs.c.wish == "yes")
            .where(there.c.ended_at.is_(None), ours.c.ended_at.is_(None), there.c.visible == 1, ours.c.visible == 1)
            .where(people.c.erased_at.is_(None))
            .order_by(there.c.started_at.desc())
        )
        return [Reunion(person_in(row), row.room) for row in self.run(query)]
