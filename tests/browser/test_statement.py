"""A statement on a phone and on paper: choose lines, look behind one, come back, and print what is left."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from s2m.domain import contributions, presence

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def history(served):
    """Yesterday's seat, thanks for a tax form, and a seat that is held now."""
    now, cast = datetime.now(UTC), served.cast
    with served.database.write() as store:
        for person in (cast.samira, cast.joost):
            presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - timedelta(days=1))
        at_once = replace(cast.policy, thanks_accept_hours=0)
        contributions.thank(store, cast.joost, cast.samira, cast.seinhuis, at_once, "btw-aangifte", "Nu klopt hij.", now, key="1")
        presence.close_due(store, now)
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
    return cast.samira


def lines(page):
    return [row.inner_text().replace("\n", " ") for row in page.locator(".table--lines tbody tr").all()]


def test_from_the_statement_to_the_evidence_and_back(served, open_page, history, serious):
    page = open_page(history)
    page.goto(f"{served.url}/me/statement?lang=en")
    assert len(lines(page)) == 4 and serious(page) == []
    page.get_by_text("The same figures as a table").click()
    assert serious(page) == []
    page.get_by_label("Show").select_option(label="Thanks received")
    page.get_by_role("button", name="Choose").click()
    expect(page.get_by_role("link", name="Show everything")).to_be_visible()
    assert len(lines(page)) == 1 and serious(page) == []
    page.get_by_role("link", name="Joost thanked you for btw-aangifte").click()
    expect(page.get_by_role("heading", name="Its place in the chain")).to_be_visible()
    expect(page.get_by_text("s2m ledger verify")).to_be_visible()
    assert serious(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Back to the statement").click()
    expect(page.get_by_role("heading", name="Your social capital")).to_be_visible()
    page.get_by_role("link", name="The commons: what belongs to all of us").click()
    expect(page.get_by_role("heading", name="What was issued")).to_be_visible()
    assert serious(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_paper_only_the_statement_is_left(served, open_page, history):
    page = open_page(history)
    page.goto(f"{served.url}/me/statement?lang=en")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    for gone in (".nav-bottom", ".langs", "form[role=search]", ".button"):
        assert not any(part.is_visible() for part in page.locator(gone).all()), gone
    expect(page.locator(".table--lines caption")).to_contain_text("Het Seinhuis")
    expect(page.locator(".saldo").first).to_be_visible()
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and 1 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 2
    assert any(b"Tj" in zlib.decompress(part) for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)[:1])
