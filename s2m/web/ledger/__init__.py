"""Social capital as a member reads it: their statement, and what stands behind each of its lines."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask_babel import format_date

from s2m.web import context
from s2m.web.context import now

blueprint = Blueprint("ledger", __name__)


def zone() -> ZoneInfo:
    """Whose calendar counts: the venue's."""
    venue = context.shown_venue()
    return venue.zone if venue else ZoneInfo("UTC")


def short_day(at: datetime) -> str:
    """do 12 mrt / Thu 12 Mar, in the venue's zone; with the year when it is not this one."""
    local, today = at.astimezone(zone()), now().astimezone(zone())
    return format_date(local, "EEE d MMM" if local.year == today.year else "d MMM y").replace(".", "")


def format_month(at: datetime) -> str:
    """maart 2026 / March 2026."""
    return format_date(at.astimezone(zone()), "LLLL y")


from s2m.web.ledger import evidence, statement  # noqa: E402, F401
