"""A booking and what can be done with it, for its owner or whoever has its link; and a member's list of theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m import letters
from s2m.domain import billing, plates
from s2m.domain.bookings import lists
from s2m.domain.errors import NotFound, S2MError
from s2m.web import context
from s2m.web.bills import token
from s2m.web.context import now, person, reading
from s2m.web.errors import sentence, status_of
from s2m.web.guests import code_of
from s2m.web.plates.phone import remember
from s2m.web.policy import anyone, signed_in
from s2m.web.rooms import blueprint
from s2m.web.rooms.awaited import shown
from s2m.web.rooms.shared import Mine, mine, words

if TYPE_CHECKING:
    from s2m.store import Store

# How long a booking that is over stays in the list
BEHIND = timedelta(days=30)


@blueprint.get("/bookings/<key>")
@anyone
def show(key: str) -> ResponseReturnValue:
    """Looking changes nothing: mail programs look, too."""
    return show_page(key)


def show_page(key: str, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        one = mine(store, key)
        renter = store.bookings.renter(one.booking.renter_id or "")
        if renter is None:
            raise NotFound()
        lines, until = one.booking.lines, one.booking.expires_at
        names = {extra.id: extra.name for extra in store.rooms.extras(one.venue.id, held=one.booking.extras)}
        body = render_template(
            "rooms/booking.html", one=one, b=one.booking, renter=renter, extras=names, lines=lines,
            option=request.values.get("as") == "option", carried=_carried(store, one),
            over=one.booking.ends_at <= now(), begun=one.booking.starts_at <= now(),
            waits=one.booking.status == "hold" and bool(until and until > now()),
            problem=sentence(error.code, error.data) if error else "", bills=_bills(store, one), **_on_the_day(store, one),
        )  # fmt: skip
    return body, status_of(error) if error else 200


def _carried(store: Store, one: Mine) -> int:
    """The seats of a meeting that takes place, or may."""
    return lists.carried(one.venue, context.policy_of(store, one.venue), one.booking) if one.booking.blocks else 0


def _on_the_day(store: Store, one: Mine) -> dict[str, object]:
    """guests: the code that a meeting gives them; come: whether this browser may say now that they came, at the plate."""
    booking = one.booking
    stands = booking.status == "confirmed" and now() < booking.ends_at and booking.left_at is None
    if stands and booking.person_id is None:
        remember(booking)
    soon = stands and not booking.arrived_at and now() >= booking.starts_at - plates.EARLY
    return {"guests": code_of(booking) if stands else None, "come": soon and bool(store.devices.plates(one.room.id))}


def _bills(store: Store, one: Mine) -> list[tuple[str, str]]:
    """What is to be paid for it, or would be: the words of a link, and where it leads."""
    there = [(bill.document.number, token(bill.document.id)) for bill in store.billing.of_booking(one.booking.id)]
    found = [(_("Invoice %(number)s", number=number), url_for("bills.show", token=link)) for number, link in there]
    if not found and billing.quotable(store, one.booking):
        found = [(_("The quote"), url_for("bills.quote", token=token(one.booking.id)))]
    return found


@blueprint.get("/bookings/<key>/booking.ics")
@anyone
def calendar(key: str) -> ResponseReturnValue:
    with reading() as store:
        one = mine(store, key)
        renter = store.bookings.renter(one.booking.renter_id or "")
        if renter is None:
            raise NotFound()
        link = f"{context.public_url()}/bookings/{key}"
        told = letters.Meeting(one.booking, one.room, one.venue, renter, link, 0, one.terms)
    _name, type_, content = letters.calendar_file(told, context.config(), words(), now())
    return Response(content, content_type=type_, headers={"Content-Disposition": 'attachment; filename="booking.ics"'})


@blueprint.get("/me/bookings")
@signed_in
def list_mine() -> ResponseReturnValue:
    with reading() as store:
        found = [b for b in store.bookings.of_person(person().id, since=now() - BEHIND) if b.renter_id]
        waits = [shown(store, wait) for wait in store.waits.listed(person().id)]
        there = {b.room_id: store.venues.room(b.room_id) for b in found}
    coming = [b for b in found if b.ends_at > now() and b.blocks]
    past = [b for b in reversed(found) if b not in coming]
    return render_template("rooms/mine.html", coming=coming, past=past, rooms=there, waits=waits)
