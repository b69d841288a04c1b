"""What people type, made fit to keep: tidied, bounded, and refused with a code where it makes no sense.

Every function returns the clean value or raises `Invalid(field, code)`; none of them guesses.
"""

from __future__ import annotations

import re
import unicodedata

from s2m.domain.errors import Invalid

NAME_MAX, TOPIC_MAX, SENTENCE_MAX, TOPICS_MAX = 80, 60, 90, 40
AMOUNT_MAX = 1_000_000_000
# Characters that turn the direction of the text around them (bidirectional overrides and isolates)
BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Code points that Unicode gave away for good: the last two of each plane, and 32 in between
NO_CHARACTER = re.compile("[\ufdd0-\ufdef" + "".join(chr(plane << 16 | 0xFFFE + n) for plane in range(17) for n in (0, 1)) + "]")
# Letters and signs that show nothing: with them one name looks like another, or like none
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Zero width, and needed: between letters of Arabic, Indic and kindred scripts, and between the parts of an emoji
JOINER = "[\u200c\u200d]"
JOINED = "[\u0600-\u109f\u1780-\u18af\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ua800-\uabff\ufe0f\U0001f000-\U0001faff]"
LOOSE_JOINER = re.compile(f"(?<!{JOINED}){JOINER}+|(?<={JOINER}){JOINER}+|{JOINER}+(?!{JOINER}*{JOINED})")
# What a spreadsheet takes for a formula (OWASP, "CSV injection"), at the start or where another program may cut the cell
FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def line(field: str, value: object, longest: int, *, shortest: int = 1) -> str:
    """One line of text, NFC, single spaces, at most `longest` characters.

    Raises Invalid with code `empty`, `too_long` or `unreadable` (control characters, lone surrogates, signs that nobody
    sees, more combining marks than writing needs).
    """
    if not isinstance(value, str):
        raise Invalid(field, "unreadable")
    if len(value) > longest * 8 + 64:
        raise Invalid(field, "too_long", most=longest)
    if any(map(_unreadable, value)):
        raise Invalid(field, "unreadable")
    tidy = " ".join(unicodedata.normalize("NFC", value.translate(BIDI)).split())
    tidy = " ".join(LOOSE_JOINER.sub("", tidy).split())
    if sum(unicodedata.combining(c) > 0 or unicodedata.category(c) == "Me" for c in tidy) > 4 + len(tidy) // 2:
        raise Invalid(field, "unreadable")
    if len(tidy) < shortest:
        raise Invalid(field, "empty")
    if len(tidy) > longest:
        raise Invalid(field, "too_long", most=longest)
    return tidy


def _unreadable(sign: str) -> bool:
    """Controls, surrogates, private use, no characters, what shows nothing or could not be decoded; not this year's emoji."""
    if sign == "\ufffd" or sign in FILLERS or NO_CHARACTER.match(sign):
        return True
    kind = unicodedata.category(sign)
    if kind == "Cf":
        return ord(sign) not in BIDI and sign not in "\u200c\u200d"
    return kind in ("Cc", "Cs", "Co") and sign not in "\t\n\r"


def name(value: object, field: str = "name") -> str:
    """A person's, room's or place's name: holds at least one letter."""
    tidy = line(field, value, NAME_MAX)
    if not any(c.isalpha() for c in tidy):
        raise Invalid(field, "no_letters")
    return tidy


def email(value: object, field: str = "email") -> str:
    """A mail address in lower case. Raises Invalid `mail_shape`."""
    tidy = line(field, value, 254).lower()
    if not MAIL.fullmatch(tidy) or len(tidy.partition("@")[0]) > 64:
        raise Invalid(field, "mail_shape")
    return tidy


def optional_email(value: object, field: str = "email") -> str | None:
    return email(value, field) if isinstance(value, str) and value.strip() else None


def topic(value: object, field: str = "topic") -> str:
    """A short free text; not a sentence about a person but a thing one knows, needs or works on."""
    return line(field, value, TOPIC_MAX)


def sentence(value: object, field: str = "text") -> str:
    return line(field, value, SENTENCE_MAX)


def whole(value: object, field: str = "amount", *, least: int = 1, most: int = AMOUNT_MAX) -> int:
    """A whole number written with the ten ASCII digits and perhaps a minus. Raises `not_whole`, `too_small`, `too_large`."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Invalid(field, "not_whole")
    if isinstance(value, str):
        if not re.fullmatch(r"-?[0-9]{1,12}", value.strip()):
            raise Invalid(field, "not_whole")
        value = int(value)
    if value < least:
        raise Invalid(field, "too_small", least=least)
    if value > most:
        raise Invalid(field, "too_large", most=most)
    return value


def cell(text: str) -> str:
    """A text for a cell of a CSV file: no spreadsheet takes it, or what another program cuts out of it, for a formula."""
    guarded = FORMULA.sub(r"\1'", text)
    return f"'{guarded}" if text[:1] in ("\t", "\r", "\n") and not guarded.startswith("'") else guarded


def folded(value: str) -> str:
    """For comparing names: no case, no accents, single spaces ("Zoë  Ó" = "zoe o")."""
    apart = unicodedata.normalize("NFKD", value.casefold())
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())
