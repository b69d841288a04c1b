"""What counts as the same text, the same word, a slip of the finger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2m.domain.relevance.text import fold, grams, slip_keys, stems, words


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("  Boekhouding\n", "boekhouding"),
        ("financiële  planning", "Financiele planning"),
        ("STRASSE", "straße"),
        ("ﬁnance", "finance"),
        ("foto’s", "foto's"),
        ("boek\u00adhouding", "boekhouding"),
        ("\u2764\ufe0f koken", "\u2764 koken"),
    ],
)
def test_texts_that_look_the_same_fold_to_the_same(typed: str, same: str) -> None:
    assert fold(typed) == fold(same) != ""


@pytest.mark.parametrize("typed", ["", "  ", "\t\n", "\u200b", " \u00ad\x00 "])
def test_a_text_without_anything_to_read_folds_to_nothing(typed: str) -> None:
    assert fold(typed) == ""


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(typed: str) -> None:
    assert fold(fold(typed)) == fold(typed)


def test_a_sentence_is_about_its_content_words() -> None:
    assert words(fold("Ik zoek iemand die mijn offerte meeleest")) == ("offerte", "meeleest")
    assert words(fold("looking for someone who can help with my invoices")) == ("invoices",)


def test_a_text_of_stop_words_only_keeps_them() -> None:
    assert words("who is who") == ("who", "is")


def test_it_is_a_subject_and_no_stop_word() -> None:
    assert words(fold("hulp met IT")) == ("it",)


def test_a_word_family_counts_once_in_a_topic() -> None:
    assert words("offerte, offertes; offerte!") == ("offerte",)


def test_c_sharp_and_c_plus_plus_are_not_c() -> None:
    assert words("c# c++ c") == ("c#", "c++", "c")


def test_emoji_and_punctuation_are_no_words() -> None:
    assert words(fold("🎉 !?")) == ()


def test_a_word_is_read_as_dutch_and_as_english() -> None:
    assert stems("schrijft").nl == stems("schrijven").nl
    assert stems("writing").en == stems("writes").en


def test_letter_groups_mark_where_a_word_starts_and_ends() -> None:
    assert grams("ai") == (" ai", "ai ", " ai ")


@pytest.mark.parametrize("slip", ["boekhuoding", "boekhuding", "boekhoudding", "boekhoudimg"])
def test_a_letter_missing_extra_wrong_or_moved_is_one_slip(slip: str) -> None:
    assert set(slip_keys(slip)) & set(slip_keys("boekhouding"))


@pytest.mark.parametrize(("word", "other"), [("kosten", "kasten"), ("training", "draining")])
def test_short_words_and_first_letters_have_no_slips(word: str, other: str) -> None:
    assert not set(slip_keys(word)) & set(slip_keys(other))


def test_a_word_longer_than_any_language_has_costs_no_more_than_the_longest() -> None:
    sixty_signs = fold("\ufb03" * 60 + "\u3316" * 60)
    assert len(sixty_signs) > 300
    assert slip_keys(sixty_signs) == slip_keys("a" + "b" * 40) == ()
    assert len(slip_keys("abcdefghij" * 4)) > 7
    assert grams(sixty_signs) == grams(sixty_signs[:41] + "anders") and len(grams("abcdefghij" * 90)) < 130
