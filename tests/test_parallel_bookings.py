"""Twenty at once for one room, and eight processes that try five hundred times each: never two at once, and no other error."""

import multiprocessing
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import bookings
from s2m.domain.bookings import Booking, waiting
from s2m.domain.errors import Conflict
from s2m.store import embedded
from s2m.store.engine import Database
from tests.letting import EVA, HOUR, as_booker, book, let
from tests.test_parallel import MANY, at_once

__all__ = ["at_once"]
ONE = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
PROCESSES, TRIES, SLOTS = 8, 500, 10


@pytest.fixture
def perron(database, cast, now):
    with database.write() as store:
        return let(store, cast.seinhuis, cast.marieke, now, buffer_after=0)


def test_twenty_book_one_slot_at_once_and_one_has_it(database, cast, perron, now, at_once):
    def take(n):
        with database.write() as store:
            return book(store, cast.seinhuis, perron, ONE, 1, as_booker(cast.samira), now)

    results = at_once(take)
    assert len(results) == MANY and sum(isinstance(r, Booking) for r in results) == 1
    assert {(type(r), r.code) for r in results if not isinstance(r, Booking)} == {(Conflict, "taken")}


def test_twenty_get_in_line_and_twenty_cancel_at_once_and_one_is_offered_it(database, cast, perron, now, at_once):
    """The tenth of a second in which all want the same: there is one offer, to whoever stands first in the end."""
    with database.write() as store:
        taken = book(store, cast.seinhuis, perron, ONE, 1, as_booker(cast.marieke, host=True), now)
        values = [bookings.parse_renter(EVA | {"email": f"eva{n}@woonlab.example"}) for n in range(MANY)]
        renters = [bookings.renter_for(store, cast.noord.id, None, one, "nl", now) for one in values]

    def act(n):
        with database.write() as store:
            if n % 2:
                wait = waiting.join(store, cast.seinhuis, perron.id, ONE, ONE + HOUR, 1, renters[n], now, secret_hash=str(n))
                return waiting.prove(store, cast.seinhuis, wait, now)
            return bookings.cancel(store, cast.seinhuis, taken, as_booker(cast.marieke, host=True), now, agreed_cents=None)

    results = at_once(act)
    assert {getattr(r, "code", "done") for r in results} <= {"done", "booking_over", "free_now"}
    assert sum(isinstance(r, Booking) for r in results) == 1
    with database.read() as store:
        line = store.waits.line(cast.seinhuis.id)
        held = store.bookings.between(cast.seinhuis.id, ONE, ONE + HOUR)
    offered = [wait for wait in line if wait.state == "offered"]
    assert len(offered) == len(held) <= 1 and (offered or not line)


def attempt(url, cast, room_id, seed, answers):
    """One process: holds, moves and cancels what it has, at random, on ten slots."""
    embedded.BUSY_SECONDS = 60  # SQLite lets none of eight wait its turn: on two busy cores one may wait long
    database, chance, mine, found = Database(url), random.Random(seed), [], Counter()
    by, now = as_booker(cast.samira), datetime(2026, 3, 12, 8, 41, tzinfo=UTC)
    for _try in range(TRIES):
        start = ONE + chance.randrange(SLOTS) * HOUR / 2
        try:
            with database.write() as store:
                if mine and chance.random() < 0.4:
                    one = mine.pop(chance.randrange(len(mine)))
                    bookings.settle(store, cast.seinhuis, store.bookings.get(one.id), by, now, status="cancelled")
                else:
                    mine.append(bookings.hold(store, cast.seinhuis, room_id, start, start + HOUR / 2, by, now))
            found["done"] += 1
        except Exception as error:
            found[getattr(error, "code", repr(error))] += 1
    database.close()
    answers.put(found)


@pytest.mark.slow
@pytest.mark.long
def test_eight_processes_try_five_hundred_times_each_and_nothing_overlaps(database, database_url, cast, perron):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    crowd = [context.Process(target=attempt, args=(database_url, cast, perron.id, n, answers)) for n in range(PROCESSES)]
    for one in crowd:
        one.start()
    found = sum((answers.get(timeout=300) for _one in crowd), Counter())
    for one in crowd:
        one.join()
    assert sum(found.values()) == PROCESSES * TRIES and set(found) == {"done", "taken"}, found
    with database.read() as store:
        stand = store.bookings.between(cast.seinhuis.id, ONE - HOUR, ONE + timedelta(days=1))
    assert 0 < len(stand) <= SLOTS
    for earlier, later in zip(stand, stand[1:], strict=False):
        assert earlier.blocked_until <= later.blocked_from
