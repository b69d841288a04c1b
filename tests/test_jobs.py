"""What happens by itself goes on for all others where one of them cannot be done."""

from datetime import timedelta

import pytest

from s2m import bills, jobs, letters, offers
from s2m.config import Config, keys
from s2m.domain import billing, bookings, devices
from s2m.domain.bookings import booking, releasing, waiting
from s2m.domain.errors import Refused
from tests.billing import perron, sells, supply
from tests.letting import HOUR, as_booker, book, let

MINUTE = timedelta(minutes=1)


@pytest.fixture
def config(tmp_path):
    return Config(instance=tmp_path, smtp_url="smtp://127.0.0.1:9", public_url="https://seinhuis.example")


@pytest.fixture
def poison(monkeypatch):
    """The first time that a function is called it refuses, whatever comes then works."""

    def poison(module, name):
        real, calls = getattr(module, name), []

        def refusing(*given, **more):
            calls.append(given)
            if len(calls) == 1:
                raise Refused("dots_short", available=0, dots=1)
            return real(*given, **more)

        monkeypatch.setattr(module, name, refusing)

    return poison


@pytest.fixture
def rooms(database, cast, now):
    with database.write() as store:
        return [let(store, cast.seinhuis, cast.marieke, now, name, buffer_after=0, option_hours=24) for name in ("A", "B")]


def run(name, database, config, at):
    (job,) = (job for job in jobs.JOBS if job.name == name)
    return jobs.run(job, database, config, at)


def statuses(database, those):
    with database.read() as store:
        return [store.bookings.get(one.id).status for one in those]


def mails(database, at):
    with database.read() as store:
        return [mail.recipient for mail in store.outbox.waiting(at + timedelta(days=9), most=99)]


def test_a_booking_that_cannot_be_released_keeps_no_other_room(database, cast, config, rooms, poison, now):
    start = now + HOUR
    with database.write() as store:
        those = []
        for room in rooms:
            _, code = devices.offer_pairing(store, cast.seinhuis, "plate", room.name, cast.marieke.id, now, room_id=room.id)
            plate = devices.pair(store, code, now)[0]
            those.append(book(store, cast.seinhuis, room, start, 2, as_booker(cast.samira), now, person=cast.samira))
            store.bookings.set(those[-1], warned_at=start + 15 * MINUTE)
            devices.heartbeat(store, store.devices.get(plate.id), "off", start + 30 * MINUTE)
    poison(releasing, "settle")
    assert not run("release_rooms", database, config, start + 30 * MINUTE)  # and the health page says so
    assert sorted(statuses(database, those)) == ["confirmed", "released"]
    assert run("release_rooms", database, config, start + 30 * MINUTE)
    assert statuses(database, those) == ["released", "released"]


def test_a_hold_that_cannot_be_let_go_keeps_no_other_room(database, cast, config, rooms, poison, now):
    with database.write() as store:
        by = as_booker(cast.samira)
        those = [bookings.hold(store, cast.seinhuis, room.id, now + HOUR, now + 2 * HOUR, by, now) for room in rooms]
    poison(booking, "settle")
    assert not run("expire_bookings", database, config, now + HOUR)
    assert sorted(statuses(database, those)) == ["expired", "hold"]
    assert run("expire_bookings", database, config, now + HOUR) and statuses(database, those) == ["expired", "expired"]


def test_a_letter_that_cannot_be_written_keeps_no_other_back(database, cast, config, rooms, poison, now):
    with database.write() as store:
        for room in rooms:
            book(store, cast.seinhuis, room, now + HOUR, 1, as_booker(cast.samira), now, person=cast.samira)
    poison(letters, "compose")
    assert not run("write_letters", database, config, now) and len(mails(database, now)) == 1
    assert run("write_letters", database, config, now) and len(mails(database, now)) == 2


def test_an_offer_that_cannot_be_written_keeps_no_other_back(database, cast, config, rooms, poison, now):
    start = now + timedelta(days=1)
    with database.write() as store:
        taken = [book(store, cast.seinhuis, room, start, 1, as_booker(cast.marieke, host=True), now) for room in rooms]
        for room, someone in zip(rooms, (cast.samira, cast.joost), strict=True):
            values = bookings.parse_renter({"name": someone.name, "email": someone.email})
            renter = bookings.renter_for(store, cast.noord.id, someone, values, "nl", now)
            waiting.join(store, cast.seinhuis, room.id, start, start + HOUR, 1, renter, now)
        for one in taken:
            bookings.cancel(store, cast.seinhuis, one, as_booker(cast.marieke, host=True), now, agreed_cents=None)
    poison(offers, "_mail")
    assert not run("offer_rooms", database, config, now) and len(mails(database, now)) == 1
    assert run("offer_rooms", database, config, now) and len(mails(database, now)) == 2
    assert run("offer_rooms", database, config, now) and len(mails(database, now)) == 2


def test_a_bill_that_cannot_be_set_keeps_no_other_back(database, cast, config, poison, now):
    with database.write() as store:
        sells(store, cast, now)
        room = perron(store, cast, now)
        for _ in range(2):
            billing.issue(store, cast.seinhuis, supply(store, room), now)
    poison(bills, "pdf")
    run("mail_bills", database, config, now)
    assert len(mails(database, now)) == 1
    run("mail_bills", database, config, now)
    assert len(mails(database, now)) == 2


def test_bills_without_an_address_hold_up_none_that_has_one(database, cast, config, now):
    with database.write() as store:
        sells(store, cast, now)
        room = perron(store, cast, now)
        given = supply(store, room)
        nobody = billing.Party(**{**vars(given.buyer), "email": ""})
        for _ in range(21):
            billing.issue(store, cast.seinhuis, supply(store, room, buyer=nobody), now)
        billing.issue(store, cast.seinhuis, given, now + MINUTE)
    run("mail_bills", database, config, now + MINUTE)
    assert mails(database, now) == ["rosa@huurder.example"]


def test_a_page_writes_the_letters_that_it_caused_and_no_others(database, cast, config, rooms, now):
    first, second = rooms
    with database.write() as store:
        book(store, cast.seinhuis, first, now + HOUR, 1, as_booker(cast.joost), now, person=cast.joost)
    with database.write() as store:
        mine = book(store, cast.seinhuis, second, now + HOUR, 1, as_booker(cast.samira), now, person=cast.samira)
        assert letters.write(store, config, keys(config.instance), "https://seinhuis.example", now) == 1
        assert [one.booking_id for one in store.bookings.letters()] != [mine.id]
    assert len(mails(database, now)) == 1
