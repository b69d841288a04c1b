"""Thanks from twenty sides at once, and by themselves: each is decided once, on both engines."""

from datetime import timedelta

import pytest

from s2m import jobs
from s2m.config import Config
from s2m.domain import contributions, ledger, mending, people, presence
from s2m.domain.contributions import Thanks
from s2m.domain.errors import Conflict, Refused
from tests.test_parallel import MANY, at_once

HOUR = timedelta(hours=1)
__all__ = ["at_once"]


@pytest.fixture
def thank(database, cast, now):
    """Samira thanks Joost, with whom she was here, in a transaction of its own."""
    with database.write() as store:
        for person in (cast.samira, cast.joost):
            presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - HOUR)

    def thank(key, **more):
        with database.write() as store:
            return contributions.thank(
                store, cast.samira, cast.joost, cast.seinhuis, cast.policy, "btw", "dank", now, key=str(key), **more
            )

    return thank


@pytest.fixture
def figures(database, cast):
    """Balance and what is held of Samira and Joost, once the whole ledger was verified."""

    def figures():
        with database.read() as store:
            assert ledger.verify_network(store, cast.noord.id).fault is None
            accounts = [store.ledger.person_account(person.id) for person in (cast.samira, cast.joost)]
            return [(account.balance, account.held) for account in accounts]

    return figures


def test_twenty_accepts_post_one_row(database, cast, now, at_once, thank, figures):
    given = thank("once")

    def accept(n):
        with database.write() as store:
            return contributions.accept(store, cast.joost, given.id, now)

    results = at_once(accept)
    assert sum(isinstance(r, Thanks) for r in results) == 1
    assert {r.code for r in results if isinstance(r, Conflict)} == {"decided"}
    with database.read() as store:
        assert [r.state for r in store.ledger.rows(cast.noord.id) if r.kind == "thanks"] == ["pending", "post"]
    assert figures() == [(12, 4), (14, 4)]


def test_accept_decline_undo_objection_and_the_job_at_once_decide_once(database, cast, now, at_once, thank, figures):
    given = thank("once", kind="gift", amount=5)

    def decide(n):
        with database.write() as store:
            if n % 4 == 0:
                return contributions.accept(store, cast.joost, given.id, now)
            if n % 4 == 1:
                return contributions.decline(store, cast.joost, given.id, now)
            if n % 4 == 2:
                return mending.object_to_thanks(store, cast.seinhuis, given.id, "dubbel", cast.marieke.id, now)
            return contributions.accept_due(store, cast.noord.id, given.accept_by)

    results = at_once(decide)
    decided = [r for r in results if isinstance(r, Thanks) or r == 1]
    assert len(decided) == 1 and {r.code for r in results if isinstance(r, Exception)} <= {"decided"}
    with database.read() as store:
        state = store.contributions.thanks(given.id).state
    assert figures() == ([(7, 4), (17, 4)] if state == "accepted" else [(12, 4), (12, 4)])


def test_twenty_gifts_stop_at_what_is_free(database, at_once, thank, figures):
    results = at_once(lambda n: thank(n, kind="gift", amount=3))
    refused = {r.code for r in results if isinstance(r, Refused)}
    assert sum(isinstance(r, Thanks) for r in results) == 2 and refused == {"gift_over_balance"}  # 12, less the seat
    assert figures() == [(12, 4 + 6), (12, 4)]


def test_one_key_sent_twenty_times_is_one_gift(at_once, thank, figures):
    results = at_once(lambda n: thank("once", kind="gift", amount=3))
    assert len({r.id for r in results}) == 1 and len(results) == MANY and figures() == [(12, 4 + 3), (12, 4)]


def test_the_job_takes_every_network_and_is_safe_to_run_again(database, cast, now, tmp_path):
    with database.write() as store:
        other = people.join(store, cast.zuid.id, "Oscar Out", None, cast.policy, now)
        for venue, one, two in ((cast.seinhuis, cast.samira, cast.joost), (cast.elders, cast.olga, other)):
            for person in (one, two):
                presence.check_in(store, person, venue, cast.policy, "badge", now)
            later = now + HOUR
            contributions.thank(store, one, two, venue, cast.policy, "btw", "dank", later, key="k")
    job = next(job for job in jobs.JOBS if job.name == "accept_thanks")
    said = [job.run(database, Config(instance=tmp_path), now + hours * HOUR) for hours in (24, 25, 25, 99)]
    assert said == ["accepted 0", "accepted 2", "accepted 0", "accepted 0"] and job.seconds == 60
    with database.read() as store:
        assert [store.ledger.person_account(p.id).balance for p in (cast.joost, other)] == [14, 14]
        assert ledger.verify_network(store, cast.noord.id).fault is ledger.verify_network(store, cast.zuid.id).fault is None
