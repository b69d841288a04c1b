"""The host's page of a room's calendars: what is booked elsewhere blocks, and what meets a booking is shown, never silently."""

import html
from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import bookings
from s2m.domain.calendars import Busy, Found, outside
from s2m.domain.errors import Conflict
from tests.letting import as_booker, book, let

ONE = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINK = {"url": "webcal://calendar.example/geheim.ics"}


@pytest.fixture
def room(write, cast, now):
    with write() as store:
        return let(store, cast.seinhuis, cast.marieke, now, buffer_after=30)


@pytest.fixture
def path(room):
    return f"/host/het-seinhuis/rooms/{room.id}/calendars"


@pytest.fixture
def looked(write, room):
    """What a look at the linked calendar gave."""

    def looked(*busy, at, **more):
        with write() as store:
            found = Found(tuple(Busy(f"{n}", *moments) for n, moments in enumerate(busy)), **more)
            outside.record(store, store.calendars.outside_of(room.id), found, at)

    return looked


def test_a_host_links_another_calendar_of_a_room(host, path):
    assert "not yet" not in host.says(path)
    assert host.post(f"{path}/other", **LINK).status_code == 303
    said = host.says(path)
    assert "calendar.example" in said and "not yet" in said and "geheim" not in host.get(path).text


def test_an_address_that_is_none_is_refused_beside_its_field(host, path):
    answer = host.post(f"{path}/other", url="http://127.0.0.1/x.ics")
    assert answer.status_code == 422 and "begins with https:// or webcal://" in html.unescape(answer.text)
    assert 'value="http://127.0.0.1/x.ics"' in answer.text
    assert host.post(f"{path}/other", url="").status_code == 422


def test_what_was_read_and_what_went_wrong_is_told(host, path, looked, now):
    host.post(f"{path}/other", **LINK)
    looked((ONE, ONE + HOUR), at=now, skipped=2, cut=True)
    said = host.says(path)
    assert "1 time" in said and "2 entries could not be read." in said and "Only the first 2,000 times count." in said
    for _ in range(3):
        looked(at=now, problem="no_calendar")
    said = host.says(path)
    assert "It could not be read, 3 times in a row. What came is not a whole calendar. What was read before still counts." in said
    assert "The other calendar of ⁨Perron⁩ cannot be read" in html.unescape(host.get("/host/het-seinhuis/health").text)
    looked(at=now)
    assert "cannot be read" not in host.says("/host/het-seinhuis/health")


def test_every_reason_has_its_sentence():
    from s2m.web.host.calendars import PROBLEMS

    codes = {"away", "status", "private", "redirects", "address", "large", "kind", "encoding", "no_calendar", "heavy"}
    assert set(PROBLEMS) == codes


def test_what_is_taken_elsewhere_cannot_be_booked_here_until_it_is_unlinked(host, path, write, cast, room, looked, now):
    host.post(f"{path}/other", **LINK)
    looked((ONE, ONE + HOUR), at=now)
    samira = as_booker(cast.samira)
    with pytest.raises(Conflict, match="taken_elsewhere"), write() as store:
        bookings.hold(store, cast.seinhuis, room.id, ONE + HOUR / 2, ONE + 2 * HOUR, samira, now)
    with pytest.raises(Conflict, match="taken_elsewhere"), write() as store:  # the half hour after it
        bookings.hold(store, cast.seinhuis, room.id, ONE - HOUR, ONE, samira, now)
    with write() as store:
        bookings.hold(store, cast.seinhuis, room.id, ONE + HOUR, ONE + 2 * HOUR, samira, now)
    assert "can be booked again" in host.post(f"{path}/other/end", follow_redirects=True).text
    with write() as store:
        bookings.hold(store, cast.seinhuis, room.id, ONE - 2 * HOUR, ONE, samira, now)


def test_a_booking_that_stood_is_shown_beside_what_it_meets_and_counted(host, path, write, cast, room, looked, now):
    with write() as store:
        book(store, cast.seinhuis, room, ONE, 1, as_booker(cast.samira), now, person=cast.samira, title="Kennismaking")
        book(store, cast.seinhuis, room, ONE + 4 * HOUR, 1, as_booker(cast.samira), now, person=cast.samira, title="Vrij")
    host.post(f"{path}/other", **LINK)
    looked((ONE + HOUR / 2, ONE + HOUR), (ONE + HOUR, ONE + 2 * HOUR), at=now)
    said = host.says(path)
    assert "1 booking meets the other calendar" in said and "Kennismaking Fri 13 Mar, 13:00–14:00" in said
    assert "taken elsewhere: Fri 13 Mar, 13:30–14:00" in said and "14:00–15:00" not in said and "Vrij" not in said
    page = host.get("/host/het-seinhuis/rooms")
    assert "1 booking meets another calendar." in page.text and 'Rooms<span class="count">1</span>' in page.text
    assert "Perron calendar.example, last read Thu 12 Mar, 09:41 1 booking meets" in host.says("/host/het-seinhuis/calendars")
    looked(at=now)
    assert "meets" not in host.says(path) and 'Rooms<span' not in host.get("/host/het-seinhuis/rooms").text


def test_our_own_feed_read_back_is_in_no_bookings_way(host, path, write, cast, room, now):
    with write() as store:
        one = book(store, cast.seinhuis, room, ONE, 1, as_booker(cast.samira), now, person=cast.samira)
    host.post(f"{path}/other", **LINK)
    with write() as store:
        back = (Busy(one.uid, ONE, ONE + HOUR), Busy(outside.public_uid("busy", one.uid), ONE, ONE + 2 * HOUR))
        outside.record(store, store.calendars.outside_of(room.id), Found(back), now)
    assert "meets" not in host.says(path)


def test_a_host_need_not_wait_for_the_hour(host, path, write, looked, now):
    host.post(f"{path}/other", **LINK)
    looked(at=now)
    assert "within a minute" in host.post(f"{path}/other/look", follow_redirects=True).text
    with write() as store:
        assert len(store.calendars.due(now, most=9)) == 1


def test_all_meeting_rooms_stand_in_one_list(host, phone, cast, write, path, looked, now):
    with write() as store:
        let(store, cast.seinhuis, cast.marieke, now, "Kantoor")
    host.post(f"{path}/other", **LINK)
    said = host.says("/host/het-seinhuis/calendars")
    assert "Kantoor no other calendar" in said and "Perron calendar.example, not read yet" in said
    looked(at=now, problem="away")
    assert "cannot be read" in host.says("/host/het-seinhuis/calendars")
    assert "No meeting rooms yet" in phone(cast.wim).says("/host/de-wissel/calendars")


def test_the_public_address_stands_there_once_the_room_is_let(host, path, write, cast, room, now):
    assert f"http://localhost/rooms/het-seinhuis/{room.id}/busy.ics" in host.get(path).text
    with write() as store:
        hidden = let(store, cast.seinhuis, cast.marieke, now, "Kantoor", bookable_by="hosts")
    said = host.says(f"/host/het-seinhuis/rooms/{hidden.id}/calendars")
    assert "while only hosts can book" in said and "busy.ics" not in said


def test_who_linked_and_unlinked_stands_in_the_trail(host, path):
    host.post(f"{path}/other", **LINK)
    host.post(f"{path}/other/end")
    host.post(f"{path}/feed")
    host.post(f"{path}/feed/end")
    said = host.says("/host/het-seinhuis/health")
    for words in ("linked another calendar", "unlinked another calendar", "made an address", "ended an address"):
        assert words in said
