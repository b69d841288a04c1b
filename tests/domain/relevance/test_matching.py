"""Who is shown to whom."""

from collections.abc import Callable

import pytest

from s2m.domain.errors import NotFound
from s2m.domain.relevance import Match, Present, RoomIndex, people_for
from s2m.domain.relevance.matching import gain, relevance

Person = Callable[..., Present]


def shown(*people: Present, to: Present, limit: int = 3) -> tuple[Match, ...]:
    return people_for(RoomIndex(people), to.person_id, limit)


def names(matches: tuple[Match, ...]) -> list[str]:
    return [match.first_name for match in matches]


def test_the_one_who_knows_what_i_need_is_shown(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    sam = person("Sam", knows=["boekhouding"], where="window table")
    (match,) = shown(noor, sam, to=noor)
    assert (match.person_id, match.first_name, match.where) == ("id-of-Sam", "Sam", "window table")
    assert match.score == pytest.approx(0.7)


def test_one_person_alone_sees_nobody(person: Person) -> None:
    noor = person("Noor", knows=["boekhouding"], needs=["boekhouding"])
    assert shown(noor, to=noor) == ()


def test_an_empty_room_gives_a_visitor_at_the_door_nothing(person: Person) -> None:
    assert people_for(RoomIndex([]), person("Noor", needs=["boekhouding"])) == ()


def test_everyone_identical_is_equally_relevant(person: Person) -> None:
    same = {"knows": ["boekhouding"], "works_on": ["een podcast"], "needs": ["een fotograaf"]}
    crowd = [person(f"Twin{number}", **same) for number in range(6)]
    matches = shown(*crowd, to=crowd[0])
    assert len(matches) == 3
    assert {match.score for match in matches} == {0.5}
    assert {match.reason.kind for match in matches} == {"work_work"}


def test_people_who_only_know_the_same_have_nothing_to_ask(person: Person) -> None:
    crowd = [person(f"Twin{number}", knows=["boekhouding"]) for number in range(4)]
    assert shown(*crowd, to=crowd[0]) == ()


def test_a_need_without_provider_gives_nothing(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    sam = person("Sam", knows=["tuinieren"], works_on=["een kas"], needs=["stekjes"])
    assert shown(noor, sam, to=noor) == ()


def test_a_helper_who_asks_for_nothing_stays_visible(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    helper = person("Sam", knows=["boekhouding"])
    assert names(shown(noor, helper, to=noor)) == ["Sam"]


def test_only_the_reverse_direction_matches_so_the_helper_sees_who_needs_them(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    helper = person("Sam", knows=["boekhouding"])
    (match,) = shown(noor, helper, to=helper)
    assert (match.first_name, match.reason.kind) == ("Noor", "know_need")


def test_somebody_who_works_on_what_i_know_is_shown_with_that_reason(person: Person) -> None:
    noor = person("Noor", works_on=["boekhouding"])
    helper = person("Sam", knows=["boekhouding"])
    (match,) = shown(noor, helper, to=helper)
    assert (match.reason.kind, match.reason.mine, match.reason.theirs) == ("know_work", "boekhouding", "boekhouding")


def test_who_can_help_me_comes_before_whom_i_can_help(person: Person) -> None:
    noor = person("Noor", needs=["fotografie"], knows=["boekhouding"])
    asks, knows = person("Asks", needs=["boekhouding"]), person("Knows", knows=["fotografie"])
    assert names(shown(noor, asks, knows, to=noor)) == ["Knows", "Asks"]


def test_two_who_help_each_other_come_before_one_who_only_helps(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"], knows=["fotografie"])
    giver = person("Giver", knows=["boekhouding"])
    both = person("Both", knows=["boekhouding"], needs=["fotografie"])
    matches = shown(noor, giver, both, to=noor)
    assert names(matches) == ["Both", "Giver"]
    assert [match.score for match in matches] == pytest.approx([1.0, 0.7])


def test_knowledge_of_my_work_counts_but_less_than_of_my_need(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"], works_on=["een podcast"])
    needed = person("Needed", knows=["boekhouding"])
    useful = person("Useful", knows=["een podcast"])
    alike = person("Alike", works_on=["een podcast"])
    matches = shown(noor, alike, useful, needed, to=noor)
    assert names(matches) == ["Needed", "Alike", "Useful"]
    assert [match.score for match in matches] == pytest.approx([0.7, 0.5, 0.42])


def test_a_typo_still_finds_the_helper(person: Person) -> None:
    noor = person("Noor", needs=["boekhuoding"])
    assert names(shown(noor, person("Sam", knows=["boekhouding"]), to=noor)) == ["Sam"]


def test_an_inflected_word_still_finds_the_helper(person: Person) -> None:
    noor = person("Noor", needs=["offerte"])
    assert names(shown(noor, person("Sam", knows=["offertes schrijven"]), to=noor)) == ["Sam"]


def test_an_english_need_finds_dutch_knowledge_through_a_concept(person: Person) -> None:
    noor = person("Noor", needs=["VAT filing"])
    (match,) = shown(noor, person("Sam", knows=["btw-aangifte"]), to=noor)
    assert match.reason.through is not None
    assert (match.reason.through.name("nl"), match.reason.through.name("en")) == ("btw-aangifte", "VAT return")


def test_a_generalist_with_forty_topics_does_not_swamp_the_specialist(person: Person) -> None:
    forty = [f"online {subject}" for subject in map(str, range(40))]
    noor = person("Noor", needs=["online boekhouding"])
    generalist = person("Generalist", knows=forty)
    specialist = person("Specialist", knows=["boekhouding"])
    assert names(shown(noor, generalist, specialist, to=noor))[0] == "Specialist"


def test_forty_topics_score_no_more_than_the_one_that_fits(person: Person) -> None:
    others = [f"{word}werk" for word in ("hout", "metaal", "glas", "steen", "leer", "papier", "weef", "vlecht")]
    noor = person("Noor", needs=["boekhouding"])
    generalist = person("Generalist", knows=["boekhouding", *others * 5])
    specialist = person("Specialist", knows=["boekhouding"])
    first, second = shown(noor, generalist, specialist, to=noor)
    assert first.score == second.score


def test_markup_and_emoji_in_a_topic_are_quoted_not_obeyed(person: Person) -> None:
    noor = person("Noor", needs=["<b>boekhouding</b> 🎉"])
    (match,) = shown(noor, person("Sam", knows=["boekhouding & <i>BTW</i>"]), to=noor)
    assert (match.reason.mine, match.reason.theirs) == ("<b>boekhouding</b> 🎉", "boekhouding & <i>BTW</i>")


def test_empty_topics_are_ignored(person: Person) -> None:
    noor = person("Noor", needs=["", "  ", "\u200b"], works_on=[" "])
    sam = person("Sam", knows=["", "  ", "\n"], works_on=[""])
    assert shown(noor, sam, to=noor) == ()


def test_someone_not_visible_is_never_shown(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    hidden = person("Sam", knows=["boekhouding"], needs=["boekhouding"], visible=False)
    assert shown(noor, hidden, to=noor) == ()


def test_someone_not_visible_leaves_no_trace_in_what_others_see(person: Person) -> None:
    noor = person("Noor", needs=["online boekhouding"])
    sam = person("Sam", knows=["boekhouding"])
    hidden = person("Kim", knows=["online", "online koken", "online boeken"], visible=False)
    assert shown(noor, sam, hidden, to=noor) == shown(noor, sam, to=noor)


def test_someone_not_visible_still_sees_the_room(person: Person) -> None:
    hidden = person("Kim", needs=["boekhouding"], visible=False)
    assert names(shown(hidden, person("Sam", knows=["boekhouding"]), to=hidden)) == ["Sam"]


def test_the_viewer_is_never_shown_to_the_viewer(person: Person) -> None:
    noor = person("Noor", knows=["boekhouding"], needs=["boekhouding"])
    assert people_for(RoomIndex([noor]), noor) == ()


def test_someone_who_is_not_in_the_room_can_look_in(person: Person) -> None:
    index = RoomIndex([person("Sam", knows=["boekhouding"])])
    assert names(people_for(index, person("Noor", needs=["boekhouding"]))) == ["Sam"]


def test_an_unknown_viewer_is_refused(person: Person) -> None:
    with pytest.raises(NotFound):
        people_for(RoomIndex([person("Sam")]), "id-of-Nobody")


def test_a_person_listed_twice_is_refused(person: Person) -> None:
    with pytest.raises(ValueError, match="twice"):
        RoomIndex([person("Sam"), person("Sam")])


def test_no_more_than_the_limit_is_shown(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    crowd = [person(f"Sam{number}", knows=["boekhouding"]) for number in range(5)]
    assert [len(shown(noor, *crowd, to=noor, limit=limit)) for limit in (-1, 0, 1, 4, 9)] == [0, 0, 1, 4, 5]


def test_ties_do_not_follow_the_order_of_the_room(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    crowd = [person(f"Sam{number}", knows=["boekhouding"]) for number in range(8)]
    assert shown(noor, *crowd, to=noor) == shown(*reversed(crowd), noor, to=noor)


def test_ties_do_not_follow_the_names(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])

    def order(*first_names: str) -> list[str]:
        crowd = [person(name, person_id=f"id{seat}", knows=["boekhouding"]) for seat, name in enumerate(first_names)]
        return [match.person_id for match in shown(noor, *crowd, to=noor, limit=8)]

    assert order(*"ABCDEFGH") == order(*"HGFEDCBA")


def test_ties_fall_differently_for_different_viewers(person: Person) -> None:
    crowd = [person(f"Sam{number}", knows=["boekhouding"]) for number in range(12)]
    viewers = [person(f"Noor{number}", needs=["boekhouding"]) for number in range(6)]
    index = RoomIndex([*crowd, *viewers])
    assert len({people_for(index, viewer.person_id)[0].person_id for viewer in viewers}) > 1


def test_a_weak_relation_is_not_shown(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    assert shown(noor, person("Sam", knows=["boekhoudprogramma"]), to=noor) == ()


@pytest.mark.parametrize(
    ("likenesses", "expected"),
    [((0, 0, 0), 0.0), ((1, 0, 0), 1.0), ((0, 1, 0), 0.6), ((0, 0, 1), 0.5), ((0.5, 0.5, 0.5), 0.7375)],
)
def test_gain_joins_help_work_and_shared_work(likenesses: tuple[float, float, float], expected: float) -> None:
    assert gain(*likenesses) == pytest.approx(expected)


@pytest.mark.parametrize(("own", "other", "expected"), [(0, 0, 0.0), (0, 1, 0.4), (1, 0, 0.7), (1, 1, 1.0), (0.4, 0.6, 0.424)])
def test_relevance_is_mostly_my_gain_and_partly_mutual(own: float, other: float, expected: float) -> None:
    assert relevance(own, other) == pytest.approx(expected)
