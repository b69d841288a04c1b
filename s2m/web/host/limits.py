"""A balance at its limit carries no further seat: what follows is the host's to decide, and stands on one page."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from s2m.domain import hosting, mending, people
from s2m.domain.people import Person
from s2m.domain.venues import Venue, day_start
from s2m.web.context import hosted_venue, me, now, person, policy_of, reading
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.get("/<slug>/limit")
@host
def limit(slug: str) -> ResponseReturnValue:
    """What a host can do, and for whom; with ?person= for that person."""
    venue, person_id = hosted_venue(slug), request.args.get("person")
    if person_id:
        with reading() as store:
            someone = people.in_network(store, venue.network_id, person_id)
        return page(venue, someone)
    with reading() as store:
        policy = policy_of(store, venue)
        low = hosting.at_limit(store, venue, policy, now(), is_admin=me().is_admin)
    return render_template("host/limit.html", someone=None, low=low, policy=policy, problem="")


def page(venue: Venue, someone: Person, problem: str = "", *, move: bool = False) -> str:
    """The choices for one person, with what just did not work. move: the host means it though they are elsewhere."""
    with reading() as store:
        policy, account = policy_of(store, venue), store.ledger.person_account(someone.id)
        visit = next(iter(store.presence.of_person(someone.id, most=1, venue_id=venue.id)), None)
        if visit and (problem or visit.started_at < day_start(venue, now())):
            visit = None
        shown = {
            "account": account if hosting.may_see_balance(store, venue, someone, now(), is_admin=me().is_admin) else None,
            "visit": visit,
            "seat": store.ledger.seats(venue.network_id, [visit])[visit.id] if visit else "",
            "freeze": store.mending.standing_freeze(someone.id),
            "may_freeze": mending.may_freeze(store, venue, someone, person().id, now()),
        }
    return render_template("host/limit.html", someone=someone, policy=policy, problem=problem, move=move, **shown)
