"""What `s2m doctor` looks at. Reads only; each finding is fine, worth a note, or wrong."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from s2m.domain import ledger
from s2m.domain.errors import S2MError

if TYPE_CHECKING:
    from s2m.config import Config
    from s2m.store import Store
    from s2m.store.engine import Database

OK, NOTE, WRONG = "ok", "note", "WRONG"
VENDOR = Path(__file__).parent.parent / "static/vendor"
BROWSER_FILES = ("zxing_reader.wasm", "ponyfill.js", "fonts.css")
LEAST_FREE = 200_000_000
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Finding:
    verdict: str
    about: str
    text: str


def examine(config: Config, now: datetime) -> Iterator[Finding]:
    from s2m.store.engine import Database

    yield _keys(config)
    yield from _open_files(config)
    yield _browser_files()
    yield from _certificate(config, now)
    if not config.database_url and not (config.instance / "s2m.sqlite").exists():
        yield Finding(WRONG, "database", f"there is none in {config.instance}; begin with: s2m init")
        return
    try:
        database = Database(config.database)
    except ValueError as error:
        yield Finding(WRONG, "database", str(error))
        return
    try:
        yield from _database(database, config, now)
    except S2MError as error:
        yield Finding(WRONG, "database", f"does not answer: {error.data.get('detail', error.code)}")
    finally:
        database.close()


def _keys(config: Config) -> Finding:
    file = config.instance / "keys.json"
    if not file.exists():
        return Finding(NOTE, "keys", f"{file} is made at the first start")
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        return Finding(WRONG, "keys", f"{file} may be read by others ({mode:04o}); run: chmod 600 {file}")
    return Finding(OK, "keys", f"{file} is its owner's alone")


def _open_files(config: Config) -> Iterator[Finding]:
    """The database holds names and mail addresses."""
    for file in (config.instance / f"s2m.sqlite{tail}" for tail in ("", "-wal", "-shm")):
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding(NOTE, "files", f"{file} may be read by others; run: chmod 600 {file}")
    if config.instance.exists() and stat.S_IMODE(config.instance.stat().st_mode) & 0o077:
        yield Finding(NOTE, "files", f"{config.instance} may be looked into by others; run: chmod 700 {config.instance}")


def _browser_files() -> Finding:
    missing = [name for name in BROWSER_FILES if not (VENDOR / name).is_file()]
    if missing:
        return Finding(NOTE, "browser files", f"{', '.join(missing)} missing: the server reads codes, fonts are the system's")
    return Finding(OK, "browser files", "all there")


def _certificate(config: Config, now: datetime) -> Iterator[Finding]:
    file = config.instance / "tls/server.pem"
    if not file.exists():
        return
    from s2m.cert import ends

    left = ends(file) - now
    if left < timedelta(0):
        yield Finding(WRONG, "certificate", "has run out; run: s2m cert")
    elif left < SOON:
        yield Finding(NOTE, "certificate", f"runs out in {left.days} days; run: s2m cert")
    else:
        yield Finding(OK, "certificate", f"good for {left.days} days")


def _database(database: Database, config: Config, now: datetime) -> Iterator[Finding]:
    about = database.kind.describe()
    yield Finding(OK, "database", f"{about['engine']} {about['version']}, journal {about['journal']}")
    for fault in database.kind.examine():
        yield Finding(WRONG, "database", fault)
    if database.kind.one_process:
        yield _space(config)
    unknown, pending = database.unknown(), database.pending()
    if unknown:
        yield Finding(WRONG, "schema", f"from a newer s2m ({', '.join(unknown)}); install that one")
        return
    if pending:
        yield Finding(WRONG, "schema", f"steps missing: {', '.join(pending)}; the next s2m run applies them")
        return
    yield Finding(OK, "schema", "at the newest step")
    with database.read() as store:
        yield from _books(store, now)
        yield from _mail(store, config)
        yield from _jobs(store, database, now)


def _space(config: Config) -> Finding:
    import shutil

    free = shutil.disk_usage(config.instance).free
    return Finding(WRONG if free < LEAST_FREE else OK, "disk", f"{free // 1_000_000:,} MB free")


def _books(store: Store, now: datetime) -> Iterator[Finding]:
    networks = store.venues.networks()
    if not networks:
        yield Finding(NOTE, "network", "there is none yet; open the link that s2m run prints, or: s2m init")
    for network in networks:
        verdict = ledger.verify_network(store, network.id)
        if verdict.fault:
            yield Finding(WRONG, f"ledger of {network.name}", f"row {verdict.fault.n}: {verdict.fault.what}; s2m ledger verify")
        else:
            yield Finding(OK, f"ledger of {network.name}", f"{verdict.rows} rows, head {verdict.head.hash[:12]}")
        yield _clock(store.ledger.latest(network.id), now)


def _clock(latest: datetime | None, now: datetime) -> Finding:
    if latest and latest > now + timedelta(minutes=1):
        return Finding(WRONG, "clock", f"it is {now:%Y-%m-%d %H:%M} UTC here, and the ledger has been at {latest:%Y-%m-%d %H:%M}")
    return Finding(OK, "clock", f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC, not before the last ledger row")


def _mail(store: Store, config: Config) -> Iterator[Finding]:
    waiting = sum(store.outbox.standing(network.id)[0] for network in store.venues.networks())
    if config.smtp_url:
        yield Finding(OK, "mail", f"a mail server is set; {waiting} wait")
    elif waiting:
        yield Finding(NOTE, "mail", f"no mail server is set: {waiting} messages wait; print links with s2m login-link")
    else:
        yield Finding(NOTE, "mail", "no mail server is set; print links with s2m login-link")


def _jobs(store: Store, database: Database, now: datetime) -> Iterator[Finding]:
    from s2m.jobs import JOBS

    with database.kind.sole("scheduler") as idle:
        if idle:
            yield Finding(NOTE, "jobs", "no server or worker runs now")
            return
    runs = {run.job: run for run in store.jobs.all()}
    for job in JOBS:
        run = runs.get(job.name)
        late = run is None or now - run.started_at > timedelta(seconds=3 * job.seconds + 60)
        if run is not None and run.ok is False:
            yield Finding(WRONG, f"job {job.name}", f"failed at {run.started_at:%H:%M} UTC: {run.detail}")
        elif late:
            yield Finding(WRONG, f"job {job.name}", "has not run for too long")
        elif run is not None:
            yield Finding(OK, f"job {job.name}", f"{run.started_at:%H:%M} UTC: {run.detail or 'running'}")
