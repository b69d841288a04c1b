"""The commons: gifts to it, and the slow decay that a network may decide on."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2m.domain import commons, ledger, presence
from s2m.domain.errors import Conflict, Invalid, Refused

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)
FIRST_OF_MAY = datetime(2026, 4, 30, 22, tzinfo=UTC)


@pytest.fixture
def pot(store, cast):
    return lambda: store.ledger.network_account(cast.noord.id, "commons").balance


@pytest.fixture
def rich(store, cast, now):
    """Samira has 1,012 dots, Joost 512."""
    issuing = store.ledger.network_account(cast.noord.id, "issuing")
    for person, amount in ((cast.samira, 1000), (cast.joost, 500)):
        ledger.transfer(store, issuing, store.ledger.person_account(person.id), amount, "proxy", now, key=person.id)


@pytest.fixture
def planned(store, cast, now, rich):
    return commons.plan_decay(store, cast.noord.id, "20", cast.marieke.id, now)


def test_a_gift_goes_to_the_commons(store, cast, now, balance, pot):
    before = pot()
    commons.give(store, cast.samira, "5", now, key="a key of some length")
    assert (balance(cast.samira), pot()) == (7, before + 5)
    assert ledger.verify_network(store, cast.noord.id).fault is None


def test_a_gift_is_at_most_what_is_free(store, cast, now, balance):
    presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
    with pytest.raises(Refused, match="floor"):
        commons.give(store, cast.samira, "9", now, key="one more than free")
    commons.give(store, cast.samira, "8", now, key="all that is free")
    assert balance(cast.samira) == 4


@pytest.mark.parametrize("amount", ["0", "-1", "1.5", "", None, True, "１", "1e2", "9" * 30])
def test_a_gift_is_a_whole_number(store, cast, now, balance, amount):
    with pytest.raises(Invalid):
        commons.give(store, cast.samira, amount, now, key="a key of some length")
    assert balance(cast.samira) == 12


def test_a_gift_sent_twice_is_one_gift(store, cast, now, balance):
    first = commons.give(store, cast.samira, "5", now, key="a key of some length")
    assert commons.give(store, cast.samira, "5", now, key="a key of some length") == first
    with pytest.raises(Conflict, match="key_reused"):
        commons.give(store, cast.samira, "6", now, key="a key of some length")
    assert balance(cast.samira) == 7


def test_nothing_decays_by_default(store, cast, rich, balance):
    assert commons.decay(store, cast.noord.id, AMSTERDAM, FIRST_OF_MAY) is None
    assert balance(cast.samira) == 1012


def test_decay_is_announced_two_weeks_before(store, cast, now, planned):
    assert planned.begins_at == now + timedelta(days=14)
    assert store.commons.rule(cast.noord.id, now + 13 * DAY) is None
    assert store.commons.plan(cast.noord.id, now + 13 * DAY) == planned
    assert store.commons.rule(cast.noord.id, now + 14 * DAY) == planned


def test_a_month_that_began_before_the_rule_does_not_decay(store, cast, now, planned, balance):
    assert commons.decay(store, cast.noord.id, AMSTERDAM, now + 15 * DAY) is None
    assert balance(cast.samira) == 1012


def test_the_first_of_the_month_takes_its_part_once(store, cast, planned, balance, pot):
    before = pot()
    done = commons.decay(store, cast.noord.id, AMSTERDAM, FIRST_OF_MAY)
    assert (done.month, done.people, done.amount) == ("2026-05", 2, 30)
    assert (balance(cast.samira), balance(cast.joost), balance(cast.thijs)) == (992, 502, 12)
    assert pot() == before + 30
    assert commons.decay(store, cast.noord.id, AMSTERDAM, FIRST_OF_MAY + DAY) is None
    assert balance(cast.samira) == 992 and ledger.verify_network(store, cast.noord.id).fault is None


def test_the_month_begins_by_the_clock_of_the_venue(store, cast, planned):
    assert commons.decay(store, cast.noord.id, AMSTERDAM, FIRST_OF_MAY - timedelta(seconds=1)).month == "2026-04"
    assert commons.decay(store, cast.noord.id, AMSTERDAM, FIRST_OF_MAY).month == "2026-05"


def test_what_is_held_does_not_decay(store, cast, now, planned, balance):
    account = store.ledger.person_account(cast.samira.id)
    house = store.ledger.network_account(cast.noord.id, "commons")
    ledger.hold(store, account, house, 1000, "seat", now, key="k", floor=0, expires_at=now + 90 * DAY)
    assert commons.decay(store, cast.noord.id, AMSTERDAM, FIRST_OF_MAY).amount == 10
    assert balance(cast.samira) == 1012


def test_less_counts_at_once_and_more_in_two_weeks(store, cast, now, planned):
    later = now + 20 * DAY
    assert commons.plan_decay(store, cast.noord.id, "10", cast.marieke.id, later).begins_at == later
    assert commons.plan_decay(store, cast.noord.id, "30", cast.marieke.id, later).begins_at == later + timedelta(days=14)
    assert commons.plan_decay(store, cast.noord.id, "0", cast.marieke.id, later + DAY).begins_at == later + DAY
    assert store.commons.plan(cast.noord.id, later + DAY) is None, "switching off takes the plan away, too"
    assert commons.decay(store, cast.noord.id, AMSTERDAM, datetime(2026, 6, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize("per_mille", ["101", "-1", "2.5", "", None, "２"])
def test_refuses_a_decay_that_cannot_be(store, cast, now, per_mille):
    with pytest.raises(Invalid):
        commons.plan_decay(store, cast.noord.id, per_mille, cast.marieke.id, now)
    assert store.commons.plan(cast.noord.id, now) is None


@given(st.integers(-(10**9), 10**9), st.integers(0, 100))
def test_a_share_is_never_more_than_there_is(available, per_mille):
    due = commons.share(available, per_mille)
    assert 0 <= due <= max(available, 0) and (per_mille or due == 0)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)))
def test_each_moment_is_in_one_month(now):
    month, began = commons.month_of(now, AMSTERDAM)
    assert began <= now and began.strftime("%Y-%m-%d %H:%M") == f"{month}-01 00:00"
    assert commons.month_of(began, AMSTERDAM) == (month, began)


@pytest.mark.parametrize("seed", range(5))
def test_decay_conserves_the_sum(store, cast, now, seed):
    chance = random.Random(seed)
    issuing = store.ledger.network_account(cast.noord.id, "issuing")
    for person in (cast.samira, cast.joost, cast.thijs, cast.wim):
        ledger.transfer(
            store, issuing, store.ledger.person_account(person.id), chance.randint(1, 5000), "proxy", now, key=person.id
        )
    commons.plan_decay(store, cast.noord.id, chance.randint(1, 100), cast.marieke.id, now)
    before = {account.id: account for account in store.ledger.accounts(cast.noord.id)}
    done = commons.decay(store, cast.noord.id, AMSTERDAM, FIRST_OF_MAY)
    after = {account.id: account for account in store.ledger.accounts(cast.noord.id)}
    assert sum(a.balance for a in after.values()) == sum(a.balance for a in before.values()) == 0
    lost = {id_: before[id_].balance - after[id_].balance for id_ in before if before[id_].kind == "person"}
    assert sum(lost.values()) == done.amount and sum(1 for dots in lost.values() if dots) == done.people
    assert all(0 <= dots <= before[id_].available // 10 for id_, dots in lost.items())
