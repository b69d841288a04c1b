"""What came in at the bank, and which bill it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from s2m.domain.billing.values import Document


@dataclass(frozen=True)
class Entry:
    """One amount that was booked. reference: the same each time the bank tells of it, and of no other entry; cents: above zero;
    payer, iban: whose account it came from, empty where not told; words: what the payer wrote."""

    reference: str
    cents: int
    day: date
    payer: str
    words: str
    iban: str = ""


# What people write right before a number, without a space; other letters there make it another number
BEFORE = (
    "FACTUUR", "FACTUURNR", "FACTUURNUMMER", "FACT", "FACTNR", "FAC", "NR", "NO", "NUMMER", "INVOICE", "INV", "REKENING", "REF",
    "KENMERK", "REMI", "BETREFT",
)  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """What a bank tells of one account. entries: what came in; taken_back: what came in before and went back (a payment that was
    recalled or bounced), so that a bill that counts it is open again; foreign: how many entries are not in euro, and left out."""

    iban: str
    entries: tuple[Entry, ...]
    taken_back: tuple[Entry, ...] = ()
    foreign: int = 0


def matching(entry: Entry, open_documents: Iterable[Document]) -> Document | None:
    """The one invoice whose number the payer wrote, whatever the amount; None where they wrote none of these, or several: then a
    person decides."""
    named = [one for one in open_documents if one.kind == "invoice" and names(entry.words, one.number)]
    return named[0] if len(named) == 1 else None


def names(words: str, number: str) -> bool:
    """Whether words hold a number (2026-0001, 2026 0001, 20260001, Factuur2026/0001), also where a bank cut its line within it.

    Not as a part of a longer number, nor of another venue's, a credit note's or a quote's (A2026-0001, C2026-0001).
    """
    written = unicodedata.normalize("NFKC", words).upper()
    signs = [re.escape(sign) for sign in number.upper() if sign.isalnum()]
    before = r"(?<![0-9])(?<![0-9][-.])(?<!\b[CQ])(?<!\b[CQ][\s-])"
    number_there = before + r"[\s./_-]*".join(signs) + r"(?![0-9])(?![-.][0-9])"
    for found in re.finditer(number_there, written) if signs else ():
        letters = re.search(r"[^\W\d_]*$", written[: found.start()])
        if not letters or letters[0] in ("", *BEFORE):
            return True
    return False
