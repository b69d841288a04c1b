"""Whom I do not want to be brought together with, and being left alone for a while. The others are told nothing of either."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from s2m.domain import blocks, pauses, people
from s2m.domain.errors import NotFound
from s2m.domain.people import Person
from s2m.web import context
from s2m.web.context import isolated, limit, now, person, reading, writing
from s2m.web.policy import signed_in

blueprint = Blueprint("blocks", __name__)


@blueprint.get("/me/apart")
@signed_in
def mine() -> ResponseReturnValue:
    with reading() as store:
        found = store.blocks.of(person().id, now())
        names = store.people.first_names({block.other_id for block in found})
        pause = store.pauses.standing(person().id, now())
    return render_template("blocks/index.html", blocks=found, names=names, pause=pause)


def _other(person_id: str) -> Person:
    """Raises NotFound for oneself as for somebody unknown."""
    with reading() as store:
        other = people.in_network(store, person().network_id, person_id)
    if other.id == person().id:
        raise NotFound()
    return other


def _keep_apart(other: Person, kind: str) -> None:
    limit("apart", person().id, most=60, per=timedelta(hours=1))
    with writing() as store:
        blocks.keep_apart(store, person(), other.id, kind, now())


@blueprint.post("/me/apart/<person_id>/snooze")
@signed_in
def snooze(person_id: str) -> ResponseReturnValue:
    other = _other(person_id)
    _keep_apart(other, "snooze")
    said = escape(_("For 30 days you do not see %(name)s. They are not told.", name=isolated(other.first_name)))
    flash(said + Markup(' <a href="{}">{}</a>').format(url_for("blocks.mine"), _("Undo")))
    return redirect(url_for("home.today"), 303)


@blueprint.route("/me/apart/<person_id>/block", methods=["GET", "POST"])
@signed_in
def block(person_id: str) -> ResponseReturnValue:
    """Asked once more, with what happens."""
    other = _other(person_id)
    if request.method == "GET":
        return render_template("blocks/block.html", other=other)
    _keep_apart(other, "block")
    flash(_("You and %(name)s are not shown to each other any more. They are not told.", name=isolated(other.first_name)))
    return redirect(url_for("blocks.mine"), 303)


@blueprint.post("/me/apart/<block_id>/back")
@signed_in
def bring_back(block_id: str) -> ResponseReturnValue:
    with writing() as store:
        blocks.bring_back(store, person(), block_id, now())
    flash(_("Taken back. From now on it is as before."))
    return redirect(url_for("blocks.mine"), 303)


@blueprint.post("/me/pause")
@signed_in
def pause() -> ResponseReturnValue:
    venue = context.shown_venue()
    if venue is None:
        raise NotFound()
    with writing() as store:
        pauses.pause(store, person(), venue, request.form.get("length", ""), now())
    flash(_("Nobody sees you and nobody asks you anything now."))
    return redirect(url_for("blocks.mine"), 303)


@blueprint.post("/me/pause/end")
@signed_in
def resume() -> ResponseReturnValue:
    with writing() as store:
        pauses.resume(store, person(), now())
    flash(_("Your pause is over."))
    return redirect(url_for("home.today" if request.form.get("next") == "today" else "blocks.mine"), 303)
