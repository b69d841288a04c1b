"""Ways in and out without the camera. Never a list of people, never a word on who does not exist."""

import html
import re
import uuid
from datetime import timedelta

import pytest

from s2m.domain import people, presence, venues
from s2m.domain.venues import Policy


def said(answer):
    return html.unescape(answer.text)


def test_the_short_code_checks_in(tablet, cast):
    answer = tablet.post("/kiosk/code", code=f" {tablet.short_code(cast.samira).lower()} ")
    visit = tablet.visits()[0]
    assert answer.location == f"/kiosk/visits/{visit.id}/need"
    assert (visit.person_id, visit.way) == (cast.samira.id, "code")


def test_an_event_id_with_another_input_is_refused(tablet, cast):
    """The next visitor never opens the last one's visit with a form that was left."""
    samira, joost = tablet.short_code(cast.samira), tablet.short_code(cast.joost)
    event = str(uuid.uuid4())
    assert tablet.post("/kiosk/code", code=samira, event=event).status_code == 303
    tablet.get("/kiosk/")
    answer = tablet.post("/kiosk/code", code=joost, event=event)
    assert answer.status_code == 409 and "key_reused" in answer.text and "Samira" not in answer.text
    tablet.post("/kiosk/name", q="joost")
    assert tablet.post("/kiosk/name", act="yes", event=event).status_code == 409
    assert tablet.post("/kiosk/walk-in", name="Ilse", event=event).status_code == 409
    assert len(tablet.visits()) == 1


def test_a_walk_in_sent_again_with_another_name_is_refused(tablet):
    event = str(uuid.uuid4())
    tablet.post("/kiosk/walk-in", name="Ilse", email="", event=event)
    assert tablet.post("/kiosk/walk-in", name="Otto", email="", event=event).status_code == 409
    assert len(tablet.visits()) == 1


def test_a_double_tap_answers_as_the_first_time(tablet, cast):
    form = {"code": tablet.short_code(cast.samira), "event": str(uuid.uuid4())}
    first, second = (tablet.post("/kiosk/code", **form).location for _ in range(2))
    assert first == second and first.endswith("/need")


def test_a_wrong_short_code_says_so_and_stores_nothing(tablet, cast):
    for code in ("", "AAAAAAAA", "x" * 500, "a\x00b", tablet.short_code(cast.olga)):
        answer = tablet.post("/kiosk/code", code=code)
        assert answer.status_code == 404 and 'aria-invalid="true"' in answer.text
    assert tablet.visits() == []


def test_the_name_is_confirmed_behind_a_mask(tablet, cast):
    answer = search(tablet, "samira")
    assert "S•••a V•s" in said(answer) and "Samira" not in said(answer) and "samira" not in said(answer)
    assert "Vos" not in said(answer) and tablet.visits() == []
    answer = tablet.post("/kiosk/name", act="yes", event=event_of(answer))
    assert answer.location == f"/kiosk/visits/{tablet.visits()[0].id}/need"
    assert tablet.visits()[0].way == "name"


@pytest.fixture
def known(tablet, cast, database, now, clock):
    """Samira knows things, asked for something yesterday, and agreed to be shown."""
    with database.write() as store:
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit
        need = presence.Need("need", "wie leest mijn geheim?")
        presence.answer_need(store, visit, need, now, visible=True, on_wall=True)
        presence.leave(store, visit, now)
    clock.shift(timedelta(days=1))


def by_name(tablet, typed):
    tablet.post("/kiosk/name", q=typed)
    return tablet.post("/kiosk/name", act="yes")


def search(tablet, typed):
    """What the tablet shows for what was typed."""
    asked = tablet.post("/kiosk/name", q=typed)
    assert (asked.status_code, asked.location) == (303, "/kiosk/name")
    return tablet.get("/kiosk/name")


def event_of(page):
    return re.search(r'name="event" value="([^"]+)"', page.text)[1]


def test_no_page_of_the_look_up_comes_back_once_the_screen_was_left(tablet, cast):
    """History back and reload ask by GET what is no longer kept; a kept form is sent in vain."""
    search(tablet, "samira")
    tablet.get("/kiosk/")
    page = said(tablet.get("/kiosk/name"))
    assert "•" not in page and "samira" not in page.lower()
    assert tablet.post("/kiosk/name", act="yes").location == "/kiosk/name"
    assert tablet.visits() == []


def test_a_walk_in_that_was_left_half_done_does_not_come_back(tablet):
    assert tablet.post("/kiosk/walk-in", name="Ilse de Wit", email="ilse@").location == "/kiosk/walk-in"
    assert "ilse@" in tablet.get("/kiosk/walk-in").text
    tablet.get("/kiosk/")
    assert "lse" not in tablet.get("/kiosk/walk-in").text.replace("false", "").replace("else", "")


def test_no_makes_a_new_form(tablet, cast):
    first = event_of(search(tablet, "samira"))
    assert tablet.post("/kiosk/name", act="no", event=first).location == "/kiosk/name"
    fresh = tablet.get("/kiosk/name")
    assert event_of(fresh) != first and "•" not in said(fresh)


def test_a_name_alone_shows_nothing_that_stands_on_somebody(tablet, cast, known):
    page = tablet.get(by_name(tablet, "samira").location)
    assert page.status_code == 200
    assert "gewone taal" not in page.text and "geheim" not in page.text
    assert 'name="visible" value="1">' in page.text and 'name="on_wall"' not in page.text


def test_a_name_alone_decides_for_this_visit_only(tablet, cast, known, database):
    path = by_name(tablet, "samira").location
    tablet.post(path, kind="need", need="iets", on_wall="1")
    with database.read() as store:
        visit = store.presence.open_visit(cast.samira)
        assert not visit.visible and not store.presence.topics(visit.id)[0].on_wall
        assert store.people.consents(cast.samira.id) == {"matching", "wall"}
    tablet.post(path, act="solved")
    tablet.post(path, act="ask-again", kind="working")
    with database.read() as store:
        assert store.presence.topics(visit.id) == []
        assert presence.unmet_need(store, cast.samira, visit.started_at).text == "wie leest mijn geheim?"


def test_nobody_is_checked_out_by_name(tablet, cast):
    visit = tablet.scan(tablet.badge(cast.samira))["visit"]
    tablet.get("/kiosk/leaving")
    for answer in (tablet.get("/kiosk/name?leaving=1"), tablet.post("/kiosk/name", q="samira", act="yes", leaving="1")):
        assert answer.location == "/kiosk/said/leave_by_name"
    page = said(tablet.get("/kiosk/said/leave_by_name?lang=en"))
    assert "badge" in page and "phone" in page and "/kiosk/call" in page
    assert tablet.post(f"/kiosk/visits/{visit}/leave").status_code == 409


def test_who_is_here_already_is_not_opened_by_name(tablet, cast):
    visit = tablet.scan(tablet.badge(cast.samira))["visit"]
    tablet.get("/kiosk/")
    assert by_name(tablet, "samira").location == "/kiosk/said/here_by_name"
    page = said(tablet.get("/kiosk/said/here_by_name?lang=en"))
    assert "Samira" not in page and "/kiosk/call" in page
    for path in ("", "/need", "/again"):
        assert tablet.get(f"/kiosk/visits/{visit}{path}").status_code == 409
    for act in ("leave", "undo"):
        assert tablet.post(f"/kiosk/visits/{visit}/{act}").status_code == 409
    assert tablet.visits()[0].ended_at is None


def test_who_came_by_name_may_undo_but_not_leave_by_it(tablet, cast):
    visit = by_name(tablet, "samira").location.split("/")[3]
    assert tablet.post(f"/kiosk/visits/{visit}/leave").status_code == 409
    assert tablet.visits()[0].ended_at is None
    assert tablet.post(f"/kiosk/visits/{visit}/undo").location == "/kiosk/said/undone"


def test_who_came_by_name_leaves_with_the_badge(tablet, cast):
    by_name(tablet, "samira")
    tablet.get("/kiosk/leaving")
    visit = tablet.json("/kiosk/leave", {"code": tablet.badge(cast.samira)}).json["visit"]
    assert tablet.post(f"/kiosk/visits/{visit}/leave").location.endswith("/goodbye")


def test_the_mail_address_finds_too(tablet, cast):
    assert "J•••t B•••r" in said(search(tablet, "joost@seinhuis.example"))


def test_nobody_and_too_many_answer_alike(tablet, cast, database, now):
    with database.write() as store:
        people.join(store, cast.noord.id, "Samira Bos", None, cast.policy, now)
    nobody, several = (search(tablet, q) for q in ("zebedeus", "samira"))
    assert nobody.status_code == several.status_code == 404
    assert strip(nobody) == strip(several)
    assert "/kiosk/call" in nobody.text


def strip(answer):
    """The page without what was typed and the event id of its form."""
    return re.sub(r'(value|name="event" value)="[^"]*"', "", answer.text)


@pytest.mark.parametrize("q", ["sa", "", "%", "____________", "' OR 1=1 --", "a\x00bcdef", "x" * 1000])
def test_a_bad_search_finds_nobody(tablet, cast, q):
    assert search(tablet, q).status_code == (422 if len(q) < 3 or len(q) > 80 or "\x00" in q else 404)
    assert tablet.post("/kiosk/name", act="yes").status_code in (303, 404, 422)
    assert tablet.visits() == []


def test_searching_slows_down(tablet, cast):
    assert [tablet.post("/kiosk/name", q="zebedeus").status_code for _ in range(31)][-1] == 429


def test_other_networks_are_not_found(tablet, cast):
    assert search(tablet, "olga ivanova").status_code == 404


def test_a_walk_in_needs_a_name_only(tablet, database):
    answer = tablet.post("/kiosk/walk-in", name="Ilse de Wit", email="")
    visit = tablet.visits()[0]
    assert answer.location == f"/kiosk/visits/{visit.id}/need" and visit.way == "walk_in"
    with database.read() as store:
        guest = store.people.get(visit.person_id)
        assert (guest.name, guest.email, guest.is_member) == ("Ilse de Wit", None, False)
        assert presence.held_for(store, store.presence.get(visit.id)) == 4


def test_a_double_tap_is_one_guest(tablet):
    form = {"name": "Ilse", "email": "", "event": str(uuid.uuid4())}
    first, second = (tablet.post("/kiosk/walk-in", **form) for _ in range(2))
    assert first.location.replace("/again", "/need") == second.location.replace("/again", "/need")
    assert len(tablet.visits()) == 1


def test_a_walk_in_with_a_known_mail_address_becomes_the_masked_question(tablet, cast):
    answer = tablet.post("/kiosk/walk-in", name="Sam", email="SAMIRA@seinhuis.example")
    assert answer.location == "/kiosk/name"
    assert "S•••a V•s" in said(tablet.get("/kiosk/name")) and tablet.visits() == []


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": ""}, "name"), ({"name": "123"}, "name"), ({"name": "x" * 81}, "name"), ({"name": "a\x00"}, "name"),
        ({"name": "Ilse", "email": "x@y"}, "email"), ({"name": "Ilse", "email": "a@b.nl\r\nBcc: c@d.nl"}, "email"),
        ({"name": "e" + "\u0301" * 5000}, "name"),
    ],
)  # fmt: skip
def test_a_bad_walk_in_keeps_the_form(tablet, form, field):
    assert tablet.post("/kiosk/walk-in", **form).location == "/kiosk/walk-in"
    answer = tablet.get("/kiosk/walk-in")
    assert answer.status_code == 422
    assert f'id="f-{field}-e"' in answer.text
    assert tablet.visits() == []


def test_what_a_walk_in_types_is_text(tablet):
    visit = tablet.post("/kiosk/walk-in", name="{{7*7}}<script>x</script>\u202ebob").location
    page = tablet.get(visit).text
    assert "{{7*7}}&lt;script&gt;x&lt;/script&gt;bob" in page.replace("\u202e", "") and "\u202e" not in page


def test_leaving_by_badge_asks_first(tablet, cast):
    tablet.scan(tablet.badge(cast.samira))
    tablet.get("/kiosk/leaving")
    answer = tablet.json("/kiosk/leave", {"code": tablet.badge(cast.samira)}).json
    assert answer["code"] == "already_here"
    assert tablet.visits()[0].ended_at is None
    assert tablet.get(f"/kiosk/visits/{answer['visit']}/again").status_code == 200


def test_leaving_never_checks_in(tablet, cast):
    answer = tablet.json("/kiosk/leave", {"code": tablet.badge(cast.samira)})
    assert answer.status_code == 409 and answer.json["code"] == "not_checked_in"
    assert tablet.post("/kiosk/code", code=tablet.short_code(cast.samira), leaving="1").status_code == 409
    assert tablet.visits() == []


def test_leaving_by_code_leads_to_the_choice(tablet, cast):
    tablet.post("/kiosk/code", code=tablet.short_code(cast.samira))
    answer = tablet.post("/kiosk/code", code=tablet.short_code(cast.samira), leaving="1")
    assert answer.location.endswith("/again")
    assert tablet.visits()[0].ended_at is None


def test_who_cannot_carry_the_seat_is_sent_to_the_host(tablet, cast, database, now, clock):
    clock.shift(1)
    with database.write() as store:
        venues.change_policy(store, cast.seinhuis, Policy(seat_price=40), cast.marieke.id, now + timedelta(seconds=1))
    answer = tablet.post("/kiosk/code", code=tablet.short_code(cast.samira))
    assert answer.status_code == 409 and "/kiosk/call" in answer.text and "floor" in answer.text
    assert tablet.visits() == []


def test_who_walks_in_takes_along_what_they_got_and_a_code_to_come_again(tablet, cast, clock):
    form = tablet.get("/kiosk/walk-in")
    tablet.post("/kiosk/walk-in", name="Ilse de Wit", email="", event=event_of(form))
    visit = tablet.visits()[-1].id
    welcome = said(tablet.get(f"/kiosk/visits/{visit}?lang=en"))
    assert "You got 12 dots from the commons." in welcome and "Your seat holds 4 of them until" in welcome
    code = re.search(r'Your code: <b class="code">(\w{4} \w{4})<', welcome)[1]
    tablet.get("/kiosk/")
    clock.shift(timedelta(days=1))
    assert tablet.post("/kiosk/code", code=code).location.endswith("/need")
    again = tablet.visits()[-1].id
    assert again != visit and "Your code" not in said(tablet.get(f"/kiosk/visits/{again}?lang=en"))


def test_a_wrong_code_offers_the_host(tablet):
    assert "/kiosk/call" in tablet.post("/kiosk/code", code="ABCD EFGH").text


def test_who_came_to_leave_finds_leaving_first(tablet, cast):
    tablet.scan(tablet.badge(cast.samira))
    page = []
    for start in ("/kiosk/", "/kiosk/leaving"):
        tablet.get(start)
        visit = tablet.scan(tablet.badge(cast.samira))["visit"]
        page.append(tablet.get(f"/kiosk/visits/{visit}/again?lang=en").text)
    assert page[0].index("Still here") < page[0].index("m leaving")
    assert page[1].index("m leaving") < page[1].index("Still here")
