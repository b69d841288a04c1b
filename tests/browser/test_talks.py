"""A talk from its announcement to the balance, and a task from its places to its split, in real browsers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from s2m.domain import presence, talks, tasks, venues

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LAPTOP, PHONE = (1440, 900), (390, 844)
HOST = "/host/het-seinhuis"


@pytest.fixture
def house(served):
    """Open around the clock, so that the hour of this test does not matter; with a room, and people in it."""
    now = datetime.now(UTC)
    with served.database.write() as store:
        always = {day: ["00:00", "24:00"] for day in venues.DAYS}
        venue = venues.change_hours(store, served.cast.seinhuis, always, served.cast.marieke.id, now)
        given = {"name": "Loket", "kind": "meeting", "floor": 0, "capacity": 9}
        venues.add_room(store, venue, given, served.cast.marieke.id, now)
        for person in (served.cast.samira, served.cast.joost, served.cast.thijs):
            presence.check_in(store, person, venue, served.cast.policy, "badge", now - timedelta(minutes=30))
    return venue


def begin(served, talk_id, ago):
    """The talk began so long ago: nobody waits a quarter of an hour for a test."""
    start = datetime.now(UTC) - ago
    with served.database.write() as store:
        store.talks.change(store.talks.get(talk_id), starts_at=start, ends_at=start + talks.LENGTH)


def local(venue, ahead=timedelta()):
    at = (datetime.now(UTC) + ahead).astimezone(venue.zone)
    return at.date().isoformat(), at.strftime("%H:%M")


def test_a_talk_is_announced_scanned_found_useful_settled_and_paid(served, open_page, house):
    speaker, listener = open_page(served.cast.joost, size=PHONE), open_page(served.cast.samira, size=PHONE)
    laptop = open_page(served.cast.marieke, size=LAPTOP)
    speaker.goto(f"{served.url}/me?lang=en")
    speaker.get_by_role("link", name="What is coming, and what you can do").click()
    speaker.get_by_role("link", name="Announce a talk").click()
    speaker.get_by_label("What is it about?").fill("Wat een offerte zegt")
    day, clock = local(house)
    speaker.get_by_label("Day").fill(day)
    speaker.get_by_label("Begins at").fill(clock)
    speaker.get_by_label("Where?").select_option("Loket")
    speaker.get_by_role("button", name="Announce it").click()
    expect(speaker.get_by_role("status")).to_contain_text("The talk is announced.")
    talk_id = speaker.url.rpartition("/")[2]
    begin(served, talk_id, timedelta(minutes=1))
    speaker.get_by_role("link", name="Show the code").click()
    typed = re.sub(r"\W", "", speaker.locator("#typed").inner_text())
    expect(speaker.get_by_role("img", name="QR code for who listens")).to_be_visible()
    listener.goto(f"{served.url}/talk?lang=en")
    listener.get_by_label("Six characters").fill(typed)
    listener.keyboard.press("Enter")
    listener.get_by_role("button", name="I was there").click()
    listener.get_by_role("button", name="Useful", exact=True).click()
    expect(listener.get_by_role("status")).to_contain_text("The speaker never sees who said what.")
    expect(speaker.get_by_text("1 listener counted")).to_be_visible(timeout=15_000)
    begin(served, talk_id, timedelta(minutes=16))
    laptop.goto(f"{served.url}{HOST}/talks?lang=en")
    laptop.get_by_role("link", name="Wat een offerte zegt").click()
    laptop.get_by_role("button", name="Settle it now").click()
    expect(laptop.get_by_role("status")).to_contain_text("The talk is settled.")
    speaker.goto(f"{served.url}/me/statement")
    expect(speaker.get_by_role("row", name=re.compile("Your talk"))).to_contain_text("Wat een offerte zegt")
    speaker.goto(f"{served.url}/me")
    expect(speaker.locator(".balance__figure")).to_contain_text("13")


def test_a_task_finds_takers_and_is_split_without_script(served, open_page, house):
    laptop = open_page(served.cast.marieke, size=LAPTOP, java_script_enabled=False)
    laptop.goto(f"{served.url}{HOST}/talks?lang=en")
    laptop.get_by_role("link", name="Post a task").first.click()
    laptop.get_by_label("What is to be done together?").fill("Keuken opruimen")
    laptop.get_by_label("Dots in all").fill("5")
    laptop.get_by_label("Places").fill("2")
    day, clock = local(house, timedelta(hours=1))
    laptop.get_by_label("Day").fill(day)
    laptop.get_by_label("Begins at").fill(clock)
    laptop.get_by_role("button", name="Post the task").click()
    task_id = laptop.url.rpartition("/")[2]
    for person in (served.cast.samira, served.cast.joost):
        phone = open_page(person, size=PHONE, java_script_enabled=False)
        phone.goto(f"{served.url}/talks?lang=en")
        phone.get_by_role("button", name="Take a place").click()
        expect(phone.get_by_text("You take part")).to_be_visible()
    full = open_page(served.cast.thijs, size=PHONE)
    full.goto(f"{served.url}/talks?lang=en")
    expect(full.get_by_text("all places taken")).to_be_visible()
    with served.database.write() as store:
        store.tasks.change(store.tasks.get(task_id), starts_at=datetime.now(UTC) - timedelta(hours=1))
    laptop.reload()
    laptop.get_by_text("Samira", exact=True).first.click()
    laptop.get_by_text("Joost", exact=True).first.click()
    laptop.get_by_role("button", name="Confirm and split").click()
    expect(laptop.get_by_role("status")).to_contain_text("split among 2 people")
    with served.database.read() as store:
        paid = [place.earned for place in store.tasks.taken(task_id)]
    assert paid == [3, 2]


@pytest.mark.parametrize("lang", ["nl", pytest.param("en", marks=pytest.mark.long)])
def test_no_page_of_talks_and_tasks_has_a_serious_fault(served, open_page, house, serious, lang):
    now = datetime.now(UTC)
    day, clock = local(house)
    later, after = local(house, timedelta(hours=1))
    with served.database.write() as store:
        given = {"topic": "Wat een offerte zegt", "day": day, "time": clock}
        talk, _moment = talks.announce(store, served.cast.joost, house, given, served.cast.joost.id, now)
        asked = {"title": "Keuken opruimen", "amount": 5, "places": 2, "day": later, "time": after}
        task, _moment = tasks.post(store, house, asked, served.cast.marieke.id, now)
        tasks.take(store, task, served.cast.samira, now)
        talks.attend(store, talk, served.cast.samira, now)
    begun = f"{HOST}/tasks/{task.id}"
    pages = (
        (served.cast.samira, PHONE, ("/me", "/talks", "/talks/new", "/talk", f"/talks/{talk.id}")),
        (served.cast.joost, PHONE, (f"/talks/{talk.id}", f"/talks/{talk.id}/code")),
        (served.cast.marieke, LAPTOP, (f"{HOST}/today", f"{HOST}/talks", f"{HOST}/talks/new", f"{HOST}/talks/{talk.id}", begun,
                                       f"{HOST}/tasks/new", f"{HOST}/contributions/new", f"/talks/{talk.id}/code")),
    )  # fmt: skip
    for person, size, paths in pages:
        page = open_page(person, size=size)
        for path in paths:
            page.goto(f"{served.url}{path}?lang={lang}")
            assert page.locator("html").get_attribute("lang") == lang
            assert serious(page) == [], path
            assert page.locator("h1").count() == 1, path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    with served.database.write() as store:
        store.tasks.change(task, starts_at=now - timedelta(hours=1))
    page.goto(f"{served.url}{begun}?lang={lang}")
    assert serious(page) == [] and page.get_by_role("checkbox").count() == 1


@pytest.mark.long
def test_a_full_day_with_a_talk_fits_on_the_laptop_without_scrolling(served, open_page, house):
    now = datetime.now(UTC)
    day, clock = local(house)
    with served.database.write() as store:
        for name in ("Vloer", "Stil", "Perron", "Wissel"):
            given = {"name": name, "kind": "open", "floor": 0, "capacity": 16}
            venues.add_room(store, house, given, served.cast.marieke.id, now)
        for person in (served.cast.marieke, served.cast.wim):
            presence.check_in(store, person, house, served.cast.policy, "badge", now)
        store.door.call_host(house, served.kiosk.id, "badge_unknown", now)
        for person in (served.cast.joost, served.cast.samira):
            given = {"topic": "Waarom een offerte zestig tekens lang mag zijn en niet meer.", "day": day, "time": clock}
            talks.announce(store, person, house, given, person.id, now)
    page = open_page(served.cast.marieke, size=LAPTOP)
    page.goto(f"{served.url}{HOST}/today?lang=en")
    expect(page.get_by_text("and 1 more today")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
