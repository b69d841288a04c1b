"""What a topic's letters say: folding, words, stems, letter groups and slips of the finger.

Pure functions on one text; nothing here knows a room or a person. A topic is free text as someone
typed it, Dutch or English or both, and stays untouched: these functions only make what is compared.
"""

import logging
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

try:
    import snowballstemmer  # type: ignore[import-untyped]
except ImportError:
    snowballstemmer = None
    logging.getLogger(__name__).warning("There is no stemmer: words match in the form they are typed in")

_DIACRITICS = re.compile("[\u0300-\u036f\ufe00-\ufe0f]")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf"})
_WORD = re.compile(r"\w+(?:'\w+)*(?:\+\+|#)?")

GRAM_SIZES = (3, 4, 5)
SLIP_FROM_LENGTH = 7
# No word that people use is longer; one sign may fold to eighteen letters, and what a word costs grows with them (slips: squared)
LONGEST_WORD = 40

# Words about asking and joining sentences, not about a subject. "it" is left out: here it is IT.
_DUTCH_STOP_WORDS = """
    aan al alle als andere ben bij bent dan dat de der deze die dit doen door dus een eens en er
    ervaring geen geven goed goede graag had heb hebben heeft help helpen het hier hoe hulp iemand iets
    ik in is ja je jij jou jouw kan kennis kun kunnen leren maar maken me mee meer men met mij mijn
    moet naar niet nieuwe nodig nog nu of om onder ons onze ook op over samen te tot u uit uw van
    vandaag veel voor vraag waar wat we weet weten wel werk werken wie wij wil willen worden zal ze
    zich zij zijn zo zoek zoeken zoekt zou
"""
_ENGLISH_STOP_WORDS = """
    a about all am an and any anyone are as at be been but by can could do does doing find for from
    get give good had has have how i i'm if in into is its learn like looking make me more my need
    needs new not of on or our out please seeking so some somebody someone something than that the
    their them there they this to today up us want was we what when where which who will with work
    working would you your
"""
DUTCH_STOP_WORDS, ENGLISH_STOP_WORDS = frozenset(_DUTCH_STOP_WORDS.split()), frozenset(_ENGLISH_STOP_WORDS.split())
STOP_WORDS = DUTCH_STOP_WORDS | ENGLISH_STOP_WORDS


class Stems(NamedTuple):
    """One word read as Dutch and read as English."""

    nl: str
    en: str


def fold(text: str) -> str:
    """The form in which two texts are *the same*: '' when nothing readable is left.

    NFKC, case folded, without accents (Latin combining marks), invisible characters and emoji
    variants; every apostrophe straight; white space tidied to single blanks.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    spelled = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    bare = unicodedata.normalize("NFKC", _DIACRITICS.sub("", spelled)).replace("\u2019", "'")
    seen = (c for c in bare if c.isspace() or unicodedata.category(c) not in _UNSEEN_CATEGORIES)
    return " ".join("".join(seen).split())


def spoken(folded: str) -> list[str]:
    """Every word of a folded text, in order."""
    return _WORD.findall(folded)


@lru_cache(maxsize=16384)
def words(folded: str) -> tuple[str, ...]:
    """The content words of a folded text, each word family once, in the order typed.

    Stop words go, unless nothing else is there ("IT", "who is who"). Markup, emoji and punctuation
    are no words, so they neither help nor hurt; "c++" and "c#" stay apart from "c".
    """
    every = spoken(folded)
    content = [word for word in every if word not in STOP_WORDS] or every
    kept: dict[str, Stems] = {}
    for word in content:
        read = stems(word)
        if not any(read.nl == seen.nl or read.en == seen.en for seen in kept.values()):
            kept[word] = read
    return tuple(kept)


@lru_cache(maxsize=32768)
def stems(word: str) -> Stems:
    """The Dutch and the English Snowball stem of one folded word (snowballstem.org, Porter's family).

    Nobody says in which language a topic is typed, and topics mix both, so every word is read both
    ways. Stemmers keep state while they work, so each call makes its own (0.3 µs): safe in threads.
    """
    if snowballstemmer is None:
        return Stems(word, word)
    dutch, english = snowballstemmer.stemmer("dutch"), snowballstemmer.stemmer("english")
    return Stems(nl=dutch.stemWord(word), en=english.stemWord(word))


def grams(word: str, least: int = GRAM_SIZES[0]) -> tuple[str, ...]:
    """The distinct groups of 3 (or `least`) to 5 letters of a word, a blank marking its start and end.

    They stay inside one word, so word order does not count and Dutch compounds still meet their parts.
    Of a word that is longer than any only its beginning counts, without an end.
    """
    padded = f" {word} "[: LONGEST_WORD + 2]
    size = len(padded)
    sizes = range(min(least, size), GRAM_SIZES[-1] + 1)
    return tuple(dict.fromkeys([padded[start : start + many] for many in sizes for start in range(size - many + 1)]))


def slip_keys(word: str) -> tuple[str, ...]:
    """The word itself and the word with any one letter but the first left out; () for short and endless words.

    Two words of at least `SLIP_FROM_LENGTH` letters that share a key are one slip of the finger apart:
    a letter missing, extra, wrong or out of place (the deletion neighbourhood of SymSpell). Shorter
    words have too many honest neighbours (kosten, kasten).
    """
    if not SLIP_FROM_LENGTH <= len(word) <= LONGEST_WORD:
        return ()
    return (word, *dict.fromkeys(word[:at] + word[at + 1 :] for at in range(1, len(word))))
