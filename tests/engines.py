"""Databases and the browser for tests: both engines, each test on a database of its own."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests import machine

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
NUMBERS = itertools.count(1)


def prepare(url, inhabit=None):
    """Bring a database to the newest schema, and people into it; done once per run, tests get copies."""
    from s2m.store.engine import Database  # late: the tests of pages and rules run without the store

    database = Database(url)
    try:
        database.migrate()
        if inhabit:
            with database.write() as store:
                return inhabit(store)
    finally:
        database.close()


def unavailable(what, reason):
    """Skip, or fail where dev.py test --require-all said that nothing may be missing."""
    if what in os.environ.get("S2M_TEST_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)


def account():
    """Whom to run PostgreSQL as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class PostgresServer:
    """A private PostgreSQL, reached only through a socket in a folder that nobody else may enter."""

    def __init__(self, programs):
        # Not below pytest's tmp_path: the path of a socket is limited to 107 bytes. In memory where dev.py says so: a database
        # is made and dropped for each test, which takes seven times as long on a disk
        self.folder = Path(tempfile.mkdtemp(prefix="s2m-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
        self.account = account()
        if self.account:
            shutil.chown(self.folder, self.account["user"], self.account["group"])
        data, log = self.folder / "data", self.folder / "log"
        options = ["--username=s2m", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = self.spawn([programs / "initdb", f"--pgdata={data}", *options], log)
        if made.wait() != 0:
            raise RuntimeError(log.read_text())
        self.process = self.spawn([programs / "postgres", "-D", data, *self.settings()], log)

    def spawn(self, command, log):
        with log.open("ab") as output:
            return subprocess.Popen(command, cwd="/", stdout=output, stderr=output, **self.account)

    def settings(self):
        values = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            # Nothing here outlives the tests, so nothing needs to reach the disk.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 200,
            "autovacuum": "off",
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "shared_buffers": "32MB",
        }
        return [part for name, value in values.items() for part in ("-c", f"{name}={value}")]

    def wait(self, seconds=30):
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.execute("SELECT 1")
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def execute(self, statement):
        where = {"host": str(self.folder), "user": "s2m", "dbname": "postgres"}
        with psycopg.connect(**where, autocommit=True) as connection:
            connection.execute(statement)

    def url(self, name):
        return f"postgresql+psycopg://s2m@/{name}?host={self.folder}"

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def postgres_server():
    programs = machine.postgresql()
    if programs is None:
        unavailable("postgresql", "PostgreSQL's server programs are not installed")
    server = PostgresServer(programs)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    """Name of a migrated database to copy, which is many times faster than migrating."""
    postgres_server.execute("CREATE DATABASE migrated")
    prepare(postgres_server.url("migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def postgres_inhabited(postgres_server, postgres_template):
    """Name of a database with the cast in it, and the cast."""
    postgres_server.execute(f"CREATE DATABASE inhabited TEMPLATE {postgres_template}")
    return "inhabited", prepare(postgres_server.url("inhabited"), settled)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def sqlite_inhabited(sqlite_template, tmp_path_factory):
    """File of a database with the cast in it, and the cast."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("template") / "inhabited.sqlite")
    return path, prepare(f"sqlite:///{path}", settled)


def settled(store):
    from tests.cast import MORNING, settle

    return settle(store, MORNING)


@pytest.fixture
def postgres_database(postgres_server):
    """Create a database by `postgres_database(template)`; what a test created goes when it ends."""
    created = []

    def create(template):
        created.append(f"test_{next(NUMBERS)}")
        postgres_server.execute(f"CREATE DATABASE {created[-1]} TEMPLATE {template} STRATEGY FILE_COPY")
        return postgres_server.url(created[-1])

    yield create
    for name in created:
        postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture
def inhabited(request, engine):
    """What to copy for a database with the cast in it, and the cast."""
    return request.getfixturevalue("postgres_inhabited" if engine == "postgresql" else "sqlite_inhabited")


@pytest.fixture
def database_url(request, engine, tmp_path):
    """A migrated database of each engine: empty, or with the cast in it for a test that asks for the cast."""
    if "cast" in request.fixturenames:
        template, _cast = request.getfixturevalue("inhabited")
    else:
        template = request.getfixturevalue("postgres_template" if engine == "postgresql" else "sqlite_template")
    if engine == "postgresql":
        return request.getfixturevalue("postgres_database")(template)
    path = tmp_path / "s2m.sqlite"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=ENGINES)
def empty_database_url(request, tmp_path):
    """A database of each engine that no migration has touched."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_database")("template1")
    return f"sqlite:///{tmp_path / 's2m.sqlite'}"


@pytest.fixture(scope="session")
def chromium():
    """Path of a Chromium to drive."""
    path = machine.chromium()
    if path is None:
        unavailable("browser", "Chromium is not installed")
    return path
