"""s2m ledger verify and ledger export."""

import csv
import io
import re
import shutil
import subprocess

import pytest

from s2m.domain import ledger, presence


@pytest.fixture
def lived(cast, database, now):
    """A seat that is held, one that was settled, and one that was undone."""
    with database.write() as store:
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        for who, end in ((cast.joost, presence.leave), (cast.thijs, presence.undo)):
            visit = presence.check_in(store, who, cast.seinhuis, cast.policy, "badge", now).visit
            end(store, visit, now)
    with database.read() as store:
        return store.ledger.head(cast.noord.id)


def test_a_correct_ledger_is_told_with_its_rows_and_head(s2m, cast, lived):
    done = s2m("ledger", "verify")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"Noord: {lived.n} rows, head {lived.n} {lived.hash}\n" in done.stdout
    assert "Zuid: 2 rows, head 2 " in done.stdout


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE transfers SET amount = amount + 1 WHERE n = 2", "row 2 is wrong: this row or its hash was changed"),
        (
            "UPDATE transfers SET hash = '0' || substr(hash, 1, 63) WHERE n = 1",
            "row 1 is wrong: this row or its hash was changed",
        ),
        ("DELETE FROM transfers WHERE n = 1", "row 2 is wrong: a row is missing"),
        ("DELETE FROM transfers WHERE n = 2", "row 2 is wrong: rows are missing at the end"),
        (
            "UPDATE accounts SET balance = balance + 5 WHERE kind = 'person'",
            "the whole is wrong: a balance is not what its rows say",
        ),
    ],
)
def test_the_first_bad_row_is_named(founded, tamper, statement, row):
    tamper(statement)
    done = founded("ledger", "verify")
    assert done.exit_code == 1
    assert f"Noord: {row}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_ledger_without_its_head_is_refused_in_one_line(founded, tamper):
    tamper("DELETE FROM chain_heads WHERE chain = 'ledger'")
    done = founded("ledger", "verify")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1


def test_the_csv_holds_each_row_that_moved_and_no_name(s2m, cast, lived, database):
    done = s2m("ledger", "export")
    assert done.exit_code == 0
    rows = [r for r in csv.DictReader(io.StringIO(done.stdout)) if r["network"] == cast.noord.id]
    with database.read() as store:
        moved = [row for row in store.ledger.rows(cast.noord.id) if row.moves]
        accounts = store.ledger.accounts(cast.noord.id)
    assert [(int(r["n"]), r["hash"], int(r["amount"])) for r in rows] == [(m.n, m.hash, m.amount) for m in moved]
    balance = dict.fromkeys((a.id for a in accounts), 0)
    for r in rows:
        balance[r["debit"]] -= int(r["amount"])
        balance[r["credit"]] += int(r["amount"])
    assert balance == {a.id: a.balance for a in accounts}


@pytest.mark.parametrize("form", ["csv", "hledger", "beancount"])
def test_no_book_holds_a_name_or_a_mail_address(s2m, cast, lived, form):
    out = s2m("ledger", "export", "--format", form).stdout
    assert not re.search(r"samira|joost|marieke|vos\b|@", out, re.IGNORECASE)


def test_hledger_accepts_its_book_strictly(s2m, cast, lived, tmp_path, database):
    if not shutil.which("hledger"):
        pytest.skip("hledger is not installed")
    book = tmp_path / "ledger.journal"
    book.write_text(s2m("ledger", "export", "--format", "hledger").stdout)
    done = subprocess.run(["hledger", "-f", book, "check", "--strict"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with database.read() as store:
        account = store.ledger.person_account(cast.joost.id)
    balance = subprocess.run(
        ["hledger", "-f", book, "balance", account.id, "--no-total"], capture_output=True, text=True, check=True
    )
    assert balance.stdout.split() == [str(account.balance), "SC", f"assets:people:{account.id}"]


def test_beancount_accepts_its_book(s2m, cast, lived, tmp_path):
    if not shutil.which("bean-check"):
        pytest.skip("Beancount is not installed")
    book = tmp_path / "ledger.beancount"
    book.write_text(s2m("ledger", "export", "--format", "beancount").stdout)
    done = subprocess.run(["bean-check", book], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_beancount_accounts_and_amounts_are_of_its_grammar(s2m, cast, lived):
    """What bean-check would say, for where it is not installed: each account opened once, before it is used, each sum zero."""
    out = s2m("ledger", "export", "--format", "beancount").stdout
    account = r"(?:Assets|Equity):[A-Z][A-Za-z]+:[0-9A-F]{32}"
    opened = re.findall(rf"^\d{{4}}-\d\d-\d\d open ({account}) SC$", out, re.MULTILINE)
    legs = re.findall(rf"^  ({account})  (-?\d+) SC$", out, re.MULTILINE)
    assert len(opened) == len(set(opened))
    assert {name for name, _ in legs} <= set(opened)
    assert all(int(a[1]) + int(b[1]) == 0 for a, b in zip(legs[::2], legs[1::2], strict=True))
    assert len(legs) == 2 * len(re.findall(r'^\d{4}-\d\d-\d\d \* "', out, re.MULTILINE))


def test_euro_are_written_as_euro_though_kept_in_cents():
    from dataclasses import replace
    from datetime import UTC, datetime

    from s2m import export

    now = datetime(2026, 3, 12, tzinfo=UTC)
    accounts = [ledger.Account(id_, "n", "person", id_, None, "EUR", 0, 0, now) for id_ in ("a", "b")]
    row = ledger.Transfer("n", "t", "t", "rent", "posted", "a", "b", 1505, "EUR", now, "key", n=1)
    book = list(export.ledger("hledger", accounts, [row, replace(row, amount=7)]))
    assert "    assets:people:b  15.05 EUR" in book
    assert "    assets:people:a  -0.07 EUR" in book
