"""The demo's calendar: open at whatever hour it is started, closed for the night in the past."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from s2m.domain.venues import DAYS, USUAL_HOURS, Hours

ZONE = "Europe/Amsterdam"
DAYS_BACK = 60
OPENS, CLOSES = time(8, 30), time(18)
# Before this hour it is still the evening before: somebody looks at the demo at night
MORNING = 6


def business_day(now: datetime) -> date:
    local = now.astimezone(ZoneInfo(ZONE))
    return local.date() - timedelta(days=1) if local.hour < MORNING else local.date()


def hours_around(now: datetime) -> Hours:
    """The usual hours, and for the day on which we are: open three hours ago, open for two hours at the least."""
    day = business_day(now)
    opens = max(_by_clock(day, time()), min(_by_clock(day, OPENS), _full_hour(now - timedelta(hours=3))))
    closes = max(_by_clock(day, CLOSES), _full_hour(now + timedelta(hours=3)))
    # On the night when the clock goes back, an hour that comes twice is meant the first time
    while _by_clock(closes.date(), closes.time()) < now + timedelta(hours=2):
        closes += timedelta(hours=1)
    return {**USUAL_HOURS, DAYS[day.weekday()]: [f"{opens:%H:%M}", f"{closes:%H:%M}"]}


def _by_clock(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(ZONE))


def _full_hour(at: datetime) -> datetime:
    """The full hour before, as a clock on the wall shows it."""
    return at.astimezone(ZoneInfo(ZONE)).replace(minute=0, second=0, microsecond=0, fold=0)


def working_days(now: datetime) -> list[date]:
    """The weekdays of the last 60 days, the oldest first; not the one on which we are."""
    today = business_day(now)
    days = (today - timedelta(days=back) for back in range(DAYS_BACK, 0, -1))
    return [day for day in days if day.weekday() < 5]


def on(day: date, minutes: int) -> datetime:
    """That many minutes after midnight by the venue's clock."""
    return datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(ZONE))
