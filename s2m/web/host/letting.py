"""Rooms that are let: all of them at a glance, and the terms of each, which change from a day that the host chooses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from s2m.domain import rooms, venues
from s2m.domain.errors import Invalid, NotFound
from s2m.domain.rooms import Extra, RoomTerms
from s2m.domain.venues import Room, Venue
from s2m.web.context import hosted_venue, isolated, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint, terms_words
from s2m.web.policy import host


@blueprint.get("/<slug>/rooms/letting")
@host
def letting(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with reading() as store:
        let = {room.id: terms for room, terms in store.rooms.let(venue.id, now())}
        meeting = [room for room in store.venues.rooms(venue.id) if room.kind == "meeting"]
        pictures = store.rooms.pictures_of([room.id for room in meeting])
        closures = store.rooms.closures([room.id for room in meeting], now(), now() + rooms.FAR)
        extras = store.rooms.extras(venue.id)
    shown = {"rooms_here": meeting, "let": let, "pictures": pictures, "extras": extras}
    return render_template("host/letting.html", closed={one.room_id for one in closures if one.starts_at <= now()}, **shown)


@blueprint.route("/<slug>/rooms/<room_id>/terms", methods=["GET", "POST"])
@host
def terms(slug: str, room_id: str) -> ResponseReturnValue:
    """The terms, and what they come to. A button beside them only reckons: nothing is kept then."""
    venue = hosted_venue(slug)
    with reading() as store:
        room = _meeting_room(store, venue, room_id)
        current = store.rooms.terms(room.id, now())
        extras = store.rooms.extras(venue.id)
    if request.method == "GET":
        return _page(venue, room, rooms.values_of(current or _first(extras)), current)
    try:
        with writing() as store:
            typed = rooms.parse_terms(request.form, room, [extra.id for extra in extras])
            begins = venues.parse_day(venue, request.form.get("from"), now())
            if request.form.get("reckon"):
                return _page(venue, room, request.form, typed)
            rooms.change_terms(store, venue, room.id, typed, person().id, now(), effective_at=begins)
    except Invalid as error:
        return _page(venue, room, request.form, current, said(error)), status_of(error)
    if begins:
        day = format_date(begins.astimezone(venue.zone), "EEEE d MMMM y")
        flash(_("New terms for %(room)s are planned for %(day)s. Until then nothing changes.", room=isolated(room.name), day=day))
    else:
        flash(_("The terms of %(room)s count from now on. What is booked keeps its own.", room=isolated(room.name)))
    return redirect(url_for("host.terms", slug=slug, room_id=room.id), 303)


@blueprint.post("/<slug>/rooms/<room_id>/terms/withdraw")
@host
def withdraw_terms(slug: str, room_id: str) -> ResponseReturnValue:
    """Planned terms do not begin."""
    venue = hosted_venue(slug)
    with writing() as store:
        rooms.withdraw_terms(store, venue, room_id, request.form.get("version", ""), person().id, now())
    flash(_("The planned terms were withdrawn."))
    return redirect(url_for("host.terms", slug=slug, room_id=room_id), 303)


def _first(extras: Iterable[Extra]) -> RoomTerms:
    """What a room that was not let before is offered on, until the host says otherwise; without a price."""
    return RoomTerms(notice=60, horizon=180, member_percent=10, extras=tuple(extra.id for extra in extras))


def _meeting_room(store: Any, venue: Venue, room_id: str) -> Room:
    room = venues.the_room(store, venue, room_id)
    if room.kind != "meeting":
        raise NotFound()
    return room


def _page(
    venue: Venue, room: Room, values: Mapping[str, Any], reckoned: RoomTerms | None, errors: dict[str, str] | None = None
) -> str:
    """reckoned: the terms that the sums beside the form are of; None: nothing was offered yet."""
    with reading() as store:
        versions = rooms.versions(store, room)
        names = store.people.first_names({one.by for one in versions if one.by})
        extras = store.rooms.extras(venue.id)
        is_let = store.rooms.terms(room.id, now()) is not None
    extra_names = {extra.id: extra.name for extra in extras}
    return render_template(
        "host/terms.html", room=room, values=values, errors=errors or {}, extras=extras, versions=versions, changed_by=names,
        is_let=is_let, samples=rooms.samples(reckoned, venue, now()) if reckoned else [], reckoned=reckoned, words=terms_words,
        said=lambda name, value: terms_words.said(name, value, extra_names),
    )  # fmt: skip
