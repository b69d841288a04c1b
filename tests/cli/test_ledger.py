"""s2m ledger verify and ledger export."""

import csv
import io
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from s2m.domain import billing, ledger, presence
from s2m.domain.ledger import heads
from s2m.store.embedded import driver
from s2m.store.schema import accounts
from tests import billing as bills
from tests import machine
from tests.engines import unavailable


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
    assert re.search(r"^Noord: audit trail, head \d+ [0-9a-f]{64}$", done.stdout, re.MULTILINE)


# Heads kept outside ---------------------------------------------------------------------------------------------------


@pytest.fixture
def mail(database, cast, now):
    """The mail that went out this morning, before everything in `lived`; saved as it came, with its long lines broken."""
    with database.write() as store:
        sealed = heads.seal(store, cast.noord.id, now)
    body = "\n".join(heads.line(each.kept) for each in sealed)
    return "Subject: The books\n\n> " + re.sub(r"(.{70})", r"\1=\n", body), sealed[0]


def test_heads_kept_outside_are_found_in_an_honest_ledger(s2m, cast, mail, lived, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_text(mail[0])
    done = s2m("ledger", "verify", "--heads", file, "--head", f"{lived.n}:{lived.hash}", "--head", f"{lived.n}:{lived.hash[:16]}")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "All 4 heads that you kept are in it." in done.stdout


@pytest.mark.parametrize(
    ("n", "hash_", "said"),
    [
        (2, "0" * 64, "row 2 is wrong: it is not the row that was there when its head was kept"),
        (90, "0" * 64, "row 90 is wrong: rows are missing at the end"),
    ],
)
def test_a_head_that_is_not_in_the_ledger_is_named(s2m, cast, lived, n, hash_, said):
    done = s2m("ledger", "verify", "--head", f"{n}:{hash_}")
    assert done.exit_code == 1 and said in done.stderr and done.stderr.count("\n") == 1


def test_a_mail_shows_that_the_end_was_cut_off_however_well(s2m, founded, tamper, folder, tmp_path):
    """The last row, its head, what it held and the seals are gone: nothing inside is wrong any more."""
    file = tmp_path / "mail.txt"
    connection = driver.connect(folder / "s2m.sqlite")
    [(n, hash_)] = connection.execute("SELECT n, hash FROM transfers ORDER BY n DESC LIMIT 1").fetchall()
    connection.close()
    file.write_text(f"s2m-head 2026-03-12 ledger {n} {hash_}\r\n")
    assert founded("ledger", "verify", "--heads", file).exit_code == 0
    gone = "FROM transfers WHERE n = (SELECT max(n) FROM transfers)"
    tamper(
        f"UPDATE accounts SET balance = balance + (SELECT amount {gone}) WHERE id = (SELECT debit_id {gone})",
        f"UPDATE accounts SET balance = balance - (SELECT amount {gone}) WHERE id = (SELECT credit_id {gone})",
        f"DELETE {gone}",
        "UPDATE chain_heads SET (n, hash) = (SELECT n, hash FROM transfers ORDER BY n DESC LIMIT 1) WHERE chain = 'ledger'",
    )
    assert founded("ledger", "verify").exit_code == 0
    done = founded("ledger", "verify", "--heads", file)
    assert done.exit_code == 1 and f"row {n} is wrong: rows are missing at the end" in done.stderr


@pytest.mark.parametrize("given", ["12", "x:y", "1:short", ":" + "0" * 64, "-1:" + "0" * 64, "1:" + "g" * 64])
def test_what_is_no_head_is_refused_as_wrong_usage(s2m, cast, given):
    done = s2m("ledger", "verify", "--head", given)
    assert done.exit_code == 2 and "no head" in done.stderr


def test_a_file_without_heads_is_not_taken_for_one_whose_heads_fit(s2m, cast, tmp_path):
    file = tmp_path / "mail.txt"
    file.write_bytes(b"Dear host,\xff nothing today")
    done = s2m("ledger", "verify", "--heads", file)
    assert done.exit_code == 1 and "holds no head" in done.stderr


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
    assert "Noord: the whole is wrong: it holds what cannot be read (unreadable) in chain_heads, ledger" in done.stderr
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


# Other programs' opinion of our books -------------------------------------------------------------------------------------


@pytest.fixture
def eventful(lived, cast, database, now):
    """Both units, each kind of row: posts whole and in part, holds let go and still open, reversals, the commons paying."""
    with database.write() as store:
        issuing, commons = (store.ledger.network_account(cast.noord.id, kind) for kind in ("issuing", "commons"))
        samira, joost = (store.ledger.person_account(p.id) for p in (cast.samira, cast.joost))
        later = {"floor": -100, "expires_at": now + timedelta(days=1)}
        ledger.transfer(store, issuing, joost, 7, "thanks", now, key="1")
        gift = ledger.transfer(store, joost, samira, 3, "gift", now, key="2", floor=0)
        ledger.reverse(store, gift.id, cast.noord.id, now + timedelta(hours=30))
        part, gone = (ledger.hold(store, joost, commons, 9, "promise", now, key=key, **later) for key in "34")
        posted = ledger.post(store, part, now, amount=4)
        ledger.reverse(store, posted.id, cast.noord.id, now)
        ledger.void(store, gone, now)
        euro = [_euro_account(store, account, now) for account in (issuing, samira, joost)]
        ledger.transfer(store, euro[0], euro[1], 1505, "day_pass", now, key="5")
        ledger.transfer(store, euro[1], euro[2], 7, "day_pass", now, key="6", floor=0)
        ledger.post(store, ledger.hold(store, euro[1], euro[2], 1000, "day_pass", now, key="7", **later), now, amount=999)
        _mine, venue = store.ledger.seat_accounts(cast.samira, cast.seinhuis)
        ledger.forgive(store, ledger.hold(store, samira, venue, 2, "seat", now, key="8", **later), now)
        _bills(store, cast, now)
    with database.read() as store:
        networks = store.venues.networks()
        found = {a.id: a for network in networks for a in store.ledger.accounts(network.id)}
        assert {a.unit for a in found.values()} == {"SC", "EUR"} and ledger.verify_network(store, cast.noord.id).fault is None
    return found


def _bills(store, cast, now):
    """One that is paid, with a deposit given back, and one that was taken back."""
    bills.sells(store, cast, now)
    room = bills.perron(store, cast, now)
    lines = (*bills.HALF_A_DAY, bills.DEPOSIT)
    paid, gone = (billing.issue(store, cast.seinhuis, bills.supply(store, room, lines), now) for _ in range(2))
    billing.pay(store, paid, 426_80, "bank", now.date(), "system", now)
    billing.return_deposit(store, paid, cast.marieke.id, now)
    billing.credit(store, gone, "system", now)


def _euro_account(store, like, now):
    account = replace(like, id=store.new_id(now), unit="EUR", balance=0, held=0, created_at=now)
    store.connection.execute(accounts.insert().values(vars(account)))
    store.audit.opened(account, now)
    return account


def written(account):
    """A balance as a decimal number: euro from cents."""
    return Decimal(account.balance) / (100 if account.unit == "EUR" else 1)


@pytest.fixture(scope="session")
def hledger():
    path = machine.hledger()
    if path is None:
        unavailable("hledger", "hledger is not installed")
    return path


@pytest.fixture(scope="session")
def bean_check():
    beside = Path(sys.executable).with_name("bean-check")
    path = beside if beside.exists() else shutil.which("bean-check")
    if path is None:
        unavailable("beancount", "Beancount is not installed")
    return path


@pytest.fixture
def book(s2m, tmp_path):
    def book(form):
        path = tmp_path / f"ledger.{form}"
        path.write_text(s2m("ledger", "export", "--format", form).stdout)
        return path

    return book


def test_hledger_accepts_its_book_strictly_and_finds_our_balances(hledger, eventful, book):
    path = book("hledger")
    done = subprocess.run([hledger, "-f", path, "check", "--strict"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    every = [hledger, "-f", path, "balance", "--flat", "--no-total", "--empty", "--layout=bare", "-O", "csv"]
    rows = csv.DictReader(io.StringIO(subprocess.run(every, capture_output=True, text=True, check=True).stdout))
    found = {row["account"].rpartition(":")[2]: Decimal(row["balance"]) for row in rows}
    assert found == {account.id: written(account) for account in eventful.values()}


def test_beancount_accepts_its_book_and_finds_our_balances(bean_check, eventful, book):
    path = book("beancount")
    done = subprocess.run([bean_check, path], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    loader = pytest.importorskip("beancount.loader")
    entries, errors, _options = loader.load_file(str(path))
    found = dict.fromkeys((account.id for account in eventful.values()), Decimal(0))
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            account = eventful[posting.account.rpartition(":")[2].lower()]
            assert posting.units.currency == account.unit
            found[account.id] += posting.units.number
    assert errors == [] and found == {account.id: written(account) for account in eventful.values()}


def test_both_refuse_a_book_whose_balance_is_off_by_one(hledger, bean_check, eventful, book, cast, database):
    """The balances stand in the books as assertions: the tools recompute them."""
    with database.read() as store:
        account = store.ledger.person_account(cast.joost.id)
    for command, path in (([hledger, "check", "--strict", "-f"], book("hledger")), ([bean_check], book("beancount"))):
        text, times = re.subn(
            rf"({account.id}  (?:0 SC = )?){account.balance} SC$", rf"\g<1>{account.balance + 1} SC", path.read_text(),
            flags=re.MULTILINE | re.IGNORECASE,
        )  # fmt: skip
        assert times == 1
        path.write_text(text)
        assert subprocess.run([*command, path], capture_output=True).returncode == 1


def test_beancount_accounts_and_amounts_are_of_its_grammar(s2m, cast, lived):
    """What bean-check would say, for where it is not installed: each account opened once, each sum zero."""
    out = s2m("ledger", "export", "--format", "beancount").stdout
    account = r"(?:Assets|Equity):[A-Z][A-Za-z]+:[0-9A-F]{32}"
    opened = re.findall(rf"^\d{{4}}-\d\d-\d\d open ({account}) SC$", out, re.MULTILINE)
    legs = re.findall(rf"^  ({account})  (-?\d+) SC$", out, re.MULTILINE)
    assert len(opened) == len(set(opened))
    assert {name for name, _ in legs} <= set(opened)
    assert all(int(a[1]) + int(b[1]) == 0 for a, b in zip(legs[::2], legs[1::2], strict=True))
    assert len(legs) == 2 * len(re.findall(r'^\d{4}-\d\d-\d\d \* "', out, re.MULTILINE))


def test_euro_are_written_as_euro_though_kept_in_cents():
    from datetime import UTC, datetime

    from s2m import export

    now = datetime(2026, 3, 12, tzinfo=UTC)
    accounts = [ledger.Account(id_, "n", "person", id_, None, "EUR", 0, 0, now) for id_ in ("a", "b")]
    row = ledger.Transfer("n", "t", "t", "rent", "posted", "a", "b", 1505, "EUR", now, "key", n=1)
    book = list(export.ledger("hledger", accounts, [row, replace(row, amount=7)]))
    assert "    assets:people:b  15.05 EUR" in book
    assert "    assets:people:a  -0.07 EUR" in book
