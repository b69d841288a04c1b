from datetime import timedelta

import pytest

from s2m.domain import contributions, matches, presence
from s2m.domain.codes import Keys
from s2m.domain.presence import Need
from tests.letting import as_booker


@pytest.fixture
def store(database, cast):
    """One open transaction with the cast in it: for rules that do not care where a transaction ends."""
    with database.write() as store:
        yield store


@pytest.fixture
def samira(cast):
    """Samira as whoever books."""
    return as_booker(cast.samira)


@pytest.fixture
def marieke(cast):
    """Marieke, who hosts Het Seinhuis, as whoever books."""
    return as_booker(cast.marieke, host=True)


@pytest.fixture
def keys():
    return Keys({"1": b"k" * 32})


@pytest.fixture
def fit(store, cast, now):
    """Samira and Joost are here, each needs what the other knows; gives whom one of them sees."""
    for person, text in ((cast.samira, "offertes en prijzen"), (cast.joost, "gewone taal")):
        visit = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - timedelta(hours=1)).visit
        presence.answer_need(store, visit, Need("need", text), now, visible=True, on_wall=False)

    def fit(viewer, at=now):
        room = matches.room_of(store, cast.seinhuis.id, at)
        return [match.first_name for match in matches.for_visitor(room, store.presence.open_visit(viewer))]

    assert fit(cast.samira) == ["Joost"] and fit(cast.joost) == ["Samira"]
    return fit


# Thanks ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def met(store, cast, now):
    """Everybody of Noord is at Het Seinhuis."""
    for person in (cast.samira, cast.joost, cast.thijs, cast.marieke):
        presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - timedelta(hours=1))


@pytest.fixture
def thank(store, cast, now):
    keys = iter(range(1000))

    def thank(
        giver=None, receiver=None, *, when=now, policy=cast.policy, topic="offertes", text="Nu snap ik hem", key=None, **more
    ):  # fmt: skip
        giver, receiver = giver or cast.samira, receiver or cast.joost
        key = key or f"key {next(keys)}"
        return contributions.thank(store, giver, receiver, cast.seinhuis, policy, topic, text, when, key=key, **more)

    return thank


@pytest.fixture
def accepted(store, now, thank):
    """Thank, and let the receiver accept at once."""

    def accepted(giver=None, receiver=None, *, when=now, **more):
        given = thank(giver, receiver, when=when, **more)
        return contributions.accept(store, store.people.get(given.receiver_id), given.id, when)

    return accepted


@pytest.fixture
def balance(store):
    return lambda person: store.ledger.person_account(person.id).balance
