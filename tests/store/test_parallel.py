"""Twenty at once at the domain's own doors, on both engines (tests/test_parallel.py: through the whole app)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from s2m.domain import devices, ledger, matches, meetings, people, presence, signin, venues
from s2m.domain.errors import Collision, Refused

CROWD = 20


def at_once(act, arguments):
    """Run an action for each argument at the same moment; what each gave back, a refusal as its code."""
    arguments = list(arguments)
    start = threading.Barrier(len(arguments))

    def one(argument):
        start.wait()
        try:
            return act(argument)
        except Refused as error:
            return error.code

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(one, arguments))


@pytest.fixture
def write(database):
    """An action in a transaction of its own, repeated when two collided (as the app does)."""

    def write(act):
        for _ in range(5):
            try:
                with database.write() as store:
                    return act(store)
            except Collision:
                continue
        raise AssertionError("collided five times")

    return write


@pytest.fixture(autouse=True)
def books_are_in_order(database, cast):
    yield
    with database.read() as store:
        assert ledger.verify_network(store, cast.noord.id).fault is None


def test_twenty_people_at_once_are_all_let_in(database, cast, now, write):
    crowd = [
        write(lambda store, n=n: people.join(store, cast.noord.id, f"Gast {n}x", None, cast.policy, now)) for n in range(CROWD)
    ]
    results = at_once(lambda p: write(lambda store: presence.check_in(store, p, cast.seinhuis, cast.policy, "badge", now)), crowd)
    assert all(r.fresh for r in results)
    with database.read() as store:
        assert len(store.presence.open_visits(cast.seinhuis.id)) == CROWD


def test_one_of_twenty_gets_the_last_seat_of_a_room(database, cast, now, write):
    given = {"name": "Cel", "kind": "quiet", "floor": 0, "capacity": 1}
    room = write(lambda store: venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now))
    crowd = [cast.samira, cast.joost, cast.thijs, cast.marieke]
    visits = [write(lambda s, p=p: presence.check_in(s, p, cast.seinhuis, cast.policy, "badge", now).visit) for p in crowd]
    results = at_once(lambda v: write(lambda store: presence.sit_in(store, v, cast.seinhuis, room.id)), visits)
    assert results.count("room_full") == len(crowd) - 1


def test_one_of_twenty_browsers_gets_a_link(cast, now, write):
    link = write(lambda store: signin.make_link(store, now, person=cast.samira))
    results = at_once(lambda n: write(lambda store: signin.sign_in(store, link, f"{n}", now)), range(CROWD))
    assert results.count("link_used") == CROWD - 1


def test_one_of_twenty_tablets_gets_a_pairing_code(cast, now, write):
    code = write(lambda store: devices.offer_pairing(store, cast.seinhuis, "kiosk", "Balie", "host", now))[1]
    results = at_once(lambda _: write(lambda store: devices.pair(store, code, now)), range(CROWD))
    assert results.count("pairing_unknown") == CROWD - 1


def test_a_list_shown_twice_at_once_is_written_once(database, cast, now, write):
    """A phone and the tablet show the same people at the same moment."""

    def come(store, person, need):
        visit = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now).visit
        return presence.answer_need(store, visit, presence.parse_need("need", need), now, visible=True, on_wall=False)

    samira, _joost = write(lambda store: [come(store, cast.samira, "offertes en prijzen"), come(store, cast.joost, "")])
    with database.read() as store:
        found = matches.for_visitor(matches.room_of(store, cast.seinhuis.id, now), samira)
    at_once(lambda _: write(lambda store: meetings.note(store, samira, found, now)), range(8))
    with database.read() as store:
        assert store.meetings.said_by_slot(cast.seinhuis.id, now, now + timedelta(days=1)) == {("relevant", None, None): 1}
