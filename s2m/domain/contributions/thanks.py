"""Contributions: what somebody did for others here. Thanks come first: from the one who was helped, never from oneself.

The value of thanks is the venue's policy and comes from the issuing account. Caps per day and per pair are counted
in the same transaction that posts, under the ledger's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import fields, ledger, presence
from s2m.domain.errors import Conflict, NotFound, Refused
from s2m.domain.venues import Policy, Venue

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store

PAIR_DAYS = 30


@dataclass(frozen=True)
class Thanks:
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
    undone_at: datetime | None = None


def to_thank(store: Store, giver: Person, now: datetime) -> tuple[Person, ...]:
    """Whom the giver was present with in the last days and who let themselves be seen then and now, the latest first.

    Never a directory: who kept out of sight can still be thanked by the code of their badge, which only they can give.
    """
    seen: dict[str, Person] = {}
    for visit in store.presence.met(giver.id, now - timedelta(days=presence.MET_DAYS), now):
        if visit.visible and visit.person_id and visit.person_id not in seen:
            other = store.people.get(visit.person_id)
            if other and not other.erased_at:
                seen[other.id] = other
    return tuple(other for other in seen.values() if _lets_be_seen(store, other))


def _lets_be_seen(store: Store, person: Person) -> bool:
    """By what stands now: a consent taken back, or a visit that is hidden, counts at once."""
    visit = store.presence.open_visit(person)
    return "matching" in store.people.consents(person.id) and (visit is None or visit.visible)


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
) -> Thanks:
    """The receiver earns what the policy says. A repeated key answers as the first time.

    Raises Invalid, Refused `self_thanks`, `never_met`, `cap_given`, `cap_received` or `cap_pair`; Conflict `key_reused`.
    """
    about, why, key = fields.topic(topic), fields.sentence(text), fields.line("key", key, 100)
    if giver.id == receiver.id:
        raise Refused("self_thanks")
    if giver.network_id != receiver.network_id or receiver.erased_at:
        raise NotFound()
    store.ledger.lock_chain(giver.network_id)
    asked = ledger.digest("thanks", receiver.id, about, why)
    before = store.requests.answer(giver.network_id, giver.id, key)
    if before is not None:
        if before.input_hash != asked:
            raise Conflict("key_reused")
        return _given(store, before.answer["thanks"])
    if presence.together(store, giver.id, receiver.id, now) is None:
        raise Refused("never_met", name=receiver.first_name)
    _check_caps(store, giver, receiver, venue, policy, now)
    thanks = _post(store, giver, receiver, venue, policy, about, why, now, key)
    store.requests.keep(giver.network_id, giver.id, key, asked, {"thanks": thanks.id}, now)
    return thanks


def _post(
    store: Store, giver: Person, receiver: Person, venue: Venue, policy: Policy, about: str, why: str, now: datetime, key: str
) -> Thanks:
    thanks_id = store.new_id(now)
    moved = None
    if policy.thanks_amount:
        issuing = store.ledger.network_account(giver.network_id, "issuing")
        account = store.ledger.person_account(receiver.id)
        moved = ledger.transfer(store, issuing, account, policy.thanks_amount, "thanks", now, key=ledger.digest(giver.id, key))
    thanks = Thanks(
        thanks_id, giver.network_id, venue.id, giver.id, receiver.id, about, why, policy.thanks_amount,
        moved.id if moved else None, now,
    )  # fmt: skip
    store.contributions.add_thanks(thanks)
    if moved:
        store.ledger.add_evidence(moved, thanks_id=thanks.id)
    return thanks


def undo_thanks(store: Store, giver: Person, thanks_id: str, now: datetime) -> Thanks:
    """Take thanks back within 30 s: a reversal, both rows stay. Raises NotFound, Refused `undo_late`, Conflict `undone`."""
    store.ledger.lock_chain(giver.network_id)
    thanks = store.contributions.thanks(thanks_id)
    if thanks is None or thanks.giver_id != giver.id:
        raise NotFound()
    if thanks.undone_at:
        raise Conflict("undone")
    if now - thanks.at > presence.UNDO:
        raise Refused("undo_late")
    if thanks.transfer_id:
        mirrored = ledger.reverse(store, thanks.transfer_id, giver.network_id, now)
        store.ledger.add_evidence(mirrored, thanks_id=thanks.id)
    return store.contributions.undo_thanks(thanks, now)


def _check_caps(store: Store, giver: Person, receiver: Person, venue: Venue, policy: Policy, now: datetime) -> None:
    local = now.astimezone(venue.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if store.contributions.count_thanks(giver_id=giver.id, since=midnight) >= policy.thanks_given_per_day:
        raise Refused("cap_given", most=policy.thanks_given_per_day)
    if store.contributions.count_thanks(receiver_id=receiver.id, since=midnight) >= policy.thanks_received_per_day:
        raise Refused("cap_received", most=policy.thanks_received_per_day, name=receiver.first_name)
    since = now - timedelta(days=PAIR_DAYS)
    if store.contributions.count_thanks(giver_id=giver.id, receiver_id=receiver.id, since=since) >= policy.thanks_per_pair:
        raise Refused("cap_pair", most=policy.thanks_per_pair, days=PAIR_DAYS, name=receiver.first_name)


def _given(store: Store, thanks_id: str) -> Thanks:
    thanks = store.contributions.thanks(thanks_id)
    assert thanks, "thanks are never deleted"
    return thanks
