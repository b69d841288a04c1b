"""Every table once, for both engines.

Instants are microseconds since 1970 in UTC, amounts are whole numbers, ids are uuid7 in 32 hex digits.
Every row carries its network; references between rows of one network are composite, so that a row of one
network can never point into another (L10).
"""

from s2m.store.schema.access import devices, links, sessions
from s2m.store.schema.acquaintance import blocks, introduction_sides, introductions, pauses, reunions
from s2m.store.schema.agenda import attendances, talks, task_places, tasks
from s2m.store.schema.asks import ask_pauses, askings, asks
from s2m.store.schema.billing import checkouts, documents, letters, payments, sellers
from s2m.store.schema.bookings import booking_letters, bookings, renters
from s2m.store.schema.calendars import feeds, outside_busy, outside_calendars
from s2m.store.schema.columns import metadata
from s2m.store.schema.commons import decay_rules, decays, grants
from s2m.store.schema.house import attachments, audit, job_runs, outbox, rates
from s2m.store.schema.ledger import (
    accounts,
    chain_heads,
    contributions,
    evidence,
    freezes,
    requests,
    sealed_heads,
    thanks,
    transfers,
)
from s2m.store.schema.letting import closures, extras, room_pictures, room_terms
from s2m.store.schema.meetings import showings, stories, verdicts
from s2m.store.schema.passport import passport_grants, trusted_keys
from s2m.store.schema.people import badges, consents, people, roles, synonyms, topics
from s2m.store.schema.places import networks, policies, rooms, venues
from s2m.store.schema.posts import linked_accounts, post_claims, post_pictures
from s2m.store.schema.presence import door_uses, help_calls, scans, visit_topics, visits
from s2m.store.schema.series import series, waits

__all__ = [
    "accounts",
    "ask_pauses",
    "askings",
    "asks",
    "attachments",
    "attendances",
    "audit",
    "badges",
    "blocks",
    "booking_letters",
    "bookings",
    "chain_heads",
    "checkouts",
    "closures",
    "consents",
    "contributions",
    "decay_rules",
    "decays",
    "devices",
    "documents",
    "door_uses",
    "evidence",
    "extras",
    "feeds",
    "freezes",
    "grants",
    "help_calls",
    "introduction_sides",
    "introductions",
    "job_runs",
    "letters",
    "linked_accounts",
    "links",
    "metadata",
    "networks",
    "outbox",
    "outside_busy",
    "outside_calendars",
    "passport_grants",
    "pauses",
    "payments",
    "people",
    "policies",
    "post_claims",
    "post_pictures",
    "rates",
    "renters",
    "requests",
    "reunions",
    "roles",
    "room_pictures",
    "room_terms",
    "rooms",
    "scans",
    "sealed_heads",
    "sellers",
    "series",
    "sessions",
    "showings",
    "stories",
    "synonyms",
    "talks",
    "task_places",
    "tasks",
    "thanks",
    "topics",
    "transfers",
    "trusted_keys",
    "venues",
    "verdicts",
    "visit_topics",
    "visits",
    "waits",
]
