"""Words of the house: a host says what a word means here, and relevance reads both as one from then on."""

import pytest

from s2m.domain import matches, presence, synonyms
from s2m.domain.errors import Conflict, Invalid, NotFound
from s2m.domain.presence import Need


@pytest.fixture
def add(store, cast, now):
    def add(word, means, venue=cast.seinhuis):
        return synonyms.add(store, venue, {"word": word, "means": means}, cast.marieke.id, now)

    return add


@pytest.fixture
def found(store, cast, now):
    """Whom somebody with a need for a buurtketen is shown, with Joost there, who knows about short food chains."""
    visits = []
    for person, kind, text in ((cast.samira, "need", "de Buurtketen opzetten"), (cast.joost, "offer", "zuivelroute")):
        visit = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now).visit
        presence.answer_need(store, visit, Need(kind, text), now, visible=True, on_wall=False)
        visits.append(visit)

    def found(before=None):
        room = matches.room_of(store, cast.seinhuis.id, now, before)
        return room, [match.first_name for match in matches.for_visitor(room, visits[0])]

    return found


def test_whoever_says_it_otherwise_is_found_until_the_word_is_removed(store, cast, now, add, found):
    room, names = found()
    assert names == []
    word = add("buurtketen", "zuivelroute")
    room, names = found(room)
    assert names == ["Joost"]
    synonyms.end(store, cast.seinhuis, word.id, cast.marieke.id, now)
    assert found(room)[1] == []


def test_a_word_counts_only_where_it_stands_by_itself(add, found):
    add("buurt", "zuivelroute")
    assert found()[1] == []


def test_each_word_means_one_thing_in_a_network_and_another_network_has_its_own(store, cast, add):
    add("Buurtketen", "zuivelroute")
    with pytest.raises(Conflict, match="word_known"):
        add("buurtketen", "iets anders")
    add("buurtketen", "shared chain", cast.elders)
    assert [each.means for each in store.synonyms.all(cast.noord.id)] == ["zuivelroute"]


def test_what_says_nothing_is_refused(add):
    for word, means in (("", "iets"), ("iets", ""), ("Iets", "iets"), ("x" * 61, "iets"), ("\u202e", "iets"), (None, "iets")):
        with pytest.raises(Invalid):
            add(word, means)


def test_nobody_removes_a_word_of_another_network(store, cast, now, add):
    word = add("buurtketen", "zuivelroute")
    for venue, id_ in ((cast.elders, word.id), (cast.seinhuis, "nothing")):
        with pytest.raises(NotFound):
            synonyms.end(store, venue, id_, cast.marieke.id, now)


def test_both_are_written_down(store, cast, now, add):
    synonyms.end(store, cast.seinhuis, add("buurtketen", "zuivelroute").id, cast.marieke.id, now)
    assert [row["action"] for row in store.audit.last(cast.noord.id)][:2] == ["synonym.end", "synonym.add"]
