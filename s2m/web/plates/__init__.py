"""The plate beside a room: what the tablet shows (`tablet.py`), and what a phone may do that scanned its code (`phone.py`).

The tablet tells no name and no title that is hidden, and hears nothing but that a meeting came or left.
"""

from __future__ import annotations

from flask import Blueprint

from s2m.web import context

blueprint = Blueprint("plates", __name__)
TABLET = ("plates.show", "plates.part", "plates.heartbeat", "plates.here", "plates.end", "plates.go_on")


@blueprint.url_value_preprocessor
def as_the_tablet(endpoint: str | None, values: object) -> None:
    if endpoint in TABLET:
        context.as_device()


from s2m.web.plates import phone, tablet  # noqa: E402, F401
