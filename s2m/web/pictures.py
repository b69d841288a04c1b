"""Screenshots that people send: unpacked within bounds, and made anew, so that nothing of the file itself is kept."""

from __future__ import annotations

import io
import struct

from PIL import Image, ImageOps, UnidentifiedImageError

from s2m.domain.errors import Invalid

BYTES, PIXELS = 2 * 1024 * 1024, 20_000_000
WIDEST, TALLEST = 1400, 3000
FORMATS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
# What would make the same bytes another kind of file as well: PDF may begin late, ZIP is read from its end
OTHERS = (b"%PDF-", b"PK\x05\x06", b"<script", b"<html", b"<?php")


def screenshot(content: bytes) -> bytes:
    """A JPEG of what a PNG or JPEG shows, without metadata, at most 1,400 x 3,000.

    Raises Invalid `picture` with `empty`, `picture_large`, `picture_kind`, `picture_two`, `picture_bomb` or `picture_broken`.
    """
    if not content:
        raise Invalid("picture", "empty")
    if len(content) > BYTES:
        raise Invalid("picture", "picture_large")
    kind = next((name for start, name in FORMATS.items() if content.startswith(start)), None)
    if kind is None:
        raise Invalid("picture", "picture_kind")
    if _is_more(content, kind):
        raise Invalid("picture", "picture_two")
    try:
        return _anew(content, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid("picture", "picture_bomb") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, OverflowError):
        raise Invalid("picture", "picture_broken") from None


def _is_more(content: bytes, kind: str) -> bool:
    """Whether something else is hidden in it, or follows where the picture ends."""
    ends = content.rstrip(b"\x00").endswith(b"IEND\xaeB`\x82" if kind == "PNG" else b"\xff\xd9")
    lowered = content[:2048].lower()
    return not ends or OTHERS[0].lower() in lowered or OTHERS[1] in content[-70_000:] or any(o in lowered for o in OTHERS[2:])


def _anew(content: bytes, kind: str) -> bytes:
    """Only the header is read before the size is known: a bomb is never unpacked."""
    with Image.open(io.BytesIO(content), formats=[kind]) as image:
        if image.width * image.height > PIXELS or getattr(image, "n_frames", 1) > 1:
            raise Invalid("picture", "picture_bomb")
        if kind == "JPEG":
            image.draft("RGB", (WIDEST, TALLEST))
        upright = ImageOps.exif_transpose(image)
        flat = Image.new("RGB", upright.size, "white")
        with_alpha = upright.convert("RGBA")
        flat.paste(with_alpha, mask=with_alpha)
    flat.thumbnail((WIDEST, TALLEST))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=80)
    return out.getvalue()
