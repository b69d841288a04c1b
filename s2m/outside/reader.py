"""Reads somebody else's calendar, in a process of its own that has two seconds.

    reader.py < {"zone": "Europe/Amsterdam", "start": "2026-03-12T00:00+01:00", "end": …} and, from the second line on, the file

answers with {"busy": [[uid, start, end], …], "skipped": 0, "cut": false}, instants in seconds since 1970, or with
{"problem": "no_calendar"}, or not at all where it was ended. Only what says *when* reaches the libraries: no titles, no people,
no attachments, no alarms, whatever they hold. Nothing of ours is imported, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

SECONDS, MEMORY = 1.5, 512 * 1024 * 1024
MOST, LONGEST, ZONES = 2000, 16 * 1024, 50
# Somewhere on earth it is another day
MARGIN = timedelta(days=2)
OF_EVENT = {"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "TRANSP"}
OF_ZONE = {"TZID", "DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"}
OF = {"VEVENT": OF_EVENT, "VTIMEZONE": OF_ZONE, "VFREEBUSY": {"FREEBUSY"}}
LINE = re.compile(r"([A-Za-z-]{1,32})((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.DOTALL)
FREE = re.compile(r';FBTYPE="?FREE"?(;|$)', re.IGNORECASE)
MOMENT = re.compile(r"([0-9]{8})(T[0-9]{6}Z?)?")
# Repeats more often than daily, or many times a day, are no meetings and would never end
DAILY = re.compile(
    r"(?=.*FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;|$))(?!.*(BY(SECOND|MINUTE|HOUR)=[0-9]+,|INTERVAL=0+(;|$)))[A-Z0-9=;,+-]{1,400}"
)
# What another s2m itself only passes on: read on, two calendars would keep each other's meetings alive for ever
PASSED_ON = re.compile(r"outside-[0-9a-f]{32}@s2m")
YEARLY = re.compile(r"(?=.*FREQ=YEARLY(;|$))(?!.*(HOUR|MINUTE|SECOND))[A-Z0-9=;,+-]{1,400}")
Lines = list[tuple[str, str, str]]


def read(text: str, zone: ZoneInfo, start: datetime, end: datetime) -> dict[str, Any]:
    """What keeps a room busy between two moments, at most 2,000 times; `cut` where there is more."""
    events, zones, skipped = _skeleton(text, start, end)
    written = ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", *filter(_is_zone, (_written("VTIMEZONE", zone) for zone in zones[:ZONES]))]
    written += [_written("VEVENT", block) for block in events]
    calendar = icalendar.Calendar.from_ical("".join((*written, "END:VCALENDAR\r\n")))
    series: dict[str, list[Any]] = defaultdict(list)
    for n, event in enumerate(calendar.walk("VEVENT")):
        series[str(event.get("UID", f"{n}"))].append(event)
    busy: dict[tuple[str, datetime], datetime] = {}
    for uid, parts in series.items():
        try:
            for starts, ends in _times(parts, zone, start, end):
                busy[uid[:255], starts] = max(ends, busy.get((uid[:255], starts), ends))
        except Exception:  # whatever the libraries make of it: the others are read
            skipped += 1
    rows = sorted((starts.timestamp(), ends.timestamp(), uid) for (uid, starts), ends in busy.items())
    kept = [[uid, int(starts), int(ends)] for starts, ends, uid in rows[:MOST]]
    return {"busy": kept, "skipped": skipped, "cut": len(rows) > MOST}


def _written(kind: str, block: Lines) -> str:
    lines = [f"BEGIN:{kind}", *(f"{name}{parameters}:{value}" for name, parameters, value in block), f"END:{kind}", ""]
    return "\r\n".join(lines)


def _is_zone(text: str) -> bool:
    """Whether the libraries can make a zone of it. Of one that they cannot the name is left, or else the venue's zone."""
    try:
        icalendar.Timezone.from_ical(text).to_tz(lookup_tzid=False)
    except Exception:
        return False
    return True


def _times(parts: list[Any], zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When a series takes place and is busy, as instants, in the window."""
    if any(part.errors for part in parts):
        raise ValueError
    calendar = icalendar.Calendar()
    for part in parts:
        calendar.add_component(part)
    for one in recurring_ical_events.of(calendar).between(start - MARGIN, end + MARGIN):
        if one.get("STATUS") == "CANCELLED" or one.get("TRANSP") == "TRANSPARENT":
            continue
        starts, ends = _instant(one.start, zone), _instant(one.end, zone)
        if starts < ends and starts < end and ends > start:
            yield starts, ends


def _instant(at: date | datetime, zone: ZoneInfo) -> datetime:
    """Days and times without a zone are those of the venue."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _skeleton(text: str, start: datetime, end: datetime) -> tuple[list[Lines], list[Lines], int]:
    """Events, zones, and how many events are written so that nobody can read them. Raises ValueError where it is no calendar."""
    events: list[Lines] = []
    zones: list[Lines] = []
    skipped = 0
    early, late = (at.strftime("%Y%m%d") for at in (start - MARGIN, end + MARGIN))
    for kind, block in _blocks(_lines(text)):
        if kind == "VTIMEZONE":
            if _is_sound_zone(block):
                zones.append(block)
            continue
        for event in _periods(block) if kind == "VFREEBUSY" else (block,):
            if not _is_sound(event):
                skipped += 1
            elif not _is_elsewhen(event, early, late) and not _is_passed_on(event):
                events.append([part for part in event if part[2]])
    return events, zones, skipped


def _periods(block: Lines) -> Iterator[Lines]:
    """What is busy by a list of periods (RFC 5545, 3.8.2.6), each as an event of its own."""
    for _, parameters, value in block:
        if not FREE.search(parameters):
            for period in value.split(","):
                starts, _, ends = period.strip().partition("/")
                how = "DURATION" if ends.startswith(("P", "+P")) else "DTEND"
                yield [("UID", "", f"period-{starts}-{ends}"), ("DTSTART", "", starts), (how, "", ends)]


def _lines(text: str) -> Iterable[str]:
    """Unfolded. Raises ValueError where it is no calendar, or not all of one."""
    plain = text.lstrip("\ufeff").replace("\0", "").strip()
    if not plain[:15].upper() == "BEGIN:VCALENDAR" or plain[-13:].upper() != "END:VCALENDAR":
        raise ValueError
    return re.sub(r"\r?\n[ \t]", "", plain).split("\n")


def _blocks(lines: Iterable[str]) -> Iterator[tuple[str, Lines]]:
    """The events, zones and lists of what is busy in it, each with the lines that say when, without what lies deeper but for the
    two parts of a zone.

    One that never ends is an event without a line: something is in there that nobody can read.
    """
    kind, depth, block = "", 0, Lines()
    for line in lines:
        found = LINE.match(line.strip("\r"))
        if not found:
            continue
        name, parameters, value = found[1].upper(), found[2], found[3].strip()
        word = value.upper()
        if name == "BEGIN" and word in OF:
            if kind:
                yield "VEVENT", []
            kind, depth, block = word, 0, []
        elif name == "END" and word == kind and kind:
            yield kind, block
            kind = ""
        elif name in ("BEGIN", "END") and kind:
            inside = kind == "VTIMEZONE" and word in ("STANDARD", "DAYLIGHT")
            depth += 0 if inside else 1 if name == "BEGIN" else -1
            if inside:
                block.append((name, "", word))
        elif kind and depth == 0 and name in OF[kind]:
            block.append((name, parameters, word if name in ("STATUS", "TRANSP", "RRULE") else value))
    if kind:
        yield "VEVENT", []


def _is_sound(block: Lines) -> bool:
    """Whether an event says when in words that may be given to a library."""
    names = [name for name, _, _ in block]
    for name, parameters, value in block:
        if len(parameters) + len(value) > LONGEST or (name == "RRULE" and not DAILY.fullmatch(value)):
            return False
        if name in ("DTSTART", "DTEND", "RECURRENCE-ID") and not MOMENT.fullmatch(value):
            return False
    if names.count("DTSTART") != 1 or names.count("RRULE") > 1:
        return False
    ends = next((part for part in block if part[0] == "DTEND"), None)
    starts = block[names.index("DTSTART")]
    return ends is None or ends[1] != starts[1] or ends[2] >= starts[2]


def _is_sound_zone(block: Lines) -> bool:
    rules = [value for name, _, value in block if name == "RRULE"]
    return len(block) < 500 and all(map(YEARLY.fullmatch, rules))


def _is_elsewhen(block: Lines, early: str, late: str) -> bool:
    """Whether an event that takes place once does so outside the window, as its bare dates tell."""
    said = {name: value for name, _, value in block}
    if said.keys() & {"RRULE", "RDATE", "RECURRENCE-ID"}:
        return False
    over = "DURATION" not in said and max(said["DTSTART"][:8], said.get("DTEND", "")[:8]) < early
    return over or said["DTSTART"][:8] > late


def _is_passed_on(block: Lines) -> bool:
    return any(name == "UID" and PASSED_ON.fullmatch(value) for name, _, value in block)


def _bound() -> None:
    """From here on: so much time of a processor, after which the kernel ends us, and so much memory."""
    with suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    _bound()
    try:
        found = read(text, ZoneInfo(asked["zone"]), *(datetime.fromisoformat(asked[which]) for which in ("start", "end")))
    except MemoryError:
        raise
    except Exception:  # the libraries know many words for it
        found = {"problem": "no_calendar"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
