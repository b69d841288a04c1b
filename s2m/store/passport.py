"""Passports: what a member earned here as the ledger says it, whose keys are trusted, and who started from one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update

from s2m.domain.passport import Count, Grant, TrustedKey
from s2m.store.part import Part
from s2m.store.schema import evidence, passport_grants, people, thanks, transfers, trusted_keys, visits


class Passports(Part):
    def earned(self, account_id: str) -> dict[str, Count]:
        """How often each kind of transfer came in, and how much: what was posted and not reversed since."""
        sums = func.count().label("times"), func.sum(transfers.c.amount).label("dots")
        rows = self.run(self._came_in(account_id, transfers.c.kind, *sums).group_by(transfers.c.kind))
        return {row.kind: Count(int(row.times), int(row.dots)) for row in rows}

    def thanked_for(self, account_id: str, *, most: int) -> list[str]:
        """The topics of thanks that stand, the most frequent first, then the latest."""
        about = or_(evidence.c.transfer_id == transfers.c.id, evidence.c.transfer_id == transfers.c.pending_id)
        query = (
            self._came_in(account_id, thanks.c.topic)
            .join(evidence, about)
            .join(thanks, thanks.c.id == evidence.c.thanks_id)
            .group_by(thanks.c.topic)
            .order_by(func.count().desc(), func.max(transfers.c.n).desc())
        )
        return list(self.run(query.limit(most)).scalars())

    def _came_in(self, account_id: str, *columns: ColumnElement[Any]) -> Select[Any]:
        reversal = transfers.alias("reversal")
        return (
            select(*columns)
            .select_from(transfers)
            .outerjoin(reversal, reversal.c.reverses_id == transfers.c.id)
            .where(transfers.c.credit_id == account_id, transfers.c.state.in_(("posted", "post")), reversal.c.id.is_(None))
        )

    def visits(self, person_id: str) -> int:
        """How often somebody was here; a check-in that was taken back is none."""
        stood = or_(visits.c.ended_how.is_(None), visits.c.ended_how != "undone")
        past = self.run(select(people.c.past_visits).where(people.c.id == person_id)).scalar_one()
        query = select(func.count()).select_from(visits).where(visits.c.person_id == person_id, stood)
        return int(past + self.run(query).scalar_one())

    # Keys of other networks ---------------------------------------------------------------------------------------

    def trust(self, key: TrustedKey) -> None:
        self.run(insert(trusted_keys).values(vars(key)))

    def trusted(self, network_id: str) -> list[TrustedKey]:
        query = select(trusted_keys).where(trusted_keys.c.network_id == network_id, trusted_keys.c.ended_at.is_(None))
        return [TrustedKey(**row._mapping) for row in self.run(query.order_by(trusted_keys.c.name, trusted_keys.c.id))]

    def distrust(self, network_id: str, key_id: str, now: datetime) -> bool:
        mine = (trusted_keys.c.network_id == network_id) & (trusted_keys.c.id == key_id) & trusted_keys.c.ended_at.is_(None)
        return self.run(update(trusted_keys).where(mine).values(ended_at=now)).rowcount == 1

    # Who started from one -----------------------------------------------------------------------------------------

    def used(self, network_id: str, *, public_key: str, holder: str, passport_id: str) -> bool:
        """Whether this passport, or another one of the same holder, was a start here."""
        mine = (passport_grants.c.network_id == network_id) & (passport_grants.c.public_key == public_key)
        same = or_(passport_grants.c.holder == holder, passport_grants.c.passport_id == passport_id)
        return self.one(select(passport_grants.c.id).where(mine, same).limit(1)) is not None

    def grant_of(self, person_id: str) -> Grant | None:
        row = self.one(select(passport_grants).where(passport_grants.c.person_id == person_id))
        return Grant(**row._mapping) if row else None

    def add_grant(self, grant: Grant) -> None:
        self.run(insert(passport_grants).values(vars(grant)))
