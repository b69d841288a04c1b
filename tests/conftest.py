"""Fixtures that every folder of tests may use: a database of each engine, the cast in it, and the app over it."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from s2m.app import create_app, furnish
from s2m.config import Config
from s2m.store.engine import Database
from tests.cast import MORNING, Cast

pytest_plugins = ["tests.engines"]


PAGES = {Path(__file__).parent / name for name in ("web", "kiosk")}


def is_long(item):
    """Marked so; or a page on PostgreSQL: domain and store are tested there each time, what stands on pages where all is."""
    page = item.get_closest_marker("postgresql") and PAGES & set(item.path.parents)
    return bool(page or item.get_closest_marker("long"))


def pytest_collection_modifyitems(config, items):
    """Files that take long begin first, so that at the end no process waits for another."""
    if "S2M_TEST_REQUIRE" not in os.environ and not config.option.markexpr.startswith(("long", "postgresql", "wheel")):
        config.hook.pytest_deselected(items=[item for item in items if is_long(item)])
        items[:] = [item for item in items if not is_long(item)]
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture
def database(database_url):
    """The store on each engine in turn."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def now():
    return MORNING


@pytest.fixture
def now_is():
    """The real moment, for what goes through the app (whose clock is the real one)."""
    return datetime.now(UTC)


@pytest.fixture
def cast(inhabited) -> Cast:
    """Named people with known relations, in two venues of one network and one of another (tests/cast.py)."""
    return inhabited[1]


@pytest.fixture(scope="session")
def built(sqlite_template, tmp_path_factory):
    """An app with all its pages, made once a run; each test furnishes it anew."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copy(sqlite_template, folder / "s2m.sqlite")
    app = create_app(Config(instance=folder, jobs=False))
    app.extensions["s2m.database"].close()
    app.testing = True
    return app


@pytest.fixture
def app(built, database_url, tmp_path):
    furnish(built, Config(instance=tmp_path / "instance", database_url=database_url, jobs=False))
    yield built
    built.extensions["s2m.database"].close()


@pytest.fixture
def client(app):
    return app.test_client()
