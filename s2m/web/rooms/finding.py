"""Any room for 8 people, 2 hours, Thursday: what fits and is free, at what price; and what is close where nothing is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from s2m.domain import bookings, fields, rooms
from s2m.domain.bookings import finding
from s2m.domain.bookings.finding import Answer, Found, Wish
from s2m.domain.bookings.values import PEOPLE_MOST
from s2m.domain.errors import Invalid, NotFound
from s2m.domain.money import Line
from s2m.domain.rooms import EQUIPMENT, FAR, SETUPS, RoomTerms
from s2m.domain.venues import CLOCK, Venue
from s2m.web.context import now, reading
from s2m.web.errors import said
from s2m.web.policy import anyone
from s2m.web.rooms import blueprint
from s2m.web.rooms.shared import a_day, booker, letting, the_venue, today

if TYPE_CHECKING:
    from s2m.store import Store

SHOWN_MOST = 12


@dataclass(frozen=True)
class Offer:
    """A room with what it costs from each of the times that are offered."""

    found: Found
    length: timedelta
    prices: dict[datetime, tuple[Line, ...]]
    picture: rooms.RoomPicture | None = None

    @property
    def same(self) -> bool:
        """Whether it costs the same whenever it begins."""
        return len(set(self.prices.values())) < 2


@blueprint.get("/rooms")
@anyone
def somewhere() -> ResponseReturnValue:
    """The only venue's rooms, or a choice of venues."""
    with reading() as store:
        there = letting(store)
    if len(there) == 1:
        return redirect(url_for("rooms.find", slug=there[0].slug, **request.args))
    if not there:
        raise NotFound()
    g.venue = None
    return render_template("rooms/venues.html", venues=there)


@blueprint.get("/rooms/<slug>")
@anyone
def find(slug: str) -> ResponseReturnValue:
    venue = the_venue(slug)
    errors: dict[str, str] = {}
    wish = Wish()
    asked = "people" in request.args
    try:
        wish = parse_wish(venue, request.args)
    except Invalid as error:
        errors, asked = said(error), False
    with reading() as store:
        lets = store.rooms.let(venue.id, now())
        answer = finding.find(store, venue, lets, wish, booker(), now()) if asked else Answer()
        shown = answer.free or answer.full
        most = len(shown) if request.args.get("all") else SHOWN_MOST
        seen = pictures(store, [one.room.id for one in shown[:most]] or [room.id for room, _terms in lets])
        offers = [offer(venue, one, wish, seen.get(one.room.id)) for one in shown[:most]]
        body = render_template(
            "rooms/find.html", asked=asked, wish=wish, answer=answer, offers=offers, more=len(shown) - len(offers), errors=errors,
            values=request.args, lets=[] if asked else lets, today=today(venue), setups=SETUPS, equipment=EQUIPMENT,
            pictures=seen,
        )  # fmt: skip
    return body, 422 if errors else 200


def pictures(store: Store, room_ids: list[str]) -> dict[str, rooms.RoomPicture]:
    """The first picture of each room."""
    return {room_id: some[0] for room_id, some in store.rooms.pictures_of(room_ids).items() if some}


def offer(venue: Venue, found: Found, wish: Wish, picture: rooms.RoomPicture | None = None) -> Offer:
    starts = found.starts or found.elsewhen
    prices = {at: price_of(venue, found.terms, at, at + wish.length) for at in starts}
    return Offer(found, wish.length, prices, picture)


def price_of(venue: Venue, terms: RoomTerms, start: datetime, end: datetime) -> tuple[Line, ...]:
    return rooms.price(terms, venue, start, end, member=booker().is_member)


def parse_wish(venue: Venue, given: Any) -> Wish:
    """What somebody looks for, from an address. Raises Invalid."""
    if "people" not in given:
        return Wish()
    day = str(given.get("day") or "").strip()
    on = a_day(day)
    if day and on is None:
        raise Invalid("day", "day_shape")
    if on and on < today(venue):
        raise Invalid("day", "past")
    if on and on > now().date() + FAR:
        raise Invalid("day", "booking_far", days=FAR.days)
    after = str(given.get("from") or "").strip()
    if after and not CLOCK.fullmatch(after):
        raise Invalid("from", "clock_shape")
    setup = given.get("setup", "")
    chosen = frozenset(code for code in EQUIPMENT if code in given.getlist("equipment"))
    return Wish(
        fields.whole(given.get("people"), "people", least=1, most=PEOPLE_MOST), length_in(given), on,
        time.fromisoformat(after) if after else None, setup if setup in SETUPS else "", chosen, bool(given.get("step_free")),
        bool(given.get("hearing_loop")),
    )  # fmt: skip


def length_in(given: Any) -> timedelta:
    text = str(given.get("minutes") or "60").strip()
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) % 15 or not 15 <= int(text) <= 24 * 60:
        raise Invalid("minutes", "choice")
    return timedelta(minutes=int(text))


def times(venue: Venue, given: Mapping[str, str]) -> tuple[datetime, datetime]:
    """From when until when: a moment and a length as the search offers them, or a day and two clock times."""
    if "start" not in given:
        return bookings.when(venue, given)
    try:
        start = datetime.fromisoformat(given["start"])
    except ValueError:
        raise Invalid("from", "clock_shape") from None
    if start.tzinfo is None or not 2000 <= start.year <= 9000:
        raise Invalid("from", "clock_shape")
    start = start.astimezone(UTC)
    if bookings.quarter_of(start) != start:
        raise Invalid("from", "quarter")
    return start, start + length_in(given)
