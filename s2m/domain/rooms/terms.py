"""On what terms a room is let. They change by a new version, as house rules do: a booking keeps the one it was made under."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import money
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.venues import PLAN_AHEAD, Hours, Room, Venue, the_room

if TYPE_CHECKING:
    from s2m.store import Store

SETUPS = ("boardroom", "u_shape", "classroom", "theatre", "cabaret", "reception")
BOOKABLE_BY = ("anyone", "members", "hosts")
EQUIPMENT = ("screen", "projector", "whiteboard", "flip_chart", "video_call", "sound", "daylight", "air_conditioning", "kitchen")


@dataclass(frozen=True)
class RoomTerms:
    """Times in minutes, horizon in days, option_hours in hours; prices in cents without VAT, 0 where that is not offered.

    setups: how many people fit, by how the room is set up; bookable_by: anyone, members or hosts. hours and off_peak: as a
    venue's opening hours; hours None means the venue's own. half_day_cents is for up to four hours, day_cents for a day.
    off_peak_percent and member_percent come off the price. vat: hundredths of a percent. extras: ids of those of the house that
    are offered here, sorted. tiers: (hours, percent): cancelled less than so many hours before the start, so much is due; the
    earliest first. warn_after and release_after: minutes after the start in which nobody came; 0: never. dots_per_hour: what an
    hour costs in capital (0: not to be had for it), dots_limit: at most so many a person and calendar month.
    """

    setups: Mapping[str, int] = field(default_factory=dict)
    equipment: tuple[str, ...] = ()
    step_free: bool = False
    hearing_loop: bool = False
    bookable_by: str = "anyone"
    buffer_before: int = 0
    buffer_after: int = 15
    shortest: int = 30
    longest: int = 12 * 60
    notice: int = 0
    horizon: int = 366
    hours: Hours | None = None
    open_on_holidays: bool = False
    hour_cents: int = 0
    half_day_cents: int = 0
    day_cents: int = 0
    off_peak_percent: int = 0
    off_peak: Hours = field(default_factory=dict)
    member_percent: int = 0
    vat: int = 2100
    extras: tuple[str, ...] = ()
    tiers: tuple[tuple[int, int], ...] = ((168, 25), (48, 50), (24, 100))
    option_hours: int = 48
    approval: bool = False
    warn_after: int = 15
    release_after: int = 30
    deposit_cents: int = 0
    dots_per_hour: int = 0
    dots_limit: int = 0
    id: str = ""

    def most(self, room: Room) -> int:
        """How many people fit in, however it is set up."""
        return max(self.setups.values(), default=room.capacity)

    def fits(self, people: int, room: Room) -> bool:
        return people <= self.most(room)

    @property
    def offers(self) -> frozenset[str]:
        """Codes of set-ups and ids of extras that can be had in the room."""
        return frozenset((*self.setups, *self.extras))

    @property
    def lowest(self) -> tuple[int, str] | None:
        """The lowest price on the list, in cents, and what it is for: hour, half_day or day; None where it is let for nothing."""
        hour = money.part(self.hour_cents, 100 - self.off_peak_percent, 100)
        listed = ((hour, "hour"), (self.half_day_cents, "half_day"), (self.day_cents, "day"))
        return next((one for one in listed if one[0]), None)


def terms_of(store: Store, room: Room, now: datetime) -> RoomTerms:
    """The terms in force. Raises Refused `not_let` for a room that is not let."""
    found = store.rooms.terms(room.id, now) if room.kind == "meeting" and not room.retired_at else None
    if found is None:
        raise Refused("not_let")
    return found


@dataclass(frozen=True)
class Version:
    """was: for each value that changed, what it was and what it became; empty for the first. by: a person's id."""

    id: str
    at: datetime
    by: str | None
    was: Mapping[str, tuple[object, object]]
    first: bool = False


def change_terms(
    store: Store, venue: Venue, room_id: str, terms: RoomTerms, by: str, now: datetime, *, effective_at: datetime | None = None
) -> None:
    """A new version, from now on or from later; what was booked before keeps its own.

    Raises NotFound; Refused `past`; Invalid `too_far` for more than a year ahead.
    """
    room = the_room(store, venue, room_id)
    if room.kind != "meeting" or not set(terms.extras) <= {extra.id for extra in store.rooms.extras(venue.id)}:
        raise NotFound()
    begins = effective_at or now
    if begins < now:
        raise Refused("past")
    if begins > now + PLAN_AHEAD:
        raise Invalid("from", "too_far")
    store.rooms.add_terms(room, terms, now, effective_at=begins, by=by)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="terms.change", venue_id=venue.id, object_id=room.id)


def withdraw_terms(store: Store, venue: Venue, room_id: str, version_id: str, by: str, now: datetime) -> None:
    """A planned version does not begin. Raises NotFound for one that has, or never was."""
    room = the_room(store, venue, room_id)
    if not store.rooms.drop_terms(room, version_id, now):
        raise NotFound()
    store.audit.record(
        venue.network_id, now, actor=by, role="host", action="terms.withdraw", venue_id=venue.id, object_id=room.id
    )


def versions(store: Store, room: Room, *, most: int = 10) -> list[Version]:
    """What changed in a room's terms and what is planned to, the latest first; a repeat of the same values is no change."""
    kept = store.rooms.versions(room.id, most=most + 1)
    found = []
    for (terms, at, by), (before, _at, _by) in itertools.pairwise(kept):
        old, new = vars(before), vars(terms)
        was = {name: (old[name], new[name]) for name in new if name != "id" and old[name] != new[name]}
        if was:
            found.append(Version(terms.id, at, by, was))
    if kept and len(kept) <= most:
        terms, at, by = kept[-1]
        found.append(Version(terms.id, at, by, {}, first=True))
    return found
