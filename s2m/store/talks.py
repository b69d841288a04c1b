"""Talks and who was there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from s2m.domain.people import Person
from s2m.domain.talks import AFTER, Attendance, Talk
from s2m.store.part import Part
from s2m.store.people import PERSON, person_in
from s2m.store.schema import attendances, people, talks

_STANDS = talks.c.cancelled_at.is_(None)
_WAITS = _STANDS & talks.c.settled_at.is_(None)


class Talks(Part):
    def add(self, talk: Talk) -> None:
        self.run(insert(talks).values(vars(talk)))
        self.store.changed(talk.venue_id)

    def get(self, talk_id: str) -> Talk | None:
        row = self.one(select(talks).where(talks.c.id == talk_id))
        return Talk(**row._mapping) if row else None

    def change(self, talk: Talk, **values: Any) -> Talk:
        self.run(update(talks).where(talks.c.id == talk.id).values(values))
        self.store.changed(talk.venue_id)
        return Talk(**{**vars(talk), **values})

    def _all(self, query: Any) -> list[Talk]:
        return [Talk(**row._mapping) for row in self.run(query)]

    def coming(self, venue_id: str, now: datetime, *, until: datetime | None = None) -> list[Talk]:
        """Those that are not over yet, the first first."""
        query = select(talks).where(talks.c.venue_id == venue_id, talks.c.ends_at > now, _WAITS)
        if until:
            query = query.where(talks.c.starts_at < until)
        return self._all(query.order_by(talks.c.starts_at, talks.c.id))

    def past(self, venue_id: str, now: datetime, *, most: int = 20) -> list[Talk]:
        """Those that took place, the last first."""
        query = select(talks).where(talks.c.venue_id == venue_id, talks.c.ends_at <= now, _STANDS)
        return self._all(query.order_by(talks.c.starts_at.desc(), talks.c.id).limit(most))

    def running(self, venue_id: str, now: datetime) -> list[Talk]:
        """Those whose listeners can be counted now."""
        query = select(talks).where(talks.c.venue_id == venue_id, talks.c.starts_at <= now, talks.c.ends_at > now - AFTER, _WAITS)
        return self._all(query.order_by(talks.c.starts_at, talks.c.id))

    def due(self, ended_by: datetime) -> list[Talk]:
        return self._all(select(talks).where(talks.c.ends_at <= ended_by, _WAITS).order_by(talks.c.ends_at, talks.c.id))

    def of_speaker(self, person_id: str, *, since: datetime) -> list[Talk]:
        """Somebody's talks that are not over at a moment, the first first."""
        query = select(talks).where(talks.c.speaker_id == person_id, talks.c.ends_at > since, _WAITS)
        return self._all(query.order_by(talks.c.starts_at, talks.c.id))

    def in_room(self, room_id: str, start: datetime, end: datetime) -> bool:
        """Whether a talk is announced there that overlaps."""
        overlaps = (talks.c.starts_at < end) & (talks.c.ends_at > start)
        return self.one(select(talks.c.id).where(talks.c.room_id == room_id, overlaps, _WAITS).limit(1)) is not None

    def earned_between(self, person_id: str, since: datetime, until: datetime) -> bool:
        """Whether a talk of somebody's that began in this time earned them something."""
        began = (talks.c.starts_at >= since) & (talks.c.starts_at < until)
        query = select(talks.c.id).where(talks.c.speaker_id == person_id, began, talks.c.earned > 0).limit(1)
        return self.one(query) is not None

    # Who was there ------------------------------------------------------------------------------------------------

    def attend(self, attendance: Attendance, talk: Talk) -> Attendance:
        self.run(insert(attendances).values(vars(attendance)))
        self.store.changed(talk.venue_id)
        return attendance

    def attendance(self, talk_id: str, person_id: str) -> Attendance | None:
        row = self.one(select(attendances).where(attendances.c.talk_id == talk_id, attendances.c.person_id == person_id))
        return Attendance(**row._mapping) if row else None

    def attendances(self, talk_id: str) -> list[Attendance]:
        query = select(attendances).where(attendances.c.talk_id == talk_id).order_by(attendances.c.at, attendances.c.person_id)
        return [Attendance(**row._mapping) for row in self.run(query)]

    def listeners(self, talk_id: str) -> list[Person]:
        """Who was there, in the order in which they were counted."""
        query = select(*PERSON).join(attendances, attendances.c.person_id == people.c.id)
        query = query.where(attendances.c.talk_id == talk_id).order_by(attendances.c.at, people.c.id)
        return [person_in(row) for row in self.run(query)]

    def say(self, attendance: Attendance, useful: str) -> Attendance:
        mine = (attendances.c.talk_id == attendance.talk_id) & (attendances.c.person_id == attendance.person_id)
        self.run(update(attendances).where(mine).values(useful=useful))
        return Attendance(**{**vars(attendance), "useful": useful})

    def unanswered(self, person_id: str) -> list[Talk]:
        """Talks that somebody was at and said nothing of, while they still can."""
        query = select(talks).join(attendances, attendances.c.talk_id == talks.c.id)
        query = query.where(attendances.c.person_id == person_id, attendances.c.useful.is_(None), _WAITS)
        return self._all(query.order_by(talks.c.starts_at))
