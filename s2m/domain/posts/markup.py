"""Reading a page that somebody else wrote, perhaps to harm: its visible text, its metadata. One pass, whatever is in it.

Not html.parser, whose time grows with the square of what a page may hold: here each sign is passed once.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# What lies between their tags is no text that anybody sees
SILENT = ("script", "style", "template", "noscript", "textarea", "title", "iframe", "svg")
INLINE = (
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u",
    "wbr",
)  # fmt: skip
NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
ATTRIBUTE = re.compile(r"""([a-zA-Z:-]{1,40})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
TAG_LONGEST, DEEPEST = 4000, 12


@dataclass
class Page:
    """lines: the visible text, a block a line. meta: by property or name. times: of <time datetime>, in their order."""

    lines: list[str]
    meta: dict[str, str] = field(default_factory=dict)
    times: list[str] = field(default_factory=list)
    canonical: str = ""
    data: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def read(source: str) -> Page:
    page, line = Page([]), []
    for name, body in _pieces(source):
        if not name:
            line.append(body)
        elif name == "script":
            _data(page, body)
        elif name.lstrip("/") not in INLINE:
            _note(page, name, body)
            _end_line(page, line)
    _end_line(page, line)
    return page


def _end_line(page: Page, line: list[str]) -> None:
    text = " ".join(html.unescape("".join(line)).split())
    line.clear()
    if text:
        page.lines.append(text)


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    """('', text), (tag's name, its attributes) and ('script', all of it). What is not closed ends the page."""
    lowered, at = source.lower(), 0
    if len(lowered) != len(source):  # a few signs grow in lower case: then places no longer fit
        source = lowered
    while at < len(source):
        start = source.find("<", at)
        if start < 0:
            yield "", source[at:]
            return
        yield "", source[at:start]
        comment = source.startswith("<!--", start)
        end = source.find("-->" if comment else ">", start + 4 if comment else start)
        if end < 0:
            return
        at = end + (3 if comment else 1)
        named = None if comment else NAME.match(source, start + 1)
        if named is None:
            continue
        name, closing = named[1].lower(), source[start + 1] == "/"
        body = source[named.end() : end]
        if name in SILENT and not closing and not body.endswith("/"):
            close = lowered.find(f"</{name}", at)
            if close < 0:
                return
            if name == "script":
                yield "script", f"{body}>{source[at:close]}"
            at = close
            continue
        yield f"/{name}" if closing else name, body


def _attributes(body: str) -> dict[str, str]:
    found = ATTRIBUTE.findall(body[:TAG_LONGEST])
    return {name.lower(): html.unescape(one or two or three) for name, one, two, three in found}


def _note(page: Page, name: str, body: str) -> None:
    if name == "meta":
        given = _attributes(body)
        key = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower()
        page.meta.setdefault(key, given.get("content", ""))
    elif name == "time":
        page.times.append(_attributes(body).get("datetime", ""))
    elif name == "link" and not page.canonical:
        given = _attributes(body)
        if given.get("rel", "").lower() == "canonical":
            page.canonical = given.get("href", "")


def _data(page: Page, body: str) -> None:
    """What a page says of itself in JSON-LD."""
    attributes, _, content = body.partition(">")
    if "application/ld+json" in attributes.lower():
        try:
            page.data.append(json.loads(content))
        except (ValueError, RecursionError):
            return


def find(data: Any, key: str, depth: int = 0) -> str:
    """The first text under a key, however deep; '' where there is none."""
    if depth > DEEPEST:
        return ""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    if isinstance(data, dict) and isinstance(data.get(key), str):
        return str(data[key])
    return next((found for found in (find(one, key, depth + 1) for one in inner) if found), "")
