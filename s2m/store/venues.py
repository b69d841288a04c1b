"""Networks, venues, policies and rooms."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from s2m.domain.errors import Conflict
from s2m.domain.venues import Hours, Network, Policy, Room, Venue
from s2m.store.part import Part
from s2m.store.schema import networks, policies, rooms, venues

POLICY_COLUMNS = [policies.c[f.name] for f in fields(Policy)]
_policy_at = (
    select(*POLICY_COLUMNS)
    .where(policies.c.venue_id == bindparam("venue"), policies.c.effective_at <= bindparam("now"))
    .order_by(policies.c.effective_at.desc())
    .limit(1)
)


class Venues(Part):
    def add_network(self, name: str, now: datetime) -> Network:
        network = Network(self.store.new_id(now), name, "SC", now)
        self.run(insert(networks).values(vars(network)))
        return network

    def networks(self) -> list[Network]:
        return [Network(**row._mapping) for row in self.run(select(networks).order_by(networks.c.created_at))]

    def network(self, network_id: str) -> Network | None:
        row = self.one(select(networks).where(networks.c.id == network_id))
        return Network(**row._mapping) if row else None

    def free_slug(self, network_id: str, slug: str) -> str:
        """The slug, or the slug with the first number behind it that no venue has."""
        taken = set(self.run(select(venues.c.slug).where(venues.c.network_id == network_id)).scalars())
        return next(s for s in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)

    def add(self, network_id: str, slug: str, name: str, timezone: str, language: str, hours: Hours, now: datetime) -> Venue:
        venue = Venue(self.store.new_id(now), network_id, slug, name, timezone, language, hours, now)
        self.run(insert(venues).values(vars(venue)))
        return venue

    def all(self, network_id: str | None = None) -> list[Venue]:
        query = select(venues).where(venues.c.retired_at.is_(None)).order_by(venues.c.created_at)
        if network_id:
            query = query.where(venues.c.network_id == network_id)
        return [Venue(**row._mapping) for row in self.run(query)]

    def get(self, venue_id: str) -> Venue | None:
        row = self.one(select(venues).where(venues.c.id == venue_id))
        return Venue(**row._mapping) if row else None

    def by_slug(self, slug: str, network_id: str | None = None) -> Venue | None:
        query = select(venues).where(venues.c.slug == slug, venues.c.retired_at.is_(None)).order_by(venues.c.created_at)
        if network_id:
            query = query.where(venues.c.network_id == network_id)
        row = self.one(query)
        return Venue(**row._mapping) if row else None

    def set_hours(self, venue: Venue, hours: Hours) -> Venue:
        self.run(update(venues).where(venues.c.id == venue.id).values(opening_hours=hours))
        self.store.changed(venue.id)
        return Venue(**{**vars(venue), "opening_hours": hours})

    def add_policy(self, venue: Venue, policy: Policy, now: datetime, *, effective_at: datetime, by: str | None) -> None:
        row = {"created_by": by, "created_at": now, **asdict(policy)}
        same = (policies.c.venue_id == venue.id) & (policies.c.effective_at == effective_at)
        # Of two for the same moment the later one counts: ids of one millisecond have no order
        if not self.run(update(policies).where(same).values(row)).rowcount:
            key = {"id": self.store.new_id(now), "network_id": venue.network_id, "venue_id": venue.id}
            self.run(insert(policies).values(**key, effective_at=effective_at, **row))
        self.store.changed(venue.id)

    def drop_policy(self, venue: Venue, effective_at: datetime) -> bool:
        mine = (policies.c.venue_id == venue.id) & (policies.c.effective_at == effective_at)
        return self.run(delete(policies).where(mine)).rowcount == 1

    def policy(self, venue: Venue, now: datetime) -> Policy:
        """The policy that is in force at `now`."""
        row = self.one(_policy_at, venue=venue.id, now=now)
        return Policy(**row._mapping) if row else Policy()

    def policies(self, venue: Venue, *, most: int) -> list[tuple[Policy, datetime, str | None]]:
        """Policies with since when they hold and who made them, the newest first."""
        query = select(*POLICY_COLUMNS, policies.c.effective_at, policies.c.created_by).where(policies.c.venue_id == venue.id)
        rows = self.run(query.order_by(policies.c.effective_at.desc()).limit(most))
        return [
            (Policy(**{c.name: row._mapping[c.name] for c in POLICY_COLUMNS}), row.effective_at, row.created_by) for row in rows
        ]

    def policy_since(self, venue: Venue, now: datetime) -> datetime | None:
        """Since when the policy that is in force at `now` holds."""
        mine = (policies.c.venue_id == venue.id) & (policies.c.effective_at <= now)
        found: datetime | None = self.run(select(func.max(policies.c.effective_at)).where(mine)).scalar()
        return found

    def lowest_floor(self, network_id: str) -> int:
        """The lowest floor that any policy of the network ever allowed."""
        found = self.run(select(func.min(policies.c.floor)).where(policies.c.network_id == network_id)).scalar()
        return int(found or 0)

    def add_room(self, venue: Venue, name: str, kind: str, floor: int, capacity: int, now: datetime) -> Room:
        self._refuse_taken(venue.id, name)
        room = Room(self.store.new_id(now), venue.network_id, venue.id, name, kind, floor, capacity, now)
        self.run(insert(rooms).values(vars(room)))
        self.store.changed(venue.id)
        return room

    def set_room(self, room: Room, name: str, kind: str, floor: int, capacity: int) -> Room:
        self._refuse_taken(room.venue_id, name, but=room.id)
        changed = Room(**{**vars(room), "name": name, "kind": kind, "floor": floor, "capacity": capacity})
        self.run(update(rooms).where(rooms.c.id == room.id).values(name=name, kind=kind, floor=floor, capacity=capacity))
        self.store.changed(room.venue_id)
        return changed

    def _refuse_taken(self, venue_id: str, name: str, but: str = "") -> None:
        same = [r for r in self.rooms(venue_id) if r.name.casefold() == name.casefold() and r.id != but]
        if same:
            raise Conflict("room_exists", room=same[0].name)

    def retire_room(self, room: Room, now: datetime) -> None:
        self.run(update(rooms).where(rooms.c.id == room.id).values(retired_at=now))
        self.store.changed(room.venue_id)

    def room(self, room_id: str) -> Room | None:
        row = self.one(select(rooms).where(rooms.c.id == room_id))
        return Room(**row._mapping) if row else None

    def rooms(self, venue_id: str) -> list[Room]:
        query = select(rooms).where(rooms.c.venue_id == venue_id, rooms.c.retired_at.is_(None))
        return [Room(**row._mapping) for row in self.run(query.order_by(rooms.c.floor, rooms.c.name))]
