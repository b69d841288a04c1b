"""Extras of the house: a screen, coffee. Stock is counted over everything booked at the same time, in whatever room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields, money
from s2m.domain.errors import Conflict, Invalid, NotFound
from s2m.domain.rooms.terms import change_terms

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

KINDS, PER = ("equipment", "catering"), ("booking", "person")
STOCK_MOST = 10_000


@dataclass(frozen=True)
class Extra:
    """unit_cents: without VAT, for the booking or for each person; stock: how many there are at once, None where that is no
    matter."""

    id: str
    network_id: str
    venue_id: str
    name: str
    kind: str
    unit_cents: int
    per: str
    vat: int
    stock: int | None
    created_at: datetime
    retired_at: datetime | None = None


def add_extra(store: Store, venue: Venue, given: Mapping[str, object], by: str, now: datetime) -> Extra:
    """name, kind, per, vat (hundredths of a percent), price in euro, stock (empty: not counted).

    Raises Invalid `choice`, and as in `fields` and `money`; Conflict `extra_exists` where one in use has that name.
    """
    name, kind, per = fields.name(given.get("name")), given.get("kind"), given.get("per")
    if kind not in KINDS:
        raise Invalid("kind", "choice")
    if per not in PER:
        raise Invalid("per", "choice")
    vat, stock = fields.whole(given.get("vat"), "vat", least=0, most=2100), given.get("stock")
    if vat not in money.VAT_RATES:
        raise Invalid("vat", "choice")
    count = parse_stock(stock)
    cents = money.cents(given.get("price"), "price")
    if any(fields.folded(extra.name) == fields.folded(name) for extra in store.rooms.extras(venue.id)):
        raise Conflict("extra_exists")
    extra = Extra(store.new_id(now), venue.network_id, venue.id, name, str(kind), cents, str(per), vat, count, now)
    store.rooms.add_extra(extra)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="extra.add", venue_id=venue.id, object_id=extra.id)
    return extra


def parse_stock(given: object) -> int | None:
    """How many there are; None where that is no matter."""
    return fields.whole(given, "stock", least=0, most=STOCK_MOST) if given not in (None, "") else None


def change_stock(store: Store, venue: Venue, extra_id: str, stock: object, by: str, now: datetime) -> Extra:
    """One broke, or another was bought: what is booked stands all the same. Raises NotFound, Invalid."""
    extra = the_extra(store, venue, extra_id)
    count = parse_stock(stock)
    store.rooms.set_stock(venue, extra.id, count)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="extra.stock", venue_id=venue.id, object_id=extra.id)
    return replace(extra, stock=count)


def offer_everywhere(store: Store, venue: Venue, extra: Extra, by: str, now: datetime) -> int:
    """In every room that is let, from now on; in how many. What is planned for later stays as it was planned."""
    let, offered = store.rooms.let(venue.id, now), {one.id for one in store.rooms.extras(venue.id)}
    for room, terms in let:  # their terms still name what was retired since
        there = offered & {*terms.extras, extra.id}
        change_terms(store, venue, room.id, replace(terms, extras=tuple(sorted(there))), by, now)
    return len(let)


def the_extra(store: Store, venue: Venue, extra_id: str) -> Extra:
    """Raises NotFound for one of another venue, or that is no longer offered."""
    found = next((extra for extra in store.rooms.extras(venue.id) if extra.id == extra_id), None)
    if found is None:
        raise NotFound()
    return found


def retire_extra(store: Store, venue: Venue, extra_id: str, by: str, now: datetime) -> None:
    """It is offered no longer; what was booked with it keeps it. Raises NotFound."""
    the_extra(store, venue, extra_id)
    store.rooms.retire_extra(venue, extra_id, now)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="extra.retire", venue_id=venue.id, object_id=extra_id)
