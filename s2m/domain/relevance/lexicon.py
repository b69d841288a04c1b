"""The lexicon: what people in these venues know and need, in Dutch and in English, as data.

`lexicon.txt` beside this file says how a line is written. A line that cannot be read is named in the log and left out;
the rest is used. Where no line can be read, `is_there` is False and only literal matches are found.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from s2m.domain.relevance.text import fold

SHIPPED = Path(__file__).with_name("lexicon.txt")
LABEL_MOST = 60
GLOSS_MOST = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that somebody knows, makes, does or needs. The first label in each language is its name."""

    field: str
    nl: tuple[str, ...]
    en: tuple[str, ...]
    gloss_nl: str = ""
    gloss_en: str = ""

    def name(self, language: str) -> str:
        """What it is called for a reader of this language."""
        return self.nl[0] if language == "nl" else self.en[0]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in which line of which file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass
class Lexicon:
    """Concepts, names of their fields, and pairs of words (Dutch, English) that look alike and mean something else."""

    concepts: list[Concept] = field(default_factory=list)
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    apart: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        """Whether meanings are found, and not only letters."""
        return bool(self.concepts)

    def read(self, lines: Iterable[str], file: str) -> None:
        """Add the lines of one file. A label stands with one concept in a language of a file; what comes later loses it."""
        taken: dict[tuple[str, str], int] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                for what in self._take([cell.strip() for cell in line.split("|")], taken, number):
                    self.faults.append(Fault(file, number, what))
            except ValueError as error:
                self.faults.append(Fault(file, number, str(error)))

    def _take(self, cells: list[str], taken: dict[tuple[str, str], int], number: int) -> Iterator[str]:
        if cells[0] == "apart":
            if len(cells) != 3 or not all(map(fold, cells)):
                raise ValueError("a line of false friends reads: apart | Dutch word | English word")
            self.apart.append((cells[1], cells[2]))
        elif cells[0] == "field":
            if len(cells) != 4 or not all(cells):
                raise ValueError("a line of a field reads: field | key | Dutch name | English name")
            self.fields[cells[1]] = (cells[2], cells[3])
        else:
            concept, faults = _concept(cells, taken, number)
            self.concepts.append(concept)
            yield from faults


def _concept(cells: list[str], taken: dict[tuple[str, str], int], number: int) -> tuple[Concept, list[str]]:
    if len(cells) != 7:
        raise ValueError(f"{len(cells)} cells, and there are 7: field | nl | en | more nl | more en | gloss nl | gloss en")
    key, nl, en, more_nl, more_en, *glosses = cells
    if not (key and fold(nl) and fold(en)):
        raise ValueError("the field and a label in each language are needed")
    if any(len(gloss) > GLOSS_MOST for gloss in glosses):
        raise ValueError(f"a gloss is longer than {GLOSS_MOST} characters")
    faults: list[str] = []
    read: dict[str, tuple[str, ...]] = {}
    for language, first, more in (("nl", nl, more_nl), ("en", en, more_en)):
        labels = [label.strip() for label in (first, *more.split(",")) if fold(label)]
        kept: list[str] = []
        for at, label in enumerate(labels):
            if len(label) > LABEL_MOST:
                raise ValueError(f"the label {label[:20]!r}… is longer than {LABEL_MOST} characters")
            line = taken.setdefault((language, fold(label)), number)
            if line == number and fold(label) not in map(fold, kept):
                kept.append(label)
            else:
                faults.append(f"the {language} label {label!r} stands in line {line}, too")
                if at == 0:
                    kept.append(label)
        read[language] = tuple(kept)
    return Concept(key, read["nl"], read["en"], *glosses), faults


def load(*paths: Path) -> Lexicon:
    """Read files one after the other. Faults are logged, a file that cannot be read as well; this never raises for data."""
    lexicon = Lexicon()
    for path in paths:
        try:
            lexicon.read(path.read_text(encoding="utf-8").splitlines(), path.name)
        except (OSError, UnicodeDecodeError) as error:
            log.warning("The topics of %s cannot be read: %s", path.name, type(error).__name__)
    for fault in lexicon.faults:
        log.warning("Left out of the topics: %s", fault)
    if not lexicon.is_there:
        log.warning("There is no lexicon: only literal matches are found")
    return lexicon


@cache
def shipped() -> Lexicon:
    """The lexicon that comes with the product, read once in a process."""
    return load(SHIPPED)
