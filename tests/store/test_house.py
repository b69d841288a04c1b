"""Keeping house: limits that hold under a crowd, mail that waits its turn, jobs that say when they ran."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from s2m import jobs
from s2m.config import Config
from s2m.domain import presence

HOUR = timedelta(hours=1)


@pytest.fixture
def take(database, now):
    def take(when=now, key="login:x", most=5):
        with database.write() as store:
            return store.rates.take(key, most=most, per=HOUR, now=when)

    return take


def test_a_limit_gives_so_many_tries_and_then_says_when(take, now):
    assert [take() for _ in range(5)] == [0] * 5
    assert take() == 721  # a fifth of an hour, and a second
    assert take(when=now + timedelta(seconds=721)) == 0
    assert take(when=now + timedelta(seconds=722)) > 0


def test_limits_of_two_keys_are_apart(take):
    assert [take(key=key, most=1) for key in ("a", "b", "a")][:2] == [0, 0]
    assert take(key="a", most=1)


def test_a_limit_fills_up_and_no_further(take, now):
    [take() for _ in range(5)]
    assert [bool(take(when=now + 100 * HOUR)) for _ in range(6)] == [False] * 5 + [True]


def test_a_clock_that_jumps_back_gives_nothing_extra(take, now):
    [take() for _ in range(5)]
    assert take(when=now - 10 * HOUR) and take(when=now)


def test_twenty_at_once_get_exactly_as_many_as_there_are(database, take):
    start = threading.Barrier(20)

    def one(_):
        start.wait()
        return take(most=7)

    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(one, range(20)))
    assert waits.count(0) == 7


def test_old_counters_are_forgotten(database, take, now):
    take()
    with database.write() as store:
        assert store.rates.forget(now) == 0
        assert store.rates.forget(now + HOUR) == 1


def test_mail_waits_until_it_is_due_and_its_text_goes_once_it_is_sent(database, cast, now):
    with database.write() as store:
        store.outbox.add(cast.noord.id, "a@b.example", "Link", "secret", now)
        (mail,) = store.outbox.waiting(now)
        store.outbox.failed(mail, "x" * 1000, now)
        assert store.outbox.waiting(now + timedelta(seconds=29)) == []
        (again,) = store.outbox.waiting(now + timedelta(seconds=30))
        assert (again.attempts, len(again.error)) == (1, 200)
        store.outbox.sent(again, now)
        assert store.outbox.waiting(now + 100 * HOUR) == []
        assert store.run(text("SELECT body FROM outbox")).scalar_one() == ""


def test_mail_that_never_arrives_is_given_up(database, cast, now):
    with database.write() as store:
        store.outbox.add(cast.noord.id, "a@b.example", "Link", "text", now)
        for tries in range(8):
            (mail,) = store.outbox.waiting(now + tries * 10 * HOUR)
            store.outbox.failed(mail, "no", now + tries * 10 * HOUR)
        assert store.outbox.waiting(now + 1000 * HOUR) == []


def test_mail_that_is_done_with_is_forgotten_after_a_week(database, cast, now, tmp_path):
    def addresses():
        with database.read() as store:
            return set(store.run(text("SELECT recipient FROM outbox")).scalars())

    with database.write() as store:
        for name in ("sent", "given up", "waits"):
            store.outbox.add(cast.noord.id, name, "Dag Samira", "text", now)
        sent, given_up, waits = store.outbox.waiting(now)
        store.outbox.sent(sent, now + HOUR)
        for _again in range(8):
            [given_up] = [mail for mail in store.outbox.waiting(now + 100 * HOUR) if mail.recipient == "given up"]
            store.outbox.failed(given_up, "no", now)
        store.outbox.failed(waits, "no", now)
    week = timedelta(days=7)
    assert (given_up.attempts, addresses()) == (7, {"sent", "given up", "waits"})
    jobs.forget_people(database, Config(instance=tmp_path), now + week)
    assert addresses() == {"sent", "given up", "waits"}
    jobs.forget_people(database, Config(instance=tmp_path), now + week + 5 * HOUR)
    assert addresses() == {"waits"}, "sent an hour, given up a little later than it was written"


def test_a_job_says_when_it_ran_and_what_it_did(database, cast, now):
    with database.write() as store:
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
    assert jobs.run(jobs.JOBS[0], database, Config(), visit.closes_at)
    with database.read() as store:
        (run,) = store.jobs.all()
        assert (run.job, run.ok, run.detail) == ("close_visits", True, "closed 1")
        assert store.presence.get(visit.id).estimated


def test_a_job_that_fails_says_so_and_leaves_the_others_alone(database, now):
    def broken(database, config, now):
        with database.write() as store:
            store.rates.take("half done", most=1, per=HOUR, now=now)
            raise RuntimeError

    assert not jobs.run(jobs.Job("broken", broken, 1), database, Config(), now)
    assert jobs.run(jobs.Job("fine", lambda *_: "done", 1), database, Config(), now)
    with database.read() as store:
        assert [(r.job, r.ok, r.detail) for r in store.jobs.all()] == [("broken", False, "RuntimeError"), ("fine", True, "done")]
    with database.write() as store:
        assert store.rates.take("half done", most=1, per=HOUR, now=now) == 0


def test_one_of_two_is_the_scheduler(database):
    sole = database.kind.sole
    with sole("scheduler") as first, sole("scheduler") as second, sole("other") as other:
        assert (first, second, other) == (True, False, True)
    with database.kind.sole("scheduler") as again:
        assert again
