"""The tablet: one screen that refreshes itself, with "we are here" and "we are done". Neither says who."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from s2m.domain import codes, devices, plates
from s2m.domain.bookings import Booker, lists, releasing
from s2m.domain.errors import NotFound, Refused
from s2m.domain.plates import Status
from s2m.domain.venues import Room, Venue
from s2m.spoken import Words
from s2m.web import context, qr
from s2m.web.context import device, keys, limit, now, policy_of, public_url, reading, writing
from s2m.web.plates import blueprint
from s2m.web.policy import paired

if TYPE_CHECKING:
    from s2m.store import Store


@blueprint.get("/plate")
@paired("plate")
def show() -> ResponseReturnValue:
    return context.stay_paired(make_response(render_template("plates/index.html", **_shown())))


@blueprint.get("/plate/now")
@paired("plate")
def part() -> ResponseReturnValue:
    response = make_response(render_template("plates/_now.html", **_shown()))
    response.add_etag()
    return response.make_conditional(request)


def _shown() -> dict[str, Any]:
    """What stands on the plate; without a status where the room is no longer let."""
    with reading() as store:
        try:
            venue, room = plates.place_of(store, device())
            said = plates.status(store, venue, room, now())
        except Refused:
            return {"status": None}
        by = Booker("plate", is_member=True)
        offers = plates.offers_now(store, venue, room, by, now()) if said.kind == "free" else []
        terms = store.rooms.version(said.booking.terms_id) if said.booking else None
        release = releasing.release_at(said.booking, terms) if said.booking and terms else None
        firm = [said.booking] if said.booking and said.booking.status == "confirmed" else []
        carried = lists.carried(venue, policy_of(store, venue), *firm)
    typed = codes.typed_room(keys().door, device().id, now())
    address = public_url() + url_for("plates.beside")
    return {
        "status": said, "room": room, "offers": offers, "release": release, "carried": carried,
        "words": Words(context.locale(), venue.zone),
        "left": minutes_left(said), "typed": typed, "address": address.partition("://")[2],
        "svg": qr.svg(f"{address}/{codes.room_text(keys().door, device().id, now())}", error="l"),
    }  # fmt: skip


def minutes_left(said: Status) -> int:
    """Whole minutes until it changes, the one that has begun included."""
    return -((now() - said.until) // timedelta(minutes=1)) if said.until else 0


@blueprint.post("/plate/heartbeat")
@paired("plate")
def heartbeat() -> ResponseReturnValue:
    """The screen is on; the host sees when it falls silent, and nothing is released while it does."""
    with writing() as store:
        devices.heartbeat(store, device(), "off", now())
    return "", 204


@blueprint.post("/plate/here")
@paired("plate")
def here() -> ResponseReturnValue:
    """Somebody came for the meeting of now, or the one that begins in a moment."""
    with _acting() as (store, venue, room):
        said = plates.status(store, venue, room, now())
        booking = said.booking or said.next
        if booking is None:
            raise NotFound()
        plates.arrive(store, venue, booking, _by(), now())
    return redirect(url_for("plates.show"), 303)


@blueprint.route("/plate/end", methods=["GET", "POST"])
@paired("plate")
def end() -> ResponseReturnValue:
    """Asked first: a finger on the way past must not end a meeting."""
    if request.method == "GET":
        shown = _shown()
        going_on = shown["status"] and shown["status"].booking
        return render_template("plates/end.html", **shown) if going_on else redirect(url_for("plates.show"))
    with _acting() as (store, venue, room):
        booking = plates.status(store, venue, room, now()).booking
        if booking:
            plates.leave(store, venue, booking, _by(), now())
    return redirect(url_for("plates.show"), 303)


@blueprint.post("/plate/go-on")
@paired("plate")
def go_on() -> ResponseReturnValue:
    """It was not over after all."""
    with _acting() as (store, venue, room):
        left = plates.status(store, venue, room, now()).left
        if left:
            plates.resume(store, venue, left, _by(), now())
    return redirect(url_for("plates.show"), 303)


def _by() -> Booker:
    return Booker(device().id)


@contextmanager
def _acting() -> Iterator[tuple[Store, Venue, Room]]:
    """One write transaction at the plate's own room. Raises TooMany for a finger that plays."""
    limit("plate", device().id, most=60, per=timedelta(minutes=10))
    with writing() as store:
        venue, room = plates.place_of(store, device())
        yield store, venue, room
