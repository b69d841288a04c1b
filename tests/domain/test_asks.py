"""Asks: one suitable person at a time, three minutes each; nobody learns who said no; what happens meanwhile passes it on."""

from datetime import timedelta

import pytest

from s2m.domain import asks, blocks, matches, pauses, people, presence, signin
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.presence import Need
from s2m.domain.relevance.meanings import of_the_product

MINUTE = timedelta(minutes=1)
NEED = "offertes en prijzen"


@pytest.fixture
def come(store, cast, now):
    """Checks somebody in who knows these topics and is signed in on a phone."""

    def come(person, *knows, visible=True, phone=True, at=now, venue=None):
        for topic in knows:
            people.add_topic(store, person, topic, at)
        if phone:
            signin.start_session(store, person, "phone", at)
        visit = presence.check_in(store, person, venue or cast.seinhuis, cast.policy, "badge", at).visit
        return presence.answer_need(store, visit, Need("working", ""), at, visible=visible, on_wall=False)

    return come


@pytest.fixture
def ask(store, now):
    """Somebody present asks, quietly if nothing else is said."""

    def ask(visit, text=NEED, *, quiet=True, wall=False, at=now, visible=True):
        visit = presence.answer_need(store, visit, Need("need", text), at, visible=visible, on_wall=wall, quiet=quiet)
        return store.asks.open_of(visit.person_id)

    return ask


@pytest.fixture
def house(store, cast, come, now):
    """Samira may ask; Joost knows it best, Marieke a little less, Thijs too but has no phone."""
    people.add_topic(store, cast.thijs, NEED, now)
    come(cast.joost)
    come(cast.marieke, "offertes lezen en prijzen maken")
    come(cast.thijs, phone=False)
    return come(cast.samira)


def asked(store, ask):
    """The first name of who is asked now."""
    waiting = store.asks.waiting(ask.id)
    return store.people.get(waiting.person_id).first_name if waiting else None


def again(store, ask, at):
    asks.step_due(store, ask.network_id, at)
    return store.asks.get(ask.id)


def reply(store, ask, person, accepted, at):
    return asks.answer(store, person, store.asks.of(ask.id, person.id).id, accepted, at)


# One after the other --------------------------------------------------------------------------------------------------


def test_the_best_is_asked_first_then_the_next_and_then_the_owner_is_told(store, cast, house, ask, now):
    mine = ask(house)
    assert asked(store, mine) == "Joost"
    assert store.asks.waiting(mine.id).knows == NEED
    reply(store, mine, cast.joost, False, now + MINUTE)
    assert asked(store, mine) == "Marieke", "at once, without waiting for the job"
    mine = again(store, mine, now + 4 * MINUTE)
    assert asked(store, mine) is None and mine.nobody_at == now + 4 * MINUTE and mine.state == "open"
    assert [store.asks.of(mine.id, p.id).answer for p in (cast.joost, cast.marieke)] == ["declined", "ignored"]
    assert store.asks.of(mine.id, cast.thijs.id) is None, "nobody waits for somebody who cannot see the question"


def test_three_minutes_are_three_minutes(store, cast, house, ask, now):
    mine = ask(house)
    assert asked(store, again(store, mine, now + 3 * MINUTE - timedelta(seconds=1))) == "Joost"
    assert asked(store, again(store, mine, now + 3 * MINUTE)) == "Marieke"
    before = store.asks.waiting(mine.id)
    assert asks.step_due(store, cast.noord.id, now + 3 * MINUTE) == 0 and store.asks.waiting(mine.id) == before


def test_one_room_is_read_for_all_asks_of_a_venue(store, cast, house, come, ask, now, monkeypatch):
    first, second = ask(house), ask(come(cast.wim))
    assert (asked(store, first), asked(store, second)) == ("Joost", "Marieke")
    read = []
    room_of = matches.room_of
    monkeypatch.setattr(matches, "room_of", lambda *args, **more: read.append(more) or room_of(*args, **more))
    meanings = of_the_product()
    assert asks.step_due(store, cast.noord.id, now + 3 * MINUTE, meanings) == 2
    assert [each["meanings"] for each in read] == [meanings]
    assert {asked(store, first), asked(store, second)} in ({None, "Joost"}, {None, "Marieke"}), "the one stepped last"


@pytest.mark.parametrize("how", ["hides", "leaves", "pauses", "is blocked", "snoozes"])
def test_who_went_away_since_the_room_was_read_is_passed_over(store, cast, house, come, ask, now, how):
    mine, later = ask(house), now + 3 * MINUTE
    rooms = {cast.seinhuis.id: matches.room_of(store, cast.seinhuis.id, now)}
    visit = store.presence.open_visit(cast.marieke)
    if how == "hides":
        presence.hide(store, visit, True, now)
    elif how == "leaves":
        presence.leave(store, visit, now)
    elif how == "pauses":
        pauses.pause(store, cast.marieke, cast.seinhuis, "today", now)
    elif how == "is blocked":
        blocks.keep_apart(store, cast.samira, cast.marieke.id, "block", now)
    else:
        blocks.keep_apart(store, cast.samira, cast.marieke.id, "snooze", now)
    asks.step(store, mine, later, rooms)
    assert asked(store, mine) is None


def test_who_accepts_is_the_one_and_nobody_else_is_asked(store, cast, house, ask, now):
    mine = ask(house, wall=True)
    found = reply(store, mine, cast.joost, True, now + MINUTE)
    assert found.state == "found" and store.asks.helper(mine.id).person_id == cast.joost.id
    assert reply(store, mine, cast.joost, True, now + MINUTE) == found, "a double tap is one yes"
    assert store.asks.on_wall(cast.seinhuis.id, now + MINUTE) == [], "it is gone from the wall"
    assert not store.presence.topics(house.id)[0].on_wall
    assert asks.step_due(store, cast.noord.id, now + 60 * MINUTE) == 0 and store.asks.get(mine.id).state == "found"


def test_whoever_comes_in_later_and_knows_it_is_asked_too(store, cast, come, ask, now):
    mine = ask(come(cast.samira))
    assert mine.nobody_at == now
    come(cast.joost, at=now + MINUTE / 2)
    assert asked(store, again(store, mine, now + MINUTE)) == "Joost"
    assert store.asks.get(mine.id).nobody_at is None


def test_nobody_is_begun_with_who_would_get_less_than_three_minutes(store, cast, come, ask, now):
    visit = come(cast.samira)
    ask(visit)
    topic = store.presence.topics(visit.id)[0]
    mine = asks.put_out(store, visit, topic, now, quiet=True, wall=False, ends_at=now + 2 * MINUTE)
    come(cast.joost)
    assert asked(store, again(store, mine, now + MINUTE)) is None


def test_the_hidden_those_without_a_phone_and_the_busy_are_not_asked(store, cast, come, ask, now):
    come(cast.joost, visible=False)
    come(cast.thijs, NEED, phone=False)
    come(cast.marieke, NEED)
    first = ask(come(cast.samira))
    assert asked(store, first) == "Marieke"
    come(cast.wim)
    second = ask(store.presence.open_visit(cast.wim), "prijzen van offertes")
    assert asked(store, second) is None, "one question at a time"
    reply(store, first, cast.marieke, True, now + MINUTE)
    assert asked(store, again(store, second, now + MINUTE)) is None, "she is helping somebody"


def test_who_is_paused_is_not_asked_and_what_they_were_asked_passes_on_at_once(store, cast, house, ask, now):
    mine = ask(house, wall=True)
    assert asked(store, mine) == "Joost"
    pauses.pause(store, cast.joost, cast.seinhuis, "today", now + MINUTE)
    assert asked(store, mine) == "Marieke"
    pauses.pause(store, cast.marieke, cast.seinhuis, "today", now + MINUTE)
    assert asked(store, mine) is None


def test_a_paused_owner_is_offered_no_help_on_the_wall(store, cast, house, ask, now):
    ask(house, quiet=False, wall=True)
    there = store.presence.open_visit(cast.joost)
    assert len(asks.offers(store, cast.joost, there, now)) == 1
    pauses.pause(store, cast.samira, cast.seinhuis, "today", now)
    assert asks.offers(store, cast.joost, there, now) == []


# What is refused ------------------------------------------------------------------------------------------------------


def test_an_answer_that_comes_too_late_is_refused_and_changes_nothing(store, cast, house, ask, now):
    mine = ask(house)
    for accepted in (True, False):
        with pytest.raises(Refused, match="ask_over"):
            reply(store, mine, cast.joost, accepted, now + 3 * MINUTE)
    assert asked(store, again(store, mine, now + 3 * MINUTE)) == "Marieke"
    with pytest.raises(Refused, match="ask_over"):
        reply(store, mine, cast.joost, True, now + 3 * MINUTE)


def test_nobody_answers_withdraws_or_closes_for_another(store, cast, house, ask, now):
    mine = ask(house)
    waiting = store.asks.waiting(mine.id)
    for person in (cast.samira, cast.marieke, cast.olga):
        with pytest.raises(NotFound):
            asks.answer(store, person, waiting.id, True, now)
    for act in (asks.withdraw, asks.done, asks.to_wall, asks.seen, asks.missed):
        with pytest.raises(NotFound):
            act(store, cast.joost, mine.id, now)
        with pytest.raises(NotFound):
            act(store, cast.samira, "0" * 32, now)


def test_what_is_over_can_be_neither_withdrawn_nor_shown_nor_done(store, cast, house, ask, now):
    mine = ask(house)
    asks.withdraw(store, cast.samira, mine.id, now)
    for act in (asks.withdraw, asks.done, asks.to_wall, asks.missed):
        with pytest.raises(Refused, match="ask_over"):
            act(store, cast.samira, mine.id, now)


def test_an_ask_ends_after_its_span_and_never_after_closing_time(house, now):
    assert asks.end_of("30", house, now) == now + 30 * MINUTE
    assert asks.end_of("today", house, now) == house.closes_at == asks.end_of("120", house, house.closes_at - 30 * MINUTE)
    for span in ("31", "", None, 30, ["today"]):
        with pytest.raises(Invalid):
            asks.end_of(span, house, now)


# It ends --------------------------------------------------------------------------------------------------------------


def test_an_ask_expires_is_told_to_its_owner_and_offered_back(store, cast, house, ask, now):
    mine = ask(house, wall=True)
    late = house.closes_at
    assert again(store, mine, late).state == "expired"
    assert not store.presence.topics(house.id)[0].on_wall
    assert [told.id for told in store.asks.untold(cast.samira.id)] == [mine.id]
    presence.close_due(store, late)
    unmet = presence.unmet_need(store, cast.samira, late + timedelta(hours=12))
    assert unmet.text == NEED and store.asks.expired_on(unmet.id)
    asks.seen(store, cast.samira, mine.id, late)
    assert store.asks.untold(cast.samira.id) == []


def test_who_leaves_takes_the_ask_along_and_it_is_not_dropped_in_silence(store, cast, house, ask, now):
    mine = ask(house)
    presence.leave(store, house, now + MINUTE)
    assert store.asks.get(mine.id).state == "expired" and asked(store, mine) is None
    assert store.asks.of(mine.id, cast.joost.id).answer == "passed", "which counts against nobody"
    assert [told.id for told in store.asks.untold(cast.samira.id)] == [mine.id]


def test_an_undone_visit_asked_nothing(store, cast, house, ask, now):
    mine = ask(house)
    presence.undo(store, house, now)
    assert store.asks.get(mine.id).state == "withdrawn" and store.asks.untold(cast.samira.id) == []


def test_solving_the_need_closes_the_ask_and_closing_the_ask_solves_the_need(store, cast, house, ask, now):
    first = ask(house)
    presence.solve(store, cast.samira, store.presence.topics(house.id)[0].id, now)
    assert store.asks.get(first.id).state == "done" and asked(store, first) is None
    second = ask(house, "iemand die prijzen kent")
    asks.done(store, cast.samira, second.id, now)
    assert asks.done(store, cast.samira, second.id, now).state == "done", "a repeat changes nothing"
    assert all(topic.solved_at for topic in store.presence.topics(house.id))


def test_a_need_taken_back_or_changed_withdraws_its_ask_and_takes_its_words(store, cast, house, ask, now):
    first = ask(house)
    presence.drop_topic(store, house, store.presence.topics(house.id)[0].id, now)
    second = ask(house)
    third = ask(house, "een drukker", quiet=False, wall=True)
    assert [(store.asks.get(a.id).state, store.asks.get(a.id).text) for a in (first, second)] == [("withdrawn", "")] * 2
    presence.answer_need(store, house, Need("working", ""), now, visible=True, on_wall=True)
    assert store.asks.get(third.id).state == "withdrawn" and store.asks.open_of(cast.samira.id) is None


def test_the_same_need_said_again_goes_on_as_it_is(store, cast, house, ask, now):
    mine = ask(house)
    presence.answer_need(store, house, Need("need", NEED), now + MINUTE, visible=False, on_wall=False)
    assert store.asks.open_of(cast.samira.id).id == mine.id and asked(store, mine) == "Joost"
    on_wall = ask(house, "een drukker", quiet=False, wall=True)
    presence.answer_need(store, house, Need("need", "een drukker"), now, visible=True, on_wall=False)
    assert store.asks.get(on_wall.id).state == "withdrawn"


def test_a_need_for_nobody_but_oneself_is_no_ask(store, cast, house, ask):
    assert ask(house, quiet=False) is None


def test_by_name_alone_nothing_is_asked(store, cast, come, now):
    come(cast.joost)
    visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "name", now).visit
    presence.answer_need(store, visit, Need("need", NEED), now, visible=True, on_wall=True, quiet=True, proven=False)
    assert store.asks.open_of(cast.samira.id) is None


# Meanwhile ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["leaves", "hides", "takes consent back", "answers hidden", "wants peace"])
def test_whoever_goes_out_of_sight_while_asked_passes_it_on_at_once(store, cast, house, ask, now, how):
    mine = ask(house)
    visit, later = store.presence.open_visit(cast.joost), now + MINUTE
    {
        "leaves": lambda: presence.leave(store, visit, later),
        "hides": lambda: presence.hide(store, visit, True, later),
        "takes consent back": lambda: presence.consent(store, cast.joost, matching=False, wall=False, now=later),
        "answers hidden": lambda: presence.answer_need(store, visit, Need("working", ""), later, visible=False, on_wall=False),
        "wants peace": lambda: asks.pause(store, cast.joost, later),
    }[how]()
    assert asked(store, mine) == "Marieke" and store.asks.of(mine.id, cast.joost.id).answer == "passed"


@pytest.mark.parametrize("who", ["asker blocks", "asked blocks", "asked snoozes"])
def test_a_block_or_snooze_during_an_open_ask_passes_it_on_and_tells_nobody(store, cast, house, ask, now, who):
    mine = ask(house)
    one, other = (cast.samira, cast.joost) if who.startswith("asker") else (cast.joost, cast.samira)
    blocks.keep_apart(store, one, other.id, "snooze" if "snoozes" in who else "block", now)
    assert asked(store, mine) == "Marieke"
    with pytest.raises(Refused, match="ask_over"):
        reply(store, mine, cast.joost, True, now)


@pytest.mark.parametrize("who", ["samira", "joost"])
def test_a_block_after_they_found_each_other_looks_for_somebody_else(store, cast, house, ask, now, who):
    mine = ask(house)
    reply(store, mine, cast.joost, True, now)
    one, other = (cast.samira, cast.joost) if who == "samira" else (cast.joost, cast.samira)
    blocks.keep_apart(store, one, other.id, "block", now)
    assert store.asks.helper(mine.id) is None and asked(store, mine) == "Marieke"


@pytest.mark.parametrize("kind", ["block", "snooze"])
def test_who_is_kept_apart_before_is_never_asked(store, cast, house, ask, now, kind):
    blocks.keep_apart(store, cast.joost, cast.samira.id, kind, now)
    assert asked(store, ask(house)) == "Marieke"


def test_two_people_may_ask_each_other_at_once(store, cast, come, ask, now):
    joost, samira = come(cast.joost), come(cast.samira)
    first, second = ask(samira), ask(joost, "gewone taal")
    assert (asked(store, first), asked(store, second)) == ("Joost", "Samira")
    assert reply(store, first, cast.joost, True, now).state == reply(store, second, cast.samira, True, now).state == "found"


def test_who_did_not_meet_is_looked_for_anew(store, cast, house, ask, now):
    mine = ask(house)
    reply(store, mine, cast.joost, True, now)
    for person in (cast.marieke, cast.thijs):
        with pytest.raises(NotFound):
            asks.missed(store, person, mine.id, now)
    assert asks.missed(store, cast.joost, mine.id, now).state == "open" and asked(store, mine) == "Marieke"
    reply(store, mine, cast.marieke, True, now)
    late = house.closes_at
    assert asks.missed(store, cast.samira, mine.id, late).state == "expired"


def test_a_helper_is_remembered_after_both_have_left(store, cast, house, ask, now):
    mine = ask(house)
    reply(store, mine, cast.joost, True, now)
    for person in (cast.joost, cast.samira):
        presence.leave(store, store.presence.open_visit(person), now + MINUTE)
    assert [(a.id, h.person_id) for a, h in store.asks.found_of(cast.samira.id, now)] == [(mine.id, cast.joost.id)]
    again_here = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now + MINUTE).visit
    ask(again_here, "een drukker", at=now + MINUTE)
    assert asks.missed(store, cast.samira, mine.id, now + MINUTE).state == "expired", "that visit is over"


# Left in peace --------------------------------------------------------------------------------------------------------


def ignore(store, ask, visit, times, at):
    """That many questions to Joost, one after the other, that nobody answers; when the last is over."""
    for n in range(times):
        mine = ask(visit, f"{NEED} {n}", at=at)
        assert asked(store, mine) == "Joost"
        at += 3 * MINUTE
        asks.step_due(store, mine.network_id, at)
        asks.withdraw(store, store.people.get(visit.person_id), mine.id, at)
    return at


def test_after_three_in_a_row_somebody_is_left_in_peace_for_the_day(store, cast, come, ask, now):
    come(cast.joost)
    visit = come(cast.samira)
    at = ignore(store, ask, visit, 3, now)
    assert store.asks.paused(cast.joost.id, at)
    assert asked(store, ask(visit, at=at)) is None
    asks.come_back(store, cast.joost, at)
    assert not store.asks.paused(cast.joost.id, at)
    at = ignore(store, ask, visit, 2, at)
    assert not store.asks.paused(cast.joost.id, at), "what passed before counts no more"
    assert store.asks.paused(cast.joost.id, ignore(store, ask, visit, 1, at))
    assert not store.asks.paused(cast.joost.id, now + timedelta(days=1))


def test_an_answer_in_between_begins_the_row_anew(store, cast, come, ask, now):
    come(cast.joost)
    visit = come(cast.samira)
    at = ignore(store, ask, visit, 2, now)
    mine = ask(visit, at=at)
    reply(store, mine, cast.joost, False, at)
    at = ignore(store, ask, visit, 2, at + MINUTE)
    assert not store.asks.paused(cast.joost.id, at)


def test_only_who_is_here_can_say_that_today_is_enough(store, cast, now):
    with pytest.raises(Refused, match="not_here"):
        asks.pause(store, cast.joost, now)


# On the wall ----------------------------------------------------------------------------------------------------------


def test_a_need_on_the_wall_can_be_offered_help_and_its_owner_says_yes(store, cast, house, ask, now):
    mine = ask(house, quiet=False, wall=True)
    assert asked(store, mine) is None, "nobody is asked quietly"
    visit = store.presence.open_visit(cast.thijs)
    assert [a.id for a, _, _ in asks.offers(store, cast.thijs, visit, now)] == [mine.id]
    offered = asks.offer(store, cast.thijs, mine.id, now)
    assert asks.offer(store, cast.thijs, mine.id, now) == offered, "a double tap is one offer"
    with pytest.raises(NotFound):
        asks.answer(store, cast.thijs, offered.id, True, now)
    with pytest.raises(Refused, match="ask_taken"):
        asks.offer(store, cast.joost, mine.id, now)
    assert asks.answer(store, cast.samira, offered.id, True, now + 5 * MINUTE).state == "found"
    assert store.asks.helper(mine.id).person_id == cast.thijs.id
    with pytest.raises(Refused, match="ask_over"):
        asks.offer(store, cast.joost, mine.id, now)


def test_an_offer_that_is_not_taken_leaves_the_ask_on_the_wall(store, cast, house, ask, now):
    mine = ask(house, quiet=False, wall=True)
    offered = asks.offer(store, cast.thijs, mine.id, now)
    asks.answer(store, cast.samira, offered.id, False, now)
    with pytest.raises(Refused, match="ask_offered"):
        asks.offer(store, cast.thijs, mine.id, now)
    asks.offer(store, cast.marieke, mine.id, now)
    mine = again(store, mine, now + asks.OFFER_STANDS)
    assert mine.state == "open" and asked(store, mine) is None
    assert not store.asks.paused(cast.marieke.id, now + asks.OFFER_STANDS), "the owner let it pass, not she"


def test_an_offer_comes_before_the_quiet_question_and_goes_on_after_a_no(store, cast, house, ask, now):
    mine = ask(house, wall=True)
    assert asked(store, mine) == "Joost"
    offered = asks.offer(store, cast.thijs, mine.id, now)
    assert store.asks.of(mine.id, cast.joost.id).answer == "passed"
    asks.answer(store, cast.samira, offered.id, False, now)
    assert asked(store, mine) == "Marieke"
    assert asks.offer(store, cast.marieke, mine.id, now).answer == "accepted", "asked already: it is her yes"


def test_who_said_not_now_may_still_offer(store, cast, house, ask, now):
    mine = ask(house, wall=True)
    reply(store, mine, cast.joost, False, now)
    assert asks.offer(store, cast.joost, mine.id, now + MINUTE).waits


def test_nobody_offers_to_what_is_not_for_them(store, cast, house, come, ask, now):
    quiet = ask(house)
    with pytest.raises(NotFound):
        asks.offer(store, cast.thijs, quiet.id, now)
    mine = asks.to_wall(store, cast.samira, quiet.id, now)
    assert store.presence.topics(house.id)[0].on_wall
    with pytest.raises(NotFound):
        asks.offer(store, cast.samira, mine.id, now)
    with pytest.raises(Refused, match="not_here"):
        asks.offer(store, cast.wim, mine.id, now)
    come(cast.wim, venue=cast.wissel)
    with pytest.raises(NotFound):
        asks.offer(store, cast.wim, mine.id, now)
    presence.hide(store, house, True, now)
    with pytest.raises(NotFound):
        asks.offer(store, cast.marieke, mine.id, now)


@pytest.mark.parametrize("kind", ["block", "snooze"])
def test_an_ask_of_somebody_kept_apart_stands_there_as_taken_like_on_the_wall(store, cast, house, ask, now, kind):
    """Left out, it would tell who keeps apart from whom."""
    mine = ask(house, quiet=False, wall=True)
    blocks.keep_apart(store, cast.samira, cast.thijs.id, kind, now)
    [(shown, part, taken)] = asks.offers(store, cast.thijs, store.presence.open_visit(cast.thijs), now)
    assert (shown.id, part, taken) == (mine.id, None, True)
    with pytest.raises(Refused, match="ask_taken"):
        asks.offer(store, cast.thijs, mine.id, now)


def test_the_last_no_is_told_no_sooner_than_silence(store, cast, house, ask, now):
    mine = ask(house)
    reply(store, mine, cast.joost, False, now + MINUTE)
    mine = store.asks.get(reply(store, mine, cast.marieke, False, now + 2 * MINUTE).id)
    assert asked(store, mine) is None and mine.nobody_at is None
    assert again(store, mine, now + 4 * MINUTE).nobody_at == now + 4 * MINUTE


def test_who_waits_for_an_answer_offers_nothing_else(store, cast, house, ask, now):
    first = ask(house)
    other = ask(store.presence.open_visit(cast.marieke), "een fiets", quiet=False, wall=True)
    assert asked(store, first) == "Joost"
    with pytest.raises(Refused, match="answer_first"):
        asks.offer(store, cast.joost, other.id, now)


def test_taking_leave_of_the_wall_withdraws_what_is_only_there(store, cast, house, ask, now):
    mine = ask(house, wall=True)
    presence.consent(store, cast.samira, matching=True, wall=False, now=now)
    kept = store.asks.get(mine.id)
    assert (kept.state, kept.wall) == ("open", False) and asked(store, mine) == "Joost"
    only = ask(house, "een drukker", quiet=False, wall=True)
    presence.consent(store, cast.samira, matching=True, wall=False, now=now)
    assert store.asks.get(only.id).state == "withdrawn"
