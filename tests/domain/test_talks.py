"""Talks: announced for an open hour, counted by who was there, paid once, by use and within the cap."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from s2m.domain import agenda, codes, ledger, people, presence, talks, venues
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.talks import AFTER, LENGTH, Attendance

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The cast's Thursday, 14:30 by the clock of Het Seinhuis
START = datetime(2026, 3, 12, 13, 30, tzinfo=UTC)
END = START + LENGTH


@pytest.fixture
def announce(store, cast, now):
    def announce(speaker=None, *, venue=None, by=None, at=now, teaches=True, **given):
        speaker = speaker or cast.joost
        asked = {"topic": "offertes lezen", "day": "2026-03-12", "time": "14:30"} | given
        return talks.announce(store, speaker, venue or cast.seinhuis, asked, (by or speaker).id, at, teaches=teaches)[0]

    return announce


@pytest.fixture
def here(store, cast, now):
    def here(*persons, venue=None, at=now):
        for person in persons:
            presence.check_in(store, person, venue or cast.seinhuis, cast.policy, "badge", at)

    return here


@pytest.fixture
def crowd(store, cast, now, here):
    """Makes so many listeners who are here."""

    def crowd(count):
        made = [people.join(store, cast.noord.id, f"Luisteraar {n}", None, cast.policy, now) for n in range(count)]
        here(*made)
        return made

    return crowd


def knows(store, person):
    return [topic.text for topic in store.people.topics(person.id)]


# Announcing ---------------------------------------------------------------------------------------------------------


def test_a_talk_is_announced_in_the_venues_own_time(store, cast, now, announce):
    room = venues.add_room(
        store, cast.seinhuis, {"name": "Loket", "kind": "meeting", "floor": 0, "capacity": 9}, cast.marieke.id, now
    )
    talk = announce(room=room.id)
    assert (talk.starts_at, talk.ends_at, talk.room_id) == (START, END, room.id)
    assert store.talks.coming(cast.seinhuis.id, now) == [talk] and store.talks.coming(cast.wissel.id, now) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"topic": ""}, "empty"),
        ({"topic": "x" * 61}, "too_long"),
        ({"day": "12-03-2026"}, "day_shape"),
        ({"day": "2026-02-30"}, "day_shape"),
        ({"day": "9999-12-31"}, "day_shape"),
        ({"day": "２０２６-03-12"}, "day_shape"),
        ({"day": None}, "day_shape"),
        ({"time": "25:00"}, "clock_shape"),
        ({"time": "2 uur"}, "clock_shape"),
        ({"time": None}, "clock_shape"),
        ({"time": "09:30"}, "time_past"),
        ({"day": "2026-03-11"}, "time_past"),
        ({"day": "2026-04-13"}, "time_far"),
        ({"time": "17:46"}, "closed_then"),
        ({"day": "2026-03-14"}, "closed_then"),
        ({"day": "2026-03-13", "time": "08:29"}, "closed_then"),
    ],
)
def test_a_talk_that_cannot_be_is_refused_and_nothing_kept(store, cast, now, announce, given, code):
    with pytest.raises(Invalid, match=code):
        announce(**given)
    assert store.talks.coming(cast.seinhuis.id, now - DAY) == []


@pytest.mark.parametrize(("day", "clock"), [("2026-03-12", "17:45"), ("2026-03-13", "08:30"), ("2026-04-10", "09:41"),
                                            ("2026-03-12", "09:37")])  # fmt: skip
def test_the_edges_of_opening_hours_and_of_thirty_days_are_within(announce, day, clock):
    assert announce(day=day, time=clock)


def night(store, cast, now, hours=("20:00", "04:00")):
    return venues.change_hours(store, cast.seinhuis, {day: list(hours) for day in venues.DAYS}, cast.marieke.id, now)


def test_a_time_that_the_clock_skips_is_refused(store, cast, now, announce):
    with pytest.raises(Invalid, match="clock_skipped"):
        announce(venue=night(store, cast, now), day="2026-03-29", time="02:30")
    assert announce(venue=night(store, cast, now), day="2026-03-29", time="03:30").starts_at == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


def test_of_a_time_that_the_clock_shows_twice_the_first_is_meant(store, cast, now):
    before = datetime(2026, 10, 20, 8, tzinfo=UTC)
    given = {"topic": "nacht", "day": "2026-10-25", "time": "02:30"}
    talk, moment = talks.announce(store, cast.joost, night(store, cast, now), given, cast.joost.id, before)
    assert moment.twice and talk.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert not agenda.moment(cast.seinhuis, "2026-10-25", "03:30").twice


def test_a_house_is_open_until_the_hour_after_midnight(store, cast, now):
    late = night(store, cast, now)
    for clock, is_open in (("19:59", False), ("20:00", True), ("23:50", True), ("03:45", True), ("03:46", False)):
        start = agenda.moment(late, str(date(2026, 3, 20)), clock).at
        assert venues.is_open(late, start, start + LENGTH) is is_open, clock


def test_a_room_or_a_speaker_has_one_talk_at_a_time(store, cast, now, announce):
    given = {"name": "Loket", "kind": "meeting", "floor": 0, "capacity": 9}
    room = venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now)
    first = announce(room=room.id)
    with pytest.raises(Refused, match="room_taken"):
        announce(cast.samira, room=room.id, time="14:44")
    with pytest.raises(Refused, match="speaks_then"):
        announce(time="14:16")
    assert announce(cast.samira, room=room.id, time="14:45")
    talks.cancel(store, first, cast.joost.id, now)
    assert announce(cast.thijs, room=room.id)


def test_a_speaker_has_three_talks_ahead_at_most(store, cast, announce):
    for hour in (11, 12, 13):
        announce(time=f"{hour}:00")
    with pytest.raises(Refused, match="too_many_talks"):
        announce()


def test_rooms_and_speakers_of_elsewhere_are_not_found(store, cast, now, announce):
    given = {"name": "Loket", "kind": "meeting", "floor": 0, "capacity": 9}
    elsewhere = venues.add_room(store, cast.wissel, given, cast.marieke.id, now)
    for wrong in ({"room": elsewhere.id}, {"room": "0" * 32}):
        with pytest.raises(NotFound):
            announce(**wrong)
    with pytest.raises(NotFound):
        announce(cast.olga)


def test_only_the_speaker_or_a_host_cancels_and_once(store, cast, now, announce):
    talk = announce()
    with pytest.raises(NotFound):
        talks.cancel(store, talk, cast.samira.id, now)
    talks.cancel(store, talk, cast.marieke.id, now, as_host=True)
    with pytest.raises(Conflict, match="talk_cancelled"):
        talks.cancel(store, talk, cast.joost.id, now)
    assert store.talks.coming(cast.seinhuis.id, now) == []
    assert store.audit.holds(cast.noord.id, now, action="talk.cancel", actor=cast.marieke.id, object_id=talk.id)


# Being there --------------------------------------------------------------------------------------------------------


def test_a_listener_who_is_here_counts(store, cast, here, announce):
    talk = announce()
    here(cast.samira)
    attended = talks.attend(store, talk, cast.samira, START)
    assert store.talks.attendances(talk.id) == [attended] and store.talks.unanswered(cast.samira.id) == [talk]


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (START - timedelta(seconds=1), "talk_not_begun"),
        (START, ""),
        (END + AFTER - timedelta(seconds=1), ""),
        (END + AFTER, "talk_over"),
    ],
)
def test_listeners_count_from_the_start_until_half_an_hour_after(store, cast, here, announce, when, code):
    talk = announce()
    here(cast.samira)
    if not code:
        assert talks.attend(store, talk, cast.samira, when)
        return
    with pytest.raises(Refused, match=code):
        talks.attend(store, talk, cast.samira, when)


def test_who_is_not_at_the_venue_now_does_not_count(store, cast, here, announce):
    talk = announce()
    with pytest.raises(Refused, match="not_at_talk"):
        talks.attend(store, talk, cast.samira, START)
    here(cast.samira, venue=cast.wissel)
    with pytest.raises(Refused, match="not_at_talk"):
        talks.attend(store, talk, cast.samira, START)
    here(cast.thijs)
    presence.leave(store, store.presence.open_visit(cast.thijs), START)
    with pytest.raises(Refused, match="not_at_talk"):
        talks.attend(store, talk, cast.thijs, START)
    assert store.talks.attendances(talk.id) == []


def test_a_visit_past_closing_time_that_nothing_closed_yet_does_not_count(store, cast, here, announce):
    talk = announce(time="17:45")
    here(cast.samira)
    with pytest.raises(Refused, match="not_at_talk"):
        talks.attend(store, talk, cast.samira, datetime(2026, 3, 12, 17, 0, tzinfo=UTC))


def test_nobody_listens_to_themselves_or_twice(store, cast, here, announce):
    talk = announce()
    here(cast.joost, cast.samira)
    with pytest.raises(Refused, match="own_talk"):
        talks.attend(store, talk, cast.joost, START)
    talks.attend(store, talk, cast.samira, START)
    with pytest.raises(Conflict, match="attended"):
        talks.attend(store, talk, cast.samira, START + timedelta(minutes=1))
    assert len(store.talks.attendances(talk.id)) == 1


def test_a_cancelled_talk_and_one_of_another_network_count_nobody(store, cast, now, here, announce):
    talk = announce()
    here(cast.samira)
    with pytest.raises(NotFound):
        talks.attend(store, talk, cast.olga, START)
    with pytest.raises(NotFound):
        talks.the_talk(store, cast.zuid.id, talk.id)
    with pytest.raises(NotFound):
        talks.the_talk(store, cast.noord.id, talk.id, venue=cast.wissel)
    talks.cancel(store, talk, cast.joost.id, now)
    with pytest.raises(Conflict, match="talk_cancelled"):
        talks.attend(store, talk, cast.samira, START)


def test_a_host_adds_who_has_no_phone_but_not_at_their_own_talk(store, cast, now, here, announce):
    talk, own = announce(), announce(cast.marieke, time="15:00")
    here(cast.thijs, cast.marieke)
    visit, hosts = store.presence.open_visit(cast.thijs), store.presence.open_visit(cast.marieke)
    assert talks.add_listener(store, talk, visit, cast.marieke.id, START).recorded_by == cast.marieke.id
    assert store.audit.holds(cast.noord.id, START, action="talk.attend", object_id=talk.id)
    for wrong, of in ((own, visit), (talk, hosts)):
        with pytest.raises(Refused, match="own_contribution"):
            talks.add_listener(store, wrong, of, cast.marieke.id, START)
    with pytest.raises(Conflict, match="attended"):
        talks.add_listener(store, talk, visit, cast.marieke.id, START)


def test_only_who_was_there_says_whether_it_was_of_use(store, cast, here, announce):
    talk = announce()
    here(cast.samira, cast.thijs)
    talks.attend(store, talk, cast.samira, START)
    assert talks.say(store, talk, cast.samira, "useful", START).useful == "useful"
    assert talks.say(store, talk, cast.samira, "not_for_me", START).useful == "not_for_me"
    with pytest.raises(Invalid, match="choice"):
        talks.say(store, talk, cast.samira, "boring", START)
    with pytest.raises(NotFound):
        talks.say(store, talk, cast.thijs, "useful", START)
    assert store.talks.unanswered(cast.samira.id) == []


# Codes --------------------------------------------------------------------------------------------------------------


def test_a_talks_code_is_good_for_its_step_and_the_next(keys, announce):
    talk = announce()
    text = codes.talk_text(keys, talk.id, START)
    for seconds in (0, 19, 39):
        assert codes.read_talk(keys, text, START + timedelta(seconds=seconds)) == talk.id
    for seconds in (-1, 40):
        with pytest.raises(Refused, match="talk_code_expired"):
            codes.read_talk(keys, text, START + timedelta(seconds=seconds))


def test_no_code_is_good_for_another_purpose(keys, cast, announce):
    """The same id in each, so that only the purpose tells them apart, also where the letter is changed by hand."""
    talk = announce()
    door, badge = codes.door_text(keys, talk.id, START, b"12345678"), codes.badge_text(keys, talk.id)
    listener = codes.talk_text(keys, talk.id, START)
    for text in (door, badge):
        with pytest.raises(Invalid, match="code_unreadable"):
            codes.read_talk(keys, text, START)
    with pytest.raises(Invalid, match="code_unreadable"):
        codes.read_door(keys, listener, START)
    with pytest.raises(Invalid, match="code_unreadable"):
        codes.read_badge(keys, listener)
    key_id, packed, step, nonce, signature = door.split(".")[2:]
    with pytest.raises(Refused, match="code_forged"):
        codes.read_talk(keys, f"S2M1.L.{key_id}.{packed}.{step}.{signature}", START)
    with pytest.raises(Refused, match="code_forged"):
        codes.read_door(keys, f"S2M1.D.{key_id}.{packed}.{step}.{nonce}.{listener.rpartition('.')[2]}", START)
    assert codes.typed_talk(keys, talk.id, START) != codes.typed_door(keys, talk.id, START)


@pytest.mark.parametrize("place", range(7, 62, 5))
def test_a_changed_letter_is_noticed(keys, announce, place):
    text = codes.talk_text(keys, announce().id, START)
    if text[place] == ".":
        place += 1
    wrong = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises((Invalid, Refused)):
        codes.read_talk(keys, wrong, START)


def test_typed_characters_name_the_talk_that_counts_where_one_is(store, keys, cast, here, announce):
    talk, other = announce(), announce(cast.thijs)
    elsewhere = announce(cast.wim, venue=cast.wissel)
    here(cast.samira)
    typed = codes.typed_talk(keys, talk.id, START)
    assert talks.read_typed(store, keys, f" {typed[:3]}-{typed[3:].lower()} ", cast.samira, START) == talk
    assert talks.read_typed(store, keys, codes.typed_talk(keys, other.id, START), cast.samira, START) == other
    for wrong in (codes.typed_talk(keys, elsewhere.id, START), codes.typed_door(keys, talk.id, START), "", "AAAAAA"):
        with pytest.raises(Refused, match="talk_code_expired"):
            talks.read_typed(store, keys, wrong, cast.samira, START)
    with pytest.raises(Refused, match="talk_code_expired"):
        talks.read_typed(store, keys, typed, cast.samira, START + timedelta(minutes=2))
    with pytest.raises(Refused, match="not_at_talk"):
        talks.read_typed(store, keys, typed, cast.wim, START)


# Settling -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "earns"),
    [
        ((), 0),
        (("useful",), 1),
        ((None, "skip", "useful"), 3),
        (("not_for_me", "useful"), 1),
        (("not_for_me",), 0),
        ((None,) * 40, 12),
    ],
)
def test_a_talk_is_worth_its_listeners_by_use_up_to_the_cap(cast, now, said, earns):
    attendances = [Attendance("n", "t", str(n), now, None, useful) for n, useful in enumerate(said)]
    assert talks.worth(attendances, cast.policy) == earns


def test_the_speaker_earns_for_those_it_was_of_use_to(store, cast, crowd, announce, balance):
    talk = announce()
    for n, listener in enumerate(crowd(4)):
        talks.attend(store, talk, listener, START)
        if n < 2:
            talks.say(store, talk, listener, "not_for_me" if n else "useful", START)
    before = balance(cast.joost)
    assert talks.settle_due(store, END + AFTER) == 1
    settled = store.talks.get(talk.id)
    assert (settled.earned, settled.settled_at, balance(cast.joost) - before) == (3, END + AFTER, 3)
    assert "offertes lezen" in knows(store, cast.joost)
    row = store.ledger.statement(store.ledger.person_account(cast.joost.id))[0]
    assert (row.transfer.kind, row.contribution) == ("talk", "offertes lezen")
    assert ledger.verify_network(store, cast.noord.id).fault is None


def test_a_talk_is_settled_once(store, cast, crowd, announce, balance):
    talk = announce()
    talks.attend(store, talk, crowd(1)[0], START)
    assert [talks.settle_due(store, END + AFTER) for _ in range(3)] == [1, 0, 0]
    with pytest.raises(Conflict, match="talk_settled"):
        talks.settle(store, talk, cast.marieke.id, END + AFTER)
    with pytest.raises(Conflict, match="talk_settled"):
        talks.cancel(store, talk, cast.joost.id, END + AFTER)
    assert balance(cast.joost) == cast.policy.newcomers_grant + 1


def test_the_job_waits_until_listeners_had_their_time(store, cast, crowd, announce):
    talk = announce()
    talks.attend(store, talk, crowd(1)[0], START)
    assert talks.settle_due(store, END + AFTER - timedelta(seconds=1)) == 0


def test_a_host_settles_after_the_end_at_once_and_not_their_own(store, cast, crowd, announce):
    talk, own = announce(), announce(cast.marieke, time="15:00")
    listener = crowd(1)[0]
    talks.attend(store, talk, listener, START)
    with pytest.raises(Refused, match="talk_not_over"):
        talks.settle(store, talk, cast.marieke.id, END - timedelta(seconds=1))
    assert talks.settle(store, talk, cast.marieke.id, END).earned == 1
    with pytest.raises(Refused, match="own_contribution"):
        talks.settle(store, own, cast.marieke.id, START + HOUR)
    with pytest.raises(Conflict, match="talk_settled"):
        talks.say(store, talk, listener, "not_for_me", END)
    with pytest.raises(Refused, match="talk_over"):
        talks.attend(store, talk, crowd(1)[0], END)


def test_a_talk_that_nobody_came_to_is_no_contribution(store, cast, announce, balance):
    talk = announce()
    assert talks.settle_due(store, END + AFTER) == 1
    assert store.talks.get(talk.id).earned == 0 and "offertes lezen" not in knows(store, cast.joost)
    assert store.contributions.count("talk", since=START, person_id=cast.joost.id) == 0


def test_a_cancelled_talk_earns_nothing(store, cast, crowd, announce, balance):
    talk = announce()
    talks.attend(store, talk, crowd(1)[0], START)
    talks.cancel(store, talk, cast.joost.id, START)
    assert talks.settle_due(store, END + DAY) == 0
    with pytest.raises(Conflict, match="talk_cancelled"):
        talks.settle(store, talk, cast.marieke.id, END)
    assert balance(cast.joost) == cast.policy.newcomers_grant


def test_one_talk_a_day_earns_by_the_venues_midnight(store, cast, now, crowd, announce):
    venue = night(store, cast, now)
    listeners = crowd(2)
    for day, clock in (("2026-03-12", "22:00"), ("2026-03-12", "23:45"), ("2026-03-13", "00:15")):
        talk = announce(venue=venue, day=day, time=clock)
        presence.check_in(store, listeners[0], venue, cast.policy, "badge", talk.starts_at)
        talks.attend(store, talk, listeners[0], talk.starts_at)
    talks.settle_due(store, talk.ends_at + AFTER)
    assert [t.earned for t in reversed(store.talks.past(venue.id, talk.ends_at))] == [1, 0, 1]


def test_a_talk_that_was_of_no_use_leaves_the_day_to_the_next(store, cast, crowd, announce):
    listener = crowd(1)[0]
    for clock in ("11:00", "12:00"):
        talk = announce(time=clock)
        talks.attend(store, talk, listener, talk.starts_at)
        talks.say(store, talk, listener, "not_for_me" if clock == "11:00" else "useful", talk.starts_at)
    talks.settle_due(store, START)
    assert [t.earned for t in store.talks.past(cast.seinhuis.id, START)] == [1, 0]


def test_the_rules_of_the_day_of_the_talk_count(store, cast, crowd, announce):
    talk = announce()
    talks.attend(store, talk, crowd(1)[0], START)
    venues.change_policy(store, cast.seinhuis, replace(cast.policy, talk_amount=10), cast.marieke.id, END)
    talks.settle_due(store, END + AFTER)
    assert store.talks.get(talk.id).earned == 1


def test_the_topic_joins_what_the_speaker_knows_unless_they_do_not_want_it(store, cast, now, crowd, announce):
    listener = crowd(1)[0]
    talk = announce(teaches=False)
    talks.attend(store, talk, listener, START)
    talks.settle_due(store, END + AFTER)
    assert knows(store, cast.joost) == ["offertes en prijzen"]


def test_who_knows_as_much_as_can_be_kept_is_paid_all_the_same(store, cast, now, crowd, announce):
    for n in range(39):
        people.add_topic(store, cast.joost, f"onderwerp {n}", now)
    talk = announce()
    talks.attend(store, talk, crowd(1)[0], START)
    assert talks.settle_due(store, END + AFTER) == 1
    assert store.talks.get(talk.id).earned == 1 and len(knows(store, cast.joost)) == 40
