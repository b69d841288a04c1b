"""The statement: what happened on one account, line by line, so that the lines add up to the balance shown.

A hold that is still open stands on top, dashed, and counts against what is free; a settled one is one line, a hold that
was let go is a line of 0. A reversed line stays, struck through, beside the line that mends it. What somebody else
promised to an account is no line before it comes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from s2m.domain.instants import clock_at

if TYPE_CHECKING:
    from s2m.domain.ledger.entries import Account, Transfer
    from s2m.store import Store
    from s2m.store.statement import Flow, StatementRow

# What a reader may choose from, and which kinds of transfers each holds; a reversal counts as what it mends
GROUPS: Mapping[str, tuple[str, ...]] = {
    "seat": ("seat",),
    "rooms": ("room", "room_back"),
    "thanks": ("thanks",),
    "gifts": ("gift", "grant"),
    "contributions": ("post", "talk", "task", "proxy", "ask", "fault", "introduction"),
    "commons": ("newcomers_grant", "seat_forgiven", "promise_forgiven", "gift_commons", "decay", "passport_grant"),
}
DAYS, MONTHS = 42, 12


@dataclass(frozen=True)
class Line:
    """amount: what the line does to the figure behind it, `balance` (after an open hold: what is free).

    state: '' posted, 'held' open, 'undone' reversed or let go.
    """

    row: StatementRow
    amount: int
    balance: int
    state: str

    @property
    def at(self) -> datetime:
        return self.row.transfer.at

    @property
    def original(self) -> StatementRow | None:
        """The row that this line mends."""
        return self.row.original


@dataclass(frozen=True)
class Choice:
    """Which lines to show: of one group of kinds, of one stretch of time (until is the moment after it); '' and None = all."""

    group: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def kinds(self) -> tuple[str, ...] | None:
        return GROUPS.get(self.group)

    @property
    def is_all(self) -> bool:
        return not self.group and self.since is None

    def holds(self, row: Transfer) -> bool:
        in_time = self.since is None or self.until is None or self.since <= row.at < self.until
        return in_time and (self.kinds is None or row.kind in self.kinds)


@dataclass(frozen=True)
class Page:
    """lines: the newest first; older: the line before them, where there is one.

    later: where the page of the lines after them begins, None for the newest page.
    """

    lines: tuple[Line, ...]
    older: Line | None
    later: int | None = None

    @property
    def before(self) -> int:
        """Where the page before this one begins: its lines have a number below."""
        return self.lines[-1].row.transfer.n


@dataclass(frozen=True)
class Period:
    """A day or a month of the venue's calendar. since: its first moment; earned and spent are both positive; ends: the
    balance after it; kinds: what was earned and spent by kind."""

    since: datetime
    ends: int
    earned: int = 0
    spent: int = 0
    lines: int = 0
    kinds: Mapping[str, tuple[int, int]] = field(default_factory=dict)


# Rules ---------------------------------------------------------------------------------------------------------------


def lines(account: Account, rows: Iterable[StatementRow]) -> tuple[Line, ...]:
    """The lines of these rows, open holds first. rows: the newest first."""
    free, held, found = account.balance - account.held, [], []
    for row in rows:
        if row.transfer.state != "pending":
            undone = row.reversed_by is not None or row.transfer.state == "void"
            found.append(Line(row, row.amount, row.balance, "undone" if undone else ""))
        elif row.resolved_as is None and row.transfer.debit_id == account.id:
            held.append(Line(row, -row.transfer.amount, free, "held"))
            free += row.transfer.amount
    return (*held, *found)


def month_starts(zone: ZoneInfo, now: datetime, since: datetime, most: int | None = None) -> list[datetime]:
    """The first moment of this month and of those before it, back to the month of `since`; the newest first."""
    local, first = now.astimezone(zone), since.astimezone(zone)
    count = max((local.year - first.year) * 12 + local.month - first.month, 0) + 1
    numbers = range(local.year * 12 + local.month - 1, local.year * 12 + local.month - 1 - min(count, most or count), -1)
    return [clock_at(zone, date(number // 12, number % 12 + 1, 1)) for number in numbers]


def day_starts(zone: ZoneInfo, now: datetime, since: datetime) -> list[datetime]:
    """The first moment of today and of the days before it, back to the day of `since`, at most six weeks; the newest first."""
    today, first = now.astimezone(zone).date(), since.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(min(max((today - first).days, 0), DAYS) + 1))
    return [clock_at(zone, day) for day in days]


def month_named(zone: ZoneInfo, name: str) -> tuple[datetime, datetime] | None:
    """The first moment of a month such as 2026-03 and of the next one; None for what is no month of ours."""
    if not re.fullmatch(r"2[0-9]{3}-(0[1-9]|1[0-2])", name, re.ASCII):
        return None
    year, month = map(int, name.split("-"))
    return clock_at(zone, date(year, month, 1)), clock_at(zone, date(year + month // 12, month % 12 + 1, 1))


def periods(account: Account, starts: Sequence[datetime], flows: Iterable[Flow]) -> tuple[Period, ...]:
    """What flowed in each stretch, the newest first. starts: the first moment of each, the newest first."""
    by_start: dict[datetime, list[Flow]] = defaultdict(list)
    for flow in flows:
        by_start[flow.since].append(flow)
    found, balance = [], account.balance
    for start in starts:
        here = by_start[start]
        earned, spent = sum(f.gained for f in here), sum(f.lost for f in here)
        kinds = {f.kind: (f.gained, f.lost) for f in here}
        found.append(Period(start, balance, earned, spent, sum(f.lines for f in here), kinds))
        balance -= earned - spent
    return tuple(found)


# Reading -------------------------------------------------------------------------------------------------------------


def page(store: Store, account: Account, choice: Choice, *, most: int, before: int | None = None) -> Page:
    """At most `most` lines with a number below `before`; without one the newest, after the open holds."""
    chosen: dict[str, Any] = {"most": most + 1, "kinds": choice.kinds, "since": choice.since, "until": choice.until}
    rows = store.statement.page(account, before=before, **chosen)
    newer = store.statement.not_before(account, before, **chosen) if before is not None else []
    held = [] if before is not None else [row for row in store.statement.holds(account) if choice.holds(row.transfer)]
    shown, older = lines(account, [*held, *rows[:most]]), lines(account, rows[most:])
    return Page(shown, older[0] if older else None, newer[most] if len(newer) > most else None)


def months(store: Store, account: Account, zone: ZoneInfo, now: datetime) -> tuple[Period, ...]:
    """What came in and went out in each of the last twelve months in which something happened, the newest first."""
    starts = month_starts(zone, now, account.created_at, MONTHS)
    return tuple(month for month in periods(account, starts, store.statement.flows(account, starts)) if month.lines)


def days(store: Store, account: Account, zone: ZoneInfo, now: datetime) -> tuple[Period, ...]:
    """The last six weeks day by day, the newest first; fewer where the account is younger."""
    starts = day_starts(zone, now, account.created_at)
    return periods(account, starts, store.statement.flows(account, starts))
