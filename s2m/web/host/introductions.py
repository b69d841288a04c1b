"""A host brings two people together who are here: chosen by hand, with a sentence why. Who declined is never shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import introductions as domain
from s2m.domain import matches
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.relevance import Match
from s2m.domain.venues import Venue
from s2m.web import context
from s2m.web.context import hosted_venue, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host

SUGGESTED = 3


@blueprint.route("/<slug>/introductions", methods=["GET", "POST"])
@host
def introductions(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _page(venue)
    limit("introduce", person().id, most=60, per=timedelta(hours=1))
    one, other, reason = (request.form.get(name, "") for name in ("with", "to", "reason"))
    try:
        with writing() as store:
            found = domain.introduce_here(store, person(), venue, one, other, reason, now())
    except NotFound:
        return _page(venue, {"with": _("Choose two people who are here now.")}), 422
    except (Invalid, Refused) as error:
        return _page(venue, said(error)), status_of(error)
    mine = found.by_id == person().id and found.asked_at == now()
    flash(_("Both are asked.") if mine else _("These two are being introduced already."))
    return redirect(url_for("host.introductions", slug=slug), 303)


@blueprint.post("/<slug>/introductions/<introduction_id>/withdraw")
@host
def withdraw_introduction(slug: str, introduction_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with writing() as store:
        domain.withdraw(store, person(), introduction_id, now(), venue=venue)
    flash(_("Withdrawn."))
    return redirect(url_for("host.introductions", slug=slug), 303)


def _page(venue: Venue, errors: dict[str, str] | None = None) -> str:
    with reading() as store:
        here = [someone for someone in domain.visible_here(store, venue.id, now()) if someone.id != person().id]
        made = store.introductions.of_hosts(venue.id)
        names = store.people.first_names({who for each in made for who in (each.one_id, each.other_id)})
        known = store.introductions.pairs({someone.id for someone in here})
    room = context.room(venue.id)
    found = matches.pairs(room, {someone.id for someone in here}, known, SUGGESTED)
    full = {someone.id: someone.name for someone in here}
    suggested = [(one, full[one], match.person_id, full[match.person_id], _why(match)) for one, match in found]
    values: Any = request.form
    return render_template(
        "host/introductions.html", people=[(someone.id, someone.name) for someone in here], suggested=suggested, made=made,
        names=names, values=values, errors=errors or {},
    )  # fmt: skip


def _why(match: Match) -> str:
    """A sentence to begin with, in what both typed. It is one line, so long topics are cut."""
    mine, theirs = (text if len(text) <= 24 else f"{text[:23]}…" for text in (match.reason.mine, match.reason.theirs))
    return {
        "need_know": _("One needs “%(mine)s”, the other knows “%(theirs)s”.", mine=mine, theirs=theirs),
        "know_need": _("One needs “%(mine)s”, the other knows “%(theirs)s”.", mine=theirs, theirs=mine),
        "work_know": _("One works on “%(mine)s”, the other knows “%(theirs)s”.", mine=mine, theirs=theirs),
        "know_work": _("One works on “%(mine)s”, the other knows “%(theirs)s”.", mine=theirs, theirs=mine),
    }.get(match.reason.kind) or _("Both work on “%(theirs)s”.", theirs=theirs)
