"""Waiting for a room on the web: in line by one form, an offer by mail, yes or no in one tap; strangers by a link alone."""

import re
from datetime import timedelta

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
    assert stranger.post(link, act="yes").status_code == 303
    page = stranger.get(link)
    assert "Book it now" in page.text and 'name="agreed" value="4598"' in page.text
    assert stranger.post(link, act="book", agreed="4597").status_code == 409
    assert stranger.post(link, act="book", agreed="4598", title="Kring").status_code == 303
    assert "It is booked." in stranger.says(link)
    with database.read() as store:
        mine = store.bookings.of_person(cast.samira.id, since=mail.created_at)
    assert [(one.status, one.title, one.people) for one in mine] == [("confirmed", "Kring", 3)]
    assert stranger.post(link, act="no").status_code == 409
    assert "You wait for nothing" in samira.says("/me/waits")


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


def test_what_is_offered_counts_as_kept_and_nobody_waits_for_what_their_browser_keeps(phone, cast, mailing, perron, form, free):
    samira, visitor = phone(cast.samira), phone()
    hold, friday = f"/rooms/het-seinhuis/room/{perron.id}/hold", {"day": "2026-03-20"}
    eva = {"name": "Eva", "email": "eva@woonlab.example"}
    visitor.post(hold, **form | friday)
    assert visitor.post(NEW, **form | friday | eva).status_code == 409
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
    newest = secret_in(mail)
    stranger.post(newest, act="yes")
    ordinary = re.search(r'href="(/bookings/[0-9a-f]{32}/form[^"]*)"', stranger.get(newest).text)[1]
    assert "For the invoice" in stranger.says(ordinary)
    another = phone()
    assert "With extras" not in another.says(newest) and another.get(ordinary).status_code == 404
    stranger.post(newest, act="book", agreed="4598")
    assert "It is booked." in stranger.says(newest)


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
        ({"day": "2026-10-25", "from": "02:30", "until": "04:00"}, 422, "Which of the two is the start?"),
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


def test_whoever_says_yes_may_go_on_with_the_ordinary_form_for_extras(database, phone, cast, mailing, form, free):
    samira = phone(cast.samira)
    path = samira.post(NEW, **form).headers["Location"]
    free()
    assert samira.post(path, act="yes").status_code == 303
    ordinary = re.search(r'href="(/bookings/[0-9a-f]{32}/form[^"]*)"', samira.get(path).text)[1]
    assert samira.get(ordinary).status_code == 200 and phone(cast.joost).get(ordinary).status_code == 404
    assert samira.post(path, act="book", agreed="9" * 5000).status_code == 409
    held = ordinary.split("/")[2]
    sent = {"act": "book", "agreed": "4598", "people": "3", "title": "Kring", "name": "Samira Vos"}
    answer = samira.post(f"/bookings/{held}/form", email="samira@seinhuis.example", **sent)
    assert answer.status_code in (302, 303), answer.text
    with database.read() as store:
        booked = store.bookings.get(held)
    assert (booked.status, booked.title) == ("confirmed", "Kring")
    assert "It is booked." in samira.says(path)


def test_nobody_waits_or_repeats_a_meeting_where_a_venue_has_closed_for_good(database, phone, cast, form, now):
    samira, pages = phone(cast.samira), (NEW, "/rooms/het-seinhuis/series/new")
    assert [samira.get(page).status_code for page in pages] == [200, 200]
    with database.write() as store:
        store.run(metadata.tables["venues"].update().where(text("slug = 'het-seinhuis'")).values(retired_at=now))
    assert [samira.get(page).status_code for page in pages] == [404, 404]
    assert [samira.post(page, **form).status_code for page in pages] == [404, 404]
