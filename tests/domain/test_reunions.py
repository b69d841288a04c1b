"""Tell me when X and I are both here: told to both, where both want it, and of nobody who does not let themselves be seen."""

from datetime import timedelta

import pytest

from s2m.domain import blocks, pauses, people, presence, reunions
from s2m.domain.errors import NotFound


@pytest.fixture
def visit(store, cast, now, met):
    for person in (cast.samira, cast.joost, cast.thijs):
        people.consent(store, person, "matching", True, now)
        presence.hide(store, store.presence.open_visit(person), False, now)
    return lambda person: store.presence.open_visit(person)


def told(store, person, now):
    return [each.person.first_name for each in reunions.here(store, person, now)]


def asked(store, person, now):
    return [other.first_name for other in reunions.asked_of(store, person, now)]


@pytest.fixture
def both(store, cast, now, visit):
    reunions.wish(store, cast.samira, cast.joost.id, now)
    reunions.wish(store, cast.joost, cast.samira.id, now)


def test_the_other_is_asked_and_both_are_told_once_they_allow_it(store, cast, now, visit):
    reunions.wish(store, cast.samira, cast.joost.id, now)
    assert asked(store, cast.joost, now) == ["Samira"] and told(store, cast.samira, now) == []
    reunions.wish(store, cast.joost, cast.samira.id, now)
    assert asked(store, cast.joost, now) == asked(store, cast.samira, now) == []
    assert (told(store, cast.samira, now), told(store, cast.joost, now)) == (["Joost"], ["Samira"])
    presence.leave(store, visit(cast.joost), now)
    assert told(store, cast.samira, now) == []
    presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "badge", now + timedelta(days=20))
    assert told(store, cast.samira, now + timedelta(days=20)) == ["Joost"], "however long it was"


def test_either_takes_it_back_and_the_other_reads_no_difference(store, cast, now, both):
    before = reunions.wished(store, cast.samira, now)
    reunions.take_back(store, cast.joost, cast.samira.id, now)
    assert told(store, cast.samira, now) == told(store, cast.joost, now) == []
    assert reunions.wished(store, cast.samira, now) == before
    assert asked(store, cast.joost, now) == [], "who said no is not asked again"
    reunions.wish(store, cast.samira, cast.joost.id, now)
    assert asked(store, cast.joost, now) == []
    reunions.wish(store, cast.joost, cast.samira.id, now)
    assert told(store, cast.samira, now) == ["Joost"]


@pytest.mark.parametrize("who", ["samira", "joost"])
def test_nobody_is_told_of_who_hides_is_paused_or_is_kept_apart(store, cast, now, both, visit, who):
    person, other = getattr(cast, who), cast.joost if who == "samira" else cast.samira
    presence.hide(store, visit(person), True, now)
    assert told(store, cast.samira, now) == told(store, cast.joost, now) == []
    presence.hide(store, visit(person), False, now)
    pauses.pause(store, person, cast.seinhuis, "today", now)
    assert told(store, cast.samira, now) == told(store, cast.joost, now) == []
    pauses.resume(store, person, now)
    block = blocks.keep_apart(store, person, other.id, "block", now)
    assert told(store, cast.samira, now) == told(store, cast.joost, now) == []
    blocks.bring_back(store, person, block.id, now)
    assert told(store, cast.samira, now) == ["Joost"]


def test_nobody_is_asked_while_paused_or_kept_apart(store, cast, now, visit):
    reunions.wish(store, cast.samira, cast.joost.id, now)
    pauses.pause(store, cast.joost, cast.seinhuis, "today", now)
    assert asked(store, cast.joost, now) == []
    pauses.resume(store, cast.joost, now)
    blocks.keep_apart(store, cast.joost, cast.samira.id, "snooze", now)
    assert asked(store, cast.joost, now) == []


def test_only_of_whom_one_met_and_who_lets_it_be_seen(store, cast, now, visit):
    presence.hide(store, visit(cast.thijs), True, now)
    blocks.keep_apart(store, cast.joost, cast.samira.id, "block", now)
    for other_id in (cast.thijs.id, cast.joost.id, cast.olga.id, cast.wim.id, cast.samira.id, "nobody"):
        with pytest.raises(NotFound):
            reunions.wish(store, cast.samira, other_id, now)
        with pytest.raises(NotFound):
            reunions.take_back(store, cast.samira, other_id, now)


def test_people_in_two_houses_are_not_here_together(store, cast, now, both):
    presence.check_in(store, cast.joost, cast.wissel, cast.policy, "badge", now)
    assert told(store, cast.samira, now) == told(store, cast.joost, now) == []
