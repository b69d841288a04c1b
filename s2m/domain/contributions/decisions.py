"""What becomes of thanks that wait: the receiver accepts or declines them, the giver takes them back, a host objects, or
their time comes and they count. Once they count, only a reversal takes them back.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import ledger, presence
from s2m.domain.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from s2m.domain.contributions.thanks import Thanks
    from s2m.domain.people import Person
    from s2m.store import Store


def accept(store: Store, receiver: Person, thanks_id: str, now: datetime) -> Thanks:
    """They count from now on. Raises NotFound for another's, Conflict `decided` where they no longer wait."""
    return settle(store, _received(store, receiver, thanks_id), "accepted", now)


def decline(store: Store, receiver: Person, thanks_id: str, now: datetime) -> Thanks:
    """Nothing moves, and a gift is free again at its giver's. Raises NotFound, Conflict `decided`."""
    return settle(store, _received(store, receiver, thanks_id), "declined", now)


def _received(store: Store, receiver: Person, thanks_id: str) -> Thanks:
    store.ledger.lock_chain(receiver.network_id)
    thanks = store.contributions.thanks(thanks_id)
    if thanks is None or thanks.receiver_id != receiver.id:
        raise NotFound()
    return thanks


def settle(store: Store, thanks: Thanks, state: str, now: datetime, *, reason: str | None = None) -> Thanks:
    """End the waiting: `accepted` posts the hold, any other state lets it go. Raises Conflict `decided`."""
    held = store.ledger.transfer(thanks.transfer_id) if thanks.transfer_id else None
    if not thanks.waits or held is None:
        raise Conflict("decided")
    row = ledger.post(store, held, now) if state == "accepted" else ledger.void(store, held, now)
    if reason:
        store.ledger.add_evidence(row, thanks_id=thanks.id, reason=reason)
    return store.contributions.decide(thanks, state, now, reason=reason)


def undo_thanks(store: Store, giver: Person, thanks_id: str, now: datetime) -> Thanks:
    """Take thanks back within 30 s: a hold is let go, what moved is reversed; all rows stay.

    Raises NotFound, Refused `undo_late`, Conflict `undone`, `decided`.
    """
    store.ledger.lock_chain(giver.network_id)
    thanks = store.contributions.thanks(thanks_id)
    if thanks is None or thanks.giver_id != giver.id:
        raise NotFound()
    if thanks.state == "undone":
        raise Conflict("undone")
    if now - thanks.at > presence.UNDO:
        raise Refused("undo_late")
    return settle(store, thanks, "undone", now) if thanks.waits else take_back(store, thanks, "undone", now)


def take_back(store: Store, thanks: Thanks, state: str, now: datetime, *, reason: str | None = None) -> Thanks:
    """Reverse what accepted thanks moved, if anything. Raises Conflict `decided` where they do not count."""
    if thanks.state != "accepted":
        raise Conflict("decided")
    row = posted(store, thanks)
    if row:
        mirrored = ledger.reverse(store, row.id, thanks.network_id, now)
        store.ledger.add_evidence(mirrored, thanks_id=thanks.id, reason=reason)
    return store.contributions.decide(thanks, state, now, reason=reason)


def posted(store: Store, thanks: Thanks) -> ledger.Transfer | None:
    """The row by which thanks moved something; None while they wait, or where nothing did."""
    first = store.ledger.transfer(thanks.transfer_id) if thanks.transfer_id else None
    row = store.ledger.resolution(first.id) if first and not first.moves else first
    return row if row and row.moves else None


def accept_due(store: Store, network_id: str, now: datetime) -> int:
    """Let all thanks of a network count whose time has come; how many. Safe to run again."""
    store.ledger.lock_chain(network_id)
    due = store.contributions.due(network_id, now)
    for thanks in due:
        settle(store, thanks, "accepted", now)
    return len(due)
