"""Suggestions while a topic is typed, and the host's words of the house."""

import re

from s2m.domain import people, synonyms

WORDS = "/host/het-seinhuis/words"


def asked(browser, begun):
    return browser.client.get("/topics", query_string={"q": begun}).json["topics"]


def test_topics_are_suggested_in_the_language_of_the_page(phone, cast):
    samira = phone(cast.samira)
    assert asked(samira, "btw-aan") == ["btw-aangifte"]
    assert asked(samira, "podcast")[0] == "podcasting"
    samira.get("/me?lang=nl")
    assert asked(samira, "aangif")[0].startswith("aangifte")
    assert asked(samira, "b") == asked(samira, "") == []


def test_what_several_people_know_is_suggested_and_what_one_knows_is_not(database, phone, cast, now):
    with database.write() as store:
        for person in (cast.marieke, cast.joost):
            people.add_topic(store, person, "Zuivelroutes", now)
            people.consent(store, person, "matching", True, now)
        people.add_topic(store, cast.joost, "Zuivelvondst van Joost", now)
        synonyms.add(store, cast.seinhuis, {"word": "zuivelkring", "means": "korte voedselketen"}, cast.marieke.id, now)
    samira = phone(cast.samira)
    assert asked(samira, "zuivel")[:2] == ["zuivelkring", "Zuivelroutes"]
    assert "Zuivelvondst van Joost" not in asked(samira, "zuivelv")
    assert asked(samira, "%%") == asked(samira, "zu_v") == []
    assert "zuivelkring" not in asked(phone(cast.olga), "zuivel"), "another network's"


def test_nobody_learns_by_asking_whether_somebody_else_has_a_topic(database, phone, cast, now):
    with database.write() as store:
        for person in (cast.samira, cast.joost, cast.thijs):
            people.add_topic(store, person, "Zuivelroutes", now)
        for person in (cast.samira, cast.joost):
            people.consent(store, person, "matching", True, now)
    assert asked(phone(cast.samira), "zuivelr") == [], "one other, and one who lets nobody see them"
    with database.write() as store:
        people.consent(store, cast.thijs, "matching", True, now)
    assert asked(phone(cast.samira), "zuivelr") == ["Zuivelroutes"]
    with database.write() as store:
        people.consent(store, cast.joost, "matching", False, now)
    assert asked(phone(cast.samira), "zuivelr") == []


def test_who_asks_very_often_is_suggested_nothing_for_a_while(phone, cast, clock):
    samira = phone(cast.samira)
    assert all(asked(samira, "podcast") for _ in range(60))
    assert asked(samira, "podcast") == [] != asked(phone(cast.joost), "podcast")
    clock.shift(60)
    assert asked(samira, "podcast")


def test_a_host_adds_a_word_sees_it_and_removes_it(phone, cast):
    marieke = phone(cast.marieke)
    assert marieke.post(WORDS, word="buurtketen", means="korte voedselketen").status_code == 303
    assert "buurtketen means korte voedselketen" in marieke.says(WORDS)
    end = re.search(rf'action="({WORDS}/[^"]+/end)"', marieke.get(WORDS).text)[1]
    assert marieke.post(end).status_code == 303
    assert "buurtketen means nothing special" in marieke.says(WORDS).replace("\u2068", "").replace("\u2069", "")
    assert "buurtketen means korte voedselketen" not in marieke.says(WORDS)


def test_a_word_that_is_known_or_says_nothing_is_refused_in_words(phone, cast):
    marieke = phone(cast.marieke)
    marieke.post(WORDS, word="buurtketen", means="korte voedselketen")
    again = marieke.post(WORDS, word="Buurtketen", means="iets")
    assert again.status_code == 409 and "known here already" in again.text and 'value="iets"' in again.text
    assert marieke.post(WORDS, word="iets", means="Iets").status_code == 422
