"""The host's desk: the day across the rooms, booking for others, moving, deciding, cancelling, and the lists of the day."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from s2m.domain import bookings, people, rooms, venues
from s2m.domain.bookings import Booker
from tests.letting import as_booker, book, let
from tests.web.conftest import words

HOST = "/host/het-seinhuis"
ROOMS, BOOKINGS = f"{HOST}/rooms", f"{HOST}/bookings"
DAY = "2026-03-12"


def at(clock, day=12):
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.fixture
def read(app):
    return app.extensions["s2m.database"].read


@pytest.fixture
def perron(write, cast, now):
    with write() as store:
        return let(store, cast.seinhuis, cast.marieke, now - timedelta(days=1), name="Perron", member_percent=10)


@pytest.fixture
def booked(write, cast, now, perron):
    """Somebody books at a time, a guest unless said otherwise."""

    def booked(clock="13:00", hours=2, *, room=perron, when=now, by=None, person=None, day=12, **details):
        with write() as store:
            by = by or Booker(cast.marieke.id, is_host=True)
            return book(store, cast.seinhuis, room, at(clock, day), hours, by, when, person=person, **details)

    return booked


def form(room, clock="13:00", until="14:00", **more):
    return {"room": room.id, "day": DAY, "from": clock, "until": until, "people": "4", "title_hidden": "1"} | more


def agreed_on(answer):
    return re.search(r'name="agreed_cents" value="(\d+)"', answer.text)[1]


def test_a_venue_that_lets_nothing_says_what_to_do(host):
    assert "No room is let yet" in host.says(ROOMS) and "No room is let yet" in host.says(f"{ROOMS}/week")


def test_the_day_shows_who_has_which_room_and_what_it_brings_in_and_carries(host, write, cast, now, perron, booked):
    with write() as store:
        venues.change_policy(store, cast.seinhuis, venues.Policy(seat_cost_euro=10), cast.marieke.id, now)
    booked("13:00", title="BHV-training", people=16, topics=("mantelzorg",))
    page = host.says(ROOMS)
    assert "BHV-training 13:00–15:00, 16 p, title hidden" in page and "Perron free 15:15 to 17:15: book" in page
    assert "Rooms bring in €76 that day" in page and "keeps 7 seats free" in page and "opens its topics: mantelzorg" in page
    assert "BHV-training" not in host.says(f"{ROOMS}?day=2026-03-13")
    assert host.get(f"{ROOMS}?day=2026-02-31").status_code == host.get(f"{ROOMS}?day=9999-12-31").status_code == 200


def test_the_day_is_fetched_again_only_when_it_changed(host, booked):
    first = host.get(f"{ROOMS}/now?day={DAY}")
    assert host.get(f"{ROOMS}/now?day={DAY}", **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    booked()
    assert "Woonlab" in host.get(f"{ROOMS}/now?day={DAY}", **{"If-None-Match": first.headers["ETag"]}).text


@pytest.mark.parametrize("asked", ["start=x&end=y", "start=2026-03-12T09:00&end=2026-03-12T10:00", "room=%00&start=9", "day=%00"])
def test_a_day_that_is_asked_for_in_a_strange_way_is_shown_as_it_is(host, booked, asked):
    booked()
    part = host.get(f"{ROOMS}/now?{asked}").text
    assert "Woonlab" in part and "slot--new" not in part


def test_what_is_being_booked_stands_among_what_is_booked_and_stays_when_the_day_is_fetched_again(host, booked, perron):
    booked("09:45", 1)
    page = host.get(f"{BOOKINGS}/new?room={perron.id}&day={DAY}&from=14:00").text
    part = re.search(r'data-part="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "New 14:00–15:00" in words(page) and '<b>New</b><small>14:00–15:00' in host.get(part).text
    assert "slot--new" not in host.get(f"{BOOKINGS}/new?room={perron.id}&day={DAY}&from=25:00").text


def test_a_week_shows_how_full_each_day_is(host, booked):
    booked("13:00", 2)
    booked("16:00", 1.5)
    assert "2 × · 3.5 h" in host.says(f"{ROOMS}/week?day={DAY}")
    assert "2 ×" not in host.says(f"{ROOMS}/week?day=2026-03-19")


# Booking for somebody


def test_a_host_books_for_a_guest_at_the_price_that_was_shown(host, perron, read, cast):
    opened = host.get(f"{BOOKINGS}/new?room={perron.id}&day={DAY}&from=13:00")
    assert "€45.98" in opened.text and "Book <bdi>Perron</bdi>" in opened.text
    guest = "Woonlab Soest, eva@woonlab.example"
    done = host.post(f"{BOOKINGS}/new", follow_redirects=True, **form(perron, who=guest, agreed_cents=agreed_on(opened)))
    assert "Perron is booked for Woonlab Soest." in done.text.replace("\u2068", "").replace("\u2069", "")
    with read() as store:
        (one,) = store.desk.find(cast.seinhuis.id, "coming", "", at("09:00"), most=9)
    assert (one.email, one.booking.people, one.booking.created_by) == ("eva@woonlab.example", 4, cast.marieke.id)


def test_a_member_is_found_by_name_has_their_price_and_it_is_asked_first(host, write, perron, cast, now):
    with write() as store:
        store.people.mark_signed_in(cast.samira, now)
    wanted = form(perron, who="samira")
    first = host.post(f"{BOOKINGS}/new", **wanted, agreed_cents="4598")
    assert first.status_code == 409 and "it is now €41.38" in first.text
    assert host.post(f"{BOOKINGS}/new", **wanted, agreed_cents=agreed_on(first)).status_code == 303
    assert "Samira Vos" in host.says(BOOKINGS)


def test_of_two_people_of_one_name_the_host_chooses(host, write, perron, cast, now, read):
    with write() as store:
        other = people.join(store, cast.noord.id, "Samira Bos", "bos@seinhuis.example", cast.policy, now)
    first = host.post(f"{BOOKINGS}/new", **form(perron, who="Samira", agreed_cents="4598"))
    assert first.status_code == 409 and "Who of these?" in first.text
    host.post(f"{BOOKINGS}/new", **form(perron, who="Samira", person=other.id, agreed_cents="4598"))
    with read() as store:
        (one,) = store.desk.find(cast.seinhuis.id, "coming", "", now, most=9)
    assert one.booking.person_id == other.id


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"who": "Niemand Bekend"}, "Nobody of this name is known here"),
        ({"who": ""}, "Fill this in."),
        ({"who": "Eva, eva@"}, "mail address"),
        ({"who": "Thijs Smit"}, "No mail address of"),
        ({"people": "21"}, "At most 20 people fit in."),
        ({"until": "13:00"}, "end"),
        ({"from": "13:07"}, "quarter"),
        ({"day": "9999-01-01"}, ""),
        ({"day": "2025-03-12"}, "This time is over."),
        ({"agreed_cents": "-1"}, ""),
    ],
)
def test_what_cannot_be_booked_says_so_beside_its_field_and_nothing_is_stored(host, perron, read, cast, wrong, sentence):
    answer = host.post(f"{BOOKINGS}/new", **form(perron, who="eva@woonlab.example", agreed_cents="4598") | wrong)
    assert answer.status_code in (409, 422) and sentence in answer.text
    with read() as store:
        assert store.bookings.between(cast.seinhuis.id, at("00:00"), at("23:00")) == []


def test_what_is_taken_says_so_and_the_form_keeps_what_was_typed(host, perron, booked):
    booked("13:00")
    answer = host.post(f"{BOOKINGS}/new", **form(perron, who="eva@woonlab.example", agreed_cents="4598", title="Kennismaking"))
    assert answer.status_code == 409 and "Somebody else has this room at that time." in answer.text
    assert 'value="Kennismaking"' in answer.text and 'value="eva@woonlab.example"' in answer.text


def test_a_host_keeps_a_room_on_option_and_makes_it_firm(host, perron, read, cast, now):
    host.post(f"{BOOKINGS}/new", **form(perron, who="eva@woonlab.example", agreed_cents="4598", option="1"))
    with read() as store:
        (one,) = store.desk.find(cast.seinhuis.id, "options", "", now, most=9)
    assert "An option" in host.says(f"{BOOKINGS}/{one.booking.id}")
    assert "The option is firm now." in host.post(f"{BOOKINGS}/{one.booking.id}/decide", True, act="confirm").text


# Moving


def test_a_booking_is_made_longer_at_the_new_price_and_put_back(host, booked, perron, read, clock):
    one = booked("13:00", 2)
    path = f"{BOOKINGS}/{one.id}"
    longer = {"room": perron.id, "day": DAY, "from": "13:00", "until": "15:30"}
    asked = host.post(f"{path}/move", **longer, agreed_cents=str(one.gross_cents))
    assert asked.status_code == 409 and "It was €91.96 and becomes €114.95." in asked.text
    done = host.post(f"{path}/move", follow_redirects=True, **longer, agreed_cents=agreed_on(asked))
    assert "goes on until 15:30 now." in done.text and "Take it back" in done.text
    assert "Taken back" in host.post(f"{path}/undo", follow_redirects=True).text
    with read() as store:
        back = store.bookings.get(one.id)
    assert (back.ends_at, back.lines, back.blocked_until) == (one.ends_at, one.lines, one.blocked_until)
    assert "half a minute only" in host.post(f"{path}/undo", follow_redirects=True).text


def test_after_half_a_minute_or_once_somebody_took_the_place_a_move_stays(host, booked, perron, clock):
    one = booked("13:00", 1)
    path, later = f"{BOOKINGS}/{one.id}", {"room": perron.id, "day": DAY, "from": "16:00", "until": "17:00"}
    host.post(f"{path}/move", **later, agreed_cents=str(one.gross_cents))
    booked("13:00", 1)
    assert "Somebody else has this room" in host.post(f"{path}/undo", follow_redirects=True).text
    host.post(f"{path}/move", **later | {"from": "10:30", "until": "11:30"}, agreed_cents=str(one.gross_cents))
    clock.shift(31)
    assert "half a minute only" in host.post(f"{path}/undo", follow_redirects=True).text


def test_a_drag_asks_first_for_the_dots_that_it_costs_and_gives_them_back_when_taken_back(host, write, read, cast, now):
    with write() as store:
        wissel = let(store, cast.seinhuis, cast.marieke, now - timedelta(days=1), name="Wissel", dots_per_hour=2)
        by = as_booker(cast.samira)
        one = book(store, cast.seinhuis, wissel, at("13:00"), 1, by, now, person=cast.samira, paid_by="capital")
        store.bookings.set(one, arrived_at=now)
    assert 'data-cents="0" data-dots="2"' in host.get(ROOMS).text
    wanted = {"room": wissel.id, "day": DAY, "from": "13:00", "until": "15:00", "agreed_cents": "0"}
    asked = host.post(f"{BOOKINGS}/{one.id}/move", **wanted, agreed_dots="2")
    assert asked.status_code == 409 and "It was 2 dots and becomes 4 dots." in words(asked.text)
    assert 'name="agreed_dots" value="4"' in asked.text and "no charge" not in asked.text
    assert host.post(f"{BOOKINGS}/{one.id}/move", **wanted, agreed_dots="4").status_code == 303
    assert "Taken back" in host.post(f"{BOOKINGS}/{one.id}/undo", follow_redirects=True).text
    with read() as store:
        back = store.bookings.get(one.id)
    assert (back.dots, back.ends_at, back.arrived_at) == (2, one.ends_at, now)


def test_cancelling_says_the_dots_it_keeps_and_a_host_may_let_them_go(host, write, read, cast, now):
    with write() as store:
        wissel = let(store, cast.seinhuis, cast.marieke, now - timedelta(days=1), name="Wissel", dots_per_hour=2)
        times, by = (at("13:00"), at("15:00")), as_booker(cast.samira)
        one, other = (
            book(store, cast.seinhuis, wissel, time, 1, by, now, person=cast.samira, paid_by="capital") for time in times
        )  # fmt: skip
    for page in (host.says(f"{BOOKINGS}/{one.id}"), host.says(f"{BOOKINGS}/{one.id}/change")):
        assert "Wissel 2 dots" in page and "no charge" not in page
    page = host.get(f"{BOOKINGS}/{one.id}/cancel").text
    assert "Cancelled now, 100 % of the price is due. Wissel 2 dots" in words(page) and 'name="agreed_dots" value="2"' in page
    refused = host.post(f"{BOOKINGS}/{one.id}/cancel", agreed_cents="0", agreed_dots="0")
    assert refused.status_code == 409 and "it is now 2 dots" in refused.text
    host.post(f"{BOOKINGS}/{one.id}/cancel", agreed_cents="0", agreed_dots="2")
    host.post(f"{BOOKINGS}/{other.id}/cancel", agreed_cents="0", agreed_dots="2", waive="1")
    assert "The cancellation cost 2 dots." in host.says(f"{BOOKINGS}/{one.id}")
    assert "The cancellation cost nothing." in host.says(f"{BOOKINGS}/{other.id}")
    with read() as store:
        assert [store.bookings.get(each.id).fee_dots for each in (one, other)] == [2, 0]


def test_a_move_onto_another_booking_moves_nothing_and_keeps_what_was_asked(host, booked, perron, read):
    one, other = booked("13:00", 1), booked("15:00", 1)
    wanted = {"room": perron.id, "day": DAY, "from": "14:30", "until": "15:30", "agreed_cents": str(one.gross_cents)}
    answer = host.post(f"{BOOKINGS}/{one.id}/move", **wanted)
    assert answer.status_code == 409 and "Nothing was moved." in answer.text and '<option value="14:30" selected>' in answer.text
    with read() as store:
        assert store.bookings.get(one.id).starts_at == one.starts_at and store.bookings.get(other.id) == other


def test_out_of_a_room_that_was_retired_a_booking_is_moved_all_the_same(host, write, booked, perron, cast, now, read):
    one = booked("13:00", 1)
    with write() as store:
        other = let(store, cast.seinhuis, cast.marieke, now, name="Wissel")
        venues.retire_room(store, cast.seinhuis, perron.id, cast.marieke.id, now)
    assert "Perron" in host.says(ROOMS) and "This room is not let." in host.says(f"{BOOKINGS}/{one.id}/move")
    wanted = {"room": other.id, "day": DAY, "from": "13:00", "until": "14:00", "agreed_cents": "4598"}
    assert host.post(f"{BOOKINGS}/{one.id}/move", **wanted).status_code == 303
    with read() as store:
        assert store.bookings.get(one.id).room_id == other.id


def test_in_the_night_that_has_an_hour_twice_it_is_asked_which(host, booked, perron):
    one = booked("13:00", 1)
    wanted = {"room": perron.id, "day": "2026-10-25", "from": "02:30", "until": "04:00", "agreed_cents": "1"}
    assert "which of the two" in host.post(f"{BOOKINGS}/{one.id}/move", **wanted).text
    assert "The start: which" in host.post(f"{BOOKINGS}/{one.id}/move", **wanted, from_hour="second").text
    skipped = host.post(f"{BOOKINGS}/{one.id}/move", **wanted | {"day": "2026-03-29"})
    assert skipped.status_code == 422


# Deciding


def test_a_request_is_counted_and_approved_or_declined_once(host, write, cast, now, read):
    with write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now, name="Remise", approval=True)
        by = as_booker(cast.samira)
        times = (at("13:00"), at("16:00"))
        first, second = (book(store, cast.seinhuis, room, time, 1, by, now, person=cast.samira) for time in times)
    page = host.get(ROOMS).text
    assert "2 requests wait for your answer" in page and re.search(r'Rooms<span class="count">2</span>', page)
    host.post(f"{BOOKINGS}/{first.id}/decide", act="approve", back="day")
    host.post(f"{BOOKINGS}/{second.id}/decide", act="decline")
    again = host.post(f"{BOOKINGS}/{second.id}/decide", act="approve")
    assert again.status_code == 409 and "This was decided already." in again.text
    with read() as store:
        assert [store.bookings.get(one.id).status for one in (first, second)] == ["confirmed", "declined"]
    assert "Marieke booked a room" in host.says(f"{BOOKINGS}/{first.id}")


def test_on_the_day_they_are_there_and_leave_early_and_the_room_is_free_again(host, booked, clock, perron, read):
    one = booked("10:00", 3, day=12)
    assert host.post(f"{BOOKINGS}/{one.id}/decide", act="leave").status_code == 409
    assert "They are there." in host.post(f"{BOOKINGS}/{one.id}/decide", True, act="arrive").text
    clock.shift(timedelta(minutes=25))
    host.get(ROOMS)
    clock.shift(timedelta(minutes=25))
    assert "The room is free again." in host.post(f"{BOOKINGS}/{one.id}/decide", True, act="leave").text
    with read() as store:
        left = store.bookings.get(one.id)
    assert (left.left_at, left.blocked_until, left.gross_cents) == (at("10:45"), at("11:00"), one.gross_cents)
    booked("11:00", 1, when=at("10:31"))
    assert "10:00–10:45" in host.says(ROOMS)


def test_a_cancellation_says_what_it_costs_and_a_host_may_ask_nothing(host, booked, read):
    one, other = booked("13:00", 1), booked("15:00", 1)
    page = host.get(f"{BOOKINGS}/{one.id}/cancel")
    assert "100 % of the price is due" in page.text
    assert host.post(f"{BOOKINGS}/{one.id}/cancel", agreed_cents="1").status_code == 409
    host.post(f"{BOOKINGS}/{one.id}/cancel", agreed_cents=agreed_on(page))
    host.post(f"{BOOKINGS}/{other.id}/cancel", agreed_cents=agreed_on(page), waive="1")
    with read() as store:
        assert [store.bookings.get(each.id).fee_cents for each in (one, other)] == [4598, 0]
    again = host.post(f"{BOOKINGS}/{one.id}/cancel", agreed_cents="0")
    assert again.status_code == 409 and "This booking no longer stands." in again.text
    assert "The cancellation cost €45.98." in host.says(f"{BOOKINGS}/{one.id}")


def test_what_a_meeting_is_changes_and_its_price_is_asked_first(host, write, cast, now, read):
    with write() as store:
        given = {"name": "Koffie", "kind": "catering", "per": "person", "price": "2,50", "vat": "900", "stock": "9"}
        extra = rooms.add_extra(store, cast.seinhuis, given, cast.marieke.id, now)
        room = let(store, cast.seinhuis, cast.marieke, now, name="Loket", extras=(extra.id,))
        one = book(store, cast.seinhuis, room, at("13:00"), 1, as_booker(cast.marieke, host=True), now, people=2)
    path, wanted = f"{BOOKINGS}/{one.id}/change", {"title": "Lunch", "people": "4", f"extra_{extra.id}": "1"}
    asked = host.post(path, **wanted, agreed_cents=str(one.gross_cents))
    assert asked.status_code == 409 and "becomes €56.88" in asked.text and "€2.50 a person (9 left)" in words(asked.text)
    assert host.post(path, **wanted, agreed_cents=agreed_on(asked)).status_code == 303
    lists = host.says(f"{ROOMS}/day?day={DAY}")
    assert "4 × Koffie" in lists and "Lunch" in host.says(f"{BOOKINGS}/{one.id}")
    assert host.post(path, **wanted | {"people": "0"}, agreed_cents="1").status_code == 422


# Lists


def test_the_lists_of_the_day_say_what_to_set_up_and_when_to_clean(host, booked):
    booked("10:00", 1, people=6, notes="Flipover graag")
    booked("13:00", 1, people=2)
    page = host.says(f"{ROOMS}/day?day={DAY}")
    assert "10:00–11:00 Perron Woonlab Soest Flipover graag as it is 6 people" in page
    assert "11:00–13:00 Perron Woonlab Soest, 6 people 13:00, Woonlab Soest" in page
    assert "from 14:00 Perron Woonlab Soest, 2 people nothing more that day" in page
    assert "No meetings that day" in host.says(f"{ROOMS}/day?day=2026-03-13")


def test_all_bookings_are_filtered_searched_and_taken_along(host, booked, clock):
    booked("13:00", title="Raad van Toezicht")
    booked("16:00", title="=1+1")
    assert "Raad van Toezicht" in host.says(f"{BOOKINGS}?q=raad") and "Raad" not in host.says(f"{BOOKINGS}?which=past")
    assert "Nothing found" in host.says(f"{BOOKINGS}?q=zzz")
    file = host.get(f"{BOOKINGS}.csv?which=coming")
    assert file.headers["Content-Type"].startswith("text/csv") and "'=1+1" in file.text and "76.00,91.96" in file.text
    for query in ("which=all&page=-1", "q=%00", "q=" + "x" * 9999, "page=999999"):
        assert host.get(f"{BOOKINGS}?{query}").status_code == 200


def test_today_says_how_the_rooms_are_and_whom_nobody_saw(host, booked, clock, write):
    one = booked("09:45", 1, title="BHV-training")
    booked("11:00", 1)
    clock.shift(timedelta(minutes=10))
    assert "BHV-training" in host.says(f"{HOST}/today") and "expected since 09:45" in host.says(f"{HOST}/today")
    clock.shift(timedelta(minutes=15))
    assert "expected since 09:45" in host.says(f"{HOST}/today"), "no plate, so nobody could have said that they came"
    with write() as store:
        store.bookings.set(one, warned_at=at("10:10"))  # a late warning: the whole time is left
    assert "nobody seen" in host.says(f"{HOST}/today") and "is released at 10:25" in host.says(f"{HOST}/today")
    assert "free at 10:25" in host.says(f"{ROOMS}") and "nobody seen" in host.says(f"{BOOKINGS}/{one.id}")


def test_another_venues_host_finds_none_of_it(phone, cast, booked, perron):
    one, wim = booked(), phone(cast.wim)
    for path in ("rooms", "rooms/now", "rooms/week", "rooms/day", "bookings", f"bookings/{one.id}", f"bookings/{one.id}/move"):
        assert wim.get(f"{HOST}/{path}").status_code == 404
        if one.id in path:
            assert wim.get(f"/host/de-wissel/{path}").status_code == 404
    for act in ("decide", "move", "cancel", "change", "undo"):
        assert wim.post(f"/host/de-wissel/bookings/{one.id}/{act}", act="approve").status_code == 404
    wanted = form(perron, who="eva@woonlab.example", agreed_cents="1")
    assert wim.post("/host/de-wissel/bookings/new", **wanted).status_code == 404


def test_a_booking_that_was_never_finished_is_nobodys_to_change(host, write, cast, now, perron):
    with write() as store:
        held = bookings.hold(store, cast.seinhuis, perron.id, at("13:00"), at("14:00"), as_booker(cast.samira), now)
    assert "Being booked" in host.says(ROOMS) and host.get(f"{BOOKINGS}/{held.id}").status_code == 404
