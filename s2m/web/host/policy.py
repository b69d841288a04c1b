"""The house rules: what a seat asks, what thanks give, and when the house is open. Rules change now or on a day to come."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from s2m.domain import venues
from s2m.domain.errors import Invalid, NotFound
from s2m.domain.venues import DAYS, Venue
from s2m.web.context import hosted_venue, now, person, policy_of, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.get("/<slug>/policy")
@host
def policy(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue)


def _page(venue: Venue, errors: dict[str, str] | None = None, values: Any = None, hours: Any = None) -> str:
    with reading() as store:
        kept, since = policy_of(store, venue), store.venues.policy_since(venue, now())
        changes = venues.policy_changes(store, venue)
        names = store.people.first_names({change.by for change in changes if change.by})
    shown = {"values": values or asdict(kept), "hours": hours or _hours(venue), "since": since, "days": DAYS}
    shown |= {"changes": changes, "changed_by": names}
    return render_template("host/policy.html", errors=errors or {}, **shown)


def _hours(venue: Venue) -> dict[str, tuple[str, str]]:
    return {day: tuple(venue.opening_hours.get(day) or ("", "")) for day in DAYS}  # type: ignore[misc]


@blueprint.post("/<slug>/policy")
@host
def change_policy(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    try:
        with writing() as store:
            begins = venues.parse_day(venue, request.form.get("from"), now())
            venues.change_policy(store, venue, venues.parse_policy(request.form), person().id, now(), effective_at=begins)
    except Invalid as error:
        return _page(venue, said(error), request.form), status_of(error)
    if begins:
        day = format_date(begins.astimezone(venue.zone), "EEEE d MMMM y")
        flash(_("The new rules are planned for %(day)s. Until then nothing changes.", day=day))
    else:
        flash(_("The new rules count from now on. What was before stays as it was."))
    return redirect(url_for("host.policy", slug=slug), 303)


@blueprint.post("/<slug>/policy/withdraw")
@host
def withdraw_policy(slug: str) -> ResponseReturnValue:
    """A planned change does not happen."""
    venue = hosted_venue(slug)
    with writing() as store:
        venues.withdraw_policy(store, venue, _moment(request.form.get("at", "")), person().id, now())
    flash(_("The planned change was withdrawn."))
    return redirect(url_for("host.policy", slug=slug), 303)


def _moment(text: str) -> datetime:
    """When a planned change begins, as the page wrote it. Raises NotFound."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise NotFound() from None
    if at.utcoffset() is None:
        raise NotFound()
    return at


@blueprint.post("/<slug>/hours")
@host
def change_hours(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    given = {day: (request.form.get(f"{day}_opens", ""), request.form.get(f"{day}_closes", "")) for day in DAYS}
    try:
        with writing() as store:
            venues.change_hours(store, venue, venues.parse_hours(given), person().id, now())
    except Invalid as error:
        return _page(venue, said(error), hours=given), status_of(error)
    flash(_("The new opening hours count from now on, also for who is here."))
    return redirect(url_for("host.policy", slug=slug), 303)
