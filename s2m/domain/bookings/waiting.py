"""Waiting for a room that is taken. Once it is free, the first in line whom it fits is offered it, and it is held for them.

Who joined first is asked first; who says no, or nothing in time, makes way for the next. One offer for one room at a time: the
offer is a hold, so the database itself sees to that.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from s2m.domain import rooms
from s2m.domain.bookings import availability
from s2m.domain.bookings.booking import SYSTEM, check_open, expire_due, hold, settle
from s2m.domain.bookings.renting import pays_as_member
from s2m.domain.bookings.times import QUARTER, quarter_of
from s2m.domain.bookings.values import BLOCKING, HOLD, PEOPLE_MOST, Booker, Booking, Wait
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused, S2MError
from s2m.domain.venues import the_room

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Renter
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Room, Venue
    from s2m.store import Store

# How long somebody has to answer, how long before the start that ends, and how much they have at the least
ANSWER, BEFORE, LEAST = timedelta(hours=2), timedelta(hours=1), timedelta(minutes=15)
# Nobody has to answer at night
EVENING, MORNING = time(22), time(9)
WAITS_MOST = 20


# Rules ---------------------------------------------------------------------------------------------------------


def answer_until(venue: Venue, start: datetime, now: datetime) -> datetime:
    """Until when an offer stands: two hours, at night until 9:00 by the venue's clock, never later than an hour before the start;
    but a quarter of an hour always."""
    until = (now + ANSWER).astimezone(venue.zone)
    if until.time() >= EVENING:
        until += timedelta(days=1)
    if until.time() < MORNING or until.time() >= EVENING:
        until = until.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    return max(min(until.astimezone(UTC), start - BEFORE), now + LEAST)


def booker_of(store: Store, wait: Wait) -> Booker:
    return Booker(wait.person_id or "stranger", wait.person_id, is_member=pays_as_member(store, wait.person_id))


def starts(wait: Wait, now: datetime) -> list[datetime]:
    """When what is offered may begin: of a time that has begun it is the rest, from a quarter within the next hour on."""
    if wait.starts_at >= now:
        return [wait.starts_at]
    quarters = (quarter_of(now) + n * QUARTER for n in range(5))
    return [at for at in quarters if wait.starts_at <= at < wait.ends_at]


def fitting(store: Store, venue: Venue, wait: Wait, now: datetime) -> list[tuple[Room, RoomTerms]]:
    """The rooms that somebody waits for, the smallest first."""
    let = [(room, terms) for room, terms in store.rooms.let(venue.id, now) if wait.room_id in (None, room.id)]
    return sorted(((room, terms) for room, terms in let if terms.fits(wait.people, room)), key=lambda one: one[0].capacity)


# Standing in line ------------------------------------------------------------------------------------------------


def join(
    store: Store, venue: Venue, room_id: str | None, start: datetime, end: datetime, people: int, renter: Renter, now: datetime,
    *, secret_hash: str | None = None,
) -> Wait:  # fmt: skip
    """Get in line for a room, or for any that fits (None); what is over is let go first. secret_hash: of the link with which a
    stranger proves their address.

    Raises as `availability.check` does; NotFound, Refused `not_let`, `too_many_waits`; Invalid `too_small`, `too_many_people`;
    Conflict `free_now` where it need not be waited for, `held_now` where it is only held for a while, `waits_already`. A
    stranger's lines are counted when they prove their mail.
    """
    store.ledger.lock_chain(venue.network_id)
    expire_due(store, venue, now)
    if not 1 <= people <= PEOPLE_MOST:
        raise Invalid("people", "too_small", least=1)
    wait = Wait(
        store.new_id(now), venue.network_id, venue.id, room_id, renter.id, renter.person_id, start, end, people,
        "waiting" if renter.person_id else "unproven", now, secret_hash,
    )  # fmt: skip
    _check_wish(store, venue, wait, now, had=bool(renter.person_id) and store.waits.had(wait, renter.email))
    if renter.person_id:
        _check_line(wait, store.waits.of_person(renter.person_id))
    return store.waits.add(wait)


def _check_line(wait: Wait, others: list[Wait]) -> None:
    """That nobody stands in one line twice, or in too many. others: what they are in line for."""
    same = [one for one in others if one.room_id == wait.room_id or None in (one.room_id, wait.room_id)]
    if any(one.starts_at < wait.ends_at and one.ends_at > wait.starts_at for one in same):
        raise Conflict("waits_already")
    if len(others) >= WAITS_MOST:
        raise Refused("too_many_waits", most=WAITS_MOST)


def _check_wish(store: Store, venue: Venue, wait: Wait, now: datetime, *, had: bool) -> None:
    """That some room could be had by its terms, and that none of those is free, or only held for a while. had: whether they were
    offered that time already."""
    if wait.room_id:
        rooms.terms_of(store, the_room(store, venue, wait.room_id), now)
    there = fitting(store, venue, wait, now)
    if not there:
        most = max((room.capacity for room, _terms in store.rooms.let(venue.id, now)), default=0)
        raise Invalid("people", "too_many_people", most=most)
    refusals, held = [], []
    for room, terms in there:
        try:
            availability.check(venue, terms, wait.starts_at, wait.ends_at, booker_of(store, wait), now)
        except S2MError as error:
            refusals.append(error)
            continue
        try:
            availability.check_free(store, room, terms, wait.starts_at, wait.ends_at)
        except Conflict as error:
            if error.code == "taken" and (until := _only_held(store, room, terms, wait, had=had)):
                held.append(until)
            continue
        raise Conflict("free_now")
    if len(refusals) == len(there):
        raise refusals[0]
    if held:
        raise Conflict("held_now", until=min(held).astimezone(venue.zone))


def _only_held(store: Store, room: Room, terms: RoomTerms, wait: Wait, *, had: bool) -> datetime | None:
    """Until when nothing is in the way but forms that are being filled in and, for who had their turn, offers to others; None
    where something stands. Who waited for those would let go of one hold to have the room for hours, again and again."""
    around = availability.blocked(terms, wait.starts_at, wait.ends_at)
    there = store.bookings.between(wait.venue_id, *around, room_ids=[room.id])
    stands = any(one.status != "hold" or (not had and store.waits.offered(one.id)) for one in there)
    if stands or store.calendars.busy([room.id], *around):
        return None
    return max(one.expires_at for one in there if one.expires_at)


def prove(store: Store, venue: Venue, wait: Wait, now: datetime) -> Wait:
    """The link in the mail was opened: now they stand in line, from when they asked. What became free meanwhile is offered.

    Raises Conflict `waits_already`, Refused `too_many_waits`, and as `join` does where they had their turn and it does not stand
    again: only now, since whoever typed the address learns nothing of it.
    """
    store.ledger.lock_chain(venue.network_id)
    wait = _fresh(store, wait)
    if wait.state != "unproven":
        return wait
    expire_due(store, venue, now)
    renter = store.bookings.renter(wait.renter_id)
    _check_line(wait, store.waits.of_mail(wait.network_id, renter.email) if renter else [])
    if renter and store.waits.had(wait, renter.email):
        _check_wish(store, venue, wait, now, had=True)
    wait = store.waits.set(wait, state="waiting")
    _offer(store, venue, wait, now)
    return _fresh(store, wait)


def leave(store: Store, venue: Venue, wait: Wait, now: datetime) -> Wait:
    """Out of the line; what was offered goes to the next. Raises Conflict `wait_over`."""
    store.ledger.lock_chain(venue.network_id)
    wait = _fresh(store, wait)
    if wait.state == "offered":
        return decline(store, venue, wait, now)
    if wait.state not in ("unproven", "waiting"):
        raise Conflict("wait_over")
    return store.waits.set(wait, state="left", ended_at=now)


# Offers ------------------------------------------------------------------------------------------------------------


def follow(store: Store, venue: Venue, before: Booking, after: Booking, now: datetime) -> None:
    """What a change of a booking means for who waits. Under the chain's lock."""
    if before.status == "hold" and after.status != "hold" and not after.series_id and (wait := store.waits.offered(after.id)):
        if after.status in BLOCKING:
            store.waits.set(wait, state="taken", ended_at=now)
        elif wait.state in ("offered", "taken"):
            in_time = before.expires_at is not None and now < before.expires_at
            store.waits.set(wait, state="declined" if in_time else "lapsed", ended_at=now)
    was, stands = ((one.room_id, one.blocked_from, one.blocked_until) for one in (before, after))
    if before.blocks and (not after.blocks or was != stands):
        freed(store, venue, before.room_id, before.blocked_from, before.blocked_until, now)


def freed(store: Store, venue: Venue, room_id: str, start: datetime, end: datetime, now: datetime) -> None:
    """A room may be had in a time in which it could not: whoever waits for it is offered it. Under the chain's lock."""
    for wait in store.waits.waiting(venue.id, start, end, [room_id]):
        _offer(store, venue, wait, now, only=room_id)


def closed(store: Store, venue: Venue, room_id: str, start: datetime, end: datetime, now: datetime) -> None:
    """A room that is offered can be had no more: whoever was to answer is in line again, for whatever else fits them. Under the
    chain's lock."""
    for held in store.bookings.between(venue.id, start, end, room_ids=[room_id]):
        wait = store.waits.offered(held.id) if held.status == "hold" and held.starts_at < end and held.ends_at > start else None
        if wait and wait.state == "offered":
            wait = store.waits.set(wait, state="waiting", offered_booking_id=None, offer_until=None)
            settle(store, venue, held, SYSTEM, now, status="expired", expires_at=None, ended_at=now)
            if (wait := _fresh(store, wait)).state == "waiting":
                _offer(store, venue, wait, now)


def _offer(store: Store, venue: Venue, wait: Wait, now: datetime, *, only: str = "") -> None:
    """Hold a room for them if one can be had. only: the one that was given free."""
    for room, _terms in fitting(store, venue, wait, now):
        for start in starts(wait, now) if only in ("", room.id) else ():
            with suppress(S2MError):  # taken, closed or too soon by its terms: the next quarter, room or person, then
                held = hold(store, venue, room.id, start, wait.ends_at, booker_of(store, wait), now)
                until = answer_until(venue, start, now)
                store.bookings.set(held, people=wait.people, expires_at=until)
                store.waits.set(wait, state="offered", offered_booking_id=held.id, offer_until=until, told_at=None)
                return


def accept(store: Store, venue: Venue, wait: Wait, now: datetime) -> Booking:
    """Yes: what is held is theirs to fill in, for as long as any hold. Yes again gives no more time: nobody keeps a room by it.

    Raises Conflict `offer_over`, and as `check_free` does where the room was closed since.
    """
    store.ledger.lock_chain(venue.network_id)
    wait = _fresh(store, wait)
    held = store.bookings.get(wait.offered_booking_id or "")
    if wait.state not in ("offered", "taken") or held is None or held.status != "hold" or not held.expires_at:
        raise Conflict("offer_over")
    if held.expires_at <= now:
        raise Conflict("offer_over")
    check_open(store, held)
    if wait.state == "taken":
        return held
    store.waits.set(wait, state="taken", ended_at=now)
    return store.bookings.set(held, expires_at=max(held.expires_at, now + HOLD), changed_at=now)


def decline(store: Store, venue: Venue, wait: Wait, now: datetime) -> Wait:
    """No, or no after all: the next in line is offered it. Raises Conflict `offer_over`."""
    store.ledger.lock_chain(venue.network_id)
    wait = _fresh(store, wait)
    held = store.bookings.get(wait.offered_booking_id or "")
    if wait.state not in ("offered", "taken") or held is None or held.status != "hold":
        raise Conflict("offer_over")
    wait = store.waits.set(wait, state="declined", ended_at=now)
    settle(store, venue, held, booker_of(store, wait), now, status="expired", expires_at=None, ended_at=now)
    return wait


def lapse(store: Store, now: datetime) -> int:
    """End the waiting for what is over; how many."""
    over = store.waits.over(now)
    for wait in over:
        store.waits.set(wait, state="lapsed", ended_at=now)
    return len(over)


def the_wait(store: Store, network_id: str, wait_id: str) -> Wait:
    """Raises NotFound."""
    found = store.waits.get(wait_id)
    if found is None or found.network_id != network_id:
        raise NotFound()
    return found


def _fresh(store: Store, wait: Wait) -> Wait:
    """As it stands now that nobody else can change it."""
    return the_wait(store, wait.network_id, wait.id)
