"""Settings of one instance: defaults < instance/config.toml < S2M_* in the environment. Keys live beside them.

Keys are made once, with `secrets`, into a file that only its owner may read; never in the database, never in a log.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from s2m.domain.codes import Keys

# Where the server of this instance listened last: what links begin with that are made beside it
ADDRESS = "address"


@dataclass(frozen=True)
class Config:
    """Every setting, with what it means:

    instance: folder of the database, keys and settings · database_url: empty = instance/s2m.sqlite
    public_url: how phones reach this server, printed into QR codes (empty = as the request came)
    trusted_hosts: names this server answers to, comma-separated (loopback always)
    proxy_hops: how many reverse proxies stand before it · https: pages are served over TLS
    insecure_lan: plain http beyond loopback was allowed explicitly; pages carry a red banner
    smtp_url: smtp://user:password@host:port or smtps://… (empty: no mail goes out; s2m login-link prints links) · mail_from
    jobs: run the scheduler in this process · demo: a demonstration venue
    payments: who takes payments online (empty: nobody, so by bank; local: a pretend bank that moves no money, as in a demo)
    """

    instance: Path = Path("instance")
    database_url: str = ""
    public_url: str = ""
    trusted_hosts: str = ""
    proxy_hops: int = 0
    https: bool = False
    insecure_lan: bool = False
    smtp_url: str = ""
    mail_from: str = "s2m@localhost"
    jobs: bool = True
    demo: bool = False
    payments: str = ""

    @property
    def taxonomy(self) -> Path:
        """More concepts for matching topics, where somebody imported them."""
        return self.instance / "topics-esco.txt"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance.resolve() / 's2m.sqlite'}"


@dataclass(frozen=True)
class KeyRing:
    """One key per purpose, so that none is good for another."""

    badge: Keys
    door: Keys
    cookies: str
    passport: Keys
    bills: Keys
    payments: Keys
    bookings: str


# Those of KeyRing that are Keys, and those that are one secret, made anew where a file of an older version lacks them
PURPOSES, SECRETS = ("badge", "door", "passport", "bills", "payments"), ("cookies", "bookings")


def load(instance: Path | str | None = None, **overrides: Any) -> Config:
    """The settings in force. Raises ValueError that names a setting nobody knows or that has the wrong type."""
    folder = Path(instance or os.environ.get("S2M_INSTANCE") or "instance")
    given: dict[str, Any] = {}
    file = folder / "config.toml"
    if file.exists():
        given |= tomllib.loads(file.read_text())
    known = {f.name: f.type for f in fields(Config)} | {"instance": "Path"}
    for name in known:
        if name != "instance" and f"S2M_{name.upper()}" in os.environ:
            given[name] = os.environ[f"S2M_{name.upper()}"]
    unknown = set(given) - set(known)
    if unknown:
        raise ValueError(f"{file}: unknown setting {', '.join(sorted(unknown))}")
    config = replace(Config(instance=folder), **{n: _typed(n, str(known[n]), v) for n, v in given.items()})
    return replace(config, **overrides)


def _typed(name: str, kind: str, value: Any) -> Any:
    if kind == "bool" and isinstance(value, str):
        if value.lower() not in ("1", "true", "yes", "0", "false", "no", ""):
            raise ValueError(f"setting {name}: {value!r} is neither true nor false")
        return value.lower() in ("1", "true", "yes")
    if kind == "int":
        try:
            return int(value)
        except (TypeError, ValueError):
            raise ValueError(f"setting {name}: {value!r} is not a whole number") from None
    return value


ERASED = "erased.txt"


def note_erased(instance: Path, person_id: str) -> None:
    """Keep the random id of somebody who was erased outside the database, so that no copy brings them back."""
    with os.fdopen(os.open(instance / ERASED, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as out:
        out.write(f"{person_id}\n")


def erased(instance: Path) -> list[str]:
    """The ids that were kept so."""
    file = instance / ERASED
    return file.read_text().split() if file.exists() else []


def keys(instance: Path) -> KeyRing:
    """The keys of this instance; made on first use. Two processes that start at once end up with the same file."""
    file = instance / "keys.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    if not {*SECRETS, *PURPOSES} <= set(kept):
        kept = _complete(file)
    return KeyRing(**{name: kept[name] for name in SECRETS}, **{name: _keys(kept[name]) for name in PURPOSES})


def _complete(file: Path) -> dict[str, Any]:
    """Make the keys that are not there yet, and keep those that are: a file of an older version lacks some."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        kept = json.loads(file.read_text()) if file.exists() else {}
        made = {name: {"1": secrets.token_hex(32)} for name in PURPOSES}
        made |= {name: secrets.token_hex(32) for name in SECRETS}
        complete = made | kept
        if complete != kept:
            draft = file.with_name(f".keys.{os.getpid()}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                json.dump(complete, out, indent=1)
            draft.replace(file)
        return complete
    finally:
        os.close(folder)


def _keys(kept: dict[str, str]) -> Keys:
    return Keys({name: bytes.fromhex(secret) for name, secret in kept.items()})
