"""Euro: whole cents, lines with their rate of VAT, and what they add up to.

Prices are without VAT, as rooms are let in the Netherlands; VAT is reckoned once per rate over the sum of its lines and rounded
half up, so that a document's totals can be checked from its lines (EN 16931, BR-CO-17).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from s2m.domain.errors import Invalid

# Rates in hundredths of a percent: high, low, none (Wet op de omzetbelasting 1968, art. 9)
VAT_RATES = (2100, 900, 0)
LARGEST = 100_000_00
NOTHING_TOLD: Mapping[int, int] = {}
EURO = re.compile(r"(0|[1-9][0-9]{0,5})([.,][0-9]{2})?")


@dataclass(frozen=True)
class Line:
    """One line of a price. code: what kind of line (room_hour, room_off_peak, room_half_day, room_day, member, extra, deposit,
    cancellation; on later bills also room, a part of the hire, and reduction, what a credit note took off, damage and service,
    what a deposit was kept for); text: its words where they are not of the code (the name of an extra), the number of the credit
    note and, after a colon, the extra that it took off, what was damaged or done.

    hundredths: quantity in hundredths of its unit (150 = 1.5 hours; below zero takes off); unit_cents: price of one, without VAT;
    net_cents: both multiplied, rounded half up; vat: its rate in hundredths of a percent.
    """

    code: str
    text: str
    hundredths: int
    unit_cents: int
    net_cents: int
    vat: int


@dataclass(frozen=True)
class VatSum:
    """rate: hundredths of a percent; net_cents: the sum of that rate's lines; vat_cents: the VAT over it."""

    rate: int
    net_cents: int
    vat_cents: int


@dataclass(frozen=True)
class Sum:
    net_cents: int
    vat: tuple[VatSum, ...]
    gross_cents: int

    @property
    def vat_cents(self) -> int:
        return sum(one.vat_cents for one in self.vat)


def line(code: str, hundredths: int, unit_cents: int, vat: int, text: str = "") -> Line:
    return Line(code, text, hundredths, unit_cents, part(unit_cents, hundredths, 100), vat)


def part(cents: int, of: int, whole: int) -> int:
    """cents × of / whole, rounded half away from zero, without a float in between."""
    product = abs(cents * of) * 2 + whole
    rounded = product // (2 * whole)
    return rounded if cents * of >= 0 else -rounded


def total(lines: Iterable[Line], told: Mapping[int, int] = NOTHING_TOLD) -> Sum:
    """What lines add up to; VAT once per rate, the highest rate first. told: cents of VAT by rate, where these are not reckoned
    from the lines."""
    net: dict[int, int] = {}
    for one in lines:
        net[one.vat] = net.get(one.vat, 0) + one.net_cents
    vat = tuple(VatSum(rate, net[rate], told.get(rate, part(net[rate], rate, 10_000))) for rate in sorted(net, reverse=True))
    return Sum(sum(net.values()), vat, sum(one.net_cents + one.vat_cents for one in vat))


def cents(value: object, field: str, *, most: int = LARGEST) -> int:
    """Whole cents from what somebody typed: 38, 38,50 or 38.50. Raises Invalid `money`, `too_large`."""
    text = value.strip() if isinstance(value, str) else ""
    if not EURO.fullmatch(text):
        raise Invalid(field, "money")
    whole, _, rest = text.replace(",", ".").partition(".")
    found = int(whole) * 100 + int(rest or 0)
    if found > most:
        raise Invalid(field, "too_large", most=most // 100)
    return found
