"""One room: what it is like, what it costs, on which terms, its week, and the form to book it at a time of one's own choice."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from s2m.domain import fields, rooms
from s2m.domain.bookings import finding, timeline
from s2m.domain.bookings.finding import Wish
from s2m.domain.bookings.values import PEOPLE_MOST
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.venues import CLOCK, Room, Venue, opening
from s2m.web.context import now, reading
from s2m.web.errors import said, status_of
from s2m.web.policy import anyone
from s2m.web.rooms import blueprint
from s2m.web.rooms.finding import Offer, offer, price_of, times
from s2m.web.rooms.shared import a_day, booker, day_in, the_venue
from s2m.web.rooms.timeline import WEEK, aligned, around, monday, title_of

if TYPE_CHECKING:
    from s2m.domain.rooms import RoomTerms
    from s2m.store import Store

# How many rooms are offered to whoever was too late
INSTEAD = 3


@blueprint.get("/rooms/<slug>/room/<room_id>")
@anyone
def room(slug: str, room_id: str) -> ResponseReturnValue:
    return page(the_venue(slug), room_id, request.args)


def the_let_room(store: Store, venue: Venue, room_id: str) -> tuple[Room, RoomTerms]:
    """Raises NotFound for a room of another venue, one that is not let, and one that never was."""
    found = store.venues.room(room_id)
    if found is None or found.venue_id != venue.id or found.retired_at:
        raise NotFound()
    try:
        return found, rooms.terms_of(store, found, now())
    except Refused:
        raise NotFound() from None


def page(venue: Venue, room_id: str, values: Any, error: S2MError | None = None) -> ResponseReturnValue:
    """The room; after a refusal with what was asked for, and what is free instead."""
    day = day_in(venue, values)
    with reading() as store:
        found, terms = the_let_room(store, venue, room_id)
        on = monday(day)
        days = aligned(store, venue, (found, terms), on)
        chosen = [one for one in store.rooms.extras(venue.id) if one.id in terms.extras]
        body = render_template(
            "rooms/room.html", room=found, terms=terms, days=days, on=on, extras=chosen, values=form_values(venue, terms, values),
            pictures=store.rooms.pictures_of([found.id]).get(found.id, []), errors=said(error),
            twice=error.data.get("field") if error and error.code == "clock_twice" else "", title_of=title_of,
            example=_example(venue, terms, days),
            instead=_instead(store, venue, found.id, values) if isinstance(error, Conflict) else [],
            clash=isinstance(error, Conflict), moment=_moment(form_values(venue, terms, values)), **around(venue, on, WEEK),
        )  # fmt: skip
    return body, status_of(error) if error else 200


def _moment(values: dict[str, Any]) -> dict[str, str]:
    """What the form holds, for the addresses of waiting and repeating."""
    return {name: str(values[name]) for name in ("day", "from", "until", "next_day", "people") if values.get(name)}


def _instead(store: Store, venue: Venue, room_id: str, values: Any) -> list[Offer]:
    """What is free that day in place of what was asked for: this room first, then others that fit."""
    try:
        start, end = times(venue, values)
        people = fields.whole(values.get("people") or "1", "people", most=PEOPLE_MOST)
    except Invalid:
        return []
    wish = Wish(people, end - start, start.astimezone(venue.zone).date())
    found = finding.find(store, venue, store.rooms.let(venue.id, now()), wish, booker(), now())
    nearest = sorted(found.free or found.full, key=lambda one: one.room.id != room_id)
    return [offer(venue, one, wish) for one in nearest[:INSTEAD]]


def form_values(venue: Venue, terms: RoomTerms, given: Any) -> dict[str, Any]:
    """What stands in the form: what was asked for, else the next free hour."""
    values = {name: given.get(name, "") for name in ("from", "until", "next_day", "people", "from_hour", "until_hour")}
    local = now().astimezone(venue.zone) + timedelta(hours=1)
    day = a_day(given.get("day")) or local.date()
    hours = opening(rooms.hours_of(venue, terms), day)
    if not values["from"]:
        first = hours[0].astimezone(venue.zone) if hours and (day != local.date() or hours[0] > now()) else local
        values["from"] = f"{first:%H}:{first.minute // 15 * 15:02}"
    if not values["until"]:
        text = str(given.get("minutes") or "")
        minutes = int(text) if re.fullmatch("[0-9]{1,4}", text) else max(60, terms.shortest)
        values |= _until(values["from"], min(minutes, 24 * 60))
    return values | {"day": given.get("day") or day.isoformat()}


def _until(start: str, minutes: int) -> dict[str, str]:
    hour, minute = (int(part) for part in start.split(":")) if CLOCK.fullmatch(start) else (9, 0)
    end = hour * 60 + minute + minutes
    if end == 24 * 60:
        return {"until": "24:00"}
    return {"until": f"{end // 60 % 24:02}:{end % 60:02}", "next_day": "1" if end > 24 * 60 else ""}


def _example(venue: Venue, terms: RoomTerms, days: list[timeline.Day]) -> Any:
    """What an hour in the week costs, for whoever reads this."""
    for one in days:
        for cell in one.rows[0].cells:
            if cell.kind == "free" and cell.span >= max(4, terms.shortest // 15):
                length = timedelta(minutes=max(60, terms.shortest))
                return cell.start, length, price_of(venue, terms, cell.start, cell.start + length)
    return None


