"""QR codes as SVG: always ink on white, drawn by the server."""

from __future__ import annotations

import segno
from markupsafe import Markup


def svg(text: str, *, error: str = "m") -> Markup:
    """A code with its quiet zone. error: how much of it may be damaged (l, m, q, h)."""
    code = segno.make(text, error=error, micro=False)
    return Markup(code.svg_inline(border=4, omitsize=True, dark="#14211b", svgclass=None, lineclass=None))
