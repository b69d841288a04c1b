"""What a feed costs: GET /feeds/<secret>.ics of 2,000 bookings, as the app answers it, from the database to the last byte.

    python -m tests.bench.feeds [--check] [--events 2000] [--rounds 7]

Three feeds: a member's own, a room's for its host, and when the room is taken; and the first again, unchanged, by its ETag. The
whole request in this process: median time on a processor, and by the clock, which says little on a shared machine. `--check`
exits 1 where a median on the processor is over the goal of 150 ms.
"""

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from s2m.app import create_app
from s2m.config import Config
from s2m.domain import people, rooms, venues
from s2m.domain.bookings import Booking, parse_renter, renter_for
from s2m.domain.calendars import feeds
from s2m.domain.money import Line
from s2m.domain.rooms import RoomTerms

GOAL = 150.0
EVA = {"name": "Eva Woonlab", "email": "eva@woonlab.example", "company": "Woonlab Soest"}


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    words.add_argument("--events", type=int, default=2000)
    words.add_argument("--rounds", type=int, default=7)
    options = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="s2m-bench-") as scratch:
        app = create_app(Config(instance=Path(scratch), jobs=False))
        addresses = furnish(app, options.events)
        worst = max(measure(app.test_client(), name, address, options) for name, address in addresses.items())
        app.extensions["s2m.database"].close()
    print(f"goal: {GOAL:.0f} ms; {'met' if worst <= GOAL else 'missed'}")
    return 1 if worst > GOAL and options.check else 0


def measure(client, name, address, options):
    """Median milliseconds on a processor, printed beside those by the clock and the size."""
    first = client.get(address)
    assert first.data.count(b"BEGIN:VEVENT") == options.events, f"{name}: {first.status_code}"
    headers = {"If-None-Match": first.headers["ETag"]} if name == "unchanged" else {}
    times = []
    for _ in range(options.rounds):
        begun = time.process_time(), time.perf_counter()
        client.get(address, headers=headers)
        times.append(((time.process_time() - begun[0]) * 1000, (time.perf_counter() - begun[1]) * 1000))
    spent, by_clock = (statistics.median(column) for column in zip(*times, strict=True))
    size = f"{len(first.data) / 1024:.0f} kB, {options.events} events"
    print(f"{name:10} {spent:6.1f} ms on a processor, {by_clock:6.1f} ms by the clock, {size}")
    return spent


def furnish(app, count):
    """A room with so many bookings of one member, an hour each; the addresses of the feeds."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with app.extensions["s2m.database"].write() as store:
        network = venues.found_network(store, "Bench", now)
        venue = venues.open_venue(store, network.id, "Het Seinhuis", "Europe/Amsterdam", now)
        host = people.join(store, network.id, "Bench Host", None, store.venues.policy(venue, now), now)
        people.give_role(store, host, "host", venue.id, now, by=host.id)
        given = {"name": "Perron", "kind": "meeting", "floor": "0", "capacity": "20"}
        room = venues.add_room(store, venue, given, host.id, now)
        terms = RoomTerms(hour_cents=3800, buffer_after=0, horizon=count)
        rooms.change_terms(store, venue, room.id, terms, host.id, now)
        terms = store.rooms.terms(room.id, now)
        renter = renter_for(store, network.id, host, parse_renter(EVA), "nl", now)
        line = Line("room_hour", "", 100, 3800, 3800, 2100)
        first = Booking(
            "", network.id, venue.id, room.id, terms.id, now, now, now, now, "confirmed", host.id, now, now, renter_id=renter.id,
            person_id=host.id, notes="Koffie graag", people=8, lines=(line,), topics=("mantelzorg",), gross_cents=4598,
        )  # fmt: skip
        for n in range(count):
            start = now + timedelta(hours=4 * n)
            end = start + timedelta(hours=1)
            store.bookings.add(
                replace(first, id=store.new_id(now), starts_at=start, ends_at=end, blocked_from=start, blocked_until=end,
                        title=f"Kennismaking nummer {n}, met de hele buurt")
            )  # fmt: skip
        own, of_room = feeds.make(store, host, None, now), feeds.make(store, host, room, now)
    busy = f"/rooms/{venue.slug}/{room.id}/busy.ics"
    return {"own": f"/feeds/{own}.ics", "room": f"/feeds/{of_room}.ics", "taken": busy, "unchanged": f"/feeds/{own}.ics"}


if __name__ == "__main__":
    sys.exit(main())
