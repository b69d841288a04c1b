"""PostgreSQL, for networks with several web processes: its engine, its locks and its migrations."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from s2m.domain.errors import Refused
from s2m.store.migrations import Step

COLLISIONS = ("40001", "40P01")
# A server that is gone without a word is noticed within half a minute (seconds; the last in milliseconds)
ALIVE: dict[str, Any] = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
PAUSE = 2.0


class PostgreSQL:
    one_process = False

    def __init__(self, url: URL) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        self.engine = create_engine(
            self.url, pool_size=8, max_overflow=8, pool_timeout=5, pool_pre_ping=True, hide_parameters=True,
            connect_args={"connect_timeout": 5, "options": "-c lock_timeout=5000 -c statement_timeout=60000", **ALIVE},
        )  # fmt: skip
        self._snapshots: Engine = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._closed = threading.Event()
        self._listener: threading.Thread | None = None

    def close(self) -> None:
        self._closed.set()
        if self._listener:
            self._listener.join(timeout=10)
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._snapshots.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def sole(self, name: str) -> Iterator[bool]:
        """True for the one process that holds this name now; the lock falls with the connection."""
        with self.engine.connect() as connection:
            got = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(name)}).scalar())
            connection.commit()
            try:
                yield got
            finally:
                if got:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _key(name)})

    def migrate(self, steps: tuple[Step, ...]) -> list[str]:
        with self.engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _key("migrations")})
            connection.execute(text("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"))
            missing = [step for step in steps if step.name not in self._applied(connection)]
            for step in missing:
                for statement in statements(step):
                    connection.exec_driver_sql(statement)
                connection.execute(
                    text("INSERT INTO migrations VALUES (:name, :at)"), {"name": step.name, "at": datetime.now(UTC).isoformat()}
                )
            return [step.name for step in missing]

    def pending(self, steps: tuple[Step, ...]) -> list[str]:
        with self.engine.connect() as connection:
            there = connection.execute(text("SELECT to_regclass('migrations')")).scalar()
            applied = self._applied(connection) if there else set()
        return [step.name for step in steps if step.name not in applied]

    def applied(self) -> list[str]:
        with self.engine.connect() as connection:
            there = connection.execute(text("SELECT to_regclass('migrations')")).scalar()
            return sorted(self._applied(connection)) if there else []

    def _applied(self, connection: Connection) -> set[str]:
        return set(connection.execute(text("SELECT name FROM migrations")).scalars())

    def announce(self, connection: Connection, venue_ids: set[str]) -> None:
        """Tell the other web processes at the commit."""
        connection.execute(text("SELECT pg_notify('s2m_changes', :venues)"), {"venues": ",".join(sorted(venue_ids))})

    def listen(self, tell: Callable[[set[str]], None]) -> None:
        """Hear the other web processes, on a connection and a thread of its own, until this is closed."""
        self._listener = threading.Thread(target=self._listen, args=(tell,), name="changes", daemon=True)
        self._listener.start()

    def _listen(self, tell: Callable[[set[str]], None]) -> None:
        while not self._closed.is_set():
            try:
                self._hear(tell)
            except psycopg.Error:
                self._closed.wait(PAUSE)

    def _hear(self, tell: Callable[[set[str]], None]) -> None:
        """What was said while nobody listened is lost, so that at first every venue counts as changed."""
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, application_name="s2m listens", connect_timeout=5, **ALIVE) as connection:
            connection.execute("LISTEN s2m_changes")
            tell({str(row[0]) for row in connection.execute("SELECT id FROM venues")})
            while not self._closed.is_set():
                for notice in connection.notifies(timeout=0.5):
                    tell(set(notice.payload.split(",")))

    def is_collision(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlstate", None) in COLLISIONS

    def examine(self) -> list[str]:
        """PostgreSQL looks after its own files."""
        return []

    def backup(self, to: Path) -> None:
        raise Refused("use_pg_dump")

    def replace(self, draft: Path, name: str) -> Path | None:
        raise Refused("use_pg_dump")

    def describe(self) -> dict[str, str]:
        with self.engine.connect() as connection:
            version = str(connection.execute(text("SHOW server_version")).scalar())
        return {"engine": "PostgreSQL", "version": version, "journal": "write-ahead log", "file": self.url.render_as_string()}


def _key(name: str) -> int:
    return zlib.crc32(f"s2m.{name}".encode())


def statements(step: Step) -> list[str]:
    """A step in PostgreSQL's words: as written, with its own append-only triggers."""
    guards = [trigger for table in step.append_only for trigger in step.postgresql_triggers(table)]
    return [*step.statements, *guards, *(rule for table in step.no_overlap for rule in step.postgresql_no_overlap(table))]
