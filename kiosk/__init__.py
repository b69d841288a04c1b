"""The tablet at the door: paired with one venue, it may check people in and out there and do nothing else.

A package of its own, with its own templates and scripts. Who holds a badge before it, types or is looked up makes a
visit at once, durably; the screens that follow only refine that visit. A tablet opens only visits that began on it
minutes ago and that its present visitor began, so that the next person sees nothing of the last.
"""

from flask import Blueprint

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk", template_folder="templates", static_folder="static")

from kiosk import frames, refusals, scanning, tablet, visits, ways  # noqa: E402, F401
