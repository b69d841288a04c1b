"""What is repeated, and who waits for a room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from s2m.domain.bookings.values import Series, Wait
from s2m.store.part import Part
from s2m.store.schema import bookings, renters, series, waits

_IN_LINE = waits.c.state.in_(("waiting", "offered"))


def _series(row: Row[Any]) -> Series:
    given = dict(row._mapping)
    return Series(**{**given, "topics": tuple(given["topics"])})


class AllSeries(Part):
    def add(self, one: Series) -> Series:
        self.run(insert(series).values(vars(one)))
        return one

    def set(self, one: Series, **values: Any) -> Series:
        self.run(update(series).where(series.c.id == one.id).values(values))
        return Series(**{**vars(one), **values})

    def get(self, series_id: str) -> Series | None:
        row = self.one(select(series).where(series.c.id == series_id))
        return _series(row) if row else None

    def hand_over(self, one: Series, to: Series, day: str) -> None:
        """What is on a day or later belongs to another series from now on."""
        mine = (bookings.c.series_id == one.id) & (bookings.c.series_day >= day)
        self.run(update(bookings).where(mine).values(series_id=to.id))


class Waits(Part):
    def add(self, wait: Wait) -> Wait:
        self.run(insert(waits).values(vars(wait)))
        self.store.changed(wait.venue_id)
        return wait

    def set(self, wait: Wait, **values: Any) -> Wait:
        self.run(update(waits).where(waits.c.id == wait.id).values(values))
        self.store.changed(wait.venue_id)
        return Wait(**{**vars(wait), **values})

    def _one(self, where: Any) -> Wait | None:
        row = self.one(select(waits).where(where))
        return Wait(**row._mapping) if row else None

    def get(self, wait_id: str) -> Wait | None:
        return self._one(waits.c.id == wait_id)

    def by_secret(self, secret_hash: str) -> Wait | None:
        return self._one(waits.c.secret_hash == secret_hash)

    def offered(self, booking_id: str) -> Wait | None:
        """Whoever this room was offered to."""
        return self._one(waits.c.offered_booking_id == booking_id)

    def _all(self, query: Any) -> list[Wait]:
        return [Wait(**row._mapping) for row in self.run(query)]

    def waiting(self, venue_id: str, start: datetime, end: datetime, room_ids: Iterable[str]) -> list[Wait]:
        """Who waits for one of these rooms, or for any, at a time that overlaps it: who joined first, first."""
        c = waits.c
        fits = (c.starts_at < end) & (c.ends_at > start) & (c.room_id.is_(None) | c.room_id.in_(list(room_ids)))
        query = select(waits).where(c.venue_id == venue_id, c.state == "waiting", fits)
        return self._all(query.order_by(c.created_at, c.id))

    def line(self, venue_id: str) -> list[Wait]:
        """Everybody in line at a venue, who joined first, first."""
        query = select(waits).where(waits.c.venue_id == venue_id, _IN_LINE)
        return self._all(query.order_by(waits.c.created_at, waits.c.id))

    def of_person(self, person_id: str) -> list[Wait]:
        """What somebody is in line for, by when it is."""
        query = select(waits).where(waits.c.person_id == person_id, _IN_LINE)
        return self._all(query.order_by(waits.c.starts_at, waits.c.id))

    def listed(self, person_id: str) -> list[Wait]:
        """The same, and what somebody said yes to and has not booked yet."""
        c, held = waits.c, select(bookings.c.id).where(bookings.c.person_id == person_id, bookings.c.status == "hold")
        theirs = c.person_id == person_id, _IN_LINE | ((c.state == "taken") & c.offered_booking_id.in_(held))
        return self._all(select(waits).where(*theirs).order_by(c.starts_at, c.id))

    def of_mail(self, network_id: str, email: str) -> list[Wait]:
        """What whoever reads an address is in line for, by when it is."""
        theirs = waits.c.renter_id.in_(select(renters.c.id).where(renters.c.network_id == network_id, renters.c.email == email))
        return self._all(select(waits).where(theirs, _IN_LINE).order_by(waits.c.starts_at, waits.c.id))

    def had(self, wait: Wait, email: str) -> bool:
        """Whether whoever waits, or reads an address, was offered that time already, and answered or did not."""
        c = waits.c
        mails = select(renters.c.id).where(renters.c.network_id == wait.network_id, renters.c.email == email)
        theirs = c.person_id == wait.person_id if wait.person_id else c.renter_id.in_(mails)
        same = (c.venue_id == wait.venue_id) & (c.starts_at < wait.ends_at) & (c.ends_at > wait.starts_at)
        if wait.room_id:
            same &= c.room_id.is_(None) | (c.room_id == wait.room_id)
        over = c.ended_at.is_not(None) & c.offered_booking_id.is_not(None)
        return self.one(select(c.id).where(theirs, same, over).limit(1)) is not None

    def over(self, now: datetime) -> list[Wait]:
        """What nobody needs to wait for any more, since that time is over."""
        return self._all(select(waits).where(waits.c.state.in_(("unproven", "waiting")), waits.c.ends_at <= now))

    def untold(self) -> list[Wait]:
        """Offers of which no mail was written yet."""
        query = select(waits).where(waits.c.state == "offered", waits.c.told_at.is_(None))
        return self._all(query.order_by(waits.c.created_at, waits.c.id))
