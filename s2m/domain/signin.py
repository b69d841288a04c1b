"""Signing in: a link that works once, then a session that is a row and can be ended.

Secrets are 256 random bits; only their SHA-256 is kept. A mailed link is bound to the browser that asked for it;
one printed by the operator is not. Sessions end by idleness and by age, sooner for hosts than for members.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import fields, people, presence
from s2m.domain.errors import NotFound, Refused
from s2m.domain.people import Person, Role

if TYPE_CHECKING:
    from s2m.store import Store

LINK_LIFE = timedelta(minutes=10)
IDLE = {"host": timedelta(minutes=30), "member": timedelta(days=14)}
AGE = {"host": timedelta(hours=12), "member": timedelta(days=90)}
# How often the last use of a session is written down: not at each request
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Link:
    network_id: str | None
    person_id: str | None
    purpose: str
    browser_hash: str | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Session:
    id: str
    network_id: str
    person_id: str
    label: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class SignedIn:
    """Who a request comes from: the person, their session, and what they may be."""

    person: Person
    session: Session
    roles: tuple[Role, ...]


def fingerprint(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def make_link(
    store: Store, now: datetime, *, person: Person | None = None, browser: str | None = None, life: timedelta = LINK_LIFE
) -> str:
    """A secret that signs `person` in once; without a person it opens the first set-up."""
    secret = store.secret()
    link = Link(
        person.network_id if person else None, person.id if person else None, "login" if person else "setup",
        fingerprint(browser) if browser else None, now, now + life, None,
    )  # fmt: skip
    store.signin.add_link(fingerprint(secret), link)
    return secret


def ask_link(store: Store, network_id: str, email: object, browser: str, now: datetime) -> tuple[Person, str] | None:
    """A link for the person with this mail address, None for a stranger; the page answers both alike."""
    person = store.people.by_email(network_id, fields.email(email))
    if person is None or person.erased_at:
        return None
    return person, make_link(store, now, person=person, browser=browser)


def check_link(store: Store, secret: str, purpose: str, now: datetime, *, browser: str | None = None) -> Link:
    """Raises NotFound `link_unknown`, Refused `link_used`, `link_expired` or `link_other_browser`."""
    link = store.signin.link(fingerprint(secret))
    if link is None or link.purpose != purpose:
        raise NotFound("link_unknown")
    if link.used_at:
        raise Refused("link_used")
    if now >= link.expires_at:
        raise Refused("link_expired")
    if link.browser_hash and (browser is None or fingerprint(browser) != link.browser_hash):
        raise Refused("link_other_browser")
    return link


def use_link(store: Store, secret: str, purpose: str, now: datetime, *, browser: str | None = None) -> Link:
    """The link is spent. Of two at once one gets it, the other Refused `link_used`."""
    link = check_link(store, secret, purpose, now, browser=browser)
    if not store.signin.spend_link(fingerprint(secret), now):
        raise Refused("link_used")
    return link


def sign_in(store: Store, secret: str, label: str, now: datetime, *, browser: str | None = None) -> str:
    """Spend a login link for a new session; returns the session's secret."""
    link = use_link(store, secret, "login", now, browser=browser)
    person = store.people.get(link.person_id or "")
    if person is None or person.erased_at:
        raise NotFound("link_unknown")
    if not person.is_member:
        _take_over(store, person, now)
    store.people.mark_signed_in(person, now)
    return start_session(store, person, label, now)


def _take_over(store: Store, person: Person, now: datetime) -> None:
    """The first proof of a mail address: whoever typed it before may have been somebody else.

    Their sessions end and the badge they could see or were given is replaced. A sticker made ahead by a host stays.
    """
    store.signin.end_sessions(person.id, now, but="")
    # Of who was there longer ago than a visit says whose it was, nobody knows how they came
    unknown = now - person.created_at > presence.KEPT
    if unknown or store.signin.had_session(person.id) or store.presence.came(person.id, ("walk_in", "door", "meeting")):
        people.issue_badge(store, person, now)


def start_session(store: Store, person: Person, label: str, now: datetime) -> str:
    secret = store.secret()
    age = AGE["host" if store.people.roles(person.id) else "member"]
    session = Session(store.new_id(now), person.network_id, person.id, label[:120], now, now, now + age, None)
    store.signin.add_session(fingerprint(secret), session)
    store.audit.record(person.network_id, now, actor=person.id, role="member", action="session.start", object_id=session.id)
    return secret


def who(store: Store, secret: str, now: datetime) -> SignedIn | None:
    """Who carries this session's secret; None once it was ended, is too old or was idle too long."""
    found = store.signin.session(fingerprint(secret))
    if found is None:
        return None
    kind, session = "host" if found.roles else "member", found.session
    # A role may have been given since the session began
    until = min(session.expires_at, session.created_at + AGE[kind])
    if session.ended_at or now >= until or now - session.seen_at >= IDLE[kind] or found.person.erased_at:
        return None
    return found


def end_session(store: Store, person: Person, session_id: str, now: datetime) -> None:
    """Raises NotFound for another person's session as for an unknown one."""
    if not store.signin.end_session(person.id, session_id, now):
        raise NotFound()
    store.audit.record(person.network_id, now, actor=person.id, role="member", action="session.end", object_id=session_id)


def end_other_sessions(store: Store, person: Person, kept_id: str, now: datetime) -> int:
    return store.signin.end_sessions(person.id, now, but=kept_id)
