"""Extras of the house: added, counted, and no longer offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import rooms
from s2m.domain.errors import Conflict, Invalid
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.route("/<slug>/rooms/extras", methods=["GET", "POST"])
@host
def extras(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _page(venue, {"kind": "catering", "per": "person", "vat": "900", "everywhere": "1"})
    try:
        with writing() as store:
            extra = rooms.add_extra(store, venue, request.form, person().id, now())
            if request.form.get("everywhere"):
                rooms.offer_everywhere(store, venue, extra, person().id, now())
    except (Invalid, Conflict) as error:
        return _page(venue, request.form, said(error, "name")), status_of(error)
    flash(_("%(extra)s is offered.", extra=isolated(extra.name)))
    return redirect(url_for("host.extras", slug=slug), 303)


def _page(venue: Venue, values: Mapping[str, Any], errors: dict[str, str] | None = None, wrong: str = "") -> str:
    """wrong: id of the extra whose count was refused."""
    with reading() as store:
        offered = store.rooms.extras(venue.id)
        let = store.rooms.let(venue.id, now())
    where = {extra.id: [room.name for room, terms in let if extra.id in terms.extras] for extra in offered}
    return render_template("host/extras.html", extras=offered, where=where, values=values, errors=errors or {}, wrong=wrong)


@blueprint.post("/<slug>/rooms/extras/<extra_id>/stock")
@host
def extra_stock(slug: str, extra_id: str) -> ResponseReturnValue:
    """How many there are now."""
    venue = hosted_venue(slug)
    try:
        with writing() as store:
            extra = rooms.change_stock(store, venue, extra_id, request.form.get("stock"), person().id, now())
    except Invalid as error:
        return _page(venue, request.form, said(error), extra_id), status_of(error)
    flash(_("The count of %(extra)s was changed.", extra=isolated(extra.name)))
    return redirect(url_for("host.extras", slug=slug), 303)


@blueprint.route("/<slug>/rooms/extras/<extra_id>/retire", methods=["GET", "POST"])
@host
def retire_extra(slug: str, extra_id: str) -> ResponseReturnValue:
    """Asked first: what is retired does not come back."""
    venue = hosted_venue(slug)
    with reading() as store:
        extra = rooms.the_extra(store, venue, extra_id)
    if request.method == "GET":
        return render_template("host/retire_extra.html", extra=extra)
    with writing() as store:
        rooms.retire_extra(store, venue, extra_id, person().id, now())
    flash(_("%(extra)s is no longer offered.", extra=isolated(extra.name)))
    return redirect(url_for("host.extras", slug=slug), 303)
