"""Documents: an invoice with the next number of its venue and year, and the credit note that takes one back.

Both are written once and post one journal of the euro book, under the ledger's lock, which is why the numbers have no gap. A
quote is worked out anew each time from what was booked: it has no number of a sequence, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from s2m.domain import ledger, money
from s2m.domain.billing import payments
from s2m.domain.billing.values import Document, Party, Thing, reduction, thing
from s2m.domain.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from datetime import date

    from s2m.domain.billing.payments import Bill
    from s2m.domain.money import Line
    from s2m.domain.venues import Venue
    from s2m.store import Store

SERIES = {"invoice": "", "credit": "C", "quote": "Q"}
REASON_MAX = 160


@dataclass(frozen=True)
class Supply:
    """What is billed: whose room, to whom, in which language, when, and what it is for in one line. starts_at, ends_at: of the
    booking. vat: as of a Document."""

    booking_id: str | None
    room_id: str
    renter_id: str
    buyer: Party
    language: str
    about: str
    day: date
    lines: tuple[Line, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    vat: tuple[tuple[int, int], ...] = ()


def quote(store: Store, venue: Venue, supply: Supply, now: datetime, until: datetime | None = None) -> Document:
    """What it would cost, valid for as long as bills may wait, and no longer than the room is kept.

    Raises Refused `no_seller`, `nothing_to_bill`.
    """
    _must_cost(supply)
    document = _draft(store, venue, "quote", supply, now)
    mark = (supply.booking_id or document.id)[-6:].upper()
    due = min(document.due_on, until.astimezone(venue.zone).date()) if until else document.due_on
    return replace(document, number=f"{document.number}{mark}", due_on=due)


def issue(store: Store, venue: Venue, supply: Supply, now: datetime) -> Document:
    """An invoice with the next number. Raises Refused `no_seller`, `nothing_to_bill`."""
    store.ledger.lock_chain(venue.network_id)
    _must_cost(supply)
    document = _numbered(store, _draft(store, venue, "invoice", supply, now))
    store.billing.add(document)
    ledger.owe(store, venue, supply.room_id, parts(document), document.id, now)
    return document


def credit(store: Store, document: Document, by: str, now: datetime, *, reason: str = "") -> Document:
    """Take an invoice back, as far as it stands. by: a person's id, or `system`. What was kept of a deposit is there again, where
    this is the invoice over it.

    Raises Conflict `credited` the second time, Refused `deposit_returned` while its deposit counts as given back,
    `deposit_kept` while a part of that counts as kept, `not_an_invoice`.
    """
    store.ledger.lock_chain(document.network_id)
    if document.kind != "invoice":
        raise Refused("not_an_invoice")
    if store.billing.credit_of(document.id):
        raise Conflict("credited")
    bill = store.billing.bills(document.venue_id, [document.id])[0]
    if bill.returned_cents:
        kept = sum(row.cents for row in store.billing.payments(document.id) if row.way == "kept")
        raise Refused("deposit_kept" if kept else "deposit_returned")
    note = _credit(store, bill, by, now, reason)
    if document.of_deposit:
        payments.put_back(store, document, by, now)
    return note


def _credit(store: Store, bill: Bill, by: str, now: datetime, reason: str) -> Document:
    document = bill.document
    if not bill.notes:
        note = add_note(store, document, by, now, credits_id=document.id, reason=reason)
        ledger.take_back(store, document.network_id, document.id, "credit", note.id, now)
        return note
    lines, vat = reduced(document.lines, bill.notes), tuple(vat_left(bill).items())
    note = add_note(store, document, by, now, credits_id=document.id, reason=reason, lines=lines, vat=vat)
    post_note(store, note, now)
    return note


def reduced(lines: tuple[Line, ...], notes: Iterable[Document]) -> tuple[Line, ...]:
    """Lines, and what credit notes took off of the same things: never more than there is of one, and never off another."""
    left, less = _by_thing(lines), []
    for note in notes:
        for one, net in _by_thing(note.lines).items():
            taken = min(net, left.get(one, 0))
            if taken > 0:
                less.append(reduction(one, taken, note.number))
                left[one] -= taken
    return (*lines, *less)


def _by_thing(lines: Iterable[Line]) -> dict[Thing, int]:
    found: dict[Thing, int] = {}
    for line in lines:
        found[thing(line)] = found.get(thing(line), 0) + line.net_cents
    return found


def vat_left(bill: Bill) -> dict[int, int]:
    """Cents of VAT that stand on an invoice, by rate: what it says, less what its notes took off."""
    left = {one.rate: one.vat_cents for one in bill.document.sum.vat}
    for one in (one for note in bill.notes for one in note.sum.vat):
        left[one.rate] -= one.vat_cents
    return left


def add_note(store: Store, document: Document, by: str, now: datetime, **differs: Any) -> Document:
    """Write down a credit note for an invoice, with the next number. The caller holds the chain's lock and posts it."""
    venue = store.venues.get(document.venue_id)
    assert venue, "venues are never deleted"
    today = now.astimezone(venue.zone).date()
    about = replace(
        document, id=store.new_id(now), kind="credit", year=today.year, number=_begin(store, venue, "credit", today.year),
        issued_on=today, due_on=today, issued_at=now, credits_number=document.number, **differs,
    )  # fmt: skip
    note = _numbered(store, about)
    store.billing.add(note)
    store.audit.record(
        venue.network_id, now, actor=by, role="host" if by != "system" else by, action="bill.credit", venue_id=venue.id,
        object_id=document.id,
    )  # fmt: skip
    return note


def post_note(store: Store, note: Document, now: datetime) -> None:
    """A journal of its own: only an invoice that is taken back whole is mirrored row by row."""
    venue = store.venues.get(note.venue_id)
    assert venue and note.room_id, "venues are never deleted, and a bill says for which room it is"
    ledger.owe(store, venue, note.room_id, {kind: -cents for kind, cents in parts(note).items()}, note.id, now, "credit")


def parts(document: Document) -> dict[str, int]:
    """Cents for each kind of account of the euro book: what they add up to is what the document adds up to."""
    summed = document.sum
    deposits = sum(line.net_cents for line in document.lines if line.code == "deposit")
    vat = {f"vat_{one.rate}": one.vat_cents for one in summed.vat if one.rate}
    return {"revenue": summed.net_cents - deposits, **vat, "deposits": deposits}


def the_document(store: Store, venue: Venue, document_id: str) -> Document:
    """One of this venue. Raises NotFound."""
    document = store.billing.get(document_id)
    if document is None or document.venue_id != venue.id:
        raise NotFound()
    return document


def _must_cost(supply: Supply) -> None:
    if money.total(supply.lines).gross_cents <= 0:
        raise Refused("nothing_to_bill")


def _draft(store: Store, venue: Venue, kind: str, supply: Supply, now: datetime) -> Document:
    """All of a document but its place in the numbers."""
    seller = store.billing.seller(venue.id)
    if seller is None:
        raise Refused("no_seller")
    today = now.astimezone(venue.zone).date()
    return Document(
        store.new_id(now), venue.network_id, venue.id, supply.booking_id, supply.renter_id, kind, today.year, 0,
        _begin(store, venue, kind, today.year), seller.party, supply.buyer, supply.language, supply.about, today,
        today + timedelta(days=seller.days), supply.day, supply.lines, now,
        room_id=supply.room_id, starts_at=supply.starts_at, ends_at=supply.ends_at, vat=supply.vat,
    )  # fmt: skip


def _begin(store: Store, venue: Venue, kind: str, year: int) -> str:
    seller = store.billing.seller(venue.id)
    return f"{seller.prefix if seller else ''}{SERIES[kind]}{year}-"


def _numbered(store: Store, document: Document) -> Document:
    """The caller holds the chain's lock: nobody takes the same number."""
    n = store.billing.last_number(document.venue_id, document.kind, document.year) + 1
    return replace(document, n=n, number=f"{document.number}{n:04}")
