"""Documents, what was paid for them, what was mailed about them, and who sells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, func, insert, select, update

from s2m.domain.billing.checkouts import Checkout
from s2m.domain.billing.payments import Bill, Payment
from s2m.domain.billing.seller import Seller
from s2m.domain.billing.values import Document, Party
from s2m.domain.money import Line
from s2m.store.part import Part
from s2m.store.schema import bookings, checkouts, documents, letters, payments, renters, sellers

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking
    from s2m.domain.venues import Venue

LAST_REMINDER = 2
_DAYS = ("issued_on", "due_on", "supplied_on")
_COLUMNS = [c for c in documents.c if c.name != "gross_cents"]


def _document(row: Row[Any]) -> Document:
    given = {c.name: row._mapping[c.name] for c in _COLUMNS}
    given |= {day: date.fromisoformat(given[day]) for day in _DAYS} | {"vat": tuple(map(tuple, given["vat"]))}
    given |= {"seller": Party(**given["seller"]), "buyer": Party(**given["buyer"])}
    return Document(**{**given, "lines": tuple(Line(**line) for line in given["lines"])})


def _payment(row: Row[Any]) -> Payment:
    given = dict(row._mapping)
    return Payment(**{**given, "paid_on": date.fromisoformat(given["paid_on"])})


# How a document stands, in the words of the database: as `payments.Bill` says
_note, _taken_back, _part = documents.alias("note"), documents.alias("taken_back"), documents.alias("part")
_CREDITED = select(_taken_back.c.id).where(_taken_back.c.credits_id == documents.c.id).exists()
_came = select(func.coalesce(func.sum(payments.c.cents), 0)).where(payments.c.document_id == documents.c.id)
_PAID = _came.where(payments.c.way.not_in(("deposit", "kept"))).scalar_subquery()
_RETURNED = _came.where(payments.c.way.in_(("deposit", "kept"))).scalar_subquery()
_off = select(func.coalesce(func.sum(_part.c.gross_cents), 0)).where(_part.c.reduces_id == documents.c.id).scalar_subquery()
_OPEN = case((documents.c.kind == "credit", 0), (_CREDITED, 0), else_=documents.c.gross_cents - _off) - _PAID


def _shown(shown: str, today: date) -> ColumnElement[bool]:
    if shown == "open":
        return _OPEN != 0
    if shown == "overdue":
        return and_(_OPEN > 0, documents.c.due_on < today.isoformat())
    return and_(documents.c.kind == "invoice", _OPEN == 0, ~_CREDITED)


def _in_order(query: Select[Any]) -> Select[Any]:
    """The first first."""
    return query.order_by(documents.c.issued_at, documents.c.n, documents.c.kind.desc(), documents.c.id)


class Billing(Part):
    # Who sells ----------------------------------------------------------------------------------------------------

    def seller(self, venue_id: str) -> Seller | None:
        row = self.one(select(sellers).where(sellers.c.venue_id == venue_id))
        return _seller(row) if row else None

    def sellers(self, network_id: str) -> list[Seller]:
        return [_seller(row) for row in self.run(select(sellers).where(sellers.c.network_id == network_id))]

    def set_seller(self, seller: Seller) -> None:
        self.run(delete(sellers).where(sellers.c.venue_id == seller.venue_id))
        self.run(insert(sellers).values({**vars(seller), "party": asdict(seller.party)}))

    # Documents ----------------------------------------------------------------------------------------------------

    def add(self, document: Document) -> None:
        row = {**vars(document), "gross_cents": document.sum.gross_cents}
        row |= {day: row[day].isoformat() for day in _DAYS}
        row |= {"seller": asdict(document.seller), "buyer": asdict(document.buyer)}
        self.run(insert(documents).values({**row, "lines": [asdict(line) for line in document.lines]}))
        self.store.changed(document.venue_id)

    def get(self, document_id: str) -> Document | None:
        row = self.one(select(documents).where(documents.c.id == document_id))
        return _document(row) if row else None

    def last_number(self, venue_id: str, kind: str, year: int) -> int:
        """0 before the first."""
        mine = (documents.c.venue_id == venue_id) & (documents.c.kind == kind) & (documents.c.year == year)
        return int(self.run(select(func.coalesce(func.max(documents.c.n), 0)).where(mine)).scalar_one())

    def numbered_alike(self, venue: Venue, vat_id: str, prefix: str) -> bool:
        """Whether a document of another venue of the network under this VAT id has a number that begins with this prefix."""
        c = documents.c
        query = select(c.seller).where(c.network_id == venue.network_id, c.venue_id != venue.id)
        rows = self.run(query.where(c.kind == "invoice", c.number.like(f"{prefix}____-%")))  # the year is four digits
        return any(row.seller["vat_id"] == vat_id for row in rows)

    def credit_of(self, document_id: str) -> Document | None:
        row = self.one(select(documents).where(documents.c.credits_id == document_id))
        return _document(row) if row else None

    def of_booking(self, booking_id: str) -> list[Bill]:
        """The first first."""
        return self._bills(select(documents.c.id).where(documents.c.booking_id == booking_id))

    def unbilled(self, venue_id: str) -> list[Booking]:
        """Bookings that became firm and cost euro, for which there never was a document; the first first. Who is forgotten is
        billed no more."""
        c, billed = bookings.c, select(documents.c.booking_id).where(documents.c.booking_id.is_not(None))
        query = select(c.id).where(c.venue_id == venue_id, c.confirmed_at.is_not(None), c.id.not_in(billed))
        query = query.where(c.gross_cents > 0, c.paid_by == "euro", (c.status != "cancelled") | (c.fee_cents > 0))
        query = query.where(c.renter_id.in_(select(renters.c.id).where(renters.c.name != "")))
        ids = self.run(query.order_by(c.confirmed_at, c.starts_at, c.id)).scalars().all()
        return [booking for id_ in ids if (booking := self.store.bookings.get(id_))]

    def of_renters(self, renter_ids: Iterable[str]) -> list[Bill]:
        return self._bills(select(documents.c.id).where(documents.c.renter_id.in_(list(renter_ids))))

    def bills(
        self, venue_id: str, ids: Sequence[str] | None = None, *, kind: str | None = None
    ) -> list[Bill]:  # fmt: skip
        """A venue's documents and how they stand, the first first."""
        query = select(documents.c.id).where(documents.c.venue_id == venue_id)
        if ids is not None:
            query = query.where(documents.c.id.in_(ids))
        if kind:
            query = query.where(documents.c.kind == kind)
        return self._bills(query)

    def listed(
        self, venue_id: str, shown: str, today: date, *, year: int | None = None, most: int, skip: int = 0
    ) -> tuple[list[Bill], int]:
        """At most `most` of a venue's documents, the newest first, and what is left to pay of all that `shown` shows (cents).

        shown: open (also what is to be given back), overdue, paid, or all.
        """
        query = select(documents.c.id).where(documents.c.venue_id == venue_id)
        if shown != "all":
            query = query.where(_shown(shown, today))
        if year:
            query = query.where(documents.c.year == year)
        left = select(func.coalesce(func.sum(_OPEN), 0)).where(documents.c.id.in_(query), _OPEN > 0)
        newest = query.order_by(documents.c.issued_at.desc(), documents.c.n.desc(), documents.c.kind, documents.c.id.desc())
        return self._bills(newest.limit(most).offset(skip))[::-1], int(self.run(left).scalar_one())

    def years(self, venue_id: str) -> list[int]:
        """In which documents went out, the last first."""
        query = select(documents.c.year).where(documents.c.venue_id == venue_id).distinct()
        return list(self.run(query.order_by(documents.c.year.desc())).scalars())

    def _bills(self, which: Select[Any]) -> list[Bill]:
        reminders = select(func.count()).where(letters.c.document_id == documents.c.id, letters.c.step > 0)
        query = (
            select(
                documents, _note.c.id.label("note_id"), _note.c.number.label("note_number"), _PAID.label("paid"),
                reminders.scalar_subquery().label("reminders"), _RETURNED.label("returned"),
            )
            .outerjoin(_note, _note.c.credits_id == documents.c.id)
            .where(documents.c.id.in_(which))
        )  # fmt: skip
        notes: dict[str, list[Document]] = {}
        for row in self.run(_in_order(select(documents).where(documents.c.reduces_id.in_(which)))):
            notes.setdefault(row.reduces_id, []).append(_document(row))
        return [
            Bill(
                _document(row), int(row.paid), row.note_id, row.note_number or "", int(row.reminders), -int(row.returned),
                tuple(notes.get(row.id, ())),
            )
            for row in self.run(_in_order(query))
        ]  # fmt: skip

    # Payments -----------------------------------------------------------------------------------------------------

    def add_payment(self, payment: Payment) -> None:
        self.run(insert(payments).values({**vars(payment), "paid_on": payment.paid_on.isoformat()}))
        self.store.changed(payment.venue_id)

    def payments(self, document_id: str) -> list[Payment]:
        query = select(payments).where(payments.c.document_id == document_id)
        query = query.order_by(payments.c.at, payments.c.undoes_id.is_not(None), payments.c.id)
        return [_payment(row) for row in self.run(query)]

    def payment(self, payment_id: str) -> Payment | None:
        row = self.one(select(payments).where(payments.c.id == payment_id))
        return _payment(row) if row else None

    def undoing(self, payment_id: str) -> Payment | None:
        row = self.one(select(payments).where(payments.c.undoes_id == payment_id))
        return _payment(row) if row else None

    def has_reference(self, venue_id: str, reference: str) -> bool:
        return bool(self.references(venue_id, [reference]))

    def references(self, venue_id: str, among: Sequence[str]) -> set[str]:
        """Which of these were put down before."""
        found: set[str] = set()
        for start in range(0, len(among), 500):
            some = among[start : start + 500]
            mine = (payments.c.venue_id == venue_id) & payments.c.reference.in_(some)
            found |= set(self.run(select(payments.c.reference).where(mine)).scalars())
        return found

    # Letters ------------------------------------------------------------------------------------------------------

    def add_letter(self, document: Document, step: int, now: datetime) -> None:
        """Raises Conflict (with the transaction) where another process mails the same."""
        self.run(insert(letters).values(network_id=document.network_id, document_id=document.id, step=step, at=now))

    def letters(self, document_id: str) -> dict[int, datetime]:
        """When each step was mailed."""
        return {row.step: row.at for row in self.run(select(letters).where(letters.c.document_id == document_id))}

    def unmailed(self, since: datetime) -> list[Document]:
        """Those that have an address to be mailed to, the first first."""
        mailed = select(letters.c.document_id).where(letters.c.step == 0)
        query = select(documents).where(documents.c.issued_at >= since, documents.c.id.not_in(mailed))
        found = [_document(row) for row in self.run(query.order_by(documents.c.issued_at, documents.c.id))]
        return [document for document in found if document.buyer.email]

    def late(self, due_before: date) -> list[Bill]:
        """Invoices of all venues that were due before a day and are not paid, and of which the last reminder did not go out."""
        done = select(letters.c.document_id).where(letters.c.step == LAST_REMINDER)
        late = documents.c.due_on < due_before.isoformat()
        return self._bills(select(documents.c.id).where(late, _OPEN > 0, documents.c.id.not_in(done)))

    # Paying through a provider ------------------------------------------------------------------------------------

    def add_checkout(self, checkout: Checkout) -> None:
        self.run(insert(checkouts).values(vars(checkout)))

    def checkout(self, checkout_id: str) -> Checkout | None:
        row = self.one(select(checkouts).where(checkouts.c.id == checkout_id))
        return Checkout(**row._mapping) if row else None

    def checkouts(self, document_id: str) -> list[Checkout]:
        """The last first."""
        query = select(checkouts).where(checkouts.c.document_id == document_id)
        query = query.order_by(checkouts.c.created_at.desc(), checkouts.c.id.desc())
        return [Checkout(**row._mapping) for row in self.run(query)]

    def differing(self, venue_id: str) -> list[Checkout]:
        """Payments of another amount than was asked: a host has to look."""
        query = select(checkouts).where(checkouts.c.venue_id == venue_id, checkouts.c.status == "differs")
        return [Checkout(**row._mapping) for row in self.run(query.order_by(checkouts.c.changed_at))]

    def name_checkout(self, checkout: Checkout, provider_id: str) -> None:
        """What the provider calls it. It may have said so itself before we came to it: then this says the same."""
        self.run(update(checkouts).where(checkouts.c.id == checkout.id).values(provider_id=provider_id))

    def set_checkout(self, checkout: Checkout, **values: Any) -> Checkout:
        self.run(update(checkouts).where(checkouts.c.id == checkout.id).values(values))
        self.store.changed(checkout.venue_id)
        return Checkout(**{**vars(checkout), **values})


def _seller(row: Row[Any]) -> Seller:
    given = dict(row._mapping)
    return Seller(**{**given, "party": Party(**given["party"])})
