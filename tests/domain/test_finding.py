"""Any room for 8 people, 2 hours, Thursday: what is offered is free, what is free is offered, and the rest says why not."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2m.domain import bookings, rooms
from s2m.domain.bookings import STRANGER, finding
from s2m.domain.bookings.blocked import Blocked
from s2m.domain.bookings.finding import Wish
from s2m.domain.errors import Invalid
from s2m.domain.venues import DAYS
from tests.letting import HOUR, as_booker, book, let

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
THURSDAY, FRIDAY = date(2026, 3, 12), date(2026, 3, 13)
QUARTER = timedelta(minutes=15)
NIGHT = datetime(2026, 3, 9, 7, tzinfo=UTC)


def at(clock, on=FRIDAY):
    return datetime.combine(on, time.fromisoformat(clock), AMSTERDAM).astimezone(UTC)


def clocks(starts):
    return [start.astimezone(AMSTERDAM).strftime("%a %H:%M") for start in starts]


@pytest.fixture
def find(store, cast, now):
    def find(when=now, by=STRANGER, **wish):
        return finding.find(store, cast.seinhuis, store.rooms.let(cast.seinhuis.id, when), Wish(**wish), by, when)

    return find


@pytest.fixture
def host(cast):
    return as_booker(cast.marieke, host=True)


def test_the_smallest_room_that_fits_comes_first_with_its_first_free_times(store, cast, now, host, find):
    for name, capacity in (("Remise", 40), ("Perron", 20), ("Loket", 2)):
        let(store, cast.seinhuis, cast.marieke, now, name, capacity, buffer_after=0)
    perron = next(room for room, _ in store.rooms.let(cast.seinhuis.id, now) if room.name == "Perron")
    book(store, cast.seinhuis, perron, at("10:00"), 2, host, now)
    found = find(people=8, length=2 * HOUR, on=FRIDAY)
    assert [one.room.name for one in found.free] == ["Perron", "Remise"]
    assert clocks(found.free[0].starts) == ["Fri 12:00", "Fri 13:00", "Fri 14:00", "Fri 15:00", "Fri 16:00"]
    assert clocks(found.free[1].starts)[:3] == ["Fri 08:30", "Fri 09:00", "Fri 10:00"]
    assert [(one.room.name, one.code, one.most) for one in found.unfit] == [("Loket", "small", 2)]


def test_times_can_be_asked_for_from_an_hour_on(store, cast, now, find):
    let(store, cast.seinhuis, cast.marieke, now)
    assert clocks(find(on=FRIDAY, after=time(14, 30)).free[0].starts)[:2] == ["Fri 14:30", "Fri 15:00"]


def test_a_full_day_answers_with_the_nearest_other_times(store, cast, now, host, find):
    perron = let(store, cast.seinhuis, cast.marieke, now, buffer_after=0)
    book(store, cast.seinhuis, perron, at("09:00"), 9, host, now)
    found = find(length=2 * HOUR, on=FRIDAY)
    assert found.free == () and clocks(found.full[0].elsewhen) == ["Mon 08:30", "Tue 08:30", "Wed 08:30"]
    assert clocks(find(length=HOUR / 2, on=FRIDAY, after=time(12)).full[0].elsewhen)[0] == "Fri 08:30", "earlier that day"


def test_any_day_soon_gives_the_first_day_of_each_room(store, cast, now, host, find):
    one, _two = (let(store, cast.seinhuis, cast.marieke, now, name, buffer_after=0) for name in ("Een", "Twee"))
    book(store, cast.seinhuis, one, at("09:00", THURSDAY) + HOUR, 8, host, now)
    found = find(length=2 * HOUR)
    assert [(one.room.name, clocks(one.starts)[0]) for one in found.free] == [("Twee", "Thu 09:45"), ("Een", "Fri 08:30")]


def test_a_search_without_a_day_goes_on_for_months_where_all_is_closed(store, cast, now, find):
    perron = let(store, cast.seinhuis, cast.marieke, now)
    rooms.close(store, cast.seinhuis, perron.id, now, at("00:00", date(2026, 9, 1)), "verbouwen", cast.marieke.id, now)
    assert clocks(find().free[0].starts)[0] == "Tue 08:30"
    rooms.close(store, cast.seinhuis, perron.id, now, at("00:00", date(2027, 9, 1)), "verbouwen", cast.marieke.id, now)
    assert find().free == () and [one.room.name for one in find().full] == ["Perron"]


@pytest.mark.parametrize("terms, wish, code", [
    ({"setups": {"theatre": 30, "boardroom": 8}}, {"people": 9, "setup": "boardroom"}, "small"),
    ({"setups": {"theatre": 30}}, {"setup": "boardroom"}, "setup"),
    ({"equipment": ("screen",)}, {"equipment": frozenset({"screen", "sound"})}, "equipment"),
    ({}, {"step_free": True}, "access"), ({}, {"hearing_loop": True}, "access"),
    ({"bookable_by": "members"}, {}, "members"), ({"bookable_by": "hosts"}, {}, "hosts"),
    ({"longest": 60}, {"length": 2 * HOUR}, "long"), ({"shortest": 120}, {}, "short"),
])  # fmt: skip
def test_a_room_that_does_not_do_says_why(store, cast, now, find, terms, wish, code):
    let(store, cast.seinhuis, cast.marieke, now, **terms)
    assert [one.code for one in find(on=FRIDAY, **wish).unfit] == [code]


def test_a_room_for_members_is_offered_to_members(store, cast, now, find):
    let(store, cast.seinhuis, cast.marieke, now, bookable_by="members")
    assert find(on=FRIDAY, by=as_booker(cast.samira)).free


def test_what_is_offered_can_be_booked(store, cast, now, host, find):
    room = let(store, cast.seinhuis, cast.marieke, now, buffer_before=15, buffer_after=30, notice=60)
    book(store, cast.seinhuis, room, at("11:00", THURSDAY), 1, host, now)
    for start in find(length=1.5 * HOUR, on=THURSDAY).free[0].starts:
        held = bookings.hold(store, cast.seinhuis, room.id, start, start + 1.5 * HOUR, STRANGER, now)
        bookings.let_go(store, cast.seinhuis, held, now)


def test_hours_past_midnight_are_those_of_the_day_on_which_they_began_also_for_holidays(store, cast, find, host):
    eve, kings_night = at("23:15", date(2026, 12, 31)), at("00:30", date(2026, 4, 28))
    room = let(store, cast.seinhuis, cast.marieke, NIGHT, hours=dict.fromkeys(DAYS, ["18:00", "02:00"]), buffer_after=0)
    starts = find(NIGHT, length=HOUR, on=date(2026, 12, 31), after=time(23, 15)).free[0].starts
    assert clocks(starts) == ["Thu 23:15", "Fri 00:00", "Fri 01:00"]
    for start in (eve, eve + 2 * HOUR, at("00:15", date(2026, 4, 27))):  # the last before King's Day begins
        held = bookings.hold(store, cast.seinhuis, room.id, start, start + HOUR / 2, STRANGER, start - 9 * HOUR)
        bookings.let_go(store, cast.seinhuis, held, start - 9 * HOUR)
    with pytest.raises(Invalid) as refused:
        bookings.hold(store, cast.seinhuis, room.id, kings_night, kings_night + HOUR, STRANGER, kings_night - 9 * HOUR)
    assert refused.value.code == "holiday", "that night belongs to King's Day"


def test_after_midnight_the_rest_of_the_night_is_found(store, cast, find):
    let(store, cast.seinhuis, cast.marieke, NIGHT, hours=dict.fromkeys(DAYS, ["18:00", "02:00"]), buffer_after=0)
    late = at("00:35")
    assert clocks(find(late, length=HOUR).free[0].starts) == ["Fri 00:45", "Fri 01:00"]
    assert clocks(find(late, length=HOUR, on=FRIDAY).free[0].starts)[0] == "Fri 00:45"
    assert clocks(find(late, length=HOUR, on=FRIDAY, after=time(20)).free[0].starts)[0] == "Fri 20:00"
    assert clocks(find(late, length=HOUR, on=THURSDAY + timedelta(days=2)).free[0].starts)[0] == "Sat 18:00"


# Against a model that looks at every minute of every candidate ----------------------------------------------------------

spans = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40)), max_size=8)


@given(busy=spans, closed=spans, length=st.integers(1, 30), buffers=st.tuples(st.integers(0, 5), st.integers(0, 7)), opens=...)
def test_the_starts_are_those_of_a_model_that_tries_every_minute(busy, closed, length, buffers, opens: bool):
    """Times in units of five minutes; what is busy comes with buffers, and never overlaps."""
    (before, after), opens = buffers, 5 * opens
    unit, zero = 300_000_000, finding.number(datetime(2026, 3, 12, 7, tzinfo=UTC))
    apart, end = [], 0
    for gap, long in busy:
        apart.append((end + gap % 50, end + gap % 50 + long))
        end = apart[-1][1]
    shut = sorted((since, since + long) for since, long in closed)

    def real(pairs):
        return [(zero + since * unit, zero + until * unit) for since, until in pairs]

    days = real([(opens, 80), (90, 150)])
    busy = Blocked(*([pair[n] for pair in real(apart)] for n in (0, 1)))
    found = [
        start for day, near in finding.with_a_gap(days, length * unit, (before * unit, after * unit), busy)
        for start in finding.starts_in(day, length * unit, (before * unit, after * unit), near, real(shut))
    ]  # fmt: skip
    free = set(range(-10, 400)) - {n for since, until in apart for n in range(since, until)}
    usable = {*range(opens, 80), *range(90, 150)} - {n for since, until in shut for n in range(since, until)}
    expected = [
        n for n in range(0, 150, 3)
        if set(range(n, n + length)) <= usable and set(range(n - before, n + length + after)) <= free
    ]  # fmt: skip
    assert [(start - zero) // unit for start in found] == expected


@given(busy=spans, length=st.integers(1, 30))
def test_a_day_is_named_only_where_a_gap_is_long_enough(busy, length):
    """So that a year in vain is over at a glance."""
    ends = [0]
    for gap, long in busy:
        ends += [ends[-1] + gap % 50, ends[-1] + gap % 50 + long]
    blocked = Blocked(ends[1::2], ends[2::2])
    taken = {n for since, until in zip(ends[1::2], ends[2::2], strict=True) for n in range(since, until)}
    days = [(0, 60), (70, 100), (100, 150)]
    named = [day for day, _near in finding.with_a_gap(days, length, (0, 0), blocked)]
    assert named == [(a, b) for a, b in days if any(not taken & set(range(n, n + length)) for n in range(a, b - length + 1))]


def test_few_times_are_shown_the_first_of_each_stretch_and_whole_hours():
    day = [at("08:30") + n * QUARTER for n in range(6)] + [at("13:15") + n * QUARTER for n in range(20)]
    shown = finding.few(map(finding.number, day))
    assert clocks(shown) == ["Fri 08:30", "Fri 09:00", "Fri 13:15", "Fri 14:00", "Fri 15:00", "Fri 16:00"]
