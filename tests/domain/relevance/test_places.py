"""Which people get the places, and why those."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from s2m.domain.relevance import Acquaintance, Match, Present, RoomIndex, Together, Verdict, matching, people_for
from s2m.domain.relevance.places import is_control
from s2m.domain.relevance.text import fold

Person = Callable[..., Present]
TODAY = date(2026, 3, 12)
# Subjects of which none is like another
APART = ["tuinieren", "lassen", "yoga", "python", "belastingrecht", "keramiek", "logistiek", "zangles", "imkerij", "robotica"]


@pytest.fixture
def noor(person: Person) -> Present:
    return person("Noor", needs=["boekhouding"], knows=["fotografie"])


@pytest.fixture
def crowd(person: Person) -> list[Present]:
    return [person(f"Sam{n}", knows=["boekhouding", subject]) for n, subject in enumerate(APART)]


def shown(viewer: Present, others: list[Present], known: Acquaintance | None = None, limit: int = 5) -> tuple[Match, ...]:
    return people_for(RoomIndex([viewer, *others]), viewer.person_id, limit, known)


def ids(matches: tuple[Match, ...]) -> list[str]:
    return [match.person_id for match in matches]


def outside_the_control(viewer: Present) -> date:
    return next(day for n in range(99) if not is_control(viewer.person_id, Acquaintance(day := TODAY + timedelta(n))))


def in_the_control(viewer: Present) -> date:
    return next(day for n in range(999) if is_control(viewer.person_id, Acquaintance(day := TODAY + timedelta(n))))


def test_of_five_places_the_last_one_is_for_the_unexpected(noor: Present, crowd: list[Present]) -> None:
    assert [match.slot for match in shown(noor, crowd)] == ["relevant"] * 4 + ["unexpected"]


def test_of_three_places_too(noor: Present, crowd: list[Present]) -> None:
    assert [match.slot for match in shown(noor, crowd, limit=3)] == ["relevant", "relevant", "unexpected"]


def test_who_knows_the_same_is_no_surprise(noor: Present, person: Person) -> None:
    alike = [person(f"Sam{n}", knows=["fotografie"], needs=["fotografie"]) for n in range(6)]
    assert {match.slot for match in shown(noor, alike)} == {"relevant"}


def test_who_met_already_is_no_surprise(noor: Present, crowd: list[Present]) -> None:
    known = Acquaintance(outside_the_control(noor), known=frozenset(each.person_id for each in crowd))
    assert [match.slot for match in shown(noor, crowd, known)] == ["relevant"] * 5


def test_who_knows_nothing_is_of_no_other_field(noor: Present, person: Person) -> None:
    blank = [person(f"Sam{n}", needs=["fotografie"]) for n in range(6)]
    assert {match.slot for match in shown(noor, blank)} == {"relevant"}


def test_two_who_know_the_same_do_not_both_come_before_another(person: Person) -> None:
    noor = person("Noor", needs=["website bouwen", "offertes schrijven"])
    twins = [person(f"Twin{n}", knows=["website bouwen", "webdesign", "html"]) for n in range(4)]
    other = person("Other", knows=["offerte schrijven"])
    assert "id-of-Other" in ids(shown(noor, [*twins, other], limit=3))[:2]


def test_a_tie_grows_with_days_together_and_fades() -> None:
    def tie(days: int, ago: int) -> float:
        return Acquaintance(TODAY, together={"sam": Together(days, TODAY - timedelta(ago))}).tie("sam")

    assert [tie(3, 0), tie(6, 0), tie(3, 90)] == pytest.approx([0.5, 0.75, 0.25])


def test_who_confirmed_a_meeting_is_tied_and_a_stranger_is_not() -> None:
    known = Acquaintance(TODAY, known=frozenset({"sam"}))
    assert (known.tie("sam"), known.tie("kim")) == (1.0, 0.0)


def test_who_was_shown_yesterday_lets_others_go_first_today(noor: Present, crowd: list[Present]) -> None:
    day = outside_the_control(noor)
    before = ids(shown(noor, crowd, Acquaintance(day)))
    after = ids(shown(noor, crowd, Acquaintance(day, shown=dict.fromkeys(before, day - timedelta(1)))))
    assert not set(before) & set(after)


def test_the_only_one_who_can_help_is_shown_every_day(noor: Present, person: Person) -> None:
    day = outside_the_control(noor)
    known = Acquaintance(day, shown={"id-of-Sam": day - timedelta(1)})
    assert ids(shown(noor, [person("Sam", knows=["boekhouding"])], known)) == ["id-of-Sam"]


def test_looking_again_on_one_day_takes_nobody_away(noor: Present, crowd: list[Present]) -> None:
    day = outside_the_control(noor)
    before = ids(shown(noor, crowd, Acquaintance(day)))
    again = Acquaintance(day, shown=dict.fromkeys(before, day), shown_today=frozenset(before), exposure=dict.fromkeys(before, 40))
    assert ids(shown(noor, crowd, again)) == before


def test_nobody_is_shown_more_than_three_times_the_mean(noor: Present, crowd: list[Present]) -> None:
    day = outside_the_control(noor)
    favourite = ids(shown(noor, crowd, Acquaintance(day)))[0]
    known = Acquaintance(day, exposure={each.person_id: 2 for each in crowd} | {favourite: 9})
    assert favourite not in ids(shown(noor, crowd, known))


def test_the_first_few_showings_of_a_day_are_free(noor: Present, crowd: list[Present]) -> None:
    day = outside_the_control(noor)
    favourite = ids(shown(noor, crowd, Acquaintance(day)))[0]
    assert favourite in ids(shown(noor, crowd, Acquaintance(day, exposure={favourite: 2})))


def test_what_people_said_of_two_topics_moves_them(person: Person) -> None:
    noor, sam = person("Noor", needs=["offertes schrijven"]), person("Sam", knows=["offertes lezen"])

    def strength(*useful: bool) -> float:
        said = tuple(Verdict("Offertes lezen", "offertes schrijven", each, TODAY) for each in useful)
        return shown(noor, [sam], Acquaintance(TODAY, verdicts=said))[0].reason.strength

    assert [strength(True), strength(False), strength(True, False)] == pytest.approx(
        [strength() + 0.05, strength() - 0.05, strength()]
    )


def test_a_verdict_weighs_a_twentieth_and_halves_in_half_a_year() -> None:
    def lean(days: int, times: int = 1) -> float:
        said = Verdict("Koken", "bakken", True, TODAY - timedelta(days))
        return Acquaintance(TODAY, verdicts=(said,) * times).leaning()["bakken"]["koken"]

    assert [lean(0), lean(180), lean(0, times=9)] == pytest.approx([0.05, 0.025, 0.25])


def test_what_was_said_of_others_topics_costs_a_viewer_nothing(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    noor, sam = person("Noor", needs=["offertes schrijven"]), person("Sam", knows=["offertes lezen"])
    said = tuple(Verdict(f"vak {n}", "koken", True, TODAY) for n in range(100))
    folded: list[str] = []
    monkeypatch.setattr(matching, "fold", lambda text: folded.append(text) or fold(text))
    assert shown(noor, [sam], Acquaintance(TODAY, verdicts=said))
    assert len(folded) < 10


def test_a_verdict_makes_no_match_of_topics_that_have_nothing_in_common(person: Person) -> None:
    noor = person("Noor", needs=["boekhouding"])
    verdicts = (Verdict("boekhouding", "tuinieren", True, TODAY),) * 9
    assert shown(noor, [person("Sam", knows=["tuinieren"])], Acquaintance(TODAY, verdicts=verdicts)) == ()


def test_about_one_viewer_in_ten_is_in_the_control_and_other_ones_tomorrow() -> None:
    today, tomorrow = Acquaintance(TODAY), Acquaintance(TODAY + timedelta(1))
    viewers = [f"viewer {n}" for n in range(1000)]
    now = {viewer for viewer in viewers if is_control(viewer, today)}
    assert 70 <= len(now) <= 130
    assert len(now & {viewer for viewer in viewers if is_control(viewer, tomorrow)}) < len(now) / 2


def test_the_control_keeps_the_first_two_places_and_says_which_the_others_are(noor: Present, crowd: list[Present]) -> None:
    day = in_the_control(noor)
    matches, plain = shown(noor, crowd, Acquaintance(day)), shown(noor, crowd)
    assert [match.slot for match in matches] == ["relevant", "relevant", "control", "control", "control"]
    assert ids(matches)[:2] == ids(plain)[:2]
    assert set(ids(matches)) == set(ids(plain))


def test_the_control_is_the_same_the_whole_day(noor: Present, crowd: list[Present]) -> None:
    known = Acquaintance(in_the_control(noor))
    assert shown(noor, crowd, known) == shown(noor, list(reversed(crowd)), known)


def test_everybody_knows_everybody_and_still_sees_who_can_help(noor: Present, crowd: list[Present]) -> None:
    known = Acquaintance(outside_the_control(noor), known=frozenset(each.person_id for each in crowd))
    assert {match.reason.kind for match in shown(noor, crowd, known)} == {"need_know"}
