"""The tablet itself: pairing, the start screen with its rotating code, signs of life, and the call for the host."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import segno
from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kiosk import blueprint
from kiosk.refusals import sentence
from kiosk.scanning import json_body
from s2m.domain import codes, devices
from s2m.domain.errors import NotFound, Refused
from s2m.web import context
from s2m.web import frames as eye
from s2m.web.context import device, device_venue, keys, limit, now, public_url, writing
from s2m.web.errors import status_of
from s2m.web.policy import anyone, paired

PATH = "/in"
LARGER = {"kiosk.scans": 256 * 1024, "kiosk.frames": eye.BYTES}


@blueprint.url_value_preprocessor
def larger_bodies(endpoint: str | None, values: object) -> None:
    """Before anything looks at the body: a batch and a picture may be larger than what people send."""
    if endpoint in LARGER:
        request.max_content_length = LARGER[endpoint]


@blueprint.url_value_preprocessor
def as_the_tablet(endpoint: str | None, values: object) -> None:
    """On these screens the tablet counts, also where somebody is signed in in the same browser (a demo, a host's laptop)."""
    if endpoint != "kiosk.static":
        context.as_device()


@blueprint.route("/pair", methods=["GET", "POST"])
@blueprint.get("/pair/<code>")
@anyone
def pair(code: str = "") -> ResponseReturnValue:
    """Spend a one-time code for this tablet's token. A link only fills the form: looking at it changes nothing."""
    again = bool(request.cookies.get(context.cookie("device")))
    if request.method == "GET":
        return render_template("kiosk/pair.html", code=code[:20], errors={}, again=again)
    limit("pair", context.client(), most=20, per=timedelta(minutes=15))
    typed = request.form.get("code", "")
    try:
        with writing() as store:
            paired_device, token = devices.pair(store, typed, now())
    except Refused as error:
        said = {"code": sentence(error.code, error.data)}
        return render_template("kiosk/pair.html", code=typed[:20], errors=said, again=again), status_of(error)
    there = url_for("kiosk.idle" if paired_device.kind == "kiosk" else "auth.front")
    return context.stay_paired(make_response(redirect(there, 303)), token)


@blueprint.get("/")
@paired("kiosk")
def idle() -> ResponseReturnValue:
    """The start. Whatever the last visitor had open or chose is forgotten here."""
    return _start(leaving=False)


@blueprint.get("/leaving")
@paired("kiosk")
def leaving() -> ResponseReturnValue:
    return _start(leaving=True)


def _start(*, leaving: bool) -> ResponseReturnValue:
    for kept in ("visit", "proven", "refusal", "look_up", "walk_in"):
        session.pop(kept, None)
    session["leaving"] = leaving
    if not leaving and "lang" not in request.args:
        session.pop("lang", None)
    foreign = context.language() != device_venue().language
    return context.stay_paired(make_response(render_template("kiosk/idle.html", door=_door(), leaving=leaving, foreign=foreign)))


@blueprint.get("/door")
@paired("kiosk")
def door() -> ResponseReturnValue:
    """The part of the start screen that changes every step."""
    return render_template("kiosk/_door.html", door=_door())


def _door() -> dict[str, object]:
    address = public_url() + PATH
    text = codes.door_text(keys().door, device().id, now(), secrets.token_bytes(8))
    code = segno.make(f"{address}/{text}", error="l", micro=False)
    return {
        "svg": code.svg_inline(border=4, omitsize=True, dark="#14211b", svgclass=None, lineclass=None),
        "left": codes.seconds_left(now()),
        "step": codes.DOOR_STEP,
        "address": address.partition("://")[2],
        "typed": codes.typed_door(keys().door, device().id, now()),
    }


@blueprint.post("/heartbeat")
@paired("kiosk")
def heartbeat() -> ResponseReturnValue:
    camera = json_body().get("camera")
    with writing() as store:
        devices.heartbeat(store, device(), camera, now())
    return "", 204


@blueprint.post("/call")
@paired("kiosk")
def call_host() -> ResponseReturnValue:
    """Somebody stands here and needs a person. The host's page shows it at once."""
    reason = request.form.get("reason", "")
    limit("call-host", device().id, most=20, per=timedelta(minutes=10))
    with writing() as store:
        store.door.call_host(device_venue(), device().id, reason if re.fullmatch(r"[a-z_]{1,40}", reason) else "asked", now())
    return redirect(url_for("kiosk.said", what="called"), 303)


@blueprint.get("/said/<what>")
@paired("kiosk")
def said(what: str) -> ResponseReturnValue:
    """What just happened, where nothing is left to choose."""
    words = {
        "leave_by_name": (
            _("Leaving takes more than a name."),
            _("Anybody can type a name. Show your badge, type the code under it, or use your phone."),
            _("Have you none of these? Call the host. Or just go: your visit ends by itself at closing time."),
        ),
        "here_by_name": (
            _("You are already checked in."),
            _("Nothing has changed. To leave, show your badge, type the code under it, or use your phone."),
            _("Have you none of these? Call the host."),
        ),
        "called": (
            _("The host has been called."),
            _("Stay near this tablet for a moment."),
            _("Or ask anybody who looks at home here."),
        ),
        "recorded": (
            _("This visit was recorded."),
            _("It has ended, so you are not checked in now."),
            _("Are you here? Show your badge again."),
        ),
        "undone": (_("Undone."), _("You are not checked in; no seat is held."), _("Is it you after all? Show your badge again.")),
    }
    if what not in words:
        raise NotFound()
    title, lead, more = words[what]
    call = what if what.endswith("_by_name") else ""
    return render_template("kiosk/said.html", title=title, lead=lead, more=more, call=call)


@blueprint.after_request
def ask_again(response: Response) -> Response:
    """Scripts import each other by plain names, so browsers ask whether a file is still the same."""
    if request.endpoint == "kiosk.static":
        response.headers["Cache-Control"] = "no-cache"
    return response
