"""Bookings as the host's pages list them: a week as light rows, all that is asked for, coming or over, and what was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, type_coerce

from s2m.domain.bookings.values import BLOCKING, Booking
from s2m.store.bookings import LONGEST, booking_in
from s2m.store.part import Part
from s2m.store.schema import audit, bookings, renters
from s2m.store.schema.columns import Whole

_C = bookings.c
ENDED = ("cancelled", "declined", "expired", "released")


class Strip(NamedTuple):
    """A booking as it is drawn in a week; moments in microseconds since 1970, as they are kept: thousands of them are not made
    into objects only to become numbers again."""

    room_id: str
    start: int
    end: int
    blocked_from: int
    blocked_until: int
    status: str


class Listed(NamedTuple):
    """A booking with who rents."""

    booking: Booking
    name: str
    company: str
    email: str

    @property
    def renter(self) -> str:
        return self.company or self.name


class Desk(Part):
    def strips(self, venue_id: str, start: datetime, end: datetime) -> list[Strip]:
        """What blocks rooms of a venue in a time, in no order."""
        ends = func.coalesce(_C.left_at, _C.ends_at)
        moments = [type_coerce(one, Whole) for one in (_C.starts_at, ends, _C.blocked_from, _C.blocked_until)]
        query = select(_C.room_id, *moments, _C.status).where(
            _C.venue_id == venue_id, _C.status.in_(BLOCKING), _C.starts_at < end, _C.starts_at > start - LONGEST, ends > start
        )
        return list(map(Strip._make, self.run(query)))

    def asked_for(self, venue_id: str) -> int:
        """How many requests wait for the host."""
        query = select(func.count()).select_from(bookings).where(_C.venue_id == venue_id, _C.status == "requested")
        return int(self.run(query).scalar_one())

    def find(self, venue_id: str, which: str, text: str, now: datetime, *, most: int, skip: int = 0) -> list[Listed]:
        """Finished bookings of a kind (coming, requests, options, past, cancelled), whose renter or title holds this text."""
        return [_listed(row) for row in self.run(self._query(venue_id, which, text, now).limit(most).offset(skip))]

    def every(self, venue_id: str, which: str, text: str, now: datetime) -> Iterator[Listed]:
        """All of them, read as they are needed."""
        return map(_listed, self.each(self._query(venue_id, which, text, now), "bookings"))

    def _query(self, venue_id: str, which: str, text: str, now: datetime) -> Select[Any]:
        query = _LISTED.where(_C.venue_id == venue_id, _kinds(now)[which])
        if text:
            told = (renters.c.name, renters.c.company, renters.c.email, _C.title)
            query = query.where(or_(*(column.icontains(text, autoescape=True) for column in told)))
        newest_first = which in ("past", "cancelled")
        return query.order_by(_C.starts_at.desc() if newest_first else _C.starts_at, _C.id)

    def history(self, booking: Booking) -> list[dict[str, object]]:
        """What was done with a booking, the first first: rows of the audit trail."""
        query = select(audit).where(audit.c.network_id == booking.network_id, audit.c.object_id == booking.id)
        return [dict(row._mapping) for row in self.run(query.order_by(audit.c.n))]


_LISTED = select(bookings, renters.c.name.label("renter_name"), renters.c.company, renters.c.email).join(
    renters, renters.c.id == _C.renter_id
)


def _listed(row: Row[Any]) -> Listed:
    given = dict(row._mapping)
    told = [given.pop(name) for name in ("renter_name", "company", "email")]
    return Listed(booking_in(given), *told)


def _kinds(now: datetime) -> dict[str, ColumnElement[bool]]:
    stands, over = _C.status.in_(("confirmed", "option")), _C.ends_at <= now
    return {
        "coming": and_(stands, ~over), "requests": _C.status == "requested", "options": _C.status == "option",
        "past": and_(_C.status == "confirmed", over), "cancelled": _C.status.in_(ENDED),
    }  # fmt: skip

