"""Meetings that are repeated, on the web: the form, every time with what is in the way, and changing or cancelling later.

For members, and for hosts with their rights; a stranger asks the host. Whoever books at the ordinary form comes here by *repeat*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, render_template, request
from flask_babel import format_date
from flask_babel import gettext as _

from s2m.domain.bookings import Booker, Preview
from s2m.domain.errors import S2MError
from s2m.domain.venues import Room, Venue
from s2m.web.context import limit, me, now
from s2m.web.errors import sentence
from s2m.web.rooms.shared import words_for_pages

if TYPE_CHECKING:
    from s2m.domain.rooms import RoomTerms
    from s2m.store import Store

blueprint = Blueprint("series", __name__)
blueprint.context_processor(words_for_pages)
HOUR = timedelta(hours=1)
# A choice for a day comes as do_2026-03-12
CHOICE = "do_"
BUTTONS = {"act", "csrf_token", "agreed"}
ACTS = ("preview", "skip", "book")


def day_words(day: date) -> str:
    return str(format_date(day, "EEE d MMM y")).replace(".", "")


# In a word what is in the way that day; all else is said in its sentence
IN_THE_WAY: dict[str, Callable[..., str]] = {
    "taken": lambda **d: _("taken"),
    "taken_elsewhere": lambda **d: _("taken in another calendar"),
    "room_closed": lambda reason, **d: _("closed: %(reason)s", reason=reason),
    "holiday": lambda name, **d: _("holiday: %(name)s", name=name),
    "room_hours": lambda **d: _("out of hours"),
    "closed_day": lambda **d: _("closed that day"),
    "clock_skipped": lambda **d: _("this time does not exist that night"),
    "booking_far": lambda **d: _("too far ahead"),
    "too_soon": lambda **d: _("too soon"),
    "booking_past": lambda **d: _("over"),
    "extra_gone": lambda name, left, **d: _("%(name)s: %(left)s left", name=name, left=left),
    "not_in_room": lambda **d: _("not to be had in that room"),
}


def in_the_way(problem: S2MError) -> str:
    return IN_THE_WAY.get(problem.code, lambda **d: sentence(problem.code, problem.data))(**problem.data)


@dataclass(frozen=True)
class Asked:
    """What somebody typed, as they typed it, and what they chose for single days."""

    values: Mapping[str, Any]
    weekdays: list[str]
    choices: Mapping[str, str]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The form, to be carried through the preview."""
        given = request.form.items(multi=True)
        return [(key, value) for key, value in given if key not in BUTTONS and not key.startswith(CHOICE)]


def asked() -> Asked:
    given = request.form if request.method == "POST" else request.args
    choices = {key.removeprefix(CHOICE): value for key, value in given.items() if key.startswith(CHOICE) and value}
    return Asked(given, given.getlist("weekdays"), choices)


def bookable(store: Store, venue: Venue) -> list[tuple[Room, RoomTerms]]:
    let = store.rooms.let(venue.id, now())
    return [(room, terms) for room, terms in let if terms.bookable_by != "hosts" or me().hosts(venue)]


def limit_acts(by: Booker, scope: str = "all") -> None:
    """Many times at once keep everybody else waiting: a few such acts an hour are enough for who is no host. Raises TooMany."""
    if by.is_host:
        return
    if scope == "this":
        limit("booking-change", by.id, most=20, per=HOUR)
    else:
        limit("series-act", by.id, most=6, per=HOUR)


def with_skips(choices: Mapping[str, str], preview: Callable[[Mapping[str, str]], Preview]) -> Preview:
    """The preview; with one button everything that cannot be had is skipped."""
    seen = preview(choices)
    if request.form.get("act") != "skip":
        return seen
    return preview({**choices, **{one.day.isoformat(): "skip" for one in seen.open}})


def show_preview(form: Asked, seen: Preview, what: str, problem: str, **more: Any) -> str:
    return render_template(
        "series/preview.html", seen=seen, kept=form.kept, day_words=day_words, in_the_way=in_the_way, problem=problem, what=what,
        action=request.path, hosts=me().hosts(g.venue), **more,
    )  # fmt: skip


from s2m.web.series import beginning, later  # noqa: E402

__all__ = ["beginning", "blueprint", "later"]
