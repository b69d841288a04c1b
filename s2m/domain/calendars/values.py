"""What stands in a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
