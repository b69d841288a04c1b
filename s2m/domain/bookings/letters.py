"""Which letter a change of a booking is worth to its renter. Whatever changes it notes one; `s2m/letters.py` writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain.bookings.values import Booking

if TYPE_CHECKING:
    from s2m.store import Store

# What a booking became, by what it was
TURNS = {
    ("hold", "confirmed"): "confirmed", ("hold", "requested"): "requested", ("hold", "option"): "option",
    ("option", "confirmed"): "confirmed", ("option", "requested"): "requested", ("option", "expired"): "option_lapsed",
    ("requested", "confirmed"): "approved", ("requested", "declined"): "declined", ("requested", "expired"): "request_lapsed",
}  # fmt: skip


@dataclass(frozen=True)
class Letter:
    id: str
    network_id: str
    booking_id: str
    kind: str
    created_at: datetime


def due(before: Booking, after: Booking) -> str | None:
    """The kind of letter; None where there is nothing to tell."""
    if after.status in ("cancelled", "released"):
        return after.status if before.status != after.status else None
    if before.status == "hold" and after.series_id:
        return None  # one letter tells of all times
    if before.status != after.status:
        return TURNS.get((before.status, after.status))
    if (before.starts_at, before.ends_at, before.room_id) != (after.starts_at, after.ends_at, after.room_id):
        return "moved"
    return "changed" if before.lines != after.lines else None


def note(store: Store, before: Booking, after: Booking, now: datetime) -> None:
    """A hold that nobody filled in has no reader."""
    kind = due(before, after)
    if kind and after.renter_id and before.status in ("hold", "option", "requested", "confirmed"):
        store.bookings.add_letter(after, kind, now)


def one_for_all(store: Store, those: Sequence[Booking], kind: str, now: datetime) -> None:
    """One letter about many bookings of a series, instead of those that each of them was worth."""
    store.bookings.drop_letters([one.id for one in those])
    store.bookings.add_letter(those[0], kind, now)


def ending_options(store: Store, now: datetime) -> list[Booking]:
    """Options of which less than a quarter of their time is left, and whose renter was not told yet."""
    found = []
    for one in store.bookings.options():
        life = timedelta(hours=store.rooms.version(one.terms_id).option_hours)
        if one.expires_at and one.expires_at - life / 4 <= now < one.expires_at:
            found.append(one)
    return found


def warn_options(store: Store, now: datetime) -> int:
    """Say to whoever holds an option that it ends soon; how many were told."""
    ending = ending_options(store, now)
    for one in ending:
        store.bookings.add_letter(store.bookings.set(one, warned_at=now), "option_ending", now)
    return len(ending)
