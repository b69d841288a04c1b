"""The commons: what flows in and out of it, and giving to it, for whoever has dots to spare or leaves for good."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import commons
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.ledger import statement as statements
from s2m.domain.ledger.statement import Choice, Period
from s2m.web.context import limit, now, person, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.ledger import format_month, short_day, words, zone
from s2m.web.policy import signed_in

blueprint = Blueprint("commons", __name__)
LAST = 15


@blueprint.get("/commons")
@signed_in
def show() -> ResponseReturnValue:
    """What belongs to all: the commons, and the issuing account that what is earned comes from. No names here."""
    with reading() as store:
        account = store.ledger.network_account(person().network_id, "commons")
        months = statements.months(store, account, zone(), now())
        page = statements.page(store, account, Choice(), most=LAST)
        issuing = store.ledger.network_account(person().network_id, "issuing")
        issued = statements.periods(issuing, [issuing.created_at], store.statement.flows(issuing, [issuing.created_at]))[0]
    return render_template(
        "commons/index.html", account=account, months=months, kinds=_by_kind(months), lines=page.lines, issued=issued,
        issued_for=_issued(issued), kind_name=words.of_all, short_day=short_day, format_month=format_month,
    )  # fmt: skip


def _by_kind(months: tuple[Period, ...]) -> list[tuple[str, int, int]]:
    """(kind, in, out) of these months together, the largest flow first."""
    found: dict[str, tuple[int, int]] = {}
    for month in months:
        for kind, (gained, lost) in month.kinds.items():
            before = found.get(kind, (0, 0))
            found[kind] = before[0] + gained, before[1] + lost
    return sorted(((kind, *sums) for kind, sums in found.items()), key=lambda row: (-row[1] - row[2], row[0]))


def _issued(issued: Period) -> list[tuple[str, int]]:
    """(kind, amount): what the issuing account gave for, less what was taken back, the largest first."""
    found = [(kind, lost - gained) for kind, (gained, lost) in issued.kinds.items() if lost != gained]
    return sorted(found, key=lambda row: (-row[1], row[0]))


@blueprint.get("/commons/give")
@signed_in
def give() -> ResponseReturnValue:
    return _form({})


def _form(errors: dict[str, str]) -> str:
    with reading() as store:
        account = store.ledger.person_account(person().id)
    key = request.form.get("key") or secrets.token_urlsafe(18)
    return render_template("commons/give.html", account=account, form=request.form, key=key, errors=errors)


@blueprint.post("/commons/give")
@signed_in
def send() -> ResponseReturnValue:
    limit("give", person().id, most=30, per=timedelta(hours=1))
    key = request.form.get("key", "")
    try:
        if not 16 <= len(key) <= 64:
            raise Conflict("key_reused")
        with writing() as store:
            commons.give(store, person(), request.form.get("amount", ""), now(), key=f"commons:{key}")
    except (Invalid, Refused, Conflict) as error:
        said = sentence("gift_too_large", error.data) if error.code == "floor" else sentence(error.code, error.data)
        return _form({"amount": said}), status_of(error)
    flash(_("Thank you. Your gift is in the commons."))
    return redirect(url_for("ledger.statement"), 303)
