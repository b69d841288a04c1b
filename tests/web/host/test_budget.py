"""The budget: an admin fills it, hosts grant from it, and a second host decides on a large grant."""

import re

import pytest

from s2m.domain import people

HOST = "/host/het-seinhuis"


@pytest.fixture
def admin(phone, cast, here):
    here(cast.samira)
    return phone(cast.marieke)


@pytest.fixture
def second(phone, cast, app, now):
    """Joost helps as a host, too."""
    with app.extensions["s2m.database"].write() as store:
        people.give_role(store, cast.joost, "host", cast.seinhuis.id, now, by=cast.marieke.id)
    return phone(cast.joost)


@pytest.fixture
def fill(admin):
    def fill(amount="100", reason="Voor het eerste jaar", key=None):
        key = key or re.search(r'name="key" value="([^"]+)"', admin.get(f"{HOST}/budget").text)[1]
        return admin.post(f"{HOST}/budget", amount=amount, reason=reason, key=key)

    return fill


def test_a_small_grant_arrives_at_once(admin, fill, cast, phone):
    assert "No grants yet" in admin.says(f"{HOST}/budget")
    fill()
    path = f"{HOST}/people/{cast.samira.id}/grant"
    assert "The budget has 200 dots left." in admin.says(path)
    done = admin.post(path, amount="5", reason="Gaf de planten water", follow_redirects=True).text
    assert "has it now." in done and "Gaf de planten water" in done
    assert "From the budget of the house" in phone(cast.samira).says("/me/statement")
    assert "granted from the budget" in admin.says(f"{HOST}/health")


def test_on_a_large_grant_a_second_host_decides(admin, fill, cast, second):
    fill()
    admin.post(f"{HOST}/people/{cast.samira.id}/grant", amount="40", reason="Bouwde de keuken")
    decide = re.search(r'action="([^"]+/decide)"', admin.get(f"{HOST}/budget").text)[1]
    own = admin.post(decide, given="1")
    assert own.status_code == 409 and "Somebody else decides on this" in own.text
    assert "Given." in second.post(decide, given="1", follow_redirects=True).text
    assert second.post(decide, given="0").status_code == 409


def test_a_host_who_is_no_admin_fills_no_budget(second):
    assert "Fill the budget" not in second.says(f"{HOST}/budget")
    assert second.post(f"{HOST}/budget", amount="5", reason="x", key="k" * 20).status_code == 403


@pytest.mark.parametrize(
    ("amount", "reason", "status", "said"),
    [("201", "hielp", 409, "has 200 left"), ("0", "hielp", 422, "must be 1 or more"), ("5", "", 422, "Fill this in."),
     ("５", "hielp", 422, "whole number"), ("5000", "hielp", 422, "must be 1000 or less")],
)  # fmt: skip
def test_what_cannot_be_granted_is_said_beside_the_field(admin, fill, cast, amount, reason, status, said):
    fill()
    answer = admin.post(f"{HOST}/people/{cast.samira.id}/grant", amount=amount, reason=reason)
    assert answer.status_code == status and said in answer.text and answer.text.count('aria-invalid="true"') == 1


@pytest.mark.parametrize(("amount", "reason"), [("", "x"), ("-1", "x"), ("10001", "x"), ("5", ""), ("1.5", "x")])
def test_a_budget_that_cannot_be_filled_stays_as_it_is(admin, fill, amount, reason):
    assert fill(amount, reason).status_code == 422 and "100 dots" in admin.says(f"{HOST}/budget")


def test_a_second_tap_fills_it_once(fill):
    assert fill(key="k" * 20).status_code == 303 and fill(key="k" * 20).status_code == 409
