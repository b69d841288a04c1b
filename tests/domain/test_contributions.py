"""Thanks: from whom was helped to who helped, within caps, once per key."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import contributions, ledger, people, presence
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GIFT = {"kind": "gift", "amount": 5}


def test_the_receiver_earns_and_the_giver_pays_nothing(store, cast, met, accepted, balance):
    given = accepted()
    assert (balance(cast.joost), balance(cast.samira)) == (14, 12)
    assert store.contributions.received(cast.joost.id) == [given] == store.contributions.given(cast.samira.id)
    row = contributions.posted(store, given)
    assert (row.kind, row.amount, row.state) == ("thanks", 2, "post")


def test_thanks_may_be_worth_nothing_and_still_be_said(store, cast, met, thank, balance):
    given = thank(policy=replace(cast.policy, thanks_amount=0))
    assert given.transfer_id is None and balance(cast.joost) == 12
    assert store.contributions.received(cast.joost.id) == [given]


def test_nobody_thanks_themselves(cast, met, thank, balance):
    with pytest.raises(Refused, match="self_thanks"):
        thank(cast.samira, cast.samira)
    assert balance(cast.samira) == 12


def test_only_who_was_here_at_the_same_time_can_be_thanked(cast, met, thank, balance):
    with pytest.raises(Refused, match="never_met"):
        thank(receiver=cast.wim)
    assert balance(cast.wim) == 12


def test_a_stranger_of_another_network_is_not_found(cast, met, thank):
    with pytest.raises(NotFound):
        thank(receiver=cast.olga)


@pytest.mark.parametrize(("topic", "text"), [("", "x"), ("x", ""), ("x" * 61, "x"), ("x", "x" * 91), ("\x00", "x"), (None, None)])
def test_thanks_say_what_for_and_why(store, cast, met, thank, topic, text):
    with pytest.raises(Invalid):
        thank(topic=topic, text=text)
    assert store.contributions.given(cast.samira.id) == []


def test_a_day_has_so_many_thanks_to_give(cast, now, met, thank, balance):
    generous = replace(cast.policy, thanks_given_per_day=2, thanks_per_pair=9)
    thank(policy=generous)
    thank(receiver=cast.thijs, policy=generous)
    with pytest.raises(Refused, match="cap_given"):
        thank(receiver=cast.marieke, policy=generous)
    assert balance(cast.marieke) == 12
    assert thank(receiver=cast.marieke, policy=generous, when=now + DAY)


def test_a_day_begins_at_the_venues_midnight(cast, now, met, thank):
    one = replace(cast.policy, thanks_given_per_day=1)
    thank(policy=one, when=now.replace(hour=22, minute=59))  # 23:59 in Amersfoort
    assert thank(policy=one, when=now.replace(hour=23, minute=0))  # 00:00


def test_a_day_has_so_many_thanks_to_receive(cast, met, thank, accepted, balance):
    modest = replace(cast.policy, thanks_received_per_day=2)
    accepted(cast.samira, policy=modest)
    accepted(cast.thijs, policy=modest)
    with pytest.raises(Refused, match="cap_received"):
        thank(cast.marieke, policy=modest)
    assert balance(cast.joost) == 16


def test_a_pair_has_so_many_thanks_in_thirty_days(cast, now, met, thank):
    for days in range(3):
        thank(when=now + days * DAY)
    with pytest.raises(Refused, match="cap_pair"):
        thank(when=now + 6 * DAY)
    assert thank(cast.joost, cast.samira)  # the other way round is another pair


def test_a_repeated_key_answers_as_the_first_time(store, cast, met, thank, accepted, balance):
    assert thank(key="once") == thank(key="once")
    assert accepted(key="once") == thank(key="once")
    assert balance(cast.joost) == 14 and len(store.contributions.given(cast.samira.id)) == 1


def test_a_repeated_key_answers_even_when_the_caps_are_used_up(cast, met, thank):
    one = replace(cast.policy, thanks_given_per_day=1)
    assert thank(key="once", policy=one) == thank(key="once", policy=one)


@pytest.mark.parametrize("other", [{"text": "Iets anders"}, {"topic": "anders"}, {"receiver": "thijs"}, GIFT | {"amount": 2}])
def test_a_key_used_for_other_content_is_refused(cast, met, thank, accepted, balance, other):
    accepted(key="once")
    if "receiver" in other:
        other = {"receiver": cast.thijs}
    with pytest.raises(Conflict, match="key_reused"):
        thank(key="once", **other)
    assert (balance(cast.joost), balance(cast.thijs)) == (14, 12)


def test_two_people_may_use_the_same_key(cast, met, accepted, balance):
    accepted(key="once")
    accepted(cast.thijs, key="once")
    assert balance(cast.joost) == 16


@pytest.mark.parametrize("key", ["", "\x00", "\ud800", "x" * 201, None])
def test_a_key_that_cannot_be_kept_is_refused(store, cast, now, met, key):
    with pytest.raises(Invalid):
        contributions.thank(store, cast.samira, cast.joost, cast.seinhuis, cast.policy, "a", "b", now, key=key)


@pytest.mark.parametrize("while_waiting", [True, False])
def test_thanks_can_be_taken_back_for_thirty_seconds(store, cast, now, met, thank, accepted, balance, while_waiting):
    given = thank() if while_waiting else accepted()
    assert balance(cast.joost) == (12 if while_waiting else 14)
    undone = contributions.undo_thanks(store, cast.samira, given.id, now + timedelta(seconds=30))
    assert undone.state == "undone" and undone.decided_at and balance(cast.joost) == 12
    assert store.contributions.received(cast.joost.id) == [] == store.contributions.waiting(cast.joost.id)
    assert ledger.verify_network(store, cast.noord.id).fault is None


def test_thanks_taken_back_do_not_count_in_the_caps(store, cast, now, met, thank):
    one = replace(cast.policy, thanks_given_per_day=1)
    contributions.undo_thanks(store, cast.samira, thank(policy=one).id, now)
    assert thank(policy=one)


def test_thanks_are_taken_back_once_in_time_and_only_by_the_giver(store, cast, now, met, thank, balance):
    given = thank()
    for person, thanks_id in ((cast.joost, given.id), (cast.samira, "0" * 32)):
        with pytest.raises(NotFound):
            contributions.undo_thanks(store, person, thanks_id, now)
    with pytest.raises(Refused, match="undo_late"):
        contributions.undo_thanks(store, cast.samira, given.id, now + timedelta(seconds=31))
    contributions.undo_thanks(store, cast.samira, given.id, now)
    with pytest.raises(Conflict, match="undone"):
        contributions.undo_thanks(store, cast.samira, given.id, now)
    assert balance(cast.joost) == 12


def test_who_can_be_thanked_is_who_was_here_and_let_themselves_be_seen(store, cast, now):
    people.consent(store, cast.joost, "matching", True, now)
    for person in (cast.samira, cast.joost, cast.thijs):
        presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - HOUR)
    assert contributions.to_thank(store, cast.samira, now + HOUR) == (cast.joost,)


@pytest.mark.parametrize("hide", ["consent", "visit", "neither", "left"])
def test_who_no_longer_wants_to_be_seen_is_proposed_no_more(store, cast, now, hide):
    people.consent(store, cast.joost, "matching", True, now)
    for person in (cast.samira, cast.joost):
        presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - HOUR)
    presence.leave(store, store.presence.open_visit(cast.joost), now)
    if hide == "consent":
        people.consent(store, cast.joost, "matching", False, now)
    elif hide != "left":
        again = presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "badge", now + HOUR).visit
        presence.hide(store, again, hide == "visit", now)
    proposed = contributions.to_thank(store, cast.samira, now + 2 * HOUR)
    assert proposed == ((cast.joost,) if hide in ("neither", "left") else ())
