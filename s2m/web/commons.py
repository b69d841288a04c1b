"""Giving to the commons: whoever has dots to spare, or leaves for good, passes them on to everybody."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import commons
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.web.context import limit, now, person, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.policy import signed_in

blueprint = Blueprint("commons", __name__)


@blueprint.get("/commons/give")
@signed_in
def give() -> ResponseReturnValue:
    return _form({})


def _form(errors: dict[str, str]) -> str:
    with reading() as store:
        account = store.ledger.person_account(person().id)
    key = request.form.get("key") or secrets.token_urlsafe(18)
    return render_template("commons/give.html", account=account, form=request.form, key=key, errors=errors)


@blueprint.post("/commons/give")
@signed_in
def send() -> ResponseReturnValue:
    limit("give", person().id, most=30, per=timedelta(hours=1))
    key = request.form.get("key", "")
    try:
        if not 16 <= len(key) <= 64:
            raise Conflict("key_reused")
        with writing() as store:
            commons.give(store, person(), request.form.get("amount", ""), now(), key=f"commons:{key}")
    except (Invalid, Refused, Conflict) as error:
        said = sentence("gift_too_large", error.data) if error.code == "floor" else sentence(error.code, error.data)
        return _form({"amount": said}), status_of(error)
    flash(_("Thank you. Your gift is in the commons."))
    return redirect(url_for("ledger.statement"), 303)
