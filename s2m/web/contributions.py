"""Thanks: to somebody I was here with, for a topic, in one sentence; earned, a gift or words alone.

Whoever gets them sees them at once and may accept or decline; the giver can take them back for 30 seconds.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import contributions, people, presence
from s2m.domain.contributions import Thanks
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.people import Person
from s2m.domain.venues import Venue
from s2m.web import context, frames
from s2m.web.context import keys, limit, now, person, policy_of, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.policy import signed_in, takes, with_camera

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("contributions", __name__)
RECEIVED, GIVEN = 10, 5
FIRST = 6
# What a code leads to, for whoever thanks; all others come from sentences.py
HERE: dict[str, Callable[[], str]] = {
    "code_unreadable": lambda: _("This is no badge of this place. Ask for the code on their own page."),
    "code_is_door": lambda: _("This is the door code. Scan the badge of whoever helped you."),
    "badge_unknown": lambda: _("We do not know this badge."),
    "badge_revoked": lambda: _("This badge was replaced. Ask them for the new one."),
}


@blueprint.get("/thanks")
@signed_in
def thank() -> ResponseReturnValue:
    """Whom to thank; with ?to= the form for that person."""
    with reading() as store:
        to = request.args.get("to")
        return _form(store, _receiver(store, to)) if to else _choose(store)


def _receiver(store: Store, person_id: str) -> Person:
    """Somebody whom I met and who lets themselves be seen, or who showed me their badge. Raises NotFound for all others:
    an answer of any other kind would tell of somebody who is not to be seen, whether they were here."""
    other = people.in_network(store, person().network_id, person_id)
    if other.id not in (*session.get("badges", ()), *(p.id for p in contributions.to_thank(store, person(), now()))):
        raise NotFound()
    return other


def _choose(store: Store, error: S2MError | None = None) -> ResponseReturnValue:
    received = store.contributions.received(person().id, most=RECEIVED)
    given = store.contributions.given(person().id, most=GIVEN)
    fresh = [t for t in given[:1] if t.state in contributions.STANDING and now() - t.at <= presence.UNDO]
    waiting = store.contributions.waiting(person().id)
    others = contributions.to_thank(store, person(), now())
    page = render_template(
        "contributions/index.html",
        others=others[:FIRST],
        more=others[FIRST:],
        waiting=[(thanks, _first_name(store, thanks.giver_id)) for thanks in waiting],
        received=[(thanks, _first_name(store, thanks.giver_id)) for thanks in received],
        given=[(thanks, _first_name(store, thanks.receiver_id)) for thanks in given],
        undoable=fresh[0] if fresh else None,
        code=request.form.get("code", "")[:12],
        errors={"code": HERE.get(error.code, lambda: sentence(error.code, error.data))()} if error else {},
    )
    return page, status_of(error) if error else 200


def _first_name(store: Store, person_id: str | None) -> str:
    other = store.people.get(person_id) if person_id else None
    return other.first_name if other and not other.erased_at else ""


@blueprint.get("/thanks/scan")
@signed_in
@with_camera
def scan() -> ResponseReturnValue:
    """The badge of whoever helped, before the camera of this phone."""
    return render_template("contributions/scan.html", code="", errors={})


@blueprint.post("/thanks/frames")
@signed_in
@takes(frames.BYTES)
def read_frame() -> ResponseReturnValue:
    """For phones whose browser cannot read codes."""
    return frames.answer(person().id)


@blueprint.post("/thanks/find")
@signed_in
def find() -> ResponseReturnValue:
    """Somebody who kept out of sight, by their badge: its code typed, or the badge itself before the camera."""
    limit("thank-code", person().id, most=20, per=timedelta(hours=1))
    with reading() as store:
        try:
            other = _holder(store)
            contributions.check_met(store, person(), other, now())
        except (Invalid, Refused) as error:
            return _choose(store, error)
    session["badges"] = [*session.get("badges", ())[-9:], other.id]
    return redirect(url_for("contributions.thank", to=other.id), 303)


def _holder(store: Store) -> Person:
    network_id, badge = person().network_id, request.form.get("badge")
    if badge is None:
        return people.person_with_short_code(store, network_id, request.form.get("code", ""))
    return people.person_with_badge(store, keys().badge, network_id, badge)


@blueprint.post("/thanks")
@signed_in
def give() -> ResponseReturnValue:
    limit("thank", person().id, most=30, per=timedelta(hours=1))
    form = request.form
    with reading() as store:
        other = _receiver(store, form.get("to", ""))
    try:
        with writing() as store:
            thanks = _give(store, other)
    except (Invalid, Refused, Conflict) as error:
        with reading() as store:
            return _form(store, other, error)
    flash(_said(thanks, other))
    return redirect(url_for("contributions.thank"), 303)


def _said(thanks: Thanks, other: Person) -> str:
    if thanks.kind == "plain":
        return _("%(name)s reads your thanks now.", name=other.first_name)
    if thanks.kind == "gift":
        return _("Your gift is on its way to %(name)s.", name=other.first_name)
    return _("Your thanks is on its way into the balance of %(name)s.", name=other.first_name)


def _venue_of(store: Store, other: Person) -> Venue:
    """Where we met last: its rules say what thanks are worth."""
    met_at = presence.together(store, person().id, other.id, now())
    venue = (store.venues.get(met_at) if met_at else None) or context.home_venue(store, person())
    if venue is None:
        raise NotFound()
    return venue


def _give(store: Store, other: Person) -> Thanks:
    venue, form = _venue_of(store, other), request.form
    key = form.get("key", "")
    if not 16 <= len(key) <= 64:
        raise Conflict("key_reused")
    topic = form.get("topic") or form.get("other", "")
    return contributions.thank(
        store, person(), other, venue, policy_of(store, venue), topic, form.get("text", ""), now(), key=f"thanks:{key}",
        kind=form.get("kind", "earned"), amount=form.get("amount"),
    )  # fmt: skip


def _form(store: Store, other: Person, error: S2MError | None = None) -> ResponseReturnValue:
    """Their topics stand ready where they let themselves be seen."""
    known = other.id in [p.id for p in contributions.to_thank(store, person(), now())]
    policy = policy_of(store, _venue_of(store, other))
    account = store.ledger.person_account(person().id)
    page = render_template(
        "contributions/thank.html",
        other=other,
        policy=policy,
        free=0 if account.frozen_at else max(account.available, 0),
        topics=[t.text for t in store.people.topics(other.id)][:6] if known else [],
        known=known,
        form=request.form,
        key=request.form.get("key") or secrets.token_urlsafe(18),
        errors=said(error, "all"),
    )
    return page, status_of(error) if error else 200


@blueprint.post("/thanks/<thanks_id>/accept")
@signed_in
def accept(thanks_id: str) -> ResponseReturnValue:
    with writing() as store:
        contributions.accept(store, person(), thanks_id, now())
    flash(_("It counts in your balance now."))
    return redirect(url_for("contributions.thank"), 303)


@blueprint.post("/thanks/<thanks_id>/decline")
@signed_in
def decline(thanks_id: str) -> ResponseReturnValue:
    with writing() as store:
        contributions.decline(store, person(), thanks_id, now())
    flash(_("Declined. Nothing moved."))
    return redirect(url_for("contributions.thank"), 303)


@blueprint.post("/thanks/<thanks_id>/undo")
@signed_in
def undo(thanks_id: str) -> ResponseReturnValue:
    with writing() as store:
        undone = contributions.undo_thanks(store, person(), thanks_id, now())
        moved = contributions.posted(store, undone)
    flash(_("Undone. Both lines stay in the statement, side by side.") if moved else _("Undone. Nothing moved."))
    return redirect(url_for("contributions.thank"), 303)
