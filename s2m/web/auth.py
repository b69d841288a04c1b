"""Signing in by a link, signing out, and the first set-up of a new instance. No passwords anywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from s2m.domain import door, fields, people, setup, signin
from s2m.domain.errors import Conflict, Invalid
from s2m.domain.people import Person
from s2m.web import address, context
from s2m.web.context import limit, me, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.policy import anyone, signed_in

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("auth", __name__)
# What a browser holds on to when somebody signs in: where it is, mostly
KEPT = ("lang", "door", "browser", "room", "rented", "meeting")
LONGEST_AGE = max(signin.AGE.values())


@blueprint.get("/")
@anyone
def front() -> ResponseReturnValue:
    """Everybody to where they belong: the tablet to its screen, people to their day."""
    who = me()
    if who.device:
        return redirect(url_for(context.HOMES[who.device.kind]))
    if who.person is None:
        return redirect(url_for("auth.login"))
    return redirect(url_for("host.today_somewhere") if who.is_host else url_for("home.today"))


@blueprint.route("/login", methods=["GET", "POST"])
@anyone
def login() -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("auth/login.html", next=_local(request.args.get("next", "")), can_mail=address.can_mail())
    given = request.form.get("email", "")
    # Many people come from behind one router: one of them who plays does not lock out the others
    limit("login-from", context.client(), most=60, per=timedelta(hours=1))
    limit("login-browser", address.browser(), most=20, per=timedelta(hours=1))
    try:
        email, network = fields.email(given), context.network()
        address.limit_mail(email)
        with writing() as store:
            if network:
                address.mail_link(store, network.id, email, _local(request.form.get("next", "")))
    except Invalid as error:
        errors = {"email": sentence(error.code, error.data)}
        return render_template(
            "auth/login.html", errors=errors, values=request.form, next=request.form.get("next"), can_mail=True
        ), status_of(error)
    return render_template("auth/sent.html", email=given.strip())


@blueprint.route("/login/<secret>", methods=["GET", "POST"])
@anyone
def open_link(secret: str) -> ResponseReturnValue:
    """Looking at the link changes nothing (mail programs look, too); pressing the button signs in."""
    browser = session.get("browser")
    if request.method == "GET":
        with reading() as store:
            link = signin.check_link(store, secret, "login", now(), browser=browser)
            someone = store.people.get(link.person_id or "")
        known = someone is not None and someone.is_member  # else the name is what anybody typed
        return render_template("auth/open.html", name=someone.first_name if someone and known else "", action=None, hidden={})
    limit("open-link", context.client(), most=60, per=timedelta(hours=1))
    with writing() as store:
        guest, token = me().person, signin.sign_in(store, secret, request.user_agent.string, now(), browser=browser)
        found = signin.who(store, token, now())
        if guest and found:
            door.hand_over(store, guest, found.person, now())
    return signed_in_as(token, _local(request.args.get("next", "")) or url_for("auth.front"))


def signed_in_as(token: str, to: str) -> Response:
    """Answer with a new session; whatever the browser held before is dropped, but its language, name and where it is."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    response = redirect(to)
    secure = context.config().https
    response.set_cookie(
        context.cookie("session"), token, max_age=LONGEST_AGE, secure=secure, httponly=True, samesite="Lax", path="/"
    )
    return response


@blueprint.route("/me/mail/<secret>", methods=["GET", "POST"])
@signed_in
def open_mail(secret: str) -> ResponseReturnValue:
    """Where the link to a new address lands. Opening it proves the address; pressing the button makes it count."""
    email = address.proved(secret, person())
    if request.method == "GET":
        return render_template("auth/mail.html", email=email)
    with writing() as store:
        changed = people.prove_mail(store, person(), email, now())
        address.tell_old(store, person())
    session.pop("mail", None)
    flash(_("You sign in with %(email)s from now on.", email=changed.email))
    return redirect(url_for("people.profile") + "#about", 303)


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    current = me().session
    with writing() as store:
        if current:
            signin.end_session(store, person(), current.id, now())
    session.clear()
    response = redirect(url_for("auth.login"))
    response.delete_cookie(context.cookie("session"), path="/", secure=context.config().https, httponly=True, samesite="Lax")
    return response


@blueprint.route("/setup/<secret>", methods=["GET", "POST"])
@anyone
def first_setup(secret: str) -> ResponseReturnValue:
    """Name the place and oneself, once. The link is printed at the first start and closes for good."""
    zones = sorted(z for z in available_timezones() if "/" in z and not z.startswith("Etc/"))
    with reading() as store:
        signin.check_link(store, secret, "setup", now())
    if request.method == "GET":
        return render_template("auth/setup.html", timezones=zones, values={})
    try:
        with writing() as store:
            signin.use_link(store, secret, "setup", now())
            host = setup.found(store, **_setup_form(), now=now())
            token = _first_session(store, host)
    except (Invalid, Conflict) as error:
        errors = said(error, "network")
        return render_template("auth/setup.html", timezones=zones, values=request.form, errors=errors), status_of(error)
    return signed_in_as(token, url_for("auth.front"))


def _setup_form() -> dict[str, str]:
    form = request.form
    return {field: form.get(field, "") for field in ("network", "venue", "timezone", "name", "email")} | {
        "language": context.language()
    }


def _first_session(store: Store, host: Person) -> str:
    store.people.mark_signed_in(host, now())
    return signin.start_session(store, host, request.user_agent.string, now())


def _local(target: str) -> str:
    """A path on this server, or nothing: never an address elsewhere."""
    parts = urlsplit(target.replace("\\", "/"))
    return target if target.startswith("/") and not target.startswith("//") and not parts.scheme and not parts.netloc else ""
