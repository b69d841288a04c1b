"""Who sits where, and the rooms to sit in: making, changing and retiring them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import hosting, people, presence, venues
from s2m.domain import rooms as letting
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.get("/<slug>/rooms/seats")
@host
def seats(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue)


def _page(venue: Venue, problem: str = "", chosen: Mapping[str, str] | None = None) -> str:
    return render_template("host/seats.html", problem=problem, chosen=chosen or {}, **_seating(venue))


@blueprint.get("/<slug>/rooms/seats/now")
@host
def seats_now(slug: str) -> ResponseReturnValue:
    """Who sits where, as it changes."""
    venue = hosted_venue(slug)
    response = make_response(render_template("host/_seats.html", **_seating(venue)))
    response.add_etag()
    return response.make_conditional(request)


def _seating(venue: Venue) -> dict[str, object]:
    with reading() as store:
        return {"rooms": store.venues.rooms(venue.id), "here_now": store.presence.here(venue.id)}


@blueprint.post("/<slug>/rooms/seat")
@host
def seat(slug: str) -> ResponseReturnValue:
    """Put a visitor in a room, or (without a room) out of it."""
    venue = hosted_venue(slug)
    try:
        with writing() as store:
            visit = hosting.the_visit(store, venue, request.form.get("visit", ""))
            presence.sit_in(store, visit, venue, request.form.get("room") or None)
            someone = people.in_network(store, venue.network_id, visit.person_id or "")
            room = next((r for r in store.venues.rooms(venue.id) if r.id == request.form.get("room")), None)
    except Refused as error:
        return _page(venue, sentence(error.code, error.data), request.form), status_of(error)
    name = isolated(someone.first_name)
    if room:
        flash(_("%(name)s now sits in %(room)s.", name=name, room=isolated(room.name)))
    else:
        flash(_("%(name)s is in no room now.", name=name))
    return redirect(url_for("host.seats", slug=slug), 303)


@blueprint.route("/<slug>/rooms/new", methods=["GET", "POST"])
@host
def add_room(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        return render_template("host/room.html", room=None, errors={}, values={"kind": "open", "floor": 0})
    try:
        with writing() as store:
            room = venues.add_room(store, venue, request.form, person().id, now())
    except (Invalid, Conflict) as error:
        return render_template("host/room.html", room=None, errors=said(error, "name"), values=request.form), status_of(error)
    flash(_("%(room)s is there.", room=isolated(room.name)))
    return redirect(url_for("host.seats", slug=slug), 303)


@blueprint.route("/<slug>/rooms/<room_id>", methods=["GET", "POST"])
@host
def change_room(slug: str, room_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with reading() as store:
        room = venues.the_room(store, venue, room_id)
    if request.method == "GET":
        return render_template("host/room.html", room=room, errors={}, values=vars(room))
    try:
        with writing() as store:
            changed = venues.change_room(store, venue, room_id, request.form, person().id, now())
    except (Invalid, Conflict) as error:
        return render_template("host/room.html", room=room, errors=said(error, "name"), values=request.form), status_of(error)
    flash(_("%(room)s was changed.", room=isolated(changed.name)))
    return redirect(url_for("host.seats", slug=slug), 303)


@blueprint.route("/<slug>/rooms/<room_id>/retire", methods=["GET", "POST"])
@host
def retire_room(slug: str, room_id: str) -> ResponseReturnValue:
    """Asked first: a retired room does not come back."""
    venue = hosted_venue(slug)
    with reading() as store:
        room = venues.the_room(store, venue, room_id)
        seated = store.presence.seated(venue.id).get(room_id, 0)
        ahead = len(store.bookings.between(venue.id, now(), now() + letting.FAR, room_ids=[room_id]))
    if request.method == "GET":
        return render_template("host/retire.html", room=room, seated=seated, ahead=ahead)
    with writing() as store:
        venues.retire_room(store, venue, room_id, person().id, now())
    flash(_("%(room)s is no longer offered.", room=isolated(room.name)))
    return redirect(url_for("host.seats", slug=slug), 303)
