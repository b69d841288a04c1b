"""The steps that a database went through, in order. A step that was released is never edited; a new one follows it.

Each is a file beside this one, written once, in PostgreSQL's words; `embedded.statements` turns them into SQLite's.
`tests/store/test_migrations.py` compares the result with `schema.py` on both engines.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """tables: statements, divided by a semicolon at a line's end; append_only: tables keyed (network_id, n)."""

    name: str
    tables: str
    append_only: tuple[str, ...] = ()

    @property
    def statements(self) -> list[str]:
        return [s.strip() for s in self.tables.split(";\n") if s.strip()]

    def sqlite_triggers(self, table: str) -> list[str]:
        """Neither UPDATE nor DELETE, nor an INSERT OR REPLACE that would walk around them."""
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only'); END"
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE network_id = NEW.network_id AND n = NEW.n)"
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


def _read(name: str, append_only: tuple[str, ...] = ()) -> Step:
    return Step(name, Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8"), append_only)


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
    _read("0022_calendars"),
)
