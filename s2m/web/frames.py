"""The server's eye, for browsers that cannot read QR codes: one small picture in, its code out, nothing kept."""

from __future__ import annotations

import io

import zxingcpp
from flask import jsonify, request
from flask.typing import ResponseReturnValue
from PIL import Image, UnidentifiedImageError

from s2m.domain.codes import LONGEST
from s2m.domain.errors import Invalid, TooMany
from s2m.web.context import me, now

BYTES, PIXELS = 200_000, 1920 * 1080
# A canvas sends baseline JPEG: one scan, at most one for each colour
SCANS = 4
# Twice what a page sends; counted in this process, so that a frame costs no write
A_SECOND = 20
# There are more people than tablets; their page sends 480×360, at most six times a second
OF_A_PERSON, A_SECOND_OF_A_PERSON = 640 * 640, 12
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


_lately: dict[str, tuple[int, int]] = {}


def answer(sender: str) -> ResponseReturnValue:
    """What a tablet's or a person's frame holds: {"code": text or null}. sender: its id. Raises TooMany, Invalid `unreadable`."""
    pixels, most = (OF_A_PERSON, A_SECOND_OF_A_PERSON) if me().person else (PIXELS, A_SECOND)
    _not_too_often(sender, most)
    return jsonify(code=read(request.get_data(cache=False), pixels))


def _not_too_often(sender: str, most: int) -> None:
    """Raises TooMany for more frames of one sender in a second."""
    second = int(now().timestamp())
    then, count = _lately.get(sender, (second, 0))
    count = count + 1 if then == second else 1
    _lately[sender] = second, count
    if count > most:
        raise TooMany(retry_after=1)


def read(picture: bytes, pixels: int = PIXELS) -> str | None:
    """The QR code in a JPEG, if there is one. Raises Invalid `unreadable` for anything else, and for large pictures."""
    if picture.count(b"\xff\xda") > SCANS:
        raise Invalid("frame", "unreadable")
    try:
        # Only the header is looked at before size and kind are known: a bomb is never unpacked
        with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
            if image.width * image.height > pixels or image.info.get("progressive"):
                raise Invalid("frame", "unreadable")
            grey = image.convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise Invalid("frame", "unreadable") from None
    for found in zxingcpp.read_barcodes(grey, formats=QR):
        if 0 < len(found.text) <= LONGEST:
            return found.text
    return None
