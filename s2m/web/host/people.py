"""People as a host sees them: found by name or mail, helped with topics, badge and record; never impersonated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import codes, contributions, hosting, mending
from s2m.domain import people as domain
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.ledger.statement import lines
from s2m.domain.people import Person
from s2m.domain.venues import Venue
from s2m.web import qr
from s2m.web.context import hosted_venue, isolated, keys, limit, me, now, person, policy_of, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host

MOST = 50
LINES = 6


@blueprint.get("/<slug>/people")
@host
def people(slug: str) -> ResponseReturnValue:
    """Look for somebody. Each look is in the audit trail and counts against a limit."""
    venue = hosted_venue(slug)
    typed = request.args.get("q", "")
    limit("people-search", person().id, most=60, per=timedelta(minutes=1))
    try:
        with writing() as store:
            found = hosting.search(store, venue, typed, person().id, now(), most=MOST)
            here = {h.person.id for h in store.presence.here(venue.id)}
    except Invalid as error:
        return render_template("host/people.html", found=[], here_ids=(), q=typed[:80], errors=said(error)), status_of(error)
    return render_template("host/people.html", found=found, here_ids=here, q=typed, most=MOST, errors={})


@blueprint.route("/<slug>/people/new", methods=["GET", "POST"])
@host
def add_person(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        return render_template("host/person_new.html", errors={}, values={})
    try:
        with writing() as store:
            form = request.form
            someone = hosting.add_person(
                store, venue, policy_of(store, venue), form.get("name"), form.get("email"), person().id, now()
            )
    except (Invalid, Conflict) as error:
        return render_template("host/person_new.html", errors=said(error, "email"), values=request.form), status_of(error)
    flash(_("%(name)s is known now.", name=isolated(someone.first_name)))
    return redirect(url_for("host.show_person", slug=slug, person_id=someone.id), 303)


@blueprint.get("/<slug>/people/<person_id>")
@host
def show_person(slug: str, person_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue, _someone(venue, person_id))


def _someone(venue: Venue, person_id: str) -> Person:
    with reading() as store:
        return domain.in_network(store, venue.network_id, person_id)


def _page(venue: Venue, someone: Person, errors: dict[str, str] | None = None, values: Any = None) -> str:
    with reading() as store:
        visits = store.presence.of_person(someone.id, most=8, venue_id=venue.id)
        account = store.ledger.person_account(someone.id)
        shown = hosting.may_see_balance(store, venue, someone, now(), is_admin=me().is_admin)
        current = store.presence.open_visit(someone)
        known: dict[str, Any] = {
            "topics": store.people.topics(someone.id),
            "roles": store.people.roles(someone.id),
            "account": account if shown else None,
            "at_limit": shown and not policy_of(store, venue).carries(account.available),
            "lines": lines(account, store.ledger.statement(account, most=LINES * 4))[:LINES] if shown else (),
            "visits": visits,
            "seats_of": store.ledger.seats(venue.network_id, visits),
            "open_visit": current if current and current.venue_id == venue.id else None,
            "may_mend": hosting.may_mend(store, venue, someone, person().id, now()),
            "may_put_right": mending.may_put_right(store, venue, someone, person().id, now()),
            "may_freeze": mending.may_freeze(store, venue, someone, person().id, now()),
            "freeze": store.mending.standing_freeze(someone.id),
            "may_record": contributions.may_record(store, venue, someone, person().id, now()),
            "mail_is_open": hosting.may_set_mail(store, someone),
        }
    return render_template("host/person.html", someone=someone, errors=errors or {}, values=values or vars(someone), **known)


@blueprint.post("/<slug>/people/<person_id>")
@host
def change_person(slug: str, person_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    someone = _someone(venue, person_id)
    form = request.form
    try:
        with writing() as store:
            hosting.change_person(store, venue, someone, form.get("name"), form.get("email", someone.email), person().id, now())
    except (Invalid, Conflict, Refused) as error:
        return _page(venue, someone, said(error, "email"), form), status_of(error)
    flash(_("Saved."))
    return redirect(url_for("host.show_person", slug=slug, person_id=person_id), 303)


@blueprint.post("/<slug>/people/<person_id>/topics")
@host
def add_topic(slug: str, person_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    someone = _someone(venue, person_id)
    try:
        with writing() as store:
            hosting.add_topic(store, venue, someone, request.form.get("topic"), person().id, now())
    except Invalid as error:
        return _page(venue, someone, said(error)), status_of(error)
    return redirect(url_for("host.show_person", slug=slug, person_id=person_id), 303)


@blueprint.post("/<slug>/people/<person_id>/topics/<topic_id>/drop")
@host
def drop_topic(slug: str, person_id: str, topic_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    someone = _someone(venue, person_id)
    with writing() as store:
        hosting.drop_topic(store, venue, someone, topic_id, person().id, now())
    return redirect(url_for("host.show_person", slug=slug, person_id=person_id), 303)


@blueprint.get("/<slug>/people/<person_id>/badge")
@host
def badge(slug: str, person_id: str) -> ResponseReturnValue:
    """The badge to show or to print on a sticker."""
    venue = hosted_venue(slug)
    someone = _someone(venue, person_id)
    with reading() as store:
        valid = hosting.shown_badge(store, venue, someone, person().id, now())
    svg = qr.svg(codes.badge_text(keys().badge, valid.id)) if valid else None
    return render_template("host/badge.html", someone=someone, badge=valid, svg=svg)


@blueprint.route("/<slug>/people/<person_id>/badge/replace", methods=["GET", "POST"])
@host
def replace_badge(slug: str, person_id: str) -> ResponseReturnValue:
    """Asked first: the badge before no longer opens anything."""
    venue = hosted_venue(slug)
    someone = _someone(venue, person_id)
    if request.method == "GET":
        with reading() as store:
            hosting.shown_badge(store, venue, someone, person().id, now())
        return render_template("host/badge_replace.html", someone=someone)
    limit("replace-badge", person().id, most=60, per=timedelta(hours=1))
    with writing() as store:
        hosting.replace_badge(store, venue, someone, person().id, now())
    flash(_("This is the new badge. The old one is no longer valid."))
    return redirect(url_for("host.badge", slug=slug, person_id=person_id), 303)
