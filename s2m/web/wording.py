"""What sentences are made of: amounts, prices and lengths in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from s2m.papers import words

Sentence = Callable[..., str]


def fixed(make: Callable[[], str]) -> Sentence:
    return lambda **data: make()


def euro(cents: int, *, whole: bool = False) -> str:
    """An amount in the reader's language. whole: without the cents where there are none, for a list of prices."""
    text = words.euro(cents, get_locale())
    return text.removesuffix(",00").removesuffix(".00") if whole else text


def price_of(cents: int, dots: int) -> str:
    """What is paid in euro and in dots."""
    in_dots = ngettext("%(num)d dot", "%(num)d dots", dots)
    if not dots:
        return euro(cents)
    return _("%(dots)s and %(euro)s", dots=in_dots, euro=euro(cents)) if cents else in_dots


def length(minutes: int) -> str:
    """How long, in the largest unit that is whole."""
    if minutes % 60 or not minutes:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    if minutes % (24 * 60):
        return ngettext("%(num)d hour", "%(num)d hours", minutes // 60)
    return ngettext("%(num)d day", "%(num)d days", minutes // (24 * 60))
