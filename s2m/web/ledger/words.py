"""A line of the ledger in a plain sentence: what happened, then with whom or why. Names are isolated from the words around."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup, escape

from s2m.domain.ledger.statement import Line
from s2m.web.ledger import short_day, zone

if TYPE_CHECKING:
    from s2m.store.statement import StatementRow


def title(row: StatementRow) -> Markup:
    """What happened, then with whom."""
    if row.original is not None:
        return Markup(_("Put right: %(what)s")) % {"what": _what(row.original)}
    return _what(row)


def _what(row: StatementRow) -> Markup:
    kind = row.transfer.kind
    if kind == "seat":
        day = format_date((row.visit_started_at or row.transfer.at).astimezone(zone()), "EEEE")
        return Markup(escape(_("Seat of %(day)s", day=day)))
    if kind == "thanks":
        return _thanked(row)
    if kind == "gift":
        return _gift(row)
    return _contributed(row) or Markup(escape(_fixed(kind)))


def _thanked(row: StatementRow) -> Markup:
    if not row.other_name:
        return Markup(escape(_("Somebody thanked you")))
    if not row.thanks_topic:
        return Markup(escape(_("%(name)s thanked you"))) % {"name": _first(row.other_name)}
    about = Markup("<em>{}</em>").format(typed(row.thanks_topic))
    return Markup(escape(_("%(name)s thanked you for %(topic)s"))) % {"name": _first(row.other_name), "topic": about}


def _gift(row: StatementRow) -> Markup:
    """Whose money left is the debit's: a row that took from me is a gift of mine, and so is one that waits on my statement."""
    given = row.amount < 0 or not row.transfer.moves
    if not row.other_name:
        return Markup(escape(_("Gift to somebody") if given else _("Gift from somebody")))
    sentence = _("Gift to %(name)s") if given else _("Gift from %(name)s")
    return Markup(escape(sentence)) % {"name": _first(row.other_name)}


def _contributed(row: StatementRow) -> Markup | None:
    """What somebody did for the house, in their own words."""
    if row.transfer.kind not in ("talk", "task", "proxy", "introduction") or not row.contribution:
        return None
    sentence = {
        "talk": _("Your talk: %(what)s"),
        "task": _("Done together: %(what)s"),
        "proxy": _("The host wrote down what you did: %(what)s"),
        "introduction": _("You introduced two people: %(what)s"),
    }[row.transfer.kind]
    return Markup(escape(sentence)) % {"what": typed(row.contribution)}


def _fixed(kind: str) -> str:
    """What happened to me, where nothing more is known."""
    return {
        "newcomers_grant": _("Welcome from the commons"),
        "seat_forgiven": _("The commons paid a seat"),
        "day_pass": _("Day pass"),
        "gift_commons": _("Your gift to the commons"),
        "promise_forgiven": _("The commons forgave a promise"),
        "grant": _("From the budget of the house"),
        "passport_grant": _("Start from your passport"),
        "decay": _("Back into the commons, this month's part"),
        "reversal": _("Put right"),
        "post": _("Your post about this place"),
        "talk": _("Your talk"),
        "task": _("Done together"),
        "proxy": _("The host wrote down what you did"),
        "ask": _("You answered an ask"),
        "fault": _("You told what was broken"),
        "introduction": _("You introduced two people, and it helped both"),
        "room": _("A room that you booked"),
        "room_back": _("Back from a room that you booked"),
    }.get(kind) or _("Movement")


def of_all(kind: str) -> str:
    """What a kind of transfer is called where it says nothing of whom it was for."""
    return {
        "newcomers_grant": _("Welcome for newcomers"),
        "seat_forgiven": _("Seats that the commons paid"),
        "commons_start": _("The fund that the commons began with"),
        "decay": _("Flowed back from balances"),
        "gift": _("Gifts"),
        "gift_commons": _("Gifts to the commons"),
        "promise_forgiven": _("Promises that the commons forgave"),
        "grant": _("From the budget of a house"),
        "passport_grant": _("Starts from passports"),
        "budget": _("Budgets of the houses"),
        "day_pass": _("Day passes"),
        "thanks": _("Thanks"),
        "post": _("Posts about this place"),
        "talk": _("Talks"),
        "task": _("Tasks done together"),
        "proxy": _("Written down by a host"),
        "ask": _("Answered asks"),
        "fault": _("Faults that were told"),
        "introduction": _("Introductions that helped"),
        "room": _("Rooms paid with capital"),
        "room_back": _("Back from rooms paid with capital"),
        "reversal": _("Put right"),
        "seat": _("Seats"),
    }.get(kind) or _("Movement")


def note(line: Line, on_page: Collection[str] = ()) -> Markup | str:
    """Why, or what became of it. on_page: the ids of rows that stand on the same page, where a link may jump to."""
    row = line.row
    if line.state == "held" and row.transfer.kind == "gift":
        return _("Waits until they accept it")
    if line.state == "held" and row.transfer.expires_at:
        return _("Comes off at %(time)s, or when you leave", time=row.transfer.expires_at.astimezone(zone()).strftime("%H:%M"))
    if row.transfer.state == "void":
        return _("Let go: nothing came off")
    if row.reversed_by:
        return link(_("Put right later"), row.reversed_by, on_page)
    if row.original is not None:
        mended = row.original.transfer
        return link(_("Mends the line of %(day)s", day=short_day(mended.at)), mended.id, on_page)
    words = (row.contribution if row.transfer.kind == "post" else None, row.thanks_text or row.reason)
    return Markup(": ").join(typed(text) for text in words if text)


def link(text: str, transfer_id: str, on_page: Collection[str] = ()) -> Markup:
    to = f"#l-{transfer_id}" if transfer_id in on_page else url_for("ledger.evidence", transfer_id=transfer_id)
    return Markup('<a href="{}">{}</a>').format(to, text)


def typed(text: str) -> Markup:
    return Markup("<bdi>%s</bdi>") % text


def _first(name: str) -> Markup:
    return typed(name.split()[0])
