"""The plate beside a room and the phone before it: nobody is named, prices are shown first, nobody acts for others."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from s2m import jobs
from s2m.config import Config
from s2m.domain import bookings, codes, devices, rooms, signin, venues
from s2m.domain.bookings import STRANGER
from s2m.domain.calendars import Busy, Found, outside
from s2m.domain.rooms import RoomTerms
from s2m.domain.venues import Policy
from tests.letting import HOUR, as_booker, book, let
from tests.web.test_wall import read

MINUTE = timedelta(minutes=1)
# The cast's morning is 09:41 by the clock of Utrecht
TODAY = "/host/het-seinhuis/today"
TEN = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def room(write, cast, now):
    with write() as store:
        return let(store, cast.seinhuis, cast.marieke, now - HOUR)


@pytest.fixture
def plate(phone, write, cast, now, room):
    """A tablet beside Perron, paired by the host's code."""
    with write() as store:
        _, code = devices.offer_pairing(store, cast.seinhuis, "plate", "", cast.marieke.id, now, room_id=room.id)
    tablet = phone()
    assert tablet.post("/wall/pair", code=code).headers["Location"] == "/plate"
    return tablet


@pytest.fixture
def meeting(write, cast, room, now):
    """Samira's, from ten to twelve, with a title that is hidden, and topics."""
    with write() as store:
        return book(
            store, cast.seinhuis, room, TEN, 2, as_booker(cast.samira), now, person=cast.samira,
            title="Fusie", title_hidden=True, people=4, topics=("offertes",),
        )  # fmt: skip


@pytest.fixture
def at():
    """The clock at so many minutes after ten."""
    def at(minutes):
        return time_machine.travel(TEN + minutes * MINUTE, tick=False)

    return at


@pytest.fixture
def before(app, plate):
    """A phone that scans the code of the plate as it is now, and lands on its page."""

    def before(phone):
        found = read(re.search(r'<div class="qr.*?</div>', plate.get("/plate/now").text, re.S)[0])
        assert phone.get(found.removeprefix("http://localhost")).headers["Location"] == "/room"
        return phone.says("/room")

    return before


def stored(write, booking):
    with write() as store:
        return store.bookings.get(booking.id)


# What the tablet says ------------------------------------------------------------------------------------------------


def test_the_plate_says_what_the_room_is_and_names_nobody(plate, meeting, at):
    with at(-19):
        said = plate.says("/plate")
        assert "Perron" in plate.get("/plate").text and "Free until 10:00" in said and "Next: 10:00–12:00 booked" in said
    with at(0):
        assert "Booked until 12:00 Nobody has said that they are here. Released at 10:30" in plate.says("/plate/now")
    page = plate.get("/plate").text
    assert not [word for word in ("Samira", "Eva", "Woonlab", "Fusie", meeting.id) if word in page]


def test_a_title_that_is_not_hidden_is_shown(plate, write, cast, room, now, at):
    with write() as store:
        book(
            store, cast.seinhuis, room, TEN, 1, as_booker(cast.samira), now, person=cast.samira, title="Wijk", title_hidden=False
        )  # fmt: skip
    with at(1):
        assert "Wijk" in plate.says("/plate")


def test_it_says_how_many_seats_the_meeting_carries(plate, write, cast, meeting, at, now):
    with write() as store:
        venues.change_policy(store, cast.seinhuis, Policy(seat_cost_euro=9), cast.marieke.id, now)
    with at(1):
        assert "This meeting carries 8 free seats." in plate.says("/plate")  # 76 euro without VAT


def test_we_are_here_and_we_are_done_are_said_at_the_tablet(plate, write, meeting, at):
    with at(1):
        assert "We are here" in plate.says("/plate") and "We are done" not in plate.says("/plate")
        plate.post("/plate/here")
        assert stored(write, meeting).arrived_at == TEN + MINUTE
        assert "In use until 12:00 1 h 59 min left" in plate.says("/plate")
    with at(30):
        assert "Is your meeting over?" in plate.says("/plate/end") and stored(write, meeting).left_at is None
        plate.post("/plate/end")
        assert "Nearly free" in plate.says("/plate") and stored(write, meeting).left_at == TEN + 45 * MINUTE
        plate.post("/plate/go-on")
        assert "In use" in plate.says("/plate") and stored(write, meeting).left_at is None


def test_a_plate_of_a_room_that_is_let_no_longer_says_so(plate, write, cast, room, now):
    with write() as store:
        venues.retire_room(store, cast.seinhuis, room.id, cast.marieke.id, now)
    assert "This room is not let now" in plate.says("/plate")
    assert "This room is not let." in plate.post("/plate/here").text and plate.get("/plate/end").status_code == 302


def test_a_plate_opens_no_other_page_of_the_house(plate):
    for path in ("/wall", "/kiosk/", "/me", "/host", "/host/het-seinhuis/today"):
        answer = plate.get(path)
        assert answer.status_code == 401 or answer.headers["Location"].startswith(("/login", "/kiosk/pair", "/wall/pair")), path


def test_its_part_answers_304_until_something_changes(plate, meeting, at):
    with at(1):
        tag = plate.get("/plate/now").headers["ETag"]
        assert plate.client.get("/plate/now", headers={"If-None-Match": tag}).status_code == 304
        plate.post("/plate/here")
        assert plate.client.get("/plate/now", headers={"If-None-Match": tag}).status_code == 200


def test_a_plate_that_is_unpaired_asks_for_a_code(plate, write, cast, room, now):
    with write() as store:
        devices.revoke(store, cast.seinhuis, store.devices.plates(room.id)[0].id, cast.marieke.id, now)
    assert plate.get("/plate").headers["Location"] == "/wall/pair"


# The phone before it -------------------------------------------------------------------------------------------------


def test_an_old_code_asks_for_a_new_one_or_six_characters(app, plate, phone, write, room):
    somebody = phone()
    with write() as store:
        device = store.devices.plates(room.id)[0]
    ring = app.extensions["s2m.keys"].door
    old = codes.room_text(ring, device.id, datetime.now(UTC) - MINUTE)
    assert "Scan the new one beside the room" in somebody.says(f"/room/{old}")
    assert "This is not the code beside a room here." in somebody.says("/room/x")
    assert "Scan the new one" in somebody.post("/room", code="AAA AAA").text
    typed = codes.typed_room(ring, device.id, datetime.now(UTC))
    assert somebody.post("/room", code=f"{typed[:3]} {typed[3:].lower()}").headers["Location"] == "/room"


def test_being_near_lasts_ten_minutes(plate, phone, cast, meeting, before, at):
    samira = phone(cast.samira)
    with at(1):
        before(samira)
    with at(12):
        assert "Scan the code beside the room" in samira.says("/room")
        assert "Scan the code beside the room" in samira.post("/room/here").text


def test_the_booker_says_by_phone_that_they_came(phone, cast, write, meeting, before, at):
    with at(3):
        samira = phone(cast.samira)
        assert "This is your meeting. Released at 10:30 if nobody comes." in before(samira)
        samira.post("/room/here")
        assert stored(write, meeting).arrived_at == TEN + 3 * MINUTE
        assert "You have said that you are here." in samira.says("/room")


def test_nobody_acts_for_another_booker(phone, cast, write, meeting, before, at):
    with at(3):
        joost = phone(cast.joost)
        assert "This is your meeting." not in before(joost)
        for path, form in (("here", {}), ("end", {}), ("longer", {"offer": "15 999"}), ("invite", {"topic": "offertes"})):
            assert joost.post(f"/room/{path}", **form).status_code == 404, path
        assert stored(write, meeting).arrived_at is None and stored(write, meeting).ends_at == meeting.ends_at


def test_a_stranger_is_known_by_the_link_in_their_mail(phone, cast, write, room, before, at, now):
    with write() as store:
        secret = store.secret()
        made = book(store, cast.seinhuis, room, TEN, 1, STRANGER, now)
        store.bookings.set(made, secret_hash=signin.fingerprint(secret))
    with at(2):
        eva = phone()
        before(eva)
        assert eva.post("/room/here").status_code == 404
        assert "We are here" in eva.says(f"/bookings/{secret}")
        assert "This is your meeting." in eva.says("/room")
        eva.post("/room/here")
        assert stored(write, made).arrived_at


def test_the_page_of_a_booking_leads_to_the_plate_and_holds_the_guests_code(phone, plate, cast, write, meeting, at):
    page = f"/bookings/{meeting.id}"
    samira = phone(cast.samira)
    assert "Code for your guests" in samira.says(page) and "We are here" not in samira.says(page)
    with at(-10):
        assert "We are here" in samira.says(page)


def test_a_meeting_is_made_longer_at_the_price_on_the_button(phone, cast, write, meeting, before, at):
    with at(5):
        samira = phone(cast.samira)
        before(samira)
        samira.post("/room/here")
        page = samira.get("/room").text
        offer = re.search(r'name="offer" value="(15 [0-9 ]+)"', page)[1]
        assert "€11.50 more" in page
        assert "The price has changed meanwhile" in samira.post("/room/longer", offer="15 1").text
        assert samira.post("/room/longer", offer="; 1").status_code == 422
        samira.post("/room/longer", offer=offer)
        assert stored(write, meeting).ends_at == meeting.ends_at + 15 * MINUTE


def test_what_capital_pays_says_how_many_dots_more(phone, cast, write, room, before, now, at):
    with write() as store:
        rooms.change_terms(store, cast.seinhuis, room.id, RoomTerms(hour_cents=3800, dots_per_hour=2), cast.marieke.id, now)
        one = book(store, cast.seinhuis, room, TEN, 1, as_booker(cast.samira), now, person=cast.samira, paid_by="capital")
        bookings.arrive(store, cast.seinhuis, one.id, as_booker(cast.samira), TEN)
    with at(10):
        samira = phone(cast.samira)
        before(samira)
        page = samira.get("/room").text
        offer = re.search(r'name="offer" value="(30 [0-9 ]+)">([^<]+)<', page)
        assert offer[1] == "30 0 3" and offer[2].endswith("1 dot more")
        samira.post("/room/longer", offer=offer[1])
        assert "You have the room until 11:30" in samira.says("/room")


def test_a_free_room_is_taken_by_who_signed_in_at_the_price_shown(phone, cast, write, room, before, at):
    with at(0):
        assert "Sign in, and you see for how long" in before(phone())
        joost = phone(cast.joost)
        assert "30 min, until 10:30: €22.99" in before(joost)
        joost.post("/room/take", offer="30 2299")
        with write() as store:
            made = store.bookings.of_person(cast.joost.id, since=TEN)[0]
        assert (made.status, made.arrived_at, made.gross_cents) == ("confirmed", TEN, 2299)
        assert "This is your meeting." in joost.says("/room")
        samira = phone(cast.samira)
        before(samira)
        assert "Somebody else has this room" in samira.post("/room/take", offer="30 2299").text


def test_a_stranger_cannot_take_a_room(phone, room, before, at):
    with at(0):
        stranger = phone()
        before(stranger)
        assert stranger.post("/room/take", offer="30 2299").status_code == 401


def test_signing_in_keeps_where_the_phone_is(phone, cast, app, write, room, before, at):
    with at(0):
        joost = phone()
        before(joost)
        with write() as store:
            link = signin.make_link(store, TEN, person=cast.joost)
        joost.post(f"/login/{link}")
        assert "30 min, until 10:30" in joost.says("/room")


def test_the_house_is_asked_about_the_topics(phone, cast, write, meeting, before, at, here):
    with at(2):
        here(cast.joost, at=TEN)
        phone(cast.joost)
        samira = phone(cast.samira)
        before(samira)
        samira.post("/room/here")
        said = samira.says("/room")
        assert "offertes Somebody here knows this. Invite one for ten minutes" in said and "Joost" not in said
        samira.post("/room/invite", topic="offertes")
        joost = phone(cast.joost)
        assert "offertes" in joost.says("/me")
        asking = re.search(r"/me/asked/(\w+)", joost.get("/me").text)[1]
        joost.post(f"/me/asked/{asking}", answer="yes")
        assert "Samira" in joost.says("/me") and "Perron" in joost.says("/me")


# Guests --------------------------------------------------------------------------------------------------------------


def test_a_guest_joins_the_floor_from_the_room(phone, cast, write, meeting, before, at):
    with at(10):
        guest = phone()
        assert "I am a guest of this meeting" in before(guest)
        assert guest.post("/room/join").headers["Location"] == "/meeting"
        assert "You come for a meeting in Perron." in guest.says("/meeting")
        assert "The meeting carries your seat, until 12:30." in guest.says("/meeting")
        assert "Fill this in" in guest.post("/meeting", name="", kind="working").text
        assert guest.post("/meeting", name="Femke Bos", kind="need", need="een bakfiets").headers["Location"] == "/me"
        assert "een bakfiets" in guest.says("/me")
        with write() as store:
            visit = store.presence.open_visits(cast.seinhuis.id)[0]
        assert (visit.way, visit.booking_id, visit.hold_id, visit.visible) == ("meeting", meeting.id, None, False)


def test_the_meetings_own_code_works_in_its_time_only(phone, app, cast, meeting, at):
    address = f"/meeting/{codes.meeting_text(app.extensions['s2m.keys'].door, meeting.id)}"
    with at(-31):
        assert "This meeting is not now." in phone().get(address).text
    with at(5):
        joost = phone(cast.joost)
        assert joost.get(address).headers["Location"] == "/meeting"
        joost.post("/meeting", kind="offer", offer="offertes", visible="1")
        assert "You are checked in" in joost.says("/me")
        assert "not a code of this place" in phone().get("/meeting/x").text and "is not now" in phone().get("/meeting").text


# The host and the wall -----------------------------------------------------------------------------------------------


def test_a_host_hangs_a_plate_beside_a_room_and_sees_it(phone, cast, room):
    marieke = phone(cast.marieke)
    assert "Choose one of the options" in marieke.post("/host/het-seinhuis/devices", kind="plate").text
    there = marieke.post("/host/het-seinhuis/devices", kind="plate", room=room.id).headers["Location"]
    assert "localhost/wall/pair" in marieke.says(there)
    assert "Perron door plate beside Perron" in marieke.says("/host/het-seinhuis/devices")


def test_nobody_came_the_host_sees_it_the_renter_is_told_and_the_room_is_free(
    phone, plate, cast, write, app, meeting, at, waiting
):
    mailed = Config(instance=app.extensions["s2m.config"].instance, smtp_url="smtp://127.0.0.1:9")
    database = app.extensions["s2m.database"]

    def run(minutes):
        with at(minutes):
            plate.post("/plate/heartbeat")
            done = jobs.release_rooms(database, mailed, TEN + minutes * MINUTE)
            jobs.write_letters(database, mailed, TEN + minutes * MINUTE)
            return done

    assert run(14) == "warned 0, released 0"
    assert run(15) == "warned 1, released 0" and run(15) == "warned 0, released 0"
    with at(16):
        assert "Booked, and nobody there yet 10:00 Perron is released at 10:30" in phone(cast.marieke).says(TODAY)
    assert run(30) == "warned 0, released 1" and run(31) == "warned 0, released 0"
    with at(31):
        assert "Booked, and nobody there yet" not in phone(cast.marieke).says(TODAY)
        assert "Free until" in plate.says("/plate")
    warning, released = waiting()[-2:]
    assert (warning.recipient, warning.subject) == ("samira@seinhuis.example", "Ben je in Perron?")
    assert "Om 10:30 geven we de ruimte vrij" in warning.body and released.subject.startswith("Vrijgegeven: Perron")
    assert stored(write, meeting).gross_cents == meeting.gross_cents


def test_the_host_saw_them_come(phone, cast, write, meeting, at):
    with at(20):
        with write() as store:
            store.bookings.set(meeting, warned_at=TEN + 15 * MINUTE)
        action = re.search(r'formaction="([^"]+)" name="act" value="arrive"', phone(cast.marieke).get(TODAY).text)[1]
        assert phone(cast.wim).post(action, act="arrive", back="today").status_code == 404
        pressed = phone(cast.marieke).post(action, act="arrive", back="today")
        assert (pressed.status_code, pressed.headers["Location"]) == (303, TODAY)
        assert stored(write, meeting).arrived_at == TEN + 20 * MINUTE
        assert "nobody there yet" not in phone(cast.marieke).says(TODAY)


def test_the_wall_says_what_meetings_carry_and_when_a_room_is_free(phone, cast, write, meeting, at, now):
    with write() as store:
        venues.change_policy(store, cast.seinhuis, Policy(seat_cost_euro=9), cast.marieke.id, now)
    with at(5):
        said = phone(cast.marieke).says("/wall/het-seinhuis")
        assert "Meetings carry 8 free seats today." in said and "Perron free at 12:15" in said
    with write() as store:
        bookings.cancel(store, cast.seinhuis, meeting, bookings.Booker("x", is_host=True), now, agreed_cents=None)
    with at(5):
        assert "Meetings carry" not in phone(cast.marieke).says("/wall/het-seinhuis")


def test_the_wall_knows_of_a_meeting_in_another_calendar(phone, cast, write, room, at, now):
    given = {"url": "https://calendar.example/perron.ics"}
    with write() as store:
        linked = outside.link(store, cast.seinhuis, room, given, cast.marieke.id, now)
        outside.record(store, linked, Found((Busy("theirs", TEN, TEN + HOUR),)), now)
    with at(5):
        assert "Perron free at 11:00" in phone(cast.marieke).says("/wall/het-seinhuis")
    with at(65):
        assert "Perron free at" not in phone(cast.marieke).says("/wall/het-seinhuis")
