"""Talks on a member's phone: what is coming, announcing one, saying whether it was of use. Counting is in `attendance.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import talks
from s2m.domain.agenda import Moment
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.talks import Talk
from s2m.domain.venues import Venue
from s2m.web import context
from s2m.web.context import limit, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.home import ticked
from s2m.web.policy import signed_in

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("talks", __name__)
HALF = 1800


@dataclass(frozen=True)
class Shown:
    """A talk with the first name of who gives it and the name of its room; either may be empty."""

    talk: Talk
    speaker: str
    room: str


def shown(store: Store, found: Iterable[Talk]) -> list[Shown]:
    known = list(found)
    names = store.people.first_names({talk.speaker_id for talk in known if talk.speaker_id})
    rooms = {room_id: store.venues.room(room_id) for room_id in {talk.room_id for talk in known if talk.room_id}}
    named = {room_id: room.name for room_id, room in rooms.items() if room}
    return [Shown(talk, names.get(talk.speaker_id or "", ""), named.get(talk.room_id or "", "")) for talk in known]


def my_venue() -> Venue:
    """Where I am, or was last. Raises NotFound where there is no venue at all."""
    venue = context.shown_venue()
    if venue is None:
        raise NotFound()
    return venue


def talk_with(store: Store, talk_id: str) -> Talk:
    """A talk of my network; the page is about its venue and in its time."""
    talk = talks.the_talk(store, person().network_id, talk_id)
    g.venue = store.venues.get(talk.venue_id)
    return talk


@blueprint.get("/talks")
@signed_in
def coming() -> ResponseReturnValue:
    return page()


def page(problem: str = "") -> str:
    """The talks and tasks to come, with what just did not work."""
    venue = my_venue()
    with reading() as store:
        mine = store.tasks.of_person(person().id, now() - timedelta(days=1))
        open_tasks = [task for task in store.tasks.open_ones(venue.id) if task.starts_at > now() or task.id in mine]
        return render_template(
            "talks/index.html", problem=problem, coming=shown(store, store.talks.coming(venue.id, now())),
            to_say=store.talks.unanswered(person().id), tasks=open_tasks, mine=mine,
            taken=store.tasks.counts({task.id for task in open_tasks}), policy=context.policy_of(store, venue),
        )  # fmt: skip


# Announcing ----------------------------------------------------------------------------------------------------


@blueprint.route("/talks/new", methods=["GET", "POST"])
@signed_in
def announce() -> ResponseReturnValue:
    venue = my_venue()
    if request.method == "GET":
        return _form(venue, first_values(venue))
    limit("announce", person().id, most=20, per=timedelta(hours=1))
    try:
        with writing() as store:
            talk, moment = talks.announce(store, person(), venue, request.form, person().id, now(), teaches=ticked("teaches"))
    except (Invalid, Refused) as error:
        return _form(venue, request.form, error)
    tell_announced(moment)
    return redirect(url_for("talks.talk", talk_id=talk.id), 303)


def tell_announced(moment: Moment) -> None:
    flash(_("The talk is announced."))
    if moment.twice:
        flash(_("That night the clock shows this time twice: the first time is meant."))


def first_values(venue: Venue) -> dict[str, object]:
    """What stands in a form of something to come: today, at the next half hour."""
    local = datetime.fromtimestamp((now().timestamp() // HALF + 1) * HALF, venue.zone)
    return {"day": local.date().isoformat(), "time": local.strftime("%H:%M"), "teaches": "1"}


def _form(venue: Venue, values: Any, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        policy, rooms = context.policy_of(store, venue), store.venues.rooms(venue.id)
    body = render_template("talks/new.html", values=values, rooms=rooms, policy=policy, errors=said(error))
    return body, status_of(error) if error else 200


@blueprint.get("/talks/<talk_id>")
@signed_in
def talk(talk_id: str) -> ResponseReturnValue:
    return _page(talk_id)


def _page(talk_id: str, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        found = talk_with(store, talk_id)
        body = render_template(
            "talks/talk.html", one=shown(store, [found])[0], attendance=store.talks.attendance(found.id, person().id),
            listeners=len(store.talks.attendances(found.id)), mine=found.speaker_id == person().id,
            problem=sentence(error.code, error.data) if error else "",
        )  # fmt: skip
    return body, status_of(error) if error else 200


@blueprint.post("/talks/<talk_id>/cancel")
@signed_in
def cancel(talk_id: str) -> ResponseReturnValue:
    try:
        with writing() as store:
            talks.cancel(store, talk_with(store, talk_id), person().id, now())
    except Conflict as error:
        return _page(talk_id, error)
    flash(_("The talk is cancelled."))
    return redirect(url_for("talks.coming"), 303)


@blueprint.post("/talks/<talk_id>/useful")
@signed_in
def useful(talk_id: str) -> ResponseReturnValue:
    limit("useful", person().id, most=60, per=timedelta(hours=1))
    try:
        with writing() as store:
            talks.say(store, talk_with(store, talk_id), person(), request.form.get("useful"), now())
    except (Conflict, Invalid) as error:
        return _page(talk_id, error)
    flash(_("Noted. The speaker never sees who said what."))
    return redirect(url_for("talks.talk", talk_id=talk_id), 303)
