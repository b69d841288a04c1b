"""People with what they know, agreed to and may do, and their badges."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint

from s2m.store.schema.columns import Instant, Whole, may, must, one_of, only_one, own, refers, table

people = table(
    "people",
    *own(),
    must("name"),
    must("name_folded"),
    may("email"),
    must("language"),
    must("created_at", Instant),
    may("signed_in_at", Instant),
    may("erased_at", Instant),
    # How many visits they had that no longer say whose they were
    must("past_visits", Whole, server_default="0"),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
    Index(None, "network_id", "name_folded"),
    only_one("uq_people_email", "network_id", "email", where="email IS NOT NULL"),
)

roles = table(
    "roles",
    *own(),
    must("person_id"),
    must("role"),
    may("venue_id"),
    must("created_at", Instant),
    may("ended_at", Instant),
    refers("person_id", "people"),
    refers("venue_id", "venues"),
    one_of("role", "role", "host", "admin"),
    Index(None, "person_id"),
)

topics = table(
    "topics",
    *own(),
    must("person_id"),
    must("text"),
    must("created_at", Instant),
    refers("person_id", "people"),
    UniqueConstraint("person_id", "text"),
)

# What a network calls something that others call otherwise
synonyms = table(
    "synonyms",
    *own(),
    must("word"),
    must("word_folded"),
    must("means"),
    must("added_by"),
    must("added_at", Instant),
    may("ended_at", Instant),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
    only_one("uq_synonyms_word", "network_id", "word_folded", where="ended_at IS NULL"),
)

consents = table(
    "consents",
    *own(),
    must("person_id"),
    must("purpose"),
    must("given_at", Instant),
    may("withdrawn_at", Instant),
    refers("person_id", "people"),
    one_of("purpose", "purpose", "matching", "wall"),
    only_one("uq_consents_standing", "person_id", "purpose", where="withdrawn_at IS NULL"),
)

badges = table(
    "badges",
    *own(),
    must("person_id"),
    must("short_code"),
    must("issued_at", Instant),
    may("revoked_at", Instant),
    refers("person_id", "people"),
    UniqueConstraint("network_id", "short_code"),
    only_one("uq_badges_valid", "person_id", where="revoked_at IS NULL"),
)
