"""On what terms a room is let: read from a form, kept by version, planned and withdrawn; and what a time costs by them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from s2m.domain import money, rooms, venues
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.rooms import RoomTerms, parse_terms, values_of
from s2m.domain.rooms.form import BOUNDS, typed
from s2m.domain.venues import DAYS, USUAL_HOURS, Room, Venue
from tests.letting import HOUR, as_booker, book, let

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ROOM = Room("r", "n", "v", "Perron", "meeting", 0, 40, NOW)
VENUE = Venue("v", "n", "het-seinhuis", "Het Seinhuis", "Europe/Amsterdam", "nl", USUAL_HOURS, NOW)
USUAL = {**values_of(RoomTerms(hour_cents=3800))}


# The form ---------------------------------------------------------------------------------------------------------

clocks = st.sampled_from(["00:00", "07:30", "09:00", "12:15", "18:00", "22:45"])
hours = st.dictionaries(st.sampled_from(DAYS), st.tuples(clocks, clocks).filter(lambda t: t[0] != t[1]).map(list), min_size=1)
quarters = st.integers(1, 16).map(lambda n: n * 15)
tiers = st.dictionaries(st.integers(1, 999), st.integers(1, 100), max_size=5).map(
    lambda found: tuple(zip(sorted(found, reverse=True), sorted(found.values()), strict=True))
)


@st.composite
def terms_of_all_kinds(draw):
    off_peak_percent = draw(st.sampled_from([0, 15, 100]))
    warn, shortest = draw(st.integers(0, 60)), draw(quarters)
    dots = draw(st.integers(0, 9))
    return RoomTerms(
        setups={code: draw(st.integers(1, 40)) for code in rooms.SETUPS if draw(st.booleans())},
        equipment=tuple(code for code in rooms.EQUIPMENT if draw(st.booleans())),
        step_free=draw(st.booleans()), hearing_loop=draw(st.booleans()), bookable_by=draw(st.sampled_from(rooms.BOOKABLE_BY)),
        buffer_before=draw(quarters), buffer_after=draw(quarters), shortest=shortest, longest=shortest + draw(quarters),
        notice=draw(st.integers(0, 1440)), horizon=draw(st.integers(1, 366)), hours=draw(st.none() | hours),
        open_on_holidays=draw(st.booleans()), hour_cents=draw(st.integers(0, 99_999)),
        half_day_cents=draw(st.integers(0, 99_999)), day_cents=draw(st.integers(0, 99_999)), off_peak_percent=off_peak_percent,
        off_peak=draw(hours) if off_peak_percent else {}, member_percent=draw(st.integers(0, 100)),
        vat=draw(st.sampled_from(money.VAT_RATES)), extras=tuple(one for one in ("beamer", "koffie") if draw(st.booleans())),
        tiers=draw(tiers), option_hours=draw(st.integers(0, 720)), approval=draw(st.booleans()), warn_after=warn,
        release_after=draw(st.just(0) | st.integers(warn, 240)), deposit_cents=draw(st.integers(0, 99_999)), dots_per_hour=dots,
        dots_limit=draw(st.integers(1, 99)) if dots else 0,
    )  # fmt: skip


@given(terms_of_all_kinds())
def test_what_terms_write_into_a_form_reads_as_the_same_terms(terms):
    assert parse_terms(values_of(terms), ROOM, ("koffie", "beamer")) == terms


WRONG = [
    ({"bookable_by": "nobody"}, "bookable_by", "choice"), ({"vat": "600"}, "vat", "choice"), ({"vat": "x"}, "vat", "not_whole"),
    ({"hour_cents": "38,5"}, "hour_cents", "money"), ({"day_cents": "1e3"}, "day_cents", "money"),
    ({"hour_cents": "-1"}, "hour_cents", "money"), ({"hour_cents": ""}, "hour_cents", "no_price"),
    ({"hour_cents": "0"}, "hour_cents", "no_price"), ({"buffer_after": "20"}, "buffer_after", "quarters"),
    ({"shortest": "0"}, "shortest", "too_small"), ({"shortest": "90", "longest": "60"}, "longest", "longest_below"),
    ({"notice": "2880", "horizon": "1"}, "notice", "notice_beyond"), ({"horizon": "9999"}, "horizon", "too_large"),
    ({"own_hours": "1"}, "mon", "hours_empty"), ({"own_hours": "1", "tue_opens": "9"}, "tue", "clock"),
    ({"off_peak_percent": "10"}, "off_mon", "off_peak_empty"), ({"off_fri_opens": "09:00"}, "off_fri", "clock"),
    ({"setup_theatre": "41"}, "setup_theatre", "too_large"), ({"setup_theatre": "0"}, "setup_theatre", "too_small"),
    ({"tier_hours_0": "24", "tier_hours_1": "24"}, "tier_hours_1", "tier_twice"),
    ({"tier_percent_0": "80"}, "tier_percent_0", "tier_order"), ({"tier_hours_4": "3"}, "tier_percent_4", "not_whole"),
    ({"tier_percent_0": "101"}, "tier_percent_0", "too_large"), ({"warn_after": "30", "release_after": "15"}, "release_after",
    "release_before_warn"), ({"dots_per_hour": "2"}, "dots_limit", "dots_unlimited"), ({"member_percent": ""}, "member_percent",
    "not_whole"), ({"horizon": "٣"}, "horizon", "not_whole"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "field", "code"), WRONG, ids=[f"{code}-{field}" for _, field, code in WRONG])
def test_terms_that_make_no_sense_are_refused_beside_their_field(wrong, field, code):
    with pytest.raises(Invalid, match=code) as caught:
        parse_terms(USUAL | wrong, ROOM, ())
    assert caught.value.data["field"] == field


@pytest.mark.parametrize("name", BOUNDS)
def test_every_number_has_bounds(name):
    for wrong in (str(BOUNDS[name][0] - 1), str(BOUNDS[name][1] + 15), "", "x", "1.5"):
        with pytest.raises(Invalid) as caught:
            parse_terms(USUAL | {name: wrong}, ROOM, ())
        assert caught.value.data["field"] == name


def test_a_room_for_nothing_is_said_and_an_extra_of_elsewhere_is_left_out():
    found = parse_terms(USUAL | {"hour_cents": "", "free": "1", "extra_elders": "1"}, ROOM, ("koffie",))
    assert found.lowest is None and found.extras == ()


# Versions ---------------------------------------------------------------------------------------------------------


def test_terms_change_by_version_and_say_what_changed_and_who(store, cast, now):
    venue, by = cast.seinhuis, cast.marieke.id
    room = let(store, venue, cast.marieke, now)
    booked = book(store, venue, room, now + 26 * HOUR, 1, as_booker(cast.samira), now)
    rooms.change_terms(store, venue, room.id, RoomTerms(hour_cents=4200, step_free=True), by, now + HOUR)
    rooms.change_terms(store, venue, room.id, RoomTerms(hour_cents=4200, step_free=True), by, now + 2 * HOUR)
    newest, first = rooms.versions(store, room)
    assert newest.was == {"hour_cents": (3800, 4200), "step_free": (False, True)}
    assert (newest.at, newest.by, first.first, first.was) == (now + HOUR, by, True, {})
    assert store.rooms.version(booked.terms_id).hour_cents == 3800


def test_a_planned_version_begins_on_its_day_or_is_withdrawn(store, cast, now):
    venue, by = cast.seinhuis, cast.marieke.id
    room, later = let(store, venue, cast.marieke, now), now + timedelta(days=9)
    rooms.change_terms(store, venue, room.id, RoomTerms(hour_cents=5000), by, now, effective_at=later)
    assert rooms.terms_of(store, room, later - QUARTER).hour_cents == 3800
    assert rooms.terms_of(store, room, later).hour_cents == 5000
    planned = rooms.versions(store, room)[0].id
    with pytest.raises(NotFound):
        rooms.withdraw_terms(store, venue, room.id, planned, by, later)
    rooms.withdraw_terms(store, venue, room.id, planned, by, now)
    assert rooms.terms_of(store, room, later).hour_cents == 3800
    with pytest.raises(NotFound):
        rooms.withdraw_terms(store, venue, room.id, planned, by, now)
    with pytest.raises(NotFound):
        rooms.withdraw_terms(store, venue, room.id, rooms.versions(store, room)[0].id, by, now)


def test_terms_begin_neither_in_the_past_nor_after_more_than_a_year(store, cast, now):
    room = let(store, cast.seinhuis, cast.marieke, now)
    for at, error in ((now - QUARTER, Refused), (now + timedelta(days=367), Invalid)):
        with pytest.raises(error):
            rooms.change_terms(store, cast.seinhuis, room.id, RoomTerms(), cast.marieke.id, now, effective_at=at)


def test_only_meeting_rooms_of_this_venue_are_let(store, cast, now):
    given = {"name": "Stil", "kind": "quiet", "floor": "0", "capacity": "4"}
    quiet = venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now)
    room = let(store, cast.seinhuis, cast.marieke, now)
    for venue, room_id in ((cast.seinhuis, quiet.id), (cast.elders, room.id)):
        with pytest.raises(NotFound):
            rooms.change_terms(store, venue, room_id, RoomTerms(), cast.marieke.id, now)


# Prices -----------------------------------------------------------------------------------------------------------


def slowly(terms, start, quarters):
    """The cheapest way to pay, tried one by one with decimals and the clock on the wall: its cost, and that by whole lines."""

    def local(n):
        return (start + n * QUARTER).astimezone(VENUE.zone)

    def quiet(n):
        window = terms.off_peak.get(DAYS[local(n).weekday()])
        return bool(terms.off_peak_percent and window and window[0] <= f"{local(n):%H:%M}" < window[1])

    def cents(value):
        return Decimal(value).quantize(Decimal(1), ROUND_HALF_UP)

    low = cents(Decimal(terms.hour_cents) * (100 - terms.off_peak_percent) / 100)

    @cache
    def least(n):
        """(cost, parts, hours, hours off peak, half-days, days)"""
        if n >= quarters:
            return (Decimal(0), 0, Decimal(0), Decimal(0), 0, 0)
        ways = []
        if terms.hour_cents:
            cost, parts, hours, off, halves, days = least(n + 1)
            if quiet(n):
                ways.append((cost + low / 4, parts + 1, hours, off + Decimal("0.25"), halves, days))
            else:
                ways.append((cost + Decimal(terms.hour_cents) / 4, parts + 1, hours + Decimal("0.25"), off, halves, days))
        if terms.half_day_cents:
            cost, parts, hours, off, halves, days = least(n + 16)
            ways.append((cost + terms.half_day_cents, parts + 1, hours, off, halves + 1, days))
        if terms.day_cents:
            tomorrow = next((m for m in range(n + 1, quarters) if local(m).date() != local(n).date()), quarters)
            cost, parts, hours, off, halves, days = least(tomorrow)
            ways.append((cost + terms.day_cents, parts + 1, hours, off, halves, days + 1))
        return min(ways, key=lambda way: way[:2], default=(Decimal(0), 0, Decimal(0), Decimal(0), 0, 0))

    _, _, hours, off, halves, days = least(0)
    room = cents(hours * terms.hour_cents) + cents(off * low) + halves * terms.half_day_cents + days * terms.day_cents
    return least(0)[0], room


# Two nights in which the clock changes, and days around them
STARTS = [datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 3, 12, 7, tzinfo=UTC)]
windows = st.dictionaries(
    st.sampled_from(DAYS), st.sampled_from([["00:00", "01:00"], ["04:00", "12:00"], ["08:30", "10:15"], ["18:00", "24:00"]])
)
prices = st.just(0) | st.integers(1, 30_000)


@settings(max_examples=150, deadline=None)
@given(
    hour=prices, half=prices, day=prices, off=st.sampled_from([0, 25, 33, 100]), windows=windows,
    start=st.sampled_from(STARTS), later=st.integers(0, 60), quarters=st.integers(1, 150), member=st.integers(0, 100),
)  # fmt: skip
@example(4000, 12000, 0, 50, {"thu": ["08:30", "10:15"]}, STARTS[2], 2, 24, 0)  # a half-day in the middle of the hours
@example(5000, 16000, 0, 0, {}, STARTS[2], 52, 16, 10)  # four hours around midnight are one half-day
def test_a_price_is_the_cheapest_that_there_is_to_the_cent(hour, half, day, off, windows, start, later, quarters, member):
    terms = RoomTerms(hour_cents=hour, half_day_cents=half, day_cents=day, off_peak_percent=off, off_peak=windows)
    terms = replace(terms, member_percent=member)
    start += later * QUARTER
    lines = rooms.price(terms, VENUE, start, start + quarters * QUARTER)
    exact, room = slowly(terms, start, quarters)
    assert abs(sum(line.net_cents for line in lines) - exact) <= 1
    assert all(line.net_cents == money.part(line.unit_cents, line.hundredths, 100) for line in lines)
    cheaper = rooms.price(terms, VENUE, start, start + quarters * QUARTER, member=True)
    off_it = (Decimal(sum(line.net_cents for line in lines)) * member / 100).quantize(Decimal(1), ROUND_HALF_UP)
    found = money.total(cheaper)
    assert found.net_cents == sum(line.net_cents for line in lines) - off_it
    vat = (Decimal(found.net_cents) * 21 / 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert found.gross_cents == found.net_cents + vat
    if not (off and half):  # where ways differ that cost the same, so may their rounding
        assert sum(line.net_cents for line in lines) == room


def test_an_hour_that_comes_twice_costs_two_and_one_that_is_skipped_none():
    terms = RoomTerms(hour_cents=1000)
    for midnight, hours in ((datetime(2026, 10, 24, 22, tzinfo=UTC), 5), (datetime(2026, 3, 28, 23, tzinfo=UTC), 3)):
        four = datetime(midnight.year, midnight.month, midnight.day + 1, 4, tzinfo=VENUE.zone).astimezone(UTC)
        (line,) = rooms.price(terms, VENUE, midnight, four)
        assert (line.code, line.hundredths, line.net_cents) == ("room_hour", hours * 100, hours * 1000)


def test_a_day_lasts_until_midnight_and_a_half_day_four_hours():
    terms = RoomTerms(hour_cents=5000, half_day_cents=16000, day_cents=24000)
    at = datetime(2026, 3, 12, 8, tzinfo=UTC)

    def codes(hours, start=at):
        lines = rooms.price(terms, VENUE, start, start + hours * HOUR)
        return {line.code: line.hundredths for line in lines}

    assert codes(3) == {"room_hour": 300} and codes(4) == {"room_half_day": 100}
    assert codes(5) == {"room_half_day": 100, "room_hour": 100}
    assert codes(7) == {"room_day": 100} and codes(15) == {"room_day": 100} and codes(16) == {"room_day": 100, "room_hour": 100}
    assert codes(4, at + 12 * HOUR) == {"room_half_day": 100}  # from 21:00 to 1:00
    assert codes(39) == {"room_day": 200}


def test_a_free_room_has_no_lines_and_a_deposit_is_no_price():
    assert rooms.price(RoomTerms(), VENUE, NOW, NOW + HOUR, member=True) == ()
    (line,) = rooms.price(RoomTerms(deposit_cents=25000, member_percent=50), VENUE, NOW, NOW + HOUR, member=True)
    assert (line.code, line.net_cents, line.vat) == ("deposit", 25000, 0)


@pytest.mark.parametrize(("cents", "words"), [(0, ""), (3800, "38"), (3850, "38,50"), (5, "0,05")])
def test_an_amount_is_written_as_one_types_it(cents, words):
    assert typed(cents) == words
    assert not words or money.cents(words, "x") == cents
