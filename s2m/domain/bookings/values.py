"""A booking: a room for a half-open time, by somebody, at a price that was shown before. *Booked* is never *present*.

    hold ─→ option ─→ confirmed ─→ released (nobody came)
       └──→ requested ─┘   └──────→ cancelled
    hold, option → expired · requested → declined, expired

What blocks the room is the time with the buffers that held when it was booked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from s2m.domain.money import Line

# While somebody fills in the form, and until a stranger opened the link in the mail
HOLD, MAIL = timedelta(minutes=5), timedelta(minutes=30)
# How long a request waits for the host
ANSWER = timedelta(hours=72)
WAITING = ("hold", "option", "requested")
BLOCKING = (*WAITING, "confirmed")
TITLE_MAX, NOTES_MAX, TOPICS_MOST, PEOPLE_MOST = 80, 500, 5, 10_000


@dataclass(frozen=True)
class Renter:
    """Who rents, as it stands on the invoice. person_id: of the one record that a member fills in themselves; None for a
    stranger, whose address a link in a mail proves, and for what a host typed. for_id: the member for whom a host typed it, for
    one booking or series."""

    id: str
    network_id: str
    person_id: str | None
    name: str
    company: str
    email: str
    street: str
    postcode: str
    city: str
    country: str
    vat_id: str
    language: str
    created_at: datetime
    for_id: str | None = None


@dataclass(frozen=True)
class Booking:
    """status: see above. expires_at: when what waits lapses. extras: id of each with its count. lines: the price as it was shown.
    secret_hash: of the link that its renter manages it by. sequence: grows with each change, for calendars (RFC 5545, 3.8.7.4).

    dots: what the hire costs where it is paid_by capital, fee_dots what cancelling it cost, worth_cents what the hire is worth.
    bound_percent: what cancelling costs at least, since its renter moved it when it cost so much.
    series_day: which local day of its series it is, also once it was moved (2026-03-12).
    ended_at: when it was cancelled, declined, released or lapsed; fee_cents: what the cancellation cost, VAT included.
    arrived_at: when somebody checked in at the door; left_at: when they left before the end.
    """

    id: str
    network_id: str
    venue_id: str
    room_id: str
    terms_id: str
    starts_at: datetime
    ends_at: datetime
    blocked_from: datetime
    blocked_until: datetime
    status: str
    created_by: str
    created_at: datetime
    changed_at: datetime
    renter_id: str | None = None
    person_id: str | None = None
    series_id: str | None = None
    series_day: str | None = None
    expires_at: datetime | None = None
    title: str = ""
    title_hidden: bool = True
    people: int = 1
    setup: str = ""
    notes: str = ""
    topics: tuple[str, ...] = ()
    extras: dict[str, int] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    gross_cents: int = 0
    paid_by: str = "euro"
    dots: int = 0
    fee_dots: int = 0
    worth_cents: int = 0
    bound_percent: int = 0
    secret_hash: str | None = None
    sequence: int = 0
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    fee_cents: int = 0
    warned_at: datetime | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def uid(self) -> str:
        """Its name in calendars, the same for ever."""
        return f"{self.id}@s2m"

    @property
    def blocks(self) -> bool:
        return self.status in BLOCKING

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at


@dataclass(frozen=True)
class Booker:
    """Who books: hosts may what others may not (out of hours, at once, for others). person_id: None for a stranger."""

    id: str
    person_id: str | None = None
    is_host: bool = False
    is_member: bool = False

    @property
    def role(self) -> str:
        return "host" if self.is_host else "member" if self.is_member else "stranger"


STRANGER = Booker("stranger")


@dataclass(frozen=True)
class Series:
    """What is repeated. rule: of its local days (RFC 5545); first_day: as in 2026-03-12; begins, ends: by the venue's clock; the
    rest is what a booking of it began with. ended_at: when all that was left of it was cancelled."""

    id: str
    network_id: str
    venue_id: str
    room_id: str
    renter_id: str | None
    rule: str
    first_day: str
    begins: str
    ends: str
    next_day: bool
    timezone: str
    title: str
    title_hidden: bool
    people: int
    setup: str
    notes: str
    topics: tuple[str, ...]
    extras: dict[str, int]
    created_by: str
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Wait:
    """Somebody who waits for a room that is taken. room_id: None for any room that fits.

    unproven (a stranger who has not opened the mail) → waiting ⇄ offered → taken, declined, lapsed · left
    offered_booking_id: the room that is held for them until offer_until. told_at: when the mail about it was written.
    """

    id: str
    network_id: str
    venue_id: str
    room_id: str | None
    renter_id: str
    person_id: str | None
    starts_at: datetime
    ends_at: datetime
    people: int
    state: str
    created_at: datetime
    secret_hash: str | None = None
    offered_booking_id: str | None = None
    offer_until: datetime | None = None
    told_at: datetime | None = None
    ended_at: datetime | None = None
