"""Mail addresses: the links that go there, and the proof that one belongs to whoever typed it.

An address that was typed waits in the browser's own signed cookie, with the hash of a secret that only the mail holds.
It counts when both come together, within ten minutes; until then nobody else can tell whether it is known here.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import session, url_for
from flask_babel import gettext as _

from s2m.domain import signin
from s2m.domain.errors import NotFound, Refused, TooMany
from s2m.domain.people import Person
from s2m.web import context
from s2m.web.context import limit, now

if TYPE_CHECKING:
    from s2m.store import Store

Waiting = list[Any]


def can_mail() -> bool:
    """Without SMTP no address can be proved."""
    return bool(context.config().smtp_url)


def browser() -> str:
    """What this browser is called: links that are mailed work where they were asked for."""
    name: str = session.setdefault("browser", secrets.token_urlsafe(16))
    return name


def limit_mail(email: str) -> None:
    """No address gets more than ten links in an hour, however often it is typed. Raises TooMany."""
    limit("login-for", email, most=10, per=timedelta(hours=1))


def may_mail(email: str) -> bool:
    """The same, for where something else goes on without the link."""
    try:
        limit_mail(email)
    except TooMany:
        return False
    return True


def mail_link(store: Store, network_id: str, email: str, next_: str) -> bool:
    """A sign-in link for this browser, if somebody has this address; the page that follows is the same if not."""
    found = signin.ask_link(store, network_id, email, browser(), now())
    if found is None:
        return False
    someone, secret = found
    link = context.public_url() + url_for("auth.open_link", secret=secret, next=next_ or None)
    said = _(
        "This link signs you in. It works once, for 10 minutes, in the browser where you asked for it:\n\n%(link)s\n\n"
        "You did not ask? Then do nothing.",
        link=link,
    )
    _send(store, someone, _("Your sign-in link"), said)
    return True


def _send(store: Store, person: Person, subject: str, said: str, to: str | None = None) -> None:
    """Only who proved this address is greeted by name: what somebody else typed is no word of ours to a stranger."""
    greeting = _("Hello %(name)s,", name=person.first_name) if person.is_member and to is None else _("Hello,")
    store.outbox.add(person.network_id, to or person.email or "", subject, f"{greeting}\n\n{said}", now())


def ask_proof(store: Store, person: Person, email: str) -> Waiting:
    """Mail the link that makes an address this person's; returns what the browser keeps until then."""
    secret = store.secret()
    said = _(
        "Open this link to sign in with this address from now on. It works for 10 minutes, in the browser where you typed "
        "the address:\n\n%(link)s\n\nYou did not type it? Then do nothing.",
        link=context.public_url() + url_for("auth.open_mail", secret=secret),
    )
    if store.people.by_email(person.network_id, email) is None:
        _send(store, person, _("Is this your mail address?"), said, to=email)
    until = now() + signin.LINK_LIFE
    return [person.id, email, signin.fingerprint(secret), int(until.timestamp())]


def proved(secret: str, person: Person) -> str:
    """The address that this link proves. Raises NotFound `link_unknown`, Refused `link_other_browser`, `link_expired`."""
    waiting = session.get("mail")
    if not waiting or waiting[0] != person.id:
        raise Refused("link_other_browser")
    _person_id, email, fingerprint, until = waiting
    if signin.fingerprint(secret) != fingerprint:
        raise NotFound("link_unknown")
    if now() >= datetime.fromtimestamp(until, UTC):
        raise Refused("link_expired")
    return str(email)


def tell_old(store: Store, person: Person) -> None:
    """Who reads the old address learns that it is no longer the one."""
    if person.email:
        said = _(
            "Your account no longer has this mail address. Sign-in links do not come here any more.\n\n"
            "Was that not you? Tell the host at once."
        )
        _send(store, person, _("Your mail address was changed"), said)
