"""Many times of one meeting at once, each with whether it can be had and at what price, before anything is booked or changed.

What stands in the way is read once for the whole range, so that a year of days costs as many questions as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from s2m.domain import money, rooms
from s2m.domain.bookings import availability, binding, repeating
from s2m.domain.bookings.blocked import Blocked
from s2m.domain.bookings.capital import Price
from s2m.domain.bookings.renting import Details, needed
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
OF_ALL = {
    "members_only", "hosts_only", "too_short_time", "too_long_time", "too_many_people", "until_before", "not_let", "bound",
    "not_in_room",
}  # fmt: skip
AROUND = timedelta(days=2)


@dataclass(frozen=True)
class Plan:
    """A meeting that is to be repeated."""

    room: Room
    rule: Rule
    times: Times
    details: Details


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
    """Sums added up as they are, the VAT rate by rate: nothing is rounded once more."""
    net = gross = 0
    vat: dict[int, VatSum] = {}
    for one in sums:
        net, gross = net + one.net_cents, gross + one.gross_cents
        for part in one.vat:
            before = vat.get(part.rate, VatSum(part.rate, 0, 0))
            vat[part.rate] = VatSum(part.rate, before.net_cents + part.net_cents, before.vat_cents + part.vat_cents)
    return Sum(net, tuple(vat[rate] for rate in sorted(vat, reverse=True)), gross)


@dataclass(frozen=True)
class Wish:
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
    stays: bool = False  # in its room and at its time: only what it is changes
    asked: frozenset[str] = frozenset()  # codes of set-ups and ids of extras that a change brings

    def needs(self, room: Room) -> frozenset[str]:
        """What a room has to offer for it. In its own room a meeting keeps what that offered; another has to have all of it."""
        if self.booking and self.booking.room_id == room.id:
            return self.asked
        return needed(self.details)


class Used(NamedTuple):
    """Extras that somebody has, and from when until when. by: the id of a booking that stands."""

    since: datetime
    until: datetime
    extras: Mapping[str, int]
    by: str = ""


class House:
    """All that stands in the way at a venue in a range of time, without some bookings; was: their terms, by id."""

    def __init__(
        self, store: Store, venue: Venue, wishes: Sequence[Wish], now: datetime,
        *, but: Sequence[Booking] = (), was: Mapping[str, RoomTerms] | None = None,
    ) -> None:  # fmt: skip
        first, last = _span(venue, wishes)
        start, end = first - AROUND, last + AROUND
        self.venue, self.now, self.was = venue, now, was or {}
        self.let = store.rooms.let(venue.id, now)
        self.extras = store.rooms.extras(venue.id, held={one for wish in wishes for one in wish.details.extras})
        counted = {extra.id for extra in self.extras if extra.stock is not None}
        self.used: list[Used] = []
        if any(counted & wish.details.extras.keys() for wish in wishes):  # whole bookings only where their extras are asked for
            gone = {one.id for one in but}
            there = [one for one in store.bookings.between(venue.id, start, end) if one.id not in gone]
            self.used = [Used(one.blocked_from, one.blocked_until, one.extras, one.id) for one in there if one.extras]
        self.closures: dict[str, list[Closure]] = {}
        for closure in outside.all_closed(store, self.let, start, end):
            self.closures.setdefault(closure.room_id, []).append(closure)
        asked = {room.id for room, _terms in self.let} | {wish.room.id for wish in wishes}
        self.busy = store.bookings.busy(venue.id, asked, start, end)
        for one in but:
            if one.room_id in self.busy:
                self.busy[one.room_id].drop(number(one.blocked_from), number(one.blocked_until))

    def problem(self, room: Room, terms: RoomTerms, wish: Wish, by: Booker) -> S2MError | None:
        """Why a room cannot be had; the same rules as for a single booking."""
        start, end = wish.start, wish.end
        if start is None or end is None:
            return Invalid("from", "clock_skipped")
        try:
            most = terms.setups.get(wish.details.setup) or terms.most(room)
            if wish.details.people > most:
                raise Invalid("people", "too_many_people", most=most)
            if not wish.needs(room) <= terms.offers:
                raise Refused("not_in_room")
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

    def _check_stock(self, wish: Wish, start: datetime, end: datetime) -> None:
        for extra, count in extras_of(wish.details.extras, self.extras):
            if extra.stock is not None:
                mine = wish.booking.id if wish.booking else None
                there = (one for one in self.used if one.since < end and one.until > start and one.by != mine)
                left = extra.stock - sum(one.extras.get(extra.id, 0) for one in there)
                if count > left:
                    raise Conflict("extra_gone", name=extra.name, left=max(0, left))

    def bound(self, wish: Wish, lines: tuple[Line, ...], by: Booker) -> S2MError | None:
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

    def take(self, wish: Wish, start: datetime, end: datetime) -> None:
        """From now on this is in the way of what comes after it."""
        self._keep(wish.room.id, Used(*availability.blocked(wish.terms, start, end), wish.details.extras))

    def leave(self, booking: Booking) -> None:
        """It stays as it is after all, with its extras."""
        self._keep(booking.room_id, Used(booking.blocked_from, booking.blocked_until, booking.extras, booking.id))

    def _keep(self, room_id: str, what: Used) -> None:
        self.busy.setdefault(room_id, Blocked()).add(number(what.since), number(what.until))
        self.used += [what] if what.extras else []

    def others(self, wish: Wish, by: Booker) -> tuple[Room, ...]:
        """Rooms that could be had instead, the smallest first."""
        free = [
            room for room, terms in self.let
            if room.id != wish.room.id and wish.start and self.problem(room, terms, wish, by) is None
        ]  # fmt: skip
        return tuple(sorted(free, key=lambda room: (room.capacity, room.name)))

    def price(self, terms: RoomTerms, wish: Wish) -> tuple[Line, ...]:
        """The lines of a time in a room of these terms; none for a time that the clock skips."""
        if wish.start is None or wish.end is None:
            return ()
        chosen = extras_of(wish.details.extras, self.extras)
        return rooms.price(terms, self.venue, wish.start, wish.end, extras=chosen, member=wish.member)

    def lines(self, wish: Wish) -> tuple[Line, ...]:
        """The price: as it was agreed, where neither the time nor who comes with what changes."""
        before, details = wish.booking, wish.details
        if wish.stays and before and (before.people, before.extras) == (details.people, details.extras):
            return before.lines
        return self.price(wish.terms, wish)

    def decide(self, wish: Wish, choice: str, by: Booker) -> Occurrence:
        """What becomes of a time, which blocks its room for those after it. choice: `skip`, the id of another room, or empty."""
        if choice == SKIP:
            return self._found(wish, skipped=True, problem=self.problem(wish.room, wish.terms, wish, by))
        planned, wish = wish, self._elsewhere(wish, choice)
        lines = self.lines(wish)
        problem = self.problem(wish.room, wish.terms, wish, by) or self.bound(wish, lines, by)
        others = self.others(replace(planned, stays=False), by) if problem or wish is not planned else ()
        if problem or not wish.start or not wish.end:
            return self._found(wish, problem=problem, others=others)
        self.take(wish, wish.start, wish.end)
        return self._found(wish, lines=lines, others=others)

    def _elsewhere(self, wish: Wish, choice: str) -> Wish:
        """In the room that was chosen instead, whatever became of the first: that one was not shown."""
        chosen = next(((room, terms) for room, terms in self.let if room.id == choice != wish.room.id), None)
        return replace(wish, room=chosen[0], terms=chosen[1], stays=False) if chosen else wish

    def _found(self, wish: Wish, **more: Any) -> Occurrence:
        return Occurrence(wish.day, wish.room, wish.start, wish.end, wish.twice, booking=wish.booking, terms=wish.terms, **more)


def preview(store: Store, venue: Venue, plan: Plan, choices: Mapping[str, str], by: Booker, now: datetime) -> Preview:
    """Every time of a plan. choices: what to do on a day (2026-03-12): `skip`, or the id of a room to have instead.

    Raises what holds for all of them as an error of the form: Invalid, Refused; Refused `not_let`.
    """
    terms = rooms.terms_of(store, plan.room, now)
    wishes = []
    for day in plan.rule.days():
        start, end, twice = moments(venue, day, plan.times)
        wishes.append(Wish(day, plan.room, terms, start, end, twice, plan.details, by.is_member))
    return decided(House(store, venue, wishes, now), wishes, choices, by)


def decided(house: House, wishes: Sequence[Wish], choices: Mapping[str, str], by: Booker) -> Preview:
    found = Preview(tuple(house.decide(wish, choices.get(wish.day.isoformat(), ""), by) for wish in wishes))
    problems = [one.problem for one in found.occurrences]
    first = problems[0] if problems else None
    if first and first.code in OF_ALL and all(one and one.code == first.code for one in problems):
        raise first
    return found


def moments(venue: Venue, day: date, times: Times) -> tuple[datetime | None, datetime | None, bool]:
    try:
        start, end = repeating.on(venue, day, times)
    except Invalid:
        return None, None, False
    return start.at, end.at, start.twice or end.twice


def _span(venue: Venue, wishes: Iterable[Wish]) -> tuple[datetime, datetime]:
    """From the first to the last of them, also of those that the clock skips."""
    at = []
    for wish in wishes:
        night = clock_at(venue.zone, wish.day)
        at += [wish.start or night, wish.end or night]
    return min(at), max(at)
