"""Do people meet? What showing them to each other does at a venue, in counts without names; and the stories on its wall."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from s2m.domain import meetings as domain
from s2m.domain.fields import cell
from s2m.domain.meetings import Proof
from s2m.domain.meetings.proof import PERIODS
from s2m.domain.venues import Venue
from s2m.web.context import hosted_venue, limit, now, person, reading, writing
from s2m.web.host import blueprint
from s2m.web.policy import host

SLOTS: dict[str, Callable[[], str]] = {
    "relevant": lambda: _("Fits"), "unexpected": lambda: _("Unexpected"), "control": lambda: _("By chance"),
}  # fmt: skip
OUTCOMES: dict[str, Callable[[], str]] = {
    "idea": lambda: _("An idea"), "help": lambda: _("Help"), "work": lambda: _("Work together"),
    "nothing": lambda: _("Nothing yet"), "open": lambda: _("No answer"),
}  # fmt: skip


def _days() -> int:
    asked = request.args.get("days", "")
    return int(asked) if asked in map(str, PERIODS) else PERIODS[1]


def _proof(venue: Venue) -> Proof:
    with reading() as store:
        return domain.prove(store, venue, _days(), now())


@blueprint.get("/<slug>/meetings")
@host
def meetings(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with reading() as store:
        stories = store.meetings.hanging(venue.id, now())
    proof = _proof(venue)
    return render_template(
        "host/meetings.html", proof=proof, periods=PERIODS, stories=stories, exposure=format_decimal(proof.exposure, "0.00"),
        slots={name: said() for name, said in SLOTS.items()}, outcomes={name: said() for name, said in OUTCOMES.items()},
    )  # fmt: skip


@blueprint.get("/<slug>/meetings.csv")
@host
def meetings_file(slug: str) -> ResponseReturnValue:
    """The same figures for a spreadsheet: one a line, so that nothing has to be read between cells."""
    venue = hosted_venue(slug)
    limit("export", person().id, most=3, per=timedelta(hours=1))
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([_("What"), _("Count"), _("Of"), _("Share"), _("At least"), _("At most")])
    for row in _lines(_proof(venue)):
        table.writerow([cell(value) if isinstance(value, str) else value for value in row])
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    called = f"{_('meetings')}-{now().astimezone(venue.zone).date().isoformat()}-{_days()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{called}"'
    return response


def _lines(proof: Proof) -> Iterator[list[object]]:
    told = [slot for slot in proof.slots if slot.told]
    shares = [(f"{_('Met')}: {SLOTS[slot.name]()}", slot.met) for slot in told]
    shares += [(_("Shown to somebody"), proof.of_present), (_("Shown to each other"), proof.mutual)]
    shares += [(_("Asks answered"), proof.asks)]
    for words, share in shares:
        low, high = share.interval
        yield [words, share.part, share.whole, *(f"{value:.4f}" for value in (share.rate, low, high))]
    for slot in told:
        yield [f"{_('Said something')}: {SLOTS[slot.name]()}", slot.answered]
        yield [f"{_('It helped')}: {SLOTS[slot.name]()}", slot.helped]
    yield [_("How unevenly people were shown (Gini)"), f"{proof.exposure:.4f}"]
    for outcome, count in proof.outcomes.items() if proof.outcomes_told else ():
        yield [f"{_('What came of it')}: {OUTCOMES[outcome]()}", count]
    if proof.answer_time is not None:
        yield [_("Minutes to an answer, the middle one"), int(proof.answer_time / timedelta(minutes=1))]


@blueprint.post("/<slug>/stories/<story_id>/down")
@host
def take_story_down(slug: str, story_id: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    with writing() as store:
        domain.take_down(store, venue, story_id, person().id, now())
    flash(_("The story is off the wall."))
    return redirect(url_for("host.meetings", slug=slug), 303)
