"""Budgets and the grants from them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from s2m.domain.budgets import Grant
from s2m.domain.ledger import SC, Account
from s2m.store.part import Part
from s2m.store.schema import accounts, grants


class Budgets(Part):
    def account(self, venue_id: str) -> Account | None:
        mine = (accounts.c.venue_id == venue_id) & (accounts.c.kind == "budget") & (accounts.c.unit == SC)
        row = self.one(select(accounts).where(mine))
        return Account(**row._mapping) if row else None

    def add(self, asked: Grant) -> None:
        self.run(insert(grants).values(vars(asked)))
        self.store.changed(asked.venue_id)

    def get(self, grant_id: str) -> Grant | None:
        row = self.one(select(grants).where(grants.c.id == grant_id))
        return Grant(**row._mapping) if row else None

    def decide(self, asked: Grant, by: str, now: datetime, *, given: bool) -> Grant:
        decided = {"decided_by": by, "decided_at": now, "given": given}
        self.run(update(grants).where(grants.c.id == asked.id).values(decided))
        self.store.changed(asked.venue_id)
        return Grant(**{**vars(asked), **decided})

    def of_venue(self, venue_id: str, *, most: int = 30) -> list[Grant]:
        """Those that wait first, then the latest."""
        query = select(grants).where(grants.c.venue_id == venue_id)
        return [
            Grant(**row._mapping)
            for row in self.run(query.order_by(grants.c.decided_at.is_not(None), grants.c.asked_at.desc()).limit(most))
        ]

    def undecided(self, asked_before: datetime) -> list[Grant]:
        late = grants.c.decided_at.is_(None) & (grants.c.asked_at <= asked_before)
        return [Grant(**row._mapping) for row in self.run(select(grants).where(late).order_by(grants.c.asked_at))]
