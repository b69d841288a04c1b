"""Moments, as the rules reckon with them: as whole microseconds since 1970, and by the clock of a place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def number(at: datetime) -> int:
    """Whole microseconds since 1970, as the store keeps a moment."""
    return (at - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def clock_at(zone: ZoneInfo, day: date, clock: time = time()) -> datetime:
    """When the clocks of a zone show a time on a day, midnight unless said, in UTC.

    Where they show it twice, the first; where they skip it, as much later as they skip.
    """
    return datetime.combine(day, clock, zone).astimezone(UTC)
