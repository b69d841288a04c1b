"""Whom to ask: the people in the room who surely know what somebody needs, best first."""

from dataclasses import dataclass

from s2m.domain.relevance.places import hashed
from s2m.domain.relevance.reasons import SURE_FROM
from s2m.domain.relevance.room import RoomIndex


@dataclass(frozen=True, slots=True)
class Knower:
    """Somebody who may be asked: `topic` is what of theirs fits best, as typed; `strength` its likeness in [.2, 1]."""

    person_id: str
    topic: str
    strength: float


def who_knows(index: RoomIndex, person_id: str, text: str) -> tuple[Knower, ...]:
    """Who of those that may be shown to this person knows `text`, best first.

    A question takes somebody's time, so "perhaps" is not enough. Equal ones are ordered by a hash
    of both ids: stable, and nobody is always asked first by name or by seat.
    """
    likeness = index.similarities(text)
    found = []
    for other in index.others(person_id):
        best = max(other.knows, key=lambda topic: likeness.get(topic.at, 0.0), default=None)
        strength = round(likeness.get(best.at, 0.0), 9) if best else 0.0
        if best and strength >= SURE_FROM:
            found.append(Knower(other.person.person_id, best.text, strength))
    return tuple(sorted(found, key=lambda each: (-each.strength, hashed(person_id, each.person_id))))
