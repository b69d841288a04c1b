"""Whom to ask: who surely knows it, best first, and always in the same order."""

from s2m.domain.relevance import RoomIndex
from s2m.domain.relevance.asking import who_knows
from s2m.domain.relevance.reasons import SURE_FROM


def names(index, text, asker="id-of-Samira"):
    return [knower.person_id.removeprefix("id-of-") for knower in who_knows(index, asker, text)]


def test_who_knows_it_best_is_asked_first_and_who_does_not_is_not_asked(person):
    room = RoomIndex(
        [
            person("Samira", needs=["offertes lezen"]), person("Noor", knows=["boekhouding"]),
            person("Joost", knows=["tuinieren", "offertes lezen"]), person("Lotte", knows=["offertes schrijven en lezen"]),
        ]
    )  # fmt: skip
    assert names(room, "offertes lezen") == ["Joost", "Lotte"]
    best = who_knows(room, "id-of-Samira", "offertes lezen")[0]
    assert (best.topic, best.strength) == ("offertes lezen", 1.0) and best.strength >= SURE_FROM


def test_what_somebody_works_on_or_needs_is_not_what_they_know(person):
    room = RoomIndex([person("Joost", works_on=["offertes"]), person("Noor", needs=["offertes"])])
    assert names(room, "offertes") == []


def test_nobody_is_asked_who_hides_keeps_apart_or_asks_themselves(person):
    room = RoomIndex(
        [
            person("Samira", knows=["offertes"]), person("Joost", knows=["offertes"], visible=False),
            person("Noor", knows=["offertes"]), person("Lotte", knows=["offertes"]),
        ],
        {"id-of-Samira": frozenset({"id-of-Noor"})},
    )  # fmt: skip
    assert names(room, "offertes") == ["Lotte"]


def test_equal_ones_come_in_an_order_that_depends_on_who_asks(person):
    everybody = [person(name, knows=["offertes"]) for name in ("Anna", "Bram", "Cleo", "Daan", "Emma")]
    room, turned = RoomIndex(everybody), RoomIndex(everybody[::-1])
    assert names(room, "offertes", "one") == names(turned, "offertes", "one") != names(room, "offertes", "two")
