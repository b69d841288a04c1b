"""How columns are written down here: kinds of values, and short words for what every table repeats."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

from s2m.domain.instants import moment, number

NEVER = datetime.max.replace(tzinfo=UTC)
Whole = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """Aware datetime outside, microseconds since 1970 in UTC inside."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else number(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        try:
            return None if value is None else moment(value)
        except (OverflowError, TypeError):
            # Nothing of ours wrote this: `ledger verify` shall name the row, not break at it
            return NEVER


class Flag(TypeDecorator[bool]):
    """True or false outside, 1 or 0 inside (strict tables know no booleans)."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """Plain values outside, JSON text with sorted keys inside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def table(name: str, *items: Any) -> Table:
    return Table(name, metadata, *items, sqlite_strict=True)


def must(name: str, type_: Any = Text, **more: Any) -> Column[Any]:
    return Column(name, type_, nullable=False, **more)


def may(name: str, type_: Any = Text) -> Column[Any]:
    return Column(name, type_, nullable=True)


def own() -> tuple[Column[Any], Column[Any], UniqueConstraint]:
    """The id and the network of a row, and the pair that others refer to."""
    return Column("id", Text, primary_key=True), must("network_id"), UniqueConstraint("network_id", "id")


def refers(column: str, to: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["network_id", column], [f"{to}.network_id", f"{to}.id"])


def only_one(name: str, *columns: Any, where: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


def one_of(name: str, column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=name)
