"""The internet of the tests: servers on this machine that answer like each platform, by TLS and under names of their own.

What they answer has the shape that the platforms document; every word in it is invented. The worker's fetcher gets a look-up
that leads those names here, and trust in an authority of the tests: nothing else about it is different.
"""

import http.server
import io
import json
import socket
import ssl
import struct
import threading
import time
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from s2m import cert
from s2m.links import Fetcher

NAMES = ("mastodon.example", "other.example", "public.api.bsky.app", "publish.twitter.com", "samira.wordpress.com", "medium.com")


def png(width=4, height=4):
    """A small picture; its content is random enough for nothing, and its form is right."""
    rows = b"".join(b"\x00" + b"\x33\x66\x99" * width for _ in range(height))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def stamp(at):
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# What each platform answers --------------------------------------------------------------------------------------


def mastodon(id_, name, text, at, **more):
    """A Status (docs.joinmastodon.org/entities/Status), as far as it matters."""
    account = {"id": "1", "username": name, "acct": name, "url": f"https://mastodon.example/@{name}", "note": ""}
    return {
        "id": id_, "uri": f"https://mastodon.example/users/{name}/statuses/{id_}", "created_at": stamp(at), "edited_at": None,
        "url": f"https://mastodon.example/@{name}/{id_}", "visibility": "public", "spoiler_text": "", "sensitive": False,
        "content": f"<p>{text}</p>", "reblog": None, "account": account, "media_attachments": [], "tags": [],
    } | more  # fmt: skip


def mastodon_account(name, note):
    return {"id": "1", "username": name, "acct": name, "display_name": name.title(), "note": f"<p>{note}</p>", "fields": []}


def bluesky(id_, handle, text, at, indexed=None):
    """app.bsky.feed.getPostThread: a threadViewPost."""
    did = "did:plc:testtesttesttesttesttest"
    record = {"$type": "app.bsky.feed.post", "createdAt": stamp(at), "langs": ["nl"], "text": text}
    post = {
        "uri": f"at://{did}/app.bsky.feed.post/{id_}", "cid": "bafytest",
        "author": {"did": did, "handle": handle, "displayName": "S"},
        "record": record, "indexedAt": stamp(indexed or at), "likeCount": 0, "replyCount": 0,
    }  # fmt: skip
    return {"thread": {"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": []}}


def x_id(at):
    return str((int(at.timestamp() * 1000) - 1_288_834_974_657) << 22)


def x(id_, name, text):
    """An oEmbed answer of publish.twitter.com."""
    html = (
        f'<blockquote class="twitter-tweet"><p lang="nl" dir="ltr">{text}</p>&mdash; {name.title()} (@{name}) '
        f'<a href="https://twitter.com/{name}/status/{id_}?ref_src=twsrc%5Etfw">March 12, 2026</a></blockquote>'
    )
    return {
        "url": f"https://twitter.com/{name}/status/{id_}", "author_name": name.title(), "author_url": f"https://twitter.com/{name}",
        "html": html, "width": 550, "height": None, "type": "rich", "cache_age": "3153600000", "provider_name": "Twitter",
    }  # fmt: skip


def page(text, at=None, author="Samira Vos", head="", time_tag=""):
    meta = f'<meta property="article:published_time" content="{stamp(at)}">' if at else ""
    return (
        f'<!doctype html><html><head><title>Blog</title><meta name="author" content="{author}">{meta}{head}</head>'
        f"<body><script>var a = '<p>s2m';</script><h1>Een dag in Het Seinhuis</h1>{time_tag}<p>{text}</p>"
        f"<footer>Reacties: {time.monotonic_ns()}</footer></body></html>"
    )


# The servers -----------------------------------------------------------------------------------------------------


class Internet:
    """answers: {(name, path without its query): what}. what: dict (JSON), str (HTML), int (a status), or a function of the
    handler. resolved: {name: addresses} for names that shall lead elsewhere. asked: every request that came, as (name, path)."""

    def __init__(self, folder, listen=("127.0.0.1",)):
        made = cert.make(folder, [*NAMES, "localhost"], ["127.0.0.1"], datetime.now(UTC))
        assert made
        self.answers, self.resolved, self.asked, self.headers = {}, {}, [], []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, address: None
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.trust = ssl.create_default_context(cafile=folder / "s2m-ca.crt")
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _handler(self):
        internet = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                name = self.headers["Host"]
                internet.asked.append((name, self.path))
                internet.headers.append(dict(self.headers))
                what = internet.answers.get((name, self.path.partition("?")[0]), 404)
                if callable(what):
                    what(self)
                else:
                    self.give(what)

            def give(self, what, **headers):
                status = what if isinstance(what, int) else 200
                kind = "application/json" if isinstance(what, dict) else "text/html; charset=utf-8"
                body = b"" if isinstance(what, int) else (json.dumps(what) if isinstance(what, dict) else what).encode()
                self.send(body, status, Content_Type=kind, **headers)

            def send(self, body, status=200, **headers):
                self.send_response(status)
                given = {key.replace("_", "-"): value for key, value in headers.items()}
                for key, value in {"Content-Length": str(len(body)), "Connection": "close", **given}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

        return Handler

    def resolve(self, name, port):
        found = self.resolved.get(name, [("127.0.0.1", self.port)] if name in NAMES else [])
        return found() if callable(found) else found

    def fetcher(self, **more):
        """The real one, but for where names lead and whom it trusts."""
        return Fetcher(**{"resolve": self.resolve, "allowed": lambda ip: ip == "127.0.0.1", "trust": self.trust} | more)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Canaries:
    """Listens inside, on loopback of both kinds, as a service that nobody from outside may reach; counts who comes."""

    def __init__(self):
        self.hits, self.sockets = [], []
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            canary = socket.socket(family)
            canary.bind((address, 0))
            canary.listen(50)
            canary.settimeout(0.1)
            self.sockets.append(canary)
            threading.Thread(target=self._watch, args=(canary, address), daemon=True).start()
        self.v4, self.v6 = (canary.getsockname()[1] for canary in self.sockets)

    def _watch(self, canary, address):
        while True:
            try:
                connection, _ = canary.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.hits.append(address)
            connection.close()

    def stop(self):
        for canary in self.sockets:
            canary.close()


@contextmanager
def running(thing):
    try:
        yield thing
    finally:
        thing.stop()


@pytest.fixture
def internet(tmp_path):
    with running(Internet(tmp_path / "internet")) as made:
        yield made


@pytest.fixture
def canaries():
    with running(Canaries()) as made:
        yield made


def gzipped(size, encoding="gzip"):
    """So many zeros, as small as they get."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    out = io.BytesIO()
    for _ in range(size // 65536):
        out.write(packer.compress(bytes(65536)))
    out.write(packer.flush())
    return out.getvalue()
