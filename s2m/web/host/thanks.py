"""What people did for each other here, as a host sees it: thanks with their state, and how giving and receiving goes round."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import mending
from s2m.domain.contributions import Thanks, reciprocity
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, isolated, me, now, person, policy_of, reading
from s2m.web.host import blueprint
from s2m.web.host.mending import Question, ask
from s2m.web.policy import host

SHOWN, CIRCLES = 50, 12


@blueprint.get("/<slug>/contributions")
@host
def contributions(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with reading() as store:
        recent = store.contributions.of_venue(venue.id, most=SHOWN)
        names = store.people.first_names({who for thanks in recent for who in (thanks.giver_id, thanks.receiver_id) if who})
    mine = set() if me().is_admin else {t.id for t in recent if person().id in (t.giver_id, t.receiver_id)}
    return render_template("host/contributions.html", recent=recent, names=names, mine=mine)


@blueprint.route("/<slug>/contributions/<thanks_id>/object", methods=["GET", "POST"])
@host
def object_to_thanks(slug: str, thanks_id: str) -> ResponseReturnValue:
    """Asked first: thanks that wait shall not count."""
    venue = hosted_venue(slug)
    question = Question(
        "contributions", _("Object to thanks"), *_between(venue, thanks_id),
        _("It will not count. Whoever gave it reads your reason."), _("Object"),
        url_for("host.contributions", slug=slug), _("It will not count."),
    )  # fmt: skip
    return ask(question, lambda store, why: mending.object_to_thanks(store, venue, thanks_id, why, person().id, now()))


@blueprint.route("/<slug>/contributions/<thanks_id>/reverse", methods=["GET", "POST"])
@host
def reverse_thanks(slug: str, thanks_id: str) -> ResponseReturnValue:
    """Asked first: thanks that count shall do so no longer."""
    venue = hosted_venue(slug)
    question = Question(
        "contributions", _("Reverse thanks"), *_between(venue, thanks_id),
        _("A line beside the first one gives back what moved. Both stay, with your reason. This can be done once."),
        _("Reverse"), url_for("host.contributions", slug=slug), _("Reversed. Both lines stay."),
    )  # fmt: skip
    return ask(question, lambda store, why: mending.reverse_thanks(store, venue, thanks_id, why, person().id, now()))


def _between(venue: Venue, thanks_id: str) -> tuple[str, int]:
    """Who thanked whom for what, and how much it is about. Raises NotFound."""
    with reading() as store:
        thanks = mending.the_thanks(store, venue, thanks_id)
        names = store.people.first_names({thanks.giver_id or "", thanks.receiver_id or ""})
    return _sentence(thanks, names), thanks.amount


def _sentence(thanks: Thanks, names: dict[str, str]) -> str:
    giver, receiver = (isolated(names.get(who or "") or _("Somebody")) for who in (thanks.giver_id, thanks.receiver_id))
    return _("%(giver)s thanked %(receiver)s for %(topic)s", giver=giver, receiver=receiver, topic=isolated(thanks.topic))


@blueprint.get("/<slug>/reciprocity")
@host
def reciprocal(slug: str) -> ResponseReturnValue:
    """Does giving go round? Counts without names, and circles that stay among few."""
    venue = hosted_venue(slug)
    with reading() as store:
        found = reciprocity.of_venue(store, venue, policy_of(store, venue), now())
        circles = (*found.pairs[:CIRCLES], *found.rings[:CIRCLES])
        names = store.people.first_names({who for circle in circles for who in circle.people})
    return render_template("host/reciprocity.html", found=found, names=names, most=CIRCLES, days=reciprocity.DAYS)
