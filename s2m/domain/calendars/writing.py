"""Calendar files (RFC 5545), written line by line: the library takes twelve times as long, and is the reader of our tests.

Times stand in the venue's zone, which the file carries, so that a calendar shows them as the venue's clock does. Of an hour that
comes twice the standard reads a local time as the first; what happens in the second stands in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from s2m.domain.calendars import zones
from s2m.domain.calendars.values import Event

PRODUCT = "-//s2m//rooms//EN"
WIDEST = 75
HOUR = timedelta(hours=1)
# What no line may hold, among it the signs that some readers take for a line's end; lone surrogates cannot be written at all
SIGNS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
BUSY = {"confirmed": "BUSY", "tentative": "TENTATIVE", "cancelled": "FREE"}


def write(events: Iterable[Event], zone: ZoneInfo, name: str, *, refresh: timedelta = HOUR) -> bytes:
    """A feed: all events in one calendar without a METHOD, the cancelled ones among them, so that readers take them away.

    The same events make the same bytes, whenever it is asked for. refresh: how often readers are asked to come back.
    """
    kept = list(events)
    every = f"PT{max(1, int(refresh.total_seconds()) // 60)}M"
    head = [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}",
            f"REFRESH-INTERVAL;VALUE=DURATION:{every}", f"X-PUBLISHED-TTL:{every}"]  # fmt: skip
    return _calendar(kept, zone, head, [_event(event, zone, event.changed_at) for event in kept])


def invitation(
    event: Event, zone: ZoneInfo, now: datetime, *, organizer: tuple[str, str], attendee: tuple[str, str]
) -> tuple[str, bytes]:
    """What a mail about one booking carries: its method (`REQUEST`, or `CANCEL` for an event that is cancelled) and the file.

    organizer, attendee: name and mail address each. Attach it as text/calendar; charset=utf-8; method=…, invitation.ics. A later
    mail with the same uid and a higher sequence changes what stands in the reader's calendar.
    """
    method = "CANCEL" if event.state == "cancelled" else "REQUEST"
    (by, by_mail), (to, to_mail) = organizer, attendee
    people = [
        f"ORGANIZER;CN={_parameter(by)}:mailto:{_address(by_mail)}",
        f"ATTENDEE;CN={_parameter(to)};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{_address(to_mail)}",
    ]
    return method, _calendar([event], zone, [f"METHOD:{method}"], [_event(event, zone, now, people)])


def _calendar(events: Sequence[Event], zone: ZoneInfo, head: list[str], bodies: list[list[str]]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", *head]
    if events:
        years = [at.year for event in events for at in (event.starts_at, event.ends_at)]
        lines += zones.lines(zone, min(years), max(years))
    for body in bodies:
        lines += body
    return "".join(map(_folded, (*lines, "END:VCALENDAR"))).encode()


def _event(event: Event, zone: ZoneInfo, stamp: datetime, people: Sequence[str] = ()) -> list[str]:
    lines = [
        "BEGIN:VEVENT", f"UID:{_text(event.uid)}", f"DTSTAMP:{_utc(stamp)}", f"LAST-MODIFIED:{_utc(event.changed_at)}",
        f"SEQUENCE:{event.sequence}", *_moments(event, zone),
        f"SUMMARY:{_text(event.title)}", f"STATUS:{event.state.upper()}",
        f"TRANSP:{'TRANSPARENT' if event.state == 'cancelled' else 'OPAQUE'}",
        f"X-MICROSOFT-CDO-BUSYSTATUS:{BUSY[event.state]}", *people,
    ]  # fmt: skip
    texts = (("LOCATION", _text(event.place)), ("DESCRIPTION", _text(event.notes)), ("URL", _address(event.url)))
    return [*lines, *(f"{name}:{text}" for name, text in texts if text), "END:VEVENT"]


def _moments(event: Event, zone: ZoneInfo) -> tuple[str, str]:
    """Begin and end, both in the same way."""
    starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    if starts.fold or ends.fold:
        return f"DTSTART:{_utc(starts)}", f"DTEND:{_utc(ends)}"
    return f"DTSTART;TZID={zone.key}:{_local(starts)}", f"DTEND;TZID={zone.key}:{_local(ends)}"


def _local(at: datetime) -> str:
    return f"{at.year:04}{at:%m%dT%H%M%S}"


def _utc(at: datetime) -> str:
    return f"{_local(at.astimezone(UTC))}Z"


def _text(text: str) -> str:
    """As the value of a property: what would end it is written otherwise, what no line may hold becomes a space."""
    if text.isalnum():
        return text
    plain = SIGNS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _parameter(text: str) -> str:
    """Within quotation marks, which it cannot hold itself."""
    return '"' + " ".join(SIGNS.sub(" ", text).replace('"', "'").split()) + '"'


def _address(url: str) -> str:
    """An address has no spaces and no controls: one that does is cut there."""
    return next(iter(SIGNS.sub(" ", url).split()), "")


def _folded(line: str) -> str:
    """At most 75 octets a line, never cut within a letter."""
    if len(line) <= WIDEST and (line.isascii() or len(line.encode()) <= WIDEST):
        return line + "\r\n"
    parts, part, width = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if width + octets > WIDEST:
            parts.append(part)
            part, width = " ", 1
        part, width = part + sign, width + octets
    return "\r\n".join((*parts, part)) + "\r\n"
