"""What a search for a free room costs in a large house: 200 rooms, some 50,000 bookings over a year, on both engines.

    python -m tests.bench.rooms [--check] [--rounds 200] [--rooms 200]

Each part says what it measures, in milliseconds: the middle and the 95th percentile, and the middle of what our own thread
worked, which a busy machine changes least. `--check` exits 1 when a 95th percentile misses its goal; that holds for an idle
machine.
"""

import argparse
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import time_machine
from sqlalchemy import insert, text

from s2m.app import create_app, settle_in
from s2m.config import Config
from s2m.domain import rooms, venues
from s2m.domain.bookings import STRANGER, finding, timeline
from s2m.domain.bookings.values import Booking
from s2m.domain.rooms import RoomTerms
from s2m.store import schema
from s2m.store.bookings import _row
from tests import machine
from tests.cast import settle
from tests.engines import PostgresServer

# Early on a Monday morning
NOW = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
DAYS, SEED = 365, 20
FIND_GOAL, PAGE_GOAL = 100, 100


@dataclass(frozen=True)
class House:
    """One engine with the bookings in it."""

    app: object
    cast: object

    def read(self):
        return self.app.extensions["s2m.database"].read()


def main():
    options = arguments()
    missed = []
    with tempfile.TemporaryDirectory(prefix="s2m-bench-") as scratch, ExitStack() as stack:
        for engine, url in engines(Path(scratch), stack).items():
            house = furnish(Path(scratch) / engine, url, options.rooms)
            for name, goal, once in PARTS:
                figures, busy = zip(*timed(house, once, options.rounds), strict=True)
                p50, p95, cpu = middle(figures), sorted(figures)[int(len(figures) * 0.95)], middle(busy)
                print(f"{engine:10} {name:30} p50 {p50:6.1f}  p95 {p95:6.1f}  of it ours {cpu:6.1f}  goal {goal} ms", flush=True)
                missed += [f"{engine}: {name} took {p95:.1f} ms, not {goal}"] if p95 > goal else []
    print(*missed or ["all goals met"], sep="\n")
    return 1 if missed and options.check else 0


def arguments():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    words.add_argument("--rounds", type=int, default=200)
    words.add_argument("--rooms", type=int, default=200)
    return words.parse_args()


def engines(scratch, stack):
    """The embedded one, and a PostgreSQL of our own where its programs are."""
    programs = machine.postgresql()
    if programs is None:
        return {"sqlite": ""}
    server = PostgresServer(programs)
    stack.callback(server.stop)
    server.wait()
    server.execute("CREATE DATABASE house")
    return {"sqlite": "", "postgresql": server.url("house")}


def timed(house, once, rounds):
    chance = random.Random(SEED)
    for n in range(rounds + 5):
        began, worked = time.perf_counter(), time.thread_time()
        once(house, chance)
        if n >= 5:
            yield (time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000


def middle(values):
    return sorted(values)[len(values) // 2]


# The house -----------------------------------------------------------------------------------------------------------


def furnish(folder, url, count):
    app = create_app(Config(instance=folder, database_url=url, jobs=False))
    chance = random.Random(SEED)
    with app.extensions["s2m.database"].write() as store:
        cast = settle(store, NOW - timedelta(days=1))
        lets = [let(store, cast, chance, n) for n in range(count)]
        rows = [_row(vars(one)) for room, terms in lets for one in booked(cast, room, terms, chance)]
        for n in range(0, len(rows), 1000):
            store.connection.execute(insert(schema.bookings), rows[n : n + 1000])
        if store.connection.dialect.name == "postgresql":
            store.connection.execute(text("ANALYZE bookings"))
    settle_in(None)
    print(f"{len(rows)} bookings in {len(lets)} rooms", file=sys.stderr, flush=True)
    return House(app, cast)


def let(store, cast, chance, n):
    capacity = chance.choice((2, 4, 6, 8, 12, 20, 40))
    given = {"name": f"Ruimte {n}", "kind": "meeting", "floor": str(n % 5), "capacity": str(capacity)}
    room = venues.add_room(store, cast.seinhuis, given, cast.marieke.id, NOW)
    hours = {day: ["08:00", "22:00"] for day in venues.DAYS} if n % 4 == 0 else None
    terms = RoomTerms(
        setups={"boardroom": capacity, "theatre": 2 * capacity}, equipment=("screen",) if n % 2 else (), hours=hours,
        hour_cents=1000 + 300 * capacity, half_day_cents=3000 + 900 * capacity, off_peak_percent=20,
        off_peak={"fri": ["12:00", "18:00"]}, step_free=n % 3 == 0,
    )  # fmt: skip
    rooms.change_terms(store, cast.seinhuis, room.id, terms, cast.marieke.id, NOW)
    return room, store.rooms.terms(room.id, NOW)


def booked(cast, room, terms, chance):
    """A year of meetings: about one a working day, none of which overlap."""
    zone = cast.seinhuis.zone
    for n in range(DAYS):
        day = NOW.date() + timedelta(days=n)
        if day.weekday() > 4:
            continue
        at = datetime.combine(day, clock(8, 30), zone).astimezone(UTC) + chance.randint(0, 12) * timedelta(minutes=15)
        evening, more = datetime.combine(day, clock(17), zone), True
        while at < evening and more:
            end = at + chance.choice((1, 2, 2, 3, 4, 8)) * timedelta(hours=1)
            ident = f"{chance.getrandbits(128):032x}"
            yield Booking(
                ident, cast.noord.id, cast.seinhuis.id, room.id, terms.id, at, end, at, end + timedelta(minutes=15), "confirmed",
                cast.marieke.id, NOW, NOW, title="Overleg",
            )  # fmt: skip
            at, more = end + chance.randint(1, 8) * timedelta(minutes=30), chance.random() < 0.05


# What is measured ----------------------------------------------------------------------------------------------------


def wish(chance, **more):
    people, length = chance.choice((2, 4, 8, 16)), chance.choice((1, 2, 4)) * timedelta(hours=1)
    return finding.Wish(people=people, length=length, **more)


def look(house, wished):
    with house.read() as store:
        lets = store.rooms.let(house.cast.seinhuis.id, NOW)
        return finding.find(store, house.cast.seinhuis, lets, wished, STRANGER, NOW)


def on_a_day(house, chance):
    look(house, wish(chance, on=NOW.date() + timedelta(days=chance.randrange(DAYS))))


def any_day(house, chance):
    look(house, wish(chance))


def full_day(house, chance):
    """A Sunday: nothing is open, so days after it are looked at for every room."""
    look(house, wish(chance, on=date(2026, 1, 11) + timedelta(weeks=chance.randrange(50)), after=clock(21)))


def whole_year(house, chance):
    """What no room has on any day of the year: the longest search there is."""
    look(house, finding.Wish(people=2, length=timedelta(hours=9), equipment=frozenset({"screen"})))


def page(house, chance):
    day = NOW.date() + timedelta(days=chance.randrange(DAYS))
    with time_machine.travel(NOW, tick=False):
        answer = house.app.test_client().get(f"/rooms/het-seinhuis?people=8&minutes=120&day={day}")
    assert answer.status_code == 200


def day_across_rooms(house, chance):
    on = NOW.date() + timedelta(days=chance.randrange(DAYS))
    with house.read() as store:
        lets = store.rooms.let(house.cast.seinhuis.id, NOW)[:20]
        since, until = timeline.day_query(house.cast.seinhuis, on)
        found = store.bookings.between(house.cast.seinhuis.id, since, until, room_ids=[room.id for room, _ in lets])
        timeline.day_of(house.cast.seinhuis, lets, found, [], on, NOW)


def week_page(house, chance):
    """All 200 rooms: what the goal asks of 20."""
    day = NOW.date() + timedelta(days=chance.randrange(DAYS))
    with time_machine.travel(NOW, tick=False):
        assert house.app.test_client().get(f"/rooms/het-seinhuis/week?day={day}").status_code == 200


def week_across_rooms(house, chance):
    on = NOW.date() + timedelta(days=chance.randrange(DAYS))
    with house.read() as store:
        lets = store.rooms.let(house.cast.seinhuis.id, NOW)[:20]
        since, until = timeline.day_query(house.cast.seinhuis, on, 7)
        found = store.bookings.between(house.cast.seinhuis.id, since, until, room_ids=[room.id for room, _ in lets])
        for n in range(7):
            timeline.day_of(house.cast.seinhuis, lets, found, [], on + timedelta(days=n), NOW)


PARTS = [
    ("find: a day", FIND_GOAL, on_a_day),
    ("find: any day soon", FIND_GOAL, any_day),
    ("find: a full day, and others", FIND_GOAL, full_day),
    ("find: a year in vain", FIND_GOAL, whole_year),
    ("find: the whole page", PAGE_GOAL, page),
    ("timeline: 20 rooms, a day", 60, day_across_rooms),
    ("timeline: 20 rooms, a week", 60, week_across_rooms),
    ("timeline: the page, 200 rooms", 500, week_page),
]


if __name__ == "__main__":
    sys.exit(main())
