"""Bringing a copy of the embedded database back: checked whole before it takes the place of the present one."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from s2m.config import erased, note_erased
from s2m.domain import erasing, ledger
from s2m.domain.errors import Refused
from s2m.store.engine import Database

if TYPE_CHECKING:
    from s2m.config import Config
    from s2m.store import Store


@dataclass(frozen=True)
class Restored:
    """aside: where the database before is kept; None where there was none."""

    rows: int
    aside: Path | None


def restore(config: Config, copy: Path, now: datetime) -> Restored:
    """Raises Refused: `use_pg_dump`, `served`, `copy_unreadable`, `copy_damaged`, `copy_newer`, `ledger_wrong`."""
    present = Database(config.database)
    try:
        if not present.kind.one_process:
            raise Refused("use_pg_dump")
        with ExitStack() as locks:
            if not all(locks.enter_context(present.kind.sole(name)) for name in ("served", "scheduler")):
                raise Refused("served")
            with tempfile.TemporaryDirectory(dir=config.instance, prefix=".restoring.") as folder:
                draft = Path(folder) / "s2m.sqlite"
                rows = _checked(copy, draft, erased(config.instance), now)
                aside = present.kind.replace(draft, f"before-restore-{now:%Y%m%d-%H%M%S}")
    finally:
        present.close()
    return Restored(rows, aside)


def forget_again(store: Store, gone: list[str], now: datetime) -> None:
    """A copy that was brought back may hold people who were erased since."""
    for person_id in gone:
        erasing.erase_again(store, person_id, now)


def note_missing(database: Database, config: Config) -> None:
    """Who was erased by a process that ended before it could note so outside the database is noted now."""
    with database.read() as store:
        gone = store.erasing.erased()
    noted = set(erased(config.instance))
    for person_id in gone:
        if person_id not in noted:
            note_erased(config.instance, person_id)


def _checked(copy: Path, draft: Path, gone: list[str], now: datetime) -> int:
    """The draft is the copy, brought to the newest schema, its ledgers verified, nobody signed in, and without who was erased
    since, for whoever reads it before it is served; how many rows it had."""
    Database(f"sqlite:///{copy.resolve()}").kind.backup(draft)
    database = Database(f"sqlite:///{draft.resolve()}")
    try:
        unknown = database.unknown()
        if unknown:
            raise Refused("copy_newer", steps=", ".join(unknown))
        if not database.applied():
            raise Refused("copy_unreadable")
        database.migrate()
        with database.write() as store:
            store.signin.forget_all(now)
            rows = sum(_verified(store, network.id) for network in store.venues.networks())
            forget_again(store, gone, now)
            return rows
    finally:
        database.close()


def _verified(store: Store, network_id: str) -> int:
    verdict = ledger.verify_network(store, network_id)
    if verdict.fault:
        raise Refused("ledger_wrong", row=verdict.fault.n, what=verdict.fault.what)
    return verdict.rows
