"""Places: networks, their venues with policies, and the rooms in them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint

from s2m.store.schema.columns import Instant, Json, Whole, may, must, one_of, only_one, own, refers, table

networks = table("networks", Column("id", Text, primary_key=True), must("name"), must("unit"), must("created_at", Instant))

venues = table(
    "venues",
    *own(),
    must("slug"),
    must("name"),
    must("timezone"),
    must("language"),
    must("opening_hours", Json),
    must("created_at", Instant),
    may("retired_at", Instant),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
    UniqueConstraint("network_id", "slug"),
)

policies = table(
    "policies",
    *own(),
    must("venue_id"),
    must("effective_at", Instant),
    must("seat_price", Whole),
    must("floor", Whole),
    must("soft_floor", Whole),
    must("newcomers_grant", Whole),
    must("thanks_amount", Whole),
    must("thanks_given_per_day", Whole),
    must("thanks_received_per_day", Whole),
    must("thanks_per_pair", Whole),
    must("thanks_accept_hours", Whole, server_default="0"),
    must("post_amount", Whole, server_default="0"),
    must("talk_amount", Whole, server_default="0"),
    must("talk_most", Whole, server_default="0"),
    must("day_pass_euro", Whole, server_default="0"),
    must("introduction_amount", Whole, server_default="0"),
    must("seat_cost_euro", Whole, server_default="0"),
    may("created_by"),
    must("created_at", Instant),
    refers("venue_id", "venues"),
    Index(None, "venue_id", "effective_at"),
)

rooms = table(
    "rooms",
    *own(),
    must("venue_id"),
    must("name"),
    must("kind"),
    must("floor", Whole),
    must("capacity", Whole),
    must("created_at", Instant),
    may("retired_at", Instant),
    refers("venue_id", "venues"),
    one_of("kind", "kind", "open", "quiet", "meeting"),
    CheckConstraint("capacity BETWEEN 1 AND 10000", name="capacity"),
    only_one("uq_rooms_name", "venue_id", "name", where="retired_at IS NULL"),
)
