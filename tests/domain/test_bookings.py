"""Bookings: held, filled in at the price that was shown, booked, moved and cancelled; never two in a room at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2m import jobs
from s2m.domain import bookings, money, rooms
from s2m.domain.bookings import STRANGER, Details
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from tests.letting import EVA, HOUR, as_booker, book, let

# The cast's Thursday, 13:00 by the clock of Het Seinhuis
ONE = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def perron(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now, buffer_before=15, buffer_after=30)


def seen(store, booking):
    return store.bookings.get(booking.id)


# Booking ----------------------------------------------------------------------------------------------------------


def test_a_room_is_held_filled_in_and_booked(store, cast, perron, samira, now):
    booked = book(store, cast.seinhuis, perron, ONE, 2, samira, now, title="Kennismaking", people=8, topics=("mantelzorg",))
    assert seen(store, booked) == booked
    assert (booked.status, booked.confirmed_at, booked.expires_at) == ("confirmed", now, None)
    assert (booked.blocked_from, booked.blocked_until) == (ONE - HOUR / 4, ONE + 2.5 * HOUR)
    assert booked.gross_cents == 9196 and booked.topics == ("mantelzorg",)
    assert [line.code for line in booked.lines] == ["room_hour"]


def test_a_hold_lapses_after_five_minutes(store, cast, perron, samira, now):
    held = bookings.hold(store, cast.seinhuis, perron.id, ONE, ONE + HOUR, samira, now)
    assert bookings.expire_due(store, cast.seinhuis, now + timedelta(minutes=4, seconds=59)) == 0
    assert bookings.expire_due(store, cast.seinhuis, now + timedelta(minutes=5)) == 1
    assert seen(store, held).status == "expired"
    book(store, cast.seinhuis, perron, ONE, 1, samira, now)


def test_a_late_form_finds_its_hold_over(store, cast, perron, samira, now):
    held = bookings.hold(store, cast.seinhuis, perron.id, ONE, ONE + HOUR, samira, now)
    renter = bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(EVA), "nl", now)
    late = now + timedelta(minutes=5)
    with pytest.raises(Conflict, match="hold_over"):
        bookings.fill_in(store, cast.seinhuis, held, Details(), renter, samira, late, agreed_cents=4598)


def test_a_price_that_changed_meanwhile_is_asked_about_again(store, cast, perron, samira, now):
    held = bookings.hold(store, cast.seinhuis, perron.id, ONE, ONE + HOUR, samira, now)
    renter = bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(EVA), "nl", now)
    with pytest.raises(Conflict, match="price_changed") as caught:
        bookings.fill_in(store, cast.seinhuis, held, Details(), renter, samira, now, agreed_cents=4597)
    assert caught.value.data == {"cents": 4598, "dots": 0} and seen(store, held).gross_cents == 0


def test_an_option_keeps_the_room_until_it_lapses_or_is_taken(store, cast, perron, samira, now):
    option = book(store, cast.seinhuis, perron, ONE + 7 * DAY, 1, samira, now, option=True)
    assert (option.status, option.expires_at) == ("option", now + 48 * HOUR)
    other = book(store, cast.seinhuis, perron, ONE + 8 * DAY, 1, samira, now, option=True)
    assert bookings.conclude(store, cast.seinhuis, other, samira, now + HOUR).status == "confirmed"
    assert bookings.expire_due(store, cast.seinhuis, now + 48 * HOUR) == 1
    assert seen(store, option).status == "expired" and seen(store, other).status == "confirmed"


def test_a_room_without_options_has_none(store, cast, samira, now):
    room = let(store, cast.seinhuis, cast.marieke, now, option_hours=0)
    with pytest.raises(Refused, match="no_options"):
        book(store, cast.seinhuis, room, ONE, 1, samira, now, option=True)


def test_a_room_that_asks_for_approval_waits_for_the_host(store, cast, samira, marieke, now):
    room = let(store, cast.seinhuis, cast.marieke, now, approval=True)
    asked = book(store, cast.seinhuis, room, ONE + 7 * DAY, 1, samira, now)
    assert (asked.status, asked.expires_at) == ("requested", now + 72 * HOUR)
    assert bookings.approve(store, cast.seinhuis, asked.id, marieke, now).status == "confirmed"
    with pytest.raises(Conflict, match="booking_decided"):
        bookings.decline(store, cast.seinhuis, asked.id, marieke, now)
    other = book(store, cast.seinhuis, room, ONE + 8 * DAY, 1, samira, now)
    assert bookings.decline(store, cast.seinhuis, other.id, marieke, now).status == "declined"
    assert book(store, cast.seinhuis, room, ONE + 8 * DAY, 1, marieke, now).status == "confirmed"
    with pytest.raises(NotFound):
        bookings.approve(store, cast.wissel, asked.id, marieke, now)


REFUSED = (
    ({}, ONE, ONE, "until_before"), ({}, ONE, ONE - HOUR, "until_before"), ({}, ONE - DAY, ONE - DAY + HOUR, "booking_past"),
    ({"shortest": 60}, ONE, ONE + HOUR / 2, "too_short_time"), ({"longest": 60}, ONE, ONE + 1.5 * HOUR, "too_long_time"),
    ({"notice": 24 * 60}, ONE, ONE + HOUR, "too_soon"), ({"horizon": 3}, ONE + 6 * DAY, ONE + 6 * DAY + HOUR, "booking_far"),
    ({}, ONE + 4 * HOUR, ONE + 6 * HOUR, "room_hours"), ({}, ONE + 2 * DAY, ONE + 2 * DAY + HOUR, "closed_day"),
    ({}, datetime(2026, 4, 27, 10, tzinfo=UTC), datetime(2026, 4, 27, 11, tzinfo=UTC), "holiday"),
    ({"bookable_by": "members"}, ONE, ONE + HOUR, "members_only"), ({"bookable_by": "hosts"}, ONE, ONE + HOUR, "hosts_only"),
    ({}, datetime(9000, 1, 1, 12, tzinfo=UTC), datetime(9000, 1, 1, 13, tzinfo=UTC), "booking_far"),
)  # fmt: skip


@pytest.mark.parametrize(("terms", "start", "end", "code"), REFUSED)
def test_refuses_what_the_terms_do_not_allow(store, cast, now, terms, start, end, code):
    room = let(store, cast.seinhuis, cast.marieke, now, **terms)
    with pytest.raises((Invalid, Refused), match=code):
        bookings.hold(store, cast.seinhuis, room.id, start, end, STRANGER, now)
    assert store.bookings.between(cast.seinhuis.id, start - DAY, end + DAY) == []


def test_a_room_of_another_venue_or_one_that_is_not_let_cannot_be_held(store, cast, perron, samira, now):
    with pytest.raises(NotFound):
        bookings.hold(store, cast.wissel, perron.id, ONE, ONE + HOUR, samira, now)
    with pytest.raises(Refused, match="not_let"):
        bookings.hold(store, cast.seinhuis, perron.id, ONE, ONE + HOUR, samira, now - DAY)


def test_a_closed_room_is_not_let_and_a_closure_never_touches_what_is_booked(store, cast, perron, samira, marieke, now):
    booked = book(store, cast.seinhuis, perron, ONE, 1, samira, now)
    closure = rooms.close(store, cast.seinhuis, perron.id, ONE - DAY, ONE + DAY, "verbouwing", cast.marieke.id, now)
    with pytest.raises(Conflict, match="room_closed"):
        bookings.hold(store, cast.seinhuis, perron.id, ONE + 2 * HOUR, ONE + 3 * HOUR, marieke, now)
    assert seen(store, booked).status == "confirmed"
    rooms.reopen(store, cast.seinhuis, closure.id, cast.marieke.id, now)
    book(store, cast.seinhuis, perron, ONE + 2 * HOUR, 1, samira, now)


def test_there_are_never_more_extras_out_than_the_house_has(store, cast, samira, now):
    given = {"name": "Beamer", "kind": "equipment", "per": "booking", "vat": "2100", "price": "12,50", "stock": "1"}
    beamer = rooms.add_extra(store, cast.seinhuis, given, cast.marieke.id, now)
    one, two = (let(store, cast.seinhuis, cast.marieke, now, name, extras=(beamer.id,)) for name in ("Wissel", "Loket"))
    booked = book(store, cast.seinhuis, one, ONE, 1, samira, now, extras={beamer.id: 1})
    assert booked.gross_cents == money.part(3800 + 1250, 12100, 10000)
    with pytest.raises(Conflict, match="extra_gone"):
        book(store, cast.seinhuis, two, ONE, 1, samira, now, extras={beamer.id: 1})
    book(store, cast.seinhuis, two, ONE + 2 * HOUR, 1, samira, now, extras={beamer.id: 1})


def test_what_a_booking_has_it_keeps_when_the_house_offers_it_no_longer(store, cast, samira, now):
    def extra(name, per, price, stock):
        given = {"name": name, "kind": "catering", "per": per, "vat": "900", "price": price, "stock": stock}
        return rooms.add_extra(store, cast.seinhuis, given, cast.marieke.id, now)

    lunch, beamer = extra("Lunch", "person", "10,00", ""), extra("Beamer", "booking", "12,50", "1")
    both = {lunch.id: 2, beamer.id: 1}
    one, two = (let(store, cast.seinhuis, cast.marieke, now, name, extras=tuple(both)) for name in ("Wissel", "Loket"))
    booked = book(store, cast.seinhuis, one, ONE, 1, samira, now, people=2, extras=both)
    book(store, cast.seinhuis, two, ONE + 2 * HOUR, 1, samira, now, extras={beamer.id: 1})
    for gone in (lunch, beamer):
        rooms.retire_extra(store, cast.seinhuis, gone.id, cast.marieke.id, now)

    def move(start):
        return bookings.move(store, cast.seinhuis, booked, one.id, start, start + HOUR, samira, now, agreed_cents=None)

    moved = move(ONE + HOUR)
    assert (moved.lines, moved.extras) == (booked.lines, both)
    with pytest.raises(Conflict, match="extra_gone"):
        move(ONE + 2 * HOUR)
    tea = extra("Thee", "person", "2,00", "")
    assert rooms.offer_everywhere(store, cast.seinhuis, tea, cast.marieke.id, now + HOUR) == 2
    assert {terms.extras for _room, terms in store.rooms.let(cast.seinhuis.id, now + HOUR)} == {(tea.id,)}


# Changing ---------------------------------------------------------------------------------------------------------


def test_it_is_moved_at_the_price_that_was_shown(store, cast, perron, samira, now):
    booked = book(store, cast.seinhuis, perron, ONE, 1, samira, now)
    with pytest.raises(Conflict, match="price_changed"):
        bookings.move(store, cast.seinhuis, booked, perron.id, ONE, ONE + 2 * HOUR, samira, now, agreed_cents=4598)
    longer = bookings.move(store, cast.seinhuis, booked, perron.id, ONE, ONE + 2 * HOUR, samira, now, agreed_cents=9196)
    assert (longer.ends_at, longer.gross_cents, longer.sequence) == (ONE + 2 * HOUR, 9196, 1)
    assert longer.blocked_until == ONE + 2.5 * HOUR


def test_only_a_member_has_the_member_s_price_and_keeps_it(store, cast, perron, marieke, now):
    cheap = let(store, cast.seinhuis, cast.marieke, now, "Remise", member_percent=10)
    store.people.mark_signed_in(cast.joost, now)
    guest, member = (replace(marieke, person_id=person.id, is_member=False) for person in (cast.samira, cast.joost))
    prices = [book(store, cast.seinhuis, cheap, ONE + n * DAY, 1, by, now) for n, by in enumerate((guest, member))]
    assert [one.gross_cents for one in prices] == [4598, 4138]
    moved = [
        bookings.move(store, cast.seinhuis, one, cheap.id, one.starts_at + 2 * HOUR, one.ends_at + 2 * HOUR, marieke, now,
                      agreed_cents=None)
        for one in prices
    ]  # fmt: skip
    assert [one.gross_cents for one in moved] == [4598, 4138]
    erased = store.bookings.set(moved[1], person_id=None)
    assert bookings.pays_as_member(store, erased.person_id, erased.lines)


def test_it_is_not_moved_where_its_set_up_or_extras_are_not_to_be_had(store, cast, samira, marieke, now):
    given = {"name": "Beamer", "kind": "equipment", "price": "20", "per": "booking", "vat": "2100"}
    beamer = rooms.add_extra(store, cast.seinhuis, given, cast.marieke.id, now)
    more = {"buffer_after": 0, "setups": {"theatre": 12}, "extras": (beamer.id,)}
    one = let(store, cast.seinhuis, cast.marieke, now, **more)
    bare = let(store, cast.seinhuis, cast.marieke, now, "Bare")
    alike = let(store, cast.seinhuis, cast.marieke, now, "Net zo", **more)
    for details in ({"setup": "theatre"}, {"extras": {beamer.id: 1}}):
        booked = book(store, cast.seinhuis, one, ONE, 1, samira, now, **details)
        for by in (samira, marieke):
            with pytest.raises(Refused, match="not_in_room"):
                bookings.move(store, cast.seinhuis, booked, bare.id, ONE, ONE + HOUR, by, now, agreed_cents=None)
        moved = bookings.move(store, cast.seinhuis, booked, alike.id, ONE, ONE + HOUR, samira, now, agreed_cents=None)
        assert (moved.room_id, moved.setup, moved.extras) == (alike.id, booked.setup, booked.extras)
        bookings.cancel(store, cast.seinhuis, moved, marieke, now, agreed_cents=None)


def test_it_is_not_moved_onto_another(store, cast, perron, samira, now):
    first = book(store, cast.seinhuis, perron, ONE, 1, samira, now)
    second = book(store, cast.seinhuis, perron, ONE + 3 * HOUR, 1, samira, now)
    with pytest.raises(Conflict, match="taken"):
        bookings.move(store, cast.seinhuis, second, perron.id, ONE + HOUR, ONE + 2 * HOUR, samira, now, agreed_cents=4598)
    assert [seen(store, one) for one in (first, second)] == [first, second]


def test_a_meeting_that_goes_on_is_made_longer_but_not_moved_by_its_renter(store, cast, perron, samira, marieke, now):
    booked = book(store, cast.seinhuis, perron, ONE, 1, samira, now)
    begun = ONE + HOUR / 2
    longer = bookings.move(store, cast.seinhuis, booked, perron.id, ONE, ONE + 2 * HOUR, samira, begun, agreed_cents=9196)
    with pytest.raises(Refused, match="booking_begun"):
        bookings.move(
            store, cast.seinhuis, longer, perron.id, ONE + HOUR, ONE + 2 * HOUR, samira, begun, agreed_cents=4598
        )  # fmt: skip
    with pytest.raises(Refused, match="booking_begun"):
        bookings.cancel(store, cast.seinhuis, longer, samira, begun, agreed_cents=None)
    with pytest.raises(Invalid, match="booking_past"):
        bookings.move(
            store, cast.seinhuis, longer, perron.id, ONE, ONE + HOUR / 4, marieke, begun, agreed_cents=None
        )  # fmt: skip


@pytest.mark.parametrize(("before", "percent", "fee"), [(200, 0, 0), (167, 25, 1150), (47, 50, 2299), (23, 100, 4598)])
def test_cancelling_costs_what_its_tier_says(store, cast, perron, samira, now, before, percent, fee):
    start = ONE + 14 * DAY
    booked = book(store, cast.seinhuis, perron, start, 1, samira, now)
    at = start - before * HOUR
    found, price = bookings.cancel_fee(store, booked, at)
    assert (found, price.gross_cents) == (percent, fee)
    with pytest.raises(Conflict, match="fee_changed"):
        bookings.cancel(store, cast.seinhuis, booked, samira, at, agreed_cents=fee + 1)
    gone = bookings.cancel(store, cast.seinhuis, booked, samira, at, agreed_cents=fee)
    assert (gone.status, gone.fee_cents) == ("cancelled", fee)
    with pytest.raises(Conflict, match="booking_over"):
        bookings.cancel(store, cast.seinhuis, booked, samira, at, agreed_cents=fee)
    book(store, cast.seinhuis, perron, start, 1, samira, now)


def test_a_host_may_waive_the_fee_and_a_member_may_not(store, cast, perron, samira, marieke, now):
    booked = [book(store, cast.seinhuis, perron, ONE + n * 2 * HOUR, 1, samira, now) for n in range(2)]
    assert bookings.cancel(store, cast.seinhuis, booked[0], samira, now, agreed_cents=None, waive=True).fee_cents == 4598
    assert bookings.cancel(store, cast.seinhuis, booked[1], marieke, now, agreed_cents=None, waive=True).fee_cents == 0


def test_terms_of_tomorrow_do_not_touch_what_was_booked_today(store, cast, perron, samira, now):
    booked = book(store, cast.seinhuis, perron, ONE + DAY, 1, samira, now)
    terms = replace(store.rooms.terms(perron.id, now), hour_cents=9900, tiers=(), id="")
    rooms.change_terms(store, cast.seinhuis, perron.id, terms, cast.marieke.id, now + HOUR / 4)
    assert bookings.cancel_fee(store, seen(store, booked), now)[0] == 50
    shorter = bookings.price_after(store, cast.seinhuis, booked, perron.id, ONE, ONE + HOUR / 2, now)
    assert money.total(shorter.lines).net_cents == 1900
    assert book(store, cast.seinhuis, perron, ONE, 1, samira, now + HOUR / 4).lines[0].unit_cents == 9900


# No two at once ---------------------------------------------------------------------------------------------------

QUARTERS = st.integers(0, 40)
ACTS = st.sampled_from(["book", "move", "cancel"])
TRIES = st.lists(st.tuples(ACTS, QUARTERS, st.integers(1, 12), st.integers(0, 9)), max_size=14)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.integers(0, 3), after=st.integers(0, 3), tries=TRIES)
def test_overlap_with_buffers_is_decided_as_a_brute_force_model_decides_it(database, cast, now, before, after, tries):
    """The model knows nothing of intervals: it colours the quarters that are blocked, one by one."""
    host = as_booker(cast.marieke, host=True)
    with database.write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now, f"R{now.timestamp()}{before}{after}{hash(tuple(tries))}",
                   buffer_before=15 * before, buffer_after=15 * after)  # fmt: skip
        blocked, made = {}, []
        for what, quarter, length, which in tries:
            start, end = ONE + quarter * HOUR / 4, ONE + (quarter + length) * HOUR / 4
            wanted = set(range(quarter - before, quarter + length + after))
            one = made[which % len(made)] if made else None
            others = {q for name, quarters in blocked.items() for q in quarters if what == "book" or (one and name != one.id)}
            free = not wanted & others
            if what == "book":
                if free:
                    made.append(book(store, cast.seinhuis, room, start, length / 4, host, now))
                    blocked[made[-1].id] = wanted
                else:
                    with pytest.raises(Conflict, match="taken"):
                        bookings.hold(store, cast.seinhuis, room.id, start, end, host, now)
            elif one and one.id in blocked and what == "move":
                if free:
                    bookings.move(store, cast.seinhuis, one, room.id, start, end, host, now, agreed_cents=None)
                    blocked[one.id] = wanted
                else:
                    with pytest.raises(Conflict, match="taken"):
                        bookings.move(store, cast.seinhuis, one, room.id, start, end, host, now, agreed_cents=None)
            elif one and one.id in blocked:
                bookings.cancel(store, cast.seinhuis, one, host, now, agreed_cents=None)
                del blocked[one.id]


@pytest.mark.parametrize("shift", [timedelta(0), HOUR / 2, -HOUR / 2])
def test_the_database_itself_refuses_what_overlaps_also_where_nobody_asked(database, cast, now, shift):
    with database.write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now, buffer_after=0)
        booked = book(store, cast.seinhuis, room, ONE, 1, as_booker(cast.samira), now)
    twin = replace(booked, id="f" * 32, starts_at=ONE + shift, ends_at=ONE + HOUR + shift, blocked_from=ONE + shift,
                   blocked_until=ONE + HOUR + shift)  # fmt: skip
    with pytest.raises(Conflict, match="taken"), database.write() as store:
        store.bookings.add(twin)
    later = replace(twin, starts_at=ONE + HOUR, blocked_from=ONE + HOUR, ends_at=ONE + 2 * HOUR, blocked_until=ONE + 2 * HOUR)
    gone = replace(twin, id="e" * 32, status="cancelled")
    with database.write() as store:
        store.bookings.add(later)
        store.bookings.add(gone)
    with pytest.raises(Conflict, match="taken"), database.write() as store:
        store.bookings.set(later, blocked_from=ONE + shift / 2, starts_at=ONE + HOUR)
    with pytest.raises(Conflict, match="taken"), database.write() as store:
        store.bookings.set(gone, status="confirmed")


def test_the_job_lets_go_in_every_venue_and_does_nothing_the_second_time(database, cast, now):
    with database.write() as store:
        for venue in (cast.seinhuis, cast.wissel):
            room = let(store, venue, cast.marieke, now)
            bookings.hold(store, venue, room.id, ONE, ONE + HOUR, as_booker(cast.samira), now)
    later = now + timedelta(minutes=6)
    assert jobs.expire_bookings(database, None, now) == "let go 0"
    assert [jobs.expire_bookings(database, None, later) for _twice in range(2)] == ["let go 2", "let go 0"]
