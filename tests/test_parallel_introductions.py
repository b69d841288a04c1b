"""Twenty at once at an introduction: one for the two of them, agreed on once, paid once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from s2m.domain import blocks, introductions, ledger, people, presence
from s2m.domain.introductions import Introduction
from tests.test_parallel import at_once

__all__ = ["at_once"]


@pytest.fixture
def here(database, cast, now):
    with database.write() as store:
        for person in (cast.samira, cast.joost, cast.thijs):
            people.consent(store, person, "matching", True, now)
            presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - timedelta(hours=1))


@pytest.fixture
def introduced(database, cast, now, here):
    with database.write() as store:
        return introductions.introduce(store, cast.thijs, cast.samira.id, cast.joost.id, "Schrijvers", now)


def test_two_who_introduce_each_other_at_once_make_one_that_both_agreed_on(database, cast, now, here, at_once):
    def ask(n):
        one, other = (cast.samira, cast.joost) if n % 2 else (cast.joost, cast.samira)
        with database.write() as store:
            return introductions.introduce(store, one, one.id, other.id, "Schrijvers", now)

    results = at_once(ask)
    assert all(isinstance(result, Introduction) for result in results) and len({result.id for result in results}) == 1
    with database.read() as store:
        assert [each.state(now) for each in store.introductions.of(cast.samira.id)] == ["agreed"]


def test_twenty_answers_agree_once_and_twenty_confirmations_pay_once(database, cast, now, introduced, at_once):
    def agree(n):
        with database.write() as store:
            return introductions.agree(store, (cast.samira, cast.joost)[n % 2], introduced.id, f"tafel {n}", now)

    def confirm(n):
        with database.write() as store:
            return introductions.confirm(store, (cast.samira, cast.joost)[n % 2], introduced.id, True, now)

    assert all(isinstance(result, Introduction) for result in at_once(agree) + at_once(confirm))
    with database.read() as store:
        assert store.contributions.count("introduction", since=now, person_id=cast.thijs.id) == 1
        account = store.ledger.person_account(cast.thijs.id)
        assert account.balance == cast.policy.newcomers_grant + cast.policy.introduction_amount
        assert ledger.verify_network(store, cast.noord.id).fault is None


def test_a_block_and_an_answer_at_once_end_in_one_order_or_the_other(database, cast, now, introduced, at_once):
    with database.write() as store:
        introductions.agree(store, cast.samira, introduced.id, "", now)

    def act(n):
        with database.write() as store:
            if n % 2:
                return introductions.agree(store, cast.joost, introduced.id, "", now)
            return blocks.keep_apart(store, cast.samira, cast.joost.id, "block", now)

    assert not [result for result in at_once(act) if isinstance(result, Exception)]
    with database.read() as store:
        found = store.introductions.get(introduced.id)
        assert (found.agreed_at is None) == (found.mine(cast.samira.id).answer == "no")


def test_who_agrees_at_the_last_moment_is_not_ended_by_the_job_that_waited_for_them(database, cast, now, introduced):
    last = now + introductions.LASTS
    with database.write() as store:
        introductions.agree(store, cast.samira, introduced.id, "bij de koffie", now)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as store:
            introductions.agree(store, cast.joost, introduced.id, "", last - timedelta(seconds=1))
            job = pool.submit(lapse, database, last)
            time.sleep(0.2)  # it reads what is late, and waits for the lock
        assert job.result(timeout=10) == 0
    with database.read() as store:
        assert store.introductions.get(introduced.id).mine(cast.samira.id).contact == "bij de koffie"


def lapse(database, now):
    with database.write() as store:
        return introductions.lapse(store, now)
