"""The ledger: accounts, transfers and their chain; beside it what they were for."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint

from s2m.store.schema.columns import Instant, Json, Whole, may, must, one_of, only_one, own, refers, table

accounts = table(
    "accounts",
    *own(),
    must("kind"),
    may("person_id"),
    may("venue_id"),
    must("unit"),
    must("balance", Whole),
    must("held", Whole),
    must("created_at", Instant),
    may("frozen_at", Instant),
    # Without a reference, which SQLite cannot add to a table: the audit trail tells whose it is
    may("room_id"),
    refers("person_id", "people"),
    refers("venue_id", "venues"),
    one_of(
        "kind", "kind", "person", "venue", "issuing", "commons", "budget", "receivable", "revenue", "deposits", "vat_2100",
        "vat_900", "forgone",
    ),
    one_of("unit", "unit", "SC", "EUR"),
    CheckConstraint("held >= 0", name="held"),
    only_one("uq_accounts_person", "person_id", "unit", where="person_id IS NOT NULL"),
    only_one("uq_accounts_venue", "venue_id", "kind", "unit", where="venue_id IS NOT NULL AND room_id IS NULL"),
    only_one("uq_accounts_room", "room_id", "kind", "unit", where="room_id IS NOT NULL"),
    only_one("uq_accounts_network", "network_id", "kind", "unit", where="person_id IS NULL AND venue_id IS NULL"),
)

transfers = table(
    "transfers",
    Column("network_id", Text, primary_key=True),
    Column("n", Whole, primary_key=True, autoincrement=False),
    must("id", unique=True),
    must("journal_id"),
    must("kind"),
    must("state"),
    must("debit_id"),
    must("credit_id"),
    must("amount", Whole),
    must("unit"),
    must("at", Instant),
    may("expires_at", Instant),
    may("pending_id"),
    may("reverses_id"),
    must("key_hash"),
    must("hash"),
    UniqueConstraint("network_id", "id"),
    refers("debit_id", "accounts"),
    refers("credit_id", "accounts"),
    refers("pending_id", "transfers"),
    refers("reverses_id", "transfers"),
    one_of("state", "state", "posted", "pending", "post", "void"),
    one_of("unit", "unit", "SC", "EUR"),
    CheckConstraint("amount BETWEEN 1 AND 1000000000", name="amount"),
    CheckConstraint("debit_id <> credit_id", name="two_accounts"),
    CheckConstraint("(state IN ('post', 'void')) = (pending_id IS NOT NULL)", name="resolves"),
    only_one("uq_transfers_pending_id", "pending_id", where="pending_id IS NOT NULL"),
    only_one("uq_transfers_reverses_id", "reverses_id", where="reverses_id IS NOT NULL"),
    Index(None, "debit_id", "n"),
    Index(None, "credit_id", "n"),
    Index(None, "journal_id"),
)

# What a transfer was for, in words: outside the chain, so that it can be forgotten
evidence = table(
    "evidence",
    must("network_id"),
    Column("transfer_id", Text, primary_key=True),
    may("visit_id"),
    may("thanks_id"),
    may("contribution_id"),
    may("reason"),
    refers("transfer_id", "transfers"),
    refers("visit_id", "visits"),
    refers("thanks_id", "thanks"),
    ForeignKeyConstraint(["contribution_id"], ["contributions.id"], name="fk_evidence_contribution_id"),
)

chain_heads = table(
    "chain_heads",
    Column("network_id", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    must("n", Whole),
    must("hash"),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
)

# Where both chains ended on a day: also mailed to the hosts, so that a history written anew is told from the old one
sealed_heads = table(
    "sealed_heads",
    Column("network_id", Text, primary_key=True),
    Column("n", Whole, primary_key=True, autoincrement=False),
    must("day"),
    must("chain"),
    must("row_n", Whole),
    must("hash"),
    must("at", Instant),
    ForeignKeyConstraint(["network_id"], ["networks.id"]),
    UniqueConstraint("network_id", "chain", "day"),
    one_of("chain", "chain", "ledger", "audit"),
)

requests = table(
    "requests",
    Column("network_id", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    must("input_hash"),
    must("answer", Json),
    must("at", Instant),
)

thanks = table(
    "thanks",
    *own(),
    must("venue_id"),
    may("giver_id"),
    may("receiver_id"),
    must("topic"),
    must("text"),
    must("amount", Whole),
    may("transfer_id"),
    must("at", Instant),
    may("decided_at", Instant),
    must("kind", server_default="earned"),
    must("state", server_default="accepted"),
    may("accept_by", Instant),
    may("reason"),
    refers("venue_id", "venues"),
    refers("giver_id", "people"),
    refers("receiver_id", "people"),
    refers("transfer_id", "transfers"),
    CheckConstraint("giver_id <> receiver_id", name="other"),
    one_of("kind", "kind", "earned", "gift", "plain"),
    one_of("state", "state", "waiting", "accepted", "declined", "undone", "objected", "reversed"),
    Index(None, "giver_id", "at"),
    Index(None, "receiver_id", "at"),
    Index(None, "venue_id", "at"),
    Index(None, "state", "accept_by"),
)

# Why an account stands still, and why it moves again; `accounts.frozen_at` is what the ledger looks at
freezes = table(
    "freezes",
    *own(),
    must("account_id"),
    must("reason"),
    must("frozen_by"),
    must("frozen_at", Instant),
    may("ended_reason"),
    may("ended_by"),
    may("ended_at", Instant),
    refers("account_id", "accounts"),
    only_one("uq_freezes_account_id", "account_id", where="ended_at IS NULL"),
)

# What somebody did for others here that was verified and earned: thanks stand in a table of their own
contributions = table(
    "contributions",
    *own(),
    must("venue_id"),
    may("person_id"),
    must("kind"),
    must("topic"),
    must("amount", Whole),
    may("transfer_id"),
    may("recorded_by"),
    must("at", Instant),
    refers("venue_id", "venues"),
    refers("person_id", "people"),
    refers("transfer_id", "transfers"),
    one_of("kind", "kind", "post", "talk", "task", "proxy", "ask", "fault", "introduction"),
    Index(None, "person_id", "at"),
)
