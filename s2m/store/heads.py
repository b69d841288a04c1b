"""Heads of the chains that were sealed day by day, and what stands in the chains at those numbers."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select

from s2m.domain.ledger import Head, Sealed
from s2m.store.part import Part
from s2m.store.schema import audit, sealed_heads, transfers

# SQLite takes 32,766 values in one statement
AT_ONCE = 10_000


class Heads(Part):
    def add(self, made: Iterable[Sealed]) -> None:
        self.run(insert(sealed_heads).values([vars(sealed) for sealed in made]))

    def all(self, network_id: str) -> list[Sealed]:
        """Raises Damaged."""
        query = select(sealed_heads).where(sealed_heads.c.network_id == network_id).order_by(sealed_heads.c.n)
        return [Sealed(**row._mapping) for row in self.each(query, "sealed_heads")]

    def last(self, network_id: str, chain: str | None = None) -> Sealed | None:
        query = select(sealed_heads).where(sealed_heads.c.network_id == network_id)
        if chain:
            query = query.where(sealed_heads.c.chain == chain)
        row = self.one(query.order_by(sealed_heads.c.n.desc()).limit(1))
        return Sealed(**row._mapping) if row else None

    def there(self, network_id: str, chain: str, numbers: Iterable[int]) -> set[Head]:
        """Number and hash of the rows with these numbers."""
        rows, wanted = transfers if chain == "ledger" else audit, sorted(numbers)
        found: set[Head] = set()
        for first in range(0, len(wanted), AT_ONCE):
            mine = (rows.c.network_id == network_id) & rows.c.n.in_(wanted[first : first + AT_ONCE])
            found |= {Head(row.n, row.hash) for row in self.run(select(rows.c.n, rows.c.hash).where(mine))}
        return found
