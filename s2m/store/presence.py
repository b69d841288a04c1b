"""Visits with their topics, and who is here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, update

from s2m.domain.people import Person
from s2m.domain.presence import Here, Visit, VisitTopic
from s2m.domain.venues import Room, Venue
from s2m.store.part import Part
from s2m.store.people import PERSON, person_in
from s2m.store.schema import people, rooms, topics, visit_topics, visits

_open_visit = select(visits).where(
    visits.c.network_id == bindparam("network"), visits.c.person_id == bindparam("person"), visits.c.ended_at.is_(None)
)
# Of one person only: with the venue among the conditions SQLite would go through everybody's visits there
_around = select(visits).where(
    visits.c.network_id == bindparam("network"),
    visits.c.person_id == bindparam("person"),
    or_(
        visits.c.ended_at.is_(None),
        and_(visits.c.started_at <= bindparam("at"), visits.c.closes_at > bindparam("at"), visits.c.ended_how != "undone"),
    ),
)
_TOPIC = [c for c in visit_topics.c if c.name != "network_id"]
_add = insert(visits)
_add_topic = insert(visit_topics)
_end = (
    update(visits)
    .where(visits.c.id == bindparam("visit"), visits.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"), ended_how=bindparam("how"))
)


class Presence(Part):
    def add(self, visit: Visit) -> None:
        self.run(_add, **vars(visit))
        self.store.changed(visit.venue_id)

    def get(self, visit_id: str) -> Visit | None:
        row = self.one(select(visits).where(visits.c.id == visit_id))
        return Visit(**row._mapping) if row else None

    def open_visit(self, person: Person) -> Visit | None:
        row = self.one(_open_visit, network=person.network_id, person=person.id)
        return Visit(**row._mapping) if row else None

    def around(self, person: Person, venue: Venue, at: datetime) -> tuple[Visit | None, bool]:
        """Their open visit, wherever; and whether an earlier one here, not undone, still has its closing time to come.

        A seat that a meeting carried is not theirs.
        """
        rows = self.run(_around, network=person.network_id, person=person.id, at=at).all()
        current = next((Visit(**row._mapping) for row in rows if row.ended_at is None), None)
        return current, any(
            row.ended_at is not None and row.venue_id == venue.id and row.booking_id is None for row in rows
        )

    def going_on_after(self, person: Person, moment: datetime) -> list[Visit]:
        """Visits, at any venue, that ended after a moment or are open, the first first; undone ones left out."""
        stays = or_(visits.c.ended_at.is_(None), and_(visits.c.ended_at > moment, visits.c.ended_how != "undone"))
        query = select(visits).where(visits.c.network_id == person.network_id, visits.c.person_id == person.id, stays)
        return [Visit(**row._mapping) for row in self.run(query.order_by(visits.c.started_at))]

    def open_visits(self, venue_id: str) -> list[Visit]:
        query = select(visits).where(visits.c.venue_id == venue_id, visits.c.ended_at.is_(None))
        return [Visit(**row._mapping) for row in self.run(query.order_by(visits.c.started_at))]

    def due(self, now: datetime) -> list[Visit]:
        query = select(visits).where(visits.c.ended_at.is_(None), visits.c.closes_at <= now)
        return [Visit(**row._mapping) for row in self.run(query.order_by(visits.c.closes_at, visits.c.id))]

    def end(self, visit: Visit, at: datetime, how: str) -> Visit | None:
        """The ended visit; None when it had ended already."""
        if not self.run(_end, visit=visit.id, at=at, how=how).rowcount:
            return None
        self.store.changed(visit.venue_id)
        return Visit(**{**vars(visit), "ended_at": at, "ended_how": how})

    def set_closing(self, visit: Visit, at: datetime) -> None:
        self.run(update(visits).where(visits.c.id == visit.id).values(closes_at=at))

    def set_answer(self, visit: Visit, intent: str, visible: bool) -> Visit:
        return self._set(visit, intent=intent, visible=visible)

    def set_visible(self, visit: Visit, visible: bool) -> Visit:
        return self._set(visit, visible=visible)

    def set_room(self, visit: Visit, room_id: str | None) -> Visit:
        return self._set(visit, room_id=room_id)

    def _set(self, visit: Visit, **values: object) -> Visit:
        self.run(update(visits).where(visits.c.id == visit.id).values(values))
        self.store.changed(visit.venue_id)
        if visit.person_id and values.get("visible") is False:
            self.store.meetings.tell(visit.person_id)
        return Visit(**{**vars(visit), **values})

    def empty_room(self, room: Room) -> None:
        here = (visits.c.room_id == room.id) & visits.c.ended_at.is_(None)
        self.run(update(visits).where(here).values(room_id=None))

    def seated(self, venue_id: str) -> dict[str, int]:
        """How many people sit in each room now."""
        here = (visits.c.venue_id == venue_id) & visits.c.ended_at.is_(None) & visits.c.room_id.is_not(None)
        rows = self.run(select(visits.c.room_id, func.count().label("people")).where(here).group_by(visits.c.room_id))
        return {row.room_id: row.people for row in rows}

    # What visitors need, share and work on ------------------------------------------------------------------------

    def add_topic(self, visit: Visit, kind: str, text: str, now: datetime, *, on_wall: bool) -> VisitTopic:
        topic = VisitTopic(self.store.new_id(now), visit.id, kind, text, on_wall, now, None)
        self.run(_add_topic, network_id=visit.network_id, **vars(topic))
        self.store.changed(visit.venue_id)
        return topic

    def topics(self, visit_id: str) -> list[VisitTopic]:
        query = select(*_TOPIC).where(visit_topics.c.visit_id == visit_id).order_by(visit_topics.c.created_at)
        return [VisitTopic(**row._mapping) for row in self.run(query)]

    def clear_topics(self, visit: Visit, *, but: str = "") -> None:
        """Forget what was needed and offered in this visit, but one; what is worked on stays."""
        asked = (visit_topics.c.visit_id == visit.id) & visit_topics.c.kind.in_(("need", "offer")) & (visit_topics.c.id != but)
        self.store.asks.unlink(select(visit_topics.c.id).where(asked))
        self.run(delete(visit_topics).where(asked))

    def drop_topic(self, visit: Visit, topic_id: str) -> bool:
        mine = (visit_topics.c.visit_id == visit.id) & (visit_topics.c.id == topic_id)
        self.store.changed(visit.venue_id)
        self.store.asks.unlink(select(visit_topics.c.id).where(mine))
        return self.run(delete(visit_topics).where(mine)).rowcount == 1

    def put_on_wall(self, topic_id: str, on_wall: bool) -> None:
        """The caller tells the venue's pages."""
        self.run(update(visit_topics).where(visit_topics.c.id == topic_id).values(on_wall=on_wall))

    def take_off_wall(self, visit: Visit) -> None:
        self.run(update(visit_topics).where(visit_topics.c.visit_id == visit.id).values(on_wall=False))
        self.store.changed(visit.venue_id)

    def solve(self, person_id: str, topic_id: str, now: datetime) -> bool:
        mine = select(visits.c.id).where(visits.c.person_id == person_id)
        own = (visit_topics.c.id == topic_id) & visit_topics.c.visit_id.in_(mine)
        for venue_id in self.run(
            select(visits.c.venue_id).join(visit_topics, visit_topics.c.visit_id == visits.c.id).where(own)
        ).scalars():
            self.store.changed(venue_id)
        return self.run(update(visit_topics).where(own).values(solved_at=now)).rowcount == 1

    def last_unmet(self, person_id: str, *, since: datetime) -> VisitTopic | None:
        """The newest need of the last ended visit that had one, unless it was marked as solved."""
        query = (
            select(*_TOPIC)
            .join(visits, visits.c.id == visit_topics.c.visit_id)
            .where(visits.c.person_id == person_id, visits.c.ended_at.is_not(None), visits.c.ended_how != "undone")
            .where(visit_topics.c.kind == "need", visit_topics.c.created_at >= since)
            .order_by(visit_topics.c.created_at.desc())
            .limit(1)
        )
        row = self.one(query)
        found = VisitTopic(**row._mapping) if row else None
        return None if found is None or found.solved_at else found

    def tell(self, *person_ids: str) -> None:
        """Open pages of where these people are now hear of a change."""
        there = visits.c.person_id.in_(person_ids) & visits.c.ended_at.is_(None)
        for venue_id in self.run(select(visits.c.venue_id).where(there)).scalars():
            self.store.changed(venue_id)

    # Who is here --------------------------------------------------------------------------------------------------

    def here(self, venue_id: str) -> list[Here]:
        """Everybody present, with topics; who may be shown to whom is for the caller to decide."""
        present = (visits.c.venue_id == venue_id) & visits.c.ended_at.is_(None)
        rows = self.run(
            select(visits, rooms.c.name.label("room"), *(c.label(f"person__{c.name}") for c in PERSON))
            .join(people, people.c.id == visits.c.person_id)
            .outerjoin(rooms, rooms.c.id == visits.c.room_id)
            .where(present)
            .order_by(visits.c.started_at.desc(), visits.c.id)
        ).all()
        today = self._topics_of_present(present)
        knows = self._known_by_present(present)
        return [
            Here(
                person_in(row, "person__"), Visit(**{c.name: row._mapping[c.name] for c in visits.c}), row.room,
                tuple(today.get(row.id, ())), tuple(knows.get(row.person_id, ())),
            )
            for row in rows
        ]  # fmt: skip

    def _topics_of_present(self, present: object) -> dict[str, list[VisitTopic]]:
        found: dict[str, list[VisitTopic]] = {}
        query = select(*_TOPIC).join(visits, visits.c.id == visit_topics.c.visit_id).where(present)  # type: ignore[arg-type]
        for row in self.run(query.order_by(visit_topics.c.created_at)):
            found.setdefault(row.visit_id, []).append(VisitTopic(**row._mapping))
        return found

    def _known_by_present(self, present: object) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        query = select(topics.c.person_id, topics.c.text).join(visits, visits.c.person_id == topics.c.person_id)
        for row in self.run(query.where(present).order_by(topics.c.created_at)):  # type: ignore[arg-type]
            found.setdefault(row.person_id, []).append(row.text)
        return found

    def counts_today(self, venue_id: str, since: datetime) -> dict[str, int]:
        """How many visits began by each way since then (undone ones left out)."""
        stays = or_(visits.c.ended_how.is_(None), visits.c.ended_how != "undone")
        began = (visits.c.venue_id == venue_id) & (visits.c.started_at >= since)
        query = select(visits.c.way, func.count().label("visits")).where(began, stays)
        return {row.way: row.visits for row in self.run(query.group_by(visits.c.way))}

    def ended(self, venue_id: str, since: datetime, *, most: int = 50) -> list[tuple[Visit, Person]]:
        """Visits that ended since then, the last first."""
        query = (
            select(visits, *(c.label(f"person__{c.name}") for c in PERSON))
            .join(people, people.c.id == visits.c.person_id)
            .where(visits.c.venue_id == venue_id, visits.c.ended_at >= since, visits.c.ended_how != "undone")
            .order_by(visits.c.ended_at.desc())
            .limit(most)
        )
        return [(Visit(**{c.name: r._mapping[c.name] for c in visits.c}), person_in(r, "person__")) for r in self.run(query)]

    def of_person(self, person_id: str, *, most: int = 30, venue_id: str | None = None) -> list[Visit]:
        """Somebody's visits, everywhere or to one venue, the latest first."""
        query = select(visits).where(visits.c.person_id == person_id).order_by(visits.c.started_at.desc()).limit(most)
        if venue_id:
            query = query.where(visits.c.venue_id == venue_id)
        return [Visit(**row._mapping) for row in self.run(query)]

    def acquainted(self, person_id: str, venue_id: str, since: datetime) -> bool:
        """Whether somebody came to a venue; what was undone does not count, nor since then whom a
        host helped in or who only typed a name."""
        stays = or_(visits.c.ended_how.is_(None), visits.c.ended_how != "undone")
        theirs = (visits.c.person_id == person_id) & (visits.c.venue_id == venue_id)
        earned = or_(visits.c.way.not_in(("host", "name")), visits.c.started_at < since)
        return self.one(select(visits.c.id).where(theirs, stays, earned).limit(1)) is not None

    def visitors(self, venue_id: str, since: datetime) -> dict[str, bool]:
        """Everybody who came to a venue since then, with whether they ever asked for something."""
        asked = func.max(case((visits.c.intent == "need", 1), else_=0)).label("asked")
        stays = or_(visits.c.ended_how.is_(None), visits.c.ended_how != "undone")
        theirs = (visits.c.venue_id == venue_id) & (visits.c.started_at >= since) & visits.c.person_id.is_not(None)
        rows = self.run(select(visits.c.person_id, asked).where(theirs, stays).group_by(visits.c.person_id))
        return {row.person_id: bool(row.asked) for row in rows}

    def guests(self, booking_id: str) -> set[str]:
        """The visits of a meeting's guests, those who left with them; what was undone does not count."""
        stays = or_(visits.c.ended_how.is_(None), visits.c.ended_how != "undone")
        return set(self.run(select(visits.c.id).where(visits.c.booking_id == booking_id, stays)).scalars())

    def open_guests(self, booking_id: str) -> list[Visit]:
        """The visits of a meeting's guests who are here."""
        query = select(visits).where(visits.c.booking_id == booking_id, visits.c.ended_at.is_(None))
        return [Visit(**row._mapping) for row in self.run(query.order_by(visits.c.started_at, visits.c.id))]

    def came(self, person_id: str, ways: tuple[str, ...]) -> bool:
        """Whether somebody ever came in by one of these ways."""
        query = select(visits.c.id).where(visits.c.person_id == person_id, visits.c.way.in_(ways)).limit(1)
        return self.one(query) is not None

    def together(self, one: str, other: str, since: datetime, now: datetime) -> str | None:
        """The venue where their visits last overlapped since then."""
        found = [(v.venue_id, v) for v in self.met(one, since, now, other=other)]
        return found[0][0] if found else None

    def met(self, person_id: str, since: datetime, now: datetime, *, other: str | None = None) -> list[Visit]:
        """Others' visits that overlapped with one of this person's since then, the latest first."""
        mine, theirs = visits.alias("mine"), visits.alias("theirs")
        overlap = and_(
            theirs.c.venue_id == mine.c.venue_id,
            theirs.c.person_id != person_id,
            theirs.c.started_at < func.coalesce(mine.c.ended_at, bindparam("now", now, visits.c.started_at.type)),
            mine.c.started_at < func.coalesce(theirs.c.ended_at, bindparam("now", now, visits.c.started_at.type)),
            or_(theirs.c.ended_at.is_(None), theirs.c.ended_at >= since),
            or_(theirs.c.ended_how.is_(None), theirs.c.ended_how != "undone"),
            or_(mine.c.ended_how.is_(None), mine.c.ended_how != "undone"),
        )
        query = (
            select(theirs)
            .join(mine, overlap)
            .where(mine.c.person_id == person_id, or_(mine.c.ended_at.is_(None), mine.c.ended_at >= since))
            .order_by(theirs.c.started_at.desc())
        )
        if other:
            query = query.where(theirs.c.person_id == other)
        return [Visit(**row._mapping) for row in self.run(query)]
