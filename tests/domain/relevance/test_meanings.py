"""What carries Dutch to English, and synonyms to each other; and what must not."""

import sys

import pytest

from s2m.domain.relevance import Present, RoomIndex, lexicon, meanings, people_for, text
from s2m.domain.relevance.lexicon import Lexicon, shipped
from s2m.domain.relevance.meanings import Meanings, bridged, of_the_product
from s2m.domain.relevance.text import fold
from s2m.domain.relevance.topics import Rungs, TopicIndex


def sim(one: str, other: str, **how: object) -> float:
    index = TopicIndex([other], **how)  # type: ignore[arg-type]
    return index.similarities(one).get(index.positions[fold(other)], 0.0)


@pytest.mark.parametrize(
    ("nl", "en"),
    [("hulp bij btw-aangifte", "VAT filing"), ("boekhouding", "bookkeeping"), ("podcast editen", "audio editing"),
     ("fotograaf", "photographer"), ("zonnepanelen", "solar panels"), ("personeelszaken", "HR")],
)  # fmt: skip
def test_dutch_meets_english_both_ways(nl: str, en: str) -> None:
    assert sim(nl, en) >= 0.15 and sim(en, nl) >= 0.15


@pytest.mark.parametrize(("one", "other"), [("zzp'er", "freelancer"), ("belastingaangifte", "inkomstenbelasting")])
def test_a_synonym_in_one_language_is_found_too(one: str, other: str) -> None:
    assert sim(one, other) > 0.2


@pytest.mark.parametrize(
    ("nl", "en"),
    [("rente", "rent"), ("eventueel", "eventual"), ("actueel", "actual"), ("een slimme aanpak", "slim fit"),
     ("een brief schrijven aan de gemeente", "project brief for a designer")],
)  # fmt: skip
def test_false_friends_do_not_match_across_languages(nl: str, en: str) -> None:
    assert sim(nl, en) < 0.2 and sim(en, nl) < 0.2


def test_a_false_friend_still_matches_itself() -> None:
    assert sim("rente", "Rente") == 1.0
    assert sim("rente berekenen", "hoge rente") > 0.3


@pytest.mark.parametrize(
    ("topic", "language"),
    [("hulp bij de belastingaangifte", "nl"), ("looking for a photographer", "en"), ("podcast", None), ("HR", None)],
)
def test_the_language_of_a_topic_is_guessed_or_left_open(topic: str, language: str | None) -> None:
    assert of_the_product().of(fold(topic)).language == language


def test_across_languages_meaning_counts_for_more_and_an_unknown_language_is_taken_for_the_same() -> None:
    assert [bridged(1, "nl", "en"), bridged(1, "nl", "nl")] == [0.6, 0.4]
    assert [bridged(1, "nl", None), bridged(1, None, None)] == [0.4, 0.4]
    assert [bridged(0.2, "nl", "en"), bridged(0.3, "nl", "nl")] == [0, 0]


def test_long_texts_are_not_carried() -> None:
    nine = "boekhouding fotografie tuinieren lassen keramiek yoga logistiek imkerij robotica"
    assert of_the_product().of(nine).near == {}


@pytest.mark.parametrize(
    ("rungs", "alike", "not_yet"),
    [(Rungs(False, False, False), ("Koken", "koken"), ("offertes", "offerte")),
     (Rungs(True, False, False), ("offertes", "offerte"), ("boekhoudprogramma", "boekhouding")),
     (Rungs(False, True, False), ("boekhoudprogramma", "boekhouding"), ("bookkeeping", "administratie bijhouden")),
     (Rungs(False, False, True), ("bookkeeping", "administratie bijhouden"), ("xyzzy plugh", "xyzzy"))],
)  # fmt: skip
def test_each_step_works_alone(rungs: Rungs, alike: tuple[str, str], not_yet: tuple[str, str]) -> None:
    assert sim(*alike, rungs=rungs) > 0.1
    assert sim(*not_yet, rungs=rungs) == 0.0


def test_without_a_lexicon_topics_match_by_their_letters(caplog: pytest.LogCaptureFixture, tmp_path) -> None:
    nothing = Meanings(lexicon.load(tmp_path / "gone.txt"))
    assert not nothing.lexicon.is_there
    assert "only literal matches are found" in caplog.text
    assert sim("offertes schrijven", "offerte", meanings=nothing) > 0.3
    assert sim("bookkeeping", "boekhouding", meanings=nothing) < 0.2


def test_a_lexicon_that_breaks_leaves_the_room(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanings, "shipped", lambda: Lexicon(concepts=[None]))  # type: ignore[list-item]
    meanings._built.cache_clear()
    try:
        noor = Present("noor", "Noor", (), (), ("boekhouding",), True)
        room = RoomIndex([noor, Present("sam", "Sam", ("boekhouding",), (), (), True)])
        assert [match.first_name for match in people_for(room, "noor")] == ["Sam"]
        assert "only literal matches are found" in caplog.text
    finally:
        meanings._built.cache_clear()


def test_without_a_stemmer_words_match_as_they_are_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "snowballstemmer", None)
    assert text.stems.__wrapped__("offertes") == ("offertes", "offertes")


def test_the_lexicon_stays_small_in_memory() -> None:
    # A topic's meaning holds a dozen concepts at most, whatever was typed
    assert max(len(of_the_product().of(fold(topic)).near) for topic in ("marketing", "data", "ontwerp", "zorg")) <= 12
    assert sys.getsizeof(shipped().concepts) < 100_000


def test_a_room_grows_by_one_person_as_if_it_were_read_anew() -> None:
    people = [Present(f"p{n}", "Noor", (f"onderwerp {n}", "boekhouding"), (), ("fotografie",), True) for n in range(20)]
    new = Present("new", "Sam", ("fotograaf",), (), ("VAT filing",), True)
    grown = RoomIndex([*people, new], before=RoomIndex(people))
    anew = RoomIndex([*people, new])
    assert grown.topics.similarities("fotograaf").keys() == {
        grown.topics.positions[text] for text, at in anew.topics.positions.items() if at in anew.similarities("fotograaf")
    }
    assert [m.person_id for m in people_for(grown, "p3")] == [m.person_id for m in people_for(anew, "p3")]
    assert {m.person_id for m in people_for(grown, "new")} <= {p.person_id for p in people}


def test_who_left_is_gone_from_a_room_that_went_on() -> None:
    people = [Present(f"p{n}", "Noor", ("boekhouding",), (), (), True) for n in range(3)]
    viewer = Present("me", "Sam", (), (), ("boekhouding",), True)
    went_on = RoomIndex([viewer, people[0]], before=RoomIndex([viewer, *people]))
    assert [m.person_id for m in people_for(went_on, "me")] == ["p0"]


@pytest.mark.parametrize(
    "typed",
    ["<b onclick=x>boekhouding</b>", "🎉 boekhouding 🎉", "\u202eboekhouding\u202c", "boek\u200bhouding", "x " + "y" * 10_000],
)
def test_whatever_is_typed_is_only_text(typed: str) -> None:
    noor = Present("noor", "Noor", (), (), (typed,), True)
    matches = people_for(RoomIndex([noor, Present("sam", "Sam", ("boekhouding",), (), (), True)]), "noor")
    assert all(match.reason.mine == typed for match in matches)
    assert matches or len(typed) > 9_999


def test_a_house_full_of_generalists_is_answered() -> None:
    labels = [label for concept in shipped().concepts for label in concept.nl]
    knows = [tuple(labels[(n * 7 + k) % 4000] for k in range(40)) for n in range(500)]
    crowd = [Present(f"p{n}", "Noor", topics, (), ("btw",), True) for n, topics in enumerate(knows)]
    assert len(people_for(RoomIndex(crowd), "p1", 5)) == 5
