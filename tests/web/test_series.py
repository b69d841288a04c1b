"""Repeating a meeting on the web: shown first, booked at once, changed and cancelled later; members and hosts only."""

import re
from itertools import pairwise

import pytest
from icalendar import Calendar

from s2m.domain import bookings, rooms
from tests.billing import sells
from tests.letting import HOUR, as_booker, book, let

NEW = "/rooms/het-seinhuis/series/new"
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def perron(database, cast, now):
    with database.write() as store:
        return let(store, cast.seinhuis, cast.marieke, now, buffer_after=0, tiers=((400, 50),))


@pytest.fixture
def remise(database, cast, now):
    with database.write() as store:
        return let(store, cast.seinhuis, cast.marieke, now, "Remise", 40, buffer_after=0)


@pytest.fixture
def form(perron):
    return {
        "room": perron.id, "day": "2026-03-19", "from": "13:00", "until": "14:00", "every": "weekly", "interval": "1",
        "ends_how": "count", "count": "3", "title": "Kring", "people": "4", "name": "Samira Vos",
        "email": "samira@seinhuis.example",
    }  # fmt: skip


@pytest.fixture
def taken(database, cast, perron, now):
    """Perron is Joost's on the second Thursday."""
    with database.write() as store:
        start = now.replace(day=26, hour=12, minute=0)
        return book(store, cast.seinhuis, perron, start, 1, as_booker(cast.joost), now, title="Geheim")


def all_of(database, answer):
    with database.read() as store:
        return store.bookings.of_series(answer.headers["Location"].rpartition("/")[2])


def agreed(answer):
    return re.search(r'name="agreed" value="(\d+)"', answer.text)[1]


@pytest.fixture
def booked(database, samira, form):
    """Three Thursdays of Samira's."""
    seen = samira.post(NEW, act="preview", **form)
    return all_of(database, samira.post(NEW, act="book", agreed=agreed(seen), **form))


def test_the_form_shows_every_time_and_books_them_at_once(database, cast, samira, form):
    assert "Repeat a meeting" in samira.says(NEW)
    seen = samira.post(NEW, act="preview", **form)
    assert seen.text.count("€45.98") >= 3 and "€137.94" in seen.text and "Book 3 times" in seen.text
    made = all_of(database, samira.post(NEW, act="book", agreed=agreed(seen), **form))
    assert [one.series_day for one in made] == ["2026-03-19", "2026-03-26", "2026-04-02"]
    assert {(one.person_id, one.title, one.people, one.status) for one in made} == {(cast.samira.id, "Kring", 4, "confirmed")}
    assert "Thu 19 Mar , 13:00 –14:00 · Perron" in samira.says(f"/rooms/het-seinhuis/series/{made[0].series_id}")


def test_a_sum_that_is_no_sum_books_nothing_and_is_shown_once_more(samira, form):
    for sum_ in ("9" * 5000, "²", "-1"):
        seen = samira.post(NEW, act="book", agreed=sum_, **form)
        assert seen.status_code == 409 and "€137.94" in seen.text


def test_six_series_an_hour_are_enough_for_who_is_no_host(phone, cast, samira, booked, form):
    answers = [samira.post(NEW, act="book", agreed="0", **form).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429] and samira.post(NEW, act="preview", **form).status_code != 429
    page = f"/rooms/het-seinhuis/series/of/{booked[0].id}/cancel"
    assert samira.post(page, scope="all", agreed="0").status_code == 429
    assert samira.post(page, scope="this", agreed="0").status_code == 409
    marieke = phone(cast.marieke)
    assert {marieke.post(NEW, act="book", agreed="0", **form).status_code for _ in range(7)} == {422}


def test_the_books_are_locked_before_a_renter_is_written(phone, cast, samira, perron, form, monkeypatch):
    locked, write = [], bookings.renter_for

    def renter_for(store, network_id, *others, **more):
        locked.append((network_id, "ledger") in store.ledger._heads)
        return write(store, network_id, *others, **more)

    monkeypatch.setattr(bookings, "renter_for", renter_for)
    samira.post(NEW, act="book", agreed="0", **form)
    time = {"day": "2026-03-19", "from": "13:00", "until": "14:00"}
    kept = samira.post(f"/rooms/het-seinhuis/room/{perron.id}/hold", **time).headers["Location"].partition("?")[0]
    samira.post(kept, act="book", agreed="4598", people="1", name=form["name"], email=form["email"])
    phone(cast.joost).post("/rooms/het-seinhuis/waits/new", room=perron.id, people="1", **time)
    assert locked == [True] * 3


def test_what_is_in_the_way_is_skipped_or_held_elsewhere_without_telling_who_is_there(database, samira, form, taken, remise):
    seen = samira.post(NEW, act="preview", **form)
    assert "taken" in seen.text and "Instead: Remise" in seen.text and "Book 3 times" not in seen.text
    assert "Geheim" not in seen.text and "Joost" not in seen.text
    refused = samira.post(NEW, act="book", agreed=agreed(seen), **form)
    assert refused.status_code == 409 and "Nothing was done yet" in refused.text
    skipped = samira.post(NEW, act="skip", **form)
    assert "Book 2 times" in skipped.text
    elsewhere = form | {"do_2026-03-26": remise.id}
    moved = samira.post(NEW, act="preview", **elsewhere)
    assert "Book 3 times" in moved.text
    made = all_of(database, samira.post(NEW, act="book", agreed=agreed(moved), **elsewhere))
    assert [one.room_id == remise.id for one in made] == [False, True, False]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"count": "400"}, "At most 366 times"), ({"every": "SECONDLY"}, "Choose one of the options."),
        ({"until": "13:00"}, "The end comes after the start."), ({"room": "x"}, "Choose one of the options."),
        ({"people": "21"}, "At most 20 people fit in."), ({"email": "x"}, "This address misses a part"),
        ({"day": "9999-01-01"}, "Type a day such as"), ({"until": "13:15"}, "at the least"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_stands_beside_its_field_and_what_was_typed_stays(samira, form, wrong, sentence):
    answer = samira.post(NEW, act="preview", **form | wrong)
    assert answer.status_code == 422 and sentence in answer.text and 'value="Kring"' in answer.text


def test_a_host_books_for_whoever_has_that_address(database, phone, cast, form):
    host = phone(cast.marieke)
    for email, person_id in (("samira@seinhuis.example", cast.samira.id), ("eva@woonlab.example", None)):
        given = form | {"email": email, "name": "Eva", "from": "15:00" if person_id else "16:00", "until": "17:00"}
        given |= {"until": "16:00"} if person_id else {}
        seen = host.post(NEW, act="preview", **given)
        made = all_of(database, host.post(NEW, act="book", agreed=agreed(seen), **given))
        assert {(one.person_id, one.created_by) for one in made} == {(person_id, cast.marieke.id)}


def test_a_host_is_shown_the_price_that_whoever_they_book_for_has(database, phone, cast, form, now):
    with database.write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now, "Remise", 40, buffer_after=0, member_percent=10)
        for member in (cast.marieke, cast.samira):
            store.people.mark_signed_in(member, now)
    host = phone(cast.marieke)
    prices = ("eva@woonlab.example", "09:00", 4598), ("samira@seinhuis.example", "11:00", 4138), (cast.joost.email, "13:00", 4598)
    for email, start, cents in prices:
        given = form | {"room": room.id, "email": email, "from": start, "until": f"{int(start[:2]) + 1}:00"}
        seen = host.post(NEW, act="preview", **given)
        made = all_of(database, host.post(NEW, act="book", agreed=agreed(seen), **given))
        assert [one.gross_cents for one in made] == [cents] * 3


def test_one_or_all_are_changed_once_it_was_shown_what_that_costs(database, samira, booked, form):
    path = f"/rooms/het-seinhuis/series/of/{booked[1].id}"
    assert "Only what you change here changes" in samira.says(path)
    wish = {key: form[key] for key in ("room", "from", "title", "people")} | {"until": "15:00"}
    seen = samira.post(path, act="preview", scope="following", **wish)
    assert "Change 2 times" in seen.text and "€183.92" in seen.text and "€91.96" in seen.text
    answer = samira.post(path, act="book", scope="following", agreed=agreed(seen), **wish)
    assert [(one.series_day, one.ends_at - one.starts_at) for one in all_of(database, answer)] == [
        ("2026-03-26", 2 * HOUR), ("2026-04-02", 2 * HOUR),
    ]  # fmt: skip
    assert samira.post(path, act="book", scope="following", agreed="1", **wish).status_code == 409
    assert samira.post(path, act="preview", scope="x", **wish).status_code == 422
    with database.read() as store:
        assert store.bookings.get(booked[0].id) == booked[0]


@pytest.fixture
def lunch(database, cast, now):
    """Ten are there at a time."""
    given = {"name": "Lunch", "kind": "catering", "per": "person", "vat": "900", "price": "10", "stock": "10"}
    with database.write() as store:
        return rooms.add_extra(store, cast.seinhuis, given, cast.marieke.id, now)


def test_set_up_extras_and_notes_are_changed_and_a_day_on_which_they_are_short_is_in_the_way(
    database, cast, phone, lunch, perron, form, now
):  # fmt: skip
    with database.write() as store:
        room, other = (
            let(store, cast.seinhuis, cast.marieke, now, name, extras=(lunch.id,), setups={"u_shape": 8, "theatre": 20})
            for name in ("Salon", "Loods")
        )
        start = now.replace(day=26, hour=12, minute=0)
        book(store, cast.seinhuis, other, start, 1, as_booker(cast.joost), now, people=8, extras={lunch.id: 8})
    samira, form = phone(cast.samira), form | {"room": room.id}
    made = all_of(database, samira.post(NEW, act="book", agreed=agreed(samira.post(NEW, act="preview", **form)), **form))
    path = f"/rooms/het-seinhuis/series/of/{made[0].id}"
    assert "Lunch" in samira.says(path) and "U-shape" in samira.says(path)
    wish = {key: form[key] for key in ("room", "from", "until", "title", "people")}
    wish |= {"scope": "all", "setup": "u_shape", "notes": "Sleutel", f"extra_{lunch.id}": "1"}
    seen = samira.post(path, act="preview", **wish)
    assert "Lunch: 2 left" in seen.text and "€89.58" in seen.text and "was €45.98" in seen.text and "Change 3" not in seen.text
    seen = samira.post(path, act="skip", **wish)
    assert "Change 2 times" in seen.text and "€179.16" in seen.text and "came to €91.96" in seen.text
    answer = samira.post(path, act="book", agreed=agreed(seen), **wish | {"do_2026-03-26": "skip"})
    assert [(one.setup, one.notes, one.extras) for one in all_of(database, answer)] == [
        ("u_shape", "Sleutel", {lunch.id: 4}), ("", "", {}), ("u_shape", "Sleutel", {lunch.id: 4}),
    ]  # fmt: skip
    page = samira.get(path).text
    assert f'name="extra_{lunch.id}" value="1" checked' in page and '<option value="u_shape" selected' in page
    for wrong, field in (({"setup": "cabaret"}, "setup"), ({"people": "9"}, "people")):
        answer = samira.post(path, act="preview", **wish | wrong)
        assert answer.status_code == 422 and f'id="f-{field}-e"' in answer.text
    wish |= {"room": perron.id}  # which has neither
    assert samira.post(path, act="preview", **wish).text.count("not to be had in that room") == 2
    no_setup, no_lunch = {"setup": ""}, {f"extra_{lunch.id}": ""}
    for less, status in (({}, 409), (no_setup, 409), (no_lunch, 409), (no_setup | no_lunch, 200)):
        answer = samira.post(path, act="preview", **wish | {"scope": "this"} | less)
        assert answer.status_code == status
        assert ("are not to be had in that room." in answer.text) == (status == 409)


def test_what_asks_for_a_host_s_yes_says_so_before_and_after(database, cast, phone, form, now):
    with database.write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now, "Salon", approval=True)
    samira, form = phone(cast.samira), form | {"room": room.id}
    seen = samira.post(NEW, act="preview", **form)
    assert "The host answers each request" in seen.text and "Ask for 3 times" in seen.text
    assert "Book 3 times" in phone(cast.marieke).post(NEW, act="preview", **form).text
    answer = samira.post(NEW, act="book", agreed=agreed(seen), **form)
    assert "You asked for 3 times." in samira.get(answer.headers["Location"]).text


def test_cancelling_shows_each_fee_and_their_sum(database, samira, phone, cast, booked):
    path = f"/rooms/het-seinhuis/series/of/{booked[0].id}/cancel"
    said = samira.says(f"{path}?scope=all")
    assert "Thu 19 Mar €22.99" in said and "Thu 2 Apr nothing" in said and "Total, VAT included €45.98" in said
    assert samira.post(path, scope="all", agreed="0").status_code == 409
    assert samira.post(path, scope="this", agreed="2299").status_code == 303
    assert phone(cast.marieke).post(path.replace(booked[0].id, booked[1].id), scope="all", waive="1").status_code == 303
    with database.read() as store:
        assert [(one.status, one.fee_cents) for one in store.bookings.of_series(booked[0].series_id)] == [
            ("cancelled", 2299), ("cancelled", 0), ("cancelled", 0),
        ]  # fmt: skip
    assert "no longer stands" in samira.says(path)


def test_another_member_finds_no_series_and_a_stranger_signs_in_first(phone, cast, booked):
    joost = phone(cast.joost)
    for path in (f"/rooms/het-seinhuis/series/{booked[0].series_id}", f"/rooms/het-seinhuis/series/of/{booked[0].id}"):
        assert joost.get(path).status_code == 404 and phone(cast.marieke).get(path).status_code == 200
        assert "/login" in phone().get(path).headers["Location"]


def test_a_venue_without_rooms_says_so(samira, cast):
    assert "No room is let here yet" in samira.says("/rooms/de-wissel/series/new")
    assert samira.get("/rooms/elders/series/new").status_code == 404
    assert bookings.SCOPES == ("this", "following", "all")


def test_one_letter_tells_of_all_times(mailing, waiting, samira, booked):
    path = f"/rooms/het-seinhuis/series/of/{booked[1].id}"
    assert samira.post(f"{path}/cancel", scope="following", agreed="2299").status_code == 303
    told = {mail.subject: mail.body for mail in waiting()}
    first, second = told["Booked: Perron, repeated from Thursday 19 March 2026"], told["Cancelled: Perron, repeated"]
    assert "Thursday 19 March 2026, 13:00 to 14:00, Perron: €45.98" in first and "VAT included: €137.94" in first
    assert "Thursday 26 March 2026, 13:00 to 14:00, Perron: cancelled, Due for cancelling, VAT included: €22.99" in second
    assert len(told) == len(waiting()) == 2
    lines = first.splitlines()  # each time that takes place has its own link for guests, below it
    assert [line[:10] for line in lines if "/meeting/" in line] == ["Guests: ht"] * 3 and second.count("/meeting/") == 1
    assert len({line for line in lines if "/meeting/" in line}) == 3
    assert "/meeting/" in next(below for line, below in pairwise(lines) if line.startswith("Thursday 19 March"))
    files = {mail.subject[:6]: Calendar.from_ical(mail.attachments[0][2]) for mail in waiting()}
    assert [str(event["STATUS"]) for event in files["Cancel"].events] == ["CONFIRMED", "CANCELLED", "CANCELLED"]
    assert {str(event["UID"]) for event in files["Booked"].events} == {one.uid for one in booked}


def test_whoever_books_finds_repeating_waiting_and_what_is_repeated(samira, booked, form):
    at = {key: form[key] for key in ("day", "from", "until", "people")}
    taken = samira.post(f"/rooms/het-seinhuis/room/{form['room']}/hold", **at)
    assert taken.status_code == 409
    wait = re.search(r'href="([^"]*/waits/new[^"]*)"', taken.text)[1].replace("&amp;", "&")
    assert "day=2026-03-19&from=13:00&until=14:00" in wait and "Get in line" in samira.says(wait)
    again = re.search(r'href="([^"]*/series/new[^"]*)"', taken.text)[1].replace("&amp;", "&")
    assert 'value="2026-03-19"' in samira.get(again).text
    shown = samira.get(f"/bookings/{booked[0].id}").text
    assert f"/series/{booked[0].series_id}" in shown and f"/series/of/{booked[0].id}" in shown
    samira.post("/rooms/het-seinhuis/waits/new", room=form["room"], **at)
    assert "What I wait for" in samira.says("/me/bookings")


COMPANY = {
    "company": "Vos & Co", "street": "Laan 1", "postcode": "3511 AB", "city": "Utrecht", "country": "BE",
    "vat_id": "BE0404616494",
}  # fmt: skip


def test_a_company_and_its_address_are_asked_kept_through_what_is_shown_and_stand_on_the_bills(
    database, cast, samira, form, now
):  # fmt: skip
    with database.write() as store:
        sells(store, cast, now)
    refused = samira.post(NEW, act="preview", **form | COMPANY | {"vat_id": "12", "country": "Belgium"})
    assert refused.status_code == 422 and 'value="Vos &amp; Co"' in refused.text
    for wrong, field in (({"vat_id": "12"}, "vat-id"), ({"country": "?"}, "country")):
        assert f'id="f-{field}-e"' in samira.post(NEW, act="preview", **form | COMPANY | wrong).text
    seen = samira.post(NEW, act="preview", **form | COMPANY)
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', seen.text))
    assert {name: kept[name] for name in COMPANY} == COMPANY | {"company": "Vos &amp; Co"}
    back = samira.post(NEW, act="form", **form | COMPANY)
    assert 'value="BE0404616494"' in back.text and "<details open>" in back.text
    made = all_of(database, samira.post(NEW, act="book", agreed=agreed(seen), **form | COMPANY))
    with database.read() as store:
        bills = [store.billing.of_booking(one.id)[0].document for one in made]
    assert {(one.buyer.name, one.buyer.street, one.buyer.vat_id) for one in bills} == {("Vos & Co", "Laan 1", "BE0404616494")}


def test_a_member_is_not_asked_again_what_is_known_of_them_and_a_host_s_own_is_on_nobody_s_bill(database, phone, cast, form, now):
    with database.write() as store:
        for who in (cast.samira, cast.marieke):
            typed = bookings.parse_renter({"name": who.name, "email": who.email} | COMPANY)
            bookings.renter_for(store, cast.noord.id, who, typed, "nl", now)
    assert 'value="BE0404616494"' in phone(cast.samira).get(NEW).text
    assert "BE0404616494" not in phone(cast.marieke).get(NEW).text
    host, blank = phone(cast.marieke), form | dict.fromkeys(COMPANY, "")
    for email, start in ((cast.samira.email, "13:00"), (cast.marieke.email, "14:00"), ("eva@woonlab.example", "15:00")):
        given = blank | {"email": email, "from": start, "until": f"{int(start[:2]) + 1}:00"}
        host.post(NEW, act="book", agreed=agreed(host.post(NEW, act="preview", **given)), **given)
    with database.read() as store:
        assert {store.bookings.renter_of(who.id).country for who in (cast.samira, cast.marieke)} == {"BE"}
    cleared = form | COMPANY | {"company": "", "vat_id": ""}
    samira = phone(cast.samira)
    given = cleared | {"from": "09:00", "until": "10:00"}
    samira.post(NEW, act="book", agreed=agreed(samira.post(NEW, act="preview", **given)), **given)
    with database.read() as store:
        kept = store.bookings.renter_of(cast.samira.id)
    assert (kept.company, kept.street, kept.vat_id) == ("", "Laan 1", "")


def test_a_host_is_known_by_their_own_address_alone_whatever_they_once_typed_as_a_renter(database, phone, cast, form, now):
    """Their bill went to Joost once; what they book for Joost is Joost's, and for themselves their record stays."""
    typed = bookings.parse_renter({"name": "Marieke", "email": cast.joost.email, "street": "Laan 1"})
    with database.write() as store:
        store.people.mark_signed_in(cast.joost, now)
        bookings.renter_for(store, cast.noord.id, cast.marieke, typed, "nl", now)
    host = phone(cast.marieke)
    assert f'value="{cast.marieke.email}"' in host.get(NEW).text and cast.joost.email not in host.get(NEW).text
    for who, start in ((cast.joost, "13:00"), (cast.marieke, "15:00")):
        given = form | {"name": who.name, "email": who.email, "from": start, "until": f"{int(start[:2]) + 1}:00"}
        made = all_of(database, host.post(NEW, act="book", agreed=agreed(host.post(NEW, act="preview", **given)), **given))
        with database.read() as store:
            own, renter = store.bookings.renter_of(cast.marieke.id), store.bookings.renter(made[0].renter_id)
        assert {one.person_id for one in made} == {who.id} and (own.email, own.street) == (cast.joost.email, "Laan 1")
        assert (renter.for_id, renter.street) == ((who.id, "") if who is cast.joost else (None, "Laan 1"))


def test_what_a_host_did_not_type_of_somebody_stays_as_it_was(database, phone, cast, form, now):
    typed = {"name": "Samira Vos", "email": "samira@seinhuis.example", "street": "Laan 1", "vat_id": "NL123456789B01"}
    with database.write() as store:
        bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(typed), "nl", now)
    host = phone(cast.marieke)
    host.post(NEW, act="book", agreed=agreed(host.post(NEW, act="preview", **form)), **form)
    with database.read() as store:
        kept = store.bookings.renter_of(cast.samira.id)
    assert (kept.street, kept.vat_id) == ("Laan 1", "NL123456789B01")
