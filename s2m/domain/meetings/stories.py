"""Stories: what came of a meeting, told for the wall by who wants to. No names; its teller or a host takes it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from s2m.domain import fields
from s2m.domain.errors import Invalid, NotFound
from s2m.domain.meetings.verdicts import check_met
from s2m.domain.wall import identifies

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store

# What fits on the wall beside the rest
STORY_MAX = 200
# So long a story hangs on the wall, and at most so many in turn
HANGS, IN_TURN = timedelta(days=60), 8


@dataclass(frozen=True)
class Story:
    """ended_by: the id of its teller or of a host."""

    id: str
    network_id: str
    venue_id: str
    person_id: str
    text: str
    at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None


def tell(
    store: Store, person: Person, visit_id: str, shown_id: str, text: object, now: datetime, *, agreed: bool
) -> Story | None:
    """A story of a meeting, for the wall of the venue where it began; None without their consent: then nothing is kept.

    A meeting has one story: told again, its words are replaced, and it hangs no longer for that.
    Raises NotFound; Invalid `empty`, `too_long`, `story_names` where it holds a name or a way to reach somebody.
    """
    check_met(store, person, visit_id, shown_id)
    if not agreed:
        return None
    tidy = fields.line("text", text, STORY_MAX)
    visit, (other_id, mark) = store.presence.get(visit_id), store.meetings.meeting(visit_id, shown_id)
    other = store.people.get(other_id) if other_id else None
    if any(identifies(tidy, one) for one in (person, other) if one):
        raise Invalid("text", "story_names")
    assert visit, "a showing's visits are never deleted"
    # The same for the same meeting, and tells nobody which that is: hosts know the ids of visits, not its mark
    story_id = sha256(f"{visit_id} {shown_id} {mark}".encode()).hexdigest()[:32]
    return store.meetings.put_story(Story(story_id, person.network_id, visit.venue_id, person.id, tidy, now))


def withdraw(store: Store, person: Person, story_id: str, now: datetime) -> None:
    """Its teller takes it back. Raises NotFound for another's."""
    story = store.meetings.story(story_id)
    if story is None or story.person_id != person.id:
        raise NotFound()
    store.meetings.end_story(story, person.id, now)


def take_down(store: Store, venue: Venue, story_id: str, by: str, now: datetime) -> None:
    """A host takes a story off the wall of their venue. Raises NotFound for another venue's."""
    story = store.meetings.story(story_id)
    if story is None or story.venue_id != venue.id:
        raise NotFound()
    store.meetings.end_story(story, by, now)
    store.audit.record(
        venue.network_id, now, actor=by, role="host", action="story.take_down", venue_id=venue.id, object_id=story.id
    )
