"""Who is present, with what they know, work on and need: the material of every match in a venue.

A `RoomIndex` says who is present at one moment; its people never change, so many threads may read it. Build a new one
when somebody checks in, leaves or edits a topic, and keep it until the next change. The index of its topics may grow under
it with the rooms that come after: that adds topics, under a lock, and changes none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from s2m.domain.errors import NotFound
from s2m.domain.relevance.lexicon import Concept
from s2m.domain.relevance.meanings import Meanings
from s2m.domain.relevance.text import fold
from s2m.domain.relevance.topics import TopicIndex


@dataclass(frozen=True, slots=True)
class Present:
    """A person on a visit. Topics stand as typed; empty ones and doubles are harmless.

    `knows` is standing; `works_on` and `needs` are today's. `visible` False: chose not to be shown on
    this visit, yet may look. `where` is the spot the person named, for the one who goes looking.
    """

    person_id: str
    first_name: str
    knows: tuple[str, ...]
    works_on: tuple[str, ...]
    needs: tuple[str, ...]
    visible: bool
    where: str | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """Everything they said, as typed."""
        return (*self.knows, *self.works_on, *self.needs)


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of one person: the text as typed and its place in the room's similarities."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be shown, with the topics that say something."""

    person: Present
    knows: tuple[Topic, ...]
    works_on: tuple[Topic, ...]
    needs: tuple[Topic, ...]


class RoomIndex:
    """The people present and their topics, ready for `people_for`.

    apart: whom each person is not to be shown. Someone who is not visible leaves no trace in what others see: not as a
    candidate and not in the weights of the words. before: the same venue's room a moment ago, whose topics are kept with
    their weights until it has doubled, so that a check-in costs what is new. house: words of the house, as
    `TopicIndex` takes them. Raises ValueError when a person is listed twice.
    """

    def __init__(
        self,
        people: Iterable[Present],
        apart: Mapping[str, frozenset[str]] | None = None,
        before: "RoomIndex | None" = None,
        meanings: Meanings | None = None,
        house: Mapping[str, str] | None = None,
    ) -> None:
        self._apart = apart or {}
        self._people: dict[str, Present] = {}
        for person in people:
            if person.person_id in self._people:
                raise ValueError(f"person {person.person_id!r} is listed twice in one room")
            self._people[person.person_id] = person
        shown = [person for person in self._people.values() if person.visible]
        grown = before if before and before.candidates and before.topics.fits and before.topics.house == (house or {}) else None
        kept = {each.person: each for each in grown.candidates} if grown else {}
        if grown:
            self.topics: TopicIndex = grown.topics
            self.topics.add(text for person in shown if person not in kept for text in person.topics)
        else:
            self.topics = TopicIndex(
                (text for person in shown for text in person.topics), before.topics.meanings if before else meanings, house=house
            )
        self.candidates: tuple[Candidate, ...] = tuple(kept.get(person) or self._candidate(person) for person in shown)

    def person(self, person_id: str) -> Present:
        """The person present with this id; NotFound when nobody is."""
        if person_id not in self._people:
            raise NotFound(person_id=person_id)
        return self._people[person_id]

    def others(self, person_id: str) -> list[Candidate]:
        """Everybody who may be shown to this person."""
        apart = self._apart.get(person_id, frozenset())
        return [each for each in self.candidates if each.person.person_id != person_id and each.person.person_id not in apart]

    def similarities(self, text: str) -> Mapping[int, float]:
        """How alike `text`, from anyone, is to the visible topics: (0, 1] by `Topic.at`, absent is 0."""
        return self.topics.similarities(text)

    def through(self, mine: str, theirs: str) -> Concept | None:
        """The concept that carried a text to a topic of the room, where their letters do not say as much."""
        at = self.topics.positions.get(fold(theirs))
        return None if at is None else self.topics.through(mine, at)

    def _candidate(self, person: Present) -> Candidate:
        return Candidate(person, *map(self._places, (person.knows, person.works_on, person.needs)))

    def _places(self, texts: tuple[str, ...]) -> tuple[Topic, ...]:
        places = ((text, self.topics.positions.get(fold(text))) for text in texts)
        return tuple(Topic(text, at) for text, at in places if at is not None)
