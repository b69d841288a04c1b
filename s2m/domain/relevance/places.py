"""Who is shown, and on which place: the re-ranking after relevance.

    of five places four by R, each chosen against those before it (.8 R − .2 likeness: maximal marginal relevance, Carbonell
    and Goldstein), and one, labelled, for the best R·U of those with U ≥ .6; of three places two and one
    nobody whom three times the room's mean of viewers has seen today; who was shown on an earlier day stands back for a while
    one viewer in ten, by day: places three to five in an order by chance, so that the order can be judged

Nothing here draws chance: equal scores and the control follow a hash of both ids, so nobody wins by name or by seat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from s2m.domain.relevance.acquaintance import Acquaintance
from s2m.domain.relevance.room import Candidate

Slot = Literal["relevant", "unexpected", "control"]
Nearness = Callable[[Candidate], Callable[[Candidate], float]]

UNEXPECTED_FROM = 0.6
RELEVANCE_SHARE = 0.8
LOOKED_AT = 20
FIRST = 2
IN_CONTROL = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who may be shown: R, and how little they would be expected."""

    candidate: Candidate
    score: float
    unexpected: float

    @property
    def person_id(self) -> str:
        return self.candidate.person.person_id


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody on a place."""

    standing: Standing
    slot: Slot


def chosen(
    standing: Sequence[Standing],
    viewer: str,
    limit: int,
    known: Acquaintance | None,
    present: int,
    nearness: Nearness,
) -> list[Chosen]:
    """The people shown, in order. present: how many could be shown at all; nearness: of others to one of them, in [0, 1]."""
    allowed = [each for each in standing if not (known and known.had_their_turn(each.person_id, present))]
    ranked = sorted(
        ((each.score * (known.rest(each.person_id) if known else 1.0), each) for each in allowed),
        key=lambda each: (-each[0], hashed(viewer, each[1].person_id)),
    )
    if limit < 1:
        return []
    control = known is not None and is_control(viewer, known)
    room = max(limit, FIRST + 3) if control else limit
    first = _varied(ranked, room - 1, nearness)
    last = _last(ranked, first)
    places = [Chosen(each, "relevant") for each in first] + last
    if control and known is not None:
        tail = [Chosen(each.standing, "control") for each in places[FIRST:]]
        places[FIRST:] = sorted(tail, key=lambda each: hashed(viewer, known.today.isoformat(), each.standing.person_id))
    return places[:limit]


def is_control(viewer: str, known: Acquaintance) -> bool:
    """Whether this viewer belongs to today's ten in a hundred."""
    return int.from_bytes(hashed(viewer, known.today.isoformat())[:8], "big") % 100 < IN_CONTROL


def hashed(*parts: str) -> bytes:
    """Chance that is always the same for the same parts."""
    return sha256("\n".join(parts).encode(errors="surrogatepass")).digest()


def _varied(ranked: list[tuple[float, Standing]], count: int, nearness: Nearness) -> list[Standing]:
    """Up to `count`, best first, each chosen with an eye on those before it."""
    left = ranked[: max(LOOKED_AT, 2 * count)]
    taken: list[Standing] = []
    nearest = [0.0] * len(left)
    while left and len(taken) < count:
        best = max(range(len(left)), key=lambda at: RELEVANCE_SHARE * left[at][0] - (1 - RELEVANCE_SHARE) * nearest[at])
        _, picked = left.pop(best)
        nearest.pop(best)
        taken.append(picked)
        if len(taken) < count:
            to_picked = nearness(picked.candidate)
            nearest = [max(near, to_picked(each.candidate)) for near, (_, each) in zip(nearest, left, strict=True)]
    return taken


def _last(ranked: list[tuple[float, Standing]], first: list[Standing]) -> list[Chosen]:
    """The last place: the best surprise, else whoever comes next."""
    taken = {each.person_id for each in first}
    left = [(score, each) for score, each in ranked if each.person_id not in taken]
    surprising = [(score * each.unexpected, each) for score, each in left if each.unexpected >= UNEXPECTED_FROM]
    if surprising:
        return [Chosen(max(surprising, key=lambda each: each[0])[1], "unexpected")]
    return [Chosen(left[0][1], "relevant")] if left else []
