"""Why someone is shown, in both people's own words."""

from collections.abc import Callable

from s2m.domain.relevance import Present, Reason, RoomIndex, people_for

Person = Callable[..., Present]


def reason(viewer: Present, other: Present) -> Reason:
    (match,) = people_for(RoomIndex([viewer, other]), viewer.person_id)
    return match.reason


def test_the_reason_quotes_exactly_what_both_typed(person: Person) -> None:
    noor = person("Noor", needs=["een fiets", "  Hulp bij de BOEKHOUDING!  "])
    found = reason(noor, person("Sam", knows=["koken", " Boekhóuding 🎉"]))
    assert (found.kind, found.mine, found.theirs) == (
        "need_know",
        "  Hulp bij de BOEKHOUDING!  ",
        " Boekhóuding 🎉",
    )
    assert found.sure


def test_it_says_so_when_they_work_on_the_same(person: Person) -> None:
    found = reason(person("Noor", works_on=["een podcast"]), person("Sam", works_on=["Podcasts"]))
    assert (found.kind, found.mine, found.theirs) == ("work_work", "een podcast", "Podcasts")


def test_it_says_so_when_the_other_knows_my_work(person: Person) -> None:
    found = reason(person("Noor", works_on=["een podcast"]), person("Sam", knows=["podcasts"]))
    assert (found.kind, found.mine, found.theirs) == ("work_know", "een podcast", "podcasts")


def test_it_says_so_when_they_ask_for_what_i_know_and_that_weighs_most(person: Person) -> None:
    noor = person("Noor", knows=["fotografie"], needs=["website laten bouwen met planten"])
    found = reason(noor, person("Sam", knows=["planten verzorgen in huis"], needs=["Fotografie"]))
    assert (found.kind, found.mine, found.theirs) == ("know_need", "fotografie", "Fotografie")


def test_my_need_comes_first_when_both_sides_match_fully(person: Person) -> None:
    noor = person("Noor", knows=["fotografie"], needs=["boekhouding"])
    assert reason(noor, person("Sam", knows=["boekhouding"], needs=["fotografie"])).kind == "need_know"


def test_the_strength_is_the_likeness_of_the_quoted_pair(person: Person) -> None:
    assert reason(person("Noor", needs=["Koken"]), person("Sam", knows=["koken"])).strength == 1.0


def test_a_reason_below_a_fifth_is_not_sure(person: Person) -> None:
    parts = {"needs": ["boekhoudprogramma"], "works_on": ["boekhoudprogramma"]}
    noor = person("Noor", **parts)
    found = reason(noor, person("Sam", knows=["boekhouding"], works_on=["boekhouding"]))
    assert found.strength < 0.2
    assert not found.sure
