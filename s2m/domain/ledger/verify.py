"""The whole ledger recomputed from its rows: numbers, chain, holds, reversals, floors and balances; then the audit trail.

Reads each row once, in order; holds in memory only what is open. Stops at the first row that is wrong and names it. Rows are
taken for what somebody may have made of them with the file in hand: any value in any column, or none that can be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from s2m.domain.errors import Damaged
from s2m.domain.ledger import heads
from s2m.domain.ledger.entries import LARGEST_AMOUNT, START, Account, Fault, Head, Transfer, link
from s2m.domain.ledger.trail import verify_trail

if TYPE_CHECKING:
    from s2m.store import Store


@dataclass(frozen=True)
class Verdict:
    """rows, head: of the ledger, as far as it is in order; trail: the end of the audit trail."""

    rows: int
    head: Head
    fault: Fault | None
    trail: Head = Head(0, START)


@dataclass
class _Book:
    accounts: dict[str, Account]
    mirrored: frozenset[int]
    balance: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    open_holds: dict[str, Transfer] = field(default_factory=dict)
    moved: dict[str, Transfer] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    last: Head = Head(0, START)
    unnumbered: int = 0


def verify_network(store: Store, network_id: str) -> Verdict:
    """The books of one network as the store has them: the ledger, the audit trail, and both against their sealed heads."""
    verdict = Verdict(0, Head(0, START), None)
    try:
        accounts = {account.id: account for account in store.ledger.accounts(network_id)}
        verdict = verify(
            store.ledger.rows(network_id), accounts, store.ledger.head(network_id),
            lowest=store.venues.lowest_floor(network_id), mirrored=store.ledger.mirrored(network_id),
        )  # fmt: skip
        if verdict.fault:
            return verdict
        trail, fault = verify_trail(store.audit.rows(network_id), store.ledger.head(network_id, "audit"), accounts)
        return replace(verdict, trail=trail, fault=fault or heads.astray(store, network_id))
    except Damaged as damaged:
        return replace(verdict, fault=_unreadable(damaged))


def _unreadable(damaged: Damaged) -> Fault:
    """Tables that are not a chain have no numbers: there the detail says which row."""
    what, n = damaged.data["what"], damaged.data["n"]
    chain = {"transfers": "ledger", "audit": "audit"}.get(what)
    return Fault(n, "unreadable", "", chain) if chain else Fault(0, "unreadable", f"in {what}: {damaged.data.get('key') or n}")


def verify(
    rows: Iterable[Transfer], accounts: Mapping[str, Account], head: Head, *, lowest: int, mirrored: frozenset[int]
) -> Verdict:
    """lowest: the lowest floor that any policy of the network ever allowed a person.

    mirrored: the numbers of rows that some reversal names, so that only those are remembered on the way.
    """
    book = _Book(dict(accounts), mirrored)
    try:
        for row in rows:
            if type(row.n) is not int:  # the row that lacks its number is missed where it was
                book.unnumbered += 1
                continue
            fault = _fault_in(book, row, lowest)
            if fault:
                return Verdict(book.last.n, book.last, fault)
    except Damaged as damaged:
        return Verdict(book.last.n, book.last, _unreadable(damaged))
    return Verdict(book.last.n, book.last, _fault_at_end(book, head))


def _fault_in(book: _Book, row: Transfer, lowest: int) -> Fault | None:
    if row.n != book.last.n + 1:
        return Fault(row.n, "gap", f"expected row {book.last.n + 1}")
    if not _is_tied(book.last, row):
        return Fault(row.n, "chain", "the row or one before it was changed")
    what = _wrong_legs(book, row) or _wrong_hold(book, row) or _wrong_reversal(book, row)
    if what:
        return Fault(row.n, what)
    _apply(book, row)
    debit = book.accounts[row.debit_id]
    # A reversal or a settled promise may pass the floor: only a new promise or gift is bound by it
    bound = debit.kind == "person" and row.state in ("pending", "posted") and row.reverses_id is None
    if bound and book.balance[debit.id] - book.held[debit.id] < lowest:
        return Fault(row.n, "floor", f"{book.balance[debit.id] - book.held[debit.id]} < {lowest}")
    book.last = Head(row.n, row.hash)
    return None


def _is_tied(last: Head, row: Transfer) -> bool:
    try:
        return row.hash == link(last.hash, row.n, row)
    except (TypeError, ValueError):  # bytes where text was, and the like
        return False


def _wrong_legs(book: _Book, row: Transfer) -> str | None:
    debit, credit = book.accounts.get(row.debit_id), book.accounts.get(row.credit_id)
    if type(row.amount) is not int or not 1 <= row.amount <= LARGEST_AMOUNT:
        return "amount"
    if debit is None or credit is None or debit.id == credit.id:
        return "accounts"
    if {debit.network_id, credit.network_id} != {row.network_id}:
        return "network"
    return "unit" if {debit.unit, credit.unit} != {row.unit} else None


def _wrong_hold(book: _Book, row: Transfer) -> str | None:
    if row.pending_id is None:
        return None
    held = book.open_holds.get(row.pending_id)
    if held is None:
        return "hold"
    same = (held.debit_id, held.credit_id, held.unit) == (row.debit_id, row.credit_id, row.unit)
    return None if same and row.amount <= held.amount else "hold"


def _wrong_reversal(book: _Book, row: Transfer) -> str | None:
    if row.reverses_id is None:
        return None
    original = book.moved.get(row.reverses_id)
    if original is None or row.reverses_id in book.reversed:
        return "reversal"
    mirror = (original.credit_id, original.debit_id, original.amount, original.unit)
    return None if mirror == (row.debit_id, row.credit_id, row.amount, row.unit) else "reversal"


def _apply(book: _Book, row: Transfer) -> None:
    if row.state == "pending":
        book.open_holds[row.id] = row
        book.held[row.debit_id] += row.amount
    elif row.pending_id is not None:
        book.held[row.debit_id] -= book.open_holds.pop(row.pending_id).amount
    if row.moves:
        book.balance[row.debit_id] -= row.amount
        book.balance[row.credit_id] += row.amount
        if row.n in book.mirrored:
            book.moved[row.id] = row
    if row.reverses_id:
        book.reversed.add(row.reverses_id)


def _fault_at_end(book: _Book, head: Head) -> Fault | None:
    if book.last != head:
        return Fault(book.last.n + 1, "cut", f"the chain ends at {book.last.n}, its head says {head.n}")
    if book.unnumbered:
        return Fault(0, "gap", f"{book.unnumbered} rows have no number")
    if sum(book.balance.values()):
        return Fault(0, "sum", str(sum(book.balance.values())))
    for account in book.accounts.values():
        kept, found = (account.balance, account.held), (book.balance[account.id], book.held[account.id])
        if kept != found:
            return Fault(0, "balance", f"account {account.id}: kept {kept}, rows say {found}")
    return None
