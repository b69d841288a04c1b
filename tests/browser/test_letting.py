"""Letting rooms in a real browser: what terms come to beside their form, and pictures; clean for axe at both sizes."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from s2m.domain import rooms
from tests.letting import let
from tests.web.test_pictures import made

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOMS = "/host/het-seinhuis/rooms"
LAPTOP, PHONE = (1440, 900), (390, 844)


@pytest.fixture
def perron(served):
    at = datetime.now(UTC) - timedelta(minutes=5)
    with served.database.write() as store:
        room = let(store, served.cast.seinhuis, served.cast.marieke, at, equipment=("screen",), step_free=True, dots_per_hour=2,
                   dots_limit=8)  # fmt: skip
        rooms.add_picture(
            store, served.cast.seinhuis, room.id, "Lange tafel", made("WEBP", (600, 300)), (600, 300), served.cast.marieke.id, at
        )
        start = at + timedelta(days=1)
        rooms.close(store, served.cast.seinhuis, room.id, start, start + timedelta(hours=4), "vloer", served.cast.marieke.id, at)
        given = {"name": "Koffie", "kind": "catering", "price": "2,50", "per": "person", "vat": "900"}
        rooms.add_extra(store, served.cast.seinhuis, given, served.cast.marieke.id, at)
    return room


def test_a_host_reckons_plans_terms_and_adds_a_picture(served, open_page, perron, tmp_path):
    page = open_page(served.cast.marieke, size=LAPTOP, expects=("422",))
    page.goto(f"{served.url}{ROOMS}/letting?lang=en")
    page.get_by_role("link", name="Perron", exact=True).click()
    page.get_by_label("An hour (euro)").fill("50")
    page.get_by_role("button", name="Reckon with what I typed").click()
    expect(page.get_by_text("€121.00").first).to_be_in_viewport()
    page.get_by_text("Quiet times", exact=True).click()
    page.get_by_label("Off at quiet times (percent)").fill("25")
    page.get_by_role("button", name="Change the terms").click()
    expect(page.get_by_text("Say at which times it is quiet")).to_be_visible()
    page.locator("#f-off-fri-opens").fill("09:00")
    page.locator("#f-off-fri-closes").fill("18:00")
    page.get_by_label("From which day?").fill((datetime.now(UTC) + timedelta(days=9)).date().isoformat())
    page.get_by_role("button", name="Change the terms").click()
    expect(page.get_by_text("An hour (euro): €38, then €50")).to_be_visible()
    page.get_by_role("link", name="Pictures", exact=True).click()
    (tmp_path / "zaal.png").write_bytes(made())
    page.locator("input[type=file]").set_input_files(tmp_path / "zaal.png")
    page.locator("form[enctype]").get_by_label("What is to be seen?").fill("De deur")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("img", name="De deur")).to_be_visible()


@pytest.mark.parametrize("size", [LAPTOP, pytest.param(PHONE, marks=pytest.mark.long)])
def test_its_pages_are_clean_and_fit(served, open_page, serious, perron, size):
    page = open_page(served.cast.marieke, size=size)
    for path in ("letting", f"{perron.id}/terms", "extras", "closures", f"{perron.id}/pictures"):
        page.goto(f"{served.url}{ROOMS}/{path}?lang=nl")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert serious(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
