"""A room is rented in a browser: by a stranger through the link in the mail, who then pays; by a member from the day, who moves
it; and on option, until that is over."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from s2m import jobs
from s2m.domain import rooms, venues
from s2m.payments import Local
from tests.billing import sells
from tests.letting import let

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = {"phone": (390, 844), "tablet": (1180, 820), "desk": (1440, 900)}
WORDS = {
    "nl": {"people": "Mensen", "day": "Dag", "find": "Zoek een ruimte", "title": "Titel", "name": "Naam", "mail": "E-mailadres",
           "book": "Boek Perron", "sent": "Kijk in je mail", "yes": "Ja, boek", "done": "geboekt", "carries": "vrije stoelen",
           "calendar": "Voor je agenda", "bill": "Factuur", "pay": "Betaal nu", "bank": "Betalen",
           "paid": "Betaald. Dank je wel.", "option": "Neem een optie", "until": "We houden de ruimte voor je vast tot",
           "over": "Kies de tijd nog een keer",
           "book_now": "Boek nu"},
    "en": {"people": "People", "day": "Day", "find": "Find a room", "title": "Title", "name": "Name", "mail": "Mail address",
           "book": "Book Perron", "sent": "Look in your mail", "yes": "Yes, book it", "done": "booked", "carries": "free seats",
           "calendar": "For your calendar", "bill": "Invoice", "pay": "Pay €", "bank": "Pay",
           "paid": "Paid. Thank you.", "option": "Take an option", "until": "We keep the room for you until",
           "over": "Choose the time once more",
           "book_now": "Book it now"},
}  # fmt: skip


@pytest.fixture
def house(served):
    """Two rooms that are let day and night, coffee, and a place that sends mail and bills, which can be paid at a bank."""
    config = served.app.extensions["s2m.config"] = replace(served.app.extensions["s2m.config"], smtp_url="smtp://127.0.0.1:9")
    served.app.extensions["s2m.payments"] = Local(config.instance, served.app.extensions["s2m.keys"].payments)
    cast, now = served.cast, datetime.now(UTC) - timedelta(hours=1)
    always = dict.fromkeys(venues.DAYS, ["00:00", "24:00"])
    with served.database.write() as store:
        venues.change_policy(store, cast.seinhuis, replace(cast.policy, seat_cost_euro=12), cast.marieke.id, now)
        sells(store, cast, now)
        coffee = {"name": "Koffie en thee", "kind": "catering", "price": "2,50", "per": "person", "vat": "900"}
        extra = rooms.add_extra(store, cast.seinhuis, coffee, cast.marieke.id, now)
        more = {"hours": always, "open_on_holidays": True, "extras": (extra.id,)}
        setups = {"theatre": 20, "u_shape": 12}
        served.perron = let(store, cast.seinhuis, cast.marieke, now, "Perron", 20, setups=setups, option_hours=48, **more)
        let(store, cast.seinhuis, cast.marieke, now, "Loket", 2, **more)
    return served


def mails(house):
    with house.database.read() as store:
        return store.outbox.waiting(datetime.now(UTC) + timedelta(days=1))


OTHERS = [pytest.param(lang, size, marks=pytest.mark.long) for lang, size in (("en", "phone"), ("nl", "desk"), ("en", "tablet"))]


@pytest.mark.parametrize("lang, size", [("nl", "phone"), *OTHERS])
def test_a_stranger_finds_a_room_books_it_confirms_by_mail_and_pays(house, open_page, serious, lang, size):
    say, day = WORDS[lang], (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    page = open_page(size=SIZES[size])
    page.goto(f"{house.url}/rooms?lang={lang}")
    page.get_by_label(say["people"]).fill("8")
    page.get_by_label(say["day"]).first.fill(day)
    page.get_by_role("button", name=say["find"]).click()
    expect(page.get_by_role("article", name="Perron")).to_contain_text("91")
    expect(page.get_by_role("article", name="Loket")).to_have_count(0)
    assert serious(page) == []
    page.get_by_role("article", name="Perron").get_by_role("button").nth(1).click()
    page.wait_for_url("**/form*")
    assert page.get_by_label(say["people"]).input_value() == "8", "what was asked for is in the form"
    page.get_by_label("Koffie en thee").check()
    expect(page.locator("[data-priced] .total").last).to_contain_text("113")
    expect(page.locator("[data-priced]")).to_contain_text(f"8 {say['carries']}")
    page.get_by_label(say["title"], exact=True).fill("Kennismaking")
    page.get_by_label(say["name"], exact=True).fill("Eva Woonlab")
    page.get_by_label(say["mail"]).fill("eva@woonlab.example")
    assert serious(page) == []
    page.get_by_role("button", name=say["book"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say["sent"])
    (mail,) = mails(house)
    page.goto(re.search(r"http://\S+/bookings/\S+", mail.body)[0])
    page.get_by_role("button", name=say["yes"]).click()
    expect(page.get_by_role("main")).to_contain_text(say["done"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Kennismaking")
    assert serious(page) == []
    confirmation = mails(house)[1]
    assert "Kennismaking" in confirmation.body and say["carries"] in confirmation.body
    assert confirmation.attachments[0][2].startswith(b"BEGIN:VCALENDAR")
    assert downloaded(page, say["calendar"]).startswith(b"BEGIN:VCALENDAR")
    page.get_by_role("link", name=re.compile(f"^{say['bill']}")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{say['bill']} {datetime.now(UTC).year}-0001")
    assert serious(page) == [] and page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert downloaded(page, "PDF").startswith(b"%PDF-")
    page.get_by_role("button", name=say["pay"]).click()
    page.get_by_role("button", name=say["bank"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say["paid"])
    jobs.mail_bills(house.database, house.app.extensions["s2m.config"], datetime.now(UTC))
    invoice = mails(house)[2]
    assert invoice.recipient == "eva@woonlab.example" and invoice.subject.startswith(say["bill"])
    assert [name.rpartition(".")[2] for name, *_ in invoice.attachments] == ["pdf", "xml"]


def downloaded(page, link):
    with page.expect_download() as file:
        page.get_by_role("link", name=link).click()
    return file.value.path().read_bytes()


@pytest.mark.parametrize("lang", ["nl", pytest.param("en", marks=pytest.mark.long)])
def test_an_option_keeps_a_room_until_it_is_over(house, open_page, serious, lang):
    say, now = WORDS[lang], datetime.now(UTC)
    day = (now + timedelta(days=9)).date().isoformat()
    page, other = open_page(house.cast.samira), open_page()
    page.goto(f"{house.url}/rooms/het-seinhuis/room/{house.perron.id}?day={day}&from=10:00&until=12:00&people=8&lang={lang}")
    page.get_by_role("main").get_by_role("button").last.click()
    page.wait_for_url("**/form*")
    page.get_by_role("button", name=say["option"]).click()
    expect(page.get_by_text(say["until"])).to_be_visible()
    expect(page.get_by_role("button", name=say["book_now"])).to_be_visible()
    assert serious(page) == []
    asked = f"{house.url}/rooms/het-seinhuis/day?day={day}&lang={lang}"
    other.goto(asked)
    assert other.locator(".slot--option").count() == 1 and "Samira" not in other.content()
    later = now + timedelta(hours=48, minutes=1)
    assert jobs.expire_bookings(house.database, house.app.extensions["s2m.config"], later) == "let go 1"
    page.reload()
    expect(page.get_by_role("link", name=say["over"])).to_be_visible()
    expect(page.get_by_role("button", name=say["book_now"])).to_have_count(0)
    assert serious(page) == []
    other.goto(asked)
    assert other.locator(".slot--option").count() == 0


def test_a_member_books_from_the_day_and_moves_it_with_the_keyboard_alone(house, open_page, serious):
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    page = open_page(house.cast.samira, size=SIZES["desk"])
    page.goto(f"{house.url}/rooms/het-seinhuis/day?day={day}&lang=en")
    assert serious(page) == []
    page.get_by_role("link", name=re.compile("Loket free")).focus()
    page.keyboard.press("Enter")
    page.get_by_label("From", exact=True).fill("10:00")
    page.get_by_label("Until", exact=True).fill("11:00")
    page.get_by_label("People").fill("2")
    assert serious(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/form*")
    page.get_by_role("button", name="Book Loket").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Loket")
    page.get_by_role("link", name="Another time or room").click()
    page.get_by_label("Until").fill("12:00")
    page.get_by_role("button", name="What does that cost?").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("It was €45.98 and becomes €91.96.")
    assert serious(page) == []
    page.get_by_role("button", name="Move it").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Your booking is moved.")
    page.goto(f"{house.url}/rooms/het-seinhuis/day?day={day}")
    expect(page.get_by_role("link", name=re.compile("yours"))).to_contain_text("10:00–12:00")
