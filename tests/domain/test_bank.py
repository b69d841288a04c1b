"""Which bill a payment names, from the words that people and banks write."""

import pytest

from s2m.domain.billing.bank import names

NUMBERS = [f"2026-{n:04d}" for n in (1, 2, 12, 123)]


def named(words):
    return [number for number in NUMBERS if names(words, number)]


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
    assert named(words) == ["2026-0001"]


@pytest.mark.parametrize(
    "words",
    [
        "", "2026", "0001", "12026-0001", "2026-00011", "20260001234", "2026-0001-2", "5-2026-0001", "2026-0001.5", "2026-0009",
        "A2026-0001", "Factuur A2026-0001", "AC2026-0001",
        "C2026-0001", "creditnota C 2026-0001", "Q2026-0001", "q-2026-0001", "NL02RABO20260001234", "2026 en 0001", "1-2026",
    ],
)  # fmt: skip
def test_a_part_of_another_number_is_none(words):
    assert named(words) == []


@pytest.mark.parametrize("words", ["2026-0001 en 2026-0002", "2026-0001/2026-0002", "20260001 20260002"])
def test_two_numbers_in_one_payment_are_both_named(words):
    assert named(words) == ["2026-0001", "2026-0002"]


def test_a_credit_note_is_named_by_its_own_number_only():
    assert names("C2026-0001", "C2026-0001") and named("C2026-0001") == []


def test_a_number_without_signs_names_nothing():
    assert not names("anything", "") and not names("anything", "-")


def test_a_number_with_a_prefix_is_not_the_one_without_it():
    assert names("Factuur A2026-0001", "A2026-0001") and names("factuurA2026-0001", "A2026-0001") is True
    assert not names("BA2026-0001", "A2026-0001") and not names("2026-0001", "A2026-0001")
    assert names("A2026-0001 en 2026-0001", "2026-0001")
