"""What stands behind one line of a statement: what it was for, who paid whom, and its place in the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup, escape

from s2m.domain.errors import NotFound
from s2m.domain.ledger import Account
from s2m.domain.ledger import statement as statements
from s2m.domain.ledger.entries import START
from s2m.domain.ledger.statement import Line
from s2m.domain.venues import Venue
from s2m.web.context import person, reading
from s2m.web.ledger import blueprint, short_day, words
from s2m.web.policy import signed_in

if TYPE_CHECKING:
    from s2m.store.statement import StatementRow


@blueprint.get("/me/statement/<transfer_id>")
@signed_in
def evidence(transfer_id: str) -> ResponseReturnValue:
    """Raises NotFound for a row between others as for one that never was."""
    with reading() as store:
        account = store.ledger.person_account(person().id)
        row = store.statement.row(account, transfer_id)
        if row is None:
            raise NotFound()
        journal = store.statement.journal(account, row.transfer.journal_id)
        hash_before = store.statement.hash_before(row.transfer) or START
        venue = store.venues.get(row.venue_id) if row.venue_id else None
    paid, received = _sides(account, row)
    return render_template(
        "ledger/evidence.html", row=row, title=words.title(row), line=_line(account, row), paid=paid, received=received,
        where=venue, visit=_visit(row, venue), state=_state(row), hash_before=hash_before, short_day=short_day,
        others=[(other, words.title(other), _state(other)) for other in journal if other.transfer.id != transfer_id],
        mended_by=words.link(_("Put right later"), row.reversed_by) if row.reversed_by else "",
        mends=words.link(words.title(row.original).striptags(), row.original.transfer.id) if row.original else "",
    )  # fmt: skip


def _visit(row: StatementRow, venue: Venue | None) -> str:
    """When the visit was, by the clock of its own venue."""
    if row.visit_started_at is None or venue is None:
        return ""
    began = row.visit_started_at.astimezone(venue.zone)
    day = f"{format_date(began, 'EEEE d MMMM y')}, {began:%H:%M}"
    return f"{day} {_('to')} {row.visit_ended_at.astimezone(venue.zone):%H:%M}" if row.visit_ended_at else day


def _line(account: Account, row: StatementRow) -> Line | None:
    """How the statement shows this row, if it is a line there."""
    return next(iter(statements.lines(account, [row])), None)


def _sides(account: Account, row: StatementRow) -> tuple[Markup, Markup]:
    """Which account paid and which received; somebody else by first name only where they and I thanked."""
    me = Markup(escape(_("you")))
    known = {
        "venue": _("the house"), "commons": _("the commons"), "issuing": _("the issuing account"),
        "budget": _("the budget of the house"),
    }  # fmt: skip
    other = Markup(escape(known.get(row.other_kind, _("another member"))))
    if row.other_kind == "person" and row.other_name:
        other = words.typed(row.other_name.split()[0])
    return (me, other) if row.transfer.debit_id == account.id else (other, me)


def _state(row: StatementRow) -> str:
    if row.reversed_by:
        return _("settled, and put right later")
    if row.transfer.state == "void" or row.resolved_as == "void":
        return _("let go: nothing moved")
    if row.transfer.state == "pending":
        return _("held, and settled later") if row.resolved_as else _("held: not settled yet")
    return _("settled")
