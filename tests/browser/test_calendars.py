"""From a room's page to a calendar program: an address copied with one tap, fetched without a session, ended with another."""

import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from s2m.domain.calendars import Busy, Found, outside
from tests.letting import as_booker, book, let

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def fetch(address):
    with urllib.request.urlopen(address) as answer:
        return icalendar.Calendar.from_ical(answer.read())


def test_a_host_takes_a_room_along_in_their_calendar(served, open_page, serious):
    now, cast = datetime.now(UTC), served.cast
    start = (now + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    with served.database.write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now)
        by = as_booker(cast.marieke, host=True)
        book(store, cast.seinhuis, room, start, 1, by, now, person=cast.samira, title="Kennismaking")
        linked = outside.link(store, cast.seinhuis, room, {"url": "https://calendar.example/x"}, cast.marieke.id, now)
        outside.record(store, linked, Found((Busy("x", start, start + timedelta(hours=1)),), skipped=1), now)
    page = open_page(cast.marieke, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{served.url}/host/het-seinhuis/rooms/{room.id}/calendars?lang=en")
    assert page.get_by_role("heading", name="1 booking meets the other calendar").is_visible()
    page.get_by_role("button", name="Make an address").click()
    page.get_by_role("button", name="Copy the address").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    address = page.evaluate("navigator.clipboard.readText()")
    assert [str(event["SUMMARY"]) for event in fetch(address).walk("VEVENT")] == ["Kennismaking"]
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="End it").click()
    page.get_by_text("The address no longer works.").wait_for()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(address)
