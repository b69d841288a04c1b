"""Bills for tests: one of each kind, and any that could be made."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from s2m.domain import money
from s2m.domain.billing.values import Document, Party

SELLER = Party(
    "Het Seinhuis", "Stationsplein 1", "3818 LE", "Amersfoort", "NL", "NL123456789B01", "12345678", "post@seinhuis.example",
    "NL91ABNA0417164300",
)  # fmt: skip
BUYER = Party(
    "Woonlab Soest B.V.", "Steenhoffstraat 12", "3764 BJ", "Soest", "NL", "NL987654321B02", "87654321", "eva@woonlab.example"
)
LINES = (
    money.line("room_hour", 350, 95_00, 2100),
    money.line("member", -100, 33_25, 2100),
    money.line("extra", 12_00, 4_50, 900, "Koffie en thee"),
    money.line("extra", 100, 25_00, 2100, "Beamer"),
    money.line("deposit", 100, 100_00, 0),
)
ABOUT = {"nl": "Perron, 12 maart 2026, 09:30 tot 13:00", "en": "Perron, 12 March 2026, 09:30 to 13:00"}
NUMBERS = {"quote": "Q2026-0001", "invoice": "2026-0001", "credit": "C2026-0001"}


def bill(kind="invoice", language="nl", **changes):
    credits = {"credits_id": "0", "credits_number": "2026-0001"} if kind == "credit" else {}
    made = Document(
        id="1", network_id="n", venue_id="v", booking_id=None, renter_id="r", kind=kind, year=2026, n=1, number=NUMBERS[kind],
        seller=SELLER, buyer=BUYER, language=language, about=ABOUT[language], issued_on=date(2026, 3, 13),
        due_on=date(2026, 3, 27), supplied_on=date(2026, 3, 12), lines=LINES,
        issued_at=datetime(2026, 3, 13, 9, 0, tzinfo=UTC), **credits,
    )  # fmt: skip
    return replace(made, **changes)


def part_off():
    """A credit note of fifty euro, VAT included, off the hire."""
    lines = (money.line("room", 100, 41_32, 2100),)
    why = "Het scherm deed het niet"
    return bill("credit", credits_id=None, reduces_id="0", reason=why, lines=lines, vat=((2100, 8_68),))


# What people type, with all that typst, XML or a page could trip over
TEXTS = st.text(max_size=80)
CODES = st.sampled_from(
    ["room_hour", "room_off_peak", "room_half_day", "room_day", "extra", "deposit", "cancellation"]
)
RATES = st.sampled_from(money.VAT_RATES)
PRICES = st.integers(0, 10_000_00)
ANY_LINE = st.builds(money.line, CODES, st.integers(1, 30_000), PRICES, RATES, TEXTS) | st.builds(
    money.line, st.just("member"), st.just(-100), PRICES, RATES
)
ANY_BILL = st.builds(
    lambda kind, language, lines, name, about: bill(
        kind, language, lines=tuple(lines), about=about, buyer=replace(BUYER, name=f"{name} B.V.")
    ),
    st.sampled_from(["invoice", "credit"]), st.sampled_from(["nl", "en"]), st.lists(ANY_LINE, min_size=1, max_size=8), TEXTS,
    TEXTS,
)  # fmt: skip
