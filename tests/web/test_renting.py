"""Renting a room without an account and as a member: found, kept, booked, looked after; and nothing by looking."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import bookings, rooms, venues
from s2m.domain.bookings import STRANGER
from s2m.domain.rooms import RoomTerms
from tests.letting import as_booker, book, let
from tests.web.conftest import words

HOUSE = "/rooms/het-seinhuis"
# The cast's Thursday, 13:00 by the clock of Het Seinhuis
ONE = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRIDAY = {"day": "2026-03-13", "from": "09:00", "until": "11:00"}
EVA = {"name": "Eva Woonlab", "email": "eva@woonlab.example", "people": "8", "title": "Kennismaking", "title_hidden": "1"}


@pytest.fixture
def store(app):
    return app.extensions["s2m.database"]


@pytest.fixture
def perron(store, cast, now):
    with store.write() as writing:
        return let(writing, cast.seinhuis, cast.marieke, now, buffer_after=0)


@pytest.fixture
def bookings_now(store, cast, now):
    def bookings_now():
        with store.read() as reading:
            return reading.bookings.between(cast.seinhuis.id, now - timedelta(days=1), now + timedelta(days=400))

    return bookings_now


def keep(browser, room, **given):
    """Press the button that keeps it; the address of the form."""
    answer = browser.post(f"{HOUSE}/room/{room.id}/hold", **(FRIDAY | given))
    assert answer.status_code == 303, words(answer.text)
    return answer.headers["Location"].partition("?")[0]


def agreed(page):
    return re.search(r'name="agreed" value="(\d+)"', page.text)[1]


def fill_in(browser, address, **given):
    values = {"agreed": agreed(browser.get(address)), "act": "book", **EVA} | given
    return browser.post(address, **values)


def link_in(mail):
    return re.search(r"http://localhost(/bookings/\S+)", mail.body)[1]


# Finding ------------------------------------------------------------------------------------------------------------


def test_a_stranger_finds_a_room_with_its_price_before_choosing(phone, cast, perron):
    page = phone().says(f"{HOUSE}?people=8&minutes=120&day=2026-03-13")
    assert "1 room is free" in page and "Perron" in page and "08:30" in page
    assert "€91.96 VAT included" in page and "VAT 21 % €15.96" in page


def test_rooms_leads_to_the_only_venue_that_lets_rooms_and_offers_a_choice_of_two(phone, cast, perron, store, now):
    visitor = phone()
    assert visitor.get("/rooms?people=2").headers["Location"] == f"{HOUSE}?people=2"
    with store.write() as writing:
        let(writing, cast.wissel, cast.wim, now, "Zaal")
    assert "De Wissel" in visitor.says("/rooms")
    assert visitor.get("/rooms/nowhere").status_code == 404


def test_without_a_wish_all_rooms_are_shown_and_what_they_cost(phone, perron):
    assert "Perron" in phone().says(HOUSE) and "€38 per hour" in phone().says(HOUSE)


@pytest.mark.parametrize("wrong, said", [
    ({"people": "0"}, "1 or more"), ({"people": "veel"}, "whole number"), ({"minutes": "7"}, "one of the options"),
    ({"day": "2026-02-30"}, "Type a day"), ({"day": "9999-12-31"}, "Type a day"), ({"day": "2026-03-11"}, "day is over"),
    ({"day": "2035-03-11"}, "days ahead"), ({"from": "25:00"}, "Type a time"),
])  # fmt: skip
def test_a_wish_that_cannot_be_is_refused_in_words(phone, perron, wrong, said):
    values = {"people": "2", "minutes": "60", "day": "2026-03-13"} | wrong
    answer = phone().get(f"{HOUSE}?" + "&".join(f"{name}={value}" for name, value in values.items()))
    assert answer.status_code == 422 and said in words(answer.text)


def test_what_does_not_fit_says_why_and_what_is_taken_says_when(phone, cast, store, perron, now):
    with store.write() as writing:
        let(writing, cast.seinhuis, cast.marieke, now, "Loket", 2)
        let(writing, cast.seinhuis, cast.marieke, now, "Ledenkamer", 30, bookable_by="members")
        book(writing, cast.seinhuis, perron, ONE + 20 * HOUR, 9, as_booker(cast.marieke, host=True), now)
    page = phone().says(f"{HOUSE}?people=8&minutes=120&day=2026-03-13")
    assert "Nothing is free then" in page and "Mon 16 Mar 08:30" in page
    assert "Loket : at most 2 people" in page and "Ledenkamer : for members: sign in" in page
    assert "Ledenkamer" in phone(cast.samira).says(f"{HOUSE}?people=8&minutes=120&day=2026-03-13")


# Timeline -----------------------------------------------------------------------------------------------------------


def test_the_day_tells_of_others_only_that_they_are_there(phone, cast, store, perron, now):
    with store.write() as writing:
        book(writing, cast.seinhuis, perron, ONE, 2, as_booker(cast.samira), now, person=cast.samira, title="Reorganisatie")
    for someone, seen in ((None, "occupied"), (cast.joost, "occupied"), (cast.samira, "Reorganisatie")):
        page = phone(someone).get(f"{HOUSE}/day").text
        assert seen in page and ("Reorganisatie" in page) == (someone == cast.samira)
        assert "Samira" not in words(page)
    assert "Perron free 15:00 to 18:00: book" in phone().says(f"{HOUSE}/day")


def test_a_week_of_all_rooms_and_a_room_with_its_week_and_terms(phone, perron):
    visitor = phone()
    assert "free times" in visitor.says(f"{HOUSE}/week") and visitor.get(f"{HOUSE}/week").text.count("<svg width") == 5
    assert "Wed 11 Mar" not in visitor.says(f"{HOUSE}/week") and "Mon 16 Mar" in visitor.says(f"{HOUSE}/week?day=2026-03-18")
    page = visitor.says(f"{HOUSE}/room/{perron.id}")
    for term in ("per hour €38.00", "Cancel for nothing until 7 days before", "An option keeps it for 2 days", "up to 20 people"):
        assert term in page, page


def test_a_room_says_at_what_rate_it_can_be_had_for_capital(phone, cast, store, perron, now):
    with store.write() as writing:
        wissel = let(writing, cast.seinhuis, cast.marieke, now, "Wissel", dots_per_hour=2, dots_limit=8)
    page = phone().says(f"{HOUSE}/room/{wissel.id}")
    assert "at a fixed rate: 2 dots an hour." in page and "At most 8 dots a month for this room." in page
    assert "social capital, too" not in phone().says(f"{HOUSE}/room/{perron.id}")


def test_a_room_of_another_venue_or_one_that_is_not_let_is_unknown(phone, cast, store, perron, now):
    with store.write() as writing:
        plain = venues.add_room(writing, cast.seinhuis, {"name": "Hal", "kind": "open", "floor": "0", "capacity": "9"}, "x", now)
    visitor = phone()
    for path in (f"{HOUSE}/room/{plain.id}", f"{HOUSE}/room/none", f"/rooms/de-wissel/room/{perron.id}"):
        assert visitor.get(path).status_code == 404
    assert visitor.post(f"/rooms/de-wissel/room/{perron.id}/hold", **FRIDAY).status_code == 404


# A stranger books ---------------------------------------------------------------------------------------------------


def test_a_stranger_books_by_the_link_in_the_mail(phone, cast, perron, mailing, waiting, bookings_now, clock):
    visitor, address = phone(), None
    address = keep(visitor, perron, people="8")
    page = visitor.says(address)
    assert "Friday 13 March 2026, 09:00 to 11:00" in page and "Kept for you until 09:46" in page and "€91.96" in page
    answer = fill_in(visitor, address)
    assert answer.status_code == 303 and "eva@woonlab.example" in visitor.says(answer.headers["Location"])
    (held,), (mail,) = bookings_now(), waiting()
    assert (held.status, held.title, held.people, held.title_hidden) == ("hold", "Kennismaking", 8, True)
    assert held.expires_at - held.created_at == HOUR / 2
    assert "Kennismaking" not in mail.body and "Eva" not in mail.body, "nothing that anybody typed, to an address nobody proved"
    assert "Hello,\n" in mail.body and "Perron, Het Seinhuis" in mail.body and "€91.96" in mail.body
    other = phone()
    for _ in range(2):
        assert "Is this what you want to book?" in other.says(link_in(mail))
    assert bookings_now()[0].status == "hold", "looking changes nothing"
    clock.shift(29 * 60)
    assert other.post(link_in(mail) + "/confirm").status_code == 303
    assert bookings_now()[0].status == "confirmed"
    said = other.says(link_in(mail))
    assert "booked" in said and "Kennismaking" in said and "until Friday 6 March 2026, 09:00" in said
    confirmation = waiting()[1]
    assert confirmation.subject == "Booked: Perron on Friday 13 March 2026"
    assert link_in(confirmation) == link_in(mail) and confirmation.attachments[0][0] == "invitation.ics"


def test_a_link_that_is_too_late_books_nothing(phone, perron, mailing, waiting, bookings_now, clock):
    visitor = phone()
    fill_in(visitor, keep(visitor, perron))
    link = link_in(waiting()[0])
    clock.shift(30 * 60)
    answer = visitor.post(link + "/confirm")
    assert answer.status_code == 409 and "that is over" in words(answer.text)
    assert [b.status for b in bookings_now()] == ["hold"]


def test_of_a_stranger_who_never_opened_the_link_nothing_is_kept(phone, cast, store, perron, mailing, bookings_now, now):
    visitor = phone()
    address = keep(visitor, perron)
    fill_in(visitor, address, email="iemand@elders.example")
    first = bookings_now()[0].renter_id
    fill_in(visitor, address, notes="graag bij het raam")
    (held,) = bookings_now()
    with store.write() as writing:
        assert writing.bookings.renter(first).email == "" and writing.bookings.renter(held.renter_id).email == EVA["email"]
        bookings.expire_due(writing, cast.seinhuis, now + HOUR)
        lapsed, renter = writing.bookings.get(held.id), writing.bookings.renter(held.renter_id)
    assert (lapsed.status, lapsed.title, lapsed.notes, renter.name, renter.email) == ("expired", "", "", "", "")


def test_a_mistyped_address_is_put_right_and_its_link_is_dead(phone, perron, mailing, waiting, bookings_now):
    visitor = phone()
    address = keep(visitor, perron)
    fill_in(visitor, address, email="iemand@elders.example")
    fill_in(visitor, address)
    wrong, right = (link_in(mail) for mail in waiting())
    assert phone().get(wrong).status_code == 404
    assert phone().post(right + "/confirm").status_code == 303 and bookings_now()[0].status == "confirmed"


def test_asking_for_link_after_link_keeps_the_room_no_longer(phone, perron, mailing, bookings_now, now, clock):
    visitor = phone()
    address = keep(visitor, perron)
    for _ in range(3):
        fill_in(visitor, address)
        clock.shift(14 * 60)
    (held,) = bookings_now()
    assert held.expires_at == held.created_at + timedelta(minutes=35)
    assert visitor.get(address).headers["Location"].startswith(f"{HOUSE}/room/")


def test_an_option_is_taken_and_made_firm(phone, perron, mailing, waiting, bookings_now):
    visitor = phone()
    fill_in(visitor, keep(visitor, perron), act="option")
    link = link_in(waiting()[0])
    assert link.endswith("?as=option")
    link = link.partition("?")[0]
    visitor.post(link + "/confirm", **{"as": "option"})
    assert bookings_now()[0].status == "option" and "Book it now" in visitor.says(link)
    visitor.post(link + "/confirm")
    assert bookings_now()[0].status == "confirmed"


def test_one_address_gets_no_more_than_ten_links_and_the_form_stays(phone, perron, mailing, waiting):
    visitor = phone()
    address = keep(visitor, perron)
    answers = [fill_in(visitor, address) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429] and len(waiting()) == 10
    assert "Kennismaking" in answers[-1].text


def test_where_no_mail_goes_out_a_stranger_is_told_before(phone, perron, bookings_now):
    visitor = phone()
    address = keep(visitor, perron)
    assert "sends no mail yet" in visitor.says(address)
    answer = fill_in(visitor, address)
    assert answer.status_code == 409 and bookings_now()[0].renter_id is None
    assert answer.text.count("sends no mail yet") == 1 and re.search(r'name="email"[^>]* autofocus', answer.text)


def test_a_form_that_is_wrong_keeps_what_was_typed(phone, perron, mailing, bookings_now):
    visitor = phone()
    address = keep(visitor, perron)
    answer = fill_in(visitor, address, email="eva", company="Woonlab Soest")
    assert answer.status_code == 422 and "Kennismaking" in answer.text and "Woonlab Soest" in answer.text
    answer = fill_in(visitor, address, people="21")
    assert answer.status_code == 422 and "At most 20 people" in words(answer.text)


def test_a_price_that_changed_is_shown_again_and_nothing_is_booked(
    phone, cast, store, perron, now, mailing, waiting, bookings_now, clock
):
    with store.write() as writing:
        coffee = {"name": "Koffie", "kind": "catering", "price": "2,50", "per": "person", "vat": "900"}
        extra = rooms.add_extra(writing, cast.seinhuis, coffee, cast.marieke.id, now)
        terms = RoomTerms(hour_cents=3800, extras=(extra.id,))
        rooms.change_terms(writing, cast.seinhuis, perron.id, terms, cast.marieke.id, now)
    clock.shift(1)
    visitor = phone()
    address = keep(visitor, perron)
    ticked = {f"extra_{extra.id}": "1"}
    part = visitor.post(address.replace("/form", "/price"), people="8", **ticked)
    assert "8 × Koffie" in part.text and agreed(part) == "11376"
    answer = fill_in(visitor, address, **ticked)
    assert answer.status_code == 409 and "€113.76" in words(answer.text) and agreed(answer) == "11376"
    assert waiting() == [] and bookings_now()[0].renter_id is None
    assert fill_in(visitor, address, **ticked, agreed="11376").status_code == 303


def test_a_hold_is_given_more_time_once_and_let_go(phone, perron, bookings_now, clock):
    visitor = phone()
    address = keep(visitor, perron)
    for _ in range(2):
        visitor.post(address.replace("/form", "/more-time"))
    assert "Kept for you until 09:51" in visitor.says(address)
    visitor.post(address.replace("/form", "/let-go"))
    assert bookings_now() == []
    address = keep(visitor, perron)
    clock.shift(301)
    answer = visitor.get(address)
    again = answer.headers["Location"]
    assert answer.status_code == 303 and f"/room/{perron.id}" in again and "from=09:00" in again


def test_one_browser_keeps_three_rooms_and_one_address_ten(phone, perron, clock):
    visitor = phone()
    for hour in (9, 10, 11):
        keep(visitor, perron, **{"from": f"{hour:02}:00", "until": f"{hour + 1:02}:00"})
    refused = visitor.post(f"{HOUSE}/room/{perron.id}/hold", **FRIDAY | {"from": "12:00", "until": "13:00"})
    assert refused.status_code == 409 and "You keep 3 rooms already" in words(refused.text)
    path = f"{HOUSE}/room/{perron.id}/hold"
    answers = [phone().post(path, **FRIDAY).status_code for _ in range(7)]
    assert answers == [409] * 6 + [429]


def test_nobody_else_reaches_a_form_or_a_booking(phone, cast, perron, mailing, waiting):
    visitor = phone()
    address = keep(visitor, perron)
    for someone in (phone(), phone(cast.joost)):
        for path in (address, address.replace("/form", ""), address.replace("/form", "/sent")):
            assert someone.get(path).status_code == 404, path
        assert someone.post(address, **EVA).status_code == 404
        assert someone.post(address.replace("/form", "/more-time")).status_code == 404
    samira = phone(cast.samira)
    kept = keep(samira, perron, **{"from": "12:00", "until": "13:00"})
    booked = fill_in(samira, kept).headers["Location"]
    assert samira.get(booked).status_code == 200
    for path in ("", "/move", "/cancel", "/details", "/booking.ics"):
        assert phone(cast.joost).get(booked + path).status_code == phone().get(booked + path).status_code == 404
    assert phone().get("/bookings/" + "x" * 43).status_code == 404


# What cannot be -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["minutes=²", "minutes=" + "9" * 5000, "from=12x34", "from=1²:30"])
def test_an_address_that_was_tampered_with_shows_the_room(phone, perron, query):
    assert phone().get(f"{HOUSE}/room/{perron.id}?{query}").status_code == 200


def test_a_length_that_is_no_number_is_refused(phone, perron):
    for minutes in ("²", "9" * 5000):
        answer = phone().post(f"{HOUSE}/room/{perron.id}/hold", start="2026-03-13T09:00:00+00:00", minutes=minutes)
        assert answer.status_code == 422


@pytest.mark.parametrize("given, status, said", [
    ({"day": "2026-03-11"}, 422, "This time is over"), ({"day": "9999-01-01"}, 422, "Type a day"),
    ({"until": "09:00"}, 422, "end comes after the start"), ({"until": "08:00"}, 422, "end comes after the start"),
    ({"from": "09:07"}, 422, "quarter of an hour"), ({"until": "09:15"}, 422, "30 minutes at the least"),
    ({"until": "02:00", "next_day": "1"}, 422, "12 hours at the most"), ({"day": "2026-03-14"}, 422, "closed that day"),
    ({"day": "2026-04-27"}, 422, "closed that day"), ({"until": "18:30"}, 422, "from 08:30 to 18:00"),
    ({"start": "gisteren", "minutes": "60"}, 422, "Type a time"),
    ({"start": "2026-03-13T09:00:00", "minutes": "60"}, 422, "Type a time"),
])  # fmt: skip
def test_times_that_cannot_be_are_refused_and_stay_in_the_form(phone, perron, bookings_now, given, status, said):
    answer = phone().post(f"{HOUSE}/room/{perron.id}/hold", **(FRIDAY | given))
    assert answer.status_code == status and said in words(answer.text)
    assert bookings_now() == []


def test_the_hour_that_comes_twice_is_asked_about_and_the_one_that_is_skipped_refused(phone, cast, store, now, bookings_now):
    with store.write() as writing:
        night = let(writing, cast.seinhuis, cast.marieke, now, "Nacht", hours={"sun": ["00:00", "06:00"]}, buffer_after=0)
    visitor, path = phone(), f"{HOUSE}/room/{night.id}/hold"
    skipped = visitor.post(path, day="2026-03-29", **{"from": "02:00", "until": "04:00"})
    assert skipped.status_code == 422 and "the clock skips this time" in words(skipped.text)
    twice = {"day": "2026-10-25", "from": "02:30", "until": "04:00"}
    asked = visitor.post(path, **twice)
    assert asked.status_code == 422 and 'name="from_hour" value="second"' in asked.text
    assert "the second time, an hour later" in words(asked.text)
    visitor.post(path, **twice, from_hour="second")
    (held,) = bookings_now()
    assert held.starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_meeting_over_midnight(phone, cast, store, now, bookings_now):
    with store.write() as writing:
        night = let(writing, cast.seinhuis, cast.marieke, now, "Nacht", hours={"fri": ["18:00", "04:00"]})
    address = keep(phone(), night, **{"from": "22:00", "until": "02:00", "next_day": "1"})
    assert bookings_now()[0].length == 4 * HOUR and address


def test_of_many_at_once_one_has_it_and_the_others_keep_their_form_and_see_what_is_free(phone, perron, bookings_now):
    browsers = [phone() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda browser: browser.post(f"{HOUSE}/room/{perron.id}/hold", **FRIDAY, people="8"), browsers))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 7
    late = next(answer for answer in answers if answer.status_code == 409)
    page = words(late.text)
    assert "Somebody else has this room at that time" in page and "Free instead" in page and "11:00" in page
    assert 'value="2026-03-13"' in late.text and 'value="8"' in late.text
    assert len(bookings_now()) == 1


# A member, and looking after a booking -------------------------------------------------------------------------------


@pytest.fixture
def booked(samira, perron):
    """Samira's booking of Friday at nine, two hours: its address."""
    return fill_in(samira, keep(samira, perron)).headers["Location"]


def test_a_member_books_at_once_and_finds_it_in_their_list(samira, booked, bookings_now, cast):
    (made,) = bookings_now()
    assert (made.status, made.person_id) == ("confirmed", cast.samira.id)
    assert "Kennismaking" in samira.says("/me/bookings") and booked == f"/bookings/{made.id}"


def test_a_booking_carries_seats_once_the_house_says_what_one_costs(samira, booked, store, cast, now):
    with store.write() as writing:
        venues.change_policy(writing, cast.seinhuis, replace(cast.policy, seat_cost_euro=12), cast.marieke.id, now)
    assert "This meeting carries 6 free seats." in samira.says(booked)


def test_a_price_in_dots_promises_no_seats(samira, store, cast, now):
    with store.write() as writing:
        venues.change_policy(writing, cast.seinhuis, replace(cast.policy, seat_cost_euro=12), cast.marieke.id, now)
        given = {"name": "Lunch", "kind": "catering", "price": "60", "per": "booking", "vat": "900", "stock": ""}
        lunch = rooms.add_extra(writing, cast.seinhuis, given, cast.marieke.id, now).id
        wissel = let(writing, cast.seinhuis, cast.marieke, now, "Wissel", dots_per_hour=1, extras=(lunch,))
    address, asked = keep(samira, wissel).removesuffix("/form"), {"people": "4", f"extra_{lunch}": "1"}
    assert "This meeting carries 11 free seats." in samira.post(f"{address}/price", **asked).text
    in_dots = samira.post(f"{address}/price", **asked, paid_by="capital").text
    assert "for the room" in in_dots and "€65.40" in in_dots and "carries" not in in_dots


def test_the_second_of_two_taps_leads_to_what_the_first_booked(samira, phone, perron, mailing, waiting, bookings_now):
    address = keep(samira, perron)
    first, second = fill_in(samira, address), samira.post(address, **EVA, agreed="9196", act="book")
    assert first.headers["Location"] == second.headers["Location"] == address.removesuffix("/form")
    late = samira.post(address, **EVA | {"name": ""}, agreed="9196"), samira.get(address)
    assert [answer.headers["Location"] for answer in late] == [address.removesuffix("/form")] * 2
    visitor = phone()
    address = keep(visitor, perron, **{"from": "12:00", "until": "13:00"})
    fill_in(visitor, address)
    visitor.post(link_in(waiting()[-1]) + "/confirm")
    answer = visitor.post(address, **EVA, agreed="4598", act="book")
    assert "This booking: booked" in visitor.says(answer.headers["Location"])
    assert [one.status for one in bookings_now()] == ["confirmed", "confirmed"]


def test_of_two_taps_at_once_both_lead_to_the_booking(phone, cast, samira, perron, bookings_now):
    address = keep(samira, perron)
    both = samira, phone(cast.samira)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one.post(address, **EVA, agreed="9196", act="book"), both))
    assert [answer.headers["Location"] for answer in answers] == [address.removesuffix("/form")] * 2
    assert [one.status for one in bookings_now()] == ["confirmed"]


def test_a_title_people_and_extras_change_with_the_price_shown(samira, booked, bookings_now, waiting, mailing):
    page = samira.get(f"{booked}/details")
    assert 'value="Kennismaking"' in page.text
    assert samira.post(f"{booked}/details", title="Vervolg", people="12", agreed="1").status_code == 409
    samira.post(f"{booked}/details", title="Vervolg", people="12", agreed=agreed(page))
    assert (bookings_now()[0].title, bookings_now()[0].people, bookings_now()[0].title_hidden) == ("Vervolg", 12, False)


def test_an_extra_that_was_booked_is_still_there_when_it_is_offered_no_longer(
    samira, store, cast, perron, now, bookings_now, clock
):
    with store.write() as writing:
        coffee = {"name": "Koffie", "kind": "catering", "price": "2,50", "per": "person", "vat": "900"}
        extra = rooms.add_extra(writing, cast.seinhuis, coffee, cast.marieke.id, now)
        terms = RoomTerms(hour_cents=3800, extras=(extra.id,))
        rooms.change_terms(writing, cast.seinhuis, perron.id, terms, cast.marieke.id, now)
    clock.shift(1)
    ticked = {f"extra_{extra.id}": "1"}
    path = fill_in(samira, keep(samira, perron), **ticked, agreed="11376").headers["Location"]
    with store.write() as writing:
        rooms.retire_extra(writing, cast.seinhuis, extra.id, cast.marieke.id, now)
    assert "Koffie" in samira.says(path)
    page = samira.get(f"{path}/details")
    assert "Koffie" in words(page.text) and agreed(page) == "11376"
    samira.post(f"{path}/details", title="Vervolg", people="8", agreed="11376", **ticked)
    assert (bookings_now()[0].title, bookings_now()[0].extras) == ("Vervolg", {extra.id: 8})
    other = keep(samira, perron, **{"from": "14:00", "until": "15:00"})
    assert "Koffie" not in samira.says(other)


def test_twenty_changes_an_hour_are_enough_and_letters_go_to_the_proved_address(samira, perron, mailing, waiting, bookings_now):
    booked = fill_in(samira, keep(samira, perron), email="iemand@elders.example").headers["Location"]
    answers = [samira.post(f"{booked}/details", agreed="9196", title=f"Kring {n}", people="4").status_code for n in range(21)]
    assert answers == [303] * 20 + [429] and bookings_now()[0].title == "Kring 19"
    assert samira.post(f"{booked}/cancel", agreed="0").status_code == 429
    assert samira.post(f"{booked}/move", **FRIDAY | {"until": "12:00"}).status_code != 429
    assert {mail.recipient for mail in waiting()} == {"samira@seinhuis.example"}


def test_a_move_is_priced_before_it_is_made(samira, booked, bookings_now):
    longer = FRIDAY | {"until": "12:00"}
    asked = samira.post(f"{booked}/move", **longer, agreed="")
    assert asked.status_code == 200 and "It was €91.96 and becomes €137.94." in words(asked.text)
    assert bookings_now()[0].length == 2 * HOUR, "asking moves nothing"
    assert samira.post(f"{booked}/move", **longer, agreed=agreed(asked)).status_code == 303
    assert bookings_now()[0].length == 3 * HOUR and bookings_now()[0].sequence == 1


def test_too_late_to_be_made_cheaper_it_says_so_and_a_move_says_what_cancelling_still_costs(samira, booked, bookings_now):
    asked = samira.post(f"{booked}/move", **FRIDAY | {"day": "2026-03-20"}, agreed="")
    assert "Cancelling costs 100 % now, and no less after the move." in words(asked.text)
    shorter = samira.post(f"{booked}/move", **FRIDAY | {"until": "10:00"}, agreed="")
    assert shorter.status_code == 409 and "It is too late to make this cheaper yourself. Ask the host." in words(shorter.text)
    assert bookings_now()[0].length == 2 * HOUR
    samira.post(f"{booked}/move", **FRIDAY | {"day": "2026-03-20"}, agreed=agreed(asked))
    assert "Cancelling now costs 100 % of the price: €91.96" in samira.says(f"{booked}/cancel")


def test_a_move_onto_another_is_refused_with_its_form(samira, booked, store, cast, perron, now, bookings_now):
    with store.write() as writing:
        book(writing, cast.seinhuis, perron, ONE + 24 * HOUR, 2, STRANGER, now)
    answer = samira.post(f"{booked}/move", **FRIDAY | {"from": "12:00", "until": "14:00"}, agreed="")
    assert answer.status_code == 409 and "Somebody else has this room" in words(answer.text) and 'value="14:00"' in answer.text
    assert samira.post(f"{booked}/move", **FRIDAY | {"until": "08:00"}, agreed="").status_code == 422


def test_cancelling_shows_what_it_costs_and_twice_is_a_sentence(samira, booked, bookings_now, clock):
    page = samira.says(f"{booked}/cancel")
    assert "Cancelling now costs 100 % of the price: €91.96" in page
    due = agreed(samira.get(f"{booked}/cancel"))
    assert samira.post(f"{booked}/cancel", agreed="0").status_code == 409 and len(bookings_now()) == 1
    assert samira.post(f"{booked}/cancel", agreed=due).status_code == 303 and bookings_now() == []
    again = samira.post(f"{booked}/cancel", agreed=due)
    assert again.status_code == 409 and "no longer stands" in words(again.text)
    for path in ("/cancel", "/move", "/details"):
        assert samira.get(booked + path).status_code == 409
    assert "€91.96" in samira.says(booked)


def test_cancelling_what_capital_pays_agrees_to_the_dots_it_keeps(samira, store, cast, now):
    with store.write() as writing:
        wissel = let(writing, cast.seinhuis, cast.marieke, now, "Wissel", dots_per_hour=2)
        by = as_booker(cast.samira)
        one = book(writing, cast.seinhuis, wissel, ONE, 2, by, now, person=cast.samira, paid_by="capital")
    page = samira.get(f"/bookings/{one.id}/cancel").text
    assert "4 dots stay here" in words(page) and 'name="agreed_dots" value="4"' in page
    refused = samira.post(f"/bookings/{one.id}/cancel", agreed="0")
    assert refused.status_code == 409 and "it is now 4 dots" in words(refused.text)
    assert samira.post(f"/bookings/{one.id}/cancel", agreed="0", agreed_dots="4").status_code == 303
    assert "Cancelling kept 4 dots." in samira.says(f"/bookings/{one.id}")


def test_a_stranger_manages_by_the_link_alone(phone, cast, store, perron, now, mailing, waiting, samira):
    visitor = phone()
    fill_in(visitor, keep(visitor, perron))
    link = link_in(waiting()[0])
    for someone in (phone(), samira):
        assert someone.get(link).status_code == 200
    samira.post(link + "/confirm")
    with store.read() as reading:
        (made,) = reading.bookings.between(cast.seinhuis.id, now, now + timedelta(days=9))
    assert made.person_id is None, "whoever opens the link does not become its owner"
    assert phone().get(f"/bookings/{made.id}").status_code == samira.get(f"/bookings/{made.id}").status_code == 404
    file = phone().get(link + "/booking.ics")
    assert file.mimetype == "text/calendar" and f"UID:{made.id}@s2m" in file.text.replace("\r\n ", "")
    assert phone().post(link + "/cancel", agreed=agreed(phone().get(link + "/cancel"))).status_code == 303


def test_a_room_that_asks_for_approval_is_asked_for(phone, cast, store, now, bookings_now):
    with store.write() as writing:
        room = let(writing, cast.seinhuis, cast.marieke, now, "Remise", approval=True)
    samira = phone(cast.samira)
    address = keep(samira, room)
    assert "Ask for Remise" in samira.says(address)
    booked = fill_in(samira, address).headers["Location"]
    assert bookings_now()[0].status == "requested" and "The host answers before" in samira.says(booked)
    with store.write() as writing:
        bookings.decline(writing, cast.seinhuis, booked.rpartition("/")[2], as_booker(cast.marieke, host=True), now)
    assert "not possible" in samira.says(booked)


def test_what_is_typed_is_never_markup(phone, cast, perron, bookings_now):
    samira = phone(cast.samira)
    booked = fill_in(samira, keep(samira, perron), title="<b>vet</b>", notes="<i>x</i>").headers["Location"]
    page = samira.get(booked).text
    assert "<b>vet</b>" not in page and html.escape("<b>vet</b>") in page
