"""The bad inputs that a venue will meet: each a clear refusal, never a failure of ours, nothing stored.

Numbers are those of the list in the threat model; those of later features (bookings, claims) come with them.
"""

import json
import uuid

import pytest

from s2m.domain import codes, devices, people
from tests.cast import sign_in, token_of

BAD_TEXT = {
    "NUL": "offerte\x00lezen",
    "100k combining marks": "e" + "\u0301" * 100_000,
    "too long": "x" * 5000,
    "only spaces": "   ",
}


@pytest.fixture
def kiosk(app, cast, now_is):
    """A paired kiosk of Het Seinhuis: send(event, …) gives back the answer."""
    with app.extensions["s2m.database"].write() as store:
        token = devices.make_token(store, cast.seinhuis, "Ingang", cast.marieke.id, now_is)
    client = app.test_client()

    def send(*events, body=None, **headers):
        data = json.dumps({"events": list(events)}) if body is None else body
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers
        return client.post("/kiosk/scans", data=data, headers=sent)

    return send


def badge_of(app, person):
    with app.extensions["s2m.database"].read() as store:
        return codes.badge_text(app.extensions["s2m.keys"].badge, store.people.valid_badge(person.id).id)


def event(code, **more):
    return {"id": str(uuid.uuid4()), "at": None, "code": code} | more


def visits(app, cast):
    with app.extensions["s2m.database"].read() as store:
        return len(store.presence.open_visits(cast.seinhuis.id))


def test_a_good_badge_is_stored(app, cast, kiosk):
    answer = kiosk(event(badge_of(app, cast.samira)))
    (result,) = answer.json["results"]
    assert answer.status_code == 200
    assert (result["status"], result["code"], result["person"]) == ("stored", "checked_in", "Samira")
    assert visits(app, cast) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "javascript:alert(1)",
        "https://elsewhere.example/in",
        "S2M1.B.1.AAAA.BBBB",
        "\x00",
        "\ud800",
        "é" * 90,
        "x" * 100_000,
    ],
    ids=["empty", "text", "javascript", "address", "short", "NUL", "surrogate", "accents", "100 kB"],
)
def test_1_2_9_what_is_no_code_is_refused(app, cast, kiosk, text):
    (result,) = kiosk(event(text)).json["results"]
    assert result["status"] == "refused" and result["message"] and visits(app, cast) == 0


def test_2_a_batch_beyond_the_limit_is_refused_whole(app, cast, kiosk):
    assert kiosk(event("x" * 300_000)).status_code == 413
    assert kiosk(*[event("x")] * 201).status_code == 422
    assert visits(app, cast) == 0


def test_3_a_forged_bit_is_refused(app, cast, kiosk):
    text = badge_of(app, cast.samira)
    for place in (9, 20, 40, len(text) - 1):
        other = "A" if text[place] != "A" else "B"
        (result,) = kiosk(event(text[:place] + other + text[place + 1 :])).json["results"]
        assert result["status"] == "refused" and result["code"] in ("code_forged", "code_unreadable")
    assert visits(app, cast) == 0


def test_4_another_instance_s_badge_is_refused(app, cast, kiosk):
    with app.extensions["s2m.database"].read() as store:
        forged = codes.badge_text(codes.Keys({"1": b"another key"}), store.people.valid_badge(cast.samira.id).id)
    (result,) = kiosk(event(forged)).json["results"]
    assert result["code"] == "code_forged"


def test_8_a_door_code_is_not_a_badge(app, cast, kiosk, now_is):
    door = codes.door_text(app.extensions["s2m.keys"].door, uuid.uuid4().hex, now_is, b"12345678")
    (result,) = kiosk(event(f"https://here.example/in/{door}")).json["results"]
    assert result["code"] == "code_is_door"


def test_10_a_replaced_badge_is_refused(app, cast, kiosk, now_is):
    text = badge_of(app, cast.samira)
    with app.extensions["s2m.database"].write() as store:
        people.issue_badge(store, cast.samira, now_is)
    (result,) = kiosk(event(text)).json["results"]
    assert result["code"] == "badge_revoked"


def test_29_a_badge_of_another_network_is_unknown_here(app, cast, kiosk):
    (result,) = kiosk(event(badge_of(app, cast.olga))).json["results"]
    assert result["code"] == "badge_unknown"


@pytest.mark.parametrize(
    "body", ["", "null", "[]", '{"events"', '{"events": {}}', "[" * 100_000, '{"events": [1, null, "x", []]}', "\xff\xfe"]
)
def test_22_broken_json_is_refused(app, cast, kiosk, body):
    answer = kiosk(body=body)
    assert answer.status_code in (200, 400, 413, 422)
    assert answer.status_code != 200 or all(r["status"] == "refused" for r in answer.json["results"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "not-a-uuid"}, {"id": None}, {"id": 7}, {"at": "yesterday"}, {"at": "2026-03-12T09:41:00"},
        {"at": 1e400}, {"at": 12}, {"at": "9999-12-31T23:59:59+00:00"}, {"at": "0001-01-01T00:00:00+14:00"},
        {"visible": "yes"}, {"visible": 1}, {"need": "btw"}, {"need": {"kind": "love", "text": "x"}},
        {"need": {"kind": "need", "text": 7}}, {"need": {"kind": "need", "text": "x" * 91}},
        {"need": {"kind": "need", "text": "a\x00b"}}, {"need": {"kind": "need", "text": "a\ud800b"}},
        {"role": "admin"}, {"code": 7},
    ],
    ids=str,
)  # fmt: skip
def test_21_23_30_an_event_of_another_form_is_refused_in_its_place(app, cast, kiosk, wrong):
    good = event(badge_of(app, cast.joost))
    answer = kiosk(event(badge_of(app, cast.samira)) | wrong, good)
    first, second = answer.json["results"]
    assert answer.status_code == 200
    assert first["status"] == "refused" and first["message"] and first["visit"] is None
    assert second["status"] == "stored" and visits(app, cast) == 1


def test_28_an_id_that_is_used_again_for_another_badge_is_refused(app, cast, kiosk):
    first = event(badge_of(app, cast.samira))
    kiosk(first)
    (result,) = kiosk(first | {"code": badge_of(app, cast.joost)}).json["results"]
    assert (result["status"], result["code"]) == ("refused", "key_reused")
    assert visits(app, cast) == 1


def test_33_only_json_is_taken(kiosk):
    assert kiosk(**{"Content-Type": "text/plain"}).status_code == 415
    assert kiosk(Authorization="Bearer made-up").status_code == 401
    assert kiosk(Authorization="Basic abc").status_code == 401


def test_a_revoked_kiosk_may_nothing(app, cast, kiosk, now_is):
    with app.extensions["s2m.database"].write() as store:
        devices.revoke(store, cast.seinhuis, store.devices.all(cast.seinhuis.id)[0].id, cast.marieke.id, now_is)
    assert kiosk(event(badge_of(app, cast.samira))).status_code == 401
    assert visits(app, cast) == 0


def topics(app, person):
    with app.extensions["s2m.database"].read() as store:
        return [t.text for t in store.people.topics(person.id)]


@pytest.mark.parametrize("text", BAD_TEXT.values(), ids=BAD_TEXT)
def test_14_15_text_that_cannot_be_kept_is_refused_beside_its_field(app, cast, now_is, text):
    client = sign_in(app, cast.samira, now_is)
    answer = client.post("/me/topics", data={"topic": text, "csrf_token": token_of(client, "/me/profile")})
    assert answer.status_code in (413, 422)
    assert topics(app, cast.samira) == ["gewone taal"]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "</script>", "'; DROP TABLE people; --", "%%%_"],
)
def test_12_13_16_markup_templates_and_sql_are_only_text(app, cast, now_is, text):
    client = sign_in(app, cast.samira, now_is)
    client.post("/me/topics", data={"topic": text, "csrf_token": token_of(client, "/me/profile")})
    page = client.get("/me/profile").get_data(as_text=True)
    assert text in topics(app, cast.samira)
    assert "<script>alert" not in page and "<img src=x" not in page and ">49<" not in page


def test_11_overrides_of_the_direction_are_taken_out(app, cast, now_is):
    client = sign_in(app, cast.samira, now_is)
    client.post("/me/topics", data={"topic": "btw\u202egnp.exe", "csrf_token": token_of(client, "/me/profile")})
    assert "btwgnp.exe" in topics(app, cast.samira)
