"""Whether a room can be had at a time: by its terms, by what closes it, and by what is booked. The database has the last word."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain.bookings.times import QUARTER
from s2m.domain.bookings.values import Booker
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.rooms import FAR, RoomTerms, closed_by, holiday, hours_of, open_during
from s2m.domain.venues import DAYS, Room, Venue, is_open

if TYPE_CHECKING:
    from collections.abc import Iterable

    from s2m.domain.rooms import Extra
    from s2m.store import Store

# What anybody may book at most, also a host, whatever the terms say; how far ahead is FAR
LONGEST = timedelta(days=30)


def check(venue: Venue, terms: RoomTerms, start: datetime, end: datetime, by: Booker, now: datetime) -> None:
    """Whether the terms allow it. Hosts are bound by none but that it is not over, nor beyond all bounds.

    Raises Invalid `booking_past`, `until_before`, `too_short_time`, `too_long_time`, `too_soon`, `booking_far`, `room_hours`,
    `closed_day`, `holiday`; Refused `members_only`, `hosts_only`.
    """
    if end <= start:
        raise Invalid("until", "until_before")
    if start < now - QUARTER:
        raise Invalid("from", "booking_past")
    if end - start > LONGEST or start > now + FAR:
        raise Invalid("day", "booking_far", days=FAR.days)
    if by.is_host:
        return
    if terms.bookable_by == "hosts":
        raise Refused("hosts_only")
    if terms.bookable_by == "members" and not by.is_member:
        raise Refused("members_only")
    _check_length(terms, end - start)
    if terms.notice and start < now + timedelta(minutes=terms.notice):
        raise Invalid("from", "too_soon", minutes=terms.notice)
    if start > now + timedelta(days=terms.horizon):
        raise Invalid("day", "booking_far", days=terms.horizon)
    _check_hours(venue, terms, start, end)


def _check_length(terms: RoomTerms, length: timedelta) -> None:
    if length < timedelta(minutes=terms.shortest):
        raise Invalid("until", "too_short_time", minutes=terms.shortest)
    if length > timedelta(minutes=terms.longest):
        raise Invalid("until", "too_long_time", minutes=terms.longest)


def _check_hours(venue: Venue, terms: RoomTerms, start: datetime, end: datetime) -> None:
    if open_during(venue, terms, start, end):
        return
    there, day = hours_of(venue, terms), start.astimezone(venue.zone).date()
    if is_open(there, start, end):  # but for a holiday: this day's, or of the day before, whose hours end after midnight
        name = holiday(day) or holiday(day - timedelta(days=1))
    else:
        name = "" if terms.open_on_holidays else holiday(day)
    if name:
        raise Invalid("day", "holiday", name=name)
    hours = there.opening_hours.get(DAYS[day.weekday()])
    if hours:
        raise Invalid("from", "room_hours", opens=hours[0], closes=hours[1])
    raise Invalid("day", "closed_day")


def check_free(store: Store, room: Room, terms: RoomTerms, start: datetime, end: datetime, *, but: str = "") -> None:
    """Whether nothing closes or blocks it, buffers included, here or in another calendar of the room.

    but: a booking that may be in the way, since it is the one that moves. Raises Conflict `room_closed`, `taken`,
    `taken_elsewhere`. The caller holds the chain's lock.
    """
    blocked_from, blocked_until = blocked(terms, start, end)
    if closure := closed_by(store.rooms.closures([room.id], start, end), start, end):
        raise Conflict("room_closed", reason=closure.reason)
    if store.bookings.blocking(room.id, blocked_from, blocked_until, but=but):
        raise Conflict("taken")
    if store.calendars.busy([room.id], blocked_from, blocked_until):
        raise Conflict("taken_elsewhere")


def blocked(terms: RoomTerms, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The time with its buffers."""
    return start - timedelta(minutes=terms.buffer_before), end + timedelta(minutes=terms.buffer_after)


def check_stock(store: Store, venue: Venue, chosen: dict[str, int], start: datetime, end: datetime, *, but: str = "") -> None:
    """Whether there are enough of each extra in the house at that time. Raises Conflict `extra_gone`. Under the chain's lock."""
    wanted = [extra for extra in store.rooms.extras(venue.id, held=chosen) if chosen.get(extra.id)]
    left = stock_left(store, venue, wanted, start, end, but=but)
    for extra in wanted:
        if chosen[extra.id] > left.get(extra.id, chosen[extra.id]):
            raise Conflict("extra_gone", name=extra.name, left=left[extra.id])


def stock_left(
    store: Store, venue: Venue, extras: Iterable[Extra], start: datetime, end: datetime, *, but: str = ""
) -> dict[str, int]:
    """How many of each extra are left in the house at a time, of those that are counted."""
    counted = [extra for extra in extras if extra.stock is not None]
    if not counted:
        return {}
    others = [one for one in store.bookings.between(venue.id, start, end) if one.id != but]
    return {one.id: max(0, (one.stock or 0) - sum(other.extras.get(one.id, 0) for other in others)) for one in counted}
