"""The passport as a file: its content, its one canonical form, and whether a file that somebody brings is one.

Everything in it is signed, so everything has one spelling: what was left out, added or written otherwise is another file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from s2m.domain import fields
from s2m.domain.errors import Invalid, Refused
from s2m.domain.ledger import Head

FORMAT, ALG = "s2m-passport-1", "Ed25519"
LIFE = timedelta(days=365)
# Clocks differ
EARLY = timedelta(minutes=10)
LARGEST = 64 * 1024
TOPICS_MAX = 20
LARGEST_NUMBER = 2**53
KINDS = ("thanks", "post", "talk", "task", "proxy")
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
HEX_ID, HEX_KEY, HEX_SIGNATURE = (re.compile(rf"[0-9a-f]{{{length}}}") for length in (32, 64, 128))
# (public key, message, signature) → whether that key signed that message
IsSigned = Callable[[str, bytes, str], bool]


@dataclass(frozen=True)
class Count:
    times: int
    dots: int


@dataclass(frozen=True)
class Passport:
    """holder: what its network calls this person in all of their passports, and nowhere else. name: a first name, or none.

    counts: per kind; balance: only where the member said so; head: the ledger's end at that moment.
    """

    id: str
    network_id: str
    network: str
    holder: str
    name: str | None
    since: date
    counts: Mapping[str, Count]
    visits: int
    topics: tuple[str, ...]
    balance: int | None
    head: Head
    issued_at: datetime
    expires_at: datetime
    public_key: str
    signature: str = ""

    @property
    def earned(self) -> int:
        return sum(count.dots for count in self.counts.values())


def fingerprint(public_key: str) -> str:
    """What people compare: 'f3a1 09bc 77d2 e045'."""
    short = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]
    return " ".join(short[n : n + 4] for n in range(0, 16, 4))


def public_key(text: object) -> str:
    """A key as it is passed on, with or without `ed25519:` before it. Raises Invalid `key_shape`."""
    found = text.strip().lower().removeprefix("ed25519:").strip() if isinstance(text, str) else ""
    if not HEX_KEY.fullmatch(found):
        raise Invalid("key", "key_shape")
    return found


def message(passport: Passport) -> bytes:
    """What is signed: everything but the signature, as canonical JSON (ASCII, sorted, no spaces)."""
    content = _content(passport)
    del content["signature"]
    return _canonical(content)


def text(passport: Passport) -> str:
    """The file: the same content, laid out to be read."""
    return json.dumps(_content(passport), ensure_ascii=False, indent=2) + "\n"


def _canonical(content: object) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")


def _content(p: Passport) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "id": p.id,
        "network": {"id": p.network_id, "name": p.network},
        "holder": p.holder,
        "name": p.name,
        "since": p.since.isoformat(),
        "contributions": {kind: {"times": count.times, "dots": count.dots} for kind, count in p.counts.items()},
        "visits": p.visits,
        "thanked_for": list(p.topics),
        "balance": p.balance,
        "head": {"n": p.head.n, "hash": p.head.hash},
        "issued_at": p.issued_at.strftime(MOMENT),
        "expires_at": p.expires_at.strftime(MOMENT),
        "key": {"alg": ALG, "id": fingerprint(p.public_key).replace(" ", ""), "public": p.public_key},
        "signature": p.signature,
    }


def read(raw: bytes | str) -> Passport:
    """The passport in a file. Its shape is right then; whether it is true, `check` says.

    Raises Invalid `passport_large`, `passport_shape` (no JSON, or of another form) or `passport_alg`.
    """
    if len(raw) > LARGEST:
        raise Invalid("passport", "passport_large", most=LARGEST // 1024)
    try:
        plain = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        given = json.loads(plain, object_pairs_hook=_once, parse_float=_no, parse_constant=_no)
        if given["key"]["alg"] != ALG:
            raise Invalid("passport", "passport_alg")
        passport = _parsed(given)
        # Whatever was left out, added or written otherwise makes a difference here
        if _canonical(_content(passport)) != _canonical(given):
            raise ValueError("not of this form")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise Invalid("passport", "passport_shape") from error
    return passport


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no(_text: str) -> Any:
    raise ValueError("no such numbers here")


def _parsed(given: Any) -> Passport:
    """Raises ValueError, TypeError or KeyError at what cannot be."""
    topics = tuple(_typed(topic) for topic in given["thanked_for"])
    if len(topics) > TOPICS_MAX or set(given["contributions"]) - set(KINDS):
        raise ValueError("too many, or of an unknown kind")
    issued, expires = (datetime.strptime(given[name], MOMENT).replace(tzinfo=UTC) for name in ("issued_at", "expires_at"))
    if not timedelta(0) < expires - issued <= LIFE:
        raise ValueError("no such life")
    return Passport(
        _hex(HEX_ID, given["id"]), _hex(HEX_ID, given["network"]["id"]), _typed(given["network"]["name"]),
        _hex(HEX_ID, given["holder"]), given["name"] if given["name"] is None else _typed(given["name"]),
        date.fromisoformat(given["since"]),
        {kind: Count(_whole(c["times"]), _whole(c["dots"])) for kind, c in given["contributions"].items()},
        _whole(given["visits"]), topics,
        given["balance"] if given["balance"] is None else _whole(given["balance"], least=-LARGEST_NUMBER),
        Head(_whole(given["head"]["n"]), _hex(HEX_KEY, given["head"]["hash"])), issued, expires,
        _hex(HEX_KEY, given["key"]["public"]), _hex(HEX_SIGNATURE, given["signature"]),
    )  # fmt: skip


def _typed(text: object) -> str:
    """A name or topic, as one would be taken here."""
    try:
        fields.line("passport", text, fields.NAME_MAX)
    except Invalid as error:
        raise ValueError(error.code) from error
    return str(text)


def _hex(shape: re.Pattern[str], text: str) -> str:
    if not shape.fullmatch(text):
        raise ValueError("not in hex digits")
    return text


def _whole(number: object, *, least: int = 0) -> int:
    if type(number) is not int or not least <= number < LARGEST_NUMBER:
        raise ValueError("no whole number")
    return number


def check(passport: Passport, is_signed: IsSigned, now: datetime) -> None:
    """Is it unchanged, and is this its time? Whose key it is, is another question.

    Raises Refused `passport_forged`, `passport_early` or `passport_expired`.
    """
    if not is_signed(passport.public_key, message(passport), passport.signature):
        raise Refused("passport_forged")
    if passport.issued_at > now + EARLY:
        raise Refused("passport_early")
    if now >= passport.expires_at:
        raise Refused("passport_expired", day=passport.expires_at.date())
