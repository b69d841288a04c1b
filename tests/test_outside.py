"""Other calendars of rooms: fetched from the open internet alone, read within two seconds, none too bad for the rest."""

import resource
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s2m import jobs, links, outside
from s2m.domain import venues
from s2m.domain.calendars import Event, write
from s2m.domain.calendars import outside as calendars
from s2m.links import Fetcher
from s2m.outside import reader
from tests.platforms import canaries, gzipped, internet  # noqa: F401  (fixtures)
from tests.test_links import disguises

URL = "https://mastodon.example/room.ics"
KEY = ("mastodon.example", "/room.ics")
HEAD, TAIL = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "END:VCALENDAR\r\n"
ONCE = ("DTSTART:20260313T090000Z", "DTEND:20260313T100000Z")
START = datetime(2026, 3, 11, 23, tzinfo=UTC)
HOUSE = venues.Venue("1", "1", "huis", "Het Seinhuis", "Europe/Amsterdam", "nl", {}, START)


def vevent(*lines, uid="a"):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT", ""])


def ics(*events):
    return HEAD + "".join(events) + TAIL


@pytest.fixture
def read():
    """What the process that reads makes of a file: its problem, or when it is busy (UTC, without the year)."""

    def read(text):
        read.found = found = outside.read(text, HOUSE, START, START + timedelta(days=400))
        return found.problem or [f"{one.starts_at:%m-%d %H:%M}/{one.ends_at:%H:%M}" for one in found.busy]

    return read


# Reading --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "busy"),
    [
        (ONCE, ["03-13 09:00/10:00"]),
        (("DTSTART:20260313T090000", "DTEND:20260313T100000"), ["03-13 08:00/09:00"]),
        (("DTSTART;TZID=America/New_York:20260313T090000", "DURATION:PT1H"), ["03-13 13:00/14:00"]),
        (("DTSTART;TZID=Nowhere/Else:20260313T090000", "DTEND;TZID=Nowhere/Else:20260313T100000"), ["03-13 08:00/09:00"]),
        (("DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260330"), ["03-28 23:00/22:00"]),
        (("DTSTART;VALUE=DATE:20261025",), ["10-24 22:00/23:00"]),
        (("DTSTART;TZID=Europe/Amsterdam:20260328T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"),
         ["03-28 08:00/09:00", "03-29 07:00/08:00"]),
        ((*ONCE, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260314T090000Z"), ["03-13 09:00/10:00", "03-15 09:00/10:00"]),
        ((*ONCE, "TRANSP:TRANSPARENT"), []), ((*ONCE, "STATUS:CANCELLED"), []),
        ((*ONCE, "STATUS:TENTATIVE"), ["03-13 09:00/10:00"]),
        (("DTSTART:20200313T090000Z", "DTEND:20200313T100000Z"), []), (("DTSTART:20290313T090000Z", "DURATION:PT1H"), []),
        (("DTSTART:20260313T090000Z", "DTEND:20260313T090000Z"), []),
    ],
    ids=["utc", "floating", "own zone", "unknown zone", "a day of 23 hours", "a day of 25 hours", "over the change", "exdate",
         "transparent", "cancelled", "tentative", "long ago", "far ahead", "no length"],
)  # fmt: skip
def test_when_a_room_is_taken_elsewhere(read, lines, busy):
    assert read(ics(vevent(*lines))) == busy and read.found.skipped == 0


@pytest.mark.parametrize(
    ("line", "busy", "skipped"),
    [
        ("FREEBUSY:20260313T090000Z/20260313T100000Z,20260314T090000Z/PT30M", ["03-13 09:00/10:00", "03-14 09:00/09:30"], 0),
        ("FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260313T090000Z/PT1H", ["03-13 09:00/10:00"], 0),
        ("FREEBUSY;FBTYPE=FREE:20260313T090000Z/PT1H", [], 0),
        ('FREEBUSY;fbtype="Free";X-A=1:20260313T090000Z/PT1H', [], 0),
        ("FREEBUSY;X-A=FBTYPE=FREE:20260313T090000Z/PT1H", ["03-13 09:00/10:00"], 0),
        ("FREEBUSY:20260313T090000Z/PT1H,20260313T090000Z/PT2H", ["03-13 09:00/10:00", "03-13 09:00/11:00"], 0),
        ("FREEBUSY:20260313T090000Z/tomorrow,20260314T090000Z/PT1H", ["03-14 09:00/10:00"], 1),
        ("FREEBUSY:20200313T090000Z/20200313T100000Z", [], 0),
        ("FREEBUSY:", [], 1),
    ],
    ids=["two", "tentative", "free", "free in quotes", "not free", "twice", "no moment", "long ago", "nothing"],
)
def test_a_list_of_what_is_busy_is_read_as_events_are(read, line, busy, skipped):
    file = "\r\n".join(["BEGIN:VFREEBUSY", "UID:x", "DTSTART:20260101T000000Z", line, "END:VFREEBUSY", ""])
    assert read(ics(file)) == busy and read.found.skipped == skipped


def test_one_of_a_series_may_be_cancelled_or_moved(read):
    moved = vevent("RECURRENCE-ID:20260314T090000Z", "DTSTART:20260314T120000Z", "DTEND:20260314T130000Z")
    gone = vevent("RECURRENCE-ID:20260315T090000Z", "DTSTART:20260315T090000Z", "DURATION:PT1H", "STATUS:CANCELLED")
    series = vevent(*ONCE, "RRULE:FREQ=DAILY;COUNT=3")
    assert read(ics(series, moved, gone)) == ["03-13 09:00/10:00", "03-14 12:00/13:00"]


def test_what_we_write_ourselves_is_read(read):
    one = Event("1@s2m", START + timedelta(days=1), START + timedelta(days=1, hours=2), "Overleg", "confirmed", 0, START)
    assert read(write([one], HOUSE.zone, "Perron").decode()) == ["03-12 23:00/01:00"]


def test_what_another_installation_only_passes_on_is_not(read):
    assert read(ics(vevent(*ONCE, uid=calendars.public_uid("outside", "x")))) == []


def test_events_without_a_name_are_each_their_own(read):
    nameless = vevent(*ONCE).replace("UID:a\r\n", "")
    assert read(ics(nameless, nameless.replace("T10", "T11"))) == ["03-13 09:00/10:00", "03-13 09:00/11:00"]


def test_two_thousand_are_kept_the_first_ones_and_it_is_told(read):
    read(ics(*(vevent(*ONCE, "RRULE:FREQ=WEEKLY", uid=n) for n in range(60))))
    last = max(one.starts_at for one in read.found.busy)
    assert read.found.cut and len(read.found.busy) == 2000 and last < START + timedelta(days=250)


def test_no_word_of_a_title_reaches_the_libraries(monkeypatch):
    seen, parse = [], reader.icalendar.Calendar.from_ical
    monkeypatch.setattr(reader.icalendar.Calendar, "from_ical", lambda text: seen.append(text) or parse(text))
    alarm = ("BEGIN:VALARM", "DESCRIPTION:Geheim", "BEGIN:X-DEEPER", "SUMMARY:Geheim", "END:X-DEEPER", "END:VALARM")
    text = ics(vevent("SUMMARY:Geheim", "ATTENDEE:mailto:geheim@x.example", *alarm, *ONCE))
    found = reader.read(text, reader.ZoneInfo("Europe/Amsterdam"), START, START + timedelta(days=9))
    assert len(found["busy"]) == 1 and "geheim" not in seen[0].lower()


def spent():
    """Seconds on a processor that the processes which read took so far: on a busy machine the clock on the wall says nothing."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# Bad files ------------------------------------------------------------------------------------------------------------

GOOD = vevent(*ONCE, uid="good")
BAD = {
    "a thousand years": (vevent("DTSTART:10260313T090000Z", "DTEND:10260313T100000Z", "RRULE:FREQ=WEEKLY"), 58, 0),
    "every second": (vevent(*ONCE, "RRULE:FREQ=SECONDLY"), 1, 1),
    "every second of a day": (vevent(*ONCE, "RRULE:FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60)))), 1, 1),
    "every nought days": (vevent(*ONCE, "RRULE:FREQ=DAILY;INTERVAL=0"), 1, 1),
    "no rule": (vevent(*ONCE, "RRULE:FREQ=DAILY;COUNT=99999999999999999999"), 1, 1),
    "backwards": (vevent("DTSTART:20260313T090000Z", "DTEND:20260312T090000Z"), 1, 1),
    "no such day": (vevent("DTSTART:20260399T090000Z", "DURATION:PT1H"), 1, 1),
    "too long to count": (vevent(ONCE[0], "DURATION:P99999999999D"), 1, 1),
    "no moment": (vevent("DTSTART:tomorrow"), 1, 1),
    "all of time": (vevent("DTSTART:00010101T000000Z", "DTEND:99991231T235959Z"), 1, 1),
    "huge property": (vevent(*ONCE, "RDATE:" + ",".join(["20260314T090000Z"] * 5000)), 1, 1),
    "huge title": (vevent(*ONCE, "SUMMARY:" + "a" * 900_000), 2, 0),
    "nul": (vevent("DTSTART:2026\x000313T090000Z", "DTEND:20260313T100000Z", "SUMMARY:\x00\x01"), 2, 0),
    "line end in a title": (vevent(*ONCE, "SUMMARY:a", "END:VEVENT", "BEGIN:VEVENT", "UID:b"), 2, 1),
    "a zone for ever": (
        "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:00010101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\n"
        "RRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        + vevent("DTSTART;TZID=X:20260313T090000", "DTEND;TZID=X:20260313T100000"), 2, 0),
    "no zone at all": (
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\nBEGIN:STANDARD\r\nDTSTART:x\r\nTZOFFSETTO:+9999\r\nEND:VTIMEZONE\r\n"
        + vevent("DTSTART;TZID=Europe/Amsterdam:20260313T090000", "DTEND;TZID=Europe/Amsterdam:20260313T100000"), 2, 0),
    "deep": ("BEGIN:VEVENT\r\n" * 20_000 + "END:VEVENT\r\n" * 20_000, 1, 20_000),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_spoils_no_other(read, name):
    text, busy, skipped = BAD[name]
    begun = spent()
    read(ics(GOOD, text))
    assert spent() - begun < 2
    assert read.found.problem == "" and read.found.skipped == skipped
    assert len(read.found.busy) == busy


@pytest.mark.parametrize(
    "text",
    [
        ics(vevent(*ONCE, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
        pytest.param(ics(*(vevent(*ONCE, "RRULE:FREQ=DAILY", uid=n) for n in range(4000))), marks=pytest.mark.long),
        pytest.param(ics(*(vevent(*ONCE, uid=n) for n in range(100_000))), marks=pytest.mark.long),
    ],
    ids=["a day that never comes", "over a million", "ten megabytes"],
)
def test_what_takes_too_long_is_ended(read, text):
    begun = spent()
    assert read(text) == "heavy"
    assert spent() - begun < 2


@pytest.mark.parametrize(
    "text", ["", "<html>", "BEGIN:VCALENDAR", ics(GOOD)[:-9], "\x00" * 9999, "".join(map(chr, range(256))), "BEGIN:VCARD", TAIL]
)
def test_what_is_no_calendar_is_none(read, text):
    assert read(text) == "no_calendar"


LINES = [
    "BEGIN:VTIMEZONE", "TZID:Own", "BEGIN:DAYLIGHT", "DTSTART:20250330T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:DAYLIGHT", "END:VTIMEZONE", "BEGIN:VEVENT", "UID:a",
    "DTSTART;TZID=Own:20260313T090000", "DTEND;TZID=Own:20260313T100000", "RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=MO,FR",
    "EXDATE;TZID=Own:20260320T090000", "END:VEVENT", "BEGIN:VEVENT", "UID:a", "RECURRENCE-ID;TZID=Own:20260327T090000",
    "DTSTART:20260327T110000Z", "DURATION:PT1H30M", "STATUS:CANCELLED", "END:VEVENT", "BEGIN:VEVENT", "UID:b",
    "DTSTART;VALUE=DATE:20260401", "RDATE;VALUE=PERIOD:20260403T100000Z/PT1H", "TRANSP:OPAQUE", "END:VEVENT",
]  # fmt: skip
STRANGE = [
    "RRULE:FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR", "RRULE:FREQ=YEARLY;BYWEEKNO=53", "RRULE:FREQ=WEEKLY;WKST=XX", "DTSTART:00000000",
    "DTEND:20260313", "DURATION:-PT1H", "TZID:", "TZOFFSETTO:+9999", "RDATE:x", "EXDATE:99999999", "UID:", "END:VEVENT", ";:=",
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20260320T080000Z", 'DTSTART;TZID="x":20260313T090000', "BEGIN:STANDARD", "BEGIN:VEVENT",
    "DTSTART;VALUE=PERIOD:20260313T090000Z/PT1H", "DTSTART:20260313T250000Z", "\x00é\u2028", " folded", "BEGIN:VALARM", "",
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LINES)), st.booleans(), st.sampled_from(STRANGE)), max_size=6))
def test_however_a_file_is_mangled_the_rest_of_it_is_read(changes):
    lines = list(LINES)
    for place, removes, strange in changes:
        lines[place : place + removes] = [strange]
    text = ics("\r\n".join([*lines, ""]), GOOD)
    found = reader.read(text, HOUSE.zone, START, START + timedelta(days=400))
    assert ["good", 1773392400, 1773396000] in found["busy"] or found["skipped"]


# Fetching -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def room(database, cast, now):
    """Linked to a calendar elsewhere."""
    with database.write() as store:
        given = {"name": "Perron", "kind": "meeting", "floor": 0, "capacity": 8}
        made = venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now)
        calendars.link(store, cast.seinhuis, made, {"url": URL}, cast.marieke.id, now)
    return made


@pytest.fixture
def state(database, room):
    """The linked calendar as it stands, and how much of it is kept."""

    def state():
        with database.read() as store:
            return store.calendars.outside_of(room.id), len(store.calendars.busy([room.id], START, START + timedelta(days=999)))

    return state


def answering(text, kind="text/calendar; charset=utf-8", **headers):
    return lambda h: h.send(text.encode(), Content_Type=kind, **headers)


def test_a_calendar_is_fetched_read_and_kept_and_again_is_the_same(database, now, state, internet):  # noqa: F811
    internet.answers[KEY] = answering(ics(GOOD, vevent(*ONCE, "RRULE:FREQ=DAILY;COUNT=5")))
    assert outside.run(database, now, internet.fetcher()) == 1
    calendar, kept = state()
    assert (calendar.problem, calendar.read_at, kept) == ("", now, 5)
    assert internet.headers[0]["Accept"] == "text/calendar" and "calendar" in internet.headers[0]["User-Agent"]
    assert outside.run(database, now, internet.fetcher()) == 0
    assert outside.run(database, now + timedelta(hours=1), internet.fetcher()) == 1
    assert state()[1] == 5


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        (answering("<p>", "text/html"), "kind"), (answering(ics(GOOD), "text/plain"), "kind"), (404, "status"), (500, "away"),
        (answering("<p>"), "no_calendar"), (answering("a" * (1024 * 1024 + 1)), "large"),
        (lambda h: h.send(gzipped(64 * 1024 * 1024), Content_Type="text/calendar", Content_Encoding="gzip"), "large"),
        (lambda h: h.give(302, Location="https://127.0.0.1/"), "address"),
        (lambda h: h.give(302, Location="/room.ics"), "redirects"),
    ],
    ids=["html", "plain", "gone", "away", "no calendar", "large", "bomb", "inside", "round"],
)  # fmt: skip
def test_a_look_that_fails_says_why_and_keeps_what_there_was(database, now, state, internet, server, problem):  # noqa: F811
    internet.answers[KEY] = answering(ics(GOOD))
    outside.run(database, now, internet.fetcher())
    internet.answers[KEY] = server
    outside.run(database, now + timedelta(hours=1), internet.fetcher())
    calendar, kept = state()
    assert (calendar.problem, calendar.failures, kept) == (problem, 1, 1)


def test_a_calendar_just_small_enough_is_read(database, now, state, internet):  # noqa: F811
    text = ics(GOOD, vevent(*ONCE, "DESCRIPTION:" + "a" * 1_000_000))
    internet.answers[KEY] = answering(text)
    outside.run(database, now, internet.fetcher())
    assert state()[1] == 1 and len(text) > 512 * 1024


def test_a_name_that_leads_inside_is_not_opened(database, now, state, internet, canaries):  # noqa: F811
    """Whether all its addresses do, or one; nor one that changes its mind between the question and the connection."""
    for addresses in ([("127.0.0.1", canaries.v4)], [("8.8.8.8", 443), ("::1", canaries.v6)]):
        outside.run(database, now, Fetcher(resolve=lambda name, port, to=addresses: to))
        assert state()[0].problem == "private"
        now += timedelta(hours=1)
    looked = iter([True, False])
    outside.run(database, now, internet.fetcher(allowed=lambda ip: next(looked)))
    assert state()[0].problem == "private" and internet.asked == [] and canaries.hits == []


@pytest.mark.slow
def test_no_hostile_address_gets_past_the_form_and_the_fetcher(now, canaries):  # noqa: F811
    """Typed by a host, and were it kept all the same: nothing on this machine is reached."""
    strict = Fetcher(
        resolve=lambda name, port: [("127.0.0.1", canaries.v4)] if name.endswith(".example") else links.resolve(name, port)
    )
    tried = 0
    for text in disguises(canaries):
        tried += 1
        kept = calendars.OutsideCalendar("1", "1", "1", text, "1", now, now)
        assert outside.look(strict, kept, HOUSE, now).problem in ("private", "address", "away")
    time.sleep(0.3)
    assert tried > 200 and canaries.hits == []


def test_the_job_stands_in_the_table():
    assert next(job.run for job in jobs.JOBS if job.name == "look_outside") is jobs.look_outside


def test_the_job_says_how_many_it_looked_at(database, room, now, monkeypatch, internet):  # noqa: F811
    internet.answers[KEY] = answering(ics(GOOD))
    monkeypatch.setattr(outside, "Fetcher", internet.fetcher)
    assert [jobs.look_outside(database, None, now) for _ in range(2)] == ["looked at 1", "looked at 0"]
