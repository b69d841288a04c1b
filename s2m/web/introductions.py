"""Introductions and reunions as a member sees them: ask, answer, say whether it helped; hear when somebody is here, too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import introductions, reunions
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.introductions import Introduction
from s2m.domain.people import Person
from s2m.web.context import isolated, limit, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.policy import signed_in

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("introductions", __name__)
# How long the day's page asks whether it helped
ASKED = timedelta(days=30)


def cards(store: Store) -> dict[str, object]:
    """What the day's page shows: who waits for my word, who agreed, and who is here whom I want to hear of."""
    shown = introductions.for_person(store, person(), now())
    return {
        "introduced": [each for each in shown if _asks(each)],
        "reunion_asked": reunions.asked_of(store, person(), now()),
        "reunions": reunions.here(store, person(), now()),
        "pause": store.pauses.standing(person().id, now()),
    }


def _asks(each: introductions.Shown) -> bool:
    agreed_at = each.introduction.agreed_at
    if agreed_at is None:
        return not each.answered
    return each.helped is None and now() - agreed_at < ASKED


@blueprint.get("/me/introductions")
@signed_in
def mine() -> ResponseReturnValue:
    with reading() as store:
        return _page(store)


def _page(store: Store, error: S2MError | None = None, about: str = "") -> ResponseReturnValue:
    """about: the introduction whose form was refused."""
    made = store.introductions.by_third(person().id)
    page = render_template(
        "introductions/index.html",
        introduced=introductions.for_person(store, person(), now()),
        made=made,
        names=store.people.first_names({who for each in made for who in (each.one_id, each.other_id)}),
        wished=reunions.wished(store, person(), now()),
        about=about,
        contact=request.form.get("contact", ""),
        error=sentence(error.code, error.data) if error else "",
    )
    return page, status_of(error) if error else 200


@blueprint.route("/me/introductions/with/<person_id>", methods=["GET", "POST"])
@signed_in
def introduce(person_id: str) -> ResponseReturnValue:
    """Introduce somebody to me, or to another one I know."""
    if request.method == "GET":
        with reading() as store:
            return _form(store, person_id)
    limit("introduce", person().id, most=20, per=timedelta(hours=1))
    form = request.form
    try:
        with writing() as store:
            found = introductions.introduce(
                store, person(), person_id, form.get("to", ""), form.get("reason"), now(), contact=form.get("contact")
            )
    except (Invalid, Refused) as error:
        with reading() as store:
            return _form(store, person_id, error)
    flash(_said(found))
    return redirect(url_for("introductions.mine"), 303)


def _said(found: Introduction) -> str:
    if found.by_id != person().id and person().id not in (found.one_id, found.other_id):
        return _("These two are being introduced already.")
    if found.agreed_at:
        return _("You both agreed. Here stands who it is.")
    if found.way == "third" and found.by_id == person().id:
        return _("Both are asked. They see each other’s full name once both agree.")
    return _("You agreed. You see each other’s full name once both agree.")


def _form(store: Store, person_id: str, error: S2MError | None = None) -> ResponseReturnValue:
    """Raises NotFound for who is out of reach."""
    known = introductions.within_reach(store, person(), now())
    whom = known.get(person_id)
    if whom is None:
        raise NotFound()
    page = render_template(
        "introductions/new.html",
        whom=whom,
        me_id=person().id,
        others=[other for other in known.values() if other.id != whom.id],
        form=request.form,
        errors=said(error, "all"),
    )
    return page, status_of(error) if error else 200


@blueprint.post("/me/introductions/<introduction_id>/agree")
@signed_in
def agree(introduction_id: str) -> ResponseReturnValue:
    try:
        with writing() as store:
            found = introductions.agree(store, person(), introduction_id, request.form.get("contact"), now())
    except (Invalid, Conflict) as error:
        with reading() as store:
            return _page(store, error, introduction_id)
    flash(_said(found))
    return redirect(url_for("introductions.mine"), 303)


@blueprint.post("/me/introductions/<introduction_id>/decline")
@signed_in
def decline(introduction_id: str) -> ResponseReturnValue:
    with writing() as store:
        introductions.decline(store, person(), introduction_id, now())
    flash(_("Declined. The other is not told."))
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/introductions/<introduction_id>/withdraw")
@signed_in
def withdraw(introduction_id: str) -> ResponseReturnValue:
    with writing() as store:
        introductions.withdraw(store, person(), introduction_id, now())
    flash(_("Withdrawn."))
    return redirect(url_for("introductions.mine"), 303)


@blueprint.post("/me/introductions/<introduction_id>/helped")
@signed_in
def confirm(introduction_id: str) -> ResponseReturnValue:
    helped = request.form.get("helped")
    if helped not in ("0", "1"):
        raise Invalid("helped", "choice")
    with writing() as store:
        introductions.confirm(store, person(), introduction_id, helped == "1", now())
    flash(_("Noted. Thank you."))
    return redirect(url_for("home.today"), 303)


# Tell me when we are both here -------------------------------------------------------------------------------------------


@blueprint.post("/me/together/<person_id>")
@signed_in
def tell_me(person_id: str) -> ResponseReturnValue:
    limit("together", person().id, most=30, per=timedelta(hours=1))
    with writing() as store:
        other = reunions.wish(store, person(), person_id, now())
    flash(_together(other))
    return redirect(url_for("home.today"), 303)


def _together(other: Person) -> str:
    name = isolated(other.first_name)
    return _("If %(name)s wants it, too, you both see it here when you are here together.", name=name)


@blueprint.post("/me/together/<person_id>/drop")
@signed_in
def tell_me_not(person_id: str) -> ResponseReturnValue:
    with writing() as store:
        reunions.take_back(store, person(), person_id, now())
    flash(_("You are not told of each other. The other does not hear of it."))
    return redirect(url_for("introductions.mine"), 303)
