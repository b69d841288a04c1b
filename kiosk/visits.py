"""The screens of one visit that has just begun or is about to end: the need, the welcome, undo and goodbye."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kiosk import blueprint
from kiosk.refusals import sentence
from s2m.domain import meetings, presence
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.meetings import Question
from s2m.domain.people import Person
from s2m.domain.presence import Need, Visit, VisitTopic
from s2m.web.context import device, matches_for, now, policy_of, reading, writing
from s2m.web.context import device_venue as venue
from s2m.web.errors import status_of
from s2m.web.policy import paired
from s2m.web.topics import suggestions

if TYPE_CHECKING:
    from s2m.store import Store

WINDOW = timedelta(minutes=5)
CHIPS = 6


def open_screen(visit_id: str | None, *, proven: bool) -> None:
    """The only visit that this tablet shows from now on. proven: by badge, code or as somebody new, not by a name alone."""
    session["visit"], session["proven"] = visit_id, proven


def _proven() -> bool:
    return session.get("proven") is True


def _on_screen(store: Store, visit_id: str) -> tuple[Visit, Person]:
    """The visit that its own visitor opened on this tablet minutes ago. Raises Refused `screen_over` for any other."""
    ours = session.get("visit") == visit_id and store.scans.seen_here(device().id, visit_id, now() - WINDOW)
    visit = store.presence.get(visit_id) if ours else None
    person = store.people.get(visit.person_id) if visit and visit.person_id else None
    if visit is None or person is None or visit.venue_id != venue().id:
        raise Refused("screen_over")
    return visit, person


def _going_on(store: Store, visit_id: str) -> tuple[Visit, Person]:
    """The same, of a visit that has not ended. Raises Refused `screen_over`."""
    visit, person = _on_screen(store, visit_id)
    if not visit.is_open:
        raise Refused("screen_over")
    return visit, person


@blueprint.route("/visits/<visit_id>/need", methods=["GET", "POST"])
@paired("kiosk")
def need(visit_id: str) -> ResponseReturnValue:
    """What do you need today? Asking is what the screen begins with."""
    if request.method == "GET":
        return _need_screen(visit_id)
    try:
        with writing() as store:
            visit, person = _on_screen(store, visit_id)
            if request.form.get("act") == "solved":
                _solve(store, person)
            else:
                _answer(store, visit, _need(store, person))
    except Invalid as error:
        return _need_screen(visit_id, error)
    return redirect(url_for("kiosk.need" if request.form.get("act") == "solved" else "kiosk.welcome", visit_id=visit_id), 303)


def _answer(store: Store, visit: Visit, said: Need) -> None:
    presence.answer_need(
        store, visit, said, now(), visible=_ticked("visible"), on_wall=_ticked("on_wall"), proven=_proven(),
        quiet=_ticked("quiet"),
    )  # fmt: skip


def _unmet(store: Store, person: Person) -> VisitTopic | None:
    return presence.unmet_need(store, person, now()) if _proven() else None


def _ticked(name: str) -> bool:
    return request.form.get(name) == "1"


def _need(store: Store, person: Person) -> Need:
    form = request.form
    unmet = _unmet(store, person) if form.get("act") == "ask-again" else None
    if unmet:
        return Need("need", unmet.text)
    texts = {"need": form.get("need"), "offer": form.get("offer") or form.get("topic")}
    return presence.parse_need(form.get("kind"), texts.get(form.get("kind", ""), ""))


def _solve(store: Store, person: Person) -> None:
    unmet = _unmet(store, person)
    if unmet:
        presence.solve(store, person, unmet.id, now())


def _need_screen(visit_id: str, error: Invalid | None = None) -> ResponseReturnValue:
    """Prefilled with today's answer so far; the two choices as this person left them last time, else empty.

    Who gave no more than a name sees nothing of what stands on that name.
    """
    with reading() as store:
        visit, person = _going_on(store, visit_id)
        said = [t for t in store.presence.topics(visit.id) if t.kind in ("need", "offer")]
        chosen = store.people.consents(person.id) if _proven() else set()
        knows = [t.text for t in store.people.topics(person.id)] if _proven() else []
        unmet = _unmet(store, person)
        nobody = unmet is not None and store.asks.expired_on(unmet.id)
    page = render_template(
        "kiosk/need.html", visit_id=visit.id, first_name=person.first_name, knows=knows[:CHIPS], again=unmet, nobody=nobody,
        proven=_proven(), quiet=_ticked("quiet"),
        kind=request.form.get("kind") or (said[0].kind if said else "need"),
        text=request.form.get("need") or request.form.get("offer") or (said[0].text if said else ""),
        visible=_ticked("visible") if error else "matching" in chosen,
        on_wall=_ticked("on_wall") if error else "wall" in chosen,
        errors={"need": sentence(error.code, error.data)} if error else {},
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.get("/topics")
@paired("kiosk")
def topics() -> ResponseReturnValue:
    """What somebody may mean who begins to type, as on the phone."""
    return jsonify(topics=suggestions())


@blueprint.get("/visits/<visit_id>")
@paired("kiosk")
def welcome(visit_id: str) -> ResponseReturnValue:
    """The seat as a hold, and up to three people to meet."""
    with reading() as store:
        visit, person = _going_on(store, visit_id)
        held = presence.held_for(store, visit)
        policy = policy_of(store, venue())
        low = _proven() and store.ledger.person_account(person.id).available < policy.soft_floor
        new = _newcomer(store, visit, person)
        asking = store.asks.open_of(person.id) if _proven() else None
    found = matches_for(visit)
    return render_template(
        "kiosk/welcome.html", visit_id=visit.id, first_name=person.first_name, held=held, until=visit.closes_at, low=low, new=new,
        matches=found, asked=visit.intent, hidden=not visit.visible, undo=presence.may_undo(visit, now()),
        day_pass=policy.day_pass_euro if low and held else 0,
        quiet=asking is not None and asking.quiet,
    )  # fmt: skip


def _newcomer(store: Store, visit: Visit, person: Person) -> dict[str, object] | None:
    """What somebody who just walked in takes along: the dots they got, and the code to come again with. Else None."""
    badge = store.people.valid_badge(person.id) if visit.way == "walk_in" and _proven() else None
    if badge is None:
        return None
    rows = store.ledger.statement(store.ledger.person_account(person.id))
    got = sum(row.amount for row in rows if row.transfer.kind == "newcomers_grant")
    return {"got": got, "code": f"{badge.short_code[:4]} {badge.short_code[4:]}"}


@blueprint.get("/visits/<visit_id>/again")
@paired("kiosk")
def again(visit_id: str) -> ResponseReturnValue:
    """A badge of somebody who is here: staying or leaving is theirs to say, nothing happens by itself."""
    with reading() as store:
        visit, person = _going_on(store, visit_id)
        if not _proven():
            raise Refused("screen_over")
        held = presence.held_for(store, visit)
    return render_template(
        "kiosk/again.html", visit_id=visit.id, first_name=person.first_name, visit=visit, held=held,
        leaving=session.get("leaving"),
    )  # fmt: skip


@blueprint.post("/visits/<visit_id>/undo")
@paired("kiosk")
def undo(visit_id: str) -> ResponseReturnValue:
    """That is not me: within 30 s the visit and its hold are let go."""
    with writing() as store:
        presence.undo(store, _on_screen(store, visit_id)[0], now())
    session.pop("visit", None)
    return redirect(url_for("kiosk.said", what="undone"), 303)


@blueprint.post("/visits/<visit_id>/leave")
@paired("kiosk")
def leave(visit_id: str) -> ResponseReturnValue:
    with writing() as store:
        visit, _person = _on_screen(store, visit_id)
        if not _proven():
            raise Refused("leave_by_name")
        presence.leave(store, visit, now())
    return redirect(url_for("kiosk.goodbye", visit_id=visit_id), 303)


@blueprint.get("/visits/<visit_id>/goodbye")
@paired("kiosk")
def goodbye(visit_id: str) -> ResponseReturnValue:
    with reading() as store:
        visit, person = _on_screen(store, visit_id)
        if visit.ended_at is None:
            raise NotFound()
        paid = store.ledger.transfer(visit.hold_id) if visit.hold_id else None
        account, policy = store.ledger.person_account(person.id), policy_of(store, venue())
        question = _next_question(store, visit)
    low = account if _proven() and account.available < policy.soft_floor else None
    return render_template(
        "kiosk/goodbye.html", first_name=person.first_name, visit=visit, paid=paid.amount if paid else 0, low=low, policy=policy,
        question=question,
    )  # fmt: skip


def _next_question(store: Store, visit: Visit) -> list[Question]:
    """One at a time."""
    return meetings.to_ask(store, visit, now())[:1] if _proven() else []


@blueprint.get("/visits/<visit_id>/met")
@paired("kiosk")
def question(visit_id: str) -> ResponseReturnValue:
    """The question alone, fetched again on every change: who hides is gone from this screen, too."""
    with reading() as store:
        visit, _person = _on_screen(store, visit_id)
        asked = _next_question(store, visit) if visit.ended_at else []
    return render_template("kiosk/_met.html", visit=visit, question=asked)


@blueprint.post("/visits/<visit_id>/met")
@paired("kiosk")
def say(visit_id: str) -> ResponseReturnValue:
    """Did you meet? One tap about one of those who were shown in the visit that has just ended; the next one follows."""
    with writing() as store:
        visit, person = _on_screen(store, visit_id)
        if not _proven():
            raise Refused("screen_over")
        meetings.say(store, person, visit.id, request.form.get("shown", ""), request.form.get("said"), now())
    return redirect(url_for("kiosk.goodbye", visit_id=visit_id), 303)
