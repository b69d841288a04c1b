"""Which bill a payment names, from the words that people and banks write."""

from datetime import date

import pytest

from s2m.domain.billing.bank import Entry, matching, names
from tests.bills import bill

BILLS = [bill(id=str(n), number=f"2026-{n:04d}") for n in (1, 2, 12, 123)]


def named(words, documents=BILLS, cents=551_20):
    found = matching(Entry("1-1", cents, date(2026, 3, 20), "Woonlab", words), documents)
    return found.number if found else None


@pytest.mark.parametrize(
    "words",
    [
        "2026-0001", "Factuur 2026-0001", "factuur2026-0001", "FACT.NR.2026-0001/KLANT 7", "2026 0001", "20260001", "2026/0001",
        "2026- 0001", "2026-\n0001", "2026-00 01", "inv: 2026_0001.", "(2026-0001)", "nr 5 2026-0001",
        "2026-0001 13-03-2026", "/TRTP/SEPA OVERBOEKING/REMI/2026-0001/EREF/NOTPROVIDED", "2026-0001 2026-0001",
        "２０２６-０００１", "bedankt, 2026-0001 en tot ziens",
    ],
)  # fmt: skip
def test_a_number_is_found_as_people_write_it(words):
    assert named(words) == "2026-0001"


@pytest.mark.parametrize(
    "words",
    [
        "", "2026", "0001", "12026-0001", "2026-00011", "20260001234", "2026-0001-2", "5-2026-0001", "2026-0001.5", "2026-0009",
        "A2026-0001", "Factuur A2026-0001", "AC2026-0001",
        "C2026-0001", "creditnota C 2026-0001", "Q2026-0001", "q-2026-0001", "NL02RABO20260001234", "2026 en 0001", "1-2026",
    ],
)  # fmt: skip
def test_a_part_of_another_number_is_none(words):
    assert named(words) is None


@pytest.mark.parametrize("words", ["2026-0001 en 2026-0002", "2026-0001/2026-0002", "20260001 20260012"])
def test_two_bills_in_one_payment_are_left_to_a_person(words):
    assert named(words) is None


def test_an_amount_that_differs_names_the_bill_all_the_same():
    assert named("2026-0012", cents=1) == "2026-0012"


def test_only_an_invoice_is_paid():
    assert named("2026-0001", [bill("quote", number="2026-0001"), bill("credit", number="2026-0001")]) is None
    assert named("C2026-0001", [bill("credit")]) is None


def test_a_number_without_signs_names_nothing():
    assert not names("anything", "") and not names("anything", "-")


def test_a_number_with_a_prefix_is_not_the_one_without_it():
    assert names("Factuur A2026-0001", "A2026-0001") and names("factuurA2026-0001", "A2026-0001") is True
    assert not names("BA2026-0001", "A2026-0001") and not names("2026-0001", "A2026-0001")
    assert names("A2026-0001 en 2026-0001", "2026-0001")
