"""Introductions with their two sides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, insert, or_, select, update

from s2m.domain.introductions import Introduction, Side
from s2m.store.part import Part
from s2m.store.schema import introduction_sides, introductions

_SIDE = [c for c in introduction_sides.c if c.name not in ("network_id", "introduction_id")]
_waits = introductions.c.agreed_at.is_(None) & introductions.c.ended_at.is_(None)


class Introductions(Part):
    def add(self, made: Introduction) -> None:
        self.run(insert(introductions).values({name: value for name, value in vars(made).items() if name != "sides"}))
        for side in made.sides:
            row = {"network_id": made.network_id, "introduction_id": made.id, **vars(side)}
            self.run(insert(introduction_sides).values(row))
        self._tell(made)

    def get(self, introduction_id: str) -> Introduction | None:
        return next(iter(self._all(select(introductions).where(introductions.c.id == introduction_id))), None)

    def standing(self, one_id: str, other_id: str) -> Introduction | None:
        """The one of these two, in the order of their ids, that was not ended: it waits, is agreed on, or lapsed unseen."""
        pair = (introductions.c.one_id == one_id) & (introductions.c.other_id == other_id)
        return next(iter(self._all(select(introductions).where(pair, introductions.c.ended_at.is_(None)))), None)

    def of(self, person_id: str, *, most: int = 50) -> list[Introduction]:
        """In which somebody is one of the two and that were not ended, the latest first."""
        theirs = or_(introductions.c.one_id == person_id, introductions.c.other_id == person_id)
        return self._latest(theirs & introductions.c.ended_at.is_(None), most)

    def by_third(self, person_id: str, *, most: int = 20) -> list[Introduction]:
        """What somebody made for two others, the latest first."""
        return self._latest((introductions.c.by_id == person_id) & (introductions.c.way == "third"), most)

    def of_hosts(self, venue_id: str, *, most: int = 50) -> list[Introduction]:
        """What a venue's hosts made, the latest first."""
        return self._latest((introductions.c.venue_id == venue_id) & (introductions.c.way == "host"), most)

    def pairs(self, person_ids: set[str]) -> set[tuple[str, str]]:
        """Which of these people stand introduced to each other, or wait for it."""
        among = introductions.c.one_id.in_(person_ids) & introductions.c.other_id.in_(person_ids)
        query = select(introductions.c.one_id, introductions.c.other_id).where(among, introductions.c.ended_at.is_(None))
        return {(row.one_id, row.other_id) for row in self.run(query)}

    def confirmed(self, venue_id: str, since: datetime) -> list[Introduction]:
        """Those of a venue that both said helped, and that a third earned by since then."""
        paid = (introductions.c.venue_id == venue_id) & (introductions.c.earned > 0) & (introductions.c.asked_at >= since)
        return self._all(select(introductions).where(paid))

    def late(self, now: datetime, network_id: str | None = None) -> list[Introduction]:
        query = select(introductions).where(_waits, introductions.c.lapses_at <= now)
        return self._all(query.where(introductions.c.network_id == network_id) if network_id else query)

    def helped_with(self, person_id: str) -> frozenset[str]:
        """Those with whom somebody was introduced, and both said that it helped."""
        mine, theirs = introduction_sides.alias("mine"), introduction_sides.alias("theirs")
        both = (mine.c.introduction_id == theirs.c.introduction_id) & (mine.c.person_id != theirs.c.person_id)
        query = select(theirs.c.person_id).join(mine, both).where(mine.c.person_id == person_id)
        return frozenset(self.run(query.where(mine.c.helped == 1, theirs.c.helped == 1)).scalars())

    def refused(self, person_id: str, other_id: str, since: datetime) -> bool:
        """Whether somebody said no to being introduced to this person since then."""
        one, other = sorted((person_id, other_id))
        query = select(introductions.c.id).join(introduction_sides, introduction_sides.c.introduction_id == introductions.c.id)
        pair = (introductions.c.one_id == one) & (introductions.c.other_id == other)
        no = (introduction_sides.c.person_id == person_id) & (introduction_sides.c.answer == "no")
        return self.one(query.where(pair, no, introduction_sides.c.answered_at > since).limit(1)) is not None

    def change(self, found: Introduction, **values: Any) -> None:
        self.run(update(introductions).where(introductions.c.id == found.id).values(values))
        self._tell(found)

    def end(self, found: Introduction, now: datetime) -> None:
        """It can no longer be agreed on; what was told for it is forgotten."""
        self.run(update(introduction_sides).where(introduction_sides.c.introduction_id == found.id).values(contact=None))
        self.change(found, ended_at=now)

    def answer(self, found: Introduction, side: Side) -> None:
        values = {"answer": side.answer, "answered_at": side.answered_at, "contact": side.contact}
        self._change_side(found, side.person_id, **values)

    def say(self, found: Introduction, person_id: str, helped: bool) -> None:
        self._change_side(found, person_id, helped=helped)

    def turn_away(self, person_id: str, other_id: str, now: datetime) -> None:
        """Somebody says no to whatever waits that would bring them to this other, or came from them."""
        named = (introductions.c.one_id, introductions.c.other_id, introductions.c.by_id)
        with_other = or_(*(column == other_id for column in named))
        waiting = select(introductions.c.id).where(_waits, with_other)
        mine = and_(introduction_sides.c.person_id == person_id, introduction_sides.c.introduction_id.in_(waiting))
        self.run(update(introduction_sides).where(mine).values(answer="no", answered_at=now, contact=None))

    def _change_side(self, found: Introduction, person_id: str, **values: Any) -> None:
        mine = (introduction_sides.c.introduction_id == found.id) & (introduction_sides.c.person_id == person_id)
        self.run(update(introduction_sides).where(mine).values(values))
        self._tell(found)

    def _latest(self, which: Any, most: int) -> list[Introduction]:
        return self._all(
            select(introductions).where(which).order_by(introductions.c.asked_at.desc(), introductions.c.id).limit(most)
        )

    def _all(self, query: Select[Any]) -> list[Introduction]:
        rows = self.run(query).all()
        sides: dict[str, list[Side]] = {}
        theirs = introduction_sides.c.introduction_id.in_([row.id for row in rows])
        for row in self.run(select(introduction_sides.c.introduction_id, *_SIDE).where(theirs)) if rows else ():
            sides.setdefault(row.introduction_id, []).append(Side(*(row._mapping[c.name] for c in _SIDE)))
        return [Introduction(**row._mapping, sides=tuple(sides[row.id])) for row in rows]

    def _tell(self, found: Introduction) -> None:
        self.store.presence.tell(found.one_id, found.other_id, found.by_id)
