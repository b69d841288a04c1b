"""Asks, and whom we asked or who offered, one row for each person and ask."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text

from s2m.store.schema.columns import Flag, Instant, may, must, one_of, only_one, own, refers, table

_OPEN = "state = 'open'"

asks = table(
    "asks",
    *own(),
    must("venue_id"),
    may("person_id"),
    must("visit_id"),
    may("topic_id"),
    must("text"),
    must("quiet", Flag),
    must("wall", Flag),
    must("state"),
    must("opened_at", Instant),
    must("ends_at", Instant),
    must("due_at", Instant),
    may("nobody_at", Instant),
    may("ended_at", Instant),
    may("told_at", Instant),
    refers("venue_id", "venues"),
    refers("person_id", "people"),
    refers("visit_id", "visits"),
    refers("topic_id", "visit_topics"),
    one_of("state", "state", "open", "found", "done", "withdrawn", "expired"),
    CheckConstraint("ends_at > opened_at", name="order"),
    only_one("uq_asks_open", "person_id", where=_OPEN),
    Index(None, "person_id", "opened_at"),
    Index(None, "visit_id"),
    Index(None, "topic_id"),
    Index("ix_asks_due", "due_at", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
)

askings = table(
    "askings",
    *own(),
    must("ask_id"),
    may("person_id"),
    must("way"),
    may("knows"),
    must("asked_at", Instant),
    must("answer_by", Instant),
    may("answer"),
    may("answered_at", Instant),
    refers("ask_id", "asks"),
    refers("person_id", "people"),
    one_of("way", "way", "quiet", "wall"),
    one_of("answer", "answer", "accepted", "declined", "ignored", "passed"),
    CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    UniqueConstraint("ask_id", "person_id"),
    only_one("uq_askings_waiting", "ask_id", where="answer IS NULL"),
    only_one("uq_askings_asked", "person_id", where="answer IS NULL"),
    only_one("uq_askings_helper", "ask_id", where="answer = 'accepted'"),
    Index(None, "person_id", "asked_at"),
)

ask_pauses = table(
    "ask_pauses",
    must("network_id"),
    Column("person_id", Text, primary_key=True),
    must("until", Instant),
    may("back_at", Instant),
    refers("person_id", "people"),
)
