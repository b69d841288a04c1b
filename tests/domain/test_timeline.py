"""A day of rooms in quarters: what is free, what is not, and the two nights in which the clock is changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from s2m.domain import bookings, rooms, venues
from s2m.domain.bookings import timeline
from tests.letting import as_booker, book, let

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FRIDAY = date(2026, 3, 13)


def at(clock, on=FRIDAY):
    hour, minute = map(int, clock.split(":"))
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.fixture
def host(cast):
    return as_booker(cast.marieke, host=True)


@pytest.fixture
def shown(store, cast, now):
    def shown(on=FRIDAY, when=now, **more):
        lets = store.rooms.let(cast.seinhuis.id, when)
        since, until = timeline.day_query(cast.seinhuis, on)
        booked = store.bookings.between(cast.seinhuis.id, since, until)
        closed = store.rooms.closures([room.id for room, _terms in lets], since, until)
        return timeline.day_of(cast.seinhuis, lets, booked, closed, on, when, **more)

    return shown


def said(day, row=0):
    """The cells of a room, in local time."""
    clock = lambda at: at.astimezone(AMSTERDAM).strftime("%H:%M")  # noqa: E731
    return [f"{cell.kind} {clock(cell.start)}-{clock(cell.end)}" for cell in day.rows[row].cells]


def test_a_day_shows_the_hours_in_which_the_room_can_be_had_and_what_is_booked_with_its_buffers(store, cast, now, host, shown):
    perron = let(store, cast.seinhuis, cast.marieke, now, buffer_before=15, buffer_after=30)
    book(store, cast.seinhuis, perron, at("10:00"), 2, host, now)
    day = shown()
    assert said(day) == [
        "closed 08:00-08:30", "free 08:30-09:45", "buffer 09:45-10:00", "booked 10:00-12:00", "buffer 12:00-12:30",
        "free 12:30-18:00",
    ]  # fmt: skip
    assert [hour.name for hour in day.hours] == ["08", "09", "10", "11", "12", "13", "14", "15", "16", "17"]
    assert sum(cell.span for cell in day.rows[0].cells) == day.columns == sum(hour.span for hour in day.hours) == 40


def test_what_has_passed_or_comes_sooner_than_the_terms_allow_is_not_offered_but_to_hosts(store, cast, now, shown):
    let(store, cast.seinhuis, cast.marieke, now, notice=120)
    today = now.astimezone(AMSTERDAM).date()
    assert said(shown(today)) == ["closed 08:00-08:30", "idle 08:30-11:45", "free 11:45-18:00"]
    assert said(shown(today, hosts=True)) == ["closed 08:00-08:30", "idle 08:30-09:30", "free 09:30-18:00"]
    assert shown(today).now == 6 and shown().now is None


def test_a_quarter_that_goes_on_still_can_be_had(store, cast, now, shown):
    let(store, cast.seinhuis, cast.marieke, now)
    assert said(shown(now.date()))[1:3] == ["idle 08:30-09:30", "free 09:30-18:00"]


def test_a_meeting_outside_the_hours_makes_the_day_longer(store, cast, now, host, shown):
    perron = let(store, cast.seinhuis, cast.marieke, now, buffer_after=0)
    book(store, cast.seinhuis, perron, at("22:00"), 4, host, now)
    assert said(shown())[-2:] == ["closed 18:00-22:00", "booked 22:00-00:00"]
    assert shown(FRIDAY + timedelta(days=1)).hours[0].name == "08", "what began the day before stands there"


def test_a_room_that_is_open_until_after_midnight_shows_its_whole_evening(store, cast, now, host, shown):
    hours = {"fri": ["18:00", "02:00"]}
    zaal = let(store, cast.seinhuis, cast.marieke, now, hours=hours, buffer_after=0)
    book(store, cast.seinhuis, zaal, at("23:00"), 2, host, now)
    day = shown()
    assert said(day) == ["free 18:00-23:00", "booked 23:00-01:00", "free 01:00-02:00"]
    assert [hour.name for hour in day.hours][-3:] == ["23", "00", "01"]


def test_what_a_host_closed_and_a_holiday_are_closed_with_the_reason(store, cast, now, shown):
    perron = let(store, cast.seinhuis, cast.marieke, now)
    rooms.close(store, cast.seinhuis, perron.id, at("13:00"), at("14:00"), "verven", cast.marieke.id, now)
    closed = [cell for cell in shown().rows[0].cells if cell.reason]
    assert [(cell.reason, cell.span) for cell in closed] == [("verven", 4)]
    kingsday = shown(date(2026, 4, 27))
    assert said(kingsday) == ["closed 08:00-19:00"]


def test_the_night_in_which_the_clock_goes_back_has_an_hour_more_and_the_other_one_less(store, cast, now, shown):
    let(store, cast.seinhuis, cast.marieke, now, hours={"sun": ["00:00", "06:00"]})
    autumn, spring = shown(date(2026, 10, 25)), shown(date(2026, 3, 29))
    assert [(hour.name, hour.twice) for hour in autumn.hours][2:4] == [("02", False), ("02", True)] and autumn.columns == 28
    assert [hour.name for hour in spring.hours] == ["00", "01", "03", "04", "05"] and spring.columns == 20


def test_kinds_say_what_stands_and_what_only_waits(store, cast, now, host, shown):
    perron = let(store, cast.seinhuis, cast.marieke, now, buffer_after=0, approval=True)
    samira = as_booker(cast.samira)
    book(store, cast.seinhuis, perron, at("09:00"), 1, samira, now, person=cast.samira)
    book(store, cast.seinhuis, perron, at("10:00"), 1, host, now, option=True)
    late = book(store, cast.seinhuis, perron, at("11:00"), 1, host, now)
    early = store.bookings.set(late, warned_at=now)  # that an option lapses, a day before: nobody is late yet
    assert timeline.kind_of(early) == "booked"
    store.bookings.set(late, warned_at=at("11:15"))
    assert [line.split()[0] for line in said(shown())][2:5] == ["requested", "option", "warn"]


def test_what_an_option_was_warned_of_is_forgotten_once_it_is_asked_for_and_approved(store, cast, now, host):
    perron = let(store, cast.seinhuis, cast.marieke, now, approval=True)
    samira = as_booker(cast.samira)
    option = book(store, cast.seinhuis, perron, at("09:00"), 1, samira, now, person=cast.samira, option=True)
    warned = store.bookings.set(option, warned_at=now)
    asked = bookings.conclude(store, cast.seinhuis, warned, samira, now)
    assert asked.status == "requested" and asked.warned_at is None
    assert bookings.approve(store, cast.seinhuis, asked.id, host, now).warned_at is None


def test_a_hidden_title_is_read_by_whoever_booked_and_by_hosts_only(store, cast, now):
    perron = let(store, cast.seinhuis, cast.marieke, now)
    samira = as_booker(cast.samira)
    booked = book(store, cast.seinhuis, perron, at("09:00"), 1, samira, now, person=cast.samira, title="Reorganisatie")
    assert timeline.title_for(booked, cast.samira.id, member=True) == "Reorganisatie"
    assert timeline.title_for(booked, cast.marieke.id, member=True, host=True) == "Reorganisatie"
    assert timeline.title_for(booked, cast.joost.id, member=True) == timeline.title_for(booked, None) == ""
    open_one = store.bookings.set(booked, title_hidden=False)
    assert timeline.title_for(open_one, cast.joost.id, member=True) == "Reorganisatie"
    assert timeline.title_for(open_one, None) == "", "strangers read none"


def test_a_week_of_days_can_be_asked_for_at_once(cast):
    since, until = timeline.day_query(cast.seinhuis, FRIDAY, 7)
    assert until - since == timedelta(days=8)
    assert venues.opening(cast.seinhuis, FRIDAY) == (at("08:30"), at("18:00"))
    assert venues.opening(cast.seinhuis, date(2026, 3, 14)) is None


def test_days_below_each_other_show_the_same_hours_of_the_clock(store, cast, now, shown):
    let(store, cast.seinhuis, cast.marieke, now, hours={"sun": ["10:00", "12:00"]})
    for on, columns in ((date(2026, 3, 22), 24), (date(2026, 3, 29), 20), (date(2026, 10, 25), 28)):
        day = shown(on, within=(time(1), time(7)))
        assert (day.columns, day.hours[0].name, day.hours[-1].name) == (columns, "01", "06")
    assert shown(within=(time(18), time(0))).columns == 24
