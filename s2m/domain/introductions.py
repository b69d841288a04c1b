"""Introductions: two people brought together, at the wish of one of them, of a third who was here with both, or of a host.

Until both agree, each sees the other's first name and the reason, no more; then full names, and what each chose to tell.
A refusal is silent: it looks like an answer that has not come, until the introduction lapses. Who was kept apart from the
other when they were asked, or said no to them lately, is not asked at all, and nobody can tell that from waiting.

Two are introduced once: whoever asks again joins the introduction that stands. When both confirm that it helped, a third
who brought them together earns; a host, or one of the two, does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import contributions, fields, presence
from s2m.domain.blocks import SNOOZE
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.venues import day_start

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store

LASTS = timedelta(days=7)
# How many introductions of one person earn a day
EARNING_DAY = 3


@dataclass(frozen=True)
class Side:
    """One of the two. answer: yes, no (said, or never asked), None as long as they said nothing. helped: likewise."""

    person_id: str
    answer: str | None = None
    answered_at: datetime | None = None
    contact: str | None = None
    helped: bool | None = None


@dataclass(frozen=True)
class Introduction:
    """one_id, other_id: in the order of their ids. way: whose wish it was (self, third, host).

    earned: dots, once both confirmed what a third made.
    """

    id: str
    network_id: str
    venue_id: str
    one_id: str
    other_id: str
    by_id: str
    way: str
    reason: str
    asked_at: datetime
    lapses_at: datetime
    agreed_at: datetime | None = None
    ended_at: datetime | None = None
    earned: int | None = None
    sides: tuple[Side, ...] = ()

    def state(self, now: datetime) -> str:
        """All that others may know: waiting, agreed or lapsed."""
        if self.agreed_at:
            return "agreed"
        return "lapsed" if self.ended_at or now >= self.lapses_at else "waiting"

    def mine(self, person_id: str) -> Side:
        return next(side for side in self.sides if side.person_id == person_id)

    def theirs(self, person_id: str) -> Side:
        return next(side for side in self.sides if side.person_id != person_id)


@dataclass(frozen=True)
class Shown:
    """An introduction as one of the two may see it. name: the first one only, until both agreed; contact likewise.

    by: the first name of a third. answered: whether this person agreed.
    """

    introduction: Introduction
    other_id: str
    name: str
    contact: str | None
    by: str | None
    answered: bool
    helped: bool | None

    @property
    def agreed(self) -> bool:
        return self.introduction.agreed_at is not None


# Who can be introduced --------------------------------------------------------------------------------------------------


def within_reach(store: Store, person: Person, now: datetime) -> dict[str, Person]:
    """Whom somebody may name: who is here with them, or was in the last days, and lets it be seen now."""
    found = {other.id: other for other in contributions.to_thank(store, person, now)}
    visit = store.presence.open_visit(person)
    if visit:
        apart = store.blocks.apart(person.id, now) | {person.id}
        found |= {other.id: other for other in visible_here(store, visit.venue_id, now) if other.id not in apart}
    return found


def visible_here(store: Store, venue_id: str, now: datetime) -> list[Person]:
    """Who is present and neither hides nor is paused."""
    paused = store.pauses.here(venue_id, now)
    return [each.person for each in store.presence.here(venue_id) if each.visit.visible and each.person.id not in paused]


def _place(store: Store, by: Person, others: set[str], now: datetime) -> str:
    """The venue where somebody was with all of them, the latest first. Raises Refused `places_differ`."""
    there: dict[str, set[str]] = {}
    for visit in store.presence.met(by.id, now - timedelta(days=presence.MET_DAYS), now):
        there.setdefault(visit.venue_id, set()).add(visit.person_id or "")
    for venue_id, people in there.items():
        if others <= people:
            return venue_id
    raise Refused("places_differ", field="to")


# Asking -----------------------------------------------------------------------------------------------------------------


def introduce(
    store: Store, by: Person, one_id: str, other_id: str, reason: object, now: datetime, *, contact: object = ""
) -> Introduction:
    """Ask both; one of the two may be `by`, who thereby agrees. Where these two stand already, that one answers.

    Raises Invalid (`choice` for one person twice), NotFound for who is out of reach, Refused `places_differ`.
    """
    why, detail = fields.sentence(reason, "reason"), _contact(contact)
    if one_id == other_id:
        raise Invalid("to", "choice")
    store.ledger.lock_chain(by.network_id)
    others = {one_id, other_id} - {by.id}
    if not others <= within_reach(store, by, now).keys():
        raise NotFound()
    venue_id = _place(store, by, others, now)
    found, _new = _stand(store, by, (one_id, other_id), venue_id, "self" if len(others) == 1 else "third", why, now)
    return _say(store, found, by.id, "yes", detail, now) if len(others) == 1 else found


def introduce_here(
    store: Store, host: Person, venue: Venue, one_id: str, other_id: str, reason: object, now: datetime
) -> Introduction:
    """A host brings together two who are present and visible, never themselves. Raises as `introduce`."""
    why = fields.sentence(reason, "reason")
    if one_id == other_id or host.id in (one_id, other_id):
        raise Invalid("to", "choice")
    store.ledger.lock_chain(venue.network_id)
    if not {one_id, other_id} <= {person.id for person in visible_here(store, venue.id, now)}:
        raise NotFound()
    found, new = _stand(store, host, (one_id, other_id), venue.id, "host", why, now)
    if new:
        store.audit.record(
            venue.network_id, now, actor=host.id, role="host", action="introduction.make", venue_id=venue.id, object_id=found.id
        )
    return found


def _contact(typed: object) -> str | None:
    return fields.line("contact", typed or "", fields.SENTENCE_MAX, shortest=0) or None


def _stand(
    store: Store, by: Person, pair: tuple[str, str], venue_id: str, way: str, reason: str, now: datetime
) -> tuple[Introduction, bool]:
    """The introduction of these two that stands, or a new one, and whether it is new."""
    one, other = sorted(pair)
    standing = store.introductions.standing(one, other)
    if standing and standing.state(now) != "lapsed":
        return standing, False
    if standing:
        store.introductions.end(standing, now)
    sides = tuple(_asked(store, me, them, now) for me, them in ((one, other), (other, one)))
    made = Introduction(
        store.new_id(now), by.network_id, venue_id, one, other, by.id, way, reason, now, now + LASTS, sides=sides
    )
    store.introductions.add(made)
    return made, True


def _asked(store: Store, person_id: str, other_id: str, now: datetime) -> Side:
    """Nobody is asked about whom they keep apart from or who blocked them, nor again about whom they refused lately."""
    no = other_id in store.blocks.apart(person_id, now) or store.introductions.refused(person_id, other_id, now - SNOOZE)
    return Side(person_id, "no", now) if no else Side(person_id)


# Answering --------------------------------------------------------------------------------------------------------------


def agree(store: Store, person: Person, introduction_id: str, contact: object, now: datetime) -> Introduction:
    """contact: what the other may see once both agreed. A repeat changes nothing.

    Raises Invalid, NotFound, Conflict `introduction_lapsed`, `decided` after a no.
    """
    detail, found = _contact(contact), _mine(store, person, introduction_id)
    _check_open(found, now)
    if found.mine(person.id).answer == "no":
        raise Conflict("decided")
    return found if found.mine(person.id).answer else _say(store, found, person.id, "yes", detail, now)


def decline(store: Store, person: Person, introduction_id: str, now: datetime) -> None:
    """Also after having agreed, as long as the other did not. Raises NotFound, Conflict `introduction_lapsed`, `decided`."""
    found = _mine(store, person, introduction_id)
    if found.agreed_at:
        raise Conflict("decided")
    if found.mine(person.id).answer == "no":
        return
    _check_open(found, now)
    _say(store, found, person.id, "no", None, now)


def withdraw(store: Store, by: Person, introduction_id: str, now: datetime, *, venue: Venue | None = None) -> None:
    """By whoever made it, or where a venue is given what its hosts made, as long as not both agreed.

    Raises NotFound, Conflict `introduction_lapsed`, `decided`.
    """
    store.ledger.lock_chain(by.network_id)
    found = store.introductions.get(introduction_id)
    mine = found and (found.way == "host" and found.venue_id == venue.id if venue else found.by_id == by.id)
    if found is None or not mine:
        raise NotFound()
    if found.agreed_at:
        raise Conflict("decided")
    _check_open(found, now)
    store.introductions.end(found, now)


def _mine(store: Store, person: Person, introduction_id: str) -> Introduction:
    store.ledger.lock_chain(person.network_id)
    found = store.introductions.get(introduction_id)
    if found is None or person.id not in (found.one_id, found.other_id):
        raise NotFound()
    return found


def _check_open(introduction: Introduction, now: datetime) -> None:
    if introduction.state(now) == "lapsed":
        raise Conflict("introduction_lapsed")


def _say(
    store: Store, found: Introduction, person_id: str, answer: str, contact: str | None, now: datetime
) -> Introduction:
    if found.agreed_at:
        return found
    store.introductions.answer(found, Side(person_id, answer, now, contact))
    if answer == "yes" and found.theirs(person_id).answer == "yes":
        store.introductions.change(found, agreed_at=now)
    return store.introductions.get(found.id) or found


def lapse(store: Store, now: datetime) -> int:
    """End what nobody agreed on in time, and forget what was told for it; how many. Safe to run again."""
    ended = 0
    for network_id in sorted({found.network_id for found in store.introductions.late(now)}):
        store.ledger.lock_chain(network_id)
        # Whoever agreed in time while we waited for the lock is late no more
        for found in store.introductions.late(now, network_id):
            store.introductions.end(found, now)
            ended += 1
    return ended


# Did it help? -----------------------------------------------------------------------------------------------------------


def confirm(store: Store, person: Person, introduction_id: str, helped: bool, now: datetime) -> Introduction:
    """Each says it once; a third earns when both say that it helped.

    Raises NotFound, also before both agreed; Conflict `decided` for another word than before.
    """
    found = _mine(store, person, introduction_id)
    said = found.mine(person.id).helped
    if found.agreed_at is None:
        raise NotFound()
    if said is not None and said != helped:
        raise Conflict("decided")
    if said is None:
        store.introductions.say(found, person.id, helped)
        if helped and found.theirs(person.id).helped and found.way == "third":
            _pay(store, found, now)
    return store.introductions.get(found.id) or found


def _pay(store: Store, found: Introduction, now: datetime) -> None:
    """By the policy that held when they were introduced; beyond a day's number it counts, and nothing moves."""
    venue, third = store.venues.get(found.venue_id), store.people.get(found.by_id)
    if venue is None or third is None or third.erased_at:
        return
    earned_today = store.contributions.count("introduction", since=day_start(venue, now), person_id=third.id)
    amount = store.venues.policy(venue, found.asked_at).introduction_amount if earned_today < EARNING_DAY else 0
    # The reason tells of the two, and would stay with the third when one of them is erased
    contributions.earn(store, third, venue, "introduction", "", amount, now, key=found.id)
    store.introductions.change(found, earned=amount)


# What each may see ------------------------------------------------------------------------------------------------------


def for_person(store: Store, person: Person, now: datetime) -> list[Shown]:
    """Those that wait or that both agreed on, the latest first; no longer who this person keeps apart from.

    Nothing is asked of who is paused, nor about whom.
    """
    kept = {block.other_id for block in store.blocks.of(person.id, now)}
    found = [each for each in store.introductions.of(person.id) if each.state(now) != "lapsed"]
    found = [each for each in found if each.mine(person.id).answer != "no" and each.theirs(person.id).person_id not in kept]
    paused = store.pauses.among({side.person_id for each in found for side in each.sides}, now)
    shown = []
    for each in found:
        asks = not each.agreed_at and each.mine(person.id).answer is None
        other = store.people.get(each.theirs(person.id).person_id)
        if other and not other.erased_at and not (asks and paused & {person.id, other.id}):
            shown.append(_shown(store, each, person, other, now))
    return shown


def _shown(store: Store, each: Introduction, person: Person, other: Person, now: datetime) -> Shown:
    third = store.people.get(each.by_id) if each.way == "third" else None
    named = third and not third.erased_at and third.id not in store.blocks.apart(person.id, now)
    mine, theirs, agreed = each.mine(person.id), each.theirs(person.id), each.agreed_at is not None
    return Shown(
        each, other.id, other.name if agreed else other.first_name, theirs.contact if agreed else None,
        third.first_name if third and named else None, mine.answer == "yes", mine.helped,
    )  # fmt: skip
