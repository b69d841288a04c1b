"""The server's eye, for tablets whose browser cannot read QR codes: one small picture in, its code out, nothing kept."""

from __future__ import annotations

import io

import zxingcpp
from flask import jsonify, request
from flask.typing import ResponseReturnValue
from PIL import Image, UnidentifiedImageError

from kiosk import blueprint
from s2m.domain.codes import LONGEST
from s2m.domain.errors import Invalid
from s2m.web.policy import paired

PIXELS = 1920 * 1080
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@blueprint.post("/frames")
@paired("kiosk")
def frames() -> ResponseReturnValue:
    return jsonify(code=read(request.get_data(cache=False)))


def read(picture: bytes) -> str | None:
    """The QR code in a JPEG, if there is one. Raises Invalid `unreadable` for anything else, and for large pictures."""
    try:
        # Only the header is looked at before the size is known: a bomb is never unpacked
        with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
            if image.width * image.height > PIXELS:
                raise Invalid("frame", "unreadable")
            grey = image.convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise Invalid("frame", "unreadable") from None
    for found in zxingcpp.read_barcodes(grey, formats=QR):
        if 0 < len(found.text) <= LONGEST:
            return found.text
    return None
