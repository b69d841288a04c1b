"""Somebody with the file in hand changes history: `ledger verify` names the row."""

import contextlib
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from s2m.domain import ledger, presence
from s2m.domain.ledger.entries import link
from s2m.store import Store, embedded, seeded

TEXTS = ("id", "journal_id", "kind", "state", "debit_id", "credit_id", "unit", "key_hash", "hash", "pending_id", "reverses_id")
NUMBERS = ("amount", "at", "expires_at")


@pytest.fixture
def history(database, cast, now):
    """Fifty-odd rows of every kind, and the triggers and constraints taken away, as an attacker would."""
    chance = random.Random(7)
    with database.write() as store:
        store.chance = seeded(3)
        people = (cast.samira, cast.joost, cast.thijs, cast.marieke)
        for day in range(14):  # a seat is held once a day
            at, person = now + timedelta(days=day), chance.choice(people)
            payer = "commons" if chance.random() < 0.3 else "person"
            done = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", at, paid_by=payer)
            how = chance.choice(("left", "undone", "left"))
            presence.end(store, done.visit, at, how, at)
            if done.visit.hold_id and chance.random() < 0.5 and how == "left":
                ledger.forgive(store, store.ledger.transfer(done.visit.hold_id), at)
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now + timedelta(days=20))
    disarm(database)
    return cast.noord.id


def disarm(database):
    with database.kind.writing() as connection:
        run = connection.exec_driver_sql
        if isinstance(database.kind, embedded.Embedded):
            for name in run("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
                run(f"DROP TRIGGER {name}")
            for name in run("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%UNIQUE%'").scalars().all():
                run(f"DROP INDEX {name}")
        else:
            run("ALTER TABLE transfers DISABLE TRIGGER ALL")
            mine = "SELECT conname FROM pg_constraint WHERE conrelid = 'transfers'::regclass AND contype IN ('c', 'f')"
            for name in run(mine).scalars().all():
                run(f"ALTER TABLE transfers DROP CONSTRAINT {name} CASCADE")
            for name in ("uq_transfers_pending_id", "uq_transfers_reverses_id"):
                run(f"DROP INDEX {name}")


class Over(Exception):
    """The attack is over."""


@pytest.fixture
def attack(database, history):
    """Run a statement with every check switched off; gives back what verify says."""

    def attack(*statements, **values):
        with contextlib.suppress(Over), database.kind.writing() as connection:
            if isinstance(database.kind, embedded.Embedded):
                # These count from outside a transaction only
                for switch in (
                    "ROLLBACK",
                    "PRAGMA foreign_keys = OFF",
                    "PRAGMA ignore_check_constraints = ON",
                    "BEGIN IMMEDIATE",
                ):
                    connection.exec_driver_sql(switch)
            for statement in statements:
                connection.execute(text(statement), values)
            verdict = ledger.verify_network(Store(connection), history)
            raise Over  # and nothing of it stays
        return verdict

    return attack


@pytest.fixture
def rows(database, history):
    with database.read() as store:
        return list(store.ledger.rows(history))


def test_an_untouched_history_is_in_order(attack, rows):
    assert len(rows) > 40 and any(row.reverses_id for row in rows)
    assert {row.state for row in rows} == {"posted", "pending", "post", "void"}
    verdict = attack()
    assert (verdict.fault, verdict.rows, verdict.head) == (None, len(rows), ledger.Head(rows[-1].n, rows[-1].hash))


def flip(value, chance):
    """The value with one bit of it the other way round."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(62))
    place = chance.randrange(len(value))
    return value[:place] + chr(ord(value[place]) ^ (1 << chance.randrange(6)) or 1) + value[place + 1 :]


def test_one_bit_flipped_anywhere_names_the_row(attack, rows):
    chance, tried = random.Random(11), set()
    while len(tried) < 100:
        row, column = chance.choice(rows), chance.choice((*TEXTS, *NUMBERS))
        kept = getattr(row, column)
        if kept is None:
            continue
        if column in ("at", "expires_at"):
            kept = round(kept.timestamp() * 1_000_000)
        value = flip(kept, chance)
        fault = attack(f"UPDATE transfers SET {column} = :value WHERE id = :id", value=value, id=row.id).fault
        assert fault and fault.n == row.n, (row.n, column, kept, value, fault)
        tried.add((row.n, column, value))
    assert {column for _, column, _ in tried} == {*TEXTS, *NUMBERS}


def test_a_row_of_another_network_is_missed_where_it_was(attack, rows, cast):
    away = "UPDATE transfers SET network_id = :zuid, n = 900 WHERE n = 9 AND network_id = :noord"
    fault = attack(away, zuid=cast.zuid.id, noord=cast.noord.id).fault
    assert (fault.n, fault.what) == (10, "gap")


@pytest.mark.parametrize("place", [1, 2, 17, 40])
def test_a_deleted_row_is_missed(attack, rows, cast, place):
    fault = attack("DELETE FROM transfers WHERE network_id = :net AND n = :n", net=cast.noord.id, n=place).fault
    assert (fault.n, fault.what) == (place + 1, "gap")


def test_a_deleted_row_whose_followers_moved_up_is_missed(attack, rows, cast):
    delete = "DELETE FROM transfers WHERE network_id = :net AND n = 17"
    up = "UPDATE transfers SET n = n + :by WHERE network_id = :net AND n > 17"
    down = "UPDATE transfers SET n = n - :by - 1 WHERE network_id = :net AND n > 17"
    fault = attack(delete, up, down, net=cast.noord.id, by=10_000).fault
    assert (fault.n, fault.what) == (17, "chain")


@pytest.mark.parametrize(("one", "other"), [(5, 6), (12, 31)])
def test_swapped_rows_are_noticed_at_the_first(attack, rows, cast, one, other):
    step = "UPDATE transfers SET n = :{to} WHERE network_id = :net AND n = :{at}"
    statements = [step.format(at=a, to=b) for a, b in (("one", "far"), ("other", "one"), ("far", "other"))]
    fault = attack(*statements, net=cast.noord.id, one=one, other=other, far=10_000).fault
    assert (fault.n, fault.what) == (one, "chain")


def test_an_inserted_row_is_noticed(attack, rows, cast):
    columns = "journal_id, kind, state, debit_id, credit_id, amount, unit, at, key_hash, hash"
    copy = f"INSERT INTO transfers (network_id, n, id, {columns}) SELECT network_id, :n, 'new', {columns} FROM transfers "
    fault = attack(copy + "WHERE network_id = :net AND n = 1", net=cast.noord.id, n=len(rows) + 1).fault
    assert (fault.n, fault.what) == (len(rows) + 1, "chain")


def forged(row, previous):
    """The row with a hash that fits: an attacker who knows how the chain is made."""
    return ledger.Transfer(**{**vars(row), "hash": link(previous, row.n, row)})


def append(row):
    values = {**vars(row), "at": 0, "expires_at": None}
    names = ", ".join(values)
    return f"INSERT INTO transfers ({names}) VALUES ({', '.join(f':{n}' for n in values)})", values


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("accounts", lambda r, c: {"credit_id": r.debit_id}),
        ("accounts", lambda r, c: {"credit_id": "nobody"}),
        ("unit", lambda r, c: {"unit": "EUR"}),
        ("hold", lambda r, c: {"state": "post", "pending_id": "never"}),
        ("reversal", lambda r, c: {"reverses_id": "never"}),
        ("floor", lambda r, c: {"amount": 1_000}),
        ("sum or balance", lambda r, c: {}),
    ],
)
def test_a_row_with_a_hash_that_fits_is_still_held_to_the_rules(attack, rows, cast, database, what, change):
    with database.read() as store:
        debit, credit = (store.ledger.person_account(p.id).id for p in (cast.thijs, cast.joost))
    row = ledger.Transfer(
        cast.noord.id,
        "new",
        "new",
        "gift",
        "posted",
        debit,
        credit,
        1,
        "SC",
        datetime(1970, 1, 1, tzinfo=UTC),
        "k",
        n=len(rows) + 1,
    )
    row = forged(ledger.Transfer(**{**vars(row), **change(row, cast)}), rows[-1].hash)
    statement, values = append(row)
    head = "UPDATE chain_heads SET n = :n, hash = :hash WHERE chain = 'ledger' AND network_id = :network_id"
    fault = attack(statement, head, **values).fault
    assert fault.what in what and fault.n in (row.n, 0), fault


def test_a_changed_balance_names_the_account(attack, rows, database, cast):
    with database.read() as store:
        account = store.ledger.person_account(cast.joost.id)
    for change in ("balance = balance + 1", "held = held + 1"):
        fault = attack(f"UPDATE accounts SET {change} WHERE id = :id", id=account.id).fault
        assert (fault.n, fault.what) == (0, "balance") and account.id in fault.detail


def test_an_account_taken_away_is_missed_at_its_first_row(attack, rows, database, cast):
    with database.read() as store:
        account = store.ledger.person_account(cast.joost.id)
    first = next(r.n for r in rows if account.id in (r.debit_id, r.credit_id))
    with_fk_off = "DELETE FROM accounts WHERE id = :id"
    assert attack(with_fk_off, id=account.id).fault.n == first


@pytest.mark.parametrize("rows_cut", [1, 5])
def test_a_cut_tail_is_missed_by_the_head(attack, rows, cast, rows_cut):
    last = len(rows) - rows_cut
    fault = attack("DELETE FROM transfers WHERE network_id = :net AND n > :last", net=cast.noord.id, last=last).fault
    assert (fault.n, fault.what) == (last + 1, "cut")


def test_a_cut_tail_with_its_head_moved_is_found_by_balances_or_by_the_head_kept_outside(attack, rows, cast):
    """Whoever also rewrites every balance leaves only what was noted elsewhere: mail, the host page, a print."""
    last = rows[-2]
    cut = "DELETE FROM transfers WHERE network_id = :net AND n > :n"
    move = "UPDATE chain_heads SET n = :n, hash = :hash WHERE chain = 'ledger' AND network_id = :net"
    values = {"net": cast.noord.id, "n": last.n, "hash": last.hash}
    assert attack(cut, move, **values).fault.what == "balance"
    mend = "UPDATE accounts SET held = held - :amount WHERE id = :debit"
    verdict = attack(cut, move, mend, amount=rows[-1].amount, debit=rows[-1].debit_id, **values)
    assert rows[-1].state == "pending" and verdict.fault is None
    assert verdict.head != ledger.Head(rows[-1].n, rows[-1].hash)
