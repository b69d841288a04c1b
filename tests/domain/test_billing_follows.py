"""What becomes of bills when bookings are made, moved and cancelled; what waits until somebody says who sells."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from s2m.domain import billing, bookings, ledger
from s2m.domain.billing import following
from s2m.domain.errors import NotFound, Refused
from tests.billing import books, sells
from tests.letting import HOUR, as_booker, book, let

# The cast's Thursday a week on, 13:00 by the clock of Het Seinhuis
ONE = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def perron(store, cast, now):
    sells(store, cast, now)
    return let(store, cast.seinhuis, cast.marieke, now, tiers=((48, 50), (24, 100)), option_hours=72, deposit_cents=100_00)


@pytest.fixture
def booked(store, cast, now, perron, marieke):
    return book(store, cast.seinhuis, perron, ONE, 2, marieke, now)


@pytest.fixture
def said(store, cast):
    """The bills of a booking: number, gross in cents, and whether something took it back."""

    def said(booking):
        bills = store.billing.of_booking(booking.id)
        return [(bill.document.number, bill.document.sum.gross_cents, bool(bill.credit_id)) for bill in bills]

    yield said
    assert ledger.verify_network(store, cast.noord.id).fault is None


def paid(store, bill, cents, now):
    return billing.pay(store, bill, cents, "bank", now.date(), "system", now)


def test_a_booking_that_stands_is_billed_to_who_rents(store, cast, booked, said):
    assert said(booked) == [("2026-0001", 191_96, False)]
    made = store.billing.of_booking(booked.id)[0].document
    assert (made.buyer.name, made.buyer.email, made.language) == ("Woonlab Soest", "eva@woonlab.example", "nl")
    assert (made.about, made.supplied_on.isoformat()) == ("Perron, 19-03-2026 13:00–15:00", "2026-03-19")
    assert books(store, cast.seinhuis)["deposits"] == 100_00


def test_an_option_is_billed_once_it_is_taken_and_never_when_it_lapses(store, cast, now, perron, marieke, said):
    option = book(store, cast.seinhuis, perron, ONE, 2, marieke, now, option=True)
    assert said(option) == [] and billing.quote_of(store, cast.seinhuis, option, now).number == f"Q2026-{option.id[-6:].upper()}"
    # Kept for three days, where bills may wait for fourteen
    assert billing.quote_of(store, cast.seinhuis, option, now).due_on == (now + 3 * DAY).date()
    taken = bookings.conclude(store, cast.seinhuis, option, marieke, now)
    assert [number for number, _, _ in said(taken)] == ["2026-0001"]
    other = book(store, cast.seinhuis, perron, ONE + 4 * HOUR, 1, marieke, now, option=True)
    bookings.expire_due(store, cast.seinhuis, now + 4 * DAY)
    assert said(other) == []
    with pytest.raises(NotFound):
        billing.quote_of(store, cast.seinhuis, store.bookings.get(other.id), now + 4 * DAY)


def test_no_quote_says_that_nothing_is_to_be_paid(store, cast, now, marieke):
    sells(store, cast, now)
    free = let(store, cast.seinhuis, cast.marieke, now, name="Gratis", hour_cents=0, option_hours=72)
    option = book(store, cast.seinhuis, free, ONE, 1, marieke, now, option=True)
    assert not billing.quotable(store, option)
    with pytest.raises(Refused, match="nothing_to_bill"):
        billing.quote_of(store, cast.seinhuis, option, now)


def test_moving_credits_the_old_bill_and_what_was_paid_goes_along(store, cast, now, perron, booked, marieke, said):
    paid(store, store.billing.of_booking(booked.id)[0].document, 191_96, now)
    longer = bookings.move(store, cast.seinhuis, booked, perron.id, ONE, ONE + 3 * HOUR, marieke, now, agreed_cents=None)
    assert said(longer) == [("2026-0001", 191_96, True), ("C2026-0001", 191_96, False), ("2026-0002", 237_94, False)]
    assert [each.open_cents for each in store.billing.of_booking(booked.id)] == [0, 0, 45_98]


def test_what_changes_neither_price_nor_time_leaves_the_bill_alone(store, cast, now, booked, said):
    following.follow(store, cast.seinhuis, booked, now)
    following.follow(store, cast.seinhuis, store.bookings.set(booked, title="Iets anders", sequence=9), now)
    assert len(said(booked)) == 1


def test_another_name_of_the_room_makes_no_other_bill(store, cast, now, perron, booked, said):
    """Also where the deposit was given back: nothing is taken back then."""
    bill = store.billing.of_booking(booked.id)[0].document
    paid(store, bill, 191_96, now)
    billing.return_deposit(store, bill, cast.marieke.id, ONE + DAY)
    store.venues.set_room(perron, "Wachtkamer", perron.kind, perron.floor, perron.capacity)
    following.follow(store, cast.seinhuis, store.bookings.set(booked, title="Iets anders"), now)
    assert said(booked) == [("2026-0001", 191_96, False)]


def test_the_same_price_in_another_time_or_room_is_another_bill(store, cast, now, booked, marieke, said):
    other = let(store, cast.seinhuis, cast.marieke, now, name="Loods", deposit_cents=100_00)
    bookings.move(store, cast.seinhuis, booked, other.id, ONE, ONE + 2 * HOUR, marieke, now, agreed_cents=None)
    assert [number for number, _, _ in said(booked)] == ["2026-0001", "C2026-0001", "2026-0002"]
    revenue = {account.room_id: account.balance for account in store.ledger.accounts(cast.noord.id) if account.kind == "revenue"}
    assert revenue == {booked.room_id: 0, other.id: 76_00}


@pytest.mark.parametrize(("hours", "fee"), [(72, 0), (47, 45_98), (2, 91_96)])
def test_cancelling_takes_the_bill_back_and_bills_the_fee_if_there_is_one(store, cast, booked, marieke, said, hours, fee):
    bookings.cancel(store, cast.seinhuis, booked, marieke, ONE - hours * HOUR, agreed_cents=fee)
    _, note, *new = said(booked)
    assert note == ("C2026-0001", 191_96, False) and new == ([("2026-0002", fee, False)] if fee else [])
    kept = books(store, cast.seinhuis)
    assert (-kept["receivable"], kept["deposits"]) == (fee, 0)


def test_a_rooms_revenue_cannot_be_given_to_another_room_unseen(store, cast, now, booked):
    other = let(store, cast.seinhuis, cast.marieke, now, name="Loods")
    store.billing.run(text("UPDATE accounts SET room_id = :other WHERE kind = 'revenue'"), other=other.id)
    assert ledger.verify_network(store, cast.noord.id).fault.what == "opened"


def test_a_fee_that_was_waived_is_not_billed(store, cast, booked, marieke, said):
    bookings.cancel(store, cast.seinhuis, booked, marieke, ONE - HOUR, agreed_cents=None, waive=True)
    assert [number for number, _, _ in said(booked)] == ["2026-0001", "C2026-0001"]


def test_who_paid_and_cancelled_early_is_owed_all_of_it(store, cast, now, booked, marieke):
    paid(store, store.billing.of_booking(booked.id)[0].document, 191_96, now)
    bookings.cancel(store, cast.seinhuis, booked, marieke, now, agreed_cents=0)
    assert store.billing.of_booking(booked.id)[0].open_cents == -191_96


def test_what_nobody_came_to_is_owed_and_what_capital_paid_or_cost_nothing_is_not(store, cast, now, booked, marieke, said):
    gone = store.bookings.set(booked, status="released", ended_at=now)
    assert following.follow(store, cast.seinhuis, gone, now) is None and len(said(booked)) == 1
    free = let(store, cast.seinhuis, cast.marieke, now, name="Gratis", hour_cents=0)
    assert said(book(store, cast.seinhuis, free, ONE, 1, marieke, now)) == []
    assert following.owed(store, store.bookings.set(booked, paid_by="capital", lines=())) == ()


def test_without_a_seller_bookings_stand_and_are_billed_once_there_is_one(store, cast, now, marieke, said):
    room = let(store, cast.seinhuis, cast.marieke, now, tiers=((48, 50),))
    stands, fee, free = (book(store, cast.seinhuis, room, ONE + 2 * n * HOUR, 1, marieke, now) for n in range(3))
    bookings.cancel(store, cast.seinhuis, fee, marieke, ONE - DAY, agreed_cents=None)
    bookings.cancel(store, cast.seinhuis, free, marieke, now, agreed_cents=None)
    assert said(stands) == [] and [each.id for each in following.waiting(store, cast.seinhuis)] == [stands.id, fee.id]
    sells(store, cast, now + DAY)
    assert [said(each) for each in (stands, fee, free)] == [[("2026-0001", 45_98, False)], [("2026-0002", 22_99, False)], []]
    assert following.waiting(store, cast.seinhuis) == [] and following.follow_waiting(store, cast.seinhuis, now) == 0


def test_a_bill_that_a_host_took_back_stays_so_until_the_booking_costs_something_else(
    store, cast, now, perron, booked, marieke, said
):
    first = store.billing.of_booking(booked.id)[0].document
    paid(store, first, 191_96, now)
    billing.credit(store, first, cast.marieke.id, now)
    following.follow(store, cast.seinhuis, store.bookings.set(booked, title="Iets anders"), now)
    assert [number for number, _, _ in said(booked)] == ["2026-0001", "C2026-0001"]
    bookings.move(store, cast.seinhuis, booked, perron.id, ONE, ONE + 3 * HOUR, marieke, now, agreed_cents=None)
    assert said(booked)[2:] == [("2026-0002", 237_94, False)]
    assert [each.open_cents for each in store.billing.of_booking(booked.id)] == [0, 0, 45_98]


def test_what_comes_in_for_a_bill_that_was_replaced_counts_for_the_one_in_its_place(
    store, cast, now, perron, booked, marieke, said
):
    from s2m.domain.billing import checkouts, matching
    from s2m.domain.billing.bank import Entry

    first = store.billing.of_booking(booked.id)[0].document
    begun = checkouts.begin(store, first, "local", now)
    bookings.move(store, cast.seinhuis, booked, perron.id, ONE, ONE + 3 * HOUR, marieke, now, agreed_cents=None)
    checkouts.settle(store, begun.id, "local", "tr_1", "paid", begun.cents, now)
    assert [each.open_cents for each in store.billing.of_booking(booked.id)] == [0, 0, 45_98]
    entry = Entry("ref1", 45_98, now.date(), "Eva", f"factuur {first.number}")
    (found,) = matching.match(store, cast.seinhuis, [entry])
    assert (found.state, found.bill.document.number) == ("matched", "2026-0002")
    matching.take_in(store, cast.seinhuis, [entry], cast.marieke.id, now)
    assert [each.open_cents for each in store.billing.of_booking(booked.id)] == [0, 0, 0] and len(said(booked)) == 3


def test_a_bill_made_anew_by_a_host_leaves_the_members_own_record_as_they_typed_it(store, cast, now, perron):
    made = book(store, cast.seinhuis, perron, ONE, 2, as_booker(cast.samira), now, person=cast.samira)
    own, first = store.bookings.renter_of(cast.samira.id), store.billing.of_booking(made.id)[0].document
    typed = {"name": "Samira Vos", "email": "boekhouding@zaak.example", "company": "De Zaak"}
    again = following.again(store, cast.seinhuis, first, typed, cast.marieke.id, now)
    assert store.bookings.renter_of(cast.samira.id) == own and again.buyer.name == "De Zaak"
    renter = store.bookings.renter(store.bookings.get(made.id).renter_id)
    assert (renter.id, renter.for_id, renter.company) == (again.renter_id, cast.samira.id, "De Zaak")
    typed["company"] = "De Zaak B.V."
    last = following.again(store, cast.seinhuis, again, typed, cast.marieke.id, now)
    assert (last.renter_id, last.buyer.name) == (renter.id, "De Zaak B.V.")


def test_a_bill_that_is_replaced_goes_to_whom_it_was_billed(store, cast, now, perron, marieke):
    by = as_booker(cast.samira)
    made = book(store, cast.seinhuis, perron, ONE, 2, by, now, person=cast.samira)
    other = {"name": "Samira Vos", "email": "samira@seinhuis.example", "company": "Heel iets anders"}
    bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(other), "en", now)
    bookings.move(store, cast.seinhuis, made, perron.id, ONE, ONE + 3 * HOUR, marieke, now, agreed_cents=None)
    parties = [(bill.document.buyer.name, bill.document.language) for bill in store.billing.of_booking(made.id)]
    assert parties == [("Woonlab Soest", "nl")] * 3
