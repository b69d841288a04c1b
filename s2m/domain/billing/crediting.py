"""Taking a part off an invoice: what stands of each thing on it, and a credit note over as much of it as a host says.

A host says amounts with VAT, since that is what a renter reads. So what a note takes off at a rate is told and not reckoned: the
parts and what is left add up to the invoice, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields, money
from s2m.domain.billing import documents
from s2m.domain.billing.values import Document, Thing, thing
from s2m.domain.errors import Conflict, Invalid, Refused

if TYPE_CHECKING:
    from s2m.domain.billing.payments import Bill
    from s2m.domain.money import Line
    from s2m.store import Store


@dataclass(frozen=True)
class Item:
    """A thing on an invoice: its lines of one kind, name and rate together, and what stands of it. code: `room` for the hire, its
    discount taken off; else as of its lines. lines: those of the invoice."""

    code: str
    text: str
    vat: int
    lines: tuple[Line, ...]
    net_cents: int
    vat_cents: int = 0

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def line(self) -> Line:
        return money.line(self.code, 100, self.net_cents, self.vat, self.text)


def items(bill: Bill) -> tuple[Item, ...]:
    """In the order of the invoice, also where nothing stands any more: each keeps its place. They add up to what stands on it."""
    found: dict[Thing, Item] = {}
    for line in bill.document.lines:
        known = found.setdefault(thing(line), Item(*thing(line), (), 0))
        lines = known.lines if line.code == "reduction" else (*known.lines, line)
        found[thing(line)] = replace(known, lines=lines, net_cents=known.net_cents + line.net_cents)
    for line in (line for note in bill.notes for line in note.lines):
        found[thing(line)] = _less(found[thing(line)], line.net_cents)
    things = [_less(one, bill.returned_cents) if one.code == "deposit" else one for one in found.values()]
    for rate, cents in documents.vat_left(bill).items():
        things = _with_vat(_spread(things, rate), rate, cents)
    return tuple(one for one in things if one.lines)


def _less(one: Item, cents: int) -> Item:
    return replace(one, net_cents=one.net_cents - cents)


def _spread(things: list[Item], rate: int) -> list[Item]:
    """A reduction of what is not on the invoice, as older ones that name no thing, is taken off the others of its rate, one after
    the other."""
    off = -sum(one.net_cents for one in things if one.vat == rate and one.code != "deposit" and one.net_cents < 0)
    spread = []
    for one in things:
        if one.vat == rate and one.code != "deposit":
            taken = min(off, one.net_cents) if one.net_cents > 0 else one.net_cents
            off -= max(taken, 0)
            one = _less(one, taken)
        spread.append(one)
    return spread


def _with_vat(things: list[Item], rate: int, cents: int) -> list[Item]:
    """The VAT of a rate, divided by what stands of each, so that it adds up."""
    whole = sum(one.net_cents for one in things if one.vat == rate)
    net, given, divided = 0, 0, []
    for one in things:
        if one.vat == rate:
            net += one.net_cents
            share = (money.part(cents, net, whole) if whole else cents) - given
            given += share
            one = replace(one, vat_cents=share)
        divided.append(one)
    return divided


def part_of(item: Item, cents: int) -> Item:
    """So much of it, VAT included, which is less than what stands of it."""
    vat = min(cents - money.part(cents, 10_000, 10_000 + item.vat), item.vat_cents)
    vat = max(vat, cents - item.net_cents)
    return replace(item, lines=(), net_cents=cents - vat, vat_cents=vat)


def credit_part(store: Store, document: Document, given: Mapping[str, object], by: str, now: datetime) -> Document:
    """A credit note over a part. given: `whole_0` (ticked) or `amount_0` in euro with VAT for the first of the items, and so on;
    `reason` in words; `stands`: cents that stood on it when that was asked, so that pressing twice takes off once. All that
    stands is the same as taking the invoice back.

    Raises Invalid `too_much_off` beside an amount that is more than stands of it, `nothing_chosen`, and as `money.cents` does;
    Conflict `credited`, `bill_changed`; Refused `not_an_invoice`, `deposit_returned`, `deposit_kept`.
    """
    reason = fields.line("reason", given.get("reason") or "", documents.REASON_MAX)
    store.ledger.lock_chain(document.network_id)
    bill = store.billing.bills(document.venue_id, [document.id])[0]
    if document.kind != "invoice":
        raise Refused("not_an_invoice")
    if bill.credit_id:
        raise Conflict("credited")
    if str(given.get("stands", bill.stands_cents)) != str(bill.stands_cents):
        raise Conflict("bill_changed")
    taken = [one for n, item in enumerate(items(bill)) if (one := _asked(n, item, given)).gross_cents]
    off = sum(one.gross_cents for one in taken)
    if not off:
        raise Invalid("parts", "nothing_chosen")
    if off == bill.stands_cents:
        return documents.credit(store, document, by, now, reason=reason)
    vat = {rate: sum(one.vat_cents for one in taken if one.vat == rate) for rate in {one.vat for one in taken}}
    note = documents.add_note(
        store, document, by, now, reduces_id=document.id, reason=reason, lines=_lines(taken), vat=tuple(sorted(vat.items()))
    )  # fmt: skip
    documents.post_note(store, note, now)
    return note


def _asked(n: int, item: Item, given: Mapping[str, object]) -> Item:
    """As much of an item as a host asks for."""
    field = f"amount_{n}"
    if given.get(f"whole_{n}"):
        return item
    cents = money.cents(given[field], field) if str(given.get(field) or "").strip() else 0
    if cents > item.gross_cents:
        raise Invalid(field, "too_much_off", most=item.gross_cents)
    return item if cents == item.gross_cents else part_of(item, cents)


def _lines(taken: Sequence[Item]) -> tuple[Line, ...]:
    """As on the invoice, where a thing is taken off whole; else one line with what is."""
    return tuple(line for one in taken for line in (one.lines if _net(one.lines) == one.net_cents else (one.line,)))


def _net(lines: Iterable[Line]) -> int:
    return sum(line.net_cents for line in lines)
