"""What holds for every room, whatever people type."""

from hypothesis import given, settings
from hypothesis import strategies as st

from s2m.domain.relevance import Present, RoomIndex, people_for

SUBJECTS = ["boekhouding", "Boekhuoding", "offertes schrijven", "offerte", "podcast", "IT", " ", "🎉", "<b>"]
TOPICS = st.lists(st.sampled_from(SUBJECTS) | st.text(max_size=20), max_size=4).map(tuple)
NAMES = st.text(max_size=5)


@st.composite
def rooms(draw: st.DrawFn) -> list[Present]:
    ids = draw(st.lists(st.text(max_size=6), min_size=1, max_size=7, unique=True))
    return [Present(each, draw(NAMES), draw(TOPICS), draw(TOPICS), draw(TOPICS), draw(st.booleans()), None) for each in ids]


@settings(deadline=None)
@given(people=rooms(), limit=st.integers(-1, 8), data=st.data())
def test_any_room_keeps_the_promises(people: list[Present], limit: int, data: st.DataObject) -> None:
    viewer = data.draw(st.sampled_from(people))
    matches = people_for(RoomIndex(people), viewer.person_id, limit)
    present = {each.person_id: each for each in people}

    assert len(matches) <= max(limit, 0)
    assert len({match.person_id for match in matches}) == len(matches)
    assert not matches or matches[0].score == max(match.score for match in matches)
    for match in matches:
        other, reason = present[match.person_id], match.reason
        assert match.person_id != viewer.person_id
        assert other.visible
        assert 0.15 <= match.score <= 1
        assert 0 < reason.strength <= 1
        mine, theirs = reason.kind.split("_")
        assert reason.mine in said(viewer, mine)
        assert reason.theirs in said(other, theirs)


@settings(deadline=None)
@given(people=rooms(), data=st.data())
def test_the_order_of_the_room_changes_nothing(people: list[Present], data: st.DataObject) -> None:
    viewer = data.draw(st.sampled_from(people))
    shuffled = data.draw(st.permutations(people))
    assert people_for(RoomIndex(people), viewer.person_id, 7) == people_for(RoomIndex(shuffled), viewer.person_id, 7)


@settings(deadline=None)
@given(people=rooms(), data=st.data())
def test_looking_in_as_a_person_is_the_same_as_by_id(people: list[Present], data: st.DataObject) -> None:
    viewer = data.draw(st.sampled_from(people))
    index = RoomIndex(people)
    assert people_for(index, viewer) == people_for(index, viewer.person_id)


def said(person: Present, sort: str) -> tuple[str, ...]:
    return {"know": person.knows, "work": person.works_on, "need": person.needs}[sort]
