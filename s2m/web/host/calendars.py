"""A room in other calendars: its feed for this host, when it is taken for everybody, and a calendar in which it is booked too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import venues
from s2m.domain.calendars import feeds, outside
from s2m.domain.errors import Invalid
from s2m.domain.venues import Room, Venue
from s2m.web import calendars
from s2m.web.context import hosted_venue, isolated, limit, now, person, public_url, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host

if TYPE_CHECKING:
    from s2m.store import Store

HOUR = timedelta(hours=1)
# Why another calendar could not be read
PROBLEMS: dict[str, Callable[[], str]] = {
    "away": lambda: _("The server did not answer."),
    "status": lambda: _("The server says that there is no calendar at this address. It may have been replaced."),
    "private": lambda: _("The address leads to a place that we do not open."),
    "address": lambda: _("The address leads to a place that we do not open."),
    "redirects": lambda: _("The address leads on and on to others."),
    "large": lambda: _("The calendar is larger than 1 MB. Let the other program give out fewer days."),
    "kind": lambda: _("There is something else than a calendar at this address. Copy the one that ends in .ics or says iCal."),
    "encoding": lambda: _("The server packs it in a way that we cannot read."),
    "no_calendar": lambda: _("What came is not a whole calendar."),
    "heavy": lambda: _("The calendar takes too long to read: it repeats too much, or holds too much."),
}


def why(problem: str) -> str:
    return PROBLEMS[problem]() if problem in PROBLEMS else problem


@blueprint.get("/<slug>/calendars")
@host
def all_calendars(slug: str) -> ResponseReturnValue:
    """Each meeting room with its other calendar: which was read when, and what meets a booking."""
    venue = hosted_venue(slug)
    with reading() as store:
        rooms = [room for room in store.venues.rooms(venue.id) if room.kind == "meeting"]
        linked = {room.id: store.calendars.outside_of(room.id) for room in rooms}
        met = {(room_id, booking_id) for room_id, booking_id, *_ in store.calendars.clashes(venue.id, now())}
    clashing = Counter(room_id for room_id, _ in met)
    return render_template("host/calendars.html", rooms=rooms, linked=linked, clashing=clashing)


@blueprint.get("/<slug>/rooms/<room_id>/calendars")
@host
def room_calendars(slug: str, room_id: str) -> ResponseReturnValue:
    venue, room = _the_room(slug, room_id)
    return _page(venue, room)


def _the_room(slug: str, room_id: str) -> tuple[Venue, Room]:
    venue = hosted_venue(slug)
    with reading() as store:
        return venue, venues.the_room(store, venue, room_id)


def _page(venue: Venue, room: Room, secret: str = "", errors: dict[str, str] | None = None) -> str:
    with reading() as store:
        calendar = store.calendars.outside_of(room.id)
        shown: dict[str, Any] = {
            "room": room, "calendar": calendar, "problem": why(calendar.problem) if calendar and calendar.problem else "",
            "standing": store.calendars.feed_of(person().id, room.id), "clashes": _clashes(store, venue, room),
            "kept": store.calendars.kept(calendar) if calendar else 0, "let": store.rooms.terms(room.id, now()),
        }  # fmt: skip
    public = public_url() + url_for("calendars.busy", slug=venue.slug, room_id=room.id)
    address = calendars.address(secret) if secret else ""
    shown |= {"public": public, "address": address, "values": request.form if errors else {}, "errors": errors or {}}
    return render_template("host/room_calendars.html", **shown)


def _clashes(store: Store, venue: Venue, room: Room) -> list[dict[str, Any]]:
    """Bookings of a room that stand, each with one time at which the other calendar has it too."""
    found = []
    for room_id, booking_id, starts_at, ends_at in store.calendars.clashes(venue.id, now()):
        booking = store.bookings.get(booking_id) if room_id == room.id else None
        if booking:
            renter = store.bookings.renter(booking.renter_id) if booking.renter_id else None
            who = booking.title or (renter.company or renter.name if renter else "")
            found.append({"booking": booking, "who": who, "starts_at": starts_at, "ends_at": ends_at})
    return found


@blueprint.post("/<slug>/rooms/<room_id>/calendars/feed")
@host
def make_feed(slug: str, room_id: str) -> ResponseReturnValue:
    """The address stands on this answer, and nowhere afterwards."""
    venue, room = _the_room(slug, room_id)
    limit("feed-make", person().id, most=30, per=HOUR)
    with writing() as store:
        secret = feeds.make(store, person(), room, now())
    return _page(venue, room, secret)


@blueprint.post("/<slug>/rooms/<room_id>/calendars/feed/end")
@host
def revoke_feed(slug: str, room_id: str) -> ResponseReturnValue:
    venue, room = _the_room(slug, room_id)
    with writing() as store:
        feeds.revoke(store, person(), room, now())
    flash(_("The address no longer works. Your calendar drops what it read there, or keeps it as it was."))
    return _back(venue, room)


@blueprint.post("/<slug>/rooms/<room_id>/calendars/other")
@host
def link_calendar(slug: str, room_id: str) -> ResponseReturnValue:
    venue, room = _the_room(slug, room_id)
    limit("calendar-link", person().id, most=60, per=HOUR)
    try:
        with writing() as store:
            linked = outside.link(store, venue, room, request.form, person().id, now())
    except Invalid as error:
        return _page(venue, room, errors=said(error)), status_of(error)
    flash(_("We look at %(host)s within a minute, and then every hour.", host=isolated(linked.host)))
    return _back(venue, room)


@blueprint.post("/<slug>/rooms/<room_id>/calendars/other/look")
@host
def look_again(slug: str, room_id: str) -> ResponseReturnValue:
    venue, room = _the_room(slug, room_id)
    limit("calendar-look", room.id, most=30, per=HOUR)
    with writing() as store:
        outside.look_again(store, room, now())
    flash(_("We look at it within a minute."))
    return _back(venue, room)


@blueprint.post("/<slug>/rooms/<room_id>/calendars/other/end")
@host
def unlink_calendar(slug: str, room_id: str) -> ResponseReturnValue:
    venue, room = _the_room(slug, room_id)
    with writing() as store:
        outside.unlink(store, venue, room, person().id, now())
    flash(_("The other calendar no longer counts. What it kept taken can be booked again."))
    return _back(venue, room)


def _back(venue: Venue, room: Room) -> ResponseReturnValue:
    return redirect(url_for("host.room_calendars", slug=venue.slug, room_id=room.id), 303)
