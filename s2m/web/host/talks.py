"""Talks and tasks of a venue as its host sees them: announced, counted, settled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import hosting, people
from s2m.domain import talks as domain
from s2m.domain.errors import Conflict, Invalid, Refused, S2MError
from s2m.domain.talks import Talk
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, limit, now, person, policy_of, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.home import ticked
from s2m.web.host import blueprint
from s2m.web.policy import host
from s2m.web.talks import first_values, shown, tell_announced


@blueprint.get("/<slug>/talks")
@host
def talks(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with reading() as store:
        found, past = store.talks.coming(venue.id, now()), store.talks.past(venue.id, now())
        tasks = store.tasks.open_ones(venue.id)
        return render_template(
            "host/talks.html", coming=shown(store, found), past=shown(store, past), tasks=tasks,
            taken=store.tasks.counts({task.id for task in tasks}), done=store.tasks.confirmed(venue.id, most=8),
        )  # fmt: skip


@blueprint.route("/<slug>/talks/new", methods=["GET", "POST"])
@host
def announce_talk(slug: str) -> ResponseReturnValue:
    """For the host, or for somebody who is here or whose page the host came from."""
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _form(venue, first_values(venue) | {"speaker": request.args.get("person", "")})
    limit("announce", person().id, most=60, per=timedelta(hours=1))
    try:
        with writing() as store:
            speaker = people.in_network(store, venue.network_id, request.form.get("speaker", ""))
            talk, moment = domain.announce(store, speaker, venue, request.form, person().id, now(), teaches=ticked("teaches"))
    except (Invalid, Refused) as error:
        return _form(venue, request.form, said(error)), status_of(error)
    tell_announced(moment)
    return redirect(url_for("host.talk", slug=slug, talk_id=talk.id), 303)


def _form(venue: Venue, values: Any, errors: dict[str, str] | None = None) -> str:
    with reading() as store:
        rooms, policy = store.venues.rooms(venue.id), policy_of(store, venue)
        here = [here.person for here in store.presence.here(venue.id)]
        chosen = store.people.get(values.get("speaker") or "")
    extra = [chosen] if chosen and chosen.network_id == venue.network_id and not chosen.erased_at else []
    speakers = {one.id: one.first_name for one in [person(), *extra, *here]}
    return render_template(
        "host/talk_new.html", values=values, rooms=rooms, policy=policy, speakers=list(speakers.items()), errors=errors or {}
    )


def _talk(venue: Venue, talk_id: str) -> Talk:
    with reading() as store:
        return domain.the_talk(store, venue.network_id, talk_id, venue=venue)


@blueprint.get("/<slug>/talks/<talk_id>")
@host
def talk(slug: str, talk_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue, talk_id)


def _page(venue: Venue, talk_id: str, error: S2MError | None = None) -> ResponseReturnValue:
    found = _talk(venue, talk_id)
    with reading() as store:
        listeners = store.talks.listeners(found.id)
        counted = {found.speaker_id, person().id, *(listener.id for listener in listeners)}
        body = render_template(
            "host/talk.html", one=shown(store, [found])[0], listeners=listeners, own=found.speaker_id == person().id,
            others=[here for here in store.presence.here(venue.id) if here.person.id not in counted],
            problem=sentence(error.code, error.data) if error else "",
        )  # fmt: skip
    return body, status_of(error) if error else 200


@blueprint.post("/<slug>/talks/<talk_id>/listeners")
@host
def count_listener(slug: str, talk_id: str) -> ResponseReturnValue:
    """Somebody who was there without a phone."""
    venue = hosted_venue(slug)
    found = _talk(venue, talk_id)
    try:
        with writing() as store:
            visit = hosting.the_visit(store, venue, request.form.get("visit", ""))
            domain.add_listener(store, found, visit, person().id, now())
    except (Refused, Conflict) as error:
        return _page(venue, talk_id, error)
    flash(_("Counted."))
    return redirect(url_for("host.talk", slug=slug, talk_id=talk_id), 303)


@blueprint.post("/<slug>/talks/<talk_id>/settle")
@host
def settle_talk(slug: str, talk_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    found = _talk(venue, talk_id)
    try:
        with writing() as store:
            domain.settle(store, found, person().id, now())
    except (Refused, Conflict) as error:
        return _page(venue, talk_id, error)
    flash(_("The talk is settled."))
    return redirect(url_for("host.talk", slug=slug, talk_id=talk_id), 303)


@blueprint.post("/<slug>/talks/<talk_id>/cancel")
@host
def cancel_talk(slug: str, talk_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    found = _talk(venue, talk_id)
    try:
        with writing() as store:
            domain.cancel(store, found, person().id, now(), as_host=True)
    except Conflict as error:
        return _page(venue, talk_id, error)
    flash(_("The talk is cancelled."))
    return redirect(url_for("host.talks", slug=slug), 303)
