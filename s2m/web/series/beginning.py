"""Repeating a meeting: the form, then every time with its state and price, then all of them booked at once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext

from s2m.domain import bookings
from s2m.domain.bookings import RENTER, Booker, Plan, Series, desk
from s2m.domain.errors import Conflict, Invalid, Refused, S2MError
from s2m.domain.venues import DAYS, Venue
from s2m.web import context
from s2m.web.context import limit, me, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.policy import signed_in
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
    from s2m.domain.people import Person
    from s2m.store import Store


@blueprint.route("/rooms/<slug>/series/new", methods=["GET", "POST"])
@signed_in
def start(slug: str) -> ResponseReturnValue:
    """?room=, day, from, until, people, title: what the ordinary form holds already."""
    venue, form = the_venue(slug), asked()
    act = request.form.get("act")
    if act not in ACTS:
        return _form(venue, form)
    limit("series", person().id, most=120, per=HOUR)
    try:
        if act == "book":
            limit_acts(booker(venue))
            made = _book(venue, form)
            return redirect(url_for("series.show", slug=slug, series_id=made.id), 303)
        by = _for_whom(venue, form)
        with reading() as store:
            plan = _plan(store, venue, form)
            seen = with_skips(form.choices, lambda choices: bookings.preview(store, venue, plan, choices, by, now()))
        return show_preview(form, seen, plan.room.name, "", changing=False)
    except Conflict as error:
        return _again(venue, form, error)
    except (Invalid, Refused) as error:
        return _form(venue, form, error)


def _plan(store: Store, venue: Venue, form: Asked) -> Plan:
    let = store.rooms.let(venue.id, now())
    found = next(((room, terms) for room, terms in let if room.id == form.values.get("room")), None)
    if found is None:
        raise Invalid("room", "choice")
    details = bookings.parse_details(form.values, *found, store.rooms.extras(venue.id))
    return Plan(found[0], bookings.parse_rule(form.values, form.weekdays), bookings.parse_times(form.values), details)


def _book(venue: Venue, form: Asked) -> Series:
    with writing() as store:
        store.ledger.lock_chain(venue.network_id)  # before anything is written: one order for all, no deadlocks
        plan = _plan(store, venue, form)
        by, whose, values = _renting(store, venue, form)
        locale, another = context.locale(), whose is not None and whose.id != person().id
        renter = bookings.renter_for(store, venue.network_id, whose, values, locale, now(), by_host=another)
        made = bookings.book_series(store, venue, plan, form.choices, renter, by, now(), agreed_cents=agreed(request.form))
        firm = [one.confirmed_at is not None for one in store.bookings.of_series(made.id)]
        tell(store)
    if any(firm):
        flash(ngettext("%(num)d time is booked.", "%(num)d times are booked.", firm.count(True)))
    if not all(firm):
        flash(ngettext("You asked for %(num)d time.", "You asked for %(num)d times.", firm.count(False)))
    return made


def _for_whom(venue: Venue, form: Asked) -> Booker:
    """Whose price is shown. Apart from what is shown, since the trail is told that a host looked for somebody."""
    with writing() as store:
        return _renting(store, venue, form)[0]


def _renting(store: Store, venue: Venue, form: Asked) -> tuple[Booker, Person | None, dict[str, str]]:
    """Who books (what is shown has the price of whoever it is for), for whom, and who rents. Raises Invalid.

    What nobody typed of somebody stays as it was; a host need not know their address, so what a host leaves empty does so, too.
    """
    values = bookings.parse_renter(form.values)
    whose = _whose(store, venue, values["email"])
    known = store.bookings.renter_of(whose.id) if whose else None
    if known:
        hosts = me().hosts(venue)
        typed = {name for name, value in form.values.items() if value or not hosts}
        if hosts and known.person_id == person().id:  # a host's own address says for whom it is, no more
            typed -= {"email"}
        values |= {name: getattr(known, name) for name in values if name not in typed}
    return desk.booker_for(booker(venue), whose), whose, values


def _whose(store: Store, venue: Venue, email: str) -> Person | None:
    """A member books for themselves; a host for whoever of the venue has that address, else for a stranger. What a host once
    typed as a renter may be anybody's address."""
    if not me().hosts(venue) or email == person().email:
        return person()
    return desk.by_mail(store, venue, email, person().id, now())


def _first_values(store: Store, venue: Venue) -> dict[str, Any]:
    here = now().astimezone(venue.zone)
    return {
        "day": here.date().isoformat(), "from": "09:00", "until": "10:00", "every": "weekly", "interval": "1",
        "ends_how": "count", "count": "10", "people": "1", "title_hidden": "1", **_first_renter(store, venue),
    }  # fmt: skip


def _first_renter(store: Store, venue: Venue) -> dict[str, str]:
    """What is known of me as a renter. A host books mostly for others: what is a host's own would end up on their bills."""
    known = store.bookings.renter_of(person().id)
    if known is None:
        values = {"name": person().name, "email": person().email or ""}
    else:
        values = {name: getattr(known, name) for name in RENTER}
    return {"name": values["name"], "email": person().email or "", "country": ""} if me().hosts(venue) else values


def _form(venue: Venue, form: Asked, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        let = bookable(store, venue)
        values = {**({} if request.method == "POST" else _first_values(store, venue)), **form.values}
        extras = store.rooms.extras(venue.id)
    room, terms = next((one for one in let if one[0].id == values.get("room")), let[0] if let else (None, None))
    body = render_template(
        "series/new.html", values=values, weekdays=form.weekdays, days=weekday_names(), rooms=[one for one, _terms in let],
        room=room, terms=terms, errors=said(error), hosts=me().hosts(venue),
        extras=[extra for extra in extras if terms and extra.id in terms.extras],
    )  # fmt: skip
    return body, status_of(error) if error else 200


def weekday_names() -> list[tuple[str, str]]:
    """mon … sun with how they are called."""
    return [(day, str(format_date(date(2026, 3, 9 + n), "EEEE"))) for n, day in enumerate(DAYS)]


def _again(venue: Venue, form: Asked, error: Conflict) -> ResponseReturnValue:
    """What was shown is no longer so: show it once more. Nothing was booked."""
    try:
        by = _for_whom(venue, form)
        with reading() as store:
            plan = _plan(store, venue, form)
            seen = bookings.preview(store, venue, plan, form.choices, by, now())
        problem = sentence(error.code, error.data)
        return show_preview(form, seen, plan.room.name, problem, changing=False), status_of(error)
    except (Invalid, Refused) as other:
        return _form(venue, form, other)
