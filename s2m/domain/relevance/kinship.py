"""Which words of a room belong to one word: by family (stems, slips of the finger) or by letters.

Words are compared once here and topics are compared through their words, so the work grows with a
room's vocabulary, which is small, and not with the people in it. Rare terms weigh more than common
ones: the inverse document frequency of Spärck Jones, over the room's topics.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import log, sqrt

from s2m.domain.relevance.text import grams, slip_keys, stems

SLIP_CREDIT = 0.5
CHANCE_LIKENESS = 0.1
PRIOR_TOPICS = 10


class Rarity:
    """How much a term tells: 1 when every topic has it, about 6.4 for the only one among 2,500.

    A room counts as `PRIOR_TOPICS` larger than it is, so that in a room of three a single word more
    or less hardly changes the weights: 1 + ln((topics + prior) / (topics with the term + prior)).
    """

    def __init__(self, topics: int, holding: Mapping[str, int]) -> None:
        self._weights = {term: self._weight(topics, held) for term, held in holding.items()}
        self._unseen = self._weight(topics, 0)

    def __getitem__(self, term: str) -> float:
        return self._weights.get(term, self._unseen)

    @staticmethod
    def _weight(topics: int, held: int) -> float:
        return 1 + log((topics + PRIOR_TOPICS) / (min(held, topics) + PRIOR_TOPICS))


class Families:
    """Words that share their Dutch *or* English stem are one family; a slip apart counts for half."""

    def __init__(self, topics: int, vocabulary: Mapping[str, int]) -> None:
        holding: Counter[str] = Counter()
        self._by_reading: dict[str, list[str]] = defaultdict(list)
        self._by_slip: dict[str, list[str]] = defaultdict(list)
        for word, count in vocabulary.items():
            for reading in _readings(word):
                holding[reading] += count
                self._by_reading[reading].append(word)
            for key in slip_keys(word):
                self._by_slip[key].append(word)
        self._rarity = Rarity(topics, holding)

    def weight(self, word: str) -> float:
        """The rarity of the word's family."""
        return min(self._rarity[reading] for reading in _readings(word))

    def related(self, word: str) -> dict[str, float]:
        """The words of the room that count as this one, each with its credit: 1 or `SLIP_CREDIT`."""
        slips = (other for key in slip_keys(word) for other in self._by_slip.get(key, ()))
        family = (other for reading in _readings(word) for other in self._by_reading.get(reading, ()))
        return dict.fromkeys(slips, SLIP_CREDIT) | dict.fromkeys(family, 1.0)


class Letters:
    """Words are alike as far as they share groups of 3 to 5 letters: compounds, slips, cognates."""

    def __init__(self, topics: int, vocabulary: Mapping[str, int]) -> None:
        groups = {word: grams(word) for word in vocabulary}
        holding: Counter[str] = Counter()
        for word, count in vocabulary.items():
            for gram in groups[word]:
                holding[gram] += count
        self._rarity = Rarity(topics, holding)
        self._by_gram: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for word in vocabulary:
            for gram, part in self._unit(groups[word]):
                self._by_gram[gram].append((word, part))

    def weight(self, word: str) -> float:
        """The length of the word's vector of letter groups: long and rare words say more."""
        return self._length(grams(word))

    def related(self, word: str) -> dict[str, float]:
        """The words of the room with the cosine of their letter groups; below .1 is chance ("-ing")."""
        found: dict[str, float] = defaultdict(float)
        for gram, part in self._unit(grams(word)):
            for other, theirs in self._by_gram.get(gram, ()):
                found[other] += part * theirs
        return {other: cosine for other, cosine in found.items() if cosine >= CHANCE_LIKENESS}

    def _length(self, groups: Iterable[str]) -> float:
        return sqrt(sum(self._rarity[gram] ** 2 for gram in groups))

    def _unit(self, groups: tuple[str, ...]) -> list[tuple[str, float]]:
        length = self._length(groups)
        return [(gram, self._rarity[gram] / length) for gram in groups]


def _readings(word: str) -> tuple[str, str]:
    """Both stems, marked by language: a Dutch stem never meets an English one."""
    read = stems(word)
    return "nl " + read.nl, "en " + read.en
