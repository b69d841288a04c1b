"""Who was shown to whom, what they said of it, what relevance may know from that, and stories for the wall."""

from datetime import timedelta

import pytest

from s2m.domain import blocks, introductions, matches, meetings, pauses, people, presence
from s2m.domain.errors import Invalid, NotFound
from s2m.domain.meetings import confirmed
from s2m.domain.presence import Need
from s2m.domain.relevance.acquaintance import Together, Verdict

DAY = timedelta(days=1)


@pytest.fixture
def come(store, cast, now):
    """Checks somebody in, visible, with what they need."""

    def come(person, need="", *, at=now, visible=True, venue=None):
        visit = presence.check_in(store, person, venue or cast.seinhuis, cast.policy, "badge", at).visit
        return presence.answer_need(store, visit, presence.parse_need("need", need), at, visible=visible, on_wall=False)

    return come


@pytest.fixture
def look(store, now):
    """What a visitor sees, written down as shown."""

    def look(visit, at=now):
        room = matches.room_of(store, visit.venue_id, at)
        found = matches.for_visitor(room, visit)
        meetings.note(store, visit, found, at)
        return [match.first_name for match in found]

    return look


@pytest.fixture
def acquainted(store, now):
    def acquainted(visit, at=now):
        return meetings.acquaintance_of(store, matches.room_of(store, visit.venue_id, at), visit, at)

    return acquainted


@pytest.fixture
def pair(cast, come, look):
    """Samira and Joost are here and were shown to each other; gives both visits."""
    samira, joost = come(cast.samira, "offertes en prijzen"), come(cast.joost, "gewone taal")
    assert look(samira) == ["Joost"] and look(joost) == ["Samira"]
    return samira, joost


def asked(store, visit, at):
    return [question.first_name for question in meetings.to_ask(store, store.presence.get(visit.id), at)]


def out(store, visit, at):
    return presence.leave(store, store.presence.get(visit.id), at)


# What was shown -------------------------------------------------------------------------------------------------------


def test_who_is_shown_is_written_once_a_visit_with_the_pair_of_topics(store, cast, now, pair, look):
    samira, joost = pair
    look(samira, now + timedelta(minutes=5))
    assert store.meetings.shown_in(samira.id) == {cast.joost.id}
    assert store.meetings.said_by_slot(cast.seinhuis.id, now, now + DAY) == {("relevant", None, None): 2}
    assert store.meetings.was_shown(samira.id, joost.id) and not store.meetings.was_shown(samira.id, samira.id)


def test_who_left_before_the_list_is_written_is_not_on_it(store, cast, now, come):
    samira, joost = come(cast.samira, "offertes en prijzen"), come(cast.joost)
    found = matches.for_visitor(matches.room_of(store, cast.seinhuis.id, now), samira)
    out(store, joost, now)
    meetings.note(store, samira, found, now)
    assert store.meetings.shown_in(samira.id) == frozenset()


# What relevance may know ----------------------------------------------------------------------------------------------


def test_days_together_are_counted_before_today_and_only_at_the_same_time(store, cast, now, come, acquainted):
    for days in (3, 2):
        one, other = come(cast.samira, at=now - days * DAY), come(cast.joost, at=now - days * DAY)
        late = come(cast.thijs, at=now - days * DAY + timedelta(hours=3))
        out(store, one, now - days * DAY + timedelta(hours=1))
        for visit in (other, late):
            out(store, visit, now - days * DAY + timedelta(hours=4))
    samira = come(cast.samira)
    come(cast.joost), come(cast.thijs)
    known = acquainted(samira)
    assert known.together == {cast.joost.id: Together(2, (now - 2 * DAY).date())}
    assert known.today == now.date()


def test_two_visits_on_one_day_are_one_day_together(store, cast, now, come, acquainted):
    yesterday = now - DAY
    joost = come(cast.joost, at=yesterday)
    for hour in (0, 2):
        out(store, come(cast.samira, at=yesterday + timedelta(hours=hour)), yesterday + timedelta(hours=hour + 1))
    out(store, joost, yesterday + timedelta(hours=5))
    come(cast.joost)
    assert acquainted(come(cast.samira)).together[cast.joost.id].days == 1


def test_what_was_shown_today_and_before_and_how_often(store, cast, now, come, look, acquainted):
    yesterday = now - DAY
    visits = come(cast.samira, "offertes en prijzen", at=yesterday), come(cast.joost, at=yesterday)
    look(visits[0], yesterday)
    for visit in visits:
        out(store, visit, yesterday + timedelta(hours=1))
    samira, joost = come(cast.samira, "offertes en prijzen"), come(cast.joost)
    before = acquainted(samira)
    assert before.shown == {cast.joost.id: yesterday.date()} and before.shown_today == frozenset() and before.exposure == {}
    look(samira)
    after = acquainted(samira)
    assert after.shown == before.shown and after.shown_today == {cast.joost.id} and after.exposure == {cast.joost.id: 1}
    assert acquainted(joost).shown == {} and acquainted(joost).exposure == {cast.joost.id: 1}


def test_what_was_said_of_a_pair_of_topics_is_known_to_who_has_one_of_them(store, cast, now, pair, acquainted, come):
    samira, joost = pair
    meetings.say(store, cast.samira, samira.id, joost.id, "helped", now)
    said = (Verdict("offertes en prijzen", "offertes en prijzen", True, now.date()),)
    assert acquainted(samira).verdicts == acquainted(joost).verdicts == said
    assert acquainted(come(cast.thijs, "iets heel anders")).verdicts == ()


def test_a_confirmed_meeting_is_known_to_both_whoever_said_it(store, cast, now, pair, acquainted):
    samira, joost = pair
    meetings.say(store, cast.samira, samira.id, joost.id, "met", now)
    assert acquainted(samira).known == acquainted(joost).known == frozenset()
    meetings.say(store, cast.joost, joost.id, samira.id, "met", now)
    assert acquainted(samira).known == {cast.joost.id} and acquainted(joost).known == {cast.samira.id}


def test_two_whom_an_introduction_helped_are_no_strangers(store, cast, now, pair, acquainted):
    samira, joost = pair
    soon = now + timedelta(minutes=1)
    made = introductions.introduce(store, cast.samira, cast.samira.id, cast.joost.id, "Schrijvers", soon)
    introductions.agree(store, cast.joost, made.id, "", soon)
    introductions.confirm(store, cast.samira, made.id, True, soon)
    assert acquainted(samira).known == frozenset(), "the other has not said so"
    introductions.confirm(store, cast.joost, made.id, True, soon)
    assert acquainted(samira).known == {cast.joost.id} and acquainted(joost).known == {cast.samira.id}


@pytest.mark.parametrize(
    ("mine", "theirs", "met"),
    [
        ("met", "met", True), ("helped", "met", True), ("helped", None, True), ("helped", "not_useful", True),
        ("helped", "skipped", True), ("met", None, False), ("met", "later", False), ("met", "not_met", False),
        ("helped", "not_met", False), ("not_useful", "not_useful", False), (None, None, False),
    ],
)  # fmt: skip
def test_a_meeting_counts_when_both_say_so_or_it_helped_and_nobody_denies_it(mine, theirs, met):
    assert confirmed(mine, theirs) is confirmed(theirs, mine) is met


# Did you meet? --------------------------------------------------------------------------------------------------------


def test_the_first_word_stands_and_is_asked_no_more(store, cast, now, pair):
    samira, joost = pair
    assert asked(store, samira, now) == ["Joost"]
    meetings.say(store, cast.samira, samira.id, joost.id, "met", now)
    meetings.say(store, cast.samira, samira.id, joost.id, "not_met", now)
    assert asked(store, samira, now) == []
    assert store.meetings.said_by_slot(cast.seinhuis.id, now, now + DAY)[("relevant", "met", None)] == 1


def test_no_more_than_three_are_asked_about(store, cast, now, come):
    for number in range(5):
        one = people.join(store, cast.noord.id, f"Naam{number} Ander", None, cast.policy, now)
        people.add_topic(store, one, "offertes en prijzen", now)
        come(one)
    samira = come(cast.samira, "offertes en prijzen")
    room = matches.room_of(store, cast.seinhuis.id, now)
    meetings.note(store, samira, matches.for_visitor(room, samira, 5), now)
    questions = meetings.to_ask(store, samira, now)
    assert len(questions) == 3
    meetings.say(store, cast.samira, samira.id, questions[0].shown_id, "met", now)
    assert meetings.to_ask(store, samira, now) == questions[1:]


def test_only_ones_own_visit_and_who_was_shown_in_it_can_be_judged(store, cast, now, pair):
    samira, joost = pair
    for person, visit, shown in (
        (cast.joost, samira.id, joost.id), (cast.samira, samira.id, samira.id), (cast.samira, "nothing", joost.id),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            meetings.say(store, person, visit, shown, "met", now)
    for said in ("later", "skipped", "", None):
        with pytest.raises(Invalid):
            meetings.say(store, cast.samira, samira.id, joost.id, said, now)
    with pytest.raises(NotFound):
        meetings.put_away(store, cast.joost, samira.id, now)


def test_what_is_put_away_is_asked_once_more_on_a_later_day_and_then_never(store, cast, now, pair):
    samira, _joost = pair
    out(store, samira, now)
    assert [q.first_name for q in meetings.later(store, cast.samira, now)] == ["Joost"]
    meetings.put_away(store, cast.samira, samira.id, now)
    assert meetings.later(store, cast.samira, now + timedelta(hours=1)) == []
    tomorrow = now + DAY
    assert [q.first_name for q in meetings.later(store, cast.samira, tomorrow)] == ["Joost"]
    meetings.put_away(store, cast.samira, samira.id, tomorrow)
    assert meetings.later(store, cast.samira, tomorrow) == meetings.later(store, cast.samira, now + 2 * DAY) == []


def test_after_three_days_nobody_is_asked(store, cast, now, pair):
    out(store, pair[0], now)
    assert meetings.later(store, cast.samira, now + 3 * DAY) != []
    assert meetings.later(store, cast.samira, now + 3 * DAY + timedelta(seconds=1)) == []


def test_nobody_is_asked_about_a_check_in_that_was_taken_back(store, cast, now, pair):
    presence.undo(store, pair[0], now)
    assert asked(store, pair[0], now) == [] and meetings.later(store, cast.samira, now) == []


def test_who_was_judged_this_week_is_not_asked_about_again(store, cast, now, pair, come, look):
    samira, joost = pair
    meetings.say(store, cast.samira, samira.id, joost.id, "met", now)
    out(store, samira, now)
    again = come(cast.samira, "offertes en prijzen", at=now + DAY / 24)
    look(again, now + DAY / 24)
    assert store.meetings.shown_in(again.id) == {cast.joost.id} and asked(store, again, now + DAY / 24) == []


@pytest.mark.parametrize("vanish", ["hide", "consent", "answer", "pause", "block", "blocked", "snooze"])
def test_who_hides_or_is_kept_apart_is_gone_from_the_question_at_once(store, cast, now, pair, vanish):
    samira, joost = pair
    out(store, samira, now)
    if vanish == "consent":
        out(store, joost, now)
    assert meetings.later(store, cast.samira, now) != []
    store.touched.clear()
    if vanish == "hide":
        presence.hide(store, joost, True, now)
    elif vanish == "consent":
        presence.consent(store, cast.joost, matching=False, wall=False, now=now)
    elif vanish == "answer":
        presence.answer_need(store, joost, Need("working", ""), now, visible=False, on_wall=False)
    elif vanish == "pause":
        pauses.pause(store, cast.joost, cast.seinhuis, "today", now)
    elif vanish == "blocked":
        blocks.keep_apart(store, cast.joost, cast.samira.id, "block", now)
    else:
        blocks.keep_apart(store, cast.samira, cast.joost.id, vanish, now)
    assert meetings.later(store, cast.samira, now) == [] and asked(store, samira, now) == []
    assert cast.seinhuis.id in store.touched


def test_hiding_elsewhere_is_told_where_it_was_and_where_those_are_who_saw_somebody(store, cast, now, pair, come):
    samira, joost = pair
    out(store, samira, now), out(store, joost, now)
    elsewhere = come(cast.joost, venue=cast.wissel, at=now + timedelta(hours=1))
    store.touched.clear()
    presence.hide(store, elsewhere, True, now)
    assert store.touched == {cast.seinhuis.id, cast.wissel.id} and meetings.later(store, cast.samira, now) == []
    presence.leave(store, elsewhere, now + timedelta(hours=2))
    come(cast.samira, venue=cast.wissel, at=now + timedelta(hours=2))
    store.touched.clear()
    store.meetings.tell(cast.joost.id)
    assert store.touched == {cast.seinhuis.id, cast.wissel.id}


# What came of it ------------------------------------------------------------------------------------------------------


@pytest.fixture
def met(store, cast, now, pair):
    """Samira and Joost say that they met; both have left."""
    samira, joost = pair
    meetings.say(store, cast.samira, samira.id, joost.id, "helped", now)
    meetings.say(store, cast.joost, joost.id, samira.id, "met", now)
    out(store, samira, now), out(store, joost, now)
    return samira, joost


def test_after_a_week_what_came_of_it_is_asked_once(store, cast, now, met):
    week = now + 7 * DAY
    assert meetings.open_outcome(store, cast.samira, now + 6 * DAY) is None
    question = meetings.open_outcome(store, cast.samira, week + timedelta(seconds=1))
    assert question.first_name == "Joost"
    meetings.come_of(store, cast.samira, question.visit_id, question.shown_id, "work", week)
    meetings.come_of(store, cast.samira, question.visit_id, question.shown_id, "nothing", week)
    assert meetings.open_outcome(store, cast.samira, week + timedelta(seconds=1)) is None
    assert store.meetings.outcomes(cast.seinhuis.id, now, week) == {"work": 1, None: 1}


def test_what_came_of_it_is_asked_for_three_weeks_and_can_be_put_away(store, cast, now, met):
    samira, joost = met
    assert meetings.open_outcome(store, cast.joost, now + 28 * DAY) is not None
    assert meetings.open_outcome(store, cast.joost, now + 28 * DAY + timedelta(seconds=1)) is None
    meetings.come_of(store, cast.joost, joost.id, samira.id, "skipped", now + 8 * DAY)
    assert meetings.open_outcome(store, cast.joost, now + 8 * DAY) is None


def test_who_hides_is_gone_from_that_question_too(store, cast, now, met):
    presence.consent(store, cast.joost, matching=False, wall=False, now=now)
    assert meetings.open_outcome(store, cast.samira, now + 8 * DAY) is None


def test_only_ones_own_meetings_come_to_something(store, cast, now, met):
    samira, joost = met
    with pytest.raises(NotFound):
        meetings.come_of(store, cast.joost, samira.id, joost.id, "work", now)
    with pytest.raises(Invalid):
        meetings.come_of(store, cast.samira, samira.id, joost.id, "riches", now)
    with pytest.raises(NotFound):
        meetings.tell(store, cast.thijs, samira.id, joost.id, "Een mooi gesprek", now, agreed=True)


# Stories --------------------------------------------------------------------------------------------------------------


def hanging(store, cast, at):
    return [story.text for story in store.meetings.hanging(cast.seinhuis.id, at)]


def test_a_story_hangs_on_the_wall_until_its_teller_takes_it_back(store, cast, now, met):
    samira, joost = met
    told = meetings.tell(store, cast.samira, samira.id, joost.id, " Samen een offerte  herschreven. ", now, agreed=True)
    assert hanging(store, cast, now) == ["Samen een offerte herschreven."]
    with pytest.raises(NotFound):
        meetings.withdraw(store, cast.joost, told.id, now)
    meetings.withdraw(store, cast.samira, told.id, now)
    assert hanging(store, cast, now) == []
    with pytest.raises(NotFound):
        meetings.withdraw(store, cast.samira, told.id, now)


def test_without_consent_nothing_is_kept(store, cast, now, met):
    samira, joost = met
    assert meetings.tell(store, cast.samira, samira.id, joost.id, "Geheim", now, agreed=False) is None
    assert store.meetings.stories_of(cast.samira.id) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), ("x" * 201, "too_long"), ("Joost hielp mij", "story_names"), ("groeten, Vos", "story_names"),
     ("bel 06-12345678", "story_names")],
)  # fmt: skip
def test_a_story_names_nobody_and_is_short(store, cast, now, met, text, code):
    samira, joost = met
    with pytest.raises(Invalid) as refused:
        meetings.tell(store, cast.samira, samira.id, joost.id, text, now, agreed=True)
    assert refused.value.code == code


def test_a_meeting_has_one_story_and_telling_it_again_changes_its_words(store, cast, now, met):
    samira, joost = met
    first = meetings.tell(store, cast.samira, samira.id, joost.id, "Samen gelachen", now, agreed=True)
    again = meetings.tell(store, cast.samira, samira.id, joost.id, "Samen geleerd", now + DAY, agreed=True)
    assert hanging(store, cast, now) == ["Samen geleerd"] and (again.id, again.at) == (first.id, now), "nor does it hang longer"
    meetings.tell(store, cast.joost, joost.id, samira.id, "Zelf ook geleerd", now, agreed=True)
    assert sorted(hanging(store, cast, now)) == ["Samen geleerd", "Zelf ook geleerd"], "the other's is their own"
    meetings.withdraw(store, cast.samira, first.id, now)
    meetings.tell(store, cast.samira, samira.id, joost.id, "Toch verteld", now + DAY, agreed=True)
    assert "Toch verteld" in hanging(store, cast, now + 60 * DAY)


def test_a_story_names_nobody_also_when_the_visit_forgot_who_it_was(store, cast, now, met):
    samira, joost = met
    for visit in met:
        store.presence.end(visit, now, "left")
    store.erasing.forget_visits(now + DAY)
    assert store.presence.get(joost.id).person_id is None
    with pytest.raises(Invalid, match="story_names"):
        meetings.tell(store, cast.samira, samira.id, joost.id, "Joost hielp mij", now + DAY, agreed=True)


def test_a_host_takes_a_story_of_their_venue_down(store, cast, now, met):
    samira, joost = met
    told = meetings.tell(store, cast.samira, samira.id, joost.id, "Samen gelachen", now, agreed=True)
    with pytest.raises(NotFound):
        meetings.take_down(store, cast.wissel, told.id, cast.wim.id, now)
    meetings.take_down(store, cast.seinhuis, told.id, cast.marieke.id, now)
    assert hanging(store, cast, now) == []
    assert store.audit.last(cast.noord.id, most=1)[0]["action"] == "story.take_down"


def test_a_story_hangs_for_sixty_days(store, cast, now, met):
    samira, joost = met
    meetings.tell(store, cast.samira, samira.id, joost.id, "Samen gelachen", now, agreed=True)
    assert hanging(store, cast, now + 59 * DAY) and not hanging(store, cast, now + 60 * DAY)
