"""Words of the house: what people here call something that others call otherwise, so that relevance reads both as one."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from s2m.domain import synonyms
from s2m.domain.errors import Conflict, Invalid
from s2m.domain.venues import Venue
from s2m.web import context
from s2m.web.context import hosted_venue, isolated, limit, now, person, reading, writing
from s2m.web.errors import said, status_of
from s2m.web.host import blueprint
from s2m.web.policy import host


@blueprint.route("/<slug>/words", methods=["GET", "POST"])
@host
def words(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    if request.method == "GET":
        return _page(venue)
    limit("words", person().id, most=200, per=timedelta(hours=1))
    try:
        with writing() as store:
            added = synonyms.add(store, venue, request.form, person().id, now())
    except (Invalid, Conflict) as error:
        return _page(venue, said(error, "word")), status_of(error)
    flash(_("Whoever types %(word)s now finds %(means)s too.", word=isolated(added.word), means=isolated(added.means)))
    return redirect(url_for("host.words", slug=slug), 303)


@blueprint.post("/<slug>/words/<synonym_id>/end")
@host
def end_word(slug: str, synonym_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with writing() as store:
        ended = synonyms.end(store, venue, synonym_id, person().id, now())
    flash(_("%(word)s means nothing special any more.", word=isolated(ended.word)))
    return redirect(url_for("host.words", slug=slug), 303)


def _page(venue: Venue, errors: dict[str, str] | None = None) -> str:
    with reading() as store:
        standing = store.synonyms.all(venue.network_id)
    known = len(context.meanings().lexicon.concepts)
    concepts = format_decimal(known) if known else ""
    values = request.form if errors else {}
    return render_template("host/words.html", words=standing, concepts=concepts, values=values, errors=errors or {})
