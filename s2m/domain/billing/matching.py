"""A bank's lines and the bills they pay: by the number that the payer wrote, never by a guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain.billing import payments
from s2m.domain.billing.bank import Entry, names
from s2m.domain.billing.payments import Bill

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store


@dataclass(frozen=True)
class Found:
    """A line and the bill that it pays. state: matched, seen (put down before), paid (nothing is open on it), unmatched."""

    entry: Entry
    state: str
    bill: Bill | None = None


def match(store: Store, venue: Venue, entries: Iterable[Entry]) -> list[Found]:
    """What came in and which bill it names; what went out is left out. Several lines may pay one bill."""
    coming = [entry for entry in entries if entry.cents > 0]
    known = store.billing.references(venue.id, [entry.reference for entry in coming])
    bills = [each for each in store.billing.bills(venue.id) if each.document.kind == "invoice"]
    return [_found(entry, known, bills) for entry in coming]


def _found(entry: Entry, known: set[str], bills: Sequence[Bill]) -> Found:
    # One line that names several bills pays for all of them together, and only a host can say how much of each
    named = [bill for bill in bills if names(entry.words, bill.document.number)]
    bill = named[0] if len(named) == 1 else None
    if entry.reference in known:
        return Found(entry, "seen", bill)
    if bill is None:
        return Found(entry, "unmatched")
    return Found(entry, "matched" if bill.open_cents > 0 else "paid", bill)


def take_in(store: Store, venue: Venue, entries: Iterable[Entry], by: str, now: datetime) -> int:
    """Put down what matches; how many. A line that was put down before changes nothing, so a file may be read twice."""
    store.ledger.lock_chain(venue.network_id)
    taken = 0
    for entry in entries:
        found = match(store, venue, [entry])
        if found and found[0].state == "matched" and found[0].bill:
            payments.pay(
                store, found[0].bill.document, entry.cents, "bank", entry.day, by, now, reference=entry.reference
            )  # fmt: skip
            taken += 1
    if taken:
        store.audit.record(venue.network_id, now, actor=by, role="host", action="bill.import", venue_id=venue.id)
    return taken
