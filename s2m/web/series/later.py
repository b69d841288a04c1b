"""A repeated meeting, later: what stands of it, and changing or cancelling one time, from one on, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from s2m.domain import bookings
from s2m.domain.bookings import Booker, Booking, Change, Series
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.rooms import terms_of
from s2m.domain.venues import Venue, the_room
from s2m.web.context import limit, me, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.policy import signed_in
from s2m.web.rooms.changing import details_form
from s2m.web.rooms.shared import agreed, booker, tell, the_venue
from s2m.web.series import (
    ACTS,
    HOUR,
    Asked,
    asked,
    blueprint,
    bookable,
    limit_acts,
    show_preview,
    with_skips,
)

if TYPE_CHECKING:
    from s2m.domain.rooms import Extra
    from s2m.store import Store

WORDS = ("title", "title_hidden", "people", "setup", "notes", "topics")


def _mine(store: Store, venue: Venue, series_id: str | None) -> Series:
    """My own series, or any for a host of the venue. Raises NotFound."""
    series = bookings.the_series(store, venue, series_id or "")
    renter = store.bookings.renter(series.renter_id or "")
    if not me().hosts(venue) and (renter is None or renter.person_id != person().id):
        raise NotFound()
    return series


def _booking(store: Store, venue: Venue, booking_id: str) -> tuple[Series, Booking]:
    booking = bookings.the_booking(store, venue, booking_id)
    return _mine(store, venue, booking.series_id), booking


@blueprint.get("/rooms/<slug>/series/<series_id>")
@signed_in
def show(slug: str, series_id: str) -> ResponseReturnValue:
    venue = the_venue(slug)
    with reading() as store:
        series = _mine(store, venue, series_id)
        those = store.bookings.of_series(series.id)
        rooms = {room_id: store.venues.room(room_id) for room_id in {one.room_id for one in those}}
    return render_template("series/show.html", series=series, those=those, rooms=rooms, total=_gross(those))


def _gross(those: Sequence[Booking]) -> int:
    return sum(one.gross_cents for one in those if one.blocks)


@blueprint.route("/rooms/<slug>/series/of/<booking_id>", methods=["GET", "POST"])
@signed_in
def edit(slug: str, booking_id: str) -> ResponseReturnValue:
    """Change one, from one on, or all: only what is typed anew becomes other."""
    venue, form, act = the_venue(slug), asked(), request.form.get("act")
    with reading() as store:
        series, booking = _booking(store, venue, booking_id)
    if act not in ACTS:
        return _edit_form(venue, series, booking, form)
    limit("series", person().id, most=120, per=HOUR)
    scope, by = str(form.values.get("scope")), booker(venue)
    try:
        if act == "book":
            limit_acts(by, scope)
            return _change(venue, booking, scope, form, by)
        return _edit_preview(venue, booking, scope, form, by)
    except Conflict as error:
        if error.code == "series_changed":
            return _edit_preview(venue, booking, scope, form, by, error)
        return _edit_form(venue, series, booking, form, error)
    except (Invalid, Refused) as error:
        return _edit_form(venue, series, booking, form, error)


def _wish(store: Store, venue: Venue, booking: Booking, form: Asked) -> Change:
    """What differs from the booking that the form is about. Raises Invalid, NotFound."""
    given, was = form.values, bookings.times_of(venue, booking.starts_at, booking.ends_at)
    room = the_room(store, venue, str(given.get("room")))
    terms = store.rooms.version(booking.terms_id) if room.id == booking.room_id else terms_of(store, room, now())
    # Of its own room's set-ups the form keeps the one it has: that another room has it not, the preview says for each time
    kept = given.get("setup") == booking.setup and booking.setup not in terms.setups
    typed = bookings.parse_details({**given, "setup": ""} if kept else given, room, terms, ())
    times = bookings.parse_times(given)
    other = {name: getattr(typed, name) for name in WORDS if getattr(typed, name) != getattr(booking, name)}
    if kept:
        other.pop("setup", None)
    offered = _offered(store, venue, booking)
    ticked = {extra.id: bool(given.get(f"extra_{extra.id}")) for extra in offered}
    return Change(
        room=room if room.id != booking.room_id else None, times=times if times != was else None, **other,
        extras={extra_id: wanted for extra_id, wanted in ticked.items() if wanted != (extra_id in booking.extras)},
    )  # fmt: skip


def _offered(store: Store, venue: Venue, booking: Booking) -> list[Extra]:
    """The extras that its room has, and those that it has itself."""
    mine = {*store.rooms.version(booking.terms_id).extras, *booking.extras}
    return [extra for extra in store.rooms.extras(venue.id, held=booking.extras) if extra.id in mine]


def _change(venue: Venue, booking: Booking, scope: str, form: Asked, by: Booker) -> ResponseReturnValue:
    with writing() as store:
        series, booking = _booking(store, venue, booking.id)
        wish = _wish(store, venue, booking, form)
        count = bookings.change_series(
            store, venue, booking, scope, wish, form.choices, by, now(), agreed_cents=agreed(request.form)
        )
        after = store.bookings.get(booking.id)
        tell(store)
    flash(ngettext("%(num)d time is changed.", "%(num)d times are changed.", count))
    return redirect(url_for("series.show", slug=venue.slug, series_id=after.series_id if after else series.id), 303)


def _edit_preview(
    venue: Venue, booking: Booking, scope: str, form: Asked, by: Booker, error: S2MError | None = None
) -> ResponseReturnValue:
    with reading() as store:
        wish = _wish(store, venue, booking, form)
        those = bookings.targets(store, booking, scope, now())
        seen = with_skips(
            form.choices, lambda choices: bookings.preview_change(store, venue, those, wish, choices, by, now())
        )  # fmt: skip
        room = wish.room or store.venues.room(booking.room_id)
    problem = sentence(error.code, error.data) if error else ""
    was = _gross([one.booking for one in seen.going if one.booking])
    body = show_preview(form, seen, room.name if room else "", problem, changing=True, before=was)
    return body, status_of(error) if error else 200


def _edit_form(
    venue: Venue, series: Series, booking: Booking, form: Asked, error: S2MError | None = None
) -> ResponseReturnValue:
    was = bookings.times_of(venue, booking.starts_at, booking.ends_at)
    values: dict[str, Any] = {
        "scope": "this", "room": booking.room_id, "from": was.begins, "until": was.ends, "next_day": was.next_day,
        **details_form(booking),
    }  # fmt: skip
    if request.method == "POST":
        values = dict(form.values)
    with reading() as store:
        rooms = [room for room, _terms in bookable(store, venue)]
        room, terms = store.venues.room(booking.room_id), store.rooms.version(booking.terms_id)
        extras = _offered(store, venue, booking)
    body = render_template(
        "series/edit.html", series=series, booking=booking, values=values, rooms=rooms, one={"room": room, "terms": terms},
        extras=extras, errors=said(error),
    )  # fmt: skip
    return body, status_of(error) if error else 200


@blueprint.route("/rooms/<slug>/series/of/<booking_id>/cancel", methods=["GET", "POST"])
@signed_in
def cancel(slug: str, booking_id: str) -> ResponseReturnValue:
    """?scope=: the fees of those, each and together, before anything is cancelled."""
    venue, scope = the_venue(slug), request.values.get("scope", "this")
    by = booker(venue)
    if request.method == "GET":
        return _cancel_page(venue, booking_id, scope)
    limit_acts(by, scope)
    waive = by.is_host and bool(request.form.get("waive"))
    try:
        with writing() as store:
            series, booking = _booking(store, venue, booking_id)
            count = bookings.cancel_series(
                store, venue, booking, scope, by, now(), agreed_cents=0 if waive else agreed(request.form), waive=waive
            )  # fmt: skip
            tell(store)
    except (Conflict, Refused, Invalid) as error:
        return _cancel_page(venue, booking_id, scope, error)
    flash(ngettext("%(num)d time is cancelled.", "%(num)d times are cancelled.", count))
    return redirect(url_for("series.show", slug=slug, series_id=series.id), 303)


def _cancel_page(venue: Venue, booking_id: str, scope: str, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        series, booking = _booking(store, venue, booking_id)
        try:
            fees = bookings.cancel_fees(store, bookings.targets(store, booking, scope, now()), now())
        except (Conflict, Refused, Invalid) as refusal:
            error, fees = error or refusal, []
    body = render_template(
        "series/cancel.html", series=series, booking=booking, scope=scope, fees=fees, due=sum(cents for _one, cents in fees),
        problem=sentence(error.code, error.data) if error else "", may_waive=me().hosts(venue),
    )  # fmt: skip
    return body, status_of(error) if error else 200
