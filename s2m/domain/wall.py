"""The wall: what the house needs and knows now, and nothing that tells who.

Only topics of visits that are visible. What is asked or offered today only where its owner let it on the wall, what stands
on somebody only while they agree to the wall, and not where they came by name alone. A text that holds a way to
reach somebody, or its owner's own name, stays off.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
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
PLACES = 5
REACHES = re.compile(r"@|https?:|www\.|(\d[\s().+-]*){7,}")


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


def ask_pages(needs: Sequence[str]) -> list[tuple[str, ...]]:
    """Asks in turns, as many as can be read from afar without cutting one off."""
    pages: list[tuple[str, ...]] = [()]
    for need in needs:
        page = (*pages[-1], need)
        if len(page) > (ASKS if all(len(text) <= TWO_LINES for text in page) else ASKS - 1):
            pages.append((need,))
        else:
            pages[-1] = page
    return [page for page in pages if page]


def topic_pages(knows: Sequence[str]) -> list[tuple[str, ...]]:
    """Topics in turns: rows are filled from the left, a long topic takes several."""
    pages: list[tuple[str, ...]] = [()]
    rows, used = 0, ROW
    for topic in knows:
        width = len(topic) + EDGE
        more = 0 if used + width <= ROW else -(-width // ROW)
        if rows + more > ROWS or len(pages[-1]) == TOPICS:
            pages.append(())
            rows, more = 0, -(-width // ROW)
        used = used + width if not more else width % ROW or ROW
        rows, pages[-1] = rows + more, (*pages[-1], topic)
    return [page for page in pages if page]


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
