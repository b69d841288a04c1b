"""What a room costs: the cheapest of hours, half-days and days together; off peak and for members less; then extras.

Also what a cancellation costs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from s2m.domain import money
from s2m.domain.instants import clock_at
from s2m.domain.money import Line, Sum
from s2m.domain.rooms.offer import hours_of
from s2m.domain.venues import DAYS, Venue, day_end, is_open

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booking
    from s2m.domain.rooms.extras import Extra
    from s2m.domain.rooms.terms import RoomTerms

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
# In quarters
HALF_DAY = 4 * 4
# What is no price of the room: given back, or another document's
APART = ("deposit",)
# A part of a price: by what, up to which quarter, and how many sixtieths of its price
Part = tuple[str, int, int]


def price(
    terms: RoomTerms, venue: Venue, start: datetime, end: datetime, *, extras: Sequence[tuple[Extra, int]] = (),
    member: bool = False,
) -> tuple[Line, ...]:  # fmt: skip
    """The lines of a booking. extras: each with how many of it (of what goes by the person: for how many)."""
    lines = _of_the_room(terms, venue, start, end)
    room = sum(line.net_cents for line in lines)
    if member and terms.member_percent and room:
        lines.append(money.line("member", -100, money.part(room, terms.member_percent, 100), terms.vat))
    lines += [money.line("extra", count * 100, extra.unit_cents, extra.vat, extra.name) for extra, count in extras if count]
    if terms.deposit_cents:
        lines.append(money.line("deposit", 100, terms.deposit_cents, 0))
    return tuple(lines)


def _of_the_room(terms: RoomTerms, venue: Venue, start: datetime, end: datetime) -> list[Line]:
    """The cheapest way to pay a time, and of two that cost the same the one with fewer parts.

    From the end backwards, quarter by quarter: what is the least from here on? A quarter by the hour's price, a half-day for the
    next four hours, or a day up to the venue's midnight. Hours are real ones, also in the nights when the clock changes.
    """
    at = [start + n * QUARTER for n in range(-((start - end) // QUARTER))] + [end]
    units = {
        "room_day": terms.day_cents, "room_half_day": terms.half_day_cents, "room_hour": terms.hour_cents,
        "room_off_peak": money.part(terms.hour_cents, 100 - terms.off_peak_percent, 100),
    }  # fmt: skip
    # The least to pay from each quarter on: its cost, in how many parts, and the first of them. In sixtieths of a cent, since a
    # minute has that much of an hour's price
    least: list[tuple[int, int, Part]] = [(0, 0, ("", 0, 0))] * len(at)
    for n, ways in reversed(list(enumerate(_ways(terms, venue, at)))):
        if not ways:
            return []
        least[n] = min((least[to][0] + units[code] * size, least[to][1] + 1, (code, to, size)) for code, to, size in ways)
    return _lines([part for _, _, part in least], units, terms.vat)


def _ways(terms: RoomTerms, venue: Venue, at: list[datetime]) -> Iterator[list[Part]]:
    """How the time from each quarter on can be paid."""
    last, midnight = len(at) - 1, 0
    quiet = replace(venue, opening_hours=terms.off_peak if terms.off_peak_percent else {})
    for n in range(last):
        ways: list[Part] = []
        if terms.hour_cents:
            off = bool(quiet.opening_hours) and is_open(quiet, at[n], at[n + 1])
            ways.append(("room_off_peak" if off else "room_hour", n + 1, (at[n + 1] - at[n]) // MINUTE))
        if terms.half_day_cents:
            ways.append(("room_half_day", min(n + HALF_DAY, last), 60))
        if terms.day_cents:
            if n >= midnight:
                midnight = min(bisect_left(at, day_end(venue, at[n]).astimezone(UTC)), last)
            ways.append(("room_day", midnight, 60))
        yield ways


def _lines(parts: list[Part], units: Mapping[str, int], vat: int) -> list[Line]:
    """One line for each kind: two days are a line with a 2. parts: at each quarter the one that begins there."""
    counts = dict.fromkeys(units, 0)
    n = 0
    while n < len(parts) - 1:
        code, n, size = parts[n]
        counts[code] += size
    return [money.line(code, money.part(size, 100, 60), units[code], vat) for code, size in counts.items() if size]


@dataclass(frozen=True)
class Sample:
    """What a time at the venue would cost; what: two_hours, off_peak (two hours then), half_day or day; deposit left out."""

    what: str
    start: datetime
    end: datetime
    stranger: Sum
    member: Sum


def samples(terms: RoomTerms, venue: Venue, now: datetime) -> list[Sample]:
    """What these terms come to, on a day of the next two weeks on which the room is open, and at a quiet time if there is one."""
    hours = hours_of(venue, terms).opening_hours
    days = [now.astimezone(venue.zone).date() + timedelta(days=n) for n in range(1, 15)]
    opens = {day: (hours.get(DAYS[day.weekday()]) or [""])[0] for day in days}
    quiet = {day: (terms.off_peak.get(DAYS[day.weekday()]) or [""])[0] for day in days}
    usual = next((day for day in days if opens[day] and not quiet[day]), next((day for day in days if opens[day]), days[0]))
    times = [("two_hours", usual, opens[usual] or "09:00", 2), ("half_day", usual, opens[usual] or "09:00", 4)]
    times.append(("day", usual, opens[usual] or "09:00", 8))
    off = next((day for day in days if opens[day] and quiet[day]), None)
    if off and terms.off_peak_percent:
        times.insert(1, ("off_peak", off, max(opens[off], quiet[off]), 2))
    found = []
    for what, day, clock, length in times:
        start = clock_at(venue.zone, day, time.fromisoformat(clock))
        end = start + timedelta(hours=length)
        sums = [without_deposit(price(terms, venue, start, end, member=member)) for member in (False, True)]
        found.append(Sample(what, start, end, *sums))
    return found


def without_deposit(lines: Iterable[Line]) -> Sum:
    """What a meeting costs. The deposit is given back."""
    return money.total(line for line in lines if line.code not in APART)


def share(terms: RoomTerms, booking: Booking, now: datetime) -> int:
    """The percentage that is due if a booking is cancelled now: by its tiers, or what it was bound to when it moved."""
    left = booking.starts_at - now
    due = [percent for hours, percent in terms.tiers if left < timedelta(hours=hours)]
    return max([booking.bound_percent, *due])


def fee(terms: RoomTerms, booking: Booking, now: datetime) -> tuple[int, tuple[Line, ...]]:
    """What is due if it is cancelled now: the percentage, and a line for each rate of VAT. The deposit is given back whole."""
    percent = share(terms, booking, now)
    net: dict[int, int] = {}
    for line in booking.lines:
        if line.code not in APART:
            net[line.vat] = net.get(line.vat, 0) + line.net_cents
    parts = {vat: money.part(cents, percent, 100) for vat, cents in net.items()}
    found = (money.line("cancellation", 100, cents, vat) for vat, cents in sorted(parts.items(), reverse=True) if cents > 0)
    return percent, tuple(found)


def steps(terms: RoomTerms, booking: Booking) -> list[tuple[datetime | None, int]]:
    """Until when cancelling a booking costs what share, the cheapest first; None: until the start."""
    found: list[tuple[datetime | None, int]] = []
    percent = booking.bound_percent
    for hours, then in sorted(terms.tiers, reverse=True):
        if then <= percent:
            continue
        found.append((booking.starts_at - timedelta(hours=hours), percent))
        percent = max(percent, then)
    return [*found, (None, percent)]


def extras_of(chosen: Mapping[str, int], known: Iterable[Extra]) -> list[tuple[Extra, int]]:
    """What was chosen, as extras with their count, in the order in which the house lists them."""
    return [(extra, chosen[extra.id]) for extra in known if chosen.get(extra.id)]
