"""The plate beside a room in a real browser, and the phones before it: read from afar, and honest when the network is gone."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from s2m import jobs
from s2m.config import Config
from s2m.domain import devices, venues
from s2m.domain.bookings import Booker
from tests.catalogue import saying
from tests.letting import book, let

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TABLET, OLD_PHONE = (1180, 820), (390, 844)
BOTH = pytest.mark.parametrize("lang", ["en", pytest.param("nl", marks=pytest.mark.long)])
MINUTE = timedelta(minutes=1)
# What a browser says in its console when we make it offline, or it is refused on purpose
OFFLINE, REFUSED = "net::ERR_INTERNET_DISCONNECTED", "Failed to load resource"


@pytest.fixture
def room(served):
    """Perron, at whatever hour the tests run."""
    now = datetime.now(UTC)
    opens = now.astimezone(served.cast.seinhuis.zone) - timedelta(hours=6)
    hours = [opens.strftime("%H:%M"), (opens - MINUTE).strftime("%H:%M")]
    with served.database.write() as store:
        return let(
            store, served.cast.seinhuis, served.cast.marieke, now - timedelta(hours=3), shortest=15,
            hours=dict.fromkeys(venues.DAYS, hours), open_on_holidays=True,
        )  # fmt: skip


@pytest.fixture
def meeting(served, room):
    """Samira's, who could book at any hour; it began so many minutes ago."""

    def meeting(minutes, **details):
        now, cast = datetime.now(UTC), served.cast
        start = now.replace(second=0, microsecond=0) - minutes * MINUTE
        by = Booker(cast.samira.id, cast.samira.id, is_host=True, is_member=True)
        with served.database.write() as store:
            booked = start - timedelta(hours=1)
            return book(store, cast.seinhuis, room, start, 1, by, booked, person=cast.samira, people=6, **details)

    return meeting


@pytest.fixture
def plate(served, open_page, room):
    """A tablet that opens its pairing link."""

    def plate(size=TABLET, lang="en", **options):
        now = datetime.now(UTC)
        with served.database.write() as store:
            cast = served.cast
            _, code = devices.offer_pairing(store, cast.seinhuis, "plate", "", cast.marieke.id, now, room_id=room.id)
        page = open_page(size=size, **options)
        page.goto(f"{served.url}/wall/pair/{code}")
        page.wait_for_url(f"{served.url}/plate")
        page.goto(f"{served.url}/plate?lang={lang}")
        return page

    return plate


def scanned(page):
    """What a camera before the tablet reads."""
    picture = Image.open(io.BytesIO(page.screenshot()))  # of the whole page: its parts are fetched anew at any moment
    return zxingcpp.read_barcodes(picture)[0].text


def fits(page):
    """Whether nothing has to be scrolled to."""
    page_is = "document.documentElement"
    return page.evaluate(f"[{page_is}.scrollHeight - innerHeight, {page_is}.scrollWidth - innerWidth]")


@BOTH
def test_a_room_is_taken_by_phone_lived_in_and_left(served, plate, open_page, serious, lang):
    tablet, say = plate(lang=lang), saying(lang)
    expect(tablet.get_by_role("heading", level=1)).to_contain_text(say("Free"))
    assert fits(tablet) == [0, 0] and serious(tablet) == []
    letters = tablet.evaluate("parseFloat(getComputedStyle(document.querySelector('.display')).fontSize)")
    assert letters > 120  # some 18 mm on a tablet of 27 cm: told apart from 5 m, and much smaller still would be
    phone = open_page(served.cast.joost)
    phone.goto(scanned(tablet) + f"?lang={lang}")
    phone.get_by_role("button", name=say("%(n)s min", n=15)).click()
    expect(phone.get_by_text(say("You have the room until %(time)s.", time="")[:-1])).to_be_visible()
    expect(tablet.get_by_role("heading", level=1)).to_contain_text(say("In use"))
    expect(tablet.get_by_text(re.compile(say("%(num)d minute left", 15).replace("15", "1[45]")))).to_be_visible()
    assert "Joost" not in tablet.content() and fits(tablet) == [0, 0]
    tablet.get_by_role("link", name=say("We are done")).click()
    tablet.get_by_role("button", name=say("Yes, it is over")).click()
    expect(tablet.get_by_role("heading", level=1)).to_contain_text(say("Nearly free"))
    tablet.get_by_role("button", name=say("We go on until %(time)s", time="")).click()
    expect(tablet.get_by_role("heading", level=1)).to_contain_text(say("In use"))


@BOTH
def test_who_came_says_so_at_the_tablet_and_guests_join_by_its_code(served, plate, open_page, meeting, lang):
    say = saying(lang)
    meeting(5, topics=("gewone taal",))
    tablet = plate(lang=lang)
    expect(tablet.get_by_text(say("Nobody has said that they are here."))).to_be_visible()
    tablet.get_by_role("button", name=say("We are here")).click()
    expect(tablet.get_by_role("heading", level=1)).to_contain_text(say("In use"))
    guest = open_page()
    guest.goto(scanned(tablet) + f"?lang={lang}")
    guest.get_by_role("button", name=say("I am a guest of this meeting")).click()
    guest.get_by_label(say("Your name")).fill("Femke Bos")
    guest.get_by_text(say("Just working")).click()
    guest.get_by_role("button", name=say("Check in")).click()
    expect(guest.get_by_text(say("Welcome. You are checked in."))).to_be_visible()
    with served.database.read() as store:
        assert [visit.way for visit in store.presence.open_visits(served.cast.seinhuis.id)] == ["meeting"]


@pytest.mark.parametrize("lang", ["nl", pytest.param("en", marks=pytest.mark.long)])
def test_a_room_that_nobody_comes_to_is_free_on_the_plate_and_the_renter_reads_it(served, plate, meeting, lang):
    say = saying(lang)
    meeting(20, language=lang)
    tablet = plate(lang=lang)
    expect(tablet.get_by_role("heading", level=1)).to_contain_text(say("Booked"))
    mails, now = Config(instance=served.app.extensions["s2m.config"].instance, smtp_url="smtp://127.0.0.1:9"), datetime.now(UTC)
    assert jobs.release_rooms(served.database, mails, now) == "warned 1, released 0"
    expect(tablet.get_by_text(re.compile(say("Released at %(time)s if nobody comes.", time=r"\d\d:\d\d")))).to_be_visible()
    # The plate is heard of each minute; this quarter of an hour is over at once
    with served.database.write() as store:
        devices.heartbeat(store, store.devices.all(served.cast.seinhuis.id, "plate")[0], "off", now + 15 * MINUTE)
    assert jobs.release_rooms(served.database, mails, now + 15 * MINUTE) == "warned 0, released 1"
    jobs.write_letters(served.database, mails, now + 15 * MINUTE)
    expect(tablet.get_by_role("heading", level=1)).to_contain_text(say("Free"))
    with served.database.read() as store:
        sent = [mail.subject for mail in store.outbox.waiting(now + 15 * MINUTE)][-2:]
    assert sent[0] == say("Are you in %(room)s?", room="Perron")
    assert sent[1].startswith(say("Released: %(room)s on %(day)s", room="Perron", day=""))


def test_without_a_network_it_says_of_when_it_is(plate, meeting):
    """A minute of the tablet's own clock passes, and nothing is heard of the server."""
    meeting(5)
    tablet = plate(expects=(OFFLINE, REFUSED))
    at = tablet.locator("time[data-now]").inner_text()
    tablet.clock.install()
    tablet.reload()
    tablet.context.set_offline(True)
    tablet.clock.run_for(61_000)
    expect(tablet.get_by_text("No connection.")).to_be_visible()
    expect(tablet.get_by_text("This is as of")).to_contain_text(at[:2])
    expect(tablet.locator(".qr")).to_be_hidden()
    expect(tablet.get_by_role("button", name="We are here")).to_be_hidden()
    expect(tablet.get_by_role("heading", level=1)).to_contain_text("Booked")


@pytest.mark.long
@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("size", [OLD_PHONE, TABLET, (1024, 600)])
def test_it_fits_and_is_in_order_on_other_screens(plate, meeting, serious, size, lang):
    meeting(5, title="Kennismaking met het wijkteam van Soesterkwartier", title_hidden=False, topics=("gewone taal",))
    tablet = plate(size, lang)
    assert serious(tablet) == [] and fits(tablet)[1] == 0
    tablet.locator("#here").click()
    tablet.locator("#end").wait_for()
    assert serious(tablet) == [] and fits(tablet)[1] == 0
    if size == TABLET:
        assert fits(tablet)[0] == 0
