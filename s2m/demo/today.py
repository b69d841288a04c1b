"""Who came in today: one by one, the last a few minutes ago; some have left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from s2m.demo import clock
from s2m.demo.history import House
from s2m.demo.people import CAST, Role
from s2m.domain import presence
from s2m.domain.venues import Venue

FIRST, BETWEEN, LAST = 172, 14, 6


def come_in(house: House, now: datetime) -> None:
    venue = house.store.venues.set_hours(house.venue, clock.hours_around(now))
    for at, role, leaves in sorted(_plan(now), key=lambda step: step[0]):
        if leaves:
            visit = house.store.presence.open_visit(house.people[role.name])
            assert visit, "who leaves came in before"
            presence.leave(house.store, visit, at)
        else:
            _arrive(house, venue, role, at)


def _plan(now: datetime) -> Iterator[tuple[datetime, Role, bool]]:
    """When who comes, and who leaves again."""
    here = [role for role in CAST if role.here]
    for n, role in enumerate(here):
        yield now - timedelta(minutes=LAST + BETWEEN * (len(here) - 1 - n)), role, False
    for n, role in enumerate(role for role in CAST if role.was_here):
        yield now - timedelta(minutes=FIRST - n), role, False
        yield now - timedelta(minutes=40 - 11 * n), role, True


def _arrive(house: House, venue: Venue, role: Role, at: datetime) -> None:
    store, helped = house.store, role.here == "host"
    done = presence.check_in(
        store,
        house.people[role.name],
        venue,
        house.policy,
        role.here or "badge",
        at,
        device_id=None if helped else house.kiosk.id,
        paid_by="commons" if helped else "person",
    )
    kind = "need" if role.need else "offer" if role.offer else "working"
    need = presence.Need(kind, role.need or role.offer)
    visit = presence.answer_need(store, done.visit, need, at, visible=not role.hidden, on_wall=role.on_wall)
    if role.work:
        presence.add_work(store, visit, role.work, at)
    if role.room:
        presence.sit_in(store, visit, venue, next(room.id for room in store.venues.rooms(venue.id) if room.name == role.room))
