"""Pictures of a room that is let: sent in, put in order, told in words, and taken away."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import rooms, venues
from s2m.domain.errors import Conflict, Invalid, NotFound
from s2m.domain.venues import Room, Venue
from s2m.web.context import hosted_venue, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.pictures import PHOTO_BYTES, photo
from s2m.web.policy import host, takes

# A form around the picture
AROUND = 64 * 1024


@blueprint.route("/<slug>/rooms/<room_id>/pictures", methods=["GET", "POST"])
@host
@takes(PHOTO_BYTES + AROUND)
def room_pictures(slug: str, room_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with reading() as store:
        room = _meeting_room(venues.the_room(store, venue, room_id))
    if request.method == "GET":
        return _page(venue, room)
    limit("room-picture", person().id, most=60, per=timedelta(hours=1))
    file = request.files.get("picture")
    try:
        made = photo(file.read(PHOTO_BYTES + 1) if file else b"")
        with writing() as store:
            size = made.width, made.height
            rooms.add_picture(store, venue, room.id, request.form.get("alt"), made.content, size, person().id, now())
    except (Invalid, Conflict) as error:
        return _page(venue, room, said(error, "picture"), request.form.get("alt", "")), status_of(error)
    flash(_("The picture is there."))
    return redirect(url_for("host.room_pictures", slug=slug, room_id=room.id), 303)


def _meeting_room(room: Room) -> Room:
    if room.kind != "meeting":
        raise NotFound()
    return room


def _page(venue: Venue, room: Room, errors: dict[str, str] | None = None, alt: str = "", wrong: str = "") -> str:
    """wrong: id of the picture whose words were refused."""
    with reading() as store:
        pictures = store.rooms.pictures(room.id)
    shown = {"most": rooms.MOST_PICTURES, "alt_most": rooms.ALT_MAX, "wrong": wrong, "alt": alt}
    return render_template("host/pictures.html", room=room, pictures=pictures, errors=errors or {}, **shown)


@blueprint.post("/<slug>/rooms/pictures/<picture_id>/describe")
@host
def describe_picture(slug: str, picture_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with reading() as store:
        room, _picture = rooms.the_picture(store, venue, picture_id)
    try:
        with writing() as store:
            rooms.describe_picture(store, venue, picture_id, request.form.get("alt"), person().id, now())
    except Invalid as error:
        return _page(venue, room, said(error), wrong=picture_id), status_of(error)
    flash(_("The words were changed."))
    return redirect(url_for("host.room_pictures", slug=slug, room_id=room.id), 303)


@blueprint.post("/<slug>/rooms/pictures/<picture_id>/up")
@host
def move_picture(slug: str, picture_id: str) -> ResponseReturnValue:
    """One place to the front."""
    venue = hosted_venue(slug)
    with writing() as store:
        room, _picture = rooms.the_picture(store, venue, picture_id)
        rooms.move_picture_up(store, venue, picture_id, person().id, now())
    return redirect(url_for("host.room_pictures", slug=slug, room_id=room.id), 303)


@blueprint.route("/<slug>/rooms/pictures/<picture_id>/remove", methods=["GET", "POST"])
@host
def remove_picture(slug: str, picture_id: str) -> ResponseReturnValue:
    """Asked first: we keep no copy."""
    venue = hosted_venue(slug)
    with reading() as store:
        room, picture = rooms.the_picture(store, venue, picture_id)
    if request.method == "GET":
        return render_template("host/picture_remove.html", room=room, picture=picture)
    with writing() as store:
        rooms.remove_picture(store, venue, picture_id, person().id, now())
    flash(_("The picture is gone."))
    return redirect(url_for("host.room_pictures", slug=slug, room_id=room.id), 303)
