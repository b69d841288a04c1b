"""How much decays into the commons each month: an admin's decision, announced to everybody two weeks before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from s2m.domain import commons, ledger
from s2m.domain.commons import DecayRule
from s2m.domain.errors import Invalid
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import admin

if TYPE_CHECKING:
    from s2m.store import Store


@blueprint.get("/<slug>/decay")
@admin
def decay(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue, {})


def _page(venue: Venue, errors: dict[str, str]) -> str:
    with reading() as store:
        current, plan = store.commons.rule(venue.network_id, now()), store.commons.plan(venue.network_id, now())
        per_mille = (plan or current).per_mille if plan or current else 0  # type: ignore[union-attr]
        shown: dict[str, Any] = {
            "current": current.per_mille if current else 0, "plan": plan, "months": store.commons.months(venue.network_id),
            "preview": _preview(store, venue, per_mille), "value": request.form.get("per_mille", str(per_mille)),
        }  # fmt: skip
    return render_template("host/decay.html", errors=errors, most=commons.MOST_PER_MILLE, **shown)


def _preview(store: Store, venue: Venue, per_mille: int) -> tuple[int, int]:
    """How many people it would touch and what would come together, were it the first of the month now."""
    own = [a for a in store.ledger.accounts(venue.network_id) if a.kind == "person" and a.unit == ledger.SC]
    dues = [due for due in (commons.share(account.available, per_mille) for account in own) if due]
    return len(dues), sum(dues)


@blueprint.post("/<slug>/decay")
@admin
def plan_decay(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    limit("decay", venue.network_id, most=10, per=timedelta(hours=1))
    try:
        with writing() as store:
            rule = commons.plan_decay(store, venue.network_id, request.form.get("per_mille", ""), person().id, now())
            if rule.begins_at > now():
                _announce(store, venue, rule)
    except Invalid as error:
        return _page(venue, said(error)), status_of(error)
    if rule.begins_at > now():
        flash(_("Announced. It counts from %(day)s.", day=_day(venue, rule)))
    else:
        flash(_("This counts from now on."))
    return redirect(url_for("host.decay", slug=slug), 303)


def _announce(store: Store, venue: Venue, rule: DecayRule) -> None:
    """A mail to every member who can get one, in their language."""
    for someone in store.people.all(venue.network_id):
        if someone.email and someone.is_member:
            with force_locale(someone.language):
                words = _(
                    "Hello %(name)s,\n\nfrom %(day)s on, %(per_mille)s of every 1,000 dots that somebody has free go to the "
                    "commons on the first of each month. The commons welcomes newcomers and carries the seat of who cannot. "
                    "What you have below that stays as it is, and a promise below zero does not grow.",
                    name=someone.first_name, day=_day(venue, rule), per_mille=rule.per_mille,
                )  # fmt: skip
                store.outbox.add(venue.network_id, someone.email, _("A part of balances goes to the commons"), words, now())


def _day(venue: Venue, rule: DecayRule) -> str:
    return format_date(rule.begins_at.astimezone(venue.zone), "EEEE d MMMM y")
