"""Contributions: thanks, with the counts that their caps need, and all others that earned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select, update

from s2m.domain.contributions import Contribution, Thanks
from s2m.store.part import Part
from s2m.store.schema import contributions, thanks


class Contributions(Part):
    def add_thanks(self, given: Thanks) -> None:
        self.run(insert(thanks).values(vars(given)))
        self.store.changed(given.venue_id)

    def thanks(self, thanks_id: str) -> Thanks | None:
        row = self.one(select(thanks).where(thanks.c.id == thanks_id))
        return Thanks(**row._mapping) if row else None

    def undo_thanks(self, given: Thanks, now: datetime) -> Thanks:
        self.run(update(thanks).where(thanks.c.id == given.id).values(undone_at=now))
        self.store.changed(given.venue_id)
        return Thanks(**{**vars(given), "undone_at": now})

    def count_thanks(self, *, since: datetime, giver_id: str | None = None, receiver_id: str | None = None) -> int:
        """Thanks that stand, given after `since` by this giver and to this receiver, where named."""
        query = select(func.count()).select_from(thanks).where(thanks.c.at >= since, thanks.c.undone_at.is_(None))
        if giver_id:
            query = query.where(thanks.c.giver_id == giver_id)
        if receiver_id:
            query = query.where(thanks.c.receiver_id == receiver_id)
        return int(self.run(query).scalar_one())

    def received(self, person_id: str, *, most: int = 20) -> list[Thanks]:
        query = select(thanks).where(thanks.c.receiver_id == person_id, thanks.c.undone_at.is_(None))
        return [Thanks(**row._mapping) for row in self.run(query.order_by(thanks.c.at.desc()).limit(most))]

    def given(self, person_id: str, *, most: int = 20) -> list[Thanks]:
        query = select(thanks).where(thanks.c.giver_id == person_id, thanks.c.undone_at.is_(None))
        return [Thanks(**row._mapping) for row in self.run(query.order_by(thanks.c.at.desc()).limit(most))]

    # All other kinds ----------------------------------------------------------------------------------------------

    def add(self, done: Contribution) -> None:
        self.run(insert(contributions).values(vars(done)))
        self.store.changed(done.venue_id)

    def get(self, contribution_id: str) -> Contribution | None:
        row = self.one(select(contributions).where(contributions.c.id == contribution_id))
        return Contribution(**row._mapping) if row else None

    def count(self, kind: str, *, since: datetime, person_id: str | None = None, recorded_by: str | None = None) -> int:
        """Contributions of one kind since then: somebody's, or those that one host wrote down."""
        query = select(func.count()).select_from(contributions).where(contributions.c.kind == kind, contributions.c.at >= since)
        if person_id:
            query = query.where(contributions.c.person_id == person_id)
        if recorded_by:
            query = query.where(contributions.c.recorded_by == recorded_by)
        return int(self.run(query).scalar_one())
