"""The plate beside a room: what it says, who may do what, and when a room is given free that nobody came to."""

from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import bookings, codes, devices, plates, rooms
from s2m.domain.bookings import STRANGER, Booker, releasing
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.rooms import RoomTerms
from tests.letting import HOUR, as_booker, book, let

MINUTE = timedelta(minutes=1)
# The cast's morning is 09:41 by the clock of Utrecht
TEN = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
PLATE = Booker("plate")


@pytest.fixture
def room(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now - HOUR)


@pytest.fixture
def plate(store, cast, now, room):
    _, code = devices.offer_pairing(store, cast.seinhuis, "plate", "Perron", cast.marieke.id, now, room_id=room.id)
    return devices.pair(store, code, now)[0]


@pytest.fixture
def meeting(store, cast, now, room):
    """Samira's, from ten to twelve."""
    return book(store, cast.seinhuis, room, TEN, 2, as_booker(cast.samira), now, person=cast.samira)


@pytest.fixture
def status(store, cast, room):
    return lambda at: plates.status(store, cast.seinhuis, room, at)


def fresh(store, booking):
    return store.bookings.get(booking.id)


# What stands on it ---------------------------------------------------------------------------------------------------


def test_a_free_room_is_free_until_it_is_made_ready_for_what_comes(status, meeting, now):
    said = status(now)
    assert (said.kind, said.next.id, said.until) == ("free", meeting.id, TEN)


def test_a_room_without_bookings_is_free_until_it_closes(status, now):
    assert (status(now).kind, status(now).until) == ("free", datetime(2026, 3, 12, 17, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("minutes", "kind"), [(-11, "free"), (-10, "soon"), (0, "expected"), (119, "expected"), (120, "preparing"), (135, "free")]
)
def test_it_tells_what_goes_on(status, meeting, minutes, kind):
    assert status(TEN + minutes * MINUTE).kind == kind


def test_who_came_makes_it_busy(store, cast, status, meeting):
    plates.arrive(store, cast.seinhuis, meeting, PLATE, TEN)
    assert (status(TEN).kind, status(TEN).until) == ("busy", meeting.ends_at)


def test_what_is_not_confirmed_is_only_held(store, cast, status, room, now):
    bookings.hold(store, cast.seinhuis, room.id, now, now + HOUR, Booker("x", is_host=True), now)
    assert status(now).kind == "held"


def test_a_closed_room_says_until_when_and_why(store, cast, status, room, now):
    rooms.close(store, cast.seinhuis, room.id, now, now + HOUR, "Er wordt geschilderd", cast.marieke.id, now)
    assert (status(now).kind, status(now).closure.reason, status(now).until) == ("closed", "Er wordt geschilderd", now + HOUR)
    assert status(datetime(2026, 3, 12, 20, tzinfo=UTC)).kind == "closed"


def test_a_plate_hangs_beside_a_room_that_is_let(store, cast, now, room):
    with pytest.raises(Invalid, match="choice"):
        devices.offer_pairing(store, cast.seinhuis, "plate", "Perron", cast.marieke.id, now)
    with pytest.raises(Invalid, match="choice"):
        devices.offer_pairing(store, cast.wissel, "plate", "Perron", cast.marieke.id, now, room_id=room.id)


# Its code ------------------------------------------------------------------------------------------------------------


def test_its_code_counts_for_twenty_to_forty_seconds(store, keys, plate, now):
    text = codes.room_text(keys, plate.id, now)
    assert plates.read(store, keys, text, now + timedelta(seconds=19)).id == plate.id
    with pytest.raises(Refused, match="room_code_expired"):
        plates.read(store, keys, text, now + timedelta(seconds=41))


def test_no_other_code_is_a_room_code_and_it_is_no_other(store, keys, plate, now):
    with pytest.raises(Invalid, match="code_unreadable"):
        plates.read(store, keys, codes.door_text(keys, plate.id, now, b"12345678"), now)
    text = codes.room_text(keys, plate.id, now)
    with pytest.raises(Invalid, match="code_unreadable"):
        codes.read_door(keys, text, now)
    with pytest.raises(Refused, match="code_forged"):
        plates.read(store, keys, text[:-1] + ("A" if text[-1] != "A" else "B"), now)


def test_its_code_can_be_typed(store, keys, plate, now):
    assert plates.read_typed(store, keys, codes.typed_room(keys, plate.id, now), now).id == plate.id
    with pytest.raises(Refused, match="room_code_expired"):
        plates.read_typed(store, keys, "346789", now)


def test_the_code_of_a_plate_that_was_taken_down_is_worth_nothing(store, cast, keys, plate, now):
    text = codes.room_text(keys, plate.id, now)
    devices.revoke(store, cast.seinhuis, plate.id, cast.marieke.id, now)
    with pytest.raises(Refused, match="room_code_expired"):
        plates.read(store, keys, text, now)


# Coming and going ----------------------------------------------------------------------------------------------------


def test_who_comes_early_has_come_once(store, cast, meeting):
    early = TEN - 15 * MINUTE
    first = plates.arrive(store, cast.seinhuis, meeting, PLATE, early)
    again = plates.arrive(store, cast.seinhuis, meeting, PLATE, TEN)
    assert first.arrived_at == again.arrived_at == early
    with pytest.raises(Refused, match="not_now"):
        plates.arrive(store, cast.seinhuis, meeting, PLATE, meeting.ends_at)


def test_a_meeting_that_ends_early_frees_the_room_once_it_was_made_ready(store, cast, status, meeting):
    half_past = TEN + 30 * MINUTE
    plates.arrive(store, cast.seinhuis, meeting, PLATE, TEN)
    left = plates.leave(store, cast.seinhuis, meeting, PLATE, half_past)
    quarter = half_past + 15 * MINUTE  # the one that has begun is theirs
    assert (left.left_at, left.ends_at, left.gross_cents) == (quarter, meeting.ends_at, meeting.gross_cents)
    assert (status(half_past).kind, status(half_past).left.id) == ("preparing", meeting.id)
    assert status(quarter + 15 * MINUTE).kind == "free"
    assert plates.leave(store, cast.seinhuis, meeting, PLATE, half_past + MINUTE).left_at == quarter


def test_ended_by_mistake_it_goes_on_unless_somebody_has_the_room(store, cast, status, meeting, room):
    eleven = TEN + HOUR
    plates.leave(store, cast.seinhuis, meeting, PLATE, TEN + 30 * MINUTE)
    again = plates.resume(store, cast.seinhuis, meeting, PLATE, TEN + 31 * MINUTE)
    assert (again.left_at, again.blocked_until) == (None, meeting.blocked_until)
    plates.leave(store, cast.seinhuis, meeting, PLATE, TEN + 32 * MINUTE)
    joost = as_booker(cast.joost)
    offers = plates.offers_now(store, cast.seinhuis, room, joost, eleven)
    plates.book_now(store, cast.seinhuis, room, cast.joost, 30, joost, eleven, agreed_cents=offers[0].gross_cents)
    with pytest.raises(Conflict, match="taken"):
        plates.resume(store, cast.seinhuis, meeting, PLATE, eleven + MINUTE)


def test_a_meeting_of_another_room_is_unknown_here(store, cast, meeting, now):
    other = let(store, cast.seinhuis, cast.marieke, now, name="Wissel")
    with pytest.raises(NotFound):
        plates.in_room(store, other, meeting.id)


# Taking the room on the spot -----------------------------------------------------------------------------------------


def test_only_lengths_that_fit_are_offered_with_their_price(store, cast, room, meeting, now):
    """09:41 until ten leaves room for nothing shorter than the room is let for; with a buffer of 15 minutes, either."""
    by = as_booker(cast.joost)
    assert plates.offers_now(store, cast.seinhuis, room, by, now) == []
    early = now - 40 * MINUTE
    assert [o.minutes for o in plates.offers_now(store, cast.seinhuis, room, by, early + 15 * MINUTE)] == []
    offers = plates.offers_now(store, cast.seinhuis, room, by, meeting.blocked_until)
    assert [(o.minutes, o.gross_cents) for o in offers] == [(30, 2299), (60, 4598)]


def test_a_member_takes_it_and_is_there(store, cast, room, now):
    by = as_booker(cast.joost)
    made = plates.book_now(store, cast.seinhuis, room, cast.joost, 30, by, now, agreed_cents=2299)
    assert (made.status, made.person_id, made.arrived_at) == ("confirmed", cast.joost.id, now)
    assert (made.starts_at, made.ends_at) == (now, now + 30 * MINUTE)
    assert store.bookings.renter(made.renter_id).email == cast.joost.email
    with pytest.raises(Conflict, match="taken"):
        plates.book_now(store, cast.seinhuis, room, cast.samira, 30, as_booker(cast.samira), now, agreed_cents=2299)


def test_it_is_taken_at_the_price_that_was_shown_by_who_can_get_the_invoice(store, cast, room, now):
    by = as_booker(cast.joost)
    with pytest.raises(Conflict, match="price_changed"):
        plates.book_now(store, cast.seinhuis, room, cast.joost, 30, by, now, agreed_cents=1)
    with pytest.raises(Refused, match="needs_mail"):
        plates.book_now(store, cast.seinhuis, room, cast.thijs, 30, as_booker(cast.thijs), now, agreed_cents=2299)
    with pytest.raises(Invalid, match="choice"):
        plates.book_now(store, cast.seinhuis, room, cast.joost, 480, by, now, agreed_cents=2299)


def test_where_a_host_has_to_say_yes_nothing_is_taken_on_the_spot(store, cast, now):
    room = let(store, cast.seinhuis, cast.marieke, now, name="Stil", approval=True)
    by = as_booker(cast.joost)
    assert plates.offers_now(store, cast.seinhuis, room, by, now) == []
    with pytest.raises(Refused, match="not_now"):
        plates.book_now(store, cast.seinhuis, room, cast.joost, 30, by, now, agreed_cents=2299)


def test_a_meeting_is_made_longer_at_the_price_shown_and_only_into_free_time(store, cast, room, meeting, now):
    by, at = as_booker(cast.samira), TEN + HOUR
    offers = plates.offers_longer(store, cast.seinhuis, meeting, by, at)
    assert [(o.minutes, o.more_cents) for o in offers] == [(15, 1150), (30, 2299)]
    longer = plates.extend(store, cast.seinhuis, meeting, 30, by, at, agreed_cents=offers[1].gross_cents)
    assert (longer.ends_at, longer.arrived_at) == (meeting.ends_at + 30 * MINUTE, at)
    book(store, cast.seinhuis, room, meeting.ends_at + 45 * MINUTE, 1, as_booker(cast.joost), now, person=cast.joost)
    assert plates.offers_longer(store, cast.seinhuis, longer, by, at) == []
    with pytest.raises(Conflict, match="taken"):
        plates.extend(store, cast.seinhuis, longer, 15, by, at, agreed_cents=0)


def test_what_capital_pays_is_made_longer_for_dots_that_were_shown(store, cast, now):
    wissel, by = let(store, cast.seinhuis, cast.marieke, now, "Wissel", dots_per_hour=2), as_booker(cast.samira)
    meeting = book(store, cast.seinhuis, wissel, TEN, 1, by, now, person=cast.samira, paid_by="capital")
    free = store.ledger.person_account(cast.samira.id).available
    offer = plates.offers_longer(store, cast.seinhuis, meeting, by, TEN)[1]
    assert (offer.gross_cents, offer.more_cents, offer.dots, offer.more_dots) == (0, 0, 3, 1)
    with pytest.raises(Conflict, match="price_changed"):
        plates.extend(store, cast.seinhuis, meeting, 30, by, TEN, agreed_cents=0)
    assert plates.extend(store, cast.seinhuis, meeting, 30, by, TEN, agreed_cents=0, agreed_dots=3).dots == 3
    assert store.ledger.person_account(cast.samira.id).available == free - 1


def test_a_stranger_who_rented_makes_it_longer_too(store, cast, room, now):
    rented = book(store, cast.seinhuis, room, TEN, 1, STRANGER, now)
    offer = plates.offers_longer(store, cast.seinhuis, rented, STRANGER, TEN)[0]
    longer = plates.extend(store, cast.seinhuis, rented, offer.minutes, STRANGER, TEN, agreed_cents=offer.gross_cents)
    assert longer.ends_at == rented.ends_at + 15 * MINUTE


# Nobody came ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def look_after(store, cast):
    def look_after(at):
        return [(booking.id, what) for booking, what in releasing.look_after(store, cast.seinhuis, at)]

    return look_after


@pytest.fixture
def alive(store, plate):
    """The plate's sign of life at a moment."""
    return lambda at: devices.heartbeat(store, store.devices.get(plate.id), "off", at)


def test_a_room_that_stands_empty_is_warned_of_then_released(store, look_after, alive, status, meeting):
    for minutes, expected in ((14, []), (15, ["warned"]), (16, []), (29, []), (30, ["released"]), (31, [])):
        alive(TEN + minutes * MINUTE)
        assert [what for _, what in look_after(TEN + minutes * MINUTE)] == expected, minutes
    assert (fresh(store, meeting).status, fresh(store, meeting).ended_at) == ("released", TEN + 30 * MINUTE)
    assert status(TEN + 31 * MINUTE).kind == "free"


def test_who_came_keeps_the_room(store, cast, look_after, alive, meeting):
    plates.arrive(store, cast.seinhuis, meeting, PLATE, TEN + 20 * MINUTE)
    alive(TEN + HOUR)
    assert look_after(TEN + HOUR) == []


def test_the_booker_who_sits_in_the_room_came(store, cast, look_after, alive, meeting, room):
    from s2m.domain import presence

    visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", TEN).visit
    alive(TEN + 15 * MINUTE)
    assert look_after(TEN + 15 * MINUTE) == [(meeting.id, "warned")]  # checked in, and not in the room
    presence.sit_in(store, visit, cast.seinhuis, room.id)
    alive(TEN + 30 * MINUTE)
    assert look_after(TEN + 30 * MINUTE) == [] and fresh(store, meeting).arrived_at == TEN + 30 * MINUTE


def test_a_job_that_was_away_still_warns_first_and_leaves_the_whole_time(store, look_after, alive, meeting):
    late = TEN + 50 * MINUTE
    alive(late)
    assert look_after(late) == [(meeting.id, "warned")]
    assert releasing.release_at(fresh(store, meeting), RoomTerms()) == late + 15 * MINUTE
    alive(late + 14 * MINUTE)
    assert look_after(late + 14 * MINUTE) == []
    alive(late + 15 * MINUTE)
    assert look_after(late + 15 * MINUTE) == [(meeting.id, "released")]


def test_what_was_told_before_it_began_is_no_warning(store, look_after, alive, meeting, now):
    store.bookings.set(meeting, warned_at=now)  # that an option lapses
    alive(TEN + 30 * MINUTE)
    assert look_after(TEN + 30 * MINUTE) == [(meeting.id, "warned")]


def test_where_nobody_could_say_that_they_came_nothing_is_released(look_after, meeting, plate):
    assert look_after(TEN + HOUR) == []  # it has been silent since the morning


@pytest.mark.parametrize(
    ("warn", "release", "at_20", "at_60"),
    [(0, 0, [], []), (10, 0, ["warned"], []), (0, 10, ["released"], []), (30, 10, ["released"], [])],
)  # fmt: skip
def test_each_room_has_its_own_rule_and_zero_is_never(store, cast, room, look_after, alive, now, warn, release, at_20, at_60):
    terms = RoomTerms(hour_cents=3800, warn_after=warn, release_after=release)
    rooms.change_terms(store, cast.seinhuis, room.id, terms, cast.marieke.id, now)
    book(store, cast.seinhuis, room, TEN, 2, as_booker(cast.samira), now, person=cast.samira)
    for minutes, expected in ((20, at_20), (60, at_60)):
        alive(TEN + minutes * MINUTE)
        assert [what for _, what in look_after(TEN + minutes * MINUTE)] == expected


def test_who_booked_while_it_was_on_is_not_late(store, cast, room, look_after, alive):
    at = TEN + 40 * MINUTE
    host = Booker(cast.marieke.id, is_host=True)
    made = book(store, cast.seinhuis, room, at - 15 * MINUTE, 1, host, at)
    alive(at + 14 * MINUTE)
    assert look_after(at + 14 * MINUTE) == []
    alive(at + 15 * MINUTE)
    assert look_after(at + 15 * MINUTE) == [(made.id, "warned")]


@pytest.mark.parametrize("night", [datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)])
def test_minutes_are_minutes_in_the_nights_that_the_clock_changes(store, cast, now, night):
    host = Booker(cast.marieke.id, is_host=True)
    room = let(store, cast.seinhuis, cast.marieke, now, name="Nacht", open_on_holidays=True)
    _, code = devices.offer_pairing(store, cast.seinhuis, "plate", "Nacht", cast.marieke.id, now, room_id=room.id)
    plate = devices.pair(store, code, now)[0]
    made = book(store, cast.seinhuis, room, night, 2, host, now)
    for minutes, expected in ((14, []), (15, ["warned"]), (29, []), (30, ["released"])):
        at = night + minutes * MINUTE
        devices.heartbeat(store, store.devices.get(plate.id), "off", at)
        assert [one.id for one in releasing.all_due(store, at)] == ([made.id] if expected else [])
        assert [(b.id, what) for b, what in releasing.look_after(store, cast.seinhuis, at)] == [(made.id, w) for w in expected]
