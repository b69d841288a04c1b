"""Giving to the commons by phone: what is free, once, and in words where it cannot be."""

import re

import pytest

from s2m.domain import contributions, hosting, ledger, presence

GIVE = "/commons/give"


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


# What everybody may read ----------------------------------------------------------------------------------------------


def test_the_commons_shows_what_flows_in_and_out_and_what_for(samira, cast):
    samira.post(GIVE, amount="5", key=key_of(samira))
    page = samira.says("/commons")
    assert "9945 dots" in page and "March 2026 +10005 dots −60 dots 9945" in page
    assert "Welcome for newcomers 0 dots −60 dots" in page and "Gifts to the commons +5 dots 0 dots" in page
    assert "Thu 12 Mar Gifts to the commons +5 dots balance 9945" in page


def test_the_commons_names_nobody_and_opens_no_line(samira, app, cast, now):
    with app.extensions["s2m.database"].write() as store:
        visit = presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "badge", now).visit
        hosting.settle_seat(store, visit, cast.seinhuis, cast.policy, "commons", "Joost heeft het zwaar", cast.marieke.id, now)
    page = samira.get("/commons").text
    assert "Seats that the commons paid" in page
    assert not any(word in page for word in ("Joost", "Bakker", "zwaar", "/me/statement/", visit.id))


def test_what_was_issued_is_said_in_all_and_by_kind(samira, app, cast, now):
    with app.extensions["s2m.database"].write() as store:
        contributions.earn(store, cast.joost, cast.seinhuis, "talk", "Brood", 6, now, key="1")
        moved = contributions.earn(store, cast.joost, cast.seinhuis, "post", "Een bericht", 4, now, key="2")
        ledger.reverse(store, moved.transfer_id, cast.noord.id, now)
    page = samira.says("/commons")
    assert "In all it gave 10006 dots." in page
    assert "The fund that the commons began with 10000 dots Talks 6 dots" in page and "Posts about this place" not in page


def test_the_statement_and_the_day_lead_to_the_commons(samira):
    assert 'href="/commons"' in samira.get("/me/statement").text and 'href="/commons"' in samira.get("/me").text


def test_in_a_quiet_year_it_says_so(samira, clock, phone, cast):
    clock.shift(400 * 24 * 3600)
    page = phone(cast.samira).says("/commons")
    assert "Quiet in these months" in page and "The last lines" in page


def test_members_of_another_network_see_their_own_commons(phone, cast):
    assert "9988 dots" in phone(cast.olga).says("/commons")


def test_the_commons_in_dutch(samira):
    page = samira.says("/commons?lang=nl")
    assert "De gezamenlijke pot" in page and "Welkom voor nieuwkomers" in page
