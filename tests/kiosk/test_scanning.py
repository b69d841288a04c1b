"""The contract of POST /kiosk/scans: one answer per event, in order, stored before it is answered."""

import json
import uuid
from datetime import timedelta

import pytest

from s2m.domain import codes, devices, mending, people
from tests.cast import sign_in


def event(code, **more):
    return {"id": str(uuid.uuid4()), "code": code, **more}


@pytest.fixture
def token(database, cast, now):
    with database.write() as store:
        return devices.make_token(store, cast.seinhuis, "Program", cast.marieke.id, now)


@pytest.fixture
def send(app, clock, token):
    """Events by bearer token, as a program sends them."""

    def send(*events, raw=None, **headers):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
        body = raw if raw is not None else json.dumps({"events": list(events)})
        return app.test_client().post("/kiosk/scans", data=body, headers=headers)

    return send


def test_answers_each_event_in_its_place(send, tablet, cast):
    batch = [event(tablet.badge(cast.samira)), event("nonsense"), "not even an event", event(tablet.badge(cast.joost))]
    results = send(*batch).json["results"]
    assert [r["status"] for r in results] == ["stored", "refused", "refused", "stored"]
    assert [r["person"] for r in results] == ["Samira", None, None, "Joost"]
    assert [r["id"] for r in results] == [batch[0]["id"], batch[1]["id"], "", batch[3]["id"]]
    assert results[0]["code"] == "checked_in" and results[0]["visit"]
    assert all(r["message"] for r in results)
    assert len(tablet.visits()) == 2


def test_a_repeated_event_answers_as_the_first_time(send, tablet, cast):
    once = event(tablet.badge(cast.samira))
    first, second = (send(once).json["results"][0] for _ in range(2))
    assert second["status"] == "duplicate"
    assert (second["visit"], second["person"], second["code"]) == (first["visit"], "Samira", "checked_in")
    assert len(tablet.visits()) == 1


def test_another_scan_of_who_is_here_is_the_same_visit(send, tablet, cast):
    first, second = (send(event(tablet.badge(cast.samira))).json["results"][0] for _ in range(2))
    assert second["status"] == "stored" and second["code"] == "already_here"
    assert second["visit"] == first["visit"]
    assert len(tablet.visits()) == 1


def test_takes_the_need_and_the_visibility_along(send, tablet, cast, database):
    need = {"kind": "need", "text": "iemand die mijn offerte leest"}
    visit = send(event(tablet.badge(cast.samira), need=need, visible=True)).json["results"][0]["visit"]
    with database.read() as store:
        assert store.presence.get(visit).visible is True
        assert [t.text for t in store.presence.topics(visit)] == ["iemand die mijn offerte leest"]


def test_a_scan_kept_during_an_outage_counts_for_its_own_moment(send, tablet, cast, now, database):
    at = (now - timedelta(hours=1)).isoformat()
    result = send(event(tablet.badge(cast.samira), at=at)).json["results"][0]
    with database.read() as store:
        assert store.presence.get(result["visit"]).started_at == now - timedelta(hours=1)


@pytest.mark.parametrize(("moved", "code"), [(timedelta(minutes=6), "clock_ahead"), (timedelta(hours=-73), "too_old")])
def test_an_impossible_moment_waits_for_the_host(send, tablet, cast, now, moved, code):
    result = send(event(tablet.badge(cast.samira), at=(now + moved).isoformat())).json["results"][0]
    assert (result["status"], result["code"], result["visit"]) == ("quarantined", code, None)
    assert tablet.visits() == []


def test_a_replay_past_closing_time_is_recorded_and_nobody_is_welcome(tablet, cast, now):
    result = tablet.scan(tablet.badge(cast.samira), at=(now - timedelta(hours=24)).isoformat())
    assert (result["status"], result["code"]) == ("stored", "recorded")
    assert result["message"] == "This visit was recorded. It has ended." or "afgelopen" in result["message"]
    for path in ("", "/need", "/again"):
        assert tablet.get(f"/kiosk/visits/{result['visit']}{path}").status_code == 409
    page = tablet.client.get("/kiosk/refused/recorded?lang=en", follow_redirects=True).text
    assert "recorded" in page and "Welcome" not in page and "Nothing was stored" not in page


def test_refuses_codes_that_check_nobody_in(send, tablet, cast, app, database, now):
    badge, revoked = tablet.badge(cast.samira), tablet.badge(cast.joost)
    with database.write() as store:
        people.issue_badge(store, cast.joost, now)
    door = codes.door_text(app.extensions["s2m.keys"].door, tablet.device.id, now, bytes(8))
    strange = codes.badge_text(app.extensions["s2m.keys"].badge, "0" * 32)
    given = {
        "code_unreadable": ["", "javascript:alert(1)", "A" * 200_000, "\x00", badge.lower(), "\ud800"],
        "code_forged": [badge[:-1] + ("A" if badge[-1] != "A" else "B")],
        "code_is_door": [f"https://seinhuis.example/in/{door}", door],
        "badge_revoked": [revoked],
        "badge_unknown": [strange, tablet.badge(cast.olga)],
    }
    for code, texts in given.items():
        for text in texts:
            result = send(event(text)).json["results"][0]
            assert (result["status"], result["code"], result["visit"]) == ("refused", code, None), text[:60]
    assert tablet.visits() == []


def test_a_frozen_account_is_sent_to_the_host_in_kind_words(send, tablet, cast, database, now):
    with database.write() as store:
        mending.freeze(store, cast.seinhuis, cast.samira, "Even praten", cast.marieke.id, now)
    scan = event(tablet.badge(cast.samira))
    result, again = (send(scan).json["results"][0] for _ in range(2))
    assert (result["status"], result["code"], result["visit"]) == ("refused", "frozen", None)
    assert "host" in result["message"]
    assert "Even praten" not in result["message"]  # the tablet stands where everybody reads along
    assert again["code"] == "frozen" and tablet.visits() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"id": "1"}, "event_id"), ({"id": None}, "event_id"), ({"id": "javascript:"}, "event_id"),
        ({"at": "yesterday"}, "event_time"),
        ({"at": "2026-03-12T09:41:00"}, "event_time"), ({"at": 1e400}, "event_time"), ({"code": 7}, "code_unreadable"),
        ({"visible": "yes"}, "event_shape"), ({"need": "help"}, "event_shape"), ({"need": {"kind": "beg", "text": ""}}, "choice"),
        ({"need": {"kind": "need", "text": "x" * 91}}, "too_long"), ({"need": {"kind": "need", "text": "a\x00b"}}, "unreadable"),
        ({"role": "admin"}, "event_shape"),
    ],
)  # fmt: skip
def test_refuses_a_malformed_event_in_its_place(send, tablet, cast, wrong, code):
    results = send(event(tablet.badge(cast.samira)) | wrong, event(tablet.badge(cast.joost))).json["results"]
    assert (results[0]["status"], results[0]["code"]) == ("refused", code)
    assert results[1]["status"] == "stored"
    assert len(tablet.visits()) == 1


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("", 400), ("null", 400), ("[]", 400), ('{"events": [', 400), ("[" * 50_000, 400), ('{"events": 5}', 422), ("{}", 422),
        (json.dumps({"events": [{}] * 201}), 422), ('{"events": ["' + "x" * 300_000 + '"]}', 413), (b"\xff\xfe", 400),
    ],
)  # fmt: skip
def test_refuses_a_bad_batch_whole(send, tablet, raw, status):
    answer = send(raw=raw)
    assert answer.status_code == status
    assert tablet.visits() == []


def test_refuses_other_types_than_json(send, tablet, cast):
    raw = json.dumps({"events": [event(tablet.badge(cast.samira))]})
    assert send(raw=raw, **{"Content-Type": "text/plain"}).status_code == 415
    assert tablet.visits() == []


def test_takes_200_events_in_one_go(send):
    results = send(*(event("x") for _ in range(200))).json["results"]
    assert len(results) == 200 and {r["status"] for r in results} == {"refused"}


def test_only_a_kiosk_may_send(app, tablet, cast, database, now):
    body = {"events": [event(tablet.badge(cast.samira))]}
    stranger = app.test_client()
    assert stranger.post("/kiosk/scans", json=body, headers={"Authorization": "Bearer guess"}).status_code == 401
    assert stranger.post("/kiosk/scans", json=body).status_code == 401
    host = sign_in(app, cast.marieke, now)
    assert host.post("/kiosk/scans", json=body).status_code == 403
    with database.write() as store:
        _, code = devices.offer_pairing(store, cast.seinhuis, "wall", "Wand", cast.marieke.id, now)
        _, wall = devices.pair(store, code, now)
    assert stranger.post("/kiosk/scans", json=body, headers={"Authorization": f"Bearer {wall}"}).status_code == 401
    assert tablet.visits() == []


def test_a_page_elsewhere_cannot_send(tablet, cast):
    body = {"events": [event(tablet.badge(cast.samira))]}
    assert tablet.client.post("/kiosk/scans", json=body).status_code == 403
    headers = {"X-CSRFToken": tablet.csrf, "Origin": "https://evil.example"}
    assert tablet.client.post("/kiosk/scans", json=body, headers=headers).status_code == 403
    assert tablet.visits() == []


def test_a_revoked_tablet_sends_nothing_more(send, tablet, cast, database, now):
    with database.write() as store:
        devices.revoke(store, cast.seinhuis, tablet.device.id, cast.marieke.id, now)
    answer = tablet.json("/kiosk/scans", {"events": [event("x")]})
    assert answer.status_code == 401
