"""Telling others about this place: the line to post, the link to it, and how each post stands; and accounts that are mine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from s2m.domain import posts
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.posts import Claim, accounts, claims
from s2m.web.context import limit, me, now, person, reading, writing
from s2m.web.errors import sentence, status_of
from s2m.web.pictures import BYTES, screenshot
from s2m.web.policy import signed_in, takes

if TYPE_CHECKING:
    from s2m.store import Store

blueprint = Blueprint("posts", __name__)
REFUSALS = (Invalid, Refused, Conflict)
# A form around the picture
AROUND = 64 * 1024
# Why a post does not count, or waits for the host; codes that are refusals as well have their sentence there
REASONS: dict[str, Callable[[], str]] = {
    "post_no_code": lambda: _("The post does not hold the code of this visit. Add the line and paste the link again."),
    "post_no_disclosure": lambda: _(
        "The post does not say that you got something for it. Add “in return for social capital” or #ad, "
        "and paste the link again: then we look again."
    ),
    "post_no_time": lambda: _("The page does not say when it was published, so the host looks."),
    "post_early": lambda: _("The post is older than the visit."),
    "post_time": lambda: _("The post was not made during the visit or in the 7 days after it."),
    "post_changed": lambda: _("The post changed after our first look. Paste the link again, and leave it as it is for a day."),
    "post_gone": lambda: _("There is no post at this link, or it was removed."),
    "post_not_yours": lambda: _("The post is not from the account that you linked."),
    "post_unread": lambda: _("We could not read it, so the host looks."),
    "post_blocked": lambda: _("This site lets no program read it, so the host looks."),
    "post_closed": lambda: _("We cannot read this site, so the host looks."),
    "post_picture": lambda: _("The host looks at your screenshot."),
    "post_large": lambda: _("The page is too large for us to read."),
    "post_kind": lambda: _("There is no page at this link but another kind of file."),
    "post_nobody": lambda: _("The account of this post is closed."),
    "post_declined": lambda: _("The host declined it."),
    "link_private": lambda: _("This link leads to a place that we do not open."),
    "link_redirects": lambda: _("This link leads on to another site. Paste the link of the post itself."),
    "account_gone": lambda: _("We found no such account."),
    "account_other": lambda: _("The word stands at another account."),
    "account_no_word": lambda: _("We did not find the word there. Check that it is public, and try again."),
}


def why(reason: str) -> str:
    return REASONS[reason]() if reason in REASONS else sentence(reason, {"home": "…"}) if reason else ""


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"post_why": why}


@blueprint.get("/posts")
@signed_in
def mine() -> ResponseReturnValue:
    """The line to post, where to paste the link, and my posts."""
    return _page()


def _page(error: S2MError | None = None, form: str = "link") -> ResponseReturnValue:
    field = str(error.data.get("field", "url" if form == "link" else "picture")) if error else ""
    with reading() as store:
        offers = posts.offers(store, person(), now())
        known = {offer.visit.id for offer in offers}
        shown = {"offers": offers, "mine": _mine(store), "closed": claims.CLOSED, "line": posts.line}
    chosen = next((i for i in (request.values.get("visit"), *(o.visit.id for o in offers)) if i in known), "")
    errors = {f"{form}_{field}": sentence(error.code, error.data)} if error else {}
    page = render_template("posts/index.html", chosen=chosen, values=request.form, errors=errors, **shown)
    return page, status_of(error) if error else 200


@blueprint.get("/posts/now")
@signed_in
def now_mine() -> ResponseReturnValue:
    """How my posts stand: the part that changes by itself."""
    with reading() as store:
        response = make_response(render_template("posts/_mine.html", mine=_mine(store)))
    response.add_etag()
    return response.make_conditional(request)


def _mine(store: Store) -> list[Claim]:
    return store.posts.of_person(person().id)


@blueprint.post("/posts")
@signed_in
def claim() -> ResponseReturnValue:
    limit("post-claim", person().id, most=30, per=timedelta(hours=1))
    form = request.form
    try:
        with writing() as store:
            made = posts.claim(store, person(), form.get("visit", ""), form.get("url"), now())
    except REFUSALS as error:
        return _page(error)
    flash(_("Kept. We look at it within a minute.") if made.state == "waiting" else _("Kept. The host looks at it."))
    return redirect(url_for("posts.mine"), 303)


@blueprint.post("/posts/screenshot")
@signed_in
@takes(BYTES + AROUND)
def claim_picture() -> ResponseReturnValue:
    """Where no program can read: a story, a closed group."""
    limit("post-picture", person().id, most=10, per=timedelta(hours=1))
    form, file = request.form, request.files.get("picture")
    try:
        picture = screenshot(file.read(BYTES + 1) if file else b"")
        with writing() as store:
            posts.claim_picture(store, person(), form.get("visit", ""), form.get("where"), form.get("url"), picture, now())
    except REFUSALS as error:
        return _page(error, "picture")
    flash(_("Kept. The host looks at it."))
    return redirect(url_for("posts.mine"), 303)


@blueprint.get("/posts/<claim_id>/picture")
@signed_in
def picture(claim_id: str) -> ResponseReturnValue:
    """For who sent it and for the hosts of that venue."""
    with reading() as store:
        claim = store.posts.get(claim_id)
        venue = store.venues.get(claim.venue_id) if claim else None
        content = store.posts.picture(claim_id) if claim else None
    if claim is None or venue is None or content is None or not (claim.person_id == person().id or me().hosts(venue)):
        raise NotFound()
    return Response(content, mimetype="image/jpeg", headers={"Content-Disposition": "inline; filename=post.jpg"})


# Accounts that are mine -----------------------------------------------------------------------------------------


@blueprint.get("/me/accounts")
@signed_in
def linked() -> ResponseReturnValue:
    return _accounts()


def _accounts(error: S2MError | None = None, at: str = "") -> ResponseReturnValue:
    with reading() as store:
        shown = store.posts.accounts(person().id)
    errors = {f"{at}{error.data.get('field', 'url' if at else 'handle')}": sentence(error.code, error.data)} if error else {}
    page = render_template("posts/accounts.html", accounts=shown, values=request.form, errors=errors)
    return page, status_of(error) if error else 200


@blueprint.post("/me/accounts")
@signed_in
def start_account() -> ResponseReturnValue:
    limit("account", person().id, most=20, per=timedelta(hours=1))
    form = request.form
    try:
        with writing() as store:
            accounts.start(store, person(), form.get("platform"), form.get("handle"), now())
    except REFUSALS as error:
        return _accounts(error)
    return redirect(url_for("posts.linked"), 303)


@blueprint.post("/me/accounts/<account_id>/check")
@signed_in
def check_account(account_id: str) -> ResponseReturnValue:
    limit("account", person().id, most=20, per=timedelta(hours=1))
    try:
        with writing() as store:
            accounts.check(store, person(), account_id, request.form.get("url"), now())
    except REFUSALS as error:
        return _accounts(error, account_id)
    flash(_("We look within a minute. Open this page again then."))
    return redirect(url_for("posts.linked"), 303)


@blueprint.post("/me/accounts/<account_id>/remove")
@signed_in
def remove_account(account_id: str) -> ResponseReturnValue:
    with writing() as store:
        accounts.remove(store, person(), account_id)
    flash(_("Removed. Your posts may come from any account there again."))
    return redirect(url_for("posts.linked"), 303)
