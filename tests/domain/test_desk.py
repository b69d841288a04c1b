"""The desk's rules: booking for others, a move taken back, who is there, a week in strips, and what a day means for the house."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from s2m.domain import bookings, money, people, presence, rooms
from s2m.domain.bookings import Booker, Details, desk, lists, week
from s2m.domain.calendars import outside
from s2m.domain.calendars.values import Busy, Found
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.venues import DAYS, Policy
from tests.letting import as_booker, book, let

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(clock, day=12, month=3):
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.fixture
def host(cast):
    return Booker(cast.marieke.id, is_host=True)


@pytest.fixture
def perron(store, cast, now):
    return let(store, cast.seinhuis, cast.marieke, now, buffer_after=30, member_percent=10)


@pytest.fixture
def meeting(store, cast, now, perron, host):
    def meeting(clock="13:00", hours=2, when=now, room=perron, **more):
        return book(store, cast.seinhuis, room, at(clock), hours, host, when, **more)

    return meeting


# Who rents


def test_a_guest_is_known_by_name_and_mail_a_member_by_either(store, cast, now):
    def party(typed, **more):
        return desk.party(store, cast.seinhuis, typed, cast.marieke.id, now, **more)

    guest = party("Woonlab Soest, eva@woonlab.example")
    assert (guest.person, guest.values["name"], guest.values["email"]) == (None, "Woonlab Soest", "eva@woonlab.example")
    assert party("eva@woonlab.example").values["name"] == "eva"
    assert party("samira").person == party("Iemand <samira@seinhuis.example>").person == cast.samira
    people.join(store, cast.noord.id, "Samira Bos", "bos@seinhuis.example", cast.policy, now)
    assert [one.name for one in party("samira").found] == ["Samira Bos", "Samira Vos"]
    assert party("samira", chosen=cast.samira.id).person == cast.samira
    assert party("samira", chosen=cast.olga.id).found and not party("samira", chosen=cast.olga.id).person
    for typed, code in (("olga", "nobody_found"), ("Thijs", "renter_no_mail"), ("  ", "empty")):
        with pytest.raises(Invalid) as error:
            party(typed)
        assert (error.value.code, error.value.data["field"]) == (code, "who")


def test_how_somebody_rents_is_told_where_they_belong_alone(store, cast, now):
    typed = {"name": "Samira Vos", "email": cast.samira.email, "street": "Geheimlaan 7", "vat_id": "NL123456789B01"}
    bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(typed), "nl", now)

    def party(typed):
        return desk.party(store, cast.wissel, typed, cast.wim.id, now)

    for typed in (f"Iemand, {cast.samira.email}", "samira"):
        other = party(typed)
        assert (other.person, other.values["street"], other.values["vat_id"]) == (None, "", ""), typed
        assert store.audit.last(cast.noord.id, most=1, venue_id=cast.wissel.id)[0]["action"] == "people.search"
    presence.check_in(store, cast.samira, cast.wissel, cast.policy, "badge", now)
    for typed in (cast.samira.email, "samira"):
        assert (party(typed).person, party(typed).values["street"]) == (cast.samira, "Geheimlaan 7")


def test_a_host_is_bound_by_no_terms_but_by_what_is_booked_and_by_the_price_that_was_shown(store, cast, now, host):
    room = let(store, cast.seinhuis, cast.marieke, now, name="Remise", approval=True, notice=9999, bookable_by="hosts")
    who = desk.party(store, cast.seinhuis, "eva@woonlab.example", cast.marieke.id, now)

    def take(agreed, when=now):
        start, end = at("21:00"), at("22:00")
        return desk.book_for(store, cast.seinhuis, room.id, start, end, Details(), who, host, when, agreed_cents=agreed)

    made = take(4598)
    assert (made.status, made.created_by, made.person_id) == ("confirmed", cast.marieke.id, None)
    assert take(4598) == made  # the form was sent twice
    with pytest.raises(Conflict, match="taken"):
        take(4598, now + desk.TWICE)


def test_what_a_host_types_for_a_member_holds_for_that_booking_and_leaves_their_own_record(store, cast, now, host, perron):
    typed = {"name": "Samira Vos", "email": "elders@example.org", "company": "Eigen Zaak", "vat_id": "NL123456789B01"}
    own = bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(typed), "nl", now)

    def take(clock, company=""):
        who = desk.party(store, cast.seinhuis, "samira", cast.marieke.id, now, company=company)
        day = at(clock), at(clock) + timedelta(hours=1)
        price = money.total(bookings.lines_for(
            store, cast.seinhuis, store.rooms.terms(perron.id, now), *day, Details(), member=cast.samira.is_member
        )).gross_cents  # fmt: skip
        made = desk.book_for(store, cast.seinhuis, perron.id, *day, Details(), who, host, now, agreed_cents=price)
        return made, store.bookings.renter(made.renter_id)

    made, once = take("13:00", "Andere B.V.")
    assert (made.person_id, once.person_id, once.for_id) == (cast.samira.id, None, cast.samira.id)
    # Another company has another VAT number, and what a member typed of an address is not what a host typed
    assert (once.company, once.vat_id, once.email) == ("Andere B.V.", "", cast.samira.email)
    assert store.bookings.renter_of(cast.samira.id) == own
    assert take("15:00")[1] == own and take("17:00", "Eigen Zaak")[1] == own
    assert set(store.bookings.rented_as(cast.samira.id)) == {own.id, once.id}


def test_a_member_who_never_rented_still_has_no_record_after_a_host_booked_for_them(store, cast, now, host, perron):
    who = desk.party(store, cast.seinhuis, "samira", cast.marieke.id, now)
    renter = bookings.renter_for(store, cast.noord.id, who.person, who.values, "nl", now, by_host=True)
    assert (renter.for_id, renter.email) == (cast.samira.id, cast.samira.email)
    assert store.bookings.renter_of(cast.samira.id) is None


# Moving back


def test_a_move_to_another_room_is_taken_back_to_the_letter(store, cast, now, meeting, perron, host):
    remise = let(store, cast.seinhuis, cast.marieke, now, name="Remise", hour_cents=9900)
    one = meeting(setup="")
    moved = bookings.move(store, cast.seinhuis, one, remise.id, at("16:00"), at("18:00"), host, now, agreed_cents=None)
    assert moved.gross_cents != one.gross_cents
    late, soon = now + desk.UNDO + timedelta(seconds=1), now + desk.UNDO

    def back(sequence, when):
        return desk.put_back(store, cast.seinhuis, one.id, desk.place_of(one), sequence, now, host, when)

    for sequence, when in ((moved.sequence, late), (one.sequence, soon)):
        with pytest.raises(Conflict, match="move_undo_late"):
            back(sequence, when)
    put = back(moved.sequence, soon)
    assert replace(put, sequence=0, changed_at=now) == replace(one, sequence=0, changed_at=now)
    assert put.sequence == one.sequence + 2 and store.bookings.get(one.id) == put


def test_who_was_there_is_there_still_only_where_the_meeting_goes_on(store, cast, now, meeting, perron, host):
    remise = let(store, cast.seinhuis, cast.marieke, now, name="Remise")
    one, soon = meeting("13:00", 1), at("12:55")

    def there(room, start, end):
        came = store.bookings.set(store.bookings.get(one.id), arrived_at=at("12:50"))
        return bookings.move(store, cast.seinhuis, came, room.id, start, end, host, soon, agreed_cents=None).arrived_at

    assert there(perron, at("13:00"), at("15:00")) == there(perron, at("12:45"), at("14:00")) == at("12:50")
    assert there(remise, at("13:00"), at("14:00")) is there(perron, at("13:00", 13), at("14:00", 13)) is None


def test_taking_a_move_back_gives_back_the_dots_it_took_and_who_was_there(store, cast, now, host):
    wissel = let(store, cast.seinhuis, cast.marieke, now, "Wissel", dots_per_hour=2)
    one = book(store, cast.seinhuis, wissel, at("13:00"), 1, as_booker(cast.samira), now, person=cast.samira, paid_by="capital")
    one = bookings.arrive(store, cast.seinhuis, one.id, host, at("12:30"))
    free = store.ledger.person_account(cast.samira.id).available
    moved = bookings.move(store, cast.seinhuis, one, wissel.id, at("16:00"), at("18:00"), host, now, agreed_cents=None)
    assert (moved.dots, store.ledger.person_account(cast.samira.id).available) == (4, free - 2)
    put = desk.put_back(store, cast.seinhuis, one.id, desk.place_of(one), moved.sequence, now, host, now)
    assert replace(put, sequence=0, changed_at=now) == replace(one, sequence=0, changed_at=now)
    assert store.ledger.person_account(cast.samira.id).available == free


def test_a_changed_title_keeps_the_price_that_was_agreed(store, cast, now, meeting, host):
    one = meeting(people=4)
    dear = replace(one, lines=(replace(one.lines[0], net_cents=1),))
    assert bookings.lines_with(store, cast.seinhuis, dear, Details(title="Anders", people=4)) == dear.lines
    assert bookings.lines_with(store, cast.seinhuis, dear, Details(people=5)) == one.lines


# On the day


def test_they_are_there_once_and_it_is_taken_back(store, cast, now, meeting, host):
    one, soon = meeting("10:30"), at("09:45")
    with pytest.raises(Refused, match="too_early"):
        bookings.arrive(store, cast.seinhuis, one.id, host, at("09:29"))
    there = bookings.arrive(store, cast.seinhuis, one.id, host, soon)
    assert there.arrived_at == soon and bookings.arrive(store, cast.seinhuis, one.id, host, at("10:40")) == there
    assert bookings.arrive(store, cast.seinhuis, one.id, host, at("10:45"), came=False).arrived_at is None
    acts = [row["action"] for row in store.desk.history(one)]
    assert acts == ["booking.confirmed", "booking.arrive", "booking.absent"]


def test_who_leaves_early_frees_the_room_from_the_next_quarter_but_pays_all(store, cast, now, meeting, perron, host):
    one = meeting("13:00", 3)
    with pytest.raises(Refused, match="not_begun"):
        bookings.end_early(store, cast.seinhuis, one.id, host, at("12:59"))
    left = bookings.end_early(store, cast.seinhuis, one.id, host, at("14:05"))
    assert (left.left_at, left.blocked_until) == (at("14:15"), at("14:45")) and left.gross_cents == one.gross_cents
    assert meeting("14:45", 1, at("14:10")).status == "confirmed"
    for when in (at("14:20"), at("16:00")):
        with pytest.raises(Conflict, match="booking_over"):
            bookings.end_early(store, cast.seinhuis, one.id, host, when)


def test_another_venue_has_no_say_in_it(store, cast, now, meeting, host):
    one = meeting()
    for act in (bookings.arrive, bookings.end_early, bookings.approve):
        with pytest.raises(NotFound):
            act(store, cast.wissel, one.id, host, at("13:10"))


def test_the_day_says_who_is_missed_before_who_is_in(store, cast, now, meeting, host):
    loket = let(store, cast.seinhuis, cast.marieke, now, name="Loket", warn_after=10)
    here, none = meeting("13:00"), meeting("13:00", room=loket)
    bookings.arrive(store, cast.seinhuis, here.id, host, at("13:00"))
    booked = lists.of_day(cast.seinhuis, store.bookings.between(cast.seinhuis.id, at("00:00"), at("23:00")), date(2026, 3, 12))

    def states(clock):
        let_now = [room for room, _terms in store.rooms.let(cast.seinhuis.id, now)]
        return [(one.room.name, one.state) for one in lists.rooms_now(let_now, booked, at(clock))]

    assert states("12:59") == [("Loket", "free"), ("Perron", "free")]
    assert states("13:09") == [("Loket", "expected"), ("Perron", "occupied")]
    assert states("13:40") == [("Loket", "expected"), ("Perron", "occupied")], "without a plate nobody could have said it"
    warned = store.bookings.set(none, warned_at=at("13:20"))
    booked = [warned if one.id == none.id else one for one in booked]
    assert states("13:40") == [("Loket", "missed"), ("Perron", "occupied")]
    assert states("15:00") == [("Loket", "free"), ("Perron", "free")] and none.status == "confirmed"


def test_the_day_adds_up_to_what_it_brings_in_and_carries(store, cast, now, meeting):
    meeting("10:00", 1), meeting("13:00", 2, topics=("mantelzorg",)), meeting("17:00", 1, option=True)
    on = date(2026, 3, 12)
    booked = store.bookings.between(cast.seinhuis.id, at("00:00"), at("23:00"))
    firm, policy = lists.of_day(cast.seinhuis, booked, on), Policy(seat_cost_euro=16)
    told = lists.day_sum(cast.seinhuis, booked, on, policy)
    assert (told.net_cents, told.seats, [topics for _one, topics in told.topics]) == (11400, 7, [("mantelzorg",)])
    assert told.net_cents == sum(money.total(one.lines).net_cents for one in firm)
    assert lists.day_sum(cast.seinhuis, booked, on, Policy()).seats == 0
    between, last = lists.cleaning([room for room, _terms in store.rooms.let(cast.seinhuis.id, now)], firm)
    assert (between.since, between.until, between.minutes, last.until, last.then) == (at("11:00"), at("13:00"), 120, None, None)


def test_a_meeting_of_some_days_carries_its_seats_once_on_each_of_them(store, cast, now, meeting):
    policy, seinhuis = Policy(seat_cost_euro=19), cast.seinhuis
    long = meeting("12:00", 60)  # until Saturday's midnight
    night = meeting("22:00", 4, room=let(store, seinhuis, cast.marieke, now, name="Loket"))  # over Thursday's
    assert (lists.carried(seinhuis, policy, long), lists.carried(seinhuis, policy, night)) == (38000 * 6 // 3 // 1900, 4)
    booked, days = store.bookings.between(seinhuis.id, at("00:00"), at("23:00", 16)), [date(2026, 3, n) for n in range(12, 16)]
    assert [len(lists.going_on(seinhuis, booked, on)) for on in days] == [2, 2, 1, 0]
    told = [lists.day_sum(seinhuis, booked, on, policy) for on in days]
    assert [one.seats for one in told] == [44, 44, 40, 0] and [one.net_cents for one in told] == [243200, 0, 0, 0]


def test_what_capital_pays_and_a_deposit_carry_no_seat(store, cast, now, meeting):
    one, policy = meeting("13:00", 1), Policy(seat_cost_euro=19)
    assert lists.carried(cast.seinhuis, policy, one) == 2 and lists.carried(cast.seinhuis, Policy(), one) == 0
    assert lists.carried(cast.seinhuis, policy, replace(one, paid_by="capital")) == 0
    deposit = money.line("deposit", 100, 25000, 0)
    assert lists.carried(cast.seinhuis, policy, replace(one, lines=(deposit,))) == 0


# A week


def strips(store, cast, on):
    lets, span = store.rooms.let(cast.seinhuis.id, at("12:00")), week.span_of(cast.seinhuis, week.days_of(on))
    closed = outside.all_closed(store, lets, *span)
    return week.week_of(cast.seinhuis, lets, store.desk.strips(cast.seinhuis.id, *span), closed, on)


def test_a_week_shows_each_meeting_on_its_days_from_the_first_hour_on(store, cast, now, meeting, perron, host):
    meeting("13:00", 2)
    meeting("16:00", 1, option=True)
    book(store, cast.seinhuis, perron, at("22:00", 13), 4, host, now)
    shown = strips(store, cast, date(2026, 3, 12))
    ((room, cells),) = shown.rows
    assert room == perron and shown.days[0] == date(2026, 3, 9) and (shown.first, shown.last) == (8, 24)
    thursday, friday, saturday = cells[3:6]
    assert (thursday.firm, thursday.open, thursday.count, thursday.quarters) == ([(20, 8)], [(32, 4)], 2, 12)
    assert (friday.firm, friday.count, saturday.count, saturday.firm) == ([(56, 8)], 1, 0, [])


@pytest.mark.parametrize(("day", "month"), [(25, 10), (29, 3)])
def test_in_the_weeks_in_which_the_clock_changes_a_meeting_stands_at_its_hour(store, cast, now, perron, host, day, month):
    book(store, cast.seinhuis, perron, at("13:00", day, month), 1, host, now)
    shown = strips(store, cast, date(2026, month, day))
    assert shown.first == 8 and shown.rows[0][1][6].firm == [((13 - 8) * 4, 4)]


@pytest.mark.parametrize(("day", "month"), [(25, 10), (29, 3)])
def test_a_week_drawn_from_midnight_shows_the_hours_of_such_a_night_by_the_clock(store, cast, now, host, day, month):
    always = dict.fromkeys(DAYS, ["00:00", "24:00"])
    night = let(store, cast.seinhuis, cast.marieke, now, "Nacht", buffer_after=0, hours=always)
    book(store, cast.seinhuis, night, at("23:00", day, month), 1, host, now)
    first = at("01:00", day, month)
    book(store, cast.seinhuis, night, first, 1, host, now)
    book(store, cast.seinhuis, night, first + timedelta(hours=1), 1, host, now)  # autumn: the first of two hours; spring: 3:00
    third = (8, 4) if month == 10 else (12, 4)
    shown = strips(store, cast, date(2026, month, day))
    cell = shown.rows[0][1][6]
    assert (shown.first, shown.last, sorted(cell.firm), cell.quarters, cell.shut) == (0, 24, [(4, 4), third, (92, 4)], 12, [])


def test_a_closure_outside_the_hours_of_a_room_closes_nothing_more(store, cast, now, perron):
    rooms.close(store, cast.seinhuis, perron.id, at("19:00", 13), at("23:00", 13), "schoonmaak", cast.marieke.id, now)
    night = let(store, cast.seinhuis, cast.marieke, now, "Nacht", hours={"fri": ["08:00", "24:00"]})
    rooms.close(store, cast.seinhuis, night.id, at("19:00", 13), at("23:00", 13), "schoonmaak", cast.marieke.id, now)
    told = {room.name: cells[4] for room, cells in strips(store, cast, date(2026, 3, 13)).rows}
    assert (told["Perron"].partly, told["Nacht"].partly) == (False, True)


def test_hours_that_go_on_into_those_of_the_next_day_close_nothing(store, cast, now):
    let(store, cast.seinhuis, cast.marieke, now, "Nacht", hours={"mon": ["20:00", "19:00"], "tue": ["02:00", "03:00"]})
    shown = strips(store, cast, date(2026, 3, 13))
    assert shown.first == 2 and shown.rows[0][1][1].shut == [((19 - 2) * 4, shown.columns - (19 - 2) * 4)]


def test_a_week_shows_when_rooms_are_closed_by_their_hours_by_a_host_or_by_another_calendar(store, cast, now, meeting, perron):
    seinhuis, by = cast.seinhuis, cast.marieke.id
    meeting("13:00", 2)
    let(store, seinhuis, cast.marieke, now, name="Loket")
    rooms.close(store, seinhuis, perron.id, at("16:00"), at("12:00", 14), "Vloer in de olie", by, now)
    linked = outside.link(store, seinhuis, perron, {"url": "https://agenda.example/perron.ics"}, by, now)
    outside.record(store, linked, Found((Busy("een", at("10:00", 11), at("11:00", 11)),)), now)
    shown = strips(store, cast, date(2026, 3, 12))
    told = {room.name: cells for room, cells in shown.rows}
    wednesday, thursday, friday, saturday, sunday = told["Perron"][2:]
    before, after = [list(cells) for cells in (wednesday.shut, told["Loket"][2].shut)]
    # what is taken elsewhere is as long as the time that the room needs after a meeting, too
    assert [one for one in before if one not in after] == [(8 - 2, 4 + 2)]
    assert (32, shown.columns - 32) in thursday.shut and thursday.firm == [(20, 8)]
    assert (thursday.count, thursday.partly, saturday.partly, sunday.partly) == (1, True, False, False)
    assert [one.closed(0, shown.columns) for one in (wednesday, thursday, friday, sunday)] == [False, False, True, True]
    *workdays, _saturday, off = told["Loket"]
    assert off.closed(0, shown.columns) and not any(one.partly or one.closed(0, shown.columns) for one in workdays)


def test_lists_find_bookings_by_how_they_stand_and_by_name(store, cast, now, meeting):
    coming, option = meeting("13:00", title="Raad 100%"), meeting("16:00", option=True)
    gone = meeting("10:00", 1)
    bookings.cancel(store, cast.seinhuis, meeting("18:30", 1), as_booker(cast.marieke, host=True), now, agreed_cents=None)

    def found(which, text=""):
        return [one.booking.id for one in store.desk.find(cast.seinhuis.id, which, text, at("12:00"), most=9)]

    assert found("coming") == [coming.id, option.id] and found("options") == [option.id] and found("past") == [gone.id]
    assert found("requests") == [] and len(found("cancelled")) == 1
    assert found("coming", "100%") == [coming.id] and len(found("coming", "WOONLAB")) == 2 and found("coming", "_") == []
    assert store.desk.find(cast.wissel.id, "coming", "", now, most=9) == []
