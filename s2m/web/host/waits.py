"""Who waits for what at a venue, in the order in which they are asked."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from s2m.web.context import hosted_venue, reading
from s2m.web.host import blueprint
from s2m.web.policy import host
from s2m.web.rooms.awaited import shown


@blueprint.get("/<slug>/waits")
@host
def waits(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with reading() as store:
        line = [shown(store, wait) for wait in store.waits.line(venue.id)]
        renters = store.bookings.renters({one.wait.renter_id for one in line})
    return render_template("host/waits.html", line=line, renters=renters)
