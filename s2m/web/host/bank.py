"""The bank's file: read, shown, and put down once the host says so; and who sells, which stands on every invoice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from s2m.domain import billing, fields
from s2m.domain.billing import following, matching
from s2m.domain.billing.bank import Entry
from s2m.domain.billing.seller import USUAL_DAYS
from s2m.domain.errors import Invalid
from s2m.domain.venues import Venue
from s2m.papers import camt
from s2m.web.bills import day
from s2m.web.context import hosted_venue, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host, takes

# So many are put down in one go: a form holds 64 kB. The rest waits until the file is read again, which is safe
AT_ONCE = 250


@blueprint.route("/<slug>/bank", methods=["GET", "POST"])
@host
@takes(camt.MOST + 16_384)
def bank(slug: str) -> ResponseReturnValue:
    """Read a file of the bank and show which lines pay what; nothing is put down yet."""
    venue = hosted_venue(slug)
    if request.method == "GET":
        return render_template("host/bank.html", errors={}, found=None)
    limit("bank", person().id, most=60, per=timedelta(hours=1))
    try:
        statement = camt.read(_sent())
    except Invalid as error:
        return render_template("host/bank.html", errors=said(error), found=None), status_of(error)
    with reading() as store:
        found = matching.match(store, venue, statement.entries)
    rows = [
        [each.entry.reference, each.entry.cents, each.entry.day.isoformat(), each.bill.document.number]
        for each in found
        if each.state == "matched" and each.bill
    ][:AT_ONCE]
    return render_template(
        "host/bank.html", errors={}, found=found, statement=statement, lines=json.dumps(rows), matched=len(rows), day=day
    )


def _sent() -> bytes:
    """The file that was chosen. Raises Invalid `empty`."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("file", "empty")
    with closing(file):
        content = file.read(camt.MOST + 1)
    if not content:
        raise Invalid("file", "empty")
    return content


@blueprint.post("/<slug>/bank/take-in")
@host
def take_in(slug: str) -> ResponseReturnValue:
    """Put down what was shown. What it pays is decided anew: a line that was put down meanwhile counts once."""
    venue = hosted_venue(slug)
    entries = _entries(request.form.get("lines", ""))
    with writing() as store:
        taken = matching.take_in(store, venue, entries, person().id, now())
    flash(ngettext("%(num)d payment was put down.", "%(num)d payments were put down.", taken))
    return redirect(url_for("host.bills", slug=slug), 303)


def _entries(text: str) -> list[Entry]:
    """What the page before kept in its form. Raises Invalid for anything else."""
    try:
        rows = json.loads(text)
        made = [Entry(str(row[0])[:80], row[1], date.fromisoformat(row[2]), "", str(row[3])) for row in rows[:AT_ONCE]]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise Invalid("lines", "invalid") from None
    for entry in made:
        fields.whole(entry.cents, "lines")
        fields.line("lines", entry.reference, 80)
    return made


@blueprint.route("/<slug>/seller", methods=["GET", "POST"])
@host
def seller(slug: str) -> ResponseReturnValue:
    """Who sells here: without it no invoice goes out."""
    venue = hosted_venue(slug)
    if request.method == "GET":
        with reading() as store:
            known = store.billing.seller(venue.id)
        values = {**asdict(known.party), "prefix": known.prefix, "days": known.days} if known else {"days": USUAL_DAYS}
        return _seller_page(venue, values, {})
    try:
        with writing() as store:
            waited = len(following.waiting(store, venue))
            billing.change_seller(store, venue, request.form, person().id, now())
    except Invalid as error:
        return _seller_page(venue, request.form, said(error)), status_of(error)
    flash(_("Saved. It stands on every invoice from now on."))
    if waited:
        flash(ngettext("%(num)d invoice that waited for it is made.", "%(num)d invoices that waited for it are made.", waited))
    return redirect(url_for("host.bills", slug=slug), 303)


def _seller_page(venue: Venue, values: Mapping[str, Any], errors: dict[str, str]) -> str:
    with reading() as store:
        waiting = len(following.waiting(store, venue))
    return render_template("host/seller.html", values=values, errors=errors, waiting=waiting)
