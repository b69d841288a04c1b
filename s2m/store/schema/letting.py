"""What rooms offer: their terms as they changed, extras of the house, and times in which they are closed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, LargeBinary

from s2m.store.schema.columns import Flag, Instant, Json, Whole, may, must, one_of, own, refers, table

# A row for each change, as policies have: a booking keeps the one it was made under
room_terms = table(
    "room_terms",
    *own(),
    must("room_id"),
    must("effective_at", Instant),
    must("setups", Json),
    must("equipment", Json),
    must("step_free", Flag),
    must("hearing_loop", Flag),
    must("bookable_by"),
    must("buffer_before", Whole),
    must("buffer_after", Whole),
    must("shortest", Whole),
    must("longest", Whole),
    must("notice", Whole),
    must("horizon", Whole),
    may("hours", Json),
    must("open_on_holidays", Flag),
    must("hour_cents", Whole),
    must("half_day_cents", Whole),
    must("day_cents", Whole),
    must("off_peak_percent", Whole),
    must("off_peak", Json),
    must("member_percent", Whole),
    must("vat", Whole),
    must("extras", Json),
    must("tiers", Json),
    must("option_hours", Whole),
    must("approval", Flag),
    must("warn_after", Whole),
    must("release_after", Whole),
    must("deposit_cents", Whole),
    must("dots_per_hour", Whole),
    must("dots_limit", Whole),
    may("created_by"),
    must("created_at", Instant),
    refers("room_id", "rooms"),
    one_of("bookable_by", "bookable_by", "anyone", "members", "hosts"),
    Index(None, "room_id", "effective_at"),
)

# An extra is never changed: another takes its place, so that what was booked stays what it was
extras = table(
    "extras",
    *own(),
    must("venue_id"),
    must("name"),
    must("kind"),
    must("unit_cents", Whole),
    must("per"),
    must("vat", Whole),
    may("stock", Whole),
    must("created_at", Instant),
    may("retired_at", Instant),
    refers("venue_id", "venues"),
    one_of("kind", "kind", "equipment", "catering"),
    one_of("per", "per", "booking", "person"),
    CheckConstraint("stock >= 0", name="stock"),
    Index(None, "venue_id"),
)

closures = table(
    "closures",
    *own(),
    must("room_id"),
    must("starts_at", Instant),
    must("ends_at", Instant),
    must("reason"),
    must("created_by"),
    must("created_at", Instant),
    may("ended_at", Instant),
    refers("room_id", "rooms"),
    CheckConstraint("ends_at > starts_at", name="order"),
    Index(None, "room_id", "starts_at"),
)

# Made anew by us when they came in; place: their order
room_pictures = table(
    "room_pictures",
    *own(),
    must("room_id"),
    must("place", Whole),
    must("alt"),
    must("width", Whole),
    must("height", Whole),
    must("content", LargeBinary),
    must("created_at", Instant),
    refers("room_id", "rooms"),
    Index(None, "room_id", "place"),
)
