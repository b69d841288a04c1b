"""The door code as a way in: for people of this network, once each, however many taps."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from s2m.domain import devices, door, presence, venues
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


@pytest.fixture
def guest(cast, code, now):
    """Makes a guest by a proof; more: what is otherwise."""

    def guest(store, proof="p1", name="Ravi Patel"):
        return door.guest(store, code.device_id, proof, cast.seinhuis, cast.policy, name, now, language="en")

    return guest


def test_one_proof_makes_one_guest_however_often_its_form_is_sent(database, cast, now, guest):
    with database.write() as store:
        before = len(store.people.all(cast.noord.id))
        first = guest(store)
    with database.write() as store:
        assert guest(store) == first and first.email is None
        with pytest.raises(Refused, match="code_used"):
            guest(store, name="Sybil Een")
        assert len(store.people.all(cast.noord.id)) == before + 1
        assert guest(store, "p2") != first


def test_a_proof_opens_nothing_once_its_guest_has_become_a_member(database, now, guest):
    with database.write() as store:
        store.people.mark_signed_in(guest(store), now)
    with database.write() as store, pytest.raises(Refused, match="code_used"):
        guest(store)


def test_a_guest_who_turns_out_to_be_known_hands_the_seat_over(database, cast, now, code, guest):
    need = presence.Need("need", "een drukker")
    with database.write() as store:
        stranger = guest(store)
        door.go_in(store, code, stranger, cast.policy, now, need=need, visible=True, on_wall=False)
        door.hand_over(store, stranger, cast.samira, now)
        assert store.presence.open_visit(stranger) is None
        assert store.presence.of_person(stranger.id)[0].ended_how == "undone"
        visit = store.presence.open_visit(cast.samira)
        assert (visit.way, visit.visible, [t.text for t in store.presence.topics(visit.id)]) == ("door", True, ["een drukker"])
        accounts = [store.ledger.person_account(p.id) for p in (stranger, cast.samira)]
        assert [(a.balance, a.held) for a in accounts] == [(12, 0), (12, 4)]


def test_what_the_guest_asks_quietly_goes_on_as_the_known_ones(database, cast, now, code, guest):
    need = presence.Need("need", "een drukker")
    with database.write() as store:
        stranger = guest(store)
        visit = door.go_in(store, code, stranger, cast.policy, now, need=need, visible=True, on_wall=False).visit
        presence.answer_need(store, visit, need, now, visible=True, on_wall=False, quiet=True)
        door.hand_over(store, stranger, cast.samira, now)
        ask = store.asks.open_of(cast.samira.id)
        assert (ask.text, ask.quiet) == ("een drukker", True) and store.asks.open_of(stranger.id) is None


def test_a_seat_that_the_known_one_cannot_carry_stays_with_the_guest(database, cast, now, code, guest):
    with database.write() as store:
        stranger = guest(store)
        door.go_in(store, code, stranger, cast.policy, now, need=NEED, visible=False, on_wall=False)
        venues.change_policy(store, cast.seinhuis, replace(cast.policy, seat_price=30), cast.marieke.id, now)
        door.hand_over(store, stranger, cast.samira, now)
        assert store.presence.open_visit(stranger) and store.presence.open_visit(cast.samira) is None


def test_who_is_not_here_by_the_door_hands_nothing_over(database, cast, now):
    with database.write() as store:
        presence.check_in(store, cast.thijs, cast.seinhuis, cast.policy, "badge", now)
        for someone in (cast.thijs, cast.joost):
            door.hand_over(store, someone, cast.samira, now)
        assert store.presence.open_visit(cast.samira) is None and store.presence.open_visit(cast.thijs)


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
