"""Which words belong to one word: by family (stems, slips of the finger) or by letters.

Words are compared once here and topics are compared through their words, so the work grows with a
room's vocabulary, which is small, and not with the people in it. Rare terms weigh more than common
ones: the inverse document frequency of Spärck Jones, over the room's topics and the lexicon's labels. The lexicon counts as
`BASE_TOPICS` topics, however large it is: enough to steady a small room, and a word that a full room shares tells less there.

Both kinships may grow: a word can be added while others read. What a term weighs is settled before.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import log, sqrt

from s2m.domain.relevance.text import grams, slip_keys, stems

SLIP_CREDIT = 0.5
CHANCE_LIKENESS = 0.1
PRIOR_TOPICS = 10
BASE_TOPICS = 1000
LANGUAGES = ("nl", "en")


@lru_cache(maxsize=65536)
def rarity(topics: float, holding: float) -> float:
    """How much a term tells: 1 when every topic has it, about 6.4 for the only one among 2,500.

    A room counts as `PRIOR_TOPICS` larger than it is, so that in a room of three a single word more
    or less hardly changes the weights: 1 + ln((topics + prior) / (topics with the term + prior)).
    """
    return 1 + log((topics + PRIOR_TOPICS) / (min(holding, topics) + PRIOR_TOPICS))


class Families:
    """Words that share their Dutch *or* English stem are one family; a slip apart counts for half.

    documents: the topics at the start, as words, from which the weights come; and those of `base`. slips: whether slips
    of the finger are looked for; in a large vocabulary the letters find them for less.
    """

    def __init__(
        self,
        documents: Iterable[Sequence[str]],
        base: "Families | None" = None,
        languages: Sequence[str] = LANGUAGES,
        slips: bool = True,
    ) -> None:
        self._languages, self._base, self._slips = tuple(languages), base, slips
        self._weights: dict[str, float] = {}
        self._held: Counter[str] = Counter()
        self._topics = 0
        for document in documents:
            self._topics += 1
            self._held.update({reading for word in document for reading in _readings(word, self._languages)})
        self._share = BASE_TOPICS / max(base._topics, BASE_TOPICS) if base else 0.0
        self._whole: float = self._topics + (self._share * base._topics if base else 0)
        self._by_reading: dict[str, list[str]] = defaultdict(list)
        self._by_slip: dict[str, list[str]] = defaultdict(list)

    def add(self, word: str) -> None:
        """One more word that others may be related to."""
        for reading in _readings(word, self._languages):
            self._by_reading[reading].append(word)
        for key in slip_keys(word) if self._slips else ():
            self._by_slip[key].append(word)
        self._weights[word] = self.weight(word)

    def weight(self, word: str) -> float:
        """The rarity of the word's family."""
        known = self._weights.get(word)
        return known or rarity(self._whole, max(self._count(reading) for reading in _readings(word, self._languages)))

    def related(self, word: str) -> dict[str, float]:
        """The words that count as this one, each with its credit: 1 or `SLIP_CREDIT`."""
        slips = (other for key in (slip_keys(word) if self._slips else ()) for other in self._by_slip.get(key, ()))
        family = (other for reading in _readings(word, self._languages) for other in self._by_reading.get(reading, ()))
        return dict.fromkeys(slips, SLIP_CREDIT) | dict.fromkeys(family, 1.0)

    def _count(self, reading: str) -> float:
        return self._held[reading] + (self._share * self._base._count(reading) if self._base else 0)


class Letters:
    """Words are alike as far as they share groups of 3 to 5 letters: compounds, slips, cognates.

    vocabulary: the words at the start, related and each counted once for the weights; and those of `base`. chance: what
    is no likeness. least: in a large vocabulary the smallest groups are counted but words are not compared by them.
    """

    def __init__(
        self, vocabulary: Iterable[str], base: "Letters | None" = None, chance: float = CHANCE_LIKENESS, least: int = 3
    ) -> None:
        self._base, self._chance, self._least = base, chance, least
        self._small: Counter[str] = Counter()
        self._at: dict[str, int] = {}
        self._by_gram: dict[str, array[int]] = {}
        self._lengths = array("d")
        for word in vocabulary:
            self._post(word)
            self._small.update(gram for gram in grams(word) if len(gram) < least)
        self._counted = len(self._at)
        self._share = BASE_TOPICS / max(base._counted, BASE_TOPICS) if base else 0.0
        self._whole: float = self._counted + (self._share * base._counted if base else 0)
        squares = [0.0] * self._counted
        for gram, posted in self._by_gram.items():
            square = self._rarity(gram) ** 2
            for at in posted:
                squares[at] += square
        self._lengths.extend(map(sqrt, squares))
        self._words = list(self._at)

    def add(self, word: str) -> None:
        """One more word that others may be related to."""
        if word not in self._at:
            self._words.append(word)
            self._lengths.append(self._length(word))
            self._post(word)

    def weight(self, word: str) -> float:
        """The length of the word's vector of letter groups: long and rare words say more."""
        at = self._at.get(word)
        return self._length(word) if at is None else self._lengths[at]

    def related(self, word: str) -> dict[str, float]:
        """The words with the cosine of their letter groups; below .1 is chance ("-ing")."""
        found: dict[int, float] = {}
        length = 0.0
        for gram in grams(word, self._least):
            square = self._rarity(gram) ** 2
            length += square
            for at in self._by_gram.get(gram, ()):
                found[at] = found.get(at, 0.0) + square
        length = sqrt(length)
        least = self._chance * length
        words, lengths = self._words, self._lengths
        return {words[at]: shared / (length * lengths[at]) for at, shared in found.items() if shared >= least * lengths[at]}

    def _post(self, word: str) -> None:
        at = self._at.setdefault(word, len(self._at))
        for gram in grams(word, self._least):
            posted = self._by_gram.get(gram)
            if posted is None:
                posted = self._by_gram[gram] = array("I")
            posted.append(at)

    def _length(self, word: str) -> float:
        return sqrt(sum(self._rarity(gram) ** 2 for gram in grams(word, self._least)))

    def _rarity(self, gram: str) -> float:
        """By the words it was built with: those that came later lie behind them and are not counted."""
        return rarity(self._whole, self._count(gram))

    def _count(self, gram: str) -> float:
        below = self._share * self._base._count(gram) if self._base else 0
        posted = self._by_gram.get(gram)
        if posted is None:
            return below + self._small[gram]
        held = len(posted)
        while held and posted[held - 1] >= self._counted:
            held -= 1
        return below + held


@lru_cache(maxsize=16384)
def _readings(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The word's stems, marked by language: a Dutch stem never meets an English one."""
    read = stems(word)
    return tuple(f"{language} {getattr(read, language)}" for language in languages)
