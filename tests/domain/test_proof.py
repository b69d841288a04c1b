"""Whether showing people to each other does anything: intervals, counts of each kind of place, and no persons in them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from s2m.domain import matches, meetings, people, presence
from s2m.domain.meetings import Share, gini, wilson
from s2m.domain.presence import Need
from s2m.store.schema import showings

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 0, 0, 1), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (1, 2, 0.0945, 0.9055), (8, 10, 0.4902, 0.9433),
     (50, 100, 0.4038, 0.5962), (263, 1000, 0.2366, 0.2912)],
)  # fmt: skip
def test_the_interval_is_the_one_of_wilson(part, whole, low, high):
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-4)


def test_a_share_of_fewer_than_thirty_says_little():
    assert Share(9, 29).says_little and not Share(9, 30).says_little
    assert Share(0, 0).rate == 0 and Share(3, 4).rate == 0.75


@pytest.mark.parametrize(
    ("counts", "wanted"), [((), 0), ((0, 0), 0), ((2, 2, 2), 0), ((0, 0, 0, 4), 0.75), ((1, 3), 0.25), ((4, 0, 0, 0), 0.75)]
)
def test_gini_is_nothing_for_all_alike_and_near_one_where_one_has_all(counts, wanted):
    assert gini(counts) == pytest.approx(wanted)


@pytest.fixture
def lived(store, cast, now):
    """Samira is shown Joost and Thijs, Joost is shown Samira; Marieke is here and hides."""
    visits = {}
    people.add_topic(store, cast.thijs, "offertes en prijzen", now)
    for person, need in ((cast.joost, "gewone taal"), (cast.thijs, ""), (cast.samira, "offertes en prijzen"), (cast.marieke, "")):
        visit = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now).visit
        hidden = person is cast.marieke
        visits[person.id] = presence.answer_need(
            store, visit, Need("need" if need else "working", need), now, visible=not hidden, on_wall=False
        )
    for person in (cast.samira, cast.joost):
        room = matches.room_of(store, cast.seinhuis.id, now)
        meetings.note(store, visits[person.id], matches.for_visitor(room, visits[person.id]), now)
    pair = (showings.c.visit_id == visits[cast.samira.id].id) & (showings.c.shown_id == visits[cast.thijs.id].id)
    store.run(update(showings).where(pair).values(slot="unexpected"))
    return visits


def slots(proof):
    return {slot.name: (slot.answered, slot.helped, slot.met.part, slot.met.whole) for slot in proof.slots}


def test_meetings_are_counted_by_the_kind_of_place(store, cast, now, lived):
    samira, joost, thijs = (lived[one.id].id for one in (cast.samira, cast.joost, cast.thijs))
    assert slots(meetings.prove(store, cast.seinhuis, 7, now + DAY)) == {
        "relevant": (0, 0, 0, 2), "unexpected": (0, 0, 0, 1), "control": (0, 0, 0, 0),
    }  # fmt: skip
    meetings.say(store, cast.samira, samira, thijs, "helped", now)
    meetings.say(store, cast.samira, samira, joost, "met", now)
    assert slots(meetings.prove(store, cast.seinhuis, 7, now + DAY))["unexpected"] == (1, 1, 1, 1)
    assert slots(meetings.prove(store, cast.seinhuis, 7, now + DAY))["relevant"] == (1, 0, 0, 2)
    meetings.say(store, cast.joost, joost, samira, "met", now)
    assert slots(meetings.prove(store, cast.seinhuis, 7, now + DAY))["relevant"] == (2, 0, 2, 2)


def test_what_was_said_today_is_counted_from_tomorrow_so_that_nobody_is_read_by_the_minute(store, cast, now, lived):
    meetings.say(store, cast.samira, lived[cast.samira.id].id, lived[cast.thijs.id].id, "helped", now + DAY)
    assert slots(meetings.prove(store, cast.seinhuis, 7, now + DAY))["unexpected"] == (0, 0, 0, 1)
    assert slots(meetings.prove(store, cast.seinhuis, 7, now + 2 * DAY))["unexpected"] == (1, 1, 1, 1)
    assert meetings.prove(store, cast.seinhuis, 7, now).shown == 0, "nor who was shown"


def test_fewer_than_five_answers_are_not_told(store, cast, now, lived):
    proof = meetings.prove(store, cast.seinhuis, 7, now + DAY)
    assert not any(slot.told for slot in proof.slots) and not proof.outcomes_told
    assert replace(proof.slots[0], answered=5).told and replace(proof, outcomes={"work": 4, "open": 1}).outcomes_told


def test_what_was_put_away_is_no_answer(store, cast, now, lived):
    meetings.put_away(store, cast.samira, lived[cast.samira.id].id, now)
    assert slots(meetings.prove(store, cast.seinhuis, 7, now + DAY))["relevant"] == (0, 0, 0, 2)


def test_who_hides_is_neither_present_nor_shown_and_each_is_counted_once(store, cast, now, lived):
    proof = meetings.prove(store, cast.seinhuis, 7, now + DAY)
    assert proof.of_present == Share(3, 3) and proof.mutual == Share(2, 3)
    assert proof.exposure == 0 and proof.shown == 3
    assert (proof.asks, proof.answer_time) == (Share(0, 0), None), "asks are not kept yet"


def test_only_this_venue_and_this_time_count(store, cast, now, lived):
    assert meetings.prove(store, cast.wissel, 7, now + DAY).shown == 0
    assert meetings.prove(store, cast.seinhuis, 7, now + 7 * DAY).shown == 3
    late = meetings.prove(store, cast.seinhuis, 7, now + 8 * DAY)
    assert late.shown == 0 and late.of_present == Share(0, 0)


def test_a_check_in_that_was_taken_back_was_not_present(store, cast, now, lived):
    presence.undo(store, lived[cast.thijs.id], now)
    assert meetings.prove(store, cast.seinhuis, 7, now + DAY).of_present == Share(2, 2)


def test_what_came_of_it_is_counted_once_a_meeting_is_a_week_old(store, cast, now, lived):
    samira, joost = lived[cast.samira.id].id, lived[cast.joost.id].id
    meetings.say(store, cast.samira, samira, joost, "helped", now)
    assert sum(meetings.prove(store, cast.seinhuis, 30, now + 7 * DAY).outcomes.values()) == 0
    week = now + 8 * DAY
    assert meetings.prove(store, cast.seinhuis, 30, week).outcomes["open"] == 1
    meetings.come_of(store, cast.samira, samira, joost, "work", week)
    outcomes = meetings.prove(store, cast.seinhuis, 30, week).outcomes
    assert outcomes == {"nothing": 0, "idea": 0, "help": 0, "work": 1, "open": 0}


def test_asks_tell_how_many_were_answered_and_how_fast(store, cast, now, monkeypatch):
    minutes = [timedelta(minutes=n) for n in (9, 1, 30)]
    monkeypatch.setattr(type(store.meetings), "asks", lambda self, venue_id, since, until: [*minutes, None])
    proof = meetings.prove(store, cast.seinhuis, 7, now + DAY)
    assert proof.asks == Share(3, 4) and proof.answer_time == timedelta(minutes=9)
    assert replace(proof, days=7) == proof
