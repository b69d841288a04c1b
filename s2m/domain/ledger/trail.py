"""The audit trail as a chain: each act hangs on the one before, and tells which accounts were opened for whom.

Whose an account is stands in no row of the ledger, so that a person can be forgotten. The trail says it instead: without
that, two people's balances could be swapped by changing nothing but two columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from s2m.domain.ledger.entries import SC, START, Account, Fault, Head, digest, micros

OPENED, FROZEN, RELEASED = "account.open", "account.freeze", "account.release"


@dataclass(frozen=True)
class Act:
    """Who did what. actor and object_id are ids, never names."""

    network_id: str
    n: int
    at: datetime
    actor: str
    role: str
    venue_id: str | None
    action: str
    object_id: str | None
    result: str
    hash: str = ""


def tie(previous: str, act: Act) -> str:
    """The hash that ties an act to the one before."""
    at = act.at.astimezone(UTC).isoformat() if act.at else None
    row = (act.network_id, act.n, at, act.actor, act.role, act.venue_id, act.action, act.object_id, act.result)
    return digest(previous, *row)


def opening(account: Account) -> str:
    """All of an account that never changes, as the trail keeps it. Those of before had no room, and none is in their digest."""
    room = (account.room_id,) if account.room_id else ()
    made = micros(account.created_at)
    return digest(account.id, account.kind, account.person_id, account.venue_id, account.unit, made, *room)


def verify_trail(acts: Iterable[Act], head: Head, accounts: Mapping[str, Account]) -> tuple[Head, Fault | None]:
    """The end of the trail as its rows say, and the first thing that is wrong with it or with the accounts it names."""
    last, opened, still, unnumbered = Head(0, START), {}, {}, 0
    for act in acts:
        if type(act.n) is not int:
            unnumbered += 1
            continue
        if act.n != last.n + 1:
            return last, Fault(act.n, "gap", f"expected row {last.n + 1}", "audit")
        if act.hash != tie(last.hash, act):
            return last, Fault(act.n, "chain", "the row or one before it was changed", "audit")
        last = Head(act.n, act.hash)
        if act.action == OPENED:
            opened[str(act.object_id)] = act
        elif act.action == FROZEN:
            still[act.object_id] = act.at
        elif act.action == RELEASED:
            still.pop(act.object_id, None)
    if last != head:
        return last, Fault(last.n + 1, "cut", f"the trail ends at {last.n}, its head says {head.n}", "audit")
    if unnumbered:
        return last, Fault(0, "gap", f"{unnumbered} rows have no number", "audit")
    return last, _wrong_account(opened, accounts) or _wrong_freeze(still, accounts)


def _wrong_account(opened: Mapping[str, Act], accounts: Mapping[str, Account]) -> Fault | None:
    if lost := sorted(set(opened) - set(accounts)):
        return Fault(0, "opened", f"account {lost[0]}: it is gone")
    for account in accounts.values():
        act = opened.get(account.id)
        if act is None:
            return Fault(0, "opened", f"account {account.id}: nobody opened it")
        if act.result != opening(account):
            return Fault(0, "opened", f"account {account.id}: it was opened as another, for {act.actor}")
    return None


def _wrong_freeze(still: Mapping[str | None, datetime], accounts: Mapping[str, Account]) -> Fault | None:
    """still: since when a person's account stands still, as the trail says."""
    for account in accounts.values():
        since = still.get(account.person_id) if account.kind == "person" and account.unit == SC else None
        if account.frozen_at != since:
            return Fault(0, "frozen", f"account {account.id}: kept {account.frozen_at}, the trail says {since}")
    return None
