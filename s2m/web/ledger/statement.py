"""A member's statement: what happened with their social capital, in plain sentences that add up, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from s2m.domain.fields import cell
from s2m.domain.ledger import Account
from s2m.domain.ledger import statement as statements
from s2m.domain.ledger.statement import GROUPS, Choice, Line, Page
from s2m.web import context
from s2m.web.context import limit, now, person, reading
from s2m.web.ledger import blueprint, chart, format_month, short_day, words, zone
from s2m.web.policy import signed_in

PAGE = 15
# A month that was asked for stands on one page, so that it can be printed
MONTH_PAGE = 200
# Lines of a file that are read at once: a slow reader holds no transaction open
BATCH = 500


@blueprint.get("/me/statement")
@signed_in
def statement() -> ResponseReturnValue:
    venue, month, before = context.shown_venue(), request.args.get("month", ""), _before()
    choice = _choice(month)
    with reading() as store:
        account = store.ledger.person_account(person().id)
        page = statements.page(store, account, choice, most=MONTH_PAGE if choice.since else PAGE, before=before)
        overview = choice.is_all and before is None
        months = statements.months(store, account, zone(), now()) if overview else ()
        days = statements.days(store, account, zone(), now()) if overview else ()
        policy = store.venues.policy(venue, now()) if venue else None
    return render_template(
        "ledger/index.html", account=account, policy=policy, page=page, lines=_in_words(page), choice=choice,
        under=_under(page), before=before, months=months, month=month if choice.since else "", month_names=_month_names(account),
        groups=_groups(), chart=chart.of_days(account, days), short_day=short_day, format_month=format_month, month_key=_key,
    )  # fmt: skip


def _in_words(page: Page) -> list[tuple[Line, Markup, Markup | str]]:
    shown = {line.row.transfer.id for line in page.lines}
    return [(line, words.title(line.row), words.note(line, shown)) for line in page.lines]


def _under(page: Page) -> Markup:
    """Where and when: what a print says of itself."""
    venue, owner = context.shown_venue(), context.network()
    name = words.typed(venue.name if venue else owner.name if owner else "")
    days = sorted({line.at for line in page.lines})
    return Markup(", ").join([name, *([_span(days[0], days[-1])] if days else [])])


def _span(first: datetime, last: datetime) -> str:
    return short_day(first) if short_day(first) == short_day(last) else f"{short_day(first)} – {short_day(last)}"


def _before() -> int | None:
    """The number that the lines of this page stay below; what is no number asks for the first page."""
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else None


def _choice(month: str) -> Choice:
    """What of the statement was asked for; what cannot be chosen is not chosen."""
    kind, span = request.args.get("kind", ""), statements.month_named(zone(), month)
    return Choice(kind if kind in GROUPS else "", *(span or (None, None)))


def _groups() -> list[tuple[str, str]]:
    names = {
        "seat": _("Seats"), "rooms": _("Rooms"), "thanks": _("Thanks received"), "gifts": _("Gifts"),
        "contributions": _("Contributions"), "commons": _("From and to the commons"),
    }  # fmt: skip
    return [("", _("Everything")), *((group, names[group]) for group in GROUPS)]


def _month_names(account: Account) -> list[tuple[str, str]]:
    """Every month since the account was opened."""
    starts = statements.month_starts(zone(), now(), account.created_at)
    return [("", _("All months")), *((_key(start), format_month(start)) for start in starts)]


def _key(at: datetime) -> str:
    """A month as an address names it: 2026-03."""
    return f"{at.astimezone(zone()):%Y-%m}"


@blueprint.get("/me/statement.csv")
@signed_in
def statement_file() -> ResponseReturnValue:
    """Every line, the oldest first, for a spreadsheet; sent as it is read."""
    limit("export", person().id, most=3, per=timedelta(hours=1))
    called, day = _("statement"), now().astimezone(zone()).date().isoformat()
    with reading() as store:
        account = store.ledger.person_account(person().id)
        held = statements.lines(account, store.statement.holds(account))
        last = store.statement.last(account)
    response = Response(stream_with_context(_file(account, held, last)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{called}-{day}.csv"'
    return response


def _file(account: Account, held: tuple[Line, ...], last: int) -> Iterator[str]:
    """The table in parts: first its head, then what is settled up to the row `last`, then what is held."""
    yield "\ufeff" + _table([[_("Date"), _("Time"), _("What"), _("Why"), _("State"), _("Dots"), _("Balance")]])
    n = balance = 0
    while n < last:
        with reading() as store:
            lines = statements.lines(account, store.statement.after(account, n, balance, upto=last, most=BATCH))
        yield _table(map(_cells, lines))
        n, balance = lines[-1].row.transfer.n, lines[-1].balance
    yield _table(map(_cells, reversed(held)))


def _cells(line: Line) -> list[object]:
    states = {"": _("settled"), "held": _("held"), "undone": _("undone")}
    local = line.at.astimezone(zone())
    said = (words.title(line.row).striptags(), Markup(words.note(line)).striptags(), states[line.state])
    return [local.date().isoformat(), local.strftime("%H:%M"), *map(cell, said), line.amount, line.balance]


def _table(rows: Iterable[list[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
