"""Rooms that are let: on which terms, at what price, with what extras, and when they are closed.

The room itself (name, kind, floor, places) is in `domain/venues.py`; one of kind *meeting* that has terms can be booked.
"""

from s2m.domain.rooms.extras import Extra, add_extra, retire_extra
from s2m.domain.rooms.form import parse_terms, values_of
from s2m.domain.rooms.offer import Closure, close, closed_by, holiday, hours_of, open_on, reopen
from s2m.domain.rooms.pricing import carries, fee, price, steps
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
    "BOOKABLE_BY", "EQUIPMENT", "SETUPS", "Closure", "Extra", "RoomTerms", "Version", "add_extra", "carries", "change_terms",
    "close", "closed_by", "fee", "holiday", "hours_of", "open_on", "parse_terms", "price", "reopen", "retire_extra", "steps",
    "terms_of", "values_of", "versions", "withdraw_terms",
]  # fmt: skip
