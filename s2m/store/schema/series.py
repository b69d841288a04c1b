"""What is repeated, and who waits for a room that is taken."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, text

from s2m.store.schema.columns import Flag, Instant, Json, Whole, may, must, one_of, only_one, own, refers, table

# What is repeated: a rule (RFC 5545) of local days from the first on, and the clock times between which it is on each of them
series = table(
    "series",
    *own(),
    must("venue_id"),
    must("room_id"),
    may("renter_id"),
    must("rule"),
    must("first_day"),
    must("begins"),
    must("ends"),
    must("next_day", Flag),
    must("timezone"),
    must("title"),
    must("title_hidden", Flag),
    must("people", Whole),
    must("setup"),
    must("notes"),
    must("topics", Json),
    must("extras", Json),
    must("created_by"),
    must("created_at", Instant),
    may("ended_at", Instant),
    refers("venue_id", "venues"),
    refers("room_id", "rooms"),
    refers("renter_id", "renters"),
    Index(None, "venue_id", "created_at"),
    Index(None, "renter_id"),
)

_IN_LINE = "state IN ('unproven', 'waiting', 'offered')"
# Who waits for a room that is taken. room_id: none for any room that fits; told_at: when the mail about an offer was written
waits = table(
    "waits",
    *own(),
    must("venue_id"),
    may("room_id"),
    must("renter_id"),
    may("person_id"),
    must("starts_at", Instant),
    must("ends_at", Instant),
    must("people", Whole),
    must("state"),
    must("created_at", Instant),
    may("secret_hash"),
    may("offered_booking_id"),
    may("offer_until", Instant),
    may("told_at", Instant),
    may("ended_at", Instant),
    refers("venue_id", "venues"),
    refers("room_id", "rooms"),
    refers("renter_id", "renters"),
    refers("person_id", "people"),
    refers("offered_booking_id", "bookings"),
    one_of("state", "state", "unproven", "waiting", "offered", "taken", "declined", "lapsed", "left"),
    CheckConstraint("ends_at > starts_at", name="order"),
    Index("ix_waits_line", "venue_id", "created_at", sqlite_where=text(_IN_LINE), postgresql_where=text(_IN_LINE)),
    Index(None, "person_id"),
    Index(None, "renter_id"),
    only_one("uq_waits_offer", "offered_booking_id", where="offered_booking_id IS NOT NULL"),
    only_one("uq_waits_secret", "secret_hash", where="secret_hash IS NOT NULL"),
)
