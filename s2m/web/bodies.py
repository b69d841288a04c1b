"""What requests carry, on its way in. A body that does not come keeps the thread that waits for it, and nothing can hurry it.

So only so many wait at once; one more is answered 503 with its body unread, which frees the thread. A place is held during a
read, not during the request: a body that comes in one piece holds it for an instant. Strangers, people and tablets have places
apart, told by what the session or token proves, so that a stranger who takes all they can get stops no tablet.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from flask import current_app, request
from werkzeug.exceptions import ClientDisconnected

from s2m.domain.errors import Unavailable
from s2m.web.context import client, me

# How many may wait: for each address, session or device, and for all of that kind together
PLACES = {"stranger": (8, 24), "person": (8, 24), "device": (32, 48)}
RETRY_AFTER = 5


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Bodies:
    """Counts who waits for a body."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._together: Counter[str] = Counter()

    @contextmanager
    def place(self, kind: str, who: str) -> Iterator[None]:
        """Raises Unavailable `busy` when there is none."""
        each, together = PLACES[kind]
        with self._lock:
            if self._waiting[kind, who] >= each or self._together[kind] >= together:
                raise Unavailable("busy", retry_after=RETRY_AFTER, detail=f"bodies of {kind}")
            self._waiting[kind, who] += 1
            self._together[kind] += 1
        try:
            yield
        finally:
            with self._lock:
                self._together[kind] -= 1
                self._waiting[kind, who] -= 1
                if not self._waiting[kind, who]:
                    del self._waiting[kind, who]


class Body:
    """A request's body, each read of which takes a place."""

    def __init__(self, bodies: Bodies, source: Readable, announced: int) -> None:
        self._bodies, self._source = bodies, source
        self._missing = announced

    def read(self, size: int = -1) -> bytes:
        """Raises Unavailable, and ClientDisconnected where a body ends early: half a form says something else."""
        with self._bodies.place(*_asker()):
            part = self._source.read(size)
        self._missing -= len(part)
        if not part and self._missing > 0:
            raise ClientDisconnected()
        return part


def watch() -> None:
    """Before each request: its body is read through a place, whoever reads it and whenever."""
    source = request.environ["wsgi.input"]
    request.environ["wsgi.input"] = Body(current_app.extensions["s2m.bodies"], source, request.content_length or 0)


def _asker() -> tuple[str, str]:
    who = me()
    if who.device:
        return "device", who.device.id
    return ("person", who.session.id) if who.session else ("stranger", client())
