"""The words of documents, Dutch and English. A document speaks its renter's language, whoever looks at it, so none come from the
pages' catalogue; numbers and days are written as that language does."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from s2m.domain.billing.values import KEPT, Document
from s2m.domain.money import Line

# No characters: XML cannot hold the last two, and no font shows any
NO_CHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
JOINERS = "\u200c\u200d"
MINUS = "\N{MINUS SIGN}"

WORDS = {
    "nl": {
        "quote": "Offerte",
        "invoice": "Factuur",
        "credit": "Creditnota",
        "to": "Aan",
        "vat_id": "Btw-nummer",
        "registration": "KvK",
        "number": "Nummer",
        "issued": "Datum",
        "due": "Betalen vóór of op",
        "valid": "Geldig tot en met",
        "supplied": "Dag van gebruik",
        "credits": "Bij factuur",
        "what": "Omschrijving",
        "quantity": "Aantal",
        "price": "Prijs",
        "net": "Bedrag",
        "vat": "Btw",
        "rate": "Btw-tarief",
        "over": "Over",
        "without": "Totaal zonder btw",
        "total_quote": "Totaal met btw",
        "total_invoice": "Te betalen",
        "total_credit": "Terug te krijgen",
        "pay": "Zo betaal je",
        "accept": "Zo ga je verder",
        "back": "Wat er nu gebeurt",
        "page": "Pagina {page} van {pages}",
        "none": "geen",
        "room_hour": "Ruimte per uur",
        "room_half_day": "Ruimte per dagdeel",
        "room_day": "Ruimte per dag",
        "room_off_peak": "Ruimte per uur, buiten de drukke uren",
        "member": "Korting voor leden",
        "extra": "Extra",
        "room": "Ruimte",
        "reduction": "Al gecrediteerd met {text}",
        "damage": "Schade: {text}",
        "service": "Extra werk: {text}",
        "total_kept": "Van je borg gehouden",
        "kept": "Wat er nu gebeurt",
        "damages": "Geen btw over een vergoeding van schade: daar staat geen prestatie tegenover.",
        "reason": "Reden",
        "deposit": "Borg",
        "cancellation": "Annulering",
        "exempt": "Vrijgesteld van btw: verhuur van onroerende zaken (artikel 11, lid 1, onder b, Wet OB 1968).",
        "no_supply": "Geen btw over borg: daar staat geen prestatie tegenover.",
        "no_vat": "Geen btw: de verkoper heeft geen btw-nummer.",
    },
    "en": {
        "quote": "Quote",
        "invoice": "Invoice",
        "credit": "Credit note",
        "to": "To",
        "vat_id": "VAT number",
        "registration": "KvK",
        "number": "Number",
        "issued": "Date",
        "due": "Pay by",
        "valid": "Valid until",
        "supplied": "Day of use",
        "credits": "For invoice",
        "what": "Description",
        "quantity": "Quantity",
        "price": "Price",
        "net": "Amount",
        "vat": "VAT",
        "rate": "VAT rate",
        "over": "On",
        "without": "Total without VAT",
        "total_quote": "Total with VAT",
        "total_invoice": "To pay",
        "total_credit": "You get back",
        "pay": "How to pay",
        "accept": "How to go on",
        "back": "What happens now",
        "page": "Page {page} of {pages}",
        "none": "none",
        "room_hour": "Room by the hour",
        "room_half_day": "Room by the half day",
        "room_day": "Room by the day",
        "room_off_peak": "Room by the hour, outside busy hours",
        "member": "Discount for members",
        "extra": "Extra",
        "room": "Room",
        "reduction": "Credited before with {text}",
        "damage": "Damage: {text}",
        "service": "Extra work: {text}",
        "total_kept": "Kept of your deposit",
        "kept": "What happens now",
        "damages": "No VAT on compensation for damage: nothing is supplied for it.",
        "reason": "Reason",
        "deposit": "Deposit",
        "cancellation": "Cancellation",
        "exempt": "Exempt from VAT: letting of immovable property (article 135(1)(l) of Directive 2006/112/EC).",
        "no_supply": "No VAT on a deposit: nothing is supplied for it.",
        "no_vat": "No VAT: the seller has no VAT number.",
    },
}  # fmt: skip
HOURS = {"nl": ("uur", "uur"), "en": ("hour", "hours")}
UNITS = {
    "room_hour": HOURS,
    "room_off_peak": HOURS,
    "room_half_day": {"nl": ("dagdeel", "dagdelen"), "en": ("half day", "half days")},
    "room_day": {"nl": ("dag", "dagen"), "en": ("day", "days")},
}
TODO = {
    "nl": {
        "quote": "Deze offerte geldt tot en met {due}. Zeg ja, dan leggen we de ruimte voor je vast.",
        "invoice": "Nog niet betaald? Maak {amount} over vóór of op {due}, met kenmerk {number}.",
        "account": "Rekening {iban} op naam van {name}.",
        "kept": "Dit is van je borg gehouden en dus al betaald. Wat er van je borg over is, krijg je terug.",
        "nothing": "Je hoeft niets te doen.",
        "credit": "Deze creditnota neemt factuur {credits} terug. Heb je die al betaald, dan krijg je {amount} van ons terug. "
        "Anders hoef je {amount} niet te betalen.",
        "credit_part": "Deze creditnota haalt {amount} van factuur {credits} af. Heb je die al betaald, dan krijg je {amount} "
        "van ons terug. Anders betaal je {amount} minder.",
        "credit_alone": "Je krijgt {amount} van ons terug.",
    },
    "en": {
        "quote": "This quote is valid until {due}. Say yes and we keep the room for you.",
        "invoice": "Not paid yet? Transfer {amount} by {due}, with reference {number}.",
        "account": "Account {iban} in the name of {name}.",
        "kept": "This was kept of your deposit, so it is paid. What is left of your deposit is paid back to you.",
        "nothing": "There is nothing to do.",
        "credit": "This credit note takes back invoice {credits}. If you have paid it, we pay {amount} back to you. "
        "If not, {amount} need not be paid.",
        "credit_part": "This credit note takes {amount} off invoice {credits}. If you have paid it, we pay {amount} back to you. "
        "If not, you pay {amount} less.",
        "credit_alone": "We pay {amount} back to you.",
    },
}


def language(document: Document) -> str:
    return document.language if document.language in WORDS else "en"


def readable(text: str) -> str:
    """Text on one line, without what XML or a page cannot hold, or what nobody sees (soft hyphens, turned directions)."""
    if not text.isprintable():
        text = NO_CHARACTER.sub(" ", "".join(map(_shown, text)))
    return " ".join(text.split())


def _shown(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Cf":
        return sign if sign in JOINERS else ""
    return " " if kind in ("Cc", "Cs", "Co") else sign


def euro(cents: int, lang: str) -> str:
    return format_currency(Decimal(cents) / 100, "EUR", locale=lang).replace("-", MINUS)


def day(value: date, lang: str) -> str:
    return format_date(value, "d MMMM y", locale=lang)


def percent(rate: int, lang: str) -> str:
    """9%, 21%, or that there is none, from hundredths of a percent."""
    return f"{format_decimal(Decimal(rate) / 100, locale=lang)}%" if rate else WORDS[lang]["none"]


def what(line: Line, lang: str) -> str:
    """The words of a line: its own, else those of its code. What a credit note took off says which, also of a deposit or a
    fee, and what a deposit was kept for says what it was."""
    off = line.code in ("deposit", "cancellation") and line.text
    if off or line.code in ("reduction", *KEPT):
        return WORDS[lang]["reduction" if off else line.code].format(text=readable(line.text))
    return readable(line.text) or WORDS[lang].get(line.code, line.code.replace("_", " "))


def quantity(line: Line, lang: str) -> str:
    """1,5 uur; 2 days; 12."""
    number = format_decimal(Decimal(line.hundredths) / 100, locale=lang).replace("-", MINUS)
    if line.code not in UNITS:
        return number
    one, many = UNITS[line.code][lang]
    return f"{number} {one if abs(line.hundredths) == 100 else many}"


def country(code: str, lang: str) -> str:
    """A country by its name; the Netherlands go without saying."""
    code = readable(code).upper()
    return "" if code == "NL" else Locale(lang).territories.get(code, code)


def title(document: Document) -> str:
    return f"{WORDS[language(document)][document.kind]} {readable(document.number)}"


def reasons(document: Document) -> list[str]:
    """Why a document has lines without VAT, as the law wants it said; empty where all have a rate."""
    words = WORDS[language(document)]
    without = {line.code for line in document.lines if line.vat == 0}
    if not document.seller.vat_id:
        return [words["no_vat"]] if without else []
    apart = {"deposit": "no_supply", "damage": "damages"}
    said = ["exempt"] if without - set(apart) else []
    return [words[why] for why in (*said, *(apart[code] for code in apart if code in without))]


def todo(document: Document) -> list[str]:
    """What the one who gets it does now, in sentences."""
    lang, total = language(document), document.sum.gross_cents
    words, seller = TODO[lang], document.seller
    amount, due = euro(abs(total), lang), day(document.due_on, lang)
    if document.kind == "quote":
        return [words["quote"].format(due=due)]
    if total <= 0:
        return [words["nothing"]]
    if document.kind == "credit":
        credits = readable(document.credits_number)
        kind = "credit_part" if document.reduces_id else "credit" if credits else "credit_alone"
        return [words[kind].format(amount=amount, credits=credits)]
    if document.of_deposit:
        return [words["kept"]]
    told = [words["invoice"].format(amount=amount, due=due, number=readable(document.number))]
    if seller.iban:
        told.append(words["account"].format(iban=grouped(seller.iban), name=readable(seller.name)))
    return told


def grouped(iban: str) -> str:
    """An IBAN in fours, as cards have it."""
    tight = re.sub(r"\s", "", iban).upper()
    return " ".join(tight[at : at + 4] for at in range(0, len(tight), 4))
