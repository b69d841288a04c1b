"""What a renter agreed to: no move, shortening or change of details makes it cost less than it did, or walks around the host."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import bookings, money, rooms
from s2m.domain.bookings import Change, Details, Plan, Times, binding, capital, desk, parse_rule
from s2m.domain.errors import Conflict, Refused
from tests.billing import sells
from tests.letting import EVA, HOUR, book, let

# The cast's Thursday, 13:00 by the clock of Het Seinhuis; on Friday half is due, next Friday nothing
ONE = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SOON, LATER = ONE + DAY, ONE + 8 * DAY


@pytest.fixture
def perron(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now, buffer_after=0, tiers=((48, 50),))


@pytest.fixture
def move(store, cast, now):
    def move(booking, by, *, room=None, start=None, hours=2.0, at=now):
        begins = start or booking.starts_at
        room_id = room.id if room else booking.room_id
        return bookings.move(store, cast.seinhuis, booking, room_id, begins, begins + hours * HOUR, by, at, agreed_cents=None)

    return move


def test_moved_away_when_cancelling_cost_something_it_still_costs_that(store, cast, perron, samira, move, now):
    sells(store, cast, now)
    booked = book(store, cast.seinhuis, perron, SOON, 2, samira, now, person=cast.samira)
    moved = move(booked, samira, start=LATER)
    assert rooms.steps(store.rooms.version(moved.terms_id), moved) == [(None, 50)]
    with pytest.raises(Conflict, match="fee_changed"):
        bookings.cancel(store, cast.seinhuis, moved, samira, now, agreed_cents=0)
    gone = bookings.cancel(store, cast.seinhuis, moved, samira, now, agreed_cents=4598)
    billed = [one.document for one in store.billing.of_booking(gone.id) if one.document.kind == "invoice"]
    assert gone.fee_cents == 4598 and money.total(billed[-1].lines).gross_cents == 4598


def test_moved_in_time_or_by_a_host_it_is_cancelled_for_nothing(store, cast, perron, samira, marieke, move, now):
    early = book(store, cast.seinhuis, perron, LATER, 2, samira, now)
    assert bookings.cancel_fee(store, move(early, samira, start=LATER + 3 * DAY), now)[0] == 0
    late = book(store, cast.seinhuis, perron, SOON, 2, samira, now)
    assert bookings.cancel_fee(store, move(late, marieke, start=LATER), now)[0] == 0


def test_capital_is_kept_alike(store, cast, samira, now):
    before = bookings.Booking(*"nvvrt", SOON, SOON, SOON, SOON, "confirmed", "", now, now, paid_by="capital", dots=4)
    terms = rooms.RoomTerms(tiers=((48, 50),))
    with pytest.raises(Refused, match="bound"):
        binding.check(before, terms, capital.Price((), 3), samira, now)
    binding.check(before, terms, capital.Price((), 4), samira, now)


def test_it_is_made_shorter_in_time_only(store, cast, perron, samira, marieke, move, now):
    early = book(store, cast.seinhuis, perron, LATER, 2, samira, now)
    assert move(early, samira, hours=1).gross_cents == 4598
    late = book(store, cast.seinhuis, perron, SOON, 2, samira, now)
    for at in (now, SOON + HOUR / 4):
        with pytest.raises(Refused, match="bound"):
            move(late, samira, hours=1, at=at)
    away = move(late, samira, start=LATER + 3 * DAY)
    with pytest.raises(Refused, match="bound"):
        move(away, samira, hours=1)
    assert move(away, marieke, hours=1).gross_cents == 4598


def test_what_costs_nothing_to_cancel_until_it_begins_is_bound_once_it_began(store, cast, samira, move, now):
    room = let(store, cast.seinhuis, cast.marieke, now, buffer_after=0, tiers=())
    booked = move(book(store, cast.seinhuis, room, SOON, 3, samira, now), samira, hours=2)
    with pytest.raises(Refused, match="bound"):
        move(booked, samira, hours=1, at=SOON + HOUR / 4)
    assert move(booked, samira, hours=3, at=SOON + HOUR / 4).length == 3 * HOUR


def test_lunch_is_not_taken_off_when_it_is_as_good_as_eaten(store, cast, samira, marieke, now):
    given = {"name": "Lunch", "kind": "catering", "per": "person", "vat": "900", "price": "15,00", "stock": ""}
    lunch = rooms.add_extra(store, cast.seinhuis, given, cast.marieke.id, now)
    room = let(store, cast.seinhuis, cast.marieke, now, buffer_after=0, extras=(lunch.id,), tiers=((48, 50),))
    booked = book(store, cast.seinhuis, room, SOON, 2, samira, now, people=10, extras={lunch.id: 10})

    def change(details, by):
        return bookings.change_details(store, cast.seinhuis, booked, details, by, now, agreed_cents=None)

    with pytest.raises(Refused, match="bound"):
        change(Details(people=1), samira)
    assert change(Details(title="Kring", people=10, extras={lunch.id: 10}), samira).title == "Kring"
    assert change(Details(people=12, extras={lunch.id: 12}), samira).people == 12
    assert change(Details(people=1), marieke).gross_cents == 9196


def test_a_host_says_yes_before_it_moves_to_where_they_are_asked(store, cast, perron, samira, marieke, move, now):
    asked = let(store, cast.seinhuis, cast.marieke, now, "Remise", buffer_after=0, approval=True)
    booked = book(store, cast.seinhuis, perron, LATER, 2, samira, now)
    with pytest.raises(Refused, match="needs_approval"):
        move(booked, samira, room=asked)
    assert move(booked, marieke, room=asked).status == "confirmed"
    waits = book(store, cast.seinhuis, asked, LATER + 3 * DAY, 2, samira, now)
    assert move(waits, samira, hours=1).status == "requested"


def test_an_option_ends_when_it_would_begin_and_stays_where_there_are_options(store, cast, perron, marieke, move, now):
    option = book(store, cast.seinhuis, perron, LATER, 2, marieke, now, option=True)
    near = move(option, marieke, start=ONE)
    assert (near.status, near.expires_at) == ("option", ONE)
    back = desk.put_back(store, cast.seinhuis, option.id, desk.place_of(option), near.sequence, now, marieke, now)
    assert back.expires_at == option.expires_at
    none = let(store, cast.seinhuis, cast.marieke, now, "Remise", buffer_after=0, option_hours=0)
    with pytest.raises(Refused, match="no_options"):
        move(option, marieke, room=none)


def test_days_of_a_series_are_bound_each_by_itself(store, cast, perron, samira, now):
    rule = parse_rule({"day": "2026-03-13", "every": "weekly", "ends_how": "count", "count": "3"}, [])
    plan = Plan(perron, rule, Times("13:00", "15:00"), Details())
    renter = bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(EVA), "nl", now)
    made = bookings.book_series(store, cast.seinhuis, plan, {}, renter, samira, now, agreed_cents=3 * 9196)
    those, shorter = store.bookings.of_series(made.id), Change(times=Times("13:00", "14:00"))

    def preview(choices, some=those):
        return bookings.preview_change(store, cast.seinhuis, some, shorter, choices, samira, now)

    seen = preview({})
    assert [one.problem and one.problem.code for one in seen.occurrences] == ["bound", None, None]
    with pytest.raises(Conflict, match="series_changed"):
        bookings.change_series(store, cast.seinhuis, those[0], "all", shorter, {}, samira, now, agreed_cents=seen.sum.gross_cents)
    skip = {"2026-03-13": "skip"}
    bookings.change_series(store, cast.seinhuis, those[0], "all", shorter, skip, samira, now, agreed_cents=2 * 4598)
    assert [one.gross_cents for one in store.bookings.of_series(made.id)] == [9196, 4598, 4598]
    with pytest.raises(Refused, match="bound"):
        preview({}, those[:1])


def test_a_day_of_a_series_moved_too_late_costs_what_it_did(store, cast, perron, samira, now):
    rule = parse_rule({"day": "2026-03-13", "every": "weekly", "ends_how": "count", "count": "2"}, [])
    plan = Plan(perron, rule, Times("13:00", "15:00"), Details())
    renter = bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(EVA), "nl", now)
    made = bookings.book_series(store, cast.seinhuis, plan, {}, renter, samira, now, agreed_cents=2 * 9196)
    one = store.bookings.of_series(made.id)[0]
    bookings.change_series(
        store, cast.seinhuis, one, "this", Change(times=Times("15:00", "17:00")), {}, samira, now, agreed_cents=9196
    )  # fmt: skip
    after = store.bookings.get(one.id)
    assert after.bound_percent == 50 and bookings.cancel_fee(store, replace(after, starts_at=LATER), now)[0] == 50
