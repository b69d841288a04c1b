"""A place in a collective task: one tap takes it, one gives it back until it begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import tasks
from s2m.domain.errors import Conflict, Refused
from s2m.domain.people import Person
from s2m.domain.tasks import Task
from s2m.web import talks
from s2m.web.context import limit, now, person, writing
from s2m.web.errors import sentence, status_of
from s2m.web.policy import signed_in

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("tasks", __name__)


@blueprint.post("/tasks/<task_id>/take")
@signed_in
def take(task_id: str) -> ResponseReturnValue:
    return _act(tasks.take, task_id, _("You have a place. Give it back if you cannot come."))


@blueprint.post("/tasks/<task_id>/give-back")
@signed_in
def give_back(task_id: str) -> ResponseReturnValue:
    return _act(tasks.give_back, task_id, _("Your place is free for somebody else."))


def _act(act: Callable[[Store, Task, Person, object], None], task_id: str, done: str) -> ResponseReturnValue:
    limit("task-place", person().id, most=60, per=timedelta(hours=1))
    try:
        with writing() as store:
            task = tasks.the_task(store, person().network_id, task_id)
            g.venue = store.venues.get(task.venue_id)
            act(store, task, person(), now())
    except (Refused, Conflict) as error:
        return talks.page(sentence(error.code, error.data)), status_of(error)
    flash(done)
    return redirect(url_for("talks.coming") + "#tasks", 303)
