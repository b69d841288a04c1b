"""Budgets: what a host gives comes from the venue's budget account, never straight from the issuing account.

A venue's budget begins with START dots; an admin adds to it, with a reason. From it hosts grant, with a reason, to people
who come to the venue (a large grant is held until a second host decides), pay the tasks they post, and pay what they write
down for others. What an open task promises is set apart. Every act is in the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import fields, ledger
from s2m.domain.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from s2m.domain.ledger import Account, Transfer
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store

START = 100
# Up to this much a host grants alone; a second one decides on more (ASVS 2.3.5 asks for two)
ALONE = 20
MOST_FILLED, MOST_GRANTED = 10_000, 1_000
DECIDE_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class Grant:
    """hold_id: the pending transfer from the budget to the person. given: whether it was, None while nobody decided."""

    id: str
    network_id: str
    venue_id: str
    person_id: str | None
    amount: int
    reason: str
    hold_id: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    given: bool | None = None


def account(store: Store, venue: Venue, now: datetime) -> Account:
    """The venue's budget account; opened with START dots when it is first asked for. Locks the chain."""
    store.ledger.lock_chain(venue.network_id)
    found = store.budgets.account(venue.id)
    if found:
        return found
    opened = store.ledger.open_account(venue.network_id, "budget", now, venue_id=venue.id)
    issuing = store.ledger.network_account(venue.network_id, "issuing")
    ledger.transfer(store, issuing, opened, START, "budget", now, key=ledger.digest("budget.start", venue.id))
    started = store.budgets.account(venue.id)
    assert started, "it was opened just now"
    return started


def left(store: Store, venue_id: str) -> int:
    """What hosts can still give: what is free, less what open tasks promise."""
    found = store.budgets.account(venue_id)
    return (found.available if found else START) - store.tasks.promised(venue_id)


def check_left(store: Store, venue: Venue, wanted: int, now: datetime) -> Account:
    """The account that pays, if it can. Raises Refused `budget_spent`."""
    budget, available = account(store, venue, now), left(store, venue.id)
    if available < wanted:
        raise Refused("budget_spent", available=max(available, 0))
    return budget


def fill(store: Store, venue: Venue, amount: object, reason: object, by: str, now: datetime, *, key: str) -> Transfer:
    """An admin puts newly issued capital into a venue's budget. Raises Invalid; Conflict `key_reused`."""
    wanted, why = fields.whole(amount, most=MOST_FILLED), fields.line("reason", reason, fields.SENTENCE_MAX)
    budget = account(store, venue, now)
    once = ledger.digest("budget.fill", by, key)
    if store.requests.answer(venue.network_id, by, once):
        raise Conflict("key_reused")
    issuing = store.ledger.network_account(venue.network_id, "issuing")
    filled = ledger.transfer(store, issuing, budget, wanted, "budget", now, key=once)
    store.ledger.add_evidence(filled, reason=why)
    store.requests.keep(venue.network_id, by, once, once, {"transfer": filled.id}, now)
    _note(store, venue, "budget.fill", by, now, filled.id)
    return filled


def grant(store: Store, venue: Venue, person: Person, amount: object, reason: object, by: str, now: datetime) -> Grant:
    """Capital from the budget to somebody: given at once up to ALONE, else held until a second host decides.

    Raises Invalid; Refused `own_grant`, `not_acquainted`, `budget_spent`.
    """
    wanted, why = fields.whole(amount, most=MOST_GRANTED), fields.line("reason", reason, fields.SENTENCE_MAX)
    if person.id == by:
        raise Refused("own_grant")
    if not store.presence.acquainted(person.id, venue.id, now):
        raise Refused("not_acquainted", name=person.first_name)
    budget, receiver = check_left(store, venue, wanted, now), store.ledger.person_account(person.id)
    grant_id = store.new_id(now)
    held = ledger.hold(
        store, budget, receiver, wanted, "grant", now, key=ledger.digest("grant", grant_id), floor=0,
        expires_at=now + DECIDE_WITHIN,
    )  # fmt: skip
    store.ledger.add_evidence(held, reason=why)
    asked = Grant(grant_id, venue.network_id, venue.id, person.id, wanted, why, held.id, by, now)
    store.budgets.add(asked)
    _note(store, venue, "grant.ask" if wanted > ALONE else "grant.give", by, now, asked.id)
    return asked if wanted > ALONE else _decide(store, asked, by, now, given=True)


def decide(store: Store, venue: Venue, grant_id: str, by: str, now: datetime, *, given: bool) -> Grant:
    """A second host gives a large grant, or does not. Raises NotFound; Refused `second_host`; Conflict `settled`."""
    store.ledger.lock_chain(venue.network_id)
    asked = store.budgets.get(grant_id)
    if asked is None or asked.venue_id != venue.id:
        raise NotFound()
    if asked.decided_at:
        raise Conflict("settled")
    if given and by in (asked.asked_by, asked.person_id):
        raise Refused("second_host")
    _note(store, venue, "grant.give" if given else "grant.decline", by, now, asked.id)
    return _decide(store, asked, by, now, given=given)


def _decide(store: Store, asked: Grant, by: str, now: datetime, *, given: bool) -> Grant:
    held = store.ledger.transfer(asked.hold_id)
    assert held, "a transfer is never deleted"
    if given:
        ledger.post(store, held, now)
    else:
        ledger.void(store, held, now)
    return store.budgets.decide(asked, by, now, given=given)


def let_go(store: Store, asked: Grant, now: datetime) -> None:
    """Nobody decides on it any more: it goes back into the budget."""
    _decide(store, asked, asked.asked_by, now, given=False)


def lapse(store: Store, now: datetime) -> int:
    """Let go of what nobody decided on in time; how many. Safe to run again."""
    late = store.budgets.undecided(now - DECIDE_WITHIN)
    for asked in late:
        let_go(store, asked, now)
    return len(late)


def _note(store: Store, venue: Venue, action: str, by: str, now: datetime, object_id: str) -> None:
    role = "admin" if action == "budget.fill" else "host"
    store.audit.record(venue.network_id, now, actor=by, role=role, action=action, venue_id=venue.id, object_id=object_id)
