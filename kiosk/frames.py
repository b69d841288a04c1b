"""The server's eye, for tablets whose browser cannot read QR codes: one small picture in, its code out, nothing kept."""

from __future__ import annotations

import io

import zxingcpp
from flask import jsonify, request
from flask.typing import ResponseReturnValue
from PIL import Image, UnidentifiedImageError

from kiosk import blueprint
from s2m.domain.codes import LONGEST
from s2m.domain.errors import Invalid, TooMany
from s2m.web.context import device, now
from s2m.web.policy import paired

PIXELS = 1920 * 1080
# A canvas sends baseline JPEG: one scan, at most one for each colour
SCANS = 4
# Twice what the page sends; counted in this process, so that a frame costs no write
A_SECOND = 20
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


_lately: dict[str, tuple[int, int]] = {}


@blueprint.post("/frames")
@paired("kiosk")
def frames() -> ResponseReturnValue:
    _not_too_often(device().id)
    return jsonify(code=read(request.get_data(cache=False)))


def _not_too_often(device_id: str) -> None:
    """Raises TooMany for more than 20 frames of one tablet in a second."""
    second = int(now().timestamp())
    then, count = _lately.get(device_id, (second, 0))
    count = count + 1 if then == second else 1
    _lately[device_id] = second, count
    if count > A_SECOND:
        raise TooMany(retry_after=1)


def read(picture: bytes) -> str | None:
    """The QR code in a JPEG, if there is one. Raises Invalid `unreadable` for anything else, and for large pictures."""
    if picture.count(b"\xff\xda") > SCANS:
        raise Invalid("frame", "unreadable")
    try:
        # Only the header is looked at before size and kind are known: a bomb is never unpacked
        with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
            if image.width * image.height > PIXELS or image.info.get("progressive"):
                raise Invalid("frame", "unreadable")
            grey = image.convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise Invalid("frame", "unreadable") from None
    for found in zxingcpp.read_barcodes(grey, formats=QR):
        if 0 < len(found.text) <= LONGEST:
            return found.text
    return None
