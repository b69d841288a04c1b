"""Passports for tests: of a network of their own, with whatever in them, signed well."""

from dataclasses import replace
from datetime import UTC, date, timedelta

from s2m.domain import passport
from s2m.domain.ledger import Head
from s2m.signing import SigningKey

ELSEWHERE = SigningKey(b"elsewhere".ljust(32))


def made(now, key=ELSEWHERE, **other):
    """Samira's, from a network called Elders, with 5 dots earned; signed after `other` was put in."""
    issued = now.astimezone(UTC).replace(microsecond=0)
    counts = {"thanks": passport.Count(2, 4), "post": passport.Count(1, 1)}
    plain = passport.Passport(
        "a" * 32, "b" * 32, "Elders", "c" * 32, "Samira", date(2025, 1, 31), counts, 7, ("gewone taal",), None,
        Head(12, "d" * 64), issued, issued + timedelta(days=365), key.public_key,
    )  # fmt: skip
    return signed(replace(plain, **other), key)


def signed(plain, key=ELSEWHERE):
    return replace(plain, signature=key.sign(passport.message(plain)))
