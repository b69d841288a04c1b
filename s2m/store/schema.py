"""Every table once, for both engines.

Instants are microseconds since 1970 in UTC, amounts are whole numbers, ids are uuid7 in 32 hex digits.
Every row carries its network; references between rows of one network are composite, so that a row of one
network can never point into another (L10).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
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

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Whole = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """Aware datetime outside, microseconds since 1970 in UTC inside."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        try:
            return None if value is None else EPOCH + timedelta(microseconds=value)
        except OverflowError:
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


# Places -------------------------------------------------------------------------------------------------------

networks = table("networks", Column("id", Text, primary_key=True), must("name"), must("unit"), must("created_at", Instant))

venues = table(
    "venues",
    *own(),
    must("slug"),
    must("name"),
    must("timezone"),
    must("language"),
    must("opening_hours", Json),
    must("created_at", Instant),
    may("retired_at", Instant),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
    UniqueConstraint("network_id", "slug"),
)

policies = table(
    "policies",
    *own(),
    must("venue_id"),
    must("effective_at", Instant),
    must("seat_price", Whole),
    must("floor", Whole),
    must("soft_floor", Whole),
    must("newcomers_grant", Whole),
    must("thanks_amount", Whole),
    must("thanks_given_per_day", Whole),
    must("thanks_received_per_day", Whole),
    must("thanks_per_pair", Whole),
    may("created_by"),
    must("created_at", Instant),
    refers("venue_id", "venues"),
    Index(None, "venue_id", "effective_at"),
)

rooms = table(
    "rooms",
    *own(),
    must("venue_id"),
    must("name"),
    must("kind"),
    must("floor", Whole),
    must("capacity", Whole),
    must("created_at", Instant),
    may("retired_at", Instant),
    refers("venue_id", "venues"),
    one_of("kind", "kind", "open", "quiet", "meeting"),
    CheckConstraint("capacity BETWEEN 1 AND 10000", name="capacity"),
    only_one("uq_rooms_name", "venue_id", "name", where="retired_at IS NULL"),
)

# People -------------------------------------------------------------------------------------------------------

people = table(
    "people",
    *own(),
    must("name"),
    must("name_folded"),
    may("email"),
    must("language"),
    must("created_at", Instant),
    may("signed_in_at", Instant),
    may("erased_at", Instant),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
    Index(None, "network_id", "name_folded"),
    only_one("uq_people_email", "network_id", "email", where="email IS NOT NULL"),
)

roles = table(
    "roles",
    *own(),
    must("person_id"),
    must("role"),
    may("venue_id"),
    must("created_at", Instant),
    may("ended_at", Instant),
    refers("person_id", "people"),
    refers("venue_id", "venues"),
    one_of("role", "role", "host", "admin"),
    Index(None, "person_id"),
)

topics = table(
    "topics",
    *own(),
    must("person_id"),
    must("text"),
    must("created_at", Instant),
    refers("person_id", "people"),
    UniqueConstraint("person_id", "text"),
)

consents = table(
    "consents",
    *own(),
    must("person_id"),
    must("purpose"),
    must("given_at", Instant),
    may("withdrawn_at", Instant),
    refers("person_id", "people"),
    one_of("purpose", "purpose", "matching", "wall"),
    only_one("uq_consents_standing", "person_id", "purpose", where="withdrawn_at IS NULL"),
)

badges = table(
    "badges",
    *own(),
    must("person_id"),
    must("short_code"),
    must("issued_at", Instant),
    may("revoked_at", Instant),
    refers("person_id", "people"),
    UniqueConstraint("network_id", "short_code"),
    only_one("uq_badges_valid", "person_id", where="revoked_at IS NULL"),
)

# Ways in: sessions, links, devices ---------------------------------------------------------------------------------

sessions = table(
    "sessions",
    *own(),
    must("person_id"),
    must("secret_hash", unique=True),
    must("label"),
    must("created_at", Instant),
    must("seen_at", Instant),
    must("expires_at", Instant),
    may("ended_at", Instant),
    refers("person_id", "people"),
    Index(None, "person_id"),
)

links = table(
    "links",
    Column("secret_hash", Text, primary_key=True),
    may("network_id"),
    may("person_id"),
    must("purpose"),
    may("browser_hash"),
    must("created_at", Instant),
    must("expires_at", Instant),
    may("used_at", Instant),
    refers("person_id", "people"),
    one_of("purpose", "purpose", "login", "setup"),
)

devices = table(
    "devices",
    *own(),
    must("venue_id"),
    must("kind"),
    must("name"),
    may("secret_hash"),
    may("code_hash"),
    may("code_expires_at", Instant),
    must("created_at", Instant),
    may("paired_at", Instant),
    may("seen_at", Instant),
    may("camera"),
    may("revoked_at", Instant),
    refers("venue_id", "venues"),
    one_of("kind", "kind", "kiosk", "wall"),
    only_one("uq_devices_secret", "secret_hash", where="secret_hash IS NOT NULL"),
    only_one("uq_devices_code", "code_hash", where="code_hash IS NOT NULL"),
)

# Presence -----------------------------------------------------------------------------------------------------

visits = table(
    "visits",
    *own(),
    must("venue_id"),
    may("person_id"),
    may("room_id"),
    may("device_id"),
    must("way"),
    must("intent"),
    must("visible", Flag),
    must("started_at", Instant),
    must("closes_at", Instant),
    may("ended_at", Instant),
    may("ended_how"),
    may("hold_id"),
    refers("venue_id", "venues"),
    refers("person_id", "people"),
    refers("room_id", "rooms"),
    refers("device_id", "devices"),
    one_of("way", "way", "badge", "code", "name", "walk_in", "door", "host"),
    one_of("intent", "intent", "need", "offer", "working"),
    one_of("ended_how", "ended_how", "left", "closing", "moved", "undone", "host"),
    CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="order"),
    only_one("uq_visits_open", "network_id", "person_id", where="ended_at IS NULL"),
    Index(None, "venue_id", "started_at"),
    Index(None, "person_id", "started_at"),
    Index("ix_visits_closing", "closes_at", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
)

visit_topics = table(
    "visit_topics",
    *own(),
    must("visit_id"),
    must("kind"),
    must("text"),
    must("on_wall", Flag),
    must("created_at", Instant),
    may("solved_at", Instant),
    refers("visit_id", "visits"),
    one_of("kind", "kind", "need", "work", "offer"),
    Index(None, "visit_id"),
)

scans = table(
    "scans",
    must("network_id"),
    Column("device_id", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    must("input_hash"),
    must("at", Instant),
    must("received_at", Instant),
    must("status"),
    must("code"),
    may("visit_id"),
    may("first_name"),
    refers("device_id", "devices"),
    refers("visit_id", "visits"),
    Index(None, "device_id", "visit_id", "received_at"),
)

door_uses = table(
    "door_uses",
    must("network_id"),
    Column("device_id", Text, primary_key=True),
    Column("step", Whole, primary_key=True),
    Column("person_id", Text, primary_key=True),
    must("at", Instant),
    refers("device_id", "devices"),
    refers("person_id", "people"),
)

help_calls = table(
    "help_calls",
    *own(),
    must("venue_id"),
    may("device_id"),
    must("reason"),
    must("at", Instant),
    may("answered_at", Instant),
    may("answered_by"),
    refers("venue_id", "venues"),
    refers("device_id", "devices"),
    Index(None, "venue_id", "at"),
)

# The ledger -----------------------------------------------------------------------------------------------------

accounts = table(
    "accounts",
    *own(),
    must("kind"),
    may("person_id"),
    may("venue_id"),
    must("unit"),
    must("balance", Whole),
    must("held", Whole),
    must("created_at", Instant),
    refers("person_id", "people"),
    refers("venue_id", "venues"),
    one_of("kind", "kind", "person", "venue", "issuing", "commons"),
    one_of("unit", "unit", "SC", "EUR"),
    CheckConstraint("held >= 0", name="held"),
    only_one("uq_accounts_person", "person_id", "unit", where="person_id IS NOT NULL"),
    only_one("uq_accounts_venue", "venue_id", "unit", where="venue_id IS NOT NULL"),
    only_one("uq_accounts_network", "network_id", "kind", "unit", where="person_id IS NULL AND venue_id IS NULL"),
)

transfers = table(
    "transfers",
    Column("network_id", Text, primary_key=True),
    Column("n", Whole, primary_key=True, autoincrement=False),
    must("id", unique=True),
    must("journal_id"),
    must("kind"),
    must("state"),
    must("debit_id"),
    must("credit_id"),
    must("amount", Whole),
    must("unit"),
    must("at", Instant),
    may("expires_at", Instant),
    may("pending_id"),
    may("reverses_id"),
    must("key_hash"),
    must("hash"),
    UniqueConstraint("network_id", "id"),
    refers("debit_id", "accounts"),
    refers("credit_id", "accounts"),
    refers("pending_id", "transfers"),
    refers("reverses_id", "transfers"),
    one_of("state", "state", "posted", "pending", "post", "void"),
    one_of("unit", "unit", "SC", "EUR"),
    CheckConstraint("amount BETWEEN 1 AND 1000000000", name="amount"),
    CheckConstraint("debit_id <> credit_id", name="two_accounts"),
    CheckConstraint("(state IN ('post', 'void')) = (pending_id IS NOT NULL)", name="resolves"),
    only_one("uq_transfers_pending_id", "pending_id", where="pending_id IS NOT NULL"),
    only_one("uq_transfers_reverses_id", "reverses_id", where="reverses_id IS NOT NULL"),
    Index(None, "debit_id", "n"),
    Index(None, "credit_id", "n"),
    Index(None, "journal_id"),
)

# What a transfer was for, in words: outside the chain, so that it can be forgotten
evidence = table(
    "evidence",
    must("network_id"),
    Column("transfer_id", Text, primary_key=True),
    may("visit_id"),
    may("thanks_id"),
    may("reason"),
    refers("transfer_id", "transfers"),
    refers("visit_id", "visits"),
    refers("thanks_id", "thanks"),
)

chain_heads = table(
    "chain_heads",
    Column("network_id", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    must("n", Whole),
    must("hash"),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
)

requests = table(
    "requests",
    Column("network_id", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    must("input_hash"),
    must("answer", Json),
    must("at", Instant),
)

thanks = table(
    "thanks",
    *own(),
    must("venue_id"),
    may("giver_id"),
    may("receiver_id"),
    must("topic"),
    must("text"),
    must("amount", Whole),
    may("transfer_id"),
    must("at", Instant),
    may("undone_at", Instant),
    refers("venue_id", "venues"),
    refers("giver_id", "people"),
    refers("receiver_id", "people"),
    refers("transfer_id", "transfers"),
    CheckConstraint("giver_id <> receiver_id", name="other"),
    Index(None, "giver_id", "at"),
    Index(None, "receiver_id", "at"),
)

# Keeping house ----------------------------------------------------------------------------------------------------

audit = table(
    "audit",
    Column("network_id", Text, primary_key=True),
    Column("n", Whole, primary_key=True, autoincrement=False),
    must("at", Instant),
    must("actor"),
    must("role"),
    may("venue_id"),
    must("action"),
    may("object_id"),
    must("result"),
    must("hash"),
)

outbox = table(
    "outbox",
    *own(),
    must("recipient"),
    must("subject"),
    must("body"),
    must("created_at", Instant),
    may("sent_at", Instant),
    must("attempts", Whole),
    must("next_at", Instant),
    may("error"),
)

rates = table("rates", Column("key", Text, primary_key=True), must("tokens", Whole), must("at", Instant))

job_runs = table(
    "job_runs",
    Column("job", Text, primary_key=True),
    must("started_at", Instant),
    may("finished_at", Instant),
    may("ok", Flag),
    must("detail"),
)
