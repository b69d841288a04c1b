"""A host books a room for somebody, moves a booking, and takes a move back: forms beside the day that they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from s2m.domain import bookings, fields, money, rooms
from s2m.domain import venues as houses
from s2m.domain.bookings import Booker, Booking, Details, Renter, desk, times
from s2m.domain.bookings.capital import Price
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.money import LARGEST, Line
from s2m.domain.venues import Room, Venue
from s2m.web.context import config, hosted_venue, isolated, limit, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.host import blueprint, timeline
from s2m.web.policy import host

if TYPE_CHECKING:
    from s2m.store import Store

HOUR = timedelta(hours=1)
QUARTERS = tuple(f"{n // 4:02}:{n % 4 * 15:02}" for n in range(96))


@dataclass(frozen=True)
class Asked:
    """A room and a time that a form asks for."""

    room: Room
    terms: rooms.RoomTerms
    start: datetime
    end: datetime
    details: Details


def me_as_host() -> Booker:
    return Booker(person().id, is_host=True)


def agreed(form: Mapping[str, str]) -> int:
    """The price that stood on the form. Raises Invalid."""
    return fields.whole(form.get("agreed_cents"), "agreed_cents", least=0, most=LARGEST * 100)


def agreed_dots(form: Mapping[str, str]) -> int:
    """The same in dots; none where the form has none. Raises Invalid."""
    return fields.whole(form.get("agreed_dots") or "0", "agreed_dots", least=0, most=LARGEST)


def _said(error: S2MError) -> dict[str, str]:
    """A refusal as the errors of a form; twice: the field whose clock time comes twice that night."""
    return said(error) | ({"twice": str(error.data["field"])} if error.code == "clock_twice" else {})


# Booking for somebody ---------------------------------------------------------------------------------------------


@blueprint.route("/<slug>/bookings/new", methods=["GET", "POST"])
@host
def book(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        with reading() as store:
            if not store.rooms.let(venue.id, now()):
                return redirect(url_for("host.rooms", slug=slug))
        return _book_form(venue, _filled(venue, request.args))
    form = request.form
    limit("people-search", person().id, most=60, per=timedelta(minutes=1))
    try:
        with writing() as store:
            asked = _asked(store, venue, form)
            who = desk.party(store, venue, form.get("who"), person().id, now(), chosen=form.get("person"))
            if who.found:
                return _book_form(venue, form, found=who.found), 409
            made = desk.book_for(
                store, venue, asked.room.id, asked.start, asked.end, asked.details, who, me_as_host(), now(),
                agreed_cents=agreed(form), option="option" in form,
            )  # fmt: skip
    except (Invalid, Conflict, Refused) as error:
        member = desk.booker_for(me_as_host(), _member(venue, form)).is_member
        return _book_form(venue, form, _said(error), member=member), status_of(error)
    words = _("%(room)s is kept on option for %(name)s.") if made.status == "option" else _("%(room)s is booked for %(name)s.")
    flash(words % {"room": isolated(asked.room.name), "name": isolated(who.values["company"] or who.values["name"])})
    return redirect(url_for("host.rooms", slug=slug, day=made.starts_at.astimezone(venue.zone).date()), 303)


def _member(venue: Venue, form: Mapping[str, str]) -> Any:
    """Whom the form names, for the price that they have; nobody where that is not clear."""
    try:
        with writing() as store:
            return desk.party(store, venue, form.get("who"), person().id, now(), chosen=form.get("person")).person
    except S2MError:
        return None


def _filled(venue: Venue, args: Mapping[str, str]) -> dict[str, str]:
    """A form as it opens: the next hour of the first room, unless the address says more."""
    given = {name: value for name, value in args.items() if value}
    start = times.quarter_of(now() + times.QUARTER).astimezone(venue.zone)
    usual = {"day": start.date().isoformat(), "from": f"{start:%H:%M}", "people": "1"}
    if "people" not in given:
        usual["title_hidden"] = "1"
    filled = usual | given
    if "until" not in filled and filled["from"] in QUARTERS:
        filled["until"] = (QUARTERS + ("24:00",))[min(QUARTERS.index(filled["from"]) + 4, 96)]
    return filled


def _asked(store: Store, venue: Venue, form: Mapping[str, str]) -> Asked:
    """Raises Invalid, NotFound, Refused `not_let`."""
    room = houses.the_room(store, venue, str(form.get("room") or ""))
    terms = rooms.terms_of(store, room, now())
    start, end = bookings.when(venue, form)
    return Asked(room, terms, start, end, bookings.parse_details(form, room, terms, store.rooms.extras(venue.id)))


def _book_form(
    venue: Venue, values: Mapping[str, str], errors: dict[str, str] | None = None, found: tuple[Any, ...] = (), *,
    member: bool = False,
) -> str:  # fmt: skip
    errors = errors or {}
    with reading() as store:
        lets = store.rooms.let(venue.id, now())
        chosen = next((one for one in lets if one[0].id == values.get("room")), lets[0] if lets else None)
        if chosen is None:
            raise NotFound()
        values = dict(values) | {"room": chosen[0].id}
        lines, problem = _price(store, venue, values, member)
        new = _new(venue, values)
        extras = [extra for extra in store.rooms.extras(venue.id) if extra.id in chosen[1].extras]
        left = bookings.stock_left(store, venue, extras, new[1], new[2]) if new else {}
    return timeline.page(
        venue, timeline.day_asked(venue, values), "host/desk/_book.html", new, values=values, errors=problem | errors, lets=lets,
        room=chosen[0], terms=chosen[1], extras=extras, left=left, found=found, quarters=QUARTERS, **priced(lines),
    )  # fmt: skip


def _new(venue: Venue, values: Mapping[str, str]) -> timeline.New | None:
    """The room and time of a form, where it is one."""
    try:
        return (values.get("room", ""), *bookings.when(venue, values))
    except Invalid:
        return None


def _price(store: Store, venue: Venue, values: Mapping[str, str], member: bool) -> tuple[tuple[Line, ...], dict[str, str]]:
    try:
        asked = _asked(store, venue, values)
        bookings.check(venue, asked.terms, asked.start, asked.end, me_as_host(), now())
        bookings.check_free(store, asked.room, asked.terms, asked.start, asked.end)
    except (Invalid, Conflict, Refused) as error:
        return (), _said(error)
    return bookings.lines_for(store, venue, asked.terms, asked.start, asked.end, asked.details, member=member), {}


def priced(lines: tuple[Line, ...]) -> dict[str, Any]:
    return {"lines": lines, "total": money.total(lines)}


# Moving -----------------------------------------------------------------------------------------------------------


@blueprint.route("/<slug>/bookings/<booking_id>/move", methods=["GET", "POST"])
@host
def move_booking(slug: str, booking_id: str) -> ResponseReturnValue:
    """To another time, room or length. Without an agreed price that is the new one, the price is shown first."""
    venue = hosted_venue(slug)
    with reading() as store:
        booking = bookings.the_booking(store, venue, booking_id)
    if request.method == "GET":
        given = request.args.to_dict()
        return _move_form(venue, booking, given if {"day", "from", "until"} <= set(given) else _as_it_is(venue, booking) | given)
    form = request.form
    try:
        with writing() as store:
            start, end = bookings.when(venue, form)
            before = bookings.the_booking(store, venue, booking_id)
            there, price = (form.get("room", ""), start, end), {"agreed_cents": agreed(form), "agreed_dots": agreed_dots(form)}
            again = before.blocks and there == (before.room_id, before.starts_at, before.ends_at)  # the form was sent twice
            moved = before if again else bookings.move(store, venue, before, *there, me_as_host(), now(), **price)
            room, renter = houses.the_room(store, venue, moved.room_id), store.bookings.renter(moved.renter_id or "")
    except (Invalid, Conflict, Refused) as error:
        # Another price is no error: the form says what it becomes, and asks
        problem = {} if error.code == "price_changed" else _said(error)
        return _move_form(venue, booking, form.to_dict(), problem), status_of(error)
    if not again:
        _offer_undo(venue, before, moved)
    flash(_told(venue, before, moved, room.name, renter), "undo:" + url_for("host.undo_move", slug=slug, booking_id=booking_id))
    return redirect(url_for("host.rooms", slug=slug, day=moved.starts_at.astimezone(venue.zone).date()), 303)


def _as_it_is(venue: Venue, booking: Booking) -> dict[str, str]:
    start, end = (at.astimezone(venue.zone) for at in (booking.starts_at, booking.ends_at))
    midnight = end.date() > start.date() and f"{end:%H:%M}" == "00:00"
    values = {"room": booking.room_id, "day": start.date().isoformat(), "from": f"{start:%H:%M}"}
    values["until"] = "24:00" if midnight else f"{end:%H:%M}"
    return values | ({"next_day": "1"} if end.date() > start.date() and not midnight else {})


def _move_form(venue: Venue, booking: Booking, given: Mapping[str, str], errors: dict[str, str] | None = None) -> str:
    values = {"room": booking.room_id} | dict(given)
    with reading() as store:
        lets = store.rooms.let(venue.id, now())
        price, problem = _price_there(store, venue, booking, values)
        renter = store.bookings.renter(booking.renter_id or "")
        room = store.venues.room(booking.room_id)
    new = _new(venue, values) if values != _as_it_is(venue, booking) else None
    return timeline.page(
        venue, timeline.day_asked(venue, values), "host/desk/_move.html", new, values=values, errors=problem | (errors or {}),
        lets=lets, booking=booking, renter=renter, room=room, quarters=QUARTERS, dots_due=price.dots, **priced(price.lines),
    )  # fmt: skip


def _price_there(
    store: Store, venue: Venue, booking: Booking, values: Mapping[str, str]
) -> tuple[Price, dict[str, str]]:
    try:
        start, end = bookings.when(venue, values)
        if booking.room_id not in {room.id for room in store.venues.rooms(venue.id)} and booking.room_id == values["room"]:
            raise Refused("not_let")  # it was retired meanwhile: another one is to be chosen
        room = houses.the_room(store, venue, values.get("room", ""))
        terms = bookings.terms_after(store, booking, room.id, now())
        bookings.check_free(store, room, terms, start, end, but=booking.id)
        return bookings.price_after(store, venue, booking, room.id, start, end, now()), {}
    except (Invalid, Conflict, Refused) as error:
        return Price(()), _said(error)


def _told(venue: Venue, before: Booking, after: Booking, room: str, renter: Renter | None) -> Markup:
    """What a move was, and that its renter hears of it."""
    since, until = (f"{at.astimezone(venue.zone):%H:%M}" for at in (after.starts_at, after.ends_at))
    if (before.room_id, before.starts_at) != (after.room_id, after.starts_at):
        words = _("Moved to %(room)s, %(from)s to %(until)s.")
    elif after.ends_at > before.ends_at:
        words = _("%(room)s goes on until %(until)s now.")
    else:
        words = _("%(room)s ends at %(until)s now.")
    told = Markup("<b>%s</b>") % (Markup(words) % {"room": _bdi(room), "from": since, "until": until})
    if renter is None or not config().smtp_url:
        return told
    return told + " " + Markup(_("%(name)s gets a mail.")) % {"name": _bdi(renter.company or renter.name)}


def _bdi(name: str) -> Markup:
    return Markup("<bdi>%s</bdi>") % name


# Taking it back ---------------------------------------------------------------------------------------------------


def _offer_undo(venue: Venue, before: Booking, after: Booking) -> None:
    """Where it was, in the signed session of who moved it."""
    place = desk.place_of(before)
    kept = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in place.items() if name != "lines"}
    kept["lines"] = [asdict(line) for line in before.lines]
    session["moved"] = {"id": after.id, "sequence": after.sequence, "at": now().isoformat(), "place": kept}


@blueprint.post("/<slug>/bookings/<booking_id>/undo")
@host
def undo_move(slug: str, booking_id: str) -> ResponseReturnValue:
    """Within half a minute, by who moved it, unless somebody changed it meanwhile."""
    venue = hosted_venue(slug)
    kept = session.pop("moved", None)
    with reading() as store:
        booking = bookings.the_booking(store, venue, booking_id)
    on = booking.starts_at
    if not kept or kept["id"] != booking_id:
        flash(sentence("move_undo_late"), "error")
    else:
        on = _put_back(venue, kept, on)
    return redirect(url_for("host.rooms", slug=slug, day=on.astimezone(venue.zone).date()), 303)


def _put_back(venue: Venue, kept: dict[str, Any], on: datetime) -> datetime:
    place = dict(kept["place"])
    for name, value in place.items():
        if value and (name.endswith("_at") or name.startswith("blocked_")):
            place[name] = datetime.fromisoformat(value)
    place["lines"] = tuple(Line(**line) for line in place["lines"])
    moved_at = datetime.fromisoformat(kept["at"])
    try:
        with writing() as store:
            back = desk.put_back(store, venue, kept["id"], place, kept["sequence"], moved_at, me_as_host(), now())
    except (Conflict, Refused) as error:
        flash(next(iter(said(error).values())), "error")
        return on
    flash(_("Taken back: it is where it was."))
    return back.starts_at
