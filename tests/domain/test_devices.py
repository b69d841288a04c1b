"""Devices: paired once, known by their token, gone when revoked."""

from datetime import timedelta

import pytest

from s2m.domain import devices
from s2m.domain.errors import Invalid, NotFound, Refused

MINUTE = timedelta(minutes=1)


@pytest.fixture
def offered(store, cast, now):
    return devices.offer_pairing(store, cast.seinhuis, "kiosk", "Balie", cast.marieke.id, now)


@pytest.fixture
def paired(store, now, offered):
    return devices.pair(store, offered[1], now)


def test_a_code_pairs_a_tablet_with_its_venue(store, cast, now, offered, paired):
    device, venue = devices.with_token(store, paired[1])
    assert (device.id, device.kind, device.name, device.paired_at) == (offered[0].id, "kiosk", "Balie", now)
    assert venue == cast.seinhuis


def test_a_code_may_be_typed_with_spaces_and_small_letters(store, now, offered):
    code = offered[1]
    assert devices.pair(store, f" {code[:4].lower()}-{code[4:]} ", now)


def test_a_code_pairs_one_tablet(store, now, offered, paired):
    with pytest.raises(Refused, match="pairing_unknown"):
        devices.pair(store, offered[1], now)


def test_a_code_lives_ten_minutes(store, now, offered):
    with pytest.raises(Refused, match="pairing_expired"):
        devices.pair(store, offered[1], now + 10 * MINUTE)
    assert devices.pair(store, offered[1], now + 10 * MINUTE - timedelta(seconds=1))


@pytest.mark.parametrize("typed", ["", "ABCDEFGH", "\x00", "x" * 10_000, "\ud800"])
def test_a_code_nobody_made_is_unknown(store, now, offered, typed):
    with pytest.raises(Refused, match="pairing_unknown"):
        devices.pair(store, typed, now)


def test_a_revoked_device_is_unknown(store, cast, now, paired):
    devices.revoke(store, cast.seinhuis, paired[0].id, cast.marieke.id, now)
    with pytest.raises(Refused, match="device_unknown"):
        devices.with_token(store, paired[1])
    assert store.devices.all(cast.seinhuis.id) == []


def test_revoking_an_offered_device_spends_its_code(store, cast, now, offered):
    devices.revoke(store, cast.seinhuis, offered[0].id, cast.marieke.id, now)
    with pytest.raises(Refused, match="pairing_unknown"):
        devices.pair(store, offered[1], now)


def test_another_venues_device_is_not_found(store, cast, now, paired):
    for venue, device_id in ((cast.wissel, paired[0].id), (cast.seinhuis, "0" * 32)):
        with pytest.raises(NotFound):
            devices.revoke(store, venue, device_id, cast.wim.id, now)
    assert devices.with_token(store, paired[1])


@pytest.mark.parametrize("token", ["", "x" * 43, "\x00", "\ud800"])
def test_a_token_nobody_has_is_unknown(store, paired, token):
    with pytest.raises(Refused, match="device_unknown"):
        devices.with_token(store, token)


@pytest.mark.parametrize(
    ("kind", "name", "code"), [("door", "x", "choice"), ("kiosk", "", "empty"), ("kiosk", "12", "no_letters")]
)
def test_refuses_a_device_that_cannot_be(store, cast, now, kind, name, code):
    with pytest.raises(Invalid, match=code):
        devices.offer_pairing(store, cast.seinhuis, kind, name, cast.marieke.id, now)


def test_a_device_is_silent_after_two_heartbeats(store, now, paired):
    device = store.devices.get(paired[0].id)
    assert not device.is_silent(now + timedelta(seconds=130)) and device.is_silent(now + timedelta(seconds=131))
    devices.heartbeat(store, device, "denied", now + 5 * MINUTE)
    device = store.devices.get(device.id)
    assert device.camera == "denied" and not device.is_silent(now + 6 * MINUTE)
    with pytest.raises(Invalid, match="choice"):
        devices.heartbeat(store, device, "<script>", now)


def test_an_operators_token_is_good_at_once(store, cast, now):
    token = devices.make_token(store, cast.wissel, "Program", "operator", now)
    assert devices.with_token(store, token)[1] == cast.wissel
