"""Who was shown to whom, what they said of it, and the stories that came of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text

from s2m.store.schema.columns import Instant, may, must, one_of, own, refers, table

# Both are visits: when those lose their persons, so does this, and every count stays right
showings = table(
    "showings",
    must("network_id"),
    Column("visit_id", Text, primary_key=True),
    Column("shown_id", Text, primary_key=True),
    must("venue_id"),
    must("slot"),
    must("kind"),
    must("mine"),
    must("theirs"),
    must("at", Instant),
    refers("visit_id", "visits"),
    refers("shown_id", "visits"),
    refers("venue_id", "venues"),
    one_of("slot", "slot", "relevant", "unexpected", "control"),
    CheckConstraint("visit_id <> shown_id", name="other"),
    Index(None, "shown_id"),
    Index(None, "venue_id", "at"),
    Index(None, "mine"),
    Index(None, "theirs"),
)

# Persons of its own: that two have met is known for longer than when they were where
verdicts = table(
    "verdicts",
    must("network_id"),
    Column("visit_id", Text, primary_key=True),
    Column("shown_id", Text, primary_key=True),
    may("person_id"),
    may("other_id"),
    must("said"),
    must("at", Instant),
    may("outcome"),
    may("outcome_at", Instant),
    ForeignKeyConstraint(["visit_id", "shown_id"], ["showings.visit_id", "showings.shown_id"]),
    refers("person_id", "people"),
    refers("other_id", "people"),
    one_of("said", "said", "met", "helped", "not_useful", "not_met", "later", "skipped"),
    one_of("outcome", "outcome", "nothing", "idea", "help", "work", "skipped"),
    Index(None, "person_id", "at"),
    Index(None, "other_id", "at"),
)

stories = table(
    "stories",
    *own(),
    must("venue_id"),
    must("person_id"),
    must("text"),
    must("at", Instant),
    may("ended_at", Instant),
    may("ended_by"),
    refers("venue_id", "venues"),
    refers("person_id", "people"),
    Index(None, "venue_id", "at"),
    Index(None, "person_id"),
)
