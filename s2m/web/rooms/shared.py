"""What the pages of renters share: which venue, who books, whose booking, and words about prices and times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import g, session

from s2m import letters, spoken
from s2m.domain import money, rooms
from s2m.domain.agenda import DAY
from s2m.domain.bookings import STRANGER, Booker, Booking
from s2m.domain.errors import NotFound
from s2m.domain.rooms import RoomTerms
from s2m.domain.signin import fingerprint
from s2m.domain.venues import Room, Venue
from s2m.web import context
from s2m.web.context import me, now, reading

if TYPE_CHECKING:
    from s2m.store import Store

ID = re.compile(r"[0-9a-f]{32}")
# Forms that one browser may have open at once
HOLDS_MOST = 3
LENGTHS = (30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 480, 600)


@dataclass(frozen=True)
class Mine:
    """A booking with where it is. key: what it is called in addresses: its id for its owner, its secret for a stranger."""

    key: str
    booking: Booking
    venue: Venue
    room: Room
    terms: RoomTerms


def the_venue(slug: str) -> Venue:
    """A venue of the network that this request is about; the page is about it and in its time. Raises NotFound."""
    network = context.network()
    with reading() as store:
        venue = store.venues.by_slug(slug, network.id) if network else None
    if venue is None or venue.retired_at:
        raise NotFound()
    g.venue = venue
    return venue


def letting(store: Store) -> list[Venue]:
    """The venues of this request's network that let rooms."""
    network = context.network()
    return [one for one in store.venues.all(network.id) if store.rooms.let(one.id, now())] if network else []


def lets_rooms() -> bool:
    with reading() as store:
        return bool(letting(store))


def booker(venue: Venue | None = None) -> Booker:
    """Who books on these pages, with a host's rights at `venue`; without one a host books as any member does."""
    who = me().person
    hosts = venue is not None and me().hosts(venue)
    return Booker(who.id, who.id, is_host=hosts, is_member=who.is_member) if who else STRANGER


def mine(store: Store, key: str) -> Mine:
    """A booking by its secret, or a signed-in person's own by its id. Raises NotFound for another's as for an unknown one."""
    found = store.bookings.get(key) if ID.fullmatch(key) else store.bookings.by_secret(fingerprint(key))
    who = me().person
    if found is None or (ID.fullmatch(key) and (who is None or found.person_id != who.id)):
        raise NotFound()
    return _placed(store, key, found)


def held(store: Store, key: str) -> Mine:
    """What this person keeps while filling in the form, or this browser for a stranger. Raises NotFound."""
    found = store.bookings.get(key) if ID.fullmatch(key) else None
    who = me().person
    if found is None or not (who is not None and found.person_id == who.id if found.person_id else key in holds()):
        raise NotFound()
    return _placed(store, key, found)


def _placed(store: Store, key: str, booking: Booking) -> Mine:
    venue, room = store.venues.get(booking.venue_id), store.venues.room(booking.room_id)
    assert venue and room, "venues and rooms are retired, never deleted"
    g.venue = venue
    return Mine(key, booking, venue, room, store.rooms.version(booking.terms_id))


def holds() -> list[str]:
    """The rooms that this browser keeps, or kept lately."""
    return list(session.get("holds", []))


def tell(store: Store) -> None:
    """Write the letters that this transaction made due, and no others: those the job writes."""
    letters.write(store, context.config(), context.keys(), context.public_url(), now())


# What was typed ----------------------------------------------------------------------------------------------------


def day_in(venue: Venue, given: Mapping[str, Any], name: str = "day") -> date:
    """The day in an address; today where there is none, or none that can be."""
    return a_day(given.get(name)) or today(venue)


def a_day(text: object) -> date | None:
    try:
        found = date.fromisoformat(text.strip()) if isinstance(text, str) and DAY.fullmatch(text.strip()) else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2100 else None


def today(venue: Venue) -> date:
    return now().astimezone(venue.zone).date()


def agreed(given: Mapping[str, Any]) -> int:
    """The price that was shown; -1 where the form says none: it is then shown once more."""
    text = given.get("agreed", "")
    return int(text) if isinstance(text, str) and re.fullmatch(r"[0-9]{1,12}", text) else -1


def agreed_dots(given: Mapping[str, Any]) -> int:
    """The same in dots; 0 where the form says none."""
    text = given.get("agreed_dots", "")
    return int(text) if isinstance(text, str) and re.fullmatch(r"[0-9]{1,12}", text) else 0


# Words -------------------------------------------------------------------------------------------------------------


def words() -> spoken.Words:
    venue = context.shown_venue()
    return spoken.Words(context.locale(), venue.zone if venue else ZoneInfo("UTC"))


def words_for_pages() -> dict[str, Any]:
    """What every page of these may say."""
    return {"words": words(), "total": money.total, "steps": rooms.steps, "lengths": LENGTHS, "local_day": _local_day}


def _local_day(at: datetime) -> date:
    venue = context.shown_venue()
    return at.astimezone(venue.zone if venue else UTC).date()
