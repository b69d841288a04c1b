"""People: anyone with a record. A *member* has signed in at least once, a *guest* came through the kiosk only.

What somebody *knows* stands on the person; what they need or work on belongs to a visit (`presence`). Consent
is per purpose, off by default, and kept with the moments it was given and withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import codes, fields, ledger
from s2m.domain.errors import Invalid, NotFound, Refused
from s2m.domain.relevance.suggesting import usual

if TYPE_CHECKING:
    from s2m.domain.codes import Keys
    from s2m.domain.venues import Policy
    from s2m.store import Store

PURPOSES = ("matching", "wall")
LANGUAGES = ("nl", "en")
LOOKUP_SHORTEST = 5


@dataclass(frozen=True)
class Person:
    id: str
    network_id: str
    name: str
    email: str | None
    language: str
    created_at: datetime
    signed_in_at: datetime | None = None
    erased_at: datetime | None = None

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name else ""

    @property
    def is_member(self) -> bool:
        return self.signed_in_at is not None


@dataclass(frozen=True)
class Topic:
    id: str
    text: str


@dataclass(frozen=True)
class Badge:
    id: str
    network_id: str
    person_id: str
    short_code: str
    issued_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Role:
    role: str
    venue_id: str | None


# Rules ---------------------------------------------------------------------------------------------------------


def masked(name: str) -> str:
    """Enough to recognise oneself, too little to recognise another: 'Samira Vos' → 'S•••a V•s'."""
    return " ".join(
        f"{part[0]}{'•' * min(3, len(part) - 2)}{part[-1]}" if len(part) > 2 else f"{part[0]}•" for part in name.split()
    )


# Actions -------------------------------------------------------------------------------------------------------


def join(
    store: Store, network_id: str, name: object, email: object, policy: Policy, now: datetime, *, language: str = "nl"
) -> Person:
    """A new person with an account, the newcomers' grant and a badge. Raises Invalid, Conflict `email_known`."""
    if language not in LANGUAGES:
        raise Invalid("language", "choice")
    person = store.people.add(network_id, fields.name(name), fields.optional_email(email), language, now)
    ledger.open_person(store, network_id, person.id, now, grant=policy.newcomers_grant)
    issue_badge(store, person, now)
    return person


def issue_badge(store: Store, person: Person, now: datetime) -> Badge:
    """A new badge; the one before, if any, is no longer valid."""
    store.people.revoke_badges(person, now)
    return store.people.add_badge(person, codes.short(store.nonce(16), 8), now)


def person_with_badge(store: Store, keys: Keys, network_id: str, text: str) -> Person:
    """Whose badge was scanned. Raises Invalid/Refused `code_…`, Refused `badge_unknown` or `badge_revoked`."""
    return _holder(store, network_id, store.people.badge(codes.read_badge(keys, text)))


def person_with_short_code(store: Store, network_id: str, typed: str) -> Person:
    """Whose short code was typed. Raises Refused `badge_unknown` or `badge_revoked`."""
    return _holder(store, network_id, store.people.badge_by_short_code(network_id, codes.plain(typed)))


def _holder(store: Store, network_id: str, found: tuple[Badge, Person] | None) -> Person:
    if found is None or found[0].network_id != network_id or found[1].erased_at:
        raise Refused("badge_unknown")
    if found[0].revoked_at:
        raise Refused("badge_revoked")
    return found[1]


def look_up(store: Store, network_id: str, typed: object) -> Person:
    """The one person whose full name or mail begins with what they typed, for a masked confirmation.

    Raises Invalid `too_short`; NotFound alike where nobody or more than one fits: never a list.
    """
    text = fields.folded(fields.line("name", typed, fields.NAME_MAX))
    if len(text) < LOOKUP_SHORTEST:
        raise Invalid("name", "too_short", least=LOOKUP_SHORTEST)
    found = store.people.starting_with(network_id, text, most=2)
    exact = [p for p in found if text in (fields.folded(p.name), p.email)]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    raise NotFound("look_up_unclear")


def rename(store: Store, person: Person, name: object, email: object, language: str) -> Person:
    """Raises Invalid, Conflict `email_known`."""
    if language not in LANGUAGES:
        raise Invalid("language", "choice")
    return store.people.change(person, fields.name(name), fields.optional_email(email), language)


def prove_mail(store: Store, person: Person, email: str, now: datetime) -> Person:
    """The address is theirs: they opened a link that was sent there. Raises Conflict `email_known`."""
    changed = _set_mail(store, person, email, now)
    store.people.mark_signed_in(changed, now)
    return changed


def drop_mail(store: Store, person: Person, now: datetime) -> Person:
    """Without an address there are no sign-in links any more."""
    return _set_mail(store, person, None, now)


def _set_mail(store: Store, person: Person, email: str | None, now: datetime) -> Person:
    changed = store.people.change(person, person.name, email, person.language)
    store.audit.record(person.network_id, now, actor=person.id, role="member", action="mail.change", object_id=person.id)
    return changed


def add_topic(store: Store, person: Person, text: object, now: datetime) -> None:
    """One more thing somebody knows; a repeat changes nothing. Capitals give way. Raises Invalid `too_many_topics`."""
    tidy = usual().written(fields.topic(text))
    standing = store.people.topics(person.id)
    if any(fields.folded(t.text) == fields.folded(tidy) for t in standing):
        return
    if len(standing) >= fields.TOPICS_MAX:
        raise Invalid("topic", "too_many_topics", most=fields.TOPICS_MAX)
    store.people.add_topic(person, tidy, now)


def drop_topic(store: Store, person: Person, topic_id: str) -> None:
    """Raises NotFound where that topic is not this person's."""
    if not store.people.drop_topic(person, topic_id):
        raise NotFound()


def consent(store: Store, person: Person, purpose: str, given: bool, now: datetime) -> None:
    """Give or withdraw; a repeat changes nothing."""
    if purpose not in PURPOSES:
        raise Invalid("purpose", "choice")
    if given != (purpose in store.people.consents(person.id)):
        store.people.set_consent(person, purpose, given, now)


def give_role(store: Store, person: Person, role: str, venue_id: str | None, now: datetime, *, by: str) -> None:
    """Host of one venue, or admin of the network. A repeat changes nothing."""
    if any(r == Role(role, venue_id) for r in store.people.roles(person.id)):
        return
    store.people.add_role(person, role, venue_id, now)
    store.audit.record(
        person.network_id, now, actor=by, role="admin", action=f"role.{role}", venue_id=venue_id, object_id=person.id
    )


def known_mail(store: Store, network_id: str, email: object) -> Person:
    """Raises NotFound `person_unknown`."""
    person = store.people.by_email(network_id, fields.email(email))
    if person is None:
        raise NotFound("person_unknown")
    return person


def in_network(store: Store, network_id: str, person_id: str) -> Person:
    """Raises NotFound for a person of another network as for one that never was."""
    person = store.people.get(person_id)
    if person is None or person.network_id != network_id or person.erased_at:
        raise NotFound()
    return person
