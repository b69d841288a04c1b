"""Places: networks, their venues with hours and policy, and the rooms in them.

Opening hours are local: {"mon": ["08:30", "18:00"], …}; a day that is missing or null is closed; a closing time
at or before the opening time is after midnight; "24:00" is midnight.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from s2m.domain import fields
from s2m.domain.errors import Invalid, NotFound
from s2m.domain.instants import clock_at

if TYPE_CHECKING:
    from s2m.store import Store

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROOM_KINDS = ("open", "quiet", "meeting")
Hours = Mapping[str, list[str] | None]
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# How far ahead house rules can be planned
PLAN_AHEAD = timedelta(days=366)
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# What a venue's policy may say, from and to
BOUNDS = {
    "seat_price": (0, 100), "floor": (-10_000, 0), "soft_floor": (-10_000, 10_000), "newcomers_grant": (0, 100),
    "thanks_amount": (0, 25), "thanks_given_per_day": (0, 20), "thanks_received_per_day": (0, 20), "thanks_per_pair": (0, 10),
    "thanks_accept_hours": (0, 168), "post_amount": (0, 25), "talk_amount": (0, 10), "talk_most": (0, 50),
    "day_pass_euro": (0, 500), "introduction_amount": (0, 25), "seat_cost_euro": (0, 500),
}  # fmt: skip
USUAL_HOURS: Hours = {day: ["08:30", "18:00"] if day not in ("sat", "sun") else None for day in DAYS}


@dataclass(frozen=True)
class Network:
    id: str
    name: str
    unit: str
    created_at: datetime


@dataclass(frozen=True)
class Venue:
    id: str
    network_id: str
    slug: str
    name: str
    timezone: str
    language: str
    opening_hours: Hours
    created_at: datetime
    retired_at: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Policy:
    """What a venue asks and gives, in whole units of social capital. A new one takes effect; the past keeps its own.

    day_pass_euro: whole euro for a day without capital, 0 where none is sold. seat_cost_euro: what a free seat costs the house a
    day, in whole euro, so that a meeting can say how many it carries; 0 where that is not told.
    """

    seat_price: int = 4
    floor: int = -8
    soft_floor: int = 0
    newcomers_grant: int = 12
    thanks_amount: int = 2
    thanks_given_per_day: int = 5
    thanks_received_per_day: int = 8
    thanks_per_pair: int = 3
    thanks_accept_hours: int = 24
    post_amount: int = 4
    talk_amount: int = 1
    talk_most: int = 12
    day_pass_euro: int = 0
    introduction_amount: int = 2
    seat_cost_euro: int = 0

    def carries(self, available: int) -> bool:
        """Whether a balance with so much available can hold one more seat."""
        return available - max(self.seat_price, 1) >= self.floor


@dataclass(frozen=True)
class PolicyChange:
    """was: for each value that changed, what it was and what it became. by: a person's id; None at the opening."""

    at: datetime
    by: str | None
    was: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Room:
    id: str
    network_id: str
    venue_id: str
    name: str
    kind: str
    floor: int
    capacity: int
    created_at: datetime
    retired_at: datetime | None = None


# Rules ---------------------------------------------------------------------------------------------------------


def closing_after(venue: Venue, at: datetime) -> datetime:
    """When a visit that starts at `at` ends by itself: that day's closing time, or midnight when that has passed.

    Local clock time, so the instant moves with daylight saving; returned in UTC.
    """
    today = at.astimezone(venue.zone).date()
    for day in (today - timedelta(days=1), today):
        closing = _closing_of(venue, day)
        if closing is not None and closing > at:
            return closing
    return _instant(venue, today, "24:00")


def seats(rooms: Iterable[Room]) -> int:
    """How many free seats a venue has: those in its open and quiet rooms."""
    return sum(room.capacity for room in rooms if room.kind in ("open", "quiet"))


def day_start(venue: Venue, at: datetime) -> datetime:
    """The midnight before `at` by the venue's clock."""
    return at.astimezone(venue.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def day_end(venue: Venue, at: datetime) -> datetime:
    """The midnight after `at` by the venue's clock, which may be 23 or 25 hours after the one before."""
    return day_start(venue, at) + timedelta(days=1)


def is_open(venue: Venue, start: datetime, end: datetime) -> bool:
    """Whether a venue is open from `start` to `end`, within the hours of one day (which may end after midnight)."""
    today = start.astimezone(venue.zone).date()
    there = (opening(venue, day) for day in (today - timedelta(days=1), today))
    return any(hours and hours[0] <= start and end <= hours[1] for hours in there)


def opening(venue: Venue, day: date) -> tuple[datetime, datetime] | None:
    """From when until when a venue is open on a day, which may end after midnight; None where it is closed."""
    hours, closing = venue.opening_hours.get(DAYS[day.weekday()]), _closing_of(venue, day)
    return (_instant(venue, day, hours[0]), closing) if hours and closing else None


def _closing_of(venue: Venue, day: date) -> datetime | None:
    hours = venue.opening_hours.get(DAYS[day.weekday()])
    if not hours:
        return None
    opens, closes = hours
    return _instant(venue, day + timedelta(days=1) if closes <= opens else day, closes)


def _instant(venue: Venue, day: date, clock: str) -> datetime:
    """When a clock shows a time; the later of the two where the hour comes twice, or is skipped."""
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    local = datetime.combine(day, time.fromisoformat(clock), venue.zone)
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def parse_hours(given: Mapping[str, tuple[str, str]]) -> Hours:
    """Opening hours from what a host typed, two clock times a day; both empty = closed. Raises Invalid `clock`."""
    hours: dict[str, list[str] | None] = {}
    for day in DAYS:
        opens, closes = (part.strip() for part in given.get(day, ("", "")))
        if not opens and not closes:
            hours[day] = None
        elif CLOCK.fullmatch(opens) and (CLOCK.fullmatch(closes) or closes == "24:00") and opens != closes:
            hours[day] = [opens, closes]
        else:
            raise Invalid(f"hours_{day}", "clock")
    return hours


def parse_day(venue: Venue, given: object, now: datetime) -> datetime | None:
    """The first moment of a day as a browser writes it (2027-01-01), by the venue's clock; None where it is empty or today.

    Raises Invalid `day`, `past`.
    """
    text = fields.line("from", given or "", 10, shortest=0)
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    today = now.astimezone(venue.zone).date()
    if day is None or day.year > today.year + 100:
        raise Invalid("from", "day")
    if day < today:
        raise Invalid("from", "past")
    return clock_at(venue.zone, day) if day > today else None


def parse_policy(given: Mapping[str, object]) -> Policy:
    """A policy from what a host typed, within what fits a venue: what is earned is made, not moved, so it stays small.

    Raises Invalid for the first field that is wrong.
    """
    policy = Policy(
        **{name: fields.whole(given.get(name), name, least=least, most=most) for name, (least, most) in BOUNDS.items()}
    )
    if policy.soft_floor < policy.floor:
        raise Invalid("soft_floor", "soft_below_floor")
    return policy


def slug_for(name: str) -> str:
    """How a venue is called in an address: 'Het Seinhuis' → 'het-seinhuis'."""
    return re.sub(r"[^a-z0-9]+", "-", fields.folded(name)).strip("-")[:40] or "venue"


# Actions -------------------------------------------------------------------------------------------------------


def found_network(store: Store, name: object, now: datetime) -> Network:
    """A new network with its issuing account, its commons and the first link of its chains."""
    from s2m.domain import ledger

    network = store.venues.add_network(fields.name(name, "network"), now)
    ledger.open_network(store, network.id, now)
    return network


def open_venue(
    store: Store,
    network_id: str,
    name: object,
    timezone: str,
    now: datetime,
    *,
    language: str = "nl",
    hours: Hours = USUAL_HOURS,
    policy: Policy | None = None,
) -> Venue:
    """A new venue with its account and first policy. Raises Invalid `timezone`."""
    if timezone not in available_timezones():
        raise Invalid("timezone", "timezone")
    tidy = fields.name(name, "venue")
    slug = store.venues.free_slug(network_id, slug_for(tidy))
    venue = store.venues.add(network_id, slug, tidy, timezone, language, hours, now)
    store.ledger.open_account(network_id, "venue", now, venue_id=venue.id)
    store.venues.add_policy(venue, policy or Policy(), now, effective_at=now, by=None)
    return venue


def change_policy(
    store: Store, venue: Venue, policy: Policy, by: str, now: datetime, *, effective_at: datetime | None = None
) -> None:
    """Takes effect now, or at a later moment; what was posted before stays as it was. Raises Invalid `past`, `too_far`."""
    begins = effective_at or now
    if begins < now:
        raise Invalid("from", "past")
    if begins > now + PLAN_AHEAD:
        raise Invalid("from", "too_far")
    store.venues.add_policy(venue, policy, now, effective_at=begins, by=by)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="policy.change", venue_id=venue.id)


def withdraw_policy(store: Store, venue: Venue, effective_at: datetime, by: str, now: datetime) -> None:
    """A planned change that has not begun does not happen. Raises NotFound for one that has, or never was."""
    if effective_at <= now or not store.venues.drop_policy(venue, effective_at):
        raise NotFound()
    store.audit.record(venue.network_id, now, actor=by, role="host", action="policy.withdraw", venue_id=venue.id)


def policy_changes(store: Store, venue: Venue, *, most: int = 10) -> list[PolicyChange]:
    """What changed in the policy and what is planned to, the latest first; a repeat of the same values is no change."""
    kept = store.venues.policies(venue, most=most + 1)
    changes = []
    for (policy, at, by), (before, _at, _by) in itertools.pairwise(kept):
        old, new = asdict(before), asdict(policy)
        was = {name: (old[name], new[name]) for name in new if old[name] != new[name]}
        if was:
            changes.append(PolicyChange(at, by, was))
    return changes


def change_hours(store: Store, venue: Venue, hours: Hours, by: str, now: datetime) -> Venue:
    """New opening hours; visits that are open now get the new closing time."""
    changed = store.venues.set_hours(venue, hours)
    for visit in store.presence.open_visits(venue.id):
        store.presence.set_closing(visit, closing_after(changed, max(visit.started_at, now)))
    store.audit.record(venue.network_id, now, actor=by, role="host", action="hours.change", venue_id=venue.id)
    return changed


def add_room(store: Store, venue: Venue, given: Mapping[str, object], by: str, now: datetime) -> Room:
    """Raises Invalid, or Conflict `room_exists` where a room in use has that name."""
    name, kind, floor, capacity = parse_room(given)
    room = store.venues.add_room(venue, name, kind, floor, capacity, now)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="room.add", venue_id=venue.id, object_id=room.id)
    return room


def change_room(store: Store, venue: Venue, room_id: str, given: Mapping[str, object], by: str, now: datetime) -> Room:
    room = the_room(store, venue, room_id)
    name, kind, floor, capacity = parse_room(given)
    changed = store.venues.set_room(room, name, kind, floor, capacity)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="room.change", venue_id=venue.id, object_id=room.id)
    return changed


def retire_room(store: Store, venue: Venue, room_id: str, by: str, now: datetime) -> None:
    """The room is no longer offered; visits that took place in it keep it. Whoever sits there now has no room any more."""
    room = the_room(store, venue, room_id)
    store.presence.empty_room(room)
    store.venues.retire_room(room, now)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="room.retire", venue_id=venue.id, object_id=room.id)


def the_room(store: Store, venue: Venue, room_id: str) -> Room:
    """Raises NotFound for a room of another venue as for one that never was."""
    room = store.venues.room(room_id)
    if room is None or room.venue_id != venue.id or room.retired_at:
        raise NotFound()
    return room


def parse_room(given: Mapping[str, object]) -> tuple[str, str, int, int]:
    kind = given.get("kind")
    if kind not in ROOM_KINDS:
        raise Invalid("kind", "choice")
    return (
        fields.name(given.get("name")),
        str(kind),
        fields.whole(given.get("floor"), "floor", least=-5, most=200),
        fields.whole(given.get("capacity"), "capacity", least=1, most=10_000),
    )
