"""The venue's budget: what an admin put in, what hosts granted from it, and large grants that a second host decides on."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import budgets, people
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import admin, host


@blueprint.get("/<slug>/budget")
@host
def budget(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue, {})


def _page(venue: Venue, errors: dict[str, str]) -> str:
    with reading() as store:
        kept, grants = store.budgets.account(venue.id), store.budgets.of_venue(venue.id)
        left, promised = budgets.left(store, venue.id), store.tasks.promised(venue.id)
        names = store.people.first_names(
            {id_ for g in grants for id_ in (g.person_id, g.asked_by, g.decided_by) if id_}
        )  # fmt: skip
    return render_template(
        "host/budget.html", left=left, held=kept.held if kept else 0, promised=promised, grants=grants, names=names,
        alone=budgets.ALONE, errors=errors, values=request.form,
        key=request.form.get("key") or secrets.token_urlsafe(18),
    )  # fmt: skip


@blueprint.post("/<slug>/budget")
@admin
def fill_budget(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    limit("budget", person().id, most=20, per=timedelta(hours=1))
    form = request.form
    try:
        with writing() as store:
            budgets.fill(
                store, venue, form.get("amount", ""), form.get("reason"), person().id, now(), key=form.get("key", "")[:64]
            )
    except (Invalid, Conflict) as error:
        return _page(venue, said(error, "amount")), status_of(error)
    flash(_("The budget is filled."))
    return redirect(url_for("host.budget", slug=slug), 303)


@blueprint.route("/<slug>/people/<person_id>/grant", methods=["GET", "POST"])
@host
def grant(slug: str, person_id: str) -> ResponseReturnValue:
    """Capital from the budget to somebody who comes here."""
    venue = hosted_venue(slug)
    with reading() as store:
        someone = people.in_network(store, venue.network_id, person_id)
        left = budgets.left(store, venue.id)
    shown = {"someone": someone, "left": left, "alone": budgets.ALONE, "values": request.form}
    if request.method == "GET":
        return render_template("host/grant.html", errors={}, **shown)
    limit("grant", person().id, most=30, per=timedelta(hours=1))
    form = request.form
    try:
        with writing() as store:
            asked = budgets.grant(store, venue, someone, form.get("amount", ""), form.get("reason"), person().id, now())
    except (Invalid, Refused) as error:
        return render_template("host/grant.html", errors=said(error, "amount"), **shown), status_of(error)
    name = isolated(someone.first_name)
    if asked.given:
        flash(_("%(name)s has it now.", name=name))
    else:
        flash(_("A second host decides on this grant for %(name)s.", name=name))
    return redirect(url_for("host.budget", slug=slug), 303)


@blueprint.post("/<slug>/grants/<grant_id>/decide")
@host
def decide_grant(slug: str, grant_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    given = request.form.get("given") == "1"
    try:
        with writing() as store:
            budgets.decide(store, venue, grant_id, person().id, now(), given=given)
    except (Refused, Conflict) as error:
        return _page(venue, said(error, "grants")), status_of(error)
    flash(_("Given.") if given else _("Not given. It stays in the budget."))
    return redirect(url_for("host.budget", slug=slug), 303)
