"""The worker that looks at posts and accounts: asks outside any transaction, two at once, and keeps what it saw in one each.

A process that ends in between loses nothing: what was not kept is still due, and is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import structlog

from s2m.domain.posts import Claim, LinkedAccount, Look, Profile, accounts, canonical, looking, platforms
from s2m.domain.posts.canonical import Link
from s2m.domain.posts.platforms import Unreadable
from s2m.links import Failed, Fetcher
from s2m.store import Store
from s2m.store.engine import Database

log = structlog.get_logger("s2m.looks")
AT_ONCE, A_ROUND = 2, 12
# What a look leads to that gave nothing; whatever is not here goes to the host
REFUSED = {
    "private": "link_private", "address": "link_private", "redirects": "link_redirects", "large": "post_large",
    "kind": "post_kind",
}  # fmt: skip
Keep = Callable[[Store], object]


def run(database: Database, now: datetime, fetcher: Fetcher | None = None) -> int:
    """Look at everything that is due; how many. fetcher: the strict one, but for tests of our own."""
    fetcher = fetcher or Fetcher()
    with database.read() as store:
        claims = store.posts.due(now, most=A_ROUND)
        linking = store.posts.accounts_due(now, most=A_ROUND)
    todo: list[Callable[[], Keep]] = [partial(_claim, fetcher, claim, now) for claim in claims]
    todo += [partial(_account, fetcher, account, now) for account in linking]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="looks") as pool:
        for keep in pool.map(lambda look: look(), todo):
            with database.write() as store:
                keep(store)
    return len(todo)


def _claim(fetcher: Fetcher, claim: Claim, now: datetime) -> Keep:
    seen = look(fetcher, canonical.parse(claim.url))
    return lambda store: looking.record(store, claim, seen, now)


def look(fetcher: Fetcher, link: Link) -> Look:
    """One look at a post: what it says, or why nothing could be read. Whatever it is, it stops no other look."""
    try:
        return _look(fetcher, link)
    except Exception as error:
        log.error("a look broke off", host=link.host, exc_info=error)
        return Look(reason="post_unread", fate="again")


def _look(fetcher: Fetcher, link: Link) -> Look:
    try:
        answer = fetcher.get(platforms.endpoint(link), platforms.may_follow)
        return Look(platforms.read(link, answer.url, answer.text))
    except Unreadable as error:
        return Look(reason=error.code, fate="refused" if error.code == "link_copy" else "host")
    except Failed as error:
        if error.code == "away":
            return Look(reason="post_unread", fate="again")
        if error.code == "status" and platforms.is_gone(link, error.status):
            return Look(reason="post_gone", fate="refused")
        reason = REFUSED.get(error.code)
        return Look(reason=reason, fate="refused") if reason else Look(reason="post_blocked", fate="host")


def _account(fetcher: Fetcher, account: LinkedAccount, now: datetime) -> Keep:
    profile, reason, again = _by_post(fetcher, account) if account.url else _by_profile(fetcher, account)
    return lambda store: accounts.record(store, account, profile, reason, again, now)


def _by_post(fetcher: Fetcher, account: LinkedAccount) -> tuple[Profile | None, str, bool]:
    seen = look(fetcher, canonical.parse(account.url))
    return Profile(seen.post.author, seen.post.text) if seen.post else None, seen.reason, seen.fate == "again"


def _by_profile(fetcher: Fetcher, account: LinkedAccount) -> tuple[Profile | None, str, bool]:
    try:
        answer = fetcher.get(platforms.profile_endpoint(account.platform, account.handle), platforms.may_follow)
        return platforms.read_profile(account.platform, account.handle, answer.text), "", False
    except Failed as error:
        return None, "account_gone", error.code == "away"
    except Exception as error:
        log.error("a look broke off", host=account.platform, exc_info=error)
        return None, "account_gone", False
