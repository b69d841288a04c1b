"""Scans: each event is decided once, whoever sends it again."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import codes, devices, ledger, people, presence, scans
from s2m.domain.errors import Invalid

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def device(store, cast, now):
    return devices.with_token(store, devices.make_token(store, cast.seinhuis, "Balie", cast.marieke.id, now))[0]


@pytest.fixture
def badge(store, keys):
    return lambda person: codes.badge_text(keys, store.people.valid_badge(person.id).id)


@pytest.fixture
def take(store, cast, keys, device, now):
    def take(given, when=now, device=device):
        return scans.take(store, keys, device, cast.seinhuis, cast.policy, scans.parse_event(given), when)

    return take


def event(code, **more):
    return {"id": str(uuid.uuid4()), "code": code, **more}


def test_a_badge_checks_in(store, cast, now, take, badge):
    given = event(badge(cast.samira), need={"kind": "need", "text": "offerte lezen"}, visible=True)
    result = take(given)
    assert (result.status, result.code, result.first_name, result.id) == ("stored", "checked_in", "Samira", given["id"])
    visit = store.presence.get(result.visit_id)
    assert (visit.way, visit.intent, visit.visible, visit.started_at) == ("badge", "need", True, now)


def test_a_repeated_event_answers_as_the_first_time(store, cast, now, take, badge):
    given = event(badge(cast.samira))
    first = take(given)
    head = store.ledger.head(cast.noord.id)
    again = take(given, when=now + 100 * HOUR)
    assert (again.status, again.code, again.visit_id, again.first_name) == ("duplicate", "checked_in", first.visit_id, "Samira")
    assert store.ledger.head(cast.noord.id) == head


def test_a_refusal_is_an_answer_too_and_stays_one(store, cast, now, take, badge):
    given = event(badge(cast.samira))
    people.issue_badge(store, cast.samira, now)
    assert (take(given).status, take(given).status, take(given).code) == ("refused", "duplicate", "badge_revoked")


def test_an_event_id_with_other_content_is_refused(store, cast, take, badge):
    first, other = event(badge(cast.samira)), badge(cast.joost)
    take(first)
    result = take({**first, "code": other})
    assert (result.status, result.code, result.visit_id) == ("refused", "key_reused", None)
    assert store.presence.open_visit(cast.joost) is None


def test_two_devices_may_use_one_event_id(store, cast, now, take, badge):
    other = devices.with_token(store, devices.make_token(store, cast.seinhuis, "Deur", cast.marieke.id, now))[0]
    given = event(badge(cast.samira))
    assert [take(given).code, take(given, device=other).code] == ["checked_in", "already_here"]


def test_another_scan_of_who_is_here_is_the_same_visit(store, cast, now, take, badge):
    first, second = take(event(badge(cast.samira))), take(event(badge(cast.samira)), when=now + HOUR)
    assert (second.status, second.code, second.visit_id) == ("stored", "already_here", first.visit_id)


@pytest.mark.parametrize(("off", "code"), [(MINUTE * 6, "clock_ahead"), (-HOUR * 73, "too_old")])
def test_a_moment_we_cannot_believe_is_set_aside_for_the_host(store, cast, now, device, take, badge, off, code):
    given = event(badge(cast.samira), at=(now + off).isoformat())
    assert (take(given).status, take(given).code) == ("quarantined", code)
    assert store.scans.get(device.id, given["id"])[0].code == code
    assert store.presence.open_visit(cast.samira) is None


def test_a_replay_counts_for_its_own_moment(store, cast, now, take, badge):
    result = take(event(badge(cast.samira), at=(now - HOUR).isoformat()))
    assert store.presence.get(result.visit_id).started_at == now - HOUR


def test_a_replay_of_a_visit_that_is_over_is_recorded_and_no_welcome(store, cast, now, take, badge):
    """Nobody is checked in by it, so it must not say so."""
    result = take(event(badge(cast.samira), at=(now - 24 * HOUR).isoformat()))
    assert (result.status, result.code) == ("stored", "recorded")
    assert not store.presence.get(result.visit_id).is_open and store.presence.open_visit(cast.samira) is None


def test_a_late_scan_within_a_visit_that_was_left_does_not_say_already_here(store, cast, now, take, badge):
    visit = store.presence.get(take(event(badge(cast.samira))).visit_id)
    presence.leave(store, visit, now + HOUR)
    late = take(event(badge(cast.samira), at=(now + HOUR / 2).isoformat()), when=now + 2 * HOUR)
    assert (late.status, late.code, late.visit_id) == ("stored", "recorded", visit.id)


def test_a_repeat_may_say_when_it_was(store, cast, now, take, badge):
    """A tablet adds the moment only once it has to try again: the same scan all the same."""
    given = event(badge(cast.samira))
    first = take(given)
    again = take({**given, "at": (now - MINUTE).isoformat()})
    assert (again.status, again.code, again.visit_id) == ("duplicate", "checked_in", first.visit_id)


def test_a_full_purse_in_debt_is_refused_and_nothing_is_held(store, cast, now, take, badge):
    commons = store.ledger.network_account(cast.noord.id, "commons")
    ledger.transfer(store, store.ledger.person_account(cast.samira.id), commons, 17, "gift", now, key="k")
    assert take(event(badge(cast.samira))).code == "floor"
    assert store.ledger.person_account(cast.samira.id).held == 0


@pytest.mark.parametrize(
    "code",
    ["nonsense", "", "x" * 200_000, "javascript:alert(1)", "\x00", "\ud800"],
)
def test_what_is_no_badge_is_refused(store, cast, take, code):
    assert (take(event(code)).status, take(event(code)).code) == ("refused", "code_unreadable")
    assert store.presence.open_visits(cast.seinhuis.id) == []


def test_codes_of_others_are_refused(store, cast, keys, now, take, badge, device):
    door = codes.door_text(keys, device.id, now, b"12345678")
    forged = codes.badge_text(codes.Keys({"1": b"x" * 32}), store.people.valid_badge(cast.samira.id).id)
    answers = [take(event(text)).code for text in (door, forged, badge(cast.olga))]
    assert answers == ["code_is_door", "code_forged", "badge_unknown"]


def test_times_are_read_with_their_offset():
    parsed = scans.parse_event(event("x", at="2026-03-12T09:41:00.5+01:00"))
    assert parsed.at == datetime(2026, 3, 12, 8, 41, 0, 500_000, tzinfo=UTC)
    assert scans.parse_event(event("x", at="2026-03-12T08:41:00Z")).at.utcoffset() == timedelta(0)


def test_an_id_is_the_same_however_it_is_spelled():
    name = uuid.uuid4()
    assert {scans.parse_id(spelled) for spelled in (str(name), str(name).upper(), name.hex)} == {str(name)}


GOOD = {"id": "0b8f5a3e-6f0a-4d57-9a51-6f7b0d3b3f11", "code": "x"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "event_shape"),
        ([], "event_shape"),
        ({**GOOD, "role": "admin"}, "event_shape"),
        ({**GOOD, "visible": "yes"}, "event_shape"),
        ({**GOOD, "visible": 1}, "event_shape"),
        ({**GOOD, "need": "x"}, "event_shape"),
        ({**GOOD, "need": {"kind": "need", "text": "x", "more": 1}}, "event_shape"),
        ({**GOOD, "need": {"kind": "steal", "text": "x"}}, "choice"),
        ({**GOOD, "need": {"kind": "need", "text": "x" * 91}}, "too_long"),
        ({**GOOD, "need": {"kind": "need", "text": "\ud800"}}, "unreadable"),
        ({"id": GOOD["id"]}, "code_unreadable"),
        ({**GOOD, "code": 4}, "code_unreadable"),
        ({"code": "x"}, "event_id"),
        ({**GOOD, "id": 4}, "event_id"),
        ({**GOOD, "id": "x" * 36}, "event_id"),
        ({**GOOD, "id": "-" * 36}, "event_id"),
        ({**GOOD, "id": "{" + GOOD["id"] + "}"}, "event_id"),
        ({**GOOD, "at": 5}, "event_time"),
        ({**GOOD, "at": "yesterday"}, "event_time"),
        ({**GOOD, "at": "2026-03-12T09:41:00"}, "event_time"),  # whose clock?
        ({**GOOD, "at": "2026-13-12T09:41:00Z"}, "event_time"),
        ({**GOOD, "at": "9999-12-31T23:59:59-23:59"}, "event_time"),
        ({**GOOD, "at": "0001-01-01T00:00:00+23:59"}, "event_time"),
        ({**GOOD, "at": "2026-03-12T09:41:00+25:00"}, "event_time"),
        ({**GOOD, "at": "2" * 100_000}, "event_time"),
    ],
)  # fmt: skip
def test_refuses_events_that_are_none(given, code):
    with pytest.raises(Invalid) as caught:
        scans.parse_event(given)
    assert caught.value.code == code
