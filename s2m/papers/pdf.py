"""A document as a PDF that reads aloud as well as it prints (PDF/UA-1) and can be kept for years (PDF/A-2a), set by typst.

What people typed goes in as data and is never read as markup. The same document gives the same bytes: nothing reads the clock,
and the fonts come along.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst

from s2m.domain.billing.values import Document, Party
from s2m.papers.words import WORDS, country, day, euro, grouped, language, percent, quantity, readable, reasons, title, todo, what

HERE = Path(__file__).parent
TEMPLATE = HERE / "document.typ"
# The fonts of the pages, where they were fetched; without them typst sets in its own
FONTS = HERE.parent / "static/vendor"
STANDARDS = ("ua-1", "a-2a")


def pdf(document: Document, *, fonts: Path = FONTS) -> bytes:
    """A4, tagged, in the document's language.

    A sign that these fonts lack (Chinese, emoji) is sought among the machine's; where that has it neither, the page shows a box
    for it and the file claims no standard: a bill that waits for a font helps nobody.
    """
    data = {"document": json.dumps(facts(document))}
    timestamp = int(document.issued_at.timestamp())
    for system, standards in ((False, STANDARDS), (True, STANDARDS), (True, ())):
        try:
            compiler = typst.Compiler(_template(), sys_inputs=data, font_paths=[fonts], ignore_system_fonts=not system)
            return compiler.compile(format="pdf", pdf_standards=list(standards), timestamp=timestamp)
        except typst.TypstError:
            if not standards:
                raise
    raise AssertionError("the last try returns or raises")


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def facts(document: Document) -> dict[str, Any]:
    """All that stands on the page, as texts."""
    lang = language(document)
    words, total = WORDS[lang], document.sum
    issued = document.issued_on
    kind = "kept" if document.of_deposit and document.kind == "invoice" else document.kind
    return {
        "lang": lang,
        "title": title(document),
        "date": [issued.year, issued.month, issued.day],
        "about": readable(document.about),
        "seller": _party(document.seller, lang),
        "to": words["to"],
        "buyer": _party(document.buyer, lang),
        "facts": _dates(document, lang),
        "head": [words[key] for key in ("what", "quantity", "price", "net", "vat")],
        "lines": [
            [what(one, lang), quantity(one, lang), euro(one.unit_cents, lang), euro(one.net_cents, lang), percent(one.vat, lang)]
            for one in document.lines
        ],
        "vat_head": [words["rate"], words["over"], words["vat"]],
        "vat": [[percent(one.rate, lang), euro(one.net_cents, lang), euro(one.vat_cents, lang)] for one in total.vat],
        "sums": [[words["without"], euro(total.net_cents, lang)], [words["vat"], euro(total.vat_cents, lang)]],
        "total": [words[f"total_{kind}"], euro(total.gross_cents, lang)],
        "todo_title": words[{"quote": "accept", "invoice": "pay", "credit": "back", "kept": "kept"}[kind]],
        "todo": todo(document),
        "reasons": reasons(document),
        "page": words["page"],
    }


def _party(party: Party, lang: str) -> dict[str, Any]:
    words = WORDS[lang]
    lines = [readable(party.street), readable(f"{party.postcode} {party.city}"), country(party.country, lang)]
    numbers = [(words["registration"], party.registration), (words["vat_id"], party.vat_id), ("IBAN", grouped(party.iban))]
    lines += [readable(party.email), *(f"{label} {readable(number)}" for label, number in numbers if number)]
    return {"name": readable(party.name), "lines": [line for line in lines if line]}


def _dates(document: Document, lang: str) -> list[list[str]]:
    words = WORDS[lang]
    told = [[words["number"], readable(document.number)], [words["issued"], day(document.issued_on, lang)]]
    if document.kind == "invoice" and not document.of_deposit:
        told.append([words["due"], day(document.due_on, lang)])
    if document.kind == "quote":
        told.append([words["valid"], day(document.due_on, lang)])
    if document.credits_number:
        told.append([words["credits"], readable(document.credits_number)])
    if document.reason:
        told.append([words["reason"], readable(document.reason)])
    return [*told, [words["supplied"], day(document.supplied_on, lang)]]
