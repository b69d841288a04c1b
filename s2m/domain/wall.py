"""The wall: what the house needs and knows now, and nothing that tells who.

Only topics of visits that are visible. What is asked or offered today only where its owner let it on the wall, what stands
on somebody only while they agree to the wall, and not where they came by name alone. A text that holds a way to
reach somebody, or its owner's own name, stays off.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from s2m.domain.fields import folded

if TYPE_CHECKING:
    from s2m.domain.people import Person
    from s2m.domain.presence import Here
    from s2m.domain.venues import Room

LONGEST = 45
# What fits in one turn, read from the screen at 1920 × 1080: four asks of two lines or three of three; five rows of topics
ASKS, TWO_LINES = 4, 34
TOPICS, ROWS, ROW, EDGE = 10, 5, 26, 3
# A field's name is smaller than a row
NAME = 0.7
PLACES = 5
REACHES = re.compile(r"@|https?:|www\.|(\d[\s().+-]*){7,}")


@dataclass(frozen=True)
class Line:
    """A text and the field of the lexicon that it belongs to, by its key; empty where it belongs to none."""

    field: str
    text: str


@dataclass(frozen=True)
class Group:
    """What stands below the name of one field in one turn."""

    field: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class House:
    """needs: the newest first. knows: each topic once, in the order of the alphabet, so that no row of them is one person."""

    needs: tuple[str, ...]
    knows: tuple[str, ...]


def house(here: Iterable[Here], agreed: Container[str]) -> House:
    """What may be shown of those who are present. agreed: the ids of those who agree to the wall."""
    needs: dict[str, str] = {}
    knows: dict[str, str] = {}
    for one in here:
        if not one.visit.visible:
            continue
        asked = [t.text for t in one.topics if t.kind == "need" and t.on_wall and not t.solved_at]
        offered = [t.text for t in one.topics if t.kind == "offer" and t.on_wall]
        standing = one.knows if one.person.id in agreed and not one.visit.by_name else ()
        for found, texts in ((needs, asked), (knows, [*standing, *offered])):
            for text in texts:
                if not identifies(text, one.person):
                    found.setdefault(folded(text), shortened(text))
    return House(tuple(needs.values()), tuple(text for _key, text in sorted(knows.items())))


def by_field(texts: Iterable[str], field_of: Callable[[str], str]) -> list[Line]:
    """What belongs together side by side, in the order in which each field first appears; what has no field comes last."""
    groups: dict[str, list[Line]] = {}
    for text in texts:
        field = field_of(text)
        groups.setdefault(field, []).append(Line(field, text))
    last = groups.pop("", [])
    return [line for group in (*groups.values(), last) for line in group]


def ask_pages(asks: Sequence[Line]) -> list[tuple[Group, ...]]:
    """Asks in turns, as many as can be read from afar without cutting one off."""
    pages: list[list[Line]] = [[]]
    for ask in asks:
        page = [*pages[-1], ask]
        if len(page) > (ASKS if all(len(line.text) <= TWO_LINES for line in page) else ASKS - 1):
            pages.append([ask])
        else:
            pages[-1] = page
    return [_grouped(page) for page in pages if page]


def topic_pages(knows: Sequence[Line]) -> list[tuple[Group, ...]]:
    """Topics in turns: rows are filled from the left, a long topic takes several, and each field begins a row below its name."""
    pages: list[list[Line]] = [[]]
    rows, used = 0.0, ROW
    for topic in knows:
        width = len(topic.text) + EDGE
        more, name = _rows(pages[-1], topic, used)
        if rows + more + name > ROWS or len(pages[-1]) == TOPICS:
            pages.append([])
            rows = 0.0
            more, name = _rows([], topic, ROW)
        used = used + width if not more else width % ROW or ROW
        rows += more + name
        pages[-1].append(topic)
    return [_grouped(page) for page in pages if page]


def _rows(page: Sequence[Line], topic: Line, used: int) -> tuple[int, float]:
    """How many rows a topic takes beside what stands in its row, and how many its field's name does."""
    width, begins = len(topic.text) + EDGE, not page or page[-1].field != topic.field
    more = 0 if not begins and used + width <= ROW else -(-width // ROW)
    return more, NAME if begins and topic.field else 0.0


def _grouped(page: Iterable[Line]) -> tuple[Group, ...]:
    return tuple(
        Group(field, tuple(line.text for line in lines)) for field, lines in itertools.groupby(page, lambda line: line.field)
    )


def place_pages(rooms: Sequence[Room], seated: Mapping[str, int], present: int) -> list[list[tuple[Room, int]]]:
    """Rooms in turns with what is free in each: open rooms first, then quiet ones, then where people meet.

    Whoever is in no room with free seats keeps one of the open floor, so that the rooms add up to the seats of the house.
    A meeting room has no free seats: 1 while nobody is in it, else 0.
    """
    order = ("open", "quiet", "meeting")
    ordered = sorted(rooms, key=lambda room: order.index(room.kind))
    elsewhere = present - sum(min(seated.get(r.id, 0), r.capacity) for r in ordered if r.kind != "meeting")
    shown = []
    for room in ordered:
        inside = seated.get(room.id, 0)
        if room.kind == "meeting":
            shown.append((room, 0 if inside else 1))
            continue
        left = max(0, room.capacity - inside)
        taken = min(left, max(0, elsewhere))
        elsewhere -= taken
        shown.append((room, left - taken))
    return [shown[at : at + PLACES] for at in range(0, len(shown), PLACES)]


def identifies(text: str, owner: Person) -> bool:
    """Does a text tell whose it is?"""
    words = set(re.findall(r"\w+", folded(text)))
    return bool(REACHES.search(text)) or any(len(part) > 2 and part in words for part in folded(owner.name).split())


def shortened(text: str) -> str:
    """At most 45 characters, cut between words."""
    if len(text) <= LONGEST:
        return text
    kept = text[: LONGEST - 1]
    return (kept.rpartition(" ")[0].rstrip(" ,.;:") or kept) + "…"
