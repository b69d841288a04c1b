"""Asks with whom they were put to, and who is left in peace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, insert, or_, select, update

from s2m.domain.asks import Ask, Asking
from s2m.domain.asks.values import BUSY
from s2m.domain.people import Person
from s2m.store.part import Part
from s2m.store.people import PERSON, person_in
from s2m.store.schema import ask_pauses, askings, asks, people, visits

_WAITS = askings.c.answer.is_(None)
_HELPS = askings.c.answer == "accepted"


class Asks(Part):
    def add(self, ask: Ask) -> None:
        self.run(insert(asks).values(vars(ask)))
        self.store.changed(ask.venue_id)

    def get(self, ask_id: str) -> Ask | None:
        return self._ask(select(asks).where(asks.c.id == ask_id))

    def change(self, ask: Ask, **values: Any) -> Ask:
        """When it is due next is nothing that anybody sees."""
        self.run(update(asks).where(asks.c.id == ask.id).values(values))
        if set(values) != {"due_at"}:
            self.store.changed(ask.venue_id)
        return Ask(**{**vars(ask), **values})

    def open_of(self, person_id: str) -> Ask | None:
        return self._ask(select(asks).where(asks.c.person_id == person_id, asks.c.state == "open"))

    def on_topic(self, topic_id: str) -> Ask | None:
        """The ask that is under way on a need."""
        return self._ask(select(asks).where(asks.c.topic_id == topic_id, asks.c.state.in_(("open", "found"))))

    def unlink(self, topic_ids: Select[Any]) -> None:
        """These needs are taken back: what hung on them stands alone, and what was withdrawn loses its words."""
        theirs = asks.c.topic_id.in_(topic_ids)
        self.run(update(asks).where(theirs, asks.c.state == "withdrawn").values(text=""))
        self.run(update(asks).where(theirs).values(topic_id=None))

    def on_wall(self, venue_id: str, now: datetime) -> list[tuple[Ask, Person]]:
        """Open asks on the wall, with their owners, who let themselves be seen; the newest first."""
        seen = select(visits.c.id).where(visits.c.venue_id == venue_id, visits.c.ended_at.is_(None), visits.c.visible == 1)
        query = select(asks, *(c.label(f"person__{c.name}") for c in PERSON)).join(people, people.c.id == asks.c.person_id)
        query = query.where(asks.c.visit_id.in_(seen), asks.c.wall == 1, asks.c.state == "open", asks.c.ends_at > now)
        rows = self.run(query.order_by(asks.c.opened_at.desc(), asks.c.id)).all()
        return [(Ask(**{c.name: row._mapping[c.name] for c in asks.c}), person_in(row, "person__")) for row in rows]

    def parts(self, ask_ids: list[str]) -> dict[str, list[Asking]]:
        """Everybody's part in these asks."""
        found: dict[str, list[Asking]] = {}
        for row in self.run(select(askings).where(askings.c.ask_id.in_(ask_ids))):
            found.setdefault(row.ask_id, []).append(Asking(**row._mapping))
        return found

    def due(self, network_id: str, now: datetime) -> list[Ask]:
        """Open asks with something to do now, in the order of their time."""
        late = and_(asks.c.state == "open", asks.c.due_at <= now, asks.c.network_id == network_id)
        return self._asks(select(asks).where(late).order_by(asks.c.due_at, asks.c.id))

    def networks_due(self, now: datetime) -> list[str]:
        late = and_(asks.c.state == "open", asks.c.due_at <= now)
        return list(self.run(select(asks.c.network_id).where(late).distinct()).scalars())

    def found_of(self, person_id: str, since: datetime) -> list[tuple[Ask, Asking]]:
        """Asks of theirs that somebody has accepted since then and that nobody has closed, the latest first."""
        return self._pairs(and_(asks.c.person_id == person_id, asks.c.state == "found", _HELPS, askings.c.answered_at >= since))

    def helping(self, person_id: str) -> list[tuple[Ask, Asking]]:
        """Asks that somebody accepted, as long as their owner is there."""
        there = asks.c.visit_id.in_(select(visits.c.id).where(visits.c.ended_at.is_(None)))
        return self._pairs(and_(askings.c.person_id == person_id, _HELPS, asks.c.state == "found", there))

    def between(self, one: str, other: str) -> list[tuple[Ask, Asking]]:
        """Where the one's ask waits for the other, or is being helped by them."""
        either = or_(
            and_(asks.c.person_id == one, askings.c.person_id == other),
            and_(asks.c.person_id == other, askings.c.person_id == one),
        )
        return self._pairs(and_(either, or_(_WAITS, and_(_HELPS, asks.c.state == "found"))))

    def untold(self, person_id: str) -> list[Ask]:
        """What expired and its owner has not said to have seen, the latest first."""
        theirs = and_(asks.c.person_id == person_id, asks.c.state == "expired", asks.c.told_at.is_(None))
        return self._asks(select(asks).where(theirs).order_by(asks.c.ends_at.desc(), asks.c.id))

    def told(self, person_id: str, now: datetime) -> None:
        theirs = and_(asks.c.person_id == person_id, asks.c.state == "expired", asks.c.told_at.is_(None))
        self.run(update(asks).where(theirs).values(told_at=now))

    def expired_on(self, topic_id: str) -> bool:
        """Whether nobody took up what was asked of this need."""
        query = select(asks.c.id).where(asks.c.topic_id == topic_id, asks.c.state == "expired").limit(1)
        return self.one(query) is not None

    # Whom we asked ------------------------------------------------------------------------------------------------

    def add_asking(self, asking: Asking) -> None:
        """An offer of somebody whom we had asked before takes the place of that."""
        self.run(delete(askings).where(askings.c.id == asking.id))
        self.run(insert(askings).values(vars(asking)))

    def asking(self, asking_id: str) -> Asking | None:
        return self._asking(askings.c.id == asking_id)

    def of(self, ask_id: str, person_id: str) -> Asking | None:
        return self._asking(and_(askings.c.ask_id == ask_id, askings.c.person_id == person_id))

    def waiting(self, ask_id: str) -> Asking | None:
        return self._asking(and_(askings.c.ask_id == ask_id, _WAITS))

    def asked_until(self, ask_id: str) -> datetime | None:
        """Until when the last one who was quietly asked had time to answer."""
        query = select(askings.c.answer_by).where(askings.c.ask_id == ask_id, askings.c.way == "quiet")
        row = self.one(query.order_by(askings.c.asked_at.desc(), askings.c.id.desc()).limit(1))
        return row.answer_by if row else None

    def waiting_for(self, person_id: str) -> Asking | None:
        """What somebody was asked, or offered, and is not answered yet."""
        return self._asking(and_(askings.c.person_id == person_id, _WAITS))

    def helper(self, ask_id: str) -> Asking | None:
        return self._asking(and_(askings.c.ask_id == ask_id, _HELPS))

    def close(self, asking: Asking, answer: str, at: datetime) -> None:
        self.run(update(askings).where(askings.c.id == asking.id).values(answer=answer, answered_at=at))

    def answers(self, person_id: str, *, since: datetime, most: int) -> list[str]:
        """How somebody took the last quiet questions of these hours, the latest first; what was overtaken does not count.

        Who came back after a pause begins anew.
        """
        back_at = self.one(select(ask_pauses.c.back_at).where(ask_pauses.c.person_id == person_id))
        begin = max(since, back_at[0]) if back_at and back_at[0] else since
        theirs = and_(askings.c.person_id == person_id, askings.c.way == "quiet", askings.c.asked_at >= begin)
        query = select(askings.c.answer).where(theirs, askings.c.answer.in_(("accepted", "declined", "ignored")))
        return list(self.run(query.order_by(askings.c.asked_at.desc(), askings.c.id.desc()).limit(most)).scalars())

    def not_to_ask(self, ask: Ask, now: datetime) -> set[str]:
        """Who was asked for this ask, is being asked for another, is helping somebody, or wants to be left in peace."""
        asked = select(askings.c.person_id).where(or_(askings.c.ask_id == ask.id, _WAITS))
        helping = select(askings.c.person_id).join(asks, asks.c.id == askings.c.ask_id)
        helping = helping.where(_HELPS, asks.c.state == "found", askings.c.answered_at > now - BUSY)
        paused = select(ask_pauses.c.person_id).where(ask_pauses.c.until > now, ask_pauses.c.back_at.is_(None))
        return set(self.run(asked.union(helping, paused)).scalars())

    def pause(self, network_id: str, person_id: str, until: datetime) -> None:
        self.run(delete(ask_pauses).where(ask_pauses.c.person_id == person_id))
        self.run(insert(ask_pauses).values(network_id=network_id, person_id=person_id, until=until))

    def unpause(self, person_id: str, now: datetime) -> None:
        mine = and_(ask_pauses.c.person_id == person_id, ask_pauses.c.back_at.is_(None))
        self.run(update(ask_pauses).where(mine).values(back_at=now))

    def paused(self, person_id: str, now: datetime) -> bool:
        rests = and_(ask_pauses.c.person_id == person_id, ask_pauses.c.until > now, ask_pauses.c.back_at.is_(None))
        return self.one(select(ask_pauses.c.person_id).where(rests)) is not None

    def _ask(self, query: Select[Any]) -> Ask | None:
        row = self.one(query)
        return Ask(**row._mapping) if row else None

    def _asks(self, query: Select[Any]) -> list[Ask]:
        return [Ask(**row._mapping) for row in self.run(query)]

    def _asking(self, which: Any) -> Asking | None:
        row = self.one(select(askings).where(which))
        return Asking(**row._mapping) if row else None

    def _pairs(self, which: Any) -> list[tuple[Ask, Asking]]:
        theirs = [c.label(f"asking__{c.name}") for c in askings.c]
        query = select(asks, *theirs).join(askings, askings.c.ask_id == asks.c.id).where(which)
        return [
            (
                Ask(**{c.name: row._mapping[c.name] for c in asks.c}),
                Asking(**{c.name: row._mapping[f"asking__{c.name}"] for c in askings.c}),
            )
            for row in self.run(query.order_by(askings.c.asked_at.desc(), asks.c.id))
        ]
