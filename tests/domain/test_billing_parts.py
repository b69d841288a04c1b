"""A part taken off an invoice: a note of its own over what was said, to the cent, and what is left goes on as it should."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2m.domain import billing, bookings, ledger, money
from s2m.domain.billing import following, payments
from s2m.domain.billing.crediting import items
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
    assert [line.text for line in rest.lines] == ["A", "B", "C2026-0001", "C2026-0002"]


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
