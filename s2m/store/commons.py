"""The commons: the rules of decay and the months that have had it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from s2m.domain.commons import Decayed, DecayRule
from s2m.store.part import Part
from s2m.store.schema import decay_rules, decays


class Commons(Part):
    def add_rule(self, rule: DecayRule) -> None:
        self.run(insert(decay_rules).values(vars(rule)))

    def rule(self, network_id: str, at: datetime) -> DecayRule | None:
        """The rule in force at a moment."""
        begun = (decay_rules.c.network_id == network_id) & (decay_rules.c.begins_at <= at)
        latest = (decay_rules.c.begins_at.desc(), decay_rules.c.id.desc())
        row = self.one(select(decay_rules).where(begun).order_by(*latest).limit(1))
        return DecayRule(**row._mapping) if row else None

    def plan(self, network_id: str, now: datetime) -> DecayRule | None:
        """The rule that was announced and has not begun."""
        row = self.one(select(decay_rules).where(decay_rules.c.network_id == network_id, decay_rules.c.begins_at > now))
        return DecayRule(**row._mapping) if row else None

    def drop_plans(self, network_id: str, now: datetime) -> None:
        self.run(delete(decay_rules).where(decay_rules.c.network_id == network_id, decay_rules.c.begins_at > now))

    def decayed(self, network_id: str, month: str) -> Decayed | None:
        row = self.one(select(decays).where(decays.c.network_id == network_id, decays.c.month == month))
        return Decayed(**row._mapping) if row else None

    def months(self, network_id: str, *, most: int = 12) -> list[Decayed]:
        """The last months that had it, the latest first."""
        query = select(decays).where(decays.c.network_id == network_id).order_by(decays.c.month.desc()).limit(most)
        return [Decayed(**row._mapping) for row in self.run(query)]

    def add_decayed(self, done: Decayed) -> None:
        self.run(insert(decays).values(vars(done)))
