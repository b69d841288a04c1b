"""Kept apart: a block works both ways and is never told, a snooze hides one from the other for a while."""

from datetime import timedelta

import pytest

from s2m.domain import blocks
from s2m.domain.errors import Invalid, NotFound


def test_a_block_hides_both_from_each_other_until_it_is_taken_back(store, cast, now, fit):
    block = blocks.keep_apart(store, cast.samira, cast.joost.id, "block", now)
    assert fit(cast.samira) == fit(cast.joost) == []
    assert store.blocks.apart(cast.samira.id, now) == {cast.joost.id}
    assert store.blocks.apart(cast.joost.id, now) == {cast.samira.id}
    assert store.blocks.of(cast.joost.id, now) == [], "who is blocked is told nothing"
    blocks.bring_back(store, cast.samira, block.id, now)
    assert fit(cast.samira) == ["Joost"] and fit(cast.joost) == ["Samira"]


def test_a_snooze_hides_one_from_the_other_for_thirty_days(store, cast, now, fit):
    blocks.keep_apart(store, cast.samira, cast.joost.id, "snooze", now)
    assert fit(cast.samira) == [] and fit(cast.joost) == ["Samira"]
    assert fit(cast.samira, now + blocks.SNOOZE) == ["Joost"]


def test_a_second_block_of_the_same_person_takes_the_place_of_the_first(store, cast, now):
    blocks.keep_apart(store, cast.samira, cast.joost.id, "block", now)
    later = blocks.keep_apart(store, cast.samira, cast.joost.id, "block", now + timedelta(hours=1))
    assert store.blocks.of(cast.samira.id, now + timedelta(hours=1)) == [later]


def test_nobody_keeps_apart_from_themselves_or_from_somebody_unknown(store, cast, now):
    for other in (cast.samira.id, cast.olga.id, "nobody"):
        with pytest.raises(NotFound):
            blocks.keep_apart(store, cast.samira, other, "block", now)
    with pytest.raises(Invalid):
        blocks.keep_apart(store, cast.samira, cast.joost.id, "for ever", now)


def test_only_ones_own_block_can_be_taken_back(store, cast, now):
    block = blocks.keep_apart(store, cast.samira, cast.joost.id, "block", now)
    with pytest.raises(NotFound):
        blocks.bring_back(store, cast.joost, block.id, now)
    assert store.blocks.of(cast.samira.id, now) == [block]
