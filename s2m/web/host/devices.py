"""The tablets, wall screens and plates of a venue: pairing by a one-time code, how they are doing, unpairing."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import devices as domain
from s2m.domain.devices import Device
from s2m.domain.errors import Invalid, NotFound
from s2m.domain.venues import Venue
from s2m.web import qr
from s2m.web.context import hosted_venue, isolated, limit, now, person, public_url, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.get("/<slug>/devices")
@host
def devices(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue, {}, {"kind": "kiosk"})


def _page(venue: Venue, errors: dict[str, str], values: object) -> str:
    return render_template("host/devices.html", errors=errors, values=values, **_list(venue))


@blueprint.get("/<slug>/devices/now")
@host
def devices_now(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    response = make_response(render_template("host/_devices.html", **_list(venue)))
    response.add_etag()
    return response.make_conditional(request)


def _list(venue: Venue) -> dict[str, object]:
    with reading() as store:
        let = [(room.id, room.name) for room, _terms in store.rooms.let(venue.id, now())]
        names = {room.id: room.name for room in store.venues.rooms(venue.id)}
        return {"devices": store.devices.all(venue.id), "let": let, "room_names": names}


@blueprint.post("/<slug>/devices")
@host
def offer_pairing(slug: str) -> ResponseReturnValue:
    """A one-time code, shown on the page that follows and nowhere else."""
    venue = hosted_venue(slug)
    limit("offer-pairing", person().id, most=20, per=timedelta(hours=1))
    form = request.form
    try:
        with writing() as store:
            device, code = domain.offer_pairing(
                store, venue, form.get("kind", ""), form.get("device"), person().id, now(), room_id=form.get("room", "")
            )
    except Invalid as error:
        return _page(venue, said(error), form), status_of(error)
    session["pairing"] = [device.id, code]
    return redirect(url_for("host.pairing", slug=slug, device_id=device.id), 303)


@blueprint.get("/<slug>/devices/<device_id>")
@host
def pairing(slug: str, device_id: str) -> ResponseReturnValue:
    """The code in large letters and as a QR code, until it is used or too old."""
    venue = hosted_venue(slug)
    return render_template("host/pairing.html", **_offered(_device(venue, device_id)))


@blueprint.get("/<slug>/devices/<device_id>/now")
@host
def pairing_now(slug: str, device_id: str) -> ResponseReturnValue:
    """The code goes once it is used or too old."""
    venue = hosted_venue(slug)
    response = make_response(render_template("host/_pairing.html", **_offered(_device(venue, device_id))))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.route("/<slug>/devices/<device_id>/revoke", methods=["GET", "POST"])
@host
def revoke(slug: str, device_id: str) -> ResponseReturnValue:
    """Asked first: the tablet is out at once and needs a new code."""
    venue = hosted_venue(slug)
    found = _device(venue, device_id)
    if request.method == "GET":
        return render_template("host/revoke.html", device=found)
    with writing() as store:
        domain.revoke(store, venue, device_id, person().id, now())
    flash(_("%(device)s is no longer paired.", device=isolated(found.name)))
    return redirect(url_for("host.devices", slug=slug), 303)


def _device(venue: Venue, device_id: str) -> Device:
    with reading() as store:
        found = store.devices.get(device_id)
    if found is None or found.venue_id != venue.id or found.revoked_at:
        raise NotFound()
    return found


def _offered(device: Device) -> dict[str, object]:
    """A screen with its one-time code, while that is good and for who made it."""
    kept_id, code = session.get("pairing") or ("", "")
    shown = code if kept_id == device.id and _open(device) else ""
    address = public_url() + url_for("kiosk.pair" if device.kind == "kiosk" else "wall.pair")
    svg = qr.svg(f"{address}/{shown}") if shown else None
    return {"device": device, "code": shown, "address": address, "svg": svg}


def _open(device: Device) -> bool:
    return device.paired_at is None and device.code_expires_at is not None and now() < device.code_expires_at
