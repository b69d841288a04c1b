"""What a bill says: the two parties, its lines, and its place in the gapless numbering of its venue and year.

A document that has gone out is never edited: a credit note takes it back, and a new one follows. So it keeps its parties as they
were that day (Wet op de omzetbelasting 1968, art. 35a, names what must stand on it).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from s2m.domain import money
from s2m.domain.money import Line, Sum

# What a deposit can be kept for, as the code of its line, and the VAT in it: what is only made good has none
KEPT = {"damage": 0, "service": 2100}


# What a line is about: code, text, rate of VAT
Thing = tuple[str, str, int]


def thing(line: Line) -> Thing:
    """`room` for the hire and its discount, an extra by its name; of a reduction that of which it takes off."""
    if line.code == "reduction":
        name = line.text.partition(": ")[2]
        return ("extra" if name else "room", name, line.vat)
    hire = line.code == "member" or line.code.startswith("room")
    named = line.code == "extra" or line.code in KEPT
    return ("room" if hire else line.code, line.text if named else "", line.vat)


def reduction(of: Thing, cents: int, number: str) -> Line:
    """The line that says what a credit note took off a thing."""
    code, name, vat = of
    code = code if code in ("deposit", "cancellation") else "reduction"
    return money.line(code, -100, cents, vat, f"{number}: {name}" if name else number)


@dataclass(frozen=True)
class Party:
    """Who sells or buys. vat_id: as NL123456789B01, empty where there is none; registration: the number of the register of
    companies (KvK); iban: where to pay, the seller's only. country: two letters (ISO 3166)."""

    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "NL"
    vat_id: str = ""
    registration: str = ""
    email: str = ""
    iban: str = ""


@dataclass(frozen=True)
class Document:
    """A quote, an invoice or a credit note. number: as it stands on it (2026-0001, C2026-0001, Q2026-0001); n: its place in the
    venue's year; due_on: the last day to pay, of a quote the last day that it holds; supplied_on: the day of the meeting;
    credits_id: the invoice that a credit note takes back, as far as it stood; reduces_id: the one that it takes a part off, for a
    reason; credits_number: of either. vat: rates with their cents, where these are not reckoned from the lines: a part that was
    said with VAT included, and what is left after parts, add up to the cent.

    room_id, starts_at, ends_at: what it is for; about: the same in one line, in the words of that day
    ("Perron, 12-03-2026 09:30–12:30"). Amounts of a credit note stand positive, as its kind says what they mean (UN/CEFACT 381).
    """

    id: str
    network_id: str
    venue_id: str
    booking_id: str | None
    renter_id: str
    kind: str
    year: int
    n: int
    number: str
    seller: Party
    buyer: Party
    language: str
    about: str
    issued_on: date
    due_on: date
    supplied_on: date
    lines: tuple[Line, ...]
    issued_at: datetime
    credits_id: str | None = None
    credits_number: str = ""
    room_id: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reduces_id: str | None = None
    reason: str = ""
    vat: tuple[tuple[int, int], ...] = ()

    @property
    def of_deposit(self) -> bool:
        """Whether it is about what was kept of a deposit, and not about the hire."""
        return any(line.code in KEPT for line in self.lines)

    @property
    def of_id(self) -> str | None:
        """The invoice that a credit note is about."""
        return self.credits_id or self.reduces_id

    @property
    def sum(self) -> Sum:
        return money.total(self.lines, dict(self.vat))
