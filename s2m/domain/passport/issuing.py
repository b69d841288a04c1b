"""A member takes along what they did here: the whole of it to choose from, then a file with what they ticked, signed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from s2m.domain import ledger
from s2m.domain.passport.document import KINDS, LIFE, TOPICS_MAX, Count, Passport, message

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store


class Signer(Protocol):
    """Signs with this network's key. public_key: 64 hex digits."""

    public_key: str

    def sign(self, message: bytes) -> str: ...


def draft(store: Store, person: Person, now: datetime, public_key: str) -> Passport:
    """All that a passport of this person could hold, unsigned, for them to choose from."""
    network, account = store.venues.network(person.network_id), store.ledger.person_account(person.id)
    assert network, "people are of a network that is there"
    earned = store.passports.earned(account.id)
    issued = now.astimezone(UTC).replace(microsecond=0)
    return Passport(
        store.new_id(now), network.id, network.name, ledger.digest("holder", network.id, person.id)[:32],
        person.first_name or None, person.created_at.date(), {kind: earned.get(kind, Count(0, 0)) for kind in KINDS},
        store.passports.visits(person.id), tuple(store.passports.thanked_for(account.id, most=TOPICS_MAX)), account.balance,
        store.ledger.head(network.id), issued, issued + LIFE, public_key,
    )  # fmt: skip


def issue(
    store: Store, person: Person, signer: Signer, now: datetime, *, named: bool, with_balance: bool, topics: Collection[str]
) -> Passport:
    """Signed, with what the member ticked. topics: those that are not theirs are left out."""
    whole = draft(store, person, now, signer.public_key)
    chosen = replace(
        whole, name=whole.name if named else None, balance=whole.balance if with_balance else None,
        topics=tuple(topic for topic in whole.topics if topic in topics),
    )  # fmt: skip
    store.audit.record(person.network_id, now, actor=person.id, role="member", action="passport.issue", object_id=chosen.id)
    return replace(chosen, signature=signer.sign(message(chosen)))
