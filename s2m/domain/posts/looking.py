"""What a look at a post leads to. Whoever looks stands outside any transaction; what they saw is judged and kept in one.

Nothing is paid on a failed look. A right post is looked at again a day later, and pays then; one that cannot be reached
is tried six times, at growing distance, and then goes to the host.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import contributions, fields
from s2m.domain.errors import NotFound, Refused
from s2m.domain.ledger import digest
from s2m.domain.posts import canonical, claims, platforms
from s2m.domain.posts.claims import Claim
from s2m.domain.posts.platforms import Post

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.domain.presence import Visit
    from s2m.domain.venues import Venue
    from s2m.store import Store

SECOND_LOOK = timedelta(hours=24)
# Five waits between six tries
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
# Clocks of other servers
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Look:
    """post: what was read, else why not. fate: 'again' (try later), 'host' (a person has to look), 'refused'."""

    post: Post | None = None
    reason: str = ""
    fate: str = ""


# Rules ---------------------------------------------------------------------------------------------------------


def fingerprint(post: Post, code: str) -> str:
    """Of what has to stay as it is: who, when, and the line that holds the code. The rest of a page may move."""
    said = next((line for line in post.text.splitlines() if claims.holds_code(line, code)), "")
    return digest("post", post.author, post.published_at.isoformat() if post.published_at else "", said)


def fault(post: Post, visit: Visit, now: datetime) -> str:
    """Why this is no post about this visit; '' where it is."""
    if not claims.holds_code(post.text, claims.code(visit.id)):
        return "post_no_code"
    last, end = platforms.last_moment(post), claims.until(visit) or now
    if last is None or post.published_at is None:
        return "post_no_time"
    if last < visit.started_at.replace(microsecond=0):
        return "post_early"
    if post.published_at > min(end, now + AHEAD):
        return "post_time"
    return "" if claims.discloses(post.text, claims.code(visit.id)) else "post_no_disclosure"


# Actions -------------------------------------------------------------------------------------------------------


def record(store: Store, claim: Claim, look: Look, now: datetime) -> Claim:
    """Keep what a look saw, and pay at the second. A claim that was decided or looked at meanwhile stays as it is."""
    store.ledger.lock_chain(claim.network_id)
    if store.posts.get(claim.id) != claim or claim.state not in ("waiting", "seen"):
        return claim
    if look.fate == "again":
        return _again(store, claim, now)
    if look.post is None:
        return _decide(store, claim, look.fate, look.reason, now)
    reason = _fault(store, claim, look.post, now)
    if reason:
        return _decide(store, claim, "host" if reason == "post_no_time" else "refused", reason, now)
    if claim.state == "seen":
        return _pay(store, claim, now)
    post, code = look.post, claims.code(claim.visit_id)
    return store.posts.change(
        claim, state="seen", reason="", author=post.author, published_at=post.published_at, fingerprint=fingerprint(post, code),
        hash=_hash(claim, post), seen_at=now, next_at=now + SECOND_LOOK, attempts=0,
    )  # fmt: skip


def _hash(claim: Claim, post: Post) -> str:
    return digest("post", post.canonical) if post.canonical else claim.hash


def _fault(store: Store, claim: Claim, post: Post, now: datetime) -> str:
    visit = store.presence.get(claim.visit_id)
    assert visit, "visits are never deleted"
    found = fault(post, visit, now)
    if found and not (found == "post_no_code" and claim.state == "seen"):
        return found
    if claim.state == "seen":
        changed = fingerprint(post, claims.code(claim.visit_id)) != claim.fingerprint
        return "post_changed" if changed or found else ""
    other = store.posts.standing(claim.network_id, _hash(claim, post))
    if other and other.id != claim.id:
        return "post_claimed"
    return "" if _is_theirs(store, claim, post) else "post_not_yours"


def _is_theirs(store: Store, claim: Claim, post: Post) -> bool:
    """By a linked account of theirs, where they have one on that platform; never by one that is linked to somebody else."""
    platform = canonical.parse(claim.url).kind
    owner = store.posts.owner(claim.network_id, platform, post.author)
    if owner:
        return owner == claim.person_id
    return not any(one.platform == platform for one in store.posts.linked(claim.person_id or ""))


def _again(store: Store, claim: Claim, now: datetime) -> Claim:
    if claim.attempts >= len(WAITS):
        return _decide(store, claim, "host", "post_unread", now)
    return store.posts.change(claim, attempts=claim.attempts + 1, next_at=now + WAITS[claim.attempts])


def _decide(store: Store, claim: Claim, state: str, reason: str, now: datetime) -> Claim:
    decided = now if state == "refused" else None
    return store.posts.change(claim, state=state, reason=reason, decided_at=decided)


def _pay(store: Store, claim: Claim, now: datetime, by: str | None = None) -> Claim:
    person = store.people.get(claim.person_id) if claim.person_id else None
    venue = store.venues.get(claim.venue_id)
    if person is None or person.erased_at or venue is None:
        return _decide(store, claim, "refused", "post_nobody", now)
    done = contributions.earn(store, person, venue, "post", claim.about, claim.amount, now, key=claim.hash, by=by)
    return store.posts.change(claim, state="paid", reason="", decided_at=now, decided_by=by, contribution_id=done.id)


# The host ------------------------------------------------------------------------------------------------------


def the_claim(store: Store, venue: Venue, claim_id: str) -> Claim:
    """One that waits for the host of this venue. Raises NotFound for any other."""
    claim = store.posts.get(claim_id)
    if claim is None or claim.venue_id != venue.id or claim.state != "host":
        raise NotFound()
    return claim


def confirm(store: Store, venue: Venue, claim_id: str, by: Person, now: datetime) -> Claim:
    """The host looked: it counts, as if the worker had. Raises NotFound, Refused `own_post`."""
    store.ledger.lock_chain(venue.network_id)
    claim = the_claim(store, venue, claim_id)
    if claim.person_id == by.id:
        raise Refused("own_post")
    paid = _pay(store, claim, now, by.id)
    _close(store, paid, "post.confirm", by, now)
    return paid


def decline(store: Store, venue: Venue, claim_id: str, reason: object, by: Person, now: datetime) -> Claim:
    """Raises NotFound, Invalid `reason`."""
    said = fields.line("reason", reason, fields.SENTENCE_MAX)
    store.ledger.lock_chain(venue.network_id)
    claim = the_claim(store, venue, claim_id)
    refused = store.posts.change(
        claim, state="refused", reason="post_declined", said=said, decided_at=now, decided_by=by.id
    )
    _close(store, refused, "post.decline", by, now)
    return refused


def _close(store: Store, claim: Claim, action: str, by: Person, now: datetime) -> None:
    """The picture was for the host's eyes, once."""
    store.posts.drop_picture(claim)
    store.audit.record(
        claim.network_id, now, actor=by.id, role="host", action=action, venue_id=claim.venue_id, object_id=claim.id
    )
