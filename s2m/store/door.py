"""At the door: which door code was used by whom, and calls for the host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from s2m.domain.codes import DoorCode
from s2m.domain.people import Person
from s2m.domain.venues import Venue
from s2m.store.part import Part
from s2m.store.schema import devices, door_uses, help_calls


@dataclass(frozen=True)
class HelpCall:
    id: str
    device: str | None
    reason: str
    at: datetime
    answered_at: datetime | None


class Door(Part):
    def use(self, code: DoorCode, person: Person, now: datetime) -> bool:
        """False when this person used this code before; others may still use it."""
        row = {"device_id": code.device_id, "step": code.step, "person_id": person.id}
        if self.one(select(door_uses.c.at).where(*(door_uses.c[k] == v for k, v in row.items()))):
            return False
        self.run(insert(door_uses).values(network_id=person.network_id, at=now, **row))
        return True

    def call_host(self, venue: Venue, device_id: str | None, reason: str, now: datetime) -> None:
        """A repeat within the same trouble is one call: the host sees a line, not a list."""
        standing = (help_calls.c.venue_id == venue.id) & help_calls.c.answered_at.is_(None)
        same = standing & (help_calls.c.device_id == device_id) & (help_calls.c.reason == reason)
        if not self.run(update(help_calls).where(same).values(at=now)).rowcount:
            row = {"id": self.store.new_id(now), "network_id": venue.network_id, "venue_id": venue.id}
            self.run(insert(help_calls).values(**row, device_id=device_id, reason=reason[:80], at=now))
        self.store.changed(venue.id)

    def calls(self, venue_id: str, since: datetime) -> list[HelpCall]:
        """Open calls, and those answered since then; open ones first."""
        query = (
            select(
                help_calls.c.id, devices.c.name.label("device"), help_calls.c.reason, help_calls.c.at, help_calls.c.answered_at
            )
            .outerjoin(devices, devices.c.id == help_calls.c.device_id)
            .where(help_calls.c.venue_id == venue_id)
            .where(help_calls.c.answered_at.is_(None) | (help_calls.c.answered_at >= since))
            .order_by(help_calls.c.answered_at.is_not(None), help_calls.c.at.desc())
        )
        return [HelpCall(**row._mapping) for row in self.run(query)]

    def answer_call(self, venue: Venue, call_id: str, by: str, now: datetime) -> bool:
        mine = (help_calls.c.id == call_id) & (help_calls.c.venue_id == venue.id) & help_calls.c.answered_at.is_(None)
        done = self.run(update(help_calls).where(mine).values(answered_at=now, answered_by=by)).rowcount == 1
        self.store.changed(venue.id)
        return done
