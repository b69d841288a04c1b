"""Kiosks, walls and plates, by the hash of their token."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from s2m.domain.devices import Device
from s2m.domain.venues import Venue
from s2m.store.part import Part
from s2m.store.schema import devices, venues

DEVICE = [c for c in devices.c if c.name not in ("secret_hash", "code_hash")]
_with_secret = (
    select(*DEVICE, *(c.label(f"venue__{c.name}") for c in venues.c))
    .join(venues, venues.c.id == devices.c.venue_id)
    .where(devices.c.secret_hash == bindparam("secret"))
)


class Devices(Part):
    def add(self, venue: Venue, kind: str, name: str, now: datetime, room_id: str | None = None) -> Device:
        device = Device(
            self.store.new_id(now), venue.network_id, venue.id, kind, name, now, None, None, None, None, room_id=room_id
        )  # fmt: skip
        self.run(insert(devices).values(vars(device)))
        self.store.changed(venue.id)
        return device

    def set_code(self, device: Device, code_hash: str, expires_at: datetime) -> None:
        self.run(update(devices).where(devices.c.id == device.id).values(code_hash=code_hash, code_expires_at=expires_at))

    def with_code(self, code_hash: str) -> Device | None:
        row = self.one(select(*DEVICE).where(devices.c.code_hash == code_hash))
        return Device(**row._mapping) if row else None

    def pair(self, device: Device, code_hash: str, secret_hash: str, now: datetime) -> bool:
        """False when the code was spent by another tablet at the same moment."""
        unspent = (devices.c.id == device.id) & (devices.c.code_hash == code_hash)
        paired = {"secret_hash": secret_hash, "code_hash": None, "code_expires_at": None, "paired_at": now, "seen_at": now}
        done = self.run(update(devices).where(unspent).values(paired)).rowcount == 1
        self.store.changed(device.venue_id)
        return done

    def with_secret(self, secret_hash: str) -> tuple[Device, Venue] | None:
        row = self.one(_with_secret, secret=secret_hash)
        if row is None:
            return None
        found = row._mapping
        return Device(**{c.name: found[c.name] for c in DEVICE}), Venue(**{c.name: found[f"venue__{c.name}"] for c in venues.c})

    def get(self, device_id: str) -> Device | None:
        row = self.one(select(*DEVICE).where(devices.c.id == device_id))
        return Device(**row._mapping) if row else None

    def all(self, venue_id: str, kind: str | None = None) -> list[Device]:
        """Those that were not revoked."""
        query = select(*DEVICE).where(devices.c.venue_id == venue_id, devices.c.revoked_at.is_(None))
        if kind:
            query = query.where(devices.c.kind == kind)
        return [Device(**row._mapping) for row in self.run(query.order_by(devices.c.created_at))]

    def plates(self, room_id: str) -> list[Device]:
        """The plates beside a room that are paired."""
        paired = devices.c.paired_at.is_not(None) & devices.c.revoked_at.is_(None)
        return [Device(**row._mapping) for row in self.run(select(*DEVICE).where(devices.c.room_id == room_id, paired))]

    def paired(self, kind: str) -> list[Device]:
        """Every paired device of a kind, in all venues: whose typed door code may this be?"""
        query = select(*DEVICE).where(devices.c.kind == kind, devices.c.revoked_at.is_(None), devices.c.paired_at.is_not(None))
        return [Device(**row._mapping) for row in self.run(query)]

    def revoke(self, device: Device, now: datetime) -> None:
        self.run(update(devices).where(devices.c.id == device.id).values(revoked_at=now, code_hash=None))
        self.store.changed(device.venue_id)

    def seen(self, device: Device, camera: str, now: datetime) -> None:
        self.run(update(devices).where(devices.c.id == device.id).values(seen_at=now, camera=camera))
        if camera != device.camera or device.is_silent(now):
            self.store.changed(device.venue_id)
