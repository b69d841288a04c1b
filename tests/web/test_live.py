"""Live streams: who may listen where, how many at once, and that they end with the right to listen."""

from contextlib import closing
from datetime import timedelta

import pytest

from s2m.domain import devices, presence, signin
from s2m.web import live
from tests.cast import sign_in


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Signs of life, and with each the question whether one may still listen."""
    monkeypatch.setattr(live, "PING", 0.05)
    monkeypatch.setattr(live, "CHECK", 0.0)


class Listening:
    """An open stream, read event by event."""

    def __init__(self, client, slug="het-seinhuis", **headers):
        self.answer = client.get(f"/live/{slug}", headers=headers)
        self.status = self.answer.status_code
        self.events = self.answer.iter_encoded()
        if self.status == 200:
            assert b"event: open" in next(self.events)

    def goes_on(self):
        return next(self.events, None) is not None

    def close(self):
        self.answer.close()


@pytest.fixture
def listen():
    """listen(client) → an open stream; closed with the test."""
    opened = []

    def listen(client, *args, **headers):
        opened.append(Listening(client, *args, **headers))
        return opened[-1]

    yield listen
    for stream in opened:
        stream.close()


@pytest.fixture
def samira(app, cast, write, now_is):
    """Signed in; she was last in Het Seinhuis."""
    with write() as store:
        early = now_is - timedelta(hours=3)
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", early).visit
        presence.leave(store, visit, early + timedelta(hours=1))
    return sign_in(app, cast.samira, now_is)


@pytest.fixture
def tablet(write, cast, now_is):
    """A paired kiosk of Het Seinhuis, and its token."""
    with write() as store:
        device, code = devices.offer_pairing(store, cast.seinhuis, "kiosk", "Ingang", cast.marieke.id, now_is)
        return devices.pair(store, code, now_is)


def arrive(write, cast, person, venue, at):
    with write() as store:
        return presence.check_in(store, person, venue, cast.policy, "badge", at).visit


def test_a_change_in_the_house_is_told(write, cast, samira, listen):
    stream = listen(samira)
    with write() as store:
        store.changed(cast.seinhuis.id)
    assert b"event: change" in next(stream.events)


def test_in_between_come_signs_of_life(samira, listen):
    assert next(listen(samira).events) == b": still here\n\n"


def test_the_seventh_stream_of_a_session_takes_the_place_of_the_first(app, cast, samira, now_is, listen):
    other = listen(sign_in(app, cast.samira, now_is))
    streams = [listen(samira) for _ in range(7)]
    assert [stream.status for stream in streams] == [200] * 7
    assert [stream.goes_on() for stream in streams] == [False] + [True] * 6
    assert other.goes_on()


def test_the_seventh_stream_of_a_device_takes_the_place_of_the_first(app, tablet, listen):
    streams = [listen(app.test_client(), Authorization=f"Bearer {tablet[1]}") for _ in range(7)]
    assert [stream.goes_on() for stream in streams] == [False] + [True] * 6


def test_a_closed_stream_gives_its_place_back(app, cast, samira, now_is, listen):
    app.extensions["s2m.hub"].most = 1
    with closing(Listening(samira)) as stream:
        assert stream.status == 200
        assert listen(sign_in(app, cast.samira, now_is)).status == 503
    assert listen(sign_in(app, cast.samira, now_is)).status == 200


def test_a_stream_that_ended_by_itself_gives_its_place_back(app, samira, listen):
    streams = [listen(samira) for _ in range(7)]
    assert not streams[0].goes_on()
    assert len(app.extensions["s2m.hub"].streams) == 6


def test_signing_out_ends_the_stream(write, cast, samira, now_is, listen):
    stream = listen(samira)
    assert stream.goes_on()
    with write() as store:
        [session] = store.signin.sessions(cast.samira.id, now_is)
        signin.end_session(store, cast.samira, session.id, now_is)
    assert not stream.goes_on()


def test_an_open_stream_is_no_use_of_a_session(write, app, cast, now_is, listen):
    """A screen that nobody touches is signed out in the end."""
    stream = listen(sign_in(app, cast.marieke, now_is))
    with write() as store:
        [session] = store.signin.sessions(cast.marieke.id, now_is)
        store.signin.seen(session, now_is - timedelta(minutes=31))
    assert not stream.goes_on()


def test_revoking_a_device_ends_its_stream(write, app, cast, tablet, now_is, listen):
    device, token = tablet
    stream = listen(app.test_client(), Authorization=f"Bearer {token}")
    assert stream.goes_on()
    with write() as store:
        devices.revoke(store, cast.seinhuis, device.id, cast.marieke.id, now_is)
    assert not stream.goes_on()


def test_a_tablet_that_was_replaced_hears_no_more(write, app, tablet, now_is, listen):
    device, token = tablet
    client = app.test_client()
    client.set_cookie("device", token)
    stream = listen(client)
    with write() as store:
        devices.pair(store, devices.offer_again(store, device, now_is), now_is)
    assert not stream.goes_on()


def test_where_a_lot_happens_the_right_to_listen_is_asked_for_too(write, app, cast, samira, now_is, listen):
    stream = listen(samira)
    with write() as store:
        [session] = store.signin.sessions(cast.samira.id, now_is)
        signin.end_session(store, cast.samira, session.id, now_is)
        store.changed(cast.seinhuis.id)
    assert not stream.goes_on()


def test_the_right_to_listen_is_asked_for_now_and_then_only(monkeypatch, write, cast, samira, now_is, listen):
    monkeypatch.setattr(live, "CHECK", 60.0)
    stream = listen(samira)
    with write() as store:
        [session] = store.signin.sessions(cast.samira.id, now_is)
        signin.end_session(store, cast.samira, session.id, now_is)
    assert stream.goes_on()


def test_a_member_listens_where_they_are_or_were_last(write, cast, samira, now_is, listen):
    visit = arrive(write, cast, cast.samira, cast.wissel, now_is - timedelta(hours=1))
    assert listen(samira, "de-wissel").status == 200
    assert listen(samira, "het-seinhuis").status == 404
    with write() as store:
        presence.leave(store, visit, now_is)
    assert listen(samira, "de-wissel").status == 200


def test_who_moves_on_to_another_venue_hears_the_first_no_more(write, cast, samira, now_is, listen):
    stream = listen(samira)
    arrive(write, cast, cast.samira, cast.wissel, now_is)
    assert not stream.goes_on()


def test_a_host_listens_in_the_venue_they_host(write, app, cast, now_is, listen):
    wim = sign_in(app, cast.wim, now_is)
    arrive(write, cast, cast.wim, cast.seinhuis, now_is)
    assert [listen(wim, slug).status for slug in ("de-wissel", "het-seinhuis")] == [200, 200]
    assert listen(sign_in(app, cast.marieke, now_is), "de-wissel").status == 200


def test_elsewhere_answers_like_nowhere(app, cast, samira, tablet, listen):
    tokened = {"Authorization": f"Bearer {tablet[1]}", "Accept": "application/json"}
    for slug in ("de-wissel", "elders", "nowhere"):
        assert listen(samira, slug, Accept="application/json").answer.get_json()["code"] == "not_found"
        assert listen(app.test_client(), slug, **tokened).answer.get_json()["code"] == "not_found"


def test_a_stranger_does_not_listen(client, cast, listen):
    assert listen(client, Accept="application/json").status == 401
