"""Contributions: thanks, with the counts that their caps need, and all others that earned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from s2m.domain.contributions import STANDING, Contribution, Thanks
from s2m.store.part import Part
from s2m.store.schema import contributions, thanks


class Contributions(Part):
    def add_thanks(self, given: Thanks) -> None:
        self.run(insert(thanks).values(vars(given)))
        self.store.changed(given.venue_id)

    def thanks(self, thanks_id: str) -> Thanks | None:
        row = self.one(select(thanks).where(thanks.c.id == thanks_id))
        return Thanks(**row._mapping) if row else None

    def decide(self, given: Thanks, state: str, now: datetime, *, reason: str | None = None) -> Thanks:
        changed = {"state": state, "decided_at": now, "reason": reason}
        self.run(update(thanks).where(thanks.c.id == given.id).values(changed))
        self.store.changed(given.venue_id)
        return Thanks(**{**vars(given), **changed})

    def due(self, network_id: str, now: datetime) -> list[Thanks]:
        """Waiting thanks whose time has come, the first first."""
        late = (thanks.c.state == "waiting") & (thanks.c.accept_by <= now) & (thanks.c.network_id == network_id)
        return self._thanks(select(thanks).where(late).order_by(thanks.c.accept_by, thanks.c.id))

    def count_earned(self, *, since: datetime, giver_id: str | None = None, receiver_id: str | None = None) -> int:
        """Earned thanks that wait or count, given after `since` by this giver and to this receiver, where named."""
        counts = (thanks.c.kind == "earned") & thanks.c.state.in_(STANDING)
        query = select(func.count()).select_from(thanks).where(thanks.c.at >= since, counts)
        if giver_id:
            query = query.where(thanks.c.giver_id == giver_id)
        if receiver_id:
            query = query.where(thanks.c.receiver_id == receiver_id)
        return int(self.run(query).scalar_one())

    def waiting(self, person_id: str) -> list[Thanks]:
        """What waits for somebody to accept or decline it, the first first."""
        query = select(thanks).where(thanks.c.receiver_id == person_id, thanks.c.state == "waiting")
        return self._thanks(query.order_by(thanks.c.at))

    def given_waiting(self, person_id: str) -> list[Thanks]:
        """What somebody gave that its receiver did not decide on yet."""
        return self._thanks(select(thanks).where(thanks.c.giver_id == person_id, thanks.c.state == "waiting"))

    def received(self, person_id: str, *, most: int = 20) -> list[Thanks]:
        """What counts for somebody, the latest first."""
        query = select(thanks).where(thanks.c.receiver_id == person_id, thanks.c.state == "accepted")
        return self._thanks(query.order_by(thanks.c.at.desc()).limit(most))

    def given(self, person_id: str, *, most: int = 20) -> list[Thanks]:
        """What somebody gave and did not take back, whatever became of it, the latest first."""
        query = select(thanks).where(thanks.c.giver_id == person_id, thanks.c.state != "undone")
        return self._thanks(query.order_by(thanks.c.at.desc()).limit(most))

    def of_venue(self, venue_id: str, *, most: int = 50) -> list[Thanks]:
        """The latest thanks of a venue, whatever became of them."""
        query = select(thanks).where(thanks.c.venue_id == venue_id)
        return self._thanks(query.order_by(thanks.c.at.desc(), thanks.c.id).limit(most))

    def exchanged(self, venue_id: str, since: datetime) -> list[Thanks]:
        """All thanks of a venue since then that wait or count."""
        query = select(thanks).where(thanks.c.venue_id == venue_id, thanks.c.at >= since, thanks.c.state.in_(STANDING))
        return self._thanks(query)

    def _thanks(self, query: Select[Any]) -> list[Thanks]:
        return [Thanks(**row._mapping) for row in self.run(query)]

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
