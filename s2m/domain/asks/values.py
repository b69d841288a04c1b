"""The values: an ask, and one person's part in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain.errors import Invalid

if TYPE_CHECKING:
    from s2m.domain.presence import Visit

# How long somebody who is asked has, and the owner of an ask to say yes to an offer
ANSWER_IN, OFFER_STANDS = timedelta(minutes=3), timedelta(minutes=10)
# Nobody knew it: whoever came in since is looked at this often
LOOK_AGAIN = timedelta(minutes=1)
# So many in a row that passed unanswered on one day, and somebody is left in peace until the next
IGNORED_MOST = 3
# Whoever helps somebody is not asked by another meanwhile
BUSY = timedelta(hours=1)
# How long an ask may stand, in minutes; today: until closing time
SPANS: dict[str, timedelta | None] = {
    "30": timedelta(minutes=30), "60": timedelta(hours=1), "120": timedelta(hours=2), "today": None,
}  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """state: open; found (somebody helps); done, withdrawn (by its owner) or expired (nobody did in time).

    person_id: None once that is forgotten, as of the visit. topic_id: the need it hangs on, None once that was taken back.
    quiet, wall: the ways it goes. due_at: when there is something to do about it next. nobody_at: since when nobody is left
    to ask. told_at: its owner has seen that it expired.
    """

    id: str
    network_id: str
    venue_id: str
    person_id: str | None
    visit_id: str
    topic_id: str | None
    text: str
    quiet: bool
    wall: bool
    state: str
    opened_at: datetime
    ends_at: datetime
    due_at: datetime
    nobody_at: datetime | None = None
    ended_at: datetime | None = None
    told_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        return self.state == "open" and now < self.ends_at


@dataclass(frozen=True)
class Asking:
    """way: quiet (we asked this person, who answers) or wall (this person offered, and the owner answers).

    knows: what of theirs fits, as typed. answer: None while it waits; accepted, declined, ignored (nobody answered in
    time) or passed (overtaken: they left, hid or were kept apart, or the ask ended).
    """

    id: str
    network_id: str
    ask_id: str
    person_id: str | None
    way: str
    knows: str | None
    asked_at: datetime
    answer_by: datetime
    answer: str | None = None
    answered_at: datetime | None = None

    @property
    def waits(self) -> bool:
        return self.answer is None


def end_of(span: object, visit: Visit, now: datetime) -> datetime:
    """When an ask of this span (a key of SPANS) ends: never after closing time. Raises Invalid `choice`."""
    if not isinstance(span, str) or span not in SPANS:
        raise Invalid("span", "choice")
    length = SPANS[span]
    return min(now + length, visit.closes_at) if length else visit.closes_at
