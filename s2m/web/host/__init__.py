"""The host's pages: a day at one venue, its rooms, people, screens, rules and health.

The address carries the venue's slug, and each view begins by asking for that venue: another's answers like an
unknown one. Who hosts several venues changes between them in the side menu.
"""

from __future__ import annotations

from flask import Blueprint, g

from s2m.domain.venues import Venue
from s2m.web.context import me, now, person, reading

blueprint = Blueprint("host", __name__, url_prefix="/host")


def hosted_venues() -> list[Venue]:
    """Where this host may work: the venues of their roles first, then for an admin all others of the network."""
    mine = {role.venue_id for role in me().roles}
    with reading() as store:
        every = store.venues.all(person().network_id)
    return [v for v in every if v.id in mine] + [v for v in every if v.id not in mine and me().hosts(v)]


@blueprint.context_processor
def _venues() -> dict[str, object]:
    return {"hosted": hosted_venues() if me().is_host else [], "counts": _counts()}


def _counts() -> dict[str, int]:
    """What waits for the host, for the menu."""
    if "venue" not in g or g.venue is None:
        return {}
    with reading() as store:
        clashing = {booking_id for _, booking_id, _, _ in store.calendars.clashes(g.venue.id, now())}
        asked, posts = store.desk.asked_for(g.venue.id), store.posts.waiting_for_host(g.venue.id)
    return {"posts": posts, "rooms": asked + len(clashing), "asked": asked, "clashing": len(clashing)}


from s2m.web.host import (  # noqa: E402, F401
    answers,
    bank,
    bills,
    booking,
    bookings,
    budget,
    calendars,
    closures,
    contributions,
    decay,
    devices,
    extras,
    figures,
    health,
    introductions,
    letting,
    limits,
    meetings,
    mending,
    passport,
    people,
    photos,
    policy,
    posts,
    seats,
    talks,
    tasks,
    thanks,
    timeline,
    today,
    visits,
    waits,
    words,
)
