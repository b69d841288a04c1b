"""The commons: what decays into it, and which months have had it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text

from s2m.store.schema.columns import Instant, Whole, must, own, table

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
