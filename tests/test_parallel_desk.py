"""Twenty hosts at once: on one booking and on one free hour. One after the other, never two in a room, and no other error."""

from datetime import UTC, datetime

import pytest

from s2m.domain import bookings
from s2m.domain.bookings import Booker, Booking
from s2m.domain.errors import Conflict
from tests.letting import HOUR, book, let
from tests.test_parallel import MANY, at_once

__all__ = ["at_once"]
NOON = datetime(2026, 3, 12, 11, 0, tzinfo=UTC)


@pytest.fixture
def host(cast):
    return Booker(cast.marieke.id, is_host=True)


@pytest.fixture
def perron(database, cast, now):
    with database.write() as store:
        return let(store, cast.seinhuis, cast.marieke, now, buffer_after=0)


def test_twenty_move_one_booking_at_once_and_it_is_in_one_place(database, cast, perron, now, host, at_once):
    with database.write() as store:
        one = book(store, cast.seinhuis, perron, NOON, 1, host, now)

    def move(n):
        start = NOON + (n % 4 + 1) * HOUR
        with database.write() as store:
            found = bookings.the_booking(store, cast.seinhuis, one.id)
            return bookings.move(store, cast.seinhuis, found, perron.id, start, start + HOUR, host, now, agreed_cents=4598)

    results = at_once(move)
    assert len(results) == MANY and all(isinstance(result, Booking) for result in results)
    with database.read() as store:
        (there,) = store.bookings.between(cast.seinhuis.id, NOON - HOUR, NOON + 9 * HOUR)
        acts = [row["action"] for row in store.desk.history(there)]
    last = max(results, key=lambda result: result.sequence)
    assert there == last and there.sequence == one.sequence + MANY and acts.count("booking.move") == MANY


def test_twenty_bookings_are_moved_into_one_hour_and_one_gets_there(database, cast, perron, now, host, at_once):
    with database.write() as store:
        every = [book(store, cast.seinhuis, perron, NOON + (n + 2) * HOUR, 1, host, now) for n in range(MANY)]

    def move(n):
        with database.write() as store:
            return bookings.move(
                store, cast.seinhuis, every[n], perron.id, NOON, NOON + HOUR, host, now, agreed_cents=None
            )  # fmt: skip

    results = at_once(move)
    assert sum(isinstance(result, Booking) for result in results) == 1
    assert {(type(r), r.code) for r in results if not isinstance(r, Booking)} == {(Conflict, "taken")}
    with database.read() as store:
        stand = store.bookings.between(cast.seinhuis.id, NOON - HOUR, NOON + 30 * HOUR)
    assert len(stand) == MANY and [one.starts_at for one in stand].count(NOON) == 1
