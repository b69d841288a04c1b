"""When a room can be had: its hours, public holidays, and times for which a host closed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import holidays

from s2m.domain import fields
from s2m.domain.agenda import Moment, moment
from s2m.domain.errors import Invalid, NotFound
from s2m.domain.venues import Room, Venue, opening, the_room

if TYPE_CHECKING:
    from s2m.domain.rooms.terms import RoomTerms
    from s2m.store import Store

# How far ahead anything is booked or closed
FAR = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Closure:
    id: str
    network_id: str
    room_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_by: str
    created_at: datetime
    ended_at: datetime | None = None


def hours_of(venue: Venue, terms: RoomTerms) -> Venue:
    """The venue as open as this room is."""
    return venue if terms.hours is None else replace(venue, opening_hours=terms.hours)


def open_on(venue: Venue, terms: RoomTerms, day: date) -> tuple[datetime, datetime] | None:
    """From when until when a room can be had on a day by its hours and by public holidays; None where not at all."""
    if not terms.open_on_holidays and holiday(day):
        return None
    return opening(hours_of(venue, terms), day)


def open_during(venue: Venue, terms: RoomTerms, start: datetime, end: datetime) -> bool:
    """Whether a room can be had from `start` to `end` by its hours and by public holidays: within the hours of one day, which may
    end after midnight and then are still those of the day on which they began."""
    today = start.astimezone(venue.zone).date()
    there = (open_on(venue, terms, day) for day in (today - timedelta(days=1), today))
    return any(hours and hours[0] <= start and end <= hours[1] for hours in there)


def holiday(day: date, language: str = "nl") -> str:
    """The name of the Dutch public holiday on a day; empty on all others."""
    return str(_holidays(day.year, "nl" if language == "nl" else "en_US").get(day, ""))


@cache
def _holidays(year: int, language: str) -> holidays.HolidayBase:
    return holidays.country_holidays("NL", years=year, language=language)


def holidays_of(year: int, language: str = "nl") -> list[tuple[date, str]]:
    """The Dutch public holidays of a year, the first first."""
    return sorted((day, str(name)) for day, name in _holidays(year, "nl" if language == "nl" else "en_US").items())


def parse_closure(venue: Venue, given: Mapping[str, object], now: datetime) -> tuple[datetime, datetime]:
    """From when until when, as a host typed it: from_day, from, until_day, until. Of an hour that comes twice all is closed.

    Raises Invalid `day_shape`, `clock_shape`, `clock_skipped`, `until_before`, `booking_past`, `closure_far`.
    """
    start = _end_of(venue, given, "from")
    until = _end_of(venue, given, "until")
    end = until.at + timedelta(hours=1) if until.twice else until.at
    if end <= start.at:
        raise Invalid("until", "until_before")
    if end <= now:
        raise Invalid("until_day", "booking_past")
    if end > now + FAR:
        raise Invalid("until_day", "closure_far")
    return start.at, end


def _end_of(venue: Venue, given: Mapping[str, object], name: str) -> Moment:
    try:
        return moment(venue, given.get(f"{name}_day"), given.get(name))
    except Invalid as error:
        raise Invalid(f"{name}_day" if error.data["field"] == "day" else name, error.code) from None


def closed_by(closures: Iterable[Closure], start: datetime, end: datetime) -> Closure | None:
    """The first closure that has time in common with start to end."""
    return next((one for one in closures if one.starts_at < end and one.ends_at > start), None)


def close(
    store: Store, venue: Venue, room_id: str, start: datetime, end: datetime, reason: object, by: str, now: datetime
) -> Closure:
    """Nobody can book then any more; what is booked stays, and the host sees it; what is offered to who waits is not.

    Raises Invalid `until_before`, and as in `fields`; NotFound for what is no meeting room of this venue.
    """
    from s2m.domain.bookings import waiting

    room = the_room(store, venue, room_id)
    if room.kind != "meeting":
        raise NotFound()
    if end <= start or end <= now:
        raise Invalid("until", "until_before")
    closure = Closure(
        store.new_id(now), venue.network_id, room.id, start, end, fields.line("reason", reason, fields.NAME_MAX), by, now
    )
    store.ledger.lock_chain(venue.network_id)
    store.rooms.add_closure(venue, closure)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="room.close", venue_id=venue.id, object_id=room.id)
    waiting.closed(store, venue, room.id, start, end, now)
    return closure


def reopen(store: Store, venue: Venue, closure_id: str, by: str, now: datetime) -> Room:
    """The room that can be booked again; who waits for it is offered it.

    Raises NotFound for a closure of another venue, or one that has ended.
    """
    from s2m.domain.bookings import waiting

    store.ledger.lock_chain(venue.network_id)
    closure = store.rooms.closure(closure_id)
    if closure is None or closure.ended_at:
        raise NotFound()
    room = the_room(store, venue, closure.room_id)
    store.rooms.end_closure(venue, closure, now)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="room.reopen", venue_id=venue.id, object_id=room.id)
    waiting.freed(store, venue, room.id, closure.starts_at, closure.ends_at, now)
    return room
