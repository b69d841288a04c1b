"""What the host's pages cost in a full house: 20 rooms with 5,000 bookings in one week, by whole requests within the process.

    python -m tests.bench.desk [--check] [--rounds 60]

On both engines: the week across the rooms, and the day of it, each with what it draws. `--check` exits 1 when a 95th percentile
misses its goal in milliseconds, which holds for an idle machine; beside it stands the median of this process's own work.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from s2m.app import create_app, settle_in
from s2m.config import Config
from s2m.domain import bookings, rooms, venues
from s2m.domain.bookings.values import Booking
from s2m.domain.rooms import RoomTerms
from s2m.store import schema
from s2m.store.bookings import _row
from tests.bench.rooms import engines
from tests.cast import settle, sign_in

ROOMS, BOOKINGS = 20, 5_000
QUARTER = timedelta(minutes=15)
HOST = "/host/het-seinhuis/rooms"
PARTS = (("week", 60, f"{HOST}/week"), ("week, its part", 60, f"{HOST}/week/now"), ("day of 700 bookings", 200, HOST))


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    words.add_argument("--rounds", type=int, default=60)
    options, missed = words.parse_args(), []
    with tempfile.TemporaryDirectory(prefix="s2m-bench-") as scratch, ExitStack() as stack:
        for engine, url in engines(Path(scratch), stack).items():
            client = furnish(Path(scratch) / f"desk-{engine}", url)
            for name, goal, path in PARTS:
                walls, works = zip(*timed(client, path, options.rounds), strict=True)
                p50, p95 = statistics.median(walls), statistics.quantiles(walls, n=20)[-1]
                work = statistics.median(works)
                print(f"{engine:10} {name:20} p50 {p50:6.1f}  p95 {p95:6.1f}  own work {work:6.1f}  goal {goal} ms", flush=True)
                missed += [f"{engine}: {name} took {p95:.1f} ms, not {goal}"] if p95 > goal else []
    print(*missed or ["all goals met"], sep="\n")
    return 1 if missed and options.check else 0


def timed(client, path, rounds):
    for n in range(rounds + 5):
        began, worked = time.perf_counter(), time.process_time()
        assert client.get(path).status_code == 200
        if n >= 5:
            yield (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def furnish(folder, url):
    """A signed-in host of a house whose rooms are booked in quarters of an hour, all this week."""
    app, now = create_app(Config(instance=folder, database_url=url, jobs=False)), datetime.now(UTC)
    settle_in(None)
    with app.extensions["s2m.database"].write() as store:
        cast = settle(store, now - timedelta(days=8))
        who = bookings.parse_renter({"name": "Eva Woonlab", "email": "eva@woonlab.example"})
        renter = bookings.renter_for(store, cast.noord.id, None, who, "nl", now)
        lets = [let(store, cast, n, now) for n in range(ROOMS)]
        rows = [_row(vars(one)) for one in booked(cast, lets, renter, now)]
        for n in range(0, len(rows), 500):
            store.connection.execute(insert(schema.bookings), rows[n : n + 500])
        if store.connection.dialect.name == "postgresql":
            store.connection.execute(text("ANALYZE bookings"))
    return sign_in(app, cast.marieke, now)


def let(store, cast, n, now):
    given = {"name": f"Ruimte {n}", "kind": "meeting", "floor": "0", "capacity": "8"}
    room = venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now - timedelta(days=8))
    terms = RoomTerms(hour_cents=3800, buffer_after=0)
    rooms.change_terms(store, cast.seinhuis, room.id, terms, cast.marieke.id, now - timedelta(days=8))
    return room, store.rooms.terms(room.id, now)


def booked(cast, lets, renter, now):
    midnight = venues.day_start(cast.seinhuis, now)
    monday = midnight - timedelta(days=midnight.weekday())
    chance = random.Random(20)
    slots = [(room, terms, day, n) for room, terms in lets for day in range(7) for n in range(40)]
    for room, terms, day, n in chance.sample(slots, BOOKINGS):
        at = (monday + timedelta(days=day, hours=8) + n * QUARTER).astimezone(UTC)
        yield Booking(
            f"{chance.getrandbits(128):032x}", cast.noord.id, cast.seinhuis.id, room.id, terms.id, at, at + QUARTER, at,
            at + QUARTER, "confirmed", cast.marieke.id, now, now, renter_id=renter.id, title="Overleg",
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
