"""Pictures that people send: unpacked within bounds, and made anew, so that nothing of the file itself is kept."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from s2m.domain.errors import Invalid

BYTES, PIXELS = 2 * 1024 * 1024, 20_000_000
WIDEST, TALLEST = 1400, 3000
# Photos: what a camera makes may come in; what is kept is for a page
PHOTO_BYTES, PHOTO_PIXELS, PHOTO_SIDE, PHOTO_KEPT = 8 * 1024 * 1024, 25_000_000, 1600, 2 * 1024 * 1024
QUALITIES = (82, 70, 55, 40, 20)
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


@dataclass(frozen=True)
class Photo:
    """content: a WebP of at most 2 MB."""

    content: bytes
    width: int
    height: int


def photo(content: bytes) -> Photo:
    """What a JPEG, PNG or WebP of at most 8 MB shows, upright, at most 1,600 pixels wide and high, without metadata.

    What follows after the picture (phones put a film or a second exposure there) falls away with the rest of the file.
    Raises Invalid `picture` with `empty`, `photo_large`, `photo_kind`, `photo_bomb` or `photo_broken`.
    """
    if not content:
        raise Invalid("picture", "empty")
    if len(content) > PHOTO_BYTES:
        raise Invalid("picture", "photo_large")
    kinds = FORMATS | ({b"RIFF": "WEBP"} if content[8:12] == b"WEBP" else {})
    kind = next((name for start, name in kinds.items() if content.startswith(start)), None)
    if kind is None:
        raise Invalid("picture", "photo_kind")
    try:
        return _photo(content, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid("picture", "photo_bomb") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, OverflowError, EOFError):
        raise Invalid("picture", "photo_broken") from None


def _photo(content: bytes, kind: str) -> Photo:
    with Image.open(io.BytesIO(content), formats=[kind]) as image:
        if image.width * image.height > PHOTO_PIXELS:
            raise Invalid("picture", "photo_bomb")
        if kind == "JPEG":
            image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
        flat = _flat(image)
    flat.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    for quality in QUALITIES:
        out = io.BytesIO()
        flat.save(out, "WEBP", quality=quality)
        if out.tell() <= PHOTO_KEPT:
            return Photo(out.getvalue(), *flat.size)
    raise Invalid("picture", "photo_large")


def _flat(image: Image.Image) -> Image.Image:
    """Upright and on white, with nothing but its points."""
    upright = ImageOps.exif_transpose(image)
    flat = Image.new("RGB", upright.size, "white")
    with_alpha = upright.convert("RGBA")
    flat.paste(with_alpha, mask=with_alpha)
    return flat


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
        flat = _flat(image)
    flat.thumbnail((WIDEST, TALLEST))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=80)
    return out.getvalue()
