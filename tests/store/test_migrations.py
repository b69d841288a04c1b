"""Migrations: what they make is what `schema.py` says, on both engines, however often and from however many places they run."""

import multiprocessing
import shutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from s2m.domain import ledger
from s2m.domain.errors import Conflict
from s2m.domain.ledger.entries import START
from s2m.store import embedded, postgresql
from s2m.store.engine import Database
from s2m.store.migrations import STEPS, Step
from s2m.store.schema import metadata

# What the migrations themselves keep their notes in
NOTES = {"migrations", "_sqlite_migrations"}


@pytest.fixture
def empty(empty_database_url):
    database = Database(empty_database_url)
    yield database
    database.close()


def differences(database):
    def ours(thing, name, kind, reflected, other):
        return not (kind == "table" and name in NOTES)

    with database.kind.engine.connect() as connection:
        options = {"compare_type": True, "include_object": ours, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, metadata)


def names(sql, database):
    with database.kind.engine.connect() as connection:
        return set(connection.exec_driver_sql(sql).scalars())


def test_what_migrations_make_is_what_the_schema_says(database):
    assert differences(database) == []


def test_a_column_too_few_would_be_noticed(database):
    with database.write() as store:
        store.connection.exec_driver_sql("ALTER TABLE outbox DROP COLUMN error")
    assert [kind for kind, *_ in differences(database)] == ["add_column"]


def test_every_table_is_strict_and_guarded_in_the_embedded_engine(sqlite_template):
    database = Database(f"sqlite:///{sqlite_template}")
    strict = names("SELECT name FROM pragma_table_list WHERE strict", database)
    assert set(metadata.tables) <= strict
    guards = names("SELECT name FROM sqlite_master WHERE type = 'trigger'", database)
    kept = ("transfers", "audit", "sealed_heads", "documents", "payments")
    booked = {f"bookings_no_overlap_{what}" for what in ("added", "moved")}
    assert guards == {f"{table}_no_{what}" for table in kept for what in ("update", "delete", "replace")} | booked
    database.close()


def test_checks_and_partial_indexes_are_the_same_on_both_engines(database):
    """Alembic does not compare these: every one of the schema must have come out of the migrations."""
    if isinstance(database.kind, embedded.Embedded):
        made = "".join(names("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL", database))
    else:
        made = "".join(
            names("SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint", database)
            | names("SELECT indexdef FROM pg_indexes", database)
        )
    for table in metadata.tables.values():
        for part in (*table.constraints, *table.indexes):
            assert str(part.name) in made
    partial = [i for t in metadata.tables.values() for i in t.indexes if i.dialect_options["sqlite"]["where"] is not None]
    assert len(partial) > 8 and made.upper().count(" WHERE ") >= len(partial)


def test_a_second_run_does_nothing(empty):
    assert empty.pending() == [step.name for step in STEPS]
    assert empty.migrate() == [step.name for step in STEPS]
    assert empty.migrate() == [] == empty.pending()


def test_thanks_of_before_count_as_accepted_and_earned_and_those_undone_stay_undone(empty):
    until = next(n for n, step in enumerate(STEPS) if step.name == "0003_thanks")
    empty.kind.migrate(STEPS[:until])
    columns = "id, network_id, venue_id, topic, text, amount, at, undone_at"
    rows = f"INSERT INTO thanks ({columns}) VALUES ('{{}}', 'n', 'v', 't', '', 2, 1, {{}})"
    with empty.kind.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for name, undone in (("a", "NULL"), ("b", 5)):
            connection.exec_driver_sql(rows.format(name, undone))
    empty.migrate()
    with empty.kind.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT id, kind, state, accept_by, decided_at FROM thanks ORDER BY id").all()
    assert [tuple(row) for row in found] == [("a", "earned", "accepted", None, None), ("b", "earned", "undone", None, 5)]


def test_accounts_that_a_version_opened_in_silence_are_told_to_the_trail_once(empty):
    """Then nobody can change whose they are; and one that appears later was opened by nobody, however old it claims to be."""
    empty.kind.migrate(STEPS[:1])
    add = "INSERT INTO accounts (id, network_id, kind, unit, balance, held, created_at) VALUES ('{}', 'n', '{}', 'SC', 0, 0, {})"
    with empty.kind.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO networks VALUES ('n', 'Noord', 'SC', 1)")
        for chain in ("ledger", "audit"):
            connection.exec_driver_sql(f"INSERT INTO chain_heads VALUES ('n', '{chain}', 0, '{START}')")
        for id_, kind, at in (("a", "issuing", 1), ("b", "commons", 2)):
            connection.exec_driver_sql(add.format(id_, kind, at))
    empty.migrate()
    with empty.write() as store:
        assert [act.object_id for act in store.audit.rows("n")] == ["a", "b"]
        assert ledger.verify_network(store, "n").fault is None
        store.connection.exec_driver_sql(add.format("c", "person", 0))
    empty.migrate()
    with empty.read() as store:
        assert ledger.verify_network(store, "n").fault.detail == "account c: nobody opened it"


def migrate(url, results):
    database = Database(url)
    results.put(database.migrate())
    database.close()


def test_several_processes_at_once_apply_each_step_once(empty_database_url):
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    crowd = [spawn.Process(target=migrate, args=(empty_database_url, results)) for _ in range(3)]
    for process in crowd:
        process.start()
    applied = [results.get(timeout=60) for _ in crowd]
    for process in crowd:
        process.join()
    assert [process.exitcode for process in crowd] == [0, 0, 0]
    assert sorted(applied, key=len) == [[], [], [step.name for step in STEPS]]


def test_a_step_that_breaks_off_leaves_nothing_and_can_be_repeated(empty, monkeypatch):
    broken = Step("0002_broken", "CREATE TABLE half (id TEXT PRIMARY KEY);\nCREATE TABLE half (id TEXT PRIMARY KEY)")
    whole = Step("0002_broken", "CREATE TABLE half (id TEXT PRIMARY KEY)")
    with pytest.raises(Exception, match="half"):
        empty.kind.migrate((*STEPS, broken))
    assert empty.kind.pending((*STEPS, broken))[-1] == "0002_broken"
    assert empty.kind.migrate((*STEPS, whole))[-1] == "0002_broken"
    assert empty.kind.pending((*STEPS, whole)) == []


def die_half_way(url):
    """Like a power cut between two statements of a step."""
    import os

    for engine in (embedded, postgresql):
        whole = engine.statements

        def half(step, whole=whole):
            for number, statement in enumerate(whole(step)):
                if number == 12:
                    os._exit(9)
                yield statement

        engine.statements = half
    Database(url).migrate()


def test_a_process_killed_half_way_leaves_a_database_that_migrates(empty_database_url):
    spawn = multiprocessing.get_context("spawn")
    victim = spawn.Process(target=die_half_way, args=(empty_database_url,))
    victim.start()
    victim.join(60)
    assert victim.exitcode == 9
    database = Database(empty_database_url)
    assert database.migrate() == [step.name for step in STEPS]
    assert differences(database) == []
    database.close()


def test_statements_are_divided_where_they_end():
    assert Step("x", "CREATE TABLE a (b TEXT);\n\nCREATE TABLE c (d TEXT)").statements == [
        "CREATE TABLE a (b TEXT)",
        "CREATE TABLE c (d TEXT)",
    ]
    assert all(s.startswith(("CREATE ", "ALTER ", "UPDATE ", "DROP INDEX ")) for step in STEPS for s in step.statements)


def test_sqlite_utils_knows_what_a_file_has_had(sqlite_template, tmp_path):
    import sqlite_utils

    connection = embedded.driver.connect(shutil.copy(sqlite_template, tmp_path / "copy.sqlite"))
    rows = list(sqlite_utils.Database(connection)["_sqlite_migrations"].rows)
    assert [(row["migration_set"], row["name"]) for row in rows] == [("s2m", step.name) for step in STEPS]
    connection.close()


def test_a_check_may_be_changed_on_both_engines(database, cast, now):
    with database.write() as store:
        account = store.ledger.open_account(cast.noord.id, "budget", now, venue_id=cast.seinhuis.id)
    with pytest.raises(Conflict), database.write() as store:
        store.ledger.open_account(cast.noord.id, "wish", now, venue_id=cast.seinhuis.id)
    with database.read() as store:
        assert account in store.ledger.accounts(cast.noord.id)
    assert database.kind.examine() == []
