"""The values of the ledger, and how a row becomes part of the chain."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from s2m.domain.instants import number

SC, EUR = "SC", "EUR"
LARGEST_AMOUNT = 1_000_000_000
LARGEST_BALANCE = 2**53
START = "0" * 64


@dataclass(frozen=True)
class Account:
    """Balance = credits − debits of posted rows; held = open holds on it; both in whole units.

    frozen_at: since when it stands still; it receives, and settles what it promised, but promises nothing new.
    room_id: whose revenue it is; every other account has none.
    """

    id: str
    network_id: str
    kind: str
    person_id: str | None
    venue_id: str | None
    unit: str
    balance: int
    held: int
    created_at: datetime
    frozen_at: datetime | None = None
    room_id: str | None = None

    @property
    def available(self) -> int:
        return self.balance - self.held


@dataclass(frozen=True)
class Entry:
    """A row that is to be written: everything but its place in the chain."""

    network_id: str
    id: str
    journal_id: str
    kind: str
    state: str
    debit_id: str
    credit_id: str
    amount: int
    unit: str
    at: datetime
    key_hash: str
    expires_at: datetime | None = None
    pending_id: str | None = None
    reverses_id: str | None = None


@dataclass(frozen=True)
class Transfer(Entry):
    """A row as it stands: its number in the network, and the hash that ties it to the row before."""

    n: int = 0
    hash: str = ""

    @property
    def moves(self) -> bool:
        """Does it change balances? (A hold and its voiding do not.)"""
        return self.state in ("posted", "post")


@dataclass(frozen=True)
class Head:
    """The end of a chain: the number and the hash of its last row."""

    n: int
    hash: str


@dataclass(frozen=True)
class Fault:
    """n: the row's number (0: not one row but the whole); what: a stable code; detail: the figures; chain: ledger or audit."""

    n: int
    what: str
    detail: str = ""
    chain: str = "ledger"


def digest(*parts: object) -> str:
    """SHA-256 of the canonical form of what was asked, for keys that may be used once."""
    text = json.dumps(parts, separators=(",", ":"), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def link(previous: str, n: int, row: Entry) -> str:
    """h(n) = SHA-256(h(n−1) ‖ canonical row). Nothing in it tells who a person is."""
    return hashlib.sha256((previous + canonical(n, row)).encode()).hexdigest()


def canonical(n: int, row: Entry) -> str:
    """The row as JSON: fixed order, no spaces, instants in microseconds since 1970."""
    return json.dumps(
        [
            row.network_id, n, row.id, row.journal_id, row.kind, row.state, row.debit_id, row.credit_id, row.amount,
            row.unit, micros(row.at), micros(row.expires_at), row.pending_id, row.reverses_id, row.key_hash,
        ],
        separators=(",", ":"),
    )  # fmt: skip


def micros(at: datetime | None) -> int | None:
    return None if at is None else number(at)
