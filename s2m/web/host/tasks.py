"""Collective tasks: the host posts one, and afterwards says who took part and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from s2m.domain import tasks as domain
from s2m.domain.errors import Conflict, Invalid, Refused, S2MError
from s2m.domain.tasks import Task
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host
from s2m.web.talks import first_values


@blueprint.route("/<slug>/tasks/new", methods=["GET", "POST"])
@host
def post_task(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        return render_template("host/task_new.html", errors={}, values=first_values(venue) | {"amount": 12, "places": 3})
    limit("post-task", person().id, most=30, per=timedelta(hours=1))
    try:
        with writing() as store:
            task, moment = domain.post(store, venue, request.form, person().id, now())
    except Invalid as error:
        return render_template("host/task_new.html", errors=said(error), values=request.form), status_of(error)
    flash(_("The task is posted."))
    if moment.twice:
        flash(_("That night the clock shows this time twice: the first time is meant."))
    return redirect(url_for("host.task", slug=slug, task_id=task.id), 303)


def _task(venue: Venue, task_id: str) -> Task:
    with reading() as store:
        return domain.the_task(store, venue.network_id, task_id, venue=venue)


@blueprint.route("/<slug>/tasks/<task_id>", methods=["GET", "POST"])
@host
def task(slug: str, task_id: str) -> ResponseReturnValue:
    """Who has a place; once it began, who took part."""
    venue = hosted_venue(slug)
    found = _task(venue, task_id)
    if request.method == "GET":
        return _page(found)
    try:
        with writing() as store:
            paid, _confirmed = domain.confirm(store, found, venue, _took_part(), person().id, now())
    except (Invalid, Refused, Conflict) as error:
        return _page(found, error)
    flash(ngettext("Confirmed, and split among %(num)d person.", "Confirmed, and split among %(num)d people.", len(paid)))
    return redirect(url_for("host.task", slug=slug, task_id=task_id), 303)


def _took_part() -> dict[str, int]:
    """Half hours by the id of who is ticked. Raises Invalid, the field named after the person."""
    form = request.form
    return {who: domain.halves(form.get(f"hours-{who}", ""), f"hours-{who}") for who in form.getlist("who")}


def _page(found: Task, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        current = store.tasks.get(found.id) or found
        places = store.tasks.taken(found.id)
        names = store.people.first_names({place.person_id for place in places})
    values: Any = request.form
    body = render_template(
        "host/task.html", task=current, values=values,
        places=[(place, names[place.person_id]) for place in places if names.get(place.person_id)],
        chosen=values.getlist("who"), errors=said(error) if error else {},
    )  # fmt: skip
    return body, status_of(error) if error else 200


@blueprint.post("/<slug>/tasks/<task_id>/cancel")
@host
def cancel_task(slug: str, task_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    found = _task(venue, task_id)
    try:
        with writing() as store:
            domain.cancel(store, found, person().id, now())
    except Conflict as error:
        return _page(found, error)
    flash(_("The task is cancelled. Nobody earns anything."))
    return redirect(url_for("host.talks", slug=slug), 303)
