"""The wall screen: what the house needs and knows, free seats, rooms and the door code. It names nobody and takes no input."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from s2m.domain import codes, devices, venues, wall
from s2m.domain.bookings import lists
from s2m.domain.calendars import outside
from s2m.domain.devices import Device
from s2m.domain.errors import Refused
from s2m.domain.relevance.meanings import Meanings
from s2m.domain.venues import Venue, day_end, day_start
from s2m.web import context, qr
from s2m.web.context import device, device_venue, hosted_venue, keys, limit, now, policy_of, public_url, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.policy import anyone, host, paired

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("wall", __name__)
WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)


@blueprint.get("/wall")
@paired("wall")
def show() -> ResponseReturnValue:
    venue = device_venue()
    return context.stay_paired(make_response(render_template("wall/index.html", part=url_for("wall.part"), **_house(venue))))


@blueprint.get("/wall/now")
@paired("wall")
def part() -> ResponseReturnValue:
    return _part(device_venue())


@blueprint.get("/wall/<slug>")
@host
def preview(slug: str) -> ResponseReturnValue:
    """The same screen for a host, to look at or to put on any screen."""
    venue = hosted_venue(slug)
    return render_template("wall/index.html", part=url_for("wall.preview_part", slug=slug), **_house(venue))


@blueprint.get("/wall/<slug>/now")
@host
def preview_part(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _part(venue)


def _part(venue: Venue) -> Response:
    response = make_response(render_template("wall/_house.html", **_house(venue)))
    response.add_etag()
    return response.make_conditional(request)


def _house(venue: Venue) -> dict[str, Any]:
    with reading() as store:
        here, paused, places = store.presence.here(venue.id), store.pauses.here(venue.id, now()), store.venues.rooms(venue.id)
        seated, kiosks = store.presence.seated(venue.id), store.devices.all(venue.id, "kiosk")
        agreed = store.people.agreed([one.person.id for one in here], "wall")
        stories = store.meetings.hanging(venue.id, now())
        busy, carried = _meetings(store, venue)
        gifts = store.ledger.gifts_of_commons(venue.network_id, now() - WEEK)
    field = partial(_field, context.meanings(), context.locale())
    shown = wall.house([one for one in here if one.person.id not in paused], agreed)
    return {
        "needs": wall.ask_pages(wall.by_field(shown.needs, field)),
        "knows": wall.topic_pages(wall.by_field(shown.knows, field)),
        "free": max(0, venues.seats(places) - len(here)),
        "rooms": wall.place_pages(places, seated, len(here)),
        "paid": gifts.get("seat_forgiven", 0), "welcomed": gifts.get("newcomers_grant", 0), "door": _door(kiosks),
        "stories": [story.text for story in stories], "busy": busy, "carried": carried,
    }  # fmt: skip


def _meetings(store: Store, venue: Venue) -> tuple[dict[str, datetime], int]:
    """The rooms that are closed or met in now, with when each is free again; how many free seats the meetings of today carry."""
    start, end = day_start(venue, now()), day_end(venue, now())
    booked = store.bookings.between(venue.id, start, end)
    today = lists.going_on(venue, booked, start.astimezone(venue.zone).date())
    closed = outside.all_closed(store, store.rooms.let(venue.id, now()), now(), now() + SECOND)
    busy = {one.room_id: one.ends_at for one in closed}
    busy |= {one.room_id: one.blocked_until for one in today if one.starts_at <= now() < one.ends_at and one.left_at is None}
    return busy, lists.carried(venue, policy_of(store, venue), *today)


def _field(meanings: Meanings, language: str, text: str) -> str:
    """The name of the field that a text belongs to; empty where it belongs to none."""
    names = meanings.lexicon.fields.get(meanings.field_of(text), ("", ""))
    return names[0] if language == "nl" else names[1]


def _door(kiosks: list[Device]) -> dict[str, object] | None:
    """The door code of a tablet of this venue, the same throughout its step; None where there is no tablet to sign for."""
    ready = [kiosk for kiosk in kiosks if kiosk.paired_at]
    ready.sort(key=lambda kiosk: kiosk.is_silent(now()))
    if not ready:
        return None
    nonce = hashlib.sha256(f"{ready[0].id}{codes.step_of(now())}".encode()).digest()[:8]
    text = codes.door_text(keys().door, ready[0].id, now(), nonce)
    return {"svg": qr.svg(f"{public_url()}/in/{text}", error="l"), "step": codes.step_of(now())}


@blueprint.route("/wall/pair", methods=["GET", "POST"])
@blueprint.get("/wall/pair/<code>")
@anyone
def pair(code: str = "") -> ResponseReturnValue:
    """Spend a one-time code for this screen's token. A link only fills the form: looking at it changes nothing."""
    if request.method == "GET":
        return render_template("wall/pair.html", code=code[:20], errors={})
    limit("pair", context.client(), most=20, per=timedelta(minutes=15))
    typed = request.form.get("code", "")
    try:
        with writing() as store:
            found, token = devices.pair(store, typed, now())
    except Refused as error:
        said = {"code": sentence(error.code, error.data)}
        return render_template("wall/pair.html", code=typed[:20], errors=said), status_of(error)
    return context.stay_paired(make_response(redirect(url_for(context.HOMES[found.kind]), 303)), token)


@blueprint.post("/wall/heartbeat")
@paired("wall")
def heartbeat() -> ResponseReturnValue:
    """The screen is on; the host sees when it falls silent."""
    with writing() as store:
        devices.heartbeat(store, device(), "off", now())
    return "", 204
