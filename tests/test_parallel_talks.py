"""Twenty at once at a talk or a task: a listener counts once, a talk is paid once, places are exactly the places."""

from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import contributions, ledger, people, presence, talks, tasks
from s2m.domain.errors import Conflict, Refused
from s2m.domain.talks import AFTER, Attendance, Talk
from tests.test_parallel import MANY, at_once

__all__ = ["at_once"]
START = datetime(2026, 3, 12, 13, 30, tzinfo=UTC)
END = START + talks.LENGTH


@pytest.fixture
def talk(database, cast, now):
    """Joost's, at half past two; Samira is at Het Seinhuis."""
    given = {"topic": "offertes", "day": "2026-03-12", "time": "14:30"}
    with database.write() as store:
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        return talks.announce(store, cast.joost, cast.seinhuis, given, cast.joost.id, now)[0]


@pytest.fixture
def crowd(database, cast, now):
    with database.write() as store:
        return [people.join(store, cast.noord.id, f"Helper {n}", None, cast.policy, now) for n in range(MANY)]


@pytest.fixture
def task(database, cast, now):
    given = {"title": "Keuken", "amount": 10, "places": 7, "day": "2026-03-12", "time": "14:30"}
    with database.write() as store:
        return tasks.post(store, cast.seinhuis, given, cast.marieke.id, now)[0]


def test_one_listener_twenty_times_is_one(database, cast, talk, at_once):
    def attend(n):
        with database.write() as store:
            return talks.attend(store, talk, cast.samira, START)

    results = at_once(attend)
    assert sum(isinstance(r, Attendance) for r in results) == 1
    assert {(type(r), r.code) for r in results if not isinstance(r, Attendance)} == {(Conflict, "attended")}
    with database.read() as store:
        assert len(store.talks.attendances(talk.id)) == 1


def test_a_talk_settled_by_hosts_and_jobs_at_once_is_paid_once(database, cast, talk, at_once):
    with database.write() as store:
        talks.attend(store, talk, cast.samira, START)

    def settle(n):
        with database.write() as store:
            return talks.settle(store, talk, cast.marieke.id, END + AFTER) if n % 2 else talks.settle_due(store, END + AFTER)

    results = at_once(settle)
    paid = [r for r in results if isinstance(r, Talk) or r == 1]
    assert len(paid) == 1 and {r.code for r in results if isinstance(r, Exception)} <= {"talk_settled"}
    with database.read() as store:
        assert store.ledger.person_account(cast.joost.id).balance == cast.policy.newcomers_grant + 1
        assert store.contributions.count("talk", since=START, person_id=cast.joost.id) == 1
        assert ledger.verify_network(store, cast.noord.id).fault is None


def test_twenty_takers_fill_exactly_the_places(database, cast, task, crowd, at_once):
    def take(n):
        with database.write() as store:
            tasks.take(store, task, crowd[n], START - timedelta(hours=1))

    results = at_once(take)
    assert sum(r is None for r in results) == 7
    assert {(type(r), r.code) for r in results if r is not None} == {(Refused, "task_full")}
    with database.read() as store:
        assert len(store.tasks.taken(task.id)) == 7


def test_twenty_confirmations_pay_a_task_once(database, cast, task, crowd, at_once):
    helpers = crowd[:3]
    with database.write() as store:
        for helper in helpers:
            tasks.take(store, task, helper, START - timedelta(hours=1))

    def confirm(n):
        with database.write() as store:
            return tasks.confirm(store, task, cast.seinhuis, {h.id: 2 for h in helpers}, cast.marieke.id, START)

    results = at_once(confirm)
    assert sum(isinstance(r, tuple) for r in results) == 1
    assert {r.code for r in results if not isinstance(r, tuple)} == {"task_closed"}
    with database.read() as store:
        earned = [store.ledger.person_account(h.id).balance - cast.policy.newcomers_grant for h in helpers]
        assert sorted(earned) == [3, 3, 4] and ledger.verify_network(store, cast.noord.id).fault is None


def test_twenty_written_down_for_one_person_stop_at_the_cap(database, cast, now, at_once):
    with database.write() as store:
        presence.check_in(store, cast.thijs, cast.seinhuis, cast.policy, "badge", now)

    def record(n):
        with database.write() as store:
            return contributions.record(
                store, cast.thijs, cast.seinhuis, "planten", 2, "geen telefoon", cast.marieke.id, now, key=f"key {n}"
            )

    results = at_once(record)
    refused = [r for r in results if isinstance(r, Refused)]
    assert {r.code for r in refused} == {"cap_proxy"} and len(refused) == MANY - 3
    with database.read() as store:
        assert store.ledger.person_account(cast.thijs.id).balance == cast.policy.newcomers_grant + 6
