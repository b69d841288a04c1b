"""The terms of a room in words: what each value is called, and how it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from s2m.web.wording import euro, length

LABELS: dict[str, Callable[[], str]] = {
    "setups": lambda: _("Set-ups"),
    "equipment": lambda: _("Equipment"),
    "step_free": lambda: _("Step-free from the street"),
    "hearing_loop": lambda: _("Hearing loop"),
    "bookable_by": lambda: _("Who may book"),
    "buffer_before": lambda: _("Time to set up before"),
    "buffer_after": lambda: _("Time to clear up after"),
    "shortest": lambda: _("At least for"),
    "longest": lambda: _("At most for"),
    "notice": lambda: _("Not later than, before the start"),
    "horizon": lambda: _("Days ahead at most"),
    "hours": lambda: _("When this room is open"),
    "open_on_holidays": lambda: _("Also open on public holidays"),
    "hour_cents": lambda: _("An hour (euro)"),
    "half_day_cents": lambda: _("A half-day of 4 hours (euro)"),
    "day_cents": lambda: _("A day (euro)"),
    "off_peak_percent": lambda: _("Off at quiet times (percent)"),
    "off_peak": lambda: _("Quiet times"),
    "member_percent": lambda: _("Off for members (percent)"),
    "vat": lambda: _("VAT on the room"),
    "extras": lambda: _("Extras"),
    "tiers": lambda: _("Cancelling"),
    "option_hours": lambda: _("An option lasts"),
    "approval": lambda: _("A host says yes first"),
    "warn_after": lambda: _("Warn when nobody came, after"),
    "release_after": lambda: _("Let go when nobody came, after"),
    "deposit_cents": lambda: _("Deposit (euro)"),
    "dots_per_hour": lambda: _("Dots for an hour"),
    "dots_limit": lambda: _("Dots a person may spend here in a month"),
}
BOOKABLE_BY = {"anyone": lambda: _("anyone"), "members": lambda: _("members"), "hosts": lambda: _("hosts only")}
SETUPS = {
    "boardroom": lambda: _("one long table"), "u_shape": lambda: _("U-shape"), "classroom": lambda: _("classroom"),
    "theatre": lambda: _("theatre"), "cabaret": lambda: _("round tables"), "reception": lambda: _("standing"),
}  # fmt: skip
EQUIPMENT = {
    "screen": lambda: _("screen"), "projector": lambda: _("projector"), "whiteboard": lambda: _("whiteboard"),
    "flip_chart": lambda: _("flip chart"), "video_call": lambda: _("video calls"), "sound": lambda: _("sound"),
    "daylight": lambda: _("daylight"), "air_conditioning": lambda: _("air conditioning"), "kitchen": lambda: _("kitchenette"),
}  # fmt: skip
DAYS = {
    "mon": lambda: _("Monday"), "tue": lambda: _("Tuesday"), "wed": lambda: _("Wednesday"), "thu": lambda: _("Thursday"),
    "fri": lambda: _("Friday"), "sat": lambda: _("Saturday"), "sun": lambda: _("Sunday"),
}  # fmt: skip
MINUTES = ("buffer_before", "buffer_after", "shortest", "longest", "notice", "warn_after", "release_after")


def label(name: str) -> str:
    return LABELS[name]()


def said(name: str, value: Any, extras: Mapping[str, str]) -> str:
    """A value as it reads in a list of changes. extras: names by id; one that is no longer offered has none."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name.endswith("_cents"):
        return euro(value, whole=True) if value else _("not offered")
    if name in MINUTES:
        return length(value) if value else _("none")
    if name == "option_hours":
        return length(value * 60) if value else _("none")
    if name == "vat":
        return _("%(n)s %%", n=value // 100)
    return _list(name, value, extras) or _("none")


def _list(name: str, value: Any, extras: Mapping[str, str]) -> str:
    if name == "bookable_by":
        return BOOKABLE_BY[value]()
    if name == "setups":
        return ", ".join(f"{SETUPS[code]()} {most}" for code, most in value.items())
    if name == "equipment":
        return ", ".join(EQUIPMENT[code]() for code in value)
    if name == "extras":
        return ", ".join(extras.get(one, _("one that is no longer offered")) for one in value)
    if name == "tiers":
        return ", ".join(tier(hours, percent) for hours, percent in value)
    if name in ("hours", "off_peak"):
        return hours_in_words(value) if value is not None else _("as the venue")
    return str(value)


def tier(hours: int, percent: int) -> str:
    return _("within %(length)s: %(percent)s %%", length=length(hours * 60), percent=percent)


def hours_in_words(hours: Mapping[str, list[str] | None]) -> str:
    return ", ".join(f"{name()} {times[0]}–{times[1]}" for day, name in DAYS.items() if (times := hours.get(day)))
