"""Asks: put my need out, answer somebody else's, help with what stands on the wall.

Nobody's page says who was asked, declined or let it pass; first names and rooms stand there once both said yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import asks, contributions, presence, wall
from s2m.domain.asks import Ask, Asking
from s2m.domain.contributions import Thanks
from s2m.domain.errors import Invalid, NotFound, Refused, S2MError
from s2m.domain.fields import TOPIC_MAX
from s2m.domain.people import Person
from s2m.domain.presence import Visit, VisitTopic
from s2m.web.context import limit, now, person, policy_of, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.live import same_unless_changed
from s2m.web.policy import signed_in

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("asks", __name__)
# How long the two who found each other stand on the page of whoever asked
KEPT = timedelta(days=presence.MET_DAYS)


@dataclass(frozen=True)
class Meeting:
    """Two who said yes. where: the other's room, or the venue; empty once they have left."""

    ask: Ask
    name: str
    where: str


def my_visit(store: Store) -> Visit:
    """Raises Refused `not_here`."""
    visit = store.presence.open_visit(person())
    if visit is None:
        raise Refused("not_here")
    return visit


def _need_of(store: Store, visit: Visit) -> VisitTopic | None:
    return next((t for t in store.presence.topics(visit.id) if t.kind == "need" and not t.solved_at), None)


# My day ---------------------------------------------------------------------------------------------------------------


def day(store: Store, visit: Visit | None) -> dict[str, object]:
    """What asks put on a member's day: templates/asks/_now.html says what each is."""
    me = person()
    mine, untold, unmet = store.asks.open_of(me.id), store.asks.untold(me.id), None
    if visit and _need_of(store, visit) is None:
        unmet = presence.unmet_need(store, me, now())
    waiting = store.asks.waiting(mine.id) if mine else None
    return {
        "ask": mine,
        "asking": waiting if waiting and waiting.answer_by > now() else None,
        "asked": _asked(store),
        "met": _meetings(store, ((ask, helper.person_id) for ask, helper in store.asks.found_of(me.id, now() - KEPT))),
        "helping": _helping(store),
        "untold": untold,
        "unmet": unmet,
        "paused": visit is not None and store.asks.paused(me.id, now()),
        "on_wall": len(asks.offers(store, me, visit, now())) if visit else 0,
    }


def _helping(store: Store) -> list[Meeting]:
    """Whom I said yes to, and where they are."""
    return _meetings(store, ((ask, ask.person_id) for ask, _helper in store.asks.helping(person().id)))


def _asked(store: Store) -> tuple[Asking, Ask] | None:
    """The quiet question that waits for me, while there is time."""
    asking = store.asks.waiting_for(person().id)
    ask = store.asks.get(asking.ask_id) if asking and asking.way == "quiet" else None
    return (asking, ask) if asking and ask and ask.stands(now()) and asking.answer_by > now() else None


def _meetings(store: Store, found: Iterable[tuple[Ask, str | None]]) -> list[Meeting]:
    """Both said yes: the other's first name, and where they are while both are there and the other lets it be seen."""
    here, met = store.presence.open_visit(person()), []
    for ask, other_id in found:
        other = store.people.get(other_id) if other_id else None
        if other and not other.erased_at:
            near = here is not None and here.venue_id == ask.venue_id
            met.append(Meeting(ask, other.first_name, _where(store, ask, other) if near else ""))
    return met


def _where(store: Store, ask: Ask, other: Person) -> str:
    visit = store.presence.open_visit(other)
    if visit is None or visit.venue_id != ask.venue_id or not visit.visible or store.pauses.paused(other.id, now()):
        return ""
    room, venue = store.venues.room(visit.room_id) if visit.room_id else None, store.venues.get(ask.venue_id)
    return room.name if room else venue.name if venue else ""


# My ask ---------------------------------------------------------------------------------------------------------------


@blueprint.route("/me/ask", methods=["GET", "POST"])
@signed_in
def ask() -> ResponseReturnValue:
    """Ask the room: the ways, until when, and where I sit."""
    if request.method == "GET":
        with reading() as store:
            return _form(store, my_visit(store))
    limit("ask", person().id, most=20, per=timedelta(hours=1))
    try:
        with writing() as store:
            _put_out(store, my_visit(store))
    except (Invalid, Refused) as error:
        with reading() as store:
            return _form(store, my_visit(store), error)
    return redirect(url_for("home.today"), 303)


def _put_out(store: Store, visit: Visit) -> None:
    form, topic, venue = request.form, _need_of(store, visit), store.venues.get(visit.venue_id)
    quiet, on_wall = form.get("quiet") == "1", form.get("wall") == "1"
    if not quiet and not on_wall:
        raise Invalid("way", "choice")
    if topic is None or venue is None:
        raise NotFound()
    ends_at = asks.end_of(form.get("span"), visit, now())
    if on_wall:
        asks.check_wall(person(), visit, topic.text)
    visit = presence.sit_in(store, visit, venue, form.get("room") or None)
    asks.put_out(store, visit, topic, now(), quiet=quiet, wall=on_wall, ends_at=ends_at)


def _form(store: Store, visit: Visit, error: S2MError | None = None) -> ResponseReturnValue:
    topic = _need_of(store, visit)
    if topic is None:
        return redirect(url_for("home.need"), 303)
    form, standing = request.form, store.asks.open_of(person().id)
    ways = {"quiet": standing.quiet, "wall": standing.wall} if standing else {"quiet": True, "wall": False}
    if form:
        ways = {way: form.get(way) == "1" for way in ways}
    field = "room" if error and error.code == "room_full" else str(error.data.get("field", "way")) if error else ""
    page = render_template(
        "asks/ask.html", need=topic.text, rooms=[(room.id, room.name) for room in store.venues.rooms(visit.venue_id)],
        ways=ways, span=form.get("span", "60"), room=form.get("room", visit.room_id or ""),
        closes_at=visit.closes_at, errors={field: sentence(error.code, error.data)} if error else {},
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.post("/me/ask/again")
@signed_in
def again() -> ResponseReturnValue:
    """What nobody took up before, asked once more: it becomes today's need, and how to ask it comes next."""
    with writing() as store:
        visit, unmet = my_visit(store), presence.unmet_need(store, person(), now())
        if unmet and _need_of(store, visit) is None:
            need = presence.Need("need", unmet.text)
            presence.answer_need(store, visit, need, now(), visible=visit.visible, on_wall=False, remembered=False)
    return redirect(url_for("asks.ask"), 303)


@blueprint.post("/me/asks/<ask_id>/withdraw")
@signed_in
def withdraw(ask_id: str) -> ResponseReturnValue:
    with writing() as store:
        asks.withdraw(store, person(), ask_id, now())
    flash(_("You ask nobody any more. What you need still stands here."))
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/asks/<ask_id>/wall")
@signed_in
def to_wall(ask_id: str) -> ResponseReturnValue:
    with writing() as store:
        asks.to_wall(store, person(), ask_id, now())
    flash(_("It stands on the wall, without your name."))
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/asks/<ask_id>/missed")
@signed_in
def missed(ask_id: str) -> ResponseReturnValue:
    """We did not meet, from either of the two."""
    with writing() as store:
        asks.missed(store, person(), ask_id, now())
    flash(_("All right. We look for somebody else while there is time."))
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/asks/<ask_id>/seen")
@signed_in
def seen(ask_id: str) -> ResponseReturnValue:
    with writing() as store:
        asks.seen(store, person(), ask_id, now())
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/asks/<ask_id>/done")
@signed_in
def done(ask_id: str) -> ResponseReturnValue:
    """It is done; with thanks=1 whoever helped is thanked in the same tap, by the house's rules, once for each ask."""
    limit("thank", person().id, most=30, per=timedelta(hours=1))
    try:
        with writing() as store:
            helper = _helper(store, asks.done(store, person(), ask_id, now()))
            thanks = _thank(store, ask_id, helper) if helper and request.form.get("thanks") == "1" else None
    except Refused as error:
        if error.code == "ask_over":
            raise
        return _without_thanks(ask_id, error)
    if helper and thanks:
        given = {"earned": _("Your thanks is on its way into the balance of %(name)s.", name=helper.first_name)}
        flash(given.get(thanks.kind) or _("%(name)s reads your thanks now.", name=helper.first_name))
        return redirect(url_for("contributions.thank"), 303)
    flash(_("Good that it is done."))
    return redirect(url_for("home.today"), 303)


def _helper(store: Store, ask: Ask) -> Person | None:
    helper = store.asks.helper(ask.id)
    return store.people.get(helper.person_id) if helper else None


def _thank(store: Store, ask_id: str, helper: Person) -> Thanks:
    ask = store.asks.get(ask_id)
    venue = store.venues.get(ask.venue_id) if ask else None
    assert ask and venue, "it was closed a moment ago"
    policy, topic = policy_of(store, venue), ask.text if len(ask.text) <= TOPIC_MAX else wall.shortened(ask.text)
    kind = "earned" if policy.thanks_amount else "plain"
    return contributions.thank(
        store, person(), helper, venue, policy, topic, _("You answered my ask."), now(), key=f"ask:{ask.id}", kind=kind
    )  # fmt: skip


def _without_thanks(ask_id: str, error: Refused) -> ResponseReturnValue:
    """The thanks were refused, a cap perhaps: the ask is done all the same, and words can still be said."""
    with writing() as store:
        helper = _helper(store, asks.done(store, person(), ask_id, now()))
    flash(sentence(error.code, error.data), "error")
    return redirect(url_for("contributions.thank", to=helper.id if helper else None), 303)


# Asked ----------------------------------------------------------------------------------------------------------------


@blueprint.post("/me/asked/<asking_id>")
@signed_in
def answer(asking_id: str) -> ResponseReturnValue:
    """Yes or not now: to a question of ours, or to somebody who offers. What is overdue goes on first, whatever comes of it."""
    accepted = request.form.get("answer") == "yes"
    with writing() as store:
        asks.step_due(store, person().network_id, now())
    with writing() as store:
        asks.answer(store, person(), asking_id, accepted, now())
    flash(_("Good. Here is where you find each other.") if accepted else _("Fine. Nobody is told."))
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/asked")
@signed_in
def pause() -> ResponseReturnValue:
    """Ask me nothing more today, or ask me again."""
    back = request.form.get("again") == "1"
    with writing() as store:
        (asks.come_back if back else asks.pause)(store, person(), now())
    flash(_("Welcome back. We may ask you again.") if back else _("We ask you nothing more today."))
    return redirect(url_for("home.today"), 303)


# What stands on the wall ----------------------------------------------------------------------------------------------


@blueprint.get("/here/asks")
@signed_in
def here() -> ResponseReturnValue:
    """What stands on the wall of where I am, to say yes to."""
    return render_template("asks/here.html", error="", **_wall())


@blueprint.get("/here/asks/now")
@signed_in
def here_now() -> ResponseReturnValue:
    return same_unless_changed(make_response(render_template("asks/_here.html", **_wall())))


def _wall() -> dict[str, object]:
    with reading() as store:
        visit = store.presence.open_visit(person())
        return {
            "visit": visit,
            "helping": _helping(store),
            "offers": asks.offers(store, person(), visit, now()) if visit else [],
        }


@blueprint.post("/here/asks/<ask_id>")
@signed_in
def offer(ask_id: str) -> ResponseReturnValue:
    """I can help."""
    limit("offer", person().id, most=30, per=timedelta(hours=1))
    try:
        with writing() as store:
            asking = asks.offer(store, person(), ask_id, now())
    except Refused as error:
        return render_template("asks/here.html", error=sentence(error.code, error.data), **_wall()), status_of(error)
    if asking.answer == "accepted":
        return redirect(url_for("home.today"), 303)
    flash(_("They are told that somebody can help. On their yes you both read where to find each other."))
    return redirect(url_for("asks.here"), 303)
