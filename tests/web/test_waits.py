"""Waiting for a room on the web: in line by one form, an offer by mail, yes or no in one tap; strangers by a link alone."""

import re
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text

from s2m import jobs
from s2m.domain import bookings
from s2m.store.schema import metadata
from tests.letting import HOUR, as_booker, book, let
from tests.web.conftest import link_in

NEW, HOST = "/rooms/het-seinhuis/waits/new", "/host/het-seinhuis/waits"
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def perron(database, cast, now):
    with database.write() as store:
        return let(store, cast.seinhuis, cast.marieke, now, tiers=())


@pytest.fixture
def taken(database, cast, perron, now):
    with database.write() as store:
        start = now.replace(day=19, hour=12, minute=0)
        return book(store, cast.seinhuis, perron, start, 1, as_booker(cast.joost), now, title="Geheim")


@pytest.fixture
def form(perron, taken):
    return {"room": perron.id, "day": "2026-03-19", "from": "13:00", "until": "14:00", "people": "3"}


@pytest.fixture
def free(database, app, cast, taken, now):
    """Joost cancels; the job writes to whoever is next."""

    def free():
        with database.write() as store:
            bookings.cancel(store, cast.seinhuis, taken, as_booker(cast.joost), now, agreed_cents=None)
        return jobs.offer_rooms(database, app.extensions["s2m.config"], now)

    return free


@pytest.fixture
def address(app, tmp_path):
    """This server knows how it is called."""
    from dataclasses import replace

    app.extensions["s2m.config"] = replace(app.extensions["s2m.config"], public_url="http://localhost")


def secret_in(mail):
    return re.search(r"http://localhost(/waits/[^?\s]+)", mail.body)[1]


def test_a_member_waits_is_offered_the_room_and_books_it(database, phone, cast, mailing, address, waiting, form, free):
    samira = phone(cast.samira)
    assert "whoever joined first is asked first" in samira.says(NEW)
    path = samira.post(NEW, **form).headers["Location"]
    assert "You are in line" in samira.says(path) and "Geheim" not in samira.get(path).text
    assert "In line" in samira.says("/me/waits")
    assert "Samira Vos · samira@seinhuis.example" in phone(cast.marieke).says(HOST)
    assert free() == "wrote 1, ended 0"
    mail = waiting()[-1]
    assert (mail.recipient, mail.subject) == ("samira@seinhuis.example", "Free for you: Perron on Thursday 19 March 2026")
    link = secret_in(mail)
    stranger = phone()  # the mail is read on another device
    assert "It is free, for you" in stranger.says(link) and "€45.98" in stranger.says(link)
    assert stranger.post(link, act="yes").headers["Location"] == link  # it says until when it is theirs, and who may book it
    page = stranger.get(link)
    assert "Yours to book until" in page.text and "Sign in as who got in line" in page.text
    form_at = re.search(r'href="/login\?next=(/bookings/[0-9a-f]{32}/form)\?people%3D3"', page.text)[1]
    assert stranger.get(form_at).status_code == 404 and phone(cast.joost).get(form_at).status_code == 404
    assert samira.post(link, act="yes").headers["Location"] == f"{form_at}?people=3"
    form = fields(samira.get(f"{form_at}?people=3"))
    assert (form["people"], form["name"], form["agreed"]) == ("3", "Samira Vos", "4598")
    assert samira.post(form_at, **form | {"agreed": "9" * 5000}).status_code == 409
    assert samira.post(form_at, **form | {"title": "Kring", "act": "book"}).status_code == 303
    assert "It is booked." in stranger.says(link)
    with database.read() as store:
        mine = store.bookings.of_person(cast.samira.id, since=mail.created_at)
    assert [(one.status, one.title, one.people) for one in mine] == [("confirmed", "Kring", 3)]
    assert stranger.post(link, act="no").status_code == 409
    assert "You wait for nothing" in samira.says("/me/waits")


@pytest.mark.parametrize("list_", ["/me/waits", "/me/bookings"])
def test_who_said_yes_and_left_finds_the_form_again_while_it_is_kept(phone, cast, mailing, address, clock, form, free, list_):
    samira = phone(cast.samira)
    path = samira.post(NEW, **form).headers["Location"]
    free()
    at = samira.post(path, act="yes").headers["Location"]
    for browser in (samira, phone(cast.samira)):
        assert "Yours to book until Thu 12 Mar, 11:41" in browser.says(list_) and f'href="{at}"' in browser.get(list_).text
    assert "Yours to book" not in phone(cast.joost).says(list_)
    clock.shift(2 * 3600)
    assert f'href="{at}"' not in samira.get(list_).text and "This is over" in samira.says(list_)


def fields(page):
    """What the form of a room would send as it stands, without what may be ticked."""
    found = re.findall(r"<(?:input|select)[^>]*>", page.text)
    given = {re.search(r'name="([^"]*)"', one)[1]: one for one in found if "name=" in one and 'type="checkbox"' not in one}
    values = {name: re.search(r'value="([^"]*)"', one) for name, one in given.items() if 'type="radio"' not in one}
    return {name: value[1] if value else "" for name, value in values.items()}


@pytest.fixture
def evas(database, phone, mailing, address, waiting, form):
    """Eva, who has no account, in line; she comes back by the newest mail."""

    class Eva:
        def __init__(self):
            self.browser = phone()
            self.browser.post(NEW, name="Eva", email="eva@woonlab.example", **form)
            self.browser.post(link_in(waiting()[-1]), act="prove")

        def offered(self):
            """Yes to the newest offer; where that leads."""
            self.link = secret_in(next(mail for mail in reversed(waiting()) if "Free for you" in mail.subject))
            return self.browser.post(self.link, act="yes").headers["Location"]

    return Eva()


def test_yes_leads_to_the_ordinary_form_which_a_stranger_who_keeps_their_address_books_at_once(evas, phone, waiting, free):
    free()
    at, browser = evas.offered(), evas.browser
    page = browser.get(at)
    for said in ("Kept for you until Thursday 12 March 2026", "Let it go", "With this address you book at once", "VAT number"):
        assert said in page.text
    assert phone().get(at).status_code == 404
    again = phone()  # the mail is opened once more, elsewhere
    assert "Yours to book until" in again.says(evas.link)
    assert again.post(evas.link, act="yes").headers["Location"] == at and again.get(at).status_code == 200
    form = fields(page) | {"company": "Woonlab Soest", "act": "book"}
    assert (form["people"], form["name"], form["email"]) == ("3", "Eva", "eva@woonlab.example")
    assert browser.post(at, **form | {"agreed": "1"}).status_code == 409
    booked = browser.post(at, **form).headers["Location"]
    assert browser.says(booked).startswith("It is yours. Perron booked") and "Woonlab Soest" in browser.says(booked)
    assert waiting()[-1].subject == "Booked: Perron on Thursday 19 March 2026" and booked in waiting()[-1].body
    assert browser.post(at, **form).headers["Location"] == booked  # a second tap
    assert "It is booked." in browser.says(evas.link)


def test_a_stranger_s_offer_is_booked_as_theirs_where_a_member_is_signed_in(database, cast, evas, phone, perron, waiting, free):
    """The mail is read on a computer of the house, or by somebody who has an account elsewhere."""
    free()
    evas.offered()
    for other in (cast.wim, cast.joost):
        browser = phone(other)
        at = browser.post(evas.link, act="yes").headers["Location"].partition("?")[0]
        assert "Sign in as who got in line" not in browser.get(evas.link).text
        page = browser.get(at)
        assert page.status_code == 200 and "With this address you book at once" in page.text
        form = fields(page) | {"company": "Woonlab Soest", "act": "book"}
        assert (form["name"], form["email"]) == ("Eva", "eva@woonlab.example")
        assert "€45.98" in browser.post(at.replace("/form", "/price"), people="2").text
    booked = browser.post(at, **form).headers["Location"]
    assert browser.says(booked).startswith("It is yours. Perron booked") and "Woonlab Soest" in browser.says(booked)
    assert phone(cast.samira).get(at).status_code == 404 and "It is booked." in browser.says(evas.link)
    with database.read() as store:
        found = store.bookings.get(at.split("/")[2])
        renter = store.bookings.renter(found.renter_id)
        assert (found.status, found.person_id, renter.person_id, renter.for_id) == ("confirmed", None, None, None)
        assert store.bookings.renter_of(cast.joost.id) is None and renter.email == "eva@woonlab.example"


def test_another_address_than_the_one_that_waited_is_written_to_first(database, evas, waiting, free):
    free()
    at = evas.offered()
    form = fields(evas.browser.get(at)) | {"email": "tine@kring.example", "act": "book"}
    assert evas.browser.post(at, **form).headers["Location"].endswith("/sent")
    assert (waiting()[-1].recipient, waiting()[-1].subject[:13]) == ("tine@kring.example", "One more step")
    with database.read() as store:
        assert store.bookings.get(at.split("/")[2]).status == "hold"


def test_who_lets_go_of_the_form_makes_way_for_the_next(database, cast, evas, phone, clock, form, free):
    clock.shift(1)
    samira = phone(cast.samira)
    samira.post(NEW, **form)
    free()
    at = evas.offered()
    assert "Free for you until" not in samira.says("/me/waits")
    room = evas.browser.post(at.replace("/form", "/let-go").split("?")[0]).headers["Location"]
    assert "If somebody else waits for it, they are asked now." in evas.browser.says(room)
    assert "Free for you until" in samira.says("/me/waits") and "You said no" in evas.browser.says(evas.link)
    assert "This was held for you for a while" in evas.browser.says(evas.browser.get(at).headers["Location"])
    assert evas.browser.post(evas.link, act="yes").status_code == 409


def test_an_offer_ends_with_its_time_and_says_so(cast, evas, phone, clock, form, free):
    clock.shift(1)
    phone(cast.samira).post(NEW, **form)
    free()
    at = evas.offered()
    given = fields(evas.browser.get(at)) | {"act": "book"}
    clock.shift(3 * 3600)
    for ask in (evas.browser.get, partial(evas.browser.post, **given)):
        assert "This was held for you for a while, and that is over." in evas.browser.says(ask(at).headers["Location"])
    assert "This is over" in evas.browser.says(evas.link) and 'value="yes"' not in evas.browser.get(evas.link).text


def test_no_asks_the_next_in_line(database, phone, cast, clock, mailing, address, waiting, form, free):
    phone(cast.samira).post(NEW, **form)
    clock.shift(1)
    phone(cast.wim).post(NEW, **form)
    free()
    link = secret_in(waiting()[-1])
    samira = phone(cast.samira)
    assert samira.post(link, act="no").status_code == 303 and "You said no" in samira.says(link)
    jobs.offer_rooms(database, samira.app.extensions["s2m.config"], waiting()[-1].created_at)
    assert [mail.recipient for mail in waiting()].count("wim@wissel.example") == 1
    assert "Free for you until" in phone(cast.wim).says("/me/waits")


def test_what_is_offered_counts_as_kept_and_nobody_waits_for_what_is_only_kept(phone, cast, mailing, perron, form, free):
    samira, visitor = phone(cast.samira), phone()
    hold, friday = f"/rooms/het-seinhuis/room/{perron.id}/hold", {"day": "2026-03-20"}
    eva = {"name": "Eva", "email": "eva@woonlab.example"}
    visitor.post(hold, **form | friday)
    answer = visitor.post(NEW, **form | friday | eva)
    assert answer.status_code == 409 and "Somebody is busy booking this and has until Thu 12 Mar, 09:46." in answer.text
    assert phone().post(NEW, **form | friday | eva).status_code == 409  # nor from another browser
    assert phone(cast.joost).post(NEW, **form | friday).status_code == 409
    samira.post(NEW, **form)
    free()
    hours = [{"from": f"{hour:02}:00", "until": f"{hour + 1}:00"} for hour in (9, 11, 15)]
    assert [samira.post(hold, **form | friday | hour).status_code for hour in hours] == [303, 303, 409]


def test_a_stranger_is_in_line_once_they_opened_the_link(database, phone, mailing, address, waiting, cast, form, free):
    stranger = phone()
    answer = stranger.post(NEW, name="Eva", email="eva@woonlab.example", **form)
    assert "Look at your mail" in answer.text
    link = link_in(waiting()[-1])
    assert "Get in line?" in stranger.says(link)
    assert stranger.post(link, act="prove").status_code == 303 and "You are in line" in stranger.says(link)
    free()
    mail = next(mail for mail in waiting() if "/waits/" in mail.body and "Free for you" in mail.subject)
    assert (mail.recipient, mail.subject) == ("eva@woonlab.example", "Free for you: Perron on Thursday 19 March 2026")
    assert stranger.get(link).status_code == 404  # the newest mail holds the link that works


def test_where_no_mail_is_sent_a_stranger_cannot_wait(phone, form):
    answer = phone().post(NEW, name="Eva", email="eva@woonlab.example", **form)
    assert answer.status_code == 409 and "sends no mail yet" in answer.text


@pytest.mark.parametrize(
    ("wrong", "status", "sentence"),
    [
        ({"from": "15:00", "until": "16:00"}, 409, "This is free."), ({"people": "21"}, 422, "At most 20 people fit in."),
        ({"day": "2026-03-21"}, 422, "closed"), ({"until": "13:00"}, 422, "The end comes after the start."),
        ({"people": "x"}, 422, "Type a whole number"),
        ({"day": "2026-03-29", "from": "02:30", "until": "04:00"}, 422, "skips this time"),
        ({"day": "2026-10-25", "from": "02:30", "until": "04:00"}, 422, "Which of the two, for the start?"),
    ],
)  # fmt: skip
def test_nobody_waits_for_what_cannot_be(phone, cast, form, wrong, status, sentence):
    answer = phone(cast.samira).post(NEW, **form | wrong)
    assert answer.status_code == status and sentence in answer.text


def test_who_leaves_or_is_another_finds_nothing_to_answer(phone, cast, form):
    samira = phone(cast.samira)
    path = samira.post(NEW, **form).headers["Location"]
    assert "You wait for this already." in samira.post(NEW, **form).text
    assert phone(cast.joost).get(path).status_code == 404 and phone().get(path).status_code == 404
    assert samira.post(path, act="x").status_code == 422
    assert samira.post(path, act="leave").status_code == 303 and "You left the line" in samira.says(path)
    assert samira.post(path, act="leave").status_code == 409
    assert "Nobody waits" in phone(cast.marieke).says(HOST)


def test_the_job_ends_waiting_for_what_is_over(database, app, phone, cast, form, taken):
    phone(cast.samira).post(NEW, **form)
    config = app.extensions["s2m.config"]
    assert jobs.offer_rooms(database, config, taken.ends_at) == "wrote 0, ended 1"
    assert jobs.offer_rooms(database, config, taken.ends_at + HOUR + timedelta(days=1)) == "wrote 0, ended 0"


def test_nobody_waits_or_repeats_a_meeting_where_a_venue_has_closed_for_good(database, phone, cast, form, now):
    samira, pages = phone(cast.samira), (NEW, "/rooms/het-seinhuis/series/new")
    assert [samira.get(page).status_code for page in pages] == [200, 200]
    with database.write() as store:
        store.run(metadata.tables["venues"].update().where(text("slug = 'het-seinhuis'")).values(retired_at=now))
    assert [samira.get(page).status_code for page in pages] == [404, 404]
    assert [samira.post(page, **form).status_code for page in pages] == [404, 404]
