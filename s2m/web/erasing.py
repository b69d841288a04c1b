"""What we know about you, as a file; and leaving for good, asked twice."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.config import note_erased
from s2m.domain import contributions, erasing
from s2m.domain.errors import Invalid, NotFound, Refused, S2MError
from s2m.web import context
from s2m.web.context import limit, locale, now, person, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.home import ticked
from s2m.web.policy import signed_in

blueprint = Blueprint("erasing", __name__)


@blueprint.get("/me/data.json")
@signed_in
def told() -> ResponseReturnValue:
    """Every row of every table that is about me, others by their first name only."""
    limit("export", person().id, most=3, per=timedelta(hours=1))
    with reading() as store:
        found = {"made_at": now().isoformat(), "person_id": person().id, **store.erasing.told(person())}
    response = Response(json.dumps(found, ensure_ascii=False, indent=1), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="s2m-{now().date().isoformat()}.json"'
    return response


@blueprint.route("/me/erase", methods=["GET", "POST"])
@signed_in
def leave() -> ResponseReturnValue:
    """First whom my balance goes to, then whether I am sure."""
    heir_id = request.values.get("to")
    if request.method == "GET":
        return _page(heir_id)
    try:
        if not ticked("sure"):
            raise Invalid("sure", "not_sure")
        with writing() as store:
            erasing.erase(store, person(), heir_id or "", now())
    except (Invalid, Refused) as error:
        return _page(heir_id, error)
    note_erased(context.config().instance, person().id)
    return _gone()


def _page(heir_id: str | None, error: S2MError | None = None) -> ResponseReturnValue:
    """heir_id: none as long as that is not chosen, '' for the commons."""
    with reading() as store:
        heirs = contributions.to_thank(store, person(), now())
        account, left = store.ledger.person_account(person().id), erasing.bequest(store, person())
        if heir_id is not None and error is None:
            try:
                erasing.check_erase(store, person(), heir_id, now())
            except Refused as refused:
                error = refused
    heir = next((one for one in heirs if one.id == heir_id), None)
    if heir_id and heir is None and not isinstance(error, Refused):
        raise NotFound()
    said = sentence(error.code, error.data) if error else ""
    choice = [(one.id, one.first_name) for one in heirs]
    page = render_template("erasing/leave.html", heirs=choice, account=account, left=left, chosen=heir_id, heir=heir, error=said)
    return page, status_of(error) if error else 200


def _gone() -> ResponseReturnValue:
    """Signed out, with a last word in the language that was theirs."""
    kept = locale()
    session.clear()
    session["lang"] = kept
    flash(_("You are erased. What you did for others stays, without you. Come back whenever you like."))
    response = redirect(url_for("auth.login"), 303)
    response.delete_cookie(context.cookie("session"), path="/", secure=context.config().https, httponly=True, samesite="Lax")
    return response
