"""Passports of other networks: whose keys are trusted here, and who started from one."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint

from s2m.store.schema.columns import Instant, Whole, may, must, only_one, own, refers, table

trusted_keys = table(
    "trusted_keys",
    *own(),
    must("name"),
    must("public_key"),
    must("added_by"),
    must("created_at", Instant),
    may("ended_at", Instant),
    only_one("uq_trusted_keys_public_key", "network_id", "public_key", where="ended_at IS NULL"),
)

# holder: what the issuing network calls a person in all of their passports
passport_grants = table(
    "passport_grants",
    *own(),
    must("passport_id"),
    must("public_key"),
    must("holder"),
    may("person_id"),
    must("amount", Whole),
    must("transfer_id"),
    must("granted_by"),
    must("at", Instant),
    refers("person_id", "people"),
    refers("transfer_id", "transfers"),
    UniqueConstraint("network_id", "public_key", "holder"),
    UniqueConstraint("network_id", "public_key", "passport_id"),
    only_one("uq_passport_grants_person_id", "person_id", where="person_id IS NOT NULL"),
)
