"""Giving to the commons by phone: what is free, once, and in words where it cannot be."""

import re

import pytest

GIVE = "/commons/give"


@pytest.fixture
def samira(phone, cast):
    return phone(cast.samira)


@pytest.fixture
def balance(app, cast):
    def balance():
        with app.extensions["s2m.database"].read() as store:
            return store.ledger.person_account(cast.samira.id).balance

    return balance


def key_of(samira):
    return re.search(r'name="key" value="([^"]+)"', samira.get(GIVE).text)[1]


def test_a_gift_leaves_the_balance_and_stands_in_the_statement(samira, balance):
    assert "You have 12 dots free." in samira.says(GIVE)
    assert samira.post(GIVE, amount="5", key=key_of(samira)).location == "/me/statement"
    assert balance() == 7 and "Your gift to the commons" in samira.says("/me/statement")


def test_a_second_tap_gives_once(samira, balance):
    key = key_of(samira)
    assert [samira.post(GIVE, amount="5", key=key).status_code for _ in range(2)] == [303, 303]
    assert samira.post(GIVE, amount="6", key=key).status_code == 409 and balance() == 7


@pytest.mark.parametrize(
    ("amount", "status", "said"),
    [("13", 409, "at most what you have free"), ("0", 422, "must be 1 or more"), ("-3", 422, "must be 1 or more"),
     ("half", 422, "whole number"), ("２", 422, "whole number"), ("9" * 40, 422, "whole number"), ("", 422, "whole number")],
)  # fmt: skip
def test_what_cannot_be_given_is_said_beside_the_field(samira, balance, amount, status, said):
    answer = samira.post(GIVE, amount=amount, key=key_of(samira))
    assert answer.status_code == status and said in answer.text and 'aria-invalid="true"' in answer.text
    assert balance() == 12


def test_a_key_of_no_length_is_refused(samira, balance):
    assert samira.post(GIVE, amount="5", key="x").status_code == 409 and balance() == 12


def test_who_has_nothing_free_sees_no_form(samira, app, cast, now):
    samira.post(GIVE, amount="12", key=key_of(samira))
    assert "You have nothing free to give now." in samira.says(GIVE) and 'name="amount"' not in samira.get(GIVE).text
