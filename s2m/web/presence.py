"""The way in by phone: the kiosk's door code opens this venue's page, and one tap checks in.

Opening a door code changes nothing here. That the phone was near is kept in the browser's own signed cookie for ten
minutes, so the code stays out of addresses, and goes with it through signing in.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import asks, fields, presence, signin
from s2m.domain import door as doors
from s2m.domain.codes import DoorCode
from s2m.domain.errors import Conflict, Invalid, Refused, S2MError
from s2m.domain.people import Person
from s2m.domain.presence import CheckIn
from s2m.domain.venues import Venue, closing_after
from s2m.web import address, auth, context
from s2m.web.context import keys, limit, me, now, policy_of, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.home import parse_need, ticked
from s2m.web.policy import anyone

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking
    from s2m.store import Store

blueprint = Blueprint("presence", __name__)


@blueprint.get("/in/<code>")
@anyone
def door(code: str) -> ResponseReturnValue:
    """Where the kiosk's QR code leads."""
    try:
        with reading() as store:
            seen = doors.read(store, keys().door, code, now())
    except (Invalid, Refused) as error:
        return _type_code(error)
    return _near(seen)


def _near(seen: DoorCode) -> ResponseReturnValue:
    session["door"] = [seen.device_id, seen.step, int(now().timestamp()), secrets.token_urlsafe(12)]
    return redirect(url_for("presence.checkin"), 303)


def _proof() -> DoorCode | None:
    """The door code that this browser opened. Raises Refused `code_expired` when that was too long ago."""
    kept = session.get("door")
    if kept is None or len(kept) != 4:
        return None
    device_id, step, seen_at, _proof = kept
    doors.check_near(datetime.fromtimestamp(seen_at, UTC), now())
    return DoorCode(device_id, step)


def _type_code(error: S2MError | None = None, typed: str = "") -> ResponseReturnValue:
    """A scan that came too late, or none at all: six characters will do."""
    if "door" in session:  # a pop would write the cookie anew, also where there is nothing to forget
        del session["door"]
    said = _("This is not the door code of this place.") if error and error.code == "code_unreadable" else ""
    errors = {"code": said or sentence(error.code, error.data)} if error else {}
    return render_template("presence/code.html", errors=errors, code=typed[:12]), status_of(error) if error else 200


@blueprint.get("/in")
@anyone
def checkin() -> ResponseReturnValue:
    try:
        proof = _proof()
        if proof is None:
            return _type_code()
        with reading() as store:
            return page(store, _venue_of(store, proof))
    except Refused as error:
        return _type_code(error)


@blueprint.post("/in")
@anyone
def come_in() -> ResponseReturnValue:
    if "code" in request.form:
        return _typed(request.form["code"])
    try:
        proof = _proof()
        if proof is None:
            raise Refused("code_expired")
        return _check_in(proof, me().person)
    except Refused as error:
        if error.code in ("floor", "frozen"):
            return _again(proof, error)
        return _type_code(error)
    except (Invalid, Conflict) as error:
        return _again(proof, error)


def _typed(code: str) -> ResponseReturnValue:
    limit("door-typed", context.client(), most=60, per=timedelta(minutes=10))
    try:
        with reading() as store:
            seen = doors.read_typed(store, keys().door, code, now())
    except Refused as error:
        return _type_code(error, code)
    return _near(seen)


def _check_in(proof: DoorCode, person: Person | None) -> ResponseReturnValue:
    if request.form.get("act") == "solved":
        return solved(person, "presence.checkin")
    guest = None if person else parse_guest(proof.device_id)
    with writing() as store:
        venue = _venue_of(store, proof)
        if guest:
            person = doors.guest(
                store, proof.device_id, session["door"][3], venue, policy_of(store, venue), guest.name, now(),
                language=context.language(),
            )  # fmt: skip
        assert person, "a stranger is a guest by now"
        done = doors.go_in(
            store, proof, person, policy_of(store, venue), now(), need=need_of(store, person),
            visible=ticked("visible"), on_wall=ticked("on_wall"),
        )  # fmt: skip
        if guest:
            return welcome_guest(store, person, guest, done)
    return welcome(done)


def welcome(done: CheckIn) -> ResponseReturnValue:
    """To their day; the code that they came by is forgotten."""
    for kept in ("door", "meeting"):
        session.pop(kept, None)
    flash(_("Welcome. You are checked in.") if done.fresh else _("You are already checked in."))
    return redirect(url_for("home.today"), 303)


@dataclass(frozen=True)
class Guest:
    """email: where a link goes, if one was typed and was not mailed to too often."""

    name: str
    email: str | None


def parse_guest(way_in: str) -> Guest:
    """What a stranger typed, all of it, before it counts as a try. way_in: the kiosk, or the meeting. Raises Invalid, TooMany."""
    form = request.form
    name, email, _said = fields.name(form.get("name")), fields.optional_email(form.get("email")), parse_need()
    limit("guest", way_in, most=60, per=timedelta(hours=1))
    return Guest(name, email if email and address.may_mail(email) else None)


def welcome_guest(store: Store, person: Person, guest: Guest, done: CheckIn) -> ResponseReturnValue:
    """A session in this browser, and a link to the address, if any: to sign in where somebody has it, else to prove it.

    The page is the same for both, so that nobody learns who is known here.
    """
    token, waiting = signin.start_session(store, person, request.user_agent.string, now()), None
    if guest.email and not address.mail_link(store, person.network_id, guest.email, url_for("home.today")):
        waiting = address.ask_proof(store, person, guest.email)
    response = auth.signed_in_as(token, url_for("home.today"))
    if waiting:
        session["mail"] = waiting
    welcome(done)
    if request.form.get("email", "").strip():
        flash(_("A link is on its way to your mail address. Open it in this browser to keep what you earn."))
    return response


def need_of(store: Store, person: Person) -> presence.Need:
    """What the form says, or again what nobody answered last time. Raises Invalid."""
    if request.form.get("act") == "ask-again":
        unmet = presence.unmet_need(store, person, now())
        if unmet:
            return presence.Need("need", unmet.text)
    return parse_need()


def solved(person: Person | None, back: str) -> ResponseReturnValue:
    """What they asked last time is answered; the question of today comes again."""
    with writing() as store:
        unmet = presence.unmet_need(store, person, now()) if person else None
        if person and unmet:
            presence.solve(store, person, unmet.id, now())
    return redirect(url_for(back), 303)


def _venue_of(store: Store, proof: DoorCode) -> Venue:
    """The venue whose page this is. Raises Refused `code_expired`, `code_forged` for somebody of another network."""
    venue = doors.venue_of(store, proof)
    someone = me().person
    if someone and someone.network_id != venue.network_id:
        raise Refused("code_forged")
    g.venue = venue
    return venue


def _again(proof: DoorCode | None, error: S2MError) -> ResponseReturnValue:
    """The same page with what is wrong, nothing lost and nothing stored."""
    assert proof, "only a form that came with a proof can be wrong"
    with reading() as store:
        body = page(store, _venue_of(store, proof), error)
    return body, status_of(error)


def page(
    store: Store, venue: Venue, error: S2MError | None = None, *, way: str = "presence.checkin", meeting: Booking | None = None
) -> str:
    """The question of the day for who comes in by phone. way: where the form goes; meeting: whose guest they are."""
    someone = me().person
    visit = store.presence.open_visit(someone) if someone else None
    if visit and visit.venue_id == venue.id:
        offers = asks.offers(store, someone, visit, now()) if someone else []
        held = presence.held_for(store, visit)
        return render_template("presence/again.html", visit=visit, held=held, on_wall=len(offers))
    policy = policy_of(store, venue)
    chosen = store.people.consents(someone.id) if someone else set()
    closes_at = closing_after(venue, now())
    if meeting:
        closes_at = min(closes_at, meeting.ends_at + presence.AFTER)
    left = store.ledger.person_account(someone.id).available - policy.seat_price if someone and not meeting else None
    return render_template(
        "presence/checkin.html", form=request.form, policy=policy, elsewhere=visit, way=way, meeting=meeting,
        kind=request.form.get("kind", "need"), text=request.form.get(request.form.get("kind", "need"), ""),
        knows=[t.text for t in store.people.topics(someone.id)][:6] if someone else [],
        again=presence.unmet_need(store, someone, now()) if someone else None,
        visible=ticked("visible") if error else "matching" in chosen,
        on_wall=ticked("on_wall") if error else "wall" in chosen,
        can_mail=address.can_mail(), low=left is not None and left < policy.soft_floor, closes_at=closes_at,
        room=store.venues.room(meeting.room_id) if meeting else None,
        errors=said(error, "seat"),
    )  # fmt: skip
