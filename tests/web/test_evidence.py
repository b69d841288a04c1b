"""What stands behind a line: what it was for, between whom, and where it stands in the chain; for nobody else's eyes."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import budgets, contributions, ledger, presence


@pytest.fixture
def rows(app, cast):
    """The rows of an account by person, the oldest first."""

    def rows(person):
        with app.extensions["s2m.database"].read() as store:
            mine = store.ledger.person_account(person.id)
            return [row for row in store.ledger.rows(cast.noord.id) if mine.id in (row.debit_id, row.credit_id)]

    return rows


@pytest.fixture
def visit(app, cast, now):
    """Samira's visit of that morning, two hours long."""
    with app.extensions["s2m.database"].write() as store:
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
        return presence.leave(store, visit, now + timedelta(hours=2))


@pytest.fixture
def thanked(app, cast, now, here):
    """Thanks that counted at once."""
    here(cast.joost), here(cast.samira)
    at_once = replace(cast.policy, thanks_accept_hours=0)
    with app.extensions["s2m.database"].write() as store:
        return contributions.thank(
            store, cast.joost, cast.samira, cast.seinhuis, at_once, "btw-aangifte", "Nu klopt <b>het</b>.",
            now + timedelta(seconds=9), key="1",
        )  # fmt: skip


def page_of(row):
    return f"/me/statement/{row.id}"


def test_a_seat_shows_its_visit_and_the_hold_that_it_settles(phone, cast, rows, visit):
    _grant, held, settled = rows(cast.samira)
    page = phone(cast.samira).says(page_of(settled))
    assert "Seat of Thursday −4 dots · settled" in page
    assert "Visit Thursday 12 March 2026, 09:41 to 11:41" in page and "Venue Het Seinhuis" in page
    assert "Paid by you Received by the house" in page and "Balance after it 8" in page
    assert "What belongs to it Thu 12 Mar: Seat of Thursday held, and settled later" in page
    assert "What belongs to it Thu 12 Mar: Seat of Thursday settled" in phone(cast.samira).says(page_of(held))


def test_it_shows_the_row_its_fingerprint_and_the_one_before(phone, cast, rows, visit):
    _grant, held, settled = rows(cast.samira)
    text = re.sub(r"<wbr>|</?code[^>]*>", "", phone(cast.samira).get(page_of(settled)).text)
    assert f"This is row {settled.n} of the ledger." in text and "every later fingerprint changes" in text
    assert settled.hash in text and held.hash in text and settled.n == held.n + 1
    assert "s2m ledger verify" in text and settled.id in text


def test_thanks_show_who_gave_them_what_for_and_in_which_words(phone, cast, rows, thanked):
    page = phone(cast.samira).get(f"/me/statement/{thanked.transfer_id}").text
    assert "<em><bdi>btw-aangifte</bdi></em>" in page and "Nu klopt &lt;b&gt;het&lt;/b&gt;." in page
    words = phone(cast.samira).says(f"/me/statement/{thanked.transfer_id}")
    assert "Joost thanked you for btw-aangifte +2 dots · settled" in words
    assert "Paid by the issuing account Received by you" in words and "Bakker" not in words


def test_a_gift_names_each_to_the_other_and_nobody_else(phone, app, cast, now, rows):
    with app.extensions["s2m.database"].write() as store:
        giver, receiver = (store.ledger.person_account(p.id) for p in (cast.joost, cast.samira))
        row = ledger.transfer(store, giver, receiver, 3, "gift", now, key="k", floor=-8)
        thanks_id, people = store.new_id(now), (cast.joost.id, cast.samira.id)
        thanks = contributions.Thanks(thanks_id, cast.noord.id, cast.seinhuis.id, *people, "koffie", "Voor jou", 3, row.id, now)
        store.contributions.add_thanks(thanks)
        store.ledger.add_evidence(row, thanks_id=thanks.id)
        bare = ledger.transfer(store, giver, receiver, 1, "gift", now, key="k2", floor=-8)
    joost, samira = phone(cast.joost), phone(cast.samira)
    assert "Gift to Samira −3 dots" in joost.says(page_of(row)) and "Paid by you Received by Samira" in joost.says(page_of(row))
    assert "Gift from Joost +3 dots" in samira.says(page_of(row)) and "Paid by Joost Received by you" in samira.says(page_of(row))
    assert "In your words Voor jou" in joost.says(page_of(row)) and "In their words Voor jou" in samira.says(page_of(row))
    assert "Gift from somebody +1 dot" in samira.says(page_of(bare)) and "Paid by another member" in samira.says(page_of(bare))
    gifts = "/me/statement?kind=gifts"
    assert "Gift to Samira" in joost.says(gifts) and "Gift from Joost" in samira.says(gifts)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("talk", "Your talk: Brood bakken"), ("task", "Done together: Brood bakken"),
        ("proxy", "The host wrote down what you did: Brood bakken"), ("post", "Your post about this place"),
    ],
)  # fmt: skip
def test_a_contribution_is_called_what_it_was(phone, app, cast, now, kind, expected):
    with app.extensions["s2m.database"].write() as store:
        done = contributions.earn(store, cast.samira, cast.seinhuis, kind, "Brood bakken", 5, now, key="1")
    page = phone(cast.samira).says(f"/me/statement/{done.transfer_id}")
    assert f"{expected} +5 dots · settled" in page and "Contribution Brood bakken" in page and "Venue Het Seinhuis" in page
    assert expected in phone(cast.samira).says("/me/statement?kind=contributions")


def test_a_line_that_was_put_right_and_the_one_that_mends_it_lead_to_each_other(phone, app, cast, now, rows, visit):
    settled = rows(cast.samira)[-1]
    with app.extensions["s2m.database"].write() as store:
        mending = ledger.reverse(store, settled.id, cast.noord.id, now + timedelta(hours=3))
        store.ledger.add_evidence(mending, visit_id=visit.id, reason="dubbele stoel")
    samira = phone(cast.samira)
    wrong, right = samira.get(page_of(settled)).text, samira.get(page_of(mending)).text
    assert f'href="{page_of(mending)}"' in wrong and f'href="{page_of(settled)}"' in right
    assert "settled, and put right later" in samira.says(page_of(settled))
    assert "Put right: Seat of Thursday +4 dots" in samira.says(page_of(mending))
    assert "Reason dubbele stoel" in samira.says(page_of(mending))


def test_a_link_to_a_line_on_another_page_opens_what_stands_behind_it(phone, app, cast, now, rows, visit, monkeypatch):
    monkeypatch.setattr("s2m.web.ledger.statement.PAGE", 1)
    settled = rows(cast.samira)[-1]
    with app.extensions["s2m.database"].write() as store:
        ledger.reverse(store, settled.id, cast.noord.id, now + timedelta(hours=3))
    page = phone(cast.samira).get("/me/statement").text
    assert f'<small><a href="{page_of(settled)}">Mends the line of' in page


def test_what_is_promised_to_me_can_be_looked_at_though_it_is_no_line(phone, app, cast, now):
    with app.extensions["s2m.database"].write() as store:
        issuing, mine = store.ledger.network_account(cast.noord.id, "issuing"), store.ledger.person_account(cast.samira.id)
        until = now + timedelta(hours=1)
        held = ledger.hold(store, issuing, mine, 2, "thanks", now, key="k", floor=-(10**9), expires_at=until)
    samira = phone(cast.samira)
    assert "held: not settled yet" in samira.says(page_of(held)) and "Balance after it" not in samira.says(page_of(held))
    assert held.id not in samira.get("/me/statement").text


@pytest.mark.parametrize("made", ["other", "unknown", "long", "odd"])
def test_anothers_row_answers_like_one_that_never_was(phone, cast, rows, visit, made):
    theirs = rows(cast.joost)[0].id
    asked = {"other": theirs, "unknown": "0" * 32, "long": "f" * 2000, "odd": "'--"}[made]
    answer, unknown = (phone(cast.samira).get(f"/me/statement/{given}") for given in (asked, "1" * 32))
    assert answer.status_code == unknown.status_code == 404
    assert re.sub(r'"csrf_token" value="[^"]+"|lang=|/me/statement/[^"?]+', "", answer.text) == re.sub(
        r'"csrf_token" value="[^"]+"|lang=|/me/statement/[^"?]+', "", unknown.text
    )


def test_a_place_in_the_chain_in_dutch(phone, cast, rows, visit):
    page = phone(cast.samira).says(f"{page_of(rows(cast.samira)[-1])}?lang=nl")
    assert "De plek in de keten" in page and "Betaald door jij" not in page and "Stoel van donderdag" in page


def test_what_the_house_granted_names_its_budget(phone, app, cast, now):
    with app.extensions["s2m.database"].write() as store:
        budgets.fill(store, cast.seinhuis, 30, "een begin", cast.marieke.id, now, key="1")
        row = store.ledger.person_account(cast.samira.id)
        budget = next(a for a in store.ledger.accounts(cast.noord.id) if a.kind == "budget")
        granted = ledger.transfer(store, budget, row, 5, "grant", now, key="k", floor=0)
    page = phone(cast.samira).says(page_of(granted))
    assert "From the budget of the house +5 dots" in page and "Paid by the budget of the house Received by you" in page
