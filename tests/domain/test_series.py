"""Meetings that are repeated: which days, shown with what is in the way, booked all or not at all, changed from one day on."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter

import pytest
import recurring_ical_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import event

from s2m.domain import bookings, rooms
from s2m.domain.bookings import STRANGER, Change, Details, Plan, Times, parse_rule, parse_times, repeating
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.venues import DAYS
from tests.letting import EVA, HOUR, as_booker, book, let

# The cast's Thursday, 13:00 by the clock of Het Seinhuis
ONE = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ALWAYS = {day: ["00:00", "24:00"] for day in DAYS}
WEEKLY = {"day": "2026-03-12", "every": "weekly", "ends_how": "count", "count": "4"}


@pytest.fixture
def perron(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now, buffer_after=0, horizon=800, tiers=((48, 50),))


@pytest.fixture
def renter(store, cast, now):
    return bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(EVA), "nl", now)


def plan(room, times=("13:00", "14:00"), details=None, weekdays=(), **form):
    return Plan(room, parse_rule(WEEKLY | form, list(weekdays)), Times(*times), details or Details(title="Kring"))


def days(form, weekdays=()):
    return [day.isoformat() for day in parse_rule(WEEKLY | form, list(weekdays)).days()]


@pytest.fixture
def series(store, cast, renter, now):
    """Books a plan as it is shown."""

    def series(wanted, by, choices=None):
        seen = bookings.preview(store, cast.seinhuis, wanted, choices or {}, by, now)
        cents = seen.sum.gross_cents
        return bookings.book_series(store, cast.seinhuis, wanted, choices or {}, renter, by, now, agreed_cents=cents)

    return series


def of(store, made):
    return store.bookings.of_series(made.id)


def local(one, zone):
    return [f"{at.astimezone(zone):%m-%d %H:%M}" for at in (one.starts_at, one.ends_at)]


# Which days -------------------------------------------------------------------------------------------------------


def test_a_rule_says_its_days():
    assert days({}) == ["2026-03-12", "2026-03-19", "2026-03-26", "2026-04-02"]
    assert days({"every": "daily", "interval": "3", "ends_how": "until", "last": "2026-03-18"}) == [
        "2026-03-12", "2026-03-15", "2026-03-18",
    ]  # fmt: skip
    assert days({"interval": "2"}, ["mon", "wed"]) == ["2026-03-16", "2026-03-18", "2026-03-30", "2026-04-01"]
    assert days({"every": "monthly_weekday"}) == ["2026-03-12", "2026-04-09", "2026-05-14", "2026-06-11"]
    assert days({"every": "monthly_weekday", "day": "2026-03-31"}) == ["2026-03-31", "2026-04-28", "2026-05-26", "2026-06-30"]
    assert days({"every": "monthly_day", "day": "2026-01-31"}) == ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        ({"every": "secondly"}, "every", "choice"),
        ({"every": "SECONDLY;COUNT=9"}, "every", "choice"),
        ({"every": None}, "every", "choice"),
        ({"count": "400"}, "count", "too_many_times"),
        ({"count": "1"}, "count", "too_small"),
        ({"count": "x"}, "count", "not_whole"),
        ({"count": "366"}, "ends_how", "series_long"),
        ({"interval": "0"}, "interval", "too_small"),
        ({"interval": "99"}, "interval", "too_large"),
        ({"ends_how": "never"}, "ends_how", "choice"),
        ({"ends_how": "until", "last": "2026-03-11"}, "last", "last_before"),
        ({"ends_how": "until", "last": "9999-01-01"}, "last", "day_shape"),
        ({"ends_how": "until", "last": "2030-01-01"}, "last", "series_long"),
        ({"every": "daily", "ends_how": "until", "last": "2028-01-01"}, "ends_how", "too_many_times"),
        ({"day": "2026-02-30"}, "day", "day_shape"),
    ],
)  # fmt: skip
def test_refuses_what_would_never_end_or_is_no_rule(form, field, code):
    with pytest.raises(Invalid, match=code) as caught:
        parse_rule(WEEKLY | form, [])
    assert caught.value.data["field"] == field


@pytest.mark.parametrize(
    ("form", "code"),
    [({"from": "13:00", "until": "12:00"}, "until_before"), ({"from": "24:00", "until": "24:00"}, "clock_shape"),
     ({"from": "13:10", "until": "14:00"}, "quarter"), ({"from": "x", "until": "14:00"}, "clock_shape")],
)  # fmt: skip
def test_refuses_times_that_are_none(form, code):
    with pytest.raises(Invalid, match=code):
        parse_times(form)


FORMS = st.fixed_dictionaries(
    {
        "day": st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat),
        "every": st.sampled_from(repeating.EVERY),
        "interval": st.integers(1, 4).map(str),
        "ends_how": st.sampled_from(["count", "until"]),
        "count": st.integers(2, 20).map(str),
        "ahead": st.integers(0, 200),
    }
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=FORMS, weekdays=st.lists(st.sampled_from(DAYS), unique=True), london=st.booleans(),
    clock=st.sampled_from(["00:30", "01:30", "02:30", "12:00"]),
)  # fmt: skip
def test_the_days_are_those_that_a_calendar_reads_from_the_rule(cast, form, weekdays, clock, london):
    """Another library reads the same rule with a start that has a clock time and a zone; both mean the same moments."""
    venue = cast.elders if london else cast.seinhuis
    form = form | {"last": (date.fromisoformat(form["day"]) + form["ahead"] * DAY).isoformat()}
    try:
        rule = parse_rule(form, weekdays)
    except Invalid as error:
        assert error.code in ("last_before", "series_long")
        return
    moments = []
    for day in rule.days():
        try:
            moments.append(repeating.on(venue, day, Times(clock, "23:45"))[0].at)
        except Invalid as error:
            assert error.code == "clock_skipped"
    assert set(moments) <= set(read(rule, venue, clock)) and len(rule.days()) == len(read(rule, venue, clock))
    assert {at.astimezone(venue.zone).strftime("%H:%M") for at in moments} <= {clock}


def read(rule, venue, clock):
    text, zone = rule.text, venue.timezone
    if "UNTIL=" in text:
        head, _, last = text.partition("UNTIL=")
        end = datetime.combine(date.fromisoformat(last), time(23, 59, 59), venue.zone).astimezone(UTC)
        text = f"{head}UNTIL={end:%Y%m%dT%H%M%SZ}"
    start = f"{rule.first:%Y%m%d}T{clock.replace(':', '')}00"
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", f"DTSTART;TZID={zone}:{start}",
             "DURATION:PT1H", f"RRULE:{text}", "END:VEVENT", "END:VCALENDAR")  # fmt: skip
    found = recurring_ical_events.of(Calendar.from_ical("\r\n".join(lines))).between(rule.first, rule.first + 1500 * DAY)
    return sorted(one["DTSTART"].dt.astimezone(UTC) for one in found)


# Shown before, and booked at once ---------------------------------------------------------------------------------


def test_noon_stays_noon_when_the_clock_changes(store, cast, perron, samira, series):
    made = series(plan(perron, ("12:00", "13:30")), samira)
    assert [local(one, cast.seinhuis.zone)[0] for one in of(store, made)] == [
        "03-12 12:00", "03-19 12:00", "03-26 12:00", "04-02 12:00",
    ]  # fmt: skip
    assert [one.starts_at.hour for one in of(store, made)] == [11, 11, 11, 10]
    assert {one.status for one in of(store, made)} == {"confirmed"} and {one.title for one in of(store, made)} == {"Kring"}


def test_a_time_that_the_clock_skips_is_in_the_way_and_of_one_that_comes_twice_the_first_is_meant(store, cast, marieke, now):
    room = let(store, cast.seinhuis, cast.marieke, now, hours=ALWAYS)
    spring = plan(room, ("02:30", "04:00"), every="daily", day="2026-03-28", count="3")
    seen = bookings.preview(store, cast.seinhuis, spring, {}, marieke, now)
    assert [one.problem and one.problem.code for one in seen.occurrences] == [None, "clock_skipped", None]
    assert [one.day.day for one in seen.open] == [29] and seen.open[0].others == ()
    autumn = plan(room, ("02:30", "04:00"), every="daily", day="2026-10-24", count="3")
    seen = bookings.preview(store, cast.seinhuis, autumn, {}, marieke, now)
    assert [one.twice for one in seen.occurrences] == [False, True, False]
    assert seen.occurrences[1].start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC) and not seen.open


def test_what_is_in_the_way_is_told_day_by_day(store, cast, perron, samira, now):
    book(store, cast.seinhuis, perron, ONE + 7 * DAY, 1, as_booker(cast.joost), now, title="Geheim")
    rooms.close(store, cast.seinhuis, perron.id, ONE + 14 * DAY, ONE + 15 * DAY, "verf", cast.marieke.id, now)
    seen = bookings.preview(store, cast.seinhuis, plan(perron, count="9"), {}, samira, now)
    told = {one.day.isoformat()[5:]: one.problem.code for one in seen.open}
    assert told == {"03-19": "taken", "03-26": "room_closed"}
    king = bookings.preview(store, cast.seinhuis, plan(perron, day="2026-04-20", every="daily", count="8"), {}, samira, now)
    told = [one.problem and one.problem.code for one in king.occurrences]
    assert told == [None] * 5 + ["closed_day"] * 2 + ["holiday"]
    assert [one.gross_cents for one in king.going] == [4598] * 5 and king.sum.gross_cents == 5 * 4598


def test_a_day_is_skipped_or_has_another_room_that_is_free_and_large_enough(store, cast, perron, samira, series, now):
    small = let(store, cast.seinhuis, cast.marieke, now, "Loket", 2)
    large = let(store, cast.seinhuis, cast.marieke, now, "Remise", 40, hour_cents=14000, buffer_after=0)
    for week in (1, 2):
        book(store, cast.seinhuis, perron, ONE + week * 7 * DAY, 1, as_booker(cast.joost), now)
    wanted = plan(perron, details=Details(people=8))
    seen = bookings.preview(store, cast.seinhuis, wanted, {}, samira, now)
    assert [[room.name for room in one.others] for one in seen.open] == [["Remise"], ["Remise"]]
    refused = bookings.preview(store, cast.seinhuis, wanted, {"2026-03-19": small.id}, samira, now)
    assert len(refused.open) == 2
    with pytest.raises(Conflict, match="series_changed"):
        series(wanted, samira)
    choices = {"2026-03-19": "skip", "2026-03-26": large.id}
    made = series(wanted, samira, choices)
    assert [(one.series_day, one.room_id == large.id) for one in of(store, made)] == [
        ("2026-03-12", False), ("2026-03-26", True), ("2026-04-02", False),
    ]  # fmt: skip
    assert sum(one.gross_cents for one in of(store, made)) == 2 * 4598 + 16940


def test_times_of_a_series_are_in_each_others_way(store, cast, marieke, now):
    room = let(store, cast.seinhuis, cast.marieke, now, hours=ALWAYS, buffer_after=15)
    seen = bookings.preview(store, cast.seinhuis, plan(room, ("12:00", "12:00", True), every="daily"), {}, marieke, now)
    assert [one.problem and one.problem.code for one in seen.occurrences] == [None, "taken", None, "taken"]


def test_where_something_changed_meanwhile_nothing_is_booked(store, cast, perron, samira, renter, now):
    wanted = plan(perron)
    cents = bookings.preview(store, cast.seinhuis, wanted, {}, samira, now).sum.gross_cents
    book(store, cast.seinhuis, perron, ONE + 14 * DAY, 1, as_booker(cast.joost), now)
    for agreed in (cents, cents - 4598, 0):
        with pytest.raises(Conflict, match="series_changed"):
            bookings.book_series(store, cast.seinhuis, wanted, {}, renter, samira, now, agreed_cents=agreed)
    everything = {day.isoformat(): "skip" for day in wanted.rule.days()}
    with pytest.raises(Invalid, match="nothing_left"):
        bookings.book_series(store, cast.seinhuis, wanted, everything, renter, samira, now, agreed_cents=0)
    assert len(store.bookings.between(cast.seinhuis.id, ONE - DAY, ONE + 60 * DAY)) == 1


def test_what_no_day_allows_is_refused_as_a_whole(store, cast, perron, samira, now):
    with pytest.raises(Invalid, match="too_short_time"):
        bookings.preview(store, cast.seinhuis, plan(perron, ("13:00", "13:15")), {}, samira, now)
    with pytest.raises(Invalid, match="too_many_people"):
        bookings.preview(store, cast.seinhuis, plan(perron, details=Details(people=21)), {}, samira, now)
    closed = let(store, cast.seinhuis, cast.marieke, now, "Kluis", bookable_by="members")
    with pytest.raises(Refused, match="members_only"):
        bookings.preview(store, cast.seinhuis, plan(closed), {}, STRANGER, now)


def test_a_room_that_asks_for_approval_is_asked_for_each_time(store, cast, samira, series, now):
    room = let(store, cast.seinhuis, cast.marieke, now, approval=True)
    assert {one.status for one in of(store, series(plan(room), samira))} == {"requested"}


def test_a_year_of_days_over_twenty_rooms_asks_the_database_as_often_as_one_day(store, cast, marieke, now):
    for n in range(19):
        let(store, cast.seinhuis, cast.marieke, now, f"Kamer {n}", hours=ALWAYS)
    room = let(store, cast.seinhuis, cast.marieke, now, hours=ALWAYS)
    asked = []

    def count(connection, cursor, statement, *more):
        asked.append(statement)

    event.listen(store.connection, "before_cursor_execute", count)
    few = bookings.preview(store, cast.seinhuis, plan(room, every="daily", count="2"), {}, marieke, now)
    first = len(asked)
    began = perf_counter()
    many = bookings.preview(store, cast.seinhuis, plan(room, every="daily", count="366"), {}, marieke, now)
    took = perf_counter() - began
    event.remove(store.connection, "before_cursor_execute", count)
    assert len(few.going) == 2 and len(many.going) == 366
    assert len(asked) == 2 * first < 20 and took < 2


# One, from one on, or all -----------------------------------------------------------------------------------------


def change(store, cast, booking, scope, what, by, now, choices=None):
    seen = bookings.preview_change(
        store, cast.seinhuis, bookings.targets(store, booking, scope, now), what, choices or {}, by, now
    )
    return bookings.change_series(
        store, cast.seinhuis, booking, scope, what, choices or {}, by, now, agreed_cents=seen.sum.gross_cents
    )


def test_one_of_them_is_changed_and_the_others_stay(store, cast, perron, samira, series, now):
    made = series(plan(perron), samira)
    before = of(store, made)
    assert change(store, cast, before[1], "this", Change(times=Times("15:00", "16:00"), title="Anders"), samira, now) == 1
    after = of(store, made)
    assert [one.title for one in after] == ["Kring", "Anders", "Kring", "Kring"]
    assert [after[n] for n in (0, 2, 3)] == [before[n] for n in (0, 2, 3)] and store.series.get(made.id) == made


def test_from_one_on_the_series_is_cut_and_a_new_one_goes_on(store, cast, perron, samira, series, now):
    made = series(plan(perron), samira)
    third = of(store, made)[2]
    assert change(store, cast, third, "following", Change(times=Times("15:00", "17:00")), samira, now) == 2
    old, new = store.series.get(made.id), store.series.get(store.bookings.get(third.id).series_id)
    assert [one.series_day for one in of(store, old)] == ["2026-03-12", "2026-03-19"]
    assert [one.series_day for one in of(store, new)] == ["2026-03-26", "2026-04-02"]
    assert (old.rule, new.rule) == ("FREQ=WEEKLY;INTERVAL=1;BYDAY=TH;UNTIL=20260325", "FREQ=WEEKLY;INTERVAL=1;BYDAY=TH;COUNT=2")
    assert (old.begins, new.begins, new.first_day) == ("13:00", "15:00", "2026-03-26")
    assert {one.gross_cents for one in of(store, new)} == {9196}


def test_all_means_those_that_have_not_begun(store, cast, perron, samira, marieke, series, now):
    made = series(plan(perron), samira)
    later = ONE + 7 * DAY + HOUR / 2
    before = of(store, made)
    assert change(store, cast, before[3], "all", Change(people=3, title="Kring 2"), samira, later) == 2
    after = of(store, made)
    assert after[:2] == before[:2] and [one.people for one in after] == [1, 1, 3, 3]
    with pytest.raises(Refused, match="booking_begun"):
        bookings.targets(store, after[0], "this", later)
    for gone in after:
        bookings.settle(store, cast.seinhuis, gone, marieke, later, status="cancelled")
    with pytest.raises(Conflict, match="booking_over"):
        bookings.targets(store, of(store, made)[3], "all", later)
    with pytest.raises(Invalid, match="choice"):
        bookings.targets(store, after[0], "most", now)


def test_all_are_made_longer_into_the_next_though_each_stood_in_the_others_way(store, cast, marieke, series, now):
    room = let(store, cast.seinhuis, cast.marieke, now, hours=ALWAYS, buffer_after=0)
    made = series(plan(room, ("08:00", "08:00", True), every="daily", day="2026-03-13"), marieke)
    assert change(store, cast, of(store, made)[0], "all", Change(times=Times("20:00", "20:00", True)), marieke, now) == 4
    assert change(store, cast, of(store, made)[0], "all", Change(times=Times("10:00", "10:00", True)), marieke, now) == 4
    assert {local(one, cast.seinhuis.zone)[0][-5:] for one in of(store, made)} == {"10:00"}


def test_what_is_in_the_way_of_a_change_stays_as_it_is_or_has_another_room(store, cast, perron, samira, series, now):
    other = let(store, cast.seinhuis, cast.marieke, now, "Remise", 40)
    made = series(plan(perron), samira)
    for week in (1, 2):
        book(store, cast.seinhuis, perron, ONE + week * 7 * DAY + 2 * HOUR, 1, as_booker(cast.joost), now)
    first, what = of(store, made)[0], Change(times=Times("15:00", "16:00"))
    with pytest.raises(Conflict, match="series_changed"):
        change(store, cast, first, "all", what, samira, now)
    assert change(store, cast, first, "all", what, samira, now, {"2026-03-19": "skip", "2026-03-26": other.id}) == 3
    after = [(*local(one, cast.seinhuis.zone), one.room_id == other.id) for one in of(store, made)]
    assert [start for start, _end, _other in after] == ["03-12 15:00", "03-19 13:00", "03-26 15:00", "04-02 15:00"]
    assert [there for _start, _end, there in after] == [False, False, True, False]


def test_a_member_s_series_has_the_member_s_price_in_the_room_it_is_moved_to(store, cast, perron, samira, series, now):
    store.people.mark_signed_in(cast.samira, now)
    cheap = let(store, cast.seinhuis, cast.marieke, now, "Remise", 40, buffer_after=0, member_percent=10)
    made = series(plan(perron, day="2026-03-19"), samira)
    assert change(store, cast, of(store, made)[0], "all", Change(room=cheap), samira, now) == 4
    assert {(one.room_id, one.gross_cents) for one in of(store, made)} == {(cheap.id, 4138)}


@pytest.fixture
def lunch(store, cast, now):
    """Ten lunches are there at a time, ten euro each."""
    given = {"name": "Lunch", "kind": "catering", "per": "person", "vat": "900", "price": "10", "stock": "10"}
    return rooms.add_extra(store, cast.seinhuis, given, cast.marieke.id, now)


def test_what_a_series_has_it_keeps_when_the_house_offers_it_no_longer(store, cast, lunch, samira, series, now):
    room = let(store, cast.seinhuis, cast.marieke, now, extras=(lunch.id,), buffer_after=0)
    made = series(plan(room, details=Details(people=2, extras={lunch.id: 2})), samira)
    rooms.retire_extra(store, cast.seinhuis, lunch.id, cast.marieke.id, now)
    assert change(store, cast, of(store, made)[0], "all", Change(people=3, times=Times("15:00", "16:00")), samira, now) == 4
    assert {one.extras[lunch.id] for one in of(store, made)} == {3}
    assert {[line.net_cents for line in one.lines if line.code == "extra"][0] for one in of(store, made)} == {3000}


def test_what_stays_as_it_is_keeps_its_extras_from_the_others(store, cast, lunch, marieke, series, now):
    """Of two days the second is moved to the time of the first, in another room: the first still has its lunches."""
    room, other = (
        let(store, cast.seinhuis, cast.marieke, now, name, extras=(lunch.id,), buffer_after=0, hours=ALWAYS)
        for name in ("Perron", "Remise")
    )
    details = Details(people=6, extras={lunch.id: 6})
    made = series(plan(room, ("13:00", "12:00", True), every="daily", count="2", details=details), marieke)
    what = Change(room=other, times=Times("11:00", "13:00", True))
    those = bookings.targets(store, of(store, made)[0], "all", now)
    seen = bookings.preview_change(store, cast.seinhuis, those, what, {"2026-03-12": "skip"}, marieke, now)
    assert [one.problem.code if one.problem else "" for one in seen.occurrences] == ["", "extra_gone"]


def test_set_up_extras_and_notes_are_changed_with_the_price_that_was_shown(store, cast, lunch, samira, series, now):
    room = let(store, cast.seinhuis, cast.marieke, now, extras=(lunch.id,), setups={"u_shape": 8, "theatre": 20})
    made = series(plan(room, details=Details(people=3)), samira)
    of_all = of(store, made)
    what = Change(setup="u_shape", notes="Sleutel", topics=("mantelzorg",), extras={lunch.id: True})
    assert change(store, cast, of_all[1], "following", what, samira, now) == 3
    first, *rest = (store.bookings.get(one.id) for one in of_all)
    assert first == of_all[0] and {one.starts_at for one in rest} == {one.starts_at for one in of_all[1:]}
    assert {(one.setup, one.notes, one.topics, one.extras[lunch.id], one.gross_cents) for one in rest} == {
        ("u_shape", "Sleutel", ("mantelzorg",), 3, 4598 + 3270)
    }  # fmt: skip
    new = store.series.get(rest[0].series_id)
    assert (new.setup, new.notes, new.extras) == ("u_shape", "Sleutel", {lunch.id: 3}) and store.series.get(made.id).extras == {}
    assert change(store, cast, rest[0], "all", Change(people=2, extras={lunch.id: False}), samira, now) == 3
    assert {(one.people, one.setup, len(one.extras), one.gross_cents) for one in of(store, new)} == {(2, "u_shape", 0, 4598)}
    with pytest.raises(Invalid, match="too_many_people"):
        change(store, cast, rest[0], "all", Change(people=9), samira, now)


def test_an_extra_that_is_short_on_some_days_is_in_the_way_on_those_alone(store, cast, lunch, samira, series, now):
    room, other = (
        let(store, cast.seinhuis, cast.marieke, now, name, extras=(lunch.id,), buffer_after=0) for name in ("Perron", "Remise")
    )
    made = series(plan(room, details=Details(people=4)), samira)
    book(store, cast.seinhuis, other, ONE + 7 * DAY, 1, as_booker(cast.joost), now, people=7, extras={lunch.id: 7})
    first, what = of(store, made)[0], Change(extras={lunch.id: True})
    seen = bookings.preview_change(store, cast.seinhuis, of(store, made), what, {}, samira, now)
    assert [one.problem and (one.problem.code, one.problem.data["left"]) for one in seen.occurrences] == [
        None, ("extra_gone", 3), None, None,
    ]  # fmt: skip
    with pytest.raises(Conflict, match="series_changed"):
        change(store, cast, first, "all", what, samira, now)
    assert change(store, cast, first, "all", what, samira, now, {"2026-03-19": "skip"}) == 3
    assert [one.extras.get(lunch.id) for one in of(store, made)] == [4, None, 4, 4]


def test_a_room_that_does_not_have_what_is_asked_for_is_in_the_way_and_no_choice(store, cast, lunch, samira, series, now):
    with_lunch = {"extras": (lunch.id,), "setups": {"u_shape": 8}, "buffer_after": 0}
    room = let(store, cast.seinhuis, cast.marieke, now, **with_lunch)
    bare = let(store, cast.seinhuis, cast.marieke, now, "Remise", buffer_after=0)
    third = let(store, cast.seinhuis, cast.marieke, now, "Loods", **with_lunch)
    book(store, cast.seinhuis, room, ONE + 7 * DAY, 1, as_booker(cast.joost), now)
    made = series(plan(room), samira, {"2026-03-19": bare.id})
    for what in (Change(extras={lunch.id: True}), Change(setup="u_shape")):
        seen = bookings.preview_change(store, cast.seinhuis, of(store, made), what, {}, samira, now)
        assert [(one.problem.code, one.others) for one in seen.open] == [("not_in_room", (third,))]
    with pytest.raises(Refused, match="not_in_room"):
        change(store, cast, of(store, made)[0], "all", Change(room=bare, setup="u_shape"), samira, now)


@pytest.fixture
def furnished(store, cast, lunch, now):
    """Perron and Loods have lunch and a U, Remise has neither; Perron is taken on the second Thursday."""
    there = {"extras": (lunch.id,), "setups": {"u_shape": 8}}
    rooms_ = ("Perron", there), ("Remise", {}), ("Loods", there)
    found = [let(store, cast.seinhuis, cast.marieke, now, name, 30, buffer_after=0, **terms) for name, terms in rooms_]
    book(store, cast.seinhuis, found[0], ONE + 7 * DAY, 1, as_booker(cast.joost), now)
    return found


def with_it(what, lunch):
    return Details(people=3, extras={lunch.id: 3}) if what == "lunch" else Details(people=3, setup="u_shape")


@pytest.mark.parametrize("what", ["lunch", "a U"])
def test_in_another_room_a_series_has_all_that_it_is_to_have(store, cast, lunch, furnished, samira, series, what, now):
    """Lunch is not billed where nobody serves it, and a U does not become rows without a word."""
    room, bare, third = furnished
    details = with_it(what, lunch)
    wanted = plan(room, details=details)
    seen = bookings.preview(store, cast.seinhuis, wanted, {}, samira, now)
    assert [(one.problem.code, one.others) for one in seen.open] == [("taken", (third,))]
    seen = bookings.preview(store, cast.seinhuis, wanted, {"2026-03-19": bare.id}, samira, now)
    assert [(one.room, one.problem.code, one.others) for one in seen.open] == [(bare, "not_in_room", (third,))]
    with pytest.raises(Conflict, match="series_changed"):
        series(wanted, samira, {"2026-03-19": bare.id})
    made = of(store, series(wanted, samira, {"2026-03-19": third.id}))
    assert [one.room_id == third.id for one in made] == [False, True, False, False]
    assert {(one.setup, one.extras.get(lunch.id)) for one in made} == {(details.setup, details.extras.get(lunch.id))}


@pytest.mark.parametrize("what", ["lunch", "a U"])
def test_a_series_is_moved_only_to_where_it_has_what_it_has(store, cast, lunch, furnished, samira, series, what, now):
    room, bare, third = furnished
    details = with_it(what, lunch)
    made = series(plan(room, details=details), samira, {"2026-03-19": "skip"})
    first, before = of(store, made)[0], of(store, made)
    for moved in (Change(room=bare), Change(room=bare, times=Times("15:00", "16:00"))):
        with pytest.raises(Refused, match="not_in_room"):
            change(store, cast, first, "all", moved, samira, now)
    assert of(store, made) == before
    book(store, cast.seinhuis, room, ONE + 14 * DAY + 2 * HOUR, 1, as_booker(cast.joost), now)
    later = Change(times=Times("15:00", "16:00"))
    seen = bookings.preview_change(store, cast.seinhuis, before, later, {}, samira, now)
    assert [(one.problem.code, one.others) for one in seen.open] == [("taken", (third,))]
    seen = bookings.preview_change(store, cast.seinhuis, before, later, {"2026-03-26": bare.id}, samira, now)
    assert [one.problem.code for one in seen.open] == ["not_in_room"]
    without = Change(room=bare, setup="", extras={lunch.id: False})
    assert change(store, cast, first, "all", without, samira, now, {"2026-03-12": "skip"}) == 2  # that is due: it gets no cheaper
    assert {(one.room_id, one.setup, len(one.extras)) for one in of(store, made)[1:]} == {(bare.id, "", 0)}


MEANWHILE = ["price", "extra", "closure", "stock", "another"]


def something_changes(store, cast, what, room, lunch, now):
    """On the second Thursday, or in what the house asks."""
    if what == "price":
        terms = replace(rooms.terms_of(store, room, now), hour_cents=3900)
        rooms.change_terms(store, cast.seinhuis, room.id, terms, cast.marieke.id, now)
    elif what == "extra":
        rooms.retire_extra(store, cast.seinhuis, lunch.id, cast.marieke.id, now)
    elif what == "closure":
        rooms.close(store, cast.seinhuis, room.id, ONE + 7 * DAY, ONE + 8 * DAY, "verf", cast.marieke.id, now)
    else:
        there = room
        if what == "stock":
            there = let(store, cast.seinhuis, cast.marieke, now, "Remise", extras=(lunch.id,))
        book(store, cast.seinhuis, there, ONE + 7 * DAY, 1, as_booker(cast.joost), now, people=7, extras={lunch.id: 7})


@pytest.mark.parametrize("what", MEANWHILE)
def test_whatever_changes_between_preview_and_book_is_asked_about_again(store, cast, lunch, samira, renter, what, now):
    room = let(store, cast.seinhuis, cast.marieke, now, extras=(lunch.id,), buffer_after=0)
    wanted = plan(room, details=Details(people=4, extras={lunch.id: 4}))
    cents = bookings.preview(store, cast.seinhuis, wanted, {}, samira, now).sum.gross_cents
    now += timedelta(minutes=1)
    something_changes(store, cast, what, room, lunch, now)
    if what == "extra":  # the form no longer has it
        wanted = replace(wanted, details=Details(people=4))
    with pytest.raises(Conflict, match="series_changed"):
        bookings.book_series(store, cast.seinhuis, wanted, {}, renter, samira, now, agreed_cents=cents)
    assert not [one for one in store.bookings.between(cast.seinhuis.id, ONE, ONE + 60 * DAY) if one.series_id]


@pytest.mark.parametrize("what", ["price", "closure", "stock", "another"])
def test_whatever_changes_between_preview_and_change_is_asked_about_again(store, cast, lunch, samira, series, what, now):
    """The series goes to another room, whose price of today holds, and gets lunch."""
    made = series(plan(let(store, cast.seinhuis, cast.marieke, now, "Loods", buffer_after=0), details=Details(people=4)), samira)
    room = let(store, cast.seinhuis, cast.marieke, now, extras=(lunch.id,), buffer_after=0)
    before, wish = of(store, made), Change(room=room, extras={lunch.id: True})
    cents = bookings.preview_change(store, cast.seinhuis, before, wish, {}, samira, now).sum.gross_cents
    now += timedelta(minutes=1)
    something_changes(store, cast, what, room, lunch, now)
    with pytest.raises(Conflict, match="series_changed"):
        bookings.change_series(store, cast.seinhuis, before[0], "all", wish, {}, samira, now, agreed_cents=cents)
    assert of(store, made) == before


def test_a_room_that_was_chosen_instead_is_booked_though_the_first_has_become_free(store, cast, perron, samira, renter, now):
    other = let(store, cast.seinhuis, cast.marieke, now, "Remise", buffer_after=0)
    there = book(store, cast.seinhuis, perron, ONE + 7 * DAY, 1, as_booker(cast.joost), now)
    wanted, choices = plan(perron), {"2026-03-19": other.id}
    cents = bookings.preview(store, cast.seinhuis, wanted, choices, samira, now).sum.gross_cents
    bookings.settle(store, cast.seinhuis, there, samira, now, status="cancelled")
    third = book(store, cast.seinhuis, other, ONE + 7 * DAY, 1, as_booker(cast.joost), now)
    with pytest.raises(Conflict, match="series_changed"):
        bookings.book_series(store, cast.seinhuis, wanted, choices, renter, samira, now, agreed_cents=cents)
    bookings.settle(store, cast.seinhuis, third, samira, now, status="cancelled")
    made = bookings.book_series(store, cast.seinhuis, wanted, choices, renter, samira, now, agreed_cents=cents)
    assert [one.room_id == other.id for one in of(store, made)] == [False, True, False, False]


def test_cancelling_shows_a_fee_for_each_and_asks_for_their_sum(store, cast, perron, samira, marieke, series, now):
    made = series(plan(perron), samira)
    first = of(store, made)[0]
    those = bookings.targets(store, first, "all", now)
    assert [cents for _one, cents in bookings.cancel_fees(store, those, now)] == [2299, 0, 0, 0]
    with pytest.raises(Conflict, match="fee_changed"):
        bookings.cancel_series(store, cast.seinhuis, first, "all", samira, now, agreed_cents=0)
    assert {one.status for one in of(store, made)} == {"confirmed"}
    assert bookings.cancel_series(store, cast.seinhuis, of(store, made)[2], "following", samira, now, agreed_cents=0) == 2
    assert [one.status for one in of(store, made)] == ["confirmed"] * 2 + ["cancelled"] * 2
    assert store.series.get(made.id).rule.endswith("UNTIL=20260325") and store.series.get(made.id).ended_at is None
    assert bookings.cancel_series(store, cast.seinhuis, first, "all", marieke, now, agreed_cents=0, waive=True) == 2
    assert [one.fee_cents for one in of(store, made)] == [0] * 4 and store.series.get(made.id).ended_at == now
    with pytest.raises(NotFound):
        bookings.the_series(store, cast.wissel, made.id)


ACTS = st.lists(
    st.tuples(st.sampled_from(["times", "title", "cancel"]), st.sampled_from(bookings.SCOPES), st.integers(0, 5),
              st.integers(9, 15), st.integers(0, 6)),
    max_size=6,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_this_following_and_all_do_what_a_list_of_days_says(database, cast, now, acts):
    """The model: a list of days, each with its series, hour, title and whether it stands."""
    host = as_booker(cast.marieke, host=True)
    with database.write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now, f"R {store.new_id(now)[-20:]}", buffer_after=0, tiers=())
        renter = bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(EVA), "nl", now)
        wanted = plan(room, every="daily", day="2026-03-13", count="6")
        cents = bookings.preview(store, cast.seinhuis, wanted, {}, host, now).sum.gross_cents
        made = bookings.book_series(store, cast.seinhuis, wanted, {}, renter, host, now, agreed_cents=cents)
        ids = [one.id for one in store.bookings.of_series(made.id)]
        model = [{"series": 0, "hour": 13, "title": "Kring", "stands": True} for _day in ids]
        for turn, (what, scope, which, hour, ago) in enumerate(acts, 1):
            at = now + ago * DAY
            begun = [ONE + (n + 1) * DAY + (row["hour"] - 13) * HOUR <= at for n, row in enumerate(model)]
            those = [which] if scope == "this" else [
                n for n, row in enumerate(model)
                if row["series"] == model[which]["series"] and (scope == "all" or n >= which)
            ]  # fmt: skip
            hit = [n for n in those if model[n]["stands"] and not begun[n]]
            booking = store.bookings.get(ids[which])
            if not hit:
                with pytest.raises((Conflict, Refused)):
                    bookings.targets(store, booking, scope, at)
                continue
            if what == "cancel":
                bookings.cancel_series(store, cast.seinhuis, booking, scope, host, at, agreed_cents=0)
            else:
                wish = Change(title=f"T{turn}") if what == "title" else Change(times=Times(f"{hour:02}:00", f"{hour + 1:02}:00"))
                those = bookings.targets(store, booking, scope, at)
                seen = bookings.preview_change(store, cast.seinhuis, those, wish, {}, host, at)
                over = [one for one in seen.open if one.problem.code == "booking_past"]
                if seen.open:
                    assert over == seen.open  # moved to before now
                    continue
                cents = seen.sum.gross_cents
                bookings.change_series(store, cast.seinhuis, booking, scope, wish, {}, host, at, agreed_cents=cents)
            for n in hit:
                model[n] |= {"cancel": {"stands": False}, "title": {"title": f"T{turn}"}, "times": {"hour": hour}}[what]
            earlier = any(row["series"] == model[which]["series"] for row in model[:which])
            if scope == "following" and what != "cancel" and earlier:
                for row in [row for row in model[which:] if row["series"] == model[which]["series"]]:
                    row["new"] = turn
                for row in model:
                    row["series"] = row.pop("new", row["series"])
        real = [store.bookings.get(one) for one in ids]
        assert [(one.starts_at.astimezone(cast.seinhuis.zone).hour, one.title, one.blocks) for one in real] == [
            (row["hour"], row["title"], row["stands"]) for row in model
        ]
        assert len({one.series_id for one in real}) == len({row["series"] for row in model})
