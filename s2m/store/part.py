"""What the parts of the store share: the running transaction they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, CursorResult, Executable, Row, Select, bindparam, literal, select
from sqlalchemy.exc import DBAPIError

from s2m.domain.errors import Damaged

if TYPE_CHECKING:
    from s2m.store import Store
    from s2m.store.prepared import Prepared

AT_ONCE = 1000


def among(column: ColumnElement[str], ids: Iterable[str]) -> ColumnElement[bool]:
    """Whether it is one of these ids, which are written into the statement (quoted, as any text of ours would be): PostgreSQL
    looks constants up in a hash and compares parameters one by one, and its driver reads two hundred of them for five ms."""
    asked: BindParameter[Any] = bindparam(None, list(ids), expanding=True, literal_execute=True)
    return column.in_(asked)


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

    def each(self, query: Select[Any], what: str, key: ColumnElement[Any] | None = None) -> Iterator[Row[Any]]:
        """Rows in the order of the query, read as they are needed.

        Raises Damaged with the place (and the key) of the first row that cannot be read: SQLite's driver stops at text that is
        no UTF-8.
        """
        read = 0
        try:
            with self.connection.execute(query, execution_options={"yield_per": AT_ONCE}) as found:
                for row in found:
                    read += 1
                    yield row
        except DBAPIError:
            yield from self._up_to_damage(query, read, what, key)

    def _up_to_damage(
        self, query: Select[Any], read: int, what: str, key: ColumnElement[Any] | None
    ) -> Iterator[Row[Any]]:
        """The rows behind the first `read`, up to the first that cannot be read: halves of what is left, then Damaged."""
        size = AT_ONCE
        while size:
            try:
                rows = self.run(query.limit(size).offset(read)).all()
            except DBAPIError:
                size //= 2
                continue
            if not rows:
                return
            read += len(rows)
            yield from rows
        self.run(select(literal(1)))  # a database that is away is no damage, and says so here
        name = None
        if key is not None:
            with suppress(DBAPIError):
                name = self.run(query.with_only_columns(key).limit(1).offset(read)).scalar()
        raise Damaged(n=read + 1, what=what, key=name)
