"""The house rules: a change counts from now on, the past stays, and what cannot be is said beside the field."""

import re
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from s2m.domain.venues import DAYS, Policy

POLICY, HOURS = "/host/het-seinhuis/policy", "/host/het-seinhuis/hours"
USUAL = {name: str(value) for name, value in asdict(Policy()).items()}
OPEN = {f"{day}_{part}": clock for day in DAYS for part, clock in (("opens", "08:30"), ("closes", "17:00"))}


def test_new_rules_count_from_now_on_and_leave_open_seats_alone(host, here, cast, clock, app):
    visit = here(cast.samira)
    assert "since Thu 12 Mar, 09:41" in host.says(POLICY)
    clock.shift(60)
    assert "count from now on" in host.post(POLICY, follow_redirects=True, **USUAL | {"seat_price": "6"}).text
    assert "since Thu 12 Mar, 09:42" in host.says(POLICY)
    assert "Thu 12 Mar, 09:42 Marieke A seat costs (dots): 4, then 6" in host.says(POLICY)
    assert here(cast.joost).closes_at
    with app.extensions["s2m.database"].read() as store:
        assert store.venues.policy(cast.seinhuis, visit.started_at).seat_price == 4
        assert store.ledger.person_account(cast.samira.id).held == 4
    assert "changed the house rules" in host.says("/host/het-seinhuis/health")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"seat_price": "-1"}, "This must be 0 or more."),
        ({"seat_price": "1e3"}, "Type a whole number"),
        ({"seat_price": ""}, "Type a whole number"),
        ({"newcomers_grant": "101"}, "This must be 100 or less."),
        ({"floor": "1"}, "This must be 0 or less."),
        ({"floor": "-5", "soft_floor": "-6"}, "it cannot be lower"),
        ({"thanks_amount": "2.5"}, "Type a whole number"),
        ({"thanks_per_pair": "９"}, "Type a whole number"),
    ],
)
def test_rules_that_cannot_be_are_refused_beside_the_field(host, wrong, sentence):
    answer = host.post(POLICY, **USUAL | wrong)
    assert answer.status_code == 422 and sentence in answer.text and answer.text.count('aria-invalid="true"') == 1
    assert 'value="4"' in host.get(POLICY).text


def test_new_hours_also_count_for_who_is_here(host, here, cast, app):
    visit = here(cast.samira)
    assert host.post(HOURS, **OPEN).status_code == 303
    with app.extensions["s2m.database"].read() as store:
        assert store.presence.get(visit.id).closes_at.astimezone(cast.seinhuis.zone).strftime("%H:%M") == "17:00"
    assert "seats still open until 17:00" in host.says("/host/het-seinhuis/today")


@pytest.mark.parametrize("wrong", ["8:30", "25:00", "noon", "", "08:30:00", "17:00"])
def test_hours_that_cannot_be_are_refused_beside_their_day(host, wrong):
    answer = host.post(HOURS, **OPEN | {"wed_opens": wrong})
    assert answer.status_code == 422 and "Type two times such as" in answer.text and 'id="f-wed-e"' in answer.text
    assert 'id="f-wed-opens" name="wed_opens" value="08:30"' in host.get(POLICY).text


def test_a_day_without_hours_is_closed(host):
    host.post(HOURS, **OPEN | {"mon_opens": "", "mon_closes": ""})
    assert 'name="mon_opens" value=""' in host.get(POLICY).text


def test_rules_are_planned_shown_and_withdrawn(host, cast, clock, app):
    said = host.post(POLICY, follow_redirects=True, **USUAL | {"seat_price": "6", "from": "2026-04-01"}).text
    assert "planned for Wednesday 1 April 2026" in said
    assert "Withdraw" in host.says(POLICY) and "A seat costs (dots): 4, then 6" in host.says(POLICY)
    with app.extensions["s2m.database"].read() as store:
        assert store.venues.policy(cast.seinhuis, datetime.now(UTC)).seat_price == 4
    at = re.search(r'name="at" value="([^"]+)"', host.get(POLICY).text)[1]
    assert host.post(f"{POLICY}/withdraw", at=at).status_code == 303
    assert "Withdraw" not in host.says(POLICY)
    assert host.post(f"{POLICY}/withdraw", at=at).status_code == 404


@pytest.mark.parametrize("at", ["", "gisteren", "2026-04-01", "2026-04-01T00:00+00:00"])
def test_what_was_never_planned_is_not_withdrawn(host, at):
    assert host.post(f"{POLICY}/withdraw", at=at).status_code == 404


def test_a_day_that_is_over_is_refused_beside_its_field(host):
    answer = host.post(POLICY, **USUAL | {"from": "2026-03-01"})
    assert answer.status_code == 422 and "This day is over." in answer.text and 'value="2026-03-01"' in answer.text
