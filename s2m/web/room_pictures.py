"""What rooms look like, for whoever may book them; a picture never changes, so that browsers keep it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response

from s2m.domain import rooms
from s2m.domain.errors import NotFound
from s2m.web.context import me, now, reading
from s2m.web.policy import anyone

blueprint = Blueprint("pictures", __name__)
# A year; whoever changes a picture makes a new one, with an address of its own
KEPT = "max-age=31536000, immutable"


@blueprint.get("/pictures/<picture_id>")
@anyone
def room(picture_id: str) -> Response:
    """Everybody sees rooms that strangers may book, members those of their network, hosts also what is not let yet."""
    with reading() as store:
        picture = store.rooms.picture(picture_id)
        where = store.venues.room(picture.room_id) if picture else None
        if picture is None or where is None:
            raise NotFound()
        terms = store.rooms.terms(where.id, now())
        public = rooms.shown_to_anyone(where, terms)
        of_the_house = me().person is not None and me().person.network_id == where.network_id  # type: ignore[union-attr]
        if not public and not (of_the_house and (me().is_host or (terms and terms.bookable_by == "members"))):
            raise NotFound()
        response = make_response(store.rooms.picture_content(picture.id))
    response.headers["Content-Type"] = "image/webp"
    response.headers["Cache-Control"] = f"{'public' if public else 'private'}, {KEPT}"
    return response
