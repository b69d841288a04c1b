"""From topics to people: how much the one matters to the other, and who is shown.

For a viewer a and another person b, `sim` being the likeness of two topics:

    help(a←b)  = max over need(a) × know(b) of sim        joint(a,b) = max over work(a) × work(b)
    gain(a←b)  = 1 − (1 − help)(1 − .6 · max work(a) × know(b))(1 − .5 · joint)
    R(a,b)     = max(.7 gain(a←b) + .3 · harmonic mean(gain(a←b), gain(b←a)), .4 gain(b←a))

The last term makes *you can help* appear to somebody who asks for nothing: the harmonic mean with 0 would hide
from a helper everybody whom only they could help. Only the best pair of each kind counts, so forty topics weigh
no more than one good one. The harmonic mean is the usual fusion in reciprocal recommendation; it is a part only,
so that a helper who asks for nothing stays visible. The weights are the product's own, chosen on measured rooms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

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
    """One person's relevance for the viewer: `score` is R in [.15, 1]; `reason` says why."""

    person_id: str
    first_name: str
    where: str | None
    score: float
    reason: Reason


def people_for(index: RoomIndex, viewer: str | Present, limit: int = 3) -> tuple[Match, ...]:
    """The people in the room who matter most to the viewer, best first: at most `limit`, often fewer.

    `viewer` is the id of someone present (NotFound when nobody is) or, for somebody who is not in the
    room, the person. Never shown: the viewer, anyone not visible, anyone whose score is below .15.
    Equal scores are ordered by a hash of both ids: stable, and nobody wins by name or by seat.
    """
    person = index.person(viewer) if isinstance(viewer, str) else viewer
    view = _View.of(index, person)
    scored = ((round(view.score(each), 9), each.person, each) for each in index.others(person.person_id))
    ranked = sorted(
        (each for each in scored if each[0] >= SHOWN_FROM),
        key=lambda each: (-each[0], _tie(person.person_id, each[1].person_id)),
    )
    return tuple(
        Match(other.person_id, other.first_name, other.where, score, view.reason(topics))
        for score, other, topics in ranked[: max(limit, 0)]
    )


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
    def of(cls, index: RoomIndex, texts: Iterable[str]) -> "_Side":
        likeness = tuple((text, index.similarities(text)) for text in texts if fold(text))
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


@dataclass(frozen=True, slots=True)
class _View:
    """One viewer's look at the room."""

    knows: _Side
    works_on: _Side
    needs: _Side

    @classmethod
    def of(cls, index: RoomIndex, person: Present) -> "_View":
        return cls(*(_Side.of(index, texts) for texts in (person.knows, person.works_on, person.needs)))

    def score(self, other: Candidate) -> float:
        joint = self.works_on.strongest(other.works_on)
        own = gain(self.needs.strongest(other.knows), self.works_on.strongest(other.knows), joint)
        theirs = gain(self.knows.strongest(other.needs), self.knows.strongest(other.works_on), joint)
        return relevance(own, theirs)

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


def _tie(viewer_id: str, other_id: str) -> bytes:
    return sha256(f"{viewer_id}\n{other_id}".encode(errors="surrogatepass")).digest()
