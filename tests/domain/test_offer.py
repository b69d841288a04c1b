"""What can be had of a room besides its terms: closed times, public holidays, extras of the house, and pictures."""

from datetime import UTC, date, datetime

import pytest

from s2m.domain import rooms, venues
from s2m.domain.errors import Conflict, Invalid, NotFound
from s2m.domain.rooms import RoomTerms
from s2m.domain.rooms.offer import hours_of
from tests.letting import HOUR, as_booker, book, let

COFFEE = {"name": "Koffie en thee", "kind": "catering", "price": "2,50", "per": "person", "vat": "900"}
CLOSED = {"from_day": "2026-03-13", "from": "08:00", "until_day": "2026-03-14", "until": "12:00"}


@pytest.fixture
def perron(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now)


@pytest.fixture
def coffee(store, cast, now):
    return rooms.add_extra(store, cast.seinhuis, COFFEE, cast.marieke.id, now)


# Closed times -----------------------------------------------------------------------------------------------------


def test_a_closed_time_is_read_by_the_clock_of_the_venue(cast, now):
    start, end = rooms.parse_closure(cast.seinhuis, CLOSED, now)
    assert (start, end) == (datetime(2026, 3, 13, 7, tzinfo=UTC), datetime(2026, 3, 14, 11, tzinfo=UTC))


def test_of_an_hour_that_comes_twice_all_is_closed(cast, now):
    night = {"from_day": "2026-10-25", "from": "02:30", "until_day": "2026-10-25", "until": "02:45"}
    start, end = rooms.parse_closure(cast.seinhuis, night, now)
    assert (start, end) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 45, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"from_day": "13 maart"}, "from_day", "day_shape"), ({"until": "25:00"}, "until", "clock_shape"),
        ({"until_day": "2026-03-13", "until": "08:00"}, "until", "until_before"),
        ({"until_day": "2026-02-01"}, "until", "until_before"), ({"until_day": "9000-01-01"}, "until_day", "closure_far"),
        ({"from_day": "2026-03-01", "until_day": "2026-03-02"}, "until_day", "booking_past"),
        ({"from_day": "2026-03-29", "from": "02:30", "until_day": "2026-04-01"}, "from", "clock_skipped"),
    ],
)  # fmt: skip
def test_a_closed_time_that_makes_no_sense_is_refused(cast, now, wrong, field, code):
    with pytest.raises(Invalid, match=code) as caught:
        rooms.parse_closure(cast.seinhuis, CLOSED | wrong, now)
    assert caught.value.data["field"] == field


def test_while_a_room_is_closed_nobody_books_and_what_is_booked_stands(store, cast, perron, now):
    samira, venue = as_booker(cast.samira), cast.seinhuis
    booked = book(store, venue, perron, now + 2 * HOUR, 1, samira, now)
    closure = rooms.close(store, venue, perron.id, now + HOUR, now + 5 * HOUR, "vloer", cast.marieke.id, now)
    with pytest.raises(Conflict, match="room_closed"):
        book(store, venue, perron, now + 4 * HOUR, 1, samira, now)
    assert store.bookings.get(booked.id).status == "confirmed"
    with pytest.raises(NotFound):
        rooms.reopen(store, cast.elders, closure.id, cast.olga.id, now)
    assert rooms.reopen(store, venue, closure.id, cast.marieke.id, now) == perron
    book(store, venue, perron, now + 4 * HOUR, 1, samira, now)
    with pytest.raises(NotFound):
        rooms.reopen(store, venue, closure.id, cast.marieke.id, now)


def test_only_a_meeting_room_of_this_venue_is_closed(store, cast, perron, now):
    quiet = venues.add_room(
        store, cast.seinhuis, {"name": "Stil", "kind": "quiet", "floor": "0", "capacity": "4"}, cast.marieke.id, now
    )
    for venue, room in ((cast.seinhuis, quiet), (cast.elders, perron)):
        with pytest.raises(NotFound):
            rooms.close(store, venue, room.id, now, now + HOUR, "vloer", cast.marieke.id, now)


# Public holidays --------------------------------------------------------------------------------------------------


def test_the_public_holidays_of_a_year_are_named_in_both_languages():
    dutch, english = (dict(rooms.holidays_of(2026, language)) for language in ("nl", "en"))
    assert (dutch[date(2026, 4, 27)], english[date(2026, 4, 27)]) == ("Koningsdag", "King's Day")
    assert list(dutch) == sorted(dutch)
    assert [rooms.holiday(date(2026, 4, day)) for day in (27, 28)] == ["Koningsdag", ""]


def test_a_room_is_open_on_a_holiday_if_its_terms_say_so_and_its_hours_allow_it(cast):
    kings_day, whit_sunday, usual = date(2026, 4, 27), date(2026, 5, 24), date(2026, 4, 28)
    closed, always = RoomTerms(), RoomTerms(open_on_holidays=True)
    assert [bool(rooms.open_on(cast.seinhuis, terms, kings_day)) for terms in (closed, always)] == [False, True]
    assert [bool(rooms.open_on(cast.seinhuis, terms, usual)) for terms in (closed, always)] == [True, True]
    mondays = RoomTerms(open_on_holidays=True, hours={"mon": ["09:00", "12:00"]})
    assert [bool(rooms.open_on(cast.seinhuis, mondays, day)) for day in (kings_day, whit_sunday, usual)] == [True, False, False]
    assert hours_of(cast.seinhuis, mondays).opening_hours == {"mon": ["09:00", "12:00"]}


# Extras -----------------------------------------------------------------------------------------------------------


def test_an_extra_is_offered_in_all_rooms_counted_and_retired(store, cast, perron, coffee, now):
    venue, by = cast.seinhuis, cast.marieke.id
    wissel = let(store, venue, cast.marieke, now, "Wissel", 4)
    assert rooms.offer_everywhere(store, venue, coffee, by, now + HOUR) == 2
    for room in (perron, wissel):
        assert rooms.terms_of(store, room, now + HOUR).extras == (coffee.id,)
    assert rooms.change_stock(store, venue, coffee.id, "3", by, now).stock == 3
    assert [extra.stock for extra in store.rooms.extras(venue.id)] == [3]
    assert rooms.change_stock(store, venue, coffee.id, "", by, now).stock is None
    rooms.retire_extra(store, venue, coffee.id, by, now)
    assert store.rooms.extras(venue.id) == []
    with pytest.raises(NotFound):
        rooms.change_stock(store, venue, coffee.id, "3", by, now)


def test_an_extra_is_another_venues_to_change_as_one_that_never_was(store, cast, coffee, now):
    for act in (rooms.retire_extra, lambda *given: rooms.change_stock(*given[:3], "1", *given[3:])):
        with pytest.raises(NotFound):
            act(store, cast.elders, coffee.id, cast.olga.id, now)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"kind": "x"}, "kind"), ({"per": "x"}, "per"), ({"vat": "600"}, "vat"), ({"price": "2,5"}, "price"),
     ({"stock": "-1"}, "stock"), ({"stock": "99999"}, "stock")],
)  # fmt: skip
def test_an_extra_that_cannot_be_is_refused_beside_its_field(store, cast, now, wrong, field):
    with pytest.raises(Invalid) as caught:
        rooms.add_extra(store, cast.seinhuis, COFFEE | wrong, cast.marieke.id, now)
    assert caught.value.data["field"] == field and store.rooms.extras(cast.seinhuis.id) == []


def test_two_extras_of_one_name_are_refused(store, cast, coffee, now):
    with pytest.raises(Conflict, match="extra_exists"):
        rooms.add_extra(store, cast.seinhuis, COFFEE | {"name": "KOFFIE en thee"}, cast.marieke.id, now)


# Pictures ---------------------------------------------------------------------------------------------------------


def added(store, cast, room, words, now):
    return rooms.add_picture(store, cast.seinhuis, room.id, words, words.encode(), (1600, 900), cast.marieke.id, now)


def test_pictures_are_kept_in_the_order_that_a_host_chose(store, cast, perron, now):
    one, two, three = (added(store, cast, perron, words, now) for words in ("tafel", "raam", "deur"))
    rooms.move_picture_up(store, cast.seinhuis, three.id, cast.marieke.id, now)
    rooms.move_picture_up(store, cast.seinhuis, one.id, cast.marieke.id, now)
    assert [p.alt for p in store.rooms.pictures(perron.id)] == ["tafel", "deur", "raam"]
    rooms.remove_picture(store, cast.seinhuis, one.id, cast.marieke.id, now)
    rooms.describe_picture(store, cast.seinhuis, two.id, "het raam", cast.marieke.id, now)
    assert [p.alt for p in store.rooms.pictures_of([perron.id])[perron.id]] == ["deur", "het raam"]
    assert store.rooms.picture_content(two.id) == b"raam" and store.rooms.picture(one.id) is None


def test_a_room_has_six_pictures_at_most_each_with_words(store, cast, perron, now):
    for n in range(6):
        added(store, cast, perron, f"beeld {n}", now)
    with pytest.raises(Conflict, match="many_pictures"):
        added(store, cast, perron, "te veel", now)
    with pytest.raises(Invalid, match="empty"):
        rooms.describe_picture(store, cast.seinhuis, store.rooms.pictures(perron.id)[0].id, " ", cast.marieke.id, now)
    with pytest.raises(Invalid, match="empty"):
        added(store, cast, let(store, cast.seinhuis, cast.marieke, now, "Wissel"), "", now)


def test_a_picture_is_another_venues_to_change_as_one_that_never_was(store, cast, perron, now):
    picture, by = added(store, cast, perron, "tafel", now), cast.olga.id
    for picture_id in (picture.id, "nothing"):
        for act in (rooms.move_picture_up, rooms.remove_picture):
            with pytest.raises(NotFound):
                act(store, cast.elders, picture_id, by, now)
        with pytest.raises(NotFound):
            rooms.describe_picture(store, cast.elders, picture_id, "x", by, now)


def test_strangers_see_what_they_may_book(perron):
    assert rooms.shown_to_anyone(perron, RoomTerms())
    assert not rooms.shown_to_anyone(perron, None) and not rooms.shown_to_anyone(perron, RoomTerms(bookable_by="members"))


def test_what_terms_come_to_is_told_for_an_open_day_and_a_quiet_time(cast, now):
    quiet = {"fri": ["10:00", "18:00"]}
    terms = RoomTerms(hour_cents=4000, day_cents=24000, member_percent=10, off_peak_percent=50, off_peak=quiet, deposit_cents=9)
    found = {one.what: one for one in rooms.samples(terms, cast.seinhuis, now)}
    assert set(found) == {"two_hours", "off_peak", "half_day", "day"}
    two, off = found["two_hours"], found["off_peak"]
    assert (two.stranger.net_cents, two.stranger.gross_cents, two.member.net_cents) == (8000, 9680, 7200)
    assert (off.stranger.net_cents, off.start.astimezone(cast.seinhuis.zone).hour) == (4000, 10)
    assert two.start.astimezone(cast.seinhuis.zone).weekday() == 0 and found["day"].stranger.net_cents == 24000
    never_open = rooms.samples(RoomTerms(hour_cents=1, hours={}), cast.seinhuis, now)
    assert [one.what for one in never_open] == ["two_hours", "half_day", "day"]
