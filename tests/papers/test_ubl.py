"""Bills as UBL: the European norm's own schema and rules say yes to each, and no where one is spoilt."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from s2m.domain import money
from s2m.domain.billing.values import Party
from s2m.domain.errors import Refused
from s2m.papers.ubl import ubl
from tests import norm
from tests.bills import ANY_BILL, BUYER, LINES, SELLER, bill, part_off

PERSON = Party("Eva de Vries", country="NL", email="eva@example.org")
NOT_TAXED = replace(SELLER, vat_id="")
FREE_HIRE = (money.line("room_hour", 200, 40_00, 0), money.line("deposit", 100, 100_00, 0))
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


def texts(data, name):
    return [one.text for one in ET.fromstring(data).iter(f"{CBC}{name}")]


@pytest.mark.parametrize(("kind", "language"), [("invoice", "nl"), ("credit", "en")])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"buyer": PERSON},
        {"buyer": replace(BUYER, country="GR", vat_id="123456789", registration="")},
        {"seller": replace(SELLER, iban="", registration="", email="")},
        {"seller": NOT_TAXED, "lines": FREE_HIRE},
        {"lines": FREE_HIRE},
        {"lines": (*FREE_HIRE, *LINES)},
        {"lines": (money.line("extra", -100, 10_00, 2100, "Terug"),)},
        {"lines": (money.line("extra", 100, -10_00, 900, "Terug"),)},
        {"lines": (money.line("room_hour", 33, 33_33, 2100), money.line("room_hour", 67, 33_33, 2100))},
    ],
    ids=[
        "plain",
        "to a person",
        "to a Greek",
        "no account",
        "no VAT number",
        "exempt",
        "mixed",
        "less",
        "price below zero",
        "cents",
    ],
)
def test_the_norm_accepts_it(kind, language, changes):
    assert norm.broken(ubl(bill(kind, language, **changes))) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (">551.20</cbc:PayableAmount>", ">551.21</cbc:PayableAmount>", "BR-CO-16"),
        (">478.25</cbc:LineExtensionAmount>", ">478.24</cbc:LineExtensionAmount>", "BR-CO-10"),
        (">72.95</cbc:TaxAmount>", ">72.94</cbc:TaxAmount>", "BR-CO-14"),
        (">68.09</cbc:TaxAmount>", ">70.09</cbc:TaxAmount>", "BR-CO-17"),
        (r"<cbc:TaxExemptionReason>.*?</cbc:TaxExemptionReason>", "", "BR-E-10"),
        (">33.25</cbc:PriceAmount>", ">-33.25</cbc:PriceAmount>", "BR-27"),
        (">NL123456789B01<", ">123456789B01<", "BR-CO-09"),
        ("<cbc:ID>E</cbc:ID>", "<cbc:ID>O</cbc:ID>", "BR-O-02"),
        ("<cbc:CustomizationID>.*?</cbc:CustomizationID>", "", "BR-01"),
    ],
)  # fmt: skip
def test_the_norm_refuses_it_spoilt(old, new, rule):
    """So that a yes means something."""
    spoilt, times = re.subn(old, new, ubl(bill()).decode())
    assert times and rule in norm.broken(spoilt.encode())


def test_the_schema_refuses_another_shape():
    spoilt = ubl(bill()).replace(b"cbc:IssueDate", b"cbc:Issued")
    assert "Issued" in norm.broken(spoilt)[0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_BILL)
def test_any_bill_passes_and_has_the_sums_of_its_lines(document):
    data, total = ubl(document), document.sum
    assert norm.broken(data) == []
    cents = [round(float(text) * 100) for name in ("TaxExclusiveAmount", "PayableAmount") for text in texts(data, name)]
    assert cents == [total.net_cents, total.gross_cents]


def test_it_says_who_what_and_when():
    data = ubl(bill())
    assert {"NL123456789B01", "NL987654321B02", "12345678"} <= set(texts(data, "CompanyID"))
    assert texts(data, "InvoicedQuantity") == ["3.50", "-1.00", "12.00", "1.00", "1.00"]
    assert texts(data, "PaymentID") == ["2026-0001"] and texts(data, "DueDate") == ["2026-03-27"]
    assert texts(data, "ActualDeliveryDate") == ["2026-03-12"]
    assert texts(data, "Name") == ["Het Seinhuis", "Ruimte per uur", "Korting voor leden", "Koffie en thee", "Beamer", "Borg"]


@pytest.mark.parametrize(
    ("country", "typed", "told"),
    [("GR", "123456789", "EL123456789"), ("NL", "1234.56.789.B01", "NL123456789B01"), ("BE", "be 0123.456.789", "BE0123456789")],
)
def test_a_vat_number_has_its_country_in_front(country, typed, told):
    assert told in texts(ubl(bill(buyer=replace(BUYER, country=country, vat_id=typed))), "CompanyID")


def test_a_part_that_comes_off_is_a_credit_note_with_its_reason_and_vat_as_it_was_said():
    data = ubl(part_off())
    assert norm.broken(data) == [] and texts(data, "Note")[:2] == [part_off().about, "Het scherm deed het niet"]
    assert texts(data, "TaxAmount") == ["8.68", "8.68"] and texts(data, "PayableAmount") == ["50.00"]
    assert ET.fromstring(data).find("{*}BillingReference/{*}InvoiceDocumentReference/{*}ID").text == "2026-0001"


def test_a_credit_note_names_the_invoice_it_takes_back():
    root = ET.fromstring(ubl(bill("credit")))
    reference = root.find("{*}BillingReference/{*}InvoiceDocumentReference/{*}ID")
    assert root.tag.endswith("}CreditNote") and reference.text == "2026-0001"


def test_a_seller_without_a_vat_number_is_outside_its_scope():
    """And a buyer's number may not stand there then (BR-O-02)."""
    data = ubl(bill(seller=NOT_TAXED, lines=FREE_HIRE))
    assert texts(data, "ID").count("O") == 3 and "NL987654321B02" not in texts(data, "CompanyID")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"seller": NOT_TAXED}, ["seller_vat_id"]),
        ({"seller": replace(NOT_TAXED, registration=""), "lines": FREE_HIRE}, ["seller_registration"]),
        ({"seller": replace(SELLER, name="", country="Nederland")}, ["seller_name", "seller_country"]),
        ({"buyer": Party("", country="")}, ["buyer_name", "buyer_country"]),
        ({"lines": ()}, ["lines"]),
    ],
)
def test_a_bill_that_lacks_what_the_norm_asks_for_is_refused(changes, missing):
    with pytest.raises(Refused) as refused:
        ubl(bill(**changes))
    assert (refused.value.code, refused.value.data["missing"]) == ("bill_incomplete", missing)


def test_a_quote_has_none():
    with pytest.raises(Refused, match="quote_no_ubl"):
        ubl(bill("quote"))


def test_what_people_typed_stays_text():
    typed = "<cbc:ID>& \"'\x00\ud800\N{PILE OF POO} ]]> 株式会社"
    data = ubl(bill(buyer=replace(BUYER, name=typed)))
    assert texts(data, "RegistrationName")[1] == "<cbc:ID>& \"' \N{PILE OF POO} ]]> 株式会社"
