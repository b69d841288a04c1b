"""The embedded database: one SQLite file. Its engine, its locks, its migrations and its copies.

SQLite before 3.51.3 (but not 3.44.6+ and 3.50.7+ of those lines) can lose commits in WAL mode when two connections
meet at a reset (sqlite.org/wal.html, "the WAL-reset bug"): there the rollback journal is used instead, slower and safe.
Writers of this process queue at a lock, because SQLite's own waiting is not fair; BEGIN IMMEDIATE settles the rest.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import sqlite_utils
from sqlalchemy import Connection, Engine, QueuePool, create_engine
from sqlalchemy.exc import DBAPIError
from sqlite_utils.migrations import Migrations

from s2m.domain.errors import Refused, Unavailable
from s2m.store.migrations import Step

BUSY_SECONDS = 5
CHECK_CHANGED = re.compile(r"ALTER TABLE (\w+) DROP CONSTRAINT (\w+), ADD CONSTRAINT \2 (CHECK .+)", re.DOTALL)
REFERENCE_ADDED = re.compile(r"ALTER TABLE (\w+) ADD (CONSTRAINT \w+ FOREIGN KEY.+)", re.DOTALL)
ENDS = "\n) STRICT"
driver: ModuleType = sqlite3
with suppress(ImportError):  # a wheel for x86-64 only, with a SQLite whose WAL is safe
    driver = import_module("pysqlite3.dbapi2")


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Is the WAL-reset race mended in this version?"""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def pragmas(version: tuple[int, ...]) -> list[str]:
    safe = wal_is_safe(version)
    return [
        f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}",
        "PRAGMA journal_mode=WAL" if safe else "PRAGMA journal_mode=DELETE",
        "PRAGMA synchronous=FULL" if safe else "PRAGMA synchronous=EXTRA",
        "PRAGMA foreign_keys=ON",
        "PRAGMA recursive_triggers=ON",
        "PRAGMA cache_size=-8192",
        "PRAGMA mmap_size=268435456",
    ]


class Embedded:
    one_process = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()
        # Writers share one connection: SQLite drops a connection's pages once another one has written, which made a scan
        # on many connections half as dear again. Readers take the connection that was used last, for the same reason.
        self.engine, self.writer = self._engine(connections=16), self._engine(connections=1)

    def _engine(self, connections: int) -> Engine:
        """The driver begins nothing by itself, so each unit of work says how. An event would do that, too, but an engine
        with events pays for them at every statement."""

        def connect() -> Any:
            self._make()
            connection = driver.connect(
                str(self.path), isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS, cached_statements=256
            )
            for pragma in pragmas(driver.sqlite_version_info):
                connection.execute(pragma).fetchall()
            return connection

        return create_engine(
            "sqlite://",
            module=driver,
            creator=connect,
            poolclass=QueuePool,
            pool_size=connections,
            pool_use_lifo=True,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            hide_parameters=True,
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.begin():
            self._begin(connection, "BEGIN")
            yield connection

    def _begin(self, connection: Connection, how: str) -> None:
        raw: Any = connection.connection.driver_connection
        try:
            raw.execute(how)
        except driver.OperationalError as error:
            raise Unavailable("busy", detail=str(error)) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise Unavailable("busy")
        try:
            with self.writer.connect() as connection, connection.begin():
                self._begin(connection, "BEGIN IMMEDIATE")
                yield connection
        finally:
            self._turn.release()

    def _beside(self, name: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{name}.lock")

    @contextmanager
    def sole(self, name: str) -> Iterator[bool]:
        """True for the one process that holds this name now; the lock falls with the process."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._beside(name).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True

    def _make(self) -> None:
        """An empty file that is its owner's alone, where there is none; SQLite gives -wal and -shm the mode of their database."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL, 0o600))

    def migrate(self, steps: tuple[Step, ...]) -> list[str]:
        self._make()
        with self._beside("migrations").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            database = self._utils()
            try:
                migrations = self._migrations(steps)
                names = [m.name for m in migrations.pending(database)]
                migrations.apply(database)
                return names
            finally:
                database.conn.close()

    def pending(self, steps: tuple[Step, ...]) -> list[str]:
        database = self._utils()
        try:
            return [m.name for m in self._migrations(steps).pending(database)]
        finally:
            database.conn.close()

    def applied(self) -> list[str]:
        database = self._utils()
        try:
            return [m.name for m in Migrations("s2m").applied(database)]
        finally:
            database.conn.close()

    def _utils(self) -> sqlite_utils.Database:
        connection = driver.connect(str(self.path), timeout=BUSY_SECONDS)
        for pragma in pragmas(driver.sqlite_version_info):
            connection.execute(pragma).fetchall()
        return sqlite_utils.Database(connection)

    def _migrations(self, steps: tuple[Step, ...]) -> Migrations:
        """The steps as sqlite-utils keeps them, so that its own tools know what a file has had."""
        migrations = Migrations("s2m")
        for step in steps:

            def apply(database: Any, step: Step = step) -> None:
                for statement in statements(step):
                    database.conn.execute(statement)

            migrations(name=step.name)(apply)
        return migrations

    def announce(self, connection: Connection, venue_ids: set[str]) -> None:
        """One process: those who wait are told directly."""

    def listen(self, tell: Callable[[set[str]], None]) -> None:
        """One process: nobody else to listen to."""

    def close(self) -> None:
        self.engine.dispose()
        self.writer.dispose()

    def is_collision(self, error: DBAPIError) -> bool:
        return False

    def describe(self) -> dict[str, str]:
        safe = wal_is_safe(driver.sqlite_version_info)
        return {
            "engine": "SQLite",
            "version": driver.sqlite_version,
            "journal": "WAL, synchronous FULL" if safe else "DELETE, synchronous EXTRA (this version's WAL can lose commits)",
            "file": str(self.path),
        }

    def backup(self, to: Path) -> None:
        """A checked copy while the venue is open (SQLite's online backup), for the owner's eyes only.

        It appears under its name once it is whole. Raises Refused `copy_unreadable` (no SQLite file), `copy_damaged`.
        """
        draft = to.with_name(f".{to.name}.unfinished")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        try:
            self._copy(draft)
            draft.replace(to)
        finally:
            draft.unlink(missing_ok=True)

    def _copy(self, to: Path) -> None:
        source, target = driver.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True), driver.connect(str(to))
        try:
            source.backup(target)
            found = _faults(target)
        except driver.DatabaseError as error:
            raise Refused("copy_unreadable", detail=str(error)) from error
        finally:
            source.close()
            target.close()
        if found:
            raise Refused("copy_damaged", detail="; ".join(found))

    def examine(self) -> list[str]:
        """What is wrong with the file: its structure, references that point nowhere, the journal it uses."""
        connection = driver.connect(str(self.path), timeout=BUSY_SECONDS)
        try:
            mode = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
            unsafe = mode == "wal" and not wal_is_safe(driver.sqlite_version_info)
            return _faults(connection) + ([f"journal mode {mode} can lose commits with this SQLite"] if unsafe else [])
        except driver.DatabaseError as error:
            return [str(error)]
        finally:
            connection.close()

    def replace(self, draft: Path, name: str) -> Path | None:
        """Put a finished file in the place of this one; where the old one is kept now, if there was one."""
        self.close()
        aside = self.path.with_name(f"{self.path.name}.{name}")
        there = self.path.exists()
        for tail in ("", "-wal", "-shm", "-journal"):
            beside = Path(f"{self.path}{tail}")
            if beside.exists():
                beside.rename(f"{aside}{tail}")
        draft.rename(self.path)
        return aside if there else None


def _faults(connection: Any) -> list[str]:
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
    lost = connection.execute("PRAGMA foreign_key_check").fetchone()
    return found + ([f"a row of {lost[0]} points to nothing in {lost[2]}"] if lost else [])


def statements(step: Step) -> list[str]:
    """A step in SQLite's words: strict tables, INTEGER for all whole numbers, BLOB for bytes, its own append-only triggers."""
    tables = [re.sub(r"\n\)$", "\n) STRICT", s.replace("BIGINT", "INTEGER").replace("BYTEA", "BLOB")) for s in step.statements]
    tables = [part for statement in tables for part in _with_other_constraint(statement)]
    guards = [trigger for table in step.append_only for trigger in step.sqlite_triggers(table)]
    return tables + guards + [trigger for table in step.no_overlap for trigger in step.sqlite_no_overlap(table)]


def _with_other_constraint(statement: str) -> list[str]:
    """SQLite changes no CHECK of a table that is there and adds no reference, save by its text (lang_altertable.html, section 7).

    Each constraint stands on a line of its own in our steps; what stands in the table was and stays valid.
    """
    added, found = REFERENCE_ADDED.fullmatch(statement), CHECK_CHANGED.fullmatch(statement)
    if added:  # at the end, before what closes the table
        text = f"substr(sql, 1, length(sql) - {len(ENDS)}) || ',{ENDS[0]}    {added[2]}{ENDS}'"
        return _written(added[1], text, f"substr(sql, -{len(ENDS)}) = '{ENDS}'")
    if not found:
        return [statement]
    table, name, check = found[1], found[2], found[3].replace("'", "''")
    begins = f"instr(sql, 'CONSTRAINT {name} ')"
    rest = f"substr(sql, {begins})"
    ends = f"instr({rest}, char(10)) - (substr({rest}, instr({rest}, char(10)) - 1, 1) = ',')"
    text = f"substr(sql, 1, {begins} - 1) || 'CONSTRAINT {name} {check}' || substr({rest}, {ends})"
    return _written(table, text, f"{begins} > 0")


def _written(table: str, text: str, where: str) -> list[str]:
    return [
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_schema SET sql = {text} WHERE type = 'table' AND name = '{table}' AND {where}",
        "PRAGMA writable_schema=RESET",
    ]
