"""Bookings of rooms: finding a time, holding it, booking it, moving it, and letting it go."""

from s2m.domain.bookings.attending import arrive, end_early
from s2m.domain.bookings.availability import blocked, check, check_free, stock_left
from s2m.domain.bookings.booking import (
    SYSTEM,
    approve,
    conclude,
    decline,
    expire_due,
    fill_in,
    hold,
    let_go,
    lines_for,
    more_time,
    settle,
    the_booking,
    wait_for_mail,
)
from s2m.domain.bookings.changing import cancel, cancel_fee, change_details, lines_with, move, price_after, terms_after
from s2m.domain.bookings.letters import ending_options, warn_options
from s2m.domain.bookings.planning import Plan, Preview, preview
from s2m.domain.bookings.renting import RENTER, Details, parse_details, parse_renter, pays_as_member, renter_for
from s2m.domain.bookings.repeating import EVERY, Times, parse_rule, parse_times, times_of
from s2m.domain.bookings.replanning import Change, preview_change
from s2m.domain.bookings.series import SCOPES, book_series, cancel_fees, cancel_series, change_series, targets, the_series
from s2m.domain.bookings.times import quarter_of, when
from s2m.domain.bookings.values import BLOCKING, STRANGER, WAITING, Booker, Booking, Renter, Series, Wait

__all__ = [
    "BLOCKING", "EVERY", "RENTER", "SCOPES", "STRANGER", "SYSTEM", "WAITING", "Booker", "Booking", "Change", "Details",
    "Plan", "Preview", "Renter", "Series", "Times", "Wait", "approve", "arrive", "blocked", "book_series", "cancel",
    "cancel_fee", "cancel_fees", "cancel_series", "change_details", "change_series", "check", "check_free",
    "conclude", "decline", "end_early", "ending_options", "expire_due", "fill_in", "hold", "let_go", "lines_for",
    "lines_with", "more_time", "move", "parse_details", "parse_renter", "parse_rule", "parse_times", "pays_as_member", "preview",
    "preview_change", "price_after", "quarter_of", "renter_for", "settle", "stock_left", "targets", "terms_after", "the_booking",
    "the_series", "times_of", "wait_for_mail", "warn_options", "when",
]  # fmt: skip
