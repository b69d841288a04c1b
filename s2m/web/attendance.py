"""Being counted at a talk: the speaker or the host shows a code, a listener opens it and presses once.

Opening a code changes nothing: that the phone was near is kept in the browser's own signed cookie for ten minutes, also
through signing in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import codes, door, talks
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.talks import Talk
from s2m.web import qr
from s2m.web.context import keys, limit, me, now, person, public_url, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.policy import anyone, signed_in
from s2m.web.talks import my_venue, shown, talk_with

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("attendance", __name__)

# The code that the speaker shows -------------------------------------------------------------------------------


@blueprint.get("/talks/<talk_id>/code")
@signed_in
def code(talk_id: str) -> ResponseReturnValue:
    return render_template("talks/code.html", **_code(talk_id))


@blueprint.get("/talks/<talk_id>/code/now")
@signed_in
def code_now(talk_id: str) -> ResponseReturnValue:
    """The code of this step, and how many were counted."""
    response = make_response(render_template("talks/_code.html", **_code(talk_id)))
    response.add_etag()
    return response.make_conditional(request)


def _code(talk_id: str) -> dict[str, Any]:
    """For the speaker and the hosts of the venue. There is none before the start, so that nobody opens it ahead."""
    with reading() as store:
        found = talk_with(store, talk_id)
        if found.speaker_id != person().id and not me().hosts(my_venue()):
            raise NotFound()
        one, listeners = shown(store, [found])[0], len(store.talks.attendances(found.id))
    svg, typed, address = None, "", public_url() + url_for("attendance.attend")
    if found.counts(now()):
        svg = qr.svg(f"{address}/{codes.talk_text(keys().door, found.id, now())}", error="l")
        typed = codes.typed_talk(keys().door, found.id, now())
    return {"one": one, "listeners": listeners, "svg": svg, "typed": typed, "address": address.partition("://")[2]}


# Being counted -------------------------------------------------------------------------------------------------


@blueprint.get("/talk/<code>")
@anyone
def open_code(code: str) -> ResponseReturnValue:
    """Where the QR code leads. Whoever is not signed in does so first; the cookie waits ten minutes for that."""
    try:
        talk_id = codes.read_talk(keys().door, code, now())
    except (Invalid, Refused) as error:
        return _type_code(error)
    return _near(talk_id)


def _near(talk_id: str) -> ResponseReturnValue:
    session["talk"] = [talk_id, int(now().timestamp())]
    return redirect(url_for("attendance.attend"), 303)


@blueprint.get("/talk")
@signed_in
def attend() -> ResponseReturnValue:
    """One question; or where no code was opened, a field for the six characters."""
    try:
        with reading() as store:
            found = _opened(store)
            if found and store.talks.attendance(found.id, person().id):
                return redirect(url_for("talks.talk", talk_id=found.id), 303)
            return _question(store, found) if found else _type_code()
    except Refused as error:
        return _type_code(error)


@blueprint.post("/talk")
@signed_in
def be_counted() -> ResponseReturnValue:
    limit("attend", person().id, most=30, per=timedelta(minutes=10))
    try:
        if "code" in request.form:
            with reading() as store:
                return _near(talks.read_typed(store, keys().door, request.form["code"], person(), now()).id)
        with writing() as store:
            found = _opened(store)
            if found is None:
                raise Refused("talk_code_expired")
            return _count(store, found)
    except Refused as error:
        return _type_code(error)


def _count(store: Store, found: Talk) -> ResponseReturnValue:
    try:
        talks.attend(store, found, person(), now())
    except (Refused, Conflict) as error:
        if error.code != "attended":
            return _question(store, found, error)
    session.pop("talk", None)
    flash(_("You are counted."))
    return redirect(url_for("talks.talk", talk_id=found.id), 303)


def _opened(store: Store) -> Talk | None:
    """The talk whose code this browser opened.

    Raises Refused `talk_code_expired` when that was too long ago, `code_forged` for a talk of another network.
    """
    kept = session.get("talk")
    if kept is None or len(kept) != 2:
        return None
    if not timedelta(0) <= now() - datetime.fromtimestamp(kept[1], UTC) < door.NEAR:
        raise Refused("talk_code_expired")
    try:
        return talk_with(store, kept[0])
    except NotFound:
        raise Refused("code_forged") from None


def _question(store: Store, found: Talk, error: S2MError | None = None) -> ResponseReturnValue:
    if error is None:
        try:
            talks.check_attend(store, found, person(), now())
        except (Refused, Conflict) as refusal:
            error = refusal
    problem = sentence(error.code, error.data) if error else ""
    body = render_template("talks/attend.html", one=shown(store, [found])[0], problem=problem)
    return body, status_of(error) if error and request.method == "POST" else 200


def _type_code(error: S2MError | None = None) -> ResponseReturnValue:
    if "talk" in session:
        del session["talk"]
    said = _("This is not the code of a talk here.") if error and error.code == "code_unreadable" else ""
    errors = {"code": said or sentence(error.code, error.data)} if error else {}
    typed = request.form.get("code", "")[:12]
    return render_template("talks/type.html", errors=errors, code=typed), status_of(error) if error else 200
