"""A member says: this post is mine, and about this visit. The claim is kept before anybody looks at the post.

    waiting   nobody looked yet, or the last try did not get through
    seen      it is there and right; a second look follows a day later
    host      a program cannot read it, so the host looks
    paid      it counted
    refused   with a reason; the link is free again, for its author may have come second

A refused claim frees its link, so nobody can burn somebody else's by pasting it first. A paid one holds it for ever.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import codes
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.ledger import digest
from s2m.domain.posts import canonical
from s2m.domain.presence import Visit
from s2m.domain.venues import Venue, day_end, day_start

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.store import Store

# How long after a visit its post may be published and claimed
WINDOW = timedelta(days=7)
PER_DAY = 5
# What a post says, in the language it is written in: the advertising code asks for the first half, the worker for the second
LINES = {
    "nl": "Ik zat hier gratis, in ruil voor sociaal kapitaal · {code}",
    "en": "I had this seat for free, in return for social capital · {code}",
}
CODE_LENGTH = 4
# What says that something was got for it: these anywhere in a post; a word alone only in the line of the code, for blogs
# have such words above what others advertise. Not after a no
_NOT = r"(?<!\w)(?<!geen )(?<!niet )(?<!not )(?<!no )"
_HASHTAG = r"#\s?(?:ad|adv|advertentie|advertisement|reclame|spon|sponsored|gesponsord|samenwerking)(?!\w)"
_PHRASE = rf"{_NOT}(?:in[\W_]{{0,5}}(?:ruil[\W_]{{0,5}}voor|return[\W_]{{0,5}}for|exchange[\W_]{{0,5}}for))(?!\w)"
DISCLOSED = re.compile(f"{_HASHTAG}|{_PHRASE}")
DISCLOSING_WORD = re.compile(rf"{_NOT}(?:advertentie|advertisement|reclame|gesponsord|sponsored)(?!\w)")
# Where somebody may have posted that only the host can look at
CLOSED = ("Instagram", "LinkedIn", "Facebook", "TikTok", "WhatsApp")


@dataclass(frozen=True)
class Claim:
    """url: '' where there is only a picture. hash: of the canonical link, else of the picture. reason: why it is refused or
    with the host. about: where it was posted, in a word. fingerprint: of what the first look saw. attempts: of this look.
    said: why the host declined, in their words.
    """

    id: str
    network_id: str
    venue_id: str
    visit_id: str
    person_id: str | None
    url: str
    hash: str
    about: str
    state: str
    reason: str
    amount: int
    author: str
    published_at: datetime | None
    fingerprint: str
    attempts: int
    next_at: datetime
    created_at: datetime
    seen_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    contribution_id: str | None = None
    said: str = ""


@dataclass(frozen=True)
class Offer:
    """A visit that can still be told about: its code, what a post gives, and until when."""

    visit: Visit
    venue: Venue
    amount: int
    until: datetime | None

    @property
    def code(self) -> str:
        return code(self.visit.id)


# Rules ---------------------------------------------------------------------------------------------------------


def code(visit_id: str) -> str:
    """What a post about a visit holds, such as s2m-7KQ2: always the same for the same visit."""
    return f"s2m-{codes.short(hashlib.sha256(f's2m post {visit_id}'.encode()).digest(), CODE_LENGTH)}"


def line(visit_id: str, language: str) -> str:
    return LINES.get(language, LINES["en"]).format(code=code(visit_id))


def holds_code(text: str, wanted: str) -> bool:
    """In whatever case, and with whatever dash or none: keyboards change both."""
    letters = re.escape(wanted.rpartition("-")[2])
    return re.search(rf"(?<![0-9a-z])s2m[\s\-\u2010-\u2015_]?{letters}(?![0-9a-z])", text, re.IGNORECASE) is not None


def discloses(text: str, code: str) -> bool:
    """Whether a post says that its author got something for it, in either language and however it is written."""
    lines = [" ".join(unicodedata.normalize("NFKC", line).casefold().split()) for line in text.splitlines()]
    return any(DISCLOSED.search(line) or (DISCLOSING_WORD.search(line) and holds_code(line, code)) for line in lines)


def until(visit: Visit) -> datetime | None:
    """The end of the window of a visit; None while it goes on."""
    return visit.ended_at + WINDOW if visit.ended_at else None


def is_open(visit: Visit, now: datetime) -> bool:
    end = until(visit)
    return visit.ended_how != "undone" and (end is None or now <= end)


# Actions -------------------------------------------------------------------------------------------------------


def offers(store: Store, person: Person, now: datetime) -> list[Offer]:
    """The visits, one a day and venue, that somebody can tell others about and did not yet; the latest first."""
    found, days = [], set()
    for visit in store.presence.of_person(person.id, most=30):
        venue = store.venues.get(visit.venue_id)
        if venue is None or not is_open(visit, now):
            continue
        day, amount = (venue.id, day_start(venue, visit.started_at)), store.venues.policy(venue, now).post_amount
        if amount and day not in days and not _standing(store, person, visit, venue):
            found.append(Offer(visit, venue, amount, until(visit)))
        days.add(day)
    return found


def claim(store: Store, person: Person, visit_id: str, text: object, now: datetime) -> Claim:
    """The row comes first; whether the post is there is found out later, by the worker or the host.

    Raises Invalid `url`, NotFound, Refused `posts_off`, `post_late`, `cap_posts`, Conflict `visit_posted`, `post_claimed`.
    """
    link = canonical.parse(text)
    offer = _check(store, person, visit_id, link.hash, now)
    state, reason = ("waiting", "") if link.readable else ("host", "post_closed")
    return _add(store, person, offer, now, url=link.url, hash_=link.hash, about=link.host, state=state, reason=reason)


def claim_picture(
    store: Store, person: Person, visit_id: str, where: object, text: object, picture: bytes, now: datetime
) -> Claim:  # fmt: skip
    """A screenshot of what no program can read, with its link if it has one: the host looks.

    picture: a JPEG made by ourselves. Raises as `claim`, and Invalid `where`.
    """
    if where not in (*CLOSED, "other"):
        raise Invalid("where", "choice")
    link = canonical.parse(text) if isinstance(text, str) and text.strip() else None
    hash_ = link.hash if link else digest("picture", hashlib.sha256(picture).hexdigest())
    offer = _check(store, person, visit_id, hash_, now)
    about = str(where) if where != "other" else link.host if link else ""
    url = link.url if link else ""
    made = _add(store, person, offer, now, url=url, hash_=hash_, about=about, state="host", reason="post_picture")
    store.posts.add_picture(made, picture)
    return made


def _check(store: Store, person: Person, visit_id: str, hash_: str, now: datetime) -> Offer:
    """Under the ledger's lock: twenty at once are counted one after another."""
    store.ledger.lock_chain(person.network_id)
    visit = store.presence.get(visit_id)
    venue = store.venues.get(visit.venue_id) if visit else None
    if visit is None or venue is None or visit.person_id != person.id:
        raise NotFound()
    amount = store.venues.policy(venue, now).post_amount
    if not amount:
        raise Refused("posts_off")
    if not is_open(visit, now):
        raise Refused("post_late", days=WINDOW.days)
    if store.posts.count(person.id, since=day_start(venue, now)) >= PER_DAY:
        raise Refused("cap_posts", most=PER_DAY)
    if _standing(store, person, visit, venue):
        raise Conflict("visit_posted")
    if store.posts.standing(person.network_id, hash_):
        raise Conflict("post_claimed")
    return Offer(visit, venue, amount, until(visit))


def _standing(store: Store, person: Person, visit: Visit, venue: Venue) -> Claim | None:
    """A claim that was not refused for this visit, or for another of the same day: who leaves for lunch was here once."""
    since = day_start(venue, visit.started_at)
    return store.posts.of_day(person.id, venue.id, since, day_end(venue, since))


def _add(
    store: Store, person: Person, offer: Offer, now: datetime, *, url: str, hash_: str, about: str, state: str, reason: str
) -> Claim:
    made = Claim(
        store.new_id(now), person.network_id, offer.venue.id, offer.visit.id, person.id, url, hash_, about, state, reason,
        offer.amount, "", None, "", 0, now, now,
    )  # fmt: skip
    store.posts.add(made)
    return made


