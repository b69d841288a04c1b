"""Ways in: sessions, one-time links, and the devices of a venue."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Text

from s2m.store.schema.columns import Instant, may, must, one_of, only_one, own, refers, table

sessions = table(
    "sessions",
    *own(),
    must("person_id"),
    must("secret_hash", unique=True),
    must("label"),
    must("created_at", Instant),
    must("seen_at", Instant),
    must("expires_at", Instant),
    may("ended_at", Instant),
    refers("person_id", "people"),
    Index(None, "person_id"),
)

links = table(
    "links",
    Column("secret_hash", Text, primary_key=True),
    may("network_id"),
    may("person_id"),
    must("purpose"),
    may("browser_hash"),
    must("created_at", Instant),
    must("expires_at", Instant),
    may("used_at", Instant),
    refers("person_id", "people"),
    one_of("purpose", "purpose", "login", "setup"),
)

devices = table(
    "devices",
    *own(),
    must("venue_id"),
    must("kind"),
    must("name"),
    may("secret_hash"),
    may("code_hash"),
    may("code_expires_at", Instant),
    must("created_at", Instant),
    may("paired_at", Instant),
    may("seen_at", Instant),
    may("camera"),
    may("revoked_at", Instant),
    may("room_id"),
    refers("venue_id", "venues"),
    one_of("kind", "kind", "kiosk", "wall", "plate"),
    ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_devices_room_id"),
    only_one("uq_devices_secret", "secret_hash", where="secret_hash IS NOT NULL"),
    only_one("uq_devices_code", "code_hash", where="code_hash IS NOT NULL"),
)
