"""Who waits for a room is offered it once it is free: the first in line, one at a time, held for them until they answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from s2m import jobs
from s2m.domain import bookings, rooms
from s2m.domain.bookings import waiting
from s2m.domain.calendars import Busy, Found, outside
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from tests.letting import EVA, HOUR, as_booker, book, let

# The cast's Thursday a week later, 13:00 by the clock of Het Seinhuis
ONE = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def perron(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now, tiers=())


@pytest.fixture
def taken(store, cast, perron, marieke, now):
    """Perron is booked from 13:00 to 15:00."""
    return book(store, cast.seinhuis, perron, ONE, 2, marieke, now, renter=EVA)


@pytest.fixture
def join(store, cast, perron, taken, now):
    moments = (now + n * timedelta(milliseconds=1) for n in count())

    def join(person=None, at=None, start=ONE, hours=1, people=1, room=perron, secret_hash=None):
        at = at or next(moments)
        values = bookings.parse_renter({"name": "Eva", "email": f"{person.id[-8:] if person else 'eva'}@woonlab.example"})
        renter = bookings.renter_for(store, cast.noord.id, person, values, "nl", at)
        room_id = room.id if room else None
        return waiting.join(
            store, cast.seinhuis, room_id, start, start + hours * HOUR, people, renter, at, secret_hash=secret_hash
        )

    return join


@pytest.fixture
def free(store, cast, taken, marieke):
    """Perron is free again."""
    return lambda at: bookings.cancel(store, cast.seinhuis, taken, marieke, at, agreed_cents=None)


def seen(store, wait):
    return store.waits.get(wait.id)


def states(store, *waits):
    return [seen(store, wait).state for wait in waits]


def test_the_first_in_line_is_offered_it_and_it_is_held_for_them(store, cast, perron, join, free, now):
    first, second = join(cast.samira), join(cast.joost, now + MINUTE)
    free(now + HOUR)
    assert states(store, first, second) == ["offered", "waiting"]
    offered = seen(store, first)
    held = store.bookings.get(offered.offered_booking_id)
    assert (held.status, held.person_id, held.starts_at, held.room_id) == ("hold", cast.samira.id, ONE, perron.id)
    assert held.expires_at == offered.offer_until == now + 3 * HOUR
    with pytest.raises(Conflict, match="taken"):
        bookings.hold(store, cast.seinhuis, perron.id, ONE, ONE + HOUR, as_booker(cast.thijs), now + HOUR)


def test_yes_leads_to_the_booking_and_no_to_the_next_in_line(store, cast, join, free, now):
    first, second, third = join(cast.samira), join(cast.joost), join(cast.wim)
    free(now)
    assert waiting.decline(store, cast.seinhuis, seen(store, first), now).state == "declined"
    assert states(store, first, second, third) == ["declined", "offered", "waiting"]
    held = waiting.accept(store, cast.seinhuis, seen(store, second), now)
    assert waiting.accept(store, cast.seinhuis, seen(store, second), now) == held
    assert [one.id for one in store.waits.listed(cast.joost.id)] == [second.id] and store.waits.of_person(cast.joost.id) == []
    renter = store.bookings.renter(second.renter_id)
    who, details = as_booker(cast.joost), bookings.Details()
    bookings.fill_in(store, cast.seinhuis, held, details, renter, who, now, agreed_cents=4598)
    assert bookings.conclude(store, cast.seinhuis, held, who, now).status == "confirmed"
    assert states(store, second, third) == ["taken", "waiting"] and store.waits.listed(cast.joost.id) == []
    for act in (waiting.accept, waiting.decline):
        with pytest.raises(Conflict, match="offer_over"):
            act(store, cast.seinhuis, seen(store, second), now)


def test_who_does_not_answer_in_time_makes_way_by_the_job_that_lets_go_of_holds(store, cast, join, free, now):
    first, second = join(cast.samira), join(cast.joost)
    free(now)
    late = now + 2 * HOUR
    with pytest.raises(Conflict, match="offer_over"):
        waiting.accept(store, cast.seinhuis, seen(store, first), late)
    assert bookings.expire_due(store, cast.seinhuis, late) == 1
    assert states(store, first, second) == ["lapsed", "offered"]
    assert bookings.expire_due(store, cast.seinhuis, late) == 0


def test_who_said_yes_and_filled_nothing_in_makes_way_as_well(store, cast, join, free, now):
    first, second = join(cast.samira), join(cast.joost)
    free(now)
    held = waiting.accept(store, cast.seinhuis, seen(store, first), now + 2 * HOUR - MINUTE)
    assert held.expires_at == now + 2 * HOUR + 4 * MINUTE
    for minute in range(1, 5):  # yes again leads to the form, and keeps nothing any longer
        again = waiting.accept(store, cast.seinhuis, seen(store, first), now + 2 * HOUR - MINUTE + minute * MINUTE)
        assert again.expires_at == held.expires_at
    with pytest.raises(Conflict, match="offer_over"):
        waiting.accept(store, cast.seinhuis, seen(store, first), held.expires_at)
    bookings.expire_due(store, cast.seinhuis, held.expires_at)
    assert states(store, first, second) == ["lapsed", "offered"]


@pytest.mark.parametrize(
    ("at", "start", "until"),
    [("10:00", "+14:00", "12:00"), ("19:59", "+14:00", "21:59"), ("20:00", "+14:00", "+09:00"), ("23:30", "+14:00", "+09:00"),
     ("05:00", "14:00", "09:00"), ("07:00", "14:00", "09:00"), ("10:00", "12:00", "11:00"), ("23:30", "+08:00", "+07:00"),
     ("10:00", "11:10", "10:15"), ("10:00", "10:00", "10:15")],
)  # fmt: skip
def test_an_offer_stands_two_hours_and_nobody_answers_at_night(cast, at, start, until):
    def local(clock):
        day = datetime(2026, 3, 12 + clock.startswith("+"), tzinfo=cast.seinhuis.zone)
        hours, minutes = clock.lstrip("+").split(":")
        return day.replace(hour=int(hours), minute=int(minutes)).astimezone(UTC)

    assert waiting.answer_until(cast.seinhuis, local(start), local(at)) == local(until)


def test_only_whom_it_fits_is_offered_it(store, cast, perron, join, taken, marieke, now):
    long, short, next_day = join(cast.samira, hours=3), join(cast.joost, start=ONE + HOUR), None
    book(store, cast.seinhuis, perron, ONE + 2.5 * HOUR, 1, marieke, now)
    bookings.move(store, cast.seinhuis, taken, perron.id, ONE - HOUR, ONE + HOUR / 2, marieke, now, agreed_cents=None)
    assert states(store, long, short) == ["waiting", "offered"] and next_day is None


def test_any_room_means_whichever_is_free_first_and_large_enough(store, cast, perron, taken, join, free, marieke, now):
    small = let(store, cast.seinhuis, cast.marieke, now, "Loket", 2)
    there = book(store, cast.seinhuis, small, ONE, 1, marieke, now)
    alone, eight = join(cast.samira, room=None), join(cast.joost, room=None, people=8)
    bookings.cancel(store, cast.seinhuis, there, marieke, now, agreed_cents=None)
    assert states(store, alone, eight) == ["offered", "waiting"]
    free(now)
    assert store.bookings.get(seen(store, eight).offered_booking_id).room_id == perron.id


def test_of_a_room_that_nobody_came_to_the_rest_is_offered(store, cast, taken, join, marieke, now):
    wait = join(cast.samira, hours=2)
    at = ONE + 31 * MINUTE
    bookings.settle(store, cast.seinhuis, taken, marieke, at, status="released", ended_at=at)
    held = store.bookings.get(seen(store, wait).offered_booking_id)
    assert (held.starts_at, held.ends_at, held.expires_at) == (ONE + HOUR / 2, ONE + 2 * HOUR, at + 15 * MINUTE)


def test_what_the_cleaning_needs_is_not_offered(store, cast, taken, join, now):
    wait = join(cast.samira, hours=2)
    at = ONE + 35 * MINUTE
    left = store.bookings.set(taken, left_at=at, blocked_until=at + 20 * MINUTE)
    waiting.follow(store, cast.seinhuis, taken, left, at)
    held = store.bookings.get(seen(store, wait).offered_booking_id)
    assert (held.starts_at, held.ends_at) == (ONE + HOUR, ONE + 2 * HOUR)


def test_a_closed_room_is_offered_to_nobody_until_it_is_open_again(store, cast, perron, join, free, now):
    wait = join(cast.samira)
    closure = rooms.close(store, cast.seinhuis, perron.id, ONE - DAY, ONE + DAY, "verf", cast.marieke.id, now)
    free(now)
    assert states(store, wait) == ["waiting"]
    rooms.reopen(store, cast.seinhuis, closure.id, cast.marieke.id, now)
    assert states(store, wait) == ["offered"]


def test_an_offer_ends_when_the_room_is_closed_and_comes_again_when_it_opens(store, cast, perron, join, free, now):
    first, second = join(cast.samira), join(cast.joost, room=None)
    free(now)
    assert states(store, first, second) == ["offered", "waiting"]
    closure = rooms.close(store, cast.seinhuis, perron.id, ONE - DAY, ONE + HOUR / 2, "verf", cast.marieke.id, now)
    assert states(store, first, second) == ["waiting", "waiting"] and seen(store, first).offered_booking_id is None
    assert store.bookings.between(cast.seinhuis.id, ONE, ONE + HOUR) == []
    rooms.reopen(store, cast.seinhuis, closure.id, cast.marieke.id, now)
    assert states(store, first, second) == ["offered", "waiting"]
    let(store, cast.seinhuis, cast.marieke, now, "Remise", 40)
    rooms.close(store, cast.seinhuis, perron.id, ONE + HOUR, ONE + DAY, "verf", cast.marieke.id, now)
    assert states(store, first, second) == ["offered", "waiting"]


def test_between_yes_and_booked_a_room_may_be_closed_or_taken_elsewhere(store, cast, perron, join, free, now):
    wait = join(cast.samira)
    free(now)
    calendar = outside.link(store, cast.seinhuis, perron, {"url": "https://c.example/"}, cast.marieke.id, now)
    outside.record(store, calendar, Found((Busy("x", ONE, ONE + HOUR),)), now)
    with pytest.raises(Conflict, match="taken_elsewhere"):
        waiting.accept(store, cast.seinhuis, seen(store, wait), now)
    outside.record(store, calendar, Found(), now)
    held = waiting.accept(store, cast.seinhuis, seen(store, wait), now)
    closure = rooms.close(store, cast.seinhuis, perron.id, ONE, ONE + DAY, "verf", cast.marieke.id, now)
    renter, who = store.bookings.renter(wait.renter_id), as_booker(cast.samira)

    def fill_in():
        return bookings.fill_in(store, cast.seinhuis, held, bookings.Details(), renter, who, now, agreed_cents=4598)

    with pytest.raises(Conflict, match="room_closed") as caught:
        fill_in()
    assert caught.value.data == {"reason": "verf"}
    with pytest.raises(Conflict, match="room_closed"):
        waiting.accept(store, cast.seinhuis, seen(store, wait), now)
    rooms.reopen(store, cast.seinhuis, closure.id, cast.marieke.id, now)
    filled = fill_in()
    closure = rooms.close(store, cast.seinhuis, perron.id, ONE, ONE + DAY, "verf", cast.marieke.id, now)
    with pytest.raises(Conflict, match="room_closed"):
        bookings.conclude(store, cast.seinhuis, filled, who, now)
    rooms.reopen(store, cast.seinhuis, closure.id, cast.marieke.id, now)
    assert bookings.conclude(store, cast.seinhuis, filled, who, now).status == "confirmed"


@pytest.fixture
def elsewhere(store, cast, perron, taken, marieke, now):
    """Another calendar of Perron has the time, and nothing here does."""
    calendar = outside.link(store, cast.seinhuis, perron, {"url": "https://c.example/x.ics"}, cast.marieke.id, now)
    outside.record(store, calendar, Found((Busy("x", ONE, ONE + 2 * HOUR),)), now)
    bookings.cancel(store, cast.seinhuis, taken, marieke, now, agreed_cents=None)
    return calendar


def test_what_another_calendar_gives_free_is_offered(store, cast, elsewhere, join, now):
    first, second = join(cast.samira), join(cast.joost)
    for look in (Found((Busy("x", ONE, ONE + 2 * HOUR),)), Found(problem="away")):
        outside.record(store, elsewhere, look, now)
    assert states(store, first, second) == ["waiting", "waiting"]
    outside.record(store, elsewhere, Found((Busy("x", ONE + 1.5 * HOUR, ONE + 2 * HOUR),)), now)
    assert states(store, first, second) == ["offered", "waiting"]


def test_what_a_calendar_kept_is_offered_once_it_is_unlinked(store, cast, perron, elsewhere, join, now):
    wait = join(cast.samira)
    outside.unlink(store, cast.seinhuis, perron, cast.marieke.id, now)
    assert states(store, wait) == ["offered"]


def test_what_a_calendar_kept_is_offered_once_the_next_was_read_without_it(store, cast, perron, elsewhere, join, now):
    wait = join(cast.samira)
    other = outside.link(store, cast.seinhuis, perron, {"url": "https://c.example/y.ics"}, cast.marieke.id, now)
    assert states(store, wait) == ["waiting"]
    outside.record(store, other, Found(), now)
    assert states(store, wait) == ["offered"]


def test_a_stranger_stands_in_line_from_when_they_asked_once_their_mail_is_proved(store, cast, join, free, now):
    stranger, member = join(secret_hash="s"), join(cast.samira, now + MINUTE)
    assert stranger.state == "unproven" and store.waits.by_secret("s") == stranger
    proved = waiting.prove(store, cast.seinhuis, stranger, now + HOUR)
    assert (proved.state, proved.created_at) == ("waiting", now)
    assert waiting.prove(store, cast.seinhuis, stranger, now + HOUR) == proved
    unproven = join(secret_hash="t")
    free(now + HOUR)
    assert states(store, stranger, member, unproven) == ["offered", "waiting", "unproven"]
    held = waiting.accept(store, cast.seinhuis, stranger, now + HOUR)
    assert held.status == "hold" and held.person_id is None


def test_a_stranger_stands_in_a_line_once_and_learns_it_only_by_the_link(store, cast, join, free, now):
    asked = [join() for _ in range(3)]
    waiting.prove(store, cast.seinhuis, asked[0], now)
    for one in asked[1:]:
        with pytest.raises(Conflict, match="waits_already"):
            waiting.prove(store, cast.seinhuis, one, now)
    free(now)
    assert states(store, *asked) == ["offered", "unproven", "unproven"]
    waiting.decline(store, cast.seinhuis, seen(store, asked[0]), now + HOUR)
    with pytest.raises(Conflict, match="free_now"):  # else each link that they kept ready would hold it for another two hours
        waiting.prove(store, cast.seinhuis, asked[1], now + HOUR)
    assert store.bookings.between(cast.seinhuis.id, ONE, ONE + HOUR) == []


def test_nobody_waits_for_what_is_free_closed_or_too_small(store, cast, perron, join, now):
    with pytest.raises(Conflict, match="free_now"):
        join(cast.samira, start=ONE + 3 * HOUR)
    with pytest.raises(Conflict, match="free_now"):
        let(store, cast.seinhuis, cast.marieke, now, "Loket", 2)
        join(cast.samira, room=None)
    with pytest.raises(Invalid, match="closed_day"):
        join(cast.samira, start=ONE + 2 * DAY)
    with pytest.raises(Invalid, match="too_many_people"):
        join(cast.samira, people=21)
    with pytest.raises(Invalid, match="too_small"):
        join(cast.samira, people=0)
    with pytest.raises(NotFound):
        join(cast.samira, room=replace(perron, id="x"))
    join(cast.samira)
    with pytest.raises(Conflict, match="waits_already"):
        join(cast.samira)


def test_what_is_only_being_filled_in_is_waited_for_by_nobody(store, cast, perron, join, now):
    """Else a stranger with two browsers lets go of five minutes in the one, and has hours in the other, again and again."""
    day = ONE + DAY
    for who in (as_booker(cast.samira), bookings.STRANGER):
        held = bookings.hold(store, cast.seinhuis, perron.id, day, day + HOUR, who, now)
        for person, room in ((cast.samira, perron), (cast.joost, perron), (None, perron), (cast.wim, None)):
            with pytest.raises(Conflict, match="held_now") as caught:
                join(person, start=day, room=room)
            assert caught.value.data == {"until": held.expires_at}
        bookings.let_go(store, cast.seinhuis, held, now)
        assert store.bookings.between(cast.seinhuis.id, day, day + HOUR) == []
    bookings.hold(store, cast.seinhuis, perron.id, ONE - 2 * HOUR, ONE - HOUR, as_booker(cast.samira), now)
    assert join(cast.samira, start=ONE - 2 * HOUR, hours=3).state == "waiting"  # behind it stands a meeting


def test_what_is_over_keeps_nobody_out_before_the_job_comes_by(store, cast, perron, join, free, now):
    """Neither a form that was left nor an offer without an answer: nobody reads that it is kept until a moment ago."""
    day, over = ONE + DAY, now + 5 * MINUTE
    bookings.hold(store, cast.seinhuis, perron.id, day, day + HOUR, as_booker(cast.joost), now)
    for at, code in ((over - MINUTE, "held_now"), (over, "free_now")):
        with pytest.raises(Conflict, match=code):
            join(cast.samira, at, start=day)
    first, stranger = join(cast.samira), join(secret_hash="s")
    waiting.prove(store, cast.seinhuis, stranger, now)
    again = join(secret_hash="t")
    free(now)
    waiting.decline(store, cast.seinhuis, seen(store, first), now)
    with pytest.raises(Conflict, match="waits_already"):
        waiting.prove(store, cast.seinhuis, again, now + 2 * HOUR - MINUTE)
    with pytest.raises(Conflict, match="free_now"):
        waiting.prove(store, cast.seinhuis, again, now + 2 * HOUR)
    assert states(store, first, stranger) == ["declined", "lapsed"]


def test_what_is_offered_is_waited_for_by_whoever_was_not_asked_yet(store, cast, join, free, marieke, perron, now):
    first = join(cast.samira)
    free(now)
    second, stranger = join(cast.joost), join(secret_hash="s")
    waiting.prove(store, cast.seinhuis, stranger, now)
    waiting.decline(store, cast.seinhuis, seen(store, first), now)
    assert states(store, first, second, stranger) == ["declined", "offered", "waiting"]
    with pytest.raises(Conflict, match="held_now") as caught:  # she had her turn
        join(cast.samira)
    assert caught.value.data == {"until": now + 2 * HOUR}
    held = waiting.accept(store, cast.seinhuis, seen(store, second), now)
    bookings.let_go(store, cast.seinhuis, held, now)
    assert states(store, second, stranger) == ["declined", "offered"]
    with pytest.raises(Conflict, match="held_now"):
        join(cast.joost)
    waiting.decline(store, cast.seinhuis, seen(store, stranger), now)
    with pytest.raises(Conflict, match="free_now"):
        join(cast.samira)
    book(store, cast.seinhuis, perron, ONE, 1, marieke, now)
    again = join(secret_hash="t")
    for wait in (join(cast.samira), waiting.prove(store, cast.seinhuis, again, now)):
        assert wait.state == "waiting"  # since it stands anew


def test_who_waits_for_any_room_waits_for_each(store, cast, join):
    join(cast.samira, room=None)
    with pytest.raises(Conflict, match="waits_already"):
        join(cast.samira)


def test_twenty_lines_are_enough_for_anybody(store, cast, perron, join, marieke, now):
    for n in range(20):
        start = ONE + n // 4 * 7 * DAY + (n % 4 - 4) * HOUR
        book(store, cast.seinhuis, perron, start, 0.75, marieke, now)
        join(cast.samira, start=start, hours=0.75)
        waiting.prove(store, cast.seinhuis, join(start=start, hours=0.75), now)
    with pytest.raises(Refused, match="too_many_waits"):
        join(cast.samira)
    with pytest.raises(Refused, match="too_many_waits"):
        waiting.prove(store, cast.seinhuis, join(), now)


def test_who_leaves_the_line_is_asked_no_more(store, cast, join, free, now):
    first, second = join(cast.samira), join(cast.joost)
    assert waiting.leave(store, cast.seinhuis, first, now).state == "left"
    with pytest.raises(Conflict, match="wait_over"):
        waiting.leave(store, cast.seinhuis, first, now)
    free(now)
    assert states(store, first, second) == ["left", "offered"]
    assert waiting.leave(store, cast.seinhuis, second, now).state == "declined"
    with pytest.raises(NotFound):
        waiting.the_wait(store, cast.zuid.id, first.id)


def test_waiting_ends_with_the_time_that_was_waited_for(store, cast, join, now):
    wait = join(cast.samira)
    assert waiting.lapse(store, ONE) == 0 and waiting.lapse(store, ONE + HOUR) == 1
    assert states(store, wait) == ["lapsed"] and store.waits.line(cast.seinhuis.id) == []


def test_the_job_goes_on_to_the_next(database, cast, now):
    with database.write() as store:
        room, joost = let(store, cast.seinhuis, cast.marieke, now, tiers=()), as_booker(cast.joost)
        taken = book(store, cast.seinhuis, room, ONE, 1, joost, now)
        waits = []
        for person in (cast.samira, cast.wim):
            renter = bookings.renter_for(store, cast.noord.id, person, bookings.parse_renter(EVA), "nl", now)
            waits.append(waiting.join(store, cast.seinhuis, room.id, ONE, ONE + HOUR, 1, renter, now + len(waits) * MINUTE))
        bookings.cancel(store, cast.seinhuis, taken, joost, now, agreed_cents=None)
    assert jobs.expire_bookings(database, None, now + 2 * HOUR) == "let go 1"
    with database.read() as store:
        assert states(store, *waits) == ["lapsed", "offered"]
