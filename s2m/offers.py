"""Mails to whoever waits for a room: it is free, and held for them for a while. Written by a job, since nobody asks for them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.config import Config
from s2m.domain.signin import fingerprint
from s2m.letters import base_of, reader
from s2m.spoken import Words

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking, Wait
    from s2m.store import Store


def tell(store: Store, config: Config, wait: Wait, now: datetime) -> bool:
    """Write the mail of an offer, unless it was written or is over meanwhile. Each has a link of its own, and those before it
    end."""
    store.ledger.lock_chain(wait.network_id)
    now_is = store.waits.get(wait.id)
    if now_is is None or now_is.state != "offered" or now_is.told_at:
        return False
    held, renter = store.bookings.get(now_is.offered_booking_id or ""), store.bookings.renter(now_is.renter_id)
    if held is None or renter is None or not (recipient := reader(store, renter)):
        return False
    secret = store.secret()
    store.waits.set(now_is, told_at=now, secret_hash=fingerprint(secret))
    base = base_of(config)
    link = f"{base.rstrip('/')}/waits/{secret}?lang={renter.language}" if base else ""
    subject, body = _mail(store, now_is, held, renter.language, renter.name, link)
    store.outbox.add(now_is.network_id, recipient, subject, body, now)
    return True


def _mail(store: Store, wait: Wait, held: Booking, language: str, name: str, link: str) -> tuple[str, str]:
    room, venue = store.venues.room(held.room_id), store.venues.get(wait.venue_id)
    assert room and venue and wait.offer_until, "an offer is of a room, for a while"
    words = Words(language, venue.zone)
    _ = words.gettext
    told = {"room": room.name, "until": words.moment(wait.offer_until), "day": words.day(held.starts_at)}
    parts = [
        _("Hello %(name)s,", name=name),
        _(
            "You waited for a room, and one is free. We hold it for you until %(until)s. After that the next in line is asked.",
            **told,
        ),
        f"{room.name}, {venue.name}\n{words.period(held.starts_at, held.ends_at)}",
        _("Say yes or no here; you see the price before you book:") + f"\n\n{link}" if link else "",
    ]
    return _("Free for you: %(room)s on %(day)s", **told), "\n\n".join(part for part in parts if part)
