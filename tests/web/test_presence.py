"""The way in by phone: a door code seen in time opens the venue's page, and one tap checks in, once."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import codes, devices, presence, venues
from s2m.domain.codes import Keys
from tests.web.conftest import link_in

GOOD = {"kind": "need", "need": "iemand die mijn offerte leest"}


@pytest.fixture
def visits(app):
    def visits(person):
        with app.extensions["s2m.database"].read() as store:
            return store.presence.of_person(person.id)

    return visits


@pytest.fixture
def everybody(app, cast):
    def everybody():
        with app.extensions["s2m.database"].read() as store:
            return store.people.all(cast.noord.id)

    return everybody


def test_a_member_checks_in_with_one_tap_and_meets_people(phone, cast, here, door_code, now, visits, kiosk):
    here(cast.joost)
    samira = phone(cast.samira)
    page = samira.client.get(f"/in/{door_code(now)}", follow_redirects=True).text
    assert "Het Seinhuis" in page and "pull up a chair" in page and "Your seat holds 4 dots until 18:00." in page
    assert page.index("Het Seinhuis") < page.index("Samira")
    assert 'name="visible" value="1">' in page and 'name="on_wall" value="1">' in page
    answer = samira.post("/in", kind="need", need="iemand die offertes leest", visible="1", follow_redirects=True)
    assert "Welcome. You are checked in." in answer.text and "offertes en prijzen" in answer.text
    visit = visits(cast.samira)[0]
    assert (visit.way, visit.device_id, visit.intent, visit.visible) == ("door", kiosk.id, "need", True)


def test_what_stands_as_consent_stands_ticked(phone, cast, app, door_code, now):
    with app.extensions["s2m.database"].write() as store:
        presence.consent(store, cast.samira, matching=True, wall=False, now=now)
    page = phone(cast.samira).client.get(f"/in/{door_code(now)}", follow_redirects=True).text
    assert 'name="visible" value="1" checked' in page and 'name="on_wall" value="1">' in page


def test_yesterdays_unmet_need_is_offered_back(phone, cast, app, door_code, now, visits):
    with app.extensions["s2m.database"].write() as store:
        earlier = now - timedelta(days=1)
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", earlier).visit
        visit = presence.answer_need(store, visit, presence.Need("need", "een drukker"), earlier, visible=False, on_wall=False)
        presence.leave(store, visit, earlier + timedelta(hours=1))
    samira = phone(cast.samira)
    page = samira.client.get(f"/in/{door_code(now)}", follow_redirects=True).text
    assert "On Wednesday 11 March you asked:" in page and "een drukker" in page
    assert samira.post("/in", act="ask-again", kind="need").status_code == 303
    with app.extensions["s2m.database"].read() as store:
        assert [t.text for t in store.presence.topics(visits(cast.samira)[0].id)] == ["een drukker"]


def test_an_unmet_need_that_is_solved_is_offered_no_more(phone, cast, app, door_code, now):
    with app.extensions["s2m.database"].write() as store:
        earlier = now - timedelta(days=1)
        visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", earlier).visit
        visit = presence.answer_need(store, visit, presence.Need("need", "een drukker"), earlier, visible=False, on_wall=False)
        presence.leave(store, visit, earlier + timedelta(hours=1))
    samira = phone(cast.samira)
    samira.get(f"/in/{door_code(now)}")
    page = samira.post("/in", act="solved", kind="need", follow_redirects=True).text
    assert "een drukker" not in page and "pull up a chair" in page


def test_a_stranger_goes_in_as_a_guest_and_stays_signed_in_here(phone, cast, door_code, now, everybody, visits):
    stranger = phone()
    before = everybody()
    assert "Your name" in stranger.client.get(f"/in/{door_code(now)}", follow_redirects=True).text
    page = stranger.post("/in", name="Ravi Patel", follow_redirects=True, **GOOD).text
    assert "Welcome. You are checked in." in page and "A link is on its way" not in page
    guest = next(p for p in everybody() if p not in before)
    assert (guest.name, guest.email, guest.language, guest.is_member) == ("Ravi Patel", None, "en", False)
    assert (visits(guest)[0].way, visits(guest)[0].visible) == ("door", False)
    assert "Ravi" in stranger.says("/me/profile")


@pytest.fixture
def go_in(phone, door_code, now, everybody, mailing):
    """A stranger goes in as a guest with a mail address; returns their browser and who they are."""

    def go_in(email):
        stranger, before = phone(), everybody()
        stranger.get(f"/in/{door_code(now)}")
        stranger.page = stranger.post("/in", name="Ravi Patel", email=email, follow_redirects=True, **GOOD).text
        return stranger, next(p for p in everybody() if p not in before)

    return go_in


def test_the_mail_address_of_a_guest_counts_once_its_link_was_opened(go_in, waiting, everybody):
    stranger, guest = go_in("Ravi@example.org")
    assert guest.email is None and "A link is on its way to your mail address." in stranger.page
    (mail,) = waiting()
    assert mail.recipient == "ravi@example.org" and "Ravi Patel" not in mail.body
    assert stranger.post(link_in(mail)).status_code == 303
    proved = next(p for p in everybody() if p.id == guest.id)
    assert (proved.email, proved.is_member) == ("ravi@example.org", True)
    assert "Ravi" in stranger.says("/me/profile")


def test_a_guest_learns_nothing_of_who_is_known(go_in, cast, waiting):
    known, unknown = go_in(cast.samira.email)[0].page, go_in("nobody@example.org")[0].page
    own = re.compile(r'value="[^"]*"|[0-9a-f]{32}|(?<=<b class="code">)[^<]+')  # tokens, ids, the code of the badge
    assert own.sub("", known) == own.sub("", unknown)
    assert [m.recipient for m in waiting()] == [cast.samira.email, "nobody@example.org"]


def test_who_is_known_signs_in_by_the_link_and_takes_the_seat_along(go_in, cast, waiting, visits):
    stranger, guest = go_in(cast.samira.email)
    page = stranger.post(link_in(waiting()[0]), follow_redirects=True).text
    assert "Samira" in stranger.says("/me/profile") and "Ravi" not in page
    assert visits(guest)[0].ended_how == "undone"
    assert (visits(cast.samira)[0].way, visits(cast.samira)[0].is_open) == ("door", True)


def test_where_no_mail_is_sent_none_is_asked_for(phone, cast, door_code, now):
    page = phone().client.get(f"/in/{door_code(now)}", follow_redirects=True).text
    assert 'name="name"' in page and 'name="email"' not in page


def test_one_proof_makes_one_guest_also_when_it_is_copied(phone, cast, door_code, now, everybody):
    stranger, before = phone(), len(everybody())
    stranger.get(f"/in/{door_code(now)}")
    kept = stranger.client.get_cookie("form").value
    answers = []
    for n in range(4):
        copy = phone()
        copy.client.set_cookie("form", kept)
        answers.append(copy.post("/in", name=f"Sybil {'abcd'[n]}", **GOOD).status_code)
    assert answers == [302, 409, 409, 409] and len(everybody()) == before + 1
    copy.client.set_cookie("form", kept)
    assert copy.post("/in", name="Sybil a", **GOOD).status_code == 302 and len(everybody()) == before + 1


def test_what_a_guest_types_wrong_is_no_try(phone, cast, door_code, now):
    stranger = phone()
    stranger.get(f"/in/{door_code(now)}")
    assert {stranger.post("/in", name="", **GOOD).status_code for _ in range(61)} == {422}
    assert stranger.post("/in", name="Ravi", **GOOD).status_code == 302


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "", **GOOD}, "Fill this in."),
        ({"name": "123", **GOOD}, "at least one letter"),
        ({"name": "Ravi", "email": "ravi", **GOOD}, "misses a part"),
        ({"name": "Ravi", "kind": "need", "need": "x" * 91}, "at most 90 characters"),
        ({"name": "Ravi", "kind": "fly"}, "Choose one of the options."),
        ({"name": "Ravi\r\nBcc: x@y.example\x00", **GOOD}, "cannot be kept"),
    ],
)
def test_a_guest_who_types_what_cannot_be_reads_why_and_nothing_is_stored(phone, cast, door_code, now, everybody, form, sentence):
    stranger, before = phone(), everybody()
    stranger.get(f"/in/{door_code(now)}")
    answer = stranger.post("/in", **form)
    assert answer.status_code == 422 and sentence in answer.text
    assert everybody() == before


def test_who_signs_in_on_the_way_finds_the_door_still_open(phone, cast, app, door_code, now):
    stranger = phone()
    page = stranger.client.get(f"/in/{door_code(now)}", follow_redirects=True).text
    assert "/login?next=/in" in page
    stranger.post("/login", email=cast.joost.email, next="/in")
    with app.extensions["s2m.database"].read() as store:
        body = store.outbox.waiting(now)[0].body
    link = next(line for line in body.splitlines() if "/login/" in line)
    assert "Hi <bdi>Joost</bdi>" in stranger.post(link.partition("localhost")[2], follow_redirects=True).text


def test_who_is_here_already_may_stay_or_leave_and_nothing_happens_by_itself(phone, cast, here, door_code, now, visits):
    here(cast.samira)
    samira = phone(cast.samira)
    page = samira.client.get(f"/in/{door_code(now)}", follow_redirects=True).text
    assert "You are here already" in page and "Still here" in page and "I am leaving" in page
    assert visits(cast.samira)[0].is_open
    samira.post("/in", **GOOD)
    assert len(visits(cast.samira)) == 1 and visits(cast.samira)[0].way == "badge"


def test_a_door_code_lets_each_person_in_once(phone, cast, door_code, now, visits):
    samira, code = phone(cast.samira), door_code(now)
    for _ in range(2):
        samira.get(f"/in/{code}")
        answer = samira.post("/in", **GOOD)
        samira.post("/me/leave")
    assert answer.status_code == 409 and "You used this door code already." in answer.text
    assert len(visits(cast.samira)) == 1
    joost = phone(cast.joost)
    joost.get(f"/in/{code}")
    assert joost.post("/in", **GOOD).location == "/me"


def test_a_code_that_was_seen_in_time_holds_for_ten_minutes(phone, cast, door_code, now, clock, visits):
    samira = phone(cast.samira)
    samira.get(f"/in/{door_code(now)}")
    clock.shift(9 * 60)
    assert samira.get("/in").status_code == 200
    clock.shift(61)
    assert samira.get("/in").status_code == 410
    answer = samira.post("/in", **GOOD)
    assert answer.status_code == 410 and "no longer valid" in answer.text and visits(cast.samira) == []


def test_without_a_code_nobody_gets_in(phone, cast, visits):
    samira = phone(cast.samira)
    assert "Type the code of the tablet" in samira.says("/in")
    assert samira.post("/in", **GOOD).status_code == 410
    assert visits(cast.samira) == []


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda text, made: text[:-1] + ("A" if text[-1] != "A" else "B"), 400),
        (lambda text, made: made(keys=Keys({"1": b"x" * 32})), 400),
        (lambda text, made: text.replace("S2M1.D", "S2M1.B"), 400),
        (lambda text, made: text.lower(), 400),
        (lambda text, made: "A" * 5000, 400),
        (lambda text, made: "javascript:alert(1)", 400),
        (lambda text, made: made(late=41), 410),
        (lambda text, made: made(late=-40), 410),
    ],
)
def test_a_code_that_is_forged_old_or_none_opens_nothing_but_a_way_out(phone, cast, door_code, now, spoil, status):
    def made(keys=None, late=0):
        return door_code(now - timedelta(seconds=late), keys)

    samira = phone(cast.samira)
    answer = samira.get(f"/in/{spoil(door_code(now), made)}")
    assert answer.status_code == status
    assert 'aria-invalid="true"' in answer.text and "Six characters" in answer.text
    assert samira.post("/in", **GOOD).status_code == 410


def test_a_badge_is_no_door_code(phone, cast, app):
    with app.extensions["s2m.database"].read() as store:
        badge = store.people.valid_badge(cast.samira.id)
    text = codes.badge_text(app.extensions["s2m.keys"].badge, badge.id)
    assert phone(cast.samira).get(f"/in/{text}").status_code == 400


def test_the_code_of_a_revoked_tablet_opens_nothing(phone, cast, app, door_code, now, kiosk):
    samira = phone(cast.samira)
    samira.get(f"/in/{door_code(now)}")
    with app.extensions["s2m.database"].write() as store:
        devices.revoke(store, cast.seinhuis, kiosk.id, cast.marieke.id, now)
    assert samira.post("/in", **GOOD).status_code == 410
    assert samira.get(f"/in/{door_code(now)}").status_code == 410


def test_a_member_of_another_network_finds_no_door_here(phone, cast, door_code, now, visits):
    olga = phone(cast.olga)
    olga.get(f"/in/{door_code(now)}")
    assert olga.get("/in").status_code == 400
    assert olga.post("/in", **GOOD).status_code in (400, 410)
    assert visits(cast.olga) == []


def test_the_six_characters_do_as_well_in_any_spelling_and_a_wrong_one_is_kept_to_correct(phone, cast, app, now, kiosk):
    samira = phone(cast.samira)
    wrong = samira.post("/in", code="AAA AAA")
    assert wrong.status_code == 410 and 'value="AAA AAA"' in wrong.text
    typed = codes.typed_door(app.extensions["s2m.keys"].door, kiosk.id, now)
    assert samira.post("/in", code=f"{typed[:3]}-{typed[3:]}".lower()).location == "/in"
    assert samira.post("/in", **GOOD).location == "/me"


def test_guessing_codes_is_slowed(phone, cast, kiosk):
    stranger = phone()
    answers = [stranger.post("/in", code="AAAAAA").status_code for _ in range(61)]
    assert answers[:60] == [410] * 60 and answers[60] == 429


def test_who_comes_from_another_venue_moves(phone, cast, here, door_code, now, clock, visits):
    here(cast.samira, venue=cast.wissel)
    clock.shift(60)
    samira = phone(cast.samira)
    page = samira.client.get(f"/in/{door_code(now + timedelta(seconds=60))}", follow_redirects=True).text
    assert "Your visit elsewhere ends when you check in here." in page
    samira.post("/in", **GOOD)
    assert [(v.venue_id, v.ended_how) for v in visits(cast.samira)] == [(cast.seinhuis.id, None), (cast.wissel.id, "moved")]


def test_a_balance_that_cannot_carry_the_seat_is_told_so_and_the_form_stays(phone, cast, app, door_code, now, visits):
    with app.extensions["s2m.database"].write() as store:
        dear = replace(cast.policy, seat_price=30)
        venues.change_policy(store, cast.seinhuis, dear, cast.marieke.id, now)
    samira = phone(cast.samira)
    page = samira.client.get(f"/in/{door_code(now)}", follow_redirects=True).text
    assert "That brings you low." in page
    answer = samira.post("/in", **GOOD)
    assert answer.status_code == 409 and "there is always a way" in answer.text and GOOD["need"] in answer.text
    assert visits(cast.samira) == []
