"""The ledger and the audit trail are only ever added to, on any connection; and no row can exist that must not."""

import shutil

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from s2m.domain import billing, ledger, presence
from s2m.domain.ledger import heads
from s2m.store import embedded
from s2m.store.engine import Database
from tests import billing as bills


@pytest.fixture
def foreign(database, cast):
    """Somebody else's connection to the same database: an operator's shell, without our settings."""
    kind = database.kind
    if isinstance(kind, embedded.Embedded):
        connection = embedded.driver.connect(str(kind.path), isolation_level=None)
        yield connection.execute
        connection.close()
    else:
        other = Database(kind.url.render_as_string(hide_password=False))
        with other.kind.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection.exec_driver_sql
        other.close()


CHANGES = [
    "UPDATE {table} SET hash = 'x'",
    "UPDATE {table} SET n = n + 1000",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE n = 1",
]
REPLACE = "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE n = 1"
TRUNCATE = ["TRUNCATE {table} CASCADE", "TRUNCATE {table}, evidence, thanks CASCADE"]


@pytest.mark.parametrize("table", ["transfers", "audit", "sealed_heads"])
def test_nothing_that_stands_can_be_changed_on_any_connection(database, cast, now, foreign, table):
    with database.write() as store:
        heads.seal(store, cast.noord.id, now)
    sqlite = isinstance(database.kind, embedded.Embedded)
    for change in [*CHANGES, *([REPLACE, "UPDATE OR REPLACE {table} SET n = 2 WHERE n = 1"] if sqlite else TRUNCATE)]:
        statement = change.format(table=table)
        with pytest.raises(Exception, match="append-only"):
            foreign(statement)
        with pytest.raises(DBAPIError, match="append-only"), database.kind.writing() as connection:
            connection.exec_driver_sql(statement)
    with database.read() as store:
        assert ledger.verify_network(store, cast.noord.id).fault is None


@pytest.mark.parametrize(("table", "column"), [("documents", "about"), ("payments", "paid_on")])
def test_no_bill_and_no_payment_that_stands_can_be_changed_on_any_connection(database, cast, now, foreign, table, column):
    with database.write() as store:
        bills.sells(store, cast, now)
        bill = billing.issue(store, cast.seinhuis, bills.supply(store, bills.perron(store, cast, now)), now)
        billing.credit(store, bill, "system", now)
        billing.pay(store, bill, 5, "cash", now.date(), "system", now, reference="r")
    changes = [f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"]
    if isinstance(database.kind, embedded.Embedded):
        with database.read() as store:
            columns = store.billing.one(text(f"SELECT group_concat(name) FROM pragma_table_info('{table}')"))[0]
        # Also where only the number, the bill it takes back or the bank's line is the same
        other = columns.replace("id,", "id || 'x',", 1).replace(",network_id || 'x'", ",network_id")
        changes += [f"INSERT OR REPLACE INTO {table} SELECT {each} FROM {table}" for each in (columns, other)]
    else:
        changes += [f"TRUNCATE {table} CASCADE"]
    for change in changes:
        with pytest.raises(Exception, match="append-only"):
            foreign(change)


@pytest.mark.parametrize("column", ["id", "n"])
def test_a_row_cannot_be_slipped_in_beside_one_that_stands(database, cast, foreign, column):
    columns = "network_id, n, id, journal_id, kind, state, debit_id, credit_id, amount, unit, at, key_hash, hash"
    taken = columns.replace(", n,", ", n + 1000,") if column == "id" else columns.replace(", id,", ", id || 'x',")
    with pytest.raises(Exception, match="(?i)unique|append-only|duplicate"):
        foreign(f"INSERT INTO transfers ({columns}) SELECT {taken} FROM transfers WHERE n = 1")


def row(store, cast, **other):
    accounts = {name: store.ledger.person_account(getattr(cast, name).id).id for name in ("samira", "joost", "olga")}
    made = {
        "network_id": cast.noord.id, "n": 999, "id": "x" * 32, "journal_id": "x" * 32, "kind": "gift", "state": "posted",
        "debit_id": accounts["samira"], "credit_id": accounts["joost"], "amount": 1, "unit": "SC", "at": 0, "pending_id": None,
        "reverses_id": None, "key_hash": "k", "hash": "h", **other,
    }  # fmt: skip
    return {name: accounts.get(value, value) for name, value in made.items()}


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"amount": -1}, {"amount": 1_000_000_001}, {"credit_id": "olga"}, {"debit_id": "olga", "credit_id": "olga"},
     {"credit_id": "samira"}, {"credit_id": "nobody"}, {"network_id": "nowhere"}, {"unit": "USD"}, {"state": "maybe"},
     {"state": "post"}, {"state": "posted", "pending_id": "x" * 32}, {"reverses_id": "nothing"}, {"amount": None}],
)  # fmt: skip
def test_no_transfer_can_exist_that_must_not(database, cast, wrong):
    with database.read() as store:
        values = row(store, cast, **wrong)
    names = ", ".join(values)
    statement = text(f"INSERT INTO transfers ({names}) VALUES ({', '.join(f':{name}' for name in values)})")
    with pytest.raises(DBAPIError), database.kind.writing() as connection:
        connection.execute(statement, values)
    with database.kind.writing() as connection:  # the same row without the fault is taken: it was the fault that was refused
        with database.read() as store:
            values = row(store, cast)
        connection.execute(text(f"INSERT INTO transfers ({names}) VALUES ({', '.join(f':{n}' for n in values)})"), values)


@pytest.mark.parametrize("amount", [1.5, "x", b"1"])
def test_an_amount_is_a_whole_number_in_the_embedded_engine_too(sqlite_template, tmp_path, amount):
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'copy.sqlite')}")
    with pytest.raises(DBAPIError, match="cannot store"), database.kind.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        marks = "'n', 1, 'i', 'j', 'gift', 'posted', 'd', 'c', ?, 'SC', 0, 'k', 'h'"
        columns = "network_id, n, id, journal_id, kind, state, debit_id, credit_id, amount, unit, at, key_hash, hash"
        connection.exec_driver_sql(f"INSERT INTO transfers ({columns}) VALUES ({marks})", (amount,))
    database.close()


def test_a_person_has_one_open_visit_whoever_writes(database, cast, now, foreign):
    with database.write() as store:
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
    columns = "network_id, venue_id, person_id, way, intent, visible, started_at, closes_at"
    again = f"INSERT INTO visits (id, {columns}) SELECT 'x', {columns} FROM visits WHERE id = '{visit.id}'"
    with pytest.raises(Exception, match="(?i)unique|duplicate"):
        foreign(again)


def test_a_hold_is_settled_and_a_row_reversed_at_most_once_whoever_writes(database, cast, now, foreign):
    with database.write() as store:
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
        presence.leave(store, visit, now)
        posted = store.ledger.resolution(visit.hold_id)
        ledger.reverse(store, posted.id, cast.noord.id, now)
    columns = "journal_id, kind, state, debit_id, credit_id, amount, unit, at, pending_id, reverses_id, key_hash, hash"
    for where in (f"pending_id = '{visit.hold_id}'", f"reverses_id = '{posted.id}'"):
        with pytest.raises(Exception, match="(?i)unique|duplicate"):
            copy = f"SELECT network_id, 900, 'y', {columns} FROM transfers WHERE {where}"
            foreign(f"INSERT INTO transfers (network_id, n, id, {columns}) {copy}")


def test_rows_of_one_network_cannot_point_into_another(database, cast, now):
    statements = [
        "UPDATE accounts SET network_id = :zuid WHERE person_id = :samira",
        "UPDATE topics SET person_id = :olga WHERE person_id = :samira",
        "UPDATE roles SET venue_id = :elders WHERE person_id = :wim",
        "UPDATE venues SET network_id = :zuid WHERE id = :seinhuis",
    ]
    names = {"zuid": cast.zuid.id, **{n: getattr(cast, n).id for n in ("samira", "olga", "wim", "elders", "seinhuis")}}
    for statement in statements:
        used = {name: value for name, value in names.items() if f":{name}" in statement}
        with pytest.raises(DBAPIError, match="(?i)foreign key"), database.kind.writing() as connection:
            connection.execute(text(statement), used)
