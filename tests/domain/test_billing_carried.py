"""What was paid for a booking lies on its last invoice, whatever was taken back, billed anew, given back or undone since."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2m.domain import billing, bookings, ledger
from s2m.domain.billing import following
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.store import Store
from tests.billing import agrees, sells
from tests.letting import EVA, HOUR, as_booker, book, let

# The cast's Thursday a week on, 13:00 by the clock of Het Seinhuis
ONE = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)


@pytest.fixture
def room(store, cast, now):
    sells(store, cast, now)
    return let(store, cast.seinhuis, cast.marieke, now)


@pytest.fixture
def booked(store, cast, now, room):
    return book(store, cast.seinhuis, room, ONE, 2, as_booker(cast.marieke, host=True), now)


@pytest.fixture(autouse=True)
def books_are_in_order(store, cast):
    yield
    assert ledger.verify_network(store, cast.noord.id).fault is None
    assert agrees(store, cast.seinhuis) is None


def longer(store, cast, now, booked, hours=3):
    by = as_booker(cast.marieke, host=True)
    return bookings.move(store, cast.seinhuis, booked, booked.room_id, ONE, ONE + hours * HOUR, by, now, agreed_cents=None)


def came(store, document, cast, now, cents):
    return billing.pay(store, document, cents, "bank", now.date(), cast.marieke.id, now)


def left(store, booked):
    return [bill.open_cents for bill in store.billing.of_booking(booked.id) if bill.document.kind == "invoice"]


def test_undoing_a_payment_that_was_carried_on_takes_it_off_where_it_lies_now(store, cast, now, booked):
    first = store.billing.of_booking(booked.id)[0].document
    wrong = came(store, first, cast, now, 91_96)
    longer(store, cast, now, booked)
    assert left(store, booked) == [0, 45_98]
    billing.undo(store, first, wrong.id, cast.marieke.id, now)
    assert left(store, booked) == [0, 137_94]
    assert [bill.state(now.date()) for bill in store.billing.of_booking(booked.id)] == ["credited", "credit", "open"]
    rows = [(each.way, each.cents) for each in store.billing.payments(first.id)]
    assert sorted(rows) == [("bank", -91_96), ("bank", 91_96), ("carried", -91_96), ("carried", 91_96)]


def test_it_is_found_over_two_invoices_and_where_the_last_was_taken_back_by_hand(store, cast, now, booked):
    first = store.billing.of_booking(booked.id)[0].document
    wrong = came(store, first, cast, now, 91_96)
    third = longer(store, cast, now, longer(store, cast, now, booked), 4)
    last = store.billing.of_booking(third.id)[-1].document
    billing.credit(store, last, cast.marieke.id, now)
    assert left(store, booked) == [0, 0, -91_96]
    billing.undo(store, first, wrong.id, cast.marieke.id, now)
    assert left(store, booked) == [0, 0, 0]


def test_what_was_given_back_of_a_payment_that_never_came_in_is_owed(store, cast, now, booked):
    first = store.billing.of_booking(booked.id)[0].document
    wrong = came(store, first, cast, now, 91_96)
    billing.credit(store, first, cast.marieke.id, now)
    back = came(store, first, cast, now, -91_96)
    billing.undo(store, first, wrong.id, cast.marieke.id, now)
    assert left(store, booked) == [91_96] and store.billing.of_booking(booked.id)[0].state(now.date()) == "open"
    longer(store, cast, now, booked)
    assert left(store, booked) == [0, 137_94 + 91_96]
    billing.undo(store, first, back.id, cast.marieke.id, now)
    assert left(store, booked) == [0, 137_94]


# Any sequence ---------------------------------------------------------------------------------------------------------

WHATS = ["pay", "pay", "back", "undo", "undo", "credit", "part", "again", "move", "move"]
STEPS = st.lists(st.tuples(st.sampled_from(WHATS), st.integers(0, 200_00)), min_size=4, max_size=18)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_what_came_in_is_what_the_documents_count_after_any_sequence(store, cast, now, booked, steps):
    store.connection.exec_driver_sql("SAVEPOINT before")
    try:
        _play(Store(store.connection, None), cast, now, booked, steps)
    finally:
        store.connection.exec_driver_sql("ROLLBACK TO before")


def _play(store, cast, now, booked, steps):
    came_in = 0
    for n, (what, value) in enumerate(steps):
        with suppress(Refused, Conflict, Invalid):
            came_in += _step(store, cast, now + timedelta(seconds=n), booked, what, value) or 0
        bills = [bill for bill in store.billing.of_booking(booked.id) if bill.document.kind == "invoice"]
        owed = sum(bill.document.sum.gross_cents for bill in bills if not bill.credit_id)
        owed -= sum(note.sum.gross_cents for bill in bills if not bill.credit_id for note in bill.notes)
        assert came_in == sum(bill.paid_cents for bill in bills) == owed - sum(bill.open_cents for bill in bills), (what, value)
        assert [bill.open_cents for bill in bills[:-1]] == [0] * (len(bills) - 1), "all of it lies on the last one"
        carried = [row.cents for bill in bills for row in store.billing.payments(bill.document.id) if row.way == "carried"]
        assert sum(carried) == 0 and agrees(store, cast.seinhuis) is None
    for kind in ("invoice", "credit"):
        numbers = sorted(bill.document.n for bill in store.billing.bills(cast.seinhuis.id) if bill.document.kind == kind)
        assert numbers == list(range(1, len(numbers) + 1))


def _step(store, cast, now, booked, what, value):
    """What came in by it, in cents."""
    bills = [bill for bill in store.billing.of_booking(booked.id) if bill.document.kind == "invoice"]
    document = bills[value % len(bills)].document
    if what in ("pay", "back"):
        cents = (value + 1) * (1 if what == "pay" else -1)
        return came(store, document, cast, now, cents).cents
    if what == "undo":
        rows = [row for row in store.billing.payments(document.id) if row.way == "bank" and not row.undoes_id]
        row = rows[value % len(rows)] if rows else None
        return billing.undo(store, document, row.id, cast.marieke.id, now).cents if row else 0
    if what == "credit":
        billing.credit(store, document, cast.marieke.id, now)
    elif what == "part":
        off = {"amount_0": f"{value // 1000}.{value % 100:02}", "reason": "x"}
        billing.credit_part(store, document, off, cast.marieke.id, now)
    elif what == "again":
        following.again(store, cast.seinhuis, document, EVA, cast.marieke.id, now)
    else:
        longer(store, cast, now, store.bookings.get(booked.id), 1 + value % 6)
    return 0
