"""A phone before a plate: its code was scanned (or typed), and for ten minutes it may do there what is its owner's to do.

Opening a code changes nothing: that the phone was near is kept in the browser's own signed cookie, also through signing in.
A stranger who rents is known by the link in their mail: opened in this browser, it says whose booking they may touch.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import guests, inviting, plates
from s2m.domain.bookings import STRANGER, Booker, Booking, releasing
from s2m.domain.errors import Invalid, NotFound, Refused, S2MError
from s2m.domain.venues import Room, Venue
from s2m.web import context
from s2m.web.context import keys, limit, me, now, person, policy_of, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.guests import code_of
from s2m.web.plates import blueprint
from s2m.web.policy import anyone, signed_in
from s2m.web.rooms.shared import booker

if TYPE_CHECKING:
    from s2m.domain.devices import Device
    from s2m.store import Store

OFFER = re.compile(r"([0-9]{1,3}) ([0-9]{1,9})(?: ([0-9]{1,9}))?")
# Bookings that one browser is known to rent
KNOWN = 5


@dataclass(frozen=True)
class Beside:
    """Before which plate a phone is. booking: what goes on there, or begins in a moment; by: as whom they may touch it, if so."""

    venue: Venue
    room: Room
    status: plates.Status
    booking: Booking | None
    by: Booker | None


# Getting there -------------------------------------------------------------------------------------------------------


@blueprint.get("/room/<code>")
@anyone
def open_code(code: str) -> ResponseReturnValue:
    """Where the plate's QR code leads."""
    try:
        with reading() as store:
            seen = plates.read(store, keys().door, code, now())
    except (Invalid, Refused) as error:
        return _type_code(error)
    return _near(seen)


def _near(seen: Device) -> ResponseReturnValue:
    session["room"] = [seen.id, int(now().timestamp())]
    return redirect(url_for("plates.beside"), 303)


def remember(booking: Booking) -> None:
    """This browser opened the link of a booking: it may act for its renter."""
    session["rented"] = [booking.id, *(kept for kept in session.get("rented", []) if kept != booking.id)][:KNOWN]


@blueprint.get("/room")
@anyone
def beside() -> ResponseReturnValue:
    """What can be done here; where no code was opened, a field for the six characters."""
    try:
        with reading() as store:
            found = _beside(store)
            return render_template("plates/room.html", **_page(store, found)) if found else _type_code()
    except Refused as error:
        return _type_code(error)


@blueprint.post("/room")
@anyone
def typed() -> ResponseReturnValue:
    limit("room-typed", context.client(), most=60, per=timedelta(minutes=10))
    try:
        with reading() as store:
            seen = plates.read_typed(store, keys().door, request.form.get("code", ""), now())
    except Refused as error:
        return _type_code(error, request.form.get("code", ""))
    return _near(seen)


def _type_code(error: S2MError | None = None, code: str = "") -> ResponseReturnValue:
    if "room" in session:
        del session["room"]
    said = _("This is not the code beside a room here.") if error and error.code == "code_unreadable" else ""
    errors = {"code": said or sentence(error.code, error.data)} if error else {}
    return render_template("plates/code.html", errors=errors, code=code[:12]), status_of(error) if error else 200


def _beside(store: Store) -> Beside | None:
    """Where this browser is. Raises Refused `room_code_expired`, `not_let`, `code_forged` for somebody of another network."""
    kept = session.get("room")
    if kept is None or len(kept) != 2:
        return None
    plates.check_near(datetime.fromtimestamp(kept[1], UTC), now())
    venue, room = plates.place_of(store, plates.the_plate(store, kept[0]))
    someone = me().person
    if someone and someone.network_id != venue.network_id:
        raise Refused("code_forged")
    g.venue = venue
    status = plates.status(store, venue, room, now())
    booking = status.booking or status.left or (status.next if status.kind == "soon" else None)
    return Beside(venue, room, status, booking, _as(venue, booking) if booking else None)


def _as(venue: Venue, booking: Booking) -> Booker | None:
    """As whom this browser may touch a booking: who made it, a host, or who opened the link in the renter's mail."""
    someone = me().person
    if someone and (booking.person_id == someone.id or me().hosts(venue)):
        return booker(venue)
    return STRANGER if booking.id in session.get("rented", []) else None


def _page(store: Store, found: Beside, problem: str = "") -> dict[str, Any]:
    someone, status, booking = me().person, found.status, found.booking
    offers, longer, known = [], [], []
    if status.kind == "free" and someone:
        offers = plates.offers_now(store, found.venue, found.room, booker(found.venue), now())
    there = status.booking is not None and status.booking.arrived_at is not None
    if found.by and status.booking and there:
        longer = plates.offers_longer(store, found.venue, status.booking, found.by, now())
    if someone and booking and there and inviting.may_ask(booking, someone, now()):
        apart = store.blocks.apart(someone.id, now())
        known = inviting.known(context.room(found.venue.id), someone, booking, apart)
    terms = store.rooms.version(booking.terms_id) if booking and status.kind == "expected" else None
    release = releasing.release_at(booking, terms) if booking and terms else None
    may_join = booking is not None and booking.status == "confirmed" and not (someone and store.presence.open_visit(someone))
    return {
        "found": found, "status": status, "booking": booking, "offers": offers, "longer": longer, "known": known,
        "guests_code": code_of(booking) if booking and found.by and there else None,
        "release": release, "may_join": may_join, "problem": problem,
        "asking": store.asks.open_of(someone.id) if someone else None,
    }  # fmt: skip


# Doing it ------------------------------------------------------------------------------------------------------------


@contextmanager
def _acting() -> Iterator[tuple[Store, Beside]]:
    """One write transaction before a plate. Raises Refused `room_code_expired`, TooMany."""
    limit("room", context.client(), most=120, per=timedelta(minutes=10))
    with writing() as store:
        found = _beside(store)
        if found is None:
            raise Refused("room_code_expired")
        yield store, found


def _of_theirs(found: Beside) -> tuple[Booking, Booker]:
    """Raises NotFound where what goes on is not theirs, as where nothing does."""
    if found.booking is None or found.by is None:
        raise NotFound()
    return found.booking, found.by


def _again(error: S2MError) -> ResponseReturnValue:
    """The page as it is now with what did not work; the code's own field once that is too old."""
    if error.code == "room_code_expired":
        return _type_code(error)
    with reading() as store:
        found = _beside(store)
        if found is None or isinstance(error, NotFound):
            raise error
        page = render_template("plates/room.html", **_page(store, found, sentence(error.code, error.data)))
    return page, status_of(error)


@blueprint.post("/room/here")
@anyone
def came() -> ResponseReturnValue:
    try:
        with _acting() as (store, found):
            booking, by = _of_theirs(found)
            plates.arrive(store, found.venue, booking, by, now())
    except S2MError as error:
        return _again(error)
    flash(_("Good. The room is yours."))
    return redirect(url_for("plates.beside"), 303)


@blueprint.post("/room/end")
@anyone
def leave() -> ResponseReturnValue:
    """The meeting is over; or, with again=1, it was not."""
    again = request.form.get("again") == "1"
    try:
        with _acting() as (store, found):
            booking, by = _of_theirs(found)
            (plates.resume if again else plates.leave)(store, found.venue, booking, by, now())
    except S2MError as error:
        return _again(error)
    flash(_("Good. It goes on.") if again else _("Thank you. The room is free for others."))
    return redirect(url_for("plates.beside"), 303)


@blueprint.post("/room/longer")
@anyone
def extend() -> ResponseReturnValue:
    try:
        minutes, cents, dots = _offer()
        with _acting() as (store, found):
            booking, by = _of_theirs(found)
            after = plates.extend(store, found.venue, booking, minutes, by, now(), agreed_cents=cents, agreed_dots=dots)
    except S2MError as error:
        return _again(error)
    flash(_("You have the room until %(time)s.", time=after.ends_at.astimezone(found.venue.zone).strftime("%H:%M")))
    return redirect(url_for("plates.beside"), 303)


@blueprint.post("/room/take")
@signed_in
def take() -> ResponseReturnValue:
    """Book the free room from now, at the price that stood on the button."""
    limit("room-take", person().id, most=10, per=timedelta(hours=1))
    try:
        minutes, cents, _dots = _offer()
        with _acting() as (store, found):
            made = plates.book_now(
                store, found.venue, found.room, person(), minutes, booker(found.venue), now(), agreed_cents=cents
            )  # fmt: skip
    except S2MError as error:
        return _again(error)
    flash(_("You have the room until %(time)s.", time=made.ends_at.astimezone(found.venue.zone).strftime("%H:%M")))
    return redirect(url_for("plates.beside"), 303)


def _offer() -> tuple[int, int, int]:
    """The button that was pressed: how many minutes, and the price there, in cents and in dots. Raises Invalid `choice`."""
    found = OFFER.fullmatch(request.form.get("offer", ""))
    if not found:
        raise Invalid("offer", "choice")
    return int(found[1]), int(found[2]), int(found[3] or 0)


@blueprint.post("/room/invite")
@signed_in
def invite() -> ResponseReturnValue:
    """Ask the house for one of the meeting's topics."""
    limit("ask", person().id, most=20, per=timedelta(hours=1))
    try:
        with _acting() as (store, found):
            if found.booking is None:
                raise NotFound()
            policy, topic = policy_of(store, found.venue), request.form.get("topic", "")
            inviting.invite(store, found.booking, found.venue, person(), topic, policy, now())
    except S2MError as error:
        return _again(error)
    flash(_("We ask quietly, one by one. Here you read who comes."))
    return redirect(url_for("home.today"), 303)


@blueprint.post("/room/join")
@anyone
def join() -> ResponseReturnValue:
    """I am a guest of this meeting: on to the question that everybody gets who comes in."""
    try:
        with reading() as store:
            found = _beside(store)
            if found is None:
                raise Refused("room_code_expired")
            if found.booking is None:
                raise NotFound()
            guests.the_meeting(store, found.booking.id, now())
            session["meeting"] = [found.booking.id, secrets.token_urlsafe(12)]
    except Refused as error:
        return _again(error)
    return redirect(url_for("guests.join"), 303)
