"""After helping somebody in: what they say they need or share, who may see it, and where they sit, asked by the host."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import hosting, people
from s2m.domain.errors import Invalid, Refused
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.home import parse_need, ticked
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.route("/<slug>/visits/<visit_id>/answer", methods=["GET", "POST"])
@host
def answer(slug: str, visit_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _page(venue, visit_id, {})
    room, seen = request.form.get("room") or None, {"visible": ticked("visible"), "on_wall": ticked("on_wall")}
    try:
        with writing() as store:
            visit = hosting.the_visit(store, venue, visit_id)
            hosting.answer_for(store, visit, venue, parse_need(), room, person().id, now(), **seen)
    except (Invalid, Refused) as error:
        return _page(venue, visit_id, said(error, "room" if error.code == "room_full" else "form")), status_of(error)
    flash(_("Noted."))
    return redirect(url_for("host.today", slug=slug), 303)


def _page(venue: Venue, visit_id: str, errors: dict[str, str]) -> str:
    with reading() as store:
        visit = hosting.the_visit(store, venue, visit_id)
        someone = people.in_network(store, venue.network_id, visit.person_id or "")
        rooms = store.venues.rooms(venue.id)
    kind = request.form.get("kind", "")
    return render_template(
        "host/answer.html", name=isolated(someone.first_name), rooms=rooms, errors=errors, kind=kind, values=request.form,
        text=request.form.get(kind, "") if kind else "", visible=ticked("visible"), on_wall=ticked("on_wall"),
    )  # fmt: skip
