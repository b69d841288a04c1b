"""A living venue to look around in: Het Seinhuis in Amersfoort, with two months behind it and people in the house now.

    people.py    who they are           clock.py   open at whatever hour it is started
    meetings.py  whom they were shown, and what they said of it
    history.py   sixty days, lived through by the real actions        today.py   who came in today
    letting.py   rooms, and what is booked in them                    plans.py   what those look like

Always relative to now, and the same each time: chance is seeded. Made anew at each start, in a folder that is marked as
a demo; a folder with any other database is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from s2m.config import Config, keys, load
from s2m.demo import clock, letting
from s2m.demo.history import House, live
from s2m.demo.people import CAST, HOST, MEMBER, ROOMS, SELLER, Role
from s2m.demo.today import come_in
from s2m.domain import billing, devices, people, signin, venues
from s2m.domain.devices import Device
from s2m.domain.errors import Refused
from s2m.domain.people import Person
from s2m.domain.venues import Policy, Venue
from s2m.store import Store, seeded
from s2m.store.engine import Database

FOLDER = Path("instance/demo")
MARK = "demo.txt"
SEED = 20260312
LINK_LIFE = timedelta(hours=12)
POLICY = Policy(seat_price=4, thanks_amount=3, thanks_per_pair=4, day_pass_euro=15, seat_cost_euro=30)


@contextmanager
def prepare(folder: Path | None, base: str, now: datetime) -> Iterator[tuple[Config, list[str]]]:
    """The demo, ready to be served and nobody else's while this lasts; the lines that say where to look.

    Raises Refused `demo_over_real`, `served`.
    """
    import os

    where = folder or Path(os.environ.get("S2M_INSTANCE") or FOLDER)
    config = load(where, database_url="", demo=True, public_url="", https=False, insecure_lan=False)
    _claim(config.instance)
    database = Database(config.database)
    with database.kind.sole("served") as mine:
        if not mine:
            raise Refused("served")
        database.close()
        yield config, _built(config, base, now)


def _claim(folder: Path) -> None:
    """Mark the folder as a demo's, unless something real is in it."""
    mark = folder / MARK
    if (folder / "s2m.sqlite").exists() and not mark.exists():
        raise Refused("demo_over_real", folder=folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.write_text("A demo of s2m: everything in this folder is made anew when it starts.\n")


def _built(config: Config, base: str, now: datetime) -> list[str]:
    for tail in ("", "-wal", "-shm", "-journal"):
        (config.instance / f"s2m.sqlite{tail}").unlink(missing_ok=True)
    keys(config.instance)
    database = Database(config.database, chance=seeded(SEED))
    database.migrate()
    with database.write() as store:
        (kiosk, wall, plate), host, member = build(store, now)
    database.chance = None
    # What lets somebody in is drawn by real chance, in the demo, too
    with database.write() as store:
        _carry_phones(store, kiosk.venue_id, now)
        lines = [
            f"kiosk: {base}/kiosk/pair/{_code(store, kiosk, now)}",
            f"member: {base}/login/{signin.make_link(store, now, person=member, life=LINK_LIFE)}",
            f"host: {base}/login/{signin.make_link(store, now, person=host, life=LINK_LIFE)}",
            f"wall: {base}/wall/pair/{_code(store, wall, now)}",
            f"plate: {base}/wall/pair/{_code(store, plate, now)}",
        ]
    database.close()
    return lines


def _carry_phones(store: Store, venue_id: str, now: datetime) -> None:
    """Whoever is here with a mail address is signed in, so that they can be asked; nobody holds these sessions."""
    for visit in store.presence.open_visits(venue_id):
        person = store.people.get(visit.person_id or "")
        if person and person.email:
            signin.start_session(store, person, "demo", now)


def _code(store: Store, device: Device, now: datetime) -> str:
    return devices.offer_again(store, device, now, life=LINK_LIFE)


def build(store: Store, now: datetime) -> tuple[tuple[Device, Device, Device], Person, Person]:
    """Everything, in one transaction: the kiosk, the wall and the plate, the host and the member to look through."""
    days = clock.working_days(now)
    first = clock.on(days[0], 7 * 60)
    network = venues.found_network(store, "Noord", first)
    venue = venues.open_venue(store, network.id, "Het Seinhuis", clock.ZONE, first, policy=POLICY)
    everybody = {role.name: _joined(store, network.id, role, first + timedelta(minutes=n)) for n, role in enumerate(CAST)}
    host = everybody[HOST]
    for role_name, venue_id in (("admin", None), ("host", venue.id)):
        people.give_role(store, host, role_name, venue_id, first, by=host.id)
    for name, kind, floor, capacity in ROOMS:
        venues.add_room(store, venue, {"name": name, "kind": kind, "floor": floor, "capacity": capacity}, host.id, first)
    billing.change_seller(store, venue, SELLER, host.id, first)
    kiosk, wall = (
        _paired(store, venue, *what, host, first) for what in (("kiosk", "Tablet bij de ingang"), ("wall", "Scherm in de hal"))
    )
    house = House(store, venue, POLICY, kiosk, everybody, CAST, Random(SEED), host)
    letting.open_rooms(house, first)
    plate = _paired(store, venue, "plate", "", host, first, letting.room_of(house, letting.PLATED).id)
    live(house, days)
    letting.open_the_day(house, now)
    come_in(house, now)
    devices.heartbeat(store, kiosk, "on", now)
    for screen in (wall, plate):
        devices.heartbeat(store, screen, "off", now)
    return (kiosk, wall, plate), host, everybody[MEMBER]


def _joined(store: Store, network_id: str, role: Role, at: datetime) -> Person:
    person = people.join(store, network_id, role.name, role.email, POLICY, at, language=role.language)
    for topic in role.knows:
        people.add_topic(store, person, topic, at)
    for purpose, given in (("matching", not role.hidden), ("wall", role.on_wall)):
        people.consent(store, person, purpose, given, at)
    if role.mail:
        store.people.mark_signed_in(person, at)
    return person


def _paired(store: Store, venue: Venue, kind: str, name: str, host: Person, at: datetime, room_id: str = "") -> Device:
    _, code = devices.offer_pairing(store, venue, kind, name, host.id, at, room_id=room_id)
    return devices.pair(store, code, at)[0]
