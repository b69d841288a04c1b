"""Any room for 8 people, 2 hours, Thursday: which rooms are free when, and why others are not offered.

Pure over times: `store.bookings.busy` gives what blocks, and everything else is reckoned here. Rooms with the same hours share
what is reckoned of them, and a search that knows no day looks further only as long as nothing is found.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from s2m.domain.bookings.blocked import Blocked, Span
from s2m.domain.bookings.timeline import Let, can_begin
from s2m.domain.bookings.times import QUARTER
from s2m.domain.bookings.values import Booker
from s2m.domain.calendars import outside
from s2m.domain.instants import MICROSECOND, clock_at, moment, number
from s2m.domain.rooms import RoomTerms, open_on
from s2m.domain.venues import Room, Venue

if TYPE_CHECKING:
    from s2m.store import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE, STEP = HOUR // 60 // MICROSECOND, QUARTER // MICROSECOND
# How far a search without a day looks at a time: most find something in the first days
WINDOWS = (7, 30, 366)
# How many times of a day are offered, and on how many other days where that day has none
TIMES_MOST, DAYS_MOST = 6, 3


@dataclass(frozen=True)
class Wish:
    """What somebody looks for. on: None = any day soon; after: not before this time of the day."""

    people: int = 1
    length: timedelta = HOUR
    on: date | None = None
    after: time | None = None
    setup: str = ""
    equipment: frozenset[str] = frozenset()
    step_free: bool = False
    hearing_loop: bool = False


@dataclass(frozen=True)
class Found:
    """A room that fits. starts: when it can begin, at most TIMES_MOST, all on one day; elsewhen: the first times of other days
    where there is none on the day that was asked for."""

    room: Room
    terms: RoomTerms
    starts: tuple[datetime, ...] = ()
    elsewhen: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Unfit:
    """Why a room is not offered. code: small, setup, equipment, access, members, hosts, long, short; most: what fits in."""

    room: Room
    code: str
    most: int = 0


@dataclass(frozen=True)
class Answer:
    """free: rooms with a time, the smallest that fits first; full: those that fit and have none then; unfit: all others."""

    free: tuple[Found, ...] = ()
    full: tuple[Found, ...] = ()
    unfit: tuple[Unfit, ...] = ()


# Rules -------------------------------------------------------------------------------------------------------------


def unfit(wish: Wish, room: Room, terms: RoomTerms, by: Booker) -> str:
    """Why a room does not do whatever the time; empty where it does."""
    most = terms.setups.get(wish.setup, 0) if wish.setup else terms.most(room)
    if wish.setup and wish.setup not in terms.setups:
        return "setup"
    if wish.people > most:
        return "small"
    if not wish.equipment <= set(terms.equipment):
        return "equipment"
    if (wish.step_free and not terms.step_free) or (wish.hearing_loop and not terms.hearing_loop):
        return "access"
    if terms.bookable_by == "hosts" and not by.is_host:
        return "hosts"
    if terms.bookable_by == "members" and not (by.is_member or by.is_host):
        return "members"
    if wish.length < timedelta(minutes=terms.shortest):
        return "short"
    return "long" if wish.length > timedelta(minutes=terms.longest) else ""


def starts_in(
    span: Span, length: int, buffers: tuple[int, int], busy: Sequence[Span], closed: Sequence[Span] = ()
) -> Iterator[int]:
    """Every quarter at which a meeting of that length can begin within a span, its buffers kept free; the first first.

    busy: what blocks, with its own buffers, in order; closed: what a host closed. All in microseconds.
    """
    before, after = buffers
    taken = [(since - length - after, until + before) for since, until in busy]
    if closed:
        taken = sorted(taken + [(since - length, until) for since, until in closed])
    at, last, n = _quarter_up(span[0]), span[1] - length, 0
    while at <= last:
        while n < len(taken) and taken[n][1] <= at:
            n += 1
        if n < len(taken) and taken[n][0] < at:
            at = _quarter_up(taken[n][1])
            continue
        yield at
        at += STEP


def with_a_gap(
    spans: Iterable[Span], length: int, buffers: tuple[int, int], busy: Blocked
) -> Iterator[tuple[Span, Sequence[Span]]]:
    """Those of the spans, in order, in which there is a gap at all, whatever the quarter, each with what blocks in it.

    One walk through two ordered lists: a year in vain in a large house is seventy thousand days without one.
    """
    before, after = buffers
    begins, ends, size, first = busy.begins, busy.ends, len(busy.begins), 0
    for span in spans:
        at, until = span
        while first < size and ends[first] + before <= at:
            first += 1
        n = first
        while n < size and begins[n] - after < until and begins[n] - after - at < length:
            at = ends[n] + before
            n += 1
        gap_ends = until if n == size else min(until, begins[n] - after)
        if gap_ends - at >= length:
            yield span, busy.within(span[0] - before, until + after)


def _quarter_up(at: int) -> int:
    return at + -at % STEP


def few(starts: Iterable[int], most: int = TIMES_MOST) -> tuple[datetime, ...]:
    """Those worth showing: the first of each stretch, and whole hours after it."""
    shown: list[datetime] = []
    before = 0
    for at in starts:
        if at - before > STEP or not at % (4 * STEP):
            shown.append(moment(at))
            if len(shown) == most:
                break
        before = at
    return tuple(shown)


# Actions -----------------------------------------------------------------------------------------------------------


def find(store: Store, venue: Venue, lets: Sequence[Let], wish: Wish, by: Booker, now: datetime) -> Answer:
    """Which rooms are free, and when. lets: as `store.rooms.let`."""
    fits, others = [], []
    for room, terms in lets:
        code = unfit(wish, room, terms, by)
        if code:
            others.append(Unfit(room, code, terms.setups.get(wish.setup, 0) if wish.setup else terms.most(room)))
        else:
            fits.append((room, terms))
    fits.sort(key=lambda one: (one[1].most(one[0]), one[1].hour_cents, one[0].name))
    search = Search(store, venue, wish, by, now)
    free, full = search.on_day(fits, wish.on) if wish.on else search.soon(fits)
    return Answer(tuple(free), tuple(full), tuple(others))


@dataclass
class Search:
    """One search: what it was asked, and what it found out so far."""

    store: Store
    venue: Venue
    wish: Wish
    by: Booker
    now: datetime

    @property
    def _today(self) -> date:
        return self.now.astimezone(self.venue.zone).date()

    def on_day(self, fits: Sequence[Let], day: date) -> tuple[list[Found], list[Found]]:
        """Those with a time that day, and those without; where none has one, each with its first times on days around it."""
        found = self._first_days(fits, day, 1)
        free, full = [one for one in found if one.starts], [one for one in found if not one.starts]
        if free or not full:
            return free, full
        near = self._first_days([(one.room, one.terms) for one in full], day, WINDOWS[1], DAYS_MOST, after=None)
        return [], [Found(one.room, one.terms, (), one.starts) for one in near]

    def soon(self, fits: Sequence[Let]) -> tuple[list[Found], list[Found]]:
        """Each with the times of the first day that has any, the earliest day first."""
        left, since = list(fits), 0
        found: list[Found] = []
        for until in WINDOWS:
            if found or not left:
                break
            first = self._first_days(left, self._today + since * DAY, until - since)
            found = [one for one in first if one.starts]
            left = [(one.room, one.terms) for one in first if not one.starts]
            since = until
        found.sort(key=lambda one: one.starts[0].astimezone(self.venue.zone).date())
        return found, [Found(room, terms) for room, terms in left]

    def _first_days(
        self, lets: Sequence[Let], since: date, days: int, most: int = 1, *, after: time | None | Literal["wished"] = "wished"
    ) -> list[Found]:
        """Rooms with the times of the first day that has any; with most > 1 with the first time of so many days."""
        busy, closed = self._taken(lets, since, days)
        # The hours of yesterday may go on now
        tonight = [since - DAY] if since == self._today else []
        wanted = [*tonight, *(since + timedelta(days=n) for n in range(days))]
        after = self.wish.after if after == "wished" else after
        open_: dict[Hashable, list[Span]] = {}  # reckoned once for all rooms with the same hours
        found = []
        for room, terms in lets:
            starts: list[datetime] = []
            hours = str(terms.hours), terms.open_on_holidays, terms.notice, terms.horizon
            if hours not in open_:
                open_[hours] = list(self._open(terms, wanted, after))
            for some in self._each_day(terms, open_[hours], busy.get(room.id, Blocked()), closed.get(room.id, [])):
                starts += few(some, TIMES_MOST if most == 1 else 1)
                if starts and len(starts) >= most:
                    break
            found.append(Found(room, terms, tuple(starts)))
        return found

    def _open(self, terms: RoomTerms, days: Sequence[date], after: time | None) -> Iterator[Span]:
        """The days on which a meeting could be by hours, notice and horizon, each from when until when."""
        length = self.wish.length // MICROSECOND
        first, last = can_begin(terms, self.now, self.by.is_host)
        soonest, latest = number(max(first, self.now)), number(last) + length
        for day in days:
            if found := open_on(self.venue, terms, day):
                since, until = max(number(found[0]), soonest), min(number(found[1]), latest)
                if after:
                    since = max(since, number(clock_at(self.venue.zone, max(day, self._today), after)))
                if until - since >= length:
                    yield since, until

    def _each_day(
        self, terms: RoomTerms, spans: Sequence[Span], busy: Blocked, closed: list[Span]
    ) -> Iterator[Iterator[int]]:
        """For each day on which there is a gap when a meeting can begin then."""
        length = self.wish.length // MICROSECOND
        buffers = (terms.buffer_before * MINUTE, terms.buffer_after * MINUTE)
        for span, near in with_a_gap(spans, length, buffers, busy):
            yield starts_in(span, length, buffers, near, closed)

    def _taken(self, lets: Sequence[Let], since: date, days: int) -> tuple[dict[str, Blocked], dict[str, list[Span]]]:
        """What blocks and what is closed, by room, over some days and the night after them."""
        start = clock_at(self.venue.zone, since) - timedelta(days=1)
        end = start + timedelta(days=days + 3)
        closed: dict[str, list[Span]] = {}
        for one in outside.all_closed(self.store, lets, start, end):
            closed.setdefault(one.room_id, []).append((number(one.starts_at), number(one.ends_at)))
        return self.store.bookings.busy(self.venue.id, [room.id for room, _terms in lets], start, end), closed
