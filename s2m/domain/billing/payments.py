"""What comes in for a bill, and goes back: by hand, from a bank's file, or through a provider. Rows are only added.

A payment counts for one document. Where that is taken back for another one, what was paid for it is *carried*: one row takes
it off, one puts it on, and the ledger has nothing to write, since the same renter owes it at the same venue. So all that came in
for a booking lies on its last invoice, also what comes in, or is taken off, for an older one later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import ledger, money
from s2m.domain.billing.values import Document
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

WAYS = ("bank", "cash", "card")
LONG_AGO = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Payment:
    """cents: below zero where it went back or is undone. way: bank, cash, card, online, carried; deposit, kept: what
    was given back or kept of it, which is nothing less paid of the bill; from_deposit: what was kept, where that is billed.
    recorded_by: a person's id, or system. reference: what makes it one payment (a line of the bank's file, a provider's
    payment, of `from_deposit` the id of its `kept`)."""

    id: str
    network_id: str
    venue_id: str
    document_id: str
    cents: int
    way: str
    paid_on: date
    recorded_by: str
    at: datetime
    reference: str | None = None
    undoes_id: str | None = None


@dataclass(frozen=True)
class Bill:
    """A document and how it stands. credit_number: of what took it back, if anything did. reminders: how many went out.
    returned_cents: what was given back, or kept, of its deposit. notes: credit notes that took a part off, the first first."""

    document: Document
    paid_cents: int = 0
    credit_id: str | None = None
    credit_number: str = ""
    reminders: int = 0
    returned_cents: int = 0
    notes: tuple[Document, ...] = ()

    @property
    def deposit_cents(self) -> int:
        """What of the deposit that stands on it is not given back yet."""
        billed = deposit_of(self.document) - sum(map(deposit_of, self.notes))
        return 0 if self.credit_id or self.document.kind != "invoice" else billed - self.returned_cents

    @property
    def stands_cents(self) -> int:
        """What is asked for with it, paid or not."""
        stands = self.document.kind == "invoice" and not self.credit_id
        return self.document.sum.gross_cents - sum(note.sum.gross_cents for note in self.notes) if stands else 0

    @property
    def open_cents(self) -> int:
        """What is still owed; below zero: to be given back."""
        return self.stands_cents - self.paid_cents

    def state(self, today: date) -> str:
        """credit, credited, paid, over (more came in than is owed), overdue, open."""
        if self.document.kind == "credit":
            return "credit"
        if self.open_cents < 0:
            return "over"
        if self.open_cents == 0:
            return "credited" if self.credit_id else "paid"
        return "overdue" if self.document.due_on < today else "open"


def deposit_of(document: Document) -> int:
    return sum(line.net_cents for line in document.lines if line.code == "deposit")


def bill(store: Store, document: Document) -> Bill:
    return store.billing.bills(document.venue_id, [document.id])[0]


def pay(
    store: Store, document: Document, cents: int, way: str, paid_on: date, by: str, now: datetime, *, reference: str | None = None
) -> Payment:
    """Cents that came in for an invoice, perhaps a part or too much; below zero: that went back. What comes in for one that was
    taken back counts for the one that came after it.

    Raises Refused `not_an_invoice`, Conflict `payment_known` where this reference was put down before.
    """
    store.ledger.lock_chain(document.network_id)
    if document.kind != "invoice":
        raise Refused("not_an_invoice")
    if reference and store.billing.has_reference(document.venue_id, reference):
        raise Conflict("payment_known")
    row = add_row(store, document, cents, way, by, now, paid_on=paid_on, reference=reference)
    ledger.receive(store, venue_of(store, document), cents, row.id, now)
    _carry_on(store, document, now)
    return row


def standing(bills: Iterable[Bill]) -> Document | None:
    """Of a booking's invoices the one that nothing took back; the last, where an older one stays for its deposit."""
    return next((bill.document for bill in reversed(list(bills)) if not bill.credit_id), None)


def invoices(store: Store, booking_id: str | None) -> list[Bill]:
    """A booking's, the first first; what was kept of a deposit is apart."""
    bills = store.billing.of_booking(booking_id) if booking_id else []
    return [bill for bill in bills if bill.document.kind == "invoice" and not bill.document.of_deposit]


def pay_by_hand(store: Store, document: Document, given: Mapping[str, object], by: str, now: datetime) -> Payment:
    """A host puts down what came in, or (`back`) what they gave back. amount in euro, way, paid_on: a day.

    Raises Invalid `too_small`, `choice`, `day_shape`, and as `money.cents` does; Refused `more_than_over`.
    """
    venue = venue_of(store, document)
    cents = money.cents(given.get("amount"), "amount")
    if not cents:
        raise Invalid("amount", "too_small", least="0,01")
    way = str(given.get("way", ""))
    if way not in WAYS:
        raise Invalid("way", "choice")
    today = now.astimezone(venue.zone).date()
    paid_on = _day(given.get("paid_on"), today)
    store.ledger.lock_chain(document.network_id)
    back = bool(given.get("back"))
    if back and cents > -bill(store, document).open_cents:
        raise Refused("more_than_over")
    payment = pay(store, document, -cents if back else cents, way, paid_on, by, now)
    tell(store, document, by, "bill.refund" if back else "bill.pay", now)
    return payment


def undo(store: Store, document: Document, payment_id: str, by: str, now: datetime) -> Payment:
    """A payment that was put down wrongly: a row that names it takes it off. Raises NotFound, Conflict `undone`,
    Refused `not_reversible` for what no host put down."""
    store.ledger.lock_chain(document.network_id)
    wrong = next((each for each in store.billing.payments(document.id) if each.id == payment_id), None)
    if wrong is None:
        raise NotFound()
    if wrong.undoes_id or wrong.way not in (*WAYS, "deposit"):
        raise Refused("not_reversible")
    if store.billing.undoing(wrong.id):
        raise Conflict("undone")
    row = add_row(store, document, -wrong.cents, wrong.way, by, now, undoes_id=wrong.id)
    ledger.take_back(store, document.network_id, wrong.id, "reversal", row.id, now)
    _carry_on(store, document, now)
    tell(store, document, by, "bill.unpay", now)
    return row


def carry(store: Store, old: Document, new: Document, now: datetime) -> None:
    """What was paid for a document that was taken back counts for the one that came after it; what was carried there and never
    came in comes back."""
    paid = -bill(store, old).open_cents
    if paid:
        for document, cents in ((old, -paid), (new, paid)):
            add_row(store, document, cents, "carried", "system", now)


def put_back(store: Store, document: Document, by: str, now: datetime) -> None:
    """What was kept is a deposit again, where the invoice over it was just taken back: unless a part was paid out since, which
    leaves what is to be given back."""
    rows = [row for row in store.billing.payments(document.id) if row.way == "from_deposit" and not row.undoes_id]
    for row in rows:
        kept = store.billing.payment(row.reference or "")
        hire = store.billing.get(kept.document_id) if kept else None
        if kept and hire and not store.billing.undoing(kept.id) and -bill(store, document).open_cents >= row.cents:
            back = add_row(store, hire, -kept.cents, kept.way, by, now, undoes_id=kept.id)
            add_row(store, document, -row.cents, row.way, by, now, undoes_id=row.id)
            ledger.take_back(store, document.network_id, kept.id, "reversal", back.id, now)


def _carry_on(store: Store, document: Document, now: datetime) -> None:
    """Nothing stays on an invoice after which another one came for the same booking: that one took its place."""
    those = invoices(store, document.booking_id)
    if those and those[-1].document.id != document.id and not document.of_deposit:
        carry(store, document, those[-1].document, now)


def add_row(
    store: Store, document: Document, cents: int, way: str, by: str, now: datetime, *, paid_on: date | None = None,
    reference: str | None = None, undoes_id: str | None = None,
) -> Payment:  # fmt: skip
    """Write a payment down, of today where no day is said. The caller holds the chain's lock, and posts what the ledger sees."""
    day = paid_on or now.astimezone(venue_of(store, document).zone).date()
    row = Payment(
        store.new_id(now), document.network_id, document.venue_id, document.id, cents, way, day, by, now, reference, undoes_id
    )  # fmt: skip
    store.billing.add_payment(row)
    return row


def venue_of(store: Store, document: Document) -> Venue:
    venue = store.venues.get(document.venue_id)
    assert venue, "venues are never deleted"
    return venue


def _day(value: object, today: date) -> date:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        found = None
    if found is None:
        raise Invalid("paid_on", "day_shape")
    if not today - LONG_AGO <= found <= today:
        raise Invalid("paid_on", "day_ahead" if found > today else "too_long_ago")
    return found


def tell(store: Store, document: Document, by: str, action: str, now: datetime) -> None:
    store.audit.record(
        document.network_id, now, actor=by, role="host", action=action, venue_id=document.venue_id, object_id=document.id
    )  # fmt: skip
