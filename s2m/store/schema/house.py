"""Keeping house: the audit trail, mail that waits, counters of tries, and when jobs ran."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Text

from s2m.store.schema.columns import Flag, Instant, Whole, may, must, own, refers, table

audit = table(
    "audit",
    Column("network_id", Text, primary_key=True),
    Column("n", Whole, primary_key=True, autoincrement=False),
    must("at", Instant),
    must("actor"),
    must("role"),
    may("venue_id"),
    must("action"),
    may("object_id"),
    must("result"),
    must("hash"),
    Index(None, "object_id"),
)

outbox = table(
    "outbox",
    *own(),
    must("recipient"),
    must("subject"),
    must("body"),
    must("created_at", Instant),
    may("sent_at", Instant),
    must("attempts", Whole),
    must("next_at", Instant),
    may("error"),
)

# Files that go with a mail: gone as soon as it is sent
attachments = table(
    "attachments",
    must("network_id"),
    Column("mail_id", Text, primary_key=True),
    Column("n", Whole, primary_key=True, autoincrement=False),
    must("name"),
    must("type"),
    must("content", LargeBinary),
    refers("mail_id", "outbox"),
)

rates = table("rates", Column("key", Text, primary_key=True), must("tokens", Whole), must("at", Instant))

job_runs = table(
    "job_runs",
    Column("job", Text, primary_key=True),
    must("started_at", Instant),
    may("finished_at", Instant),
    may("ok", Flag),
    must("detail"),
)
