"""A start from a passport: another network's key is trusted by an admin, then its passports are worth a grant, once each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields, hosting, ledger
from s2m.domain.errors import Conflict, NotFound, Refused
from s2m.domain.passport.document import IsSigned, Passport, check, fingerprint, public_key

if TYPE_CHECKING:
    from s2m.domain.ledger import Transfer
    from s2m.domain.people import Person
    from s2m.domain.venues import Policy, Venue
    from s2m.store import Store


@dataclass(frozen=True)
class TrustedKey:
    id: str
    network_id: str
    name: str
    public_key: str
    added_by: str
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Grant:
    """A start from a passport. granted_by: the host's id."""

    id: str
    network_id: str
    passport_id: str
    public_key: str
    holder: str
    person_id: str | None
    amount: int
    transfer_id: str
    granted_by: str
    at: datetime


def trust(store: Store, network_id: str, name: object, key: object, by: str, now: datetime) -> TrustedKey:
    """Believe the passports of another network. Raises Invalid `key_shape`, Conflict `key_known`."""
    trusted = TrustedKey(store.new_id(now), network_id, fields.name(name), public_key(key), by, now)
    if trusted.public_key in {known.public_key for known in store.passports.trusted(network_id)}:
        raise Conflict("key_known", field="key")
    store.passports.trust(trusted)
    store.audit.record(network_id, now, actor=by, role="admin", action="key.trust", object_id=trusted.id)
    return trusted


def distrust(store: Store, network_id: str, key_id: str, by: str, now: datetime) -> None:
    """From now on; starts that were granted stay. Raises NotFound."""
    if not store.passports.distrust(network_id, key_id, now):
        raise NotFound()
    store.audit.record(network_id, now, actor=by, role="admin", action="key.distrust", object_id=key_id)


def grant(
    store: Store, person: Person, venue: Venue, policy: Policy, passport: Passport, is_signed: IsSigned, by: str, now: datetime
) -> Transfer:
    """A start from the commons: what they earned elsewhere, up to the newcomers' grant; once a person, once a holder.

    Raises Refused as `check` does, `not_acquainted`, `passport_self`, `passport_home`, `passport_stranger`, `passport_nameless`,
    `passport_other_name`, `passport_nothing` or `passport_commons`; Conflict `passport_used` or `passport_second`.
    """
    check(passport, is_signed, now)
    store.ledger.lock_chain(person.network_id)
    trusted = {key.public_key: key for key in store.passports.trusted(person.network_id)}.get(passport.public_key)
    if trusted is None:
        raise Refused("passport_stranger", fingerprint=fingerprint(passport.public_key))
    _check_holder(store, person, venue, passport, by, now)
    amount = min(policy.newcomers_grant, passport.earned)
    commons = store.ledger.network_account(person.network_id, "commons")
    if not amount:
        raise Refused("passport_nothing")
    if commons.available < amount:
        raise Refused("passport_commons")
    key = ledger.digest("passport", passport.public_key, passport.id)
    moved = ledger.transfer(store, commons, store.ledger.person_account(person.id), amount, "passport_grant", now, key=key)
    store.ledger.add_evidence(moved, reason=trusted.name)
    store.passports.add_grant(
        Grant(
            store.new_id(now), person.network_id, passport.id, passport.public_key, passport.holder, person.id, amount, moved.id,
            by, now,
        )
    )  # fmt: skip
    store.audit.record(
        person.network_id, now, actor=by, role="host", action="passport.grant", venue_id=venue.id, object_id=person.id
    )
    return moved


def _check_holder(store: Store, person: Person, venue: Venue, passport: Passport, by: str, now: datetime) -> None:
    """That it is this person's, from elsewhere, and was no start before."""
    if person.id == by:
        raise Refused("passport_self")
    if not hosting.may_mend(store, venue, person, by, now):
        raise Refused("not_acquainted", name=person.first_name)
    if passport.network_id == person.network_id:
        raise Refused("passport_home")
    if passport.name is None:
        raise Refused("passport_nameless")
    if fields.folded(passport.name) != fields.folded(person.first_name):
        raise Refused("passport_other_name", name=person.first_name)
    mine = {"public_key": passport.public_key, "holder": passport.holder, "passport_id": passport.id}
    if store.passports.used(person.network_id, **mine):
        raise Conflict("passport_used")
    if store.passports.grant_of(person.id):
        raise Conflict("passport_second", name=person.first_name)
