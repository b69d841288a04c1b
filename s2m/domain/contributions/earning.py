"""How a contribution earns: the issuing account pays what the venue's policy says, or the venue's budget what a host
decided on, once, with its evidence.

The caller has verified it and counted its caps under the same lock; what was verified, and how, stands with each kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import ledger

if TYPE_CHECKING:
    from s2m.domain.ledger import Account
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store

KINDS = ("post", "talk", "task", "proxy", "ask", "fault", "introduction")


@dataclass(frozen=True)
class Contribution:
    """topic: what it was, in a few words of whoever did it. recorded_by: the host who wrote it down, if one did."""

    id: str
    network_id: str
    venue_id: str
    person_id: str | None
    kind: str
    topic: str
    amount: int
    transfer_id: str | None
    recorded_by: str | None
    at: datetime


def earn(
    store: Store, person: Person, venue: Venue, kind: str, topic: str, amount: int, now: datetime, *, key: str,
    by: str | None = None, reason: str | None = None, budget: Account | None = None,
) -> Contribution:  # fmt: skip
    """Write a contribution down and pay for it. key: what makes it once, kept in the chain as a hash.

    reason: why it was paid, in words that stand beside the transfer. budget: what a host decided on is paid from here.
    amount 0: it counts as done, and nothing moves. Raises Invalid `amount`, Refused `floor` where the budget is spent.
    """
    store.ledger.lock_chain(person.network_id)
    moved = None
    if amount:
        payer = budget or store.ledger.network_account(person.network_id, "issuing")
        account, floor = store.ledger.person_account(person.id), 0 if budget else None
        moved = ledger.transfer(store, payer, account, amount, kind, now, key=ledger.digest(kind, key), floor=floor)
    done = Contribution(
        store.new_id(now), person.network_id, venue.id, person.id, kind, topic, amount, moved.id if moved else None, by, now
    )
    store.contributions.add(done)
    if moved:
        store.ledger.add_evidence(moved, contribution_id=done.id, reason=reason)
    return done
