"""The five rooms of the demo that are let: on which terms, what was booked in the last weeks, the day that one looks at, and what
is repeated and waited for after it.

All by the real actions. Today's meetings have the clock times of an ordinary day while it is one; at night they move along.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from s2m.demo import clock
from s2m.demo.plans import SIZE, plan
from s2m.domain import bookings, money, rooms
from s2m.domain.bookings import Booker, Booking, Details, waiting
from s2m.domain.errors import Conflict
from s2m.domain.rooms import RoomTerms

if TYPE_CHECKING:
    from s2m.demo.history import House
    from s2m.domain.people import Person
    from s2m.domain.venues import Room, Venue
    from s2m.store import Store

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# How many of the working days behind us rooms were let
DAYS, NOBODY_CAME = 15, 9
COFFEE, PROJECTOR = "Koffie en thee", "Beamer"
EXTRAS = (
    {"name": COFFEE, "kind": "catering", "price": "2,50", "per": "person", "vat": "900"},
    {"name": PROJECTOR, "kind": "equipment", "price": "12,50", "per": "booking", "vat": "2100", "stock": "2"},
)
FRIDAYS = {"fri": ["08:30", "18:00"]}
TERMS = {
    "Wachtkamer": RoomTerms(
        setups={"boardroom": 8, "u_shape": 6}, equipment=("screen", "whiteboard", "video_call", "daylight"), step_free=True,
        hour_cents=3800, half_day_cents=13500, day_cents=24000, member_percent=20, off_peak_percent=25, off_peak=FRIDAYS,
    ),
    "Perron": RoomTerms(
        setups={"theatre": 20, "classroom": 16, "u_shape": 12}, equipment=("projector", "sound", "flip_chart", "daylight"),
        step_free=True, hearing_loop=True, buffer_before=30, buffer_after=30, shortest=60, hour_cents=9500, half_day_cents=34000,
        day_cents=60000, member_percent=10, off_peak_percent=25, off_peak=FRIDAYS, option_hours=72,
        open_on_holidays=True,
    ),
    "Wissel": RoomTerms(
        setups={"boardroom": 4}, equipment=("screen", "whiteboard"), buffer_after=0, hour_cents=1800, half_day_cents=6400,
        member_percent=25, tiers=((24, 50), (4, 100)), dots_per_hour=3, dots_limit=12,
    ),
    "Loket": RoomTerms(
        setups={"boardroom": 2}, equipment=("video_call",), step_free=True, buffer_after=0, shortest=15, longest=240,
        hour_cents=900, member_percent=25, tiers=((2, 100),), option_hours=0, release_after=45, dots_per_hour=2, dots_limit=8,
    ),
    "Remise": RoomTerms(
        setups={"theatre": 40, "cabaret": 32, "reception": 40}, equipment=("projector", "sound", "kitchen"), step_free=True,
        hearing_loop=True, buffer_before=30, buffer_after=0, shortest=120, notice=24 * 60, hour_cents=14000,
        half_day_cents=48000, day_cents=84000, member_percent=10, tiers=((336, 25), (168, 50), (48, 100)), option_hours=120,
        approval=True, deposit_cents=25000,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Meeting:
    """What stands in the book. minutes: after midnight; company: of a stranger, or None: one of the house, by first name."""

    room: str
    minutes: int
    length: int
    title: str
    people: int
    company: str = ""
    who: str = ""
    option: bool = False
    topics: tuple[str, ...] = ()
    shown: bool = True
    extras: tuple[str, ...] = ()
    setup: str = ""


TODAY = (
    Meeting("Wachtkamer", 540, 120, "Woningstichting Eemland", 7, "Woningstichting Eemland", "Ria Kok", extras=(COFFEE,)),
    Meeting(
        "Wachtkamer", 780, 150, "Gemeente, wijkteam", 8, "Gemeente Amersfoort", "Bas van Loon", extras=(COFFEE,),
        topics=("mantelzorg", "schulden"),
    ),
    Meeting("Wachtkamer", 960, 60, "Optie Lotte", 4, who="Lotte", option=True),
    Meeting("Perron", 570, 180, "BHV-training", 16, "Veilig Werkt", "Jan Mol", setup="classroom", extras=(COFFEE, PROJECTOR)),
    Meeting("Perron", 900, 180, "Raad van Toezicht", 9, "Stichting De Kei", "Ella Brandt", shown=False, extras=(COFFEE,)),
    Meeting("Wissel", 600, 90, "Ravi", 3, who="Ravi"),
    Meeting("Wissel", 900, 60, "Femke", 2, who="Femke"),
    Meeting(
        "Remise", 780, 300, "Open middag energiecoöperatie", 35, "Eemstroom", "Sjoerd Vink", setup="theatre",
        extras=(COFFEE, PROJECTOR),
    ),
)  # fmt: skip
USUAL = (
    Meeting("Wachtkamer", 540, 180, "Intervisie", 6, "Praktijk Noord", "Iris Maas", extras=(COFFEE,)),
    Meeting("Wachtkamer", 840, 120, "Sollicitaties", 4, "Woonlab Soest", "Eva Dijk"),
    Meeting("Perron", 570, 420, "Studiedag", 18, "Kring van Leraren", "Tine Hof", setup="theatre", extras=(COFFEE, PROJECTOR)),
    Meeting("Perron", 840, 180, "Bewonersavond", 20, "Wijkraad Soesterkwartier", "Loes Vos", setup="theatre"),
    Meeting("Wissel", 570, 60, "Ravi", 2, who="Ravi"),
    Meeting("Wissel", 660, 120, "Eerste gesprek", 3, who="Joost"),
    Meeting("Wissel", 840, 90, "Interviews", 2, who="Noor"),
    Meeting("Loket", 600, 60, "Spreekuur", 2, who="Fatima"),
    Meeting("Loket", 780, 45, "Spreekuur", 2, who="Yasmin"),
    Meeting("Remise", 780, 240, "Repetitie", 12, "Koor Eemklank", "Piet Sluis"),
)

# 16:30 to 17:30, after what else is booked in that room
WEEKLY = Meeting("Wissel", 990, 60, "Tegenlezen", 3, who="Samira")
# The room beside which a plate hangs: one is always in it, and nobody said so yet
PLATED = "Loket"


def open_rooms(house: House, at: datetime) -> None:
    """The extras of the house, and of each room its terms and a plan."""
    store, venue, host = house.store, house.venue, house.host
    offered = tuple(sorted(rooms.add_extra(store, venue, given, host.id, at).id for given in EXTRAS))
    for room in store.venues.rooms(venue.id):
        if room.name in TERMS:
            terms = RoomTerms(**{**vars(TERMS[room.name]), "extras": offered})
            rooms.change_terms(store, venue, room.id, terms, host.id, at)
            setup, places = next(iter(terms.setups.items()))
            rooms.add_picture(
                store, venue, room.id, f"Plattegrond van {room.name}, {places} stoelen", plan(places, setup), SIZE, host.id, at
            )


def rent_out(house: House, days: list[date], number: int) -> None:
    """At the end of a day: what is booked for later in these weeks, and who was seen in the rooms."""
    left = len(days) - 1 - number
    if left > DAYS:
        return
    at = clock.on(days[number], 17 * 60 + 40).astimezone(UTC)
    chance = Random(f"letting {number}")
    for meeting in chance.sample(USUAL, 2):
        later = number + chance.choice((1, 2, 3, 5))
        if later < len(days):
            booked = _book(house, meeting, clock.on(days[later], meeting.minutes).astimezone(UTC), at)
            if booked and chance.random() < 0.1:
                bookings.cancel(house.store, house.venue, booked, _for(house, house.host), at, agreed_cents=None)
    if left < NOBODY_CAME:
        _were_there(house, at)
    else:
        _were_there(house, at, but="Loket")
        _let_go(house, at)


def _let_go(house: House, now: datetime) -> None:
    """Nobody came: the room was free for others."""
    for one in house.store.bookings.between(house.venue.id, now - 20 * HOUR, now):
        if one.status == "confirmed" and not one.arrived_at and one.ends_at < now:
            bookings.settle(house.store, house.venue, one, bookings.SYSTEM, now, status="released", ended_at=now)


def open_the_day(house: House, now: datetime) -> None:
    """What is booked today and in the days to come, and a room that is closed for an evening."""
    made, base = now - 5 * HOUR, _ten_o_clock(now)
    for meeting in TODAY:
        _book(house, meeting, base + (meeting.minutes - 600) * MINUTE, made)
    quarter = bookings.quarter_of(now)
    _book(house, Meeting("Loket", 0, 105, "Spreekuur Emre", 2, who="Emre"), quarter - 15 * MINUTE, made)
    _book(house, Meeting("Loket", 0, 30, "Yasmin", 2, who="Yasmin"), quarter + 4 * HOUR, made)
    _were_there(house, now, but="Loket")
    remise = room_of(house, "Remise").id
    rooms.close(house.store, house.venue, remise, base + 8 * HOUR, base + 12 * HOUR, "Vloer in de olie", house.host.id, now)
    _repeat(house, now, made)
    _days_to_come(house, now, made)


def _repeat(house: House, now: datetime, made: datetime) -> None:
    """A meeting that the member repeats each week. The second time somebody else has the room, so she skips it and is in line."""
    store, venue = house.store, house.venue
    ahead = (clock.business_day(now) + timedelta(days=n) for n in range(2, 16))
    weeks = [timedelta(days=7 * n) for n in range(5)]
    first = next(day for day in ahead if day.weekday() < 5 and not any(rooms.holiday(day + later) for later in weeks))
    second = clock.on(first + weeks[1], WEEKLY.minutes).astimezone(UTC)
    _book(house, Meeting(WEEKLY.room, 0, WEEKLY.length, "Mediation", 4, "Praktijk Noord", "Iris Maas"), second, made)
    room, member = room_of(house, WEEKLY.room), next(p for p in house.people.values() if p.first_name == WEEKLY.who)
    given = {"day": first.isoformat(), "every": "weekly", "ends_how": "count", "count": str(len(weeks))}
    times = bookings.parse_times({"from": "16:30", "until": "17:30"})
    plan = bookings.Plan(room, bookings.parse_rule(given, []), times, _details(store, venue, room, WEEKLY))
    by, renter = Booker(member.id, member.id, is_member=True), _renter(house, WEEKLY, member, made)
    seen = bookings.preview(store, venue, plan, {}, by, made)
    skipped = {one.day.isoformat(): "skip" for one in seen.open}
    bookings.book_series(store, venue, plan, skipped, renter, by, made, agreed_cents=seen.sum.gross_cents)
    waiting.join(store, venue, room.id, second, second + WEEKLY.length * MINUTE, WEEKLY.people, renter, made)


def _days_to_come(house: House, now: datetime, made: datetime) -> None:
    """Two weeks ahead, thinner by the day; one asks the host for a yes."""
    for ahead in range(1, 15):
        day, chance = clock.business_day(now) + timedelta(days=ahead), Random(f"to come {ahead}")
        if day.weekday() < 5 and not rooms.holiday(day):
            for meeting in chance.sample(USUAL, 3 if ahead < 6 else 1):
                _book(house, meeting, clock.on(day, meeting.minutes).astimezone(UTC), made)
    for ahead in range(8, 15):
        day = clock.business_day(now) + timedelta(days=ahead)
        if day.weekday() == 3 and not rooms.holiday(day):
            party = Meeting("Remise", 840, 180, "Afscheid van een collega", 30, who="Sofie", setup="reception", extras=(COFFEE,))
            _book(house, party, clock.on(day, party.minutes).astimezone(UTC), made, asks=True)


def _ten_o_clock(now: datetime) -> datetime:
    """Ten in the morning of an ordinary day; outside its hours the full hour that has begun counts as that."""
    local = now.astimezone(ZoneInfo(clock.ZONE))
    if 9 <= local.hour < 17:
        return clock.on(local.date(), 10 * 60).astimezone(UTC)
    return now.replace(minute=0, second=0, microsecond=0)


def _book(house: House, meeting: Meeting, start: datetime, at: datetime, *, asks: bool = False) -> Booking | None:
    """From a hold to what becomes of it, as the host at the desk does it; nothing where the room is taken."""
    store, venue = house.store, house.venue
    room = room_of(house, meeting.room)
    person = None if meeting.company else next(p for p in house.people.values() if p.first_name == meeting.who)
    by = Booker(person.id, person.id, is_member=True) if person and asks else _for(house, person)
    try:
        held = bookings.hold(store, venue, room.id, start, start + meeting.length * MINUTE, by, at)
    except Conflict:
        return None
    details = _details(store, venue, room, meeting)
    lines = bookings.lines_for(
        store, venue, store.rooms.version(held.terms_id), held.starts_at, held.ends_at, details,
        member=bookings.pays_as_member(store, held.person_id),
    )
    filled = bookings.fill_in(
        store, venue, held, details, _renter(house, meeting, person, at), by, at, agreed_cents=money.total(lines).gross_cents
    )
    return bookings.conclude(store, venue, filled, by, at, option=meeting.option)


def room_of(house: House, name: str) -> Room:
    return next(room for room in house.store.venues.rooms(house.venue.id) if room.name == name)


def _for(house: House, person: Person | None) -> Booker:
    """The host, who books for somebody."""
    return Booker(house.host.id, person.id if person else None, is_host=True, is_member=person is not None)


def _details(store: Store, venue: Venue, room: Room, meeting: Meeting) -> Details:
    chosen = {
        extra.id: meeting.people if extra.per == "person" else 1
        for extra in store.rooms.extras(venue.id)
        if extra.name in meeting.extras
    }
    setup = meeting.setup or next(iter(TERMS[room.name].setups))
    return Details(meeting.title, not meeting.shown, meeting.people, setup, topics=meeting.topics, extras=chosen)


def _renter(house: House, meeting: Meeting, person: Person | None, at: datetime) -> bookings.Renter:
    name = person.name if person else meeting.who
    given = {"name": name, "company": meeting.company, "city": "Amersfoort"}
    given["email"] = (person.email if person else None) or f"{meeting.who.split()[0].lower()}@klant.example"
    values = bookings.parse_renter(given)
    return bookings.renter_for(house.store, house.venue.network_id, person, values, "nl", at)


def _were_there(house: House, now: datetime, *, but: str = "") -> None:
    """Who booked came, a minute or two after the start; to what is `but`, nobody has been seen."""
    store, rooms_there = house.store, {room.id: room.name for room in house.store.venues.rooms(house.venue.id)}
    for one in store.bookings.between(house.venue.id, now - 20 * HOUR, now):
        if one.status == "confirmed" and one.starts_at < now and not one.arrived_at and rooms_there[one.room_id] != but:
            store.bookings.set(one, arrived_at=min(one.starts_at + 2 * MINUTE, now))
