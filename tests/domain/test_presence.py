"""Presence: one open visit a person, one hold a visit, correct ends."""

from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import fields, ledger, matches, people, presence, venues
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.presence import Need

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def arrive(store, cast, now):
    """Samira, unless somebody else is named, at Het Seinhuis, unless another venue is."""

    def arrive(person=None, venue=None, when=now, policy=cast.policy, **more):
        return presence.check_in(store, person or cast.samira, venue or cast.seinhuis, policy, "badge", when, **more)

    return arrive


def purse(store, person):
    account = store.ledger.person_account(person.id)
    return account.balance, account.held


def spend(store, person, amount, now):
    """Bring somebody down to what a test needs."""
    commons = store.ledger.network_account(person.network_id, "commons")
    ledger.transfer(store, store.ledger.person_account(person.id), commons, amount, "gift", now, key=f"{person.id}{amount}")


def rows(store, cast):
    return store.ledger.head(cast.noord.id).n


# Coming in ----------------------------------------------------------------------------------------------------------


def test_a_check_in_makes_a_visit_and_holds_the_seat(database, cast, now):
    with database.write() as store:
        done = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
    with database.read() as store:
        account = store.ledger.person_account(cast.samira.id)
        assert store.presence.get(done.visit.id) == done.visit
    assert done.fresh and done.held == 4
    assert (account.balance, account.held, account.available) == (12, 4, 8)


def test_a_second_check_in_is_the_same_visit(store, cast, now, arrive):
    first, before = arrive(), rows(store, cast)
    second = arrive(when=now + HOUR)
    assert second.visit == first.visit and not second.fresh and second.held == 4
    assert rows(store, cast) == before


def test_checking_in_elsewhere_moves_and_settles(store, cast, now, arrive):
    first = arrive().visit
    second = arrive(venue=cast.wissel, when=now + HOUR)
    assert second.fresh and second.visit.id != first.id
    ended = store.presence.get(first.id)
    assert (ended.ended_at, ended.ended_how) == (now + HOUR, "moved")
    assert purse(store, cast.samira) == (8, 4)


def test_a_free_seat_moves_nothing(store, cast, now, arrive):
    done = arrive(policy=venues.Policy(seat_price=0))
    assert done.held == 0 and done.visit.hold_id is None
    presence.leave(store, done.visit, now + HOUR)
    assert purse(store, cast.samira) == (12, 0)


def test_the_floor_refuses_and_leaves_nothing(store, cast, now, arrive):
    spend(store, cast.samira, 17, now)  # 12 - 17 = -5; a seat of 4 would pass -8
    before = rows(store, cast)
    with pytest.raises(Refused, match="floor") as caught:
        arrive()
    assert caught.value.data == {"available": -5, "floor": -8, "amount": 4}
    assert (purse(store, cast.samira), rows(store, cast)) == ((-5, 0), before)
    assert store.presence.open_visit(cast.samira) is None


def test_the_floor_itself_may_be_reached(store, cast, now, arrive):
    spend(store, cast.samira, 16, now)
    assert arrive().held == 4
    assert purse(store, cast.samira) == (-4, 4)


def test_a_floor_refusal_elsewhere_leaves_the_visit_here_as_it_is(store, cast, now, arrive):
    here = arrive().visit
    spend(store, cast.samira, 14, now)
    with pytest.raises(Refused, match="floor"):
        arrive(venue=cast.wissel, when=now + HOUR)
    assert store.presence.open_visit(cast.samira) == here


def test_the_commons_may_pay_the_seat(store, cast, now, arrive):
    spend(store, cast.samira, 17, now)
    commons = store.ledger.network_account(cast.noord.id, "commons").balance
    done = arrive(paid_by="commons")
    assert done.held == 0 and done.visit.hold_id is None
    assert store.ledger.network_account(cast.noord.id, "commons").balance == commons - 4
    presence.leave(store, done.visit, now + HOUR)
    assert purse(store, cast.samira) == (-5, 0)


def test_who_consented_is_visible_and_may_differ_for_one_visit(store, cast, now, arrive):
    assert not arrive(cast.joost).visit.visible
    people.consent(store, cast.samira, "matching", True, now)
    assert arrive().visit.visible
    people.consent(store, cast.thijs, "matching", True, now)
    assert not arrive(cast.thijs, visible=False).visit.visible


# Leaving ------------------------------------------------------------------------------------------------------------


def test_leaving_settles_the_hold(database, cast, now):
    with database.write() as store:
        done = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        presence.leave(store, done.visit, now + timedelta(hours=1))
        account = store.ledger.person_account(cast.samira.id)
        verdict = ledger.verify_network(store, cast.noord.id)
    assert (account.balance, account.held) == (8, 0)
    assert verdict.fault is None


def test_leaving_twice_is_refused_and_settles_once(store, cast, now, arrive):
    visit = arrive().visit
    left = presence.leave(store, visit, now + HOUR)
    assert not left.is_open and not left.estimated
    with pytest.raises(Refused, match="not_here"):
        presence.leave(store, left, now + HOUR)
    # Somebody who still holds the open visit in hand changes nothing
    presence.leave(store, visit, now + 2 * HOUR)
    assert purse(store, cast.samira) == (8, 0)
    assert store.presence.get(visit.id).ended_at == now + HOUR


def test_undo_within_thirty_seconds_lets_the_hold_go(store, cast, now, arrive):
    done = arrive()
    undone = presence.undo(store, done.visit, now + timedelta(seconds=30))
    assert undone.ended_how == "undone" and purse(store, cast.samira) == (12, 0)
    assert arrive(when=now + MINUTE).fresh


def test_undo_after_thirty_seconds_is_too_late(store, cast, now, arrive):
    done = arrive()
    with pytest.raises(Refused, match="undo_late"):
        presence.undo(store, done.visit, now + timedelta(seconds=30, microseconds=1))
    assert purse(store, cast.samira) == (12, 4)


def test_undo_counts_from_when_we_heard_of_a_scan_not_from_when_it_was(store, cast, now, arrive):
    """A tablet three minutes slow, or the replay after an outage."""
    late = arrive(at=now - 3 * MINUTE).visit
    assert presence.may_undo(late, now + timedelta(seconds=30))
    assert not presence.may_undo(late, now + timedelta(seconds=31))
    assert presence.undo(store, late, now + timedelta(seconds=30)).ended_how == "undone"
    assert purse(store, cast.samira) == (12, 0)


def test_undo_of_an_ended_visit_is_refused(store, cast, now, arrive):
    left = presence.leave(store, arrive().visit, now)
    with pytest.raises(Refused, match="not_here"):
        presence.undo(store, left, now)


# Closing time -------------------------------------------------------------------------------------------------------


def test_closing_time_ends_visits_once_and_marks_them_estimated(store, cast, now, arrive):
    visit, _ = arrive().visit, arrive(cast.joost)
    assert presence.close_due(store, visit.closes_at - MINUTE) == 0
    assert presence.close_due(store, visit.closes_at + 3 * HOUR) == 2
    ended = store.presence.get(visit.id)
    assert ended.estimated and ended.ended_at == visit.closes_at == datetime(2026, 3, 12, 17, 0, tzinfo=UTC)
    before = rows(store, cast)
    assert presence.close_due(store, visit.closes_at + 4 * HOUR) == 0
    assert (purse(store, cast.samira), rows(store, cast)) == ((8, 0), before)


def test_who_comes_back_before_yesterday_was_closed_gets_a_visit_of_today(store, cast, now, arrive):
    """The server slept through closing time and the first scan comes before the job."""
    yesterday = arrive().visit
    today = arrive(when=now + DAY)
    assert today.fresh and today.visit.id != yesterday.id
    ended = store.presence.get(yesterday.id)
    assert ended.estimated and ended.ended_at == yesterday.closes_at
    assert purse(store, cast.samira) == (8, 4)


# A replay after an outage -------------------------------------------------------------------------------------------


def test_a_device_clock_a_little_off_does_not_matter(now):
    assert presence.when(None, now) == now
    for off in (timedelta(minutes=2), timedelta(minutes=-2)):
        assert presence.when(now + off, now) == now


def test_a_late_scan_counts_for_its_own_moment(now):
    assert presence.when(now - HOUR, now) == now - HOUR
    assert presence.when(now - timedelta(hours=72), now) == now - timedelta(hours=72)


def test_a_clock_ahead_never_makes_a_visit_in_the_future(now):
    assert presence.when(now + timedelta(minutes=5), now) == now
    with pytest.raises(Refused, match="clock_ahead"):
        presence.when(now + timedelta(minutes=5, seconds=1), now)


def test_what_is_older_than_three_days_is_for_the_host(now):
    with pytest.raises(Refused, match="too_old"):
        presence.when(now - timedelta(hours=72, seconds=1), now)


def test_a_replay_starts_when_it_happened(store, now, arrive):
    done = arrive(at=now - HOUR)
    assert done.fresh and done.visit.is_open and done.visit.started_at == now - HOUR


def test_a_replay_of_yesterday_ended_at_yesterdays_closing(store, cast, now, arrive):
    done = arrive(at=now - DAY)
    assert done.visit.estimated and done.visit.ended_at == datetime(2026, 3, 11, 17, 0, tzinfo=UTC) and done.held == 0
    assert store.presence.open_visit(cast.samira) is None and purse(store, cast.samira) == (8, 0)
    assert store.presence.get(done.visit.id) == done.visit


def test_a_replay_of_yesterday_leaves_todays_visit_alone(store, cast, now, arrive):
    today = arrive(venue=cast.wissel).visit
    late = arrive(when=now + HOUR, at=now - DAY)
    assert late.fresh and late.visit.estimated
    assert store.presence.open_visit(cast.samira) == today
    assert purse(store, cast.samira) == (8, 4)


def test_a_replay_within_a_visit_that_is_over_is_that_visit(store, cast, now, arrive):
    visit = arrive().visit
    presence.leave(store, visit, now + 2 * HOUR)
    late = arrive(when=now + 3 * HOUR, at=now + HOUR)
    assert not late.fresh and late.visit.id == visit.id and late.held == 0
    assert store.presence.open_visit(cast.samira) is None
    assert purse(store, cast.samira) == (8, 0)


def test_a_replay_just_before_another_scan_here_is_that_visit(store, cast, now, arrive):
    visit = arrive().visit
    presence.leave(store, visit, now + HOUR)
    late = arrive(when=now + 2 * HOUR, at=now - HOUR)
    assert not late.fresh and late.visit.id == visit.id
    assert purse(store, cast.samira) == (8, 0)


def test_a_replay_from_before_they_moved_on_ends_when_they_did(store, cast, now, arrive):
    elsewhere = arrive(venue=cast.wissel).visit
    late = arrive(when=now + HOUR, at=now - HOUR)
    assert late.fresh and (late.visit.ended_at, late.visit.ended_how) == (now, "moved")
    assert store.presence.open_visit(cast.samira) == elsewhere
    assert purse(store, cast.samira) == (8, 4)
    assert store.presence.get(late.visit.id) == late.visit


def test_a_replay_during_a_visit_elsewhere_that_is_over_makes_nobody_present(store, cast, now, arrive):
    elsewhere = arrive(venue=cast.wissel).visit
    presence.leave(store, elsewhere, now + 2 * HOUR)
    late = arrive(when=now + 3 * HOUR, at=now + HOUR)
    assert (late.visit.ended_at, late.visit.ended_how) == (now + 2 * HOUR, "moved")
    assert store.presence.open_visit(cast.samira) is None


def test_a_replay_after_they_came_in_elsewhere_moves_them_at_its_moment(store, cast, now, arrive):
    elsewhere = arrive(venue=cast.wissel).visit
    late = arrive(when=now + 2 * HOUR, at=now + HOUR)
    assert late.visit.is_open
    ended = store.presence.get(elsewhere.id)
    assert (ended.ended_at, ended.ended_how) == (now + HOUR, "moved")


def test_a_replay_takes_no_notice_of_what_was_undone(store, cast, now, arrive):
    presence.undo(store, arrive().visit, now + timedelta(seconds=9))
    assert arrive(when=now + HOUR, at=now - HOUR).visit.is_open


# What do you need today? --------------------------------------------------------------------------------------------


def test_the_answer_replaces_the_one_before_and_is_remembered_as_consent(store, cast, now, arrive):
    visit = arrive().visit
    visit = presence.answer_need(store, visit, Need("need", "offerte lezen"), now, visible=True, on_wall=True)
    visit = presence.answer_need(store, visit, Need("offer", "gewone taal"), now, visible=True, on_wall=False)
    assert (visit.intent, visit.visible) == ("offer", True) and store.presence.get(visit.id) == visit
    assert [(t.kind, t.text, t.on_wall) for t in store.presence.topics(visit.id)] == [("offer", "gewone taal", False)]
    assert store.people.consents(cast.samira.id) == {"matching"}


def test_a_name_alone_shows_nobody_and_changes_no_consent(store, cast, now):
    """Anybody can type a name."""
    for purpose in ("matching", "wall"):
        people.consent(store, cast.samira, purpose, True, now)
    visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "name", now).visit
    assert visit.by_name and not visit.visible
    answered = presence.answer_need(store, visit, Need("need", "x"), now, visible=False, on_wall=True, proven=False)
    assert not answered.visible and not store.presence.topics(visit.id)[0].on_wall
    assert store.people.consents(cast.samira.id) == {"matching", "wall"}
    people.consent(store, cast.samira, "matching", False, now)
    assert presence.answer_need(store, visit, Need("working", ""), now, visible=True, on_wall=False, proven=False).visible
    assert store.people.consents(cast.samira.id) == {"wall"}


def test_a_name_alone_ends_no_visit_elsewhere(store, cast, now, arrive):
    there = arrive(venue=cast.wissel).visit
    with pytest.raises(Refused, match="here_by_name"):
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "name", now + HOUR)
    assert store.presence.open_visit(cast.samira) == there
    assert presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "name", now + DAY).fresh


def test_what_stands_on_somebody_does_not_count_where_they_came_by_name(store, cast, now):
    visit = presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "name", now, visible=True).visit
    presence.add_work(store, visit, "een boot", now)
    (there,) = [matches.as_present(here) for here in store.presence.here(cast.seinhuis.id)]
    assert (there.knows, there.works_on) == ((), ("een boot",))


def test_a_visit_has_as_many_topics_as_a_person_and_no_more(store, cast, now):
    visit = presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "name", now).visit
    for number in range(fields.TOPICS_MAX):
        presence.add_work(store, visit, f"boot {number}", now)
    with pytest.raises(Invalid, match="too_many_topics"):
        presence.add_work(store, visit, "nog een boot", now)
    presence.drop_topic(store, visit, store.presence.topics(visit.id)[0].id, now)
    presence.add_work(store, visit, "nog een boot", now)
    assert len(store.presence.topics(visit.id)) == fields.TOPICS_MAX


def test_just_working_has_no_text(store, now, arrive):
    visit = presence.answer_need(store, arrive().visit, presence.parse_need("need", "  "), now, visible=False, on_wall=False)
    assert visit.intent == "working" and store.presence.topics(visit.id) == []


def test_an_answer_after_leaving_is_refused(store, now, arrive):
    left = presence.leave(store, arrive().visit, now)
    for act in (
        lambda: presence.answer_need(store, left, Need("working", ""), now, visible=True, on_wall=True),
        lambda: presence.add_work(store, left, "boekhouden", now),
        lambda: presence.hide(store, left, True, now),
    ):
        with pytest.raises(Refused, match="not_here"):
            act()


@pytest.mark.parametrize(
    ("kind", "text"), [("want", "x"), (None, "x"), (["need"], "x"), ("need", "x" * 91), ("need", 4), ("need", "\x00")]
)
def test_refuses_a_need_that_is_none(kind, text):
    with pytest.raises(Invalid):
        presence.parse_need(kind, text)


def test_hiding_counts_at_once_and_for_this_visit_only(store, cast, now, arrive):
    people.consent(store, cast.samira, "matching", True, now)
    visit = presence.hide(store, arrive().visit, True, now)
    assert not visit.visible and not store.presence.get(visit.id).visible
    assert presence.hide(store, visit, False, now).visible
    assert "matching" in store.people.consents(cast.samira.id)


def test_an_unmet_need_is_offered_back_until_it_is_met_or_a_week_old(store, cast, now, arrive):
    visit = arrive(need=Need("need", "offerte lezen")).visit
    presence.leave(store, visit, now + HOUR)
    topic = presence.unmet_need(store, cast.samira, now + DAY)
    assert topic.text == "offerte lezen"
    assert presence.unmet_need(store, cast.samira, now + 8 * DAY) is None
    with pytest.raises(NotFound):
        presence.solve(store, cast.joost, topic.id, now)
    presence.solve(store, cast.samira, topic.id, now)
    assert presence.unmet_need(store, cast.samira, now + DAY) is None


# Rooms and company --------------------------------------------------------------------------------------------------


def test_a_room_takes_as_many_as_it_holds(store, cast, now, arrive):
    given = {"name": "Atelier", "kind": "quiet", "floor": 0, "capacity": 1}
    room = venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now)
    first, second = arrive().visit, arrive(cast.joost).visit
    first = presence.sit_in(store, first, cast.seinhuis, room.id)
    presence.sit_in(store, first, cast.seinhuis, room.id)  # again: the same seat
    with pytest.raises(Refused, match="room_full"):
        presence.sit_in(store, second, cast.seinhuis, room.id)
    presence.leave(store, first, now + HOUR)
    assert presence.sit_in(store, second, cast.seinhuis, room.id).room_id == room.id
    assert presence.sit_in(store, second, cast.seinhuis, None).room_id is None


def test_a_room_of_another_venue_is_not_found(store, cast, now, arrive):
    given = {"name": "Atelier", "kind": "quiet", "floor": 0, "capacity": 1}
    room = venues.add_room(store, cast.wissel, given, cast.wim.id, now)
    with pytest.raises(NotFound):
        presence.sit_in(store, arrive().visit, cast.seinhuis, room.id)


def test_two_were_together_when_their_visits_overlapped(store, cast, now, arrive):
    first = arrive().visit
    assert presence.together(store, cast.samira.id, cast.joost.id, now) is None
    arrive(cast.joost, when=now + HOUR)
    assert presence.together(store, cast.samira.id, cast.joost.id, now + HOUR + MINUTE) == cast.seinhuis.id
    presence.leave(store, first, now + 2 * HOUR)
    assert presence.together(store, cast.joost.id, cast.samira.id, now + 7 * DAY) == cast.seinhuis.id
    assert presence.together(store, cast.joost.id, cast.samira.id, now + 8 * DAY) is None


def test_one_after_the_other_or_elsewhere_is_not_together(store, cast, now, arrive):
    presence.leave(store, arrive().visit, now + HOUR)
    arrive(cast.joost, when=now + HOUR)
    arrive(cast.wim, venue=cast.wissel, when=now)
    for other in (cast.joost, cast.wim):
        assert presence.together(store, cast.samira.id, other.id, now + HOUR) is None
    assert store.presence.met(cast.samira.id, now - DAY, now + HOUR) == []


def test_an_undone_visit_brings_nobody_together(store, cast, now, arrive):
    arrive(cast.joost)
    presence.undo(store, arrive().visit, now + timedelta(seconds=20))
    assert presence.together(store, cast.samira.id, cast.joost.id, now + HOUR) is None


def test_here_is_who_has_an_open_visit_with_what_the_room_may_know(store, cast, now, arrive):
    arrive(need=Need("need", "offerte lezen"))
    presence.leave(store, arrive(cast.joost).visit, now)
    arrive(cast.wim, venue=cast.wissel)
    (here,) = store.presence.here(cast.seinhuis.id)
    assert (here.person, here.knows, [t.text for t in here.topics]) == (cast.samira, ("gewone taal",), ["offerte lezen"])


def test_who_leaves_and_comes_back_before_closing_time_pays_for_one_seat(database, cast, now):
    with database.write() as store:
        first = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        presence.leave(store, first.visit, now + timedelta(hours=1))
        back = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now + timedelta(hours=2))
        account = store.ledger.person_account(cast.samira.id)
    assert back.fresh and back.held == 0 and back.visit.hold_id is None
    assert (account.balance, account.held) == (8, 0)


def test_an_undone_check_in_leaves_no_seat_behind(database, cast, now):
    with database.write() as store:
        first = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        presence.undo(store, first.visit, now + timedelta(seconds=5))
        back = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now + timedelta(seconds=9))
    assert back.held == 4


def test_the_next_day_and_another_venue_are_other_seats(database, cast, now):
    with database.write() as store:
        first = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        presence.leave(store, first.visit, now + timedelta(hours=1))
        elsewhere = presence.check_in(store, cast.samira, cast.wissel, cast.policy, "badge", now + timedelta(hours=2))
        presence.leave(store, elsewhere.visit, now + timedelta(hours=3))
        tomorrow = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now + timedelta(days=1))
    assert (elsewhere.held, tomorrow.held) == (4, 4)
