"""Opens a link that a stranger gave us, and nothing else. The only file that opens a socket to where somebody else says.

A name is resolved once; if any of its addresses is not a public one nothing is opened, and the connection goes to the
address that was looked at, which is looked at again once it stands. So neither another notation (0x7f.1), nor a name that
resolves to two things, nor one that changes its mind (rebinding) leads inside. Redirects begin from the start, each.
https and port 443 only; no cookies, no Referer, no proxy: nothing is read from the environment.

Whoever runs this for others should also let a firewall refuse the worker all private networks.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from s2m import __version__
from s2m.domain.errors import Invalid
from s2m.domain.posts import canonical

CONNECT, TOTAL = 3.0, 10.0
WIRE = 2 * 1024 * 1024
REDIRECTS, LONGEST, PORT = 3, 2048, 443
# Public by their numbers, and yet ways inside: NAT64, 6to4, Teredo, site-local, what protocols keep for themselves
DENIED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "::/96", "192.0.0.0/24", "192.88.99.0/24",
        "100.64.0.0/10", "0.0.0.0/8",
    )
)  # fmt: skip
SIGNS = re.compile(r"[\x21-\x7e]{1,2048}")
Addresses = list[tuple[str, int]]


class Failed(Exception):
    """No answer that could be read.

    code: 'away' (not reached, too slow, 5xx: try again), 'status', 'private', 'redirects', 'address', 'large', 'kind',
    'encoding'. status: the server's, 0 where there was none.
    """

    def __init__(self, code: str, status: int = 0) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass(frozen=True)
class Wish:
    """What an answer may be, how many bytes it may unpack to, and what the server is told that we do with it."""

    kinds: tuple[str, ...]
    most: int
    use: str


PAGE = Wish(("text/html", "application/json"), 512 * 1024, "reads a post that its author told us of")
CALENDAR = Wish(("text/calendar",), 1024 * 1024, "reads a calendar that a host told us of")


@dataclass(frozen=True)
class Answer:
    url: str
    text: str


def is_public(address: str) -> bool:
    """Whether this is the address of a machine on the open internet."""
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if any(ip.version == net.version and ip in net for net in DENIED):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_unspecified)


def resolve(name: str, port: int) -> Addresses:
    """All addresses of a name, in the order to be tried. Waits in a thread of its own: the system's look-up knows no end."""
    found: list[Addresses] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.append(list(dict.fromkeys((str(to[0]), port) for *_, to in answers)))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(CONNECT)
    return found[0] if found else []


class _Wire(io.RawIOBase):
    """What comes in, until a moment by the clock, however slowly it drips, and up to so many bytes."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self.connection, self.until, self.taken = connection, until, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self.connection.settimeout(_left(self.until))
        count = self.connection.recv_into(buffer)
        self.taken += count
        if self.taken > WIRE:
            raise Failed("large")
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        """As `http.client` asks for it."""
        return io.BufferedReader(self)


@dataclass(frozen=True)
class Fetcher:
    """Tests of our own give their own look-up, and trust, for a server on this machine; everything else is strict."""

    resolve: Callable[[str, int], Addresses] = resolve
    allowed: Callable[[str], bool] = is_public
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def get(
        self, url: str, may_follow: Callable[[str, str], bool] = lambda asked, url: True, wish: Wish = PAGE
    ) -> Answer:
        """What stands at a link, followed as far as `may_follow(asked, url)` lets it. Raises Failed, after 10 s at the latest."""
        until, asked = time.monotonic() + TOTAL, url
        for _ in range(REDIRECTS + 1):
            try:
                answer, onward = self._once(url, until, wish)
            except (OSError, http.client.HTTPException) as error:
                raise Failed("away") from error
            except ValueError as error:
                raise Failed("address") from error
            if answer is not None:
                return answer
            url = onward
            if not may_follow(asked, url):
                raise Failed("redirects")
        raise Failed("redirects")

    def _once(self, url: str, until: float, wish: Wish) -> tuple[Answer | None, str]:
        """One request: its answer, or where it leads."""
        name, path = _target(url)
        with self._connect(name, until) as connection:
            connection.settimeout(_left(until))
            connection.sendall(_request(name, path, wish))
            response = http.client.HTTPResponse(_Wire(connection, until), method="GET")  # type: ignore[arg-type]
            with response:
                response.begin()
                if response.status in (301, 302, 303, 307, 308):
                    return None, urljoin(url, response.headers.get("Location", ""))
                return Answer(url, _read(response, wish)), ""

    def _connect(self, name: str, until: float) -> ssl.SSLSocket:
        """To the address that was looked at, by TLS for the name that was asked."""
        addresses = self.resolve(name, PORT)
        if not addresses:
            raise Failed("away")
        if not all(self.allowed(ip) for ip, _ in addresses):
            raise Failed("private")
        raw = _reach(addresses, min(until, time.monotonic() + CONNECT))
        try:
            if not self.allowed(raw.getpeername()[0]) or raw.getpeername()[0] not in {ip for ip, _ in addresses}:
                raise Failed("private")
            raw.settimeout(min(CONNECT, _left(until)))
            return self.trust.wrap_socket(raw, server_hostname=name)
        except BaseException:
            raw.close()
            raise


def _left(until: float) -> float:
    """Seconds until then. Raises TimeoutError when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _reach(addresses: Addresses, until: float) -> socket.socket:
    """The first address that answers. Raises OSError."""
    failure: OSError = TimeoutError()
    for ip, port in addresses:
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(_left(until))
            connection.connect((ip, port))
            return connection
        except OSError as error:
            failure = error
            connection.close()
    raise failure


def _target(url: str) -> tuple[str, str]:
    """Name and path of what may be opened at all. Raises Failed `address`."""
    if not SIGNS.fullmatch(url) or "\\" in url:
        raise Failed("address")
    try:
        parts = urlsplit(url)
        name = canonical.host(parts.hostname or "")
        port = parts.port
    except (Invalid, ValueError):
        raise Failed("address") from None
    if parts.scheme != "https" or "@" in parts.netloc or port not in (None, PORT):
        raise Failed("address")
    return name, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _request(name: str, path: str, wish: Wish) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1", f"Host: {name}", f"User-Agent: s2m/{__version__} ({wish.use})",
        f"Accept: {', '.join(wish.kinds)}", "Accept-Encoding: gzip, deflate", "Connection: close",
    )  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _read(response: http.client.HTTPResponse, wish: Wish) -> str:
    """Its text. Raises Failed."""
    if response.status != 200:
        raise Failed("away" if response.status >= 500 or response.status == 429 else "status", response.status)
    if response.headers.get_content_type() not in wish.kinds:
        raise Failed("kind")
    content = _decoded(response, wish.most, (response.headers.get("Content-Encoding") or "").strip().lower())
    charset = response.headers.get_content_charset("utf-8")
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _decoded(response: http.client.HTTPResponse, most: int, encoding: str) -> bytes:
    """At most so many bytes: what unpacks to more is put down as soon as it does, however small it came."""
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Failed("encoding")
    unpack = None if encoding in ("", "identity") else zlib.decompressobj(wbits=47)
    content = bytearray()
    while part := response.read(16 * 1024):
        try:
            content += unpack.decompress(part, most + 1 - len(content)) if unpack else part
        except zlib.error:
            raise Failed("encoding") from None
        if len(content) > most:
            raise Failed("large")
    if response.length or (unpack and not unpack.eof):
        raise Failed("away")  # cut off: half a page says something else
    return bytes(content)
