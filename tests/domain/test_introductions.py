"""Introductions: names and ways to reach each other only once both agreed; a no that nobody can tell from waiting."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import blocks, introductions, ledger, pauses, people, presence, venues
from s2m.domain.contributions import reciprocity
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

DAY = timedelta(days=1)


@pytest.fixture
def here(store, cast, now, met):
    """Everybody of Noord is at Het Seinhuis and agreed to be seen."""
    for person in (cast.samira, cast.joost, cast.thijs, cast.marieke):
        people.consent(store, person, "matching", True, now)
        presence.hide(store, store.presence.open_visit(person), False, now)


@pytest.fixture
def introduce(store, cast, now, here):
    def introduce(by=None, one=None, other=None, *, when=now, contact="", reason="Jullie schrijven allebei"):
        by, one, other = by or cast.thijs, one or cast.samira, other or cast.joost
        return introductions.introduce(store, by, one.id, other.id, reason, when, contact=contact)

    return introduce


@pytest.fixture
def agree(store, now):
    def agree(person, found, contact="", when=now):
        return introductions.agree(store, person, found.id, contact, when)

    return agree


@pytest.fixture
def confirmed(store, cast, now, introduce, agree):
    """Introduced, agreed on by both, and both said that it helped."""

    def confirmed(by=None, one=None, other=None, when=now):
        one, other = one or cast.samira, other or cast.joost
        found = introduce(by, one, other, when=when)
        for person in (one, other):
            agree(person, found, when=when)
        for person in (one, other):
            found = introductions.confirm(store, person, found.id, True, when)
        return found

    return confirmed


def seen(store, person, now):
    return [(each.name, each.contact, each.by, each.answered) for each in introductions.for_person(store, person, now)]


def test_names_and_ways_to_reach_each_other_appear_once_both_agreed(store, cast, now, introduce, agree):
    found = introduce()
    assert seen(store, cast.samira, now) == [("Joost", None, "Thijs", False)]
    assert agree(cast.samira, found, "samira@seinhuis.example").state(now) == "waiting"
    assert seen(store, cast.samira, now) == [("Joost", None, "Thijs", True)]
    assert seen(store, cast.joost, now) == [("Samira", None, "Thijs", False)], "what she told waits for him"
    assert agree(cast.joost, found).state(now) == "agreed"
    assert seen(store, cast.joost, now) == [("Samira Vos", "samira@seinhuis.example", "Thijs", True)]
    assert seen(store, cast.samira, now) == [("Joost Bakker", None, "Thijs", True)]


def test_who_asks_to_be_introduced_agrees_thereby(store, cast, now, introduce, agree):
    found = introduce(cast.samira, contact="bij de koffie")
    assert seen(store, cast.samira, now) == [("Joost", None, None, True)]
    assert agree(cast.joost, found).state(now) == "agreed"
    assert seen(store, cast.joost, now)[0][:2] == ("Samira Vos", "bij de koffie")


def test_a_decline_is_silent_until_the_introduction_lapses(store, cast, now, introduce, agree):
    found = introduce()
    agree(cast.samira, found, "bij de koffie")
    introductions.decline(store, cast.joost, found.id, now)
    assert seen(store, cast.joost, now) == []
    assert seen(store, cast.samira, now) == [("Joost", None, "Thijs", True)]
    assert store.introductions.get(found.id).state(now) == "waiting"
    later = now + introductions.LASTS
    assert seen(store, cast.samira, later) == [] and store.introductions.get(found.id).state(later) == "lapsed"
    assert introductions.lapse(store, later) == 1 and introductions.lapse(store, later) == 0
    assert store.introductions.get(found.id).mine(cast.samira.id).contact is None, "forgotten"


def test_who_refused_lately_is_not_asked_again(store, cast, now, introduce, agree):
    found = introduce(cast.samira)
    introductions.decline(store, cast.joost, found.id, now)
    introductions.withdraw(store, cast.samira, found.id, now)
    again = introduce(cast.samira, when=now + timedelta(minutes=1))
    assert again.id != found.id and seen(store, cast.joost, now) == []
    assert seen(store, cast.samira, now) == [("Joost", None, None, True)]


def test_whoever_withdraws_ends_it_for_both(store, cast, now, introduce, agree):
    found = introduce()
    for other in (cast.samira, cast.marieke):
        with pytest.raises(NotFound):
            introductions.withdraw(store, other, found.id, now)
    introductions.withdraw(store, cast.thijs, found.id, now)
    assert seen(store, cast.samira, now) == seen(store, cast.joost, now) == []
    with pytest.raises(Conflict, match="introduction_lapsed"):
        agree(cast.samira, found)


def test_a_yes_can_be_taken_back_as_long_as_the_other_said_nothing(store, cast, now, introduce, agree):
    found = introduce()
    agree(cast.samira, found, "bij de koffie")
    introductions.decline(store, cast.samira, found.id, now)
    assert agree(cast.joost, found).state(now) == "waiting"
    with pytest.raises(Conflict, match="decided"):
        agree(cast.samira, found)


def test_agreeing_twice_changes_nothing_and_after_it_lapsed_it_is_refused(store, cast, now, introduce, agree):
    found = introduce()
    assert agree(cast.samira, found, "een") == agree(cast.samira, found, "twee", now + DAY)
    with pytest.raises(Conflict, match="introduction_lapsed"):
        agree(cast.joost, found, when=now + introductions.LASTS)
    agree(cast.joost, found)
    assert agree(cast.joost, found).state(now) == "agreed"
    with pytest.raises(Conflict, match="decided"):
        introductions.decline(store, cast.joost, found.id, now)
    with pytest.raises(Conflict, match="decided"):
        introductions.withdraw(store, cast.thijs, found.id, now)


def test_another_s_introduction_answers_like_an_unknown_one(store, cast, now, introduce, agree):
    found = introduce()
    for introduction_id in (found.id, "nobody"):
        for act in (
            lambda id: introductions.agree(store, cast.marieke, id, "", now),
            lambda id: introductions.decline(store, cast.marieke, id, now),
            lambda id: introductions.withdraw(store, cast.marieke, id, now),
            lambda id: introductions.confirm(store, cast.marieke, id, True, now),
        ):
            with pytest.raises(NotFound):
                act(introduction_id)


@pytest.mark.parametrize("pair", [("samira", "samira"), ("joost", "joost")])
def test_nobody_is_introduced_to_themselves(cast, introduce, pair):
    with pytest.raises(Invalid, match="choice"):
        introduce(cast.samira, *(getattr(cast, name) for name in pair))


def test_only_whom_one_knows_and_who_lets_it_be_seen_can_be_introduced(store, cast, now, introduce):
    for one, other in ((cast.samira, cast.olga), (cast.samira, cast.wim), (cast.wim, cast.joost)):
        with pytest.raises(NotFound):
            introduce(cast.thijs, one, other)
    presence.hide(store, store.presence.open_visit(cast.joost), True, now)
    with pytest.raises(NotFound):
        introduce()


def test_a_reason_has_to_be_given_and_ways_to_reach_somebody_are_one_line(introduce):
    with pytest.raises(Invalid, match="empty"):
        introduce(reason=" ")
    with pytest.raises(Invalid, match="too_long"):
        introduce(contact="x" * 91)


def test_two_whom_one_knows_from_different_houses_are_not_introduced(store, cast, now, introduce):
    for person in (cast.thijs, cast.wim):
        presence.check_in(store, person, cast.wissel, cast.policy, "badge", now)
    people.consent(store, cast.wim, "matching", True, now)
    presence.hide(store, store.presence.open_visit(cast.wim), False, now)
    with pytest.raises(Refused, match="places_differ"):
        introduce(cast.thijs, cast.wim, cast.joost, when=now + DAY / 24)


def test_the_introduction_that_stands_answers_and_asking_oneself_is_a_yes(store, cast, now, introduce, agree):
    found = introduce()
    assert introduce(cast.marieke).id == found.id
    assert introduce(cast.samira).id == found.id
    assert introduce(cast.joost).state(now) == "agreed", "both asked for it: one introduction, agreed on"
    assert introduce(cast.joost, when=now + 3 * DAY).id == found.id, "two are introduced once"


# Kept apart and paused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", blocks.KINDS)
def test_a_block_in_between_lets_it_lapse_in_silence(store, cast, now, introduce, agree, kind):
    found = introduce()
    agree(cast.samira, found, "bij de koffie")
    blocks.keep_apart(store, cast.samira, cast.joost.id, kind, now)
    assert seen(store, cast.samira, now) == []
    assert seen(store, cast.joost, now) == [("Samira", None, "Thijs", False)], "he cannot tell it from before"
    assert agree(cast.joost, found).state(now) == "waiting"
    assert seen(store, cast.joost, now) == [("Samira", None, "Thijs", True)]


def test_a_third_cannot_tell_that_two_are_kept_apart(store, cast, now, introduce):
    blocks.keep_apart(store, cast.samira, cast.joost.id, "block", now)
    assert introduce().state(now) == "waiting"
    assert seen(store, cast.samira, now) == seen(store, cast.joost, now) == []


def test_who_is_blocked_gets_the_answer_of_an_unknown_person(store, cast, now, introduce):
    blocks.keep_apart(store, cast.joost, cast.samira.id, "block", now)
    for other in (cast.joost, cast.olga):
        with pytest.raises(NotFound):
            introduce(cast.samira, cast.samira, other)
        with pytest.raises(NotFound):
            introduce(cast.samira, cast.thijs, other)


def test_who_is_snoozed_may_ask_and_waits(store, cast, now, introduce):
    blocks.keep_apart(store, cast.joost, cast.samira.id, "snooze", now)
    assert introduce(cast.samira).state(now) == "waiting"
    assert seen(store, cast.joost, now) == []


def test_a_block_after_both_agreed_hides_it_from_who_blocked_only(store, cast, now, introduce, agree):
    found = introduce()
    agree(cast.samira, found)
    agree(cast.joost, found)
    blocks.keep_apart(store, cast.samira, cast.joost.id, "block", now)
    assert seen(store, cast.samira, now) == []
    assert seen(store, cast.joost, now)[0][0] == "Samira Vos"


def test_a_card_from_somebody_whom_one_blocks_is_gone(store, cast, now, introduce):
    introduce()
    blocks.keep_apart(store, cast.samira, cast.thijs.id, "block", now)
    assert seen(store, cast.samira, now) == []


def test_nothing_is_asked_of_who_is_paused_nor_about_them(store, cast, now, introduce, agree):
    found = introduce()
    pauses.pause(store, cast.samira, cast.seinhuis, "week", now)
    assert seen(store, cast.samira, now) == seen(store, cast.joost, now) == []
    pauses.resume(store, cast.samira, now)
    assert seen(store, cast.samira, now) != [] != seen(store, cast.joost, now)
    agree(cast.joost, found)
    pauses.pause(store, cast.samira, cast.seinhuis, "week", now)
    assert seen(store, cast.joost, now) == [("Samira", None, "Thijs", True)], "no answer yet"
    with pytest.raises(NotFound):
        introduce(cast.marieke, cast.samira, cast.thijs)


# Earning ----------------------------------------------------------------------------------------------------------------


def test_who_introduced_earns_once_both_confirm(store, cast, now, introduce, agree, balance):
    found, before = introduce(), balance(cast.thijs)
    with pytest.raises(NotFound):
        introductions.confirm(store, cast.samira, found.id, True, now)
    agree(cast.samira, found)
    agree(cast.joost, found)
    introductions.confirm(store, cast.samira, found.id, True, now)
    assert balance(cast.thijs) == before
    for _again in range(3):
        assert introductions.confirm(store, cast.joost, found.id, True, now).earned == 2
    assert balance(cast.thijs) == before + cast.policy.introduction_amount
    rows = store.ledger.statement(store.ledger.person_account(cast.thijs.id))
    assert [row.contribution for row in rows if row.transfer.kind == "introduction"] == [""], (
        "why they should meet tells of the two: it is not kept with the third"
    )
    assert ledger.verify_network(store, cast.noord.id).fault is None


def test_nobody_earns_where_one_says_that_it_did_not_help(store, cast, now, introduce, agree, balance):
    found, before = introduce(), balance(cast.thijs)
    agree(cast.samira, found)
    agree(cast.joost, found)
    introductions.confirm(store, cast.samira, found.id, False, now)
    assert introductions.confirm(store, cast.joost, found.id, True, now).earned is None
    with pytest.raises(Conflict, match="decided"):
        introductions.confirm(store, cast.samira, found.id, True, now)
    assert balance(cast.thijs) == before


def test_one_of_the_two_never_earns_nor_does_a_host(store, cast, now, confirmed, balance):
    before = balance(cast.samira), balance(cast.marieke)
    assert confirmed(cast.samira).earned is None
    found = introductions.introduce_here(store, cast.marieke, cast.seinhuis, cast.thijs.id, cast.joost.id, "Buren", now)
    for act in (lambda who: introductions.agree(store, who, found.id, "", now),
                lambda who: introductions.confirm(store, who, found.id, True, now)):  # fmt: skip
        act(cast.thijs)
        act(cast.joost)
    assert (balance(cast.samira), balance(cast.marieke)) == before


def test_beyond_a_days_number_an_introduction_counts_and_nothing_moves(store, cast, now, confirmed, balance):
    crowd = []
    for n in range(introductions.EARNING_DAY + 1):
        crowd.append(people.join(store, cast.noord.id, f"Gast {n}", None, cast.policy, now))
        people.consent(store, crowd[n], "matching", True, now)
        presence.check_in(store, crowd[n], cast.seinhuis, cast.policy, "badge", now - timedelta(minutes=5))
    before = balance(cast.thijs)
    earned = [confirmed(cast.thijs, cast.samira, guest).earned for guest in crowd]
    assert earned == [2] * introductions.EARNING_DAY + [0]
    assert balance(cast.thijs) == before + 2 * introductions.EARNING_DAY
    assert confirmed(cast.thijs, cast.joost, crowd[0], now + DAY / 4).earned == 0
    assert confirmed(cast.thijs, cast.joost, crowd[1], now + DAY).earned == 2, "the next day has its own number"


def test_a_house_pays_what_it_said_when_it_was_asked(store, cast, now, introduce, agree, balance):
    found, before = introduce(), balance(cast.thijs)
    policy = replace(cast.policy, introduction_amount=9)
    venues.change_policy(store, cast.seinhuis, policy, cast.marieke.id, now + timedelta(hours=1))
    for person in (cast.samira, cast.joost):
        agree(person, found)
    for person in (cast.samira, cast.joost):
        introductions.confirm(store, person, found.id, True, now + timedelta(hours=2))
    assert balance(cast.thijs) == before + 2


def test_three_who_introduce_each_other_round_are_a_ring_to_the_host(store, cast, now, confirmed):
    confirmed(cast.thijs, cast.samira, cast.joost)
    confirmed(cast.samira, cast.joost, cast.thijs)
    confirmed(cast.joost, cast.thijs, cast.samira)
    found = reciprocity.of_venue(store, cast.seinhuis, cast.policy, now)
    assert any(set(ring.people) == {cast.thijs.id, cast.samira.id, cast.joost.id} for ring in found.rings)


# By a host --------------------------------------------------------------------------------------------------------------


def test_a_host_brings_two_together_who_are_here(store, cast, now, here, agree):
    def by_host(one, other):
        return introductions.introduce_here(store, cast.marieke, cast.seinhuis, one.id, other.id, "Buren", now)

    found = by_host(cast.samira, cast.joost)
    assert by_host(cast.joost, cast.samira).id == found.id
    assert seen(store, cast.joost, now) == [("Samira", None, None, False)]
    acts = [row["action"] for row in store.audit.last(cast.noord.id, most=9)]
    assert acts.count("introduction.make") == 1
    for one, other, error in (
        (cast.samira, cast.samira, Invalid), (cast.marieke, cast.samira, Invalid), (cast.samira, cast.wim, NotFound),
        (cast.samira, cast.olga, NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            by_host(one, other)
    pauses.pause(store, cast.thijs, cast.seinhuis, "open", now)
    with pytest.raises(NotFound):
        by_host(cast.samira, cast.thijs)


def test_any_host_of_the_house_withdraws_what_a_host_made_and_nothing_else(store, cast, now, introduce):
    made = introductions.introduce_here(store, cast.marieke, cast.seinhuis, cast.samira.id, cast.joost.id, "Buren", now)
    for venue in (None, cast.wissel):
        with pytest.raises(NotFound):
            introductions.withdraw(store, cast.wim, made.id, now, venue=venue)
    introductions.withdraw(store, cast.wim, made.id, now, venue=cast.seinhuis)
    assert store.introductions.get(made.id).state(now) == "lapsed"
    between_members = introduce()
    with pytest.raises(NotFound):
        introductions.withdraw(store, cast.marieke, between_members.id, now, venue=cast.seinhuis)
