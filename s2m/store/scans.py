"""Scan events by device and event id: what makes a repeat harmless."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select

from s2m.domain.devices import Device
from s2m.domain.scans import ScanEvent, ScanResult
from s2m.store.part import Part
from s2m.store.schema import scans

_one = select(scans.c.status, scans.c.code, scans.c.visit_id, scans.c.first_name, scans.c.input_hash).where(
    scans.c.device_id == bindparam("device"), scans.c.event_id == bindparam("event")
)
_add = insert(scans)


class Scans(Part):
    def get(self, device_id: str, event_id: str) -> tuple[ScanResult, str] | None:
        """The answer that was given, and the hash of what was asked."""
        row = self.one(_one, device=device_id, event=event_id)
        if row is None:
            return None
        return ScanResult(event_id, row.status, row.code, row.visit_id, row.first_name), row.input_hash

    def add(self, device: Device, event: ScanEvent, result: ScanResult, now: datetime) -> None:
        self.run(
            _add, network_id=device.network_id, device_id=device.id, event_id=event.id, input_hash=event.input_hash,
            at=event.at or now, received_at=now, status=result.status, code=result.code, visit_id=result.visit_id,
            first_name=result.first_name,
        )  # fmt: skip

    def seen_here(self, device_id: str, visit_id: str, since: datetime) -> bool:
        """Was this visit scanned at this device since then?"""
        mine = (scans.c.device_id == device_id) & (scans.c.visit_id == visit_id) & (scans.c.received_at >= since)
        return self.one(select(scans.c.event_id).where(mine)) is not None
