"""A bank's lines and the bills they pay: by the number that the payer wrote, never by a guess."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
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
    """What came in and which bill it names, one after the other: several lines may pay one bill, until nothing is open on it."""
    coming = [entry for entry in entries if entry.cents > 0]
    known = store.billing.references(venue.id, [entry.reference for entry in coming])
    those = store.billing.bills(venue.id, kind="invoice")
    bills = [(_tight(bill.document.number), bill) for bill in those]
    left = {bill.document.id: bill.open_cents for bill in those}
    hired = [bill for bill in those if not bill.document.of_deposit]
    stands = {str(bill.document.booking_id): bill for bill in hired if bill.document.booking_id and not bill.credit_id}
    found = []
    for entry in coming:
        one = _found(entry, known, bills, left, stands)
        if one.state == "matched" and one.bill:
            left[one.bill.document.id] -= entry.cents
            known.add(entry.reference)
        found.append(one)
    return found


def _found(
    entry: Entry, known: set[str], bills: Sequence[tuple[str, Bill]], left: Mapping[str, int], stands: Mapping[str, Bill]
) -> Found:  # fmt: skip
    words = _tight(entry.words)
    # Who names a bill that was taken back pays the one of the same booking that stands in its place
    named = [bill for number, bill in bills if number in words and names(entry.words, bill.document.number)]
    meant = {one.document.id: one for bill in named for one in [_in_its_place(bill, stands)]}
    # One line that names several bills pays for all of them together, and only a host can say how much of each
    bill = next(iter(meant.values())) if len(meant) == 1 else None
    if entry.reference in known:
        return Found(entry, "seen", bill)
    if bill is None:
        return Found(entry, "unmatched")
    return Found(entry, "matched" if left[bill.document.id] > 0 else "paid", bill)


def _in_its_place(bill: Bill, stands: Mapping[str, Bill]) -> Bill:
    return bill if bill.document.of_deposit else stands.get(bill.document.booking_id or "", bill)


def _tight(text: str) -> str:
    """Letters and digits alone: a number that is not even in these is not named, and most are not."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def take_in(store: Store, venue: Venue, entries: Iterable[Entry], by: str, now: datetime) -> int:
    """Put down what matches; how many. A line that was put down before changes nothing, so a file may be read twice."""
    store.ledger.lock_chain(venue.network_id)
    matched = [found for found in match(store, venue, entries) if found.state == "matched"]
    for found in matched:
        assert found.bill, "a line is matched with a bill"
        entry, document = found.entry, found.bill.document
        payments.pay(store, document, entry.cents, "bank", entry.day, by, now, reference=entry.reference)
    if matched:
        store.audit.record(venue.network_id, now, actor=by, role="host", action="bill.import", venue_id=venue.id)
    return len(matched)
