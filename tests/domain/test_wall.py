"""The wall: needs and knowledge of who wants to be seen, and nothing that tells who."""

import pytest

from s2m.domain import people, presence, wall
from s2m.domain.presence import Need


def house(store, cast):
    here = store.presence.here(cast.seinhuis.id)
    return wall.house(here, store.people.agreed([one.person.id for one in here], "wall"))


@pytest.fixture
def here(store, cast, now):
    def here(person, text, *, kind="need", visible=True, on_wall=True):
        visit = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now).visit
        presence.answer_need(store, visit, Need(kind, text), now, visible=visible, on_wall=on_wall)
        return visit

    return here


def test_a_need_stands_on_the_wall_and_the_knowledge_beside_it(store, cast, here):
    here(cast.samira, "Wie leest mijn offerte mee?")
    assert house(store, cast) == wall.House(("Wie leest mijn offerte mee?",), ("gewone taal",))


def test_what_was_not_meant_for_the_wall_stays_off(store, cast, here):
    here(cast.samira, "Wie leest mijn offerte mee?", on_wall=False)
    here(cast.joost, "drukwerk", kind="offer", on_wall=False)
    assert house(store, cast) == wall.House((), ())


def test_what_somebody_knows_stands_there_while_they_agree_to_the_wall(store, cast, here, now):
    here(cast.samira, "")
    assert house(store, cast).knows == ("gewone taal",)
    presence.consent(store, cast.samira, matching=True, wall=False, now=now)
    assert house(store, cast).knows == ()


def test_nothing_that_stands_on_a_name_is_shown_for_that_name_alone(store, cast, now):
    people.consent(store, cast.samira, "wall", True, now)
    visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "name", now).visit
    presence.answer_need(store, visit, Need("offer", "drukwerk"), now, visible=True, on_wall=True, proven=False)
    assert house(store, cast) == wall.House((), ())


def test_who_is_hidden_shows_nothing_at_all(store, cast, here):
    here(cast.samira, "Wie leest mijn offerte mee?", visible=False)
    assert house(store, cast) == wall.House((), ())


def test_a_need_that_was_met_goes_and_so_does_who_leaves(store, cast, here, now):
    visit = here(cast.samira, "Wie leest mijn offerte mee?")
    presence.solve(store, cast.samira, store.presence.topics(visit.id)[0].id, now)
    assert house(store, cast).needs == ()
    presence.leave(store, visit, now)
    assert house(store, cast).knows == ()


def test_what_is_offered_today_counts_as_knowledge_and_each_topic_stands_once(store, cast, here):
    here(cast.samira, "Gewone Taal", kind="offer")
    here(cast.joost, "boekhouden", kind="offer")
    assert house(store, cast).knows == ("boekhouden", "gewone taal", "offertes en prijzen")


@pytest.mark.parametrize("text", ["Mail samira@x.example", "bel 06 1234 5678", "zie www.samira.example", "Samira zoekt hulp"])
def test_a_text_that_tells_who_it_is_stays_off(store, cast, here, text):
    here(cast.samira, text)
    assert house(store, cast).needs == ()


@pytest.mark.parametrize("text", ["Wie kent 25 recepten?", "Samiraans koken", "Hulp om 14:30 in 2026"])
def test_figures_and_other_words_do_not_count_as_telling(store, cast, here, text):
    here(cast.samira, text)
    assert house(store, cast).needs == (text,)


def test_a_long_text_is_cut_between_words():
    assert wall.shortened("kort") == "kort"
    cut = wall.shortened("Wie heeft een boormachine te leen deze middag voor het rek?")
    assert cut == "Wie heeft een boormachine te leen deze…" and len(cut) <= wall.LONGEST
    assert wall.shortened("x" * 60) == "x" * 44 + "…"


def lines(*texts, field=""):
    return [wall.Line(field, text) for text in texts]


def texts(pages):
    return [[text for group in page for text in group.texts] for page in pages]


def test_asks_come_four_at_a_time_and_three_where_one_is_long():
    short, long = "Wie kent een drukker?", "Wie helpt mij met de vertaling van dit stuk?"
    assert [len(page) for page in texts(wall.ask_pages(lines(*[short] * 6)))] == [4, 2]
    assert [len(page) for page in texts(wall.ask_pages(lines(short, short, long, short, short)))] == [3, 2]
    assert wall.ask_pages([]) == []


def test_topics_come_ten_at_a_time_or_as_many_as_five_rows_hold():
    def pages(*topics):
        return texts(wall.topic_pages(lines(*topics)))

    assert [len(page) for page in pages(*["kleur"] * 25)] == [10, 10, 5]
    assert [len(page) for page in pages(*["prijzen van zzp-werk"] * 8)] == [5, 3]
    assert [len(page) for page in pages(*["x" * 45] * 5)] == [2, 2, 1]
    mixed = ["kleur", "x" * 45, "geluid", "gewone taal"] * 6
    assert [topic for page in pages(*mixed) for topic in page] == mixed


def test_what_belongs_to_one_field_stands_together_and_what_belongs_to_none_comes_last():
    fields = {"btw": "geld", "kleur": "", "loonadministratie": "geld", "film": "media"}
    found = wall.by_field(fields, fields.get)
    assert found == [*lines("btw", "loonadministratie", field="geld"), *lines("film", field="media"), *lines("kleur")]
    [page] = wall.ask_pages(found)
    assert page == (wall.Group("geld", ("btw", "loonadministratie")), wall.Group("media", ("film",)), wall.Group("", ("kleur",)))


def test_the_name_of_a_field_takes_room_and_stands_again_on_the_next_page():
    found = [line for field in "abcd" for line in lines("kleur", "geluid", field=field)]
    pages = wall.topic_pages(found)
    assert [[group.field for group in page] for page in pages] == [["a", "b"], ["c", "d"]]
    long = wall.topic_pages(lines(*["prijzen van zzp-werk"] * 6, field="a"))
    assert [[(group.field, len(group.texts)) for group in page] for page in long] == [[("a", 4)], [("a", 2)]]

