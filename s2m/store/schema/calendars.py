"""Calendars: who reads ours by a secret address, and which others are read for a room."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text

from s2m.store.schema.columns import Flag, Instant, Whole, may, must, only_one, own, refers, table

feeds = table(
    "feeds",
    *own(),
    must("person_id"),
    may("room_id"),
    must("secret_hash", unique=True),
    must("created_at", Instant),
    may("ended_at", Instant),
    refers("person_id", "people"),
    refers("room_id", "rooms"),
    only_one("uq_feeds_own", "person_id", where="room_id IS NULL AND ended_at IS NULL"),
    only_one("uq_feeds_room", "person_id", "room_id", where="room_id IS NOT NULL AND ended_at IS NULL"),
)

outside_calendars = table(
    "outside_calendars",
    *own(),
    must("room_id"),
    must("url"),
    must("created_by"),
    must("created_at", Instant),
    must("next_at", Instant),
    may("tried_at", Instant),
    may("read_at", Instant),
    must("failures", Whole),
    must("problem"),
    must("skipped", Whole),
    must("cut", Flag),
    may("ended_at", Instant),
    refers("room_id", "rooms"),
    only_one("uq_outside_calendars_room", "room_id", where="ended_at IS NULL"),
    Index(None, "next_at"),
)

# Only when, in order and apart from each other, so that the first that ends after a moment says whether a room is taken then
outside_busy = table(
    "outside_busy",
    must("network_id"),
    Column("room_id", Text, primary_key=True),
    Column("ends_at", Instant, primary_key=True),
    must("starts_at", Instant),
    refers("room_id", "rooms"),
    CheckConstraint("starts_at < ends_at", name="order"),
)
