"""Paying a room with capital: only where its terms name a rate, by members, within the room's own limit, and from what they have.

The hire is paid in dots, extras and deposit stay in euro: coffee costs the house money. Both books tell of it in one transaction,
in one journal, and never in one transfer: dots go from the member to the house; in the euro book the room earns what its hire is
worth, from the account of what the house forgoes, without VAT. What that barter means for VAT is the bookkeeper's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import ledger, money
from s2m.domain.errors import Refused

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booker, Booking
    from s2m.domain.money import Line
    from s2m.domain.people import Person
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Venue
    from s2m.store import Store

STANDS = ("confirmed", "released")


def cost(terms: RoomTerms, start: datetime, end: datetime) -> int:
    """Dots for a time at the fixed rate, rounded up to whole ones."""
    minutes = int((end - start).total_seconds()) // 60
    return -(-minutes * terms.dots_per_hour // 60)


@dataclass(frozen=True)
class Price:
    """lines: what is paid in euro; dots: what the hire costs where capital pays it, worth_cents: what it is worth without VAT."""

    lines: tuple[Line, ...]
    dots: int = 0
    worth_cents: int = 0

    @property
    def gross_cents(self) -> int:
        return money.total(self.lines).gross_cents


def priced(lines: tuple[Line, ...], terms: RoomTerms, start: datetime, end: datetime, paid_by: str) -> Price:
    """The lines of a meeting as a price: paid with capital, the hire is not among them."""
    if paid_by != "capital":
        return Price(lines)
    hire = [line for line in lines if line.code.startswith("room_") or line.code == "member"]
    rest = tuple(line for line in lines if line not in hire)
    return Price(rest, cost(terms, start, end), sum(line.net_cents for line in hire))


def check(store: Store, venue: Venue, booking: Booking, terms: RoomTerms, dots: int, by: Booker) -> None:
    """Raises Refused `no_capital_here`, `members_only`, `dots_limit`, `dots_short`. Under the chain's lock."""
    if not terms.dots_per_hour:
        raise Refused("no_capital_here")
    if by.person_id is None or booking.person_id is None or not by.is_member:
        raise Refused("members_only")
    month = booking.starts_at.astimezone(venue.zone).strftime("%Y-%m")
    others = [one for one in store.bookings.with_capital(booking.person_id, booking.room_id) if one.id != booking.id]
    spent = sum(one.dots for one in others if one.starts_at.astimezone(venue.zone).strftime("%Y-%m") == month)
    if terms.dots_limit and spent + dots > terms.dots_limit:
        raise Refused("dots_limit", most=terms.dots_limit, left=max(0, terms.dots_limit - spent))
    available = store.ledger.person_account(booking.person_id).available
    if booking.status not in STANDS and available < dots:
        raise Refused("dots_short", available=available, dots=dots)


def follow(store: Store, venue: Venue, booking: Booking, now: datetime) -> None:
    """Let both books say what a booking owes in dots, and is worth, as it stands now. Told twice, it changes nothing.

    Raises Refused `dots_short`, `frozen`. Under the chain's lock.
    """
    if booking.paid_by != "capital" or booking.person_id is None:
        return
    dots, worth = owed(booking)
    rows = store.ledger.journal(venue.network_id, booking.id)
    person = store.people.get(booking.person_id)
    assert person, "people are erased, never deleted"
    _pay(store, venue, booking, person, dots - _paid(store, person, rows), now)
    ledger.forgo(store, venue, booking.room_id, worth, rows, booking.id, now)


def owed(booking: Booking) -> tuple[int, int]:
    """Dots that it costs as it stands, and cents that the room earned with it."""
    if booking.status in STANDS:
        return booking.dots, booking.worth_cents
    if booking.status == "cancelled" and booking.fee_dots:
        return booking.fee_dots, money.part(booking.worth_cents, booking.fee_dots, booking.dots)
    return 0, 0


def _paid(store: Store, person: Person, rows: list[ledger.Transfer]) -> int:
    """What somebody paid by a journal until now, what came back taken off; whatever the rows are called."""
    theirs = store.ledger.person_account(person.id).id
    moved = [row for row in rows if theirs in (row.debit_id, row.credit_id)]
    return sum(row.amount if row.debit_id == theirs else -row.amount for row in moved)


def _pay(store: Store, venue: Venue, booking: Booking, person: Person, dots: int, now: datetime) -> None:
    """More from the member, within what they have; or some of it back."""
    if not dots:
        return
    member, house = store.ledger.seat_accounts(person, venue)
    key = ledger.digest("room", booking.id, booking.sequence, dots)
    try:
        row = ledger.transfer(
            store, *((member, house) if dots > 0 else (house, member)), abs(dots), "room" if dots > 0 else "room_back", now,
            key=key, journal_id=booking.id, floor=0 if dots > 0 else None,
        )  # fmt: skip
    except Refused as error:
        if error.code == "floor":
            raise Refused("dots_short", available=error.data["available"], dots=dots) from None
        raise
    room = store.venues.room(booking.room_id)
    store.ledger.add_evidence(row, reason=room.name if room else None)
