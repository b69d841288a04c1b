"""Heads that went outside: the end of both chains on a day, sealed here and mailed to the hosts.

A chain shows that nothing before its head was changed; whoever owns the machine can write a whole new chain, and only a head
that somebody else kept tells the two apart. In a mail each head is one line, which `s2m ledger verify` reads back:

    s2m-head 2026-03-12 ledger 1234 <hash, 64 hex digits>
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from s2m.domain.ledger.entries import Fault, Head

if TYPE_CHECKING:
    from s2m.store import Store

CHAINS = ("ledger", "audit")
LINE = re.compile(r"s2m-head\s+(\d{4}-\d\d-\d\d)\s+(ledger|audit)\s+(\d{1,15})\s+([0-9a-f]{64})\b")
# How quoted-printable breaks long lines: a mail that was saved as it came
SOFT_BREAK = re.compile(r"=\r?\n")


@dataclass(frozen=True)
class Kept:
    """A head as somebody kept it; its hash may be the first digits only.

    day: of the UTC calendar, as 2026-03-12; empty where only number and hash are known.
    """

    chain: str
    head: Head
    day: str = ""


@dataclass(frozen=True)
class Sealed:
    """n: the seals of a network, one after another; row_n, hash: the end of that chain when it was sealed."""

    network_id: str
    n: int
    day: str
    chain: str
    row_n: int
    hash: str
    at: datetime

    @property
    def kept(self) -> Kept:
        return Kept(self.chain, Head(self.row_n, self.hash), self.day)


def line(kept: Kept) -> str:
    return f"s2m-head {kept.day} {kept.chain} {kept.head.n} {kept.head.hash}"


def read(text: str) -> list[Kept]:
    """The heads in a mail, or in several: quoted or not, as shown or as saved."""
    return [Kept(chain, Head(int(n), hash_), day) for day, chain, n, hash_ in LINE.findall(SOFT_BREAK.sub("", text))]


def seal(store: Store, network_id: str, now: datetime) -> tuple[Sealed, ...]:
    """Write down where both chains end; nothing where that was done on this day (UTC)."""
    locked = {chain: store.ledger.lock_chain(network_id, chain) for chain in CHAINS}
    day, before = now.astimezone(UTC).date().isoformat(), store.heads.last(network_id)
    if before is not None and before.day >= day:
        return ()
    first = before.n + 1 if before else 1
    made = tuple(
        Sealed(network_id, n, day, chain, head.n, head.hash, now) for n, (chain, head) in enumerate(locked.items(), first)
    )
    store.heads.add(made)
    return made


def astray(store: Store, network_id: str) -> Fault | None:
    """The first sealed head that the chains no longer hold."""
    sealed = store.heads.all(network_id)
    for place, each in enumerate(sealed, 1):
        if each.n != place:
            return Fault(0, "seals", f"seal {place} is missing")
    return unlike(store, [network_id], (each.kept for each in sealed))


def unlike(store: Store, network_ids: Iterable[str], kept: Iterable[Kept]) -> Fault | None:
    """The first of the kept heads that is in none of these networks' chains: a history cut off before it, or written anew."""
    wanted = sorted(kept, key=lambda each: (each.chain, each.head.n))
    for chain in CHAINS:
        mine = [each for each in wanted if each.chain == chain]
        found = {head for network_id in network_ids for head in store.heads.there(network_id, chain, {k.head.n for k in mine})}
        for each in mine:
            here = [head.hash for head in found if head.n == each.head.n]
            if each.head.n and not any(hash_.startswith(each.head.hash) for hash_ in here):
                said = f"a head kept{f' on {each.day}' if each.day else ''} says {each.head.hash[:16]}"
                return Fault(each.head.n, "rewritten" if here else "cut", said, chain)
    return None
