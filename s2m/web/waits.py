"""Waiting for a room that is taken: getting in line, and the one page on which an offer is seen, taken or left.

A member comes by their own list, a stranger (and whoever reads their mail) by the link in a mail.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import bookings
from s2m.domain.bookings import Wait, waiting
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.fields import whole
from s2m.domain.signin import fingerprint
from s2m.domain.venues import Venue
from s2m.web import address, context
from s2m.web.context import limit, me, now, person, reading, writing
from s2m.web.errors import said, sentence, status_of
from s2m.web.policy import anyone, signed_in
from s2m.web.rooms.awaited import shown
from s2m.web.rooms.shared import holds, the_venue, words_for_pages

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("waits", __name__)
blueprint.context_processor(words_for_pages)
HOUR = timedelta(hours=1)


# Getting in line ---------------------------------------------------------------------------------------------------


@blueprint.route("/rooms/<slug>/waits/new", methods=["GET", "POST"])
@anyone
def join(slug: str) -> ResponseReturnValue:
    """?room= (none: any that fits), day, from, until, people: what was looked for where it is taken."""
    venue = the_venue(slug)
    if request.method == "GET":
        return _form(venue, request.args)
    limit("wait", context.client(), most=30, per=HOUR)
    try:
        start, end = bookings.when(venue, request.form)
        wait = _join(venue, start, end)
    except (Invalid, Conflict, Refused) as error:
        return _form(venue, request.form, error)
    if wait is None:
        return render_template("waits/sent.html", email=request.form.get("email", "").strip())
    flash(_("You are in line. We write to you as soon as it is free."))
    return redirect(url_for("waits.show", key=wait.id), 303)


def _join(venue: Venue, start: datetime, end: datetime) -> Wait | None:
    """None for a stranger: they are in line once they opened the link in the mail."""
    who, given = me().person, request.form
    room_id, people = given.get("room") or None, whole(given.get("people") or "1", "people", least=1, most=10_000)
    with reading() as store:
        known = store.bookings.renter_of(who.id) if who else None
    mine = {"name": who.name, "email": who.email or given.get("email", "")} if who else given
    values = bookings.parse_renter(vars(known) if known else mine)
    if who is None:
        if not address.can_mail():
            raise Refused("no_mail", field="email")
        address.limit_mail(values["email"])
    with writing() as store:
        store.ledger.lock_chain(venue.network_id)  # before anything is written: one order for all, no deadlocks
        renter = known or bookings.renter_for(store, venue.network_id, who, values, context.locale(), now())
        secret = None if who else store.secret()
        hashed = fingerprint(secret) if secret else None
        wait = waiting.join(store, venue, room_id, start, end, people, renter, now(), secret_hash=hashed)
        if secret:
            _ask_proof(store, venue, renter.email, secret)
    return None if secret else wait


def _ask_proof(store: Store, venue: Venue, email: str, secret: str) -> None:
    said = _(
        "Hello,\n\nSomebody typed this address to wait for a room at %(venue)s. Was it you? Open this link and say yes:\n\n"
        "%(link)s\n\nYou did not type it? Then do nothing.",
        venue=venue.name, link=context.public_url() + url_for("waits.show", key=secret),
    )  # fmt: skip
    store.outbox.add(venue.network_id, email, _("One more step: wait for a room at %(venue)s", venue=venue.name), said, now())


def _form(venue: Venue, values: Any, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        rooms = [room for room, terms in store.rooms.let(venue.id, now()) if terms.bookable_by != "hosts"]
    twice = error.data.get("field") if error and error.code == "clock_twice" else ""
    stranger = me().person is None
    body = render_template("waits/new.html", values=values, rooms=rooms, errors=said(error), needs_name=stranger, twice=twice)
    return body, status_of(error) if error else 200


# Standing in line --------------------------------------------------------------------------------------------------


@blueprint.get("/me/waits")
@signed_in
def mine() -> ResponseReturnValue:
    with reading() as store:
        found = store.waits.listed(person().id)
        if found:  # the page is in the time of where that is
            g.venue = store.venues.get(found[0].venue_id)
        return render_template("waits/mine.html", waits=[shown(store, wait) for wait in found])


def _the_wait(store: Store, key: str) -> tuple[Venue, Wait]:
    """By the secret of a mail; by its id for whose it is. Raises NotFound."""
    wait = store.waits.by_secret(fingerprint(key))
    if wait is None:
        wait = store.waits.get(key)
        if wait is None or wait.person_id is None or me().person is None or wait.person_id != person().id:
            raise NotFound()
    venue = store.venues.get(wait.venue_id)
    if venue is None:
        raise NotFound()
    g.venue = venue
    return venue, wait


@blueprint.route("/waits/<key>", methods=["GET", "POST"])
@anyone
def show(key: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(key)
    limit("wait-answer", context.client(), most=120, per=HOUR)
    act = ACTS.get(request.form.get("act", ""))
    try:
        if act is None:
            raise Invalid("act", "choice")
        with writing() as store:
            to = act(store, *_the_wait(store, key))
    except (Conflict, Refused, Invalid) as error:
        return _page(key, error)
    return redirect(to or url_for("waits.show", key=key), 303)


def _page(key: str, error: S2MError | None = None) -> ResponseReturnValue:
    with reading() as store:
        _found, wait = _the_wait(store, key)
        one = shown(store, wait)
    problem = sentence(error.code, error.data) if error else ""
    page = render_template("waits/show.html", one=one, problem=problem, key=key, theirs=_may_fill_in(wait))
    return page, status_of(error) if error else 200


def _may_fill_in(wait: Wait) -> bool:
    """A member books as who they are, signed in; whoever has the link of a stranger's mail books as that stranger."""
    who = me().person
    return wait.person_id in (None, who and who.id)


def _prove(store: Store, venue: Venue, wait: Wait) -> None:
    waiting.prove(store, venue, wait, now())


def _yes(store: Store, venue: Venue, wait: Wait) -> str | None:
    """What was offered is held as from the room's own page, and its form is the next thing to see."""
    held = waiting.accept(store, venue, wait, now())
    if not _may_fill_in(wait):
        return None
    session["holds"] = [*(one for one in holds() if one != held.id), held.id]
    return url_for("rooms.form", key=held.id, people=wait.people)


def _no(store: Store, venue: Venue, wait: Wait) -> None:
    waiting.decline(store, venue, wait, now())


def _leave(store: Store, venue: Venue, wait: Wait) -> None:
    waiting.leave(store, venue, wait, now())


ACTS = {"prove": _prove, "yes": _yes, "no": _no, "leave": _leave}
