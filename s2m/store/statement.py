"""What a statement is read from: the rows of one account in pages, what flowed per day or month, and where a row stands.

Nothing here reads a whole account into Python. Pages go by the row's number in the chain, along the two indexes
(debit, n) and (credit, n); the balance beside a line is the account's own less what is newer, summed where the rows are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select, union_all

from s2m.domain.ledger import Account, Transfer
from s2m.store.part import Part
from s2m.store.schema import accounts, contributions, evidence, people, thanks, transfers, visits

# How many numbers go into one question
CHUNK = 500
MOVES = ("posted", "post")
_original, _resolved, _mirrored = transfers.alias("original"), transfers.alias("resolved"), transfers.alias("mirrored")
_giver, _receiver, _other = people.alias("giver"), people.alias("receiver"), accounts.alias("other")
# A line of what left an account or was let go on it, and one of what came in: open holds, and what was promised to it, are none
_LINE_OUT, _LINE_IN = transfers.c.state != "pending", transfers.c.state.in_(MOVES)


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


class Statement(Part):
    def page(
        self, account: Account, *, most: int | None, before: int | None = None, kinds: Sequence[str] | None = None,
        since: datetime | None = None, until: datetime | None = None,
    ) -> list[StatementRow]:  # fmt: skip
        """The lines of an account with a number below `before`, the newest first.

        kinds: only these, a reversal counting as what it mends; since, until: only from that moment on, and before that one.
        """
        wanted = [transfers.c.n < before] if before is not None else []
        wanted += [transfers.c.at >= since] if since else []
        wanted += [transfers.c.at < until] if until else []
        wanted += [_kind().in_(kinds)] if kinds else []
        return self._rows(account, self._numbers(account, wanted, most, newest=True))

    def after(self, account: Account, n: int, balance: int, *, upto: int, most: int) -> list[StatementRow]:
        """The lines with a number above `n`, up to `upto`, the oldest first. balance: the account's after row `n`."""
        numbers = self._numbers(account, [transfers.c.n > n, transfers.c.n <= upto], most, newest=False)
        rows = self._rows(account, numbers, dict.fromkeys(numbers, 0))
        sums = itertools.accumulate((row.amount for row in rows), initial=balance)
        return [replace(row, balance=after) for row, after in zip(rows, itertools.islice(sums, 1, None), strict=True)]

    def latest(self, account: Account, most: int | None) -> list[StatementRow]:
        """Open holds, then the newest lines."""
        return [*self.holds(account), *self.page(account, most=most)]

    def holds(self, account: Account) -> list[StatementRow]:
        """What is promised from an account and neither settled nor let go, the newest first."""
        if not account.held:
            return []
        settled = exists().where(_resolved.c.pending_id == transfers.c.id)
        mine = (transfers.c.debit_id == account.id) & (transfers.c.state == "pending") & ~settled
        numbers = self.run(select(transfers.c.n).where(mine).order_by(transfers.c.n.desc())).scalars().all()
        return self._rows(account, numbers)

    def row(self, account: Account, transfer_id: str) -> StatementRow | None:
        """Any row that touches the account, a hold too; None for one of others as for one that never was."""
        return next(iter(self._of(account, transfers.c.id == transfer_id)), None)

    def journal(self, account: Account, journal_id: str) -> list[StatementRow]:
        """The rows of one journal that touch the account, in the order of the chain."""
        return self._of(account, transfers.c.journal_id == journal_id)

    def _of(self, account: Account, which: ColumnElement[bool]) -> list[StatementRow]:
        touches = or_(transfers.c.debit_id == account.id, transfers.c.credit_id == account.id)
        return self._rows(account, self.run(select(transfers.c.n).where(which, touches).order_by(transfers.c.n)).scalars().all())

    def hash_before(self, row: Transfer) -> str | None:
        """The hash that this row was tied to; None for the first row of a chain."""
        before = (transfers.c.network_id == row.network_id) & (transfers.c.n == row.n - 1)
        found: str | None = self.run(select(transfers.c.hash).where(before)).scalar()
        return found

    def last(self, account: Account) -> int:
        """The number of the newest line; 0 where there is none."""
        return next(iter(self._numbers(account, [], 1, newest=True)), 0)

    def flows(self, account: Account, starts: Sequence[datetime]) -> list[Flow]:
        """What flowed since each of these moments (the newest first) until the one before it in the list, by kind."""
        lines = _lines(account, [transfers.c.at >= starts[-1]])
        stretch = case(*((lines.c.at >= start, number) for number, start in enumerate(starts)))
        gained = func.sum(case((lines.c.amount > 0, lines.c.amount), else_=0))
        lost = func.sum(case((lines.c.amount < 0, -lines.c.amount), else_=0))
        sums = (gained.label("gained"), lost.label("lost"), func.count().label("lines"))
        query = select(stretch.label("stretch"), lines.c.kind, *sums).group_by("stretch", lines.c.kind)
        found = self.run(query.order_by("stretch", lines.c.kind))
        return [Flow(starts[r.stretch], r.kind, int(r.gained), int(r.lost), r.lines) for r in found]

    # ------------------------------------------------------------------------------------------------------------------

    def _numbers(self, account: Account, wanted: list[ColumnElement[bool]], most: int | None, *, newest: bool) -> list[int]:
        """Of each side as many as the page needs, along its index, and of both together the first ones."""
        order = transfers.c.n.desc() if newest else transfers.c.n
        sides = [side.where(*wanted).order_by(order).limit(most).subquery() for side in _sides(account, lines_only=True)]
        both = union_all(*(select(side.c.n) for side in sides)).subquery()
        query = select(both.c.n).order_by(both.c.n.desc() if newest else both.c.n).limit(most)
        return list(self.run(query).scalars())

    def _rows(
        self, account: Account, numbers: Sequence[int], balances: Mapping[int, int] | None = None
    ) -> list[StatementRow]:
        """These rows in this order, with what they were for, and what those were for that they mend."""
        found: dict[int, StatementRow] = {}
        for first in range(0, len(numbers), CHUNK):
            some = numbers[first : first + CHUNK]
            in_network = (transfers.c.network_id == account.network_id) & transfers.c.n.in_(some)
            rows = self.run(_described(account).where(in_network)).all()
            after = balances or self._balances(account, some)
            mended = self._mended(account, [r.reverses_id for r in rows if r.reverses_id])
            found.update({r.n: _statement_row(account, r, after[r.n], mended.get(r.reverses_id)) for r in rows})
        return [found[n] for n in numbers]

    def _mended(self, account: Account, ids: list[str]) -> dict[str, StatementRow]:
        rows = self.run(_described(account).where(transfers.c.id.in_(ids))) if ids else ()
        return {r.id: _statement_row(account, r, 0, None) for r in rows}

    def _balances(self, account: Account, numbers: Sequence[int]) -> dict[int, int]:
        """The balance after each of these rows: the account's own, less all that is newer."""
        sides = (side.where(transfers.c.n >= min(numbers)) for side in _sides(account))
        touching = union_all(*sides).subquery()
        newer = func.sum(touching.c.amount).over(order_by=touching.c.n.desc(), rows=(None, -1)).label("newer")
        summed = select(touching.c.n, newer).subquery()
        rows = self.run(select(summed).where(summed.c.n.in_(numbers)))
        return {r.n: account.balance - int(r.newer or 0) for r in rows}


def _kind() -> ColumnElement[str]:
    """What a row is counted as: a reversal as what it mends."""
    return func.coalesce(_original.c.kind, transfers.c.kind)


def _sides(account: Account, *, lines_only: bool = False) -> tuple[Select[Any], Select[Any]]:
    """The rows that take from an account or hold on it, and those that give to it; each with its signed amount."""

    def side(mine: ColumnElement[bool], sign: int, line: ColumnElement[bool]) -> Select[Any]:
        amount = case((transfers.c.state.in_(MOVES), sign * transfers.c.amount), else_=0).label("amount")
        rows = transfers.outerjoin(_original, _original.c.id == transfers.c.reverses_id)
        query = select(transfers.c.n, transfers.c.at, _kind().label("kind"), amount).select_from(rows).where(mine)
        return query.where(line) if lines_only else query

    return side(transfers.c.debit_id == account.id, -1, _LINE_OUT), side(transfers.c.credit_id == account.id, 1, _LINE_IN)


def _lines(account: Account, wanted: Iterable[ColumnElement[bool]]) -> Any:
    return union_all(*(side.where(*wanted) for side in _sides(account, lines_only=True))).subquery()


def _described(account: Account) -> Select[Any]:
    """Rows with what they were for: what is known of a hold stands for what settles it or lets it go, too."""
    seat = evidence.alias("seat")
    other = case((transfers.c.debit_id == account.id, transfers.c.credit_id), else_=transfers.c.debit_id)
    return (
        select(
            transfers, _other.c.kind.label("other_kind"), _resolved.c.state.label("resolved_as"), seat.c.reason,
            _mirrored.c.id.label("reversed_by"), visits.c.id.label("visit_id"), visits.c.started_at.label("visit_started_at"),
            visits.c.ended_at.label("visit_ended_at"), thanks.c.topic, thanks.c.text, thanks.c.giver_id,
            contributions.c.topic.label("contribution"),
            _giver.c.name.label("giver_name"), _receiver.c.name.label("receiver_name"),
            func.coalesce(visits.c.venue_id, thanks.c.venue_id, contributions.c.venue_id).label("venue_id"),
        )
        .join(_other, _other.c.id == other)
        .outerjoin(_resolved, _resolved.c.pending_id == transfers.c.id)
        .outerjoin(_mirrored, _mirrored.c.reverses_id == transfers.c.id)
        .outerjoin(seat, seat.c.transfer_id == func.coalesce(transfers.c.pending_id, transfers.c.id))
        .outerjoin(visits, visits.c.id == seat.c.visit_id)
        .outerjoin(thanks, thanks.c.id == seat.c.thanks_id)
        .outerjoin(contributions, contributions.c.id == seat.c.contribution_id)
        .outerjoin(_giver, and_(_giver.c.id == thanks.c.giver_id, _giver.c.erased_at.is_(None)))
        .outerjoin(_receiver, and_(_receiver.c.id == thanks.c.receiver_id, _receiver.c.erased_at.is_(None)))
    )  # fmt: skip


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
