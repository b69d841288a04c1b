"""What a renter is written, in their language, once for each thing that happened, with the meeting for their calendar."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from s2m import letters
from s2m.config import Config, keys
from s2m.domain import bookings, guests, venues
from s2m.domain.bookings import STRANGER
from s2m.domain.errors import Refused
from s2m.domain.signin import fingerprint
from s2m.spoken import Words
from tests.letting import EVA, HOUR, as_booker, book, let

ONE = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
BASE = "https://seinhuis.example"


@pytest.fixture
def perron(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now)


@pytest.fixture
def config(tmp_path):
    return Config(instance=tmp_path, smtp_url="smtp://127.0.0.1:9", mail_from="s2m <s2m@seinhuis.example>")


@pytest.fixture
def written(store, config):
    """Writes what is due; gives the new letters."""
    seen = set()

    def written(when):
        letters.write(store, config, keys(config.instance), BASE, when)
        new = [mail for mail in store.outbox.waiting(when + timedelta(days=400)) if mail.id not in seen]
        seen.update(mail.id for mail in new)
        return new

    return written


def event_in(mail):
    ((name, type_, content),) = mail.attachments
    assert name == "invitation.ics"
    return type_, next(iter(icalendar.Calendar.from_ical(content).walk("VEVENT")))


def test_whoever_booked_gets_all_facts_once_with_the_meeting_and_a_link(store, cast, perron, now, config, written):
    venues.change_policy(store, cast.seinhuis, replace(cast.policy, seat_cost_euro=12), cast.marieke.id, now)
    booked = book(store, cast.seinhuis, perron, ONE, 2, STRANGER, now, title="Kennismaking", people=8)
    (mail,) = written(now)
    assert mail.recipient == "eva@woonlab.example"
    for fact in ("Perron, Het Seinhuis", "Kennismaking", "13:00", "15:00", "8 ", "76,00", "91,96", " 6 "):
        assert fact in mail.body, mail.body
    secret = letters.secret_of(keys(config.instance).bookings, booked)
    assert f"{BASE}/bookings/{secret}" in mail.body
    assert store.bookings.get(booked.id).secret_hash == fingerprint(secret) and len(secret) == 43
    type_, event = event_in(mail)
    assert (type_, event["UID"], event["STATUS"]) == ("text/calendar; charset=utf-8; method=REQUEST", booked.uid, "CONFIRMED")
    assert event["DTSTART"].dt == ONE and event["SUMMARY"] == "Kennismaking"
    assert written(now) == []


def test_a_member_is_led_to_their_own_page(store, cast, perron, now, written):
    booked = book(store, cast.seinhuis, perron, ONE, 2, as_booker(cast.samira), now, person=cast.samira)
    (mail,) = written(now)
    assert f"{BASE}/bookings/{booked.id}" in mail.body and store.bookings.get(booked.id).secret_hash is None


def test_who_proved_no_address_is_written_at_none(store, cast, perron, now, written):
    """A meeting, and the link for its guests, would tell a stranger where they are."""
    assert cast.thijs.email is None
    typed = EVA | {"email": "victim@elsewhere.example"}
    book(store, cast.seinhuis, perron, ONE, 2, as_booker(cast.thijs), now, person=cast.thijs, renter=typed, title="Geheim")
    assert written(now) == []


def test_a_letter_is_in_the_language_of_the_renter_though_no_request_says_so(store, cast, perron, now, written):
    booked = book(store, cast.seinhuis, perron, ONE, 2, STRANGER, now)
    renter = store.bookings.renter(booked.renter_id)
    store.bookings.set_renter(renter, language="en")
    (mail,) = written(now)
    assert mail.subject == "Booked: Perron on Thursday 12 March 2026"
    assert "2 hours: €76.00" in mail.body and "VAT 21 %: €15.96" in mail.body


def test_each_turn_of_a_booking_is_told(store, cast, now, written):
    host, room = as_booker(cast.marieke, host=True), let(store, cast.seinhuis, cast.marieke, now, "Wissel", approval=True)
    asked = book(store, cast.seinhuis, room, ONE, 1, STRANGER, now)
    other = book(store, cast.seinhuis, room, ONE + 3 * HOUR, 1, STRANGER, now)
    assert len(written(now)) == 2
    approved = bookings.approve(store, cast.seinhuis, asked.id, host, now)
    bookings.decline(store, cast.seinhuis, other.id, host, now)
    bookings.move(store, cast.seinhuis, approved, room.id, ONE + HOUR, ONE + 2 * HOUR, host, now, agreed_cents=None)
    assert sorted(letter.kind for letter in store.bookings.letters()) == ["approved", "declined", "moved"]
    events = [event_in(mail)[1] for mail in written(now)]
    assert sorted(event["STATUS"] for event in events) == ["CANCELLED", "CONFIRMED", "CONFIRMED"]
    bookings.cancel(store, cast.seinhuis, approved, host, now, agreed_cents=None)
    (mail,) = written(now)
    assert event_in(mail)[0].endswith("method=CANCEL") and "45,98" in mail.body


@pytest.mark.parametrize(("language", "says"), [("nl", "Voor je gasten:"), ("en", "For your guests:")])
def test_the_link_for_guests_stands_in_the_letters_of_what_takes_place_and_in_no_other(
    store, cast, perron, now, config, written, language, says
):  # fmt: skip
    def link_in(mail):
        found = re.findall(rf"{BASE}/meeting/(\S+)", mail.body)
        assert len(found) == mail.body.count(says) <= 1
        return found[0] if found else None

    def read(code, when):
        return guests.read(store, keys(config.instance).door, code, when).id

    option = book(store, cast.seinhuis, perron, ONE, 1, STRANGER, now, option=True, language=language)
    assert link_in(written(now)[0]) is None
    booked = bookings.conclude(store, cast.seinhuis, option, STRANGER, now)
    code = link_in(written(now)[0])
    assert read(code, ONE) == booked.id
    moved = bookings.move(store, cast.seinhuis, booked, perron.id, ONE + HOUR, ONE + 2 * HOUR, STRANGER, now, agreed_cents=None)
    assert link_in(written(now)[0]) == code and read(code, ONE + HOUR) == booked.id
    with pytest.raises(Refused, match="meeting_closed"):
        read(code, ONE)
    bookings.cancel(store, cast.seinhuis, moved, as_booker(cast.marieke, host=True), now, agreed_cents=None)
    assert link_in(written(now)[0]) is None
    with pytest.raises(Refused, match="meeting_closed"):
        read(code, ONE + HOUR)


def test_a_letter_says_how_many_dots_cancelling_kept(store, cast, now, written):
    room, by = let(store, cast.seinhuis, cast.marieke, now, "Wissel", dots_per_hour=2), as_booker(cast.samira)
    booked = book(store, cast.seinhuis, room, ONE, 2, by, now, person=cast.samira, paid_by="capital")
    store.bookings.set_renter(store.bookings.renter(booked.renter_id), language="en")
    assert "kept" not in written(now)[0].body
    bookings.cancel(store, cast.seinhuis, booked, by, now, agreed_cents=0, agreed_dots=4)
    (mail,) = written(now)
    assert "For the room: 4 dots" in mail.body and "Cancelling kept 4 dots." in mail.body


def test_a_form_that_nobody_sent_is_told_to_nobody(store, cast, perron, now, written):
    bookings.hold(store, cast.seinhuis, perron.id, ONE, ONE + HOUR, STRANGER, now)
    bookings.expire_due(store, cast.seinhuis, now + HOUR)
    assert written(now + HOUR) == []


def test_an_option_is_told_when_a_quarter_of_its_time_is_left_and_when_it_lapsed(store, cast, perron, now, written):
    far = ONE + timedelta(days=8)
    book(store, cast.seinhuis, perron, far, 1, STRANGER, now, option=True)
    assert len(written(now)) == 1
    assert bookings.warn_options(store, now + 35 * HOUR) == 0
    assert bookings.warn_options(store, now + 36 * HOUR) == 1
    assert bookings.warn_options(store, now + 37 * HOUR) == 0, "once"
    assert "14 maart" in written(now + 37 * HOUR)[0].body
    bookings.expire_due(store, cast.seinhuis, now + 48 * HOUR)
    (mail,) = written(now + 48 * HOUR)
    assert "Perron" in mail.subject


def test_what_is_long_over_is_told_to_nobody(store, cast, perron, now, written):
    book(store, cast.seinhuis, perron, ONE, 2, STRANGER, now)
    assert written(ONE + 27 * HOUR) == [] and store.bookings.letters() == []


def test_where_no_mail_goes_out_none_is_kept(store, cast, perron, now, config):
    book(store, cast.seinhuis, perron, ONE, 2, STRANGER, now, renter=EVA)
    assert letters.write(store, replace(config, smtp_url=""), keys(config.instance), BASE, now) == 0
    assert store.bookings.letters() == [] and store.outbox.waiting(now) == []


def test_without_the_key_nobody_makes_the_link_and_it_is_of_one_renter(store, cast, perron, now):
    booked = book(store, cast.seinhuis, perron, ONE, 2, STRANGER, now)
    key = "k" * 64
    others = {letters.secret_of("l" * 64, booked), letters.secret_of(key, replace(booked, renter_id="x"))}
    assert letters.secret_of(key, booked) not in others and len(others) == 2


@pytest.mark.parametrize(("language", "said"), [("nl", "€ −6,65"), ("en", "−€6.65")])
def test_what_is_taken_off_has_a_true_minus_where_its_language_puts_it(language, said):
    assert Words(language, UTC).euro(-665).replace("\N{NO-BREAK SPACE}", " ") == said
