"""One engine factory for both databases, and the two units of work: `read()` and `write()`.

What differs between the engines stands in `embedded.py` (SQLite) and `postgresql.py`, nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from s2m.domain.errors import Collision, Conflict, Invalid, Unavailable
from s2m.store import Chance, Store
from s2m.store.migrations import STEPS, Step


class Kind(Protocol):
    """What an engine has to know how to do."""

    engine: Engine
    # The same engine for read transactions: each sees one moment, from its first question to its last
    one_process: bool

    @contextmanager
    def reading(self) -> Iterator[Connection]: ...

    @contextmanager
    def writing(self) -> Iterator[Connection]: ...

    def migrate(self, steps: tuple[Step, ...]) -> list[str]: ...

    def pending(self, steps: tuple[Step, ...]) -> list[str]: ...

    def applied(self) -> list[str]: ...

    def describe(self) -> dict[str, str]: ...

    @contextmanager
    def sole(self, name: str) -> Iterator[bool]: ...

    def announce(self, connection: Connection, venue_ids: set[str]) -> None: ...

    def listen(self, tell: Callable[[set[str]], None]) -> None: ...

    def close(self) -> None: ...

    def is_collision(self, error: DBAPIError) -> bool: ...

    def examine(self) -> list[str]: ...

    def backup(self, to: Path) -> None: ...

    def replace(self, draft: Path, name: str) -> Path | None: ...


class Database:
    """A venue's or a network's database. url: sqlite:////path or postgresql+psycopg://…"""

    def __init__(self, url: str, *, chance: Chance | None = None) -> None:
        parsed = make_url(url)
        self.kind: Kind
        if parsed.get_backend_name() == "sqlite":
            from s2m.store.embedded import Embedded

            self.kind = Embedded(Path(parsed.database or ""))
        elif parsed.get_backend_name() == "postgresql":
            from s2m.store.postgresql import PostgreSQL

            self.kind = PostgreSQL(parsed)
        else:
            raise ValueError("S2M_DATABASE_URL must begin with sqlite: or postgresql:")
        self.chance = chance
        self.on_change: list[Callable[[set[str]], None]] = []

    @contextmanager
    def read(self) -> Iterator[Store]:
        """A read transaction: all of it sees one moment. Raises Unavailable when the database does not answer."""
        with self._errors(), self.kind.reading() as connection:
            yield Store(connection, self.chance)

    @contextmanager
    def write(self) -> Iterator[Store]:
        """A write transaction: all or nothing; open pages are told after the commit.

        Raises Unavailable (busy, full, away), Collision (repeat it), Conflict (a constraint said no), Invalid (no text at all).
        """
        with self._errors(), self.kind.writing() as connection:
            store = Store(connection, self.chance)
            yield store
            if store.touched:
                self.kind.announce(connection, store.touched)
        if store.touched:
            for tell in self.on_change:
                tell(store.touched)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            # A room was taken in the same moment: whoever comes second is told so, whatever they asked first
            taken = "no_overlap" in str(error.orig)
            raise Conflict("taken" if taken else None, detail=str(error.orig)) from error
        except (DataError, UnicodeEncodeError) as error:
            # What `domain/fields.py` lets through can be kept; this is for what never went through it
            raise Invalid("text", "unreadable") from error
        except (DBAPIError, PoolTimeout) as error:
            if isinstance(error, DBAPIError) and self.kind.is_collision(error):
                raise Collision() from error
            if isinstance(error, OperationalError | PoolTimeout):
                raise Unavailable(detail=str(error)) from error
            raise

    def migrate(self) -> list[str]:
        """Apply the steps that are missing; their names. Safe with several processes at once."""
        with self._errors():
            done = self.kind.migrate(STEPS)
        with self.write() as store:
            store.audit.adopt()
        return done

    def pending(self) -> list[str]:
        with self._errors():
            return self.kind.pending(STEPS)

    def applied(self) -> list[str]:
        """The steps that this database has had."""
        with self._errors():
            return self.kind.applied()

    def unknown(self) -> list[str]:
        """Steps that this database has had and this version does not know: it comes from a newer one."""
        known = {step.name for step in STEPS}
        return [name for name in self.applied() if name not in known]

    def close(self) -> None:
        self.kind.close()
