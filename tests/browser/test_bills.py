"""A stranger pays an invoice online, in Dutch on a phone: the page that waits hears of it by itself."""

from datetime import UTC, datetime

import pytest

from s2m.domain import billing
from s2m.domain.billing import links
from s2m.payments import Local
from tests.billing import DEPOSIT, HALF_A_DAY, perron, sells, supply

pytestmark = pytest.mark.slow


@pytest.fixture
def bill(served):
    """An invoice, with the pretend bank to pay it at; the bank's messages really go to the webhook."""
    now = datetime.now(UTC)
    ring = served.app.extensions["s2m.keys"]
    served.app.extensions["s2m.payments"] = Local(served.app.extensions["s2m.config"].instance, ring.payments)
    with served.database.write() as store:
        sells(store, served.cast, now)
        room = perron(store, served.cast, now)
        made = billing.issue(store, served.cast.seinhuis, supply(store, room, (*HALF_A_DAY, DEPOSIT)), now)
    return made, f"{served.url}/bills/{links.token(ring.bills, made.id)}"


def test_from_the_invoice_to_the_bank_and_back_while_another_page_waits(served, bill, open_page, serious):
    made, url = bill
    page = open_page(locale="nl-NL")
    page.goto(url)
    assert serious(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_download() as pdf:
        page.get_by_role("link", name="PDF").click()
    assert pdf.value.suggested_filename == "2026-0001.pdf".replace("2026", str(made.year))
    page.get_by_role("button", name="Betaal nu").click()
    page.get_by_role("heading", name="€ 426,80").wait_for()
    bank = served.app.extensions["s2m.payments"]
    waiting = open_page(locale="nl-NL")
    waiting.goto(bank.payment(page.url.rpartition("/")[2])["return_url"])
    waiting.get_by_role("heading", name="We wachten op je bank").wait_for()
    assert serious(waiting) == []
    page.get_by_role("button", name="Betalen", exact=True).click()
    page.get_by_role("heading", name="Betaald. Dank je wel.").wait_for()
    waiting.get_by_role("heading", name="Betaald. Dank je wel.").wait_for()
    with served.database.read() as store:
        assert [payment.cents for payment in store.billing.payments(made.id)] == [426_80]
    host = open_page(served.cast.marieke, size=(1440, 900), locale="nl-NL")
    host.goto(f"{served.url}/host/het-seinhuis/bills/{made.id}")
    host.get_by_role("heading", name="Borg").wait_for()
    assert serious(host) == []
