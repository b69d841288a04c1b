"""Other ways in and out than the camera: the short code, one's own name, the first time, and leaving by badge.

Each form carries an event id from the page that showed it: sent twice, it answers as the first time.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import jsonify, redirect, render_template, request, url_for
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


def _event_id() -> str:
    """The form's own, or a new one for a form that is about to be shown."""
    given = request.form.get("event")
    return scans.parse_id(given) if given else str(uuid.uuid4())


def _leaving() -> bool:
    return bool(request.values.get("leaving"))


def _by_name(store: Store, person: Person) -> ScanResult:
    """Check in by name. Raises Refused `here_by_name`: a visit that others began is not opened by it."""
    result = _come_or_go(store, person, "name", leaving=False)
    if result.code != "checked_in":
        raise Refused("here_by_name")
    return result


def _come_or_go(store: Store, person: Person, way: str, *, leaving: bool) -> ScanResult:
    """Check a known person in here, or find the visit they are about to end. Raises Refused `not_checked_in`, `floor`."""
    event = ScanEvent(_event_id(), None, "", None, None, ledger.digest(way, person.id))
    if (before := store.scans.get(device().id, event.id)) is not None:
        return before[0]
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


def _form(template: str, error: S2MError | None = None, field: str = "", **more: object) -> ResponseReturnValue:
    errors = {field: sentence(error.code, error.data)} if error else {}
    page = render_template(f"kiosk/{template}.html", errors=errors, event=_event_id(), leaving=_leaving(), **more)
    return page, status_of(error) if error else 200


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
        return _form("short_code", error, "code")
    return _show(result)


@blueprint.route("/name", methods=["GET", "POST"])
@paired("kiosk")
def lookup() -> ResponseReturnValue:
    """The start of one's own name or mail, then one masked confirmation: never a list, never who does not exist."""
    if _leaving():
        return redirect(url_for("kiosk.said", what="leave_by_name"), 303)
    if request.method == "GET" or request.form.get("act") == "no":
        return _form("lookup", q="", masked="")
    return _look_up(request.form.get("q", ""), sure=request.form.get("act") == "yes")


def _look_up(typed: str, *, sure: bool) -> ResponseReturnValue:
    limit("look-up", device().id, most=30, per=timedelta(minutes=10))
    try:
        with writing() if sure else reading() as store:
            person = people.look_up(store, device().network_id, typed)
            result = _by_name(store, person) if sure else None
    except (Invalid, NotFound) as error:
        return _form("lookup", error, "q", q=typed[:NAME_MAX], masked="")
    except Refused as error:
        if error.code != "here_by_name":
            raise
        return redirect(url_for("kiosk.said", what="here_by_name"), 303)
    return _show(result, proven=False) if result else _form("lookup", q=typed, masked=people.masked(person.name))


@blueprint.route("/walk-in", methods=["GET", "POST"])
@paired("kiosk")
def walk_in() -> ResponseReturnValue:
    """First time here. A mail address that is known already leads to the masked confirmation, not to a second record."""
    if request.method == "GET":
        return _form("walk_in", values={})
    limit("walk-in", device().id, most=60, per=timedelta(hours=1))
    try:
        with writing() as store:
            before = store.scans.get(device().id, _event_id())
            result = before[0] if before else _join(store)
    except Conflict:
        return _look_up(request.form.get("email", ""), sure=False)
    except Invalid as error:
        return _form("walk_in", error, str(error.data["field"]), values=request.form)
    return _show(result)


def _join(store: Store) -> ScanResult:
    policy = policy_of(store, device_venue())
    name, email = request.form.get("name", ""), request.form.get("email", "")
    person = people.join(store, device().network_id, name, email, policy, now(), language=context.language())
    return _come_or_go(store, person, "walk_in", leaving=False)


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
