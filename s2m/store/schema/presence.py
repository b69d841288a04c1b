"""Presence: visits with their topics, the scans they came from, and what happens at the door."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, text

from s2m.store.schema.columns import Flag, Instant, Whole, may, must, one_of, only_one, own, refers, table

_MEETS = "booking_id IS NOT NULL"

visits = table(
    "visits",
    *own(),
    must("venue_id"),
    may("person_id"),
    may("room_id"),
    may("device_id"),
    must("way"),
    must("intent"),
    must("visible", Flag),
    must("started_at", Instant),
    must("closes_at", Instant),
    may("ended_at", Instant),
    may("ended_how"),
    may("hold_id"),
    may("booking_id"),
    refers("venue_id", "venues"),
    refers("person_id", "people"),
    refers("room_id", "rooms"),
    refers("device_id", "devices"),
    one_of("way", "way", "badge", "code", "name", "walk_in", "door", "host", "meeting"),
    one_of("intent", "intent", "need", "offer", "working"),
    one_of("ended_how", "ended_how", "left", "closing", "moved", "undone", "host"),
    CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="order"),
    only_one("uq_visits_open", "network_id", "person_id", where="ended_at IS NULL"),
    Index(None, "venue_id", "started_at"),
    Index(None, "person_id", "started_at"),
    ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_visits_booking_id"),
    Index("ix_visits_booking_id", "booking_id", sqlite_where=text(_MEETS), postgresql_where=text(_MEETS)),
    Index("ix_visits_closing", "closes_at", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
)

visit_topics = table(
    "visit_topics",
    *own(),
    must("visit_id"),
    must("kind"),
    must("text"),
    must("on_wall", Flag),
    must("created_at", Instant),
    may("solved_at", Instant),
    refers("visit_id", "visits"),
    one_of("kind", "kind", "need", "work", "offer"),
    Index(None, "visit_id"),
)

scans = table(
    "scans",
    must("network_id"),
    Column("device_id", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    must("input_hash"),
    must("at", Instant),
    must("received_at", Instant),
    must("status"),
    must("code"),
    may("visit_id"),
    may("first_name"),
    refers("device_id", "devices"),
    refers("visit_id", "visits"),
    Index(None, "device_id", "visit_id", "received_at"),
)

door_uses = table(
    "door_uses",
    must("network_id"),
    Column("device_id", Text, primary_key=True),
    Column("step", Whole, primary_key=True),
    Column("person_id", Text, primary_key=True),
    must("at", Instant),
    refers("device_id", "devices"),
    refers("person_id", "people"),
)

help_calls = table(
    "help_calls",
    *own(),
    must("venue_id"),
    may("device_id"),
    must("reason"),
    must("at", Instant),
    may("answered_at", Instant),
    may("answered_by"),
    refers("venue_id", "venues"),
    refers("device_id", "devices"),
    Index(None, "venue_id", "at"),
)
