"""Fixtures that every folder of tests may use: a database of each engine, the cast in it, and the app over it."""

from datetime import UTC, datetime

import pytest
from jinja2 import FileSystemBytecodeCache

from s2m.app import create_app
from s2m.config import Config
from s2m.store.engine import Database
from tests.cast import Cast, settle

pytest_plugins = ["tests.engines"]

# A Thursday morning in Utrecht, 09:41 by its clock
MORNING = datetime(2026, 3, 12, 8, 41, tzinfo=UTC)


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
def cast(database, now) -> Cast:
    """Named people with known relations, in two venues of one network and one of another (tests/cast.py)."""
    with database.write() as store:
        return settle(store, now)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Templates compiled once a run instead of once a test."""
    return FileSystemBytecodeCache(tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def app(database_url, tmp_path, compiled):
    app = create_app(Config(instance=tmp_path / "instance", database_url=database_url, jobs=False))
    app.jinja_env.bytecode_cache = compiled
    app.testing = True
    yield app
    app.extensions["s2m.database"].close()


@pytest.fixture
def client(app):
    return app.test_client()
