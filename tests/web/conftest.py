"""Somebody with a browser, on the cast's Thursday morning."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from s2m.domain import codes, devices, presence
from tests.cast import sign_in, token_of


class Phone:
    """A browser of one person, or of a stranger: forms are sent with the token that their page carries."""

    def __init__(self, app, person=None, now=None):
        self.app = app
        self.client = sign_in(app, person, now) if person else app.test_client()

    def get(self, path, **headers):
        return self.client.get(path, headers=headers)

    def post(self, path, follow_redirects=False, **form):
        token = token_of(self.client)
        return self.client.post(path, data={"csrf_token": token, **form}, follow_redirects=follow_redirects)

    def says(self, path):
        """The words on a page, without its markup and within single spaces."""
        return words(self.get(path).text)


def words(markup):
    body = markup[markup.find("<main") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<bdi>|</bdi>", "", body))).split())


@pytest.fixture
def clock(now):
    """The cast's morning, moved on by `clock.shift(seconds)`."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def phone(app, cast, clock):
    """Makes a browser: `phone(cast.samira)`, or `phone()` for a stranger; its pages are in English."""

    def phone(person=None):
        made = Phone(app, person, datetime.now(UTC))
        with made.client.session_transaction() as kept:
            kept["lang"] = "en"
        return made

    return phone


@pytest.fixture
def samira(phone, cast):
    return phone(cast.samira)


@pytest.fixture
def write(app):
    """Opens a transaction that stays: `with write() as store`."""
    return app.extensions["s2m.database"].write


@pytest.fixture
def mailing(app):
    """This place sends mail; what waits to be sent stays in the outbox."""
    app.extensions["s2m.config"] = replace(app.extensions["s2m.config"], smtp_url="smtp://127.0.0.1:9")


@pytest.fixture
def waiting(app, now):
    """What waits to be mailed."""

    def waiting():
        with app.extensions["s2m.database"].read() as store:
            return store.outbox.waiting(now + timedelta(days=1))

    return waiting


def link_in(mail):
    return re.search(r"http://localhost(/\S+)", mail.body)[1]


@pytest.fixture
def kiosk(database, cast, now):
    """The tablet at the door of Het Seinhuis."""
    with database.write() as store:
        device, code = devices.offer_pairing(store, cast.seinhuis, "kiosk", "Ingang", cast.marieke.id, now)
        return devices.pair(store, code, now)[0]


@pytest.fixture
def door_code(app, kiosk):
    """Makes the text of the QR code that the tablet shows at a moment."""

    def door_code(at, keys=None):
        return codes.door_text(keys or app.extensions["s2m.keys"].door, kiosk.id, at, b"12345678")

    return door_code


@pytest.fixture
def here(app, cast, now):
    """Checks somebody in, visible or not, with what they need."""

    def here(person, need="", *, visible=True, at=now, venue=None):
        with app.extensions["s2m.database"].write() as store:
            visit = presence.check_in(store, person, venue or cast.seinhuis, cast.policy, "badge", at).visit
            return presence.answer_need(store, visit, presence.parse_need("need", need), at, visible=visible, on_wall=False)

    return here
