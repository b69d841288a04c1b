"""When rooms are closed: for a time that a host chose, and on public holidays. What is booked then stands, and is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from s2m.domain import rooms
from s2m.domain.errors import Invalid
from s2m.domain.rooms import Closure
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, locale, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.route("/<slug>/rooms/closures", methods=["GET", "POST"])
@host
def closures(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _page(venue, _usual(venue))
    try:
        with writing() as store:
            start, end = rooms.parse_closure(venue, request.form, now())
            chosen = request.form.get("room")
            ids = [room.id for room, _terms in store.rooms.let(venue.id, now())] if chosen == "all" else [chosen or ""]
            made = [rooms.close(store, venue, one, start, end, request.form.get("reason"), person().id, now()) for one in ids]
            inside = sum(len(_inside(store, venue, one)) for one in made)
    except Invalid as error:
        return _page(venue, request.form, said(error)), status_of(error)
    told = ngettext(
        "%(num)d booking stands in that time: tell who booked, or move it.",
        "%(num)d bookings stand in that time: tell who booked, or move them.",
        inside,
    )
    flash(_("Nobody can book there then.") + (f" {told}" if inside else ""))
    return redirect(url_for("host.closures", slug=slug), 303)


@blueprint.post("/<slug>/rooms/closures/<closure_id>/reopen")
@host
def reopen_room(slug: str, closure_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with writing() as store:
        room = rooms.reopen(store, venue, closure_id, person().id, now())
    flash(_("%(room)s can be booked again at that time.", room=isolated(room.name)))
    return redirect(url_for("host.closures", slug=slug), 303)


def _usual(venue: Venue) -> dict[str, str]:
    """From tomorrow's morning until its evening."""
    day = (now().astimezone(venue.zone) + timedelta(days=1)).date().isoformat()
    return {"room": "", "from_day": day, "from": "08:00", "until_day": day, "until": "18:00"}


def _inside(store: Any, venue: Venue, closure: Closure) -> list[Any]:
    """The bookings that are in the time of a closure."""
    there = store.bookings.between(venue.id, closure.starts_at, closure.ends_at, room_ids=[closure.room_id])
    return [one for one in there if one.starts_at < closure.ends_at and one.ends_at > closure.starts_at and one.renter_id]


def _page(venue: Venue, values: Mapping[str, Any], errors: dict[str, str] | None = None) -> str:
    with reading() as store:
        let = store.rooms.let(venue.id, now())
        names = {room.id: room.name for room in store.venues.rooms(venue.id) if room.kind == "meeting"}
        closed = [
            (one, names[one.room_id], _inside(store, venue, one))
            for one in store.rooms.closures(list(names), now(), now() + rooms.FAR)
        ]
    today = now().astimezone(venue.zone).date()
    days = [
        (day, name, [room.name for room, terms in let if rooms.open_on(venue, terms, day)])
        for year in (today.year, today.year + 1)
        for day, name in rooms.holidays_of(year, locale())
        if day >= today
    ]
    booking_page = partial(url_for, "host.booking") if "host.booking" in current_app.view_functions else None
    shown = {
        "let": let,
        "booking_page": booking_page,
        "closed": closed,
        "holidays": days,
        "values": values,
        "errors": errors or {},
    }
    return render_template("host/closures.html", **shown)
