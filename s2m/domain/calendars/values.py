"""What stands in a calendar, who may read it, and what another calendar says of a room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

STATES = ("confirmed", "tentative", "cancelled")


@dataclass(frozen=True)
class Event:
    """One meeting. uid: the same for as long as it lives, in every file that tells of it; sequence: how often it was changed;
    state: one of STATES; url: where it is looked after. All texts as somebody typed them: the writer makes them harmless."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    state: str
    sequence: int
    changed_at: datetime
    place: str = ""
    notes: str = ""
    url: str = ""


@dataclass(frozen=True)
class Feed:
    """A secret address at which a calendar program reads, without signing in, a person's own bookings, or (room_id) all of a room
    that this person hosts."""

    id: str
    network_id: str
    person_id: str
    room_id: str | None
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class OutsideCalendar:
    """A calendar elsewhere in which a room is booked as well.

    tried_at, read_at: the last look, and the last that went well; failures: how many went wrong since; problem: why the last one
    did, empty where it did not; skipped: events that say nothing we can read; cut: whether there was more than we keep.
    """

    id: str
    network_id: str
    room_id: str
    url: str
    created_by: str
    created_at: datetime
    next_at: datetime
    tried_at: datetime | None = None
    read_at: datetime | None = None
    failures: int = 0
    problem: str = ""
    skipped: int = 0
    cut: bool = False
    ended_at: datetime | None = None

    @property
    def host(self) -> str:
        """Whose server it is: the whole address is often a secret."""
        return urlsplit(self.url).hostname or ""


# From when until when
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Busy:
    """One entry of another calendar. uid: what it is called there."""

    uid: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Found:
    """What one look at another calendar gave: when it is busy, or (problem) why nothing could be read."""

    busy: tuple[Busy, ...] = ()
    skipped: int = 0
    cut: bool = False
    problem: str = ""
