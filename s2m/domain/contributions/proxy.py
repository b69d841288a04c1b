"""Proxy: a host writes down what somebody without a phone did, with a reason, and it is in the audit trail.

What a host does alone makes dots, so it is small and counted: PROXY_MOST dots a time, PERSON_DAY times a day for one
person, whoever writes it down, and HOST_DAY times a day by one host. The venue's budget pays.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import budgets, fields, ledger
from s2m.domain.contributions.earning import Contribution, earn
from s2m.domain.errors import Conflict, Refused
from s2m.domain.venues import Venue, day_start

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store

PROXY_MOST, PERSON_DAY, HOST_DAY = 10, 3, 10


def may_record(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> bool:
    """For others only, and for people who came to this venue by themselves or before today; an admin for anybody."""
    if person.id == by or person.network_id != venue.network_id or person.erased_at:
        return False
    is_admin = any(role.role == "admin" for role in store.people.roles(by))
    return is_admin or store.presence.acquainted(person.id, venue.id, day_start(venue, now))


def record(
    store: Store, person: Person, venue: Venue, what: object, amount: object, reason: object, by: str, now: datetime, *, key: str
) -> Contribution:
    """Write down what somebody did, for `amount` dots. A repeated key answers as the first time.

    Raises Invalid; Refused `own_contribution`, `not_known_here`, `cap_proxy`, `cap_proxy_host` or `budget_spent`;
    Conflict `key_reused`.
    """
    did, dots = fields.topic(what, "what"), fields.whole(amount, "amount", least=1, most=PROXY_MOST)
    why, key = fields.sentence(reason, "reason"), fields.line("key", key, 100)
    if person.id == by:
        raise Refused("own_contribution")
    store.ledger.lock_chain(venue.network_id)
    asked = ledger.digest("proxy", venue.id, person.id, did, str(dots), why)
    before = store.requests.answer(venue.network_id, by, key)
    if before is not None:
        return _recorded(store, before.input_hash == asked, before.answer["contribution"])
    if not may_record(store, venue, person, by, now):
        raise Refused("not_known_here", name=person.first_name)
    _check_caps(store, person, venue, by, now)
    budget = budgets.check_left(store, venue, dots, now)
    done = earn(store, person, venue, "proxy", did, dots, now, key=f"{by}:{key}", by=by, reason=why, budget=budget)
    store.requests.keep(venue.network_id, by, key, asked, {"contribution": done.id}, now)
    store.audit.record(
        venue.network_id, now, actor=by, role="host", action="contribution.proxy", venue_id=venue.id, object_id=done.id
    )
    return done


def _recorded(store: Store, same: bool, contribution_id: str) -> Contribution:
    done = store.contributions.get(contribution_id)
    if not same or done is None:
        raise Conflict("key_reused")
    return done


def _check_caps(store: Store, person: Person, venue: Venue, by: str, now: datetime) -> None:
    since = day_start(venue, now)
    if store.contributions.count("proxy", since=since, person_id=person.id) >= PERSON_DAY:
        raise Refused("cap_proxy", most=PERSON_DAY, name=person.first_name)
    if store.contributions.count("proxy", since=since, recorded_by=by) >= HOST_DAY:
        raise Refused("cap_proxy_host", most=HOST_DAY)
