"""A booking and what can be done with it, for its owner or whoever has its link; and a member's list of theirs."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from s2m import letters
from s2m.domain import rooms
from s2m.domain.errors import NotFound, S2MError
from s2m.web import context
from s2m.web.context import now, person, reading
from s2m.web.errors import sentence, status_of
from s2m.web.policy import anyone, signed_in
from s2m.web.rooms import blueprint
from s2m.web.rooms.awaited import shown
from s2m.web.rooms.shared import mine, words

# How long a booking that is over stays in the list
BEHIND = timedelta(days=30)


@blueprint.get("/bookings/<key>")
@anyone
def show(key: str) -> ResponseReturnValue:
    """Looking changes nothing: mail programs look, too."""
    return show_page(key)


def show_page(key: str, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        one = mine(store, key)
        renter = store.bookings.renter(one.booking.renter_id or "")
        if renter is None:
            raise NotFound()
        lines, until = one.booking.lines, one.booking.expires_at
        names = {extra.id: extra.name for extra in store.rooms.extras(one.venue.id)}
        body = render_template(
            "rooms/booking.html", one=one, b=one.booking, renter=renter, extras=names, lines=lines,
            option=request.values.get("as") == "option", carried=rooms.carries(lines, context.policy_of(store, one.venue)),
            over=one.booking.ends_at <= now(), begun=one.booking.starts_at <= now(),
            waits=one.booking.status == "hold" and bool(until and until > now()),
            problem=sentence(error.code, error.data) if error else "",
        )  # fmt: skip
    return body, status_of(error) if error else 200


@blueprint.get("/bookings/<key>/booking.ics")
@anyone
def calendar(key: str) -> ResponseReturnValue:
    with reading() as store:
        one = mine(store, key)
        renter = store.bookings.renter(one.booking.renter_id or "")
        if renter is None:
            raise NotFound()
        link = f"{context.public_url()}/bookings/{key}"
        told = letters.Meeting(one.booking, one.room, one.venue, renter, link, 0, one.terms)
    _name, type_, content = letters.calendar_file(told, context.config(), words(), now())
    return Response(content, content_type=type_, headers={"Content-Disposition": 'attachment; filename="booking.ics"'})


@blueprint.get("/me/bookings")
@signed_in
def list_mine() -> ResponseReturnValue:
    with reading() as store:
        found = [b for b in store.bookings.of_person(person().id, since=now() - BEHIND) if b.renter_id]
        waits = [shown(store, wait) for wait in store.waits.of_person(person().id)]
        there = {b.room_id: store.venues.room(b.room_id) for b in found}
    coming = [b for b in found if b.ends_at > now() and b.blocks]
    past = [b for b in reversed(found) if b not in coming]
    return render_template("rooms/mine.html", coming=coming, past=past, rooms=there, waits=waits)
