"""Bookings for the host: all of them, one of them, and what a host decides about one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import billing, bookings, fields, money
from s2m.domain.bookings import Booker, Booking, lists
from s2m.domain.bookings.attending import EARLY
from s2m.domain.errors import Conflict, Invalid, Refused
from s2m.domain.fields import cell
from s2m.domain.venues import Venue
from s2m.web.bills import token
from s2m.web.context import hosted_venue, limit, now, person, policy_of, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.host import blueprint, timeline
from s2m.web.host.booking import agreed, agreed_dots, me_as_host, priced
from s2m.web.host.health import ACTS
from s2m.web.policy import host

if TYPE_CHECKING:
    from s2m.store import Store
    from s2m.store.desk import Listed

PAGE = 50
KINDS = ("coming", "requests", "options", "past", "cancelled")
Act = Callable[["Store", Venue, str, Booker], Booking]
# What a host decides with one press, and what is said then
DECISIONS: dict[str, tuple[Act, Callable[[], str]]] = {
    "approve": (lambda s, v, b, by: bookings.approve(s, v, b, by, now()), lambda: _("Approved.")),
    "decline": (lambda s, v, b, by: bookings.decline(s, v, b, by, now()), lambda: _("Declined. The room is free again.")),
    "confirm": (
        lambda s, v, b, by: bookings.conclude(s, v, bookings.the_booking(s, v, b), by, now()),
        lambda: _("The option is firm now."),
    ),
    "arrive": (lambda s, v, b, by: bookings.arrive(s, v, b, by, now()), lambda: _("They are there.")),
    "absent": (lambda s, v, b, by: bookings.arrive(s, v, b, by, now(), came=False), lambda: _("Nobody was seen yet.")),
    "leave": (lambda s, v, b, by: bookings.end_early(s, v, b, by, now()), lambda: _("The room is free again. The price stays.")),
}  # fmt: skip
# Where a press leads back to
BACK = {"day": "host.rooms", "today": "host.today"}


@blueprint.get("/<slug>/bookings")
@host
def all_bookings(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    which, text, page = _wanted(request.args)
    with reading() as store:
        found = store.desk.find(venue.id, which, text, now(), most=PAGE + 1, skip=(page - 1) * PAGE)
        asked, rooms_ = store.desk.asked_for(venue.id), _names(store, venue, [one.booking for one in found])
    return render_template(
        "host/desk/bookings.html", found=found[:PAGE], more=len(found) > PAGE, which=which, q=text, page=page, asked_count=asked,
        room_names=rooms_,
    )  # fmt: skip


def _wanted(args: Mapping[str, str]) -> tuple[str, str, int]:
    which, page = args.get("which", ""), args.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    try:
        text = fields.line("q", args.get("q", ""), fields.NAME_MAX, shortest=0)
    except Invalid:
        text = ""
    return which if which in KINDS else "coming", text, max(number, 1)


def _names(store: Store, venue: Venue, some: list[Booking]) -> dict[str, str]:
    """The rooms of some bookings by name, also those that are let no longer."""
    known = {room.id: room.name for room in store.venues.rooms(venue.id)}
    for room_id in {one.room_id for one in some} - set(known):
        room = store.venues.room(room_id)
        known[room_id] = room.name if room else ""
    return known


@blueprint.get("/<slug>/bookings.csv")
@host
def bookings_file(slug: str) -> ResponseReturnValue:
    """The same list for a spreadsheet."""
    venue = hosted_venue(slug)
    limit("export", person().id, most=3, per=timedelta(hours=1))
    which, text, _page = _wanted(request.args)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([
        _("Day"), _("From"), _("Until"), _("Room"), _("State"), _("Title"), _("Name"), _("Company"), _("Mail"), _("People"),
        _("Without VAT"), _("With VAT"),
    ])  # fmt: skip
    with reading() as store:
        names = {room.id: room.name for room in store.venues.rooms(venue.id)}
        for one in store.desk.every(venue.id, which, text, now()):
            table.writerow(list(_cells(venue, one, names)))
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    called = f"{_('bookings')}-{now().astimezone(venue.zone).date().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{called}"'
    return response


def _cells(venue: Venue, one: Listed, names: Mapping[str, str]) -> Iterator[object]:
    booking = one.booking
    start, end = (at.astimezone(venue.zone) for at in (booking.starts_at, booking.ends_at))
    yield from (start.date().isoformat(), f"{start:%H:%M}", f"{end:%H:%M}")
    yield from map(cell, (names.get(booking.room_id, ""), booking.status, booking.title, one.name, one.company, one.email))
    yield booking.people
    yield from (f"{cents / 100:.2f}" for cents in (money.total(booking.lines).net_cents, booking.gross_cents))


# One booking ------------------------------------------------------------------------------------------------------


@blueprint.get("/<slug>/bookings/<booking_id>")
@host
def booking(slug: str, booking_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return page(venue, booking_id)


def page(venue: Venue, booking_id: str, problem: str = "") -> str:
    with reading() as store:
        found = bookings.the_booking(store, venue, booking_id)
        terms, history = store.rooms.version(found.terms_id), store.desk.history(found)
        names = store.people.first_names({str(row["actor"]) for row in history})
        policy = policy_of(store, venue)
        known: dict[str, Any] = {
            "room": store.venues.room(found.room_id), "renter": store.bookings.renter(found.renter_id or ""), "terms": terms,
            "seats": lists.carried(venue, policy, found),
            "bills": store.billing.of_booking(found.id),
            "quote": url_for("bills.quote", token=token(found.id)) if billing.quotable(store, found) else "",
        }  # fmt: skip
    for row in history:
        row["who"] = names.get(str(row["actor"])) or _("the booker") if row["role"] != "system" else _("by itself")
        row["what"] = ACTS.get(str(row["action"]), lambda row=row: str(row["action"]))()
    state = lists.state_of(found) if found.starts_at <= now() < lists.ends(found) else ""
    return render_template(
        "host/desk/booking.html", booking=found, history=history, problem=problem, state=state, ends=lists.ends(found),
        early=EARLY, **known, **priced(found.lines),
    )  # fmt: skip


@blueprint.post("/<slug>/bookings/<booking_id>/decide")
@host
def decide_booking(slug: str, booking_id: str) -> ResponseReturnValue:
    """One press: approve, decline, confirm an option, there, not there, left."""
    venue = hosted_venue(slug)
    decision = DECISIONS.get(request.form.get("act", ""))
    with reading() as store:
        bookings.the_booking(store, venue, booking_id)
    if decision is None:
        raise Invalid("act", "choice")
    act, words = decision
    try:
        with writing() as store:
            done = act(store, venue, booking_id, me_as_host())
    except (Conflict, Refused) as error:
        return page(venue, booking_id, sentence(error.code, error.data)), status_of(error)
    flash(words())
    return _back(slug, venue, done)


def _back(slug: str, venue: Venue, done: Booking) -> ResponseReturnValue:
    back = BACK.get(request.form.get("back", ""))
    if back is None:
        return redirect(url_for("host.booking", slug=slug, booking_id=done.id), 303)
    day = {"day": timeline.day_asked(venue, request.form)} if back == "host.rooms" else {}
    return redirect(url_for(back, slug=slug, **day), 303)


@blueprint.route("/<slug>/bookings/<booking_id>/change", methods=["GET", "POST"])
@host
def change_booking(slug: str, booking_id: str) -> ResponseReturnValue:
    """What the meeting is, for how many and with what; the price is shown where it becomes another."""
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _change_form(venue, booking_id)
    form = request.form
    try:
        with writing() as store:
            found, details = bookings.the_booking(store, venue, booking_id), _details(store, venue, booking_id, form)
            changed = bookings.change_details(store, venue, found, details, me_as_host(), now(), agreed_cents=agreed(form))
    except (Invalid, Conflict, Refused) as error:
        return _change_form(venue, booking_id, form, said(error)), status_of(error)
    flash(_("Saved."))
    return redirect(url_for("host.booking", slug=slug, booking_id=changed.id), 303)


def _details(store: Store, venue: Venue, booking_id: str, form: Mapping[str, str]) -> bookings.Details:
    found = bookings.the_booking(store, venue, booking_id)
    room = store.venues.room(found.room_id)
    assert room, "rooms are retired, never deleted"
    known = store.rooms.extras(venue.id, held=found.extras)
    return bookings.parse_details(form, room, store.rooms.version(found.terms_id), known)


def _change_form(venue: Venue, booking_id: str, form: Mapping[str, str] | None = None, errors: Any = None) -> str:
    given = form if form is not None else request.args if "people" in request.args else None
    with reading() as store:
        found = bookings.the_booking(store, venue, booking_id)
        terms = store.rooms.version(found.terms_id)
        lines, problem = found.lines, {}
        if given is not None:
            try:
                lines = bookings.lines_with(store, venue, found, _details(store, venue, booking_id, given))
            except (Invalid, Refused) as error:
                problem = said(error)
        extras = [extra for extra in store.rooms.extras(venue.id, held=found.extras) if extra.id in terms.extras]
        left = bookings.stock_left(store, venue, extras, found.starts_at, found.ends_at, but=found.id)
        room = store.venues.room(found.room_id)
    values = given if given is not None else _as_typed(found)
    return render_template(
        "host/desk/change.html", booking=found, values=values, errors=problem | (errors or {}), terms=terms, extras=extras,
        left=left, room=room, **priced(lines),
    )  # fmt: skip


def _as_typed(found: Booking) -> dict[str, Any]:
    return asdict(found) | {"topics": ", ".join(found.topics)} | {f"extra_{extra}": "1" for extra in found.extras}


@blueprint.route("/<slug>/bookings/<booking_id>/cancel", methods=["GET", "POST"])
@host
def cancel_booking(slug: str, booking_id: str) -> ResponseReturnValue:
    """Asked first, with what it costs now; a host may let that go."""
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _cancel_form(venue, booking_id)
    form = request.form
    try:
        with writing() as store:
            found = bookings.the_booking(store, venue, booking_id)
            waive = "waive" in form
            fee = {"agreed_cents": None if waive else agreed(form), "agreed_dots": agreed_dots(form)}
            done = bookings.cancel(store, venue, found, me_as_host(), now(), waive=waive, **fee)
    except (Invalid, Conflict, Refused) as error:
        return _cancel_form(venue, booking_id, sentence(error.code, error.data)), status_of(error)
    flash(_("Cancelled. The room is free again."))
    return redirect(url_for("host.booking", slug=slug, booking_id=done.id), 303)


def _cancel_form(venue: Venue, booking_id: str, problem: str = "") -> str:
    with reading() as store:
        found = bookings.the_booking(store, venue, booking_id)
        percent, fee = bookings.cancel_fee(store, found, now())
        terms, renter = store.rooms.version(found.terms_id), store.bookings.renter(found.renter_id or "")
        room = store.venues.room(found.room_id)
    return render_template(
        "host/desk/cancel.html", booking=found, percent=percent, terms=terms, renter=renter, room=room, problem=problem,
        dots_due=fee.dots, **priced(fee.lines),
    )  # fmt: skip
