"""Money for rooms: who sells, what was billed, what came in, what went out about it, and payments that somebody began."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint, text

from s2m.store.schema.columns import Instant, Json, Whole, may, must, one_of, only_one, own, refers, table

# A venue's own data on its documents, which keep a copy of them
sellers = table(
    "sellers",
    must("network_id"),
    Column("venue_id", Text, primary_key=True),
    must("party", Json),
    must("prefix"),
    must("days", Whole),
    must("changed_by"),
    must("changed_at", Instant),
    refers("venue_id", "venues"),
    CheckConstraint("days BETWEEN 0 AND 90", name="days"),
)

# Append-only: a document that went out is never edited, and its year's numbers have no gap
documents = table(
    "documents",
    *own(),
    must("venue_id"),
    may("booking_id"),
    must("renter_id"),
    must("kind"),
    must("year", Whole),
    must("n", Whole),
    must("number"),
    must("seller", Json),
    must("buyer", Json),
    must("language"),
    must("about"),
    must("issued_on"),
    must("due_on"),
    must("supplied_on"),
    must("lines", Json),
    must("gross_cents", Whole),
    must("issued_at", Instant),
    may("credits_id"),
    must("credits_number"),
    may("room_id"),
    may("starts_at", Instant),
    may("ends_at", Instant),
    may("reduces_id"),
    must("reason", server_default=text("''")),
    must("vat", Json, server_default="[]"),
    ForeignKeyConstraint(["reduces_id"], ["documents.id"], name="fk_documents_reduces_id"),
    refers("venue_id", "venues"),
    refers("booking_id", "bookings"),
    refers("renter_id", "renters"),
    refers("credits_id", "documents"),
    refers("room_id", "rooms"),
    UniqueConstraint("venue_id", "kind", "year", "n"),
    one_of("kind", "kind", "invoice", "credit"),
    CheckConstraint("n >= 1", name="n"),
    CheckConstraint("(kind = 'credit') = (coalesce(credits_id, reduces_id) IS NOT NULL)", name="credits"),
    only_one("uq_documents_credits_id", "credits_id", where="credits_id IS NOT NULL"),
    Index(None, "booking_id"),
    Index(
        None, "reduces_id", sqlite_where=text("reduces_id IS NOT NULL"), postgresql_where=text("reduces_id IS NOT NULL")
    ),
    Index(None, "renter_id"),
    Index(None, "venue_id", "issued_at"),
)

# Append-only: what was put down wrongly is undone by a row that names it
payments = table(
    "payments",
    *own(),
    must("venue_id"),
    must("document_id"),
    must("cents", Whole),
    must("way"),
    must("paid_on"),
    may("reference"),
    may("undoes_id"),
    must("recorded_by"),
    must("at", Instant),
    refers("venue_id", "venues"),
    refers("document_id", "documents"),
    refers("undoes_id", "payments"),
    one_of("way", "way", "bank", "cash", "card", "online", "carried", "deposit", "kept", "from_deposit"),
    CheckConstraint("cents <> 0", name="cents"),
    only_one("uq_payments_reference", "venue_id", "reference", where="reference IS NOT NULL"),
    only_one("uq_payments_undoes_id", "undoes_id", where="undoes_id IS NOT NULL"),
    Index(None, "document_id"),
)

# What was mailed about a document: itself (step 0) and its reminders (1, 2)
letters = table(
    "letters",
    must("network_id"),
    Column("document_id", Text, primary_key=True),
    Column("step", Whole, primary_key=True, autoincrement=False),
    must("at", Instant),
    refers("document_id", "documents"),
)

# Payments that somebody began with a provider; provider_id: its own name for it, once it answered
checkouts = table(
    "checkouts",
    *own(),
    must("venue_id"),
    must("document_id"),
    must("provider"),
    may("provider_id"),
    must("cents", Whole),
    must("status"),
    must("created_at", Instant),
    must("changed_at", Instant),
    refers("venue_id", "venues"),
    refers("document_id", "documents"),
    one_of("status", "status", "open", "paid", "failed", "expired", "differs"),
    only_one("uq_checkouts_provider", "provider", "provider_id", where="provider_id IS NOT NULL"),
    Index(None, "document_id"),
    Index(None, "venue_id", "status"),
)
