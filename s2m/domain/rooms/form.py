"""The terms of a room as a host types them: one field each, within what makes sense, and back into a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from s2m.domain import fields, money
from s2m.domain.errors import Invalid
from s2m.domain.rooms.terms import BOOKABLE_BY, EQUIPMENT, SETUPS, RoomTerms
from s2m.domain.venues import DAYS, Hours, Room, parse_hours

Given = Mapping[str, object]
TIERS = 5
# Whole numbers, from and to: minutes, days, percent, hours, dots
BOUNDS = {
    "buffer_before": (0, 240), "buffer_after": (0, 240), "shortest": (15, 24 * 60), "longest": (15, 30 * 24 * 60),
    "notice": (0, 90 * 24 * 60), "horizon": (1, 3 * 366), "off_peak_percent": (0, 100), "member_percent": (0, 100),
    "option_hours": (0, 30 * 24), "warn_after": (0, 240), "release_after": (0, 240), "dots_per_hour": (0, 100),
    "dots_limit": (0, 1000),
}  # fmt: skip
PRICES = ("hour_cents", "half_day_cents", "day_cents", "deposit_cents")
FLAGS = ("step_free", "hearing_loop", "open_on_holidays", "approval")
# A room is planned by the quarter
QUARTERS = ("buffer_before", "buffer_after", "shortest", "longest")


def parse_terms(given: Given, room: Room, offered: Iterable[str]) -> RoomTerms:
    """Terms from what a host typed. offered: ids of the extras of the house.

    setup_<code>: how many fit, empty: not so; equipment_<code>, extra_<id>, own_hours, free and the flags: ticked. Prices in
    euro, empty: not offered. tier_hours_<n> and tier_percent_<n>; hours and off-peak times as <day>_opens and off_<day>_opens.

    Raises Invalid for the first field that is wrong: `quarters`, `longest_below`, `notice_beyond`, `no_price`, `off_peak_empty`,
    `tier_twice`, `tier_order`, `release_before_warn`, `dots_unlimited`, `hours_empty`, `choice`, and as in `fields`, `money`
    and `venues`.
    """
    by, vat = given.get("bookable_by"), fields.whole(given.get("vat"), "vat", least=0, most=2100)
    if by not in BOOKABLE_BY:
        raise Invalid("bookable_by", "choice")
    if vat not in money.VAT_RATES:
        raise Invalid("vat", "choice")
    numbers: dict[str, Any] = {
        name: fields.whole(given.get(name), name, least=least, most=most) for name, (least, most) in BOUNDS.items()
    }
    prices: dict[str, Any] = {name: money.cents(given[name], name) if given.get(name) else 0 for name in PRICES}
    _check_times(numbers)
    if not any(prices[name] for name in PRICES[:3]) and not given.get("free"):
        raise Invalid("hour_cents", "no_price")
    off_peak = _hours(given, "off_")
    if numbers["off_peak_percent"] and not off_peak:
        raise Invalid("off_mon", "off_peak_empty")
    return RoomTerms(
        setups=_setups(given, room), equipment=tuple(code for code in EQUIPMENT if given.get(f"equipment_{code}")),
        bookable_by=str(by), hours=_own_hours(given), off_peak=off_peak, vat=vat, tiers=_tiers(given),
        extras=tuple(sorted(one for one in offered if given.get(f"extra_{one}"))),
        **{name: bool(given.get(name)) for name in FLAGS}, **prices, **numbers,  # type: ignore[arg-type]
    )  # fmt: skip


def _check_times(numbers: Mapping[str, int]) -> None:
    for name in QUARTERS:
        if numbers[name] % 15:
            raise Invalid(name, "quarters")
    if numbers["longest"] < numbers["shortest"]:
        raise Invalid("longest", "longest_below")
    if numbers["notice"] > numbers["horizon"] * 24 * 60:
        raise Invalid("notice", "notice_beyond")
    if 0 < numbers["release_after"] < numbers["warn_after"]:
        raise Invalid("release_after", "release_before_warn")
    if numbers["dots_per_hour"] and not numbers["dots_limit"]:
        raise Invalid("dots_limit", "dots_unlimited")


def _setups(given: Given, room: Room) -> dict[str, int]:
    """Nothing holds more people than the room does."""
    found = {}
    for code in SETUPS:
        if str(given.get(f"setup_{code}") or "").strip():
            found[code] = fields.whole(given[f"setup_{code}"], f"setup_{code}", least=1, most=room.capacity)
    return found


def _hours(given: Given, prefix: str) -> Hours:
    """The days that have times. Raises Invalid `clock` on <prefix><day>."""
    typed = {day: tuple(str(given.get(f"{prefix}{day}_{part}") or "") for part in ("opens", "closes")) for day in DAYS}
    try:
        found = parse_hours(typed)  # type: ignore[arg-type]
    except Invalid as error:
        raise Invalid(f"{prefix}{str(error.data['field']).removeprefix('hours_')}", error.code) from None
    return {day: times for day, times in found.items() if times}


def _own_hours(given: Given) -> Hours | None:
    if not given.get("own_hours"):
        return None
    hours = _hours(given, "")
    if not hours:
        raise Invalid("mon", "hours_empty")
    return hours


def _tiers(given: Given) -> tuple[tuple[int, int], ...]:
    """The earliest first. Whoever cancels later pays no less."""
    found: dict[int, int] = {}
    for n in range(TIERS):
        hours, percent = f"tier_hours_{n}", f"tier_percent_{n}"
        if any(str(given.get(name) or "").strip() for name in (hours, percent)):
            at = fields.whole(given.get(hours), hours, least=1, most=366 * 24)
            if at in found:
                raise Invalid(hours, "tier_twice")
            found[at] = fields.whole(given.get(percent), percent, least=1, most=100)
    tiers = tuple(sorted(found.items(), reverse=True))
    if [percent for _, percent in tiers] != sorted(found.values()):
        raise Invalid("tier_percent_0", "tier_order")
    return tiers


def values_of(terms: RoomTerms) -> dict[str, Any]:
    """What a form holds that says these terms."""
    values: dict[str, Any] = {"bookable_by": terms.bookable_by, "vat": str(terms.vat)}
    values |= {name: str(getattr(terms, name)) for name in BOUNDS}
    values |= {name: typed(getattr(terms, name)) for name in PRICES}
    values |= {name: "1" for name in FLAGS if getattr(terms, name)}
    values |= {f"setup_{code}": str(most) for code, most in terms.setups.items()}
    values |= {f"equipment_{code}": "1" for code in terms.equipment}
    values |= {f"extra_{one}": "1" for one in terms.extras}
    values["free"] = "" if terms.lowest else "1"
    values["own_hours"] = "" if terms.hours is None else "1"
    for prefix, hours in (("", terms.hours or {}), ("off_", terms.off_peak)):
        for day, times in hours.items():
            values |= dict(zip((f"{prefix}{day}_opens", f"{prefix}{day}_closes"), times or ("", ""), strict=True))
    for n, (at, percent) in enumerate(terms.tiers):
        values |= {f"tier_hours_{n}": str(at), f"tier_percent_{n}": str(percent)}
    return values


def typed(cents: int) -> str:
    """An amount as one would type it: 38 or 38,50; nothing where there is none."""
    return (f"{cents // 100},{cents % 100:02}" if cents % 100 else str(cents // 100)) if cents else ""
