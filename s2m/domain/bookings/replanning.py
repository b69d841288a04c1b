"""Bookings of a series as they would be once something of them changes, before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from s2m.domain import rooms
from s2m.domain.bookings.planning import SKIP, House, Preview, Wish, decided, moments
from s2m.domain.bookings.renting import Details, pays_as_member

if TYPE_CHECKING:
    from s2m.domain.bookings.repeating import Times
    from s2m.domain.bookings.values import Booker, Booking, Series
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Room, Venue
    from s2m.store import Store


@dataclass(frozen=True)
class Change:
    """What becomes other of times that are booked; None: that stays as it is. extras: ids of those that are to come with it
    (True) or no longer (False); the others stay."""

    room: Room | None = None
    times: Times | None = None
    title: str | None = None
    title_hidden: bool | None = None
    people: int | None = None
    setup: str | None = None
    notes: str | None = None
    topics: tuple[str, ...] | None = None
    extras: Mapping[str, bool] = field(default_factory=dict)

    @property
    def asked(self) -> frozenset[str]:
        """The set-up and the extras that it brings."""
        return frozenset([self.setup] if self.setup else []) | {key for key, wanted in self.extras.items() if wanted}


def preview_change(
    store: Store, venue: Venue, targets: Sequence[Booking], change: Change, choices: Mapping[str, str], by: Booker, now: datetime
) -> Preview:
    """What would become of bookings of a series. choices: `skip` leaves that one as it is. Raises as `preview` does."""
    versions = {booking.terms_id: store.rooms.version(booking.terms_id) for booking in targets}
    rooms_of: dict[str, Room] = {room.id: room for room in store.venues.rooms(venue.id)}
    new_terms = rooms.terms_of(store, change.room, now) if change.room else None
    by_person = extras_by_person(store, venue, targets)
    as_member = cache(lambda person_id, lines: pays_as_member(store, person_id, lines))  # of a whole series mostly one question
    wishes = []
    for booking in targets:
        room = change.room or rooms_of.get(booking.room_id) or _retired(store, booking)
        terms = versions[booking.terms_id] if room.id == booking.room_id or new_terms is None else new_terms
        member = as_member(booking.person_id, booking.lines)
        wishes.append(_wish(venue, booking, room, terms, change, by_person, member=member))
    ordered = sorted(wishes, key=lambda wish: wish.day)
    house = House(store, venue, ordered, now, but=targets, was=versions)
    for wish in ordered:
        if choices.get(wish.day.isoformat()) == SKIP and (was := wish.booking):
            house.leave(was)
    return decided(house, ordered, choices, by)


def _retired(store: Store, booking: Booking) -> Room:
    room = store.venues.room(booking.room_id)
    assert room, "rooms are retired, never deleted"
    return room


def _wish(
    venue: Venue, booking: Booking, room: Room, terms: RoomTerms, change: Change, by_person: set[str], *, member: bool
) -> Wish:
    details = details_after(booking, change, by_person)
    local = booking.starts_at.astimezone(venue.zone).date()
    start, end, twice = moments(venue, local, change.times) if change.times else (booking.starts_at, booking.ends_at, False)
    stays = (start, end, room.id) == (booking.starts_at, booking.ends_at, booking.room_id)
    day = date.fromisoformat(booking.series_day) if booking.series_day else local
    return Wish(day, room, terms, start, end, twice, details, member, booking, stays, change.asked)


def extras_by_person(store: Store, venue: Venue, some: Iterable[Booking]) -> set[str]:
    """Ids of the extras of which there is one for each who comes: those that are offered, and those that some bookings have."""
    held = {extra_id for one in some for extra_id in one.extras}
    return {extra.id for extra in store.rooms.extras(venue.id, held=held) if extra.per == "person"}


def details_after(was: Booking | Series, change: Change, by_person: set[str]) -> Details:
    """What a meeting is then. by_person: ids of extras of which there is one for each who comes."""
    words = ("title", "title_hidden", "people", "setup", "notes", "topics")
    given = {name: getattr(was, name) if getattr(change, name) is None else getattr(change, name) for name in words}
    held = dict.fromkeys((key for key, wanted in change.extras.items() if wanted), 1) | was.extras
    kept = {key: count for key, count in held.items() if change.extras.get(key, True)}
    return Details(**given, extras={key: given["people"] if key in by_person else count for key, count in kept.items()})
