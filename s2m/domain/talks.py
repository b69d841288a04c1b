"""Talks: a quarter of an hour about a topic, announced by who gives it or by the host, and counted by who was there.

Attendance is the evidence: a listener opens the code that the speaker shows, while checked in at that venue, from the
start until half an hour after the end, and may say in one tap whether it was useful. Then the talk is settled, by a job or
by the host: the speaker earns for each listener to whom it was of use, up to the policy's cap, for one talk a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import agenda, codes, contributions, fields, people
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.venues import Venue, day_end, day_start, the_room

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from s2m.domain.agenda import Moment
    from s2m.domain.codes import Keys
    from s2m.domain.people import Person
    from s2m.domain.presence import Visit
    from s2m.domain.venues import Policy
    from s2m.store import Store

LENGTH = timedelta(minutes=15)
AFTER = timedelta(minutes=30)
# How many talks one person may have ahead
COMING_MOST = 3
ANSWERS = ("useful", "not_for_me", "skip")


@dataclass(frozen=True)
class Talk:
    """teaches: the topic joins what the speaker knows. earned: dots, once it is settled."""

    id: str
    network_id: str
    venue_id: str
    speaker_id: str | None
    room_id: str | None
    topic: str
    teaches: bool
    starts_at: datetime
    ends_at: datetime
    announced_by: str
    announced_at: datetime
    cancelled_at: datetime | None = None
    settled_at: datetime | None = None
    earned: int | None = None

    @property
    def counts_until(self) -> datetime:
        return self.ends_at + AFTER

    def counts(self, now: datetime) -> bool:
        """Whether listeners can be counted now."""
        return not self.cancelled_at and not self.settled_at and self.starts_at <= now < self.counts_until


@dataclass(frozen=True)
class Attendance:
    """useful: what they said of it (one of ANSWERS), None as long as they said nothing. recorded_by: the host who saw them."""

    network_id: str
    talk_id: str
    person_id: str
    at: datetime
    recorded_by: str | None = None
    useful: str | None = None


# Rules ---------------------------------------------------------------------------------------------------------


def worth(attendances: Sequence[Attendance], policy: Policy) -> int:
    """What a talk earns: so much a listener, except to whom it was of no use; never more than the cap."""
    of_use = sum(1 for attendance in attendances if attendance.useful != "not_for_me")
    return min(policy.talk_amount * of_use, policy.talk_most)


def _check_counting(talk: Talk, now: datetime) -> None:
    if talk.cancelled_at:
        raise Conflict("talk_cancelled")
    if now < talk.starts_at:
        raise Refused("talk_not_begun")
    if not talk.counts(now):
        raise Refused("talk_over")


# Announcing ----------------------------------------------------------------------------------------------------


def announce(
    store: Store, speaker: Person, venue: Venue, given: Mapping[str, object], by: str, now: datetime, *, teaches: bool = True
) -> tuple[Talk, Moment]:
    """A talk of 15 minutes. given: topic, day (2026-03-12), time (14:30), room (an id, or empty).

    Raises Invalid, NotFound for a room or speaker from elsewhere, Refused `too_many_talks`, `room_taken`, `speaks_then`.
    """
    topic, moment = fields.topic(given.get("topic")), agenda.moment(venue, given.get("day"), given.get("time"))
    start, end = moment.at, moment.at + LENGTH
    agenda.check_coming(start, now)
    agenda.check_open(venue, start, end)
    room = the_room(store, venue, str(given["room"])) if given.get("room") else None
    if speaker.network_id != venue.network_id or speaker.erased_at:
        raise NotFound()
    store.ledger.lock_chain(venue.network_id)
    ahead = store.talks.of_speaker(speaker.id, since=now)
    if len(ahead) >= COMING_MOST:
        raise Refused("too_many_talks", most=COMING_MOST)
    if any(talk.starts_at < end and start < talk.ends_at for talk in ahead):
        raise Refused("speaks_then", field="time")
    if room and store.talks.in_room(room.id, start, end):
        raise Refused("room_taken", field="room", room=room.name)
    talk = Talk(
        store.new_id(now), venue.network_id, venue.id, speaker.id, room.id if room else None, topic, teaches, start, end, by, now
    )
    store.talks.add(talk)
    if by != speaker.id:
        _note(store, talk, "talk.announce", by, now)
    return talk, moment


def the_talk(store: Store, network_id: str, talk_id: str, *, venue: Venue | None = None) -> Talk:
    """Raises NotFound for a talk of another network, or than this venue's, as for one that never was."""
    talk = store.talks.get(talk_id)
    if talk is None or talk.network_id != network_id or (venue and talk.venue_id != venue.id):
        raise NotFound()
    return talk


def cancel(store: Store, talk: Talk, by: str, now: datetime, *, as_host: bool = False) -> Talk:
    """By the speaker, or by a host of its venue (the caller knows).

    Raises NotFound for anybody else, Conflict `talk_cancelled`, `talk_settled`.
    """
    if not as_host and talk.speaker_id != by:
        raise NotFound()
    talk = _locked(store, talk)
    if talk.cancelled_at:
        raise Conflict("talk_cancelled")
    if talk.settled_at:
        raise Conflict("talk_settled")
    cancelled = store.talks.change(talk, cancelled_at=now)
    if talk.speaker_id != by:
        _note(store, talk, "talk.cancel", by, now)
    return cancelled


# Being there ---------------------------------------------------------------------------------------------------


def read_typed(store: Store, keys: Keys, typed: str, listener: Person, now: datetime) -> Talk:
    """Which talk the typed characters belong to, among those that count now where the listener is.

    Raises Refused `not_at_talk` where they are nowhere, `talk_code_expired`.
    """
    visit = store.presence.open_visit(listener)
    if visit is None:
        raise Refused("not_at_talk")
    running = {talk.id: talk for talk in store.talks.running(visit.venue_id, now)}
    return running[codes.read_typed_talk(keys, typed, running, now)]


def check_attend(store: Store, talk: Talk, listener: Person, now: datetime) -> None:
    """Raises Refused `own_talk`, `talk_not_begun`, `talk_over`, `not_at_talk`; Conflict `talk_cancelled`, `attended`."""
    if listener.id == talk.speaker_id:
        raise Refused("own_talk")
    if store.talks.attendance(talk.id, listener.id):
        raise Conflict("attended")
    _check_counting(talk, now)
    visit = store.presence.open_visit(listener)
    if visit is None or visit.venue_id != talk.venue_id or visit.closes_at <= now:
        raise Refused("not_at_talk")


def attend(store: Store, talk: Talk, listener: Person, now: datetime) -> Attendance:
    """The listener opened the code that the speaker showed. Counts once; raises what `check_attend` raises."""
    if listener.network_id != talk.network_id:
        raise NotFound()
    talk = _locked(store, talk)
    check_attend(store, talk, listener, now)
    return store.talks.attend(Attendance(talk.network_id, talk.id, listener.id, now), talk)


def add_listener(store: Store, talk: Talk, visit: Visit, by: str, now: datetime) -> Attendance:
    """The host saw somebody there who has no phone at hand. Never at the host's own talk, and not the host.

    Raises Refused `own_contribution`, and what `check_attend` raises.
    """
    listener = people.in_network(store, talk.network_id, visit.person_id or "")
    if by in (talk.speaker_id, listener.id):
        raise Refused("own_contribution")
    talk = _locked(store, talk)
    check_attend(store, talk, listener, now)
    _note(store, talk, "talk.attend", by, now)
    return store.talks.attend(Attendance(talk.network_id, talk.id, listener.id, now, by), talk)


def say(store: Store, talk: Talk, listener: Person, useful: object, now: datetime) -> Attendance:
    """Whether it was of use; until the talk is settled they may change it. Raises NotFound for who was not there."""
    talk = _locked(store, talk)
    attendance = store.talks.attendance(talk.id, listener.id)
    if attendance is None:
        raise NotFound()
    if useful not in ANSWERS:
        raise Invalid("useful", "choice")
    if talk.settled_at or talk.cancelled_at:
        raise Conflict("talk_settled" if talk.settled_at else "talk_cancelled")
    return store.talks.say(attendance, str(useful))


# Settling ------------------------------------------------------------------------------------------------------


def settle(store: Store, talk: Talk, by: str, now: datetime) -> Talk:
    """The host does not wait for half an hour. Never for their own talk.

    Raises Refused `own_contribution`, `talk_not_over`; Conflict `talk_cancelled`, `talk_settled`.
    """
    if by == talk.speaker_id:
        raise Refused("own_contribution")
    talk = _locked(store, talk)
    if talk.cancelled_at or talk.settled_at:
        raise Conflict("talk_settled" if talk.settled_at else "talk_cancelled")
    if now < talk.ends_at:
        raise Refused("talk_not_over")
    _note(store, talk, "talk.settle", by, now)
    return _pay(store, talk, now)


def settle_due(store: Store, now: datetime) -> int:
    """Settle every talk whose listeners have had their time; how many. Safe to run again."""
    settled = 0
    for talk in store.talks.due(now - AFTER):
        talk = _locked(store, talk)
        if not talk.settled_at and not talk.cancelled_at:
            _pay(store, talk, now)
            settled += 1
    return settled


def _pay(store: Store, talk: Talk, now: datetime) -> Talk:
    """By the policy that held when the talk began. A talk that nobody came to is settled, and is no contribution."""
    venue = store.venues.get(talk.venue_id)
    speaker = store.people.get(talk.speaker_id) if talk.speaker_id else None
    attendances = store.talks.attendances(talk.id)
    earned = 0
    if venue and speaker and not speaker.erased_at and attendances:
        since = day_start(venue, talk.starts_at)
        if not store.talks.earned_between(speaker.id, since, day_end(venue, since)):
            earned = worth(attendances, store.venues.policy(venue, talk.starts_at))
        contributions.earn(store, speaker, venue, "talk", talk.topic, earned, now, key=talk.id)
        if talk.teaches:
            _teach(store, speaker, talk.topic, now)
    return store.talks.change(talk, settled_at=now, earned=earned)


def _teach(store: Store, speaker: Person, topic: str, now: datetime) -> None:
    """What they spoke about joins what they know, unless they know as much as one can keep."""
    if len(store.people.topics(speaker.id)) < fields.TOPICS_MAX:
        people.add_topic(store, speaker, topic, now)


def _locked(store: Store, talk: Talk) -> Talk:
    """The talk as it is now that nobody else can change it."""
    store.ledger.lock_chain(talk.network_id)
    return store.talks.get(talk.id) or talk


def _note(store: Store, talk: Talk, action: str, by: str, now: datetime) -> None:
    store.audit.record(talk.network_id, now, actor=by, role="host", action=action, venue_id=talk.venue_id, object_id=talk.id)
