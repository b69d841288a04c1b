"""The steps that a database went through, in order. A step that was released is never edited; a new one follows it.

Each is a file beside this one, written once, in PostgreSQL's words; `embedded.statements` turns them into SQLite's.
`tests/store/test_migrations.py` compares the result with `schema.py` on both engines.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# What a row of an append-only table can be replaced by: a row with one of these alike
KEYS = {
    "documents": ("id", "venue_id, kind, year, n", "credits_id"),
    "payments": ("id", "venue_id, reference", "undoes_id"),
}


@dataclass(frozen=True)
class Step:
    """tables: statements, divided by a semicolon at a line's end; append_only: tables keyed (network_id, n), or as KEYS says;
    no_overlap: tables of what blocks a room from one moment until another."""

    name: str
    tables: str
    append_only: tuple[str, ...] = ()
    no_overlap: tuple[str, ...] = ()

    @property
    def statements(self) -> list[str]:
        return [s.strip() for s in self.tables.split(";\n") if s.strip()]

    def sqlite_triggers(self, table: str) -> list[str]:
        """Neither UPDATE nor DELETE, nor an INSERT OR REPLACE that would walk around them."""
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only'); END"
        keys = (key.split(", ") for key in KEYS.get(table, ("network_id, n",)))
        alike = (" AND ".join(f"{column} = NEW.{column}" for column in key) for key in keys)
        taken = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {same})" for same in alike)
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} BEGIN {refuse}",
        ]

    def postgresql_triggers(self, table: str) -> list[str]:
        """Neither UPDATE nor DELETE nor TRUNCATE (which walks around row triggers)."""
        return [
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
        ]

    def sqlite_no_overlap(self, table: str) -> list[str]:
        """As PostgreSQL's exclusion below; what blocks is never longer than 40 days, so that an index finds it.

        Also on UPDATE, for what is moved, or stands again.
        """
        overlaps = (
            f"NEW.{BLOCKS} AND EXISTS (SELECT 1 FROM {table} WHERE room_id = NEW.room_id AND id <> NEW.id AND {BLOCKS} "
            "AND blocked_from > NEW.blocked_from - 3456000000000 AND blocked_from < NEW.blocked_until "
            f"AND blocked_until > NEW.blocked_from) BEGIN SELECT RAISE(ABORT, '{table}_no_overlap'); END"
        )
        return [
            f"CREATE TRIGGER {table}_no_overlap_added BEFORE INSERT ON {table} WHEN {overlaps}",
            f"CREATE TRIGGER {table}_no_overlap_moved BEFORE UPDATE OF room_id, blocked_from, blocked_until, status ON {table} "
            f"WHEN {overlaps}",
        ]

    def postgresql_no_overlap(self, table: str) -> list[str]:
        """Half-open times of one room that block have nothing in common."""
        return [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_no_overlap EXCLUDE USING gist "
            f"(room_id WITH =, int8range(blocked_from, blocked_until) WITH &&) WHERE ({BLOCKS})",
        ]


BLOCKS = "status IN ('hold', 'option', 'requested', 'confirmed')"


def _read(name: str, append_only: tuple[str, ...] = (), no_overlap: tuple[str, ...] = ()) -> Step:
    return Step(name, Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8"), append_only, no_overlap)


STEPS = (
    _read("0001_foundation", append_only=("transfers", "audit")),
    _read("0002_earning"),
    _read("0003_thanks"),
    _read("0004_posts"),
    _read("0005_proof", append_only=("sealed_heads",)),
    _read("0006_talks"),
    _read("0008_commons"),
    _read("0009_day_pass"),
    _read("0010_budgets"),
    _read("0011_blocks"),
    _read("0012_asks"),
    _read("0013_introductions"),
    _read("0014_meetings"),
    _read("0015_synonyms"),
    _read("0016_rooms", no_overlap=("bookings",)),
    _read("0017_billing", append_only=("documents", "payments")),
    _read("0018_room_pictures"),
    _read("0019_booking"),
    _read("0020_desk"),
    _read("0021_series"),
    _read("0022_calendars"),
    _read("0023_plates"),
    _read("0024_capital"),
    _read("0025_binding"),
    _read("0028_parts_of_bills"),
)
