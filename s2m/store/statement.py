"""What a statement is read from: the rows of one account in pages, what flowed per day or month, and where a row stands.

Nothing here reads a whole account into Python. Pages go by the row's number in the chain, along the two indexes
(debit, n) and (credit, n); the balance beside a line is the account's own less what is newer, summed where the rows are.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Row, Select, bindparam, case, cast, func, or_, select, union_all

from s2m.domain.ledger import Account, Transfer
from s2m.domain.ledger.entries import LARGEST_BALANCE
from s2m.store.part import Part
from s2m.store.schema import accounts, contributions, evidence, people, thanks, transfers, visits

# How many numbers go into one question, and more open holds than anybody has
CHUNK, HOLDS = 500, 50
MOVES = ("posted", "post")
_original, _resolved, _mirrored = transfers.alias("original"), transfers.alias("resolved"), transfers.alias("mirrored")
_giver, _receiver, _other = people.alias("giver"), people.alias("receiver"), accounts.alias("other")
_seat = evidence.alias("seat")
_account: BindParameter[str] = bindparam("account")
# What a row is counted as: a reversal as what it mends. No join, for which PostgreSQL would read every row there is
_mended_kind = select(_original.c.kind).where(_original.c.id == transfers.c.reverses_id).scalar_subquery()
_kind = case((transfers.c.reverses_id.is_not(None), _mended_kind), else_=transfers.c.kind)
_settled_by = select(_resolved.c.n).where(_resolved.c.pending_id == transfers.c.id).limit(1).scalar_subquery()
_conditions: dict[str, ColumnElement[bool]] = {
    "before": transfers.c.n < bindparam("before"),
    "above": transfers.c.n > bindparam("above"),
    "upto": transfers.c.n <= bindparam("upto"),
    "lowest": transfers.c.n >= bindparam("lowest"),
    "since": transfers.c.at >= bindparam("since"),
    "until": transfers.c.at < bindparam("until"),
    "kinds": _kind.in_(bindparam("kinds", expanding=True)),
}


@dataclass(frozen=True)
class StatementRow:
    """A transfer as one account sees it: signed amount (0 where nothing moved), the balance after it, and what it was for.

    other_kind: of the account on the other side; original: the row that this one mends. Names and words are for persons only.
    """

    transfer: Transfer
    amount: int
    balance: int
    other_kind: str
    visit_id: str | None = None
    visit_started_at: datetime | None = None
    visit_ended_at: datetime | None = None
    venue_id: str | None = None
    thanks_topic: str | None = None
    thanks_text: str | None = None
    other_name: str | None = None
    contribution: str | None = None
    reason: str | None = None
    reversed_by: str | None = None
    resolved_as: str | None = None
    original: StatementRow | None = None


@dataclass(frozen=True)
class Flow:
    """What lines of one kind did since a moment, until the next one asked for: gained and lost are both positive."""

    since: datetime
    kind: str
    gained: int
    lost: int
    lines: int


# The questions, each built once ---------------------------------------------------------------------------------------


def _sides(wanted: tuple[str, ...], *, lines_only: bool) -> tuple[Select[Any], Select[Any]]:
    """The rows that take from an account or hold on it, and those that give to it, each with its signed amount.

    Lines are what left, what was let go, and what came in: an open hold and what is promised by others are none.
    """

    def side(mine: ColumnElement[bool], sign: int, line: ColumnElement[bool]) -> Select[Any]:
        amount = case((transfers.c.state.in_(MOVES), sign * transfers.c.amount), else_=0).label("amount")
        query = select(transfers.c.n, transfers.c.at, _kind.label("kind"), amount)
        return query.where(mine, *(_conditions[name] for name in wanted), *([line] if lines_only else []))

    out = side(transfers.c.debit_id == _account, -1, transfers.c.state != "pending")
    return out, side(transfers.c.credit_id == _account, 1, transfers.c.state.in_(MOVES))


@cache
def _numbers(wanted: tuple[str, ...], newest: bool, bounded: bool) -> Select[Any]:
    """Of each side as many as the page needs, along its index, and of both together the first ones."""

    def first(query: Select[Any], n: Any) -> Select[Any]:
        query = query.order_by(n.desc() if newest else n)
        return query.limit(bindparam("most")) if bounded else query

    sides = [first(side, transfers.c.n).subquery() for side in _sides(wanted, lines_only=True)]
    both = union_all(*(select(side.c.n) for side in sides)).subquery()
    return first(select(both.c.n), both.c.n)


def _balances() -> Select[Any]:
    """For some rows, what moved in all that is newer."""
    touching = union_all(*_sides(("lowest",), lines_only=False)).subquery()
    newer = func.sum(touching.c.amount).over(order_by=touching.c.n.desc(), rows=(None, -1)).label("newer")
    summed = select(touching.c.n, newer).subquery()
    return select(summed).where(summed.c.n.in_(bindparam("numbers", expanding=True)))


@cache
def _flows(stretches: int) -> Select[Any]:
    lines = union_all(*_sides(("since",), lines_only=True)).subquery()
    stretch = case(*((lines.c.at >= bindparam(f"start_{number}"), number) for number in range(stretches))).label("stretch")
    # Amounts fit 32 bits, and only of those PostgreSQL makes sums without its slow numbers of any length
    amount = cast(lines.c.amount, Integer)
    gained = func.sum(case((amount > 0, amount), else_=0)).label("gained")
    lost = func.sum(case((amount < 0, -amount), else_=0)).label("lost")
    return select(stretch, lines.c.kind, gained, lost, func.count().label("lines")).group_by("stretch", lines.c.kind)


def _described(which: ColumnElement[bool]) -> Select[Any]:
    """Rows with what they were for: what is known of a hold stands for what settles it or lets it go, too."""
    other = case((transfers.c.debit_id == _account, transfers.c.credit_id), else_=transfers.c.debit_id)
    return (
        select(
            transfers, _other.c.kind.label("other_kind"), _resolved.c.state.label("resolved_as"), _seat.c.reason,
            _mirrored.c.id.label("reversed_by"), visits.c.id.label("visit_id"), visits.c.started_at.label("visit_started_at"),
            visits.c.ended_at.label("visit_ended_at"), thanks.c.topic, thanks.c.text, thanks.c.giver_id,
            contributions.c.topic.label("contribution"),
            _giver.c.name.label("giver_name"), _receiver.c.name.label("receiver_name"),
            func.coalesce(visits.c.venue_id, thanks.c.venue_id, contributions.c.venue_id).label("venue_id"),
        )
        .join(_other, _other.c.id == other)
        .outerjoin(_resolved, _resolved.c.pending_id == transfers.c.id)
        .outerjoin(_mirrored, _mirrored.c.reverses_id == transfers.c.id)
        .outerjoin(_seat, _seat.c.transfer_id == func.coalesce(transfers.c.pending_id, transfers.c.id))
        .outerjoin(visits, visits.c.id == _seat.c.visit_id)
        .outerjoin(thanks, thanks.c.id == _seat.c.thanks_id)
        .outerjoin(contributions, contributions.c.id == _seat.c.contribution_id)
        .outerjoin(_giver, (_giver.c.id == thanks.c.giver_id) & _giver.c.erased_at.is_(None))
        .outerjoin(_receiver, (_receiver.c.id == thanks.c.receiver_id) & _receiver.c.erased_at.is_(None))
        .where(which)
    )  # fmt: skip


_touches = or_(transfers.c.debit_id == _account, transfers.c.credit_id == _account)
_in_network = transfers.c.network_id == bindparam("network")
_by_number = _described(_in_network & transfers.c.n.in_(bindparam("numbers", expanding=True)))
_by_id = _described(transfers.c.id.in_(bindparam("ids", expanding=True)))
_newer_than = _balances()
_of_id = select(transfers.c.n).where(transfers.c.id == bindparam("transfer"), _touches)
_of_journal = select(transfers.c.n).where(transfers.c.journal_id == bindparam("journal"), _touches).order_by(transfers.c.n)
_hash = select(transfers.c.hash).where(_in_network, transfers.c.n == bindparam("n"))
_open_hold = (
    select(transfers.c.n, transfers.c.amount)
    .where(transfers.c.debit_id == _account, transfers.c.state == "pending", _conditions["before"], _settled_by.is_(None))
    .order_by(transfers.c.n.desc())
    .limit(1)
)


class Statement(Part):
    def page(
        self, account: Account, *, most: int | None, before: int | None = None, kinds: Sequence[str] | None = None,
        since: datetime | None = None, until: datetime | None = None,
    ) -> list[StatementRow]:  # fmt: skip
        """The lines of an account with a number below `before`, the newest first.

        kinds: only these, a reversal counting as what it mends; since, until: only from that moment on, and before that one.
        """
        wanted = {"before": before, "kinds": kinds, "since": since, "until": until}
        return self._rows(account, self._page(account, most, newest=True, **wanted))

    def not_before(
        self, account: Account, n: int, *, most: int, kinds: Sequence[str] | None = None, since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[int]:  # fmt: skip
        """The numbers of the lines from `n` on, the oldest first; chosen as for `page`."""
        return self._page(account, most, newest=False, above=n - 1, kinds=kinds, since=since, until=until)

    def after(self, account: Account, n: int, balance: int, *, upto: int, most: int) -> list[StatementRow]:
        """The lines with a number above `n`, up to `upto`, the oldest first. balance: the account's after row `n`."""
        numbers = self._page(account, most, newest=False, above=n, upto=upto)
        rows = self._rows(account, numbers, dict.fromkeys(numbers, 0))
        sums = itertools.accumulate((row.amount for row in rows), initial=balance)
        return [replace(row, balance=after) for row, after in zip(rows, itertools.islice(sums, 1, None), strict=True)]

    def latest(self, account: Account, most: int | None) -> list[StatementRow]:
        """Open holds, then the newest lines."""
        return [*self.holds(account), *self.page(account, most=most)]

    def holds(self, account: Account) -> list[StatementRow]:
        """What is promised from an account and neither settled nor let go, the newest first.

        One by one until they make up what the account says is held: most of its holds are settled long since.
        """
        numbers: list[int] = []
        left, before = account.held, LARGEST_BALANCE
        while left > 0 and len(numbers) < HOLDS and (row := self.one(_open_hold, account=account.id, before=before)):
            numbers.append(row.n)
            left, before = left - row.amount, row.n
        return self._rows(account, numbers)

    def row(self, account: Account, transfer_id: str) -> StatementRow | None:
        """Any row that touches the account, a hold too; None for one of others as for one that never was."""
        numbers = self.run(_of_id, account=account.id, transfer=transfer_id).scalars().all()
        return next(iter(self._rows(account, numbers)), None)

    def journal(self, account: Account, journal_id: str) -> list[StatementRow]:
        """The rows of one journal that touch the account, in the order of the chain."""
        return self._rows(account, self.run(_of_journal, account=account.id, journal=journal_id).scalars().all())

    def hash_before(self, row: Transfer) -> str | None:
        """The hash that this row was tied to; None for the first row of a chain."""
        found: str | None = self.run(_hash, network=row.network_id, n=row.n - 1).scalar()
        return found

    def last(self, account: Account) -> int:
        """The number of the newest line; 0 where there is none."""
        return next(iter(self._page(account, 1, newest=True)), 0)

    def flows(self, account: Account, starts: Sequence[datetime]) -> list[Flow]:
        """What flowed since each of these moments (the newest first) until the one before it in the list, by kind."""
        moments = {f"start_{number}": start for number, start in enumerate(starts)}
        found = self.run(_flows(len(starts)), account=account.id, since=starts[-1], **moments)
        return [Flow(starts[r.stretch], r.kind, int(r.gained), int(r.lost), r.lines) for r in found]

    def _page(self, account: Account, most: int | None, *, newest: bool, **wanted: object) -> list[int]:
        given = {name: value for name, value in wanted.items() if value is not None}
        query = _numbers(tuple(given), newest, most is not None)
        return list(self.run(query, account=account.id, **given, **({"most": most} if most else {})).scalars())

    def _rows(self, account: Account, numbers: Sequence[int], balances: Mapping[int, int] | None = None) -> list[StatementRow]:
        """These rows in this order, with what they were for, and what those were for that they mend."""
        found: dict[int, StatementRow] = {}
        for first in range(0, len(numbers), CHUNK):
            some = numbers[first : first + CHUNK]
            rows = self.run(_by_number, account=account.id, network=account.network_id, numbers=some).all()
            after = balances or self._after(account, some)
            mended = self._mended(account, [r.reverses_id for r in rows if r.reverses_id])
            found.update({r.n: _statement_row(account, r, after[r.n], mended.get(r.reverses_id)) for r in rows})
        return [found[n] for n in numbers]

    def _mended(self, account: Account, ids: list[str]) -> dict[str, StatementRow]:
        rows = self.run(_by_id, account=account.id, ids=ids) if ids else ()
        return {r.id: _statement_row(account, r, 0, None) for r in rows}

    def _after(self, account: Account, numbers: Sequence[int]) -> dict[int, int]:
        """The balance after each of these rows: the account's own, less all that is newer."""
        rows = self.run(_newer_than, account=account.id, lowest=min(numbers), numbers=numbers)
        return {r.n: account.balance - int(r.newer or 0) for r in rows}


def _statement_row(account: Account, row: Row[Any], balance: int, original: StatementRow | None) -> StatementRow:
    transfer = Transfer(**{c.name: row._mapping[c.name] for c in transfers.c})
    sign = (1 if transfer.credit_id == account.id else -1) if transfer.moves else 0
    if account.person_id is None:
        return StatementRow(
            transfer, sign * transfer.amount, balance, row.other_kind, original=original,
            reversed_by=row.reversed_by, resolved_as=row.resolved_as,
        )  # fmt: skip
    return StatementRow(
        transfer, sign * transfer.amount, balance, row.other_kind, row.visit_id, row.visit_started_at, row.visit_ended_at,
        row.venue_id, row.topic, row.text, row.receiver_name if row.giver_id == account.person_id else row.giver_name,
        row.contribution, row.reason, row.reversed_by, row.resolved_as, original,
    )  # fmt: skip
