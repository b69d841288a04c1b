"""Scans: what a kiosk sends. Each event carries its own id, and a repeated id answers as the first time.

The same action serves the tablet online, the replay after an outage and a load test. An event is answered
`stored` only in the transaction that stores it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import ledger, people, presence
from s2m.domain.errors import Invalid, S2MError, Unavailable

if TYPE_CHECKING:
    from s2m.domain.codes import Keys
    from s2m.domain.devices import Device
    from s2m.domain.venues import Policy, Venue
    from s2m.store import Store

MOST = 200
QUARANTINE = ("clock_ahead", "too_old")


@dataclass(frozen=True)
class ScanEvent:
    """visible None: as the person chose before."""

    id: str
    at: datetime | None
    code: str
    need: presence.Need | None
    visible: bool | None
    input_hash: str


@dataclass(frozen=True)
class ScanResult:
    """status: stored, duplicate, refused or quarantined; visit and first_name where there is one.

    code says why; of what is stored: checked_in, already_here, or recorded (the visit is over: nobody is here by it).
    """

    id: str
    status: str
    code: str
    visit_id: str | None = None
    first_name: str | None = None
    data: Mapping[str, object] | None = None


def parse_event(given: object) -> ScanEvent:
    """Raises Invalid for the first field that is wrong; what is not known is refused, not ignored.

    The hash that tells a repeat from another event leaves the moment out: a sender adds it once it has to try again.
    """
    if not isinstance(given, dict) or set(given) - {"id", "at", "code", "need", "visible"}:
        raise Invalid("event", "event_shape")
    visible = given.get("visible")
    if visible is not None and not isinstance(visible, bool):
        raise Invalid("visible", "event_shape")
    code = given.get("code")
    if not isinstance(code, str):
        raise Invalid("code", "code_unreadable")
    at, need = _parse_at(given.get("at")), _parse_need(given.get("need"))
    same = ledger.digest({key: value for key, value in given.items() if key != "at"})
    return ScanEvent(parse_id(given.get("id")), at, code, need, visible, same)


def parse_id(value: object) -> str:
    """An event's uuid in its usual spelling. Raises Invalid `event_id`."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F-]{32,36}", value):
        raise Invalid("id", "event_id")
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise Invalid("id", "event_id") from None


def _parse_at(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        if at is None or at.utcoffset() is None or not 2000 < at.year < 3000:
            raise ValueError
    except (ValueError, OverflowError):
        raise Invalid("at", "event_time") from None
    return at


def _parse_need(value: object) -> presence.Need | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) - {"kind", "text"}:
        raise Invalid("need", "event_shape")
    return presence.parse_need(value.get("kind"), value.get("text"))


def take(store: Store, keys: Keys, device: Device, venue: Venue, policy: Policy, event: ScanEvent, now: datetime) -> ScanResult:
    """Decide one event, once and for all. Raises only what leaves the event undecided (`Unavailable`)."""
    store.ledger.lock_chain(device.network_id)
    before = store.scans.get(device.id, event.id)
    if before is not None:
        kept, input_hash = before
        if input_hash != event.input_hash:
            return ScanResult(event.id, "refused", "key_reused")
        return ScanResult(event.id, "duplicate", kept.code, kept.visit_id, kept.first_name)
    result = _decide(store, keys, device, venue, policy, event, now)
    store.scans.add(device, event, result, now)
    return result


def _decide(
    store: Store, keys: Keys, device: Device, venue: Venue, policy: Policy, event: ScanEvent, now: datetime
) -> ScanResult:
    try:
        at = presence.when(event.at, now)
        person = people.person_with_badge(store, keys, device.network_id, event.code)
        return arrive(store, device, venue, policy, person, "badge", event, at, now)
    except Unavailable:
        raise
    except S2MError as error:
        status = "quarantined" if error.code in QUARANTINE else "refused"
        return ScanResult(event.id, status, error.code, data=error.data)


def arrive(
    store: Store,
    device: Device,
    venue: Venue,
    policy: Policy,
    person: people.Person,
    way: str,
    event: ScanEvent,
    at: datetime,
    now: datetime,
) -> ScanResult:
    """Check a known person in at a kiosk. Raises Refused where the rules say no; then nothing was written."""
    done = presence.check_in(
        store, person, venue, policy, way, now, at=at, device_id=device.id, need=event.need, visible=event.visible
    )
    code = "recorded" if not done.visit.is_open else "checked_in" if done.fresh else "already_here"
    return ScanResult(event.id, "stored", code, done.visit.id, person.first_name)
