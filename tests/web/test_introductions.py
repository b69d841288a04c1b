"""Introductions on the pages: a card that asks, names once both agreed, and nothing that tells a no from waiting."""

import re

import pytest

from s2m.domain import people


@pytest.fixture
def together(app, here, cast, clock):
    """Samira, Joost and Thijs are here and agreed to be seen; Samira's need fits what Joost knows."""
    for person, need in ((cast.samira, "iemand die offertes leest"), (cast.joost, ""), (cast.thijs, "")):
        here(person, need)
    clock.shift(60)


@pytest.fixture
def introduced(phone, cast, together):
    """By Thijs, whose page it is."""
    thijs = phone(cast.thijs)
    answer = thijs.post(
        f"/me/introductions/with/{cast.samira.id}", to=cast.joost.id, reason="Jullie schrijven", follow_redirects=True
    )
    assert "Both are asked." in answer.text
    return thijs


def id_on(page):
    return re.search(r"/me/introductions/([0-9a-f]{32})/", page.text)[1]


def test_a_match_has_a_quiet_menu_with_all_one_may_do(phone, cast, together):
    page = phone(cast.samira).get("/me")
    menu = page.text[page.text.index("<details") : page.text.index("</details>")]
    for act in ("Introduce us", "Tell me when we are both here", "Not now", "Never show us to each other"):
        assert act in menu


def test_an_introduction_by_a_third_from_the_ask_to_the_dots(phone, cast, introduced, clock):
    samira, joost = phone(cast.samira), phone(cast.joost)
    assert "Meet Joost Thijs introduces you: Jullie schrijven" in samira.says("/me")
    found = id_on(samira.get("/me"))
    answer = samira.post(f"/me/introductions/{found}/agree", contact="samira@seinhuis.example", follow_redirects=True)
    assert "No answer yet" in answer.text
    page = joost.says("/me")
    assert "Meet Samira" in page and "Vos" not in page and "samira@" not in joost.get("/me/introductions").text
    assert "Bakker" not in samira.get("/me/introductions").text
    joost.post(f"/me/introductions/{found}/agree", contact="")
    assert "You and Samira Vos" in joost.says("/me") and "samira@seinhuis.example" in joost.get("/me").text
    for who in (samira, joost):
        who.post(f"/me/introductions/{found}/helped", helped="1")
    assert "It helped both" in introduced.says("/me/introductions")
    statement = introduced.says("/me/statement")
    assert "You introduced two people, and it helped both" in statement and "Jullie schrijven" not in statement
    assert "Did it help?" not in samira.says("/me")


def test_a_decline_looks_like_no_answer_yet(phone, cast, introduced):
    samira, joost = phone(cast.samira), phone(cast.joost)
    found = id_on(samira.get("/me"))
    samira.post(f"/me/introductions/{found}/agree", follow_redirects=True)
    before = [who.says("/me/introductions") for who in (samira, introduced)]
    assert "The other is not told." in joost.post(f"/me/introductions/{found}/decline", follow_redirects=True).text
    assert [who.says("/me/introductions") for who in (samira, introduced)] == before
    assert "No answer yet" in samira.says("/me/introductions") and "Meet Samira" not in joost.says("/me")


@pytest.mark.parametrize("what", ["reason", "to"])
def test_what_is_missing_is_said_beside_its_field(phone, cast, together, what):
    form = {"to": cast.joost.id, "reason": "Jullie schrijven"} | ({"reason": ""} if what == "reason" else {"to": cast.samira.id})
    answer = phone(cast.thijs).post(f"/me/introductions/with/{cast.samira.id}", **form)
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_one_who_blocked_answers_like_somebody_unknown_on_every_page(phone, cast, together, app, now):
    with app.extensions["s2m.database"].write() as store:
        stranger = people.join(store, cast.noord.id, "Joost Ander", None, cast.policy, now)
    samira, joost = phone(cast.samira), phone(cast.joost)
    assert "are not shown to each other" in joost.post(f"/me/apart/{cast.samira.id}/block", follow_redirects=True).text
    said = {}
    for other in (cast.joost, stranger):
        answers = [
            samira.get(f"/me/introductions/with/{other.id}"), samira.post(f"/me/together/{other.id}"),
            samira.post(f"/me/introductions/with/{other.id}", to=cast.samira.id, reason="x"),
            samira.get(f"/thanks?to={other.id}"), samira.post("/thanks", to=other.id, key="k" * 20, other="x", text="y"),
        ]  # fmt: skip
        said[other.id] = [(a.status_code, re.sub(r'value="[^"]*"', "", a.text)) for a in answers]
    assert said[cast.joost.id] == [(code, text.replace(stranger.id, cast.joost.id)) for code, text in said[stranger.id]]
    assert "Joost" not in samira.says("/me") and "Joost" not in samira.says("/thanks")


def test_a_snooze_can_be_undone_and_a_block_says_what_happens_first(phone, cast, together):
    samira = phone(cast.samira)
    answer = samira.post(f"/me/apart/{cast.joost.id}/snooze", follow_redirects=True)
    assert "They are not told." in answer.text and '<a href="/me/apart">Undo</a>' in answer.text
    assert "Fits your ask" not in samira.says("/me")
    apart = samira.get("/me/apart")
    block = re.search(r"/me/apart/([0-9a-f]{32})/back", apart.text)[1]
    samira.post(f"/me/apart/{block}/back")
    assert "Fits your ask Joost" in samira.says("/me")
    page = samira.says(f"/me/apart/{cast.joost.id}/block")
    assert "The other is told nothing" in page and "You can take it back" in page
    assert samira.get(f"/me/apart/{cast.samira.id}/block").status_code == 404
    assert phone(cast.joost).post(f"/me/apart/{block}/back").status_code == 404


def test_a_pause_hides_at_once_and_stands_on_the_page_until_it_ends(phone, cast, together):
    samira, joost = phone(cast.samira), phone(cast.joost)
    joost.post("/me/pause", length="open")
    assert "You take a pause" in joost.says("/me") and "Until you say so." in joost.says("/me/apart")
    assert "Joost" not in samira.says("/me")
    assert joost.post("/me/pause", length="never").status_code == 422
    joost.post("/me/pause/end", next="today")
    assert "Fits your ask Joost" in samira.says("/me")


def test_both_see_that_the_other_is_here_once_both_want_it(phone, cast, together):
    samira, joost = phone(cast.samira), phone(cast.joost)
    assert "If" in samira.post(f"/me/together/{cast.joost.id}", follow_redirects=True).text
    assert "Samira wants to hear when you are both here" in joost.says("/me")
    assert "is here, too" not in samira.says("/me")
    joost.post(f"/me/together/{cast.samira.id}")
    assert "Joost is here, too." in samira.says("/me") and "Samira is here, too." in joost.says("/me")
    joost.post("/me/hide", hidden="1")
    assert "is here, too" not in samira.says("/me")
    joost.post("/me/hide", hidden="0")
    joost.post(f"/me/together/{cast.samira.id}/drop")
    assert "is here, too" not in samira.says("/me")
    assert "Joost" in samira.says("/me/introductions"), "her wish stands; she does not read that he took his back"


# By a host --------------------------------------------------------------------------------------------------------------


def test_a_host_sees_who_fits_and_asks_both(phone, cast, together):
    marieke, path = phone(cast.marieke), f"/host/{cast.seinhuis.slug}/introductions"
    page = marieke.get(path)
    assert "One needs “iemand die offertes le" in page.text
    for one, other in ((cast.samira, cast.samira), (cast.samira, cast.wim)):
        assert marieke.post(path, **{"with": one.id, "to": other.id, "reason": "Buren"}).status_code == 422
    answer = marieke.post(path, **{"with": cast.samira.id, "to": cast.joost.id, "reason": "Buren"}, follow_redirects=True)
    assert "Both are asked." in answer.text and "Who could meet" not in answer.text
    samira = phone(cast.samira)
    assert "Meet Joost The host introduces you: Buren" in samira.says("/me")
    before = marieke.says(path)
    samira.post(f"/me/introductions/{id_on(samira.get('/me'))}/decline")
    assert marieke.says(path) == before, "who declined is not shown, nor that anybody did"


def test_a_host_of_another_house_finds_no_such_page(phone, cast):
    assert phone(cast.wim).get(f"/host/{cast.seinhuis.slug}/introductions").status_code == 404
