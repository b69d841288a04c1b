"""kill -9 of the whole server, again and again, under scans that are repeated until answered: nothing lost, nothing twice."""

import json
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPException

import pytest
from sqlalchemy import text

from s2m.config import keys
from s2m.domain import codes, devices, ledger, people
from tests.cast import settle
from tests.servers import serving  # noqa: F401  (a fixture)

SCANS, SENDERS = 500, 8
# How many scans are answered between one kill and the next
LULL = (15, 60)
PATIENCE = 240


@pytest.fixture
def house(database, tmp_path):
    """A venue with as many people as scans, a kiosk's token, and one event for each badge."""
    ring, now = keys(tmp_path / "instance"), datetime.now(UTC)
    with database.write() as store:
        cast = settle(store, now)
        token = devices.make_token(store, cast.seinhuis, "Ingang", cast.marieke.id, now)
        guests = [people.join(store, cast.noord.id, f"Gast {n}", None, cast.policy, now) for n in range(SCANS)]
        badges = [codes.badge_text(ring.badge, store.people.valid_badge(guest.id).id) for guest in guests]
    return cast, token, [{"id": str(uuid.uuid4()), "code": badge} for badge in badges]


class Storm:
    """Senders that repeat each event until it is answered, and a server that is killed meanwhile."""

    def __init__(self, start, token, events):
        self.start, self.token, self.events = start, token, events
        self.answers, self.tries, self.kills = {}, Counter(), 0
        self.server = start()
        self.deadline = time.monotonic() + PATIENCE

    def send(self, event):
        while event["id"] not in self.answers:
            assert time.monotonic() < self.deadline
            self.tries[event["id"]] += 1
            try:
                status, body = self.server.ask("POST", "/kiosk/scans", {"events": [event]}, Authorization=f"Bearer {self.token}")
            except (OSError, HTTPException):  # cut off, before or after the commit: nobody knows
                time.sleep(0.05)
                continue
            if status == 200:
                (self.answers[event["id"]],) = json.loads(body)["results"]
            else:
                assert status == 503, body
                time.sleep(0.05)

    def kill_and_restart(self):
        chance = random.Random(5)
        while len(self.answers) < len(self.events):
            until = len(self.answers) + chance.randint(*LULL)
            while len(self.answers) < min(until, len(self.events)):
                time.sleep(0.005)
            if len(self.answers) == len(self.events):
                return
            os.killpg(self.server.process.pid, signal.SIGKILL)
            self.server.process.wait()
            self.kills += 1
            self.server = self.start()

    def rage(self):
        killer = threading.Thread(target=self.kill_and_restart)
        killer.start()
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(self.send, self.events))
        killer.join()


@pytest.mark.long
def test_every_acknowledged_scan_is_there_exactly_once(database, database_url, house, serving):  # noqa: F811
    cast, token, events = house
    storm = Storm(lambda: serving("run", S2M_DATABASE_URL=database_url), token, events)
    storm.rage()
    assert storm.kills >= 6 and max(storm.tries.values()) > 1
    assert {answer["code"] for answer in storm.answers.values()} == {"checked_in"}
    assert {answer["status"] for answer in storm.answers.values()} <= {"stored", "duplicate"}

    with database.read() as store:
        kept = store.run(text("SELECT event_id, visit_id, status FROM scans")).all()
        assert Counter(event for event, _, _ in kept) == Counter(event["id"] for event in events)
        assert {event: visit for event, visit, _ in kept} == {name: answer["visit"] for name, answer in storm.answers.items()}
        visits = store.run(text("SELECT person_id FROM visits")).scalars().all()
        assert len(visits) == len(set(visits)) == SCANS
        holds = [row for row in store.ledger.rows(cast.noord.id) if row.state == "pending"]
        assert len(holds) == SCANS
        assert ledger.verify_network(store, cast.noord.id).fault is None
    assert database.kind.examine() == []
