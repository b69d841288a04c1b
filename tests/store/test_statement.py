"""The statement's pages, whatever happened and however they are cut: on both engines they add up to the balance."""

import shutil
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, cast, insert, literal, select
from sqlalchemy.exc import IntegrityError

from s2m.domain import ledger, presence
from s2m.domain.errors import Conflict, S2MError, Unavailable
from s2m.domain.ledger import statement
from s2m.domain.ledger.entries import Account, Transfer
from s2m.domain.ledger.statement import GROUPS, Choice
from s2m.store.engine import Database
from s2m.store.prepared import Prepared
from s2m.store.schema import accounts, transfers
from tests.cast import MORNING


class Over(Exception):
    """The end of an example: nothing of it stays."""


ACTS = ["seat", "leave", "undo", "thanks", "waiting", "post", "void", "reverse", "forgive"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(ACTS), max_size=16), most=st.integers(1, 6), group=st.sampled_from(["", *GROUPS]))
def test_whatever_happens_the_lines_of_every_page_add_up(database, cast, acts, most, group):
    with pytest.raises(Over), database.write() as store:
        for number, act in enumerate(acts):
            _do(store, cast, act, MORNING + timedelta(seconds=20 * number + 20))
        account = store.ledger.person_account(cast.samira.id)
        shown = list(_pages(store, account, Choice(), most))
        _adds_up(account, shown)
        settled = [(line.row.transfer.n, line.balance) for line in shown if line.state != "held"]
        assert _file(store, account, most) == settled[::-1]
        chosen = list(_pages(store, account, Choice(group), most))
        assert chosen == [line for line in shown if _is_of(line, group)]
        _periods_add_up(store, account, cast)
        raise Over


def _pages(store, account, choice, most):
    """All pages of a statement, one after the other."""
    before = None
    while True:
        page = statement.page(store, account, choice, most=most, before=before)
        yield from page.lines
        if page.older is None:
            return
        assert page.older.row.transfer.n < page.before
        before = page.before


def _adds_up(account, shown):
    assert sum(line.amount for line in shown) == account.available
    assert sum(line.amount for line in shown if line.state != "held") == account.balance
    assert shown[0].balance == account.available
    for line, older in zip(shown, [*shown[1:], None], strict=True):
        assert line.balance - line.amount == (older.balance if older else 0)


def _file(store, account, most):
    """The lines as the file has them: the oldest first, a few at a time."""
    found, n, balance, last = [], 0, 0, store.statement.last(account)
    while n < last:
        rows = store.statement.after(account, n, balance, upto=last, most=most)
        found += [(row.transfer.n, row.balance) for row in rows]
        n, balance = rows[-1].transfer.n, rows[-1].balance
    return found


def _is_of(line, group):
    kind = line.original.transfer.kind if line.original else line.row.transfer.kind
    return not group or kind in GROUPS[group]


def _periods_add_up(store, account, cast):
    for read in (statement.months, statement.days):
        periods = read(store, account, cast.seinhuis.zone, MORNING + timedelta(hours=1))
        assert sum(p.earned - p.spent for p in periods) == account.balance == periods[0].ends


def _do(store, cast, act, at):
    visit, mine = store.presence.open_visit(cast.samira), store.ledger.person_account(cast.samira.id)
    issuing = store.ledger.network_account(cast.noord.id, "issuing")
    rows = [row for row in store.ledger.rows(cast.noord.id) if mine.id in (row.debit_id, row.credit_id)]
    held = [row for row in rows if row.state == "pending"]
    try:
        if act == "seat":
            presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", at)
        elif act in ("leave", "undo") and visit:
            presence.end(store, visit, at, "left" if act == "leave" else "undone", at)
        elif act == "thanks":
            ledger.transfer(store, issuing, mine, 2, "thanks", at, key=ledger.digest(at))
        elif act == "waiting":
            until = at + timedelta(hours=1)
            ledger.hold(store, issuing, mine, 3, "thanks", at, key=ledger.digest(at), floor=-(10**9), expires_at=until)
        elif act in ("post", "void") and held:
            getattr(ledger, act)(store, held[-1], at)
        elif act == "reverse":
            ledger.reverse(store, rows[-1].id, cast.noord.id, at)
        elif act == "forgive" and held and held[0].kind == "seat":
            ledger.forgive(store, held[0], at)
    except S2MError:
        pass


def test_the_statement_of_the_commons_names_nobody(database, cast, now):
    with database.write() as store:
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "host", now, paid_by="commons")
        rows = store.statement.page(store.ledger.network_account(cast.noord.id, "commons"), most=20)
    assert rows[0].transfer.kind == "seat_forgiven" and rows[0].amount == -4
    assert all(row.other_name is row.thanks_text is row.reason is row.visit_id is None for row in rows)


# Statements that are compiled once -------------------------------------------------------------------------------------


def test_a_prepared_statement_fails_as_any_other_and_leaves_nothing(database, cast, now):
    with database.read() as store:
        row = next(iter(store.ledger.rows(cast.noord.id)))
    twice = Prepared(insert(transfers))
    with pytest.raises(Conflict) as refused, database.write() as store:
        issuing, mine = store.ledger.network_account(cast.noord.id, "issuing"), store.ledger.person_account(cast.samira.id)
        ledger.transfer(store, issuing, mine, 2, "thanks", now, key="k")
        twice.run(store.connection, vars(row) | {"n": row.n + 1000})
    assert isinstance(refused.value.__cause__, IntegrityError)
    with database.read() as store:
        assert store.ledger.person_account(cast.samira.id).balance == 12


def test_a_prepared_question_that_cannot_be_read_fails_as_any_other(sqlite_template, tmp_path):
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'damaged.sqlite')}")
    try:
        with pytest.raises(Unavailable), database.read() as store:
            Prepared(select(cast(literal(b"\xff"), Text))).rows(store.connection, {})
    finally:
        database.close()


def test_a_prepared_question_answers_as_the_plain_one_does(database, cast):
    question = select(transfers).where(transfers.c.kind == "newcomers_grant").order_by(transfers.c.n)
    with database.read() as store:
        assert Prepared(question).rows(store.connection, {}) == [tuple(row) for row in store.connection.execute(question)]


def test_accounts_and_transfers_have_their_columns_in_the_order_of_their_values():
    assert [c.name for c in accounts.c] == [f.name for f in fields(Account)]
    assert {c.name for c in transfers.c} == {f.name for f in fields(Transfer)}
