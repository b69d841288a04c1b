"""A tablet that is paired with Het Seinhuis, on the cast's Thursday morning."""

import re
import uuid

import pytest
import time_machine
from sqlalchemy import select

from s2m.domain import codes, devices
from s2m.store.schema import badges, visits


class Tablet:
    """What stands at a door: a browser with a device cookie, and a token for the programs' way in."""

    def __init__(self, app, database, venue, host, now, name="Ingang"):
        self.app, self.database, self.venue = app, database, venue
        with database.write() as store:
            self.device, self.code = devices.offer_pairing(store, venue, "kiosk", name, host.id, now)
        self.client = app.test_client()
        self.csrf = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/kiosk/pair").text)[1]
        answer = self.post("/kiosk/pair", code=self.code)
        assert answer.location == "/kiosk/"

    def get(self, path, **headers):
        return self.client.get(path, headers=headers)

    def post(self, path, **form):
        return self.client.post(path, data={"csrf_token": self.csrf, **form})

    def json(self, path, body):
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.csrf})

    def scan(self, code, **more):
        """One event as the page sends it; gives back its result."""
        event = {"id": str(uuid.uuid4()), "code": code, **more}
        return self.json("/kiosk/scans", {"events": [event]}).json["results"][0]

    def badge(self, person):
        """What the QR code on this person's badge holds."""
        with self.database.read() as store:
            mine = (badges.c.person_id == person.id) & badges.c.revoked_at.is_(None)
            badge_id = store.run(select(badges.c.id).where(mine)).scalar_one()
        return codes.badge_text(self.app.extensions["s2m.keys"].badge, badge_id)

    def short_code(self, person):
        with self.database.read() as store:
            mine = (badges.c.person_id == person.id) & badges.c.revoked_at.is_(None)
            return store.run(select(badges.c.short_code).where(mine)).scalar_one()

    def visits(self):
        with self.database.read() as store:
            return store.run(select(visits).order_by(visits.c.started_at, visits.c.id)).all()


@pytest.fixture
def clock(now):
    """The cast's morning, moved on by `clock.shift(seconds)`."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def tablet(app, database, cast, clock, now):
    return Tablet(app, database, cast.seinhuis, cast.marieke, now)


@pytest.fixture
def another_tablet(app, database, cast, clock, now):
    """Of the same venue, at the other door."""
    return Tablet(app, database, cast.seinhuis, cast.marieke, now, "Achterdeur")
