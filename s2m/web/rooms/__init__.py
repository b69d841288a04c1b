"""Meeting rooms for whoever rents them, with or without an account: find one, book it, and look after the booking.

    finding → timeline, room → booking (a hold of five minutes, the form, the mail) → managing
"""

from flask import Blueprint

blueprint = Blueprint("rooms", __name__)

from s2m.web.rooms import booking, changing, finding, managing, room, timeline  # noqa: E402, F401
from s2m.web.rooms.shared import lets_rooms, words_for_pages  # noqa: E402

blueprint.context_processor(words_for_pages)
blueprint.app_context_processor(lambda: {"lets_rooms": lets_rooms})
