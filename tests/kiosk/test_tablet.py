"""The tablet itself: pairing, the start screen, the rotating code, signs of life, the call for the host."""

import html
import re
from datetime import timedelta

import pytest

from s2m.domain import codes, devices, signin
from tests.kiosk.conftest import Tablet


@pytest.fixture
def offered(database, cast, now):
    with database.write() as store:
        return devices.offer_pairing(store, cast.seinhuis, "kiosk", "Nieuw", cast.marieke.id, now)


def pair(client, code):
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/kiosk/pair").text)[1]
    return client.post("/kiosk/pair", data={"csrf_token": csrf, "code": code})


def test_a_link_only_fills_the_form(client, clock, offered, database):
    device, code = offered
    page = client.get(f"/kiosk/pair/{code}")
    assert f'value="{code}"' in page.text and "data-submit" in page.text
    with database.read() as store:
        assert store.devices.get(device.id).paired_at is None


def test_a_code_pairs_one_tablet_once(app, clock, offered):
    first, second = app.test_client(), app.test_client()
    answer = pair(first, offered[1].lower())
    assert answer.location == "/kiosk/"
    assert "HttpOnly" in answer.headers["Set-Cookie"] and "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert first.get("/kiosk/").status_code == 200
    assert pair(second, offered[1]).status_code == 404
    assert second.get("/kiosk/").location == "/kiosk/pair"


def test_a_code_lasts_ten_minutes(client, clock, offered):
    clock.shift(timedelta(minutes=10))
    assert pair(client, offered[1]).status_code == 410


def test_guessing_codes_slows_down(client, clock):
    assert [pair(client, f"AAAA{n:04}").status_code for n in range(21)][-1] == 429


def test_a_revoked_tablet_shows_the_pairing_screen(tablet, cast, database, now):
    with database.write() as store:
        devices.revoke(store, cast.seinhuis, tablet.device.id, cast.marieke.id, now)
    assert tablet.get("/kiosk/").location == "/kiosk/pair"
    assert "no longer paired" in tablet.get("/kiosk/pair?lang=en").text
    assert tablet.get("/kiosk/door", **{"X-Part": "1"}).status_code == 401


def test_the_door_code_is_signed_and_of_now(tablet, app, now):
    page = tablet.get("/kiosk/door").text
    ring = app.extensions["s2m.keys"].door
    typed = html.unescape(re.search(r'class="code">([^<]+)<', page)[1])
    assert codes.read_typed_door(ring, typed, [tablet.device.id], now).device_id == tablet.device.id
    assert "<svg" in page and "script" not in page


def test_the_start_screen_says_how_it_fares(tablet):
    page = tablet.get("/kiosk/").text
    for state in ("off", "denied", "insecure", "busy", "failed"):
        assert f'data-say="{state}" hidden' in page
    assert "wasm-unsafe-eval" in tablet.get("/kiosk/").headers["Content-Security-Policy"]
    assert tablet.get("/kiosk/").headers["Permissions-Policy"].startswith("camera=(self)")
    assert tablet.get("/kiosk/").headers["Cache-Control"] == "no-store"


def test_the_next_visitor_finds_the_venues_language(tablet):
    assert '<html lang="nl"' in tablet.get("/kiosk/").text
    english = tablet.get("/kiosk/?lang=en").text
    assert '<html lang="en"' in english and "data-timer" in english
    assert '<html lang="en"' in tablet.get("/kiosk/code").text
    assert '<html lang="nl"' in tablet.get("/kiosk/").text


def test_heartbeat_tells_of_the_camera(tablet, database):
    assert tablet.json("/kiosk/heartbeat", {"camera": "denied"}).status_code == 204
    with database.read() as store:
        assert store.devices.get(tablet.device.id).camera == "denied"
    for wrong in ({"camera": "<b>"}, {}, []):
        assert tablet.json("/kiosk/heartbeat", wrong).status_code in (400, 422)


def test_calling_the_host_is_one_line_however_often(tablet, database, cast, now):
    for _ in range(3):
        answer = tablet.post("/kiosk/call", reason="badge_unknown")
    assert answer.location == "/kiosk/said/called"
    assert "host has been called" in tablet.get("/kiosk/said/called?lang=en").text
    tablet.post("/kiosk/call", reason="<script>")
    with database.read() as store:
        calls = store.door.calls(cast.seinhuis.id, now - timedelta(hours=1))
    assert sorted(c.reason for c in calls) == ["asked", "badge_unknown"]


def test_a_refusal_has_a_code_a_sentence_and_a_way_out(tablet):
    for code in ("badge_unknown", "floor", "too_long", "no-such-code"):
        page = tablet.get(f"/kiosk/refused/{code}")
        assert page.status_code == 200 and code in page.text and "/kiosk/call" in page.text
    assert "<script>x" not in tablet.get("/kiosk/refused/<script>x").text


def test_only_a_refused_check_in_says_that_nothing_was_stored(tablet):
    """A screen that closed may well have stored what was asked."""
    for code in ("badge_unknown", "floor", "frozen"):
        assert "Nothing was stored" in tablet.get(f"/kiosk/refused/{code}?lang=en").text
    for code in ("screen_over", "undo_late", "not_here"):
        assert "Nothing was stored" not in tablet.get(f"/kiosk/refused/{code}?lang=en").text
    assert "You are not checked in" not in tablet.get("/kiosk/visits/gone?lang=en").text
    assert "You are not checked in" not in tablet.get("/kiosk/refused/badge_unknown?lang=en&leaving=1").text


def test_the_page_tells_scripts_the_servers_time(tablet, now):
    """So that a wrong clock of the tablet dates no scan."""
    for path in ("/kiosk/", "/kiosk/door"):
        assert f'data-now="{int(now.timestamp() * 1000)}"' in tablet.get(path).text


def test_who_signs_in_beside_it_does_not_disturb_the_tablet(tablet, cast, database, now):
    with database.write() as store:
        tablet.client.set_cookie("session", signin.start_session(store, cast.olga, "test", now))
    assert tablet.get("/kiosk/").status_code == 200
    assert tablet.scan(tablet.badge(cast.samira))["status"] == "stored"


def test_tablets_of_one_venue_are_told_apart(tablet, app, database, cast, now):
    other = Tablet(app, database, cast.seinhuis, cast.marieke, now, "Achterdeur")
    assert other.device.id != tablet.device.id
    assert other.get("/kiosk/").status_code == 200
