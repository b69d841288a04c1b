"""Feeds that are read by a secret address, and what other calendars say of our rooms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from s2m.domain.bookings.values import BLOCKING
from s2m.domain.calendars.values import Feed, OutsideCalendar, Span
from s2m.store.part import Part, among
from s2m.store.schema import bookings, feeds, outside_busy, outside_calendars, rooms

_FEED = [c for c in feeds.c if c.name != "secret_hash"]


class Calendars(Part):
    # Feeds --------------------------------------------------------------------------------------------------------

    def add_feed(self, feed: Feed, secret_hash: str) -> None:
        self.run(insert(feeds).values(vars(feed) | {"secret_hash": secret_hash}))

    def feed(self, secret_hash: str) -> Feed | None:
        """One that stands."""
        row = self.one(select(*_FEED).where(feeds.c.secret_hash == secret_hash, feeds.c.ended_at.is_(None)))
        return Feed(**row._mapping) if row else None

    def feed_of(self, person_id: str, room_id: str | None) -> Feed | None:
        whose = (feeds.c.person_id == person_id) & (feeds.c.room_id == room_id if room_id else feeds.c.room_id.is_(None))
        row = self.one(select(*_FEED).where(whose, feeds.c.ended_at.is_(None)))
        return Feed(**row._mapping) if row else None

    def end_feed(self, feed: Feed, now: datetime) -> None:
        self.run(update(feeds).where(feeds.c.id == feed.id).values(ended_at=now))

    # Other calendars ----------------------------------------------------------------------------------------------

    def add_outside(self, calendar: OutsideCalendar) -> None:
        self.run(insert(outside_calendars).values(vars(calendar)))

    def set_outside(self, calendar: OutsideCalendar) -> None:
        self.run(update(outside_calendars).where(outside_calendars.c.id == calendar.id).values(vars(calendar)))

    def outside(self, calendar_id: str) -> OutsideCalendar | None:
        """Nobody ends it before this transaction is over."""
        row = self.one(select(outside_calendars).where(outside_calendars.c.id == calendar_id).with_for_update())
        return OutsideCalendar(**row._mapping) if row else None

    def outside_of(self, room_id: str) -> OutsideCalendar | None:
        """The one that is linked to a room."""
        mine = (outside_calendars.c.room_id == room_id) & outside_calendars.c.ended_at.is_(None)
        row = self.one(select(outside_calendars).where(mine))
        return OutsideCalendar(**row._mapping) if row else None

    def end_outside(self, calendar: OutsideCalendar, now: datetime) -> None:
        """With all that it kept busy."""
        self.run(update(outside_calendars).where(outside_calendars.c.id == calendar.id).values(ended_at=now))
        self.run(delete(outside_busy).where(outside_busy.c.room_id == calendar.room_id))

    def due(self, now: datetime, *, most: int) -> list[OutsideCalendar]:
        """Calendars to be looked at, of rooms that are in use, the longest due first."""
        query = select(outside_calendars).join(rooms, rooms.c.id == outside_calendars.c.room_id)
        stands = outside_calendars.c.ended_at.is_(None) & (outside_calendars.c.next_at <= now) & rooms.c.retired_at.is_(None)
        found = self.run(query.where(stands).order_by(outside_calendars.c.next_at).limit(most))
        return [OutsideCalendar(**row._mapping) for row in found]

    def failing(self, venue_id: str, least: int) -> list[str]:
        """The names of rooms of a venue whose other calendar could not be read so many times in a row."""
        query = select(rooms.c.name).join(outside_calendars, rooms.c.id == outside_calendars.c.room_id)
        stands = outside_calendars.c.ended_at.is_(None) & (outside_calendars.c.failures >= least) & rooms.c.retired_at.is_(None)
        return list(self.run(query.where(stands, rooms.c.venue_id == venue_id).order_by(rooms.c.name)).scalars())

    def replace_busy(self, calendar: OutsideCalendar, spans: Iterable[Span]) -> bool:
        """All at once; whether anything is otherwise than it was. spans: apart from each other."""
        mine, after = outside_busy.c.room_id == calendar.room_id, set(spans)
        before = self.run(select(outside_busy.c.starts_at, outside_busy.c.ends_at).where(mine))
        if {(row.starts_at, row.ends_at) for row in before} == after:
            return False
        self.run(delete(outside_busy).where(mine))
        whose = {"network_id": calendar.network_id, "room_id": calendar.room_id}
        if after:
            rows = [{**whose, "starts_at": starts, "ends_at": ends} for starts, ends in after]
            self.connection.execute(insert(outside_busy), rows)
        return True

    def kept(self, calendar: OutsideCalendar) -> int:
        """How many times it keeps its room busy."""
        mine = outside_busy.c.room_id == calendar.room_id
        return int(self.run(select(func.count()).select_from(outside_busy).where(mine)).scalar_one())

    def booked(self, room_id: str, since: datetime) -> list[tuple[str, Span, Span]]:
        """All bookings of a room that are not over at a moment, whatever became of them: id, time, time with buffers."""
        c = bookings.c
        query = select(c.id, c.starts_at, c.ends_at, c.blocked_from, c.blocked_until)
        rows = self.run(query.where(c.room_id == room_id, c.ends_at > since))
        return [(row.id, (row.starts_at, row.ends_at), (row.blocked_from, row.blocked_until)) for row in rows]

    def clashes(self, venue_id: str, now: datetime) -> list[tuple[str, str, datetime, datetime]]:
        """Bookings that stand and meet something in another calendar of their room, the first first: (room id, booking id, and
        when it is taken there, the first time if there are several)."""
        b, o, others = bookings.c, outside_busy.c, outside_busy.alias("others").c
        first = select(func.min(others.ends_at)).where(others.room_id == b.room_id, others.ends_at > b.blocked_from)
        meet = (o.room_id == b.room_id) & (o.ends_at == first.scalar_subquery()) & (o.starts_at < b.blocked_until)
        linked = select(outside_calendars.c.room_id).where(outside_calendars.c.ended_at.is_(None))
        stands = b.status.in_(BLOCKING) & (b.status != "hold") & (b.ends_at > now)
        stands &= (b.venue_id == venue_id) & b.room_id.in_(linked)
        query = select(b.room_id, b.id, o.starts_at, o.ends_at).join_from(bookings, outside_busy, meet)
        return [tuple(row) for row in self.run(query.where(stands).order_by(b.starts_at))]

    def busy(self, room_ids: Iterable[str], start: datetime, end: datetime) -> list[tuple[str, datetime, datetime]]:
        """What other calendars have in these rooms between two moments, in order: (room id, from when, until when)."""
        o = outside_busy.c
        meets = among(o.room_id, room_ids) & (o.starts_at < end) & (o.ends_at > start)
        query = select(o.room_id, o.starts_at, o.ends_at).where(meets).order_by(o.starts_at, o.room_id)
        return [tuple(row) for row in self.run(query)]
