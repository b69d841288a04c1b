"""The balance of the last weeks as steps in SVG; a table of the same figures stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from s2m.domain.ledger import Account
from s2m.domain.ledger.statement import Period

WIDTH, TOP, BOTTOM = 600, 12, 112


@dataclass(frozen=True)
class Chart:
    """path, held, axis, last: SVG; start and lowest: balances at the end of a day; changes: the days on which it changed."""

    path: str
    held: str
    axis: int
    last: int
    start: int
    lowest: int
    since: datetime
    changes: tuple[Period, ...]


def of_days(account: Account, days: Sequence[Period]) -> Chart | None:
    """days: the newest first. None where there is no course yet: nothing happened, or all of it today."""
    if len(days) < 2 or not any(day.lines for day in days):
        return None
    ends = [day.ends for day in reversed(days)]
    high, low = max(*ends, 0), min(*ends, account.available, 0)

    def y(balance: int) -> int:
        return round(BOTTOM - (balance - low) * (BOTTOM - TOP) / max(high - low, 1))

    steps = "".join(
        f"H{round(number * WIDTH / len(ends))}V{y(end)}" for number, end in enumerate(ends) if number and end != ends[number - 1]
    )
    held = f"M{WIDTH} {y(account.balance)}V{y(account.available)}" if account.held else ""
    changes = tuple(day for day in days if day.lines)
    return Chart(f"M0 {y(ends[0])}{steps}H{WIDTH}", held, y(0), y(account.balance), ends[0], min(ends), days[-1].since, changes)
