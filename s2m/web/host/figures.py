"""What the rooms did in a month: hours booked, what they brought, how long ahead, and how often nobody came; also as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from s2m.domain.bookings import figures as domain
from s2m.domain.bookings.figures import Figures, Report
from s2m.domain.fields import cell
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, limit, now, person, reading
from s2m.web.host import blueprint
from s2m.web.policy import host
from s2m.web.wording import euro

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@blueprint.get("/<slug>/figures")
@host
def figures(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    since, until = _asked(venue)
    report = _report(venue, since, until)
    before, whole_year = since - DAY, (until - since).days > 31
    return render_template(
        "host/figures.html", report=report, euro=euro, hours=lambda time: format_decimal(Decimal(_hours(time))), days=_days,
        whole_year=whole_year,
        called=str(since.year) if whole_year else format_date(since, "LLLL yyyy"), asked=_name(since, whole_year),
        earlier=_name(before, whole_year), later=_name(until, whole_year) if until <= _today(venue) + 366 * DAY else "",
        year=since.year, month=f"{since:%Y-%m}",
    )  # fmt: skip


@blueprint.get("/<slug>/figures.csv")
@host
def figures_file(slug: str) -> ResponseReturnValue:
    """The same for a spreadsheet: a line for each room."""
    venue = hosted_venue(slug)
    limit("export", person().id, most=3, per=timedelta(hours=1))
    since, until = _asked(venue)
    report = _report(venue, since, until)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([
        _("Room"), _("Hours open"), _("Hours booked"), _("Occupancy"), _("Bookings"), _("Revenue without VAT (euro)"), _("Dots"),
        _("Days ahead, the middle one"), _("Nobody came"), _("Of meetings due"), _("Cancelled"),
    ])  # fmt: skip
    for one in report.rooms:
        table.writerow([
            cell(one.name), _hours(one.open), _hours(one.booked), f"{one.occupancy:.4f}", one.bookings,
            f"{one.net_cents / 100:.2f}", one.dots, _days(one), one.no_shows, one.due, one.cancelled,
        ])  # fmt: skip
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    called = f"{_('rooms')}-{_name(since, (until - since).days > 31)}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{called}"'
    return response


def _report(venue: Venue, since: date, until: date) -> Report:
    with reading() as store:
        return domain.report(store, venue, since, until, now())


def _asked(venue: Venue) -> tuple[date, date]:
    """The month (2026-03) or year (2026) in the address, else this month: its first day, and the first after it."""
    given = request.args.get("time", "")
    if re.fullmatch("20[0-9]{2}", given):
        return date(int(given), 1, 1), date(int(given) + 1, 1, 1)
    if not MONTH.fullmatch(given):
        given = f"{_today(venue):%Y-%m}"
    first = date.fromisoformat(f"{given}-01")
    return first, (first + 32 * DAY).replace(day=1)


def _today(venue: Venue) -> date:
    return now().astimezone(venue.zone).date()


def _name(day: date, whole_year: bool) -> str:
    return f"{day:%Y}" if whole_year else f"{day:%Y-%m}"


def _hours(time: timedelta) -> str:
    """Whole hours, or with the quarters."""
    return f"{time / HOUR:.2f}".rstrip("0").rstrip(".")


def _days(one: Figures) -> str:
    return f"{one.lead / DAY:.0f}" if one.lead is not None else ""
