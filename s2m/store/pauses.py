"""Who is shown to nobody and asked nothing for now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from s2m.domain.pauses import Pause
from s2m.store.part import Part
from s2m.store.schema import pauses, visits


class Pauses(Part):
    def add(self, pause: Pause) -> None:
        self.run(insert(pauses).values(vars(pause)))
        self._tell(pause.person_id)

    def end(self, person_id: str, now: datetime) -> None:
        mine = (pauses.c.person_id == person_id) & pauses.c.ended_at.is_(None)
        self.run(update(pauses).where(mine).values(ended_at=now))
        self._tell(person_id)

    def standing(self, person_id: str, now: datetime) -> Pause | None:
        row = self.one(select(pauses).where(pauses.c.person_id == person_id, stands(now)))
        return Pause(**row._mapping) if row else None

    def paused(self, person_id: str, now: datetime) -> bool:
        """Whether somebody is to be shown to nobody and asked nothing now."""
        return self.standing(person_id, now) is not None

    def among(self, person_ids: Collection[str], now: datetime) -> frozenset[str]:
        """Who of these people is paused."""
        return frozenset(self.run(select(pauses.c.person_id).where(pauses.c.person_id.in_(person_ids), stands(now))).scalars())

    def here(self, venue_id: str, now: datetime) -> frozenset[str]:
        """Who of those present at a venue is paused."""
        here = select(visits.c.person_id).where(visits.c.venue_id == venue_id, visits.c.ended_at.is_(None))
        return frozenset(self.run(select(pauses.c.person_id).where(pauses.c.person_id.in_(here), stands(now))).scalars())

    def _tell(self, person_id: str) -> None:
        """Open pages of where they are now, and of those to whom they were shown."""
        self.store.meetings.tell(person_id)
        self.store.presence.tell(person_id)


def stands(now: datetime) -> ColumnElement[bool]:
    return and_(pauses.c.ended_at.is_(None), or_(pauses.c.until.is_(None), pauses.c.until > now))
