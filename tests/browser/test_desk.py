"""The host's desk in a real browser: a booking is moved by form and by hand, other pages see it at once, and nothing is lost."""

from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import expect

from s2m.domain.bookings import Booker
from tests.catalogue import saying
from tests.letting import book, let

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOST = "/host/het-seinhuis"
LAPTOP, PHONE = (1440, 900), (390, 844)


class Desk:
    """Two rooms and a Tuesday to come, with a training in the one and a council in the other."""

    def __init__(self, served):
        self.served, now = served, datetime.now(UTC)
        today = now.astimezone(served.cast.seinhuis.zone).date()
        self.on = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
        host = Booker(served.cast.marieke.id, is_host=True)
        with served.database.write() as store:
            made = [
                let(store, served.cast.seinhuis, served.cast.marieke, now, name=name, open_on_holidays=True, buffer_after=0)
                for name in ("Perron", "Wissel")
            ]
            self.perron, self.wissel = made
            self.training = book(store, served.cast.seinhuis, made[0], self.at(10), 2, host, now, title="BHV-training")
            self.council = book(store, served.cast.seinhuis, made[1], self.at(14), 2, host, now, title="Raad")

    def at(self, hour):
        return datetime.combine(self.on, time(hour), self.served.cast.seinhuis.zone).astimezone(UTC)

    def now_at(self, booking):
        with self.served.database.read() as store:
            found = store.bookings.get(booking.id)
        start, end = (at.astimezone(self.served.cast.seinhuis.zone) for at in (found.starts_at, found.ends_at))
        return "Perron" if found.room_id == self.perron.id else "Wissel", f"{start:%H:%M}", f"{end:%H:%M}"


@pytest.fixture
def desk(served):
    return Desk(served)


@pytest.fixture
def day(served, open_page, desk):
    """Opens the day across the rooms."""

    def day(size=LAPTOP, lang="en", path=None, **options):
        page = open_page(served.cast.marieke, size=size, **options)
        page.goto(f"{served.url}{HOST}{path or '/rooms'}?day={desk.on}&lang={lang}")
        return page

    return day


# Looked at in one go, since the day may be fetched anew at any moment
WHERE = """([name, onto]) => {
    const slot = [...document.querySelectorAll('.slot')].find(each => each.textContent.includes(name));
    const row = [...document.querySelectorAll('tr[data-room]')].find(each => each.textContent.includes(onto ?? name));
    const box = slot.getBoundingClientRect(), cell = slot.closest('td');
    return [box.x, box.y, box.width, box.height, cell.offsetWidth / cell.colSpan,
            row.getBoundingClientRect().y - slot.closest('tr').getBoundingClientRect().y];
}"""


def drag(page, name, quarters, onto=None, *, edge=False, let_go=True):
    """Take a booking in its middle (or by its end), move it so many quarters and perhaps to another row, and let go."""
    left, top, width, height, column, down = page.evaluate(WHERE, [name, onto])
    x, y = left + (width - 4 if edge else width / 2), top + height / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + quarters * column, y + down, steps=6)
    if let_go:
        page.mouse.up()


BOTH = pytest.mark.parametrize("lang", ["en", pytest.param("nl", marks=pytest.mark.long)])
PRICES = {"en": "It was €91.96 and becomes €114.95.", "nl": "Het was € 91,96 en wordt € 114,95."}


def moved(say, start, end):
    return say("Moved to %(room)s, %(from)s to %(until)s.", room="Perron", until=end, **{"from": start})


@BOTH
def test_a_booking_moved_by_hand_is_seen_at_once_by_another_host_and_taken_back(desk, day, lang):
    say = saying(lang)
    page, other = day(lang=lang, expects=("409",)), day(lang=lang)
    other.wait_for_timeout(500)
    drag(page, "BHV-training", 4, let_go=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert desk.now_at(desk.training) == ("Perron", "10:00", "12:00")
    drag(page, "BHV-training", 6)
    expect(page.get_by_role("status")).to_contain_text(moved(say, "11:30", "13:30"))
    expect(other.get_by_role("link", name="BHV-training")).to_contain_text("11:30–13:30", timeout=3000)
    page.get_by_role("button", name=say("Take it back")).click()
    expect(page.get_by_role("status")).to_contain_text(say("Taken back: it is where it was."))
    expect(other.get_by_role("link", name="BHV-training")).to_contain_text("10:00–12:00", timeout=3000)


@BOTH
def test_a_longer_meeting_asks_for_its_new_price_first_and_a_taken_place_loses_nothing(desk, day, lang):
    page, say = day(lang=lang, expects=("409",)), saying(lang)
    drag(page, "BHV-training", 2, edge=True)
    side = page.get_by_role("dialog")
    expect(side).to_contain_text(PRICES[lang])
    assert desk.now_at(desk.training) == ("Perron", "10:00", "12:00")
    side.get_by_role("button", name=say("Move it")).click()
    expect(page.get_by_role("status")).to_contain_text(say("%(room)s goes on until %(until)s now.", room="Perron", until="12:30"))
    drag(page, "Raad", -12, "Perron")
    expect(side).to_contain_text(say("Nothing was moved."))
    expect(side.get_by_label(say("From"))).to_have_value("11:00")
    expect(side.get_by_label(say("Room"), exact=True)).to_be_focused()  # the script listens: nobody is as quick as a test
    assert desk.now_at(desk.council) == ("Wissel", "14:00", "16:00")
    side.get_by_label(say("From")).select_option("13:00")
    side.get_by_label(say("Until")).select_option("15:00")
    expect(side).not_to_contain_text(say("Nothing was moved."))
    expect(side.locator("#price [name^=agreed_]").first).to_be_attached()  # of both answers to come the one with a price
    side.get_by_role("button", name=say("Move it")).click()
    expect(page.get_by_role("status")).to_contain_text(moved(say, "13:00", "15:00"))
    assert desk.now_at(desk.council) == ("Perron", "13:00", "15:00")


def test_a_host_books_a_free_time_beside_the_day_and_escape_closes_the_form(desk, day, serious):
    page = day()
    page.get_by_role("link", name="Wissel free 08:30").click()
    side = page.get_by_role("dialog")
    expect(side.get_by_label("For whom")).to_be_focused()
    expect(page.get_by_text("New", exact=True)).to_be_visible()
    assert serious(page) == []
    side.get_by_label("Until").select_option("11:30")
    expect(side).to_contain_text("€137.94")
    page.keyboard.press("Escape")
    expect(side).to_have_count(0)
    page.get_by_role("link", name="Wissel free 08:30").click()
    side.get_by_label("For whom").fill("Eva Woonlab, eva@woonlab.example")
    side.get_by_role("button", name="Book Wissel").click()
    expect(page.get_by_role("status")).to_contain_text("is booked for")
    expect(page.get_by_role("link", name="Eva Woonlab")).to_be_visible()


def test_arrow_keys_go_from_slot_to_slot_and_stay_where_they_were_when_the_day_changes(desk, day):
    page = day()
    page.get_by_role("link", name="Perron free 08:30").focus()
    for key, name in (("ArrowRight", "BHV-training"), ("ArrowDown", "Wissel free 10:30"), ("ArrowUp", "BHV-training")):
        page.keyboard.press(key)
        expect(page.get_by_role("link", name=name)).to_be_focused()
    with desk.served.database.write() as store:
        store.bookings.set(store.bookings.get(desk.council.id), title="Andere raad")
    expect(page.get_by_role("link", name="Andere raad")).to_be_visible(timeout=3000)
    expect(page.get_by_role("link", name="BHV-training")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="BHV-training")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_every_page_of_the_desk_fits_in_both_languages(desk, day, serious, lang, size):
    one = f"/bookings/{desk.training.id}"
    paths = ("/rooms", "/rooms/week", "/rooms/day", "/bookings", one, f"{one}/move", f"{one}/change", f"{one}/cancel", "/today")
    page = day(size, lang)
    for path in paths:
        page.goto(f"{desk.served.url}{HOST}{path}?lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert serious(page) == [], path
