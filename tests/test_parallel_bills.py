"""Twenty at once on one venue's money: numbers without a gap, and what may count once counts once."""

import pytest

from s2m.domain import billing, ledger
from s2m.domain.billing import Document, checkouts, matching
from s2m.domain.billing.bank import Entry
from tests.billing import perron, sells, supply
from tests.test_parallel import MANY, at_once

__all__ = ["at_once"]


@pytest.fixture
def issue(database, cast, now):
    with database.write() as store:
        sells(store, cast, now)
        rooms = [perron(store, cast, now, f"Perron {n}") for n in range(3)]

    def issue(n):
        with database.write() as store:
            return billing.issue(store, cast.seinhuis, supply(store, rooms[n % 3]), now)

    return issue


@pytest.fixture
def verified(database, cast):
    def verified():
        with database.read() as store:
            return ledger.verify_network(store, cast.noord.id).fault

    return verified


def test_twenty_bills_at_once_have_the_next_twenty_numbers(issue, at_once, verified):
    made = at_once(issue)
    assert all(isinstance(each, Document) for each in made), made
    assert sorted(each.n for each in made) == list(range(1, MANY + 1)) and verified() is None


def test_a_bill_is_credited_once_by_twenty(database, cast, now, issue, at_once, verified):
    document = issue(0)

    def credit(n):
        with database.write() as store:
            return billing.credit(store, document, cast.marieke.id, now)

    results = at_once(credit)
    assert sum(isinstance(each, Document) for each in results) == 1
    assert {each.code for each in results if isinstance(each, Exception)} == {"credited"} and verified() is None


def test_a_payment_counts_once_however_often_it_is_told(database, cast, now, issue, at_once, verified):
    document, other = issue(0), issue(0)
    with database.write() as store:
        tried = checkouts.begin(store, document, "local", now)
    line = Entry("ref", 5_00, now.date(), "R. Huurder", other.number)

    def tell(n):
        with database.write() as store:
            if n % 2:
                return matching.take_in(store, cast.seinhuis, [line], cast.marieke.id, now)
            return checkouts.settle(store, tried.id, "local", "tr_1", "paid", tried.cents, now).status

    results = at_once(tell)
    assert results.count("paid") == MANY // 2 and sum(each for each in results if each != "paid") == 1
    with database.read() as store:
        assert [[each.cents for each in store.billing.payments(d.id)] for d in (document, other)] == [[tried.cents], [5_00]]
    assert verified() is None
