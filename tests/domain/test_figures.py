"""What rooms did: occupancy within their hours, revenue by what was agreed and as the euro book has it, lead time, no-shows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2m.domain import bookings, rooms, venues
from s2m.domain.bookings import figures
from tests.billing import sells
from tests.letting import EVA, HOUR, as_booker, book, let

# The cast's Thursday, 13:00 by the clock of Het Seinhuis, which is open from 8:30 to 18:00 on weekdays
ONE = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
THURSDAY = (date(2026, 3, 12), date(2026, 3, 13))
MARCH = (date(2026, 3, 1), date(2026, 4, 1))


@pytest.fixture
def perron(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now, deposit_cents=10000)


def of(store, cast, span, now):
    return figures.report(store, cast.seinhuis, *span, now)


def test_counts_hours_money_and_lead_time(store, cast, perron, marieke, now):
    book(store, cast.seinhuis, perron, ONE, 2, marieke, now)
    book(store, cast.seinhuis, perron, ONE + 4 * DAY, 1, marieke, now)
    day = of(store, cast, THURSDAY, now).rooms[0]
    assert (day.open, day.booked) == (9.5 * HOUR, 2 * HOUR) and day.occupancy == pytest.approx(2 / 9.5)
    assert (day.bookings, day.net_cents, day.lead, day.due) == (1, 7600, ONE - now, 0)
    month = of(store, cast, MARCH, now)
    # 22 weekdays, of which the clock of none is an hour short: daylight saving begins on a Sunday
    assert month.total.open == 22 * 9.5 * HOUR and month.total.net_cents == 11400 and len(month.total.leads) == 2


def test_a_room_is_never_more_than_full(store, cast, perron, marieke, now):
    book(store, cast.seinhuis, perron, ONE - 2 * HOUR, 12, marieke, now)
    day = of(store, cast, THURSDAY, now).rooms[0]
    assert day.booked == 7 * HOUR and day.occupancy < 1


def test_closures_and_holidays_are_no_hours_to_fill(store, cast, perron, now):
    rooms.close(store, cast.seinhuis, perron.id, ONE, ONE + 2 * HOUR, "verbouwing", cast.marieke.id, now)
    assert of(store, cast, THURSDAY, now).total.open == 7.5 * HOUR
    easter = (date(2026, 4, 6), date(2026, 4, 7))
    assert of(store, cast, easter, now).total.open == timedelta() and of(store, cast, easter, now).total.occupancy == 0


def test_nobody_came_is_counted_among_what_was_due_and_still_brought_its_price(store, cast, perron, marieke, now):
    came, missed, later = (book(store, cast.seinhuis, perron, ONE + n * 2 * HOUR, 1, marieke, now) for n in range(3))
    at = ONE + 3 * HOUR
    bookings.settle(store, cast.seinhuis, missed, bookings.SYSTEM, at, status="released", ended_at=at)
    day = of(store, cast, THURSDAY, at).rooms[0]
    assert (day.due, day.no_shows, day.no_show_rate, day.net_cents) == (2, 1, 0.5, 3 * 3800)
    assert day.booked == 2 * HOUR and came.status == later.status == "confirmed"


def test_a_cancelled_meeting_brings_its_fee_and_fills_no_hour(store, cast, perron, marieke, now):
    booked = book(store, cast.seinhuis, perron, ONE + DAY, 1, marieke, now)
    bookings.cancel(store, cast.seinhuis, booked, marieke, now, agreed_cents=None)
    month = of(store, cast, MARCH, now).total
    assert (month.cancelled, month.bookings, month.net_cents, month.booked) == (1, 0, 1900, timedelta())
    waived = book(store, cast.seinhuis, perron, ONE + DAY, 1, marieke, now)
    bookings.cancel(store, cast.seinhuis, waived, marieke, now, agreed_cents=None, waive=True)
    assert of(store, cast, MARCH, now).total.net_cents == 1900


def test_what_was_only_held_or_asked_for_is_not_counted(store, cast, perron, marieke, now):
    bookings.hold(store, cast.seinhuis, perron.id, ONE, ONE + HOUR, marieke, now)
    book(store, cast.seinhuis, perron, ONE + 2 * HOUR, 1, marieke, now, option=True)
    assert of(store, cast, THURSDAY, now).total.bookings == 0


def test_days_begin_and_end_by_the_clock_of_the_venue(store, cast, perron, marieke, now):
    midnight = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    book(store, cast.seinhuis, perron, midnight - HOUR / 4, 1 / 4, marieke, now)
    book(store, cast.seinhuis, perron, midnight + HOUR / 2, 1 / 4, marieke, now)
    assert of(store, cast, MARCH, now).total.bookings == 1


def test_other_venues_are_not_counted(store, cast, perron, marieke, now):
    room = let(store, cast.wissel, cast.marieke, now)
    book(store, cast.wissel, room, ONE, 1, marieke, now)
    assert of(store, cast, MARCH, now).total.bookings == 0


def test_a_retired_room_keeps_what_it_did_and_has_no_hours_since(store, cast, perron, marieke, now):
    book(store, cast.seinhuis, perron, ONE, 2, marieke, now)
    venues.retire_room(store, cast.seinhuis, perron.id, cast.marieke.id, ONE + 3 * HOUR)
    month = of(store, cast, MARCH, ONE + 5 * DAY)
    assert [one.name for one in month.rooms] == ["Perron"] and month.total.net_cents == 7600
    # 8 weekdays before that Thursday, and of it 8:30 to 16:00
    assert (month.total.booked, month.total.open) == (2 * HOUR, (8 * 9.5 + 7.5) * HOUR)


def test_what_the_book_posted_is_what_was_billed_and_not_what_capital_paid(store, cast, marieke, now):
    sells(store, cast, now)
    room = let(store, cast.seinhuis, cast.marieke, now, dots_per_hour=1)
    book(store, cast.seinhuis, room, ONE, 1, marieke, now)
    paid = as_booker(cast.samira)
    held = bookings.hold(store, cast.seinhuis, room.id, ONE + 2 * HOUR, ONE + 3 * HOUR, paid, now)
    who = bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(EVA), "nl", now)
    filled = bookings.fill_in(
        store, cast.seinhuis, held, bookings.Details(), who, paid, now, agreed_cents=0, paid_by="capital", agreed_dots=1
    )  # fmt: skip
    bookings.conclude(store, cast.seinhuis, filled, paid, now)
    month = of(store, cast, MARCH, now)
    assert (month.total.net_cents, month.total.dots, month.posted_cents) == (3800, 1, 3800)


SPANS = st.lists(st.tuples(st.integers(0, 96), st.integers(1, 40)), max_size=6)


@given(closed=SPANS, start=st.integers(0, 96), length=st.integers(1, 60))
def test_what_is_closed_is_taken_out_of_the_hours_as_a_model_of_quarters_takes_it(closed, start, length):
    at = [ONE + n * HOUR / 4 for n in range(160)]
    shut = sorted((at[a], at[min(a + n, 159)]) for a, n in closed)
    left = list(figures._without((at[start], at[start + length]), shut))
    model = {n for n in range(start, start + length) if not any(a <= n < min(a + k, 159) for a, k in closed)}
    assert {n for n in range(159) if any(a <= at[n] < b for a, b in left)} == model
    assert all(earlier[1] <= later[0] for earlier, later in zip(left, left[1:], strict=False))
