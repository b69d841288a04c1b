"""Changing a booking: another title, more people, another time or room, or none at all; what it costs is shown before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import bookings, rooms
from s2m.domain.bookings import changing
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.web.context import limit, now, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.policy import anyone
from s2m.web.rooms import blueprint
from s2m.web.rooms.booking import details_in, offered_in, price_part
from s2m.web.rooms.managing import show_page
from s2m.web.rooms.shared import Mine, agreed, agreed_dots, booker, mine, tell

if TYPE_CHECKING:
    from s2m.store import Store

HOUR = timedelta(hours=1)
CHANGES = (Invalid, Refused, Conflict)


def by(one: Mine) -> bookings.Booker:
    """A stranger's booking stays a stranger's, whoever has its link."""
    return booker() if one.booking.person_id else bookings.STRANGER


def standing(store: Store, key: str) -> Mine:
    """One that can still be changed. Raises Conflict `booking_over`, NotFound."""
    one = mine(store, key)
    if not one.booking.renter_id:
        raise NotFound()
    if not one.booking.blocks or one.booking.status == "hold":
        raise Conflict("booking_over")
    return one


def limit_changes(one: Mine) -> None:
    """Each change writes a mail, perhaps to an address that was only typed, and keeps others waiting. What only asks for a
    price counts not. Raises TooMany."""
    if agreed(request.form) >= 0:
        limit("booking-change", one.booking.person_id or one.booking.id, most=20, per=HOUR)


# Title, people, extras -----------------------------------------------------------------------------------------------


@blueprint.route("/bookings/<key>/details", methods=["GET", "POST"])
@anyone
def details(key: str) -> ResponseReturnValue:
    with reading() as store:
        one = mine(store, key)
    if not one.booking.blocks:
        return show_page(key, Conflict("booking_over"))
    if request.method == "GET":
        return _details(one, details_form(one.booking))
    limit_changes(one)
    try:
        with writing() as store:
            one = standing(store, key)
            typed = bookings.parse_details(request.form, one.room, one.terms, offered_in(store, one))
            bookings.change_details(store, one.venue, one.booking, typed, by(one), now(), agreed_cents=agreed(request.form))
            tell(store)
    except CHANGES as error:
        return _details(one, request.form, error)
    flash(_("Your booking is changed."))
    return redirect(url_for("rooms.show", key=key), 303)


def details_form(b: bookings.Booking) -> dict[str, Any]:
    """What a meeting is, as its form holds it."""
    ticked = {f"extra_{extra_id}": "1" for extra_id in b.extras}
    return {
        "title": b.title, "title_hidden": "1" if b.title_hidden else "", "people": str(b.people), "setup": b.setup,
        "notes": b.notes, "topics": "\n".join(b.topics), **ticked,
    }  # fmt: skip


def _details(one: Mine, values: Any, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        offered = offered_in(store, one)
        priced = price_part(store, one, details_in(one, values, offered), one.booking.paid_by)
        left = bookings.stock_left(store, one.venue, offered, one.booking.starts_at, one.booking.ends_at, but=one.booking.id)
        body = render_template(
            "rooms/details.html", one=one, values=values, extras=offered, left=left,
            errors=said(error), **priced,
        )  # fmt: skip
    return body, status_of(error) if error else 200


# Time and room -------------------------------------------------------------------------------------------------------


@blueprint.route("/bookings/<key>/move", methods=["GET", "POST"])
@anyone
def move(key: str) -> ResponseReturnValue:
    """Asked without a price it only says what the new one is: all is looked at as if it were done, and nothing is."""
    with reading() as store:
        one = mine(store, key)
    if not one.booking.blocks or one.booking.status == "hold":
        return show_page(key, Conflict("booking_over"))
    if request.method == "GET":
        return _move(one, _when(one))
    limit_changes(one)
    try:
        start, end = bookings.when(one.venue, request.form)
        with writing() as store:
            one = standing(store, key)
            room_id = request.form.get("room") or one.room.id
            price = {"agreed_cents": agreed(request.form), "agreed_dots": agreed_dots(request.form)}
            bookings.move(store, one.venue, one.booking, room_id, start, end, by(one), now(), **price)
            tell(store)
    except Conflict as error:
        if error.code == "price_changed":
            return _move(one, request.form, preview=int(error.data["cents"]), error=error if agreed(request.form) >= 0 else None)
        return _move(one, request.form, error=error)
    except (Invalid, Refused) as error:
        return _move(one, request.form, error=error)
    flash(_("Your booking is moved."))
    return redirect(url_for("rooms.show", key=key), 303)


def _when(one: Mine) -> dict[str, str]:
    local, end = (at.astimezone(one.venue.zone) for at in (one.booking.starts_at, one.booking.ends_at))
    later = "1" if end.date() > local.date() else ""
    hours = {f"{name}_hour": "second" for name, at in (("from", local), ("until", end)) if at.fold}
    return {
        "day": local.date().isoformat(), "from": f"{local:%H:%M}", "until": f"{end:%H:%M}", "next_day": later,
        "room": one.room.id, **hours,
    }  # fmt: skip


def _move(one: Mine, values: Any, *, preview: int | None = None, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        lets = store.rooms.let(one.venue.id, now())
        fits = [room for room, terms in lets if room.id == one.room.id or terms.fits(one.booking.people, room)]
        price = None
        if preview is not None:
            start, end = bookings.when(one.venue, values)
            price = changing.price_after(store, one.venue, one.booking, values.get("room") or one.room.id, start, end, now())
    body = render_template(
        "rooms/move.html", one=one, b=one.booking, values=values, rooms=fits, preview=preview, price=price,
        least=rooms.share(one.terms, one.booking, now()) if one.booking.status == "confirmed" else 0,
        errors=said(error), twice=error.data.get("field") if error and error.code == "clock_twice" else "",
    )  # fmt: skip
    return body, status_of(error) if error else 200


# Not at all ----------------------------------------------------------------------------------------------------------


@blueprint.route("/bookings/<key>/cancel", methods=["GET", "POST"])
@anyone
def cancel(key: str) -> ResponseReturnValue:
    with reading() as store:
        one = mine(store, key)
    if not one.booking.blocks or one.booking.status == "hold":
        return show_page(key, Conflict("booking_over"))
    if request.method == "GET":
        return _cancel(one)
    limit_changes(one)
    try:
        with writing() as store:
            one = mine(store, key)
            fee = {"agreed_cents": agreed(request.form), "agreed_dots": agreed_dots(request.form)}
            bookings.cancel(store, one.venue, one.booking, by(one), now(), **fee)
            tell(store)
    except (Conflict, Refused) as error:
        return show_page(key, error) if error.code != "fee_changed" else _cancel(one, error)
    flash(_("Your booking is cancelled."))
    return redirect(url_for("rooms.show", key=key), 303)


def _cancel(one: Mine, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        percent, fee = changing.cancel_fee(store, one.booking, now())
    body = render_template(
        "rooms/cancel.html", one=one, b=one.booking, percent=percent, lines=fee.lines, due=fee.gross_cents, kept=fee.dots,
        errors=said(error),
    )  # fmt: skip
    return body, status_of(error) if error else 200
