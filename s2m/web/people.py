"""Me: what I know, who sees me, my name and badge, and where I am signed in."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import segno
from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import codes, fields, people, presence, signin
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.people import Badge
from s2m.web import address
from s2m.web.context import keys, limit, me, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.home import limit_changes, ticked
from s2m.web.policy import signed_in

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("people", __name__)
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux"}
BROWSERS = {
    "Edg": "Edge", "Firefox": "Firefox", "FxiOS": "Firefox", "Chrom": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip


@blueprint.get("/me/profile")
@signed_in
def profile() -> ResponseReturnValue:
    with reading() as store:
        return _profile(store)


def _profile(store: Store, error: S2MError | None = None, form: str = "") -> ResponseReturnValue:
    """form: which of the page's forms the error belongs to."""
    badge = store.people.valid_badge(person().id)
    page = render_template(
        "people/profile.html",
        topics=store.people.topics(person().id),
        consents=store.people.consents(person().id),
        values=request.form if form == "about" else vars(person()),
        topic=request.form.get("topic", "") if form == "topic" else "",
        badge=badge,
        stories=store.meetings.stories_of(person().id),
        code=_spaced(badge),
        qr=_qr(badge).svg_inline(border=4, omitsize=True, dark="#14211b", svgclass=None, lineclass=None) if badge else "",
        sessions=[(s, label_of(s.label)) for s in store.signin.sessions(person().id, now())],
        can_mail=address.can_mail(),
        errors=said(error, "email"),
    )
    return page, status_of(error) if error else 200


def _qr(badge: Badge) -> segno.QRCode:
    return segno.make(codes.badge_text(keys().badge, badge.id), error="m", micro=False)


def _spaced(badge: Badge | None) -> str:
    return f"{badge.short_code[:4]} {badge.short_code[4:]}" if badge else ""


def label_of(agent: str) -> str:
    """What people call a browser and its machine: 'Firefox, Android'."""
    found = [next((called for part, called in names.items() if part in agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(part for part in found if part)


@blueprint.post("/me/topics")
@signed_in
def add_topic() -> ResponseReturnValue:
    limit_changes("topics")
    with writing() as store:
        try:
            people.add_topic(store, person(), request.form.get("topic", ""), now())
        except Invalid as error:
            return _profile(store, error, "topic")
    return redirect(url_for("people.profile") + "#know", 303)


@blueprint.post("/me/topics/<topic_id>/drop")
@signed_in
def drop_topic(topic_id: str) -> ResponseReturnValue:
    with writing() as store:
        people.drop_topic(store, person(), topic_id)
    return redirect(url_for("people.profile") + "#know", 303)


@blueprint.post("/me/consents")
@signed_in
def consents() -> ResponseReturnValue:
    """What stands from visit to visit. Taking it back counts at once."""
    with writing() as store:
        presence.consent(store, person(), matching=ticked("matching"), wall=ticked("wall"), now=now())
    flash(_("Saved. It holds from now on."))
    return redirect(url_for("people.profile"), 303)


@blueprint.post("/me/profile")
@signed_in
def about() -> ResponseReturnValue:
    """Name and language count at once, a new mail address once it is proved."""
    limit("rename", person().id, most=20, per=timedelta(hours=1))
    form = request.form
    try:
        email = _new_mail(fields.optional_email(form.get("email", person().email)))
        with writing() as store:
            changed = people.rename(store, person(), form.get("name"), person().email, form.get("language", ""))
            if email:
                session["mail"] = address.ask_proof(store, changed, email)
            elif email is not None and person().email:
                people.drop_mail(store, changed, now())
                address.tell_old(store, person())
    except (Invalid, Conflict, Refused) as error:
        with reading() as store:
            return _profile(store, error, "about")
    session["lang"] = changed.language
    flash(mailed(email) if email else _("Saved."))
    return redirect(url_for("people.profile"), 303)


def mailed(email: str) -> str:
    return _("We mailed a link to %(email)s. Open it in this browser: from then on the address counts.", email=email)


def _new_mail(wanted: str | None) -> str | None:
    """The address to prove, '' where there shall be none, None where nothing changes. Raises Refused `no_mail`."""
    if wanted == person().email:
        return None
    if wanted and not address.can_mail():
        raise Refused("no_mail", field="email")
    if wanted:
        address.limit_mail(wanted)
    return wanted or ""


# The badge -------------------------------------------------------------------------------------------------------


def _my_badge() -> Badge:
    """Raises NotFound."""
    with reading() as store:
        badge = store.people.valid_badge(person().id)
    if badge is None:
        raise NotFound()
    return badge


@blueprint.get("/me/badge.svg")
@signed_in
def badge_picture() -> Response:
    """The QR code alone, to show or to keep."""
    out = io.BytesIO()
    _qr(_my_badge()).save(out, kind="svg", border=4, scale=8, dark="#000", light="#fff", svgclass=None, lineclass=None)
    response = make_response(out.getvalue())
    response.headers["Content-Type"] = "image/svg+xml"
    return response


@blueprint.get("/me/badge")
@signed_in
def badge_sticker() -> ResponseReturnValue:
    """To print: the code, a first name and the venue; no surname, no number."""
    svg = _qr(_my_badge()).svg_inline(border=4, omitsize=True, dark="#000", svgclass=None, lineclass=None)
    return render_template("people/badge.html", qr=svg)


@blueprint.route("/me/badge/replace", methods=["GET", "POST"])
@signed_in
def replace_badge() -> ResponseReturnValue:
    """The old one stops working for good, so it is asked once more."""
    if request.method == "GET":
        return render_template("people/replace.html")
    limit("badge", person().id, most=10, per=timedelta(hours=1))
    with writing() as store:
        people.issue_badge(store, person(), now())
    flash(_("This is your new badge. The old one no longer works."))
    return redirect(url_for("people.profile") + "#badge", 303)


# Where I am signed in ----------------------------------------------------------------------------------------------


@blueprint.post("/me/sessions/<session_id>/end")
@signed_in
def end_session(session_id: str) -> ResponseReturnValue:
    with writing() as store:
        signin.end_session(store, person(), session_id, now())
    flash(_("Signed out there."))
    return redirect(url_for("people.profile") + "#sessions", 303)


@blueprint.post("/me/sessions/end-others")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    current = me().session
    with writing() as store:
        if current:
            signin.end_other_sessions(store, person(), current.id, now())
    flash(_("Signed out everywhere but here."))
    return redirect(url_for("people.profile") + "#sessions", 303)
