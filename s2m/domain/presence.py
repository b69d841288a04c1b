"""Presence: who is here. A visit runs from check-in to check-out at one venue; a person has at most one open visit.

A check-in makes a hold for the seat in the same transaction. Leaving, closing time or checking in elsewhere ends
the visit and settles the hold; an undo within 30 s lets it go. Closing time is computed at check-in in the venue's
zone, so that both nights of the clock change come out right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import fields, ledger, people
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.venues import Policy, Venue, closing_after

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store

WAYS = ("badge", "code", "name", "walk_in", "door", "host")
INTENTS = ("need", "offer", "working")
UNDO = timedelta(seconds=30)
# How long being here together counts as having met
MET_DAYS = 7
LATEST, EARLIEST = timedelta(minutes=5), timedelta(hours=72)
# A device's clock may be this much off before its time is taken instead of ours
DRIFT = timedelta(minutes=2)


@dataclass(frozen=True)
class Visit:
    """hold_id: the pending transfer for the seat, None where the seat was free or paid by the commons."""

    id: str
    network_id: str
    venue_id: str
    person_id: str | None
    room_id: str | None
    device_id: str | None
    way: str
    intent: str
    visible: bool
    started_at: datetime
    closes_at: datetime
    ended_at: datetime | None
    ended_how: str | None
    hold_id: str | None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def by_name(self) -> bool:
        """A name was typed and nothing shown: anybody may have done it. What stands on the person stays closed."""
        return self.way == "name"

    @property
    def stored_at(self) -> datetime:
        """When we heard of it: later than it began where a tablet was offline or slow. Ids begin with it (uuid7)."""
        return max(self.started_at, datetime.fromtimestamp(int(self.id[:12], 16) / 1000, UTC))

    @property
    def estimated(self) -> bool:
        """Nobody saw this person leave: the end is the venue's closing time."""
        return self.ended_how == "closing"


@dataclass(frozen=True)
class VisitTopic:
    id: str
    visit_id: str
    kind: str
    text: str
    on_wall: bool
    created_at: datetime
    solved_at: datetime | None


@dataclass(frozen=True)
class Here:
    """Somebody who is present now, with what the room may know of them."""

    person: Person
    visit: Visit
    room: str | None
    topics: tuple[VisitTopic, ...]
    knows: tuple[str, ...]


@dataclass(frozen=True)
class Need:
    """The answer to *what do you need today?*: kind need, offer or working; text may be empty only when working."""

    kind: str
    text: str


@dataclass(frozen=True)
class CheckIn:
    """visit: the open visit; fresh: False when it was open already; held: whole units held for the seat."""

    visit: Visit
    fresh: bool
    held: int
    moved_from: Visit | None = None


def parse_need(kind: object, text: object) -> Need:
    """Raises Invalid for an unknown kind or an unreadable text; an empty text means just working."""
    if kind not in INTENTS:
        raise Invalid("kind", "choice")
    tidy = fields.line("need", text or "", fields.SENTENCE_MAX, shortest=0)
    return Need(str(kind), tidy) if tidy else Need("working", "")


def when(at: datetime | None, now: datetime) -> datetime:
    """The moment a scan counts for: the device's where it was kept during an outage, else ours.

    Raises Refused `clock_ahead` (more than 5 min in the future) or `too_old` (more than 72 h).
    """
    if at is None or abs(now - at) <= DRIFT:
        return now
    if at > now + LATEST:
        raise Refused("clock_ahead")
    if at < now - EARLIEST:
        raise Refused("too_old")
    return min(at, now)


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
    commons_pays: bool = False,
) -> CheckIn:
    """Make somebody present. A second check-in at the same venue is the same visit; elsewhere it moves them.

    at: when it happened, if not now (a replay after an outage); visible None = the person's standing consent, by name no.
    Raises Refused `floor` when the seat would pass the floor and the commons does not pay; `here_by_name` where a name
    alone would end a visit elsewhere.
    """
    store.ledger.lock_chain(person.network_id)
    started = at or now
    until = closing_after(venue, started)
    current = _open_at(store, person, started, now)
    if way == "name" and current and current.venue_id != venue.id:
        raise Refused("here_by_name")
    known, moved_at = _replayed(store, person, venue, started, until) if started < now else (None, None)
    if current and current.venue_id == venue.id:
        known = current
    if known:
        return CheckIn(known, False, held_for(store, known))
    shown = visible if visible is not None else way != "name" and "matching" in store.people.consents(person.id)
    visit_id = store.new_id(now)
    held = _hold_seat(store, person, venue, policy, visit_id, now, until, commons_pays)
    # Only now, when nothing can refuse any more, does the visit elsewhere end
    left = end(store, current, started, "moved", now) if current and current.started_at <= started else None
    ended_at, ended_how = (moved_at, "moved") if moved_at else (until, "closing") if until <= now else (None, None)
    visit = Visit(
        visit_id, person.network_id, venue.id, person.id, None, device_id, way, need.kind if need else "working", shown,
        started, until, ended_at, ended_how, held.id if held and held.state == "pending" else None,
    )  # fmt: skip
    _write_down(store, visit, held, need, now)
    return CheckIn(visit, True, held.amount if held and visit.hold_id and visit.is_open else 0, left)


def _open_at(store: Store, person: Person, started: datetime, now: datetime) -> Visit | None:
    """Their open visit; one whose closing time has passed, though nothing closed it yet, ends with it."""
    current = store.presence.open_visit(person)
    if current and current.closes_at <= started:
        end(store, current, current.closes_at, "closing", now)
        return None
    return current


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
    store: Store, person: Person, venue: Venue, policy: Policy, visit_id: str, now: datetime, until: datetime, commons_pays: bool
) -> ledger.Transfer | None:
    if not policy.seat_price:
        return None
    debit, credit = store.ledger.seat_accounts(person, venue)
    key = ledger.digest("seat", visit_id)
    if commons_pays:
        commons = store.ledger.network_account(person.network_id, "commons")
        return ledger.transfer(store, commons, credit, policy.seat_price, "seat_forgiven", now, key=key)
    return ledger.hold(store, debit, credit, policy.seat_price, "seat", now, key=key, floor=policy.floor, expires_at=until)


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
    return ended


def _give_back(store: Store, visit: Visit, now: datetime) -> None:
    """What the commons paid for the seat of an undone visit: both rows stay."""
    gift = store.ledger.gift(visit.network_id, visit.id, visit.started_at)
    if gift:
        store.ledger.add_evidence(ledger.reverse(store, gift.id, visit.network_id, now), visit_id=visit.id)


def leave(store: Store, visit: Visit, now: datetime, *, how: str = "left") -> Visit:
    """Check-out. Raises Refused `not_here` when the visit has ended before."""
    if not visit.is_open:
        raise Refused("not_here")
    return end(store, visit, max(now, visit.started_at), how, now)


def may_undo(visit: Visit, now: datetime) -> bool:
    """For 30 s from when the scan reached us, however long before it was made."""
    return visit.is_open and now - visit.stored_at <= UNDO


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


def answer_need(
    store: Store, visit: Visit, need: Need, now: datetime, *, visible: bool, on_wall: bool, proven: bool = True
) -> Visit:
    """What the visitor needs, offers or does today, and who may see it; the answer before, if any, is replaced.

    Both choices are remembered as consent, so that they stand as chosen next time. proven False: whoever answers gave
    no more than a name; then they count for this visit only, and nothing goes on the wall.
    """
    if not visit.is_open or visit.person_id is None:
        raise Refused("not_here")
    person = store.people.get(visit.person_id)
    assert person, "people are erased, never deleted"
    if proven:
        people.consent(store, person, "matching", visible, now)
        people.consent(store, person, "wall", on_wall, now)
    store.presence.clear_topics(visit)
    if need.text:
        kind = "need" if need.kind == "need" else "offer"
        store.presence.add_topic(visit, kind, need.text, now, on_wall=on_wall and proven)
    return store.presence.set_answer(visit, need.kind, visible)


def add_work(store: Store, visit: Visit, text: object, now: datetime) -> None:
    """What the visitor works on today. Raises Refused `not_here`, Invalid."""
    if not visit.is_open:
        raise Refused("not_here")
    store.presence.add_topic(visit, "work", fields.topic(text, "work"), now, on_wall=False)


def hide(store: Store, visit: Visit, hidden: bool) -> Visit:
    """Show me to nobody, or again, for this visit only. Counts at once, on every page. Raises Refused `not_here`."""
    if not visit.is_open:
        raise Refused("not_here")
    return store.presence.set_visible(visit, not hidden)


def sit_in(store: Store, visit: Visit, venue: Venue, room_id: str | None) -> Visit:
    """Put a visitor in a room. Raises Refused `room_full`, NotFound for a room of another venue."""
    from s2m.domain.venues import the_room

    if not visit.is_open:
        raise Refused("not_here")
    if room_id is not None:
        store.ledger.lock_chain(visit.network_id)
        room = the_room(store, venue, room_id)
        if visit.room_id != room_id and store.presence.seated(venue.id).get(room_id, 0) >= room.capacity:
            raise Refused("room_full", room=room.name, capacity=room.capacity)
    return store.presence.set_room(visit, room_id)


def solve(store: Store, person: Person, topic_id: str, now: datetime) -> None:
    """A need of mine is met. Raises NotFound where it is not mine."""
    if not store.presence.solve(person.id, topic_id, now):
        raise NotFound()


def drop_topic(store: Store, visit: Visit, topic_id: str) -> None:
    """Take back what I said today. Raises Refused `not_here`, NotFound where it is not of this visit."""
    if not visit.is_open:
        raise Refused("not_here")
    if not store.presence.drop_topic(visit, topic_id):
        raise NotFound()


def consent(store: Store, person: Person, *, matching: bool, wall: bool, now: datetime) -> None:
    """What stands from now on. A withdrawal counts at once, for the visit that is open, too; giving does not."""
    people.consent(store, person, "matching", matching, now)
    people.consent(store, person, "wall", wall, now)
    visit = store.presence.open_visit(person)
    if visit and not matching and visit.visible:
        store.presence.set_visible(visit, False)
    if visit and not wall:
        store.presence.take_off_wall(visit)


def unmet_need(store: Store, person: Person, now: datetime) -> VisitTopic | None:
    """The last need of an earlier visit that nobody marked as met, not older than a week."""
    return store.presence.last_unmet(person.id, since=now - timedelta(days=7))


def together(store: Store, one: str, other: str, now: datetime, *, days: int = MET_DAYS) -> str | None:
    """The venue where two people were present at the same time in the last days, the latest first; None if nowhere."""
    return store.presence.together(one, other, now - timedelta(days=days), now)
