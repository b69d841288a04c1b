"""The audit trail: who did what, append-only and chained like the ledger. No names, no secrets, no free text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select

from s2m.domain.errors import Damaged
from s2m.domain.ledger import OPENED, Account, Act, Head, opening, tie
from s2m.store.part import Part
from s2m.store.schema import accounts, audit, networks


class Audit(Part):
    def record(
        self,
        network_id: str,
        now: datetime,
        *,
        actor: str,
        role: str,
        action: str,
        venue_id: str | None = None,
        object_id: str | None = None,
        result: str = "done",
    ) -> None:
        head = self.store.ledger.lock_chain(network_id, "audit")
        act = Act(network_id, head.n + 1, now, actor, role, venue_id, action, object_id, result)
        act = replace(act, hash=tie(head.hash, act))
        self.run(insert(audit).values(vars(act)))
        self.store.ledger.set_head(network_id, "audit", Head(act.n, act.hash))

    def opened(self, account: Account, now: datetime) -> None:
        """An account, and whose it is: `ledger.trail` says why."""
        owner = account.person_id or account.venue_id or account.network_id
        self.record(
            account.network_id, now, actor=owner, role="system", action=OPENED, object_id=account.id, result=opening(account)
        )

    def adopt(self) -> None:
        """Tell the trail of accounts that a version opened which told it nothing. Once: what comes in later, nobody opened."""
        told = select(audit.c.n).where(audit.c.network_id == networks.c.id, audit.c.action == OPENED)
        silent = select(networks.c.id).where(~told.exists(), networks.c.id.in_(select(accounts.c.network_id)))
        for network_id in self.run(silent).scalars().all():
            with suppress(Damaged):  # `ledger verify` names it; the venue opens all the same
                self.store.ledger.lock_chain(network_id)
                if network_id in self.run(silent).scalars():  # no other process came first
                    self._adopt(network_id)

    def _adopt(self, network_id: str) -> None:
        query = select(accounts).where(accounts.c.network_id == network_id)
        for row in self.run(query.order_by(accounts.c.created_at, accounts.c.id)).all():
            account = Account(**row._mapping)
            self.opened(account, account.created_at)

    def rows(self, network_id: str) -> Iterator[Act]:
        """The whole trail in the order of its chain, read as it is needed. Raises Damaged."""
        query = select(audit).where(audit.c.network_id == network_id).order_by(audit.c.n)
        for row in self.each(query, "audit"):
            yield Act(**row._mapping)

    def holds(self, network_id: str, since: datetime, **row: str) -> bool:
        """Whether a row with these values was written since then."""
        query = select(audit.c.n).where(audit.c.network_id == network_id, audit.c.at >= since)
        return self.one(query.where(*(audit.c[name] == value for name, value in row.items())).limit(1)) is not None

    def last(self, network_id: str, *, most: int = 50, venue_id: str | None = None) -> list[dict[str, object]]:
        """The newest rows, of the whole network or of one venue, but for accounts that were opened: nobody's act."""
        query = select(audit).where(audit.c.network_id == network_id, audit.c.action != OPENED)
        query = query.order_by(audit.c.n.desc()).limit(most)
        if venue_id:
            query = query.where(audit.c.venue_id == venue_id)
        return [dict(row._mapping) for row in self.run(query)]
