"""A member's statement: what happened with their social capital, in plain sentences that add up, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup, escape

from s2m.domain.fields import cell
from s2m.domain.ledger import Account
from s2m.domain.ledger import statement as statements
from s2m.domain.ledger.statement import Line
from s2m.web import context
from s2m.web.context import limit, now, person, reading
from s2m.web.policy import signed_in

if TYPE_CHECKING:
    from s2m.store.ledger import StatementRow

blueprint = Blueprint("ledger", __name__)
PAGE = 15
WEEKS = timedelta(weeks=6)
WIDTH, TOP, BOTTOM = 600, 12, 112


@dataclass(frozen=True)
class Chart:
    """path, held, axis: SVG; the figures stand beside it in words."""

    path: str
    held: str
    axis: int
    last: int
    start: int
    lowest: int
    since: datetime


def _account() -> tuple[Account, tuple[Line, ...], int]:
    """My account, all its lines, and the floor that the venue allows."""
    venue = context.shown_venue()
    with reading() as store:
        account = store.ledger.person_account(person().id)
        rows = store.ledger.statement(account)
        floor = store.venues.policy(venue, now()).floor if venue else 0
    return account, statements.lines(account, rows), floor


@blueprint.get("/me/statement")
@signed_in
def statement() -> ResponseReturnValue:
    account, lines, floor = _account()
    first = _page_start(len(lines))
    shown = lines[first : first + PAGE]
    older = lines[first + PAGE : first + PAGE + 1]
    return render_template(
        "ledger/index.html", account=account, floor=floor, lines=[(line, title(line), note(line)) for line in shown],
        opening=older[0] if older else None, newer=max(0, first - PAGE) if first else None, older=first + PAGE if older else None,
        months=statements.months(lines, _zone())[:12], chart=_chart(account, lines), short_day=short_day, format_month=_month,
    )  # fmt: skip


def _page_start(length: int) -> int:
    given = request.args.get("from", "0")
    return min(int(given), max(0, length - 1)) if given.isascii() and given.isdecimal() and len(given) < 7 else 0


def _zone() -> ZoneInfo:
    venue = context.shown_venue()
    return venue.zone if venue else ZoneInfo("UTC")


def title(line: Line) -> Markup:
    """What happened, then with whom. Names are isolated from the sentence around them."""
    if line.original is not None:
        return Markup(_("Put right: %(what)s")) % {"what": _what(line.original)}
    return _what(line.row)


def _what(row: StatementRow) -> Markup:
    kind, transfer = row.transfer.kind, row.transfer
    if kind == "seat":
        day = format_date((row.visit_started_at or transfer.at).astimezone(_zone()), "EEEE")
        return Markup(escape(_("Seat of %(day)s", day=day)))
    if kind == "thanks" and row.other_name:
        return Markup(escape(_("%(name)s thanked you"))) % {"name": _typed(row.other_name.split()[0])}
    fixed = {
        "newcomers_grant": _("Welcome from the commons"),
        "thanks": _("Somebody thanked you"),
        "gift": _("Gift"),
        "reversal": _("Put right"),
        "seat_forgiven": _("The commons paid a seat"),
        "day_pass": _("Day pass"),
        "gift_commons": _("Your gift to the commons"),
        "grant": _("From the budget of the house"),
        "decay": _("Back into the commons, this month's part"),
        "post": _("Your post about this place"),
        "talk": _("Your talk"),
        "task": _("Done together"),
        "proxy": _("The host wrote down what you did"),
    }
    return Markup(escape(fixed.get(kind) or _("Movement")))


def _typed(text: str) -> Markup:
    return Markup("<bdi>%s</bdi>") % text


def note(line: Line) -> Markup | str:
    """Why, or what became of it."""
    row = line.row
    if line.state == "held" and row.transfer.kind == "gift":
        return _("Waits until they accept it")
    if line.state == "held" and row.transfer.expires_at:
        return _("Comes off at %(time)s, or when you leave", time=row.transfer.expires_at.astimezone(_zone()).strftime("%H:%M"))
    if row.transfer.state == "void":
        return _("Let go: nothing came off")
    if row.reversed_by:
        return _link(_("Put right later"), row.reversed_by)
    if line.original is not None:
        return _link(_("Mends the line of %(day)s", day=short_day(line.original.transfer.at)), line.original.transfer.id)
    words = [_typed(text) for text in (row.thanks_topic or row.contribution, row.thanks_text or row.reason) if text]
    return Markup(": ").join(words)


def _link(text: str, transfer_id: str) -> Markup:
    return Markup('<a href="#l-{}">{}</a>').format(transfer_id, text)


def short_day(at: datetime) -> str:
    """do 12 mrt / Thu 12 Mar, in the venue's zone; with the year when it is not this one."""
    local, today = at.astimezone(_zone()), now().astimezone(_zone())
    return format_date(local, "EEE d MMM" if local.year == today.year else "d MMM y").replace(".", "")


def _month(at: datetime) -> str:
    return format_date(at.astimezone(_zone()), "LLLL y")


def _chart(account: Account, lines: Sequence[Line]) -> Chart | None:
    """The balance of the last weeks as steps. None where nothing has happened yet."""
    since = max(now() - WEEKS, lines[-1].at) if lines else now()
    start, moves = statements.course(lines, since)
    if not moves:
        return None
    values = [start, *(balance for _at, balance in moves), account.available]
    high, low = max([*values, 0]), min([*values, 0])

    def y(balance: int) -> int:
        return round(BOTTOM - (balance - low) * (BOTTOM - TOP) / max(high - low, 1))

    span = max((now() - since).total_seconds(), 1)
    steps = "".join(f"H{round((at - since).total_seconds() * WIDTH / span)}V{y(balance)}" for at, balance in moves)
    held = f"M{WIDTH} {y(account.balance)}V{y(account.available)}" if account.held else ""
    lowest = min([start, *(balance for _at, balance in moves)])
    return Chart(f"M0 {y(start)}{steps}H{WIDTH}", held, y(0), y(account.balance), start, lowest, since)


@blueprint.get("/me/statement.csv")
@signed_in
def statement_file() -> ResponseReturnValue:
    """Every line, the oldest first, for a spreadsheet."""
    limit("export", person().id, most=3, per=timedelta(hours=1))
    _held_account, lines, _floor = _account()
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow([_("Date"), _("Time"), _("What"), _("Why"), _("State"), _("Dots"), _("Balance")])
    states = {"": _("settled"), "held": _("held"), "undone": _("undone")}
    for line in reversed(lines):
        local = line.at.astimezone(_zone())
        words = (Markup(title(line)).striptags(), Markup(note(line)).striptags(), states[line.state])
        rows.writerow([local.date().isoformat(), local.strftime("%H:%M"), *map(cell, words), line.amount, line.balance])
    return _file(out.getvalue())


def _file(text: str) -> Response:
    response = make_response(("\ufeff" + text).encode())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    called, day = _("statement"), now().astimezone(_zone()).date().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="{called}-{day}.csv"'
    return response
