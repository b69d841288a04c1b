"""The statement: plain sentences whose amounts add up to the balance shown, on the page and in the file."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest

from s2m.domain import contributions, ledger, presence


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
    assert 'Joost thanked you for =gewone taal =HYPERLINK("https://elsewhere.example")' in page
    assert "Put right: Joost thanked you for gewone taal Mends the line of" in page
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
    monkeypatch.setattr("s2m.web.ledger.statement.PAGE", 4)
    samira = phone(history)
    page = samira.get("/me/statement").text
    lines = amounts(page)
    assert len(lines) == 6 and "Balance before" in page and lines[-1][0] is None
    assert sum(a for a, _ in lines[:-1]) + lines[-1][1] == lines[0][1]
    earlier = re.search(r'href="(/me/statement\?before=\d+)#lines"', page)[1]
    older = samira.get(earlier).text
    assert amounts(older)[0][1] == lines[-1][1] and "Held" not in older
    assert "Later than" in older and "The newest lines" not in older and "Later than" not in page


def test_the_pages_lead_step_by_step_in_both_directions(phone, history, monkeypatch):
    monkeypatch.setattr("s2m.web.ledger.statement.PAGE", 2)
    samira, path, seen = phone(history), "/me/statement", []

    def link(page, word):
        found = re.search(rf'href="([^"]+)#lines">{word} than', page)
        return html.unescape(found[1]) if found else None

    while path:
        page = samira.get(path).text
        seen.append((path, page))
        path = link(page, "Earlier")
    assert len(seen) == 5 and "The newest lines" in seen[2][1] and "The newest lines" not in seen[1][1]
    for (newer, _), (_, page) in zip(seen[:-1], seen[1:], strict=True):
        assert link(page, "Later") == newer
    assert link(seen[0][1], "Later") is None


@pytest.mark.parametrize("begin", ["-1", "x", "９", "99999999999", "1e9", "", "9" * 400])
def test_a_page_that_is_none_shows_lines_all_the_same(phone, history, begin):
    answer = phone(history).get(f"/me/statement?before={begin}")
    assert answer.status_code == 200 and amounts(answer.text)


def test_before_the_first_line_there_is_a_way_back(phone, history):
    page = phone(history).says("/me/statement?before=1")
    assert "No line here" in page and "The newest lines" in page


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("kind=seat", [-4, 4, -4, -4]),
        ("kind=thanks", [-2, 2, 2]),
        ("kind=commons", [12]),
        ("kind=gifts", []),
        ("kind=contributions", []),
        ("month=2026-03", [2, -4, 12]),
        ("month=2026-04&kind=thanks", [-2, 2]),
        ("month=2026-02", []),
        ("month=2026-13&kind=love", [-4, 4, -4, -2, 2, 2, -4, 12]),
    ],
)
def test_a_choice_shows_its_lines_with_the_balance_of_the_whole_account(phone, history, asked, expected):
    samira = phone(history)
    every, chosen = amounts(samira.get("/me/statement").text), amounts(samira.get(f"/me/statement?{asked}").text)
    assert [amount for amount, _ in chosen if amount] == expected
    assert all(line in every for line in chosen)
    if not expected:
        assert "Nothing of this kind happened in this time." in samira.says(f"/me/statement?{asked}")


def test_a_choice_stays_chosen_on_the_page_before_it(phone, history, monkeypatch):
    monkeypatch.setattr("s2m.web.ledger.statement.PAGE", 2)
    samira = phone(history)
    page = samira.get("/me/statement?kind=thanks").text
    assert "Balance before" not in page and '<option value="thanks" selected>' in page
    earlier = html.unescape(re.search(r'href="(/me/statement\?before=[^"#]+)', page)[1])
    assert amounts(samira.get(earlier).text)[0] == (2, 10)


def test_the_same_page_in_dutch_words_of_its_own(phone, history):
    page = phone(history).says("/me/statement?lang=nl")
    assert "Bedankje van Joost voor =gewone taal" in page
    assert "Stoel van woensdag" in page and "Alles" in page


def test_a_print_says_where_and_which_days(phone, history):
    page = phone(history).says("/me/statement")
    assert "Statement Het Seinhuis, Thu 12 Mar – Wed 22 Apr" in page


def test_the_chart_has_a_table_of_the_same_figures(phone, history):
    page = phone(history).get("/me/statement").text
    table = re.search(r"<details>.*?</details>", page, re.S)[0]
    rows = re.findall(r'<th scope="row">(.*?)</th>' + 3 * r"<td.*?>(.*?)</td>", table)
    assert [row for row in rows if row[1:3] != ("0", "0")] == [
        ("Mon 13 Apr", "+4", "0", "10"), ("Sun 12 Apr", "0", "−4", "6"), ("Thu 2 Apr", "+2", "−2", "10"),
        ("Mon 23 Mar", "+2", "0", "10"), ("Fri 13 Mar", "0", "−4", "8"), ("Thu 12 Mar", "+12", "0", "12"),
    ]  # fmt: skip
    assert 'role="img" aria-labelledby="ct cd"' in page and "<title id" in page and "<desc id" in page


def test_the_file_holds_the_same_lines_as_numbers_and_no_formula(phone, history, app):
    answer = phone(history).get("/me/statement.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf") and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="statement-2026-04-22.csv"'
    head, *rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert head == ["Date", "Time", "What", "Why", "State", "Dots", "Balance"]
    assert sum(int(row[5]) for row in rows) == int(rows[-1][6]) == 6
    assert '\'=HYPERLINK("https://elsewhere.example")' in [row[3] for row in rows]
    assert "Joost thanked you for =gewone taal" in [row[2] for row in rows]
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
