"""What a room looks like: a few pictures in an order that the host chose, each with words for who cannot see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields
from s2m.domain.errors import Conflict, NotFound
from s2m.domain.venues import the_room

if TYPE_CHECKING:
    from s2m.domain.rooms.terms import RoomTerms
    from s2m.domain.venues import Room, Venue
    from s2m.store import Store

MOST_PICTURES, ALT_MAX = 6, 160


@dataclass(frozen=True)
class RoomPicture:
    """place: 0 for the first, which stands on the room's card. width and height in pixels. Its content is asked for by its id."""

    id: str
    network_id: str
    room_id: str
    place: int
    alt: str
    width: int
    height: int
    created_at: datetime


def add_picture(
    store: Store, venue: Venue, room_id: str, alt: object, content: bytes, size: tuple[int, int], by: str, now: datetime
) -> RoomPicture:
    """content: made anew by us, a WebP. Raises NotFound; Invalid on `alt`; Conflict `many_pictures` beyond six."""
    room = _meeting_room(store, venue, room_id)
    words = fields.line("alt", alt, ALT_MAX)
    store.ledger.lock_chain(venue.network_id)
    before = store.rooms.pictures(room.id)
    if len(before) >= MOST_PICTURES:
        raise Conflict("many_pictures", most=MOST_PICTURES)
    place = max((one.place for one in before), default=-1) + 1
    picture = RoomPicture(store.new_id(now), venue.network_id, room.id, place, words, *size, now)
    store.rooms.add_picture(venue, picture, content)
    _note(store, venue, room, "add", by, now)
    return picture


def describe_picture(store: Store, venue: Venue, picture_id: str, alt: object, by: str, now: datetime) -> RoomPicture:
    """Other words for it. Raises NotFound, Invalid."""
    room, picture = the_picture(store, venue, picture_id)
    words = fields.line("alt", alt, ALT_MAX)
    store.rooms.set_picture(venue, picture.id, alt=words)
    _note(store, venue, room, "describe", by, now)
    return replace(picture, alt=words)


def move_picture_up(store: Store, venue: Venue, picture_id: str, by: str, now: datetime) -> None:
    """It changes places with the one before it; the first stays where it is. Raises NotFound."""
    store.ledger.lock_chain(venue.network_id)
    room, picture = the_picture(store, venue, picture_id)
    before = [one for one in store.rooms.pictures(room.id) if one.place < picture.place]
    if before:
        store.rooms.set_picture(venue, picture.id, place=before[-1].place)
        store.rooms.set_picture(venue, before[-1].id, place=picture.place)
        _note(store, venue, room, "move", by, now)


def remove_picture(store: Store, venue: Venue, picture_id: str, by: str, now: datetime) -> None:
    """Raises NotFound."""
    room, picture = the_picture(store, venue, picture_id)
    store.rooms.drop_picture(venue, picture.id)
    _note(store, venue, room, "remove", by, now)


def the_picture(store: Store, venue: Venue, picture_id: str) -> tuple[Room, RoomPicture]:
    """Raises NotFound for one of another venue, or of a room that is no longer offered."""
    picture = store.rooms.picture(picture_id)
    if picture is None:
        raise NotFound()
    return the_room(store, venue, picture.room_id), picture


def shown_to_anyone(room: Room, terms: RoomTerms | None) -> bool:
    """Whether strangers may see what a room looks like: those who may book it."""
    return room.kind == "meeting" and not room.retired_at and terms is not None and terms.bookable_by == "anyone"


def _meeting_room(store: Store, venue: Venue, room_id: str) -> Room:
    room = the_room(store, venue, room_id)
    if room.kind != "meeting":
        raise NotFound()
    return room


def _note(store: Store, venue: Venue, room: Room, act: str, by: str, now: datetime) -> None:
    store.audit.record(
        venue.network_id, now, actor=by, role="host", action=f"picture.{act}", venue_id=venue.id, object_id=room.id
    )
