"""The statement's rules: which moments a venue's calendar begins at, also in the nights when clocks change, and what adds up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from s2m.domain import ledger
from s2m.domain.ledger import statement
from s2m.domain.ledger.statement import Choice
from s2m.store.statement import Flow

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_months_begin_at_the_midnight_of_the_venue_in_winter_and_in_summer():
    found = statement.month_starts(AMSTERDAM, utc(2026, 5, 3), utc(2026, 2, 10))
    assert found == [utc(2026, 4, 30, 22), utc(2026, 3, 31, 22), utc(2026, 2, 28, 23), utc(2026, 1, 31, 23)]


def test_months_go_over_the_year_and_no_further_than_asked():
    found = statement.month_starts(AMSTERDAM, utc(2026, 2, 3), utc(2020, 1, 1), 3)
    assert found == [utc(2026, 1, 31, 23), utc(2025, 12, 31, 23), utc(2025, 11, 30, 23)]


def test_an_account_from_the_future_has_this_month():
    assert statement.month_starts(AMSTERDAM, utc(2026, 2, 3), utc(2026, 7, 1)) == [utc(2026, 1, 31, 23)]


@pytest.mark.parametrize(("night", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_the_day_on_which_clocks_change_is_as_long_as_it_was(night, hours):
    noon, day = utc(*night) + timedelta(hours=12), timedelta(days=1)
    today, changed, _before = statement.day_starts(AMSTERDAM, noon + day, noon - day)
    assert today - changed == timedelta(hours=hours)


def test_days_go_back_six_weeks_or_to_the_first_one():
    now = utc(2026, 5, 3, 12)
    assert len(statement.day_starts(AMSTERDAM, now, utc(2020, 1, 1))) == statement.DAYS + 1
    assert len(statement.day_starts(AMSTERDAM, now, utc(2026, 5, 1, 23))) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-03", (utc(2026, 2, 28, 23), utc(2026, 3, 31, 22))),
        ("2026-12", (utc(2026, 11, 30, 23), utc(2026, 12, 31, 23))),
        *((name, None) for name in ("2026-13", "2026-00", "2026-3", "1999-12", "２０２６-03", "2026-03\n", "")),
    ],
)  # fmt: skip
def test_a_month_by_its_name(name, expected):
    assert statement.month_named(AMSTERDAM, name) == expected


def test_what_is_left_after_a_month_follows_from_the_balance_now(store, cast):
    account = replace(store.ledger.person_account(cast.samira.id), balance=10)
    starts = [utc(2026, 4, 1), utc(2026, 3, 1), utc(2026, 2, 1)]
    flows = [Flow(starts[0], "thanks", 2, 0, 1), Flow(starts[0], "seat", 0, 4, 1), Flow(starts[2], "thanks", 5, 0, 2)]
    found = statement.periods(account, starts, flows)
    assert [(p.earned, p.spent, p.ends, p.lines) for p in found] == [(2, 4, 10, 2), (0, 0, 12, 0), (5, 0, 12, 2)]
    assert found[0].kinds == {"thanks": (2, 0), "seat": (0, 4)}


@pytest.mark.parametrize("night", [(2026, 3, 29), (2026, 10, 25)])
def test_a_line_belongs_to_the_day_and_the_month_of_the_venue(store, cast, now, night):
    """Each engine counts by moments: half an hour on either side of a local midnight falls on either side."""
    issuing, mine = store.ledger.network_account(cast.noord.id, "issuing"), store.ledger.person_account(cast.samira.id)
    midnight = datetime(*night, tzinfo=AMSTERDAM).astimezone(UTC)
    late = midnight + timedelta(days=1, hours=-1 if night[1] == 3 else 1)
    first = datetime(night[0], night[1] + 1, 1, tzinfo=AMSTERDAM).astimezone(UTC)
    half = timedelta(minutes=30)
    moments = (midnight - half, midnight + half, late - half, late + half, first - half, first + half)
    for amount, at in enumerate(moments, start=1):
        ledger.transfer(store, issuing, mine, amount, "thanks", at, key=ledger.digest(amount))
    mine = store.ledger.person_account(cast.samira.id)
    days = {day.since: day.earned for day in statement.days(store, mine, AMSTERDAM, first + half * 3) if day.lines}
    assert days[midnight] == 2 + 3 and days[late] == 4 and days[first] == 6
    months = statement.months(store, mine, AMSTERDAM, first + half * 3)
    assert [(m.earned, m.ends) for m in months][:2] == [(6, 33), (15 + (12 if night[1] == 3 else 0), 27)]


def test_what_is_promised_to_me_is_no_line_until_it_comes(store, cast, now):
    issuing, mine = store.ledger.network_account(cast.noord.id, "issuing"), store.ledger.person_account(cast.samira.id)

    def promise(key):
        until = now + timedelta(hours=1)
        return ledger.hold(store, issuing, mine, 2, "thanks", now, key=key, floor=-(10**9), expires_at=until)

    def read():
        account = store.ledger.person_account(cast.samira.id)
        return [(line.amount, line.state) for line in statement.page(store, account, Choice(), most=9).lines]

    one, other = promise("one"), promise("other")
    assert read() == [(12, "")]
    ledger.post(store, one, now)
    ledger.void(store, other, now)
    assert read() == [(2, ""), (12, "")]
