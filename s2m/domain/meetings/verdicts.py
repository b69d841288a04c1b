"""Did you meet? Did it help? One tap, asked when a visit ends and once more on the days after; after a week, what came of it.

Who says nothing is asked no third time, and nobody has to answer to leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain.errors import Invalid, NotFound
from s2m.domain.venues import day_start

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.domain.presence import Visit
    from s2m.store import Store

SAID = ("met", "helped", "not_useful", "not_met")
OUTCOMES = ("nothing", "idea", "help", "work")
# So many people are asked about after a visit, for so long; and about what came of a meeting from a week on
ASKED = 3
ASKED_FOR = timedelta(days=3)
OUTCOME_AFTER, OUTCOME_UNTIL = timedelta(days=7), timedelta(days=28)


@dataclass(frozen=True)
class Question:
    """Somebody to say something of: a person shown in a visit, by their first name."""

    visit_id: str
    shown_id: str
    first_name: str


# Rules ------------------------------------------------------------------------------------------------------------


def confirmed(mine: str | None, theirs: str | None) -> bool:
    """Whether two people met, by what each said of the other (None: nothing).

    Both say so, or one says that it helped and the other does not deny it: lists are not mirrored, so the other was often
    never asked, and that somebody helped is not said by a slip of the finger as `met` is. One denial undoes it.
    """
    said = ("met", "helped")
    if mine in said and theirs in said:
        return True
    return "helped" in (mine, theirs) and "not_met" not in (mine, theirs)


# Actions ----------------------------------------------------------------------------------------------------------


def to_ask(store: Store, visit: Visit, now: datetime) -> list[Question]:
    """Whom of this visit is still to be asked about: at most three, and only who lets themselves be seen now.

    Which three is chosen by a hash of both visits, so that each kind of place is asked about as often.
    """
    if visit.person_id is None or visit.ended_how == "undone" or store.pauses.paused(visit.person_id, now):
        return []
    return store.meetings.questions(visit, now, most=ASKED)


def later(store: Store, person: Person, now: datetime) -> list[Question]:
    """The same of the last visit that ended in these days, unless something newer of theirs was put away for today."""
    visit = store.meetings.last_visit(person.id, now - ASKED_FOR)
    if visit is None or visit.ended_at is None:
        return []
    venue = store.venues.get(visit.venue_id)
    put_off = venue is not None and store.meetings.put_off_since(visit.id, day_start(venue, now))
    return [] if put_off else to_ask(store, visit, now)


def say(store: Store, person: Person, visit_id: str, shown_id: str, said: object, now: datetime) -> None:
    """What somebody says of a person they were shown. The first answer stands. Raises Invalid `choice`, NotFound."""
    if said not in SAID:
        raise Invalid("said", "choice")
    other = _the_shown(store, person, visit_id, shown_id)
    store.meetings.say(visit_id, shown_id, person, other, str(said), now)


def put_away(store: Store, person: Person, visit_id: str, now: datetime) -> None:
    """Not now: on the day of the visit they are asked once more later, after that never again. Raises NotFound."""
    visit = store.presence.get(visit_id)
    if visit is None or visit.person_id != person.id:
        raise NotFound()
    venue = store.venues.get(visit.venue_id)
    today = venue is not None and (visit.ended_at or now) >= day_start(venue, now)
    for shown_id, other_id in store.meetings.unsaid(visit.id):
        store.meetings.say(visit.id, shown_id, person, other_id, "later" if today else "skipped", now)


def open_outcome(store: Store, person: Person, now: datetime) -> Question | None:
    """A meeting of a week ago of which nobody knows yet what came; the first one. Who is paused is asked nothing."""
    if store.pauses.paused(person.id, now):
        return None
    return store.meetings.open_outcome(person.id, now - OUTCOME_UNTIL, now - OUTCOME_AFTER, now)


def come_of(store: Store, person: Person, visit_id: str, shown_id: str, outcome: object, now: datetime) -> None:
    """What came of a meeting; `skipped` puts the question away. The first answer stands. Raises Invalid `choice`, NotFound."""
    if outcome not in (*OUTCOMES, "skipped"):
        raise Invalid("outcome", "choice")
    check_met(store, person, visit_id, shown_id)
    store.meetings.come_of(visit_id, shown_id, str(outcome), now)


def check_met(store: Store, person: Person, visit_id: str, shown_id: str) -> None:
    """Raises NotFound where somebody did not say that they met whom they were shown there."""
    if not store.meetings.has_met(person.id, visit_id, shown_id):
        raise NotFound()


def _the_shown(store: Store, person: Person, visit_id: str, shown_id: str) -> str | None:
    """The id of whom they were shown. Raises NotFound for another's visit as for one that never was."""
    visit = store.presence.get(visit_id)
    if visit is None or visit.person_id != person.id or not store.meetings.was_shown(visit_id, shown_id):
        raise NotFound()
    shown = store.presence.get(shown_id)
    return shown.person_id if shown else None
