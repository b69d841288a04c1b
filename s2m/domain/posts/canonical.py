"""Links that people paste: which post one means, however it is written, and what is no link to a post at all.

Only names of the public kind go through; what a name resolves to is checked again, each time, by whoever connects.
Sites fall into kinds, by this table alone, and the kind says who looks: the worker or the host.

    mastodon    any server, told by the shape of its addresses (/@name/123…); the post is asked for by its public API
    bluesky, x  by their public APIs
    page        the sites below, where everybody has pages of their own
    closed      platforms that let no program read: the host looks
    elsewhere   any other site: the host looks, so that nobody can send the worker wherever they like
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from s2m.domain.errors import Invalid
from s2m.domain.ledger import digest

LONGEST = 2048
READABLE = ("mastodon", "bluesky", "x", "page")
X, BLUESKY = ("x.com", "twitter.com"), ("bsky.app",)
CLOSED = (
    "instagram.com", "linkedin.com", "facebook.com", "fb.com", "fb.watch", "tiktok.com", "threads.net", "threads.com",
    "snapchat.com", "whatsapp.com", "telegram.org", "t.me", "discord.com", "slack.com", "youtube.com", "reddit.com",
    "pinterest.com", "signal.org",
)  # fmt: skip
PAGES = (
    "medium.com", "substack.com", "wordpress.com", "blogspot.com", "tumblr.com", "ghost.io", "write.as", "dev.to",
    "hashnode.dev", "github.io", "gitlab.io", "codeberg.page", "bearblog.dev", "mataroa.blog", "micro.blog", "neocities.org",
    "weebly.com", "wixsite.com", "squarespace.com", "jouwweb.nl", "jimdosite.com", "meetup.com",
)  # fmt: skip
SHORT = ("t.co", "bit.ly", "tinyurl.com", "lnkd.in", "buff.ly", "ow.ly", "goo.gl", "is.gd", "youtu.be", "dub.sh", "shorturl.at")
# Names that mean this machine or this house
INSIDE = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion")
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})")
BAD_SIGNS = re.compile(r"[\x00-\x20\x7f-\xa0\\\"<>^`{|}\u2028\u2029]")
TRACKING = re.compile(
    r"utm_.*|fb(clid|_.*)|gclid|g(b|w)raid|dclid|yclid|msclkid|twclid|ttclid|li_fat_id|ig(sh|shid|_.*)|mc_[ce]id|_(ga|gl|hs.*)"
    r"|hsCtaTracking|mkt_tok|ref_(src|url)|referrer|share(_.*)?|source|spm|wt_.*|at_(medium|campaign)|cmpid|si|trk|xtor",
    re.IGNORECASE,
)
MASTODON = (
    re.compile(r"/(?:(?:web|deck)/)?@(?P<name>[\w.-]+)(?:@(?P<home>[\w.-]+))?/(?:statuses/|posts/)?(?P<id>[0-9A-Za-z]{8,40})"),
    re.compile(r"/users/(?P<name>[\w.-]+)/statuses/(?P<id>[0-9A-Za-z]{8,40})"),
    re.compile(r"/notice/(?P<id>[0-9A-Za-z]{8,40})"),
)
BSKY = re.compile(r"/profile/(?P<name>[\w.:-]{3,253})/post/(?P<id>[0-9A-Za-z._~-]{1,64})")
STATUS = re.compile(r"/(?:(?P<name>\w{1,30})|i/web|i)/status(?:es)?/(?P<id>[0-9]{5,20})(?:/(?:photo|video)/[0-9])?")


@dataclass(frozen=True)
class Link:
    """url: what to open; canonical: the same for every way of writing this post; name and id: as the platform has them."""

    url: str
    canonical: str
    kind: str
    host: str
    name: str = ""
    id: str = ""

    @property
    def hash(self) -> str:
        return digest("post", self.canonical)

    @property
    def readable(self) -> bool:
        return self.kind in READABLE


def parse(text: object) -> Link:
    """The post that a pasted link means. http is read as https: the worker opens nothing else.

    Raises Invalid `url` with `empty`, `link_long`, `link_shape`, `link_scheme`, `link_user`, `link_port`, `link_host`,
    `link_short` or `link_copy` (data: home).
    """
    address = _typed(text)
    try:
        parts = urlsplit(address)
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        raise Invalid("url", "link_shape") from None
    if parts.scheme not in ("http", "https"):
        raise Invalid("url", "link_scheme")
    if "@" in parts.netloc:
        raise Invalid("url", "link_user")
    if port not in (None, {"http": 80, "https": 443}[parts.scheme]):
        raise Invalid("url", "link_port")
    at, path = host(name), _path(parts.path)
    if _of(at, SHORT):
        raise Invalid("url", "link_short")
    return _link(at, path, _query(parts.query), _query(parts.query, tidy=True))


def _typed(text: object) -> str:
    """The address alone: ASCII but for its name, at most 2,048 characters."""
    if not isinstance(text, str) or not text.strip():
        raise Invalid("url", "empty")
    address = text.strip()
    if len(address) > LONGEST:
        raise Invalid("url", "link_long", most=LONGEST)
    if BAD_SIGNS.search(address) or any("\ud800" <= sign <= "\udfff" for sign in address):
        raise Invalid("url", "link_shape")
    return address if re.match(r"[a-z][a-z0-9+.-]*:(?![0-9])", address, re.IGNORECASE) else f"https://{address}"


def host(name: str) -> str:
    """A public name in lower case and ASCII (IDNA). Raises Invalid `link_host` for addresses in whatever notation."""
    try:
        ascii_name = name.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        raise Invalid("url", "link_host") from None
    if not DOMAIN.fullmatch(ascii_name) or _of(ascii_name, INSIDE):
        raise Invalid("url", "link_host")
    return ascii_name


def _of(name: str, table: tuple[str, ...]) -> bool:
    return any(name == known or name.endswith(f".{known}") for known in table)


def host_of(url: str) -> str:
    """Raises Invalid `link_host`."""
    try:
        return host(urlsplit(url).hostname or "")
    except ValueError:
        raise Invalid("url", "link_host") from None


def plain_host(name: str) -> str:
    """Without what says only for which device a site is laid out."""
    first, _, rest = name.partition(".")
    return rest if first in ("www", "m", "mobile", "amp") and "." in rest else name


def _path(path: str) -> str:
    """Dots resolved, signs written one way, no slash at the end."""
    safe = "/@:!$&'()*+,;=~-._"
    written = quote(unquote(path, errors="surrogateescape"), safe=safe, errors="surrogateescape")
    return "/" + posixpath.normpath(f"/{written}").strip("/.")


def _query(query: str, *, tidy: bool = False) -> str:
    """With its question mark. tidy: in order, and without what only counts visitors."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    if tidy:
        pairs = sorted((name, value) for name, value in pairs if not TRACKING.fullmatch(name))
    return f"?{urlencode(pairs, errors='surrogateescape')}" if pairs else ""


def _link(at: str, path: str, query: str, tidy: str) -> Link:
    plain, url = plain_host(at), f"https://{at}{path}{query}"
    if len(url) > LONGEST:
        raise Invalid("url", "link_long", most=LONGEST)
    if plain in X:
        return _numbered(url, "x", at, STATUS.fullmatch(path), "https://x.com/i/status/")
    if plain in BLUESKY:
        return _numbered(url, "bluesky", at, BSKY.fullmatch(path), "https://bsky.app/post/")
    page = f"https://{plain}{path}{tidy}".lower()
    for kind, table in (("closed", CLOSED), ("page", PAGES)):
        if _of(at, table):
            return Link(url, page, kind, at)
    found = next((match for match in (shape.fullmatch(path) for shape in MASTODON) if match), None)
    if found is None:
        return Link(url, page, "elsewhere", at)
    home = (found.groupdict().get("home") or at).lower()
    if plain_host(home) != plain:
        raise Invalid("url", "link_copy", home=home)
    return _numbered(url, "mastodon", at, found, f"https://{plain}/statuses/")


def _numbered(url: str, kind: str, at: str, found: re.Match[str] | None, form: str) -> Link:
    """A post that its platform knows by an id. Raises Invalid `link_post` for another page there."""
    if found is None:
        raise Invalid("url", "link_post")
    name = found.groupdict().get("name") or ""
    return Link(url, (form + found["id"]).lower(), kind, at, name.lower(), found["id"])
