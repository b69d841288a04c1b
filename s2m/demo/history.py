"""Sixty days of the demo venue, lived through: every visit and every thanks by the same actions as in a real house."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from s2m.demo import clock, letting, meetings
from s2m.demo.people import THANKED_FOR, Role
from s2m.domain import contributions, hosting, ledger, presence
from s2m.domain.devices import Device
from s2m.domain.errors import Refused
from s2m.domain.people import Person
from s2m.domain.relevance import RoomIndex
from s2m.domain.venues import Policy, Venue
from s2m.store import Store

CLOSING = 18 * 60
PATIENCE = 4


@dataclass
class House:
    """Where and with whom the history takes place. room: as the last who came in saw it."""

    store: Store
    venue: Venue
    policy: Policy
    kiosk: Device
    people: dict[str, Person]
    cast: tuple[Role, ...]
    chance: Random
    host: Person
    room: RoomIndex | None = None


def live(house: House, days: list[date]) -> None:
    """Day by day, hour by hour."""
    for number, day in enumerate(days):
        last, late = number == len(days) - 1, number >= len(days) - meetings.DAYS
        for minutes, what, role in sorted(_plan(house, day, last), key=lambda step: step[0]):
            at = clock.on(day, minutes).astimezone(UTC)
            if what == "arrive":
                _arrive(house, role, at, last=last, looks=late)
            elif what == "thank":
                _thank(house, role, at)
            else:
                _leave(house, role, at)
        letting.rent_out(house, days, number)
        if number % 13 == 9:
            _forgive_one(house, clock.on(day, CLOSING).astimezone(UTC) - timedelta(seconds=30))
        presence.close_due(house.store, clock.on(day, CLOSING).astimezone(UTC))
        meetings.judge(house, clock.on(day, CLOSING).astimezone(UTC))
        if number == len(days) - 9:
            _mend_one(house, clock.on(day, CLOSING + 20).astimezone(UTC))


def _plan(house: House, day: date, last: bool) -> Iterator[tuple[int, str, Role]]:
    """Who comes when, thanks and leaves that day; those with a need that stays open were there on the last one."""
    for role in house.cast:
        waits = last and role.need and role.here is None
        if not waits and house.chance.random() * 10 >= role.often:
            continue
        arrives = house.chance.randrange(8 * 60 + 32, 13 * 60)
        leaves = house.chance.randrange(arrives + 90, CLOSING + 120)
        yield arrives, "arrive", role
        for _ in range(house.chance.choice((1, 1, 1, 2, 2))):
            yield house.chance.randrange(arrives + 60, min(leaves, CLOSING) - 5), "thank", role
        if leaves < CLOSING:
            yield leaves, "leave", role


def _arrive(house: House, role: Role, at: datetime, *, last: bool, looks: bool) -> None:
    person = house.people[role.name]
    # Yesterday's need of those who are not here now stays open, and is offered again when they come
    waits = last and role.here is None
    lowest = house.policy.floor if waits else house.policy.floor + PATIENCE
    if house.store.ledger.person_account(person.id).available - house.policy.seat_price < lowest:
        return
    need = role.need if waits or house.chance.random() < 0.25 else _asks(house, role, at) if looks else ""
    kind = "need" if need else "offer" if role.offer and house.chance.random() < 0.5 else "working"
    way = house.chance.choices(("badge", "door", "code"), (7, 2, 1))[0]
    done = presence.check_in(
        house.store, person, house.venue, house.policy, way, at, device_id=house.kiosk.id,
        need=presence.Need(kind, need or (role.offer if kind == "offer" else "")), visible=not role.hidden,
    )  # fmt: skip
    if looks and done.fresh:
        meetings.look(house, done.visit, at)
    if need and not waits:
        for topic in house.store.presence.topics(done.visit.id):
            presence.solve(house.store, person, topic.id, at + timedelta(hours=1))


def _asks(house: House, role: Role, at: datetime) -> str:
    """On many days people ask for what somebody else knows."""
    chance = Random(f"{role.name} {at}")
    topics = [topic for other in house.cast if other is not role for topic in other.knows]
    if chance.random() > 0.45:
        return ""
    return ("Who knows about {}?" if role.language == "en" else "Wie weet iets van {}?").format(chance.choice(topics))


def _thank(house: House, role: Role, at: datetime) -> None:
    """One of those present, sooner one who has less; what for is what they know."""
    giver = house.people[role.name]
    here = {visit.person_id for visit in house.store.presence.open_visits(house.venue.id)}
    balance = {a.person_id: a.available for a in house.store.ledger.accounts(house.venue.network_id)}
    others = sorted((p for p in house.people.values() if p.id in here - {giver.id}), key=lambda p: (balance[p.id], p.id))
    if not others or giver.id not in here:
        return
    receiver = house.chance.choice(others[:4])
    knows = next(r.knows for r in house.cast if house.people[r.name].id == receiver.id)
    text = house.chance.choice(THANKED_FOR[giver.language]) or house.chance.choice(knows)
    try:
        contributions.thank(
            house.store,
            giver,
            receiver,
            house.venue,
            replace(house.policy, thanks_accept_hours=0),
            house.chance.choice(knows),
            text,
            at,
            key=house.store.new_id(at),
        )
    except Refused:
        # The caps hold in the demo, too
        return


def _leave(house: House, role: Role, at: datetime) -> None:
    visit = house.store.presence.open_visit(house.people[role.name])
    if visit:
        presence.leave(house.store, visit, at)


def _forgive_one(house: House, at: datetime) -> None:
    """The host lets the commons pay for whoever sits lowest."""
    visits = [v for v in house.store.presence.open_visits(house.venue.id) if v.hold_id and v.person_id]
    if not visits:
        return
    lowest = min(visits, key=lambda v: (house.store.ledger.person_account(v.person_id or "").available, v.id))
    hosting.settle_seat(
        house.store, lowest, house.venue, house.policy, "commons", "Net begonnen, komt op gang", house.host.id, at
    )


def _mend_one(house: House, at: datetime) -> None:
    """A host corrects a seat of that day by a reversal: both lines stay."""
    ended = [v for v, _ in house.store.presence.ended(house.venue.id, at - timedelta(hours=10)) if v.hold_id]
    for visit in ended:
        posted = house.store.ledger.resolution(visit.hold_id or "")
        if posted and posted.state == "post":
            mirrored = ledger.reverse(house.store, posted.id, house.venue.network_id, at)
            house.store.ledger.add_evidence(mirrored, visit_id=visit.id, reason="dubbele stoel")
            return
