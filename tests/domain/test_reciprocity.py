"""Does giving go round? Counts that name nobody, and circles among few."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import contributions, people, presence
from s2m.domain.contributions import reciprocity
from s2m.domain.contributions.reciprocity import Circle, closed_pairs, one_sided, rings, summary, told, top_share
from s2m.domain.venues import Policy

PERIOD = timedelta(days=reciprocity.DAYS)


def edges(text):
    """'ab ba' → [('a', 'b'), ('b', 'a')]"""
    return [(pair[0], pair[1]) for pair in text.split()]


@pytest.mark.parametrize(("people", "says"), [("", None), ("abcd", None), ("abcde", 5), ("abcdefgh", 8)])
def test_fewer_than_five_are_not_told(people, says):
    assert told(set(people)) == says


def test_who_only_gives_and_who_only_receives():
    assert one_sided(edges("ab ac bc")) == ({"a"}, {"c"})
    assert one_sided([]) == (set(), set())


def test_a_tenth_of_the_receivers_has_a_share_of_all_thanks():
    everybody = "bcdefghijk"
    assert top_share([("a", who) for who in everybody]) == 10
    assert top_share([("a", who) for who in everybody] + [("a", "b")] * 10) == 55  # 11 of 20
    assert top_share([("a", who) for who in everybody[:9]]) is None and top_share([]) is None


@pytest.mark.parametrize(
    ("thanks", "found"),
    [
        ("ab ba", [Circle(("a", "b"), 1)]),
        ("ab ba ab ba ab", [Circle(("a", "b"), 2)]),
        ("ab", []),  # nothing came back
        ("ab ba ac", []), ("ab ba ca", []), ("ab ba bc", []),  # somebody else, too
        ("ab ba dc cd cd dc", [Circle(("c", "d"), 2), Circle(("a", "b"), 1)]),
    ],
)  # fmt: skip
def test_two_who_thank_only_each_other(thanks, found):
    assert list(closed_pairs(edges(thanks))) == found


@pytest.mark.parametrize(
    ("thanks", "found"),
    [
        ("ab bc ca", [Circle(("a", "b", "c"), 1)]),
        ("ca ab bc ab bc ca ab", [Circle(("a", "b", "c"), 2)]),
        ("ab bc", []), ("ab bc ac", []), ("ab ba", []), ("ab ba bc cb", []),
        ("ac cb ba", [Circle(("a", "c", "b"), 1)]),  # the other way round is another ring
        ("ab bc ca ac cb ba", [Circle(("a", "b", "c"), 1), Circle(("a", "c", "b"), 1)]),
        ("ab bc cd da", []),  # four
        ("ab bc ca ax bx by", [Circle(("a", "b", "c"), 1, 50)]),  # half of what they give goes elsewhere
        ("ab bc ca ax de ef fd", [Circle(("d", "e", "f"), 1), Circle(("a", "b", "c"), 1, 75)]),
    ],
)  # fmt: skip
def test_three_in_a_ring(thanks, found):
    assert list(rings(edges(thanks))) == found


def test_small_groups_are_left_out_of_all_counts():
    asked, free = dict.fromkeys("abcd", False), dict.fromkeys("abcd", -8)
    found = summary(edges("ab cb"), [], asked, free, Policy())
    assert (found.only_give, found.only_receive, found.never_ask, found.near_limit, found.top_share) == (None,) * 5


def test_larger_groups_are_counted():
    everybody = "abcdef"
    asked = {who: who == "f" for who in everybody}
    free = dict(zip(everybody, (-8, -7, -6, -5, -5, -4), strict=True))  # a seat of 4 and a floor of -8: -4 carries one more
    found = summary([(who, "z") for who in everybody], [], asked, free, Policy())
    assert (found.only_give, found.only_receive, found.never_ask, found.near_limit) == (6, None, 5, 5)


def test_a_venues_last_ninety_days(store, cast, now):
    crowd = [people.join(store, cast.noord.id, f"{name} Test", None, cast.policy, now) for name in ("Ada", "Bo", "Cas", "Dia")]
    generous = replace(cast.policy, thanks_given_per_day=20, thanks_received_per_day=20)
    for person in (*crowd, cast.samira, cast.joost):
        visit = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now).visit
        kind = "need" if person is cast.joost else "working"
        presence.answer_need(store, visit, presence.parse_need(kind, "btw"), now, visible=True, on_wall=False)
    later = now + timedelta(hours=1)

    def thank(giver, receiver, **more):
        key = store.new_id(later)
        return contributions.thank(store, giver, receiver, cast.seinhuis, generous, "btw", "dank", later, key=key, **more)

    ada, bo, cas, dia = crowd
    for giver, receiver in ((ada, bo), (bo, cas), (cas, ada), (cast.samira, cast.joost), (cast.joost, cast.samira)):
        thank(giver, receiver)
    thank(dia, ada, kind="plain")
    declined = thank(dia, cast.samira)
    contributions.decline(store, cast.samira, declined.id, later)
    found = reciprocity.of_venue(store, cast.seinhuis, cast.policy, later)
    assert [set(c.people) for c in found.pairs] == [{cast.samira.id, cast.joost.id}]
    assert [set(c.people) for c in found.rings] == [{ada.id, bo.id, cas.id}] and found.never_ask == 5
    assert reciprocity.of_venue(store, cast.wissel, cast.policy, later).pairs == ()
    long_after = reciprocity.of_venue(store, cast.seinhuis, cast.policy, later + PERIOD + timedelta(seconds=1))
    assert (long_after.pairs, long_after.rings, long_after.never_ask) == ((), (), None)
