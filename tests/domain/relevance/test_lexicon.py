"""The lexicon that is shipped, and what becomes of lines that cannot be read."""

import gzip
import io

import pytest

from s2m.domain.errors import Invalid
from s2m.domain.relevance import esco
from s2m.domain.relevance.lexicon import SHIPPED, Lexicon, load
from s2m.domain.relevance.text import fold

GOOD = "tax | btw | VAT | omzetbelasting | turnover tax | Wat je afdraagt. | What you hand over."


def read(*lines: str) -> Lexicon:
    found = Lexicon()
    found.read(lines, "mine.txt")
    return found


@pytest.fixture(scope="module")
def product() -> Lexicon:
    return read(*SHIPPED.read_text(encoding="utf-8").splitlines())


def test_the_shipped_lexicon_has_no_fault_and_enough_concepts(product: Lexicon) -> None:
    assert product.faults == []
    assert len(product.concepts) >= 1200 and len(product.apart) >= 30


def test_every_concept_is_told_in_both_languages(product: Lexicon) -> None:
    for concept in product.concepts:
        assert concept.nl and concept.en and concept.gloss_nl and concept.gloss_en, concept
        assert concept.field in product.fields


def test_no_label_stands_with_two_concepts_of_one_language(product: Lexicon) -> None:
    for labels in ([c.nl for c in product.concepts], [c.en for c in product.concepts]):
        every = [fold(label) for each in labels for label in each]
        assert len(every) == len(set(every))


@pytest.mark.parametrize(
    ("line", "what"),
    [("tax | btw", "2 cells"), ("tax | | VAT | | | a | b", "a label in each language"),
     ("apart | rente", "false friends"), ("field | tax", "a field"), (f"tax | {'x' * 61} | VAT | | | a | b", "longer than 60"),
     (f"tax | a | b | | | {'x' * 201} | b", "gloss"),
     ("tax | a | b | omzetbelasting | c | d | e", "'omzetbelasting' stands in line 1, too")],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_and_the_rest_is_used(line: str, what: str) -> None:
    found = read(GOOD, line, "tax | iets | something | | | Nog iets anders. | Yet another thing.")
    assert [str(fault).startswith("mine.txt:2: ") and what in str(fault) for fault in found.faults] == [True]
    assert [found.concepts[0].name("nl"), found.concepts[-1].name("nl")] == ["btw", "iets"]


def test_a_bad_line_is_a_warning_in_the_log(tmp_path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "mine.txt").write_text(f"{GOOD}\nnonsense\n")
    assert load(tmp_path / "mine.txt").is_there
    assert "mine.txt:2" in caplog.text


def test_a_file_that_is_no_text_is_a_warning_too(tmp_path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "mine.txt").write_bytes(b"\xff\xfe\x00")
    assert not load(tmp_path / "mine.txt").is_there
    assert "mine.txt cannot be read" in caplog.text


TABLE = (
    "label_nl,alt_nl,desc_nl,label_en,alt_en,desc_en\n"
    'dirigent,orkestleider|dirigente,"Leidt een orkest, of een koor.",conductor,music director,Leads an orchestra.\n'
    "zonder,,,,,\n"
    "koorleider,dirigent,Leidt een koor.,choirmaster,conductor,Leads a choir.\n"
)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_taxonomy_becomes_lines_without_a_fault(pack) -> None:
    found = read(*esco.lines(io.BytesIO(pack(TABLE.encode()))))
    assert found.faults == []
    assert [(c.nl, c.en) for c in found.concepts] == [
        (("dirigent", "orkestleider", "dirigente"), ("conductor", "music director")),
        (("koorleider",), ("choirmaster",)),
    ]


@pytest.mark.parametrize("file", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"\x1f\x8bnot really", TABLE.split("\n")[0].encode()])
def test_another_file_is_refused(file: bytes) -> None:
    with pytest.raises(Invalid, match="taxonomy_shape"):
        esco.lines(io.BytesIO(file))
