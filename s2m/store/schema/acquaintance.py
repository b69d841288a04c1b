"""Who is to each other what: kept apart, brought together."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index

from s2m.store.schema.columns import Instant, may, must, one_of, only_one, own, refers, table

blocks = table(
    "blocks",
    *own(),
    must("person_id"),
    must("other_id"),
    must("kind"),
    must("made_at", Instant),
    may("until", Instant),
    may("ended_at", Instant),
    refers("person_id", "people"),
    refers("other_id", "people"),
    one_of("kind", "kind", "block", "snooze"),
    CheckConstraint("person_id <> other_id", name="other"),
    only_one("uq_blocks_standing", "person_id", "other_id", "kind", where="ended_at IS NULL"),
    Index(None, "other_id"),
)
