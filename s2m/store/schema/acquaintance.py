"""Who is to each other what: kept apart, brought together."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text

from s2m.store.schema.columns import Flag, Instant, Whole, may, must, one_of, only_one, own, refers, table

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

pauses = table(
    "pauses",
    *own(),
    must("person_id"),
    must("made_at", Instant),
    may("until", Instant),
    may("ended_at", Instant),
    refers("person_id", "people"),
    only_one("uq_pauses_standing", "person_id", where="ended_at IS NULL"),
)

# A pair is written down in the order of their ids, so that there is one row for the two of them
introductions = table(
    "introductions",
    *own(),
    must("venue_id"),
    must("one_id"),
    must("other_id"),
    must("by_id"),
    must("way"),
    must("reason"),
    must("asked_at", Instant),
    must("lapses_at", Instant),
    may("agreed_at", Instant),
    may("ended_at", Instant),
    may("earned", Whole),
    refers("venue_id", "venues"),
    refers("one_id", "people"),
    refers("other_id", "people"),
    refers("by_id", "people"),
    one_of("way", "way", "self", "third", "host"),
    CheckConstraint("one_id < other_id", name="pair"),
    only_one("uq_introductions_pair", "one_id", "other_id", where="ended_at IS NULL"),
    Index(None, "by_id", "asked_at"),
    Index(None, "venue_id", "asked_at"),
)

introduction_sides = table(
    "introduction_sides",
    must("network_id"),
    Column("introduction_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    may("answer"),
    may("answered_at", Instant),
    may("contact"),
    may("helped", Flag),
    refers("introduction_id", "introductions"),
    refers("person_id", "people"),
    one_of("answer", "answer", "yes", "no"),
    Index(None, "person_id"),
)

# Whether somebody wants to hear, and lets the other hear, when both are present
reunions = table(
    "reunions",
    must("network_id"),
    Column("person_id", Text, primary_key=True),
    Column("other_id", Text, primary_key=True),
    must("wish"),
    must("at", Instant),
    refers("person_id", "people"),
    refers("other_id", "people"),
    one_of("wish", "wish", "yes", "no"),
    CheckConstraint("person_id <> other_id", name="other"),
    Index(None, "other_id"),
)
