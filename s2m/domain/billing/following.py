"""What bookings make of bills: the one door from there. What a booking owes follows from how it stands, so that telling it twice,
or late, changes nothing.

What a host took off a thing stays taken off it: it goes along to a new invoice, as a line, and never takes off another thing,
nor off a fee that was agreed.

Where nobody said who sells here, nothing is billed and the booking stands all the same; it is billed as soon as that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import money, rooms
from s2m.domain.billing import deposits, documents, payments
from s2m.domain.billing.documents import Supply
from s2m.domain.billing.values import Document, Party
from s2m.domain.bookings.renting import parse_renter, proved_mail, renter_for
from s2m.domain.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from s2m.domain.billing.payments import Bill
    from s2m.domain.bookings.values import Booking, Renter
    from s2m.domain.money import Line
    from s2m.domain.venues import Venue
    from s2m.store import Store

# Nobody came to a released booking, and what it cost is owed all the same
OWES = ("confirmed", "released")


def owed(store: Store, booking: Booking) -> tuple[Line, ...]:
    """The lines that a booking owes in euro as it stands; none for what is not firm, or costs nothing."""
    if booking.renter_id is None:
        return ()
    lines: tuple[Line, ...] = ()
    if booking.status in OWES and booking.confirmed_at:
        lines = booking.lines
    elif booking.status == "cancelled" and booking.fee_cents and booking.ended_at:
        lines = rooms.fee(store.rooms.version(booking.terms_id), booking, booking.ended_at)[1]
    return lines if money.total(lines).gross_cents > 0 else ()


def follow(store: Store, venue: Venue, booking: Booking, now: datetime) -> Document | None:
    """Let the documents of a booking say what it owes now: a first invoice, or a credit note and, where something is left to
    pay, a new one for which counts what was paid for the old. Gives back the new invoice, if there is one.

    Under the chain's lock.
    """
    store.ledger.lock_chain(venue.network_id)
    if store.billing.seller(venue.id) is None:
        return None
    bills, owes = payments.invoices(store, booking.id), owed(store, booking)
    standing = payments.standing(bills)
    lines = _less(bills, owes, but=standing)
    if standing is None and (not lines or _taken_back(bills, owes)):
        return None
    supply = supply_of(store, venue, booking, lines)
    if not supply.buyer.name:  # they are forgotten: their bill still says who it is for, and a first one would be nobody's
        if standing is None:
            return None
        supply = replace(supply, buyer=standing.buyer)
    if standing and _says(standing) == _says(supply):
        return None
    if standing:  # to whom it was billed: what the renter typed since is of another booking
        supply = replace(
            supply, renter_id=standing.renter_id, buyer=standing.buyer, language=standing.language,
            lines=_less(bills, owes),
        )  # fmt: skip
    if not bills:
        return documents.issue(store, venue, supply, now)
    return _replace(store, venue, standing, supply, "system", now, gone=booking.status == "cancelled")


def again(
    store: Store, venue: Venue, document: Document, renter: Mapping[str, object], by: str, now: datetime
) -> Document:  # fmt: skip
    """Take an invoice back and bill the same booking anew, to who rents as it is typed now. The address that a member typed
    themselves is not the host's word for it: where the form still has that one, mail goes to the one that they proved.

    Raises Invalid as `parse_renter` does; Conflict `credited`; Refused `no_seller`, `nothing_to_bill` where the booking owes
    nothing any more.
    """
    values = parse_renter(renter)
    store.ledger.lock_chain(venue.network_id)
    booking = store.bookings.get(document.booking_id or "")
    if booking is None or not (lines := _less(payments.invoices(store, booking.id), owed(store, booking))):
        raise Refused("nothing_to_bill")
    if document.of_deposit:
        raise Refused("nothing_to_bill")
    if store.billing.credit_of(document.id):
        raise Conflict("credited")
    known = store.bookings.renter(document.renter_id)
    if known and known.person_id:  # their own changes only by themselves
        whose = store.people.get(known.person_id)
        if values["email"] == known.email and not values.items() <= vars(known).items():  # they typed it, not the host
            values["email"] = proved_mail(store, known) or ""
        typed = renter_for(store, venue.network_id, whose, values, known.language, now, by_host=True)
        booking = store.bookings.set(booking, renter_id=typed.id)
    elif known:
        store.bookings.set_renter(known, **values)
    made = _replace(store, venue, document, supply_of(store, venue, booking, lines), by, now)
    assert made, "there are lines"
    return made


def _replace(
    store: Store, venue: Venue, standing: Document | None, supply: Supply, by: str, now: datetime, *, gone: bool = False
) -> Document | None:  # fmt: skip
    """Take back what stands, bill what is left to pay, and let count for it what was paid. gone: the booking is cancelled, which
    nothing that was done with its deposit may hinder."""
    if standing and gone and payments.bill(store, standing).returned_cents:
        deposits.take_rest_off(store, standing, by, now)
    elif standing:
        documents.credit(store, standing, by, now)
    made = documents.issue(store, venue, supply, now) if supply.lines else None
    if standing and made:
        payments.carry(store, standing, made, now)
    for bill in payments.invoices(store, supply.booking_id) if made else ():
        if made and bill.credit_id:
            payments.carry(store, bill.document, made, now)
    return made


def follow_waiting(store: Store, venue: Venue, now: datetime) -> int:
    """Bill what was booked before it was said who sells here; how many."""
    store.ledger.lock_chain(venue.network_id)
    return sum(follow(store, venue, booking, now) is not None for booking in waiting(store, venue))


def waiting(store: Store, venue: Venue) -> list[Booking]:
    """Bookings that owe something and were never billed."""
    return [booking for booking in store.billing.unbilled(venue.id) if owed(store, booking)]


def quote(store: Store, venue: Venue, booking: Booking, now: datetime) -> Document:
    """What a booking, an option or a request will cost in euro.

    Raises Refused `no_seller`, `nothing_to_bill`, NotFound for a hold that nobody filled in, and for what no longer stands.
    """
    if booking.renter_id is None or not booking.blocks:
        raise NotFound()
    return documents.quote(store, venue, supply_of(store, venue, booking, booking.lines), now, booking.expires_at)


def quotable(store: Store, booking: Booking) -> bool:
    """Whether it waits for somebody's yes and would then be billed."""
    waits = booking.status in ("option", "requested") and booking.gross_cents > 0
    return waits and store.billing.seller(booking.venue_id) is not None


def supply_of(store: Store, venue: Venue, booking: Booking, lines: tuple[Line, ...]) -> Supply:
    """What a document says of a booking: its renter as they are now, the room and the time in words."""
    renter, room = store.bookings.renter(booking.renter_id or ""), store.venues.room(booking.room_id)
    assert renter and room, "renters and rooms are never deleted"
    start, end = booking.starts_at.astimezone(venue.zone), booking.ends_at.astimezone(venue.zone)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%d-%m-%Y %H:%M}"
    return Supply(
        booking.id, room.id, renter.id, party_of(renter), renter.language, f"{room.name}, {start:%d-%m-%Y %H:%M}–{until}",
        start.date(), lines, booking.starts_at, booking.ends_at,
    )  # fmt: skip


def _says(one: Document | Supply) -> tuple[object, ...]:
    """What makes a bill another one; its words do not, since rooms get other names."""
    return one.lines, one.room_id, one.starts_at, one.ends_at


def party_of(renter: Renter) -> Party:
    """The company rents, where there is one; else the person."""
    return Party(
        renter.company or renter.name, renter.street, renter.postcode, renter.city, renter.country, renter.vat_id,
        email=renter.email,
    )  # fmt: skip


def _less(bills: Sequence[Bill], lines: tuple[Line, ...], *, but: Document | None = None) -> tuple[Line, ...]:
    """What is billed of these lines: less what a host took off the same things on invoices of their booking. but: an invoice of
    which that does not count, to compare with what stands on it."""
    notes = [note for bill in bills for note in bill.notes]
    less = documents.reduced(lines, [note for note in notes if but is None or note.reduces_id != but.id])
    return less if money.total(less).gross_cents > 0 else ()


def _taken_back(bills: Sequence[Bill], owes: tuple[Line, ...]) -> bool:
    """Whether a person took back the bill of what is owed now: only they do so without another in its place, and it stays so."""
    if not bills or not bills[-1].credit_id:
        return False
    lines = _less(bills, owes, but=bills[-1].document)
    return bool(lines) and bills[-1].document.lines == lines
