"""Two at once, or twenty: what may happen once happens once, on both engines, and nobody gets an error for it."""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from s2m.domain import codes, contributions, devices, ledger, people, presence
from s2m.domain.errors import Refused

MANY = 20


@pytest.fixture
def at_once():
    """Run an action twenty times, all starting together; what each gave back or raised."""

    def run(action, times=MANY):
        gate = threading.Barrier(times)

        def one(n):
            gate.wait()
            try:
                return action(n)
            except Exception as error:
                return error

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    return run


@pytest.fixture
def scan(app, cast, now_is):
    """Send one scan of Samira's badge under an event id through the whole app; the result for it."""
    with app.extensions["s2m.database"].write() as store:
        token = devices.make_token(store, cast.seinhuis, "Ingang", cast.marieke.id, now_is)
        badge = codes.badge_text(app.extensions["s2m.keys"].badge, store.people.valid_badge(cast.samira.id).id)

    def send(event_id):
        body = json.dumps({"events": [{"id": event_id, "code": badge}]})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = app.test_client().post("/kiosk/scans", data=body, headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json["results"][0]

    return send


def state(app, cast):
    with app.extensions["s2m.database"].read() as store:
        account = store.ledger.person_account(cast.samira.id)
        return len(store.presence.of_person(cast.samira.id)), account.held, ledger.verify_network(store, cast.noord.id).fault


def test_twenty_scans_of_one_badge_make_one_visit_and_one_hold(app, cast, scan, at_once):
    results = at_once(lambda n: scan(str(uuid.uuid4())))
    assert sorted(r["code"] for r in results) == ["already_here"] * (MANY - 1) + ["checked_in"]
    assert {r["status"] for r in results} == {"stored"} and len({r["visit"] for r in results}) == 1
    assert state(app, cast) == (1, cast.policy.seat_price, None)


def test_one_event_sent_twenty_times_is_stored_once(app, cast, scan, at_once):
    event_id = str(uuid.uuid4())
    results = at_once(lambda n: scan(event_id))
    assert sorted(r["status"] for r in results) == ["duplicate"] * (MANY - 1) + ["stored"]
    assert {r["code"] for r in results} == {"checked_in"}
    assert state(app, cast) == (1, cast.policy.seat_price, None)


def test_twenty_thanks_over_the_cap_give_exactly_the_cap(database, cast, now, at_once):
    with database.write() as store:
        for person in (cast.samira, cast.joost):
            presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now)
    later = now + timedelta(minutes=5)

    def thank(n):
        with database.write() as store:
            return contributions.thank(
                store, cast.samira, cast.joost, cast.seinhuis, cast.policy, "btw", f"dank {n}", later, key=f"key-{n}"
            )

    results = at_once(thank)
    refused = [r for r in results if isinstance(r, Refused)]
    assert {r.code for r in refused} == {"cap_pair"} and len(refused) == MANY - cast.policy.thanks_per_pair
    for given in set(results) - set(refused):
        with database.write() as store:
            contributions.accept(store, cast.joost, given.id, later)
    with database.read() as store:
        earned = store.ledger.person_account(cast.joost.id).balance
    assert earned == cast.policy.newcomers_grant + cast.policy.thanks_per_pair * cast.policy.thanks_amount


def test_twenty_spendings_stop_at_the_floor(database, cast, now, at_once):
    def spend(n):
        with database.write() as store:
            debit, credit = store.ledger.seat_accounts(cast.samira, cast.seinhuis)
            return ledger.transfer(store, debit, credit, 3, "gift", now, key=ledger.digest(n), floor=cast.policy.floor)

    results = at_once(spend)
    fits = (cast.policy.newcomers_grant - cast.policy.floor) // 3
    assert sum(isinstance(r, ledger.Transfer) for r in results) == fits
    assert {r.code for r in results if not isinstance(r, ledger.Transfer)} == {"floor"}
    with database.read() as store:
        assert store.ledger.person_account(cast.samira.id).balance == cast.policy.newcomers_grant - 3 * fits
        assert ledger.verify_network(store, cast.noord.id).fault is None


def test_twenty_posts_and_voids_of_one_hold_settle_it_once(database, cast, now, at_once):
    with database.write() as store:
        hold_id = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit.hold_id

    def settle(n):
        with database.write() as store:
            return (ledger.post if n % 2 else ledger.void)(store, store.ledger.transfer(hold_id), now)

    results = at_once(settle)
    assert sum(isinstance(r, ledger.Transfer) for r in results) == 1
    with database.read() as store:
        assert store.ledger.person_account(cast.samira.id).held == 0
        assert ledger.verify_network(store, cast.noord.id).fault is None


def test_twenty_people_with_one_mail_address_become_one(database, cast, now, at_once):
    def join(n):
        with database.write() as store:
            return people.join(store, cast.noord.id, f"Dubbel {n}x", "dubbel@seinhuis.example", cast.policy, now)

    results = at_once(join)
    assert sum(isinstance(r, people.Person) for r in results) == 1
    assert {getattr(r, "code", None) for r in results if not isinstance(r, people.Person)} <= {"email_known", "conflict"}
