"""Guests of a meeting: its own QR code opens the question that everybody gets who comes in by phone."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from s2m.domain import codes, door, guests
from s2m.domain.bookings import Booking
from s2m.domain.errors import Conflict, Invalid, Refused, S2MError
from s2m.domain.people import Person
from s2m.domain.venues import Venue
from s2m.web import context, presence, qr
from s2m.web.context import keys, me, now, policy_of, public_url, reading, writing
from s2m.web.errors import status_of
from s2m.web.home import ticked
from s2m.web.policy import anyone

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("guests", __name__)


def code_of(booking: Booking) -> Markup:
    """The QR code for a meeting's guests, to be shown to whoever booked it."""
    return qr.svg(f"{public_url()}/meeting/{codes.meeting_text(keys().door, booking.id)}")


@blueprint.get("/meeting/<code>")
@anyone
def open_code(code: str) -> ResponseReturnValue:
    """Where that code leads."""
    with reading() as store:
        booking = guests.read(store, keys().door, code, now())
    session["meeting"] = [booking.id, secrets.token_urlsafe(12)]
    return redirect(url_for("guests.join"), 303)


@blueprint.get("/meeting")
@anyone
def join() -> ResponseReturnValue:
    with reading() as store:
        booking, venue = _meeting(store)
        return presence.page(store, venue, way="guests.join", meeting=booking)


@blueprint.post("/meeting")
@anyone
def come_in() -> ResponseReturnValue:
    if request.form.get("act") == "solved":
        return presence.solved(me().person, "guests.join")
    try:
        return _check_in(me().person)
    except (Invalid, Conflict) as error:
        return _again(error)
    except Refused as error:
        if error.code not in ("frozen", "code_used"):
            raise
        return _again(error)


def _again(error: S2MError) -> ResponseReturnValue:
    """The same page with what is wrong, nothing lost and nothing stored."""
    with reading() as store:
        booking, venue = _meeting(store)
        body = presence.page(store, venue, error, way="guests.join", meeting=booking)
    return body, status_of(error)


def _check_in(person: Person | None) -> ResponseReturnValue:
    with reading() as store:
        booking, _venue = _meeting(store)
    guest = None if person else presence.parse_guest(booking.id)
    with writing() as store:
        booking, venue = _meeting(store)
        policy = policy_of(store, venue)
        if guest:
            proof = session["meeting"][1]
            person = door.guest(
                store, booking.id, proof, venue, policy, guest.name, now(), language=context.language()
            )  # fmt: skip
        assert person, "a stranger is a guest by now"
        done = guests.go_in(
            store, booking, venue, person, policy, now(), need=presence.need_of(store, person),
            visible=ticked("visible"), on_wall=ticked("on_wall"),
        )  # fmt: skip
        if guest:
            return presence.welcome_guest(store, person, guest, done)
    return presence.welcome(done)


def _meeting(store: Store) -> tuple[Booking, Venue]:
    """Whose guest this browser is. Raises Refused `meeting_closed`, `code_forged` for somebody of another network."""
    kept = session.get("meeting")
    if kept is None or len(kept) != 2:
        raise Refused("meeting_closed")
    booking = guests.the_meeting(store, kept[0], now())
    venue, someone = store.venues.get(booking.venue_id), me().person
    if venue is None or venue.retired_at or (someone and someone.network_id != booking.network_id):
        raise Refused("code_forged")
    g.venue = venue
    return booking, venue
