"""Meetings that are repeated: booked all at once or not at all, and changed or cancelled one, from one on, or all of them.

Each time is a booking of its own, with its own price and its own fee. What is over or has begun is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from s2m.domain.bookings import availability, changing, letters
from s2m.domain.bookings.booking import confirm_or_ask, fresh, settle
from s2m.domain.bookings.planning import Occurrence, Plan, Preview, preview
from s2m.domain.bookings.repeating import Rule
from s2m.domain.bookings.replanning import Change, details_after, extras_by_person, preview_change
from s2m.domain.bookings.values import HOLD, Booking, Series
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booker, Renter
    from s2m.domain.venues import Venue
    from s2m.store import Store

SCOPES = ("this", "following", "all")


def book_series(
    store: Store, venue: Venue, plan: Plan, choices: Mapping[str, str], renter: Renter, by: Booker, now: datetime,
    *, agreed_cents: int,
) -> Series:  # fmt: skip
    """Book every time that goes on, in one transaction. agreed_cents: the sum that was shown, VAT included.

    Raises as `planning.preview` does; Invalid `nothing_left`; Conflict `series_changed` where something is no longer as it was
    shown. Nothing is booked then.
    """
    store.ledger.lock_chain(venue.network_id)
    seen = _agreed(preview(store, venue, plan, choices, by, now), agreed_cents)
    made = store.series.add(
        Series(
            store.new_id(now), venue.network_id, venue.id, plan.room.id, renter.id, plan.rule.text, plan.rule.first.isoformat(),
            plan.times.begins, plan.times.ends, plan.times.next_day, venue.timezone, **asdict(plan.details), created_by=by.id,
            created_at=now,
        )
    )  # fmt: skip
    booked = [_book(store, venue, made, plan, one, renter, by, now) for one in seen.going]
    letters.one_for_all(store, booked, "series" if booked[0].confirmed_at else "series_requested", now)
    return made


def _agreed(seen: Preview, agreed_cents: int) -> Preview:
    if not seen.going:
        raise Invalid("form", "nothing_left")
    if seen.open or seen.sum.gross_cents != agreed_cents:
        raise Conflict("series_changed")
    return seen


def _book(
    store: Store, venue: Venue, made: Series, plan: Plan, one: Occurrence, renter: Renter, by: Booker, now: datetime
) -> Booking:
    assert one.terms and one.start and one.end, "it goes on"
    blocked_from, blocked_until = availability.blocked(one.terms, one.start, one.end)
    held = Booking(
        store.new_id(now), venue.network_id, venue.id, one.room.id, one.terms.id, one.start, one.end, blocked_from, blocked_until,
        "hold", by.id, now, now, renter_id=renter.id, person_id=by.person_id, series_id=made.id, series_day=one.day.isoformat(),
        expires_at=now + HOLD, lines=one.lines, gross_cents=one.gross_cents, **asdict(plan.details),
    )  # fmt: skip
    return confirm_or_ask(store, venue, store.bookings.add(held), one.terms, by, now)


# Changing and cancelling ------------------------------------------------------------------------------------------


def the_series(store: Store, venue: Venue, series_id: str) -> Series:
    """Raises NotFound for one of another venue as for one that never was."""
    found = store.series.get(series_id)
    if found is None or found.venue_id != venue.id:
        raise NotFound()
    return found


def targets(store: Store, booking: Booking, scope: object, now: datetime) -> list[Booking]:
    """Which bookings an act is about, the first first. following: this one and what comes after it; all: none that has begun.

    Raises Invalid `choice`; Conflict `booking_over` and Refused `booking_begun` where nothing is left of them.
    """
    if scope not in SCOPES or booking.series_id is None:
        raise Invalid("scope", "choice")
    those = [booking] if scope == "this" else store.bookings.of_series(booking.series_id)
    if scope == "following":
        those = [one for one in those if (one.series_day or "") >= (booking.series_day or "")]
    standing = [one for one in those if one.blocks]
    if not standing:
        raise Conflict("booking_over")
    found = [one for one in standing if one.starts_at > now]
    if not found:
        raise Refused("booking_begun")
    return found


def change_series(
    store: Store, venue: Venue, booking: Booking, scope: str, change: Change, choices: Mapping[str, str], by: Booker,
    now: datetime, *, agreed_cents: int,
) -> int:  # fmt: skip
    """Change them all, in one transaction; how many. agreed_cents: what they come to together, VAT included, as it was shown.

    Raises as `targets` and `planning.preview_change` do; Invalid `nothing_left`; Conflict `series_changed`. Nothing is changed
    then.
    """
    store.ledger.lock_chain(venue.network_id)
    booking = fresh(store, booking)
    those = targets(store, booking, scope, now)
    going = _agreed(preview_change(store, venue, those, change, choices, by, now), agreed_cents).going
    later = [one for one in going if one.booking and one.start and one.start > one.booking.starts_at]
    by_person = extras_by_person(store, venue, those)
    # What moves forward makes room from behind, so that none of them stands in the way of the next
    for one in reversed(going) if later else going:
        _change(store, venue, one, change, by_person, by, now)
    if scope != "this" and booking.series_id:
        letters.one_for_all(store, [one.booking for one in going if one.booking], "series_changed", now)
        _note(store, the_series(store, venue, booking.series_id), booking, scope, change, by_person, now)
    return len(going)


def _change(
    store: Store, venue: Venue, one: Occurrence, change: Change, by_person: set[str], by: Booker, now: datetime
) -> None:
    before = one.booking
    assert before and one.start and one.end, "it goes on"
    details = asdict(details_after(before, change, by_person))
    if (one.start, one.end, one.room.id) == (before.starts_at, before.ends_at, before.room_id):
        settle(store, venue, before, by, now, **details, lines=one.lines, gross_cents=one.gross_cents)
        return
    changed = store.bookings.set(before, **details)
    changing.move(store, venue, changed, one.room.id, one.start, one.end, by, now, agreed_cents=one.gross_cents)


def _note(
    store: Store, series: Series, booking: Booking, scope: str, change: Change, by_person: set[str], now: datetime
) -> Series:
    """What the series is from now on; what follows one of its days becomes a series of its own."""
    if scope == "following":
        series = _cut(store, series, booking, now)
    values = vars(details_after(series, change, by_person)) | (vars(change.times) if change.times else {})
    return store.series.set(series, **values, room_id=change.room.id if change.room else series.room_id)


def _end(store: Store, series: Series, booking: Booking, scope: str, now: datetime) -> None:
    """It goes on no further than the day before; one of which nothing is left has ended."""
    first, day = date.fromisoformat(series.first_day), date.fromisoformat(booking.series_day or series.first_day)
    if scope == "following" and day > first:
        store.series.set(series, rule=Rule(series.rule, first).cut(day)[0].text)
    else:
        store.series.set(series, ended_at=now)


def _cut(store: Store, series: Series, booking: Booking, now: datetime) -> Series:
    first, day = date.fromisoformat(series.first_day), date.fromisoformat(booking.series_day or series.first_day)
    if day <= first:
        return series
    before, rest = Rule(series.rule, first).cut(day)
    store.series.set(series, rule=before.text)
    new = replace(series, id=store.new_id(now), rule=rest.text, first_day=day.isoformat(), created_at=now)
    store.series.add(new)
    store.series.hand_over(series, new, day.isoformat())
    return new


def cancel_fees(store: Store, those: Sequence[Booking], now: datetime) -> list[tuple[Booking, int]]:
    """What cancelling each of them costs now, VAT included."""
    return [(one, changing.cancel_fee(store, one, now)[1].gross_cents) for one in those]


def cancel_series(
    store: Store, venue: Venue, booking: Booking, scope: str, by: Booker, now: datetime, *, agreed_cents: int, waive: bool = False
) -> int:
    """Cancel them all, in one transaction; how many. agreed_cents: the fees together, as they were shown.

    Raises as `targets` does; Conflict `fee_changed`.
    """
    store.ledger.lock_chain(venue.network_id)
    booking = fresh(store, booking)
    those = targets(store, booking, scope, now)
    waive = waive and by.is_host
    due = 0 if waive else sum(cents for _one, cents in cancel_fees(store, those, now))
    if due != agreed_cents:
        raise Conflict("fee_changed", cents=due)
    for one in those:
        changing.cancel(store, venue, one, by, now, agreed_cents=None, waive=waive)
    if scope != "this":
        letters.one_for_all(store, those, "series_cancelled", now)
        _end(store, the_series(store, venue, booking.series_id or ""), booking, scope, now)
    return len(those)
