"""A statement that is compiled once for each engine and then given to the driver itself.

For the few statements that every scan and every transfer runs: building SQLAlchemy's execution around them costs several
times what SQLite needs to do them. They run on the same connection, in the same transaction, and fail with the same errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.exc import DBAPIError

Converter = Callable[[Any], Any] | None


class _Plan:
    """The text for one engine, how its values are given to the driver, and what becomes of the columns it answers with."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text: str = compiled.string
        binds = {compiled.bind_names[bind]: bind for bind in compiled.bind_names}
        self.fixed = {name: bind.value for name, bind in binds.items() if not bind.required and bind.value is not None}
        self.names: tuple[str, ...] = tuple(compiled.positiontup or binds)
        self.positional: bool = dialect.positional
        self.into = {name: self._converter(bind.type, dialect, "bind_processor") for name, bind in binds.items()}
        self.out = [self._converter(column.type, dialect, "result_processor", None) for column in self._columns(statement)]

    @staticmethod
    def _columns(statement: Any) -> Any:
        return statement.selected_columns if statement.is_select else ()

    @staticmethod
    def _converter(type_: Any, dialect: Dialect, kind: str, *more: object) -> Converter:
        made: Converter = getattr(type_.dialect_impl(dialect), kind)(dialect, *more)
        return made

    def values(self, given: Mapping[str, Any]) -> Any:
        found = []
        for name in self.names:
            value, convert = given[name] if name in given else self.fixed[name], self.into[name]
            found.append(convert(value) if convert else value)
        return tuple(found) if self.positional else dict(zip(self.names, found, strict=True))

    def row(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(convert(value) if convert else value for value, convert in zip(row, self.out, strict=True))


class Prepared:
    """statement: every value it needs is a bindparam of its own name, or part of the statement."""

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement
        self._plans: dict[type[Dialect], _Plan] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """For a statement that answers with nothing."""
        self._answer(connection, self._plan(connection), values)

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """What it answers, each row as values in the order of its columns."""
        plan = self._plan(connection)
        found = self._answer(connection, plan, values)
        return [plan.row(row) for row in found] if any(plan.out) else found

    def _plan(self, connection: Connection) -> _Plan:
        plan = self._plans.get(type(connection.dialect))
        if plan is None:
            plan = self._plans[type(connection.dialect)] = _Plan(self.statement, connection.dialect)
        return plan

    def _answer(self, connection: Connection, plan: _Plan, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        raw, dialect = connection.connection.driver_connection, connection.dialect
        assert raw is not None, "inside a transaction there is a connection"
        cursor = raw.cursor()
        try:
            cursor.execute(plan.text, plan.values(values))
            return cursor.fetchall() if plan.out else []
        except dialect.loaded_dbapi.Error as error:
            gone = dialect.is_disconnect(error, connection.connection, cursor)
            if gone:
                connection.invalidate(error)
            raise DBAPIError.instance(
                plan.text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=gone,
                dialect=dialect,
            ) from error  # fmt: skip
