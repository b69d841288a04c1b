"""What the parts of the store share: the running transaction they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, Executable, Row

if TYPE_CHECKING:
    from s2m.store import Store
    from s2m.store.prepared import Prepared


class Part:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.connection = store.connection

    def run(self, statement: Executable, **values: Any) -> CursorResult[Any]:
        return self.connection.execute(statement, values) if values else self.connection.execute(statement)

    def one(self, statement: Executable, **values: Any) -> Row[Any] | None:
        return self.run(statement, **values).first()

    def fast(self, prepared: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a prepared question."""
        return prepared.rows(self.connection, values)

    def write(self, prepared: Prepared, **values: Any) -> None:
        """Run a prepared statement that answers with nothing."""
        prepared.run(self.connection, values)
