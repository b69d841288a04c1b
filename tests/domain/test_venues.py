"""Places: closing times on every kind of day, hours and policies as hosts type them, rooms."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from s2m.domain import presence, venues
from s2m.domain.errors import Conflict, Invalid, NotFound
from s2m.domain.venues import Policy, Venue, closing_after

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LATE = {**venues.USUAL_HOURS, "fri": ["08:30", "02:00"], "sat": ["10:00", "03:30"], "sun": ["10:00", "24:00"]}


def place(hours=venues.USUAL_HOURS, timezone="Europe/Amsterdam"):
    return Venue("v" * 32, "n" * 32, "seinhuis", "Het Seinhuis", timezone, "nl", hours, datetime(2026, 1, 1, tzinfo=UTC))


def local(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM, fold=fold)


@pytest.mark.parametrize(
    ("hours", "at", "closes"),
    [
        (venues.USUAL_HOURS, "2026-03-12 09:41", "2026-03-12 18:00"),
        (venues.USUAL_HOURS, "2026-03-12 06:00", "2026-03-12 18:00"),  # before opening
        (venues.USUAL_HOURS, "2026-03-12 18:00", "2026-03-13 00:00"),  # closed: midnight
        (venues.USUAL_HOURS, "2026-03-12 23:59", "2026-03-13 00:00"),
        (venues.USUAL_HOURS, "2026-03-14 12:00", "2026-03-15 00:00"),  # a closed Saturday
        ({}, "2026-03-14 12:00", "2026-03-15 00:00"),
        (LATE, "2026-03-13 20:00", "2026-03-14 02:00"),  # past midnight
        (LATE, "2026-03-14 01:59", "2026-03-14 02:00"),  # still Friday's opening
        (LATE, "2026-03-14 02:00", "2026-03-15 03:30"),  # Friday has closed: Saturday's own
        (LATE, "2026-03-15 12:00", "2026-03-16 00:00"),  # 24:00
    ],
)
def test_a_visit_ends_at_closing_time(hours, at, closes):
    assert closing_after(place(hours), local(at)) == local(closes)


@pytest.mark.parametrize(
    ("hours", "at", "closes", "length"),
    [
        # 28 March 2027: 02:00 becomes 03:00; a night of one hour less
        (LATE, "2027-03-27 20:00", datetime(2027, 3, 28, 1, 30, tzinfo=UTC), 6.5),  # 03:30 summer time
        (LATE, "2027-03-26 20:00", datetime(2027, 3, 27, 1, 0, tzinfo=UTC), 6.0),
        (venues.USUAL_HOURS, "2027-03-28 00:30", datetime(2027, 3, 28, 22, 0, tzinfo=UTC), 22.5),  # Sunday, closed: 23 hours
        (venues.USUAL_HOURS, "2027-03-29 09:00", datetime(2027, 3, 29, 16, 0, tzinfo=UTC), 9.0),
        # 25 October 2026 and 31 October 2027: 03:00 becomes 02:00 again; one hour more
        (LATE, "2026-10-24 20:00", datetime(2026, 10, 25, 2, 30, tzinfo=UTC), 8.5),  # 03:30 winter time
        (LATE, "2027-10-30 20:00", datetime(2027, 10, 31, 2, 30, tzinfo=UTC), 8.5),
        (venues.USUAL_HOURS, "2027-10-31 00:30", datetime(2027, 10, 31, 23, 0, tzinfo=UTC), 24.5),
    ],
)
def test_closing_time_is_the_venues_clock_on_both_nights_that_it_changes(hours, at, closes, length):
    found = closing_after(place(hours), local(at))
    assert found == closes and found.tzinfo is UTC
    assert found - local(at).astimezone(UTC) == timedelta(hours=length)


def test_a_closing_time_that_is_skipped_or_comes_twice_still_ends_the_visit_once():
    skipped = place({**venues.USUAL_HOURS, "sat": ["10:00", "02:30"]})
    for at in ("2027-03-27 20:00", "2027-10-30 20:00"):
        assert timedelta(hours=5) < closing_after(skipped, local(at)) - local(at).astimezone(UTC) < timedelta(hours=9)
    second = local("2027-10-31 02:45", fold=1)  # 02:30 has been, once
    assert closing_after(skipped, second) > second


@pytest.mark.parametrize(
    "at", [local("2027-10-31 02:10"), local("2027-10-31 02:45"), local("2027-10-31 02:15", fold=1), local("2027-10-30 22:30")]
)
def test_a_closing_time_in_the_hour_that_comes_twice_is_the_later_one(at):
    night = place(dict.fromkeys(venues.DAYS, ["22:00", "02:30"]))
    assert closing_after(night, at) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # 02:30 winter time


def test_every_moment_of_two_years_has_a_closing_time_within_a_day_or_so():
    house, at = place(LATE), datetime(2026, 1, 1, tzinfo=UTC)
    while at.year < 2028:
        assert timedelta(0) < closing_after(house, at) - at <= timedelta(hours=27)
        at += timedelta(minutes=97)


def typed(**days):
    return {day: days.get(day, ("", "")) for day in venues.DAYS}


def test_hours_are_two_times_a_day_or_closed():
    hours = venues.parse_hours(typed(mon=(" 08:30", "18:00 "), fri=("20:00", "02:00"), sat=("10:00", "24:00")))
    assert hours["mon"] == ["08:30", "18:00"] and hours["fri"] == ["20:00", "02:00"] and hours["sat"] == ["10:00", "24:00"]
    assert hours["sun"] is None


@pytest.mark.parametrize(
    "times",
    [("08:30", ""), ("", "18:00"), ("8:30", "18:00"), ("08:30", "25:00"), ("08:60", "18:00"), ("24:00", "02:00"),
     ("08:30", "08:30"),
     ("０８:30", "18:00"), ("08:30\x00", "18:00"), ("half negen", "zes"), ("08:30", "24:01")],
)  # fmt: skip
def test_refuses_hours_that_are_none(times):
    with pytest.raises(Invalid) as caught:
        venues.parse_hours(typed(wed=times))
    assert (caught.value.code, caught.value.data["field"]) == ("clock", "hours_wed")


POLICY = {
    "seat_price": "4", "floor": "-8", "soft_floor": "0", "newcomers_grant": "12", "thanks_amount": "2",
    "thanks_given_per_day": "5", "thanks_received_per_day": "8", "thanks_per_pair": "3", "thanks_accept_hours": "24",
    "post_amount": "4", "talk_amount": "1", "talk_most": "12", "day_pass_euro": "0", "introduction_amount": "2",
    "seat_cost_euro": "0",
}  # fmt: skip


def test_a_policy_is_read_from_a_form():
    assert venues.parse_policy(POLICY) == Policy()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("seat_price", "101", "too_large"), ("newcomers_grant", "101", "too_large"), ("thanks_amount", "26", "too_large"),
     ("thanks_given_per_day", "21", "too_large"), ("thanks_received_per_day", "21", "too_large"),
     ("thanks_per_pair", "11", "too_large"), ("seat_price", "-1", "too_small"), ("seat_price", None, "not_whole"),
     ("floor", "1", "too_large"), ("thanks_accept_hours", "169", "too_large"), ("post_amount", "26", "too_large"),
     ("introduction_amount", "26", "too_large"), ("introduction_amount", "-1", "too_small"),
     ("talk_amount", "11", "too_large"), ("talk_most", "51", "too_large"), ("talk_most", None, "not_whole"),
     ("floor", "-99999", "too_small"), ("soft_floor", "-9", "soft_below_floor"), ("thanks_per_pair", "1.5", "not_whole")],
)  # fmt: skip
def test_refuses_a_policy_that_cannot_be(field, value, code):
    with pytest.raises(Invalid) as caught:
        venues.parse_policy({**POLICY, field: value})
    assert (caught.value.code, caught.value.data["field"]) == (code, field)


def test_a_policy_may_go_to_the_ceilings_that_fit_a_venue():
    most = {"seat_price": "100", "newcomers_grant": "100", "thanks_amount": "25", "thanks_given_per_day": "20",
            "thanks_received_per_day": "20", "thanks_per_pair": "10"}  # fmt: skip
    assert venues.parse_policy(POLICY | most).thanks_amount == 25


def test_what_a_policy_was_before_and_who_changed_it_can_be_read(store, cast, now):
    hour = timedelta(hours=1)
    venues.change_policy(store, cast.seinhuis, Policy(seat_price=6), cast.marieke.id, now + hour)
    venues.change_policy(store, cast.seinhuis, Policy(seat_price=6, thanks_amount=3), cast.wim.id, now + 2 * hour)
    venues.change_policy(store, cast.seinhuis, Policy(seat_price=6, thanks_amount=3), cast.wim.id, now + 3 * hour)
    changes = venues.policy_changes(store, cast.seinhuis)
    assert [(c.at, c.by, c.was) for c in changes] == [
        (now + 2 * hour, cast.wim.id, {"thanks_amount": (2, 3)}), (now + hour, cast.marieke.id, {"seat_price": (4, 6)}),
    ]  # fmt: skip
    assert venues.policy_changes(store, cast.wissel) == []


def test_a_policy_takes_effect_from_its_moment_on_and_the_past_keeps_its_own(store, cast, now):
    venues.change_policy(store, cast.seinhuis, Policy(seat_price=6), cast.marieke.id, now + timedelta(hours=1))
    assert store.venues.policy(cast.seinhuis, now + timedelta(minutes=59)).seat_price == 4
    assert store.venues.policy(cast.seinhuis, now + timedelta(hours=1)).seat_price == 6
    assert store.venues.policy(cast.wissel, now + timedelta(days=9)).seat_price == 4


def test_of_two_policies_of_the_same_moment_the_later_one_counts(store, cast, now):
    for price in (5, 6, 7):
        venues.change_policy(store, cast.seinhuis, Policy(seat_price=price), cast.marieke.id, now)
    assert store.venues.policy(cast.seinhuis, now).seat_price == 7


def test_new_hours_move_the_closing_time_of_who_is_here(store, cast, now):
    visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
    changed = venues.change_hours(store, cast.seinhuis, {**venues.USUAL_HOURS, "thu": ["08:30", "22:00"]}, cast.marieke.id, now)
    assert store.presence.get(visit.id).closes_at == closing_after(changed, now) == visit.closes_at + timedelta(hours=4)


def test_slugs_are_plain_and_never_given_twice(store, cast, now):
    assert [venues.slug_for(n) for n in ("Het Seinhuis", "Café Ölü!", "日本", "x" * 90)] == [
        "het-seinhuis",
        "cafe-olu",
        "venue",
        "x" * 40,
    ]
    again = [venues.open_venue(store, cast.noord.id, "Het Seinhuis", "Europe/Amsterdam", now).slug for _ in range(2)]
    assert again == ["het-seinhuis-2", "het-seinhuis-3"]


@pytest.mark.parametrize("timezone", ["", "Mars/Base", "../../etc/passwd", "CET-1CEST", "europe/amsterdam\x00"])
def test_refuses_a_time_zone_nobody_knows(store, cast, now, timezone):
    with pytest.raises(Invalid, match="timezone"):
        venues.open_venue(store, cast.noord.id, "Nieuw", timezone, now)


ROOM = {"name": "Atelier", "kind": "quiet", "floor": "1", "capacity": "6"}


def test_a_room_is_added_changed_and_retired(store, cast, now):
    room = venues.add_room(store, cast.seinhuis, ROOM, cast.marieke.id, now)
    changed = venues.change_room(
        store, cast.seinhuis, room.id, {**ROOM, "name": "Werkplaats", "capacity": "8"}, cast.marieke.id, now
    )
    assert (
        (changed.name, changed.capacity)
        == ("Werkplaats", 8)
        == (store.venues.room(room.id).name, store.venues.room(room.id).capacity)
    )
    venues.retire_room(store, cast.seinhuis, room.id, cast.marieke.id, now)
    assert store.venues.rooms(cast.seinhuis.id) == []
    venues.add_room(store, cast.seinhuis, {**ROOM, "name": "Werkplaats"}, cast.marieke.id, now)  # the name is free again


def test_two_rooms_in_use_never_share_a_name(store, cast, now):
    room = venues.add_room(store, cast.seinhuis, ROOM, cast.marieke.id, now)
    with pytest.raises(Conflict, match="room_exists"):
        venues.add_room(store, cast.seinhuis, {**ROOM, "name": "ATELIER"}, cast.marieke.id, now)
    venues.change_room(store, cast.seinhuis, room.id, {**ROOM, "name": "atelier"}, cast.marieke.id, now)
    venues.add_room(store, cast.wissel, ROOM, cast.wim.id, now)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("kind", "cellar", "choice"), ("kind", None, "choice"), ("capacity", "0", "too_small"), ("capacity", "10001", "too_large"),
     ("floor", "x", "not_whole"), ("name", " ", "empty"), ("name", "12", "no_letters")],
)  # fmt: skip
def test_refuses_a_room_that_cannot_be(store, cast, now, field, value, code):
    with pytest.raises(Invalid, match=code):
        venues.add_room(store, cast.seinhuis, {**ROOM, field: value}, cast.marieke.id, now)
    assert store.venues.rooms(cast.seinhuis.id) == []


def test_another_venues_room_is_like_one_that_never_was(store, cast, now):
    room = venues.add_room(store, cast.seinhuis, ROOM, cast.marieke.id, now)
    for venue, room_id in ((cast.wissel, room.id), (cast.seinhuis, "0" * 32)):
        for act in (venues.the_room, lambda *a: venues.retire_room(*a, cast.wim.id, now)):
            with pytest.raises(NotFound):
                act(store, venue, room_id)


def test_retiring_a_room_leaves_its_visitors_without_one(store, cast, now):
    room = venues.add_room(store, cast.seinhuis, ROOM, cast.marieke.id, now)
    visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
    presence.sit_in(store, visit, cast.seinhuis, room.id)
    venues.retire_room(store, cast.seinhuis, room.id, cast.marieke.id, now)
    assert store.presence.get(visit.id).room_id is None and store.presence.get(visit.id).is_open


def test_rules_planned_for_a_later_day_count_from_then_on(store, cast, now):
    begins = now + timedelta(days=20)
    venues.change_policy(store, cast.seinhuis, Policy(seat_price=6), cast.marieke.id, now, effective_at=begins)
    assert store.venues.policy(cast.seinhuis, begins - timedelta(microseconds=1)).seat_price == 4
    assert store.venues.policy(cast.seinhuis, begins).seat_price == 6
    (planned,) = venues.policy_changes(store, cast.seinhuis)
    assert (planned.at, planned.was) == (begins, {"seat_price": (4, 6)})


def test_a_planned_change_is_withdrawn_before_it_begins(store, cast, now):
    begins = now + timedelta(days=20)
    venues.change_policy(store, cast.seinhuis, Policy(seat_price=6), cast.marieke.id, now, effective_at=begins)
    venues.withdraw_policy(store, cast.seinhuis, begins, cast.marieke.id, now)
    assert store.venues.policy(cast.seinhuis, begins).seat_price == 4
    with pytest.raises(NotFound):
        venues.withdraw_policy(store, cast.seinhuis, begins, cast.marieke.id, now)


def test_rules_that_have_begun_are_not_withdrawn(store, cast, now):
    begins = now + timedelta(days=1)
    venues.change_policy(store, cast.seinhuis, Policy(seat_price=6), cast.marieke.id, now, effective_at=begins)
    with pytest.raises(NotFound):
        venues.withdraw_policy(store, cast.seinhuis, begins, cast.marieke.id, begins)
    assert store.venues.policy(cast.seinhuis, begins).seat_price == 6


@pytest.mark.parametrize(("days", "code"), [(-1, "past"), (400, "too_far")])
def test_rules_begin_neither_in_the_past_nor_years_ahead(store, cast, now, days, code):
    with pytest.raises(Invalid, match=code):
        venues.change_policy(store, cast.seinhuis, Policy(), cast.marieke.id, now, effective_at=now + timedelta(days=days))


@pytest.mark.parametrize(
    ("given", "begins"),
    [("", None), ("2026-03-12", None), ("2026-03-13", "2026-03-12T23:00+00:00"), ("2026-03-29", "2026-03-28T23:00+00:00"),
     ("2026-03-30", "2026-03-29T22:00+00:00"), ("2026-10-26", "2026-10-25T23:00+00:00")],
)  # fmt: skip
def test_a_day_begins_at_midnight_by_the_venues_clock(cast, now, given, begins):
    found = venues.parse_day(cast.seinhuis, given, now)
    assert found == (datetime.fromisoformat(begins) if begins else None)


@pytest.mark.parametrize(
    ("given", "code"),
    [("2026-03-11", "past"), ("2026-02-30", "day"), ("12-03-2026", "day"), ("２０２６-03-13", "day"), ("9999-12-31", "day"),
     ("morgen", "day"), ("2026-03-13T10:00", "too_long")],
)  # fmt: skip
def test_refuses_a_day_that_is_none(cast, now, given, code):
    with pytest.raises(Invalid, match=code):
        venues.parse_day(cast.seinhuis, given, now)


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), 24.5),  # half past midnight before the hour that comes twice
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), 0.5),  # half an hour before the day that lacks one
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), 22.5),
        (datetime(2026, 6, 1, 12, 0, tzinfo=UTC), 10),
    ],
)
def test_a_day_ends_at_the_next_midnight_by_the_clock_on_the_wall(cast, at, hours):
    assert venues.day_end(cast.seinhuis, at) - at == timedelta(hours=hours)
