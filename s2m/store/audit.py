"""The audit trail: who did what, append-only and chained like the ledger. No names, no secrets, no free text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from s2m.domain.ledger import Head, digest
from s2m.store.part import Part
from s2m.store.schema import audit


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
        row = [network_id, head.n + 1, now.isoformat(), actor, role, venue_id, action, object_id, result]
        hash_ = digest(head.hash, *row)
        self.run(
            insert(audit).values(
                network_id=network_id, n=head.n + 1, at=now, actor=actor, role=role, venue_id=venue_id, action=action,
                object_id=object_id, result=result, hash=hash_,
            )
        )  # fmt: skip
        self.store.ledger.set_head(network_id, "audit", Head(head.n + 1, hash_))

    def holds(self, network_id: str, since: datetime, **row: str) -> bool:
        """Whether a row with these values was written since then."""
        query = select(audit.c.n).where(audit.c.network_id == network_id, audit.c.at >= since)
        return self.one(query.where(*(audit.c[name] == value for name, value in row.items())).limit(1)) is not None

    def last(self, network_id: str, *, most: int = 50, venue_id: str | None = None) -> list[dict[str, object]]:
        """The newest rows, of the whole network or of one venue."""
        query = select(audit).where(audit.c.network_id == network_id).order_by(audit.c.n.desc()).limit(most)
        if venue_id:
            query = query.where(audit.c.venue_id == venue_id)
        return [dict(row._mapping) for row in self.run(query)]
