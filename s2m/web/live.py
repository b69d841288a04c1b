"""Server-sent events: "something changed here". Pages then fetch their part again; nothing personal goes over the stream.

A stream keeps a server thread, so their number is bounded; a page that gets none polls instead.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator

from flask import Blueprint, Response, current_app
from werkzeug.exceptions import ServiceUnavailable

from s2m.domain.errors import Denied, NotFound
from s2m.web.context import me, reading
from s2m.web.policy import present

blueprint = Blueprint("live", __name__)
STREAMS = 256
PING = 15.0
# Changes that come together are told together
SETTLE = 0.15


class Hub:
    """Counts the changes of each venue and wakes those who wait for the next one."""

    def __init__(self, streams: int = STREAMS) -> None:
        self._changed = threading.Condition()
        self._versions: dict[str, int] = defaultdict(int)
        self._free = threading.BoundedSemaphore(streams)
        self.closing = False

    def tell(self, venue_ids: set[str]) -> None:
        with self._changed:
            for venue_id in venue_ids:
                self._versions[venue_id] += 1
            self._changed.notify_all()

    def version(self, venue_id: str) -> int:
        return self._versions[venue_id]

    def wait(self, venue_id: str, seen: int, seconds: float) -> int:
        """The venue's version once it differs from `seen`, or after that many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.closing or self._versions[venue_id] != seen, seconds)
            return self._versions[venue_id]

    def enter(self) -> bool:
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        self._free.release()

    def close(self) -> None:
        with self._changed:
            self.closing = True
            self._changed.notify_all()


class Stream:
    """The events of one page, as an iterator that gives its place back when the server closes it."""

    def __init__(self, hub: Hub, venue_id: str) -> None:
        self._hub, self._venue_id = hub, venue_id
        self._seen = hub.version(venue_id)
        self._started = False
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._closed or self._hub.closing:
            raise StopIteration
        if not self._started:
            self._started = True
            return b"retry: 3000\nevent: open\ndata: \n\n"
        now = self._hub.wait(self._venue_id, self._seen, PING)
        if now == self._seen:
            return b": still here\n\n"
        time.sleep(SETTLE)
        self._seen = self._hub.version(self._venue_id)
        return f"event: change\nid: {self._seen}\ndata: \n\n".encode()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._hub.leave()


@blueprint.get("/live/<slug>")
@present
def stream(slug: str) -> Response:
    who = me()
    with reading() as store:
        owner = who.person or who.device
        assert owner, "@present"
        venue = store.venues.by_slug(slug, owner.network_id)
    if venue is None:
        raise NotFound()
    if who.device and who.device.venue_id != venue.id:
        raise Denied()
    hub: Hub = current_app.extensions["s2m.hub"]
    if not hub.enter():
        raise ServiceUnavailable()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(Stream(hub, venue.id), mimetype="text/event-stream", headers=headers)  # type: ignore[arg-type]
