"""Posts about the place: claims, the screenshots that a host has to see, and accounts that are somebody's."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Text

from s2m.store.schema.columns import Instant, Whole, may, must, one_of, only_one, own, refers, table

post_claims = table(
    "post_claims",
    *own(),
    must("venue_id"),
    must("visit_id"),
    may("person_id"),
    must("url"),
    must("hash"),
    must("about"),
    must("state"),
    must("reason"),
    must("amount", Whole),
    must("author"),
    may("published_at", Instant),
    must("fingerprint"),
    must("attempts", Whole),
    must("next_at", Instant),
    must("created_at", Instant),
    may("seen_at", Instant),
    may("decided_at", Instant),
    may("decided_by"),
    may("contribution_id"),
    must("said"),
    refers("venue_id", "venues"),
    refers("visit_id", "visits"),
    refers("person_id", "people"),
    refers("contribution_id", "contributions"),
    one_of("state", "state", "waiting", "seen", "host", "paid", "refused"),
    # One reward per post for ever, and one per visit; what was refused holds neither
    only_one("uq_post_claims_post", "network_id", "hash", where="state <> 'refused'"),
    only_one("uq_post_claims_visit", "visit_id", where="state <> 'refused'"),
    Index(None, "person_id", "created_at"),
    Index(None, "venue_id", "state"),
    Index(None, "state", "next_at"),
)

# Only until the host has decided
post_pictures = table(
    "post_pictures",
    must("network_id"),
    Column("claim_id", Text, primary_key=True),
    must("content", LargeBinary),
    refers("claim_id", "post_claims"),
)

linked_accounts = table(
    "linked_accounts",
    *own(),
    must("person_id"),
    must("platform"),
    must("handle"),
    must("word"),
    must("url"),
    must("state"),
    must("reason"),
    must("attempts", Whole),
    must("next_at", Instant),
    must("created_at", Instant),
    may("linked_at", Instant),
    refers("person_id", "people"),
    one_of("platform", "platform", "mastodon", "bluesky", "x"),
    one_of("state", "state", "started", "checking", "failed", "linked"),
    only_one("uq_linked_accounts_owner", "network_id", "platform", "handle", where="state = 'linked'"),
    Index(None, "person_id"),
    Index(None, "state", "next_at"),
)
