"""Twenty at once about one ask: one helper, no late answer, one step; on both engines, and nobody gets an error for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import asks, people, presence, signin
from s2m.domain.asks import Ask, Asking
from s2m.domain.errors import Refused
from s2m.domain.presence import Need
from tests.test_parallel import MANY, at_once

__all__ = ["at_once"]
NEED = "offertes en prijzen"


@pytest.fixture
def crowd(database, cast, now):
    """Samira asks, and twenty people with phones know it; the ask and the twenty."""

    def crowd(*, quiet, wall):
        with database.write() as store:
            policy = replace(cast.policy, seat_price=0)
            known = []
            for n in range(MANY):
                person = people.join(store, cast.noord.id, f"Kenner {chr(65 + n)}", None, policy, now)
                people.add_topic(store, person, NEED, now)
                signin.start_session(store, person, "phone", now)
                visit = presence.check_in(store, person, cast.seinhuis, policy, "badge", now).visit
                presence.answer_need(store, visit, Need("working", ""), now, visible=True, on_wall=False)
                known.append(person)
            signin.start_session(store, cast.samira, "phone", now)
            visit = presence.check_in(store, cast.samira, cast.seinhuis, policy, "badge", now).visit
            presence.answer_need(store, visit, Need("need", NEED), now, visible=True, on_wall=wall, quiet=quiet)
            return store.asks.open_of(cast.samira.id), known

    return crowd


def codes(results):
    return {r.code for r in results if isinstance(r, Refused)}


def test_twenty_taps_on_yes_are_one_helper(database, crowd, now, at_once):
    ask, _known = crowd(quiet=True, wall=False)
    with database.read() as store:
        asking = store.asks.waiting(ask.id)
        person = store.people.get(asking.person_id)

    def accept(n):
        with database.write() as store:
            return asks.answer(store, person, asking.id, n % 2 == 0, now)

    results = at_once(accept)
    assert all(isinstance(r, Ask | Refused) for r in results) and codes(results) <= {"ask_over"}
    with database.read() as store:
        helper, waiting, state = store.asks.helper(ask.id), store.asks.waiting(ask.id), store.asks.get(ask.id).state
    if helper:
        assert (helper.person_id, waiting, state) == (person.id, None, "found")
    else:
        assert state == "open" and waiting.person_id != person.id, "not now came first: the next one is asked"


def test_of_twenty_who_offer_at_once_one_waits_for_the_owner(database, cast, crowd, now, at_once):
    ask, known = crowd(quiet=False, wall=True)

    def offer(n):
        with database.write() as store:
            return asks.offer(store, known[n], ask.id, now)

    results = at_once(offer)
    assert sum(isinstance(r, Asking) for r in results) == 1 and codes(results) == {"ask_taken"}
    chosen = next(r for r in results if isinstance(r, Asking))

    def accept(n):
        with database.write() as store:
            return asks.answer(store, cast.samira, chosen.id, True, now)

    assert {r.state for r in at_once(accept)} == {"found"}
    with database.read() as store:
        assert store.asks.helper(ask.id).person_id == chosen.person_id


def test_twenty_answers_after_the_time_change_nothing_and_twenty_steps_ask_one(database, crowd, now, at_once):
    ask, _known = crowd(quiet=True, wall=False)
    late = now + asks.ANSWER_IN
    with database.read() as store:
        asking = store.asks.waiting(ask.id)
        person = store.people.get(asking.person_id)

    def answer(n):
        with database.write() as store:
            return asks.answer(store, person, asking.id, n % 2 == 0, late)

    assert [r.code for r in at_once(answer)] == ["ask_over"] * MANY

    def step(n):
        with database.write() as store:
            return asks.step_due(store, ask.network_id, late)

    assert sorted(at_once(step)) == [0] * (MANY - 1) + [1]
    with database.read() as store:
        assert store.asks.asking(asking.id).answer == "ignored" and store.asks.waiting(ask.id).person_id != person.id


def test_twenty_who_leave_while_asked_leave_nobody_waiting(database, crowd, now, at_once):
    ask, known = crowd(quiet=True, wall=False)

    def leave(n):
        with database.write() as store:
            return presence.leave(store, store.presence.open_visit(known[n]), now + timedelta(minutes=1))

    assert all(not isinstance(r, Exception) for r in at_once(leave))
    with database.read() as store:
        assert store.asks.waiting(ask.id) is None
    with database.write() as store:
        asks.step_due(store, ask.network_id, now + timedelta(minutes=9))
        assert store.asks.get(ask.id).nobody_at is not None
