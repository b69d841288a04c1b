"""What flows without being earned: what decays into the commons, and what hosts grant from their budget."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text

from s2m.store.schema.columns import Flag, Instant, Whole, may, must, own, refers, table

decay_rules = table(
    "decay_rules",
    *own(),
    must("per_mille", Whole),
    must("announced_at", Instant),
    must("begins_at", Instant),
    must("announced_by"),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
    CheckConstraint("per_mille BETWEEN 0 AND 100", name="per_mille"),
    Index(None, "network_id", "begins_at"),
)

decays = table(
    "decays",
    Column("network_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    must("at", Instant),
    must("people", Whole),
    must("amount", Whole),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
)

grants = table(
    "grants",
    *own(),
    must("venue_id"),
    may("person_id"),
    must("amount", Whole),
    must("reason"),
    must("hold_id"),
    must("asked_by"),
    must("asked_at", Instant),
    may("decided_by"),
    may("decided_at", Instant),
    may("given", Flag),
    refers("venue_id", "venues"),
    refers("person_id", "people"),
    refers("hold_id", "transfers"),
    CheckConstraint("(decided_at IS NULL) = (given IS NULL)", name="decided"),
    Index(None, "venue_id", "asked_at"),
)
