"""Did you meet? What a member says of whom they were shown, what came of it, and a story for the wall."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import meetings
from s2m.domain.errors import Invalid
from s2m.web.context import now, person, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.home import ticked
from s2m.web.policy import signed_in

blueprint = Blueprint("meetings", __name__)


def _pair() -> tuple[str, str]:
    """The two visits that a form is about: mine and that of whom I was shown."""
    return request.form.get("visit", ""), request.form.get("shown", "")


@blueprint.post("/me/met")
@signed_in
def say() -> ResponseReturnValue:
    with writing() as store:
        meetings.say(store, person(), *_pair(), request.form.get("said"), now())
    return redirect(url_for("home.today") + "#met", 303)


@blueprint.post("/me/met/later")
@signed_in
def put_away() -> ResponseReturnValue:
    with writing() as store:
        meetings.put_away(store, person(), request.form.get("visit", ""), now())
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/met/outcome")
@signed_in
def outcome() -> ResponseReturnValue:
    """What came of a meeting. Where something did, its story may be told next."""
    came = request.form.get("outcome")
    with writing() as store:
        meetings.come_of(store, person(), *_pair(), came, now())
    if came in ("nothing", "skipped"):
        return redirect(url_for("home.today"), 303)
    visit_id, shown_id = _pair()
    return redirect(url_for("meetings.story", visit_id=visit_id, shown_id=shown_id), 303)


@blueprint.route("/me/story/<visit_id>/<shown_id>", methods=["GET", "POST"])
@signed_in
def story(visit_id: str, shown_id: str) -> ResponseReturnValue:
    """A sentence for the wall, by who wants to. Without the tick nothing is kept."""
    if request.method == "GET":
        with reading() as store:
            meetings.check_met(store, person(), visit_id, shown_id)
        return _story_form()
    try:
        with writing() as store:
            text, agreed = request.form.get("text", ""), ticked("agreed")
            told = meetings.tell(store, person(), visit_id, shown_id, text, now(), agreed=agreed)
    except Invalid as error:
        return _story_form({"text": sentence(error.code, error.data)}), status_of(error)
    flash(_("Thank you. It hangs on the wall, without a name.") if told else _("Nothing was kept."))
    return redirect(url_for("home.today"), 303)


def _story_form(errors: dict[str, str] | None = None) -> str:
    text, agreed = request.form.get("text", ""), ticked("agreed")
    return render_template("meetings/story.html", text=text, agreed=agreed, most=meetings.STORY_MAX, errors=errors or {})


@blueprint.post("/me/stories/<story_id>/withdraw")
@signed_in
def withdraw(story_id: str) -> ResponseReturnValue:
    with writing() as store:
        meetings.withdraw(store, person(), story_id, now())
    flash(_("Your story is off the wall."))
    return redirect(url_for("people.profile"), 303)
