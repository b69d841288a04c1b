"""A part taken off an invoice: a note of its own over what was said, to the cent, and what is left goes on as it should."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2m.domain import billing, bookings, ledger, money, rooms
from s2m.domain.billing import following, payments
from s2m.domain.billing.crediting import items
from s2m.domain.billing.values import thing
from s2m.domain.bookings import Details
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.papers.ubl import ubl
from s2m.store import Store
from tests import norm
from tests.billing import DEPOSIT, HALF_A_DAY, agrees, books, perron, sells, supply
from tests.letting import EVA, HOUR, as_booker, book, let

# The cast's Thursday a week on, 13:00 by the clock of Het Seinhuis
ONE = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)


@pytest.fixture
def issue(store, cast, now):
    sells(store, cast, now)
    room = perron(store, cast, now)
    return lambda lines=HALF_A_DAY: billing.issue(store, cast.seinhuis, supply(store, room, lines), now)


@pytest.fixture
def booked(store, cast, now):
    sells(store, cast, now)
    room = let(store, cast.seinhuis, cast.marieke, now, deposit_cents=100_00)
    return book(store, cast.seinhuis, room, ONE, 2, as_booker(cast.marieke, host=True), now)


@pytest.fixture
def part(store, cast, now):
    def part(document, **given):
        return billing.credit_part(store, document, {"reason": "Het scherm deed het niet"} | given, cast.marieke.id, now)

    return part


@pytest.fixture(autouse=True)
def books_are_in_order(store, cast):
    yield
    assert ledger.verify_network(store, cast.noord.id).fault is None
    assert agrees(store, cast.seinhuis) is None


def stands(store, document):
    return billing.bill(store, document).stands_cents


def paid(store, document, cents, now):
    return billing.pay(store, document, cents, "bank", now.date(), "system", now)


def test_an_amount_with_vat_comes_off_by_a_note_of_its_own(store, cast, now, issue, part):
    made = issue()
    paid(store, made, 326_80, now)
    note = part(made, amount_0="50,00")
    assert (note.number, note.kind, note.reduces_id, note.credits_id) == ("C2026-0001", "credit", made.id, None)
    assert (note.credits_number, note.reason) == ("2026-0001", "Het scherm deed het niet")
    assert [(line.code, line.net_cents, line.vat) for line in note.lines] == [("room", 41_32, 2100)]
    assert (note.sum.net_cents, note.sum.vat_cents, note.sum.gross_cents) == (41_32, 8_68, 50_00)
    bill = billing.bill(store, made)
    assert (bill.stands_cents, bill.open_cents, bill.state(now.date()), bill.credit_id) == (276_80, -50_00, "over", None)
    assert books(store, cast.seinhuis) == {
        "receivable": 50_00, "revenue": 280_00 - 41_32, "vat_2100": 37_80 - 8_68, "vat_900": 9_00, "issuing": -326_80
    }  # fmt: skip
    assert store.billing.get(made.id) == made and store.billing.get(note.id) == note
    assert [each.document.id for each in store.billing.listed(cast.seinhuis.id, "open", now.date(), most=9)[0]] == [made.id]


def test_a_line_that_is_ticked_comes_off_whole_as_it_stood(store, cast, now, issue, part):
    made = issue((*HALF_A_DAY, DEPOSIT))
    note = part(made, whole_1="1", amount_1="3")
    assert note.lines == HALF_A_DAY[1:] and stands(store, made) == 426_80 - 109_00
    assert [item.gross_cents for item in items(billing.bill(store, made))] == [217_80, 0, 100_00]


def test_a_discount_belongs_to_the_hire_that_it_takes_off_of(store, cast, now, issue, part):
    made = issue((money.line("room_hour", 200, 50_00, 2100), money.line("member", -100, 10_00, 2100), HALF_A_DAY[1]))
    assert [item.gross_cents for item in items(billing.bill(store, made))] == [108_90, 109_00]
    with pytest.raises(Invalid, match="too_much_off"):
        part(made, amount_0="108.91")
    assert part(made, whole_0="1").lines == made.lines[:2]


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({}, "parts", "nothing_chosen"), ({"amount_0": "0"}, "parts", "nothing_chosen"),
        ({"amount_9": "5"}, "parts", "nothing_chosen"),
        ({"amount_0": "217.81"}, "amount_0", "too_much_off"), ({"amount_0": "-5"}, "amount_0", "money"),
        ({"amount_1": "x"}, "amount_1", "money"), ({"amount_0": "5", "reason": " "}, "reason", "empty"),
        ({"amount_0": "5", "reason": "x" * 161}, "reason", "too_long"),
    ],
)  # fmt: skip
def test_what_cannot_come_off_is_refused_beside_its_field_and_takes_no_number(store, cast, now, issue, part, given, field, code):
    made = issue()
    with pytest.raises(Invalid) as refused:
        part(made, **given)
    assert (refused.value.data["field"], refused.value.code) == (field, code)
    assert stands(store, made) == 326_80 and part(made, amount_0="1").number == "C2026-0001"


def test_never_more_than_stands_of_a_thing(store, cast, now, issue, part):
    made = issue()
    part(made, amount_1="100")
    with pytest.raises(Invalid) as refused:
        part(made, amount_1="9.01")
    assert refused.value.data["most"] == 9_00
    part(made, amount_1="9")
    with pytest.raises(Invalid, match="too_much_off"):
        part(made, amount_1="0.01")


def test_no_part_comes_off_a_note_or_of_what_was_taken_back(store, cast, now, issue, part):
    made = issue()
    note = part(made, amount_0="5")
    with pytest.raises(Refused, match="not_an_invoice"):
        part(note, amount_0="1")
    billing.credit(store, made, cast.marieke.id, now)
    with pytest.raises(Conflict, match="credited"):
        part(made, amount_0="1")


def test_all_that_stands_is_taking_it_back(store, cast, now, issue, part):
    made = issue()
    part(made, amount_0="17.80")
    rest = part(made, whole_0="1", whole_1="1")
    assert (rest.credits_id, rest.reduces_id, rest.number) == (made.id, None, "C2026-0002")
    assert rest.sum.gross_cents == 309_00 and set(books(store, cast.seinhuis).values()) == {0}
    assert billing.bill(store, made).state(now.date()) == "credited"


def test_taking_back_what_is_left_after_parts_leaves_nothing_to_the_cent(store, cast, now, issue, part):
    """Two of 10.02 have 4.21 VAT together, and 2.10 each alone; amounts that 21 % cannot make are said all the same."""
    made = issue((money.line("extra", 100, 10_02, 2100, "A"), money.line("extra", 100, 10_02, 2100, "B")))
    first, second = part(made, whole_0="1"), part(made, amount_1="0.03")
    rest = billing.credit(store, made, cast.marieke.id, now)
    assert [note.sum.gross_cents for note in (first, second, rest)] == [12_13, 3, 24_25 - 12_13 - 3]
    assert sum(note.sum.vat_cents for note in (first, second, rest)) == 4_21
    assert set(books(store, cast.seinhuis).values()) == {0}
    assert [line.text for line in rest.lines] == ["A", "B", "C2026-0001: A", "C2026-0002: B"]


def test_a_part_of_a_deposit_comes_off_and_the_rest_goes_back(store, cast, now, issue, part):
    made = issue((*HALF_A_DAY, DEPOSIT))
    part(made, amount_2="40")
    paid(store, made, 386_80, now)
    assert billing.return_deposit(store, made, cast.marieke.id, now).cents == -60_00
    assert books(store, cast.seinhuis)["deposits"] == 0
    with pytest.raises(Invalid, match="too_much_off"):
        part(made, amount_2="0.01")  # it went back, and cannot come off as well
    part(made, amount_0="10")  # of the hire it still can


# The booking goes on --------------------------------------------------------------------------------------------------


def move(store, cast, now, booked, hours):
    by = as_booker(cast.marieke, host=True)
    return bookings.move(store, cast.seinhuis, booked, booked.room_id, ONE, ONE + hours * HOUR, by, now, agreed_cents=None)


def said(store, booked):
    """Its documents, the notes last: number, what it comes to, what is open."""
    bills = sorted(store.billing.of_booking(booked.id), key=lambda bill: bill.document.kind, reverse=True)
    return [(bill.document.number, bill.document.sum.gross_cents, bill.open_cents) for bill in bills]


def newest(store, booked):
    return [one for one in said(store, booked) if not one[0].startswith("C")][-1]


def test_what_came_off_stays_off_when_the_booking_changes_and_changes_again(store, cast, now, booked, part):
    first = store.billing.of_booking(booked.id)[0].document
    part(first, amount_0="20", amount_1="40")
    following.follow(store, cast.seinhuis, store.bookings.set(booked, title="Iets anders"), now)
    assert len(said(store, booked)) == 2
    paid(store, first, 131_96, now)
    longer = move(store, cast, now, booked, 3)
    assert newest(store, booked) == ("2026-0002", 177_94, 45_98) and said(store, booked)[-1] == ("C2026-0002", 131_96, 0)
    second = payments.standing(payments.invoices(store, booked.id))
    lines = second.lines
    assert [(line.code, line.net_cents, line.text) for line in lines[-2:]] == [
        ("reduction", -16_53, "C2026-0001"), ("deposit", -40_00, "C2026-0001")
    ]  # fmt: skip
    following.follow(store, cast.seinhuis, longer, now)
    assert len(said(store, booked)) == 4
    part(second, amount_0="10")
    move(store, cast, now, longer, 4)
    assert newest(store, booked) == ("2026-0003", 213_92, 213_92 - 131_96)


def test_never_more_comes_off_a_new_bill_than_there_is_on_it(store, cast, now, booked, part):
    first = store.billing.of_booking(booked.id)[0].document
    part(first, amount_0="80")
    move(store, cast, now, booked, 1)
    assert newest(store, booked) == ("2026-0002", 100_00, 100_00)  # the deposit alone: an hour is 45.98
    move(store, cast, now, store.bookings.get(booked.id), 2)
    assert newest(store, booked) == ("2026-0003", 111_95, 111_95)  # 76.00 less 66.12, and 21 % of that


def test_a_booking_that_is_cancelled_for_nothing_takes_back_what_is_left(store, cast, now, booked, part):
    part(store.billing.of_booking(booked.id)[0].document, amount_0="20")
    bookings.cancel(store, cast.seinhuis, booked, as_booker(cast.marieke, host=True), now, agreed_cents=0)
    assert [number for number, _, _ in said(store, booked)] == ["2026-0001", "C2026-0001", "C2026-0002"]
    assert set(books(store, cast.seinhuis).values()) == {0}


def test_a_bill_made_anew_for_another_buyer_keeps_what_came_off(store, cast, now, booked, part):
    first = store.billing.of_booking(booked.id)[0].document
    part(first, amount_0="20")
    following.again(store, cast.seinhuis, first, EVA | {"company": "Woonlab B.V."}, cast.marieke.id, now)
    assert newest(store, booked) == ("2026-0002", 171_96, 171_96)


def test_what_a_host_took_back_after_a_part_stays_so(store, cast, now, booked, part):
    first = store.billing.of_booking(booked.id)[0].document
    part(first, amount_0="20")
    billing.credit(store, first, cast.marieke.id, now)
    following.follow(store, cast.seinhuis, store.bookings.set(booked, title="Iets anders"), now)
    assert len(said(store, booked)) == 3


# Of one thing and never of another ------------------------------------------------------------------------------------


@pytest.fixture
def extras(store, cast, now):
    """What the house brings: lunch and cake at the low rate, a screen at that of the hire."""
    sells(store, cast, now)
    given = {"per": "booking", "stock": ""}
    listed = [("Lunch", "20", "catering", "900"), ("Taart", "15", "catering", "900"), ("Scherm", "30", "equipment", "2100")]
    by = cast.marieke.id
    return [
        rooms.add_extra(
            store, cast.seinhuis, given | {"name": name, "price": price, "kind": kind, "vat": vat}, by, now
        ).id for name, price, kind, vat in listed
    ]  # fmt: skip


@pytest.fixture
def catered(store, cast, now, extras):
    """76.00 of hire, lunch for five and a screen, a deposit; half of it is due where it is cancelled."""
    tiers = ((24 * 30, 50),)
    room = let(store, cast.seinhuis, cast.marieke, now, extras=tuple(extras), tiers=tiers, deposit_cents=100_00)
    by = as_booker(cast.marieke, host=True)
    return book(store, cast.seinhuis, room, ONE, 2, by, now, extras={extras[0]: 5, extras[2]: 1})


def change(store, cast, now, booked, chosen):
    by = as_booker(cast.marieke, host=True)
    return bookings.change_details(store, cast.seinhuis, booked, Details(extras=chosen), by, now, agreed_cents=None)


def cancel(store, cast, now, booked):
    due = bookings.cancel_fee(store, booked, now)[1].gross_cents
    return bookings.cancel(store, cast.seinhuis, booked, as_booker(cast.marieke, host=True), now, agreed_cents=due)


def last_lines(store, booked):
    lines = payments.standing(payments.invoices(store, booked.id)).lines
    return [(line.code, line.text, line.net_cents) for line in lines if line.code != "deposit"]


def test_what_came_off_one_extra_is_never_taken_off_another_nor_off_the_hire(store, cast, now, catered, extras, part):
    first = store.billing.of_booking(catered.id)[0].document
    assert [line.text for line in first.lines] == ["", "Lunch", "Scherm", ""]
    part(first, whole_1="1", whole_2="1")
    cake = change(store, cast, now, catered, {extras[1]: 5})
    assert last_lines(store, catered) == [("room_hour", "", 76_00), ("extra", "Taart", 75_00)]
    change(store, cast, now, cake, {extras[0]: 5, extras[2]: 2})
    assert last_lines(store, catered) == [
        ("room_hour", "", 76_00), ("extra", "Lunch", 100_00), ("extra", "Scherm", 60_00),
        ("reduction", "C2026-0001: Lunch", -100_00), ("reduction", "C2026-0001: Scherm", -30_00),
    ]  # fmt: skip


def test_what_came_off_the_hire_is_never_taken_off_an_extra_of_its_rate(store, cast, now, catered, part):
    part(store.billing.of_booking(catered.id)[0].document, amount_0="80")
    move(store, cast, now, catered, 1)
    assert last_lines(store, catered)[-1] == ("reduction", "C2026-0001", -38_00)
    left = items(payments.invoices(store, catered.id)[-1])
    assert [(item.text, item.net_cents) for item in left] == [("", 0), ("Lunch", 100_00), ("Scherm", 30_00), ("", 100_00)]


def test_what_came_off_before_counts_for_its_own_thing_when_more_comes_off(store, cast, now, catered, part):
    part(store.billing.of_booking(catered.id)[0].document, amount_2="10")
    move(store, cast, now, catered, 3)
    second = payments.invoices(store, catered.id)[-1].document
    assert [item.gross_cents for item in items(billing.bill(store, second))] == [137_94, 109_00, 26_31, 100_00]
    with pytest.raises(Invalid, match="too_much_off"):
        part(second, amount_2="26.32")
    assert [(line.text, line.net_cents) for line in part(second, whole_2="1").lines] == [("Scherm", 21_74)]


def test_a_fee_is_billed_as_it_was_agreed_whatever_came_off_before(store, cast, now, part):
    sells(store, cast, now)
    room = let(store, cast.seinhuis, cast.marieke, now, tiers=((24 * 30, 50),))
    booked = book(store, cast.seinhuis, room, ONE, 2, as_booker(cast.marieke, host=True), now)
    first = store.billing.of_booking(booked.id)[0].document
    paid(store, first, 91_96, now)
    part(first, amount_0="45.98")
    assert cancel(store, cast, now, booked).fee_cents == 45_98
    assert last_lines(store, booked) == [("cancellation", "", 38_00)] and newest(store, booked)[1:] == (45_98, -45_98)


def test_what_came_off_a_fee_itself_stays_off_when_it_is_billed_to_another(store, cast, now, catered, part):
    cancel(store, cast, now, catered)
    fee = payments.standing(payments.invoices(store, catered.id))
    assert [(line.vat, line.net_cents) for line in fee.lines] == [(2100, 53_00), (900, 50_00)]
    part(fee, amount_0="14.13")
    following.again(store, cast.seinhuis, fee, EVA | {"company": "Woonlab B.V."}, cast.marieke.id, now)
    assert newest(store, catered)[1] == 118_63 - 14_13
    left = items(payments.invoices(store, catered.id)[-1])
    assert [(item.code, item.vat, item.gross_cents) for item in left] == [
        ("cancellation", 2100, 50_00), ("cancellation", 900, 54_50)
    ]  # fmt: skip


def test_an_older_bill_that_names_no_thing_still_adds_up(store, cast, now, issue, part):
    """Reductions were once of a rate: they count for the first things of it, and for none twice."""
    lunch = money.line("extra", 100, 60_00, 900, "Lunch")
    made = issue((*HALF_A_DAY, lunch, money.line("reduction", -100, 110_00, 900, "C2026-0009")))
    assert [item.net_cents for item in items(billing.bill(store, made))] == [180_00, 50_00]
    assert part(made, whole_1="1").sum.gross_cents == 54_50 and stands(store, made) == 217_80


# Pressed twice --------------------------------------------------------------------------------------------------------


def test_a_part_that_is_sent_twice_comes_off_once(store, cast, now, issue, part):
    made = issue()
    shown = {"amount_0": "50", "stands": str(stands(store, made))}
    part(made, **shown)
    with pytest.raises(Conflict, match="bill_changed"):
        part(made, **shown)
    assert stands(store, made) == 276_80
    assert part(made, **shown | {"stands": "27680"}).number == "C2026-0002"


# Any parts ------------------------------------------------------------------------------------------------------------

LINES = st.lists(
    st.builds(
        money.line, st.sampled_from(["room_hour", "extra", "deposit", "cancellation"]), st.integers(1, 1_500),
        st.integers(0, 90_00), st.sampled_from(money.VAT_RATES), st.sampled_from(["", "Lunch"]),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
PARTS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 100)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(LINES, PARTS)
def test_any_parts_and_what_is_left_add_up_to_the_invoice_and_the_norm_reads_each(store, cast, now, issue, lines, parts):
    lines = [money.line("deposit", 100, line.unit_cents, 0) if line.code == "deposit" else line for line in lines]
    store.connection.exec_driver_sql("SAVEPOINT before")
    try:
        _play(Store(store.connection, None), cast, now, lines, parts)
    finally:
        store.connection.exec_driver_sql("ROLLBACK TO before")


def _play(store, cast, now, lines, parts):
    try:
        made = billing.issue(store, cast.seinhuis, supply(store, store.venues.rooms(cast.seinhuis.id)[-1], tuple(lines)), now)
    except Refused:
        return
    notes = []
    for place, percent in parts:
        bill = billing.bill(store, made)
        if bill.credit_id:
            break
        left = items(bill)
        assert sum(item.gross_cents for item in left) == bill.stands_cents
        item = left[place % len(left)]
        cents = item.gross_cents * percent // 100
        given = {f"amount_{place % len(left)}": f"{cents // 100}.{cents % 100:02}", "reason": "x"}
        if cents:
            notes.append(billing.credit_part(store, made, given, cast.marieke.id, now))
            assert notes[-1].sum.gross_cents == cents and agrees(store, cast.seinhuis) is None
    if not billing.bill(store, made).credit_id:
        notes.append(billing.credit(store, made, cast.marieke.id, now))
    assert stands(store, made) == 0 and set(books(store, cast.seinhuis).values()) <= {0}
    for rate in money.VAT_RATES:
        per_rate = [[one.vat_cents for one in each.sum.vat if one.rate == rate] for each in (made, *notes)]
        assert sum(per_rate[0]) == sum(sum(each) for each in per_rate[1:])
    assert [rule for note in notes[-2:] for rule in norm.broken(ubl(note))] == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["part", "part", "part", "extras", "move", "again"]), st.integers(0, 3), st.integers(1, 100),
        st.integers(0, 2),
    ),
    min_size=2, max_size=7,
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STEPS, st.booleans())
def test_whatever_changes_each_thing_is_billed_less_what_came_off_it(store, cast, now, catered, extras, steps, cancelled):
    store.connection.exec_driver_sql("SAVEPOINT before")
    try:
        _live(Store(store.connection, None), cast, now, catered, extras, steps)
        if cancelled:
            _ends(Store(store.connection, None), cast, now, catered)
        assert norm.broken(ubl(payments.invoices(store, catered.id)[-1].document)) == []
    finally:
        store.connection.exec_driver_sql("ROLLBACK TO before")


def _live(store, cast, now, booked, extras, steps):
    for what, place, percent, count in steps:
        booked, bill = store.bookings.get(booked.id), payments.invoices(store, booked.id)[-1]
        if what == "part":
            item = items(bill)[place % len(items(bill))]
            cents = item.gross_cents * percent // 100
            if 0 < cents < bill.stands_cents:
                given = {f"amount_{place % len(items(bill))}": f"{cents // 100}.{cents % 100:02}", "reason": "x"}
                billing.credit_part(store, bill.document, given, cast.marieke.id, now)
        elif what == "extras":
            change(store, cast, now, booked, {extra: 1 + count for n, extra in enumerate(extras) if n != place})
        elif what == "move":
            move(store, cast, now, booked, 1 + place)
        else:
            following.again(store, cast.seinhuis, bill.document, EVA, cast.marieke.id, now)
        _is_right(store, cast, booked)


def _is_right(store, cast, booked):
    """Of each thing stands what the booking owes of it, less what came off it, and nothing else."""
    bills = payments.invoices(store, booked.id)
    owes, off = {}, {}
    for line in following.owed(store, store.bookings.get(booked.id)):
        owes[thing(line)] = owes.get(thing(line), 0) + line.net_cents
    for line in (line for bill in bills for note in bill.notes for line in note.lines):
        off[thing(line)] = off.get(thing(line), 0) + line.net_cents
    left = items(bills[-1])
    assert {(item.code, item.text, item.vat): item.net_cents for item in left} == {
        key: max(0, cents - off.get(key, 0)) for key, cents in owes.items()
    }  # fmt: skip
    assert sum(item.gross_cents for item in left) == bills[-1].stands_cents and all(item.vat_cents >= 0 for item in left)
    assert agrees(store, cast.seinhuis) is None


def _ends(store, cast, now, booked):
    fee = cancel(store, cast, now, store.bookings.get(booked.id)).fee_cents
    assert newest(store, booked)[1] == fee > 0
    _is_right(store, cast, booked)
