"""A member's day: the balance, the visit, and who is here for them. The whole of it refreshes itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from s2m.domain import contributions, meetings, posts, presence
from s2m.domain.errors import Invalid
from s2m.domain.people import Person
from s2m.domain.presence import Visit
from s2m.domain.venues import day_end
from s2m.web import asks, context, introductions
from s2m.web.context import limit, now, person, policy_of, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.live import same_unless_changed
from s2m.web.policy import signed_in

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("home", __name__)
SHOWN = 5
# How long after a thanks somebody is no longer proposed for another
THANKED = timedelta(days=presence.MET_DAYS)


@blueprint.get("/me")
@signed_in
def today() -> ResponseReturnValue:
    return render_template("home/index.html", **_day())


@blueprint.get("/me/now")
@signed_in
def part() -> ResponseReturnValue:
    """What changes on the page by itself. Form tokens differ each time and do not count as a change."""
    response = make_response(render_template("home/_now.html", **_day()))
    return same_unless_changed(response)


def _day() -> dict[str, object]:
    venue = context.shown_venue()
    with reading() as store:
        visit = store.presence.open_visit(person())
        day: dict[str, object] = {
            "account": store.ledger.person_account(person().id),
            "visit": visit,
            "topics": store.presence.topics(visit.id) if visit else [],
            "room_name": _room_name(store, visit),
            "offer": next(iter(posts.offers(store, person(), now())), None),
            "badge": store.people.valid_badge(person().id),
            "policy": policy_of(store, venue) if venue else None,
            "talks": store.talks.coming(venue.id, now(), until=day_end(venue, now())) if venue else [],
            "to_say": store.talks.unanswered(person().id),
            **introductions.cards(store),
            "to_ask": meetings.later(store, person(), now()),
            "came": meetings.open_outcome(store, person(), now()),
        }
        others = _to_thank(store)
        day |= asks.day(store, visit)
        day["waiting"] = len(store.contributions.waiting(person().id))
        day["freeze"] = store.mending.standing_freeze(person().id)
    found = context.matches_for(visit, SHOWN) if visit else ()
    fit = {match.person_id for match in found}
    return day | {"matches": found, "to_thank": sorted(others, key=lambda other: other.id not in fit)[:3]}


def _room_name(store: Store, visit: Visit | None) -> str:
    room = store.venues.room(visit.room_id) if visit and visit.room_id else None
    return room.name if room else ""


def _to_thank(store: Store) -> list[Person]:
    """The people of these days whom I did not thank yet, the latest first."""
    thanked = {t.receiver_id for t in store.contributions.given(person().id) if now() - t.at < THANKED}
    return [p for p in contributions.to_thank(store, person(), now()) if p.id not in thanked]


@blueprint.post("/me/leave")
@signed_in
def leave() -> ResponseReturnValue:
    with writing() as store:
        visit = asks.my_visit(store)
        held = presence.held_for(store, visit)
        presence.leave(store, visit, now())
    dots = ngettext("%(number)s dot", "%(number)s dots", held, number=held)
    flash(_("You are checked out. %(dots)s came off your balance.", dots=dots) if held else _("You are checked out."))
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/hide")
@signed_in
def hide() -> ResponseReturnValue:
    """Out of sight, or in sight again, for this visit; counts at once on every page."""
    limit_changes("hide")
    hidden = request.form.get("hidden") == "1"
    with writing() as store:
        presence.hide(store, asks.my_visit(store), hidden, now())
    flash(_("Nobody sees you now. You still see others.") if hidden else _("People who fit see you again, during this visit."))
    return redirect(url_for("home.today"), 303)


@blueprint.route("/me/need", methods=["GET", "POST"])
@signed_in
def need() -> ResponseReturnValue:
    """What I need or share today, asked again."""
    if request.method == "GET":
        with reading() as store:
            return _need_page(store, asks.my_visit(store))
    limit_changes("need")
    with writing() as store:
        visit = asks.my_visit(store)
        try:
            said = parse_need()
            presence.answer_need(store, visit, said, now(), visible=ticked("visible"), on_wall=ticked("on_wall"))
        except Invalid as error:
            return _need_page(store, visit, error)
    return redirect(url_for("home.today"), 303)


def _need_page(store: Store, visit: Visit, error: Invalid | None = None) -> ResponseReturnValue:
    said = [t for t in store.presence.topics(visit.id) if t.kind in ("need", "offer") and not t.solved_at]
    page = render_template(
        "home/need.html",
        kind=request.form.get("kind") or (said[0].kind if said else "need"),
        text=request.form.get(request.form.get("kind", ""), said[0].text if said else ""),
        visible=ticked("visible") if error else visit.visible,
        on_wall=ticked("on_wall") if error else "wall" in store.people.consents(person().id),
        knows=[t.text for t in store.people.topics(person().id)][:6],
        errors={"need": sentence(error.code, error.data)} if error else {},
    )
    return page, status_of(error) if error else 200


def parse_need() -> presence.Need:
    """The answer in the form of this request: the text that belongs to the chosen kind. Raises Invalid."""
    form = request.form
    texts = {"need": form.get("need"), "offer": form.get("offer") or form.get("topic")}
    return presence.parse_need(form.get("kind"), texts.get(form.get("kind", ""), ""))


def limit_changes(name: str) -> None:
    """What counts at once for everybody in the house makes every open page read anew. Raises TooMany."""
    limit(name, person().id, most=60, per=timedelta(hours=1))


def ticked(name: str) -> bool:
    return request.form.get(name) == "1"


@blueprint.route("/me/work", methods=["GET", "POST"])
@signed_in
def work() -> ResponseReturnValue:
    """One more thing that I work on today."""
    if request.method == "GET":
        with reading() as store:
            asks.my_visit(store)
        return render_template("home/work.html", errors={}, text="")
    limit_changes("work")
    try:
        with writing() as store:
            presence.add_work(store, asks.my_visit(store), request.form.get("text", ""), now())
    except Invalid as error:
        errors = {"text": sentence(error.code, error.data)}
        return render_template("home/work.html", errors=errors, text=request.form.get("text", "")), status_of(error)
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/visit/topics/<topic_id>/solved")
@signed_in
def solved(topic_id: str) -> ResponseReturnValue:
    with writing() as store:
        presence.solve(store, person(), topic_id, now())
    flash(_("Good. Did somebody help you? Thank them below."))
    return redirect(url_for("home.today"), 303)


@blueprint.post("/me/visit/topics/<topic_id>/drop")
@signed_in
def drop(topic_id: str) -> ResponseReturnValue:
    with writing() as store:
        presence.drop_topic(store, asks.my_visit(store), topic_id, now())
    return redirect(url_for("home.today"), 303)
