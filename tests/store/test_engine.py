"""The two units of work on both engines: all or nothing, one moment, clear errors, nothing that stalls the venue."""

import shutil
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from s2m.domain import ledger, presence
from s2m.domain.errors import Conflict, Invalid, Unavailable
from s2m.store import Store, embedded, seeded
from s2m.store.engine import Database


@pytest.fixture
def venue_file(sqlite_template, tmp_path):
    """A migrated file of the embedded engine."""
    return shutil.copy(sqlite_template, tmp_path / "venue.sqlite")


@pytest.fixture
def embedded_database(venue_file):
    database = Database(f"sqlite:///{venue_file}")
    yield database
    database.close()


@pytest.fixture
def impatient(monkeypatch, venue_file):
    """The embedded engine for somebody who waits a fifth of a second."""
    monkeypatch.setattr(embedded, "BUSY_SECONDS", 0.2)
    database = Database(f"sqlite:///{venue_file}")
    yield database
    database.close()


def count(database):
    with database.read() as store:
        return len(store.venues.networks())


def test_a_transaction_that_fails_leaves_nothing(database, now):
    with pytest.raises(RuntimeError), database.write() as store:
        store.venues.add_network("Noord", now)
        raise RuntimeError
    assert count(database) == 0


def test_a_forgotten_end_cannot_stall_the_others(database, now):
    for error in (RuntimeError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error), database.write() as store:
            store.venues.add_network("Noord", now)
            raise error
        began = time.monotonic()
        with database.write() as store:
            store.venues.add_network("Zuid", now)
        assert time.monotonic() - began < 1
    assert count(database) == 3


def test_a_view_that_returns_in_the_middle_commits(database, now):
    def view():
        with database.write() as store:
            return store.venues.add_network("Noord", now)

    assert view() and count(database) == 1


def test_a_reader_sees_one_moment(database, cast, now):
    with database.read() as reading:
        before = reading.ledger.head(cast.noord.id)
        with database.write() as store:
            presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        assert reading.ledger.head(cast.noord.id) == before
        assert reading.ledger.person_account(cast.samira.id).held == 0
        assert ledger.verify_network(reading, cast.noord.id).fault is None
    with database.read() as reading:
        assert reading.ledger.person_account(cast.samira.id).held == 4


def test_a_constraint_that_says_no_is_a_conflict(database, cast, now):
    with pytest.raises(Conflict), database.write() as store:
        row = {"id": "0" * 32, "net": cast.noord.id, "name": "x", "email": cast.samira.email}
        store.run(
            text(
                "INSERT INTO people (id, network_id, name, name_folded, email, language, created_at)"
                " VALUES (:id, :net, :name, :name, :email, 'nl', 0)"
            ),
            **row,
        )


@pytest.mark.parametrize("unkeepable", ["lone \ud800 surrogate", "NUL \x00"])
def test_what_cannot_be_kept_as_text_is_refused_and_never_a_failure(database, cast, now, unkeepable):
    try:
        with database.write() as store:
            people_before = store.people.search(cast.noord.id, unkeepable)
            store.venues.add_network(unkeepable, now)
    except Invalid as error:
        assert error.code == "unreadable"
    else:
        assert "\x00" in unkeepable and people_before == []  # SQLite keeps a NUL


def test_pages_are_told_after_the_commit_and_only_then(database, cast, now):
    told = []
    database.on_change.append(lambda venues: told.append((set(venues), count(database))))
    with database.write() as store:
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        assert told == []
    with pytest.raises(RuntimeError), database.write() as store:
        presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "badge", now)
        raise RuntimeError
    assert told == [({cast.seinhuis.id}, 2)]


def test_ids_stand_in_the_order_of_time_and_chance_can_be_seeded(database_url, now):
    database = Database(database_url, chance=seeded(1))
    with database.read() as store:
        ids = [store.new_id(now + timedelta(seconds=n)) for n in range(50)]
        first = store.secret()
        other = Store(store.connection, seeded(1))
        assert [other.new_id(now + timedelta(seconds=n)) for n in range(50)] == ids
        assert other.secret() == first
    assert ids == sorted(ids) and all(len(i) == 32 and i[12] == "7" and i[16] in "89ab" for i in ids)
    database.close()


def test_only_two_engines_are_known():
    with pytest.raises(ValueError, match="sqlite: or postgresql:"):
        Database("mysql://localhost/x")


# The embedded engine ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "safe"),
    [("3.7.0", False), ("3.40.1", False), ("3.44.5", False), ("3.44.6", True), ("3.44.9", True), ("3.45.0", False),
     ("3.50.6", False),
     ("3.50.7", True), ("3.51.0", False), ("3.51.2", False), ("3.51.3", True), ("3.53.4", True), ("4.0.0", True)],
)  # fmt: skip
def test_wal_is_used_only_where_its_race_is_mended(version, safe):
    numbers = tuple(map(int, version.split(".")))
    assert embedded.wal_is_safe(numbers) is safe
    said = embedded.pragmas(numbers)
    assert ("PRAGMA journal_mode=WAL" in said, "PRAGMA synchronous=FULL" in said) == (safe, safe)
    assert ("PRAGMA journal_mode=DELETE" in said, "PRAGMA synchronous=EXTRA" in said) == (not safe, not safe)
    assert "PRAGMA foreign_keys=ON" in said and "PRAGMA recursive_triggers=ON" in said


def test_every_connection_is_set_up(embedded_database):
    safe = embedded.wal_is_safe(embedded.driver.sqlite_version_info)
    wanted = {
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "synchronous": 2 if safe else 3,
        "journal_mode": "wal" if safe else "delete",
    }
    with embedded_database.read() as store, embedded_database.read() as other:
        for each in (store, other):
            assert {name: each.run(text(f"PRAGMA {name}")).scalar_one() for name in wanted} == wanted


def test_a_writer_takes_its_lock_before_it_reads(embedded_database, venue_file):
    """BEGIN IMMEDIATE: a plain BEGIN would let two read and then refuse one of them (SQLITE_BUSY, at once)."""
    foreign = embedded.driver.connect(venue_file, timeout=0, isolation_level=None)
    with embedded_database.write(), pytest.raises(embedded.driver.OperationalError, match="locked"):
        foreign.execute("BEGIN IMMEDIATE")
    with embedded_database.read():
        foreign.execute("BEGIN IMMEDIATE")
        foreign.execute("ROLLBACK")
    foreign.close()


def test_a_lock_held_too_long_is_unavailable_and_nothing_is_stored(impatient, now):
    foreign = embedded.driver.connect(impatient.kind.path, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable), impatient.write() as store:
        store.venues.add_network("Noord", now)
    foreign.execute("ROLLBACK")
    foreign.close()
    with impatient.write() as store:
        store.venues.add_network("Zuid", now)
    assert count(impatient) == 1


def test_a_writer_that_takes_too_long_is_unavailable_to_the_next(impatient, now):
    holding, done = threading.Event(), threading.Event()

    def slow():
        with impatient.write() as store:
            store.venues.add_network("Noord", now)
            holding.set()
            done.wait(5)

    thread = threading.Thread(target=slow)
    thread.start()
    holding.wait(5)
    with pytest.raises(Unavailable, match="busy"), impatient.write():
        pass
    done.set()
    thread.join()
    assert count(impatient) == 1
