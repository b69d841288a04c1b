"""What a room costs: the cheapest of hours, half days and days, day by day; off peak and for members less; then extras.

Also what a cancellation costs, and how many free seats a meeting carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from s2m.domain import money
from s2m.domain.money import Line
from s2m.domain.venues import Venue, day_end, is_open

if TYPE_CHECKING:
    from s2m.domain.rooms.extras import Extra
    from s2m.domain.rooms.terms import RoomTerms
    from s2m.domain.venues import Policy

QUARTER = timedelta(minutes=15)
HALF_DAY = 4 * 60
# What is no price of the room: given back, or another document's
APART = ("deposit",)


def price(
    terms: RoomTerms, venue: Venue, start: datetime, end: datetime, *, people: int, extras: Sequence[tuple[Extra, int]] = (),
    member: bool = False,
) -> tuple[Line, ...]:  # fmt: skip
    """The lines of a booking. extras: each with how many of it (of what goes by the person: for how many)."""
    lines = list(merged(line for a, b in _by_day(venue, start, end) for line in _of_a_day(terms, venue, a, b)))
    room = sum(line.net_cents for line in lines)
    if member and terms.member_percent and room:
        lines.append(money.line("member", -100, money.part(room, terms.member_percent, 100), terms.vat))
    lines += [money.line("extra", count * 100, extra.unit_cents, extra.vat, extra.name) for extra, count in extras if count]
    if terms.deposit_cents:
        lines.append(money.line("deposit", 100, terms.deposit_cents, 0))
    return tuple(lines)


def merged(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines of one kind and price as one: two days are a line with a 2."""
    by_kind = sorted(lines, key=lambda one: (_ORDER.index(one.code), one.unit_cents))
    for (code, unit, vat), some in groupby(by_kind, key=lambda one: (one.code, one.unit_cents, one.vat)):
        yield money.line(code, sum(one.hundredths for one in some), unit, vat)


_ORDER = ("room_day", "room_half_day", "room_hour", "room_off_peak")


def _by_day(venue: Venue, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The parts of a time that lie in one day of the venue each."""
    while start < end:
        stop = min(end, day_end(venue, start).astimezone(UTC))
        yield start, stop
        start = stop


def _of_a_day(terms: RoomTerms, venue: Venue, start: datetime, end: datetime) -> list[Line]:
    """The cheapest way to pay a part of one day; of two that cost the same the one with fewer lines."""
    minutes = (end - start) // timedelta(minutes=1)
    ways = [_hours(terms, venue, start, end)] if terms.hour_cents else []
    if terms.half_day_cents:
        whole = minutes // HALF_DAY
        ways.append([money.line("room_half_day", -(-minutes // HALF_DAY) * 100, terms.half_day_cents, terms.vat)])
        if terms.hour_cents and whole and minutes % HALF_DAY:
            rest = _hours(terms, venue, start + timedelta(minutes=whole * HALF_DAY), end)
            ways.append([money.line("room_half_day", whole * 100, terms.half_day_cents, terms.vat), *rest])
    if terms.day_cents:
        ways.append([money.line("room_day", 100, terms.day_cents, terms.vat)])
    return min(ways, key=lambda way: (sum(line.net_cents for line in way), len(way)), default=[])


def _hours(terms: RoomTerms, venue: Venue, start: datetime, end: datetime) -> list[Line]:
    """By the hour, each quarter of one by whether it lies off peak."""
    low = money.part(terms.hour_cents, 100 - terms.off_peak_percent, 100)
    quiet = replace(venue, opening_hours=terms.off_peak)
    counts = {False: 0, True: 0}
    at = start
    while at < end:
        until = min(at + QUARTER, end)
        off = bool(terms.off_peak_percent) and is_open(quiet, at, until)
        counts[off] += (until - at) // timedelta(minutes=1)
        at = until
    found = (("room_hour", counts[False], terms.hour_cents), ("room_off_peak", counts[True], low))
    return [money.line(code, money.part(minutes, 100, 60), unit, terms.vat) for code, minutes, unit in found if minutes]


def fee(terms: RoomTerms, lines: Iterable[Line], starts_at: datetime, now: datetime) -> tuple[int, tuple[Line, ...]]:
    """What is due if it is cancelled now: the percentage, and a line for each rate of VAT. The deposit is given back whole."""
    left = starts_at - now
    due = [percent for hours, percent in terms.tiers if left < timedelta(hours=hours)]
    percent = max(due, default=0)
    net: dict[int, int] = {}
    for line in lines:
        if line.code not in APART:
            net[line.vat] = net.get(line.vat, 0) + line.net_cents
    parts = {vat: money.part(cents, percent, 100) for vat, cents in net.items()}
    found = (money.line("cancellation", 100, cents, vat) for vat, cents in sorted(parts.items(), reverse=True) if cents > 0)
    return percent, tuple(found)


def steps(terms: RoomTerms, starts_at: datetime) -> list[tuple[datetime | None, int]]:
    """Until when cancelling costs what share, the cheapest first; None: until the start."""
    found: list[tuple[datetime | None, int]] = []
    percent = 0
    for hours, then in sorted(terms.tiers, reverse=True):
        found.append((starts_at - timedelta(hours=hours), percent))
        percent = max(percent, then)
    return [*found, (None, percent)]


def carries(lines: Iterable[Line], policy: Policy) -> int:
    """How many free seats a meeting pays for that day, by what one costs the house; 0 where that is not told."""
    net = sum(line.net_cents for line in lines if line.code not in APART)
    return net // (policy.seat_cost_euro * 100) if policy.seat_cost_euro else 0


def extras_of(chosen: Mapping[str, int], known: Iterable[Extra]) -> list[tuple[Extra, int]]:
    """What was chosen, as extras with their count, in the order in which the house lists them."""
    return [(extra, chosen[extra.id]) for extra in known if chosen.get(extra.id)]
