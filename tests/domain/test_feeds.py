"""Secret addresses of feeds, and other calendars of rooms: who may, what is kept, what a bad look changes."""

from datetime import timedelta

import pytest

from s2m.domain import bookings, people, venues
from s2m.domain.calendars import Busy, Found, feeds, outside
from s2m.domain.errors import Conflict, Invalid, NotFound
from tests.letting import as_booker, book, let

HOUR = timedelta(hours=1)


@pytest.fixture
def room(store, cast, now):
    given = {"name": "Perron", "kind": "meeting", "floor": 0, "capacity": 8}
    return venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now)


@pytest.fixture
def linked(store, cast, room, now):
    return outside.link(store, cast.seinhuis, room, {"url": "https://calendar.example/x.ics"}, cast.marieke.id, now)


def busy(now, *hours):
    return tuple(Busy(f"uid {n}", now + n * HOUR, now + (n + 1) * HOUR) for n in hours)


def kept(store, room, now):
    return [tuple(span) for _, *span in store.calendars.busy([room.id], now, now + 400 * 24 * HOUR)]


# Feeds ----------------------------------------------------------------------------------------------------------------


def test_a_feed_is_opened_by_its_secret_alone(store, cast, now):
    secret = feeds.make(store, cast.samira, None, now)
    assert feeds.opened(store, secret)[1] == cast.samira
    with pytest.raises(NotFound):
        feeds.opened(store, secret[:-1])


def test_a_new_one_ends_the_one_before(store, cast, now):
    first, second = feeds.make(store, cast.samira, None, now), feeds.make(store, cast.samira, None, now)
    assert feeds.opened(store, second)
    with pytest.raises(NotFound):
        feeds.opened(store, first)


def test_a_revoked_feed_answers_like_one_that_never_was(store, cast, now):
    secret = feeds.make(store, cast.samira, None, now)
    feeds.revoke(store, cast.samira, None, now)
    with pytest.raises(NotFound):
        feeds.opened(store, secret)
    feeds.revoke(store, cast.samira, None, now)


def test_a_rooms_feed_is_another_than_ones_own_and_each_hosts_is_theirs(store, cast, room, now):
    own, hers = feeds.make(store, cast.marieke, None, now), feeds.make(store, cast.marieke, room, now)
    people.give_role(store, cast.joost, "host", cast.seinhuis.id, now, by=cast.marieke.id)
    his = feeds.make(store, cast.joost, room, now)
    assert [feeds.opened(store, secret)[2] for secret in (own, hers, his)] == [None, room, room]
    feeds.revoke(store, cast.joost, room, now)
    assert feeds.opened(store, hers)


def test_a_rooms_feed_ends_with_the_role_and_with_the_room(store, cast, room, now):
    of_another_house = feeds.make(store, cast.wim, room, now)
    with pytest.raises(NotFound):
        feeds.opened(store, of_another_house)
    hers = feeds.make(store, cast.marieke, room, now)
    venues.retire_room(store, cast.seinhuis, room.id, cast.marieke.id, now)
    with pytest.raises(NotFound):
        feeds.opened(store, hers)


# Other calendars ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "url"),
    [(" webcal://calendar.example/a.ics ", "https://calendar.example/a.ics"), ("https://c.example/?k=1%20a", "https://c.example/?k=1%20a")],
)
def test_an_address_may_be_pasted_as_programs_write_it(given, url):
    assert outside.address(given) == url


@pytest.mark.parametrize(
    "given",
    ["http://c.example/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://a@c.example/", "https://c.example:8443/",
     "https://0x7f.1/", "file:///etc/passwd", "c.example/a.ics", "https://c.example/ a", "https://c.example\\@127.0.0.1/",
     "https://c.example/é", "https://c.example:x/", "https://c.example/" + "a" * 2100, "https://", "ftp://c.example/"],
)  # fmt: skip
def test_an_address_of_anything_else_is_refused(given):
    with pytest.raises(Invalid) as error:
        outside.address(given)
    assert error.value.code == "calendar_link"


def test_without_an_address_there_is_nothing_to_link(store, cast, room, now):
    with pytest.raises(Invalid, match="empty"):
        outside.link(store, cast.seinhuis, room, {}, cast.marieke.id, now)


def test_what_was_just_linked_is_looked_at_next_and_then_each_hour(store, cast, linked, now):
    assert store.calendars.due(now, most=9) == [linked]
    outside.record(store, linked, Found(), now)
    assert store.calendars.due(now + HOUR / 2, most=9) == []
    assert len(store.calendars.due(now + HOUR, most=9)) == 1


def test_a_look_replaces_all_that_was_kept(store, room, linked, now):
    outside.record(store, linked, Found(busy(now, 1, 2)), now)
    outside.record(store, linked, Found(busy(now, 2, 5)), now)
    assert kept(store, room, now) == [(now + 2 * HOUR, now + 3 * HOUR), (now + 5 * HOUR, now + 6 * HOUR)]


def test_what_overlaps_there_is_one_time_and_what_follows_is_another(store, room, linked, now):
    found = [(1, 3), (2, 4), (4, 5), (2, 3), (7, 8)]
    look = Found(tuple(Busy(f"{n}", now + a * HOUR, now + b * HOUR) for n, (a, b) in enumerate(found)))
    outside.record(store, linked, look, now)
    assert [((a - now) / HOUR, (b - now) / HOUR) for a, b in kept(store, room, now)] == [(1, 4), (4, 5), (7, 8)]


def test_the_same_answer_again_changes_nothing(store, cast, room, linked, now):
    outside.record(store, linked, Found(busy(now, 1, 2)), now)
    store.touched.clear()
    outside.record(store, linked, Found(busy(now, 2, 1)), now)
    assert store.touched == set() and len(kept(store, room, now)) == 2


def test_a_bad_look_leaves_what_was_kept_and_is_counted(store, cast, room, linked, now):
    outside.record(store, linked, Found(busy(now, 1)), now)
    for n in range(3):
        outside.record(store, linked, Found(problem="away"), now + n * HOUR)
    calendar = store.calendars.outside_of(room.id)
    assert (calendar.failures, calendar.problem, calendar.read_at) == (3, "away", now)
    assert len(kept(store, room, now)) == 1
    assert store.calendars.failing(cast.seinhuis.id, outside.TOLD_AFTER) == ["Perron"]
    assert store.calendars.failing(cast.wissel.id, outside.TOLD_AFTER) == []
    outside.record(store, linked, Found(), now)
    assert store.calendars.failing(cast.seinhuis.id, 1) == [] and kept(store, room, now) == []


def test_an_unlinked_calendar_blocks_nothing_and_a_look_that_was_under_way_is_put_down(store, cast, room, linked, now):
    outside.record(store, linked, Found(busy(now, 1)), now)
    outside.unlink(store, cast.seinhuis, room, cast.marieke.id, now)
    outside.record(store, linked, Found(busy(now, 1)), now)
    assert kept(store, room, now) == [] and store.calendars.due(now + HOUR, most=9) == []
    outside.unlink(store, cast.seinhuis, room, cast.marieke.id, now)
    outside.look_again(store, room, now)


def test_another_calendar_takes_the_place_of_the_one_before(store, cast, room, linked, now):
    outside.record(store, linked, Found(busy(now, 1)), now)
    outside.link(store, cast.seinhuis, room, {"url": "https://other.example/y.ics"}, cast.marieke.id, now)
    assert store.calendars.outside_of(room.id).host == "other.example" and kept(store, room, now) == []


def test_a_host_need_not_wait_for_the_hour(store, room, linked, now):
    outside.record(store, linked, Found(), now)
    outside.look_again(store, room, now)
    assert len(store.calendars.due(now, most=9)) == 1


def test_a_retired_room_is_not_looked_after(store, cast, room, linked, now):
    venues.retire_room(store, cast.seinhuis, room.id, cast.marieke.id, now)
    assert store.calendars.due(now, most=9) == []


def test_what_another_calendar_has_from_us_is_not_in_our_way(now):
    theirs = Busy("x@elsewhere", now, now + HOUR)
    ours = (Busy("0198@s2m", now, now + HOUR), Busy(outside.public_uid("busy", "0198@s2m"), now, now + HOUR))
    assert outside.without_ours((*ours, theirs), {"0198@s2m"}) == (theirs,)


def test_a_list_of_periods_that_has_our_booking_from_us_is_not_in_its_way(store, cast, now):
    """An office that reads our feed and publishes only when it is busy, without names."""
    room, by = let(store, cast.seinhuis, cast.marieke, now, "Kopgevel", buffer_after=30), as_booker(cast.marieke, host=True)
    calendar = outside.link(store, cast.seinhuis, room, {"url": "https://office.example/fb.ics"}, cast.marieke.id, now)
    booked = book(store, cast.seinhuis, room, now.replace(hour=12, minute=0), 2, by, now)
    end = booked.ends_at
    echo = Busy("period-1", booked.starts_at, end), Busy("period-2", booked.starts_at, end + HOUR / 2)
    outside.record(store, calendar, Found((*echo, Busy("period-3", end + HOUR, end + 2 * HOUR))), now)
    assert kept(store, room, now) == [(end + HOUR, end + 2 * HOUR)]
    bookings.cancel(store, cast.seinhuis, booked, by, now, agreed_cents=None)
    outside.record(store, calendar, Found(echo), now + HOUR)
    assert kept(store, room, now) == []


def test_a_time_taken_elsewhere_is_closed_with_the_buffers_of_a_meeting_beside_it(store, cast, now):
    """Whatever fits between what is closed can be held, and what does not cannot."""
    perron = let(store, cast.seinhuis, cast.marieke, now, "Kopgevel", buffer_before=15, buffer_after=30)
    calendar = outside.link(store, cast.seinhuis, perron, {"url": "https://c.example/"}, cast.marieke.id, now)
    start, samira = now.replace(hour=12, minute=0), as_booker(cast.samira)
    outside.record(store, calendar, Found((Busy("x", start, start + HOUR),)), now)
    lets = [one for one in store.rooms.let(cast.seinhuis.id, now) if one[0] == perron]
    (closed,) = outside.closures(store, lets, start + HOUR, start + 2 * HOUR, "elders")
    assert (closed.starts_at, closed.ends_at, closed.reason) == (start - HOUR / 2, start + 1.25 * HOUR, "elders")
    assert outside.closures(store, lets, closed.ends_at, start + 2 * HOUR) == []
    for since, until, free in (
        (closed.starts_at - HOUR, closed.starts_at, True), (closed.ends_at, closed.ends_at + HOUR, True),
        (closed.starts_at - HOUR, closed.starts_at + HOUR / 4, False), (closed.ends_at - HOUR / 4, closed.ends_at + HOUR, False),
    ):  # fmt: skip
        try:
            held = bookings.hold(store, cast.seinhuis, perron.id, since, until, samira, now)
            store.bookings.set(held, status="expired")
            assert free
        except Conflict as error:
            assert not free and error.code == "taken_elsewhere"


def test_the_window_begins_at_midnight_and_ends_after_400_days(cast, now):
    start, end = outside.window(cast.seinhuis, now)
    assert start.hour == 0 and start <= now and end - start == timedelta(days=400)
    assert outside.window(cast.seinhuis, now, timedelta(days=30))[1] == start + timedelta(days=31)
