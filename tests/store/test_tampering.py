"""Somebody with the file in hand changes history: `ledger verify` names the row."""

import contextlib
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from s2m.domain import ledger, presence
from s2m.domain.ledger import heads
from s2m.domain.ledger.entries import link
from s2m.store import Store, embedded, seeded
from s2m.store.engine import Database
from s2m.store.schema import metadata

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
            if day in (5, 11):
                heads.seal(store, cast.noord.id, at)
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now + timedelta(days=20))
    disarm(database)
    return cast.noord.id


BOOKS = ("transfers", "accounts", "chain_heads", "audit", "sealed_heads")


def disarm(database):
    """No trigger, key or check is left, on SQLite no types either: whoever has the file can write any schema, too."""
    if isinstance(database.kind, embedded.Embedded):
        file = embedded.driver.connect(str(database.kind.path), isolation_level=None)
        for table in BOOKS:
            file.execute(f"CREATE TABLE loose AS SELECT * FROM {table}")
            file.execute(f"DROP TABLE {table}")
            file.execute(f"ALTER TABLE loose RENAME TO {table}")
        file.close()
        return
    with database.kind.writing() as connection:
        run = connection.exec_driver_sql
        for table in BOOKS:
            run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            mine = f"SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass"
            for name in run(mine).scalars().all():
                run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE")
            for name in run(f"SELECT indexname FROM pg_indexes WHERE tablename = '{table}'").scalars().all():
                run(f"DROP INDEX {name}")
            for column in metadata.tables[table].columns:
                run(f"ALTER TABLE {table} ALTER COLUMN {column.name} DROP NOT NULL")


class Over(Exception):
    """The attack is over."""


@pytest.fixture
def attack(database, history):
    """Run a statement with every check switched off; gives back what verify says."""

    def attack(*statements, **values):
        with contextlib.suppress(Over), database.kind.writing() as connection:
            if isinstance(database.kind, embedded.Embedded):
                for switch in ("ROLLBACK", "PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"):  # counts outside a transaction only
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


# A chain that is whole in itself, and another one --------------------------------------------------------------------


@pytest.fixture
def seals(database, history):
    with database.read() as store:
        return [sealed for sealed in store.heads.all(history) if sealed.chain == "ledger"]


def rewritten(rows, place, network_id):
    """Statements that change one amount and make all that follows from it fit: hashes, head and balances."""
    statements, values, previous = [], {"net": network_id}, rows[place - 1].hash
    for row in rows[place:]:
        amount = row.amount + 1 if row.n == rows[place].n else row.amount
        row = forged(ledger.Transfer(**{**vars(row), "amount": amount}), previous)
        previous = row.hash
        statements.append(
            f"UPDATE transfers SET hash = '{row.hash}', amount = {row.amount} WHERE network_id = :net AND n = {row.n}"
        )
    moved = rows[place]
    for account, sign in ((moved.debit_id, "-"), (moved.credit_id, "+")):
        statements.append(f"UPDATE accounts SET balance = balance {sign} 1 WHERE id = '{account}'")
    statements.append(f"UPDATE chain_heads SET hash = '{previous}' WHERE network_id = :net AND chain = 'ledger'")
    return statements, values


def test_a_history_written_anew_is_told_from_the_old_one_by_the_day_that_was_sealed(attack, rows, cast, seals):
    place = next(i for i, row in enumerate(rows) if row.kind == "newcomers_grant")
    statements, values = rewritten(rows, place, cast.noord.id)
    fault = attack(*statements, **values).fault
    assert (fault.n, fault.what) == (seals[0].row_n, "rewritten") and seals[0].day in fault.detail


def test_what_is_written_anew_with_its_seals_is_found_by_the_mail_alone(database, attack, rows, cast, seals):
    place = next(i for i, row in enumerate(rows) if row.kind == "newcomers_grant")
    statements, values = rewritten(rows, place, cast.noord.id)
    assert attack(*statements, "DELETE FROM sealed_heads WHERE network_id = :net", **values).fault is None
    mail = "\n".join(f"> {heads.line(sealed.kept)}" for sealed in seals)
    with contextlib.suppress(Over), database.kind.writing() as connection:
        for statement in statements:
            connection.execute(text(statement), values)
        fault = heads.unlike(Store(connection), [cast.noord.id], heads.read(mail))
        assert (fault.n, fault.what) == (seals[0].row_n, "rewritten")
        raise Over


def test_a_tail_that_was_cut_with_everything_that_shows_it_is_missed_by_its_seal(attack, rows, cast, seals):
    last = rows[seals[1].row_n - 2]
    cut = "DELETE FROM transfers WHERE network_id = :net AND n > :n"
    move = "UPDATE chain_heads SET n = :n, hash = :hash WHERE chain = 'ledger' AND network_id = :net"
    mend = [
        f"UPDATE accounts SET balance = {balance}, held = {held} WHERE id = '{account}'"
        for account, (balance, held) in standing(rows[: last.n]).items()
    ]
    fault = attack(cut, move, *mend, net=cast.noord.id, n=last.n, hash=last.hash).fault
    assert (fault.n, fault.what) == (seals[1].row_n, "cut")


def standing(rows):
    """Balance and holds of each account after these rows."""
    found, held = {}, {}
    for row in rows:
        for account in (row.debit_id, row.credit_id):
            found.setdefault(account, [0, 0])
        if row.state == "pending":
            held[row.id] = row
            found[row.debit_id][1] += row.amount
        elif row.pending_id:
            found[row.debit_id][1] -= held.pop(row.pending_id).amount
        if row.moves:
            found[row.debit_id][0] -= row.amount
            found[row.credit_id][0] += row.amount
    return found


@pytest.mark.parametrize("which", [1, 2])
def test_a_seal_that_was_taken_away_is_missed(attack, cast, which):
    fault = attack("DELETE FROM sealed_heads WHERE network_id = :net AND n = :n", net=cast.noord.id, n=which).fault
    assert (fault.what, fault.detail) == ("seals", f"seal {which} is missing")


def test_two_people_cannot_change_purses(attack, database, cast, rows):
    """Whose an account is stands in no row of the ledger: the audit trail says it."""
    swap = (
        "UPDATE accounts SET person_id = 'x' WHERE person_id = :samira",
        "UPDATE accounts SET person_id = :samira WHERE person_id = :joost",
        "UPDATE accounts SET person_id = :joost WHERE person_id = 'x'",
    )
    fault = attack(*swap, samira=cast.samira.id, joost=cast.joost.id).fault
    with database.read() as store:
        account = {person.id: store.ledger.person_account(person.id).id for person in (cast.samira, cast.joost)}
    assert fault.what == "opened"
    assert any(account[id_] in fault.detail and fault.detail.endswith(id_) for id_ in account)


def test_an_account_that_stands_still_though_nobody_said_so_is_named(attack, database, cast):
    fault = attack("UPDATE accounts SET frozen_at = 1 WHERE person_id = :samira", samira=cast.samira.id).fault
    with database.read() as store:
        account = store.ledger.person_account(cast.samira.id)
    assert fault.what == "frozen" and account.id in fault.detail


# Two hundred tamperings ------------------------------------------------------------------------------------------------


class Tampering:
    """One thing done to one row of the books: `statement` with `values`; `named` tells whether a fault is about it."""

    def __init__(self, connection, network_id, chance, is_loose):
        self.connection, self.network_id, self.chance, self.is_loose = connection, network_id, chance, is_loose
        self.table = chance.choices(BOOKS[:4], weights=(5, 3, 1, 3))[0]
        self.columns = [column.name for column in metadata.tables[self.table].columns]
        self.key = {"transfers": "n", "audit": "n", "accounts": "id", "chain_heads": "chain"}[self.table]
        self.row = chance.choice(self.rows())
        act = chance.choices((self.change, self.delete, self.insert, self.swap), weights=(12, 2, 1, 1))[0]
        self.statement, self.values = act()

    def rows(self):
        query = f"SELECT * FROM {self.table} WHERE network_id = :net ORDER BY {self.key}"
        return self.connection.execute(text(query), {"net": self.network_id}).mappings().all()

    def where(self):
        self.values = {"net": self.network_id, "key": self.row[self.key]}
        return f"WHERE network_id = :net AND {self.key} = :key"

    def change(self):
        self.what, self.column = "change", self.chance.choice(self.columns)
        before = self.row[self.column]
        after = before
        while after == before and type(after) is type(before):
            after = self.another(before)
        where, new = self.where(), ":value"
        if isinstance(after, Bytes):
            new, after = "CAST(:value AS TEXT)", bytes(after)
        self.new = after
        return f"UPDATE {self.table} SET {self.column} = {new} {where}", self.values | {"value": after}

    def another(self, value):
        number = isinstance(value, int)
        makes = [lambda: None, lambda: self.chance.choice(self.rows())[self.column]]
        if number:
            huge = (2**63 - 1, -(2**63), 0, value + 1)
            makes += [lambda: value ^ 1 << self.chance.randrange(62), lambda: self.chance.choice(huge)]
        elif value is not None:
            makes += [lambda: flip(value, self.chance)] * 2 + [lambda: "", lambda: value + " "]
        if value is None and not self.is_loose:  # PostgreSQL takes it for a number where it needs one
            makes.append(lambda: "1")
        if self.is_loose:
            makes += [lambda: b"\x00\xff", lambda: 0.5, lambda: "\u202e", lambda: 2**40]
            if isinstance(value, str) and value:
                makes += [lambda: Bytes(self.flipped(value.encode()))] * 4
        return self.chance.choice(makes)()

    def flipped(self, raw):
        """One bit of one byte, the highest as well: what comes out need not be text any more."""
        place = self.chance.randrange(len(raw))
        return raw[:place] + bytes([raw[place] ^ 1 << self.chance.choice((7, 7, self.chance.randrange(8)))]) + raw[place + 1 :]

    def delete(self):
        self.what = "delete"
        return f"DELETE FROM {self.table} {self.where()}", self.values

    def insert(self):
        """A copy of the row under a key that was free: behind the last, or as another account."""
        self.what = "insert"
        self.new = max(row["n"] for row in self.rows()) + 1 if self.key == "n" else f"{self.row[self.key]}x"
        names = [f":new AS {name}" if name == self.key else name for name in self.columns]
        if self.table == "chain_heads":
            return self.delete()  # a head of a chain that nobody asks for says nothing
        if self.table == "accounts":  # as old as the one copied, younger, older than the trail itself
            names[names.index("created_at")] = self.chance.choice(("created_at", "created_at + 1", "0"))
        where = self.where()
        copy = f"INSERT INTO {self.table} ({', '.join(self.columns)}) SELECT {', '.join(names)} FROM {self.table} {where}"
        copy = copy.replace(":new AS", f"CAST(:new AS {'BIGINT' if self.key == 'n' else 'TEXT'}) AS")
        return copy, self.values | {"new": self.new}

    def swap(self):
        """Two rows take each other's place; of accounts, each other's owner or balance."""
        self.what = "swap"
        if self.table == "chain_heads":
            return self.delete()
        other = self.chance.choice([row for row in self.rows() if row[self.key] != self.row[self.key]])
        self.new = other[self.key]
        column = self.key if self.key == "n" else self.chance.choice(("person_id", "balance", "created_at"))
        if self.row[column] == other[column]:
            return self.delete()
        case = f"CASE {self.key} WHEN :key THEN :theirs ELSE :mine END"
        where = f"WHERE network_id = :net AND {self.key} IN (:key, :other)"
        self.where()
        more = {"other": self.new, "theirs": other[column], "mine": self.row[column]}
        kind = "BIGINT" if isinstance(other[column], int) or isinstance(self.row[column], int) else "TEXT"
        case = case.replace(":theirs", f"CAST(:theirs AS {kind})").replace(":mine", f"CAST(:mine AS {kind})")
        return f"UPDATE {self.table} SET {column} = {case} {where}", self.values | more

    def is_named(self, fault, rows):
        """Whether the fault is about this row: its number or the next one, or the account, or the head of that chain."""
        key, new = self.row[self.key], getattr(self, "new", None)
        if self.key == "n":
            chain = "ledger" if self.table == "transfers" else "audit"
            return fault.chain == chain and (fault.n in (key, key + 1) or fault.n == new)
        if self.table == "chain_heads":
            return fault.what in ("cut", "unreadable", "gap") and (fault.chain in (key, new) or key in fault.detail)
        first = next((row.n for row in rows if key in (row.debit_id, row.credit_id)), None)
        theirs = [str(key), str(new)] if self.what == "swap" else [str(key), f"{key}x"]
        return any(id_ in fault.detail for id_ in theirs) or (fault.n == first and fault.chain == "ledger") or self.entry(fault)

    def entry(self, fault):
        """An account whose very id cannot be read has no other name than its place."""
        return fault.what == "unreadable" and self.column == "id" and fault.detail.startswith("in accounts")

    def __str__(self):
        return f"{self.what} of {self.table} {dict(self.row)}: {self.statement} {self.values}"


class Bytes(bytes):
    """To be written as text, whatever it is."""


def test_two_hundred_random_tamperings_are_all_found_and_named(attack, database, history, rows):
    """Any column of the books: bits flipped (also into no text at all), NULL, huge numbers, other rows' values; rows deleted,
    copied, exchanged. Fewer on PostgreSQL, whose columns keep their types whoever writes."""
    loose = isinstance(database.kind, embedded.Embedded)
    chance, done = random.Random(20260312), Counter()
    while done.total() < (200 if loose else 60) or not all(len(set(kinds)) == 4 for kinds in zip(*done, strict=True)):
        with database.kind.reading() as connection:
            tampering = Tampering(connection, history, chance, loose)
        fault = attack(tampering.statement, **tampering.values).fault
        assert fault, f"not found: {tampering}"
        assert tampering.is_named(fault, rows), f"{fault} is not about: {tampering}"
        done[tampering.table, tampering.what] += 1
    assert attack().fault is None


def test_a_bit_flipped_in_the_file_itself_names_the_row(database, cast, history, rows):
    """No SQL at all: the bytes on the disk."""
    if not isinstance(database.kind, embedded.Embedded):
        pytest.skip("PostgreSQL's files are not one file, and not ours")
    file, chance = database.kind.path, random.Random(5)
    database.close()
    connection = embedded.driver.connect(str(file), isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    connection.execute("VACUUM")  # or what was deleted still stands in the file
    connection.close()
    whole = file.read_bytes()
    once = [row for row in rows if whole.count(row.key_hash.encode()) == 1]
    for row in chance.sample(once, 20):
        there = whole.index(row.key_hash.encode()) + chance.randrange(64)
        file.write_bytes(whole[:there] + bytes([whole[there] ^ 1 << chance.randrange(8)]) + whole[there + 1 :])
        again = Database(f"sqlite:///{file}")
        with again.read() as store:
            fault = ledger.verify_network(store, history).fault
        again.close()
        assert fault and fault.n == row.n, (row.n, fault)


def test_text_that_is_no_text_names_the_row_wherever_it_stands(attack, database, rows):
    if not isinstance(database.kind, embedded.Embedded):
        pytest.skip("PostgreSQL keeps no text that is none")
    for row in (rows[0], rows[20], rows[-1]):
        fault = attack("UPDATE transfers SET kind = CAST(:value AS TEXT) WHERE id = :id", value=b"se\xfft", id=row.id).fault
        assert (fault.n, fault.what) == (row.n, "unreadable")
