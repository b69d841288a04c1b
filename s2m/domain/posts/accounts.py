"""Accounts elsewhere that are somebody's, proved by a word of ours that only they could put there: in what the account says
of itself, or in a post. With one linked, posts from that platform count only from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import codes, fields
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.posts import canonical
from s2m.domain.posts.platforms import Profile

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store

PLATFORMS = ("mastodon", "bluesky", "x")
MOST = 6
WORD_LENGTH = 10
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30))
# An account's page, or its name alone
SHAPES = {
    "mastodon": re.compile(r"(?:https://)?(?P<site>[\w.-]+\.[a-z-]+)/@(?P<at>[\w.-]{1,60})/?|@?(?P<name>[\w.-]{1,60})@(?P<server>[\w.-]+)"),
    "bluesky": re.compile(r"(?:(?:https://)?bsky\.app/profile/)?@?(?P<name>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/?"),
    "x": re.compile(r"(?:(?:https://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/)?@?(?P<name>[a-z0-9_]{1,15})/?"),
}  # fmt: skip


@dataclass(frozen=True)
class LinkedAccount:
    """handle: name@server, handle, or name. word: '' once it was used. url: of the post that holds it, '' = look at the profile.

    state: 'started', 'checking', 'failed' (with its reason) or 'linked'.
    """

    id: str
    network_id: str
    person_id: str
    platform: str
    handle: str
    word: str
    url: str
    state: str
    reason: str
    attempts: int
    next_at: datetime
    created_at: datetime
    linked_at: datetime | None = None


def parse(platform: object, typed: object) -> tuple[str, str]:
    """Platform and handle. Raises Invalid `platform` or `handle`."""
    if platform not in PLATFORMS:
        raise Invalid("platform", "choice")
    found = SHAPES[str(platform)].fullmatch(fields.line("handle", typed, 200).lower())
    if found is None:
        raise Invalid("handle", "handle_shape")
    if platform != "mastodon":
        return str(platform), found["name"]
    try:
        server = canonical.host(found["site"] or found["server"])
    except Invalid:
        raise Invalid("handle", "handle_shape") from None
    return str(platform), f"{found['at'] or found['name']}@{server}"


def start(store: Store, person: Person, platform: object, typed: object, now: datetime) -> LinkedAccount:
    """A word to put there. Raises Invalid, Conflict `account_there`, `account_taken`, Refused `many_accounts`."""
    kind, handle = parse(platform, typed)
    mine = store.posts.accounts(person.id)
    if any((one.platform, one.handle) == (kind, handle) for one in mine):
        raise Conflict("account_there")
    if store.posts.owner(person.network_id, kind, handle):
        raise Conflict("account_taken")
    if len(mine) >= MOST:
        raise Refused("many_accounts", most=MOST)
    word = f"s2m-{codes.short(store.nonce(16), WORD_LENGTH)}"
    made = LinkedAccount(store.new_id(now), person.network_id, person.id, kind, handle, word, "", "started", "", 0, now, now)
    store.posts.add_account(made)
    return made


def check(store: Store, person: Person, account_id: str, text: object, now: datetime) -> LinkedAccount:
    """Have the worker look for the word. text: the link of a post that holds it; X lets nobody read what accounts say.

    Raises NotFound, Invalid `url`, Conflict `account_there` for one that is linked already.
    """
    account = mine(store, person, account_id)
    if account.state == "linked":
        raise Conflict("account_there")
    url = ""
    if account.platform == "x" or (isinstance(text, str) and text.strip()):
        link = canonical.parse(text)
        if link.kind != account.platform:
            raise Invalid("url", "link_post")
        url = link.url
    return store.posts.change_account(account, state="checking", reason="", url=url, attempts=0, next_at=now)


def mine(store: Store, person: Person, account_id: str) -> LinkedAccount:
    """Raises NotFound."""
    account = store.posts.account(account_id)
    if account is None or account.person_id != person.id:
        raise NotFound()
    return account


def remove(store: Store, person: Person, account_id: str) -> None:
    """Raises NotFound."""
    store.posts.remove_account(mine(store, person, account_id))


def record(store: Store, account: LinkedAccount, seen: Profile | None, reason: str, again: bool, now: datetime) -> LinkedAccount:
    """Keep what a look found: linked, or not and why. One account is linked to one person only."""
    store.ledger.lock_chain(account.network_id)
    if store.posts.account(account.id) != account or account.state != "checking":
        return account
    if again and account.attempts < len(WAITS):
        return store.posts.change_account(account, attempts=account.attempts + 1, next_at=now + WAITS[account.attempts])
    if seen is None:
        found = "post_unread" if again else reason
    elif seen.handle != account.handle:
        found = "account_other"
    elif account.word.casefold() not in seen.text.casefold():
        found = "account_no_word"
    elif store.posts.owner(account.network_id, account.platform, account.handle):
        found = "account_taken"
    else:
        return store.posts.change_account(account, state="linked", reason="", word="", url="", linked_at=now)
    return store.posts.change_account(account, state="failed", reason=found)
