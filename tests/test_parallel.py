"""Twenty at once, on both engines: the rules hold and nobody gets an error."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import codes, contributions, devices, ledger, people, presence, scans, signin, venues
from s2m.domain.codes import Keys
from s2m.domain.errors import Collision, Refused

CROWD = 20
KEYS = Keys({"1": b"k" * 32})


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


@pytest.fixture
def scan(write, cast, now):
    def prepare(store):
        found = devices.with_token(store, devices.make_token(store, cast.seinhuis, "Balie", "host", now))[0]
        return found, codes.badge_text(KEYS, store.people.valid_badge(cast.samira.id).id)

    device, badge = write(prepare)

    def scan(event_id):
        event = scans.parse_event({"id": event_id, "code": badge})
        return write(lambda store: scans.take(store, KEYS, device, cast.seinhuis, cast.policy, event, now))

    return scan


def of_samira(database, cast):
    with database.read() as store:
        return len(store.presence.of_person(cast.samira.id)), store.ledger.person_account(cast.samira.id).held


def test_twenty_scans_of_one_badge_are_one_visit_and_one_hold(database, cast, scan):
    results = at_once(scan, [str(uuid.uuid4()) for _ in range(CROWD)])
    assert sorted(r.code for r in results) == ["already_here"] * (CROWD - 1) + ["checked_in"]
    assert {r.status for r in results} == {"stored"} and len({r.visit_id for r in results}) == 1
    assert of_samira(database, cast) == (1, 4)


def test_twenty_times_the_same_event_is_stored_once(database, cast, scan):
    results = at_once(scan, [str(uuid.uuid4())] * CROWD)
    assert sorted(r.status for r in results) == ["duplicate"] * (CROWD - 1) + ["stored"]
    assert len({r.visit_id for r in results}) == 1
    assert of_samira(database, cast) == (1, 4)


def test_twenty_thanks_over_the_cap_are_exactly_the_cap(database, cast, now, write):
    for person in (cast.samira, cast.joost):
        write(lambda store, p=person: presence.check_in(store, p, cast.seinhuis, cast.policy, "badge", now - timedelta(hours=1)))
    policy = replace(cast.policy, thanks_given_per_day=7, thanks_per_pair=9)
    results = at_once(
        lambda n: write(
            lambda store: contributions.thank(
                store, cast.samira, cast.joost, cast.seinhuis, policy, "a", "b", now, key=f"key {n}"
            )
        ),
        range(CROWD),
    )
    assert results.count("cap_given") == CROWD - 7
    with database.read() as store:
        assert store.ledger.person_account(cast.joost.id).balance == 12 + 7 * 2


def test_twenty_spends_at_the_floor_are_as_many_as_it_allows(database, cast, now, write):
    def spend(n):
        def act(store):
            mine, other = store.ledger.person_account(cast.samira.id), store.ledger.person_account(cast.joost.id)
            return ledger.transfer(store, mine, other, 3, "gift", now, key=f"{n}", floor=-8)

        return write(act)

    results = at_once(spend, range(CROWD))
    assert results.count("floor") == CROWD - 6  # 12 + 8 = 20 = 6 × 3 + 2
    with database.read() as store:
        assert store.ledger.person_account(cast.samira.id).balance == 12 - 18


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
