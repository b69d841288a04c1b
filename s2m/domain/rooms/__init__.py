"""Rooms that are let: on which terms, at what price, with what extras, and when they are closed.

The room itself (name, kind, floor, places) is in `domain/venues.py`; one of kind *meeting* that has terms can be booked.
"""

from s2m.domain.rooms.extras import Extra, add_extra, retire_extra
from s2m.domain.rooms.offer import Closure, close, closed_by, holiday, hours_of, open_on, reopen
from s2m.domain.rooms.pricing import carries, fee, price, steps
from s2m.domain.rooms.terms import EQUIPMENT, SETUPS, RoomTerms, change_terms, terms_of

__all__ = [
    "EQUIPMENT", "SETUPS", "Closure", "Extra", "RoomTerms", "add_extra", "carries", "change_terms", "close", "closed_by", "fee",
    "holiday", "hours_of", "open_on", "price", "reopen", "retire_extra", "steps", "terms_of",
]  # fmt: skip
