"""Passports: a member takes along what they did here, and anybody may check one that somebody brings."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from s2m import signing
from s2m.domain import passport as passports
from s2m.domain.errors import Invalid, Refused
from s2m.domain.passport import LARGEST, Passport
from s2m.web import context
from s2m.web.context import client, keys, limit, now, person, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.home import ticked
from s2m.web.policy import anyone, signed_in

blueprint = Blueprint("passport", __name__)


@blueprint.get("/me/passport")
@signed_in
def mine() -> ResponseReturnValue:
    """What would be in it, to choose from."""
    with reading() as store:
        draft = passports.draft(store, person(), now(), signing.current(keys()).public_key)
    return render_template("passport/mine.html", draft=draft, kinds=kinds(draft), day=day)


@blueprint.post("/me/passport")
@signed_in
def take() -> Response:
    """The signed file."""
    limit("passport", person().id, most=10, per=timedelta(hours=1))
    chosen = set(request.form.getlist("topic"))
    with writing() as store:
        made = passports.issue(
            store, person(), signing.current(keys()), now(), named=ticked("name"), with_balance=ticked("balance"), topics=chosen
        )
    response = make_response(passports.text(made))
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="s2m-passport-{made.issued_at:%Y-%m-%d}.json"'
    return response


@blueprint.route("/passport/check", methods=["GET", "POST"])
@anyone
def check() -> ResponseReturnValue:
    """Is it unchanged, is this its time, and whose key is it? Nothing is asked of anybody else, and nothing is kept."""
    if request.method == "GET":
        return render_template("passport/check.html", errors={})
    limit("passport-check", client(), most=30, per=timedelta(minutes=10))
    try:
        found = passports.read(brought())
        passports.check(found, signing.is_signed, now())
    except (Invalid, Refused) as error:
        errors = {"passport": sentence(error.code, error.data)}
        return render_template("passport/check.html", errors=errors), status_of(error)
    return render_template(
        "passport/check.html", errors={}, found=found, kinds=kinds(found), day=day, by=_known(found),
        fingerprint=passports.fingerprint(found.public_key),
    )  # fmt: skip


def brought() -> bytes | str:
    """The file, or what was pasted. Raises Invalid `empty`."""
    file = request.files.get("file")
    if file and file.filename:
        return file.read(LARGEST + 1)
    text = request.form.get("passport", "").strip()
    if not text:
        raise Invalid("passport", "empty")
    return text


def _known(found: Passport) -> str | None:
    """What this network calls the network that signed it; None where its key is not known here."""
    if found.public_key in signing.own(keys()):
        return found.network
    network = context.network()
    with reading() as store:
        trusted = store.passports.trusted(network.id) if network else []
    return next((key.name for key in trusted if key.public_key == found.public_key), None)


def kinds(passport: Passport) -> list[tuple[str, int, int]]:
    """Each kind of contribution there was, in words, how often, and for how many dots."""
    words = {
        "thanks": _("Thanks received"), "post": _("Posts about the place"), "talk": _("Talks"), "task": _("Tasks done together"),
        "proxy": _("Written down by a host"),
    }  # fmt: skip
    return [(words[kind], count.times, count.dots) for kind, count in passport.counts.items() if count.times]


def day(of: date) -> str:
    """31 januari 2025: of another place, perhaps, so without a zone."""
    return format_date(of, "d MMMM y")
