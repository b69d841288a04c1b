"""The statement: plain sentences whose amounts add up to the balance shown, on the page and in the file."""

import csv
import io
import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2m.domain import contributions, ledger, presence
from s2m.domain.ledger import statement


@pytest.fixture
def history(app, cast, now, clock):
    """Of Samira, in 41 days: a grant, a settled seat, thanks, thanks taken back, a forgiven seat, one let go, one held."""
    now += timedelta(days=41)
    clock.move_to(now)
    with app.extensions["s2m.database"].write() as store:

        def visit(days, how="left"):
            at = now - timedelta(days=days)
            for person in (cast.joost, cast.samira):
                presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", at, visible=True)
            mine = store.presence.open_visit(cast.samira)
            presence.end(store, store.presence.open_visit(cast.joost), at, "undone", at)
            return mine, presence.end(store, mine, at if how == "undone" else at + timedelta(hours=3), how, at)

        def thanks(days, text, topic="gewone taal"):
            at = now - timedelta(days=days)
            presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "badge", at - timedelta(seconds=5))
            presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", at - timedelta(seconds=5))
            given = contributions.thank(store, cast.joost, cast.samira, cast.seinhuis, cast.policy, topic, text, at, key=text)
            for person in (cast.joost, cast.samira):
                presence.end(store, store.presence.open_visit(person), at, "undone", at)
            return contributions.accept(store, cast.samira, given.id, at)

        visit(40)
        thanks(30, '=HYPERLINK("https://elsewhere.example")', "=gewone taal")
        back = thanks(20, "per ongeluk")
        contributions.undo_thanks(store, cast.joost, back.id, back.at + timedelta(seconds=9))
        before, _ = visit(10)
        ledger.forgive(store, store.ledger.transfer(before.hold_id), now - timedelta(days=9))
        visit(5, "undone")
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
    return cast.samira


def amounts(page):
    """Of each line of the page, the newest first: its amount and the balance beside it."""
    rows = re.findall(r'class="n sum">(.*?)</td>.*?saldo num">(.*?)</td>', page, re.S)
    return [tuple(number(cell) for cell in row) for row in rows]


def number(cell):
    """The figure in a cell, without its hidden words; None in an empty one."""
    figure = re.sub(r'<span class="vh">.*?</span>|<[^>]+>|\+', "", cell).replace("−", "-")
    return int(figure) if figure else None


def test_the_lines_add_up_to_the_balance_shown(phone, history):
    page = phone(history).get("/me/statement").text
    lines = amounts(page)
    shown = int(re.search(r'balance__figure">(−?\d+)<', page)[1].replace("−", "-"))
    held = sum(amount for amount, _ in lines[:1])
    assert shown == 10 and held == -4
    assert sum(amount for amount, _ in lines) == shown + held == lines[0][1]
    for (amount, after), (_, before) in zip(lines, lines[1:], strict=False):
        assert after - amount == before


def test_each_line_says_in_plain_words_what_it_was(phone, history):
    page = phone(history).says("/me/statement")
    assert "Seat of Wednesday Comes off at 18:00, or when you leave Held" in page
    assert 'Joost thanked you =gewone taal: =HYPERLINK("https://elsewhere.example")' in page
    assert "Put right: Joost thanked you Mends the line of" in page
    assert "Put right: Seat of Sunday Mends the line of" in page
    assert "Let go: nothing came off" in page
    assert "Welcome from the commons" in page
    assert "Bakker" not in page


def test_a_line_that_was_put_right_stays_struck_through_and_both_point_to_each_other(phone, history):
    page = phone(history).get("/me/statement").text
    undone = re.findall(r'<tr role="row" id="l-(\w+)" class="is-undone">.*?</tr>', page, re.S)
    links = re.findall(r'<a href="#l-(\w+)">', page)
    assert len(undone) == 5
    assert all(f'id="l-{link}"' in page for link in links) and len(links) == 4


def test_the_months_add_up_as_well_and_the_chart_says_its_figures(phone, history):
    page = phone(history).says("/me/statement")
    assert "April 2026 +6 dots −6 dots 10 March 2026 +14 dots −4 dots 10" in page
    assert "lowest: 6" in page and "now: 10" in page
    assert "of which 4 held" in page


def test_the_lines_before_this_page_stand_as_one(phone, history, monkeypatch):
    monkeypatch.setattr("s2m.web.ledger.PAGE", 4)
    samira = phone(history)
    page = samira.get("/me/statement").text
    lines = amounts(page)
    assert len(lines) == 5 and "Balance before" in page and lines[-1][0] is None
    assert sum(a for a, _ in lines[:-1]) + lines[-1][1] == lines[0][1]
    older = amounts(samira.get("/me/statement?from=4").text)
    assert older[0][1] == lines[-1][1]


@pytest.mark.parametrize("begin", ["-1", "x", "９", "99999999999", "1e9"])
def test_a_page_that_is_none_shows_lines_all_the_same(phone, history, begin):
    answer = phone(history).get(f"/me/statement?from={begin}")
    assert answer.status_code == 200 and amounts(answer.text)


def test_the_file_holds_the_same_lines_as_numbers_and_no_formula(phone, history, app):
    answer = phone(history).get("/me/statement.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf") and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="statement-2026-04-22.csv"'
    head, *rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert head == ["Date", "Time", "What", "Why", "State", "Dots", "Balance"]
    assert sum(int(row[5]) for row in rows) == int(rows[-1][6]) == 6
    assert '\'=gewone taal: =HYPERLINK("https://elsewhere.example")' in [row[3] for row in rows]
    assert rows[0][:3] == ["2026-03-12", "09:41", "Welcome from the commons"]
    assert rows[-1][:3] == ["2026-04-22", "10:41", "Seat of Wednesday"] and rows[-1][4] == "held"


def test_the_file_may_be_had_three_times_an_hour(phone, cast, clock):
    samira = phone(cast.samira)
    assert [samira.get("/me/statement.csv").status_code for _ in range(4)] == [200, 200, 200, 429]
    clock.shift(21 * 60)
    assert samira.get("/me/statement.csv").status_code == 200


def test_a_new_member_without_lines_reads_what_will_stand_here(phone, app, cast, now):
    from dataclasses import replace

    from s2m.domain import people

    with app.extensions["s2m.database"].write() as store:
        new = people.join(store, cast.noord.id, "Nieuw", None, replace(cast.policy, newcomers_grant=0), now)
    assert "Nothing has happened yet" in phone(new).says("/me/statement")


def test_nobody_reads_anothers_statement(phone, history, cast):
    page = phone(cast.olga).says("/me/statement")
    assert "Welcome from the commons" in page and "Seat of" not in page


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["seat", "leave", "undo", "thanks", "reverse", "forgive"]), max_size=12))
def test_whatever_happens_the_lines_add_up(database, cast, now, acts):
    from tests.conftest import MORNING

    class Over(Exception):
        pass

    with pytest.raises(Over), database.write() as store:
        at = MORNING
        for act in acts:
            at += timedelta(seconds=20)
            _do(store, cast, act, at)
        account = store.ledger.person_account(cast.samira.id)
        lines = statement.lines(account, store.ledger.statement(account))
        assert sum(line.amount for line in lines) == account.available == lines[0].balance
        assert sum(line.amount for line in lines if line.state != "held") == account.balance
        months = statement.months(lines, cast.seinhuis.zone)
        assert sum(m.earned - m.spent for m in months) == account.balance
        raise Over


def _do(store, cast, act, at):
    from s2m.domain.errors import S2MError

    visit = store.presence.open_visit(cast.samira)
    rows = store.ledger.statement(store.ledger.person_account(cast.samira.id))
    holds = [r.transfer for r in rows if r.transfer.state == "pending"]
    try:
        if act == "seat":
            presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", at)
        elif act in ("leave", "undo") and visit:
            presence.end(store, visit, at, "left" if act == "leave" else "undone", at)
        elif act == "thanks":
            issuing = store.ledger.network_account(cast.noord.id, "issuing")
            mine = store.ledger.person_account(cast.samira.id)
            ledger.transfer(store, issuing, mine, 2, "thanks", at, key=ledger.digest(at))
        elif act == "reverse" and rows:
            ledger.reverse(store, rows[0].transfer.id, cast.noord.id, at)
        elif act == "forgive" and holds:
            ledger.forgive(store, holds[0], at)
    except S2MError:
        pass
