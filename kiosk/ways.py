"""Other ways in and out than the camera: the short code, one's own name, the first time, and leaving by badge.

Each form carries an event id from the page that showed it: sent twice, it answers as the first time; what was typed in
it is part of the id. Pages are shown by GET only: history and reload show what the session still holds, which is nothing
once the start screen came by.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk import blueprint, visits
from kiosk.refusals import sentence
from kiosk.scanning import json_body
from s2m.domain import ledger, people, scans
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.fields import NAME_MAX
from s2m.domain.people import Person
from s2m.domain.scans import ScanEvent, ScanResult
from s2m.web import context
from s2m.web.context import device, device_venue, keys, limit, now, policy_of, reading, writing
from s2m.web.errors import status_of
from s2m.web.policy import paired

if TYPE_CHECKING:
    from s2m.store import Store


MAIL_MAX = 254  # as the field says


def _event(*given: object) -> ScanEvent:
    """What this form asks for, under the id that its page carried (none: a new one)."""
    name = request.form.get("event")
    return ScanEvent(scans.parse_id(name) if name else str(uuid.uuid4()), None, "", None, None, ledger.digest(*given))


def _before(store: Store, event: ScanEvent) -> ScanResult | None:
    """The answer to the same form sent earlier. Raises Conflict `key_reused` where it was another one."""
    before = store.scans.get(device().id, event.id)
    if before is None:
        return None
    if before[1] != event.input_hash:
        raise Conflict("key_reused")
    return before[0]


def _leaving() -> bool:
    return bool(request.values.get("leaving"))


def _come_or_go(store: Store, person: Person, way: str, *, leaving: bool, event: ScanEvent | None = None) -> ScanResult:
    """Check a known person in here, or find the visit they are about to end. Raises Refused `not_checked_in`, `floor`."""
    event = event or _event(way, person.id, leaving)
    if before := _before(store, event):
        return before
    if leaving:
        visit = store.presence.open_visit(person)
        if visit is None or visit.venue_id != device_venue().id:
            raise Refused("not_checked_in")
        result = ScanResult(event.id, "stored", "already_here", visit.id, person.first_name)
    else:
        venue = device_venue()
        result = scans.arrive(store, device(), venue, policy_of(store, venue), person, way, event, now(), now())
    store.scans.add(device(), event, result, now())
    return result


def _show(result: ScanResult, *, proven: bool = True) -> ResponseReturnValue:
    """On to the screen of this visit, the only one that the tablet may open now."""
    visits.open_screen(result.visit_id, proven=proven)
    screen = "kiosk.again" if result.code == "already_here" else "kiosk.need"
    return redirect(url_for(screen, visit_id=result.visit_id), 303)


def _form(template: str, errors: dict[str, str] | None = None, status: int = 200, **more: object) -> ResponseReturnValue:
    """A form with an event id of its own."""
    event = str(uuid.uuid4())
    return render_template(f"kiosk/{template}.html", errors=errors or {}, event=event, leaving=_leaving(), **more), status


def _said(field: str, error: S2MError) -> dict[str, str]:
    return {field: sentence(error.code, error.data)}


@blueprint.route("/code", methods=["GET", "POST"])
@paired("kiosk")
def short_code() -> ResponseReturnValue:
    """The code under one's badge, typed."""
    if request.method == "GET":
        return _form("short_code")
    limit("short-code", device().id, most=30, per=timedelta(minutes=15))
    try:
        with writing() as store:
            person = people.person_with_short_code(store, device().network_id, request.form.get("code", ""))
            result = _come_or_go(store, person, "code", leaving=_leaving())
    except Refused as error:
        if error.code not in ("badge_unknown", "badge_revoked"):
            raise
        return _form("short_code", _said("code", error), status_of(error))
    return _show(result)


@blueprint.route("/name", methods=["GET", "POST"])
@paired("kiosk")
def lookup() -> ResponseReturnValue:
    """The start of one's own name or mail, then one masked confirmation: never a list, never who does not exist.

    What was typed is kept in the session until the start screen, so that no page of the browser's history brings it back.
    """
    if _leaving():
        return redirect(url_for("kiosk.said", what="leave_by_name"), 303)
    if request.method == "GET":
        return _looked_up(session.get("look_up"))
    act = request.form.get("act")
    if act == "yes":
        return _check_in_by_name(session.get("look_up"))
    if act == "no":
        session.pop("look_up", None)
        return redirect(url_for("kiosk.lookup"), 303)
    return _look_up(request.form.get("q", ""))


def _look_up(typed: str) -> ResponseReturnValue:
    limit("look-up", device().id, most=30, per=timedelta(minutes=10))
    session["look_up"] = typed[: NAME_MAX + 1]
    return redirect(url_for("kiosk.lookup"), 303)


def _looked_up(typed: str | None) -> ResponseReturnValue:
    if typed is None:
        return _form("lookup", q="", masked="")
    try:
        with reading() as store:
            person = people.look_up(store, device().network_id, typed)
    except (Invalid, NotFound) as error:
        return _form("lookup", _said("q", error), status_of(error), q=typed[:NAME_MAX], masked="")
    return _form("lookup", q="", masked=people.masked(person.name))


def _check_in_by_name(typed: str | None) -> ResponseReturnValue:
    """Nothing opens a visit that others began: whoever is here already shows more than a name."""
    if typed is None:
        return redirect(url_for("kiosk.lookup"), 303)
    try:
        with writing() as store:
            person = people.look_up(store, device().network_id, typed)
            result = _come_or_go(store, person, "name", leaving=False)
            if result.code != "checked_in":
                raise Refused("here_by_name")
    except (Invalid, NotFound):
        return redirect(url_for("kiosk.lookup"), 303)
    except Refused as error:
        if error.code != "here_by_name":
            raise
        return redirect(url_for("kiosk.said", what="here_by_name"), 303)
    return _show(result, proven=False)


@blueprint.route("/walk-in", methods=["GET", "POST"])
@paired("kiosk")
def walk_in() -> ResponseReturnValue:
    """First time here. A mail address that is known already leads to the masked confirmation, not to a second record."""
    if request.method == "GET":
        kept = session.get("walk_in")
        return _form("walk_in", kept["errors"], 422, values=kept) if kept else _form("walk_in", values={})
    limit("walk-in", device().id, most=60, per=timedelta(hours=1))
    name, email = request.form.get("name", ""), request.form.get("email", "")
    try:
        with writing() as store:
            event = _event("walk_in", name, email)
            result = _before(store, event) or _join(store, event, name, email)
    except Conflict as error:
        if error.code != "email_known":
            raise
        return _look_up(email)
    except Invalid as error:
        said = _said(str(error.data["field"]), error)
        session["walk_in"] = {"name": name[:NAME_MAX], "email": email[:MAIL_MAX], "errors": said}
        return redirect(url_for("kiosk.walk_in"), 303)
    return _show(result)


def _join(store: Store, event: ScanEvent, name: str, email: str) -> ScanResult:
    policy = policy_of(store, device_venue())
    person = people.join(store, device().network_id, name, email, policy, now(), language=context.language())
    return _come_or_go(store, person, "walk_in", leaving=False, event=event)


@blueprint.post("/leave")
@paired("kiosk")
def leave_with() -> ResponseReturnValue:
    """A badge before the camera of the leaving screen: never checks in. → {"visit", "code"}"""
    code = json_body().get("code")
    with writing() as store:
        person = people.person_with_badge(store, keys().badge, device().network_id, code if isinstance(code, str) else "")
        result = _come_or_go(store, person, "badge", leaving=True)
    visits.open_screen(result.visit_id, proven=True)
    return jsonify(visit=result.visit_id, code=result.code, person=result.first_name)
