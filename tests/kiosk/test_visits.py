"""The screens of one visit: need, welcome, undo, again, goodbye; and who may not see them."""

import html
from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import people, presence, venues


@pytest.fixture
def scanned(tablet, cast):
    """Samira has just held her badge before the tablet."""
    return tablet.scan(tablet.badge(cast.samira))["visit"]


def said(answer):
    return html.unescape(answer.text)


def sit(tablet, visit, **form):
    return tablet.post(f"/kiosk/visits/{visit}/need", act="sit", **form)


def test_the_question_begins_with_asking_and_nothing_ticked(tablet, scanned):
    page = said(tablet.get(f"/kiosk/visits/{scanned}/need"))
    assert 'value="need" id="c-need" checked' in page
    assert 'name="visible" value="1">' in page and 'name="on_wall" value="1">' in page


def test_the_answer_stands_on_the_visit(tablet, scanned, database):
    answer = sit(tablet, scanned, kind="need", need="  iemand die\tofferte leest ", visible="1")
    assert answer.location == f"/kiosk/visits/{scanned}"
    with database.read() as store:
        visit, (topic,) = store.presence.get(scanned), store.presence.topics(scanned)
    assert (visit.intent, visit.visible, topic.text, topic.on_wall) == ("need", True, "iemand die offerte leest", False)


def test_each_kind_keeps_its_own_words(tablet, scanned, database):
    sit(tablet, scanned, kind="offer", need="not this", offer="", topic="gewone taal")
    with database.read() as store:
        assert [(t.kind, t.text) for t in store.presence.topics(scanned)] == [("offer", "gewone taal")]
    sit(tablet, scanned, kind="working", need="nor this")
    with database.read() as store:
        assert store.presence.topics(scanned) == []
        assert store.presence.get(scanned).intent == "working"


def test_the_two_choices_come_back_as_they_were_left(tablet, cast, scanned, clock):
    sit(tablet, scanned, kind="working", visible="1")
    tablet.post(f"/kiosk/visits/{scanned}/leave")
    clock.shift(timedelta(days=1))
    tomorrow = tablet.scan(tablet.badge(cast.samira))["visit"]
    page = tablet.get(f"/kiosk/visits/{tomorrow}/need").text
    assert 'name="visible" value="1" checked' in page and 'name="on_wall" value="1">' in page


@pytest.mark.parametrize("text", ["x" * 91, "a\x00b"])
def test_an_unreadable_need_keeps_the_form(tablet, scanned, text, database):
    answer = sit(tablet, scanned, kind="need", need=text, visible="1")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text and 'name="visible" value="1" checked' in answer.text
    with database.read() as store:
        assert store.presence.topics(scanned) == [] and store.presence.get(scanned).visible is False


def test_yesterdays_need_is_offered_back(tablet, cast, scanned, clock, database):
    sit(tablet, scanned, kind="need", need="hoe loopt een ANBI-aanvraag?")
    tablet.post(f"/kiosk/visits/{scanned}/leave")
    clock.shift(timedelta(days=1))
    second = tablet.scan(tablet.badge(cast.samira))["visit"]
    assert "hoe loopt een ANBI-aanvraag?" in said(tablet.get(f"/kiosk/visits/{second}/need"))
    assert tablet.post(f"/kiosk/visits/{second}/need", act="ask-again", kind="need").location.endswith(second)
    with database.read() as store:
        assert [t.text for t in store.presence.topics(second)] == ["hoe loopt een ANBI-aanvraag?"]


def test_a_solved_need_does_not_come_back(tablet, cast, scanned, clock):
    sit(tablet, scanned, kind="need", need="hoe loopt een ANBI-aanvraag?")
    tablet.post(f"/kiosk/visits/{scanned}/leave")
    clock.shift(timedelta(days=1))
    second = tablet.scan(tablet.badge(cast.samira))["visit"]
    assert tablet.post(f"/kiosk/visits/{second}/need", act="solved", kind="need").location.endswith("/need")
    assert "ANBI" not in tablet.get(f"/kiosk/visits/{second}/need").text


def arrive(database, cast, person, now, *, visible=True):
    with database.write() as store:
        done = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now)
        presence.answer_need(store, done.visit, presence.Need("working", ""), now, visible=visible, on_wall=False)


def test_the_welcome_shows_the_hold_and_who_fits(tablet, cast, scanned, database, now):
    arrive(database, cast, cast.joost, now)
    sit(tablet, scanned, kind="need", need="iemand die offertes leest")
    page = said(tablet.get(f"/kiosk/visits/{scanned}"))
    assert page.count("#hold") == 4 and "18:00" in page
    assert "Joost" in page and "offertes en prijzen" in page and "iemand die offertes leest" in page
    assert "Bakker" not in page


def test_who_hides_is_not_shown(tablet, cast, scanned, database, now):
    arrive(database, cast, cast.joost, now, visible=False)
    sit(tablet, scanned, kind="need", need="iemand die offertes leest")
    assert "Joost" not in tablet.get(f"/kiosk/visits/{scanned}").text


def test_undo_lets_visit_and_hold_go(tablet, cast, scanned, database, clock):
    clock.shift(timedelta(seconds=29))
    assert tablet.post(f"/kiosk/visits/{scanned}/undo").location == "/kiosk/said/undone"
    with database.read() as store:
        visit = store.presence.get(scanned)
        assert (visit.ended_how, store.ledger.person_account(cast.samira.id).available) == ("undone", 12)
    assert tablet.get(f"/kiosk/visits/{scanned}").status_code == 409


def test_undo_counts_from_the_scan_that_reached_us(tablet, cast, now, clock):
    """The tablet's clock is three minutes slow."""
    visit = tablet.scan(tablet.badge(cast.samira), at=(now - timedelta(minutes=3)).isoformat())["visit"]
    clock.shift(timedelta(seconds=20))
    assert "/undo" in tablet.get(f"/kiosk/visits/{visit}").text
    assert tablet.post(f"/kiosk/visits/{visit}/undo").location == "/kiosk/said/undone"


def test_a_visit_that_ended_asks_nothing_more(tablet, scanned):
    tablet.post(f"/kiosk/visits/{scanned}/leave")
    for path in ("", "/need", "/again"):
        assert tablet.get(f"/kiosk/visits/{scanned}{path}").status_code == 409
    assert tablet.get(f"/kiosk/visits/{scanned}/goodbye").status_code == 200


def test_undo_has_its_time(tablet, scanned, clock):
    clock.shift(timedelta(seconds=31))
    assert "/undo" not in tablet.get(f"/kiosk/visits/{scanned}").text
    assert tablet.post(f"/kiosk/visits/{scanned}/undo").status_code == 409
    assert tablet.visits()[0].ended_at is None


def test_leaving_is_a_choice_and_settles_the_seat(tablet, cast, scanned, database, clock):
    clock.shift(timedelta(hours=2))
    again = tablet.scan(tablet.badge(cast.samira))
    assert again["code"] == "already_here"
    page = tablet.get(f"/kiosk/visits/{scanned}/again").text
    assert "09:41" in page and tablet.visits()[0].ended_at is None
    assert tablet.post(f"/kiosk/visits/{scanned}/leave").location.endswith("/goodbye")
    assert "11:41" in tablet.get(f"/kiosk/visits/{scanned}/goodbye").text
    with database.read() as store:
        assert store.ledger.person_account(cast.samira.id).balance == 8


def test_leaving_twice_is_leaving_once(tablet, scanned):
    tablet.post(f"/kiosk/visits/{scanned}/leave")
    assert tablet.post(f"/kiosk/visits/{scanned}/leave").status_code == 409


def test_the_start_screen_closes_what_was_open(tablet, scanned):
    assert tablet.get(f"/kiosk/visits/{scanned}/need").status_code == 200
    tablet.get("/kiosk/")
    for path in ("", "/need", "/again", "/goodbye"):
        answer = tablet.get(f"/kiosk/visits/{scanned}{path}")
        assert answer.status_code == 409 and "Samira" not in answer.text


def test_the_next_visitor_does_not_open_the_last_ones_screen(tablet, cast, scanned):
    tablet.scan(tablet.badge(cast.joost))
    assert tablet.get(f"/kiosk/visits/{scanned}").status_code == 409


def test_a_screen_closes_after_five_minutes(tablet, scanned, clock):
    clock.shift(timedelta(minutes=6))
    assert tablet.get(f"/kiosk/visits/{scanned}").status_code == 409


def test_another_tablet_cannot_open_it(another_tablet, scanned):
    assert another_tablet.get(f"/kiosk/visits/{scanned}").status_code == 409
    assert another_tablet.post(f"/kiosk/visits/{scanned}/undo").status_code == 409
    assert another_tablet.get("/kiosk/visits/no-such-visit").status_code == 409


def test_nothing_changes_by_looking(tablet, scanned):
    for path in ("", "/need", "/again", "/goodbye", "/undo", "/leave"):
        tablet.get(f"/kiosk/visits/{scanned}{path}")
    assert tablet.visits()[0].ended_at is None


def test_a_goodbye_below_the_soft_limit_says_kindly_how_to_make_good(tablet, cast, database, now):
    with database.write() as store:
        dear = replace(cast.policy, seat_price=14, soft_floor=0, day_pass_euro=15)
        venues.change_policy(store, cast.seinhuis, dear, cast.marieke.id, now)
    scanned = tablet.scan(tablet.badge(cast.samira))["visit"]
    tablet.post(f"/kiosk/visits/{scanned}/leave")
    page = html.unescape(tablet.get(f"/kiosk/visits/{scanned}/goodbye?lang=en").text)
    assert "Your balance is −2 dots now: a promise, without interest." in page and "day pass of € 15" in page
    assert 'name="reason" value="day_pass"' in page


def test_a_welcome_near_the_limit_tells_of_the_day_pass_where_one_is_sold(tablet, cast, database, now):
    for price, tells in ((0, False), (15, True)):
        with database.write() as store:
            dear = replace(cast.policy, seat_price=14, day_pass_euro=price)
            store.venues.add_policy(cast.seinhuis, dear, now, effective_at=now, by=None)
        scanned = tablet.scan(tablet.badge(cast.samira))["visit"]
        page = html.unescape(tablet.get(f"/kiosk/visits/{scanned}?lang=en").text)
        assert "Your balance is getting low." in page
        assert ("A day pass is €\u00a015: ask the host." in page, 'value="day_pass"' in page) == (tells, tells)


def test_a_refusal_at_the_limit_tells_of_the_day_pass_and_calls_the_host_in_one_tap(tablet, cast, database, now):
    for price in (0, 15):
        with database.write() as store:
            dear = replace(cast.policy, seat_price=100, day_pass_euro=price)
            store.venues.add_policy(cast.seinhuis, dear, now, effective_at=now, by=None)
        assert tablet.scan(tablet.badge(cast.samira))["code"] == "floor"
        page = html.unescape(tablet.get("/kiosk/refused/floor?lang=en").text)
        assert ("A day pass is €\u00a015: ask the host." in page) == bool(price) and 'name="reason" value="floor"' in page
    assert "day pass" not in tablet.get("/kiosk/refused/badge_unknown?lang=en").text
    assert "day pass" not in tablet.get("/kiosk/refused/floor?lang=en&leaving=1").text
    assert tablet.visits() == []


def test_a_goodbye_above_it_asks_only_who_helped(tablet, cast):
    scanned = tablet.scan(tablet.badge(cast.samira))["visit"]
    tablet.post(f"/kiosk/visits/{scanned}/leave")
    page = html.unescape(tablet.get(f"/kiosk/visits/{scanned}/goodbye?lang=en").text)
    assert "Did somebody help you today?" in page and "promise" not in page


# Ask quietly ----------------------------------------------------------------------------------------------------------


def open_ask(database, person):
    with database.read() as store:
        return store.asks.open_of(person.id)


def test_one_tick_at_the_tablet_asks_quietly_until_closing_time(tablet, cast, scanned, database):
    assert 'name="quiet" value="1">' in tablet.get(f"/kiosk/visits/{scanned}/need").text, "not ticked by itself"
    answer = sit(tablet, scanned, kind="need", need="iemand die offertes leest", quiet="1")
    assert "We ask around quietly." in tablet.get(f"{answer.location}?lang=en").text
    ask = open_ask(database, cast.samira)
    with database.read() as store:
        assert (ask.quiet, ask.wall, ask.ends_at) == (True, False, store.presence.get(scanned).closes_at)


@pytest.mark.parametrize("form", [{"kind": "need", "need": "een lezer"}, {"kind": "working", "quiet": "1"}])
def test_without_the_tick_or_without_a_need_nobody_is_asked(tablet, cast, scanned, database, form):
    answer = sit(tablet, scanned, **form)
    assert open_ask(database, cast.samira) is None
    assert "We ask around quietly." not in tablet.get(f"{answer.location}?lang=en").text


def test_by_name_alone_the_tablet_offers_no_asking(tablet, cast, database):
    tablet.post("/kiosk/name", q="samira vos")
    visit = tablet.post("/kiosk/name", act="yes").location.split("/")[3]
    assert 'name="quiet"' not in tablet.get(f"/kiosk/visits/{visit}/need").text
    sit(tablet, visit, kind="need", need="een lezer", quiet="1")
    assert open_ask(database, cast.samira) is None


def test_the_next_time_the_tablet_says_that_no_answer_came(tablet, cast, scanned, clock, database):
    sit(tablet, scanned, kind="need", need="een lezer", quiet="1")
    tablet.post(f"/kiosk/visits/{scanned}/leave")
    clock.shift(timedelta(days=1))
    tomorrow = tablet.scan(tablet.badge(cast.samira))["visit"]
    page = said(tablet.get(f"/kiosk/visits/{tomorrow}/need?lang=en"))
    assert "een lezer" in page and "No answer came then." in page
    tablet.post(f"/kiosk/visits/{tomorrow}/need", act="ask-again", quiet="1")
    assert open_ask(database, cast.samira).text == "een lezer"


def test_the_tablet_suggests_topics_while_one_is_typed(tablet):
    assert tablet.get("/kiosk/topics?q=podcast").json["topics"]
    assert tablet.get("/kiosk/topics").json == {"topics": []}


def test_whoever_types_on_a_tablet_may_be_one_of_those_who_know_it(tablet, database, cast, now):
    for person, found in ((cast.samira, []), (cast.joost, []), (cast.thijs, ["Zuivelroutes"])):
        with database.write() as store:
            people.add_topic(store, person, "Zuivelroutes", now)
            people.consent(store, person, "matching", True, now)
        assert tablet.get("/kiosk/topics?q=zuivelr").json["topics"] == found


# Did you meet? --------------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(tablet, cast, clock):
    """Joost is here; Samira saw him on the tablet. Gives her visit and his."""
    joost = tablet.scan(tablet.badge(cast.joost))["visit"]
    sit(tablet, joost, kind="working", visible="1")
    samira = tablet.scan(tablet.badge(cast.samira))["visit"]
    sit(tablet, samira, kind="need", need="iemand die offertes leest", visible="1")
    assert "Joost" in said(tablet.get(f"/kiosk/visits/{samira}"))
    return samira, joost


def test_who_leaves_is_asked_whom_they_met_and_may_just_walk_off(tablet, cast, shown, database, now):
    samira, joost = shown
    assert tablet.post(f"/kiosk/visits/{samira}/leave").location.endswith("/goodbye")
    page = said(tablet.get(f"/kiosk/visits/{samira}/goodbye"))
    assert "Hebben jullie elkaar ontmoet?" in page or "Did you meet?" in page
    assert "Joost" in page and 'data-timer="40"' in page
    answer = tablet.post(f"/kiosk/visits/{samira}/met", shown=joost, said="met")
    assert answer.location == f"/kiosk/visits/{samira}/goodbye"
    assert "Joost" not in said(tablet.get(answer.location))
    with database.read() as store:
        assert store.meetings.said_by_slot(cast.seinhuis.id, now, now + timedelta(days=1)) == {("relevant", "met", None): 1}


def test_who_hid_meanwhile_is_not_named_at_the_door(tablet, cast, shown, database, now):
    samira, joost = shown
    tablet.post(f"/kiosk/visits/{samira}/leave")
    with database.write() as store:
        presence.hide(store, store.presence.get(joost), True, now)
    assert "Joost" not in said(tablet.get(f"/kiosk/visits/{samira}/goodbye"))


def test_the_open_screen_asks_again_on_every_change(tablet, cast, shown, database, now):
    samira, joost = shown
    assert tablet.get(f"/kiosk/visits/{samira}/met").text.strip() == "", "not before the visit has ended"
    tablet.post(f"/kiosk/visits/{samira}/leave")
    page = tablet.get(f"/kiosk/visits/{samira}/goodbye").text
    assert f'data-part="/kiosk/visits/{samira}/met"' in page and 'data-live="/live/het-seinhuis"' in page
    assert "Joost" in tablet.get(f"/kiosk/visits/{samira}/met").text
    with database.write() as store:
        presence.hide(store, store.presence.get(joost), True, now)
    assert tablet.get(f"/kiosk/visits/{samira}/met").text.strip() == ""
    assert "data-live" not in tablet.get(f"/kiosk/visits/{samira}/goodbye").text


def test_only_who_is_on_the_screen_says_whom_they_met(tablet, another_tablet, cast, shown):
    samira, joost = shown
    tablet.post(f"/kiosk/visits/{samira}/leave")
    form = {"shown": joost, "said": "met"}
    assert another_tablet.post(f"/kiosk/visits/{samira}/met", **form).status_code == 409
    assert tablet.post(f"/kiosk/visits/{samira}/met", shown=samira, said="met").status_code == 404
    assert tablet.post(f"/kiosk/visits/{samira}/met", shown=joost, said="later").status_code == 422
    tablet.get("/kiosk/")
    assert tablet.post(f"/kiosk/visits/{samira}/met", **form).status_code == 409


def test_a_name_alone_says_nothing_of_whom_they_met(tablet, cast, clock):
    joost = tablet.scan(tablet.badge(cast.joost))["visit"]
    sit(tablet, joost, kind="working", visible="1")
    tablet.post("/kiosk/name", q="samira@seinhuis.example")
    samira = tablet.post("/kiosk/name", act="yes").location.split("/")[-2]
    sit(tablet, samira, kind="need", need="iemand die offertes leest", visible="1")
    assert "Joost" in said(tablet.get(f"/kiosk/visits/{samira}"))
    assert tablet.post(f"/kiosk/visits/{samira}/met", shown=joost, said="met").status_code == 409
