"""What hosts put right: why accounts stand still, and what a row that is reversed was for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from s2m.domain.mending import Freeze
from s2m.store.part import Part
from s2m.store.schema import accounts, evidence, freezes


class Mending(Part):
    def evidence(self, transfer_id: str) -> dict[str, str | None]:
        """What a transfer was for, by the ids of what stands beside the chain; all None where nothing does."""
        names = ("visit_id", "thanks_id", "contribution_id")
        row = self.one(select(*(evidence.c[name] for name in names)).where(evidence.c.transfer_id == transfer_id))
        return dict(row._mapping) if row else dict.fromkeys(names)

    def freeze(self, made: Freeze) -> None:
        self.run(insert(freezes).values(vars(made)))
        self._set(made, made.frozen_at)

    def release(self, standing: Freeze, reason: str, by: str, now: datetime) -> None:
        ended = {"ended_reason": reason, "ended_by": by, "ended_at": now}
        self.run(update(freezes).where(freezes.c.id == standing.id).values(ended))
        self._set(standing, None)

    def _set(self, freeze: Freeze, at: datetime | None) -> None:
        self.run(update(accounts).where(accounts.c.id == freeze.account_id).values(frozen_at=at))
        self.store.ledger.forget(freeze.account_id)

    def standing_freeze(self, person_id: str) -> Freeze | None:
        """Why somebody's account stands still now, if it does."""
        theirs = select(freezes).join(accounts, accounts.c.id == freezes.c.account_id).where(accounts.c.person_id == person_id)
        row = self.one(theirs.where(freezes.c.ended_at.is_(None)))
        return Freeze(**row._mapping) if row else None
