"""How alike two topics are."""

import pytest

from s2m.domain.relevance.kinship import rarity
from s2m.domain.relevance.text import fold
from s2m.domain.relevance.topics import TopicIndex

ROOM = [
    "podcast maken",
    "tuinieren",
    "website in wordpress",
    "belastingaangifte",
    "yogales geven",
    "english copywriting",
    "python en data",
    "subsidies aanvragen voor stichtingen",
]


def sim(text: str, topic: str, room: list[str] = ROOM) -> float:
    index = TopicIndex([*room, topic])
    return index.similarities(text).get(index.positions[fold(topic)], 0.0)


def test_the_same_folded_text_is_exactly_one() -> None:
    assert sim("Financiële planning", " financiele PLANNING ") == 1.0
    assert sim("🎉", "🎉") == 1.0


def test_other_subjects_are_nothing() -> None:
    assert sim("boekhouding", "tuinieren") == 0.0


def test_a_shared_ending_is_chance() -> None:
    assert sim("marketing", "training") < 0.1


@pytest.mark.parametrize("room", [[], ROOM])
@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("boekhuoding", "boekhouding"),
        ("offertes schrijven", "offerte"),
        ("offertes schrijft", "offerte schrijven"),
        ("ik zoek iemand die mijn offerte meeleest", "offertes meelezen"),
        ("translating contracts", "contract translation"),
        ("hr", "HR-advies"),
    ],
)
def test_typo_inflection_and_sentence_are_related_in_an_empty_and_in_a_full_room(text: str, topic: str, room: list[str]) -> None:
    assert 0.3 < sim(text, topic, room) < 1.0


@pytest.mark.parametrize(("text", "topic"), [("schrijft", "schrijven"), ("writing", "writes")])
def test_another_form_of_a_word_counts_as_that_word(text: str, topic: str) -> None:
    assert sim(text, topic) > 0.7


def test_a_handful_of_topics_weighs_words_like_a_fuller_room() -> None:
    for text, topic in [("boekhuoding", "boekhouding"), ("offertes schrijven", "offerte")]:
        assert sim(text, topic, []) == pytest.approx(sim(text, topic, ROOM), abs=0.03)


def test_closer_texts_score_higher() -> None:
    assert sim("offertes schrijven", "offerte schrijven") > sim("offertes schrijven", "offerte")


def test_a_dutch_compound_meets_its_part_a_little() -> None:
    assert 0.1 < sim("boekhoudprogramma", "boekhouding") < sim("boekhouden", "boekhouding")


def test_word_order_does_not_matter() -> None:
    assert sim("schrijven offertes", "offertes schrijven") == pytest.approx(1.0)


def test_both_directions_agree() -> None:
    for text, topic in [("offertes schrijven", "offerte"), ("boekhuoding", "boekhouding")]:
        assert sim(text, topic, [*ROOM, text]) == pytest.approx(sim(topic, text, [*ROOM, topic]))


def test_a_word_that_everyone_uses_tells_less() -> None:
    common = [f"online onderwerp{number}" for number in range(300)]
    assert sim("online tuinieren", "online koken", common) < sim("online tuinieren", "online koken", []) - 0.1


def test_one_word_that_matches_twice_counts_once() -> None:
    assert sim("boekhouding", "boekhouding boekhuoding") < 1.0


def test_html_and_emoji_are_just_text() -> None:
    assert sim("<b>boekhouding</b>", "boekhouding 🎉") > 0.5
    assert sim("<script>alert(1)</script>", "tuinieren") == 0.0


def test_what_terms_told_is_remembered_of_some_only() -> None:
    assert rarity.cache_info().maxsize == 65_536, "rooms come and go, and each has counts of its own"
