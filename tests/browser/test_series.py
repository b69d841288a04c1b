"""A meeting that is repeated round what is in the way, and an offer to who waited, in real browsers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from s2m.domain import bookings, venues
from s2m.domain.bookings import waiting
from tests.catalogue import saying
from tests.letting import HOUR, as_booker, book, let

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE, LAPTOP = (390, 844), (1440, 900)
BOTH = pytest.mark.parametrize("lang", ["en", pytest.param("nl", marks=pytest.mark.long)])
SERIES, WAITS = "/rooms/het-seinhuis/series/new", "/rooms/het-seinhuis/waits/new"


class House:
    """Open around the clock, with two rooms; Joost has Perron at noon in one week and in two."""

    def __init__(self, served):
        self.served, now = served, datetime.now(UTC)
        always = {day: ["00:00", "24:00"] for day in venues.DAYS}
        with served.database.write() as store:
            self.venue = venues.change_hours(store, served.cast.seinhuis, always, served.cast.marieke.id, now)
            terms = {"tiers": (), "open_on_holidays": True, "buffer_after": 0}
            self.perron = let(store, self.venue, served.cast.marieke, now - HOUR, **terms)
            self.remise = let(store, self.venue, served.cast.marieke, now - HOUR, "Remise", 40, hour_cents=14000, **terms)
            noon = now.astimezone(self.venue.zone).replace(hour=12, minute=0, second=0, microsecond=0)
            self.days = [(noon + timedelta(days=3 + 7 * week)) for week in range(4)]
            self.joosts = [
                book(store, self.venue, self.perron, day.astimezone(UTC), 2, as_booker(served.cast.joost), now, title="Geheim")
                for day in self.days[1:3]
            ]  # fmt: skip
            values = bookings.parse_renter({"name": "Samira Vos", "email": "samira@seinhuis.example"})
            self.renter = bookings.renter_for(store, self.venue.network_id, served.cast.samira, values, "nl", now)

    def wait(self, number=0):
        start = self.joosts[number].starts_at
        with self.served.database.write() as store:
            return waiting.join(store, self.venue, self.perron.id, start, start + HOUR, 4, self.renter, datetime.now(UTC))

    def free(self):
        with self.served.database.write() as store:
            joost = as_booker(self.served.cast.joost)
            bookings.cancel(store, self.venue, self.joosts[0], joost, datetime.now(UTC), agreed_cents=None)


@pytest.fixture
def house(served):
    return House(served)


def fill(page, house, lang="en"):
    page.goto(f"{house.served.url}{SERIES}?room={house.perron.id}&lang={lang}")
    for name, value in (("day", house.days[0].date().isoformat()), ("from", "12:00"), ("until", "13:00"), ("count", "4"),
                        ("title", "Kring"), ("people", "8")):  # fmt: skip
        page.locator(f"[name={name}]").fill(value)


@BOTH
def test_a_meeting_is_repeated_round_what_is_in_the_way(served, open_page, house, lang):
    page, say = open_page(served.cast.samira, size=PHONE), saying(lang)
    fill(page, house, lang)
    page.get_by_role("button", name=say("Show every time")).click()
    expect(page.get_by_text(say("of which %(num)d cannot be had", 2))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^" + say("Book %(num)d time", 3)[:4]))).to_have_count(0)
    asked = page.get_by_role("combobox")
    asked.nth(0).select_option("skip")
    asked.nth(1).select_option(label=say("Instead: %(room)s, up to %(n)s", room="Remise", n=40))
    page.get_by_role("button", name=say("Show what I chose")).click()
    expect(page.get_by_text(say("skipped"))).to_be_visible()
    page.get_by_role("button", name=say("Book %(num)d time", 3)).click()
    expect(page.get_by_role("status")).to_contain_text(say("%(num)d time is booked.", 3))
    expect(page.get_by_role("listitem").filter(has_text="Remise")).to_have_count(1)
    page.get_by_role("link", name=re.compile("^" + say("Change"))).nth(1).click()
    page.get_by_label(say("This one and all that follow")).check()
    page.locator("[name=title]").fill("Kring, kort")
    page.get_by_role("button", name=say("Show what changes")).click()
    page.get_by_role("button", name=say("Change %(num)d time", 2)).click()
    expect(page.get_by_role("status")).to_contain_text(say("%(num)d time is changed.", 2))
    expect(page.get_by_role("heading", level=1)).to_have_text("Kring, kort")


@BOTH
def test_who_waited_takes_the_offer_without_script(served, open_page, house, lang):
    page, say = open_page(served.cast.samira, size=PHONE, java_script_enabled=False), saying(lang)
    at = house.joosts[0].starts_at.astimezone(house.venue.zone)
    page.goto(f"{served.url}{WAITS}?room={house.perron.id}&day={at.date()}&from=12:00&until=13:00&people=4&lang={lang}")
    page.get_by_role("button", name=say("Get in line")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("You are in line"))
    house.free()
    page.goto(f"{served.url}/me/waits")
    page.get_by_role("link", name=re.compile("^" + say("Answer"))).click()
    page.get_by_role("button", name=say("Yes, I take it")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Book %(room)s", room="Perron"))
    offered = "This was offered to you. If you let it go, or do not book it in time, the next in line is asked."
    expect(page.get_by_text(say(offered))).to_be_visible()
    expect(page.get_by_label(say("People"))).to_have_value("4")
    page.get_by_role("textbox", name=say("Title")).fill("Kring")
    page.get_by_role("button", name=say("Book %(room)s", room="Perron")).click()
    expect(page.get_by_role("status").filter(has_text=say("It is yours."))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kring")


@pytest.mark.parametrize("lang", ["nl", pytest.param("en", marks=pytest.mark.long)])
def test_no_page_of_series_and_waiting_has_a_serious_fault(served, open_page, house, serious, lang):
    page = open_page(served.cast.samira, size=PHONE)

    def sound(what):
        assert page.locator("html").get_attribute("lang") == lang
        assert serious(page) == [], what
        assert page.locator("h1").count() == 1, what
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what

    fill(page, house, lang)
    sound("form")
    page.locator("button[value=preview]").click()
    sound("preview")
    page.locator("button[value=skip]").click()
    page.locator("button[value=book]").click()
    sound("series")
    page.locator("a[href*='/series/of/']").first.click()
    sound("edit")
    page.goto(f"{page.url}/cancel?scope=all")
    sound("cancel")
    wait = house.wait()
    for path in (WAITS, "/me/waits", f"/waits/{wait.id}"):
        page.goto(f"{served.url}{path}")
        sound(path)
    house.free()
    page.reload()
    sound("offer")
    page.locator("form:has([value=yes]) button").first.click()
    sound("form of the offer")
    page.goto(f"{served.url}/waits/{wait.id}")
    sound("agree")
    house.wait(1)
    page = open_page(served.cast.marieke, size=LAPTOP)
    page.goto(f"{served.url}/host/het-seinhuis/waits?lang={lang}")
    sound("host")
