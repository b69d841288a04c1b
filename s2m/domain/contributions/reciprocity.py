"""How giving and receiving goes round in a venue, for its hosts: counts without names, and circles that stay among few.

Nothing here is a score of a person, and nothing follows from it by itself: a host may look, and talk. A count of fewer
than five people is not told. Only circles are named, because a host is asked to know them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from s2m.domain.venues import Policy, Venue
    from s2m.store import Store

DAYS = 90
FEWEST = 5
# Thanks as giver and receiver, by the ids of people
Edge = tuple[str, str]


@dataclass(frozen=True)
class Circle:
    """people: two or three ids, each thanked the next and the last the first. times: how often it went round in full.

    share: per cent of all the thanks they gave that went to one another.
    """

    people: tuple[str, ...]
    times: int
    share: int = 100


@dataclass(frozen=True)
class Reciprocity:
    """Counts of people, None where there are too few to say. top_share: what part of all thanks, in per cent, went to the
    tenth of the receivers who got most of them."""

    only_give: int | None
    only_receive: int | None
    never_ask: int | None
    near_limit: int | None
    top_share: int | None
    pairs: tuple[Circle, ...]
    rings: tuple[Circle, ...]


# Rules ------------------------------------------------------------------------------------------------------------


def told(people: Collection[str]) -> int | None:
    """How many they are, unless they are so few that a host would know who is meant."""
    return len(people) if len(people) >= FEWEST else None


def one_sided(thanks: Iterable[Edge]) -> tuple[set[str], set[str]]:
    """Who only gave thanks, and who only received them."""
    givers, receivers = set(), set()
    for giver, receiver in thanks:
        givers.add(giver)
        receivers.add(receiver)
    return givers - receivers, receivers - givers


def top_share(thanks: Iterable[Edge]) -> int | None:
    """Per cent of all thanks that went to the tenth who received most; None where a tenth would be nobody."""
    received = Counter(receiver for _giver, receiver in thanks)
    tenth = len(received) // 10
    if not tenth:
        return None
    return round(100 * sum(times for _receiver, times in received.most_common(tenth)) / received.total())


def closed_pairs(thanks: Sequence[Edge]) -> tuple[Circle, ...]:
    """Two who thanked each other, and in all this time nobody else, nor were thanked by anybody else."""
    times, partners = Counter(thanks), defaultdict(set)
    for giver, receiver in thanks:
        partners[giver].add(receiver)
        partners[receiver].add(giver)
    found = []
    for one, other in times:
        alone = partners[one] == {other} and partners[other] == {one}
        if one < other and alone and (other, one) in times:
            found.append(Circle((one, other), min(times[one, other], times[other, one])))
    return _sorted(found)


def rings(thanks: Sequence[Edge]) -> tuple[Circle, ...]:
    """Three of whom each thanked the next one round; each ring once, beginning with the lowest id."""
    times, total, gave = Counter(thanks), Counter(giver for giver, _receiver in thanks), defaultdict(set)
    for giver, receiver in times:
        gave[giver].add(receiver)
    found = [
        _ring(times, total, (first, second, third))
        for first in sorted(gave)
        for second in gave[first]
        for third in gave.get(second, ())
        if first < second and first < third and second != third and first in gave.get(third, ())
    ]
    return _sorted(found)


def _ring(times: Counter[Edge], total: Counter[str], people: tuple[str, str, str]) -> Circle:
    first, second, third = people
    inside = sum(times[one, other] for one in people for other in people)
    round_ = min(times[first, second], times[second, third], times[third, first])
    return Circle(people, round_, 100 * inside // sum(total[one] for one in people))


def _sorted(circles: Iterable[Circle]) -> tuple[Circle, ...]:
    """What stays most among few comes first: in a lively house there are rings by the hundred that mean nothing."""
    return tuple(sorted(circles, key=lambda circle: (-circle.share, -circle.times, circle.people)))


def summary(
    thanks: Sequence[Edge], traded: Sequence[Edge], asked: Mapping[str, bool], free: Mapping[str, int], policy: Policy
) -> Reciprocity:
    """thanks: all of them; traded: those that moved something, and introductions
    that did. asked: of each visitor, whether they ever asked for something.

    free: what each visitor has available, in whole units.
    """
    taking_part = set(chain.from_iterable(thanks))
    only_give, only_receive = one_sided(thanks) if told(taking_part) else (set(), set())
    silent = {person for person, ever in asked.items() if not ever}
    low = {person for person, available in free.items() if not policy.carries(available)}
    return Reciprocity(
        told(only_give), told(only_receive), told(silent), told(low), top_share(thanks), closed_pairs(traded), rings(traded)
    )


# Actions ----------------------------------------------------------------------------------------------------------


def of_venue(store: Store, venue: Venue, policy: Policy, now: datetime) -> Reciprocity:
    """The last 90 days of a venue."""
    since = now - timedelta(days=DAYS)
    given = [t for t in store.contributions.exchanged(venue.id, since) if t.giver_id and t.receiver_id]
    thanks = [(t.giver_id or "", t.receiver_id or "") for t in given]
    traded = [edge for edge, t in zip(thanks, given, strict=True) if t.amount]
    # Two who confirmed an introduction gave dots to whoever made it, as with thanks
    confirmed = store.introductions.confirmed(venue.id, since)
    traded += [(who, each.by_id) for each in confirmed for who in (each.one_id, each.other_id)]
    asked = store.presence.visitors(venue.id, since)
    accounts = store.ledger.accounts(venue.network_id)
    free = {a.person_id: a.available for a in accounts if a.person_id and a.person_id in asked}
    return summary(thanks, traded, asked, free, policy)
