"""The terms of rooms, extras of the house, closures, and pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, func, insert, select, update

from s2m.domain.instants import MICROSECOND
from s2m.domain.rooms import Closure, Extra, RoomPicture, RoomTerms
from s2m.domain.venues import Room, Venue
from s2m.store.part import Part, among
from s2m.store.schema import closures, extras, room_pictures, room_terms, rooms

if TYPE_CHECKING:
    from s2m.store import Store

AT_ONCE = timedelta(milliseconds=1)
_SHOWN = [room_pictures.c[f.name] for f in fields(RoomPicture)]
_NAMES = [f.name for f in fields(RoomTerms)]
_COLUMNS = [room_terms.c[name] for name in _NAMES]


def _terms(row: Row[Any]) -> RoomTerms:
    columns = row._mapping
    given = {name: columns[name] for name in _NAMES}
    lists = {name: tuple(given[name]) for name in ("equipment", "extras")}
    return RoomTerms(**{**given, **lists, "tiers": tuple((hours, percent) for hours, percent in given["tiers"])})


class Rooms(Part):
    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._versions: dict[str, RoomTerms] = {}  # that this transaction read

    def add_terms(self, room: Room, terms: RoomTerms, now: datetime, *, effective_at: datetime, by: str | None) -> RoomTerms:
        """Of two for the same moment the later one counts; neither is changed, since a booking may hold it."""
        at = room_terms.c.effective_at
        same = (room_terms.c.room_id == room.id) & (at >= effective_at) & (at < effective_at + AT_ONCE)
        effective_at = max([effective_at, *(taken + MICROSECOND for taken in self.run(select(at).where(same)).scalars())])
        row = asdict(terms) | {"id": self.store.new_id(now)}
        key = {"network_id": room.network_id, "room_id": room.id, "effective_at": effective_at}
        self.run(insert(room_terms).values(**row, **key, created_by=by, created_at=now))
        self.store.changed(room.venue_id)
        return RoomTerms(**{**vars(terms), "id": row["id"]})

    def terms(self, room_id: str, now: datetime) -> RoomTerms | None:
        """Those in force at a moment."""
        mine = (room_terms.c.room_id == room_id) & (room_terms.c.effective_at <= now)
        row = self.one(select(*_COLUMNS).where(mine).order_by(room_terms.c.effective_at.desc()).limit(1))
        return _terms(row) if row else None

    def version(self, terms_id: str) -> RoomTerms:
        """The version that a booking was made under; it is never changed or deleted, so of a whole series it is read once."""
        if terms_id not in self._versions:
            self._versions[terms_id] = _terms(self.run(select(*_COLUMNS).where(room_terms.c.id == terms_id)).one())
        return self._versions[terms_id]

    def versions(self, room_id: str, *, most: int) -> list[tuple[RoomTerms, datetime, str | None]]:
        """The latest versions, planned ones too, each with when it begins and who made it; the latest first."""
        query = select(*_COLUMNS, room_terms.c.effective_at, room_terms.c.created_by).where(room_terms.c.room_id == room_id)
        rows = self.run(query.order_by(room_terms.c.effective_at.desc()).limit(most))
        return [(_terms(row), row.effective_at, row.created_by) for row in rows]

    def drop_terms(self, room: Room, version_id: str, now: datetime) -> bool:
        """Whether there was such a version, that has not begun: no booking holds it yet."""
        planned = (room_terms.c.room_id == room.id) & (room_terms.c.id == version_id) & (room_terms.c.effective_at > now)
        gone = self.run(delete(room_terms).where(planned)).rowcount
        self.store.changed(room.venue_id)
        return bool(gone)

    def let(self, venue_id: str, now: datetime) -> list[tuple[Room, RoomTerms]]:
        """The rooms of a venue that are let, with the terms in force, by floor and name."""
        newest = (
            select(room_terms.c.room_id, func.max(room_terms.c.effective_at).label("at"))
            .where(room_terms.c.effective_at <= now)
            .group_by(room_terms.c.room_id)
            .subquery()
        )
        here = (rooms.c.venue_id == venue_id) & (rooms.c.kind == "meeting") & rooms.c.retired_at.is_(None)
        query = (
            select(room_terms.c.room_id, *_COLUMNS)
            .join(newest, (newest.c.room_id == room_terms.c.room_id) & (newest.c.at == room_terms.c.effective_at))
            .join(rooms, rooms.c.id == room_terms.c.room_id)
            .where(here)
        )
        found = {row.room_id: _terms(row) for row in self.run(query)}
        return [(room, found[room.id]) for room in self.store.venues.rooms(venue_id) if room.id in found]

    # Extras -------------------------------------------------------------------------------------------------------

    def add_extra(self, extra: Extra) -> None:
        self.run(insert(extras).values(vars(extra)))
        self.store.changed(extra.venue_id)

    def extras(self, venue_id: str, *, held: Iterable[str] = ()) -> list[Extra]:
        """Those that are offered, by name. held: ids of those that a booking has, also where they are retired."""
        counts = extras.c.retired_at.is_(None) | extras.c.id.in_(list(held))
        query = select(extras).where(extras.c.venue_id == venue_id, counts)
        return [Extra(**row._mapping) for row in self.run(query.order_by(extras.c.name))]

    def set_stock(self, venue: Venue, extra_id: str, stock: int | None) -> None:
        self.run(update(extras).where(extras.c.id == extra_id).values(stock=stock))
        self.store.changed(venue.id)

    def retire_extra(self, venue: Venue, extra_id: str, now: datetime) -> None:
        self.run(update(extras).where(extras.c.id == extra_id).values(retired_at=now))
        self.store.changed(venue.id)

    # Closures -----------------------------------------------------------------------------------------------------

    def add_closure(self, venue: Venue, closure: Closure) -> None:
        self.run(insert(closures).values(vars(closure)))
        self.store.changed(venue.id)

    def closure(self, closure_id: str) -> Closure | None:
        row = self.one(select(closures).where(closures.c.id == closure_id))
        return Closure(**row._mapping) if row else None

    def end_closure(self, venue: Venue, closure: Closure, now: datetime) -> None:
        self.run(update(closures).where(closures.c.id == closure.id).values(ended_at=now))
        self.store.changed(venue.id)

    def closures(self, room_ids: list[str], start: datetime, end: datetime) -> list[Closure]:
        """Those of these rooms that have time in common with start to end, the first first."""
        overlaps = (closures.c.starts_at < end) & (closures.c.ends_at > start) & closures.c.ended_at.is_(None)
        query = select(closures).where(among(closures.c.room_id, room_ids), overlaps)
        return [Closure(**row._mapping) for row in self.run(query.order_by(closures.c.starts_at, closures.c.id))]

    # Pictures -----------------------------------------------------------------------------------------------------

    def add_picture(self, venue: Venue, picture: RoomPicture, content: bytes) -> None:
        self.run(insert(room_pictures).values(**vars(picture), content=content))
        self.store.changed(venue.id)

    def pictures(self, room_id: str) -> list[RoomPicture]:
        return self.pictures_of([room_id]).get(room_id, [])

    def pictures_of(self, room_ids: list[str]) -> dict[str, list[RoomPicture]]:
        """By room, each in its order; without their content."""
        query = select(*_SHOWN).where(room_pictures.c.room_id.in_(room_ids))
        found: dict[str, list[RoomPicture]] = {}
        for row in self.run(query.order_by(room_pictures.c.place, room_pictures.c.id)):
            found.setdefault(row.room_id, []).append(RoomPicture(**row._mapping))
        return found

    def picture(self, picture_id: str) -> RoomPicture | None:
        row = self.one(select(*_SHOWN).where(room_pictures.c.id == picture_id))
        return RoomPicture(**row._mapping) if row else None

    def picture_content(self, picture_id: str) -> bytes:
        """A WebP."""
        return bytes(self.run(select(room_pictures.c.content).where(room_pictures.c.id == picture_id)).scalar_one())

    def set_picture(self, venue: Venue, picture_id: str, **values: str | int) -> None:
        self.run(update(room_pictures).where(room_pictures.c.id == picture_id).values(values))
        self.store.changed(venue.id)

    def drop_picture(self, venue: Venue, picture_id: str) -> None:
        self.run(delete(room_pictures).where(room_pictures.c.id == picture_id))
        self.store.changed(venue.id)
