"""Who is kept apart from whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from s2m.domain.blocks import Block
from s2m.store.part import Part
from s2m.store.schema import blocks, visits


class Blocks(Part):
    def add(self, block: Block) -> None:
        self.run(insert(blocks).values(vars(block)))
        self._tell(block.person_id)

    def end(self, person_id: str, other_id: str, kind: str, now: datetime) -> None:
        mine = and_(blocks.c.person_id == person_id, blocks.c.other_id == other_id, blocks.c.kind == kind)
        self.run(update(blocks).where(mine, blocks.c.ended_at.is_(None)).values(ended_at=now))
        self._tell(person_id)

    def of(self, person_id: str, now: datetime) -> list[Block]:
        """What somebody chose themselves and still stands, the latest first."""
        query = select(blocks).where(blocks.c.person_id == person_id, _stands(now)).order_by(blocks.c.made_at.desc())
        return [Block(**row._mapping) for row in self.run(query)]

    def apart(self, person_id: str, now: datetime) -> frozenset[str]:
        """Whom somebody is not to be shown or asked: whom they blocked or snoozed, and who blocked them."""
        mine = select(blocks.c.other_id).where(blocks.c.person_id == person_id, _stands(now))
        theirs = select(blocks.c.person_id).where(blocks.c.other_id == person_id, blocks.c.kind == "block", _stands(now))
        return frozenset(self.run(mine.union(theirs)).scalars())

    def blocked(self, person_id: str, *, by: str) -> bool:
        """Whether somebody blocked this person. Nobody is ever told."""
        theirs = (blocks.c.person_id == by) & (blocks.c.other_id == person_id) & (blocks.c.kind == "block")
        return self.one(select(blocks.c.id).where(theirs, blocks.c.ended_at.is_(None))) is not None

    def apart_here(self, venue_id: str, now: datetime) -> dict[str, frozenset[str]]:
        """The same for everybody who is present at a venue and has anybody."""
        here = select(visits.c.person_id).where(visits.c.venue_id == venue_id, visits.c.ended_at.is_(None))
        either = or_(blocks.c.person_id.in_(here), blocks.c.other_id.in_(here))
        found: dict[str, set[str]] = {}
        for row in self.run(select(blocks.c.person_id, blocks.c.other_id, blocks.c.kind).where(_stands(now), either)):
            found.setdefault(row.person_id, set()).add(row.other_id)
            if row.kind == "block":
                found.setdefault(row.other_id, set()).add(row.person_id)
        return {person_id: frozenset(others) for person_id, others in found.items()}

    def _tell(self, person_id: str) -> None:
        """Open pages of where they are now, and of those to whom they were shown."""
        self.store.meetings.tell(person_id)
        self.store.presence.tell(person_id)


def _stands(now: datetime) -> ColumnElement[bool]:
    return and_(blocks.c.ended_at.is_(None), or_(blocks.c.until.is_(None), blocks.c.until > now))
