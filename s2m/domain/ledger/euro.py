"""The euro book: cents beside capital, in the same chain, and never one transfer with it.

What comes in at a venue's desk goes to its till. What is owed by a document goes from the venue's receivable to the revenue of
the room, to the VAT of each rate and to the deposits that will be given back; a payment comes from outside to the receivable.
So the receivable stands below zero by what is still owed. Accounts are opened with their first euro.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain.ledger.book import transfer
from s2m.domain.ledger.entries import EUR, Account, Transfer, digest

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store


def pay_in(
    store: Store, network_id: str, venue_id: str, cents: int, kind: str, now: datetime, *, key: str, journal_id: str | None = None
) -> Transfer:
    """Euro that came in at a venue's desk: from outside to the venue."""
    store.ledger.lock_chain(network_id)
    outside = _account(store, network_id, "issuing", None, now)
    till = _account(store, network_id, "venue", venue_id, now)
    return transfer(store, outside, till, cents, kind, now, key=key, journal_id=journal_id)


def owe(
    store: Store, venue: Venue, room_id: str, parts: Mapping[str, int], journal_id: str, now: datetime, kind: str = "invoice"
) -> None:
    """What a document says is owed, or (kind `credit`, all below zero) is no more. parts: cents for each kind of account
    (revenue, vat_2100, vat_900, deposits).

    Nothing is written for zero; what is below zero goes the other way.
    """
    store.ledger.lock_chain(venue.network_id)
    receivable = _account(store, venue.network_id, "receivable", venue.id, now)
    for part, cents in parts.items():
        if cents:
            other = _account(store, venue.network_id, part, venue.id, now, room_id if part == "revenue" else None)
            debit, credit = (receivable, other) if cents > 0 else (other, receivable)
            transfer(store, debit, credit, abs(cents), kind, now, key=digest(kind, journal_id, part), journal_id=journal_id)


def forgo(
    store: Store, venue: Venue, room_id: str, cents: int, rows: Iterable[Transfer], journal_id: str, now: datetime
) -> None:
    """Let a journal say that this room earned so many cents which nobody pays in euro. rows: what it says until now."""
    store.ledger.lock_chain(venue.network_id)
    rows = [row for row in rows if row.unit == EUR]
    if not cents and not rows:
        return
    forgone = _account(store, venue.network_id, "forgone", venue.id, now)
    target = _account(store, venue.network_id, "revenue", venue.id, now, room_id)
    earned = {target.id: 0}
    for row in rows:
        room, sign = (row.credit_id, 1) if row.debit_id == forgone.id else (row.debit_id, -1)
        earned[room] = earned.get(room, 0) + sign * row.amount
    for account_id, had in earned.items():
        more, account = (cents if account_id == target.id else 0) - had, store.ledger.account(account_id)
        assert account, "accounts are never deleted"
        if more:
            debit, credit, kind = (forgone, account, "room") if more > 0 else (account, forgone, "room_back")
            transfer(
                store, debit, credit, abs(more), kind, now, key=digest(kind, journal_id, account_id, had), journal_id=journal_id
            )  # fmt: skip


def take_back(store: Store, network_id: str, journal_id: str, kind: str, by: str, now: datetime) -> None:
    """Mirror every row of a journal, in the journal `by`. Raises Conflict `reversed` the second time."""
    store.ledger.lock_chain(network_id)
    for row in store.ledger.journal(network_id, journal_id):
        debit, credit = store.ledger.account(row.credit_id), store.ledger.account(row.debit_id)
        assert debit and credit, "a transfer's accounts are never deleted"
        transfer(
            store, debit, credit, row.amount, kind, now, key=digest(kind, by, row.id), journal_id=by, reverses=row
        )  # fmt: skip


def receive(store: Store, venue: Venue, cents: int, journal_id: str, now: datetime) -> None:
    """Cents that came in for a document; below zero they went back."""
    store.ledger.lock_chain(venue.network_id)
    outside = _account(store, venue.network_id, "issuing", None, now)
    receivable = _account(store, venue.network_id, "receivable", venue.id, now)
    debit, credit, kind = (outside, receivable, "payment") if cents > 0 else (receivable, outside, "refund")
    transfer(store, debit, credit, abs(cents), kind, now, key=digest(kind, journal_id), journal_id=journal_id)


def give_back(store: Store, venue: Venue, cents: int, journal_id: str, now: datetime) -> None:
    """A deposit that goes back to who gave it: what they were billed for the room stays as it is."""
    store.ledger.lock_chain(venue.network_id)
    deposits = _account(store, venue.network_id, "deposits", venue.id, now)
    outside = _account(store, venue.network_id, "issuing", None, now)
    transfer(store, deposits, outside, cents, "deposit", now, key=digest("deposit", journal_id), journal_id=journal_id)


def keep(store: Store, venue: Venue, cents: int, journal_id: str, now: datetime) -> None:
    """A deposit, or a part, that pays what is owed besides."""
    store.ledger.lock_chain(venue.network_id)
    deposits = _account(store, venue.network_id, "deposits", venue.id, now)
    receivable = _account(store, venue.network_id, "receivable", venue.id, now)
    transfer(store, deposits, receivable, cents, "kept", now, key=digest("kept", journal_id), journal_id=journal_id)


def _account(
    store: Store, network_id: str, kind: str, venue_id: str | None, now: datetime, room_id: str | None = None
) -> Account:  # fmt: skip
    found = store.ledger.euro_account(network_id, kind, venue_id, room_id)
    return found or store.ledger.open_account(network_id, kind, now, venue_id=venue_id, unit=EUR, room_id=room_id)
