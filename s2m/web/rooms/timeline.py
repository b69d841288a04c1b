"""A day and a week across the rooms, for whoever wants to see where there is room. Of others' meetings only that they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from s2m.domain.bookings import timeline
from s2m.domain.bookings.timeline import Day, Let
from s2m.domain.calendars import outside
from s2m.domain.venues import Venue
from s2m.web.context import me, now, reading
from s2m.web.policy import anyone
from s2m.web.rooms import blueprint
from s2m.web.rooms.shared import day_in, the_venue, today

if TYPE_CHECKING:
    from s2m.store import Store

WEEK = 7


@dataclass(frozen=True)
class Strip:
    """A room's day as bars. taken: begin and width of each, of `width` quarters; free: whether anything can be booked."""

    on: date
    width: int
    taken: tuple[tuple[int, int], ...]
    free: bool


@blueprint.get("/rooms/<slug>/day")
@anyone
def day(slug: str) -> ResponseReturnValue:
    venue = the_venue(slug)
    return render_template("rooms/day.html", **_day(venue))


@blueprint.get("/rooms/<slug>/day/now")
@anyone
def day_now(slug: str) -> ResponseReturnValue:
    """The part of the day that changes."""
    response = make_response(render_template("rooms/_day.html", **_day(the_venue(slug))))
    response.add_etag()
    return response.make_conditional(request)


def _day(venue: Venue) -> dict[str, Any]:
    on = day_in(venue, request.args)
    with reading() as store:
        shown = days_of(store, venue, store.rooms.let(venue.id, now()), on, 1)[0]
    return {"day": shown, "on": on, "title_of": title_of, **around(venue, on, 1)}


@blueprint.get("/rooms/<slug>/week")
@anyone
def week(slug: str) -> ResponseReturnValue:
    """Of the week that goes on what is still to come: a telephone shows its first days."""
    venue = the_venue(slug)
    on = max(monday(day_in(venue, request.args)), today(venue))
    with reading() as store:
        days = days_of(store, venue, store.rooms.let(venue.id, now()), on, WEEK)
    rows = [(row.room, row.terms, [strip(one, n) for one in days]) for n, row in enumerate(days[0].rows)]
    return render_template("rooms/week.html", days=days, rows=rows, on=on, **around(venue, on, WEEK))


def monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def days_of(
    store: Store, venue: Venue, lets: list[Let], on: date, days: int, *, within: tuple[time, time] | None = None
) -> list[Day]:
    """Days in a row across these rooms."""
    since, until = timeline.day_query(venue, on, days)
    ids = [room.id for room, _terms in lets]
    booked, closed = store.bookings.between(venue.id, since, until, room_ids=ids), outside.all_closed(store, lets, since, until)
    each = (on + timedelta(days=n) for n in range(days))
    return [timeline.day_of(venue, lets, booked, closed, day, now(), within=within) for day in each]


def aligned(store: Store, venue: Venue, let: Let, on: date) -> list[Day]:
    """A week of one room, each day in the same hours: from the earliest to the latest of them all."""
    days = days_of(store, venue, [let], on, WEEK)
    shown = [day for day in days if any(cell.kind != "closed" for cell in day.rows[0].cells)] or days
    starts = min(day.start.astimezone(venue.zone).time() for day in shown)
    last = max((day.end.astimezone(venue.zone).replace(tzinfo=None) - datetime.combine(day.on, time())) for day in shown)
    return days_of(store, venue, [let], on, WEEK, within=(starts, (datetime.min + last).time()))


def strip(day: Day, n: int) -> Strip:
    """The n-th room of a day."""
    at, taken = 0, []
    cells = day.rows[n].cells
    for cell in cells:
        if cell.kind not in ("free", "idle"):
            taken.append((at, cell.span))
        at += cell.span
    return Strip(day.on, day.columns, tuple(taken), any(cell.kind == "free" for cell in cells))


def title_of(booking: Any) -> str:
    """What whoever looks may read of a meeting."""
    who = me().person
    return timeline.title_for(booking, who.id if who else None, member=who is not None)


def around(venue: Venue, on: date, days: int) -> dict[str, Any]:
    """The days before and after, none of them over."""
    before = on - timedelta(days=days)
    first = monday(today(venue)) if days == WEEK else today(venue)
    return {"before": before if before >= first else None, "after": on + timedelta(days=days), "today": today(venue)}
