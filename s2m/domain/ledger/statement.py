"""The statement: what happened on one account, line by line, so that the lines add up to the balance shown.

A hold that is still open stands on top, dashed, and counts against what is free; a settled one is one line, a hold that
was let go is a line of 0. A reversed line stays, struck through, beside the line that mends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from s2m.domain.ledger.entries import Account
    from s2m.store.ledger import StatementRow


@dataclass(frozen=True)
class Line:
    """amount: what the line does to the figure behind it, `balance` (after an open hold: what is free).

    state: '' posted, 'held' open, 'undone' reversed or let go. original: the line that this one mends.
    """

    row: StatementRow
    amount: int
    balance: int
    state: str
    original: StatementRow | None = None

    @property
    def at(self) -> datetime:
        return self.row.transfer.at


@dataclass(frozen=True)
class Month:
    """first: a moment in that month; earned and spent are both positive; ends: the balance after its last line."""

    first: datetime
    earned: int
    spent: int
    ends: int


def lines(account: Account, rows: Sequence[StatementRow]) -> tuple[Line, ...]:
    """All lines, the newest first. rows: everything that touched the account, the newest first."""
    by_id = {row.transfer.id: row for row in rows}
    held = [row for row in rows if row.transfer.state == "pending" and row.resolved_as is None and _is_mine(account, row)]
    free, found = account.balance - account.held, []
    for row in held:
        found.append(Line(row, -row.transfer.amount, free, "held"))
        free += row.transfer.amount
    balance = account.balance
    for row in rows:
        # What waits, or was let go before it moved, is no line of whoever would have received it
        if row.transfer.state == "pending" or (row.transfer.state == "void" and not _is_mine(account, row)):
            continue
        undone = row.reversed_by is not None or row.transfer.state == "void"
        found.append(Line(row, row.amount, balance, "undone" if undone else "", by_id.get(row.transfer.reverses_id or "")))
        balance -= row.amount
    return tuple(found)


def _is_mine(account: Account, row: StatementRow) -> bool:
    return row.transfer.debit_id == account.id


def months(all_lines: Sequence[Line], zone: ZoneInfo) -> tuple[Month, ...]:
    """What came in and went out per month of the venue's calendar, the newest first; open holds count in none."""
    found: dict[tuple[int, int], Month] = {}
    for line in (line for line in all_lines if line.state != "held"):
        local = line.at.astimezone(zone)
        so_far = found.get((local.year, local.month), Month(line.at, 0, 0, line.balance))
        gain, loss = max(line.amount, 0), max(-line.amount, 0)
        found[local.year, local.month] = Month(so_far.first, so_far.earned + gain, so_far.spent + loss, so_far.ends)
    return tuple(found.values())


def course(all_lines: Sequence[Line], since: datetime) -> tuple[int, tuple[tuple[datetime, int], ...]]:
    """For a chart: the balance at `since`, then each moment after it with the balance from there on, the oldest first.

    An account that opened after `since` begins with its first line, not with the nothing before it.
    """
    moved = [line for line in all_lines if line.state != "held" and line.amount]
    later = [line for line in moved if line.at >= since]
    if not later:
        return (moved[0].balance if moved else 0), ()
    start = later[-1].balance if len(later) == len(moved) else later[-1].balance - later[-1].amount
    return start, tuple((line.at, line.balance) for line in reversed(later))
