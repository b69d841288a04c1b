"""What may be done in the ledger. Every action writes its rows, the balances and the chain in the caller's transaction.

Actions lock the chain of the network first; that puts all writers of one network in one order, so that floors,
caps and holds are decided on what is really there, on both engines, without deadlocks.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.ledger.entries import (
    LARGEST_AMOUNT,
    LARGEST_BALANCE,
    START,
    Account,
    Entry,
    Head,
    Transfer,
    digest,
    link,
)

if TYPE_CHECKING:
    from s2m.store import Store

COMMONS_START = 10_000


def open_network(store: Store, network_id: str, now: datetime) -> None:
    """The chain's start, the issuing account, and the commons with its starting fund (both visible to all members)."""
    for chain in ("ledger", "audit"):
        store.ledger.start_chain(network_id, chain, Head(0, START))
    issuing = store.ledger.open_account(network_id, "issuing", now)
    commons = store.ledger.open_account(network_id, "commons", now)
    transfer(store, issuing, commons, COMMONS_START, "commons_start", now, key=digest("commons_start"))


def open_person(store: Store, network_id: str, person_id: str, now: datetime, *, grant: int) -> Account:
    """A person's account, with the newcomers' grant from the commons (0 = none)."""
    account = store.ledger.open_account(network_id, "person", now, person_id=person_id)
    if grant:
        grant_newcomer(store, account, grant, now)
    return account


def grant_newcomer(store: Store, account: Account, amount: int, now: datetime) -> Transfer:
    commons = store.ledger.network_account(account.network_id, "commons")
    return transfer(store, commons, account, amount, "newcomers_grant", now, key=digest("grant", account.id))


def transfer(
    store: Store,
    debit: Account,
    credit: Account,
    amount: int,
    kind: str,
    now: datetime,
    *,
    key: str,
    floor: int | None = None,
    journal_id: str | None = None,
    reverses: Transfer | None = None,
) -> Transfer:
    """Move `amount` from debit to credit, at once.

    floor: what the debit account may have available at the least afterwards (None: no bound, for system accounts).
    key: hash of what was asked; kept in the chain.
    Raises Refused `floor`, `frozen`, Invalid `amount`; Conflict `reversed` where `reverses` was reversed before.
    """
    head = store.ledger.lock_chain(debit.network_id)
    debit, credit = store.ledger.fresh(debit, credit)
    _check(debit, credit, amount, floor)
    entry_id = store.new_id(now)
    entry = Entry(
        debit.network_id, entry_id, journal_id or entry_id, kind, "posted", debit.id, credit.id, amount, debit.unit, now,
        key, reverses_id=reverses.id if reverses else None,
    )  # fmt: skip
    store.ledger.move(debit, credit, amount)
    return _append(store, head, entry)


def hold(
    store: Store,
    debit: Account,
    credit: Account,
    amount: int,
    kind: str,
    now: datetime,
    *,
    key: str,
    floor: int | None,
    expires_at: datetime,
) -> Transfer:
    """Promise `amount`: it counts against what is available, and moves when it is posted.

    floor: as in `transfer`. Raises Refused `floor`, `frozen`, Invalid `amount`.
    """
    head = store.ledger.lock_chain(debit.network_id)
    debit, credit = store.ledger.fresh(debit, credit)
    _check(debit, credit, amount, floor)
    entry_id = store.new_id(now)
    entry = Entry(
        debit.network_id,
        entry_id,
        entry_id,
        kind,
        "pending",
        debit.id,
        credit.id,
        amount,
        debit.unit,
        now,
        key,
        expires_at=expires_at,
    )
    store.ledger.hold(debit, amount)
    return _append(store, head, entry)


def post(store: Store, held: Transfer, now: datetime, *, amount: int | None = None) -> Transfer:
    """Settle a hold, whole or in part; the rest is let go. Raises Conflict `settled` the second time, Invalid `amount`."""
    amount = held.amount if amount is None else amount
    if not 1 <= amount <= held.amount:
        raise Invalid("amount", "amount")
    row = _resolve(store, held, "post", amount, now, held.id)
    store.ledger.settle(held, amount)
    return row


def void(store: Store, held: Transfer, now: datetime, *, journal_id: str | None = None) -> Transfer:
    """Let a hold go: nothing moves. Raises Conflict `settled` the second time."""
    row = _resolve(store, held, "void", held.amount, now, journal_id or held.id)
    store.ledger.settle(held, 0)
    return row


def forgive(store: Store, held: Transfer, now: datetime) -> Transfer:
    """The commons pays: the hold is released, and the venue gets its due. Raises Conflict `forgiven` the second time."""
    due = release(store, held, now)
    venue, commons = store.ledger.account(held.credit_id), store.ledger.network_account(held.network_id, "commons")
    assert venue, "a transfer's accounts are never deleted"
    return transfer(store, commons, venue, due, "seat_forgiven", now, key=digest("forgiven", held.id), journal_id=held.id)


def release(store: Store, held: Transfer, now: datetime) -> int:
    """Whoever promised owes nothing any more: an open hold is let go, a posted one is given back; how much that was.

    Raises Conflict `forgiven` the second time.
    """
    store.ledger.lock_chain(held.network_id)
    person, venue = store.ledger.account(held.debit_id), store.ledger.account(held.credit_id)
    assert person and venue, "a transfer's accounts are never deleted"
    resolved = store.ledger.resolution(held.id)
    if resolved is None:
        void(store, held, now)
        return held.amount
    if resolved.state == "post" and store.ledger.reversal(resolved.id) is None:
        transfer(
            store,
            venue,
            person,
            resolved.amount,
            "reversal",
            now,
            key=digest("forgive", held.id),
            journal_id=held.id,
            reverses=resolved,
        )
        return resolved.amount
    raise Conflict("forgiven")


def reverse(store: Store, transfer_id: str, network_id: str, now: datetime) -> Transfer:
    """Mirror a row that moved something; both stay. Raises NotFound, Conflict `reversed`, Refused `not_reversible`."""
    store.ledger.lock_chain(network_id)
    original = store.ledger.transfer(transfer_id)
    if original is None or original.network_id != network_id:
        raise NotFound()
    if not original.moves or original.reverses_id:
        raise Refused("not_reversible")
    if store.ledger.reversal(original.id):
        raise Conflict("reversed")
    debit, credit = store.ledger.account(original.credit_id), store.ledger.account(original.debit_id)
    assert debit and credit, "a transfer's accounts are never deleted"
    key = digest("reverse", original.id)
    return transfer(
        store, debit, credit, original.amount, "reversal", now, key=key, journal_id=original.journal_id, reverses=original
    )


def _resolve(store: Store, held: Transfer, state: str, amount: int, now: datetime, journal_id: str) -> Transfer:
    head = store.ledger.lock_chain(held.network_id)
    if held.state != "pending" or store.ledger.resolution(held.id):
        raise Conflict("settled")
    entry = Entry(
        held.network_id, store.new_id(now), journal_id, held.kind, state, held.debit_id, held.credit_id, amount, held.unit,
        now, digest(state, held.id), pending_id=held.id,
    )  # fmt: skip
    return _append(store, head, entry)


def _check(debit: Account, credit: Account, amount: int, floor: int | None) -> None:
    if debit.network_id != credit.network_id:
        raise NotFound()
    if debit.id == credit.id or debit.unit != credit.unit or not 1 <= amount <= LARGEST_AMOUNT:
        raise Invalid("amount", "amount")
    # Who is bound by a floor decides to give; a reversal or the settling of an old promise is not theirs to refuse
    if floor is not None and debit.frozen_at is not None:
        raise Refused("frozen")
    if floor is not None and debit.available - amount < floor:
        raise Refused("floor", available=debit.available, floor=floor, amount=amount)
    if max(abs(debit.balance - amount), abs(credit.balance + amount)) >= LARGEST_BALANCE:
        raise Invalid("amount", "amount")


def _append(store: Store, head: Head, entry: Entry) -> Transfer:
    """Put a row at the end of the chain. The caller holds the chain's lock, so `head` is its end."""
    n = head.n + 1
    row = Transfer(**vars(entry), n=n, hash=link(head.hash, n, entry))
    store.ledger.append(row)
    return row
