"""Billing: what a room costs becomes a document with a number, and what comes in pays it."""

from s2m.domain.billing.values import KINDS, Document, Party

__all__ = ["KINDS", "Document", "Party"]
