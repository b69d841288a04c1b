"""Words about a booking in a language of its own choice: letters go out where there is no request that has one.

Pages say the same with the same words (`web/rooms`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import NullTranslations, Translations

from s2m.domain import money, rooms
from s2m.papers.words import euro
from s2m.paths import PACKAGE

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking
    from s2m.domain.money import Line, Sum
    from s2m.domain.rooms import RoomTerms


@cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(str(PACKAGE / "translations"), [language])


class Words:
    """language: nl or en; zone: the venue's, whose clock is meant."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language, self.zone = language, zone
        self._known = _translations(language)

    def gettext(self, text: str, **values: object) -> str:
        said = self._known.ugettext(text)
        return said % values if values else said

    def ngettext(self, one: str, more: str, n: int) -> str:
        return self._known.ungettext(one, more, n) % {"num": n}

    def euro(self, cents: int) -> str:
        return euro(cents, self.language)

    def day(self, at: datetime) -> str:
        return format_date(at.astimezone(self.zone), "EEEE d MMMM y", locale=self.language)

    def clock(self, at: datetime) -> str:
        """Of an hour that comes twice the second is named."""
        local = at.astimezone(self.zone)
        twice = local.fold and local.replace(fold=0).utcoffset() != local.utcoffset()
        return f"{local:%H:%M}" + (" " + self.gettext("(the second time)") if twice else "")

    def moment(self, at: datetime) -> str:
        return f"{self.day(at)}, {self.clock(at)}"

    def period(self, start: datetime, end: datetime) -> str:
        """Thursday 12 March 2026, 09:00 to 11:00; with the day of the end where that is another one."""
        _, local = self.gettext, end.astimezone(self.zone)
        same = start.astimezone(self.zone).date() == local.date()
        until = self.clock(end) if same else self.moment(end)
        return _("%(start)s to %(end)s", start=self.moment(start), end=until)

    def people(self, n: int) -> str:
        return self.ngettext("%(num)d person", "%(num)d people", n)

    def carries(self, n: int) -> str:
        """Of a meeting of some days: on each of them."""
        return self.ngettext("This meeting carries %(num)d free seat.", "This meeting carries %(num)d free seats.", n)

    def line(self, line: Line) -> str:
        """What a line of a price is for."""
        _, count = self.gettext, self.number(line.hundredths)
        if line.code == "extra":
            return line.text if line.hundredths == 100 else f"{count} × {line.text}"
        said = {
            "room_hour": _("%(n)s hours", n=count) if line.hundredths != 100 else _("1 hour"),
            "room_off_peak": _("%(n)s hours, off peak", n=count) if line.hundredths != 100 else _("1 hour, off peak"),
            "room_half_day": _("half-day") if line.hundredths == 100 else _("%(n)s half-days", n=count),
            "room_day": _("day") if line.hundredths == 100 else _("%(n)s days", n=count),
            "member": _("for members"),
            "deposit": _("deposit, given back afterwards"),
            "cancellation": _("for cancelling"),
        }
        return said.get(line.code, line.text or line.code)

    def number(self, hundredths: int) -> str:
        text = f"{Decimal(hundredths) / 100:f}"
        plain = text.rstrip("0").rstrip(".") if "." in text else text
        return plain.replace(".", ",") if self.language == "nl" else plain

    def sums(self, lines: Iterable[Line]) -> Iterator[tuple[str, int]]:
        """The VAT by its rate, and the total."""
        return self.totals(money.total(lines))

    def totals(self, found: Sum) -> Iterator[tuple[str, int]]:
        """The same of what was added up before."""
        for vat in found.vat:
            if vat.vat_cents:
                yield self.gettext("VAT %(rate)s %%", rate=self.number(vat.rate)), vat.vat_cents
        yield self.gettext("Total, VAT included"), found.gross_cents

    def tiers(self, terms: RoomTerms, booking: Booking) -> str:
        """What cancelling costs, in one sentence."""
        _ = self.gettext
        said = []
        for until, percent in rooms.steps(terms, booking):
            free = _("nothing") if not percent else f"{percent} %"
            if until is None:
                said.append(_("after that %(share)s", share=free) if said else _("always %(share)s", share=free))
            else:
                said.append(_("until %(moment)s %(share)s", moment=self.moment(until), share=free))
        return _("Cancelling costs: %(steps)s.", steps="; ".join(said))

    def state(self, booking: Booking) -> str:
        _ = self.gettext
        return {
            "hold": _("being filled in"), "option": _("option"), "requested": _("asked for, the host answers"),
            "confirmed": _("booked"), "cancelled": _("cancelled"), "expired": _("lapsed"), "declined": _("not possible"),
            "released": _("given back, nobody came"),
        }[booking.status]  # fmt: skip
