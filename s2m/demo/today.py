"""Who came in today: one by one, the last a few minutes ago; some have left, and one has thanked the member.

A talk has begun, and a task waits for takers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from s2m.demo import clock, meetings
from s2m.demo.history import House
from s2m.demo.people import CAST, HOST, MEMBER, OPEN, Role
from s2m.domain import contributions, presence, talks, tasks
from s2m.domain.talks import Talk
from s2m.domain.tasks import Task
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
    _begin_talk(house, venue, now - timedelta(minutes=5))
    _post_task(house, venue, now)
    _thank_the_member(house, now - timedelta(minutes=LAST / 2))
    meetings.look_back(house, list(house.people.values()), now)


def _thank_the_member(house: House, at: datetime) -> None:
    """From whoever came last; it waits until she says something."""
    latest = max(house.store.presence.open_visits(house.venue.id), key=lambda visit: visit.started_at)
    giver, member = house.store.people.get(latest.person_id or ""), house.people[MEMBER]
    if giver and giver.id != member.id:
        topic = next(role.knows[0] for role in CAST if role.name == MEMBER)
        text, key = "Nu snapt iedereen mijn brief.", house.store.new_id(at)
        contributions.thank(house.store, giver, member, house.venue, house.policy, topic, text, at, key=key)


def _begin_talk(house: House, venue: Venue, start: datetime) -> None:
    """Written down as it would stand after an announcement, whose clock times are not those of every night."""
    store, lotte = house.store, house.people["Lotte Kuipers"]
    room = next(room.id for room in store.venues.rooms(venue.id) if room.name == OPEN)
    announced = start - timedelta(days=1)
    talk = Talk(
        store.new_id(announced), venue.network_id, venue.id, lotte.id, room, "Van schets naar drukker", True, start,
        start + talks.LENGTH, lotte.id, announced,
    )  # fmt: skip
    store.talks.add(talk)
    for name in ("Wout Hendriks", "Noor van Dijk"):
        talks.attend(store, talk, house.people[name], start + timedelta(minutes=2))


def _post_task(house: House, venue: Venue, now: datetime) -> None:
    store, host = house.store, house.people[HOST]
    begins = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    task = Task(store.new_id(now), venue.network_id, venue.id, "Keuken opruimen", 12, 3, begins, host.id, now)
    store.tasks.add(task)
    tasks.take(store, task, house.people["Thijs Smit"], now)


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
