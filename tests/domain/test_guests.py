"""Guests of a meeting join the floor, and a meeting asks the house."""

from datetime import UTC, datetime, timedelta

import pytest

from s2m.domain import asks, bookings, codes, guests, inviting, matches, people, presence, signin
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.presence import Need
from tests.letting import HOUR, as_booker, book, let

MINUTE = timedelta(minutes=1)
TEN = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
NEED = Need("need", "iemand die meedenkt")


@pytest.fixture
def meeting(store, cast, now):
    """Samira's, from ten to twelve, for four; it may ask about two topics."""
    room = let(store, cast.seinhuis, cast.marieke, now - HOUR)
    topics = ("offertes", "gewone taal")
    return book(
        store, cast.seinhuis, room, TEN, 2, as_booker(cast.samira), now, person=cast.samira, people=4, topics=topics
    )  # fmt: skip


@pytest.fixture
def join(store, cast, meeting):
    def join(person, at=TEN, *, visible=True):
        return guests.go_in(
            store, meeting, cast.seinhuis, person, cast.policy, at, need=NEED, visible=visible, on_wall=False
        )  # fmt: skip

    return join


def test_a_guest_is_here_like_everybody_and_the_meeting_carries_the_seat(store, cast, join, meeting, balance):
    before = balance(cast.joost)
    done = join(cast.joost)
    assert (done.visit.way, done.visit.booking_id, done.held, done.fresh) == ("meeting", meeting.id, 0, True)
    assert [(t.kind, t.text) for t in store.presence.topics(done.visit.id)] == [("need", "iemand die meedenkt")]
    assert store.ledger.seats(cast.noord.id, [done.visit]) == {done.visit.id: "meeting"}
    assert [here.person.id for here in store.presence.here(cast.seinhuis.id)] == [cast.joost.id]
    assert done.visit.closes_at == meeting.ends_at + 30 * MINUTE
    presence.leave(store, done.visit, TEN + HOUR)
    assert balance(cast.joost) == before


def test_a_meeting_that_lasts_longer_carries_its_guests_until_its_new_end(store, cast, join, meeting):
    visit = join(cast.joost).visit
    host = as_booker(cast.marieke, host=True)
    for hours, closes in ((3, 3.5), (1, 1.5), (24, 8)):
        bookings.move(
            store, cast.seinhuis, meeting, meeting.room_id, TEN, TEN + hours * HOUR, host, TEN + MINUTE, agreed_cents=None
        )  # fmt: skip
        stays = store.presence.get(visit.id)
        assert (stays.closes_at, stays.is_open) == (TEN + closes * HOUR, True)
    assert presence.close_due(store, TEN + 7 * HOUR) == 0


def test_who_stays_on_after_the_meeting_takes_a_seat_of_their_own(store, cast, join):
    presence.leave(store, join(cast.joost).visit, TEN + HOUR)
    again = presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "badge", TEN + HOUR + MINUTE)
    assert again.held == cast.policy.seat_price


def test_who_is_here_already_stays_as_they_are(store, cast, join, now):
    visit = presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "badge", now).visit
    assert join(cast.joost).visit.id == visit.id and store.presence.topics(visit.id) == []


@pytest.mark.parametrize(("minutes", "open_"), [(-31, False), (-30, True), (149, True), (150, False)])
def test_a_meeting_takes_guests_from_half_an_hour_before_to_half_an_hour_after(join, cast, minutes, open_):
    if open_:
        assert join(cast.joost, TEN + minutes * MINUTE).fresh
    else:
        with pytest.raises(Refused, match="meeting_closed"):
            join(cast.joost, TEN + minutes * MINUTE)


def test_it_takes_half_as_many_again_as_were_booked_for(store, cast, join):
    for n in range(6):
        join(people.join(store, cast.noord.id, f"Gast {n}", None, cast.policy, TEN))
    with pytest.raises(Refused, match="meeting_full"):
        join(cast.joost)


def test_its_code_is_its_own_and_cannot_be_made_up(store, keys, meeting, now):
    text = codes.meeting_text(keys, meeting.id)
    assert guests.read(store, keys, text, TEN).id == meeting.id
    with pytest.raises(Refused, match="meeting_closed"):
        guests.read(store, keys, text, now - HOUR)
    with pytest.raises(Refused, match="code_forged"):
        guests.read(store, keys, text[:-1] + ("A" if text[-1] != "A" else "B"), TEN)
    with pytest.raises(Invalid, match="code_unreadable"):
        guests.read(store, keys, codes.badge_text(keys, meeting.id), TEN)


def test_somebody_of_another_network_is_no_guest(store, cast, meeting):
    with pytest.raises(Refused, match="code_forged"):
        guests.go_in(store, meeting, cast.seinhuis, cast.olga, cast.policy, TEN, need=NEED, visible=True, on_wall=False)


# Asking the house ----------------------------------------------------------------------------------------------------


@pytest.fixture
def here(store, cast):
    """Somebody is here, to be seen or not, with a phone of theirs."""

    def here(person, *, visible=True):
        presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", TEN, visible=visible)
        signin.start_session(store, person, "phone", TEN)

    return here


@pytest.fixture
def known(store, cast, meeting):
    return lambda: inviting.known(matches.room_of(store, cast.seinhuis.id, TEN), cast.samira, meeting)


@pytest.fixture
def invite(store, cast, meeting):
    def invite(topic="offertes", at=TEN, person=cast.samira):
        return inviting.invite(store, meeting, cast.seinhuis, person, topic, cast.policy, at)

    return invite


def test_how_many_know_it_is_told_only_from_three(store, cast, here, known):
    assert known() == [("offertes", 0), ("gewone taal", 0)]
    here(cast.joost)
    assert known() == [("offertes", 1), ("gewone taal", 0)]
    for n in range(2):
        other = people.join(store, cast.noord.id, f"Kenner {n}", None, cast.policy, TEN)
        people.add_topic(store, other, "offertes en prijzen", TEN)
        here(other)
        assert known()[0] == ("offertes", 1 if n == 0 else 3)


def test_who_hides_is_not_counted(cast, here, known):
    here(cast.joost, visible=False)
    assert known()[0] == ("offertes", 0)


def test_an_invitation_is_a_quiet_ask_of_the_booker_who_is_in_the_room(store, cast, here, invite, meeting):
    here(cast.joost)
    ask = invite()
    visit = store.presence.open_visit(cast.samira)
    assert (visit.room_id, visit.visible, visit.booking_id) == (meeting.room_id, True, meeting.id)
    assert (ask.text, ask.quiet, ask.wall, ask.ends_at) == ("offertes", True, False, meeting.ends_at)
    assert store.asks.waiting(ask.id).person_id == cast.joost.id
    assert asks.answer(store, cast.joost, store.asks.waiting(ask.id).id, True, TEN + MINUTE).state == "found"
    assert "matching" not in store.people.consents(cast.samira.id)  # shown for this visit, not for ever


def test_what_the_booker_needs_besides_stays(store, cast, here, invite):
    visit = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", TEN).visit
    presence.answer_need(store, visit, NEED, TEN, visible=False, on_wall=False)
    invite()
    assert [t.text for t in store.presence.topics(visit.id)] == ["iemand die meedenkt", "offertes"]
    with pytest.raises(Conflict, match="asks_already"):
        invite("gewone taal")


def test_only_who_booked_asks_about_its_topics_while_it_goes_on(cast, invite, meeting):
    with pytest.raises(NotFound):
        invite(person=cast.joost)
    with pytest.raises(NotFound):
        invite("iets anders")
    with pytest.raises(Refused, match="not_now"):
        invite(at=TEN - MINUTE)
    with pytest.raises(Refused, match="meeting_nearly_over"):
        invite(at=meeting.ends_at - 2 * MINUTE)
