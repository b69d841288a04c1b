"""Today at a venue, at a glance: who is here, who left, who calls, how the kiosks and rooms are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import hosting, venues
from s2m.domain.bookings import Booking, lists, releasing, timeline
from s2m.domain.errors import NotFound
from s2m.domain.presence import UNDO
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, me, now, person, policy_of, reading, writing
from s2m.web.host import blueprint, hosted_venues
from s2m.web.policy import host

if TYPE_CHECKING:
    from s2m.store import Store
    from s2m.store.door import HelpCall

FEW, LEFT = 6, 3
CALLS: dict[str, Callable[[], str]] = {
    "badge_unknown": lambda: _("A badge is not known here."),
    "badge_revoked": lambda: _("A badge was replaced."),
    "code_forged": lambda: _("A code is not valid here."),
    "code_unreadable": lambda: _("A code could not be read."),
    "floor": lambda: _("A balance cannot carry the seat."),
    "frozen": lambda: _("An account stands still."),
    "day_pass": lambda: _("Somebody would like a day pass."),
    "look_up_unclear": lambda: _("A name was not found."),
    "too_many": lambda: _("Somebody tried too often."),
}


@blueprint.get("")
@host
def today_somewhere() -> ResponseReturnValue:
    """To the first venue that this host runs."""
    mine = hosted_venues()
    if not mine:
        raise NotFound()
    return redirect(url_for("host.today", slug=mine[0].slug))


@blueprint.get("/<slug>/today")
@host
def today(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return page(venue)


def page(venue: Venue, problem: str = "") -> str:
    """The day, with what just did not work."""
    return render_template("host/today.html", problem=problem, **_day(venue))


@blueprint.get("/<slug>/today/now")
@host
def today_now(slug: str) -> ResponseReturnValue:
    """The part of the page that changes by itself."""
    venue = hosted_venue(slug)
    response = make_response(render_template("host/_today.html", **_day(venue)))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/<slug>/present")
@host
def present(slug: str) -> ResponseReturnValue:
    """Everybody who is here, and everybody who left today."""
    venue = hosted_venue(slug)
    return render_template("host/present.html", **_day(venue, few=1000, left=1000))


@blueprint.post("/<slug>/calls/<call_id>/answered")
@host
def answer_call(slug: str, call_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with writing() as store:
        hosting.answer_call(store, venue, call_id, person().id, now())
    return redirect(url_for("host.today", slug=slug), 303)


def _day(venue: Venue, few: int = FEW, left: int = LEFT) -> dict[str, Any]:
    since = venues.day_start(venue, now())
    with reading() as store:
        here, ended = store.presence.here(venue.id), store.presence.ended(venue.id, since, most=1000)
        visits = [h.visit for h in here] + [visit for visit, _who in ended[:left]]
        rooms = store.venues.rooms(venue.id)
        found = {
            "seats_of": store.ledger.seats(venue.network_id, visits),
            "day_passes": store.ledger.day_passes(venue.id, since),
            "seated": store.presence.seated(venue.id),
            "ways": store.presence.counts_today(venue.id, since),
            "low": hosting.at_limit(store, venue, policy_of(store, venue), now(), is_admin=me().is_admin),
            "calls": _calls(store.door.calls(venue.id, since)),
            "awaited": _awaited(store, venue),
            "devices": store.devices.all(venue.id),
            "lets": _lets(store, venue),
            "asked": store.desk.find(venue.id, "requests", "", now(), most=3),
            "talks": store.talks.coming(venue.id, now(), until=since + timedelta(days=1)),
        }
    needs = [topic for h in here for topic in h.topics if topic.kind == "need"]
    return found | {
        "arrivals": here[:few], "present": len(here), "left": ended[:left], "gone": len(ended), "rooms": rooms,
        "seats": venues.seats(rooms), "closes": venues.closing_after(venue, now()),
        "asks": len(needs), "met": sum(1 for need in needs if need.solved_at),
        "undo_since": now() - UNDO, "call_text": _call_text, "limit_codes": ("floor", "frozen", "day_pass"),
    }  # fmt: skip


def _lets(store: Store, venue: Venue) -> list[tuple[lists.Now, str, str]]:
    """Rooms that are let as they are now, with who is in and who comes next."""
    today = now().astimezone(venue.zone).date()
    booked = lists.of_day(venue, store.bookings.between(venue.id, *timeline.day_query(venue, today)), today)
    shown = lists.rooms_now([room for room, _terms in store.rooms.let(venue.id, now())], booked, now())
    renters = store.bookings.renters({one.renter_id for one in booked if one.renter_id})

    def who(one: Booking | None) -> str:
        renter = renters.get(one.renter_id or "") if one else None
        return (one.title if one else "") or (renter.company or renter.name if renter else "")

    return [(one, who(one.booking), who(one.then)) for one in shown]


def _awaited(store: Store, venue: Venue) -> list[tuple[Booking, str, datetime | None]]:
    """Meetings to which nobody came yet though it was asked: each with its room, and when that is released."""
    found = [one for one in store.bookings.awaited(now()) if one.venue_id == venue.id and releasing.missed(one)]
    names = {room.id: room.name for room in store.venues.rooms(venue.id)}
    at = [releasing.release_at(one, store.rooms.version(one.terms_id)) for one in found]
    return [(one, names.get(one.room_id, ""), when) for one, when in zip(found, at, strict=True)]


def _calls(calls: list[HelpCall]) -> list[HelpCall]:
    """Those that wait; where none does, the one that was answered last."""
    return [call for call in calls if call.answered_at is None] or calls[:1]


def _call_text(reason: str) -> str:
    known = CALLS.get(reason)
    return known() if known else _("Somebody asks for you.")
