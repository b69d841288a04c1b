"""A document as UBL 2.1, of the core of EN 16931, for a bookkeeping program to read. BT and BR are that norm's terms and rules.

The core, and not Peppol BIS: that needs an address on its network for both parties (BT-34, BT-49), and most renters have none.

Lines without VAT are *exempt* (E), deposits too, with the reasons in words. *Outside the scope* (O) says it better of a deposit,
but may not stand beside other lines, nor beside anybody's VAT number (BR-O-02, BR-O-11 to 14): O is for a seller without one.
"""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

from s2m.domain.billing.values import Document, Party
from s2m.domain.errors import Refused
from s2m.domain.money import Line, VatSum
from s2m.papers.words import language, readable, reasons, todo, what

CORE = "urn:cen.eu:en16931:2017"
NAMES = "urn:oasis:names:specification:ubl:schema:xsd:"
PREFIXES = {"cac": f"{NAMES}CommonAggregateComponents-2", "cbc": f"{NAMES}CommonBasicComponents-2"}
# What differs between the two: root, type of document (UNTDID 1001), line, its quantity
SHAPES = {
    "invoice": ("Invoice", "cbc:InvoiceTypeCode", "380", "cac:InvoiceLine", "cbc:InvoicedQuantity"),
    "credit": ("CreditNote", "cbc:CreditNoteTypeCode", "381", "cac:CreditNoteLine", "cbc:CreditedQuantity"),
}
# UN/ECE Recommendation 20: hour, day, one
UNITS = {"room_hour": "HUR", "room_off_peak": "HUR", "room_day": "DAY"}
ONE = "C62"
# ISO 6523: the Dutch register of companies
KVK = "0106"
SEPA_TRANSFER = "58"


def ubl(document: Document) -> bytes:
    """An Invoice (380) or a CreditNote (381). Raises Refused `quote_no_ubl`, `bill_incomplete` (data: missing, the parts of both
    parties that the norm asks for and that are empty)."""
    if document.kind not in SHAPES:
        raise Refused("quote_no_ubl")
    if missing := lacking(document):
        raise Refused("bill_incomplete", missing=missing)
    name, type_code, code, line_name, quantity_name = SHAPES[document.kind]
    root = ET.Element(name, {"xmlns": f"{NAMES}{name}-2"} | {f"xmlns:{short}": full for short, full in PREFIXES.items()})
    _put(root, "cbc:CustomizationID", CORE)  # BT-24
    _put(root, "cbc:ID", readable(document.number))  # BT-1
    _put(root, "cbc:IssueDate", document.issued_on.isoformat())  # BT-2
    if document.kind == "invoice":
        _put(root, "cbc:DueDate", document.due_on.isoformat())  # BT-9
    _put(root, type_code, code)  # BT-3
    _put(root, "cbc:Note", readable(document.about))  # BT-22
    _put(root, "cbc:Note", readable(document.reason))
    _put(root, "cbc:DocumentCurrencyCode", "EUR")  # BT-5
    if document.credits_number:  # BT-25
        _put(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID", readable(document.credits_number))
    taxed = bool(document.seller.vat_id)
    _party(_put(root, "cac:AccountingSupplierParty/cac:Party"), document.seller, taxed)
    _party(_put(root, "cac:AccountingCustomerParty/cac:Party"), document.buyer, taxed)
    _put(root, "cac:Delivery/cbc:ActualDeliveryDate", document.supplied_on.isoformat())  # BT-72
    _payment(root, document)
    _totals(root, document)
    for number, line in enumerate(document.lines, 1):
        _line(_put(root, line_name), quantity_name, number, line, document)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def lacking(document: Document) -> list[str]:
    """What both parties must have for this document (BR-06 to 11, BR-16, BR-CO-26, BR-S-02), and do not."""
    seller, buyer = document.seller, document.buyer
    needed = {
        "lines": bool(document.lines),
        "seller_name": bool(readable(seller.name)),
        "seller_country": _country(seller) != "",
        "seller_vat_id": bool(seller.vat_id) or not any(line.vat for line in document.lines),
        "seller_registration": bool(seller.vat_id or seller.registration),
        "buyer_name": bool(readable(buyer.name)),
        "buyer_country": _country(buyer) != "",
    }
    return [name for name, there in needed.items() if not there]


def _put(parent: ET.Element, path: str, text: str = "", **attributes: str) -> ET.Element:
    """The last element of a path, made below a parent. Where it is for a text and that is empty, nothing is made."""
    *above, last = path.split("/")
    if last.startswith("cbc:") and not text:
        return parent
    for name in above:
        parent = ET.SubElement(parent, name)
    made = ET.SubElement(parent, last, attributes)
    made.text = text or None
    return made


def _amount(parent: ET.Element, path: str, cents: int) -> None:
    _put(parent, path, f"{Decimal(cents) / 100:.2f}", currencyID="EUR")


def _country(party: Party) -> str:
    code = readable(party.country).upper()
    return code if re.fullmatch("[A-Z]{2}", code) else ""


def _vat_id(party: Party) -> str:
    """With its country in front (BR-CO-09); Greece has one of its own there."""
    tight = re.sub(r"[\s.-]", "", readable(party.vat_id)).upper()
    if not tight or re.match("[A-Z]{2}", tight):
        return tight
    return {"GR": "EL"}.get(_country(party), _country(party)) + tight


def _party(at: ET.Element, party: Party, taxed: bool) -> None:
    address = ET.SubElement(at, "cac:PostalAddress")
    _put(address, "cbc:StreetName", readable(party.street))  # BT-35, BT-50
    _put(address, "cbc:CityName", readable(party.city))
    _put(address, "cbc:PostalZone", readable(party.postcode))
    _put(address, "cac:Country/cbc:IdentificationCode", _country(party))  # BT-40, BT-55
    if taxed and party.vat_id:  # BT-31, BT-48; not beside category O (BR-O-02)
        scheme = ET.SubElement(at, "cac:PartyTaxScheme")
        _put(scheme, "cbc:CompanyID", _vat_id(party))
        _put(scheme, "cac:TaxScheme/cbc:ID", "VAT")
    legal = ET.SubElement(at, "cac:PartyLegalEntity")
    _put(legal, "cbc:RegistrationName", readable(party.name))  # BT-27, BT-44
    register = {"schemeID": KVK} if _country(party) == "NL" else {}
    _put(legal, "cbc:CompanyID", readable(party.registration), **register)  # BT-30, BT-47
    _put(at, "cac:Contact/cbc:ElectronicMail", readable(party.email))  # BT-43, BT-58


def _payment(root: ET.Element, document: Document) -> None:
    """How to pay, for an invoice; what happens next in words for both (BT-20; BR-CO-25 wants those or a day)."""
    iban = re.sub(r"\s", "", readable(document.seller.iban)).upper()
    if document.kind == "invoice" and iban and not document.of_deposit:
        means = ET.SubElement(root, "cac:PaymentMeans")
        _put(means, "cbc:PaymentMeansCode", SEPA_TRANSFER)  # BT-81
        _put(means, "cbc:PaymentID", readable(document.number))  # BT-83
        account = ET.SubElement(means, "cac:PayeeFinancialAccount")
        _put(account, "cbc:ID", iban)  # BT-84
        _put(account, "cbc:Name", readable(document.seller.name))  # BT-85
    _put(root, "cac:PaymentTerms/cbc:Note", " ".join(todo(document)))


def _totals(root: ET.Element, document: Document) -> None:
    total = document.sum
    tax = ET.SubElement(root, "cac:TaxTotal")
    _amount(tax, "cbc:TaxAmount", total.vat_cents)  # BT-110, BR-CO-14
    for one in total.vat:
        _subtotal(ET.SubElement(tax, "cac:TaxSubtotal"), one, document)
    sums = ET.SubElement(root, "cac:LegalMonetaryTotal")
    _amount(sums, "cbc:LineExtensionAmount", total.net_cents)  # BT-106, BR-CO-10
    _amount(sums, "cbc:TaxExclusiveAmount", total.net_cents)  # BT-109, BR-CO-13
    _amount(sums, "cbc:TaxInclusiveAmount", total.gross_cents)  # BT-112, BR-CO-15
    paid = total.gross_cents if document.kind == "invoice" and document.of_deposit else 0
    if paid:  # from the deposit
        _amount(sums, "cbc:PrepaidAmount", paid)  # BT-113
    _amount(sums, "cbc:PayableAmount", total.gross_cents - paid)  # BT-115, BR-CO-16


def _subtotal(at: ET.Element, one: VatSum, document: Document) -> None:
    _amount(at, "cbc:TaxableAmount", one.net_cents)  # BT-116
    _amount(at, "cbc:TaxAmount", one.vat_cents)  # BT-117, BR-CO-17
    category = _category(at, "cac:TaxCategory", one.rate, document)
    if one.rate == 0:  # BT-120, BR-E-10, BR-O-10
        _put(category, "cbc:TaxExemptionReason", " ".join(reasons(document)))
    _put(category, "cac:TaxScheme/cbc:ID", "VAT")


def _category(at: ET.Element, name: str, rate: int, document: Document) -> ET.Element:
    """Standard rate (every one above zero, BR-S-05), exempt, or outside the scope of VAT, which has no percentage (BR-O-05)."""
    category = ET.SubElement(at, name)
    outside = rate == 0 and not document.seller.vat_id
    _put(category, "cbc:ID", "S" if rate else "O" if outside else "E")  # BT-118, BT-151
    if not outside:
        _put(category, "cbc:Percent", f"{Decimal(rate) / 100:.2f}")  # BT-119, BT-152
    return category


def _line(at: ET.Element, quantity_name: str, number: int, line: Line, document: Document) -> None:
    """A price is never below zero (BR-27): what takes off has a quantity that is."""
    sign = -1 if line.unit_cents < 0 else 1
    hundredths = Decimal(sign * line.hundredths) / 100
    _put(at, "cbc:ID", str(number))  # BT-126
    _put(at, quantity_name, f"{hundredths:.2f}", unitCode=UNITS.get(line.code, ONE))  # BT-129
    _amount(at, "cbc:LineExtensionAmount", line.net_cents)  # BT-131
    item = ET.SubElement(at, "cac:Item")
    _put(item, "cbc:Name", what(line, language(document)))  # BT-153
    category = _category(item, "cac:ClassifiedTaxCategory", line.vat, document)
    _put(category, "cac:TaxScheme/cbc:ID", "VAT")
    _amount(at, "cac:Price/cbc:PriceAmount", sign * line.unit_cents)  # BT-146
