"""A visit begins and ends: check in, leave, undo, closing time; each with the hold for the seat."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import asks, ledger
from s2m.domain.errors import Refused
from s2m.domain.presence.visits import AFTER, CheckIn, Need, Visit, may_undo
from s2m.domain.venues import Policy, Venue, closing_after

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booking
    from s2m.domain.people import Person
    from s2m.store import Store


def check_in(
    store: Store,
    person: Person,
    venue: Venue,
    policy: Policy,
    way: str,
    now: datetime,
    *,
    at: datetime | None = None,
    device_id: str | None = None,
    need: Need | None = None,
    visible: bool | None = None,
    paid_by: str = "person",
    booking: Booking | None = None,
) -> CheckIn:
    """Make somebody present. A second check-in at the same venue is the same visit; elsewhere it moves them.

    The seat is held once until closing time: who left and comes back before it sits down again for nothing.

    at: when it happened, if not now (a replay after an outage); visible None = the person's standing consent, by name no.
    paid_by: who pays for the seat: the person (a hold), the commons, or a day_pass (euro, paid at the desk). booking: the meeting
    whose guest they are, which carries the seat until it is over.
    Raises Refused `floor` when the seat would pass the person's floor, `frozen` when their account stands still;
    `no_day_pass` where none is sold; `here_by_name` where a name alone would end a visit elsewhere.
    """
    store.ledger.lock_chain(person.network_id)
    started = at or now
    until = _closing(venue, started, booking)
    current, seated = _open_at(store, person, venue, started, now)
    if way == "name" and current and current.venue_id != venue.id:
        raise Refused("here_by_name")
    known, moved_at = _replayed(store, person, venue, started, until) if started < now else (None, None)
    if current and current.venue_id == venue.id:
        known = current
    if known:
        return CheckIn(known, False, held_for(store, known))
    shown = visible if visible is not None else way != "name" and "matching" in store.people.consents(person.id)
    visit_id = store.new_id(now)
    held = None if seated or booking else _hold_seat(store, person, venue, policy, visit_id, now, until, paid_by)
    # Only now, when nothing can refuse any more, does the visit elsewhere end
    if current and current.started_at <= started:
        end(store, current, started, "moved", now)
    ended_at, ended_how = (moved_at, "moved") if moved_at else (until, "closing") if until <= now else (None, None)
    visit = Visit(
        visit_id, person.network_id, venue.id, person.id, None, device_id, way, need.kind if need else "working", shown,
        started, until, ended_at, ended_how, held.id if held and held.state == "pending" else None,
        booking.id if booking else None,
    )  # fmt: skip
    _write_down(store, visit, held, need, now)
    return CheckIn(visit, True, held.amount if held and visit.hold_id and visit.is_open else 0)


def _closing(venue: Venue, started: datetime, booking: Booking | None) -> datetime:
    """When a visit ends by itself: a guest's with their meeting."""
    closing = closing_after(venue, started)
    return min(closing, booking.ends_at + AFTER) if booking else closing


def stay_until(store: Store, venue: Venue, booking: Booking) -> None:
    """Another end of a meeting is another end for its guests who are here."""
    for visit in store.presence.open_guests(booking.id):
        store.presence.set_closing(visit, _closing(venue, visit.started_at, booking))


def _open_at(store: Store, person: Person, venue: Venue, started: datetime, now: datetime) -> tuple[Visit | None, bool]:
    """Their open visit, and whether they have a seat here already.

    A visit whose closing time has passed, though nothing closed it yet, ends with it.
    """
    current, seated = store.presence.around(person, venue, started)
    if current and current.closes_at <= started:
        end(store, current, current.closes_at, "closing", now)
        return None, seated
    return current, seated


def _replayed(
    store: Store, person: Person, venue: Venue, started: datetime, until: datetime
) -> tuple[Visit | None, datetime | None]:
    """Where a scan that comes late falls among what is known: the visit it belongs to, or when they were next elsewhere."""
    moved_at: datetime | None = None
    for visit in store.presence.going_on_after(person, started):
        here, next_ = visit.venue_id == venue.id, max(visit.started_at, started)
        if here and next_ < (moved_at or until):
            return visit, None
        if visit.started_at > started or visit.ended_at:
            sign = visit.started_at if visit.started_at > started else visit.ended_at
            moved_at = min(filter(None, (moved_at, sign)))
    return None, moved_at if moved_at and moved_at < until else None


def _write_down(store: Store, visit: Visit, held: ledger.Transfer | None, need: Need | None, now: datetime) -> None:
    store.presence.add(visit)
    if held:
        store.ledger.add_evidence(held, visit_id=visit.id)
    if need and need.text:
        store.presence.add_topic(visit, "need" if need.kind == "need" else "offer", need.text, now, on_wall=False)
    if held and visit.hold_id and not visit.is_open:
        ledger.post(store, held, now)


def _hold_seat(
    store: Store, person: Person, venue: Venue, policy: Policy, visit_id: str, now: datetime, until: datetime, paid_by: str
) -> ledger.Transfer | None:
    if paid_by == "day_pass":
        return day_pass(store, venue, policy, visit_id, now)
    if not policy.seat_price:
        return None
    debit, credit = store.ledger.seat_accounts(person, venue)
    key = ledger.digest("seat", visit_id)
    if paid_by == "commons":
        commons = store.ledger.network_account(person.network_id, "commons")
        return ledger.transfer(store, commons, credit, policy.seat_price, "seat_forgiven", now, key=key)
    return ledger.hold(store, debit, credit, policy.seat_price, "seat", now, key=key, floor=policy.floor, expires_at=until)


def day_pass(
    store: Store, venue: Venue, policy: Policy, visit_id: str, now: datetime, *, journal_id: str | None = None
) -> ledger.Transfer:
    """The price of a day pass, into the venue's till. Raises Refused `no_day_pass` where the policy names none."""
    if not policy.day_pass_euro:
        raise Refused("no_day_pass")
    key = ledger.digest("day_pass", visit_id)
    return ledger.pay_in(
        store, venue.network_id, venue.id, policy.day_pass_euro * 100, "day_pass", now, key=key, journal_id=journal_id
    )


def held_for(store: Store, visit: Visit) -> int:
    """Whole units that are held for the seat of this visit now (0 once settled or let go)."""
    held = store.ledger.transfer(visit.hold_id) if visit.hold_id else None
    return held.amount if held and store.ledger.resolution(held.id) is None else 0


def end(store: Store, visit: Visit, at: datetime, how: str, now: datetime) -> Visit:
    """End an open visit and settle its hold (an undone visit costs nobody anything). Ending twice changes nothing."""
    store.ledger.lock_chain(visit.network_id)
    ended = store.presence.end(visit, at, how)
    held = store.ledger.transfer(visit.hold_id) if visit.hold_id else None
    if ended is None:
        return store.presence.get(visit.id) or visit
    if held and store.ledger.resolution(held.id) is None:
        if how == "undone":
            ledger.void(store, held, now)
        else:
            ledger.post(store, held, now)
    if how == "undone":
        _give_back(store, visit, now)
    asks.left(store, ended, how, now)
    return ended


def _give_back(store: Store, visit: Visit, now: datetime) -> None:
    """What the commons or a day pass paid for the seat of an undone visit: both rows stay."""
    paid = store.ledger.filled(visit.network_id, visit)
    if paid:
        store.ledger.add_evidence(ledger.reverse(store, paid.id, visit.network_id, now), visit_id=visit.id)


def leave(store: Store, visit: Visit, now: datetime, *, how: str = "left") -> Visit:
    """Check-out. Raises Refused `not_here` when the visit has ended before."""
    if not visit.is_open:
        raise Refused("not_here")
    return end(store, visit, max(now, visit.started_at), how, now)


def undo(store: Store, visit: Visit, now: datetime) -> Visit:
    """Take a check-in back within 30 s: the hold is let go. Raises Refused `undo_late`, `not_here`."""
    if not visit.is_open:
        raise Refused("not_here")
    if not may_undo(visit, now):
        raise Refused("undo_late")
    return end(store, visit, now, "undone", now)


def close_due(store: Store, now: datetime) -> int:
    """End every visit whose closing time has come, marked estimated; how many. Safe to run again."""
    due = store.presence.due(now)
    for visit in due:
        end(store, visit, visit.closes_at, "closing", now)
    return len(due)
