"""What people do together at a time: talks with who was there, and tasks with who took a place."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text, text

from s2m.store.schema.columns import Flag, Instant, Whole, may, must, one_of, own, refers, table

_WAITS = "settled_at IS NULL AND cancelled_at IS NULL"

talks = table(
    "talks",
    *own(),
    must("venue_id"),
    may("speaker_id"),
    may("room_id"),
    must("topic"),
    must("teaches", Flag),
    must("starts_at", Instant),
    must("ends_at", Instant),
    must("announced_by"),
    must("announced_at", Instant),
    may("cancelled_at", Instant),
    may("settled_at", Instant),
    may("earned", Whole),
    refers("venue_id", "venues"),
    refers("speaker_id", "people"),
    refers("room_id", "rooms"),
    CheckConstraint("ends_at > starts_at", name="order"),
    CheckConstraint("settled_at IS NULL OR cancelled_at IS NULL", name="one_end"),
    Index(None, "venue_id", "starts_at"),
    Index(None, "speaker_id", "starts_at"),
    Index("ix_talks_due", "ends_at", sqlite_where=text(_WAITS), postgresql_where=text(_WAITS)),
)

attendances = table(
    "attendances",
    must("network_id"),
    Column("talk_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    must("at", Instant),
    may("recorded_by"),
    may("useful"),
    refers("talk_id", "talks"),
    refers("person_id", "people"),
    one_of("useful", "useful", "useful", "not_for_me", "skip"),
    Index(None, "person_id"),
)

tasks = table(
    "tasks",
    *own(),
    must("venue_id"),
    must("title"),
    must("amount", Whole),
    must("places", Whole),
    must("starts_at", Instant),
    must("posted_by"),
    must("posted_at", Instant),
    may("cancelled_at", Instant),
    may("confirmed_at", Instant),
    may("confirmed_by"),
    refers("venue_id", "venues"),
    CheckConstraint("amount BETWEEN 1 AND 100", name="amount"),
    CheckConstraint("places BETWEEN 1 AND 50", name="places"),
    CheckConstraint("confirmed_at IS NULL OR cancelled_at IS NULL", name="one_end"),
    Index(None, "venue_id", "starts_at"),
)

task_places = table(
    "task_places",
    must("network_id"),
    Column("task_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    must("taken_at", Instant),
    may("halves", Whole),
    may("earned", Whole),
    refers("task_id", "tasks"),
    refers("person_id", "people"),
    Index(None, "person_id"),
)
