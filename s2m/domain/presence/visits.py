"""The values: a visit, what its visitor said, who is here; and the rules that need nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import fields
from s2m.domain.errors import Invalid, Refused

if TYPE_CHECKING:
    from s2m.domain.people import Person

WAYS = ("badge", "code", "name", "walk_in", "door", "host", "meeting")
INTENTS = ("need", "offer", "working")
UNDO = timedelta(seconds=30)
# How long a guest of a meeting may stay on when it is over
AFTER = timedelta(minutes=30)
# How long being here together counts as having met
MET_DAYS = 7
# How long after its end a visit says whose it was
KEPT = timedelta(days=30)
LATEST, EARLIEST = timedelta(minutes=5), timedelta(hours=72)
# A device's clock may be this much off before its time is taken instead of ours
DRIFT = timedelta(minutes=2)


@dataclass(frozen=True)
class Visit:
    """hold_id: the pending transfer for the seat, None where the seat was free or paid by the commons. booking_id: of the meeting
    whose guest they are, which carries the seat."""

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
    booking_id: str | None = None

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


def may_undo(visit: Visit, now: datetime) -> bool:
    """For 30 s from when the scan reached us, however long before it was made."""
    return visit.is_open and now - visit.stored_at <= UNDO
