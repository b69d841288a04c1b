"""Help somebody in or out, take a check-in back, fill a seat with something else than capital."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import hosting, people
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.presence import CheckIn
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, limit, now, person, policy_of, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.host import blueprint, limits, today
from s2m.web.policy import host

SUGGESTED = 8


@blueprint.get("/<slug>/help-in")
@host
def help_in(slug: str) -> ResponseReturnValue:
    """Find somebody, or let in somebody new."""
    hosted_venue(slug)
    return render_template("host/help_in.html", errors={}, values={})


@blueprint.post("/<slug>/help-in")
@host
def walk_in(slug: str) -> ResponseReturnValue:
    """Somebody new: a name, perhaps a mail address, and they are in."""
    venue = hosted_venue(slug)
    form, pays = request.form, _paid_by()
    try:
        with writing() as store:
            name, email, policy = form.get("name"), form.get("email"), policy_of(store, venue)
            someone, done = hosting.walk_in(store, venue, policy, name, email, person().id, now(), paid_by=pays)
    except (Invalid, Conflict, Refused) as error:
        known, floor = error.code == "email_known", error.code == "floor"
        errors = said(error, "email" if known else "form")
        shown = {"values": form, "floor": floor, "known": known, "day_pass": _day_pass(venue)}
        return render_template("host/help_in.html", errors=errors, **shown), status_of(error)
    return _came_in(slug, someone.first_name, done)


@blueprint.post("/<slug>/people/<person_id>/check-in")
@host
def check_in(slug: str, person_id: str) -> ResponseReturnValue:
    """Help somebody in whom the host found. Where their balance cannot carry the seat, the commons may."""
    venue = hosted_venue(slug)
    with reading() as store:
        someone = people.in_network(store, venue.network_id, person_id)
    pays, move = _paid_by(), bool(request.form.get("move"))
    try:
        with writing() as store:
            policy = policy_of(store, venue)
            done = hosting.help_in(store, someone, venue, policy, person().id, now(), paid_by=pays, move=move)
    except Refused as error:
        problem = sentence(error.code, error.data)
        if error.code != "elsewhere":
            return limits.page(venue, someone, problem, move=move), status_of(error)
        return render_template("host/elsewhere.html", someone=someone, problem=problem, pays=pays), status_of(error)
    return _came_in(slug, someone.first_name, done)


def _paid_by() -> str:
    """Who pays for the seat, as the host's form says: the visitor, unless the commons or a day pass was chosen."""
    pays = request.form.get("pays", "")
    return pays if pays in ("commons", "day_pass") else "person"


def _day_pass(venue: Venue) -> int:
    """What a day pass costs here now, in euro; 0: none is sold."""
    with reading() as store:
        return policy_of(store, venue).day_pass_euro


def _came_in(slug: str, name: str, done: CheckIn) -> ResponseReturnValue:
    who = isolated(name)
    flash(_("%(name)s is checked in.", name=who) if done.fresh else _("%(name)s was here already.", name=who))
    if not done.fresh:
        return redirect(url_for("host.today", slug=slug), 303)
    return redirect(url_for("host.answer", slug=slug, visit_id=done.visit.id), 303)


@blueprint.post("/<slug>/visits/<visit_id>/out")
@host
def check_out(slug: str, visit_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    try:
        with writing() as store:
            hosting.help_out(store, hosting.the_visit(store, venue, visit_id), person().id, now())
    except Refused as error:
        return today.page(venue, sentence(error.code, error.data)), status_of(error)
    flash(_("Checked out. The seat is settled."))
    return redirect(url_for("host.today", slug=slug), 303)


@blueprint.post("/<slug>/visits/<visit_id>/undo")
@host
def undo_check_in(slug: str, visit_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    try:
        with writing() as store:
            undone = hosting.undo(store, hosting.the_visit(store, venue, visit_id), person().id, now())
            moved = hosting.came_from_elsewhere(store, undone)
    except Refused as error:
        return today.page(venue, sentence(error.code, error.data)), status_of(error)
    if moved:
        flash(_("The check-in was taken back. Their visit elsewhere stays ended: its seat is settled."))
    else:
        flash(_("The check-in was taken back. No seat is held."))
    return redirect(url_for("host.today", slug=slug), 303)


@blueprint.route("/<slug>/visits/<visit_id>/settle", methods=["GET", "POST"])
@host
def settle(slug: str, visit_id: str) -> ResponseReturnValue:
    """Something else than their capital fills this seat: asked first, then done for good."""
    venue = hosted_venue(slug)
    with reading() as store:
        visit = hosting.the_visit(store, venue, visit_id)
        someone = people.in_network(store, venue.network_id, visit.person_id or "")
        held = store.ledger.transfer(visit.hold_id) if visit.hold_id else None
        state = store.ledger.seats(venue.network_id, [visit])[visit.id]
    back = _began(slug, someone.id)
    shown = {"visit": visit, "someone": someone, "amount": held.amount if held else 0, "state": state, "back": back}
    shown |= {"day_pass": _day_pass(venue), "values": request.form or request.args}
    if request.method == "GET":
        return render_template("host/settle.html", errors={}, **shown)
    try:
        limit("settle", person().id, most=60, per=timedelta(hours=1))
        with writing() as store:
            again, policy, form = hosting.the_visit(store, venue, visit_id), policy_of(store, venue), request.form
            hosting.settle_seat(store, again, venue, policy, form.get("how"), form.get("reason"), person().id, now())
    except (Invalid, Conflict, Refused) as error:
        return render_template("host/settle.html", errors=said(error, "reason"), **shown), status_of(error)
    flash(_("The seat of %(name)s is filled.", name=isolated(someone.first_name)))
    return redirect(back, 303)


def _began(slug: str, person_id: str) -> str:
    """The page where the host chose to settle the seat otherwise."""
    if request.args.get("from") == "person":
        return url_for("host.show_person", slug=slug, person_id=person_id)
    if request.args.get("from") == "limit":
        return url_for("host.limit", slug=slug, person=person_id)
    return url_for("host.present" if request.args.get("from") == "present" else "host.today", slug=slug)
