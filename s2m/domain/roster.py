"""A roster: a list of people that is brought in at once, checked line by line before anybody joins.

The list is CSV with the columns email and name, and perhaps topics (what they know, divided by semicolons).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields, people
from s2m.domain.errors import Conflict, Invalid, S2MError

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

BYTES = 10_000_000
COLUMNS = ("email", "name", "topics")
Row = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Entry:
    """line: where it stands; known: somebody has this mail address already and stays as they are."""

    line: int
    email: str
    name: str
    topics: tuple[str, ...]
    known: bool


def read(content: bytes) -> list[Row]:
    """The rows with the line where each begins. Raises Invalid `roster_…` where it is no such list."""
    if len(content) > BYTES:
        raise Invalid("file", "roster_large", most=BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("file", "roster_encoding", line=content.count(b"\n", 0, error.start) + 1) from error
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first and "," not in first else ",")
    try:
        header = [column.strip().casefold() for column in next(lines, [])]
        if not {"email", "name"} <= set(header) or set(header) - set(COLUMNS) or len(set(header)) < len(header):
            raise Invalid("file", "roster_columns")
        return [(lines.line_num, _cells(header, cells)) for cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise Invalid("file", "roster_csv", line=lines.line_num) from error


def _cells(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if len(cells) > len(header):
        return {"too_many": ""}
    return dict(zip(header, cells, strict=False))


def check(store: Store, network_id: str, rows: Sequence[Row]) -> tuple[list[Entry], list[tuple[int, S2MError]]]:
    """Who would come in, and what is wrong with which line."""
    entries: dict[str, Entry] = {}
    wrong: list[tuple[int, S2MError]] = []
    for line, cells in rows:
        try:
            entry = _entry(store, network_id, line, cells)
            if entry.email in entries:
                raise Conflict("email_twice", line=entries[entry.email].line)
            entries[entry.email] = entry
        except S2MError as error:
            wrong.append((line, error))
    return list(entries.values()), wrong


def _entry(store: Store, network_id: str, line: int, cells: dict[str, str]) -> Entry:
    if "too_many" in cells:
        raise Invalid("line", "roster_cells")
    email, name = fields.email(cells.get("email", "")), fields.name(cells.get("name", ""))
    topics = tuple(dict.fromkeys(fields.topic(t, "topics") for t in cells.get("topics", "").split(";") if t.strip()))
    if len(topics) > fields.TOPICS_MAX:
        raise Invalid("topics", "too_many_topics", most=fields.TOPICS_MAX)
    return Entry(line, email, name, topics, store.people.by_email(network_id, email) is not None)


def join(store: Store, venue: Venue, entries: Sequence[Entry], now: datetime, *, by: str) -> None:
    """Everybody gets an account, the grant of the venue's policy, a badge and what they know."""
    policy = store.venues.policy(venue, now)
    for entry in entries:
        person = people.join(store, venue.network_id, entry.name, entry.email, policy, now, language=venue.language)
        for topic in entry.topics:
            people.add_topic(store, person, topic, now)
    if entries:
        store.audit.record(venue.network_id, now, actor=by, role="operator", action="people.import", venue_id=venue.id)
