"""Where a tablet sends its frames when its browser cannot read QR codes."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from kiosk import blueprint
from s2m.web import frames as eye
from s2m.web.context import device
from s2m.web.policy import paired


@blueprint.post("/frames")
@paired("kiosk")
def frames() -> ResponseReturnValue:
    return eye.answer(device().id)
