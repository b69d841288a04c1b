"""Calendars elsewhere in which our rooms are booked too: looked at by a job, kept without titles, and in the way of new bookings.

What stands here already and meets something there is not undone: hosts are shown both, and decide.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from s2m.domain import venues
from s2m.domain.calendars.values import Busy, Found, OutsideCalendar, Span
from s2m.domain.errors import Invalid
from s2m.domain.posts import canonical
from s2m.domain.rooms import Closure

if TYPE_CHECKING:
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Room, Venue
    from s2m.store import Store

# How the reader names what stands in a list of periods, which has no names
PERIOD = "period-"
EVERY = timedelta(hours=1)
# So far ahead at most, whatever a room's own horizon is
FARTHEST = timedelta(days=400)
# So many looks in a row that went wrong are told on the health page
TOLD_AFTER = 3
LONGEST = 2048
# More than any buffer
WIDEST = timedelta(days=1)
SIGNS = re.compile(r"[\x21-\x7e]+")


def address(given: object) -> str:
    """The https address that a host pasted; programs write webcal as well. Raises Invalid `url` (`empty`, `calendar_link`)."""
    text = given.strip() if isinstance(given, str) else ""
    if not text:
        raise Invalid("url", "empty")
    text = re.sub(r"^webcals?://", "https://", text, flags=re.IGNORECASE)
    try:
        parts = urlsplit(text)
        canonical.host(parts.hostname or "")
        plain = parts.scheme == "https" and "@" not in parts.netloc and parts.port in (None, 443)
    except (Invalid, ValueError):
        plain = False
    if not plain or not SIGNS.fullmatch(text) or "\\" in text or len(text) > LONGEST:
        raise Invalid("url", "calendar_link")
    return text


def link(store: Store, venue: Venue, room: Room, given: Mapping[str, object], by: str, now: datetime) -> OutsideCalendar:
    """From now on this calendar is looked at every hour; one that was linked before no longer is. Raises Invalid."""
    url = address(given.get("url"))
    store.ledger.lock_chain(venue.network_id, "audit")
    before = store.calendars.outside_of(room.id)
    if before:
        store.calendars.end_outside(before, now)
    made = OutsideCalendar(store.new_id(now), venue.network_id, room.id, url, by, now, now)
    store.calendars.add_outside(made)
    _note(store, venue, "calendar.link", made, by, now)
    return made


def unlink(store: Store, venue: Venue, room: Room, by: str, now: datetime) -> None:
    """What it kept busy is free again, and who waits for the room is offered it. Where there is none, nothing happens."""
    store.ledger.lock_chain(venue.network_id)
    standing = store.calendars.outside_of(room.id)
    if standing is None:
        return
    store.calendars.end_outside(standing, now)
    store.changed(venue.id)
    _note(store, venue, "calendar.unlink", standing, by, now)
    _freed(store, venue, room, now)


def look_again(store: Store, room: Room, now: datetime) -> None:
    """With the next round of the job, not in an hour."""
    standing = store.calendars.outside_of(room.id)
    if standing:
        store.calendars.set_outside(replace(standing, next_at=now))


def record(store: Store, calendar: OutsideCalendar, found: Found, now: datetime) -> None:
    """What a look gave replaces what was kept, and who waits for the room is offered what became free.

    One that went wrong changes none of that, and none counts once it is unlinked.
    """
    store.ledger.lock_chain(calendar.network_id)
    standing = store.calendars.outside(calendar.id)
    if standing is None or standing.ended_at:
        return
    tried = replace(standing, tried_at=now, next_at=now + EVERY)
    if found.problem:
        store.calendars.set_outside(replace(tried, failures=standing.failures + 1, problem=found.problem))
        return
    read = replace(tried, read_at=now, failures=0, problem="", skipped=found.skipped, cut=found.cut)
    store.calendars.set_outside(read)
    booked = store.calendars.booked(standing.room_id, now - timedelta(days=1))
    uids, times = {f"{one}@s2m" for one, *_ in booked}, {time for _, *both in booked for time in both}
    changed = store.calendars.replace_busy(standing, spans(without_ours(found.busy, uids, times)))
    room = store.venues.room(standing.room_id)
    venue = store.venues.get(room.venue_id) if room else None
    assert room and venue, "rooms and venues are retired, never deleted"
    if changed:
        store.changed(venue.id)
    # Also the first time: what the calendar before this one kept busy may not be in it
    if changed or standing.read_at is None:
        _freed(store, venue, room, now)


def _freed(store: Store, venue: Venue, room: Room, now: datetime) -> None:
    """Something may be free that was not: whoever waits for the room is offered what is. Under the chain's lock."""
    from s2m.domain.bookings import waiting

    waiting.freed(store, venue, room.id, now, now + FARTHEST, now)


def all_closed(
    store: Store, lets: Sequence[tuple[Room, RoomTerms]], start: datetime, end: datetime, reason: str = ""
) -> list[Closure]:
    """What closes rooms that are let, the first first: what a host closed, what other calendars say. reason: of the latter."""
    here = store.rooms.closures([room.id for room, _terms in lets], start, end)
    return sorted(here + closures(store, lets, start, end, reason), key=lambda one: one.starts_at)


def closures(
    store: Store, lets: Sequence[tuple[Room, RoomTerms]], start: datetime, end: datetime, reason: str = ""
) -> list[Closure]:
    """When rooms are taken elsewhere, as whoever shows or looks for free times knows what is closed: no meeting fits into it.

    lets: as `store.rooms.let`. Widened by the buffers that a meeting here has after and before it, as `check_free` reckons.
    """
    rooms = {room.id: (room, terms) for room, terms in lets}
    found = []
    for room_id, starts, ends in store.calendars.busy(rooms, start - WIDEST, end + WIDEST):
        room, terms = rooms[room_id]
        since, until = starts - timedelta(minutes=terms.buffer_after), ends + timedelta(minutes=terms.buffer_before)
        if since < end and until > start:
            found.append(Closure("", room.network_id, room_id, since, until, reason, "", starts))
    return found


def window(venue: Venue, now: datetime, horizon: timedelta = FARTHEST) -> tuple[datetime, datetime]:
    """From the last midnight on, as far as the room can be booked, and 400 days at most."""
    start = venues.day_start(venue, now)
    return start, start + min(horizon + timedelta(days=1), FARTHEST)


def public_uid(kind: str, uid: str) -> str:
    """What a meeting is called where all may read: nobody finds the booking behind it.

    kind: `busy`, or `outside` for what we only pass on, which other installations do not read again.
    """
    return f"{kind}-{hashlib.sha256(uid.encode()).hexdigest()[:32]}@s2m"


def without_ours(busy: tuple[Busy, ...], uids: set[str], times: set[Span] | None = None) -> tuple[Busy, ...]:
    """Less what the other calendar has from us: a booking would be in its own way. uids: those of the room's bookings; times:
    theirs with and without buffers, by which a bare list of periods is known."""
    ours = uids | {public_uid("busy", uid) for uid in uids}

    def is_ours(one: Busy) -> bool:
        return one.uid in ours or (one.uid.startswith(PERIOD) and (one.starts_at, one.ends_at) in (times or ()))

    return tuple(one for one in busy if not is_ours(one))


def spans(busy: Iterable[Busy]) -> list[Span]:
    """When anything is there, in order: what overlaps is one."""
    found: list[Span] = []
    for starts, ends in sorted((one.starts_at, one.ends_at) for one in busy):
        if found and starts < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def _note(store: Store, venue: Venue, action: str, calendar: OutsideCalendar, by: str, now: datetime) -> None:
    store.audit.record(
        venue.network_id, now, actor=by, role="host", action=action, venue_id=venue.id, object_id=calendar.id
    )  # fmt: skip
