"""A venue that is really served, and browsers before it that notice whatever goes wrong."""

import logging
import shutil
import threading
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from s2m.app import create_app
from s2m.config import Config
from s2m.domain import codes, devices, signin
from s2m.domain.relevance.meanings import of_the_product
from tests.cast import settle

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Keeping(WSGIRequestHandler):
    """Keeps connections open between requests, as the real server does."""

    protocol_version = "HTTP/1.1"


class Served:
    """The cast's venue on a port of its own, on an embedded database."""

    def __init__(self, folder):
        self.app = create_app(Config(instance=folder, jobs=False))
        self.database = self.app.extensions["s2m.database"]
        with self.database.write() as store:
            self.cast = settle(store, datetime.now(UTC) - timedelta(days=1))
            self.kiosk, code = devices.offer_pairing(
                store, self.cast.seinhuis, "kiosk", "Ingang", self.cast.marieke.id, datetime.now(UTC)
            )
            devices.pair(store, code, datetime.now(UTC))
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=Keeping)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        # How often it looks whether it is to stop: at the usual half second, each test waits about that long at its end
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.app.extensions["s2m.hub"].close()
        self.server.shutdown()
        self.server.server_close()
        self.database.close()

    def session(self, person):
        with self.database.write() as store:
            return signin.start_session(store, person, "Chrome, Linux", datetime.now(UTC))

    def door(self):
        """The address in the QR code that the tablet shows now."""
        keys = self.app.extensions["s2m.keys"].door
        return f"{self.url}/in/{codes.door_text(keys, self.kiosk.id, datetime.now(UTC), b'12345678')}"


@pytest.fixture(scope="session", autouse=True)
def lexicon():
    """The real server has read it before the first visitor comes."""
    return of_the_product()


@pytest.fixture
def served(tmp_path, sqlite_template):
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "s2m.sqlite")
    served = Served(folder)
    yield served
    served.stop()


@pytest.fixture(scope="module")
def plain_browser(chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(served, plain_browser):
    """A function that opens a browser of somebody (or of a stranger); afterwards nothing may have gone wrong unnoticed."""
    contexts, faults, expected = [], [], []

    def open_page(person=None, *, size=(390, 844), expects=(), **options):
        context = plain_browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        expected.extend(expects)
        context.set_default_timeout(10_000)
        if person:
            context.add_cookies([{"name": "session", "value": served.session(person), "url": served.url}])
        page = context.new_page()
        page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on("request", lambda r: None if r.url.startswith((served.url, "blob:", "data:")) else faults.append(r.url))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [f for f in faults if not any(word in f for word in expected)] == []


@pytest.fixture
def serious():
    """What axe finds serious or worse on a page, with where."""

    def serious(page):
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        return [(v["id"], [n["target"] for n in v["nodes"]]) for v in found if v["impact"] in ("serious", "critical")]

    return serious
