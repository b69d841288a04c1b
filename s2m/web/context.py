"""What a request stands in: its transaction, its moment, who it comes from and where. The only web file that knows the store."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import Request, Response, current_app, g, request, session
from flask_babel import get_locale

from s2m.config import Config, KeyRing
from s2m.domain import devices, matches, meetings, signin
from s2m.domain.devices import Device
from s2m.domain.errors import NotFound, Refused, TooMany, Unavailable
from s2m.domain.people import LANGUAGES, Person, Role
from s2m.domain.relevance import Match, RoomIndex
from s2m.domain.relevance.meanings import Meanings, of_the_product
from s2m.domain.signin import Session
from s2m.domain.venues import Network, Policy, Venue

if TYPE_CHECKING:
    from s2m.domain.presence import Visit
    from s2m.payments import PaymentProvider
    from s2m.store import Store
    from s2m.store.engine import Database


@dataclass(frozen=True)
class Me:
    """Who asks. At most one of person and device is set; neither for a stranger."""

    person: Person | None = None
    session: Session | None = None
    roles: tuple[Role, ...] = ()
    device: Device | None = None
    device_venue: Venue | None = None

    @property
    def is_admin(self) -> bool:
        return any(r.role == "admin" for r in self.roles)

    @property
    def is_host(self) -> bool:
        return bool(self.roles)

    def hosts(self, venue: Venue) -> bool:
        """Host of this venue, or admin of its network."""
        if self.person is None or self.person.network_id != venue.network_id:
            return False
        return any(r.role == "admin" or r.venue_id == venue.id for r in self.roles)


STRANGER = Me()
# Where each kind of device begins
HOMES = {"kiosk": "kiosk.idle", "wall": "wall.show", "plate": "plates.show"}
# Browsers keep no cookie longer than 400 days; each look at a screen of the house renews it
KEPT = timedelta(days=400)


def database() -> Database:
    return cast("Database", current_app.extensions["s2m.database"])


def config() -> Config:
    return cast(Config, current_app.extensions["s2m.config"])


def keys() -> KeyRing:
    return cast(KeyRing, current_app.extensions["s2m.keys"])


def provider() -> PaymentProvider | None:
    """Who takes payments online; None where nobody does."""
    return cast("PaymentProvider | None", current_app.extensions["s2m.payments"])


def reading() -> AbstractContextManager[Store]:
    """One read transaction."""
    return database().read()


def writing() -> AbstractContextManager[Store]:
    """One write transaction: all of it or nothing."""
    return database().write()


def now() -> datetime:
    """The moment of this request; the same for everything in it."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    return cast(datetime, g.now)


def cookie(name: str) -> str:
    """Browsers let nobody else set a cookie with this prefix; it needs https."""
    return f"__Host-{name}" if config().https else name


def me() -> Me:
    """Who this request comes from, looked up once."""
    if "me" not in g:
        g.me = _who(request)
    return cast(Me, g.me)


def _who(request: Request) -> Me:
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        return _device(token.strip()) if scheme.lower() == "bearer" else STRANGER
    secret = request.cookies.get(cookie("session"))
    if secret:
        found = _signed_in(secret)
        if found:
            return found
    token = request.cookies.get(cookie("device"))
    return _device(token) if token else STRANGER


def _signed_in(secret: str) -> Me | None:
    with reading() as store:
        found = signin.who(store, secret, now())
        stale = found is not None and store.signin.needs_seen(found.session, now())
    if found is None:
        return None
    if stale:
        with writing() as store:
            store.signin.seen(found.session, now())
    return Me(found.person, found.session, found.roles)


def _device(token: str) -> Me:
    try:
        with reading() as store:
            device, venue = devices.with_token(store, token)
    except Refused:
        return STRANGER
    return Me(device=device, device_venue=venue)


def as_device() -> None:
    """On a screen of the house its device counts, also where somebody is signed in in the same browser (a demo, a laptop)."""
    token = request.cookies.get(cookie("device"))
    found = _device(token) if token and not request.headers.get("Authorization") else STRANGER
    if found.device:
        g.me = found


def stay_paired(response: Response, token: str | None = None) -> Response:
    """Keep the token of a screen of the house in its browser: the one that it came with, where it gets no new one."""
    token = token or request.cookies.get(cookie("device"))
    if token:
        kept: dict[str, Any] = {"max_age": KEPT, "secure": config().https, "httponly": True, "samesite": "Lax", "path": "/"}
        response.set_cookie(cookie("device"), token, **kept)
    return response


def person() -> Person:
    """The signed-in person; the route's policy has made sure that there is one."""
    found = me().person
    assert found, "a route that asks for the person declares @signed_in"
    return found


def device() -> Device:
    found = me().device
    assert found, "a route that asks for the device declares @device"
    return found


def device_venue() -> Venue:
    found = me().device_venue
    assert found, "a route that asks for the device declares @device"
    return found


def hosted_venue(slug: str) -> Venue:
    """The venue a host works in. Raises NotFound for one that is not theirs as for one that never was."""
    with reading() as store:
        venue = store.venues.by_slug(slug, person().network_id)
    if venue is None or not me().hosts(venue):
        raise NotFound()
    g.venue = venue
    return venue


def policy_of(store: Store, venue: Venue) -> Policy:
    return store.venues.policy(venue, now())


def home_venue(store: Store, whose: Person) -> Venue | None:
    """Where somebody is, else where they were last, else the network's first venue."""
    visits = store.presence.of_person(whose.id, most=1)
    current = store.presence.open_visit(whose)
    venue_id = current.venue_id if current else visits[0].venue_id if visits else None
    return store.venues.get(venue_id) if venue_id else next(iter(store.venues.all(whose.network_id)), None)


def shown_venue() -> Venue | None:
    """The venue whose name stands on the page."""
    if "venue" not in g:
        g.venue = _shown_venue()
    return cast("Venue | None", g.venue)


def _shown_venue() -> Venue | None:
    who = me()
    if who.device_venue:
        return who.device_venue
    with reading() as store:
        if who.person:
            return home_venue(store, who.person)
        return next(iter(store.venues.all()), None)


def network() -> Network | None:
    """The network of this request: the person's or device's own, else the only one there is."""
    if "network" not in g:
        who = me()
        owner = who.person or who.device
        with reading() as store:
            g.network = store.venues.network(owner.network_id) if owner else next(iter(store.venues.networks()), None)
    return cast("Network | None", g.network)


def language() -> str:
    """?lang= and its cookie, then the person's own choice, then the venue's (device) or the browser's."""
    for wish in (request.args.get("lang"), session.get("lang")):
        if wish in LANGUAGES:
            return wish
    who = me()
    if who.person:
        return who.person.language
    if who.device_venue:
        return who.device_venue.language
    return request.accept_languages.best_match(LANGUAGES) or "nl"


def locale() -> str:
    found = get_locale()
    return found.language if found else "nl"


def isolated(name: str) -> str:
    """A name within a sentence, whatever direction it is written in; in markup that is `<bdi>`."""
    return f"\u2068{name}\u2069"


def limit(name: str, key: str, *, most: int, per: timedelta) -> None:
    """Take one of `most` tries in `per`. Raises TooMany with the seconds to wait. Counts even where the try fails."""
    with writing() as store:
        wait = store.rates.take(f"{name}:{key}", most=most, per=per, now=now())
    if wait:
        raise TooMany(retry_after=wait)


def client() -> str:
    """Where the request comes from, for limits: the address our own proxy (if any) saw, never a header by itself."""
    return request.remote_addr or "unknown"


def public_url() -> str:
    """How this server is called in a QR code."""
    return (config().public_url or request.host_url).rstrip("/")


def meanings() -> Meanings:
    """What the lexicon knows of topics; read by whoever asks first."""
    return of_the_product(config().taxonomy)


def room(venue_id: str) -> RoomIndex:
    """Everybody present at a venue, for matches; kept until something changes there.

    Read in a transaction that begins after the count of changes was taken, so that a room is never kept as newer
    than it is: who hides is gone with the next look.
    """
    rooms: dict[str, tuple[int, RoomIndex]] = current_app.extensions["s2m.rooms"]
    version = current_app.extensions["s2m.hub"].version(venue_id)
    kept = rooms.get(venue_id)
    if kept is None or kept[0] != version:
        with reading() as store:
            before = kept[1] if kept else None
            kept = version, matches.room_of(store, venue_id, now(), before, meanings())
        rooms[venue_id] = kept
    return kept[1]


def matches_for(visit: Visit, most: int = 3) -> tuple[Match, ...]:
    """The people who matter to a visitor now. That this list was shown is written down, once for each person on it.

    A page that refreshes itself writes only what is new; one that cannot be written down is shown all the same.
    """
    index = room(visit.venue_id)
    with reading() as store:
        known = meetings.acquaintance_of(store, index, visit, now())
        before = store.meetings.shown_in(visit.id)
    found = matches.for_visitor(index, visit, most, known)
    if any(match.person_id not in before for match in found):
        with suppress(Unavailable), writing() as store:
            meetings.note(store, visit, found, now())
    return found
