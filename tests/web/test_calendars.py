"""Calendar files by their address: my bookings with their titles, a room's for its host, for everybody only when it is taken."""

import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from s2m.domain import bookings, people, rooms
from s2m.domain.calendars import Busy, Found, outside
from tests.letting import as_booker, book, let

DAY = timedelta(days=1)
# The cast's Friday, 13:00 by the clock of Het Seinhuis
ONE = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)


@pytest.fixture
def room(write, cast, now):
    with write() as store:
        return let(store, cast.seinhuis, cast.marieke, now, buffer_before=15, buffer_after=30)


@pytest.fixture
def booked(write, cast, room, now):
    """Books the room: `booked(cast.samira, hours from ONE, title)`."""

    def booked(person, after, title, **more):
        with write() as store:
            by = as_booker(person, host=True)
            start = ONE + timedelta(hours=after)
            return book(store, cast.seinhuis, room, start, 1, by, now, person=person, title=title, **more)

    return booked


def address_on(page):
    return re.search(r'<b class="code code--long" id="feed-address">http://localhost([^<]+)</b>', page.text)[1]


@pytest.fixture
def feed(phone, cast):
    """The address of a member's own feed."""

    def feed(person=cast.samira):
        made = phone(person).post("/me/calendar")
        assert made.status_code == 200
        return address_on(made)

    return feed


def events(answer):
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return {str(e["SUMMARY"]): e for e in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")}


# My own ---------------------------------------------------------------------------------------------------------------


def test_my_feed_has_my_bookings_and_no_others(client, phone, cast, room, booked, feed):
    booked(cast.samira, 0, "Kennismaking; met, Eva", people=8, notes="Koffie graag")
    booked(cast.joost, 4, "Geheim")
    found = events(client.get(feed()))
    one = found["Kennismaking; met, Eva"]
    assert set(found) == {"Kennismaking; met, Eva"}
    assert (one.start.astimezone(UTC), one["STATUS"], str(one["LOCATION"])) == (ONE, "CONFIRMED", "Perron, Het Seinhuis")
    assert str(one["DESCRIPTION"]) == "8 personen\nKoffie graag"
    page = str(one["URL"]).removeprefix("http://localhost")
    assert "Kennismaking" in phone(cast.samira).says(page)


def test_what_is_not_certain_says_so_and_what_was_cancelled_stays(client, write, cast, booked, feed, now):
    booked(cast.samira, 0, "Misschien", option=True)
    gone = booked(cast.samira, 4, "Toch niet")
    with write() as store:
        store.bookings.set(gone, status="cancelled", sequence=1, changed_at=now)
    found = events(client.get(feed()))
    assert {title: str(e["STATUS"]) for title, e in found.items()} == {"Optie: Misschien": "TENTATIVE", "Toch niet": "CANCELLED"}
    assert int(found["Toch niet"]["SEQUENCE"]) == 1


def test_a_form_that_somebody_has_open_is_no_meeting_nor_one_that_was_left(client, write, cast, room, feed, now):
    with write() as store:
        bookings.hold(store, cast.seinhuis, room.id, ONE, ONE + DAY / 24, as_booker(cast.samira), now)
    address = feed()
    assert events(client.get(address)) == {}
    with write() as store:
        bookings.expire_due(store, cast.seinhuis, now + timedelta(minutes=5))
    assert events(client.get(address)) == {}


def test_a_feed_needs_no_session_is_kept_nowhere_and_not_sent_twice(client, cast, booked, feed):
    booked(cast.samira, 0, "Kennismaking")
    address = feed()
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    booked(cast.samira, 4, "Nog een")
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_a_revoked_address_answers_like_one_that_never_was(client, phone, cast, feed):
    address, samira = feed(), phone(cast.samira)
    assert client.get(address).status_code == 200
    assert samira.post("/me/calendar/end").status_code == 303
    gone, never = client.get(address), client.get("/feeds/" + "x" * 43 + ".ics")
    assert (gone.status_code, gone.data, sorted(gone.headers)) == (404, never.data, sorted(never.headers))
    assert samira.post("/me/calendar/end").status_code == 303


def test_a_new_address_ends_the_one_before_and_is_shown_once(client, phone, cast, feed):
    first = feed()
    second = feed()
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    page = phone(cast.samira).get("/me/calendar")
    assert second not in page.text and "Make a new address" in page.text


def test_the_secret_is_kept_as_a_hash_only(write, feed):
    secret = feed().removeprefix("/feeds/").removesuffix(".ics")
    with write() as store:
        rows = store.connection.exec_driver_sql("SELECT * FROM feeds").all()
        audit = store.connection.exec_driver_sql("SELECT * FROM audit").all()
    assert secret not in f"{rows}{audit}"


def test_guessing_and_fetching_without_end_are_slowed_down(client, feed):
    answers = {client.get(f"/feeds/{n}.ics").status_code for n in range(31)}
    assert answers == {404, 429}
    address = feed()
    assert [client.get(address).status_code for _ in range(61)].count(429) == 1


def test_an_erased_member_has_no_feed(client, write, cast, feed, now):
    address = feed()
    with write() as store:
        people_ = store.people.get(cast.samira.id)
        store.erasing.erase(people_, now)
    assert client.get(address).status_code == 404


# A room's -------------------------------------------------------------------------------------------------------------


def test_a_rooms_feed_has_all_titles_for_its_host_until_they_are_none(client, phone, write, cast, room, booked, now):
    booked(cast.samira, 0, "Geheim", title_hidden=True)
    booked(cast.joost, 4, "")
    with write() as store:
        people.give_role(store, cast.joost, "host", cast.seinhuis.id, now, by=cast.marieke.id)
    address = address_on(phone(cast.joost).post(f"/host/het-seinhuis/rooms/{room.id}/calendars/feed"))
    assert set(events(client.get(address))) == {"Geheim", "Woonlab Soest"}
    with write() as store:
        store.connection.exec_driver_sql("UPDATE roles SET ended_at = 1 WHERE role = 'host'")
    assert client.get(address).status_code == 404


# For everybody --------------------------------------------------------------------------------------------------------


def test_everybody_reads_when_a_room_is_taken_and_nothing_more(client, clock, write, cast, room, booked, now):
    booked(cast.samira, 0, "Geheim plan", notes="Niet verder vertellen")
    booked(cast.joost, 4, "Misschien", option=True)
    with write() as store:
        rooms.close(store, cast.seinhuis, room.id, ONE + DAY, ONE + 2 * DAY, "Schilder", cast.marieke.id, now)
        linked = outside.link(store, cast.seinhuis, room, {"url": "https://c.example/x"}, cast.marieke.id, now)
        outside.record(store, linked, Found((Busy("hun uid", ONE + 3 * DAY, ONE + 4 * DAY),)), now)
    answer = client.get(f"/rooms/het-seinhuis/{room.id}/busy.ics")
    found = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert {str(e["SUMMARY"]) for e in found} == {"Bezet"}
    times = [(e.start.astimezone(UTC), str(e["STATUS"])) for e in found]
    assert times == [(ONE - DAY / 96, "CONFIRMED"), (ONE + 4 * DAY / 24 - DAY / 96, "TENTATIVE"), (ONE + DAY, "CONFIRMED"),
                     (ONE + 3 * DAY, "CONFIRMED")]  # fmt: skip
    assert found[0].end.astimezone(UTC) == ONE + 1.5 * DAY / 24
    for secret in ("Geheim", "Niet verder", "Samira", "Woonlab", "Schilder", "hun uid", room.id, "DESCRIPTION", "ATTENDEE"):
        assert secret not in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    same = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"/rooms/het-seinhuis/{room.id}/busy.ics", headers=same).status_code == 304


def test_the_page_of_a_room_leads_to_its_free_and_taken_times(client, write, cast, room, now):
    with write() as store:
        hosts_only = let(store, cast.seinhuis, cast.marieke, now, "Kantoor", bookable_by="hosts")
    assert f"/rooms/het-seinhuis/{room.id}/busy.ics" in client.get(f"/rooms/het-seinhuis/room/{room.id}").text
    assert "busy.ics" not in client.get(f"/rooms/het-seinhuis/room/{hosts_only.id}").text


def test_of_a_room_that_is_not_let_nobody_reads(client, write, cast, room, now):
    with write() as store:
        hosts_only = let(store, cast.seinhuis, cast.marieke, now, "Kantoor", bookable_by="hosts")
    for path in (f"het-seinhuis/{hosts_only.id}", f"de-wissel/{room.id}", "het-seinhuis/x", f"x/{room.id}"):
        assert client.get(f"/rooms/{path}/busy.ics").status_code == 404
