"""The worker that looks at calendars elsewhere: asks outside any transaction, two at once, and keeps what each said in one.

Fetched by the strict fetcher, read by a process of its own (`reader.py`): whatever another server sends, this one goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from s2m.domain.calendars import Busy, Found, OutsideCalendar, outside
from s2m.domain.venues import Venue
from s2m.links import CALENDAR, Failed, Fetcher
from s2m.store import Store
from s2m.store.engine import Database

log = structlog.get_logger("s2m.outside")
AT_ONCE, A_ROUND = 2, 20
READER = Path(__file__).with_name("reader.py")
# By the clock on the wall, should the kernel not have ended it by its time on a processor
PATIENCE = 10


def run(database: Database, now: datetime, fetcher: Fetcher | None = None) -> int:
    """Look at every calendar that is due; how many. fetcher: the strict one, but for tests of our own."""
    fetcher = fetcher or Fetcher()
    with database.read() as store:
        due = [(calendar, _venue(store, calendar)) for calendar in store.calendars.due(now, most=A_ROUND)]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="outside") as pool:
        looks = pool.map(lambda each: (each[0], look(fetcher, *each, now)), due)
        for calendar, found in looks:
            with database.write() as store:
                outside.record(store, calendar, found, now)
    return len(due)


def _venue(store: Store, calendar: OutsideCalendar) -> Venue:
    room = store.venues.room(calendar.room_id)
    venue = store.venues.get(room.venue_id) if room else None
    assert venue, "a calendar belongs to a room, and a room to a venue"
    return venue


def look(fetcher: Fetcher, calendar: OutsideCalendar, venue: Venue, now: datetime) -> Found:
    """One look: when it is busy, or why it could not be read. Whatever it is, it stops no other look."""
    try:
        answer = fetcher.get(calendar.url, wish=CALENDAR)
    except Failed as error:
        return Found(problem=error.code)
    except Exception as error:
        log.error("a look broke off", host=calendar.host, exc_info=error)
        return Found(problem="away")
    return read(answer.text, venue, *outside.window(venue, now))


def read(text: str, venue: Venue, start: datetime, end: datetime) -> Found:
    """What a file says, read by the other process: problem `no_calendar`, or `heavy` where that ran out of time or memory."""
    asked = json.dumps({"zone": venue.timezone, "start": start.isoformat(), "end": end.isoformat()})
    given = f"{asked}\n{text}".encode(errors="replace")
    try:
        done = subprocess.run([sys.executable, "-I", str(READER)], input=given, capture_output=True, timeout=PATIENCE, check=True)
        said: dict[str, Any] = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.warning("a calendar was not read", error=type(error).__name__)
        return Found(problem="heavy")
    busy = [Busy(uid, *(datetime.fromtimestamp(at, UTC) for at in moments)) for uid, *moments in said.get("busy", ())]
    return Found(tuple(busy), said.get("skipped", 0), said.get("cut", False), said.get("problem", ""))
