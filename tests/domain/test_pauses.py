"""A pause: shown to nobody and asked nothing, until its end."""

from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import blocks, contributions, pauses, people
from s2m.domain.errors import Invalid, Refused


def thankable(store, person, at):
    return [other.first_name for other in contributions.to_thank(store, person, at)]


def test_who_is_paused_is_shown_to_nobody_and_still_sees_others(store, cast, now, fit):
    assert fit(cast.samira) == ["Joost"] and thankable(store, cast.samira, now) == ["Joost"]
    pauses.pause(store, cast.joost, cast.seinhuis, "week", now)
    assert fit(cast.samira) == [] and thankable(store, cast.samira, now) == []
    assert fit(cast.joost) == ["Samira"]
    later = now + pauses.WEEK
    assert fit(cast.samira, later - timedelta(seconds=1)) == [] and fit(cast.samira, later) == ["Joost"]


def test_a_pause_ends_when_its_person_says_so_or_chooses_another(store, cast, now):
    pauses.pause(store, cast.joost, cast.seinhuis, "open", now)
    assert store.pauses.paused(cast.joost.id, now + timedelta(days=999))
    pauses.pause(store, cast.joost, cast.seinhuis, "week", now)
    assert not store.pauses.paused(cast.joost.id, now + pauses.WEEK)
    pauses.resume(store, cast.joost, now)
    assert store.pauses.standing(cast.joost.id, now) is None
    assert store.pauses.among([cast.joost.id, cast.samira.id], now) == set()


@pytest.mark.parametrize(
    ("moment", "midnight"),
    [(datetime(2026, 3, 12, 22, 30, tzinfo=UTC), datetime(2026, 3, 12, 23, tzinfo=UTC)),
     (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
     (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))],
)  # fmt: skip
def test_today_ends_at_midnight_by_the_venues_clock_also_when_it_changes(store, cast, moment, midnight):
    assert pauses.pause(store, cast.joost, cast.seinhuis, "today", moment).until == midnight


def test_a_pause_of_no_known_length_is_refused(store, cast, now):
    with pytest.raises(Invalid, match="choice"):
        pauses.pause(store, cast.joost, cast.seinhuis, "for ever", now)


def test_who_is_kept_apart_is_not_there_to_be_thanked(store, cast, now, fit, thank):
    blocks.keep_apart(store, cast.joost, cast.samira.id, "block", now)
    assert thankable(store, cast.samira, now) == thankable(store, cast.joost, now) == []
    with pytest.raises(Refused, match="never_met") as blocked:
        thank(cast.samira, cast.joost)
    stranger = people.join(store, cast.noord.id, "Joost Ander", None, cast.policy, now)
    with pytest.raises(Refused, match="never_met") as unknown:
        thank(cast.samira, stranger)
    assert (blocked.value.code, blocked.value.data) == (unknown.value.code, unknown.value.data)
