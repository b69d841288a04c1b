"""Bookings of rooms, and who rents. No two that block may overlap in a room, buffers included: the migration's
`no_overlap` says so to both engines."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text

from s2m.store.schema.columns import Flag, Instant, Json, Whole, may, must, one_of, only_one, own, refers, table

BLOCKS = "status IN ('hold', 'option', 'requested', 'confirmed')"
_NOBODY = "arrived_at IS NULL"
_WAITS = "status IN ('hold', 'option', 'requested')"

renters = table(
    "renters",
    *own(),
    may("person_id"),
    must("name"),
    must("company"),
    must("email"),
    must("street"),
    must("postcode"),
    must("city"),
    must("country"),
    must("vat_id"),
    must("language"),
    must("created_at", Instant),
    may("for_id"),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
    refers("person_id", "people"),
    ForeignKeyConstraint(["for_id"], ["people.id"], name="fk_renters_for_id"),
    Index(None, "for_id", sqlite_where=text("for_id IS NOT NULL"), postgresql_where=text("for_id IS NOT NULL")),
    only_one("uq_renters_person_id", "person_id", where="person_id IS NOT NULL"),
)

bookings = table(
    "bookings",
    *own(),
    must("venue_id"),
    must("room_id"),
    may("renter_id"),
    may("person_id"),
    may("series_id"),
    may("series_day"),
    must("terms_id"),
    must("starts_at", Instant),
    must("ends_at", Instant),
    must("blocked_from", Instant),
    must("blocked_until", Instant),
    must("status"),
    may("expires_at", Instant),
    must("title"),
    must("title_hidden", Flag),
    must("people", Whole),
    must("setup"),
    must("notes"),
    must("topics", Json),
    must("extras", Json),
    must("lines", Json),
    must("gross_cents", Whole),
    must("paid_by"),
    must("dots", Whole, server_default="0"),
    must("fee_dots", Whole, server_default="0"),
    must("worth_cents", Whole, server_default="0"),
    must("bound_percent", Whole, server_default="0"),
    may("secret_hash"),
    must("sequence", Whole),
    must("created_by"),
    must("created_at", Instant),
    must("changed_at", Instant),
    may("confirmed_at", Instant),
    may("ended_at", Instant),
    must("fee_cents", Whole),
    may("warned_at", Instant),
    may("arrived_at", Instant),
    may("left_at", Instant),
    refers("venue_id", "venues"),
    refers("room_id", "rooms"),
    refers("renter_id", "renters"),
    refers("person_id", "people"),
    refers("terms_id", "room_terms"),
    refers("series_id", "series"),
    one_of(
        "status", "status", "hold", "option", "requested", "confirmed", "cancelled", "expired", "declined", "released"
    ),
    one_of("paid_by", "paid_by", "euro", "capital"),
    CheckConstraint("ends_at > starts_at", name="order"),
    CheckConstraint("blocked_from <= starts_at AND blocked_until > starts_at", name="buffers"),
    # SQLite's triggers look back no further than this (microseconds: 40 days)
    CheckConstraint("blocked_until - blocked_from BETWEEN 1 AND 3456000000000", name="length"),
    CheckConstraint("gross_cents >= 0 AND fee_cents >= 0", name="cents"),
    Index(None, "room_id", "blocked_from"),
    Index(None, "venue_id", "starts_at"),
    # All that a search for a free room reads: it never looks at the rows themselves
    Index("ix_bookings_busy", "venue_id", "blocked_from", "blocked_until", "room_id", "status"),
    Index(None, "person_id", "starts_at"),
    Index(None, "renter_id"),
    Index(None, "series_id"),
    Index("ix_bookings_due", "expires_at", sqlite_where=text(_WAITS), postgresql_where=text(_WAITS)),
    Index("ix_bookings_awaited", "starts_at", sqlite_where=text(_NOBODY), postgresql_where=text(_NOBODY)),
    only_one("uq_bookings_secret", "secret_hash", where="secret_hash IS NOT NULL"),
)

booking_letters = table(
    "booking_letters",
    *own(),
    must("booking_id"),
    must("kind"),
    must("created_at", Instant),
    refers("booking_id", "bookings"),
    Index(None, "created_at"),
)
