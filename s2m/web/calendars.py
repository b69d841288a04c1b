"""Files that calendar programs fetch: my own bookings or a room's, by a secret address, and for all when a room is taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from s2m.domain.bookings import Booking
from s2m.domain.calendars import Event, Feed, events, feeds, outside, write
from s2m.domain.errors import NotFound, Refused
from s2m.domain.people import Person
from s2m.domain.rooms import terms_of
from s2m.domain.venues import Room, Venue
from s2m.web import context
from s2m.web.context import client, limit, now, person, public_url, reading, writing
from s2m.web.policy import anyone, signed_in

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("calendars", __name__)
# What is over stays in a feed for so long; most programs keep it afterwards
KEPT = timedelta(days=60)
FRESH = 300


@blueprint.get("/feeds/<secret>.ics")
@anyone
def feed(secret: str) -> ResponseReturnValue:
    """Whoever has the address reads it: calendar programs cannot sign in."""
    try:
        with reading() as store:
            found, reader, room, venue = feeds.opened(store, secret)
    except NotFound:
        limit("feed-unknown", client(), most=30, per=timedelta(minutes=10))
        raise
    limit("feed", found.id, most=60, per=timedelta(hours=1))
    with reading() as store, force_locale(reader.language):
        if room and venue:
            return _answer(write(_of_room(store, room, venue), venue.zone, f"{room.name}, {venue.name}"))
        home = context.home_venue(store, reader)
        assert home, "whoever has a feed is of a network, and that has a venue"
        return _answer(write(_own(store, reader), home.zone, _("My bookings, %(name)s", name=home.name)))


@blueprint.get("/rooms/<slug>/<room_id>/busy.ics")
@anyone
def busy(slug: str, room_id: str) -> ResponseReturnValue:
    """When a room is taken, with its buffers, and never by whom or for what."""
    with reading() as store:
        room, venue, horizon = _let(store, slug, room_id)
        start, end = outside.window(venue, now(), horizon)
        with force_locale(venue.language):
            word, name = _("Taken"), _("%(room)s, taken", room=f"{room.name}, {venue.name}")
        found = events.taken(
            room, store.bookings.between(venue.id, start, end, room_ids=[room.id]),
            store.rooms.closures([room.id], start, end), [span for _, *span in store.calendars.busy([room.id], start, end)], word,
        )  # fmt: skip
    response = _answer(write(found, venue.zone, name, refresh=timedelta(minutes=15)))
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    return response


def _let(store: Store, slug: str, room_id: str) -> tuple[Room, Venue, timedelta]:
    """A room that others than hosts may book. Raises NotFound."""
    room = store.venues.room(room_id)
    venue = store.venues.get(room.venue_id) if room else None
    if room is None or venue is None or venue.slug != slug or venue.retired_at:
        raise NotFound()
    try:
        terms = terms_of(store, room, now())
    except Refused:
        raise NotFound() from None
    if terms.bookable_by == "hosts":
        raise NotFound()
    return room, venue, timedelta(days=terms.horizon)


def _answer(file: bytes) -> Response:
    response = make_response(file)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.add_etag()
    return response.make_conditional(request)


def _own(store: Store, reader: Person) -> list[Event]:
    room_of, notes = cache(store.venues.room), _notes_in_words()
    venues = {venue.id: venue.name for venue in store.venues.all(reader.network_id)}
    found = []
    for one in store.bookings.of_person(reader.id, since=now() - KEPT):
        if events.stood(one):
            room = room_of(one.room_id)
            name = room.name if room else ""
            place = ", ".join(part for part in (name, venues.get(one.venue_id, "")) if part)
            url = public_url() + url_for("rooms.show", key=one.id)
            found.append(events.event(one, _title(one, one.title or name), place=place, notes=notes(one), url=url))
    return found


def _of_room(store: Store, room: Room, venue: Venue) -> list[Event]:
    """With its title, or where it has none with who rents: hosts may see both."""
    those = [one for one in store.bookings.of_room(room.id, since=now() - KEPT) if events.stood(one)]
    renters = store.bookings.renters({one.renter_id for one in those if one.renter_id})
    place, found, notes = f"{room.name}, {venue.name}", [], _notes_in_words()
    for one in those:
        renter = renters.get(one.renter_id or "")
        who = (renter.company or renter.name) if renter else ""
        found.append(events.event(one, _title(one, one.title or who or room.name), place=place, notes=notes(one)))
    return found


def _title(booking: Booking, title: str) -> str:
    if booking.status == "option":
        return _("Option: %(title)s", title=title)
    return _("Asked for: %(title)s", title=title) if booking.status == "requested" else title


def _notes_in_words() -> Callable[[Booking], str]:
    """How many come, and what was noted. Each number is looked up once: that was a third of a long feed."""
    people = cache(lambda n: ngettext("%(num)d person", "%(num)d people", n))
    return lambda booking: f"{people(booking.people)}\n{booking.notes}" if booking.notes else people(booking.people)


# My own feed ----------------------------------------------------------------------------------------------------------


@blueprint.get("/me/calendar")
@signed_in
def mine() -> ResponseReturnValue:
    return _page()


def _page(secret: str = "") -> str:
    with reading() as store:
        standing: Feed | None = store.calendars.feed_of(person().id, None)
    return render_template("calendars/mine.html", standing=standing, address=address(secret) if secret else "")


def address(secret: str) -> str:
    """What is pasted into a calendar program."""
    return public_url() + url_for("calendars.feed", secret=secret)


@blueprint.post("/me/calendar")
@signed_in
def make() -> ResponseReturnValue:
    """The address stands on this answer, and nowhere afterwards."""
    limit("feed-make", person().id, most=30, per=timedelta(hours=1))
    with writing() as store:
        secret = feeds.make(store, person(), None, now())
    return _page(secret)


@blueprint.post("/me/calendar/end")
@signed_in
def revoke() -> ResponseReturnValue:
    with writing() as store:
        feeds.revoke(store, person(), None, now())
    flash(_("The address no longer works. Your calendar drops what it read there, or keeps it as it was."))
    return redirect(url_for("calendars.mine"), 303)
