"""A bank's statement (ISO 20022, camt.053, every version from .02) read into what came in. With a wrong sum none of it counts."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import date
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from s2m.domain.billing.bank import Entry, Statement
from s2m.domain.errors import Invalid
from s2m.papers.words import readable

MOST = 2_000_000
NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|[1-9][0-9])\}Document")
AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?")
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
# What banks write where they have no reference
NO_REFERENCE = {"NOTPROVIDED", "NONREF"}

Element = Any  # defusedxml gives ElementTree's


def read(data: bytes) -> Statement:
    """The entries that are booked. Raises Invalid `file`: `camt_size` (over 2 MB), `camt_unreadable` (no XML, a part missing, or
    anything that XML can do beyond elements), `camt_kind` (another message), `camt_accounts` (several accounts),
    `camt_currency`, `camt_amount` (not whole cents), `camt_sum` (opening and entries do not make closing)."""
    statements = _parse(data).findall("{*}BkToCstmrStmt/{*}Stmt")
    ibans = {_account(one) for one in statements}
    if len(ibans) != 1:
        raise Invalid("file", "camt_accounts" if ibans else "camt_unreadable")
    iban = ibans.pop()
    seen: Counter[str] = Counter()
    entries: list[Entry] = []
    taken_back: list[Entry] = []
    foreign = 0
    for statement in statements:
        booked = [one for one in statement.findall("{*}Ntry") if _status(one) == "BOOK"]
        euro = [one for one in booked if _amount(one).get("Ccy") == "EUR"]
        foreign += len(booked) - len(euro)
        _check_sum(statement, euro)
        for one in euro:
            if (into := _destination(one, entries, taken_back)) is not None:
                into.extend(_parts(one, iban, seen))
    return Statement(iban, tuple(entries), tuple(taken_back), foreign)


def _parse(data: bytes) -> Element:
    if len(data) > MOST:
        raise Invalid("file", "camt_size")
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Invalid("file", "camt_unreadable") from None
    if not NAMESPACE.fullmatch(root.tag):
        raise Invalid("file", "camt_kind")
    return root


def _find(at: Element, path: str) -> Element:
    return at.find("/".join(f"{{*}}{name}" for name in path.split("/")))


def _text(at: Element, *paths: str) -> str:
    """The text of the first of these that is there and not empty."""
    found = (_find(at, path) for path in paths)
    return next((text for one in found if one is not None and (text := readable(one.text or ""))), "")


def _account(statement: Element) -> str:
    iban = re.sub(r"\s", "", _text(statement, "Acct/Id/IBAN", "Acct/Id/Othr/Id")).upper()
    if not iban:
        raise Invalid("file", "camt_unreadable")
    if _text(statement, "Acct/Ccy") not in ("", "EUR"):
        raise Invalid("file", "camt_currency")
    return iban


def _status(entry: Element) -> str:
    return _text(entry, "Sts/Cd", "Sts")


def _amount(at: Element) -> Element:
    if (found := _find(at, "Amt")) is None:
        raise Invalid("file", "camt_unreadable")
    return found


def _cents(amount: Element) -> int:
    found = AMOUNT.fullmatch((amount.text or "").strip())
    if not found:
        raise Invalid("file", "camt_amount")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _signed(at: Element) -> int:
    """Cents of a balance or an entry, as it counts for the account: a reversal's mark is its own, not of what it reverses."""
    sign = {"CRDT": 1, "DBIT": -1}.get(_text(at, "CdtDbtInd"))
    if sign is None:
        raise Invalid("file", "camt_unreadable")
    return sign * _cents(_amount(at))


def _check_sum(statement: Element, entries: list[Element]) -> None:
    balances = {_text(one, "Tp/CdOrPrtry/Cd"): one for one in reversed(statement.findall("{*}Bal"))}
    opening = next((balances[code] for code in OPENING if code in balances), None)
    closing = next((balances[code] for code in CLOSING if code in balances), None)
    if opening is None or closing is None:
        raise Invalid("file", "camt_sum")
    if any(_amount(one).get("Ccy") != "EUR" for one in (opening, closing)):
        raise Invalid("file", "camt_currency")
    if _signed(opening) + sum(map(_signed, entries)) != _signed(closing):
        raise Invalid("file", "camt_sum")


def _destination(entry: Element, entries: list[Entry], taken_back: list[Entry]) -> list[Entry] | None:
    """Where an entry goes. A reversal that adds is our own money coming back, so nobody's payment, as is all else that leaves."""
    reversal = _text(entry, "RvslInd") in ("true", "1")
    if _signed(entry) > 0:
        return None if reversal else entries
    return taken_back if reversal else None


def _parts(entry: Element, iban: str, seen: Counter[str]) -> list[Entry]:
    """An entry, or the payments that a bank booked together as one: only where these are all told and add up to it."""
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    whole = _cents(_amount(entry))
    if not whole:
        return []
    if len(details) < 2:
        return [_entry(entry, details, whole, iban, seen)]
    amounts = [_part(one) for one in details]
    if None in amounts or sum(filter(None, amounts)) != whole:
        return [_entry(entry, details, whole, iban, seen)]
    return [_entry(entry, [one], cents, iban, seen) for one, cents in zip(details, amounts, strict=True) if cents]


def _part(details: Element) -> int | None:
    """What one payment of a batch comes to, where that is told in euro."""
    found = _find(details, "Amt")
    found = _find(details, "AmtDtls/TxAmt/Amt") if found is None else found
    return None if found is None or found.get("Ccy") != "EUR" else _cents(found)


def _entry(entry: Element, details: list[Element], cents: int, iban: str, seen: Counter[str]) -> Entry:
    """One payment. Its reference is made of the bank's own where it gives one (not NtryRef, a place in this one statement), else
    of all that is told of it."""
    day, payers = _day(entry), [_payer(one) for one in details]
    name, account = payers[0] if len(payers) == 1 else ("", "")
    words = " ".join(filter(None, map(_remittance, details))) or _text(entry, "AddtlNtryInf")
    own = (_text(details[0], "Refs/AcctSvcrRef") if len(details) == 1 else "") or _text(entry, "AcctSvcrRef")
    told = [own] if own and own not in NO_REFERENCE else [words, name, account]
    digest = hashlib.sha256("\0".join([iban, day.isoformat(), str(cents), *told]).encode()).hexdigest()[:32]
    seen[digest] += 1  # Twice the same on one day are two
    return Entry(f"{digest}-{seen[digest]}", cents, day, name, words, account)


def _payer(details: Element) -> tuple[str, str]:
    """Name and account; from version .08 on the name stands one deeper."""
    names = [f"RltdPties/{who}{way}/Nm" for who in ("Dbtr", "UltmtDbtr") for way in ("", "/Pty")]
    return _text(details, *names), re.sub(r"\s", "", _text(details, "RltdPties/DbtrAcct/Id/IBAN")).upper()


def _day(entry: Element) -> date:
    try:
        return date.fromisoformat(_text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10])
    except ValueError:
        raise Invalid("file", "camt_unreadable") from None


def _remittance(details: Element) -> str:
    """What the payer wrote, and the references that their program filled in."""
    paths = ("Ustrd", "Strd/{*}CdtrRefInf/{*}Ref", "Strd/{*}RfrdDocInf/{*}Nb", "Strd/{*}AddtlRmtInf")
    found = [one.text or "" for path in paths for one in details.findall(f"{{*}}RmtInf/{{*}}{path}")]
    return readable(" ".join(found))
