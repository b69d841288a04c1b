"""Bills: numbers without a gap, VAT to the cent, what is paid and given back; and the euro book agrees with all of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2m.domain import billing, ledger, money
from s2m.domain.billing import checkouts, matching, payments, seller
from s2m.domain.billing.bank import Entry
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.store import Store
from tests.billing import DEPOSIT, HALF_A_DAY, SELLER, agrees, books, perron, sells, supply

DAY = timedelta(days=1)


@pytest.fixture
def room(store, cast, now):
    sells(store, cast, now)
    return perron(store, cast, now)


@pytest.fixture
def issue(store, cast, now, room):
    return lambda lines=HALF_A_DAY, at=now, **other: billing.issue(store, cast.seinhuis, supply(store, room, lines, **other), at)


@pytest.fixture(autouse=True)
def books_are_in_order(store, cast):
    """Whatever a test did: the ledger verifies, and what is owed and paid stands in it to the cent."""
    yield
    assert ledger.verify_network(store, cast.noord.id).fault is None
    assert agrees(store, cast.seinhuis) is None


# Documents ------------------------------------------------------------------------------------------------------------


def test_an_invoice_says_who_what_when_and_posts_one_journal(store, cast, now, room, issue):
    made = issue((*HALF_A_DAY, DEPOSIT))
    assert (made.number, made.kind, made.year, made.n) == ("2026-0001", "invoice", 2026, 1)
    assert (made.issued_on, made.due_on, made.supplied_on) == (date(2026, 3, 12), date(2026, 3, 26), date(2026, 3, 19))
    assert made.seller.vat_id == "NL004495445B01" and made.seller.iban == "NL91ABNA0417164300"
    # 180.00 at 21 % and 100.00 at 9 %, and 100.00 that will be given back
    assert (made.sum.net_cents, made.sum.vat_cents, made.sum.gross_cents) == (380_00, 37_80 + 9_00, 426_80)
    rows = store.ledger.journal(cast.noord.id, made.id)
    assert [row.amount for row in rows] == [280_00, 37_80, 9_00, 100_00] and {row.unit for row in rows} == {"EUR"}
    assert books(store, cast.seinhuis) == {
        "receivable": -426_80, "revenue": 280_00, "vat_2100": 37_80, "vat_900": 9_00, "deposits": 100_00
    }  # fmt: skip
    assert store.ledger.euro_account(cast.noord.id, "revenue", cast.seinhuis.id, room.id).balance == 280_00
    assert store.billing.get(made.id) == made


def test_vat_is_reckoned_once_per_rate_and_lines_below_zero_take_off(store, cast, issue):
    hours = money.line("room_hour", 150, 33_33, 2100)
    made = issue((hours, hours, money.line("member", -100, 9_99, 2100)))
    # 50.00 (49.995 rounded half up) twice, less 9.99: 90.01, of which 21 % is 18.9021
    assert (made.sum.net_cents, made.sum.vat_cents) == (90_01, 18_90)


def test_numbers_go_on_without_a_gap_each_kind_by_itself_and_begin_anew_with_the_year_of_the_venue(store, cast, now, issue):
    assert [issue().number for _ in range(3)] == ["2026-0001", "2026-0002", "2026-0003"]
    assert billing.credit(store, store.billing.bills(cast.seinhuis.id)[0].document, cast.marieke.id, now).number == "C2026-0001"
    # 23:30 in UTC on the last day of the year is the next year in Utrecht
    assert issue(at=datetime(2026, 12, 31, 22, 30, tzinfo=UTC)).number == "2026-0004"
    assert issue(at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC)).number == "2027-0001"


def test_a_refused_bill_takes_no_number(store, cast, now, issue):
    for lines in ((), (money.line("room_hour", 100, 0, 2100),), (money.line("member", -100, 5_00, 2100),)):
        with pytest.raises(Refused, match="nothing_to_bill"):
            issue(lines)
    assert issue().n == 1


def test_without_a_seller_no_bill_goes_out(store, cast, now):
    room = perron(store, cast, now)
    for make in (billing.issue, billing.quote):
        with pytest.raises(Refused, match="no_seller"):
            make(store, cast.seinhuis, supply(store, room), now)
    assert store.billing.bills(cast.seinhuis.id) == []


def test_a_credit_note_mirrors_its_invoice_once(store, cast, now, issue):
    made = issue((*HALF_A_DAY, DEPOSIT))
    note = billing.credit(store, made, cast.marieke.id, now + DAY)
    assert (note.kind, note.credits_id, note.credits_number, note.lines) == ("credit", made.id, made.number, made.lines)
    assert (note.issued_on, note.buyer) == (date(2026, 3, 13), made.buyer)
    assert set(books(store, cast.seinhuis).values()) == {0}
    with pytest.raises(Conflict, match="credited"):
        billing.credit(store, made, cast.marieke.id, now)
    with pytest.raises(Refused, match="not_an_invoice"):
        billing.credit(store, note, cast.marieke.id, now)


def test_a_document_keeps_what_it_said_when_the_seller_moves(store, cast, now, issue):
    made = issue()
    sells(store, cast, now, street="Nieuwstraat 9", days="30")
    assert store.billing.get(made.id).seller.street == "Stationsplein 1"
    assert (issue().seller.street, issue().due_on) == ("Nieuwstraat 9", date(2026, 4, 11))


def test_a_quote_takes_no_number_of_the_books_and_leaves_nothing(store, cast, now, room, issue):
    made = billing.quote(store, cast.seinhuis, supply(store, room, booking_id="b" * 26 + "abc123"), now)
    assert (made.kind, made.number) == ("quote", "Q2026-ABC123")
    assert store.billing.bills(cast.seinhuis.id) == [] and issue().n == 1


# Who sells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("good", ["NL004495445B01", "nl 0044.95.445.B01", "NL000099998B57"])
def test_a_vat_id_of_a_company_or_a_person_is_known_by_its_digits(good):
    assert seller.vat_nl(good).startswith("NL")


@pytest.mark.parametrize(
    ("field", "bad", "code"),
    [
        ("vat_id", "NL004495446B01", "vat_id"), ("vat_id", "NL000099998B58", "vat_id"), ("vat_id", "DE123456789", "vat_id"),
        ("vat_id", "", "vat_id"), ("iban", "NL91ABNA0417164301", "iban"), ("iban", "NL91ABNA041716430", "iban"),
        ("iban", "x", "iban"), ("registration", "1234567", "registration"), ("registration", "１２３４５６７８", "registration"),
        ("postcode", "0123 AB", "postcode"), ("name", " ", "empty"), ("email", "balie", "mail_shape"),
        ("days", "91", "too_large"), ("days", "-1", "too_small"), ("prefix", "A-1", "prefix_shape"),
    ],
)  # fmt: skip
def test_what_cannot_stand_on_a_bill_is_refused_beside_its_field(store, cast, now, field, bad, code):
    with pytest.raises(Invalid) as refused:
        sells(store, cast, now, **{field: bad})
    assert (refused.value.data["field"], refused.value.code) == (field, code)
    assert store.billing.seller(cast.seinhuis.id) is None


def test_two_venues_of_one_vat_id_number_their_bills_apart(store, cast, now):
    sells(store, cast, now)
    with pytest.raises(Invalid, match="number_prefix"):
        sells(store, cast, now, venue=cast.wissel)
    sells(store, cast, now, venue=cast.wissel, prefix="wi")
    sells(store, cast, now, city="Zeist")  # one's own numbers are no obstacle
    assert {kept.prefix for kept in store.billing.sellers(cast.noord.id)} == {"", "WI"}


# What comes in --------------------------------------------------------------------------------------------------------


def by_hand(store, document, cast, now, amount, **other):
    given = {"amount": amount, "way": "bank", "paid_on": now.date().isoformat()} | other
    return billing.pay_by_hand(store, document, given, cast.marieke.id, now)


def test_a_bill_is_paid_in_parts_and_what_is_too_much_is_shown_and_given_back(store, cast, now, issue):
    made, today = issue(), now.date()
    bill = lambda: payments.bill(store, made)  # noqa: E731
    assert (bill().open_cents, bill().state(today), bill().state(made.due_on + DAY)) == (326_80, "open", "overdue")
    by_hand(store, made, cast, now, "100")
    assert (bill().open_cents, bill().state(today)) == (226_80, "open")
    by_hand(store, made, cast, now, "226,80", way="cash")
    assert (bill().open_cents, bill().state(made.due_on + DAY)) == (0, "paid")
    by_hand(store, made, cast, now, "20.50", way="card")
    assert (bill().open_cents, bill().state(today)) == (-20_50, "over")
    with pytest.raises(Refused, match="more_than_over"):
        by_hand(store, made, cast, now, "20.51", back="1")
    by_hand(store, made, cast, now, "20.50", back="1")
    assert bill().state(today) == "paid" and books(store, cast.seinhuis)["receivable"] == 0


def test_a_payment_that_was_wrong_is_taken_off_once_by_a_row_of_its_own(store, cast, now, issue):
    made = issue()
    wrong = by_hand(store, made, cast, now, "100")
    undone = billing.undo(store, made, wrong.id, cast.marieke.id, now)
    assert (undone.cents, undone.undoes_id) == (-100_00, wrong.id) and payments.bill(store, made).open_cents == 326_80
    assert [each.id for each in store.billing.payments(made.id)] == [wrong.id, undone.id]
    with pytest.raises(Conflict, match="undone"):
        billing.undo(store, made, wrong.id, cast.marieke.id, now)
    with pytest.raises(Refused, match="not_reversible"):
        billing.undo(store, made, undone.id, cast.marieke.id, now)
    with pytest.raises(NotFound):
        billing.undo(store, issue(), wrong.id, cast.marieke.id, now)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"amount": "0"}, "too_small"), ({"amount": "-5"}, "money"), ({"amount": "1e9"}, "money"), ({"way": "online"}, "choice"),
        ({"amount": "100000.01"}, "too_large"), ({"paid_on": "2026-03-13"}, "day_ahead"),
        ({"paid_on": "1999-01-01"}, "too_long_ago"),
        ({"paid_on": "2026-02-30"}, "day_shape"), ({"paid_on": "20260312"}, "day_shape"), ({"amount": "٣"}, "money"),
    ],
)  # fmt: skip
def test_what_cannot_have_come_in_is_refused(store, cast, now, issue, other, code):
    made = issue()
    with pytest.raises(Invalid) as refused:
        by_hand(store, made, cast, now, **{"amount": "5"} | other)
    assert refused.value.code == code and store.billing.payments(made.id) == []


def test_what_was_paid_goes_along_when_another_bill_takes_its_place(store, cast, now, issue):
    old = issue()
    by_hand(store, old, cast, now, "326.80")
    billing.credit(store, old, "system", now)
    assert payments.bill(store, old).state(now.date()) == "over"
    new = issue(HALF_A_DAY[:1])
    billing.carry(store, old, new, now)
    assert payments.bill(store, old).state(now.date()) == "credited" and payments.bill(store, old).open_cents == 0
    assert payments.bill(store, new).open_cents == 217_80 - 326_80


def test_a_deposit_goes_back_once_it_was_paid_and_the_bill_stays_paid(store, cast, now, issue):
    made = issue((*HALF_A_DAY, DEPOSIT))
    with pytest.raises(Refused, match="deposit_unpaid"):
        billing.return_deposit(store, made, cast.marieke.id, now)
    by_hand(store, made, cast, now, "426.80")
    row = billing.return_deposit(store, made, cast.marieke.id, now)
    assert (row.way, row.cents) == ("deposit", -100_00) and payments.bill(store, made).state(now.date()) == "paid"
    assert (books(store, cast.seinhuis)["deposits"], books(store, cast.seinhuis)["issuing"]) == (0, -326_80)
    with pytest.raises(Conflict, match="deposit_back"):
        billing.return_deposit(store, made, cast.marieke.id, now)
    with pytest.raises(Refused, match="deposit_returned"):
        billing.credit(store, made, cast.marieke.id, now)
    billing.undo(store, made, row.id, cast.marieke.id, now)
    assert payments.bill(store, made).deposit_cents == 100_00
    billing.credit(store, made, cast.marieke.id, now)
    assert payments.bill(store, made).open_cents == -426_80
    with pytest.raises(Conflict, match="deposit_back"):
        billing.return_deposit(store, issue(), cast.marieke.id, now)


# The bank's file ------------------------------------------------------------------------------------------------------


def entry(reference, cents, words, day=date(2026, 3, 14)):
    return Entry(reference, cents, day, "R. Huurder", words)


def test_lines_are_matched_by_the_number_that_was_written_never_by_the_amount(store, cast, now, issue):
    one, other = issue(), issue()
    lines = [
        entry("a", 326_80, f"factuur {one.number} bedankt"), entry("b", 100_00, "Betreft 2026 0002"),
        entry("c", 326_80, "huur zaal"), entry("d", 1_00, "20260002"), entry("e", 5, "12026-00011"),
        entry("f", 700, "2026-0001 en 2026-0002"), entry("g", -500, one.number),
    ]  # fmt: skip
    found = matching.match(store, cast.seinhuis, lines)
    assert {each.entry.reference: (each.state, each.bill and each.bill.document.number) for each in found} == {
        "a": ("matched", "2026-0001"), "b": ("matched", "2026-0002"), "c": ("unmatched", None), "d": ("matched", "2026-0002"),
        "e": ("unmatched", None), "f": ("unmatched", None),
    }  # fmt: skip
    assert matching.take_in(store, cast.seinhuis, lines, cast.marieke.id, now) == 3
    assert [payments.bill(store, each).open_cents for each in (one, other)] == [0, 225_80]


def test_a_file_that_is_read_twice_changes_nothing_the_second_time(store, cast, now, issue):
    one = issue()
    lines = [entry("a", 100_00, one.number), entry("b", 300_00, one.number), entry("a", 100_00, one.number)]
    assert matching.take_in(store, cast.seinhuis, lines, cast.marieke.id, now) == 2
    # More than was owed: it counts, and is shown
    assert payments.bill(store, one).open_cents == -73_20
    assert matching.take_in(store, cast.seinhuis, lines, cast.marieke.id, now) == 0
    again = matching.match(store, cast.seinhuis, [*lines, entry("c", 1, one.number)])
    assert [each.state for each in again] == ["seen"] * 3 + ["paid"]
    assert len(store.billing.payments(one.id)) == 2


def test_lines_pay_a_bill_until_nothing_is_open_on_it_and_as_many_count_as_were_shown(store, cast, now, issue):
    one = issue()
    lines = [entry("a", 326_80, one.number), entry("b", 326_80, one.number)]
    assert [each.state for each in matching.match(store, cast.seinhuis, lines)] == ["matched", "paid"]
    assert matching.take_in(store, cast.seinhuis, lines, cast.marieke.id, now) == 1
    assert payments.bill(store, one).open_cents == 0


# Through a provider ---------------------------------------------------------------------------------------------------


def test_what_the_provider_says_counts_once_in_any_order(store, cast, now, issue):
    made = issue()
    tried = checkouts.begin(store, made, "local", now)
    say = lambda status, cents=0: checkouts.settle(store, tried.id, "local", "tr_1", status, cents, now).status  # noqa: E731
    assert [say("open"), say("failed"), say("failed"), say("expired")] == ["open", "failed", "failed", "expired"]
    assert [say("paid", 326_80), say("failed"), say("paid", 326_80), say("expired"), say("paid", 1)] == ["paid"] * 5
    assert [(each.way, each.cents) for each in store.billing.payments(made.id)] == [("online", 326_80)]
    with pytest.raises(Refused, match="paid_already"):
        checkouts.begin(store, made, "local", now)
    with pytest.raises(Refused, match="not_reversible"):
        billing.undo(store, made, store.billing.payments(made.id)[0].id, cast.marieke.id, now)


def test_another_amount_than_was_asked_is_not_counted_and_told(store, cast, now, issue):
    made = issue()
    tried = checkouts.begin(store, made, "local", now)
    for cents in (326_79, 326_81, 0):
        assert checkouts.settle(store, tried.id, "local", "tr_1", "paid", cents, now).status == "differs"
    assert checkouts.settle(store, tried.id, "local", "tr_1", "failed", 0, now).status == "differs"
    assert store.billing.payments(made.id) == [] and [each.id for each in store.billing.differing(cast.seinhuis.id)] == [tried.id]
    assert [row["action"] for row in store.audit.last(cast.noord.id)].count("checkout.differs") == 1


def test_a_payment_of_another_provider_or_name_is_nobodys(store, cast, now, issue):
    tried = checkouts.begin(store, issue(), "local", now)
    store.billing.set_checkout(tried, provider_id="tr_1")
    for id_, provider, name in (("x", "local", "tr_1"), (tried.id, "mollie", "tr_1"), (tried.id, "local", "tr_2")):
        with pytest.raises(NotFound):
            checkouts.settle(store, id_, provider, name, "paid", 326_80, now)


# Any sequence ---------------------------------------------------------------------------------------------------------

LINES = st.lists(
    st.builds(
        money.line, st.sampled_from(["room_hour", "extra", "deposit"]), st.integers(1, 2_000), st.integers(0, 300_00),
        st.sampled_from(money.VAT_RATES),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
WHATS = ["pay", "refund", "credit", "undo", "rebill", "deposit", "keep", "part"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), LINES),
        st.tuples(st.sampled_from(WHATS), st.integers(0, 50_000)),
    ),
    min_size=4, max_size=16,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_the_euro_book_agrees_after_any_sequence_of_bills_payments_and_refunds(store, cast, now, room, steps):
    store.connection.exec_driver_sql("SAVEPOINT before")
    try:
        _play(Store(store.connection, None), cast, now, room, steps)
    finally:
        store.connection.exec_driver_sql("ROLLBACK TO before")


def _play(store, cast, now, room, steps):
    for what, value in steps:
        bills = store.billing.bills(cast.seinhuis.id)
        invoices = [bill for bill in bills if bill.document.kind == "invoice"]
        try:
            if what == "bill":
                billing.issue(store, cast.seinhuis, supply(store, room, tuple(value)), now)
            elif invoices:
                _step(store, cast, now, room, what, value, invoices[value % len(invoices)].document)
        except (Refused, Conflict, Invalid):
            pass
        assert agrees(store, cast.seinhuis) is None, (what, value)
    for kind in ("invoice", "credit"):
        numbers = sorted(bill.document.n for bill in store.billing.bills(cast.seinhuis.id) if bill.document.kind == kind)
        assert numbers == list(range(1, len(numbers) + 1))


def _step(store, cast, now, room, what, value, document):
    if what in ("pay", "refund"):
        amount = f"{value // 100}.{value % 100:02}"
        if value:
            by_hand(store, document, cast, now, amount, **({"back": "1"} if what == "refund" else {}))
    elif what == "deposit":
        billing.return_deposit(store, document, cast.marieke.id, now)
    elif what == "keep":
        kept = {"kept": f"{value // 1000}.{value % 100:02}", "why": ("damage", "service")[value % 2], "reason": "x"}
        billing.keep_deposit(store, document, kept, cast.marieke.id, now)
    elif what == "part":
        billing.credit_part(store, document, {"amount_0": str(value // 1000), "reason": "x"}, cast.marieke.id, now)
    elif what == "undo":
        made = store.billing.payments(document.id)
        if made:
            billing.undo(store, document, made[value % len(made)].id, cast.marieke.id, now)
    else:
        billing.credit(store, document, "system", now)
        if what == "rebill":
            lines = (replace(document.lines[0], code="room_hour"), money.line("room_hour", 100, value, 2100))
            billing.carry(store, document, billing.issue(store, cast.seinhuis, supply(store, room, lines), now), now)


def test_the_seller_of_the_tests_can_stand_on_a_bill(store, cast, now):
    assert sells(store, cast, now).party.postcode == "1234 AB" and SELLER["postcode"] == "1234 ab"


def test_a_prefix_that_another_venue_once_numbered_with_is_not_free(store, cast, now):
    sells(store, cast, now)
    billing.issue(store, cast.seinhuis, supply(store, perron(store, cast, now)), now)
    sells(store, cast, now, prefix="A")
    for prefix in ("", "A"):
        with pytest.raises(Invalid, match="number_prefix"):
            sells(store, cast, now, cast.wissel, prefix=prefix)
    assert sells(store, cast, now, cast.wissel, prefix="B").prefix == "B"
    assert sells(store, cast, now, prefix="").prefix == ""  # one's own numbers go on
    assert sells(store, cast, now, cast.wissel, prefix="", vat_id="NL123456782B12").prefix == ""
