"""Rooms that are let: on which terms, at what price, with what extras, and when they are closed.

The room itself (name, kind, floor, places) is in `domain/venues.py`; one of kind *meeting* that has terms can be booked.
"""

from s2m.domain.rooms.extras import Extra, add_extra, change_stock, offer_everywhere, retire_extra, the_extra
from s2m.domain.rooms.form import parse_terms, values_of
from s2m.domain.rooms.offer import (
    FAR,
    Closure,
    close,
    closed_by,
    holiday,
    holidays_of,
    hours_of,
    open_during,
    open_on,
    parse_closure,
    reopen,
)
from s2m.domain.rooms.pictures import (
    ALT_MAX,
    MOST_PICTURES,
    RoomPicture,
    add_picture,
    describe_picture,
    move_picture_up,
    remove_picture,
    shown_to_anyone,
    the_picture,
)
from s2m.domain.rooms.pricing import fee, price, samples, share, steps
from s2m.domain.rooms.terms import (
    BOOKABLE_BY,
    EQUIPMENT,
    SETUPS,
    RoomTerms,
    Version,
    change_terms,
    terms_of,
    versions,
    withdraw_terms,
)

__all__ = [
    "ALT_MAX", "BOOKABLE_BY", "EQUIPMENT", "FAR", "MOST_PICTURES", "SETUPS", "Closure", "Extra", "RoomPicture", "RoomTerms",
    "Version", "add_extra", "add_picture", "change_stock", "change_terms", "close", "closed_by", "describe_picture", "fee",
    "holiday", "holidays_of", "hours_of", "move_picture_up", "offer_everywhere", "open_during", "open_on", "parse_closure",
    "parse_terms", "price", "remove_picture", "reopen", "retire_extra", "samples", "share", "shown_to_anyone", "steps",
    "terms_of", "the_extra", "the_picture", "values_of", "versions", "withdraw_terms",
]  # fmt: skip
