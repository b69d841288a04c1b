"""The passport: what a member did for others here, signed, so that another network can believe it without asking.

A member takes it along as a file. It is checked offline: a signature by a key, and a person who knows whose key that is.
Another network may grant a start from it, once, out of its own commons. Signing itself is handed in (`s2m/signing.py`).

    document.py  the file: its content and canonical form; read and checked
    issuing.py   a member's own, with what they choose to show
    starting.py  keys that are trusted, and the grant
"""

from s2m.domain.passport.document import (
    KINDS,
    LARGEST,
    Count,
    Passport,
    check,
    fingerprint,
    message,
    public_key,
    read,
    text,
)
from s2m.domain.passport.issuing import draft, issue
from s2m.domain.passport.starting import Grant, TrustedKey, distrust, grant, trust

__all__ = [
    "KINDS", "LARGEST", "Count", "Grant", "Passport", "TrustedKey", "check", "distrust", "draft",
    "fingerprint", "grant", "issue", "message", "public_key", "read", "text", "trust",
]  # fmt: skip
