"""Bookings and renters. That no two overlap in a room is the database's own rule; it is asked first all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    type_coerce,
    update,
)

from s2m.domain.bookings.blocked import Blocked
from s2m.domain.bookings.letters import Letter
from s2m.domain.bookings.values import BLOCKING, WAITING, Booking, Renter
from s2m.domain.money import Line
from s2m.store.part import Part, among
from s2m.store.schema import booking_letters, bookings, renters
from s2m.store.schema.bookings import BLOCKS
from s2m.store.schema.columns import Whole

if TYPE_CHECKING:
    from s2m.store import Store

_BLOCKS = bookings.c.status.in_(BLOCKING)
# Nothing blocks for longer (a CHECK says so), so that an index finds what began before a moment
LONGEST = timedelta(days=40)


def _overlaps(start: datetime, end: datetime) -> ColumnElement[bool]:
    c = bookings.c
    return (c.blocked_from < end) & (c.blocked_from > start - LONGEST) & (c.blocked_until > start)


def _joined(column: ColumnElement[Any]) -> ColumnElement[str]:
    return func.aggregate_strings(cast(type_coerce(column, Whole), String), ",")


def booking_in(given: Mapping[str, Any]) -> Booking:
    """A booking from the values of its row."""
    lines = tuple(Line(**line) for line in given["lines"])
    return Booking(**{**given, "lines": lines, "topics": tuple(given["topics"])})


def _booking(row: Row[Any]) -> Booking:
    return booking_in(dict(row._mapping))


def _row(values: dict[str, Any]) -> dict[str, Any]:
    if "lines" in values:
        values = values | {"lines": [asdict(line) for line in values["lines"]]}
    return values


def _in_order(joined: str) -> list[int]:
    return sorted(map(int, joined.split(",")))


class Bookings(Part):
    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.noted: list[Letter] = []  # that this transaction noted

    def add(self, booking: Booking) -> Booking:
        """The database refuses what overlaps."""
        self.run(insert(bookings), **_row(vars(booking)))  # as parameters: `values()` costs more than the rest of it
        self.store.changed(booking.venue_id)
        return booking

    def set(self, booking: Booking, **values: Any) -> Booking:
        self.run(update(bookings).where(bookings.c.id == booking.id).values(_row(values)))
        self.store.changed(booking.venue_id)
        return Booking(**{**vars(booking), **values})

    def get(self, booking_id: str) -> Booking | None:
        row = self.one(select(bookings).where(bookings.c.id == booking_id))
        return _booking(row) if row else None

    def by_secret(self, secret_hash: str) -> Booking | None:
        row = self.one(select(bookings).where(bookings.c.secret_hash == secret_hash))
        return _booking(row) if row else None

    def blocking(self, room_id: str, blocked_from: datetime, blocked_until: datetime, *, but: str = "") -> bool:
        """Whether anything blocks the room in a time, other than one booking."""
        here = (bookings.c.room_id == room_id) & (bookings.c.id != but) & _BLOCKS
        return self.one(select(bookings.c.id).where(here, _overlaps(blocked_from, blocked_until)).limit(1)) is not None

    def _all(self, query: Any) -> list[Booking]:
        return [_booking(row) for row in self.run(query)]

    def between(self, venue_id: str, start: datetime, end: datetime, *, room_ids: Iterable[str] = ()) -> list[Booking]:
        """What blocks rooms of a venue in a time, buffers included, the first first."""
        query = select(bookings).where(bookings.c.venue_id == venue_id, _BLOCKS, _overlaps(start, end))
        rooms = list(room_ids)
        if rooms:
            query = query.where(among(bookings.c.room_id, rooms))
        return self._all(query.order_by(bookings.c.blocked_from, bookings.c.id))

    def busy(self, venue_id: str, room_ids: Collection[str], start: datetime, end: datetime) -> dict[str, Blocked]:
        """When these rooms of a venue are blocked in a time, buffers included; without those that are free all the time.

        One row a room: over months of a large house a row for each booking would cost more than all that is reckoned of them. As
        no two of a room overlap, beginnings and ends belong together once each are in order.
        """
        c = bookings.c
        query: Select[Any] = select(c.room_id, _joined(c.blocked_from), _joined(c.blocked_until)).group_by(c.room_id)
        where = (c.venue_id == venue_id) & among(c.room_id, room_ids) & _overlaps(start, end)
        rows = [tuple(row) for row in self.run(query.where(where, text(BLOCKS)))]
        return {room_id: Blocked(_in_order(begins), _in_order(ends)) for room_id, begins, ends in rows}

    def of_person(self, person_id: str, *, since: datetime) -> list[Booking]:
        """Somebody's bookings that are not over at a moment, the first first; also those that no longer stand."""
        query = select(bookings).where(bookings.c.person_id == person_id, bookings.c.ends_at > since)
        return self._all(query.order_by(bookings.c.starts_at, bookings.c.id))

    def of_room(self, room_id: str, *, since: datetime) -> list[Booking]:
        """A room's bookings that are not over at a moment, the first first; also those that no longer stand."""
        query = select(bookings).where(bookings.c.room_id == room_id, bookings.c.ends_at > since)
        return self._all(query.order_by(bookings.c.starts_at, bookings.c.id))

    def with_capital(self, person_id: str, room_id: str) -> list[Booking]:
        """Somebody's bookings of a room that are, or are to be, paid with capital."""
        mine = (bookings.c.person_id == person_id) & (bookings.c.room_id == room_id) & (bookings.c.paid_by == "capital")
        return self._all(select(bookings).where(mine, bookings.c.status.in_((*BLOCKING, "released"))))

    def beginning(self, venue_id: str, since: datetime, until: datetime) -> list[Booking]:
        """What became firm of what begins from one moment until another, also what was cancelled or to which nobody came."""
        c = bookings.c
        mine = (c.venue_id == venue_id) & (c.starts_at >= since) & (c.starts_at < until) & c.confirmed_at.is_not(None)
        return self._all(select(bookings).where(mine).order_by(c.starts_at, c.id))

    def of_series(self, series_id: str) -> list[Booking]:
        """All of a series, also what no longer stands, by the day it was meant for."""
        query = select(bookings).where(bookings.c.series_id == series_id, bookings.c.renter_id.is_not(None))
        return self._all(query.order_by(bookings.c.series_day, bookings.c.created_at, bookings.c.id))

    def due(self, now: datetime) -> list[Booking]:
        """What waited and has lapsed."""
        query = select(bookings).where(bookings.c.status.in_(WAITING), bookings.c.expires_at <= now)
        return self._all(query.order_by(bookings.c.expires_at, bookings.c.id))

    def options(self) -> list[Booking]:
        """Those of whose end nobody was told yet."""
        waits = (bookings.c.status == "option") & bookings.c.expires_at.is_not(None) & bookings.c.warned_at.is_(None)
        return self._all(select(bookings).where(waits).order_by(bookings.c.expires_at, bookings.c.id))

    def awaited(self, now: datetime) -> list[Booking]:
        """Confirmed, going on, and nobody came yet; in all venues, the first first."""
        c = bookings.c
        going_on = (c.starts_at <= now) & (c.starts_at > now - LONGEST) & (c.ends_at > now)
        query = select(bookings).where(c.status == "confirmed", c.arrived_at.is_(None), c.left_at.is_(None), going_on)
        return self._all(query.order_by(c.starts_at, c.id))

    # Letters that are still to be written -------------------------------------------------------------------------

    def add_letter(self, booking: Booking, kind: str, now: datetime) -> None:
        letter = Letter(self.store.new_id(now), booking.network_id, booking.id, kind, now)
        self.run(insert(booking_letters).values(vars(letter)))
        self.noted.append(letter)

    def letters(self) -> list[Letter]:
        """The oldest first."""
        order = booking_letters.c.created_at, booking_letters.c.id
        return [Letter(**row._mapping) for row in self.run(select(booking_letters).order_by(*order))]

    def drop_letter(self, letter: Letter) -> bool:
        """Whether it was still there: two who write at once write it once."""
        return self.run(delete(booking_letters).where(booking_letters.c.id == letter.id)).rowcount > 0

    def drop_letters(self, booking_ids: list[str]) -> None:
        """Nothing is written about these any more."""
        self.run(delete(booking_letters).where(booking_letters.c.booking_id.in_(booking_ids)))

    # Renters ------------------------------------------------------------------------------------------------------

    def add_renter(self, renter: Renter) -> Renter:
        self.run(insert(renters).values(vars(renter)))
        return renter

    def set_renter(self, renter: Renter, **values: Any) -> Renter:
        self.run(update(renters).where(renters.c.id == renter.id).values(values))
        return Renter(**{**vars(renter), **values})

    def renter(self, renter_id: str) -> Renter | None:
        row = self.one(select(renters).where(renters.c.id == renter_id))
        return Renter(**row._mapping) if row else None

    def renter_of(self, person_id: str) -> Renter | None:
        row = self.one(select(renters).where(renters.c.person_id == person_id))
        return Renter(**row._mapping) if row else None

    def rented_as(self, person_id: str) -> list[str]:
        """The ids of all renters that are this member: as they typed it themselves, and as hosts did for them."""
        mine = (renters.c.person_id == person_id) | (renters.c.for_id == person_id)
        return list(self.run(select(renters.c.id).where(mine)).scalars())

    def renters(self, ids: Iterable[str]) -> dict[str, Renter]:
        """By their id."""
        rows = self.run(select(renters).where(renters.c.id.in_(list(ids))))
        return {row.id: Renter(**row._mapping) for row in rows}
