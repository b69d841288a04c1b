"""The commons in a browser: an admin sets decay, a month later it shows in everybody's statement and in the file of it."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from s2m import jobs
from s2m.domain import ledger

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOST = "/host/het-seinhuis"


def test_decay_is_set_announced_and_stands_in_the_statement_and_its_file(served, open_page, serious):
    with served.database.write() as store:
        issuing = store.ledger.network_account(served.cast.noord.id, "issuing")
        samira = store.ledger.person_account(served.cast.samira.id)
        ledger.transfer(store, issuing, samira, 988, "proxy", datetime.now(UTC), key="k")
    admin = open_page(served.cast.marieke, size=(1440, 900))
    admin.goto(f"{served.url}{HOST}/policy?lang=en")
    admin.get_by_role("link", name="Decay into the commons").click()
    admin.get_by_label("Of every 1,000 dots a month").fill("20")
    admin.get_by_role("button", name="Set it").click()
    expect(admin.get_by_role("status")).to_contain_text("Announced.")
    assert serious(admin) == []

    later = (datetime.now(UTC) + timedelta(days=50)).replace(day=15)
    config = served.app.extensions["s2m.config"]
    assert jobs.decay(served.database, config, later) == "20 dots of 1 people"
    assert jobs.decay(served.database, config, later) == "0 dots of 0 people"

    member = open_page(served.cast.samira)
    member.goto(f"{served.url}/me/statement?lang=en")
    expect(member.locator(".balance__figure")).to_contain_text("980")
    expect(member.get_by_role("row", name="Back into the commons")).to_be_visible()
    with member.expect_download() as started:
        member.get_by_role("link", name="Download as CSV").click()
    with open(started.value.path(), encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 (the browser names it)
        rows = list(csv.DictReader(file))
    assert sum(int(row["Dots"]) for row in rows) == int(rows[-1]["Balance"]) == 980
    member.get_by_role("link", name="The commons: what belongs to all of us").click()
    expect(member.get_by_role("main")).to_contain_text("Flowed back from balances")
    assert "Samira" not in member.get_by_role("main").inner_text()


def test_a_gift_to_the_commons_by_phone(served, open_page):
    page = open_page(served.cast.samira)
    page.goto(f"{served.url}/commons/give?lang=en")
    page.get_by_label("How many dots?").fill("5")
    page.get_by_role("button", name="Give").click()
    expect(page.get_by_role("status")).to_contain_text("Your gift is in the commons.")
    expect(page.get_by_role("row", name="Your gift to the commons")).to_be_visible()
    expect(page.locator(".balance__figure")).to_contain_text("7")
