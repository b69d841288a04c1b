"""A deposit once the meeting is over: given back, or a part of it kept for what was broken or had to be done.

What is kept is billed: an invoice of its own, paid from the deposit at once. For damage nothing is supplied, so there is no VAT
on it; work that the house did for the renter is a service, with VAT in the amount. A host says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields, ledger, money
from s2m.domain.billing import documents, payments
from s2m.domain.billing.documents import Supply
from s2m.domain.billing.payments import Bill, Payment
from s2m.domain.billing.values import KEPT, Document
from s2m.domain.errors import Conflict, Invalid, Refused

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store


def return_deposit(store: Store, document: Document, by: str, now: datetime) -> Payment:
    """What is left of the deposit goes back to who gave it. Raises Refused `deposit_unpaid`, Conflict `deposit_back` the second
    time."""
    store.ledger.lock_chain(document.network_id)
    cents = _there(store, document).deposit_cents
    row = _put_down(store, document, -cents, "deposit", by, now)
    ledger.give_back(store, _venue(store, document), cents, row.id, now)
    payments.tell(store, document, by, "bill.deposit", now)
    return row


def keep_deposit(store: Store, document: Document, given: Mapping[str, object], by: str, now: datetime) -> Document:
    """Keep a part of the deposit and give the rest back; gives the invoice over the part. given: kept (euro, with VAT), why
    (damage or service), reason.

    Raises Invalid `too_small`, `too_much_off`, `choice`, and as `money.cents` does; else as `return_deposit` does.
    """
    cents, why = money.cents(given.get("kept"), "kept"), str(given.get("why", ""))
    reason = fields.line("reason", given.get("reason") or "", documents.REASON_MAX)
    if not cents:
        raise Invalid("kept", "too_small", least="0,01")
    if why not in KEPT:
        raise Invalid("why", "choice")
    store.ledger.lock_chain(document.network_id)
    there = _there(store, document).deposit_cents
    if cents > there:
        raise Invalid("kept", "too_much_off", most=there)
    made = documents.issue(store, _venue(store, document), _supply(document, cents, why, reason), now)
    row = _put_down(store, document, -cents, "kept", by, now)
    _put_down(store, made, cents, "from_deposit", by, now)
    ledger.keep(store, _venue(store, document), cents, row.id, now)
    payments.tell(store, made, by, "bill.keep", now)
    if cents < there:
        return_deposit(store, document, by, now)
    return made


def _there(store: Store, document: Document) -> Bill:
    """An invoice with a deposit that was paid and is still here."""
    bill = payments.bill(store, document)
    if bill.deposit_cents <= 0:
        raise Conflict("deposit_back")
    if bill.open_cents > 0:
        raise Refused("deposit_unpaid")
    return bill


def _supply(document: Document, cents: int, why: str, reason: str) -> Supply:
    """Cents with VAT: what the rate cannot make to the cent is said all the same."""
    assert document.room_id, "a bill says for which room it is"
    net = money.part(cents, 10_000, 10_000 + KEPT[why])
    return Supply(
        document.booking_id, document.room_id, document.renter_id, document.buyer, document.language, document.about,
        document.supplied_on, (money.line(why, 100, net, KEPT[why], reason),), document.starts_at, document.ends_at,
        ((KEPT[why], cents - net),),
    )  # fmt: skip


def _put_down(store: Store, document: Document, cents: int, way: str, by: str, now: datetime) -> Payment:
    today = now.astimezone(_venue(store, document).zone).date()
    row = Payment(
        store.new_id(now), document.network_id, document.venue_id, document.id, cents, way, today, by, now
    )  # fmt: skip
    store.billing.add_payment(row)
    return row


def _venue(store: Store, document: Document) -> Venue:
    venue = store.venues.get(document.venue_id)
    assert venue, "venues are never deleted"
    return venue
