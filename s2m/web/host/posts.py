"""Posts that no program can read: the host looks, and says whether they count."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import posts
from s2m.domain.errors import Invalid, Refused, S2MError
from s2m.domain.posts import claims
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.get("/<slug>/posts")
@host
def post_queue(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue)


def _page(venue: Venue, error: S2MError | None = None, claim_id: str = "") -> ResponseReturnValue:
    with reading() as store:
        queue = [(*one, store.presence.get(one[0].visit_id)) for one in store.posts.queue(venue.id)]
    shown = {"queue": queue, "code": claims.code, "wrong": claim_id, "errors": said(error, "reason") if error else {}}
    return render_template("host/posts.html", values=request.form, **shown), status_of(error) if error else 200


@blueprint.post("/<slug>/posts/<claim_id>/confirm")
@host
def confirm_post(slug: str, claim_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    try:
        with writing() as store:
            paid = posts.confirm(store, venue, claim_id, person(), now())
            who = store.people.get(paid.person_id or "")
    except Refused as error:
        return _page(venue, error, claim_id)
    flash(_("Confirmed. %(name)s has it in the statement.", name=isolated(who.first_name if who else "")))
    return redirect(url_for("host.post_queue", slug=slug), 303)


@blueprint.post("/<slug>/posts/<claim_id>/decline")
@host
def decline_post(slug: str, claim_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    try:
        with writing() as store:
            posts.decline(store, venue, claim_id, request.form.get("reason"), person(), now())
    except Invalid as error:
        return _page(venue, error, claim_id)
    flash(_("Declined. They read your reason."))
    return redirect(url_for("host.post_queue", slug=slug), 303)
