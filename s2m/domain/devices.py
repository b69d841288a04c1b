"""Devices of a venue: kiosks that check people in, walls that show the house, plates beside rooms. Paired by a one-time code.

A device may do what its kind may do at its own venue, and nothing else; it can be revoked; its token is kept as a hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import codes, fields
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.signin import fingerprint

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

KINDS = ("kiosk", "wall", "plate")
CAMERAS = ("on", "off", "denied", "insecure")
PAIRING_LIFE = timedelta(minutes=10)
HEARTBEAT = timedelta(seconds=60)
SILENT_AFTER = HEARTBEAT * 2 + timedelta(seconds=10)


@dataclass(frozen=True)
class Device:
    """camera: what the tablet last said of its camera. room_id: the room beside which a plate hangs."""

    id: str
    network_id: str
    venue_id: str
    kind: str
    name: str
    created_at: datetime
    paired_at: datetime | None
    seen_at: datetime | None
    camera: str | None
    revoked_at: datetime | None
    code_expires_at: datetime | None = None
    room_id: str | None = None

    def is_silent(self, now: datetime) -> bool:
        """Not heard of for two heartbeats: the host is told."""
        return self.paired_at is not None and (self.seen_at is None or now - self.seen_at > SILENT_AFTER)


def offer_pairing(
    store: Store, venue: Venue, kind: str, name: object, by: str, now: datetime, *, life: timedelta = PAIRING_LIFE,
    room_id: str = "",
) -> tuple[Device, str]:  # fmt: skip
    """A new device and the one-time code (8 characters) that pairs it. room_id: beside which a plate hangs,
    which is called after it where nothing else is said. Raises Invalid."""
    if kind not in KINDS:
        raise Invalid("kind", "choice")
    code = codes.short(store.nonce(16), 8)
    room = next((room for room, _terms in store.rooms.let(venue.id, now) if room.id == room_id), None)
    if kind == "plate" and room is None:
        raise Invalid("room", "choice")
    beside = room if kind == "plate" else None
    tidy = fields.name(name or beside.name if beside else name, "device")
    device = store.devices.add(venue, kind, tidy, now, beside.id if beside else None)
    store.devices.set_code(device, fingerprint(code), now + life)
    store.audit.record(
        venue.network_id, now, actor=by, role="host", action="device.offer", venue_id=venue.id, object_id=device.id
    )
    return device, code


def offer_again(store: Store, device: Device, now: datetime, *, life: timedelta = PAIRING_LIFE) -> str:
    """A new one-time code for a device that is there; the tablet that has it now keeps it until the code is spent."""
    code = codes.short(store.nonce(16), 8)
    store.devices.set_code(device, fingerprint(code), now + life)
    return code


def pair(store: Store, typed: str, now: datetime) -> tuple[Device, str]:
    """Spend a pairing code for the device's token. Raises Refused `pairing_unknown` or `pairing_expired`."""
    device = store.devices.with_code(fingerprint(codes.plain(typed)))
    if device is None or device.revoked_at or device.code_expires_at is None:
        raise Refused("pairing_unknown")
    if now >= device.code_expires_at:
        raise Refused("pairing_expired")
    token = store.secret()
    if not store.devices.pair(device, fingerprint(codes.plain(typed)), fingerprint(token), now):
        raise Refused("pairing_unknown")
    store.audit.record(
        device.network_id,
        now,
        actor=device.id,
        role="device",
        action="device.pair",
        venue_id=device.venue_id,
        object_id=device.id,
    )
    return device, token


def make_token(store: Store, venue: Venue, name: object, by: str, now: datetime) -> str:
    """A kiosk that is paired at once, for the operator's command line: the token to send as bearer."""
    _, code = offer_pairing(store, venue, "kiosk", name, by, now)
    return pair(store, code, now)[1]


def with_token(store: Store, token: str) -> tuple[Device, Venue]:
    """The device that carries this token, and its venue. Raises Refused `device_unknown` (unknown or revoked alike)."""
    found = store.devices.with_secret(fingerprint(token))
    if found is None or found[0].revoked_at:
        raise Refused("device_unknown")
    return found


def revoke(store: Store, venue: Venue, device_id: str, by: str, now: datetime) -> None:
    """Raises NotFound for another venue's device as for an unknown one."""
    device = store.devices.get(device_id)
    if device is None or device.venue_id != venue.id:
        raise NotFound()
    store.devices.revoke(device, now)
    store.audit.record(
        venue.network_id, now, actor=by, role="host", action="device.revoke", venue_id=venue.id, object_id=device.id
    )


def heartbeat(store: Store, device: Device, camera: object, now: datetime) -> None:
    if camera not in CAMERAS:
        raise Invalid("camera", "choice")
    store.devices.seen(device, str(camera), now)
