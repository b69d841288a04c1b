"""The rooms of a venue over a day or a week, what a day brings in, and its lists for cleaning and setting up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from flask import g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from markupsafe import Markup

from s2m.domain.agenda import DAY
from s2m.domain.bookings import lists, releasing, timeline, week
from s2m.domain.bookings.values import Booking, Renter
from s2m.domain.calendars import outside
from s2m.domain.venues import Room, Venue
from s2m.spoken import Words
from s2m.web.context import hosted_venue, locale, now, policy_of, reading
from s2m.web.host import blueprint
from s2m.web.policy import host

FEW = 5
# A free time is offered in parts of two hours, so that one is chosen where the mouse is
PART = 8
# A room and a time that a form is about
New = tuple[str, datetime, datetime]


@blueprint.get("/<slug>/rooms")
@host
def rooms(slug: str) -> ResponseReturnValue:
    """A day across the rooms."""
    venue = hosted_venue(slug)
    return page(venue, day_asked(venue, request.args))


def page(venue: Venue, on: date, dialog: str = "", new: New | None = None, **given: Any) -> str:
    """The day, with a template of a form beside it. new: the room and time that the form is about."""
    return render_template("host/desk/day.html", dialog=dialog, new=new, **day(venue, on, new), **given)


@blueprint.get("/<slug>/rooms/now")
@host
def rooms_now(slug: str) -> ResponseReturnValue:
    """The part of the day that changes."""
    venue = hosted_venue(slug)
    return _part("host/desk/_day.html", day(venue, day_asked(venue, request.args), _new_asked(request.args)))


def _new_asked(args: Mapping[str, str]) -> New | None:
    """What a form beside the day is about, so that it still stands there when the day is fetched again."""
    try:
        start, end = (datetime.fromisoformat(args[name]) for name in ("start", "end"))
    except (KeyError, ValueError):
        return None
    sound = start.tzinfo and end.tzinfo and start < end
    return (args.get("room", ""), start, end) if sound else None


@blueprint.get("/<slug>/rooms/week")
@host
def rooms_week(slug: str) -> ResponseReturnValue:
    """A week across the rooms, one cell a day."""
    venue = hosted_venue(slug)
    return render_template("host/desk/week.html", **_week(venue, day_asked(venue, request.args)))


@blueprint.get("/<slug>/rooms/week/now")
@host
def rooms_week_now(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _part("host/desk/_week.html", _week(venue, day_asked(venue, request.args)))


@blueprint.get("/<slug>/rooms/day")
@host
def day_lists(slug: str) -> ResponseReturnValue:
    """What to clean and what to set up, to be printed."""
    venue = hosted_venue(slug)
    on = day_asked(venue, request.args)
    with reading() as store:
        lets, booked, renters = _booked(store, venue, on)
    firm = lists.of_day(venue, booked, on)
    there = [room for room, _terms in lets]
    return render_template(
        "host/desk/lists.html", on=on, cleaning=lists.cleaning(there, firm), setups=firm, renters=renters,
        room_of={room.id: room for room in there}, extras_in=lists.extras_in, ends=lists.ends, **_around(on, 1),
    )  # fmt: skip


@blueprint.context_processor
def _words() -> dict[str, Any]:
    """What the templates of bookings say things with."""
    return {
        "parts_of": _parts, "strong": lambda text: Markup("<b>%s</b>") % text,
        "local_day": lambda at: at.astimezone(g.venue.zone).date(), "rooms_to_choose": _rooms_to_choose,
        "words": Words(locale(), g.venue.zone) if g.get("venue") else None,
    }  # fmt: skip


def _rooms_to_choose(lets: list[timeline.Let], also: Room | None = None) -> list[tuple[str, str]]:
    there = [room for room, _terms in lets]
    return [(room.id, room.name) for room in there + ([also] if also and also not in there else [])]


def _part(template: str, given: dict[str, Any]) -> ResponseReturnValue:
    response = make_response(render_template(template, **given))
    response.add_etag()
    return response.make_conditional(request)


def today_of(venue: Venue) -> date:
    return now().astimezone(venue.zone).date()


def day_asked(venue: Venue, args: Mapping[str, str]) -> date:
    """The day in an address; today where there is none that can be."""
    text = args.get("day", "")
    try:
        asked = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        asked = None
    return asked if asked and 2000 <= asked.year <= 2100 else today_of(venue)


def _booked(store: Any, venue: Venue, on: date) -> tuple[list[timeline.Let], list[Booking], dict[str, Renter]]:
    """Rooms, what blocks them on a day, and who rents. Also rooms that are let no longer, while something is booked there."""
    booked = store.bookings.between(venue.id, *timeline.day_query(venue, on))
    renters = store.bookings.renters({one.renter_id for one in booked if one.renter_id})
    lets = store.rooms.let(venue.id, now())
    gone = {one.room_id: one for one in booked if one.room_id not in {room.id for room, _terms in lets}}
    lets += [(store.venues.room(room_id), store.rooms.version(one.terms_id)) for room_id, one in gone.items()]
    return lets, booked, renters


def day(venue: Venue, on: date, new: New | None = None) -> dict[str, Any]:
    with reading() as store:
        lets, booked, renters = _booked(store, venue, on)
        closed = outside.all_closed(store, lets, *timeline.day_query(venue, on), _("taken in another calendar"))
        policy = policy_of(store, venue)
        missed = [one for one in booked if releasing.missed(one)]
        release = {one.id: releasing.release_at(one, store.rooms.version(one.terms_id)) for one in missed}
        asked = store.desk.find(venue.id, "requests", "", now(), most=FEW)
        count = store.desk.asked_for(venue.id)
    more = [_not_yet(venue, *new)] if new else []
    shown = timeline.day_of(venue, lets, [*booked, *more], closed, on, now(), hosts=True)
    return {
        "day": shown, "on": on, "renters": renters, "asked": asked, "asked_count": count, "clocks": _clocks(venue, shown),
        "room_of": {room.id: room for room, _terms in lets}, "policy": policy, "is_today": on == today_of(venue),
        "sum": lists.day_sum(venue, booked, on, policy), "release": release, **_around(on, 1),
    }  # fmt: skip


def _not_yet(venue: Venue, room_id: str, start: datetime, end: datetime) -> Booking:
    """What is only being filled in, to be drawn among what is booked."""
    return Booking("", venue.network_id, venue.id, room_id, "", start, end, start, end, "new", "", now(), now())


def _parts(cell: timeline.Cell) -> list[timeline.Cell]:
    """A free cell in parts of two hours."""
    if cell.kind != "free":
        return [cell]
    starts = range(0, cell.span, PART)
    quarter = timeline.QUARTER
    return [
        timeline.Cell("free", cell.start + n * quarter, cell.start + min(n + PART, cell.span) * quarter, min(PART, cell.span - n))
        for n in starts
    ]


def _clocks(venue: Venue, shown: timeline.Day) -> str:
    """What the clock says at the edge of each column, for who drags: 08:00 08:15 …"""
    edges = [(shown.start + n * timeline.QUARTER).astimezone(venue.zone) for n in range(shown.columns + 1)]
    said = [f"{edge:%H:%M}" for edge in edges]
    return " ".join("24:00" if n and clock == "00:00" else clock for n, clock in enumerate(said))


def _week(venue: Venue, on: date) -> dict[str, Any]:
    days = week.days_of(on)
    with reading() as store:
        lets = store.rooms.let(venue.id, now())
        span = week.span_of(venue, days)
        strips, closed = store.desk.strips(venue.id, *span), outside.all_closed(store, lets, *span)
    shown = week.week_of(venue, lets, strips, closed, on)
    around = _around(days[0], week.DAYS)
    return {"week": shown, "on": on, "today": today_of(venue), "path": _path, "counted": _counted(shown.columns), **around}


def _counted(columns: int) -> Callable[[week.Cell], str]:
    """How a day of a room is told; the words are looked up once, not for each of many cells."""
    words, free, closed, partly = _("%(count)s × · %(hours)s h"), _("free"), _("closed"), _("partly closed")

    @cache
    def hours(quarters: int) -> str:
        return str(format_decimal(quarters / 4))

    def counted(cell: week.Cell) -> str:
        if cell.count or cell.quarters:
            return words % {"count": cell.count, "hours": hours(cell.quarters)}
        return closed if cell.closed(0, columns) else partly if cell.partly else free

    return counted


def _path(spans: list[tuple[int, int]]) -> str:
    """Bars of a strip as one path: thousands of elements would cost more than all else."""
    return "".join(f"M{start} 0h{width}v8h-{width}z" for start, width in spans)


def _around(on: date, days: int) -> dict[str, date]:
    return {"before": on - timedelta(days=days), "after": on + timedelta(days=days)}
