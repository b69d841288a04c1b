"""A room paid with capital: at a fixed rate, within its limit, told by both books at once and never by one transfer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import bookings, ledger, money
from s2m.domain.bookings import STRANGER, Details, capital
from s2m.domain.errors import Conflict, Refused
from tests.letting import EVA, HOUR, as_booker, let

ONE = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def wissel(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now, "Wissel", 4, hour_cents=1800, dots_per_hour=2, dots_limit=8)


@pytest.fixture
def pay(store, cast, now):
    def pay(room, hours=1, start=ONE, by=None, dots=None, cents=0, **details):
        by = by or as_booker(cast.samira)
        held = bookings.hold(store, cast.seinhuis, room.id, start, start + hours * HOUR, by, now)
        values = bookings.parse_renter(EVA)
        renter = bookings.renter_for(store, cast.noord.id, store.people.get(by.person_id or ""), values, "nl", now)
        asked = Details(**details)
        dots = int(2 * hours) if dots is None else dots
        filled = bookings.fill_in(
            store, cast.seinhuis, held, asked, renter, by, now, agreed_cents=cents, paid_by="capital", agreed_dots=dots
        )  # fmt: skip
        return bookings.conclude(store, cast.seinhuis, filled, by, now)

    return pay


def free(store, person):
    return store.ledger.person_account(person.id).available


def earned(store, cast, room):
    account = store.ledger.euro_account(cast.noord.id, "revenue", cast.seinhuis.id, room.id)
    return account.balance if account else 0


def sound(store, cast):
    return ledger.verify_network(store, cast.noord.id).fault is None


def test_both_books_are_posted_in_one_journal_and_never_in_one_transfer(store, cast, wissel, pay):
    before = free(store, cast.samira)
    booked = pay(wissel, 2)
    assert (booked.status, booked.dots, booked.worth_cents, booked.gross_cents) == ("confirmed", 4, 3600, 0)
    assert free(store, cast.samira) == before - 4 and earned(store, cast, wissel) == 3600
    rows = store.ledger.journal(cast.noord.id, booked.id)
    assert sorted((row.unit, row.amount) for row in rows) == [("EUR", 3600), ("SC", 4)]
    for row in rows:
        assert {store.ledger.account(side).unit for side in (row.debit_id, row.credit_id)} == {row.unit}
    assert sound(store, cast)


@pytest.mark.parametrize(("minutes", "dots"), [(15, 1), (30, 1), (45, 2), (60, 2), (75, 3)])
def test_dots_are_whole_and_rounded_up(store, cast, wissel, now, minutes, dots):
    assert capital.cost(store.rooms.terms(wissel.id, now), ONE, ONE + timedelta(minutes=minutes)) == dots


def test_extras_stay_in_euro(store, cast, now, pay):
    from s2m.domain import rooms

    given = {"name": "Koffie", "kind": "catering", "per": "person", "vat": "900", "price": "2,50", "stock": ""}
    coffee = rooms.add_extra(store, cast.seinhuis, given, cast.marieke.id, now)
    room = let(store, cast.seinhuis, cast.marieke, now, hour_cents=1800, dots_per_hour=2, extras=(coffee.id,))
    booked = pay(room, people=4, extras={coffee.id: 4}, cents=1090)
    assert [line.code for line in booked.lines] == ["extra"] and booked.gross_cents == 1090 and booked.dots == 2


def test_a_room_is_not_to_be_had_for_capital_unless_its_terms_say_so(store, cast, now, pay):
    room = let(store, cast.seinhuis, cast.marieke, now)
    with pytest.raises(Refused, match="no_capital_here"):
        pay(room, dots=0)
    assert store.ledger.journal(cast.noord.id, store.bookings.between(cast.seinhuis.id, ONE, ONE + HOUR)[0].id) == []


def test_a_stranger_has_no_capital(store, cast, wissel, pay):
    with pytest.raises(Refused, match="members_only"):
        pay(wissel, by=STRANGER)


def test_not_more_than_the_limit_in_a_month(store, cast, wissel, pay):
    pay(wissel, 3)
    with pytest.raises(Refused, match="dots_limit") as caught:
        pay(wissel, 2, start=ONE + DAY)
    assert caught.value.data == {"most": 8, "left": 2}
    pay(wissel, 1, start=ONE + DAY + 3 * HOUR)
    pay(wissel, 2, start=ONE + 26 * DAY)
    assert sound(store, cast)


def test_not_more_than_somebody_has(store, cast, now, pay):
    room = let(store, cast.seinhuis, cast.marieke, now, hour_cents=1800, dots_per_hour=10)
    with pytest.raises(Refused, match="dots_short") as caught:
        pay(room, 2, dots=20)
    assert caught.value.data == {"available": 12, "dots": 20} and free(store, cast.samira) == 12


def test_a_rate_that_was_not_shown_is_asked_about_again(store, cast, wissel, pay):
    with pytest.raises(Conflict, match="price_changed"):
        pay(wissel, 2, dots=3)


def test_longer_costs_more_shorter_gives_back_and_another_room_earns_it(store, cast, now, wissel, pay):
    loket = let(store, cast.seinhuis, cast.marieke, now, "Loket", 2, hour_cents=900, dots_per_hour=1)
    by, had = as_booker(cast.marieke, host=True), free(store, cast.samira)
    booked = pay(wissel, 1)

    def move(room, hours, dots):
        end = ONE + hours * HOUR
        given = {"agreed_cents": 0, "agreed_dots": dots}
        return bookings.move(store, cast.seinhuis, booked, room.id, ONE, end, by, now, **given)

    with pytest.raises(Conflict, match="price_changed"):
        move(wissel, 3, 0)
    move(wissel, 3, 6)
    assert (free(store, cast.samira), earned(store, cast, wissel)) == (had - 6, 5400)
    move(wissel, 2, 4)
    assert (free(store, cast.samira), earned(store, cast, wissel)) == (had - 4, 3600)
    moved = move(loket, 2, 2)
    assert free(store, cast.samira) == had - 2
    assert (earned(store, cast, wissel), earned(store, cast, loket)) == (0, 1800)
    capital.follow(store, cast.seinhuis, moved, now)
    assert free(store, cast.samira) == had - 2 and sound(store, cast)


@pytest.mark.parametrize(("days", "kept"), [(20, 0), (6, 1), (1, 2), (0, 4)])
def test_cancelling_gives_back_what_the_tier_does_not_keep(store, cast, now, wissel, pay, days, kept):
    had, start = free(store, cast.samira), ONE + 20 * DAY
    booked = pay(wissel, 2, start=start)
    at = start - days * DAY - HOUR
    by = as_booker(cast.samira)
    with pytest.raises(Conflict, match="fee_changed") as caught:
        bookings.cancel(store, cast.seinhuis, booked, by, at, agreed_cents=0, agreed_dots=kept + 1)
    assert caught.value.data == {"cents": 0, "dots": kept}
    gone = bookings.cancel(store, cast.seinhuis, booked, by, at, agreed_cents=0, agreed_dots=kept)
    assert gone.fee_dots == kept and free(store, cast.samira) == had - kept
    assert earned(store, cast, wissel) == money.part(3600, kept, 4) and sound(store, cast)


def test_a_no_show_has_paid(store, cast, now, wissel, pay):
    had = free(store, cast.samira)
    booked = pay(wissel, 2)
    bookings.settle(store, cast.seinhuis, booked, bookings.SYSTEM, ONE + HOUR, status="released", ended_at=ONE + HOUR)
    assert free(store, cast.samira) == had - 4


def test_a_request_takes_dots_when_the_host_says_yes_and_not_before(store, cast, now, pay):
    room = let(store, cast.seinhuis, cast.marieke, now, hour_cents=1800, dots_per_hour=2, approval=True)
    had = free(store, cast.samira)
    asked = pay(room, 2)
    assert asked.status == "requested" and free(store, cast.samira) == had
    accounts = (("forgone", None), ("revenue", room.id))
    opened = [store.ledger.euro_account(cast.noord.id, kind, cast.seinhuis.id, where) for kind, where in accounts]
    assert opened == [None, None]
    host = replace(as_booker(cast.marieke), is_host=True)
    bookings.approve(store, cast.seinhuis, asked.id, host, now)
    assert free(store, cast.samira) == had - 4 and sound(store, cast)


def test_a_line_that_was_reversed_is_paid_once_more_and_never_with_the_wrong_sign(store, cast, now, wissel, pay):
    had, by = free(store, cast.samira), as_booker(cast.samira)
    booked = pay(wissel, 2)

    def reverse(kind):
        rows = store.ledger.journal(cast.noord.id, booked.id)
        ledger.reverse(store, [row for row in rows if row.unit == "SC" and row.kind == kind][-1].id, cast.noord.id, now)

    reverse("room")
    assert free(store, cast.samira) == had
    again = bookings.change_details(store, cast.seinhuis, booked, Details(title="x"), by, now, agreed_cents=0)
    assert free(store, cast.samira) == had - 4
    host = as_booker(cast.marieke, host=True)
    bookings.move(store, cast.seinhuis, again, wissel.id, ONE, ONE + HOUR, host, now, agreed_cents=0, agreed_dots=2)
    assert free(store, cast.samira) == had - 2
    reverse("room_back")
    bookings.change_details(store, cast.seinhuis, store.bookings.get(booked.id), Details(title="y"), by, now, agreed_cents=0)
    assert free(store, cast.samira) == had - 2 and sound(store, cast)
