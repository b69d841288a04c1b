"""The commons: what everybody may give to, and what slowly flows back into it where a network decided so.

Decay is off by default. Once an admin sets it, it is announced 14 days before it begins; lowering it, or switching it
off, counts at once. On the first of each month, by the clock of the network's first venue, so many per mille of what
each person has free go to the commons, in whole dots and rounded down, so that small balances keep all they have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from s2m.domain import fields, ledger
from s2m.domain.errors import Conflict

if TYPE_CHECKING:
    from s2m.domain.ledger import Transfer
    from s2m.domain.people import Person
    from s2m.store import Store

ANNOUNCED = timedelta(days=14)
MOST_PER_MILLE = 100


@dataclass(frozen=True)
class DecayRule:
    """per_mille of what is free goes to the commons each month, from begins_at until the next rule begins."""

    id: str
    network_id: str
    per_mille: int
    announced_at: datetime
    begins_at: datetime
    announced_by: str


@dataclass(frozen=True)
class Decayed:
    """One month's decay: how many people it touched and how many dots came together."""

    network_id: str
    month: str
    at: datetime
    people: int
    amount: int


# Rules ------------------------------------------------------------------------------------------------------------


def share(available: int, per_mille: int) -> int:
    """Whole dots that decay from what somebody has free; nothing from a promise."""
    return max(available, 0) * per_mille // 1000


def month_of(now: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
    """The month that runs at `now` (2026-12), and the moment it began, by this zone's clock."""
    local = now.astimezone(zone)
    return f"{local:%Y-%m}", datetime.combine(date(local.year, local.month, 1), time(), zone)


# Actions ----------------------------------------------------------------------------------------------------------


def give(store: Store, person: Person, amount: object, now: datetime, *, key: str) -> Transfer:
    """A gift to the commons, at most what is free. A repeated key answers as the first time.

    Raises Invalid `amount`; Refused `floor`; Conflict `key_reused`.
    """
    wanted = fields.whole(amount)
    store.ledger.lock_chain(person.network_id)
    asked = ledger.digest("commons.give", wanted)
    before = store.requests.answer(person.network_id, person.id, key)
    if before is not None:
        found = store.ledger.transfer(before.answer["transfer"])
        if before.input_hash != asked or found is None:
            raise Conflict("key_reused")
        return found
    account = store.ledger.person_account(person.id)
    target = store.ledger.network_account(person.network_id, "commons")
    given = ledger.transfer(store, account, target, wanted, "gift_commons", now, key=ledger.digest(person.id, key), floor=0)
    store.requests.keep(person.network_id, person.id, key, asked, {"transfer": given.id}, now)
    return given


def plan_decay(store: Store, network_id: str, per_mille: object, by: str, now: datetime) -> DecayRule:
    """Set how much decays each month. More than now begins in 14 days, less or nothing at once; a plan before it is replaced.

    Raises Invalid `too_large`, `too_small`, `not_whole`.
    """
    wanted = fields.whole(per_mille, "per_mille", least=0, most=MOST_PER_MILLE)
    store.ledger.lock_chain(network_id)
    current = store.commons.rule(network_id, now)
    begins = now + ANNOUNCED if wanted > (current.per_mille if current else 0) else now
    store.commons.drop_plans(network_id, now)
    rule = DecayRule(store.new_id(now), network_id, wanted, now, begins, by)
    store.commons.add_rule(rule)
    store.audit.record(network_id, now, actor=by, role="admin", action="decay.plan", object_id=rule.id)
    return rule


def decay(store: Store, network_id: str, zone: ZoneInfo, now: datetime) -> Decayed | None:
    """This month's decay, once; None where it is done or nothing was in force when the month began.

    A month that passed while nothing ran is not made up for.
    """
    month, began = month_of(now, zone)
    store.ledger.lock_chain(network_id)
    rule = store.commons.rule(network_id, began)
    if rule is None or not rule.per_mille or store.commons.decayed(network_id, month):
        return None
    target, touched, total = store.ledger.network_account(network_id, "commons"), 0, 0
    for account in store.ledger.accounts(network_id):
        due = share(account.available, rule.per_mille) if account.kind == "person" and account.unit == ledger.SC else 0
        if due:
            ledger.transfer(store, account, target, due, "decay", now, key=ledger.digest("decay", account.id, month))
            touched, total = touched + 1, total + due
    done = Decayed(network_id, month, now, touched, total)
    store.commons.add_decayed(done)
    return done
