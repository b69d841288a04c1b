"""A member's day: the balance, the visit, who is here for them, and out of sight at once."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import presence, venues


@pytest.fixture
def visit_of(app):
    def visit_of(person):
        with app.extensions["s2m.database"].read() as store:
            return store.presence.of_person(person.id, most=1)[0]

    return visit_of


def topic_of(app, visit, kind="need"):
    with app.extensions["s2m.database"].read() as store:
        return next(t for t in store.presence.topics(visit.id) if t.kind == kind)


def test_who_is_away_reads_how_to_check_in_and_sees_nobody(phone, cast, here):
    here(cast.joost)
    page = phone(cast.samira).says("/me")
    assert "12 dots free 12" in page
    assert "You are not checked in" in page and "Hold your badge before the tablet" in page
    assert "Joost" not in page


def test_who_is_here_sees_the_seat_as_a_hold_and_who_fits_with_the_reason(phone, cast, here):
    here(cast.joost)
    here(cast.samira, "iemand die offertes leest")
    page = phone(cast.samira).says("/me")
    assert "12 dots free 8 held 4" in page
    assert "Checked in 09:41" in page and "Your seat is yours until 18:00" in page
    assert "Fits your ask Joost You need “iemand die offertes leest”. Joost knows “offertes en prijzen”." in page


def test_nobody_who_fits_is_said_in_plain_words(phone, cast, here):
    here(cast.samira, "iemand die offertes leest")
    assert "Nobody fits your ask yet We keep looking all day." in phone(cast.samira).says("/me")


def test_who_hides_is_gone_from_others_pages_at_once_and_back_again(phone, cast, here):
    here(cast.joost)
    here(cast.samira, "iemand die offertes leest")
    samira, joost = phone(cast.samira), phone(cast.joost)
    first = samira.get("/me/now")
    assert "offertes en prijzen" in first.text
    assert joost.post("/me/hide", hidden="1", follow_redirects=True).status_code == 200
    second = samira.get("/me/now", **{"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200 and "offertes en prijzen" not in second.text
    joost.post("/me/hide", hidden="0")
    assert "offertes en prijzen" in samira.get("/me/now").text


def test_the_live_part_is_not_sent_again_while_nothing_changed(phone, cast, here, clock):
    here(cast.samira, "iemand die offertes leest")
    samira = phone(cast.samira)
    first = samira.get("/me/now")
    clock.shift(30)
    again = samira.get("/me/now", **{"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.text) == (200, 304, "")
    assert 'name="csrf_token"' in first.text


def test_leaving_settles_the_seat_and_says_what_it_cost(phone, cast, here, visit_of):
    here(cast.samira)
    samira = phone(cast.samira)
    page = samira.post("/me/leave", follow_redirects=True).text
    assert "You are checked out. 4 dots came off your balance." in page
    assert visit_of(cast.samira).ended_how == "left"
    assert "8 dots free 8 " in samira.says("/me")


@pytest.mark.parametrize("path", ["/me/leave", "/me/hide", "/me/need", "/me/work"])
def test_what_belongs_to_a_visit_is_refused_without_one(phone, cast, path):
    answer = phone(cast.samira).post(path, kind="working", text="iets", hidden="1")
    assert answer.status_code == 409 and "This visit has ended." in answer.text


@pytest.mark.parametrize("path", ["/me/leave", "/me/hide", "/me/visit/topics/x/solved", "/me/visit/topics/x/drop"])
def test_looking_changes_nothing(phone, cast, path):
    assert phone(cast.samira).get(path).status_code == 405


def test_the_need_is_asked_again_with_todays_answer_in_it(phone, cast, here, visit_of, app):
    here(cast.samira, "iemand die offertes leest")
    samira = phone(cast.samira)
    assert "iemand die offertes leest</textarea>" in samira.get("/me/need").text
    samira.post("/me/need", kind="offer", offer="een half uur meelezen", on_wall="1")
    visit = visit_of(cast.samira)
    said = topic_of(app, visit, "offer")
    assert (said.text, said.on_wall, visit.intent, visit.visible) == ("een half uur meelezen", True, "offer", False)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"kind": "need", "need": "x" * 91}, "at most 90 characters"),
        ({"kind": "need", "need": "een\x00nul"}, "cannot be kept"),
        ({"kind": "nothing", "need": "iets"}, ""),
    ],
)
def test_an_answer_that_cannot_be_kept_is_refused_beside_its_field(phone, cast, here, visit_of, app, form, sentence):
    here(cast.samira, "iemand die offertes leest")
    answer = phone(cast.samira).post("/me/need", **form)
    assert answer.status_code == 422 and sentence in answer.text and "<title>Error:" in answer.text
    assert topic_of(app, visit_of(cast.samira)).text == "iemand die offertes leest"


def test_work_of_today_is_added_solved_needs_are_struck_and_topics_taken_back(phone, cast, here, visit_of, app):
    here(cast.samira, "iemand die offertes leest")
    samira, visit = phone(cast.samira), visit_of(cast.samira)
    assert samira.post("/me/work", text="<b>een folder</b>").status_code == 303
    assert "&lt;b&gt;een folder&lt;/b&gt;" in samira.get("/me").text
    need, work = topic_of(app, visit), topic_of(app, visit, "work")
    samira.post(f"/me/visit/topics/{need.id}/solved")
    assert "<s><bdi>iemand die offertes leest" in samira.get("/me").text
    samira.post(f"/me/visit/topics/{work.id}/drop")
    assert "een folder" not in samira.get("/me").text
    assert samira.post("/me/work", text=" ").status_code == 422


@pytest.mark.parametrize("path", ["/me/need", "/me/work", "/me/hide", "/me/topics"])
def test_what_counts_on_every_page_at_once_is_said_sixty_times_an_hour_at_most(phone, cast, here, app, path, now):
    here(cast.samira)
    browser = phone(cast.samira)
    assert browser.post(path).status_code != 429
    with app.extensions["s2m.database"].write() as store:
        name = path.rpartition("/")[2]
        taken = [store.rates.take(f"{name}:{cast.samira.id}", most=60, per=timedelta(hours=1), now=now) for _ in range(60)]
    assert not any(taken[:59]) and taken[59]
    assert browser.post(path).status_code == 429
    assert phone(cast.joost).post(path).status_code != 429, "another's tries are their own"


@pytest.mark.parametrize("act", ["solved", "drop"])
def test_anothers_topic_answers_like_an_unknown_one(phone, cast, here, visit_of, app, act):
    here(cast.samira)
    here(cast.joost, "iemand voor mijn website")
    theirs = topic_of(app, visit_of(cast.joost))
    samira = phone(cast.samira)
    answers = [samira.post(f"/me/visit/topics/{topic}/{act}") for topic in (theirs.id, "0" * 32)]
    assert [a.status_code for a in answers] == [404, 404]
    assert len({re.sub(r"\s+", "", a.text) for a in answers}) == 1
    assert topic_of(app, visit_of(cast.joost)).solved_at is None


def test_who_was_here_together_is_proposed_for_thanks_unless_they_kept_out_of_sight(phone, cast, here, clock):
    here(cast.samira)
    here(cast.joost)
    here(cast.thijs, visible=False)
    clock.shift(60)
    page = phone(cast.samira).says("/me")
    assert "You are here together" in page and "Joost Thank" in page and "Thijs" not in page


def test_who_fits_is_thanked_from_their_card_and_stands_first(phone, cast, here, clock):
    here(cast.samira, "iemand die offertes leest")
    here(cast.joost)
    here(cast.thijs)
    clock.shift(60)
    page = phone(cast.samira).says("/me")
    fits, _, others = page.partition("Your visit")
    assert "Fits your ask Joost" in fits and "Thank Joost" in fits
    assert 0 < others.index("Joost Thank") < others.index("Thijs Thank")


def test_who_asked_nothing_hears_that_and_may_ask(phone, cast, here):
    here(cast.samira)
    page = phone(cast.samira).says("/me")
    assert "You asked nothing yet" in page and "Nobody fits your ask yet" not in page


def test_a_stranger_is_asked_to_sign_in(phone):
    answer = phone().get("/me")
    assert answer.status_code == 302 and answer.location == "/login?next=/me"


def test_a_room_built_before_somebody_came_shows_them_nobody_yet(database, cast, now):
    from s2m.domain import matches

    with database.write() as store:
        room = matches.room_of(store, cast.seinhuis.id, now)
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
    assert matches.for_visitor(room, visit) == ()


def test_who_comes_below_the_soft_limit_is_told_how_to_make_good(phone, cast, here, app, now):
    with app.extensions["s2m.database"].write() as store:
        dear = replace(cast.policy, seat_price=14, soft_floor=0, day_pass_euro=15)
        venues.change_policy(store, cast.seinhuis, dear, cast.marieke.id, now)
        presence.check_in(store, cast.samira, cast.seinhuis, dear, "badge", now)
    here(cast.joost, "iemand voor gewone taal")
    samira = phone(cast.samira)
    page = samira.says("/me")
    assert "Make good, when it suits you" in page and "Joost needs “iemand voor gewone taal”." in page
    assert "a day pass of € 15 at the desk" in page
    samira.post("/me/leave")
    assert "Answer an ask that stands on the wall." in samira.says("/me")


def test_who_is_above_it_is_not_told_so(phone, cast, here):
    here(cast.samira)
    assert "Make good" not in phone(cast.samira).says("/me")
