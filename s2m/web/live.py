"""Server-sent events: "something changed here". Pages then fetch their part again; nothing personal goes over the stream.

A stream keeps a server thread, so their number is bounded: in all, and for each session or device; a page that gets none
polls instead. Who may listen is asked again and again, so that a stream ends with the right to it.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import ServiceUnavailable

from s2m.domain import devices, signin
from s2m.domain.errors import NotFound, Refused, Unavailable
from s2m.web.context import STRANGER, Me, cookie, database, home_venue, me, reading
from s2m.web.policy import present

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

blueprint = Blueprint("live", __name__)
STREAMS = 256
EACH = 6
# Seconds between signs of life (a page that was closed is noticed by them), and between questions for the right to listen
PING = 5.0
CHECK = 15.0
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
# Changes that come together are told together
SETTLE = 0.15


class Hub:
    """Counts the changes of each venue, wakes those who wait for the next one, and keeps their places."""

    def __init__(self, most: int = STREAMS) -> None:
        self._changed = threading.Condition()
        self._versions: dict[str, int] = defaultdict(int)
        self.streams: list[Stream] = []
        self.most = most
        self.closing = False

    def tell(self, venue_ids: set[str]) -> None:
        with self._changed:
            for venue_id in venue_ids:
                self._versions[venue_id] += 1
            self._changed.notify_all()

    def version(self, venue_id: str) -> int:
        return self._versions[venue_id]

    def wait(self, stream: Stream, seconds: float) -> int:
        """The version of the stream's venue once the stream has not seen it or is over, or after that many seconds."""
        with self._changed:
            venue_id = stream.venue_id
            self._changed.wait_for(lambda: self.closing or stream.over or self._versions[venue_id] != stream.seen, seconds)
            return self._versions[venue_id]

    def enter(self, stream: Stream) -> bool:
        """A place for this stream. One more than EACH takes the place of its owner's oldest; False when all are taken."""
        with self._changed:
            own = [other for other in self.streams if other.owner_id == stream.owner_id]
            if len(own) >= EACH:
                self._end(own[0])
            if len(self.streams) >= self.most:
                return False
            self.streams.append(stream)
            return True

    def leave(self, stream: Stream) -> None:
        with self._changed:
            if not stream.over:
                self._end(stream)

    def _end(self, stream: Stream) -> None:
        stream.over = True
        self.streams.remove(stream)
        self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self.closing = True
            self._changed.notify_all()


class Stream:
    """The events of one page, as an iterator that gives its place back at its end or when the server closes it."""

    def __init__(self, hub: Hub, venue_id: str, owner_id: str, may_listen: Callable[[], bool]) -> None:
        self.venue_id, self.owner_id = venue_id, owner_id
        self.seen = hub.version(venue_id)
        self.over = False
        self._hub, self._may_listen = hub, may_listen
        self._asked = time.monotonic()
        self._started = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return self._next()
        except BaseException:
            self.close()
            raise

    def _next(self) -> bytes:
        if not self._started:
            self._started = True
            return b"retry: 3000\nevent: open\ndata: \n\n"
        now = self._hub.wait(self, PING)
        if self.over or self._hub.closing or not self._still_may():
            raise StopIteration
        if now == self.seen:
            return b": still here\n\n"
        time.sleep(SETTLE)
        self.seen = self._hub.version(self.venue_id)
        return f"event: change\nid: {self.seen}\ndata: \n\n".encode()

    def _still_may(self) -> bool:
        if time.monotonic() - self._asked < CHECK:
            return True
        self._asked = time.monotonic()
        return self._may_listen()

    def close(self) -> None:
        self._hub.leave(self)


@blueprint.get("/live/<slug>")
@present
def stream(slug: str) -> Response:
    who = me()
    owner, place = who.person or who.device, who.session or who.device
    assert owner and place, "@present"
    with reading() as store:
        venue = store.venues.by_slug(slug, owner.network_id)
        if venue is None or not _may_listen(store, who, venue):
            raise NotFound()
    hub: Hub = current_app.extensions["s2m.hub"]
    made = Stream(hub, venue.id, place.id, _later(venue))
    if not hub.enter(made):
        raise ServiceUnavailable()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(made, mimetype="text/event-stream", headers=headers)  # type: ignore[arg-type]


def _may_listen(store: Store, who: Me, venue: Venue) -> bool:
    """A device at its own venue; a person where they are, or else were last, and where they are host."""
    if who.device:
        return who.device.venue_id == venue.id
    return who.person is not None and (who.hosts(venue) or home_venue(store, who.person) == venue)


def _later(venue: Venue) -> Callable[[], bool]:
    """Whether who asks now may still listen, to be asked when this request is long over. Listening is no use of a session."""
    kept, asked = database(), me()
    secret = request.cookies.get(cookie("session"), "")
    token = request.headers.get("Authorization", "").partition(" ")[2].strip() or request.cookies.get(cookie("device"), "")

    def may_listen() -> bool:
        try:
            with kept.read() as store:
                return _may_listen(store, _with_token(store, token) if asked.device else _signed_in(store, secret), venue)
        except Unavailable:
            return True

    return may_listen


def _signed_in(store: Store, secret: str) -> Me:
    found = signin.who(store, secret, datetime.now(UTC))
    return Me(found.person, found.session, found.roles) if found else STRANGER


def _with_token(store: Store, token: str) -> Me:
    try:
        return Me(device=devices.with_token(store, token)[0])
    except Refused:
        return STRANGER


def same_unless_changed(response: Response) -> Response:
    """304 where nothing but the form tokens differs from what the page has."""
    plain = Response(TOKEN.sub("", response.get_data(as_text=True)))
    plain.add_etag()
    response.set_etag(plain.get_etag()[0] or "", weak=True)
    return response.make_conditional(request)
