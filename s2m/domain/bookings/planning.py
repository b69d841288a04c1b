"""Many times of one meeting at once, each with whether it can be had and at what price, before anything is booked or changed.

What stands in the way is read once for the whole range, so that a year of days costs as many questions as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from s2m.domain import money, rooms
from s2m.domain.bookings import availability, binding, repeating
from s2m.domain.bookings.blocked import Blocked
from s2m.domain.bookings.capital import Price
from s2m.domain.bookings.renting import Details, pays_as_member
from s2m.domain.bookings.values import Booking
from s2m.domain.calendars import outside
from s2m.domain.errors import Conflict, Invalid, Refused, S2MError
from s2m.domain.instants import clock_at, number
from s2m.domain.money import Line, Sum, VatSum
from s2m.domain.rooms import closed_by
from s2m.domain.rooms.pricing import extras_of

if TYPE_CHECKING:
    from s2m.domain.bookings.repeating import Rule, Times
    from s2m.domain.bookings.values import Booker
    from s2m.domain.rooms import Closure, RoomTerms
    from s2m.domain.venues import Room, Venue
    from s2m.store import Store

SKIP = "skip"
# What is not about one day: where it holds for all of them, the form is refused
OF_ALL = {"members_only", "hosts_only", "too_short_time", "too_long_time", "too_many_people", "until_before", "not_let", "bound"}
AROUND = timedelta(days=2)


@dataclass(frozen=True)
class Plan:
    """A meeting that is to be repeated."""

    room: Room
    rule: Rule
    times: Times
    details: Details


@dataclass(frozen=True)
class Change:
    """What becomes other of times that are booked; None: that stays as it is."""

    room: Room | None = None
    times: Times | None = None
    title: str | None = None
    title_hidden: bool | None = None
    people: int | None = None


@dataclass(frozen=True)
class Occurrence:
    """One time. start, end: None where the clock skips one of them; twice: the clock shows one of them twice, and the first is
    meant. problem: why it cannot be had in that room; others: rooms that are free then and large enough, where it cannot.

    terms: those it would be booked on; booking: what would be changed.
    """

    day: date
    room: Room
    start: datetime | None
    end: datetime | None
    twice: bool = False
    skipped: bool = False
    problem: S2MError | None = None
    lines: tuple[Line, ...] = ()
    others: tuple[Room, ...] = ()
    terms: RoomTerms | None = None
    booking: Booking | None = None

    @property
    def goes_on(self) -> bool:
        return not self.skipped and self.problem is None

    @property
    def gross_cents(self) -> int:
        return money.total(self.lines).gross_cents


@dataclass(frozen=True)
class Preview:
    occurrences: tuple[Occurrence, ...]

    @property
    def going(self) -> list[Occurrence]:
        return [one for one in self.occurrences if one.goes_on]

    @property
    def open(self) -> list[Occurrence]:
        """Those of which somebody still has to say what becomes of them."""
        return [one for one in self.occurrences if one.problem and not one.skipped]

    @property
    def sum(self) -> Sum:
        """All that goes on, each booking rounded by itself: that is what their documents add up to."""
        return added(money.total(one.lines) for one in self.going)


def added(sums: Iterable[Sum]) -> Sum:
    net = gross = 0
    vat: dict[int, VatSum] = {}
    for one in sums:
        net, gross = net + one.net_cents, gross + one.gross_cents
        for part in one.vat:
            before = vat.get(part.rate, VatSum(part.rate, 0, 0))
            vat[part.rate] = VatSum(part.rate, before.net_cents + part.net_cents, before.vat_cents + part.vat_cents)
    return Sum(net, tuple(vat[rate] for rate in sorted(vat, reverse=True)), gross)


@dataclass(frozen=True)
class _Wish:
    """One time as it is wished. price: its lines, in a room on terms."""

    day: date
    room: Room
    terms: RoomTerms
    start: datetime | None
    end: datetime | None
    twice: bool
    details: Details
    member: bool
    booking: Booking | None = None
    stays: bool = False  # in its room and at its time: only who comes to it changes


class House:
    """All that stands in the way at a venue in a range of time, without some bookings; was: their terms, by id."""

    def __init__(
        self, store: Store, venue: Venue, wishes: Sequence[_Wish], now: datetime,
        *, but: Sequence[Booking] = (), was: Mapping[str, RoomTerms] | None = None,
    ) -> None:  # fmt: skip
        first, last = _span(venue, wishes)
        start, end = first - AROUND, last + AROUND
        self.venue, self.now, self.was = venue, now, was or {}
        self.let = store.rooms.let(venue.id, now)
        self.extras = store.rooms.extras(venue.id, held={one for wish in wishes for one in wish.details.extras})
        counted = {extra.id for extra in self.extras if extra.stock is not None}
        self.booked: list[Booking] = []
        if any(counted & wish.details.extras.keys() for wish in wishes):  # whole bookings only where their extras are asked for
            gone = {one.id for one in but}
            self.booked = [one for one in store.bookings.between(venue.id, start, end) if one.id not in gone]
        self.closures: dict[str, list[Closure]] = {}
        for closure in outside.all_closed(store, self.let, start, end):
            self.closures.setdefault(closure.room_id, []).append(closure)
        self.busy = store.bookings.busy(venue.id, start, end)
        for one in but:
            if one.room_id in self.busy:
                self.busy[one.room_id].drop(number(one.blocked_from), number(one.blocked_until))

    def terms(self, room: Room) -> RoomTerms | None:
        return next((terms for one, terms in self.let if one.id == room.id), None)

    def problem(self, room: Room, terms: RoomTerms, wish: _Wish, by: Booker) -> S2MError | None:
        """Why a room cannot be had; the same rules as for a single booking."""
        start, end = wish.start, wish.end
        if start is None or end is None:
            return Invalid("from", "clock_skipped")
        try:
            if not terms.fits(wish.details.people, room):
                raise Invalid("people", "too_many_people", most=max(terms.setups.values(), default=room.capacity))
            if not wish.stays:
                self._check_time(room, terms, start, end, by)
            self._check_stock(wish, start, end)
        except S2MError as error:
            return error
        return None

    def _check_time(self, room: Room, terms: RoomTerms, start: datetime, end: datetime, by: Booker) -> None:
        availability.check(self.venue, terms, start, end, by, self.now)
        if closure := closed_by(self.closures.get(room.id, ()), start, end):
            raise Conflict("room_closed", reason=closure.reason) if closure.id else Conflict("taken_elsewhere")
        if self._is_busy(room, *availability.blocked(terms, start, end)):
            raise Conflict("taken")

    def _is_busy(self, room: Room, start: datetime, end: datetime) -> bool:
        return room.id in self.busy and bool(self.busy[room.id].within(number(start), number(end)))

    def _check_stock(self, wish: _Wish, start: datetime, end: datetime) -> None:
        for extra, count in extras_of(wish.details.extras, self.extras):
            if extra.stock is not None:
                mine = wish.booking.id if wish.booking else ""
                there = (one for one in self.booked if one.blocked_from < end and one.blocked_until > start and one.id != mine)
                left = extra.stock - sum(one.extras.get(extra.id, 0) for one in there)
                if count > left:
                    raise Conflict("extra_gone", name=extra.name, left=max(0, left))

    def bound(self, wish: _Wish, lines: tuple[Line, ...], by: Booker) -> S2MError | None:
        """Why its renter may not change it so: the same rules as for a single booking."""
        before = wish.booking
        if before is None or wish.start is None:
            return None
        try:
            price = Price(lines, before.dots)
            binding.moved(before, self.was[before.terms_id], wish.terms, wish.start, price, by, self.now)
        except Refused as error:
            return error
        return None

    def take(self, room: Room, terms: RoomTerms, start: datetime, end: datetime) -> None:
        """From now on this is in the way of what comes after it."""
        self._keep(room.id, *availability.blocked(terms, start, end))

    def leave(self, booking: Booking) -> None:
        """It stays as it is after all, with its extras."""
        self._keep(booking.room_id, booking.blocked_from, booking.blocked_until)
        self.booked.append(booking)

    def _keep(self, room_id: str, blocked_from: datetime, blocked_until: datetime) -> None:
        self.busy.setdefault(room_id, Blocked()).add(number(blocked_from), number(blocked_until))

    def others(self, wish: _Wish, by: Booker) -> tuple[Room, ...]:
        """Rooms that could be had instead, the smallest first."""
        free = [
            room for room, terms in self.let
            if room.id != wish.room.id and wish.start and self.problem(room, terms, wish, by) is None
        ]  # fmt: skip
        return tuple(sorted(free, key=lambda room: (room.capacity, room.name)))

    def price(self, terms: RoomTerms, wish: _Wish) -> tuple[Line, ...]:
        if wish.start is None or wish.end is None:
            return ()
        chosen = extras_of(wish.details.extras, self.extras)
        return rooms.price(terms, self.venue, wish.start, wish.end, extras=chosen, member=wish.member)

    def decide(self, wish: _Wish, choice: str, by: Booker) -> Occurrence:
        found = Occurrence(wish.day, wish.room, wish.start, wish.end, wish.twice, booking=wish.booking, terms=wish.terms)
        if choice == SKIP:
            return replace(found, skipped=True, problem=self.problem(wish.room, wish.terms, wish, by))
        same = wish.booking if wish.stays and wish.booking and wish.booking.people == wish.details.people else None
        lines = same.lines if same else self.price(wish.terms, wish)
        problem = self.problem(wish.room, wish.terms, wish, by) or self.bound(wish, lines, by)
        if problem is None and wish.start and wish.end:
            self.take(wish.room, wish.terms, wish.start, wish.end)
            return replace(found, lines=lines)
        others = self.others(replace(wish, stays=False), by)
        instead = next((room for room in others if room.id == choice), None)
        terms = self.terms(instead) if instead else None
        if instead is None or terms is None or wish.start is None or wish.end is None:
            return replace(found, problem=problem, others=others)
        self.take(instead, terms, wish.start, wish.end)
        return replace(found, room=instead, terms=terms, lines=self.price(terms, wish), others=others)


def preview(store: Store, venue: Venue, plan: Plan, choices: Mapping[str, str], by: Booker, now: datetime) -> Preview:
    """Every time of a plan. choices: what to do on a day (2026-03-12): `skip`, or the id of a room to have instead.

    Raises what holds for all of them as an error of the form: Invalid, Refused; Refused `not_let`.
    """
    terms = rooms.terms_of(store, plan.room, now)
    wishes = []
    for day in plan.rule.days():
        start, end, twice = _moments(venue, day, plan.times)
        wishes.append(_Wish(day, plan.room, terms, start, end, twice, plan.details, by.is_member))
    return _decide(House(store, venue, wishes, now), wishes, choices, by)


def _decide(house: House, wishes: Sequence[_Wish], choices: Mapping[str, str], by: Booker) -> Preview:
    found = Preview(tuple(house.decide(wish, choices.get(wish.day.isoformat(), ""), by) for wish in wishes))
    problems = [one.problem for one in found.occurrences]
    first = problems[0] if problems else None
    if first and first.code in OF_ALL and all(one and one.code == first.code for one in problems):
        raise first
    return found


def _moments(venue: Venue, day: date, times: Times) -> tuple[datetime | None, datetime | None, bool]:
    try:
        start, end = repeating.on(venue, day, times)
    except Invalid:
        return None, None, False
    return start.at, end.at, start.twice or end.twice


def _span(venue: Venue, wishes: Iterable[_Wish]) -> tuple[datetime, datetime]:
    """From the first to the last of them, also of those that the clock skips."""
    at = []
    for wish in wishes:
        night = clock_at(venue.zone, wish.day)
        at += [wish.start or night, wish.end or night]
    return min(at), max(at)


def preview_change(
    store: Store, venue: Venue, targets: Sequence[Booking], change: Change, choices: Mapping[str, str], by: Booker, now: datetime
) -> Preview:
    """What would become of bookings of a series. choices: `skip` leaves that one as it is. Raises as `preview` does."""
    versions: dict[str, RoomTerms] = {}
    rooms_of: dict[str, Room] = {room.id: room for room in store.venues.rooms(venue.id)}
    new_terms = rooms.terms_of(store, change.room, now) if change.room else None
    by_person = extras_by_person(store, venue, targets)
    as_member = cache(lambda person_id, lines: pays_as_member(store, person_id, lines))  # of a whole series mostly one question
    wishes = []
    for booking in targets:
        if booking.terms_id not in versions:
            versions[booking.terms_id] = store.rooms.version(booking.terms_id)
        room = change.room or rooms_of.get(booking.room_id) or _retired(store, booking)
        terms = versions[booking.terms_id] if room.id == booking.room_id or new_terms is None else new_terms
        member = as_member(booking.person_id, booking.lines)
        wishes.append(_wish(venue, booking, room, terms, change, by_person, member=member))
    ordered = sorted(wishes, key=lambda wish: wish.day)
    house = House(store, venue, ordered, now, but=targets, was=versions)
    for wish in ordered:
        if choices.get(wish.day.isoformat()) == SKIP and (was := wish.booking):
            house.leave(was)
    return _decide(house, ordered, choices, by)


def _retired(store: Store, booking: Booking) -> Room:
    room = store.venues.room(booking.room_id)
    assert room, "rooms are retired, never deleted"
    return room


def _wish(
    venue: Venue, booking: Booking, room: Room, terms: RoomTerms, change: Change, by_person: set[str], *, member: bool
) -> _Wish:
    details = details_after(booking, change, by_person)
    local = booking.starts_at.astimezone(venue.zone).date()
    start, end, twice = _moments(venue, local, change.times) if change.times else (booking.starts_at, booking.ends_at, False)
    stays = (start, end, room.id) == (booking.starts_at, booking.ends_at, booking.room_id)
    day = date.fromisoformat(booking.series_day) if booking.series_day else local
    return _Wish(day, room, terms, start, end, twice, details, member, booking, stays)


def extras_by_person(store: Store, venue: Venue, some: Iterable[Booking]) -> set[str]:
    """Ids of the extras of which there is one for each who comes: those that are offered, and those that some bookings have."""
    held = {extra_id for one in some for extra_id in one.extras}
    return {extra.id for extra in store.rooms.extras(venue.id, held=held) if extra.per == "person"}


def details_after(booking: Booking, change: Change, by_person: set[str]) -> Details:
    """What the meeting is then. by_person: ids of extras of which there is one for each who comes."""
    people = booking.people if change.people is None else change.people
    return Details(
        title=booking.title if change.title is None else change.title,
        title_hidden=booking.title_hidden if change.title_hidden is None else change.title_hidden,
        people=people, setup=booking.setup, notes=booking.notes, topics=booking.topics,
        extras={key: people if key in by_person else count for key, count in booking.extras.items()},
    )  # fmt: skip
