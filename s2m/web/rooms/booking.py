"""Booking a room: kept for five minutes, the form, and for a stranger the link in the mail that makes it count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m import letters, spoken
from s2m.domain import bookings, rooms
from s2m.domain.bookings import Details, capital, lists
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError, TooMany
from s2m.domain.signin import fingerprint
from s2m.web import address, context
from s2m.web.context import client, limit, me, now, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.policy import anyone
from s2m.web.rooms import blueprint
from s2m.web.rooms.awaited import asker
from s2m.web.rooms.finding import times
from s2m.web.rooms.room import page, the_let_room
from s2m.web.rooms.shared import HOLDS_MOST, Mine, agreed, agreed_dots, booker, held, holds, mine, tell, the_venue

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store

FIVE_MINUTES, HOUR = timedelta(minutes=5), timedelta(hours=1)


@blueprint.post("/rooms/<slug>/room/<room_id>/hold")
@anyone
def hold(slug: str, room_id: str) -> ResponseReturnValue:
    """Keep the room while the form is filled in. Who is too late keeps what they chose and sees what is free instead."""
    venue = the_venue(slug)
    limit("hold-from", me().person.id if me().person else client(), most=10, per=FIVE_MINUTES)  # type: ignore[union-attr]
    try:
        start, end = times(venue, request.form)
        with writing() as store:
            the_let_room(store, venue, room_id)
            bookings.expire_due(store, venue, now())
            kept = _open_holds(store)
            if len(kept) >= HOLDS_MOST:
                raise Refused("many_holds", most=HOLDS_MOST)
            booking = bookings.hold(store, venue, room_id, start, end, booker(), now())
    except (Invalid, Refused, Conflict) as error:
        return page(venue, room_id, request.form, error)
    session["holds"] = [*kept, booking.id]
    people = request.form.get("people", "")[:5]
    return redirect(url_for("rooms.form", key=booking.id, people=people, setup=request.form.get("setup") or None), 303)


def _open_holds(store: Store) -> list[str]:
    """The forms of this browser that are still open, and a member's elsewhere, with what they are offered."""
    who = me().person
    ours = [one for one in map(store.bookings.get, holds()) if one]
    ours += store.bookings.of_person(who.id, since=now()) if who else []
    return list({one.id: None for one in ours if one.status == "hold" and one.expires_at and one.expires_at > now()})


@blueprint.get("/bookings/<key>/form")
@anyone
def form(key: str) -> ResponseReturnValue:
    with reading() as store:
        one = held(store, key)
    return _over(one) or _form(one, request.args)


def _over(one: Mine) -> ResponseReturnValue | None:
    """Where to go on where there is nothing to fill in any more: to what was booked (perhaps by the first of two taps), else back
    to the room. None while it is kept."""
    booking = one.booking
    if booking.status == "expired" or (booking.status == "hold" and booking.expires_at and booking.expires_at <= now()):
        return _again(one)
    return None if booking.status == "hold" else redirect(_booked(one), 303)


def _booked(one: Mine) -> str:
    """A stranger looks after a booking by the link in their mail alone; who came here by a mail has read it."""
    if one.booking.person_id:
        return url_for("rooms.show", key=one.key)
    with reading() as store:
        booking = store.bookings.get(one.booking.id) or one.booking
        renter = store.bookings.renter(booking.renter_id or "")
        secret = letters.secret_of(context.keys().bookings, booking)
        if renter and _proved(store, one, renter.email) and booking.secret_hash == fingerprint(secret):
            return url_for("rooms.show", key=secret)
    return url_for("rooms.sent", key=one.key)


def _who(one: Mine) -> Person | None:
    """Whoever has what is kept for a stranger fills it in as that stranger, signed in or not."""
    return me().person if one.booking.person_id else None


def _proved(store: Store, one: Mine, email: str) -> bool:
    """Whether it is known who books: somebody signed in, or who waited with this address and opened the mail of the offer."""
    waited = asker(store, one.booking)
    return _who(one) is not None or (waited is not None and waited[1].email == email)


def _again(one: Mine) -> ResponseReturnValue:
    """The time is over: back to the room, with the same time chosen."""
    with reading() as store:
        waited = asker(store, one.booking)
    over = _("This was held for you for a while, and that is over. Is it still free? Then choose it; else get in line again.")
    flash(over if waited else sentence("hold_over"), "error")
    local, end = (at.astimezone(one.venue.zone) for at in (one.booking.starts_at, one.booking.ends_at))
    chosen = {"day": local.date().isoformat(), "from": f"{local:%H:%M}", "until": f"{end:%H:%M}"}
    return redirect(url_for("rooms.room", slug=one.venue.slug, room_id=one.room.id, **chosen), 303)


def _form(one: Mine, values: Any, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        offered = offered_in(store, one)
        waited, who = asker(store, one.booking), _who(one)
        known = store.bookings.renter_of(who.id) if who else waited[1] if waited else None
        details = details_in(one, values, offered)
        priced = price_part(store, one, details, _pays(one, values))
        left = bookings.stock_left(store, one.venue, offered, one.booking.starts_at, one.booking.ends_at, but=one.booking.id)
    body = render_template(
        "rooms/form.html", one=one, values=values, sent=request.method == "POST", known=known, extras=offered, left=left,
        errors=said(error), who=who, may_mail=bool(who) or address.can_mail(), waited=bool(waited), **priced,
    )  # fmt: skip
    return body, status_of(error) if error else 200


def offered_in(store: Store, one: Mine) -> list[rooms.Extra]:
    known = store.rooms.extras(one.venue.id, held=one.booking.extras)
    return [extra for extra in known if extra.id in one.terms.extras]


def details_in(one: Mine, values: Any, offered: list[rooms.Extra]) -> Details:
    """What the price is reckoned from: what was typed, or what can be made of it."""
    try:
        return bookings.parse_details(values, one.room, one.terms, offered)
    except Invalid:
        return Details()


def _pays(one: Mine, values: Any) -> str:
    """Only members have capital to pay with."""
    return "capital" if values.get("paid_by") == "capital" and _who(one) else "euro"


def price_part(store: Store, one: Mine, details: Details, paid_by: str) -> dict[str, Any]:
    """The lines of the price as they are now, the seats they carry, and the dots where capital pays the hire."""
    member = bookings.pays_as_member(store, one.booking.person_id, one.booking.lines)
    start, end = one.booking.starts_at, one.booking.ends_at
    lines = bookings.lines_for(store, one.venue, one.terms, start, end, details, member=member)
    price = capital.priced(lines, one.terms, start, end, paid_by)
    meant = replace(one.booking, lines=price.lines, paid_by=paid_by)
    carried = lists.carried(one.venue, context.policy_of(store, one.venue), meant)
    return {"lines": price.lines, "dots_due": price.dots, "carried": carried, "capital": _capital(store, one)}


def _capital(store: Store, one: Mine) -> dict[str, int] | None:
    """What the hire would cost in dots, and what its member has free; None where it is not to be had for capital."""
    who, booking = _who(one), one.booking
    if not one.terms.dots_per_hour or who is None:
        return None
    dots = capital.cost(one.terms, booking.starts_at, booking.ends_at)
    return {"dots": dots, "free": store.ledger.person_account(who.id).available, "most": one.terms.dots_limit}


@blueprint.post("/bookings/<key>/price")
@anyone
def price(key: str) -> ResponseReturnValue:
    """The price with what is ticked now, for the page that shows it at once."""
    with reading() as store:
        one = any_of(store, key)
        details = bookings.parse_details(request.form, one.room, one.terms, offered_in(store, one))
        paid_by = _pays(one, request.form) if one.booking.status == "hold" else one.booking.paid_by
        return render_template("rooms/_price.html", one=one, **price_part(store, one, details, paid_by))


def any_of(store: Store, key: str) -> Mine:
    """A booking of whoever asks, or what they keep while filling in."""
    try:
        return mine(store, key)
    except NotFound:
        return held(store, key)


@blueprint.post("/bookings/<key>/form")
@anyone
def send(key: str) -> ResponseReturnValue:
    """Book, or take an option. A member has it at once; a stranger gets a mail first."""
    with reading() as store:
        one = held(store, key)
    if over := _over(one):
        return over
    try:
        email = bookings.parse_renter(request.form)["email"]
        with reading() as store:
            proved = _proved(store, one, email)
        if not proved:
            _limit_mails(email)
        with writing() as store:
            _send(store, one, proved=proved, option=request.form.get("act") == "option")
    except (Invalid, Refused, TooMany) as error:
        return _form(one, request.form, error)
    except Conflict as error:
        with reading() as store:
            one = held(store, key)
        return _over(one) or _form(one, request.form, error)
    if proved:
        _say_yours(one, option=request.form.get("act") == "option")
    return redirect(_booked(one), 303)


def _say_yours(one: Mine, *, option: bool) -> None:
    if option:
        flash(_("The room is kept for you."))
    else:
        flash(_("You asked for it.") if one.terms.approval else _("It is yours."))


def _send(store: Store, one: Mine, *, proved: bool, option: bool) -> None:
    form, by = request.form, _as_booked(one)
    details = bookings.parse_details(form, one.room, one.terms, offered_in(store, one))
    values = bookings.parse_renter(form)
    if option and not one.terms.option_hours:
        raise Refused("no_options")
    store.ledger.lock_chain(one.venue.network_id)  # before anything is written: one order for all, no deadlocks
    renter = bookings.renter_for(store, one.venue.network_id, _who(one), values, context.locale(), now())
    filled = bookings.fill_in(
        store, one.venue, one.booking, details, renter, by, now(), agreed_cents=agreed(form), paid_by=_pays(one, form),
        agreed_dots=agreed_dots(form),
    )  # fmt: skip
    if proved:
        bookings.conclude(store, one.venue, filled, by, now(), option=option)
        tell(store)
        return
    _mail_link(store, bookings.wait_for_mail(store, filled, now()), option=option)


def _mail_link(store: Store, booking: bookings.Booking, *, option: bool) -> None:
    told = letters.meeting(store, booking, context.keys(), context.public_url(), now())
    assert told, "a booking that was filled in has a renter"
    subject, body = letters.compose(spoken.Words(told.renter.language, told.venue.zone), "verify", told)
    link = f"{told.link}?as=option" if option else told.link
    store.outbox.add(told.venue.network_id, told.renter.email, subject, body.replace(told.link, link), now())


def _limit_mails(email: str) -> None:
    """No address gets more than ten links an hour, and nobody sends more than ten. Raises TooMany; Refused `no_mail`."""
    if not address.can_mail():
        raise Refused("no_mail", field="email")
    limit("rent-from", client(), most=10, per=HOUR)
    address.limit_mail(email)


@blueprint.get("/bookings/<key>/sent")
@anyone
def sent(key: str) -> ResponseReturnValue:
    with reading() as store:
        one = held(store, key)
        renter = store.bookings.renter(one.booking.renter_id or "")
    if renter is None:
        raise NotFound()
    return render_template("rooms/sent.html", one=one, renter=renter)


@blueprint.post("/bookings/<key>/more-time")
@anyone
def more_time(key: str) -> ResponseReturnValue:
    with writing() as store:
        one = held(store, key)
        try:
            bookings.more_time(store, one.venue, one.booking, now())
        except (Refused, Conflict) as error:
            flash(sentence(error.code, error.data), "error")
    return redirect(url_for("rooms.form", key=key), 303)


@blueprint.post("/bookings/<key>/let-go")
@anyone
def let_go(key: str) -> ResponseReturnValue:
    """Another time or room instead: this one is free at once, or offered to the next in line."""
    with writing() as store:
        one = held(store, key)
        bookings.let_go(store, one.venue, one.booking, now())
        waited = asker(store, one.booking)
    if waited:
        flash(_("You let it go. If somebody else waits for it, they are asked now."))
    return redirect(url_for("rooms.room", slug=one.venue.slug, room_id=one.room.id), 303)


@blueprint.post("/bookings/<key>/confirm")
@anyone
def confirm(key: str) -> ResponseReturnValue:
    """The button behind the link in the mail; also what makes an option firm."""
    from s2m.web.rooms.managing import show_page

    option = request.form.get("as") == "option"
    try:
        with writing() as store:
            one = mine(store, key)
            before = one.booking.status
            bookings.conclude(store, one.venue, one.booking, _as_booked(one), now(), option=option and before == "hold")
            tell(store)
    except Conflict as error:
        return show_page(key, error)
    _say_yours(one, option=option)
    return redirect(url_for("rooms.show", key=key), 303)


def _as_booked(one: Mine) -> bookings.Booker:
    return booker() if _who(one) else bookings.STRANGER


