"""From topics to people: how much the one matters to the other, and who is shown.

For a viewer a and another person b, `sim` being the likeness of two topics:

    help(a←b)  = max over need(a) × know(b) of sim        joint(a,b) = max over work(a) × work(b)
    gain(a←b)  = 1 − (1 − help)(1 − .6 · max work(a) × know(b))(1 − .5 · joint)
    R(a,b)     = max(.7 gain(a←b) + .3 · harmonic mean(gain(a←b), gain(b←a)), .4 gain(b←a))
    U(a,b)     = (1 − likeness of what they know) · (1 − tie)

The last term of R makes *you can help* appear to somebody who asks for nothing: the harmonic mean with 0 would hide
from a helper everybody whom only they could help. Only the best pair of each kind counts, so forty topics weigh
no more than one good one. The harmonic mean is the usual fusion in reciprocal recommendation; it is a part only,
so that a helper who asks for nothing stays visible. The weights are the product's own, chosen on measured rooms.

Who is shown is chosen in `places.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from s2m.domain.relevance.acquaintance import Acquaintance
from s2m.domain.relevance.places import Chosen, Slot, Standing, chosen
from s2m.domain.relevance.reasons import Pair, Reason, winning
from s2m.domain.relevance.room import Candidate, Present, RoomIndex, Topic
from s2m.domain.relevance.text import fold

SHOWN_FROM = 0.15
OWN_GAIN = 0.7
MUTUAL_GAIN = 0.3
WORK_MEETS_KNOWLEDGE = 0.6
SHARED_WORK = 0.5
CAN_HELP = 0.4


@dataclass(frozen=True, slots=True)
class Match:
    """One person's relevance for the viewer: `score` is R in [.15, 1]; `reason` says why, `slot` on what kind of place."""

    person_id: str
    first_name: str
    where: str | None
    score: float
    reason: Reason
    slot: Slot = "relevant"


def people_for(index: RoomIndex, viewer: str | Present, limit: int = 3, known: Acquaintance | None = None) -> tuple[Match, ...]:
    """The people in the room who matter most to the viewer: at most `limit`, often fewer.

    `viewer` is the id of someone present (NotFound when nobody is) or, for somebody who is not in the
    room, the person. Never shown: the viewer, anyone not visible, anyone whose score is below .15.
    `known` is what is kept between the viewer and the others; without it there is no tie, no turn and no control.
    """
    person = index.person(viewer) if isinstance(viewer, str) else viewer
    view = _View.of(index, person, known)
    others = index.others(person.person_id)
    scored = ((round(view.score(each), 9), each) for each in others)
    standing = [view.standing(each, score) for score, each in scored if score >= SHOWN_FROM]
    places = chosen(standing, person.person_id, limit, known, len(others), view.nearness)
    return tuple(view.match(each) for each in places)


def gain(help: float, work_know: float, joint: float) -> float:
    """What one person brings another, in [0, 1], from three likenesses in [0, 1]."""
    return 1 - (1 - help) * (1 - WORK_MEETS_KNOWLEDGE * work_know) * (1 - SHARED_WORK * joint)


def relevance(own: float, other: float) -> float:
    """R in [0, 1] from what the viewer gains and what the other gains."""
    harmonic = 2 * own * other / (own + other) if own + other else 0.0
    return max(OWN_GAIN * own + MUTUAL_GAIN * harmonic, CAN_HELP * other)


@dataclass(frozen=True, slots=True)
class _Side:
    """The viewer's topics of one sort against the room: at each of its topics, the best likeness."""

    likeness: tuple[tuple[str, Mapping[int, float]], ...]
    best: Mapping[int, float]

    @classmethod
    def of(cls, index: RoomIndex, texts: Iterable[str], leaning: Mapping[str, Mapping[str, float]]) -> "_Side":
        likeness = tuple((text, _leant(index, text, leaning)) for text in texts if fold(text))
        best: dict[int, float] = {}
        for _, row in likeness:
            for at, sim in row.items():
                if sim > best.get(at, 0.0):
                    best[at] = sim
        return cls(likeness, best)

    def strongest(self, theirs: tuple[Topic, ...]) -> float:
        return max((self.best.get(topic.at, 0.0) for topic in theirs), default=0.0)

    def pair(self, theirs: tuple[Topic, ...]) -> Pair:
        pairs = (Pair(text, topic.text, row.get(topic.at, 0.0)) for text, row in self.likeness for topic in theirs)
        return max(pairs, key=lambda pair: pair.strength, default=Pair("", "", 0.0))

    def alike(self, theirs: tuple[Topic, ...]) -> float:
        """How much all of it is like all of theirs: the mean of everybody's best partner, both ways."""
        if not self.likeness or not theirs:
            return 0.0
        mine = sum(max(row.get(topic.at, 0.0) for topic in theirs) for _, row in self.likeness) / len(self.likeness)
        return (mine + sum(self.best.get(topic.at, 0.0) for topic in theirs) / len(theirs)) / 2


def _leant(index: RoomIndex, text: str, leaning: Mapping[str, Mapping[str, float]]) -> Mapping[int, float]:
    """The likeness of a topic to those in the room, and what people said of such pairs."""
    said = leaning.get(fold(text))
    if not said:
        return index.similarities(text)
    row = dict(index.similarities(text))
    for theirs, lean in said.items():
        at = index.topics.positions.get(theirs)
        if at is not None and at in row:
            row[at] = max(0.0, min(1.0, row[at] + lean))
    return row


@dataclass(frozen=True, slots=True)
class _View:
    """One viewer's look at the room."""

    index: RoomIndex
    known: Acquaintance | None
    knows: _Side
    works_on: _Side
    needs: _Side

    @classmethod
    def of(cls, index: RoomIndex, person: Present, known: Acquaintance | None) -> "_View":
        leaning = known.leaning() if known else {}
        sides = (_Side.of(index, texts, leaning) for texts in (person.knows, person.works_on, person.needs))
        return cls(index, known, *sides)

    def score(self, other: Candidate) -> float:
        joint = self.works_on.strongest(other.works_on)
        own = gain(self.needs.strongest(other.knows), self.works_on.strongest(other.knows), joint)
        theirs = gain(self.knows.strongest(other.needs), self.knows.strongest(other.works_on), joint)
        return relevance(own, theirs)

    def standing(self, other: Candidate, score: float) -> Standing:
        both_know = bool(self.knows.likeness and other.knows)
        tie = self.known.tie(other.person.person_id) if self.known else 0.0
        unexpected = (1 - self.knows.alike(other.knows)) * (1 - tie) if both_know else 0.0
        return Standing(other, score, unexpected)

    def nearness(self, one: Candidate) -> Callable[[Candidate], float]:
        """How much others are like this one in what they know, in [0, 1]."""
        knows = _Side.of(self.index, (topic.text for topic in one.knows), {})
        return lambda other: knows.alike(other.knows)

    def match(self, place: Chosen) -> Match:
        person, reason = place.standing.candidate.person, self.reason(place.standing.candidate)
        through = self.index.through(reason.mine, reason.theirs)
        return Match(
            person.person_id, person.first_name, person.where, place.standing.score, replace(reason, through=through), place.slot
        )

    def reason(self, other: Candidate) -> Reason:
        return winning(
            {
                "need_know": (OWN_GAIN, self.needs.pair(other.knows)),
                "work_know": (OWN_GAIN * WORK_MEETS_KNOWLEDGE, self.works_on.pair(other.knows)),
                "work_work": (OWN_GAIN * SHARED_WORK, self.works_on.pair(other.works_on)),
                "know_need": (CAN_HELP, self.knows.pair(other.needs)),
                "know_work": (CAN_HELP * WORK_MEETS_KNOWLEDGE, self.knows.pair(other.works_on)),
            }
        )
