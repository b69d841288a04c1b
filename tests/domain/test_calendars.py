"""Calendar files: what we write is what the libraries read, in both nights of the changed clock, whatever was typed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2m.domain.calendars import Event, invitation, write, zones

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AT = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
# The last Sundays of March and October 2026: 02:00 becomes 03:00, 03:00 becomes 02:00
SPRING, AUTUMN = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(title="Overleg", starts=AT, hours=2.0, **more):
    given = {"uid": "0198@s2m", "state": "confirmed", "sequence": 0, "changed_at": AT - timedelta(days=9)}
    return Event(starts_at=starts, ends_at=starts + timedelta(hours=hours), title=title, **given | more)


def read(file):
    """The events of a file as both libraries see them: {uid: component}, the same from each."""
    calendar = icalendar.Calendar.from_ical(file)
    events = {str(part["UID"]): part for part in calendar.walk("VEVENT")}
    assert not calendar.errors and not any(part.errors for part in events.values())
    found = recurring_ical_events.of(calendar).between(datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    assert {str(one["UID"]) for one in found} == set(events)
    return {str(one["UID"]): one for one in found}


def instants(part):
    return part.start.astimezone(UTC), part.end.astimezone(UTC)


def lines_of(file):
    assert file.endswith(b"\r\n")
    return file[:-2].split(b"\r\n")


# A round trip ---------------------------------------------------------------------------------------------------------

moments = st.one_of(
    *(st.integers(-180, 180).map(lambda n, at=at: at + timedelta(minutes=n)) for at in (SPRING, AUTUMN)),
    st.integers(0, 400 * 96).map(lambda n: AT + timedelta(minutes=15 * n)),
)
typed = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=120)
events_of = st.lists(
    st.builds(
        event, typed, moments, st.integers(1, 30).map(lambda n: n / 4),
        state=st.sampled_from(["confirmed", "tentative", "cancelled"]), sequence=st.integers(0, 99), place=typed, notes=typed,
        uid=st.uuids(allow_nil=False).map(lambda one: f"{one.hex}@s2m"),
    ),
    max_size=6, unique_by=lambda one: one.uid,
)  # fmt: skip
ZONES = ["Europe/Amsterdam", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events_of, st.sampled_from(ZONES))
def test_what_is_written_is_what_is_read(events, zone):
    found = read(write(events, ZoneInfo(zone), "Perron"))
    assert len(found) == len(events)
    for one in events:
        part = found[one.uid]
        assert instants(part) == (one.starts_at, one.ends_at)
        assert (str(part["SUMMARY"]), str(part.get("LOCATION", ""))) == (one.title, one.place)
        assert (part["STATUS"], int(part["SEQUENCE"])) == (one.state.upper(), one.sequence)
        assert part["LAST-MODIFIED"].dt == part["DTSTAMP"].dt == one.changed_at


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_whatever_was_typed_ends_no_line_and_makes_no_second_event(texts):
    """Every sign there is, controls and lone surrogates too."""
    events = [event(text, uid=f"{n}@s2m", place=text, notes=text, url=text) for n, text in enumerate(texts)]
    file = write(events, AMSTERDAM, texts[0])
    assert len(read(file)) == len(texts)
    assert all(len(line) <= 75 and not set(line) & {0, 10, 11, 12, 13, 0x1C} for line in lines_of(file))


@pytest.mark.parametrize(
    "title",
    ["Overleg\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:vals", "a\nATTENDEE:mailto:x@y.example", "a\rb", "a\u2028b", "x\0y", "a\x85b"],
)
def test_a_line_end_in_a_title_is_a_part_of_the_title(title):
    found = read(write([event(title)], AMSTERDAM, title))
    (one,) = found.values()
    assert "ATTENDEE" not in one and len(found) == 1


def test_long_lines_are_folded_between_letters():
    title = "Überraschung 🎪 " * 12
    file = write([event(title.strip())], AMSTERDAM, "Perron")
    assert max(map(len, lines_of(file))) == 75 or max(map(len, lines_of(file))) > 71
    for line in lines_of(file):
        line.decode()
    assert str(next(iter(read(file).values()))["SUMMARY"]) == title.strip()


# Both nights ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("minutes", [-90, -60, -30, 0, 30, 60, 90])
def test_each_hour_of_the_nights_of_the_clock_is_told_right(change, minutes):
    one = event(starts=change + timedelta(minutes=minutes), hours=0.5)
    assert instants(next(iter(read(write([one], AMSTERDAM, "Perron")).values()))) == (one.starts_at, one.ends_at)


def test_a_meeting_stands_on_the_venues_clock():
    file = write([event()], AMSTERDAM, "Perron").decode()
    assert "DTSTART;TZID=Europe/Amsterdam:20260312T093000\r\n" in file
    assert "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n" in file


@pytest.mark.parametrize("name", [*ZONES, "Europe/Dublin", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Cairo"])
def test_the_zone_in_the_file_is_the_zone(name):
    """Read from the file's own lines, under a name that nobody knows; each day of three years, and around each change."""
    zone, text = ZoneInfo(name), "\r\n".join(zones.lines(ZoneInfo(name), 2026, 2028)).replace(name, "Our/Own")
    own = icalendar.Timezone.from_ical(text).to_tz(lookup_tzid=False)
    start = datetime(2026, 1, 1)
    for hours in range(0, 3 * 365 * 24, 5):
        local = start + timedelta(hours=hours)
        if local.replace(tzinfo=zone).utcoffset() == local.replace(tzinfo=zone, fold=1).utcoffset():
            assert local.replace(tzinfo=own).utcoffset() == local.replace(tzinfo=zone).utcoffset(), local


# Feeds and invitations ------------------------------------------------------------------------------------------------


def test_the_same_bookings_make_the_same_bytes():
    assert write([event()], AMSTERDAM, "Perron") == write([event()], AMSTERDAM, "Perron")


def test_an_empty_feed_is_a_calendar():
    calendar = icalendar.Calendar.from_ical(write([], AMSTERDAM, "Perron"))
    assert calendar.walk("VEVENT") == [] and "METHOD" not in calendar


def test_a_cancelled_meeting_stays_in_the_feed_and_is_not_busy():
    one = next(iter(read(write([event(state="cancelled")], AMSTERDAM, "Perron")).values()))
    assert (one["STATUS"], one["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


def test_readers_are_told_when_to_come_back():
    calendar = icalendar.Calendar.from_ical(write([], AMSTERDAM, "Perron", refresh=timedelta(minutes=15)))
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)


@pytest.mark.parametrize(("state", "expected"), [("confirmed", "REQUEST"), ("tentative", "REQUEST"), ("cancelled", "CANCEL")])
def test_a_mail_carries_what_to_do_with_it(state, expected):
    people = {"organizer": ("Het Seinhuis", "seinhuis@example.org"), "attendee": ('Samira "S" Vos\r\nX: y', "samira@example.org")}
    method, file = invitation(event(state=state, sequence=3), AMSTERDAM, AT + HOUR, **people)
    calendar = icalendar.Calendar.from_ical(file)
    one = next(iter(read(file).values()))
    assert (method, calendar["METHOD"], int(one["SEQUENCE"])) == (expected, expected, 3)
    assert (one["ORGANIZER"], one["ATTENDEE"]) == ("mailto:seinhuis@example.org", "mailto:samira@example.org")
    assert one["ATTENDEE"].params["CN"] == "Samira 'S' Vos X: y" and one["DTSTAMP"].dt == AT + HOUR
