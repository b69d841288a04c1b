"""Paying through a provider: begun here, done there, and counted once the provider says so when asked.

    open ─→ paid          what was paid is never anything else again
       ├──→ failed, expired ─→ paid (a second try there)
       └──→ differs        another amount than was asked: not counted, told to the host
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain.billing import payments
from s2m.domain.errors import NotFound, Refused

if TYPE_CHECKING:
    from s2m.domain.billing.values import Document
    from s2m.store import Store


@dataclass(frozen=True)
class Checkout:
    """One try to pay. id: our reference, which the provider keeps; provider_id: its own name for it, None until it answered."""

    id: str
    network_id: str
    venue_id: str
    document_id: str
    provider: str
    provider_id: str | None
    cents: int
    status: str
    created_at: datetime
    changed_at: datetime


def begin(store: Store, document: Document, provider: str, now: datetime) -> Checkout:
    """For what is open on the document. Raises Refused `paid_already` where nothing is."""
    store.ledger.lock_chain(document.network_id)
    cents = payments.bill(store, document).open_cents
    if cents <= 0:
        raise Refused("paid_already")
    made = Checkout(
        store.new_id(now), document.network_id, document.venue_id, document.id, provider, None, cents, "open", now, now
    )  # fmt: skip
    store.billing.add_checkout(made)
    return made


def settle(store: Store, checkout_id: str, provider: str, provider_id: str, status: str, cents: int, now: datetime) -> Checkout:
    """What the provider says of it now, counted once however often and in which order it is said. Raises NotFound.

    status: open, paid, failed or expired; cents: what was paid.
    """
    known = store.billing.checkout(checkout_id)
    if known is None or known.provider != provider or known.provider_id not in (None, provider_id):
        raise NotFound()
    store.ledger.lock_chain(known.network_id)
    checkout = store.billing.checkout(checkout_id)
    assert checkout, "it was there a moment ago"
    if checkout.status == "paid" or status == checkout.status:
        return checkout
    if status == "paid" and cents != checkout.cents:
        if checkout.status != "differs":
            store.audit.record(
                checkout.network_id, now, actor="system", role="system", action="checkout.differs",
                venue_id=checkout.venue_id, object_id=checkout.document_id,
            )  # fmt: skip
        return store.billing.set_checkout(checkout, status="differs", provider_id=provider_id, changed_at=now)
    if checkout.status == "differs" and status != "paid":
        return checkout
    if status == "paid":
        _count(store, checkout, provider_id, now)
    return store.billing.set_checkout(checkout, status=status, provider_id=provider_id, changed_at=now)


def _count(store: Store, checkout: Checkout, provider_id: str, now: datetime) -> None:
    document, venue = store.billing.get(checkout.document_id), store.venues.get(checkout.venue_id)
    assert document and venue, "neither is ever deleted"
    today = now.astimezone(venue.zone).date()
    reference = f"{checkout.provider}:{provider_id}"
    payments.pay(store, document, checkout.cents, "online", today, "system", now, reference=reference)
