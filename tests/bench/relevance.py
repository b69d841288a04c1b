"""How good relevance is, on the sets it is judged by; the table says what must be reached.

    python -m tests.bench.relevance --data ../shared/data [--check] [--quick]

--data is a folder of the form its README describes; a set that is missing is named "not there". Pairs in Dutch and English
come from every pairs*.csv (nl,en) in it, and from the small file here, which people who wrote no part of the lexicon wrote.
--check exits 1 when a *must* is missed. --quick leaves out repetitions.
"""

import argparse
import ast
import csv
import gzip
import json
import random
import resource
import statistics
import sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from time import process_time

from s2m.domain.relevance import Present, RoomIndex, people_for
from s2m.domain.relevance.meanings import of_the_product
from s2m.domain.relevance.text import fold
from s2m.domain.relevance.topics import Rungs, TopicIndex

HERE = Path(__file__).parent
ALONE = {
    "exact": Rungs(False, False, False),
    "stems": Rungs(True, False, False),
    "letters": Rungs(False, True, False),
    "bridge": Rungs(False, False, True),
    "all": Rungs(),
}
PLACES = 5


def main():
    options = arguments()
    rows = [*speed(options)]
    for part in (pairs, occupations, room_of_experts, expertise, mentors):
        rows += part(options)
    print(table(rows))
    missed = [row for row in rows if row.must is not None and row.value is not None and not row.holds]
    print(*[f"missed: {row.what}, {row.measure}" for row in missed] or ["all goals met"], sep="\n")
    return 1 if missed and options.check else 0


def arguments():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the evaluation data")
    words.add_argument("--check", action="store_true", help="exit 1 when a must is missed")
    words.add_argument("--quick", action="store_true", help="one sample of each set")
    words.add_argument("--only", action="append", help="only these parts, by the name of their function")
    return words.parse_args()


class Row:
    """One line of the table. must None: told, not judged. value None: the set is not there."""

    def __init__(self, what, measure, value, must=None, least=True):
        self.what, self.measure, self.value, self.must, self.least = what, measure, value, must, least

    @property
    def holds(self):
        return round(self.value, 3) >= self.must if self.least else round(self.value, 3) <= self.must

    @property
    def bound(self):
        return "" if self.must is None else f"{'>=' if self.least else '<='} {self.must:g}"

    def __str__(self):
        value = "not there" if self.value is None else f"{self.value:.3f}"
        verdict = "" if self.must is None or self.value is None else "ok" if self.holds else "MISSED"
        return f"{self.what:44} {self.measure:22} {value:>10}  {self.bound:>8}  {verdict}"


def table(rows):
    return "\n".join([f"{'set':44} {'measure':22} {'value':>10}  {'must':>8}", "-" * 96, *map(str, rows)])


def part(name):
    """A part of the table that --only may leave out and that says so when its file is missing."""

    def wrap(measure):
        def run(options):
            if options.only and measure.__name__ not in options.only:
                return []
            try:
                return list(measure(options))
            except FileNotFoundError:
                return [Row(name, "", None)]

        run.__name__ = measure.__name__
        return run

    return wrap


def opened(path):
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def first(folder, pattern):
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(folder / pattern)
    return found[0]


# Speed --------------------------------------------------------------------------------------------------------------


@part("speed")
def speed(options):
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    meanings = of_the_product()
    meanings.of("btw")
    yield Row("lexicon", "seconds to load", process_time() - start, 2, least=False)
    yield Row("lexicon", "MB added", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 100, least=False)
    yield Row("lexicon", "concepts", float(len(meanings.lexicon.concepts)), 1200)
    for size, goal in ((50, 2), (500, 20)):
        people = crowd(size + 20)
        start = process_time()
        index = RoomIndex(people[:size])
        yield Row(f"room of {size}", "ms to build, new", (process_time() - start) * 1000)
        start = process_time()
        index = RoomIndex(people[:size])
        yield Row(f"room of {size}", "ms to build, known", (process_time() - start) * 1000)
        yield Row(f"room of {size}", "ms a first look", timed(lambda n, room=index: people_for(room, f"p{n}", PLACES)))
        again = timed(lambda n, room=index: people_for(room, f"p{n}", PLACES))
        yield Row(f"room of {size}", "ms a look", again, goal, least=False)

        def arrive(n, people=people, size=size):
            nonlocal index
            index = RoomIndex(people[: size + 1 + n], before=index)

        yield Row(f"room of {size}", "ms one more person", timed(arrive), 5, least=False)


def timed(act):
    taken = []
    for n in range(20):
        start = process_time()
        act(n)
        taken.append((process_time() - start) * 1000)
    return statistics.median(taken)


def crowd(size):
    """People with three topics they know, one they work on and one they need, as people type them."""
    chance, concepts = random.Random(7), of_the_product().lexicon.concepts
    labels = [label for concept in concepts for label in (*concept.nl, *concept.en)]
    frames = ["{}", "{}", "{}", "hulp bij {}", "{} for beginners", "meer weten over {}", "{} in de zorg"]

    def topics(count):
        return tuple(chance.choice(frames).format(chance.choice(labels)) for _ in range(count))

    return [Present(f"p{n}", "Noor", topics(3), topics(1), topics(1), True) for n in range(size)]


# Dutch and English --------------------------------------------------------------------------------------------------


@part("nl-en pairs")
def pairs(options):
    files = [HERE / "pairs.csv", *(sorted(options.data.rglob("pairs*.csv")))]
    for file in files:
        with opened(file) as lines:
            read = [(row["nl"], row["en"]) for row in csv.DictReader(lines) if row.get("nl") and row.get("en")]
        if not read:
            continue
        for name, rungs in ALONE.items():
            judged = name == "all"
            there, certain = across([nl for nl, _ in read], [en for _, en in read], rungs)
            back, sure = across([en for _, en in read], [nl for nl, _ in read], rungs)
            what = f"{len(read)} pairs in {file.name}, {name}"
            yield Row(what, "P@1 nl to en", there, 0.9 if judged else None)
            yield Row(what, "P@1 en to nl", back, 0.9 if judged else None)
            if judged:
                shown = certain + sure
                yield Row(what, "precision at .20", sum(shown) / max(len(shown), 1), 0.95)
                yield Row(what, "shown at .20", len(shown) / (2 * len(read)))


def across(asked, others, rungs):
    """P@1, ties counted by chance; and of the first places that reach .20 which are right."""
    index = TopicIndex(others, rungs=rungs)
    hits, certain = 0.0, []
    for text, right in zip(asked, others, strict=True):
        found = index.similarities(text)
        best = max(found.values(), default=0.0)
        firsts = {at for at, likeness in found.items() if likeness == best}
        hit = index.positions[fold(right)] in firsts
        hits += hit / len(firsts) if hit else 0
        if best >= 0.2:
            certain.append(hit)
    return hits / len(asked), certain


@part("occupations")
def occupations(options):
    with opened(first(options.data / "esco", "*.csv*")) as lines:
        read = [(row["label_nl"], row["label_en"]) for row in csv.DictReader(lines) if row["label_nl"] and row["label_en"]]
    for name, rungs in ALONE.items():
        found = []
        for seed in range(1 if options.quick else 3):
            some = random.Random(seed).sample(read, min(400, len(read)))
            # Two occupations may share a label in one language
            some = [*{fold(en): (nl, en) for nl, en in some}.values()]
            found.append(across([nl for nl, _ in some], [en for _, en in some], rungs)[0])
        yield Row(f"400 occupations, {name}", "R@1 nl to en", statistics.mean(found), 0.4 if name == "all" else None)


# Expertise ----------------------------------------------------------------------------------------------------------


def gold(options):
    folder = options.data / "goldstandard"
    with opened(first(folder, "papers.jsonl*")) as lines:
        papers = {paper["id"]: paper for paper in map(json.loads, lines)}
    with opened(first(folder, "profiles.json*")) as file:
        profiles = json.load(file)
    rated = defaultdict(dict)
    with opened(folder / "evaluations.csv") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            for n in range(1, 11):
                if row.get(f"Paper{n}"):
                    rated[row["ParticipantID"]][row[f"Paper{n}"]] = float(row[f"Expertise{n}"])
    return papers, profiles, rated


@part("expertise, whole texts")
def expertise(options):
    papers, profiles, rated = gold(options)
    text = {id: f"{paper['title']}. {paper['abstract'] or ''}" for id, paper in papers.items()}
    for name in ("all",) if options.quick else ("stems", "letters", "all"):
        losses = []
        for sample in [*profiles.values()][: 1 if options.quick else None]:
            kept = {paper for ids in sample["profiles"].values() for paper in ids if paper in text}
            asked = {paper for person in rated for paper in rated[person] if paper in text}
            index = TopicIndex((text[id] for id in kept | asked), rungs=ALONE[name])
            place = {id: index.positions[fold(text[id])] for id in kept}
            near = {id: index.similarities(text[id]) for id in sorted(asked)}
            losses.append(kendall(rated, sample["profiles"], place, near))
        must = 0.26 if name == "all" else None
        yield Row(f"goldstandard, whole texts, {name}", "weighted Kendall loss", statistics.mean(losses), must, least=False)


def kendall(rated, profiles, place, near):
    """Pairs of papers in the wrong order, weighted by how far the ratings are apart; a tie is half wrong."""
    lost = whole = 0.0
    for person, ratings in rated.items():
        known = [place[id] for id in profiles.get(person, ()) if id in place]
        scores = {id: max((near[id].get(at, 0.0) for at in known), default=0.0) for id in ratings if id in near}
        for one, two in combinations(scores, 2):
            apart = ratings[one] - ratings[two]
            ordered = (scores[one] - scores[two]) * apart
            whole += abs(apart)
            lost += abs(apart) * (0 if ordered > 0 else 0.5 if ordered == 0 else 1)
    return lost / whole


@part("expertise as a room")
def room_of_experts(options):
    papers, profiles, rated = gold(options)
    experts = defaultdict(set)
    for person, ratings in rated.items():
        for paper, rating in ratings.items():
            if rating >= 4 and paper in papers:
                experts[paper].add(person)
    ranks = []
    for sample in profiles.values():
        people = [
            Present(person, "", tuple(papers[id]["title"] for id in ids if id in papers)[:5], (), (), True)
            for person, ids in sample["profiles"].items()
        ]
        index = RoomIndex(people)
        for paper, right in experts.items():
            order = by_knowledge(index, papers[paper]["title"])
            ranks += [order.index(person) + 1 if person in order else None for person in right & {p.person_id for p in people}]
    what = "goldstandard, a room with 5 titles each"
    yield Row(what, "MRR", statistics.mean(1 / rank if rank else 0 for rank in ranks), 0.29)
    yield Row(what, "recall@5", statistics.mean(bool(rank and rank <= PLACES) for rank in ranks), 0.42)
    yield Row(what, "questions a sample", len(ranks) / len(profiles))


def by_knowledge(index, text):
    near = index.similarities(text)
    best = {
        each.person.person_id: max((near.get(topic.at, 0.0) for topic in each.knows), default=0.0) for each in index.candidates
    }
    return [person for person in sorted(best, key=lambda each: -best[each]) if best[person] > 0]


# Mentors ------------------------------------------------------------------------------------------------------------


@part("mentors")
def mentors(options):
    with opened(first(options.data / "mentor_mentee", "*.csv*")) as lines:
        read = [row for row in csv.DictReader(lines) if row["final_match"] == "1"]
    for size, count, must in ((50, 400, 0.69), (500, 100, 0.27)):
        chance, hits, unexpected = random.Random(size), 0, 0
        rows = chance.sample(read, min(len(read), count // (4 if options.quick else 1)))
        for row in rows:
            others = chance.sample(read, size + 20)
            seen = {listed(row, "mentor")}
            room = [mentor(row, "right")]
            for n, other in enumerate(others):
                if len(room) < size and listed(other, "mentor") not in seen:
                    seen.add(listed(other, "mentor"))
                    room.append(mentor(other, f"other {n}"))
            found = people_for(RoomIndex(room), mentee(row), PLACES)
            hits += "right" in [match.person_id for match in found]
            unexpected += any(match.slot == "unexpected" for match in found)
        yield Row(f"mentors, {len(rows)} rooms of {size}", "recall@5", hits / len(rows), must)
        yield Row(f"mentors, {len(rows)} rooms of {size}", "with an unexpected one", unexpected / len(rows))


def listed(row, who):
    return tuple(tuple(ast.literal_eval(row[f"{who}_{what}"] or "[]")) for what in ("major", "help_topics", "experitse"))


def mentor(row, person_id):
    major, help_topics, expertise = listed(row, "mentor")
    return Present(person_id, "", help_topics, (*major, *expertise), (), True)


def mentee(row):
    major, help_topics, expertise = listed(row, "mentee")
    return Present("mentee", "", (), (*major, *expertise), help_topics, True)


if __name__ == "__main__":
    sys.exit(main())
