"""Tasks: so many places, who took part says the host, and the value is split to the dot."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given as having
from hypothesis import strategies as st

from s2m.domain import ledger, people, tasks
from s2m.domain.contributions import shares
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

START = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)
BEFORE = START - timedelta(hours=1)


@pytest.fixture
def post(store, cast, now):
    def post(**given):
        asked = {"title": "Keuken opruimen", "amount": "10", "places": "3", "day": "2026-03-12", "time": "17:00"} | given
        return tasks.post(store, cast.seinhuis, asked, cast.marieke.id, now)[0]

    return post


@pytest.fixture
def balance(store, cast):
    return lambda person: store.ledger.person_account(person.id).balance - cast.policy.newcomers_grant


@pytest.fixture
def taken(store, cast, post):
    """A task in which Samira, Joost and Thijs have a place, in this order."""
    task = post()
    for minute, person in enumerate((cast.samira, cast.joost, cast.thijs)):
        tasks.take(store, task, person, BEFORE + timedelta(minutes=minute))
    return task


# The split ----------------------------------------------------------------------------------------------------------

WEIGHTS = st.lists(st.integers(0, 48), min_size=1, max_size=50).filter(any)


@having(st.integers(0, 1000), WEIGHTS)
def test_a_split_adds_up_and_nobody_is_a_dot_from_their_proportion(total, weights):
    parts = shares(total, weights)
    assert sum(parts) == total and len(parts) == len(weights)
    assert all(abs(part - Fraction(total * weight, sum(weights))) < 1 for part, weight in zip(parts, weights, strict=True))
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@having(st.integers(0, 1000), WEIGHTS)
def test_equal_weights_differ_by_one_at_most_and_the_first_gets_it(total, weights):
    parts = shares(total, weights)
    for weight in set(weights):
        equal = [part for part, other in zip(parts, weights, strict=True) if other == weight]
        assert max(equal) - min(equal) <= 1 and equal == sorted(equal, reverse=True)


@having(st.integers(0, 1000), WEIGHTS, st.integers(1, 9))
def test_a_split_depends_on_proportions_only_and_comes_out_the_same_each_time(total, weights, times):
    assert shares(total, weights) == shares(total, weights) == shares(total, [weight * times for weight in weights])


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [(10, [1, 1, 1], (4, 3, 3)), (1, [1, 1], (1, 0)), (10, [1, 2, 3], (2, 3, 5)), (7, [3, 1], (5, 2)), (2, [1, 0, 1], (1, 0, 1))],
)
def test_splits_by_hand(total, weights, parts):
    assert shares(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [2, -1]])
def test_nothing_to_split_by_is_a_mistake(weights):
    with pytest.raises(ValueError, match="weights"):
        shares(10, weights)


@pytest.mark.parametrize(("typed", "count"), [("1", 2), ("0.5", 1), ("0,5", 1), (" 2,5 ", 5), ("24", 48), ("1.0", 2)])
def test_hours_are_whole_half_hours(typed, count):
    assert tasks.halves(typed) == count


@pytest.mark.parametrize("typed", ["", "0", "-1", "1.3", "0.25", "24.5", "1e1", "１", "x", "1.", None, 2])
def test_other_hours_are_refused(typed):
    with pytest.raises(Invalid, match="hours_shape"):
        tasks.halves(typed)


# Posting and taking -------------------------------------------------------------------------------------------------


def test_a_task_is_posted_also_for_the_hour_before_opening(store, cast, now, post):
    task = post(day="2026-03-13", time="07:30")
    assert task.starts_at == datetime(2026, 3, 13, 6, 30, tzinfo=UTC) and store.tasks.open_ones(cast.seinhuis.id) == [task]
    assert store.audit.holds(cast.noord.id, now, action="task.post", object_id=task.id)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"title": " "}, "title"), ({"amount": "0"}, "amount"), ({"amount": "101"}, "amount"), ({"amount": "2.5"}, "amount"),
     ({"amount": "٣"}, "amount"), ({"places": "0"}, "places"), ({"places": "51"}, "places"), ({"day": ""}, "day"),
     ({"time": "09:00"}, "time"), ({"day": "2026-05-01"}, "day")],
)  # fmt: skip
def test_a_task_that_cannot_be_is_refused(store, cast, post, given, field):
    with pytest.raises(Invalid) as refused:
        post(**given)
    assert refused.value.data["field"] == field and store.tasks.open_ones(cast.seinhuis.id) == []


def test_there_are_never_more_takers_than_places(store, cast, post):
    task = post(places="2")
    for person in (cast.samira, cast.joost, cast.samira):
        tasks.take(store, task, person, BEFORE)
    with pytest.raises(Refused, match="task_full"):
        tasks.take(store, task, cast.thijs, BEFORE)
    tasks.give_back(store, task, cast.samira, BEFORE)
    tasks.take(store, task, cast.thijs, BEFORE)
    assert {place.person_id for place in store.tasks.taken(task.id)} == {cast.joost.id, cast.thijs.id}


def test_a_place_is_taken_and_given_back_until_it_begins(store, cast, post):
    task = post()
    tasks.take(store, task, cast.samira, START - timedelta(seconds=1))
    for act in (tasks.take, tasks.give_back):
        with pytest.raises(Refused, match="task_begun"):
            act(store, task, cast.samira, START)
    with pytest.raises(NotFound):
        tasks.give_back(store, task, cast.joost, BEFORE)


def test_tasks_of_elsewhere_are_not_found(store, cast, taken):
    for network, venue in ((cast.zuid, None), (cast.noord, cast.wissel)):
        with pytest.raises(NotFound):
            tasks.the_task(store, network.id, taken.id, venue=venue)


# Confirming ---------------------------------------------------------------------------------------------------------


def test_the_value_is_split_among_who_took_part(store, cast, taken, balance):
    took_part = {cast.thijs.id: 2, cast.samira.id: 2, cast.joost.id: 2}
    paid, task = tasks.confirm(store, taken, cast.seinhuis, took_part, cast.marieke.id, START)
    assert [balance(person) for person in (cast.samira, cast.joost, cast.thijs)] == [4, 3, 3] == [place.earned for place in paid]
    assert task.confirmed_by == cast.marieke.id and store.tasks.confirmed(cast.seinhuis.id) == [task]
    row = store.ledger.statement(store.ledger.person_account(cast.joost.id))[0]
    assert (row.transfer.kind, row.contribution) == ("task", "Keuken opruimen")
    assert ledger.verify_network(store, cast.noord.id).fault is None


def test_who_stayed_longer_gets_more_and_who_did_not_come_gets_nothing(store, cast, taken, balance):
    tasks.confirm(store, taken, cast.seinhuis, {cast.samira.id: 1, cast.joost.id: 4}, cast.marieke.id, START)
    assert [balance(person) for person in (cast.samira, cast.joost, cast.thijs)] == [2, 8, 0]


def test_a_value_smaller_than_the_crowd_pays_whom_it_can(store, cast, post, balance):
    task = post(amount="1")
    for person in (cast.joost, cast.samira):
        tasks.take(store, task, person, BEFORE)
    tasks.confirm(store, task, cast.seinhuis, {cast.joost.id: 2, cast.samira.id: 2}, cast.marieke.id, START)
    assert balance(cast.joost) + balance(cast.samira) == 1
    assert store.contributions.count("task", since=START, person_id=cast.samira.id) == 1


def test_a_task_is_paid_once(store, cast, taken, balance):
    took_part = {cast.samira.id: 2}
    tasks.confirm(store, taken, cast.seinhuis, took_part, cast.marieke.id, START)
    for again in (took_part, {cast.joost.id: 2}):
        with pytest.raises(Conflict, match="task_closed"):
            tasks.confirm(store, taken, cast.seinhuis, again, cast.marieke.id, START)
    with pytest.raises(Conflict, match="task_closed"):
        tasks.cancel(store, taken, cast.marieke.id, START)
    assert (balance(cast.samira), balance(cast.joost)) == (10, 0)


@pytest.mark.parametrize(
    ("who", "when", "error", "code"),
    [
        ({"samira": 2}, START - timedelta(seconds=1), Refused, "task_not_begun"),
        ({}, START, Invalid, "nobody_chosen"),
        ({"wim": 2}, START, NotFound, "not_found"),
        ({"samira": 2, "wim": 2}, START, NotFound, "not_found"),
    ],
)
def test_a_confirmation_that_cannot_be_pays_nobody(store, cast, taken, balance, who, when, error, code):
    took_part = {getattr(cast, name).id: halves for name, halves in who.items()}
    with pytest.raises(error, match=code):
        tasks.confirm(store, taken, cast.seinhuis, took_part, cast.marieke.id, when)
    assert balance(cast.samira) == 0 and store.tasks.get(taken.id).is_open


def test_a_host_who_took_part_is_confirmed_by_another(store, cast, now, taken, balance, post):
    task = post()
    hanna = people.join(store, cast.noord.id, "Hanna Host", None, cast.policy, now)
    for person in (cast.marieke, cast.samira):
        tasks.take(store, task, person, BEFORE)
    with pytest.raises(Refused, match="own_contribution"):
        tasks.confirm(store, task, cast.seinhuis, {cast.marieke.id: 2, cast.samira.id: 2}, cast.marieke.id, START)
    tasks.confirm(store, task, cast.seinhuis, {cast.marieke.id: 2, cast.samira.id: 2}, hanna.id, START)
    assert (balance(cast.marieke), balance(cast.samira)) == (5, 5)


def test_a_cancelled_task_is_over(store, cast, taken, balance):
    tasks.cancel(store, taken, cast.marieke.id, BEFORE)
    for act in (tasks.take, tasks.give_back):
        with pytest.raises(Conflict, match="task_closed"):
            act(store, taken, cast.samira, BEFORE)
    with pytest.raises(Conflict, match="task_closed"):
        tasks.confirm(store, taken, cast.seinhuis, {cast.samira.id: 2}, cast.marieke.id, START)
    assert balance(cast.samira) == 0 and store.tasks.open_ones(cast.seinhuis.id) == []
