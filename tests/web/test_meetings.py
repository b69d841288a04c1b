"""Did you meet? On the phone: at check-out, once later, after a week; the story; and what was shown is written once."""

from datetime import timedelta

import pytest

from s2m.domain import meetings, presence

DAY = timedelta(days=1)


@pytest.fixture
def shown(phone, cast, here):
    """Samira and Joost are here and looked at their pages; gives Samira's phone and both visits."""
    visits = here(cast.samira, "iemand die offertes leest"), here(cast.joost)
    samira = phone(cast.samira)
    assert "Joost" in samira.says("/me")
    return samira, *visits


def counts(app, cast, now):
    with app.extensions["s2m.database"].read() as store:
        return dict(store.meetings.said_by_slot(cast.seinhuis.id, now - 9 * DAY, now + 99 * DAY))


def test_a_list_is_written_down_once_however_often_the_page_refreshes_itself(app, cast, now, shown, monkeypatch):
    samira, *_ = shown
    assert counts(app, cast, now) == {("relevant", None, None): 1}
    database = app.extensions["s2m.database"]
    monkeypatch.setattr(database, "write", lambda: pytest.fail("a page that shows nothing new writes nothing"))
    assert samira.get("/me/now").status_code == samira.get("/me").status_code == 200


def test_a_list_that_cannot_be_written_down_is_shown_all_the_same(app, cast, here, phone, monkeypatch):
    from s2m.domain.errors import Unavailable

    here(cast.samira, "iemand die offertes leest"), here(cast.joost)
    samira = phone(cast.samira)

    def refuse():
        raise Unavailable()

    monkeypatch.setattr(app.extensions["s2m.database"], "write", refuse)
    assert "Joost" in samira.says("/me")


def test_nothing_is_written_where_nobody_is_shown(app, cast, here, phone, now):
    here(cast.samira, "iemand die offertes leest")
    phone(cast.samira).says("/me")
    assert counts(app, cast, now) == {}


def test_who_leaves_is_asked_and_one_tap_answers(app, cast, now, shown):
    samira, visit, joost = shown
    assert "Did you meet?" not in samira.says("/me")
    page = samira.post("/me/leave", follow_redirects=True).text
    assert "Did you meet?" in page and "You are checked out." in page
    answer = samira.post("/me/met", visit=visit.id, shown=joost.id, said="helped")
    assert answer.location == "/me#met" and "Did you meet?" not in samira.says("/me")
    assert counts(app, cast, now) == {("relevant", "helped", None): 1}


def test_not_now_asks_once_more_the_next_day(shown, clock, now):
    samira, visit, _joost = shown
    samira.post("/me/leave")
    samira.post("/me/met/later", visit=visit.id)
    assert "Did you meet?" not in samira.says("/me")
    clock.move_to(now + DAY)
    assert "Did you meet?" in samira.says("/me")
    samira.post("/me/met/later", visit=visit.id)
    assert "Did you meet?" not in samira.says("/me")
    clock.move_to(now + 2 * DAY)
    assert "Did you meet?" not in samira.says("/me")


def test_who_hides_is_gone_from_the_open_question_at_once(cast, shown, phone):
    samira, _visit, _joost = shown
    samira.post("/me/leave")
    first = samira.get("/me/now")
    assert "Did you meet?" in first.text
    phone(cast.joost).post("/me/hide", hidden="1")
    second = samira.get("/me/now", **{"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200 and "Joost" not in second.text


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/me/met", {"said": "met"}, 404), ("/me/met", {"said": "perhaps"}, 422), ("/me/met/later", {}, 404),
        ("/me/met/outcome", {"outcome": "work"}, 404), ("/me/met/outcome", {"outcome": "riches"}, 422),
        ("/me/stories/nothing/withdraw", {}, 404),
    ],
)  # fmt: skip
def test_what_is_anothers_answers_like_what_never_was(cast, shown, phone, path, form, status):
    _samira, visit, joost = shown
    thijs = phone(cast.thijs)
    for pair in ({"visit": visit.id, "shown": joost.id}, {"visit": "x", "shown": "y"}):
        assert thijs.post(path, **pair, **form).status_code == status
    story = f"/me/story/{visit.id}/{joost.id}"
    assert thijs.get(story).status_code == thijs.post(story, text="Mooi", agreed="1").status_code == 404


@pytest.fixture
def week_later(app, cast, shown, phone, clock, now):
    """They met, and a week went by."""
    _samira, visit, joost = shown
    with app.extensions["s2m.database"].write() as store:
        meetings.say(store, cast.samira, visit.id, joost.id, "helped", now)
        presence.close_due(store, now + DAY)
    clock.move_to(now + 8 * DAY)
    return phone(cast.samira), {"visit": visit.id, "shown": joost.id}


def test_after_a_week_what_came_of_it_leads_to_a_story_on_the_wall(cast, week_later, phone):
    samira, pair = week_later
    assert "What came of it? A week ago you met Joost." in samira.says("/me")
    answer = samira.post("/me/met/outcome", outcome="work", **pair)
    assert answer.location.startswith("/me/story/")
    assert "What came of it?" not in samira.says("/me")
    assert "A story for the wall" in samira.says(answer.location)
    refused = samira.post(answer.location, text="Joost en ik schrijven samen", agreed="1")
    assert refused.status_code == 422 and "This says who it was." in refused.text and "Joost en ik" in refused.text
    told = samira.post(answer.location, True, text="Uit een vraag werd een opdracht.", agreed="1")
    assert "It hangs on the wall" in told.text
    marieke = phone(cast.marieke)
    assert "It began here Uit een vraag werd een opdracht." in marieke.says(f"/wall/{cast.seinhuis.slug}")
    profile = samira.get("/me/profile").text
    assert "Uit een vraag werd een opdracht." in profile
    story = profile.partition("/me/stories/")[2].partition("/")[0]
    assert samira.post(f"/me/stories/{story}/withdraw", follow_redirects=True).status_code == 200
    assert "It began here" not in marieke.says(f"/wall/{cast.seinhuis.slug}")


def test_without_the_tick_no_story_is_kept(week_later):
    samira, pair = week_later
    page = samira.post(f"/me/story/{pair['visit']}/{pair['shown']}", True, text="Voor mezelf").text
    assert "Nothing was kept." in page and "Voor mezelf" not in samira.get("/me/profile").text


@pytest.mark.parametrize("outcome", ["nothing", "skipped"])
def test_nothing_to_tell_asks_for_no_story(week_later, outcome):
    samira, pair = week_later
    assert samira.post("/me/met/outcome", outcome=outcome, **pair).location == "/me"
    assert "What came of it?" not in samira.says("/me")
