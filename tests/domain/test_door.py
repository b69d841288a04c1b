"""The door code as a way in: for people of this network, once each, however many taps."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from s2m.domain import devices, door, presence
from s2m.domain.codes import DoorCode
from s2m.domain.errors import Collision, Refused

NEED = presence.Need("working", "")


@pytest.fixture
def code(database, cast, now):
    with database.write() as store:
        kiosk, typed = devices.offer_pairing(store, cast.seinhuis, "kiosk", "Ingang", cast.marieke.id, now)
        devices.pair(store, typed, now)
    return DoorCode(kiosk.id, 7)


def test_somebody_of_another_network_is_refused(database, cast, now, code):
    with pytest.raises(Refused, match="code_forged"), database.write() as store:
        door.go_in(store, code, cast.olga, cast.policy, now, need=NEED, visible=False, on_wall=False)
    with database.read() as store:
        assert store.presence.open_visits(cast.seinhuis.id) == []


def test_a_wall_is_no_door(database, cast, now):
    with database.write() as store:
        wall, _ = devices.offer_pairing(store, cast.seinhuis, "wall", "Hal", cast.marieke.id, now)
        with pytest.raises(Refused, match="code_expired"):
            door.venue_of(store, DoorCode(wall.id, 7))


def test_ten_taps_at_once_make_one_visit_and_one_hold(database, cast, now, code):
    def tap(_):
        for _try in range(5):
            try:
                with database.write() as store:
                    return door.go_in(store, code, cast.samira, cast.policy, now, need=NEED, visible=False, on_wall=False).fresh
            except Collision:
                continue
        raise AssertionError("collided five times")

    with ThreadPoolExecutor(10) as pool:
        fresh = list(pool.map(tap, range(10)))
    with database.read() as store:
        account = store.ledger.person_account(cast.samira.id)
        assert len(store.presence.of_person(cast.samira.id)) == 1
    assert fresh.count(True) == 1 and account.held == cast.policy.seat_price
