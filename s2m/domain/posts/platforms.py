"""How each platform is asked about a post or a profile, and how its answer is read. Pure: text in, values out.

    mastodon   GET /api/v1/statuses/ID, /api/v1/accounts/lookup?acct=NAME     (docs.joinmastodon.org)
    bluesky    app.bsky.feed.getPostThread, app.bsky.actor.getProfile          (docs.bsky.app)
    x          publish.twitter.com/oembed: no time in it, so the time comes out of the post's id
    page       HTML: article:published_time, JSON-LD datePublished or <time>; the author is its meta author, else the site
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from s2m.domain.errors import Invalid, S2MError
from s2m.domain.posts import canonical, markup
from s2m.domain.posts.canonical import Link

BSKY_API = "https://public.api.bsky.app/xrpc"
OEMBED = "https://publish.twitter.com/oembed?omit_script=1&dnt=1&url="
# The first millisecond of ids at X
SNOWFLAKE = 1_288_834_974_657
TEXT_LONGEST = 200_000


class Unreadable(S2MError):
    """What came is not what this platform answers."""

    code = "post_unread"


@dataclass(frozen=True)
class Post:
    """author: as accounts are linked (name@server, handle, name), '' where the page does not say. whole_day: no clock time."""

    author: str
    published_at: datetime | None
    text: str
    whole_day: bool = False
    canonical: str = ""


@dataclass(frozen=True)
class Profile:
    handle: str
    text: str


def endpoint(link: Link) -> str:
    """Where to ask for the post."""
    if link.kind == "mastodon":
        return f"https://{link.host}/api/v1/statuses/{link.id}"
    if link.kind == "bluesky":
        uri = quote(f"at://{link.name}/app.bsky.feed.post/{link.id}", safe="")
        return f"{BSKY_API}/app.bsky.feed.getPostThread?uri={uri}&depth=0&parentHeight=0"
    if link.kind == "x":
        return OEMBED + quote(f"https://twitter.com/{link.name or 'i'}/status/{link.id}", safe="")
    return link.url


def profile_endpoint(platform: str, handle: str) -> str:
    """Where to ask for what somebody says of themselves; '' where nobody answers that."""
    if platform == "mastodon":
        name, _, server = handle.partition("@")
        return f"https://{server}/api/v1/accounts/lookup?acct={quote(name, safe='')}"
    if platform == "bluesky":
        return f"{BSKY_API}/app.bsky.actor.getProfile?actor={quote(handle, safe='')}"
    return ""


def may_follow(asked: str, url: str) -> bool:
    """A redirect stays at the same site, or ends at one whose pages are read anyway."""
    try:
        link = canonical.parse(url)
    except Invalid:
        return False
    same = canonical.plain_host(link.host) == canonical.plain_host(canonical.host_of(asked))
    return same or link.kind == "page"


def is_gone(link: Link, status: int) -> bool:
    """Bluesky answers 400 for a post that is not there."""
    return status in (404, 410) or (link.kind == "bluesky" and status == 400)


def read(link: Link, url: str, body: str) -> Post:
    """The post in an answer. url: where the answer came from, after redirects. Raises Unreadable."""
    if link.kind == "page":
        return _page(url, body)
    reader = {"mastodon": _mastodon, "bluesky": _bluesky, "x": _x}[link.kind]
    try:
        return reader(link, _json(body))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Unreadable() from None


def read_profile(platform: str, handle: str, body: str) -> Profile:
    """Raises Unreadable."""
    try:
        answer = _json(body)
        if platform == "mastodon":
            name, _, server = handle.partition("@")
            return Profile(_one_line(f"{answer['acct'].lower()}@{server}"), markup.read(answer["note"]).text)
        return Profile(_one_line(answer["handle"].lower()), str(answer.get("description") or ""))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Unreadable() from None


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable() from None


def _mastodon(link: Link, answer: Any) -> Post:
    """A boost holds no text of its own. An account of this server is called by its name; one of another with its server."""
    name = answer["account"]["acct"].lower()
    if str(answer["id"]).lower() != link.id.lower():
        raise Unreadable()
    if "@" in name:
        raise Unreadable("link_copy")
    text = "" if answer.get("reblog") else f"{answer.get('spoiler_text') or ''}\n{markup.read(answer['content']).text}"
    at, _ = _instant(answer["created_at"])
    return Post(_one_line(f"{name}@{link.host}"), at, _one_line(text), canonical=link.canonical)


def _bluesky(link: Link, answer: Any) -> Post:
    """The author writes createdAt, the server indexedAt: the earlier counts, so that neither makes a post younger."""
    post = answer["thread"]["post"]
    record = post["record"]
    if post["uri"].rpartition("/")[2] != link.id:
        raise Unreadable()
    at = min(_instant(record["createdAt"])[0], _instant(post["indexedAt"])[0])
    return Post(_one_line(post["author"]["handle"].lower()), at, _one_line(record["text"]), canonical=link.canonical)


def _x(link: Link, answer: Any) -> Post:
    found = re.search(r"/status/([0-9]{5,20})", answer["url"])
    if found is None or found[1] != link.id:
        raise Unreadable()
    quoted = re.search(r"<p\b[^>]*>(.*?)</p>", answer["html"][:20_000], re.DOTALL)
    text = markup.read(quoted[1]).text if quoted else ""
    at = datetime.fromtimestamp(((int(found[1]) >> 22) + SNOWFLAKE) / 1000, UTC)
    author = _one_line(urlsplit(answer["author_url"]).path.strip("/").lower())
    return Post(author, at, _one_line(text), canonical=link.canonical)


def _page(url: str, body: str) -> Post:
    page = markup.read(body)
    told = (page.meta.get("article:published_time", ""), *(markup.find(data, "datePublished") for data in page.data), *page.times)
    at, whole_day = next((_instant(text) for text in told if _is_instant(text)), (None, False))
    link = canonical.parse(url)
    same = link
    try:
        named = canonical.parse(urljoin(url, page.canonical))
        same = named if page.canonical and named.host == link.host else link
    except (Invalid, ValueError):
        pass
    author = _one_line(page.meta.get("author", ""))[:100] or link.host
    return Post(author.lower(), at, page.text[:TEXT_LONGEST], whole_day, same.canonical)


def _is_instant(text: str) -> bool:
    try:
        return bool(_instant(text))
    except ValueError:
        return False


def _instant(text: str) -> tuple[datetime, bool]:
    """A moment; True where it is known to the day only (a date, or a clock without its zone). Raises ValueError."""
    text = text.strip()[:40]
    at = datetime.fromisoformat(text)
    whole_day = at.tzinfo is None
    if not 1990 <= at.year < 9000:
        raise ValueError(text)
    return at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC) if whole_day else at.astimezone(UTC), whole_day


def last_moment(post: Post) -> datetime | None:
    """The latest that the post may have been published, by what is known of it."""
    return post.published_at + timedelta(days=1) if post.published_at and post.whole_day else post.published_at


def _one_line(text: str) -> str:
    """What can be kept of it: no controls, no half characters."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:TEXT_LONGEST]).strip()
