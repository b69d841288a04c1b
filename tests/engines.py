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

    def connect(self, name="postgres"):
        return psycopg.connect(host=str(self.folder), user="s2m", dbname=name, autocommit=True)

    def execute(self, statement):
        with self.connect() as connection:
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
    with postgres_server.connect("migrated") as connection:
        connection.execute(Copies.WATCH)
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


@pytest.fixture(scope="session")
def postgres_pool(postgres_server):
    """Databases that tests hand on to each other, by the template they are copies of."""
    pool = {}
    yield pool
    for copies in pool.values():
        copies.close()


@pytest.fixture
def postgres_database(postgres_server, postgres_pool):
    """A database by `postgres_database(template)`: one that a test before left as it was, else a new one.

    Making and dropping one takes 50 ms, putting its rows back a tenth of that.
    """
    taken = []

    def take(template):
        kept = postgres_pool.get(template) or postgres_pool.setdefault(template, Copies(postgres_server, template))
        taken.append((kept, kept.take()))
        return postgres_server.url(taken[-1][1])

    yield take
    for kept, name in taken:
        kept.give_back(name)


class Copies:
    """Copies of one template, and how to make a used one equal to it again."""

    LARGEST = 256 * 1024
    # Rows go, and come back; what changed a table itself, or left much behind, is not worth mending
    EMPTY = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
        SET session_replication_role = replica;
        DO $$ DECLARE it regclass; BEGIN
            FOR it IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
                EXECUTE format('DELETE FROM %s', it);
            END LOOP;
        END $$"""
    SPOILT = f"""
        SELECT EXISTS (SELECT FROM testing.changes) OR EXISTS (
            SELECT FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > {LARGEST})"""
    # Notes each change to a table, type or trigger, so that nobody inherits it
    WATCH = """
        CREATE SCHEMA testing;
        CREATE TABLE testing.changes (what TEXT);
        CREATE FUNCTION testing.note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
            IF tg_event = 'sql_drop' OR EXISTS (SELECT FROM pg_event_trigger_ddl_commands()) THEN
                INSERT INTO testing.changes VALUES (tg_tag);
            END IF;
        END $$;
        CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION testing.note();
        CREATE EVENT TRIGGER dropped ON sql_drop EXECUTE FUNCTION testing.note();
        ALTER EVENT TRIGGER noted ENABLE ALWAYS;
        ALTER EVENT TRIGGER dropped ENABLE ALWAYS"""

    def __init__(self, server, template):
        self.server, self.template, self.free, self.rows, self.open = server, template, [], None, {}
        if template != "template1":
            with self.server.connect(template) as connection:
                self.rows = {name: copied for name in self.tables(connection) if (copied := self.copied(connection, name))}

    def tables(self, connection):
        return [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]

    def copied(self, connection, name):
        with connection.cursor().copy(f"COPY {name} TO STDOUT") as rows:
            return b"".join(rows)

    def take(self):
        if self.free:
            return self.free.pop()
        name = f"test_{next(NUMBERS)}"
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY")
        return name

    def give_back(self, name):
        if self.rows is not None and self.restored(name):
            self.free.append(name)
            return
        if name in self.open:
            self.open.pop(name).close()
        self.server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self):
        for connection in self.open.values():
            connection.close()

    def restored(self, name):
        """Through one connection that stays: a new one would learn all tables anew, which takes as long as a new database."""
        if name not in self.open:
            self.open[name] = self.server.connect(name)
        connection = self.open[name]
        if connection.execute(self.SPOILT).fetchone()[0]:
            return False
        connection.execute(self.EMPTY)
        for table, rows in self.rows.items():
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as into:
                into.write(rows)
        return True


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
