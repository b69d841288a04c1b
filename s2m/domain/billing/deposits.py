"""A deposit once the meeting is over, and not before: given back, or a part of it kept for what was broken or had to be done.

What is kept is billed: an invoice of its own, paid from the deposit at once. For damage nothing is supplied, so there is no VAT
on it; work that the house did for the renter is a service, with VAT in the amount. A host says which. Taking that invoice back
puts what was kept back into the deposit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields, ledger, money
from s2m.domain.billing import crediting, documents, payments
from s2m.domain.billing.documents import Supply
from s2m.domain.billing.payments import Bill, Payment
from s2m.domain.billing.values import KEPT, Document
from s2m.domain.errors import Conflict, Invalid, Refused

if TYPE_CHECKING:
    from s2m.store import Store


def return_deposit(store: Store, document: Document, by: str, now: datetime) -> Payment:
    """What is left of the deposit goes back to who gave it. Raises Refused `deposit_unpaid`, `meeting_to_come` before it is over,
    Conflict `deposit_back` the second time."""
    store.ledger.lock_chain(document.network_id)
    cents = _there(store, document, now).deposit_cents
    row = payments.add_row(store, document, -cents, "deposit", by, now)
    ledger.give_back(store, payments.venue_of(store, document), cents, row.id, now)
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
    there = _there(store, document, now).deposit_cents
    if cents > there:
        raise Invalid("kept", "too_much_off", most=there)
    made = documents.issue(store, payments.venue_of(store, document), _supply(document, cents, why, reason), now)
    row = payments.add_row(store, document, -cents, "kept", by, now)
    payments.add_row(store, made, cents, "from_deposit", by, now, reference=row.id)
    ledger.keep(store, payments.venue_of(store, document), cents, row.id, now)
    payments.tell(store, made, by, "bill.keep", now)
    if cents < there:
        return_deposit(store, document, by, now)
    return made


def deposit_due(document: Document, now: datetime) -> bool:
    """Whether its deposit may go back or be kept: while the meeting is to come, the bill may still be another one."""
    return document.ends_at is None or document.ends_at <= now


def _there(store: Store, document: Document, now: datetime) -> Bill:
    """An invoice with a deposit that was paid and is still here, of a meeting that is over."""
    bill = payments.bill(store, document)
    if bill.deposit_cents <= 0:
        raise Conflict("deposit_back")
    if not deposit_due(document, now):
        raise Refused("meeting_to_come")
    if bill.open_cents > 0:
        raise Refused("deposit_unpaid")
    return bill


def take_rest_off(store: Store, document: Document, by: str, now: datetime) -> None:
    """Of an invoice whose deposit, or a part, went back or was kept before its meeting was cancelled: all that still stands
    comes off, and what is settled of the deposit stays as it is."""
    rest = [one for one in crediting.items(payments.bill(store, document)) if one.gross_cents]
    if rest:
        vat = {rate: sum(one.vat_cents for one in rest if one.vat == rate) for rate in sorted({one.vat for one in rest})}
        lines = tuple(one.line for one in rest)
        note = documents.add_note(store, document, by, now, reduces_id=document.id, lines=lines, vat=tuple(vat.items()))
        documents.post_note(store, note, now)


def _supply(document: Document, cents: int, why: str, reason: str) -> Supply:
    """Cents with VAT: what the rate cannot make to the cent is said all the same."""
    assert document.room_id, "a bill says for which room it is"
    net = money.part(cents, 10_000, 10_000 + KEPT[why])
    return Supply(
        document.booking_id, document.room_id, document.renter_id, document.buyer, document.language, document.about,
        document.supplied_on, (money.line(why, 100, net, KEPT[why], reason),), document.starts_at, document.ends_at,
        ((KEPT[why], cents - net),),
    )  # fmt: skip
