"""A part of a deposit is kept for damage or extra work, billed and paid from it, and the rest goes back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from s2m.domain import billing, bookings, ledger
from s2m.domain.billing import following, matching, payments
from s2m.domain.billing.bank import Entry
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.papers.ubl import ubl
from tests import norm
from tests.billing import DEPOSIT, HALF_A_DAY, agrees, books, perron, sells, supply
from tests.letting import EVA, HOUR, as_booker, book, let

ONE = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)


@pytest.fixture
def paid(store, cast, now):
    """An invoice with a deposit of 100, paid: 426.80."""
    sells(store, cast, now)
    made = billing.issue(store, cast.seinhuis, supply(store, perron(store, cast, now), (*HALF_A_DAY, DEPOSIT)), now)
    billing.pay(store, made, 426_80, "bank", now.date(), "system", now)
    return made


@pytest.fixture
def keep(store, cast, now):
    def keep(document, kept="30", why="damage", reason="Een stoel is gebroken"):
        return billing.keep_deposit(store, document, {"kept": kept, "why": why, "reason": reason}, cast.marieke.id, now)

    return keep


@pytest.fixture(autouse=True)
def books_are_in_order(store, cast):
    yield
    assert ledger.verify_network(store, cast.noord.id).fault is None
    assert agrees(store, cast.seinhuis) is None


def rows(store, document):
    return sorted((row.way, row.cents) for row in store.billing.payments(document.id))


def test_what_is_kept_for_damage_is_billed_without_vat_and_the_rest_goes_back(store, cast, now, paid, keep):
    made = keep(paid)
    assert (made.number, made.kind, made.buyer, made.sum.gross_cents) == ("2026-0002", "invoice", paid.buyer, 30_00)
    (line,) = made.lines
    assert (line.code, line.text, line.net_cents, line.vat) == ("damage", "Een stoel is gebroken", 30_00, 0)
    assert rows(store, paid) == [("bank", 426_80), ("deposit", -70_00), ("kept", -30_00)]
    assert rows(store, made) == [("from_deposit", 30_00)]
    assert [payments.bill(store, each).state(now.date()) for each in (paid, made)] == ["paid", "paid"]
    assert books(store, cast.seinhuis) == {
        "receivable": 0, "revenue": 310_00, "vat_2100": 37_80, "vat_900": 9_00, "deposits": 0, "issuing": 70_00 - 426_80
    }  # fmt: skip
    assert norm.broken(ubl(made)) == [] and b">0.00</cbc:PayableAmount>" in ubl(made)


def test_what_is_kept_for_work_has_vat_in_it(store, cast, now, paid, keep):
    made = keep(paid, "50", "service", "Extra schoonmaak")
    assert (made.sum.net_cents, made.sum.vat_cents, made.sum.gross_cents) == (41_32, 8_68, 50_00)
    assert books(store, cast.seinhuis)["vat_2100"] == 37_80 + 8_68 and norm.broken(ubl(made)) == []


def test_an_amount_that_the_rate_cannot_make_is_kept_all_the_same(store, cast, now, paid, keep):
    made = keep(paid, "0.03", "service")
    assert made.sum.gross_cents == 3 and payments.bill(store, made).open_cents == 0 and norm.broken(ubl(made)) == []


def test_all_of_it_can_be_kept_and_nothing_twice(store, cast, now, paid, keep):
    keep(paid, "100")
    assert rows(store, paid) == [("bank", 426_80), ("kept", -100_00)]
    for again in (lambda: keep(paid, "1"), lambda: billing.return_deposit(store, paid, cast.marieke.id, now)):
        with pytest.raises(Conflict, match="deposit_back"):
            again()


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"kept": "100.01"}, "kept", "too_much_off"), ({"kept": "0"}, "kept", "too_small"), ({"kept": "-1"}, "kept", "money"),
        ({"kept": ""}, "kept", "money"), ({"why": "fine"}, "why", "choice"), ({"why": ""}, "why", "choice"),
        ({"reason": " "}, "reason", "empty"), ({"reason": "x" * 161}, "reason", "too_long"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_beside_its_field_and_takes_no_number(store, cast, now, paid, keep, given, field, code):
    with pytest.raises(Invalid) as refused:
        keep(paid, **given)
    assert (refused.value.data["field"], refused.value.code) == (field, code)
    assert payments.bill(store, paid).deposit_cents == 100_00 and keep(paid).n == 2


def test_a_deposit_that_was_not_paid_is_not_kept(store, cast, now, paid, keep):
    open_ = billing.issue(store, cast.seinhuis, supply(store, store.venues.room(paid.room_id), (DEPOSIT,)), now)
    with pytest.raises(Refused, match="deposit_unpaid"):
        keep(open_)
    assert billing.issue(store, cast.seinhuis, supply(store, store.venues.room(paid.room_id)), now).n == 3


def test_keeping_is_undone_by_taking_its_invoice_back_and_not_by_its_rows(store, cast, now, paid, keep):
    made = keep(paid)
    for document in (paid, made):
        (row,) = (row for row in store.billing.payments(document.id) if row.way in ("kept", "from_deposit"))
        with pytest.raises(Refused, match="not_reversible"):
            billing.undo(store, document, row.id, cast.marieke.id, now)
    with pytest.raises(Refused, match="deposit_kept"):
        billing.credit(store, paid, cast.marieke.id, now)
    billing.credit(store, made, cast.marieke.id, now)
    assert payments.bill(store, made).open_cents == -30_00 and payments.bill(store, paid).open_cents == 0


def test_a_part_comes_off_what_was_kept_as_off_any_invoice(store, cast, now, paid, keep):
    made = keep(paid)
    note = billing.credit_part(store, made, {"amount_0": "10", "reason": "Toch goedkoper"}, cast.marieke.id, now)
    assert [(line.code, line.text) for line in note.lines] == [("damage", "Een stoel is gebroken")]
    assert payments.bill(store, made).open_cents == -10_00


def test_what_was_kept_is_no_bill_of_the_hire(store, cast, now, keep):
    """Neither does the booking follow on it, nor does money for it go to the hire, nor the other way."""
    sells(store, cast, now)
    room = let(store, cast.seinhuis, cast.marieke, now, deposit_cents=100_00)
    marieke = as_booker(cast.marieke, host=True)
    booked = book(store, cast.seinhuis, room, ONE, 2, marieke, now)
    hire = store.billing.of_booking(booked.id)[0].document
    billing.pay(store, hire, 191_96, "bank", now.date(), "system", now)
    made = keep(hire)
    assert payments.standing(payments.invoices(store, booked.id)) == hire
    following.follow(store, cast.seinhuis, store.bookings.set(booked, title="Iets anders"), now)
    with pytest.raises(Refused, match="nothing_to_bill"):
        following.again(store, cast.seinhuis, made, EVA, cast.marieke.id, now)
    billing.credit(store, made, cast.marieke.id, now)
    (found,) = matching.match(store, cast.seinhuis, [Entry("r", 5_00, now.date(), "Eva", f"factuur {made.number}")])
    assert found.bill.document.id == made.id
    billing.pay(store, made, 5_00, "cash", now.date(), cast.marieke.id, now)
    assert [payments.bill(store, each).open_cents for each in (hire, made)] == [0, -35_00]
    with pytest.raises(Refused, match="deposit_kept"):
        bookings.move(store, cast.seinhuis, booked, room.id, ONE, ONE + 3 * HOUR, marieke, now, agreed_cents=None)
    assert replace(made, lines=hire.lines).of_deposit is False
