"""Sixty days of forty people: who is shown to whom, and what the cool-down and the cap on exposure do.

    python -m tests.bench.serendipity [--days 60] [--people 40]

Members come some days a week, needs and work change per visit. Coverage: the share of pairs who were here together and were shown
to each other at least once. Repeats: the share of showings of somebody who was shown to the same viewer on an earlier day.
Gini: how unevenly being shown is spread over visits, 0 is even. R: the mean relevance of what was shown.
"""

import argparse
import random
import statistics
from collections import defaultdict
from datetime import date, timedelta
from unittest.mock import patch

from s2m.domain.relevance import Acquaintance, Present, RoomIndex, Together, acquaintance, people_for
from s2m.domain.relevance.meanings import of_the_product

PLACES = 5


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--days", type=int, default=60)
    words.add_argument("--people", type=int, default=40)
    options = words.parse_args()
    print(f"{'cool-down':10} {'cap':5} {'coverage':>9} {'repeats':>8} {'gini':>6} {'shown':>6} {'unexpected':>11} {'R':>6}")
    for cool_down, cap in ((False, False), (True, False), (False, True), (True, True)):
        with (
            patch.object(acquaintance, "COOL_DOWN", acquaintance.COOL_DOWN if cool_down else 0),
            patch.object(acquaintance, "EXPOSURE_MOST", acquaintance.EXPOSURE_MOST if cap else 10**6),
            patch.object(acquaintance, "EXPOSURE_FREE", acquaintance.EXPOSURE_FREE if cap else 10**6),
        ):
            print(f"{'on' if cool_down else 'off':10} {'on' if cap else 'off':5} " + lived(options.days, options.people))


def lived(days, people):
    chance = random.Random(1)
    members = {f"m{n}": tuple(topics(chance, 3)) for n in range(people * 3)}
    together, shown = defaultdict(list), defaultdict(dict)
    counts, relevance, slots = [], [], defaultdict(int)
    repeats = showings = 0
    for day in (date(2026, 1, 1) + timedelta(n) for n in range(days)):
        here = chance.sample(sorted(members), people)
        room = RoomIndex([Present(who, who, members[who], (*topics(chance, 1),), (*topics(chance, 1),), True) for who in here])
        exposure = defaultdict(int)
        for viewer in here:
            met = {other: Together(len(on), on[-1]) for other in here if (on := together[frozenset((viewer, other))])}
            known = Acquaintance(day, together=met, shown=dict(shown[viewer]), exposure=dict(exposure))
            for match in people_for(room, viewer, PLACES, known):
                showings += 1
                repeats += match.person_id in shown[viewer]
                exposure[match.person_id] += 1
                relevance.append(match.score)
                slots[match.slot] += 1
                shown[viewer][match.person_id] = day
        counts += [exposure[who] for who in here]
        for at, viewer in enumerate(here):
            for other in here[:at]:
                together[frozenset((viewer, other))].append(day)
    met = [(one, other) for pair, on in together.items() if on and len(pair) == 2 for one, other in [tuple(pair)]]
    coverage = sum((other in shown[one]) + (one in shown[other]) for one, other in met) / (2 * len(met))
    return (
        f"{coverage:9.3f} {repeats / showings:8.3f} {gini(counts):6.3f} {showings / days / people:6.2f} "
        f"{slots['unexpected'] / showings:11.3f} {statistics.mean(relevance):6.3f}"
    )


def topics(chance, count):
    """Topics as people type them: some fields are popular, most labels are rare."""
    concepts = of_the_product().lexicon.concepts
    for _ in range(count):
        concept = concepts[min(int(chance.expovariate(1 / 150)), len(concepts) - 1)]
        yield chance.choice((*concept.nl, *concept.en))


def gini(counts):
    counts = sorted(counts)
    whole = sum(counts)
    return sum((2 * at - len(counts) + 1) * count for at, count in enumerate(counts)) / (len(counts) * whole) if whole else 0.0


if __name__ == "__main__":
    main()
