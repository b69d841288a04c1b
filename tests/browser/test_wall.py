"""The wall screen in a real browser: paired by its link, current within a second, nothing cut off, nobody named."""

import io
import statistics
import time
from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from s2m.domain import devices, people, presence, venues
from s2m.domain.presence import Need

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WALL = (1920, 1080)
ROOMS = (
    ("Open vloer", "open", 40),
    ("Stiltekamer", "quiet", 8),
    ("Loket", "meeting", 2),
    ("Perron", "meeting", 16),
    ("Wissel", "meeting", 4),
)


# Show the page after the one that is shown, as the turn of 20 s does
NEXT = """for (const name of ['needs', 'knows']) {
  const pages = [...document.querySelectorAll(`[data-page=${name}]`)], at = pages.findIndex(page => !page.hidden);
  pages.forEach((page, n) => { page.hidden = n !== (at + 1) % pages.length; });
}"""


@pytest.fixture
def ask(served):
    def ask(person, text):
        now = datetime.now(UTC)
        with served.database.write() as store:
            visit = presence.check_in(store, person, served.cast.seinhuis, served.cast.policy, "badge", now).visit
            presence.answer_need(store, visit, Need("need", text), now, visible=True, on_wall=True)

    return ask


@pytest.fixture
def wall(served, open_page):
    """A wall screen that opens its pairing link."""

    def wall(lang="en", **options):
        now = datetime.now(UTC)
        with served.database.write() as store:
            _, code = devices.offer_pairing(store, served.cast.seinhuis, "wall", "Hal", served.cast.marieke.id, now)
            for name, kind, places in ROOMS:
                given = {"name": name, "kind": kind, "floor": 0, "capacity": places}
                venues.add_room(store, served.cast.seinhuis, given, served.cast.marieke.id, now)
        page = open_page(size=WALL, **options)
        page.goto(f"{served.url}/wall/pair/{code}")
        page.wait_for_url(f"{served.url}/wall")
        page.goto(f"{served.url}/wall?lang={lang}")
        return page

    return wall


def test_the_wall_shows_a_need_within_a_second(served, wall, ask, record_property):
    page = wall()
    expect(page.get_by_text("What do you need today?")).to_be_visible()
    page.wait_for_timeout(800)
    waited = []
    for person, text in ((served.cast.samira, "offerte lezen"), (served.cast.joost, "houtrot"), (served.cast.thijs, "drukker")):
        ask(person, text)
        began = time.monotonic()
        page.get_by_text(text).wait_for(timeout=3000)
        waited.append(time.monotonic() - began)
    record_property("seconds_to_the_wall", waited)
    print(f"need to the wall: {statistics.median(waited):.2f} s")
    assert statistics.median(waited) <= 1
    expect(page.get_by_text("gewone taal")).to_be_visible()
    assert "Samira" not in page.content()


def test_the_rest_of_the_needs_comes_in_turn(served, wall, ask):
    for at in range(6):
        with served.database.write() as store:
            person = people.join(store, served.cast.noord.id, "Iemand Anders", None, served.cast.policy, datetime.now(UTC))
        ask(person, f"Vraag nummer {at}")
    page = wall()
    page.clock.install(time=datetime.fromtimestamp(time.time() // 40 * 40, UTC))
    page.reload()
    shown = page.locator("[data-page=needs]:not([hidden])")
    expect(shown.locator("li")).to_have_count(4)
    page.clock.fast_forward(21_000)
    expect(shown.locator("li")).to_have_count(2)
    page.clock.fast_forward(20_000)
    expect(shown.locator("li")).to_have_count(4)


def test_a_door_code_that_grew_old_is_not_shown(served, wall):
    page = wall(expects=("Failed to load resource", "net::"))
    expect(page.locator(".wall__qr")).to_be_visible()
    page.clock.install()
    page.reload()
    page.context.set_offline(True)
    page.clock.fast_forward(50_000)
    expect(page.get_by_text("No connection.")).to_be_visible()
    expect(page.locator(".wall__qr")).to_be_hidden()
    page.context.set_offline(False)
    page.clock.fast_forward(11_000)
    expect(page.locator(".wall__qr")).to_be_visible()


@pytest.mark.parametrize("lang", ["nl", pytest.param("en", marks=pytest.mark.long)])
def test_the_wall_fits_and_has_no_serious_fault(served, wall, ask, serious, lang):
    now = datetime.now(UTC)
    for at, text in enumerate((*["Wie kent een hele goede drukker?"] * 4, *["Wie heeft boormachines of trappen te leen?"] * 4)):
        with served.database.write() as store:
            person = people.join(store, served.cast.noord.id, "Iemand Anders", None, served.cast.policy, now)
            for topic in ("teksten voor websites", "prijzen van zzp-werk", "een heel lang onderwerp over oude huizen"):
                people.add_topic(store, person, f"{topic} {at}", now)
        ask(person, f"{text} {at}")
    page = wall(lang)
    assert page.locator("html").get_attribute("lang") == lang
    assert serious(page) == []
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [1080, 1920]
    # The large figure's line is higher than its digits; that one overflows by design
    cut = "[...document.querySelectorAll('.wall .plane:not(.wall__free)')].filter(p => p.scrollHeight > p.clientHeight + 1)"
    asks = "[...document.querySelectorAll('.wall__needs li')].filter(li => li.scrollHeight > li.clientHeight + 1)"
    for _turn in range(6):
        for found in (cut, asks):
            assert page.evaluate(f"{found}.map(p => p.innerText)") == []
        page.evaluate(NEXT)


def test_the_pairing_page_has_no_serious_fault_and_says_what_was_wrong(served, open_page, serious):
    page = open_page(size=WALL, expects=("404",))
    page.goto(f"{served.url}/wall/pair?lang=en")
    assert serious(page) == []
    page.get_by_label("One-time code").fill("AAAA AAAA")
    page.get_by_role("button", name="Pair this screen").click()
    expect(page.get_by_label("One-time code")).to_be_focused()
    expect(page.get_by_text("We do not know this code.")).to_be_visible()
    assert serious(page) == []


def test_whoever_can_help_scans_the_wall_says_so_and_both_are_told_where(served, wall, ask, open_page):
    ask(served.cast.samira, "Wie leest mijn offerte mee?")
    screen, samira, joost = wall(), open_page(served.cast.samira), open_page(served.cast.joost)
    samira.goto(f"{served.url}/me?lang=en")
    photo = Image.open(io.BytesIO(screen.locator(".wall__qr").screenshot()))
    joost.goto(f"{zxingcpp.read_barcodes(photo.convert('L'))[0].text}?lang=en")
    joost.get_by_text("Just working").click()
    joost.get_by_role("button", name="Check in").click()
    joost.get_by_role("link", name="Can you help?").click()
    joost.get_by_role("button", name="I can help").click()
    expect(joost.get_by_text("We wait for their answer.")).to_be_visible()
    samira.get_by_role("button", name="Yes, please").click()  # her open page heard of it
    expect(samira.get_by_role("heading", name="Joost helps you")).to_be_visible()
    expect(joost.get_by_role("region", name="You help Samira")).to_contain_text("Samira, Het Seinhuis")
    expect(screen.get_by_text("Wie leest mijn offerte mee?")).to_have_count(0)
