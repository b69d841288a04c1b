"""Pictures of the demo's rooms: plans, drawn, since nobody ever took a photo there."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

SIZE = (1200, 600)
FLOOR, WALL, WOOD, SEAT = "#e9e2cf", "#14211b", "#b9855a", "#1f6b4f"
CHAIR = 44


def plan(places: int, setup: str) -> bytes:
    """A room from above, with so many chairs: at a table, or in rows before a screen."""
    image = Image.new("RGB", SIZE, FLOOR)
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 20, SIZE[0] - 20, SIZE[1] - 20), outline=WALL, width=10)
    pen.line((SIZE[0] - 260, SIZE[1] - 24, SIZE[0] - 120, SIZE[1] - 24), fill=FLOOR, width=14)
    if setup == "boardroom":
        _table(pen, places)
    else:
        _rows(pen, places)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80)
    return out.getvalue()


def _table(pen: ImageDraw.ImageDraw, places: int) -> None:
    """Half of the chairs on each side of one table."""
    each, gap = -(-places // 2), 130
    left, right = SIZE[0] // 2 - each * gap // 2, SIZE[0] // 2 + each * gap // 2
    pen.rounded_rectangle((left, 230, right, 370), 16, fill=WOOD)
    for n in range(places):
        x, y = left + gap // 2 + (n // 2) * gap, 180 if n % 2 else 420
        _chair(pen, x, y)


def _rows(pen: ImageDraw.ImageDraw, places: int) -> None:
    pen.rectangle((60, 180, 76, 420), fill=WALL)
    for n in range(places):
        _chair(pen, 220 + (n // 5) * 110, 120 + (n % 5) * 90)


def _chair(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    pen.rounded_rectangle((x - CHAIR // 2, y - CHAIR // 2, x + CHAIR // 2, y + CHAIR // 2), 10, fill=SEAT)
