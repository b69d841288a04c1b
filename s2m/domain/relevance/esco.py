"""The EU's taxonomy of occupations as more concepts, for a venue that downloads it: from its table into lines of a lexicon.

The table is a CSV file, gzipped or not, with the columns label_nl, alt_nl (parted by "|"), desc_nl and the same in en.
"""

import csv
import gzip
import io
from collections.abc import Iterator
from typing import IO

from s2m.domain.errors import Invalid
from s2m.domain.relevance.lexicon import GLOSS_MOST, LABEL_MOST
from s2m.domain.relevance.text import fold

ACKNOWLEDGEMENT = "This service uses the ESCO classification of the European Commission."
COLUMNS = {"label_nl", "alt_nl", "desc_nl", "label_en", "alt_en", "desc_en"}
LARGEST = 64 * 2**20
FIELD = "work"


def lines(source: IO[bytes]) -> list[str]:
    """The lines of a lexicon file that hold the occupations. Raises Invalid where it is not such a table."""
    start = source.read(2)
    source.seek(0)
    unpacked = gzip.GzipFile(fileobj=source) if start == b"\x1f\x8b" else source
    try:
        text = unpacked.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise Invalid("file", "taxonomy_large", most=LARGEST // 2**20)
        found = list(_lines(text.decode("utf-8-sig")))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid("file", "taxonomy_shape") from error
    if not found:
        raise Invalid("file", "taxonomy_shape")
    return [f"# {ACKNOWLEDGEMENT}", *found]


def _lines(text: str) -> Iterator[str]:
    table = csv.DictReader(io.StringIO(text, newline=""))
    if not set(table.fieldnames or ()) >= COLUMNS:
        raise Invalid("file", "taxonomy_shape")
    taken: set[tuple[str, str]] = set()
    for row in table:
        dutch, english = (_labels(row, language, taken) for language in ("nl", "en"))
        if dutch and english:
            more = (", ".join(labels[1:]) for labels in (dutch, english))
            glosses = (_tidy(row[f"desc_{language}"] or "")[:GLOSS_MOST] for language in ("nl", "en"))
            yield " | ".join((FIELD, dutch[0], english[0], *more, *glosses))


def _labels(row: dict[str, str], language: str, taken: set[tuple[str, str]]) -> list[str]:
    """The labels that a line can hold and that no occupation before it has."""
    kept = []
    for label in (row[f"label_{language}"] or "", *(row[f"alt_{language}"] or "").split("|")):
        tidy = _tidy(label)
        if fold(tidy) and len(tidy) <= LABEL_MOST and "," not in tidy and (language, fold(tidy)) not in taken:
            taken.add((language, fold(tidy)))
            kept.append(tidy)
    return kept


def _tidy(text: str) -> str:
    return " ".join(text.replace("|", " ").split())
