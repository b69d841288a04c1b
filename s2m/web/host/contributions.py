"""A contribution of somebody without a phone, written down by the host: who, what, how many dots, and why."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import contributions as domain
from s2m.domain import people
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.venues import Venue, day_start
from s2m.web.context import hosted_venue, isolated, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.route("/<slug>/contributions/new", methods=["GET", "POST"])
@host
def record(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    form = request.form
    if request.method == "GET":
        return _form(venue, {"person": request.args.get("person", ""), "key": secrets.token_urlsafe(18)})
    limit("record", person().id, most=60, per=timedelta(hours=1))
    try:
        with writing() as store:
            someone = people.in_network(store, venue.network_id, form.get("person", ""))
            what, amount, reason = form.get("what"), form.get("amount"), form.get("reason")
            domain.record(store, someone, venue, what, amount, reason, person().id, now(), key=form.get("key", ""))
    except (Invalid, Refused, Conflict) as error:
        return _form(venue, form, said(error)), status_of(error)
    flash(_("Written down: it stands in the statement of %(name)s.", name=isolated(someone.first_name)))
    return redirect(url_for("host.talks", slug=slug), 303)


def _form(venue: Venue, values: Any, errors: dict[str, str] | None = None) -> str:
    """Whom: who is here or left today, and whose page the host came from; never the host."""
    with reading() as store:
        here = [here.person for here in store.presence.here(venue.id)]
        left = [someone for _visit, someone in store.presence.ended(venue.id, day_start(venue, now()))]
        chosen = store.people.get(values.get("person") or "")
        extra = [chosen] if chosen and chosen.network_id == venue.network_id and not chosen.erased_at else []
        known = {someone.id: someone for someone in [*extra, *here, *left]}
        may = [one for one in known.values() if domain.may_record(store, venue, one, person().id, now())]
    return render_template(
        "host/record.html", values=values, people=[(one.id, one.name) for one in may], most=domain.PROXY_MOST, errors=errors or {}
    )
