"""What a topic is about: its language and the concepts of the lexicon it comes near, so that meanings can be compared.

The idea is explicit semantic analysis (Gabrilovich and Markovitch): a text is described by how near it comes to each of
many described concepts, in its own language, and two descriptions can be compared whatever language each came from.
"""

import logging
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log as ln
from math import sqrt
from pathlib import Path
from threading import Lock

from s2m.domain.relevance.kinship import LANGUAGES, Families, Letters
from s2m.domain.relevance.lexicon import SHIPPED, Concept, Lexicon, load, shipped
from s2m.domain.relevance.similarity import FalseFriends, Spelling
from s2m.domain.relevance.text import DUTCH_STOP_WORDS, ENGLISH_STOP_WORDS, fold, spoken, words

KEPT_TOPICS = 16384
NEAR = 0.2
ALIKE = 0.3
SEARCHED_FROM = 4
MOST_CONCEPTS = 12
GLOSS_SHARE = 0.5
BRIDGED_WORDS = 8
SURE_OF_LANGUAGE = 0.5
MOSTLY = 0.5
CERTAINTY = 2
UNKNOWN_WORD = 0.8
LISTENED_TO = 40

ACROSS = (0.6, 0.2)
WITHIN = (0.4, 0.3)

_BUILDING = Lock()
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A topic's language ("nl", "en", None where it could be either) and its nearness to concepts, of length 1."""

    language: str | None
    near: Mapping[int, float]


NOTHING = Meaning(None, {})


def _threes(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


class Language:
    """Dutch or English? By the words that one language has more than the other, else by the letter groups usual in each.

    said: how often each language says each word. alike: words that both have, whatever was counted.
    """

    def __init__(self, said: Mapping[str, Counter[str]], alike: set[str]) -> None:
        dutch, english = said["nl"], said["en"]
        self._known = {
            word: max(-1.0, min(1.0, (ln(dutch[word] + 0.5) - ln(english[word] + 0.5)) / CERTAINTY))
            for word in dutch.keys() | english.keys()
        }
        self._known |= dict.fromkeys(DUTCH_STOP_WORDS, 1.0) | dict.fromkeys(ENGLISH_STOP_WORDS, -1.0)
        self._known |= dict.fromkeys(alike | (DUTCH_STOP_WORDS & ENGLISH_STOP_WORDS), 0.0)
        self._usual = [(Counter(group for word in each for group in _threes(word)), 1 + len(each)) for each in (dutch, english)]

    def of(self, folded: str) -> str | None:
        """The language of a text; None where it could be either."""
        lean = sum(self._lean(word) for word in spoken(folded)[:LISTENED_TO])
        return "nl" if lean >= SURE_OF_LANGUAGE else "en" if lean <= -SURE_OF_LANGUAGE else None

    def _lean(self, word: str) -> float:
        if word in self._known:
            return self._known[word]
        (dutch, many), (english, others) = self._usual
        odds = sum(ln((dutch[gram] + 1) / many) - ln((english[gram] + 1) / others) for gram in _threes(word))
        return max(-UNKNOWN_WORD, min(UNKNOWN_WORD, odds / 4))


class Meanings:
    """A lexicon, ready to say what a text is about. Never changed once built; `of` remembers the latest topics."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        texts = [
            (at, language, folded, words(folded), share)
            for at, each in enumerate(lexicon.concepts)
            for language, folded, share in _texts(each)
        ]
        said = {side: Counter(w for _, of, text, *_ in texts if of == side for w in spoken(text)) for side in LANGUAGES}
        self.language = Language(said, {fold(nl) for nl, en in lexicon.apart if fold(nl) == fold(en)})
        self.friends = FalseFriends((fold(nl), fold(en)) for nl, en in lexicon.apart)
        labels = [(language, document) for _, language, _, document, share in texts if share == 1]
        self.families = Families(document for _, document in labels)
        content = dict.fromkeys(word for *_, document, _ in texts for word in document)
        self.letters = Letters(content, chance=ALIKE, least=SEARCHED_FROM)
        self._named: dict[tuple[str, str], int] = {}
        self._sides: dict[str, tuple[Spelling, array[int]]] = {}
        for side in LANGUAGES:
            families = Families((document for language, document in labels if language == side), languages=(side,), slips=False)
            self._sides[side] = Spelling(families, self.letters, self.friends), array("i")
        for at, language, folded, document, share in texts:
            spelling, concepts = self._sides[language]
            spelling.add(document, language)
            concepts.append(at if share == 1 else -1 - at)
            if share == 1:
                self._named.setdefault((language, folded), at)
        self.of = lru_cache(maxsize=KEPT_TOPICS)(self._of)

    def _of(self, folded: str) -> Meaning:
        """What a folded text is about. Long texts are about too much to be carried over a bridge."""
        language = self.language.of(folded)
        document = words(folded)
        if len(document) > BRIDGED_WORDS or not self.lexicon.is_there:
            return Meaning(language, {})
        near: dict[int, float] = {}
        for side in (language,) if language else LANGUAGES:
            for concept, nearness in self._near(folded, document, side, language):
                near[concept] = max(nearness, near.get(concept, 0.0))
        best = sorted(near.items(), key=lambda each: (-each[1], each[0]))[:MOST_CONCEPTS]
        sharp = {concept: nearness**3 for concept, nearness in best if nearness >= NEAR}
        length = sqrt(sum(each * each for each in sharp.values()))
        return Meaning(language, {concept: each / length for concept, each in sharp.items()})

    def field_of(self, text: str) -> str:
        """The key of the field that a text belongs to: what most of its meaning is about, "" where nothing is."""
        about: dict[str, float] = defaultdict(float)
        for concept, nearness in self.of(fold(text)).near.items():
            about[self.lexicon.concepts[concept].field] += nearness * nearness
        field, share = max(about.items(), key=lambda each: each[1], default=("", 0.0))
        return field if share > MOSTLY and field in self.lexicon.fields else ""

    def _near(self, folded: str, document: tuple[str, ...], side: str, language: str | None) -> Iterator[tuple[int, float]]:
        spelling, concepts = self._sides[side]
        for at, likeness in spelling.likeness(document, language).items():
            concept = concepts[at]
            yield (concept, likeness) if concept >= 0 else (-1 - concept, likeness * GLOSS_SHARE)
        named = self._named.get((side, folded))
        if named is not None:
            yield named, 1.0


def _texts(concept: Concept) -> Iterator[tuple[str, str, float]]:
    for language, labels, gloss in (("nl", concept.nl, concept.gloss_nl), ("en", concept.en, concept.gloss_en)):
        yield from ((language, fold(label), 1) for label in labels)
        if fold(gloss):
            yield language, fold(gloss), GLOSS_SHARE


def bridged(cosine: float, one: str | None, two: str | None) -> float:
    """beta · br: what two texts count for by their meaning.

    Where a language is unknown the careful pair holds: what both languages write alike is found by its letters already.
    """
    beta, least = ACROSS if one and two and one != two else WITHIN
    return beta * max(0.0, min(1.0, (cosine - least) / (1 - least)))


def of_the_product(more: Path | None = None) -> Meanings:
    """The meanings of the lexicon that comes with the product, and of one more file where that is there.

    Built once in a process, by whoever asks first: a file that comes, changes or goes later counts from the next start.
    What cannot be built is logged, and only literal matches are found.
    """
    with _BUILDING:
        return _built(_found(more))


@lru_cache
def _found(more: Path | None) -> Path | None:
    return more if more and more.exists() else None


@lru_cache(maxsize=2)
def _built(more: Path | None) -> Meanings:
    try:
        return Meanings(load(SHIPPED, more) if more else shipped())
    except Exception:
        log.exception("The lexicon cannot be used: only literal matches are found")
        return Meanings(Lexicon())
