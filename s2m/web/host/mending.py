"""Put right what is wrong in the ledger: each act is asked first on a page of its own, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import mending, people
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.web.context import hosted_venue, isolated, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host

if TYPE_CHECKING:
    from s2m.store import Store


@dataclass(frozen=True)
class Question:
    """here: the item of the menu. amount: in whole units, 0 where it is about none.

    back: the address where it began; done: what is said there afterwards.
    """

    here: str
    title: str
    lead: str
    amount: int
    text: str
    button: str
    back: str
    done: str


def ask(question: Question, act: Callable[[Store, str | None], object]) -> ResponseReturnValue:
    """Ask for the reason; with it, act and go back to where it began."""
    if request.method == "GET":
        return render_template("host/mend.html", question=question, errors={}, values={})
    limit("mend", person().id, most=60, per=timedelta(hours=1))
    try:
        with writing() as store:
            act(store, request.form.get("reason"))
    except (Invalid, Conflict, Refused) as error:
        page = render_template("host/mend.html", question=question, errors=said(error, "reason"), values=request.form)
        return page, status_of(error)
    flash(question.done)
    return redirect(question.back, 303)


@blueprint.route("/<slug>/people/<person_id>/lines/<transfer_id>/reverse", methods=["GET", "POST"])
@host
def reverse_line(slug: str, person_id: str, transfer_id: str) -> ResponseReturnValue:
    """Asked first: a line of somebody's statement is mirrored."""
    venue = hosted_venue(slug)
    with reading() as store:
        someone = people.in_network(store, venue.network_id, person_id)
        mending.check_put_right(store, venue, someone, person().id, now())
        row = mending.the_line(store, someone, transfer_id)
    question = Question(
        "people", _("Reverse a line"), _("A line of %(name)s", name=isolated(someone.first_name)), row.amount,
        _("A line beside the first one gives back what moved. Both stay, with your reason. This can be done once."),
        _("Reverse"), url_for("host.show_person", slug=slug, person_id=person_id), _("Reversed. Both lines stay."),
    )  # fmt: skip
    return ask(question, lambda store, why: mending.reverse_line(store, venue, someone, row.id, why, person().id, now()))


@blueprint.route("/<slug>/people/<person_id>/freeze", methods=["GET", "POST"])
@host
def freeze(slug: str, person_id: str) -> ResponseReturnValue:
    """Asked first: an account shall stand still for a while."""
    venue = hosted_venue(slug)
    with reading() as store:
        someone = people.in_network(store, venue.network_id, person_id)
    question = Question(
        "people", _("Let the account stand still"), _("The account of %(name)s", name=isolated(someone.first_name)), 0,
        _("They still receive, and what they promised stays. They hold no new seat and give no gifts. They read your reason."),
        _("Let it stand still"), url_for("host.show_person", slug=slug, person_id=person_id), _("The account stands still."),
    )  # fmt: skip
    return ask(question, lambda store, why: mending.freeze(store, venue, someone, why, person().id, now()))


@blueprint.route("/<slug>/people/<person_id>/release", methods=["GET", "POST"])
@host
def release(slug: str, person_id: str) -> ResponseReturnValue:
    """Asked first: an account shall move again."""
    venue = hosted_venue(slug)
    with reading() as store:
        someone = people.in_network(store, venue.network_id, person_id)
    question = Question(
        "people", _("Let the account move again"), _("The account of %(name)s", name=isolated(someone.first_name)), 0,
        _("They can take a seat and give gifts again."), _("Let it move"),
        url_for("host.show_person", slug=slug, person_id=person_id), _("The account moves again."),
    )  # fmt: skip
    return ask(question, lambda store, why: mending.release(store, venue, someone, why, person().id, now()))
