"""Written out for other programs: the ledger as CSV, for hledger and for Beancount; people as CSV.

Accounts carry their number, never a name. Units keep their kind: SC in whole dots, EUR in cents.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import timedelta

from s2m.domain.fields import cell
from s2m.domain.instants import EPOCH
from s2m.domain.ledger import Account, Transfer
from s2m.domain.people import Person

COLUMNS = ("n", "at", "kind", "state", "debit", "credit", "amount", "unit", "id", "journal", "pending", "reverses", "hash")
HLEDGER = {
    "person": "assets:people", "venue": "assets:venues", "commons": "assets:commons", "budget": "assets:budgets",
    "issuing": "equity:issuing", "receivable": "assets:receivable", "revenue": "income:rooms", "deposits": "liabilities:deposits",
    "vat_2100": "liabilities:vat:21", "vat_900": "liabilities:vat:9",
}  # fmt: skip
BEANCOUNT = {
    "person": "Assets:People", "venue": "Assets:Venues", "commons": "Assets:Commons", "budget": "Assets:Budgets",
    "issuing": "Equity:Issuing", "receivable": "Assets:Receivable", "revenue": "Income:Rooms", "deposits": "Liabilities:Deposits",
    "vat_2100": "Liabilities:Vat:21", "vat_900": "Liabilities:Vat:9",
}  # fmt: skip


def ledger(form: str, accounts: list[Account], rows: Iterable[Transfer]) -> Iterator[str]:
    """The lines of a book. rows: those that moved something, network by network in the order of the chain.

    hledger and Beancount also get the balances that we keep, as assertions: they recompute them and refuse the book if we err.
    """
    if form == "csv":
        return _csv(rows)
    return (_hledger if form == "hledger" else _beancount)(accounts, rows)


def _csv(rows: Iterable[Transfer]) -> Iterator[str]:
    yield _line(("network", *COLUMNS))
    for r in rows:
        yield _line(
            (
                r.network_id, r.n, r.at.isoformat(), r.kind, r.state, r.debit_id, r.credit_id, r.amount, r.unit, r.id,
                r.journal_id, r.pending_id or "", r.reverses_id or "", r.hash,
            )
        )  # fmt: skip


def people_csv(people: Iterable[Person]) -> str:
    """Everybody with a mail address."""
    return "".join(f"{_line(row)}\n" for row in (("email", "name"), *((cell(p.email), cell(p.name)) for p in people if p.email)))


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _amount(amount: int, unit: str) -> str:
    """Cents as euro; everything else is whole."""
    sign, whole = "-" if amount < 0 else "", abs(amount)
    return f"{sign}{whole // 100}.{whole % 100:02} EUR" if unit == "EUR" else f"{sign}{whole} {unit}"


def _hledger(accounts: list[Account], rows: Iterable[Transfer]) -> Iterator[str]:
    yield "decimal-mark ."
    for unit in sorted({a.unit for a in accounts}):
        yield "commodity 1.00 EUR" if unit == "EUR" else f"commodity 1. {unit}"
    names = {a.id: f"{HLEDGER[a.kind]}:{a.id}" for a in accounts}
    yield from (f"account {name}" for name in names.values())
    day = max((a.created_at for a in accounts), default=EPOCH).date()
    for row in rows:
        day = max(day, row.at.date())
        yield f"\n{row.at:%Y-%m-%d} ({row.n}) {row.kind}  ; at {row.at:%H:%M:%S} UTC, journal {row.journal_id}"
        yield f"    {names[row.credit_id]}  {_amount(row.amount, row.unit)}"
        yield f"    {names[row.debit_id]}  {_amount(-row.amount, row.unit)}"
    if accounts:
        yield f"\n{day:%Y-%m-%d} balances as they are kept"
    yield from (f"    {names[a.id]}  {_amount(0, a.unit)} = {_amount(a.balance, a.unit)}" for a in accounts)


def _beancount(accounts: list[Account], rows: Iterable[Transfer]) -> Iterator[str]:
    units = sorted({a.unit for a in accounts})
    yield from (f'option "operating_currency" "{unit}"' for unit in units)
    if accounts:
        first = min(a.created_at for a in accounts)
        yield from (f"{first:%Y-%m-%d} commodity {unit}" for unit in units)
    names = {a.id: f"{BEANCOUNT[a.kind]}:{a.id.upper()}" for a in accounts}
    yield from (f"{a.created_at:%Y-%m-%d} open {names[a.id]} {a.unit}" for a in accounts)
    day = max((a.created_at for a in accounts), default=EPOCH).date()
    for row in rows:
        day = max(day, row.at.date())
        yield f'\n{row.at:%Y-%m-%d} * "{row.kind}" ^{row.journal_id}'
        yield f"  row: {row.n}"
        yield f'  at: "{row.at.isoformat()}"'
        yield f"  {names[row.credit_id]}  {_amount(row.amount, row.unit)}"
        yield f"  {names[row.debit_id]}  {_amount(-row.amount, row.unit)}"
    # Beancount asserts what is there when a day begins
    yield ""
    yield from (f"{day + timedelta(days=1):%Y-%m-%d} balance {names[a.id]}  {_amount(a.balance, a.unit)}" for a in accounts)
