"""A part of a deposit is kept for damage or extra work, billed and paid from it, and the rest goes back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import billing, bookings, erasing, ledger
from s2m.domain.billing import deposits, following, matching, payments
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
    assert payments.bill(store, made).open_cents == 0 and payments.bill(store, paid).open_cents == 0
    assert payments.bill(store, paid).deposit_cents == 30_00 and books(store, cast.seinhuis)["deposits"] == 30_00
    assert rows(store, paid) == [("bank", 426_80), ("deposit", -70_00), ("kept", -30_00), ("kept", 30_00)]
    with pytest.raises(Refused, match="deposit_returned"):
        billing.credit(store, paid, cast.marieke.id, now)


def test_a_deposit_that_was_kept_wrongly_is_there_again_and_is_kept_or_given_back_anew(store, cast, now, paid, keep):
    """Also where a part came off first; and the invoice of the hire can then be taken back."""
    billing.credit(store, keep(paid, "100"), cast.marieke.id, now)
    assert keep(paid, "100", "service").sum.vat_cents
    made = store.billing.bills(cast.seinhuis.id, kind="invoice")[-1].document
    billing.credit_part(store, made, {"amount_0": "10", "reason": "Toch goedkoper"}, cast.marieke.id, now)
    billing.credit(store, made, cast.marieke.id, now)
    assert payments.bill(store, made).open_cents == 0 and payments.bill(store, paid).deposit_cents == 100_00
    assert billing.return_deposit(store, paid, cast.marieke.id, now).cents == -100_00
    back = next(row for row in store.billing.payments(paid.id) if row.way == "deposit")
    billing.undo(store, paid, back.id, cast.marieke.id, now)
    billing.credit(store, paid, cast.marieke.id, now)
    assert payments.bill(store, paid).open_cents == -426_80 and books(store, cast.seinhuis)["deposits"] == 0


def test_what_was_paid_out_of_it_since_does_not_come_back_into_the_deposit(store, cast, now, paid, keep):
    made = keep(paid, "100")
    billing.credit_part(store, made, {"amount_0": "10", "reason": "Toch goedkoper"}, cast.marieke.id, now)
    billing.pay(store, made, -10_00, "cash", now.date(), cast.marieke.id, now)
    billing.credit(store, made, cast.marieke.id, now)
    assert (payments.bill(store, made).open_cents, payments.bill(store, paid).deposit_cents) == (-90_00, 0)


def test_a_part_comes_off_what_was_kept_as_off_any_invoice(store, cast, now, paid, keep):
    made = keep(paid)
    note = billing.credit_part(store, made, {"amount_0": "10", "reason": "Toch goedkoper"}, cast.marieke.id, now)
    assert [(line.code, line.text) for line in note.lines] == [("damage", "Een stoel is gebroken")]
    assert payments.bill(store, made).open_cents == -10_00


@pytest.fixture
def hired(store, cast, now):
    """A meeting of Samira's in a week, with its invoice: 91.96 and a deposit of 100, paid. terms: of the room."""

    def hired(**terms):
        sells(store, cast, now)
        room = let(store, cast.seinhuis, cast.marieke, now, deposit_cents=100_00, **terms)
        booked = book(store, cast.seinhuis, room, ONE, 2, as_booker(cast.samira), now, person=cast.samira)
        hire = store.billing.of_booking(booked.id)[0].document
        billing.pay(store, hire, 191_96, "bank", now.date(), "system", now)
        return booked, hire

    return hired


def test_a_deposit_is_neither_given_back_nor_kept_before_the_meeting_is_over(store, cast, now, hired):
    _booked, hire = hired()
    over, kept = ONE + 2 * HOUR, {"kept": "30", "why": "damage", "reason": "Een stoel"}
    soon = over - timedelta(seconds=1)
    for early in (
        lambda: billing.return_deposit(store, hire, cast.marieke.id, soon),
        lambda: billing.keep_deposit(store, hire, kept, cast.marieke.id, soon),
    ):
        with pytest.raises(Refused, match="meeting_to_come"):
            early()
    assert not billing.deposit_due(hire, soon) and billing.deposit_due(hire, over)
    assert billing.keep_deposit(store, hire, kept, cast.marieke.id, over).n == 2


@pytest.fixture
def settled_early(store, cast, monkeypatch):
    """As a copy of before may have it: a deposit that was given back, or a part kept, while the meeting was to come."""

    def settled_early(hire, how, now):
        with monkeypatch.context() as earlier:
            earlier.setattr(deposits, "deposit_due", lambda *_: True)
            if how == "returned":
                billing.return_deposit(store, hire, cast.marieke.id, now)
            else:
                given = {"kept": "30", "why": "damage", "reason": "Een stoel"}
                billing.keep_deposit(store, hire, given, cast.marieke.id, now)

    return settled_early


@pytest.mark.parametrize("how", ["returned", "kept"])
@pytest.mark.parametrize("act", ["cancel", "waive", "erase", "erase_again"])
def test_what_was_done_with_a_deposit_before_the_meeting_hinders_no_cancelling(
    store, cast, now, hired, settled_early, how, act
):  # fmt: skip
    """What was paid for the room is given back, but for what cancelling costs; the deposit stays as it was settled."""
    booked, hire = hired(tiers=((24 * 30, 50),))
    settled_early(hire, how, now)
    if act == "cancel":
        bookings.cancel(store, cast.seinhuis, booked, as_booker(cast.samira), now, agreed_cents=None)
    elif act == "waive":
        host = as_booker(cast.marieke, host=True)
        bookings.cancel(store, cast.seinhuis, booked, host, now, agreed_cents=None, waive=True)
    elif act == "erase":
        erasing.erase(store, cast.samira, "", now)
    else:
        assert erasing.erase_again(store, cast.samira.id, now)
    assert store.bookings.get(booked.id).status == "cancelled"
    fee = 0 if act == "waive" else 45_98
    assert sum(bill.open_cents for bill in payments.invoices(store, booked.id)) == fee - 91_96
    assert payments.bill(store, hire).returned_cents == 100_00 and books(store, cast.seinhuis)["deposits"] == 0
    following.follow(store, cast.seinhuis, store.bookings.get(booked.id), now)  # told twice, it changes nothing
    assert len(store.billing.bills(cast.seinhuis.id)) == 2 + (how == "kept") + bool(fee)


def test_what_was_kept_is_no_bill_of_the_hire(store, cast, now, hired):
    """Neither does the booking follow on it, nor does money for it go to the hire, nor the other way."""
    (booked, hire), over = hired(), ONE + 2 * HOUR
    given = {"kept": "30", "why": "damage", "reason": "Een stoel is gebroken"}
    made = billing.keep_deposit(store, hire, given, cast.marieke.id, over)
    assert payments.standing(payments.invoices(store, booked.id)) == hire
    following.follow(store, cast.seinhuis, store.bookings.set(booked, title="Iets anders"), now)
    with pytest.raises(Refused, match="nothing_to_bill"):
        following.again(store, cast.seinhuis, made, EVA, cast.marieke.id, now)
    with pytest.raises(Refused, match="deposit_kept"):
        billing.credit(store, hire, cast.marieke.id, over)
    billing.credit(store, made, cast.marieke.id, over)
    (found,) = matching.match(store, cast.seinhuis, [Entry("r", 5_00, now.date(), "Eva", f"factuur {made.number}")])
    assert found.bill.document.id == made.id
    billing.pay(store, made, 5_00, "cash", now.date(), cast.marieke.id, now)
    assert [payments.bill(store, each).open_cents for each in (hire, made)] == [0, -5_00]
    assert replace(made, lines=hire.lines).of_deposit is False
