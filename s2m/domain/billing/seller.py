"""Who sells: what stands on every document of a venue. Without it none goes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields
from s2m.domain.billing import following
from s2m.domain.billing.values import Party
from s2m.domain.errors import Invalid

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

VAT_NL = re.compile(r"NL([0-9]{9})B([0-9]{2})")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
POSTCODE_NL = re.compile(r"([1-9][0-9]{3}) ?([A-Z]{2})")
DAYS_MOST, USUAL_DAYS = 90, 14


@dataclass(frozen=True)
class Seller:
    """party: with iban and registration. prefix: what the venue's numbers begin with. days: how many a renter has to pay."""

    network_id: str
    venue_id: str
    party: Party
    prefix: str
    days: int
    changed_by: str
    changed_at: datetime


def vat_nl(value: object, field: str = "vat_id") -> str:
    """A Dutch VAT id, NL123456789B01. Raises Invalid `vat_id` where its shape or its check digits are wrong.

    A company's is its RSIN, with a check digit by eleven; since 2020 a person's own is checked by 97, letters as numbers
    (A = 10).
    """
    text = re.sub(r"[\s.-]", "", value).upper() if isinstance(value, str) else ""
    found = VAT_NL.fullmatch(text)
    if not found or not (_by_eleven(found[1]) or _by_97(text)):
        raise Invalid(field, "vat_id")
    return text


def _by_eleven(digits: str) -> bool:
    weighed = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=False))
    return weighed % 11 == int(digits[8])


def _by_97(text: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in text)) % 97 == 1


def iban(value: object, field: str = "iban") -> str:
    """ISO 13616: in groups or not. Raises Invalid `iban`."""
    text = re.sub(r"\s", "", value).upper() if isinstance(value, str) else ""
    if not IBAN.fullmatch(text) or not _by_97(text[4:] + text[:4]) or (text[:2] == "NL" and len(text) != 18):
        raise Invalid(field, "iban")
    return text


def registration(value: object, field: str = "registration") -> str:
    """Eight digits of the register of companies. Raises Invalid `registration`."""
    text = re.sub(r"[\s.]", "", value) if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9]{8}", text):
        raise Invalid(field, "registration")
    return text


def postcode_nl(value: object, field: str = "postcode") -> str:
    """A Dutch postcode as the mail writes it: 3512 JC. Raises Invalid `postcode`."""
    found = POSTCODE_NL.fullmatch(value.strip().upper()) if isinstance(value, str) else None
    if not found:
        raise Invalid(field, "postcode")
    return f"{found[1]} {found[2]}"


def change_seller(store: Store, venue: Venue, given: Mapping[str, object], by: str, now: datetime) -> Seller:
    """Who sells at this venue from now on; documents that went out keep what they say.

    What was booked before anybody sold is billed at once. Raises Invalid for each field; `prefix_shape`; `number_prefix` where
    another venue of the same VAT id numbers alike, or once did: two bills of one seller would have one number (Wet OB, art. 35a).
    """
    party = Party(
        name=fields.line("name", given.get("name"), fields.NAME_MAX),
        street=fields.line("street", given.get("street"), fields.NAME_MAX),
        postcode=postcode_nl(given.get("postcode")),
        city=fields.line("city", given.get("city"), fields.NAME_MAX),
        country="NL",
        vat_id=vat_nl(given.get("vat_id")),
        registration=registration(given.get("registration")),
        email=fields.email(given.get("email")),
        iban=iban(given.get("iban")),
    )
    prefix = str(given.get("prefix") or "").strip().upper()
    if not re.fullmatch(r"[A-Z]{0,4}", prefix):
        raise Invalid("prefix", "prefix_shape")
    days = fields.whole(given.get("days"), "days", least=0, most=DAYS_MOST)
    for other in store.billing.sellers(venue.network_id):
        if other.venue_id != venue.id and (other.party.vat_id, other.prefix) == (party.vat_id, prefix):
            raise Invalid("prefix", "number_prefix")
    if store.billing.numbered_alike(venue, party.vat_id, prefix):
        raise Invalid("prefix", "number_prefix")
    seller = Seller(venue.network_id, venue.id, party, prefix, days, by, now)
    store.billing.set_seller(seller)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="seller.change", venue_id=venue.id)
    following.follow_waiting(store, venue, now)
    return seller
