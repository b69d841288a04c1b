"""Budgets: hosts grant from what an admin put in, with a reason; on a large grant a second host decides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from s2m.domain import budgets, contributions, ledger, presence, tasks
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused


@pytest.fixture
def filled(store, cast, now, monkeypatch):
    """100 dots in the budget of Het Seinhuis, 60 of them added, where Samira was yesterday."""
    presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now - timedelta(days=1))
    monkeypatch.setattr(budgets, "START", 40)
    budgets.fill(store, cast.seinhuis, "60", "Voor het eerste jaar", cast.marieke.id, now, key="first")


@pytest.fixture
def left(store, cast, now):
    def left():
        account = budgets.account(store, cast.seinhuis, now)
        return account.balance, account.held

    return left


@pytest.fixture
def grant(store, cast, now, filled):
    def grant(amount, person=None, by=None, reason="Hielp de hele dag mee"):
        return budgets.grant(store, cast.seinhuis, person or cast.samira, amount, reason, (by or cast.marieke).id, now)

    return grant


@pytest.fixture
def balance(store, cast):
    return lambda: store.ledger.person_account(cast.samira.id).balance


def acts(store, cast, most=2):
    return [row["action"] for row in store.audit.last(cast.noord.id, most=most)]


def test_a_small_grant_is_given_at_once(store, cast, grant, left, balance):
    done = grant("20")
    assert done.given and balance() == 32 and left() == (80, 0)
    assert acts(store, cast, 2) == ["grant.give", "budget.fill"]
    assert ledger.verify_network(store, cast.noord.id).fault is None


def test_a_large_grant_waits_for_a_second_host(store, cast, now, grant, left, balance):
    asked = grant("21")
    assert asked.given is None and balance() == 12 and left() == (100, 21)
    with pytest.raises(Refused, match="second_host"):
        budgets.decide(store, cast.seinhuis, asked.id, cast.marieke.id, now, given=True)
    done = budgets.decide(store, cast.seinhuis, asked.id, cast.joost.id, now, given=True)
    assert done.given and balance() == 33 and left() == (79, 0)
    with pytest.raises(Conflict, match="settled"):
        budgets.decide(store, cast.seinhuis, asked.id, cast.joost.id, now, given=False)


def test_whoever_gets_it_does_not_decide(store, cast, now, grant):
    asked = grant("50")
    with pytest.raises(Refused, match="second_host"):
        budgets.decide(store, cast.seinhuis, asked.id, cast.samira.id, now, given=True)


def test_a_grant_that_is_not_given_stays_in_the_budget(store, cast, now, grant, left, balance):
    asked = grant("50")
    budgets.decide(store, cast.seinhuis, asked.id, cast.marieke.id, now, given=False)
    assert balance() == 12 and left() == (100, 0) and store.budgets.get(asked.id).given is False


def test_what_nobody_decides_on_lapses_once(store, cast, now, grant, left):
    asked = grant("50")
    assert budgets.lapse(store, now + timedelta(days=13)) == 0 and left() == (100, 50)
    assert budgets.lapse(store, now + timedelta(days=14)) == 1 and left() == (100, 0)
    assert budgets.lapse(store, now + timedelta(days=15)) == 0 and store.budgets.get(asked.id).given is False


def test_a_budget_is_not_overdrawn(grant, left):
    grant("80")
    with pytest.raises(Refused, match="budget_spent"):
        grant("21")
    grant("20")
    assert left() == (80, 80)


def test_nobody_grants_to_themselves(cast, grant, left):
    with pytest.raises(Refused, match="own_grant"):
        grant("5", person=cast.marieke)
    assert left() == (100, 0)


def test_a_grant_goes_to_who_comes_here(cast, grant, left):
    with pytest.raises(Refused, match="not_acquainted"):
        grant("5", person=cast.joost)
    assert left() == (100, 0)


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "1001", "", None, "５", True])
def test_a_grant_is_a_whole_number(grant, left, amount):
    with pytest.raises(Invalid):
        grant(amount)
    assert left() == (100, 0)


def test_a_grant_has_a_reason(grant, left):
    with pytest.raises(Invalid, match="empty"):
        grant("5", reason=" ")
    assert left() == (100, 0)


def test_a_grant_of_another_venue_is_not_there(store, cast, now, grant):
    asked = grant("50")
    with pytest.raises(NotFound):
        budgets.decide(store, cast.wissel, asked.id, cast.wim.id, now, given=True)
    with pytest.raises(NotFound):
        budgets.decide(store, cast.seinhuis, "0" * 32, cast.wim.id, now, given=True)


def test_a_budget_is_filled_once_by_one_form(store, cast, now, filled, left):
    with pytest.raises(Conflict, match="key_reused"):
        budgets.fill(store, cast.seinhuis, "100", "Nog eens", cast.marieke.id, now, key="first")
    assert left() == (100, 0)


def test_twenty_grants_at_once_never_overdraw_the_budget(database, cast, now):
    with database.write() as store:
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now - timedelta(days=1))
        budgets.fill(store, cast.seinhuis, "10", "Voor vandaag", cast.marieke.id, now, key="first")

    def grant(_n):
        try:
            with database.write() as store:
                return budgets.grant(store, cast.seinhuis, cast.samira, "10", "hielp", cast.marieke.id, now).given
        except Refused as error:
            return error.code

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(grant, range(20)))
    assert results.count(True) == 11 and results.count("budget_spent") == 9
    with database.read() as store:
        assert store.ledger.person_account(cast.samira.id).balance == 122
        assert ledger.verify_network(store, cast.noord.id).fault is None


def test_a_budget_begins_with_a_start_and_is_no_more_than_that(store, cast, now, left):
    assert budgets.left(store, cast.seinhuis.id) == budgets.START == 100
    assert left() == (100, 0) == left()


def test_what_an_open_task_promises_is_not_granted(store, cast, now, grant):
    given = {"title": "Ramen lappen", "amount": "90", "places": "2", "day": "2026-03-13", "time": "10:00"}
    task, _moment = tasks.post(store, cast.seinhuis, given, cast.marieke.id, now)
    with pytest.raises(Refused, match="budget_spent"):
        grant("11")
    with pytest.raises(Refused, match="budget_spent"):
        tasks.post(store, cast.seinhuis, given, cast.marieke.id, now)
    grant("10")
    tasks.cancel(store, task, cast.marieke.id, now)
    assert budgets.left(store, cast.seinhuis.id) == 90


def test_what_a_host_writes_down_is_paid_by_the_budget(store, cast, now, filled, left):
    contributions.record(
        store, cast.samira, cast.seinhuis, "koffie gezet", "10", "zonder telefoon", cast.marieke.id, now, key="k" * 20
    )
    assert left() == (90, 0)
