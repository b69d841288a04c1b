"""What the tablet says when something did not work: always the same screen, with a way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kiosk import blueprint
from s2m.domain.errors import S2MError
from s2m.web import errors
from s2m.web.context import device_venue, policy_of, reading
from s2m.web.policy import paired

# Sentences that only make sense before this tablet; all others come from web/sentences.py
HERE: dict[str, Callable[[], str]] = {
    "not_checked_in": lambda: _("You are not checked in here, so there is nothing to end."),
    "screen_over": lambda: _("This screen has closed. Show your badge again."),
    "leave_by_name": lambda: _("Anybody can type a name, so we check nobody out by it. Show your badge, or ask the host."),
    "not_found": lambda: _("This screen does not exist. Start again."),
}

# What refuses a check-in before anything is written: only then may the screen say so
UNSTORED = {
    "code_unreadable", "code_forged", "code_is_door", "badge_unknown", "badge_revoked", "floor", "frozen",
    "event_shape", "event_id", "event_time",
}  # fmt: skip
# What a day pass helps out of, where the house sells one
AT_LIMIT = ("floor", "frozen")


def sentence(code: str, data: Mapping[str, object] | None = None) -> str:
    """The words for a code; a general one where its figures are no longer known (a repeated scan)."""
    if code in HERE:
        return HERE[code]()
    try:
        return errors.sentence(code, data)
    except TypeError:
        return errors.sentence("refused")


def remember(code: str, said: str) -> None:
    """Keep the words of a scan's refusal for the screen that follows."""
    session["refusal"] = [code, said]


@blueprint.get("/refused/<code>")
@paired("kiosk")
def refused(code: str) -> ResponseReturnValue:
    kept, said = session.pop("refusal", None) or ("", "")
    if code == "recorded":
        return redirect(url_for("kiosk.said", what="recorded"), 303)
    return _screen(code[:40], said if kept == code else sentence(code))


def _screen(code: str, said: str) -> str:
    leaving = bool(request.values.get("leaving"))
    unstored = code in UNSTORED and not leaving
    return render_template(
        "kiosk/refused.html", code=code, sentence=said, unstored=unstored, leaving=leaving,
        day_pass=_day_pass() if code in AT_LIMIT and not leaving else 0,
    )  # fmt: skip


def _day_pass() -> int:
    """What a day pass costs here now, in euro; 0: none is sold. It is paid to the host, never at the tablet."""
    with reading() as store:
        return policy_of(store, device_venue()).day_pass_euro


@blueprint.errorhandler(S2MError)
def on_refusal(error: S2MError) -> ResponseReturnValue:
    """Programs get JSON, people the refusal screen; a tablet that is not paired gets the pairing screen."""
    status = errors.status_of(error)
    if errors.wants_json() or request.headers.get("X-Part") or request.endpoint == "kiosk.frames":
        return errors.answer(status, error.code, error.data)
    if error.code == "sign_in":
        return redirect(url_for("kiosk.pair"), 303)
    return _screen(error.code, sentence(error.code, error.data)), status
