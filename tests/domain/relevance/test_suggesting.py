"""While somebody types a topic: what they may mean, and how it is usually written. Never more than a help."""

import pytest

from s2m.domain.relevance.lexicon import Lexicon
from s2m.domain.relevance.suggesting import Suggestions, usual

LINES = """
    tax | btw-aangifte | VAT return | btw, omzetbelasting | VAT, VAT filing | Wat je opgeeft. | What you tell.
    media | podcast maken | podcasting | podcasts | podcast making | Praten op band. | Talking on tape.
    media | video monteren | video editing | montage van video | cutting video | Beeld knippen. | Cutting pictures.
"""


@pytest.fixture(scope="module")
def suggestions():
    lexicon = Lexicon()
    lexicon.read(LINES.strip().splitlines(), "test")
    assert lexicon.faults == []
    return Suggestions(lexicon)


def test_what_begins_so_comes_in_the_readers_language_each_concept_once(suggestions):
    assert suggestions.of("btw", "nl") == ["btw-aangifte"]
    assert suggestions.of("podcast", "nl") == ["podcast maken"]
    assert suggestions.of("podcast", "en") == ["podcasting"]


def test_a_later_word_counts_too_after_what_begins_so(suggestions):
    assert suggestions.of("mon", "nl") == ["montage van video"]
    assert suggestions.of("video", "en") == ["video editing"]
    assert suggestions.of("filing", "en") == ["VAT filing"]


def test_what_people_here_call_things_comes_first(suggestions):
    assert suggestions.of("po", "nl", ["Poetry slam", "btw-borrel"]) == ["Poetry slam", "podcast maken"]


def test_case_and_accents_do_not_matter_and_a_single_letter_says_nothing(suggestions):
    assert suggestions.of("BTW", "nl") == suggestions.of("btẃ", "nl") == ["btw-aangifte"]
    assert suggestions.of("b", "nl") == suggestions.of("  ", "nl") == suggestions.of("xyz", "nl") == []


def test_only_capitals_all_through_become_what_is_usual(suggestions):
    assert suggestions.written("BTW-AANGIFTE") == "btw-aangifte"
    for own in ("Btw-aangifte", "btw-aangifte", "VAT", "IETS ANDERS", "html"):
        assert suggestions.written(own) == own


def test_the_lexicon_of_the_product_never_suggests_more_than_eight():
    assert len(usual().of("we", "nl")) == 8
