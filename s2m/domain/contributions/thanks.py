"""Thanks: from the one who was helped, never from oneself. Of three kinds:

    earned   worth what the venue's policy says, from the issuing account, within caps
    gift     from the giver's own balance, as much as is free there
    plain    words alone: nothing moves

Earned thanks and gifts wait as a hold for as long as the policy says (`decisions.py`); caps are counted in the same
transaction that holds, under the ledger's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import fields, ledger, presence
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.venues import Policy, Venue, day_start

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store

PAIR_DAYS = 30
THANKS_KINDS = ("earned", "gift", "plain")
# What caps count, and what the receiver may still count on
STANDING = ("waiting", "accepted")


@dataclass(frozen=True)
class Thanks:
    """kind: see above. amount: in whole units, 0 where nothing moves. transfer_id: the hold, or what was posted at once.

    state: waiting, accepted, declined (by the receiver), undone (by the giver), objected or reversed (by a host, who said
    the reason). accept_by: when waiting thanks count by themselves. decided_at: when the state last changed.
    """

    id: str
    network_id: str
    venue_id: str
    giver_id: str | None
    receiver_id: str | None
    topic: str
    text: str
    amount: int
    transfer_id: str | None
    at: datetime
    decided_at: datetime | None = None
    kind: str = "earned"
    state: str = "accepted"
    accept_by: datetime | None = None
    reason: str | None = None

    @property
    def waits(self) -> bool:
        return self.state == "waiting"


def to_thank(store: Store, giver: Person, now: datetime) -> tuple[Person, ...]:
    """Whom the giver was present with in the last days and who let themselves be seen then and now, the latest first.

    Without who is kept apart from the giver or is paused. Never a directory: who kept out of sight can still be
    thanked by the code of their badge, which only they can give.
    """
    seen: dict[str, Person] = {}
    apart = store.blocks.apart(giver.id, now)
    for visit in store.presence.met(giver.id, now - timedelta(days=presence.MET_DAYS), now):
        if visit.visible and visit.person_id and visit.person_id not in apart | seen.keys():
            other = store.people.get(visit.person_id)
            if other and not other.erased_at:
                seen[other.id] = other
    paused = store.pauses.among(seen, now)
    return tuple(other for other in seen.values() if other.id not in paused and _lets_be_seen(store, other))


def _lets_be_seen(store: Store, person: Person) -> bool:
    """By what stands now: a consent taken back, or a visit that is hidden, counts at once."""
    visit = store.presence.open_visit(person)
    return "matching" in store.people.consents(person.id) and (visit is None or visit.visible)


def check_met(store: Store, giver: Person, receiver: Person, now: datetime) -> None:
    """Raises Refused `self_thanks`, `never_met` (not here at the same time in the last days; the same to who was blocked)."""
    if giver.id == receiver.id:
        raise Refused("self_thanks")
    if presence.together(store, giver.id, receiver.id, now) is None or store.blocks.blocked(giver.id, by=receiver.id):
        raise Refused("never_met", name=receiver.first_name)


def thank(
    store: Store,
    giver: Person,
    receiver: Person,
    venue: Venue,
    policy: Policy,
    topic: object,
    text: object,
    now: datetime,
    *,
    key: str,
    kind: str = "earned",
    amount: object = None,
) -> Thanks:
    """Thank somebody; what moves is held until it is accepted, or moves at once where the policy knows no waiting.

    amount: of a gift, in whole units; else it is ignored. A repeated key answers as the first time.
    Raises Invalid, Refused `self_thanks`, `never_met`, `cap_given`, `cap_received`, `cap_pair`, `gift_over_balance` or
    `frozen`; Conflict `key_reused`.
    """
    about, why, key = fields.topic(topic), fields.sentence(text), fields.line("key", key, 100)
    if kind not in THANKS_KINDS:
        raise Invalid("kind", "choice")
    gift = fields.whole(amount) if kind == "gift" else 0
    if giver.network_id != receiver.network_id or receiver.erased_at:
        raise NotFound()
    store.ledger.lock_chain(giver.network_id)
    asked = ledger.digest("thanks", receiver.id, about, why, kind, gift)
    before = store.requests.answer(giver.network_id, giver.id, key)
    if before is not None:
        if before.input_hash != asked:
            raise Conflict("key_reused")
        return _given(store, before.answer["thanks"])
    check_met(store, giver, receiver, now)
    if kind == "earned":
        _check_caps(store, giver, receiver, venue, policy, now)
    dots = {"earned": policy.thanks_amount, "gift": gift, "plain": 0}[kind]
    until = now + timedelta(hours=policy.thanks_accept_hours)
    moved = _move(store, giver, receiver, kind, dots, now, until, ledger.digest(giver.id, key)) if dots else None
    waits = moved is not None and not moved.moves
    thanks = Thanks(
        store.new_id(now), giver.network_id, venue.id, giver.id, receiver.id, about, why, dots, moved.id if moved else None, now,
        None if waits else now, kind, "waiting" if waits else "accepted", until if waits else None,
    )  # fmt: skip
    _write_down(store, thanks, moved)
    store.requests.keep(giver.network_id, giver.id, key, asked, {"thanks": thanks.id}, now)
    return thanks


def _move(
    store: Store, giver: Person, receiver: Person, kind: str, dots: int, now: datetime, until: datetime, key: str
) -> ledger.Transfer:
    """The hold, or the transfer where there is nothing to wait for. Nobody gives away what they only promised: floor 0."""
    credit = store.ledger.person_account(receiver.id)
    if kind == "gift":
        debit, floor, called = store.ledger.person_account(giver.id), 0, "gift"
        if debit.available < dots:
            raise Refused("gift_over_balance", field="amount", most=max(debit.available, 0))
    else:
        debit, floor, called = store.ledger.network_account(giver.network_id, "issuing"), None, "thanks"
    if until > now:
        return ledger.hold(store, debit, credit, dots, called, now, key=key, floor=floor, expires_at=until)
    return ledger.transfer(store, debit, credit, dots, called, now, key=key, floor=floor)


def _write_down(store: Store, thanks: Thanks, moved: ledger.Transfer | None) -> None:
    store.contributions.add_thanks(thanks)
    if moved:
        store.ledger.add_evidence(moved, thanks_id=thanks.id)


def _check_caps(store: Store, giver: Person, receiver: Person, venue: Venue, policy: Policy, now: datetime) -> None:
    """Only earned thanks are made and so need bounds; what was declined, undone or taken back does not count."""
    midnight = day_start(venue, now)
    if store.contributions.count_earned(giver_id=giver.id, since=midnight) >= policy.thanks_given_per_day:
        raise Refused("cap_given", most=policy.thanks_given_per_day)
    if store.contributions.count_earned(receiver_id=receiver.id, since=midnight) >= policy.thanks_received_per_day:
        raise Refused("cap_received", most=policy.thanks_received_per_day, name=receiver.first_name)
    since = now - timedelta(days=PAIR_DAYS)
    if store.contributions.count_earned(giver_id=giver.id, receiver_id=receiver.id, since=since) >= policy.thanks_per_pair:
        raise Refused("cap_pair", most=policy.thanks_per_pair, days=PAIR_DAYS, name=receiver.first_name)


def _given(store: Store, thanks_id: str) -> Thanks:
    thanks = store.contributions.thanks(thanks_id)
    assert thanks, "thanks are never deleted"
    return thanks
