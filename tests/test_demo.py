"""The demo venue: alive at whatever hour, the same each time, and never in the way of a real one."""

import re
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from s2m.demo import MARK, build, clock, prepare
from s2m.demo.people import CAST, MEMBER
from s2m.domain import ledger, matches, presence
from s2m.domain.errors import Refused
from s2m.domain.venues import closing_after, day_end, day_start
from s2m.store import seeded
from s2m.store.embedded import Embedded
from s2m.store.engine import Database
from tests.servers import COMMAND, command, environment, free_port, serving  # noqa: F401

BASE = "http://127.0.0.1:8000"
NOW = datetime(2026, 3, 12, 9, 41, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory, sqlite_template):
    """The demo as it is at NOW, built once."""
    file = tmp_path_factory.mktemp("demo") / "s2m.sqlite"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}", chance=seeded(1))
    began = time.process_time()
    with database.write() as store:
        build(store, NOW)
    yield database, time.process_time() - began
    database.close()


@pytest.fixture
def store(demo):
    with demo[0].read() as store:
        yield store


@pytest.fixture
def venue(store):
    return store.venues.all()[0]


def test_it_is_built_in_seconds(demo):
    assert demo[1] < 8


def test_a_talk_has_begun_and_a_task_waits_for_takers(store, venue):
    (talk,) = store.talks.running(venue.id, NOW)
    assert len(store.talks.attendances(talk.id)) == 2
    (task,) = store.tasks.open_ones(venue.id)
    assert task.starts_at > NOW and len(store.tasks.taken(task.id)) < task.places


def test_its_ledger_is_correct(store, venue):
    verdict = ledger.verify_network(store, venue.network_id)
    assert verdict.fault is None
    assert verdict.rows > 600


def test_twelve_people_are_in_the_house_and_most_may_be_seen(store, venue):
    here = store.presence.here(venue.id)
    assert len(here) == 12
    assert sum(h.visit.visible for h in here) == 11
    assert all(NOW - timedelta(hours=3) < h.visit.started_at < NOW for h in here)
    assert sum(t.on_wall for h in here for t in h.topics if t.kind == "need") >= 4
    assert len({h.room for h in here}) >= 4


def test_two_dozen_people_lived_there_for_two_months(store, venue):
    people = store.people.all(venue.network_id)
    assert {p.name for p in people} == {role.name for role in CAST}
    assert len(people) == 24
    visits = [v for p in people for v in store.presence.of_person(p.id, most=99)]
    assert len(visits) > 200
    days = {v.started_at.astimezone(venue.zone).date() for v in visits}
    assert NOW.date() - min(days) >= timedelta(days=56)
    assert all(day.weekday() < 5 for day in days)
    kinds = {row.kind for row in store.ledger.rows(venue.network_id)}
    assert kinds == {"commons_start", "newcomers_grant", "seat", "thanks", "seat_forgiven", "reversal", "invoice", "credit"}


def test_the_member_meets_somebody_who_answers_her_need(store, venue):
    room = matches.room_of(store, venue.id, NOW)
    [samira] = [h for h in store.presence.here(venue.id) if h.person.name == MEMBER]
    found = matches.for_visitor(room, samira.visit)
    assert len(found) == 3
    assert (found[0].first_name, found[0].reason.kind, found[0].reason.mine) == (
        "Joost",
        "need_know",
        "Wie leest mijn offerte mee?",
    )
    assert "Daan" not in {m.first_name for m in found}


def test_who_is_not_there_has_a_need_of_the_day_before(store, venue):
    waiting = [p.first_name for p in store.people.all(venue.network_id) if presence.unmet_need(store, p, NOW)]
    assert {"Yasmin", "Femke"} <= set(waiting)


def test_rooms_kiosk_and_wall_are_there(store, venue):
    assert {room.kind for room in store.venues.rooms(venue.id)} == {"open", "quiet", "meeting"}
    assert len(store.venues.rooms(venue.id)) == 7
    assert [(d.kind, d.is_silent(NOW)) for d in store.devices.all(venue.id)] == [
        ("kiosk", False), ("wall", False), ("plate", False),
    ]  # fmt: skip


def test_five_rooms_are_let_and_the_day_is_lively(store, venue):
    let = store.rooms.let(venue.id, NOW)
    assert {room.name: (terms.most(room), terms.hour_cents) for room, terms in let} == {
        "Wachtkamer": (8, 3800), "Perron": (20, 9500), "Wissel": (4, 1800), "Loket": (2, 900), "Remise": (40, 14000),
    }  # fmt: skip
    assert [(extra.name, extra.unit_cents, extra.vat, extra.stock) for extra in store.rooms.extras(venue.id)] == [
        ("Beamer", 1250, 2100, 2), ("Koffie en thee", 250, 900, None),
    ]  # fmt: skip
    today = store.bookings.between(venue.id, day_start(venue, NOW), day_end(venue, NOW))
    assert {one.status for one in today} == {"confirmed", "option"} and len(today) >= 10
    going_on = [one for one in today if one.starts_at <= NOW < one.ends_at]
    (unseen,) = [one for one in going_on if not one.arrived_at]
    assert len(going_on) >= 4 and NOW - unseen.starts_at >= timedelta(minutes=15)
    assert unseen.starts_at + timedelta(minutes=45) > NOW
    assert len(store.bookings.between(venue.id, NOW + timedelta(days=1), NOW + timedelta(days=15))) > 10


def test_rooms_were_let_in_the_weeks_before_and_one_waits_for_the_host(store, venue):
    stood = store.bookings.between(venue.id, NOW - timedelta(days=36), NOW - timedelta(days=1))
    assert len(stood) > 15 and all(one.arrived_at for one in stood)
    ahead = store.bookings.between(venue.id, NOW, NOW + timedelta(days=15))
    assert [one.title for one in ahead if one.status == "requested"] == ["Afscheid van een collega"]


def test_the_member_repeats_a_meeting_and_waits_for_the_one_time_that_somebody_else_has(store, venue):
    (member,) = [p for p in store.people.all(venue.network_id) if p.name == MEMBER]
    mine = [one for one in store.bookings.of_person(member.id, since=NOW) if one.series_id]
    first, *_ = on = [one.starts_at.astimezone(venue.zone).date() for one in mine]
    assert [(day - first).days for day in on] == [0, 14, 21, 28] and {one.status for one in mine} == {"confirmed"}
    (wait,) = store.waits.line(venue.id)
    assert (wait.person_id, wait.state) == (member.id, "waiting")
    assert wait.starts_at.astimezone(venue.zone).date() - first == timedelta(days=7)
    (theirs,) = store.bookings.between(venue.id, wait.starts_at, wait.ends_at, room_ids=[wait.room_id])
    assert theirs.status == "confirmed" and theirs.person_id != member.id
    (plate,) = store.devices.all(venue.id, "plate")
    (now_there,) = store.bookings.between(venue.id, NOW, NOW + timedelta(minutes=1), room_ids=[plate.room_id])
    assert now_there.title == "Spreekuur Emre" and not now_there.arrived_at


@pytest.mark.long
def test_the_same_moment_gives_the_same_demo(demo, tmp_path, sqlite_template):
    shutil.copy(sqlite_template, tmp_path / "s2m.sqlite")
    database = Database(f"sqlite:///{tmp_path / 's2m.sqlite'}", chance=seeded(1))
    with database.write() as store:
        build(store, NOW)
        again = store.ledger.head(store.venues.networks()[0].id)
    database.close()
    with demo[0].read() as store:
        assert store.ledger.head(store.venues.networks()[0].id) == again


AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = [datetime(2026, month, day, tzinfo=AMSTERDAM) for month, day in ((3, 12), (3, 14), (3, 15), (3, 29), (10, 25), (12, 31))]


@pytest.mark.parametrize("day", DAYS, ids=lambda day: f"{day:%a-%d-%b}")
def test_at_whatever_hour_it_is_open_for_two_hours_more(day, venue):
    for minutes in range(0, 24 * 60, 7):
        now = day.astimezone(UTC) + timedelta(minutes=minutes)
        open_now = replace(venue, opening_hours=clock.hours_around(now))
        arrived = now - timedelta(hours=2, minutes=45)
        assert (
            now + timedelta(hours=2)
            <= closing_after(open_now, arrived)
            == closing_after(open_now, now)
            <= now + timedelta(hours=19)
        )


@pytest.mark.long
@pytest.mark.parametrize("hour", [1, 23])
def test_at_night_there_are_people_in_the_house_too(tmp_path, hour):
    now = datetime(2026, 3, 14, hour, 17, tzinfo=AMSTERDAM).astimezone(UTC)
    with prepare(tmp_path / "demo", BASE, now) as (config, _):
        database = Database(config.database)
        with database.read() as store:
            venue = store.venues.all()[0]
            assert len(store.presence.here(venue.id)) == 12
            assert len(store.bookings.between(venue.id, now, now + timedelta(minutes=1))) >= 3
            assert store.presence.due(now + timedelta(minutes=119)) == []
            assert ledger.verify_network(store, venue.network_id).fault is None
        database.close()


def test_a_folder_with_a_real_database_is_refused(tmp_path):
    command(tmp_path, "init", "--network", "Noord", "--venue", "V", "--name", "Marieke", "--email", "m@noord.example")
    before = (tmp_path / "s2m.sqlite").read_bytes()
    done = subprocess.run(
        [*COMMAND, "demo", "--port", str(free_port())], env=environment(tmp_path), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "is not a demo" in done.stderr
    assert (tmp_path / "s2m.sqlite").read_bytes() == before


def test_a_demo_that_runs_is_not_built_anew_under_it(tmp_path):
    (tmp_path / MARK).touch()
    with (
        Embedded(tmp_path / "s2m.sqlite").sole("served"),
        pytest.raises(Refused, match="served"),
        prepare(tmp_path, BASE, NOW),
    ):
        pass


@pytest.mark.long
def test_it_prints_five_links_that_open_and_starts_anew_each_time(serving, tmp_path):  # noqa: F811
    folder = tmp_path / "demo"
    server = serving("demo", folder=folder)
    names = "kiosk|member|host|wall|plate"
    links = dict(re.findall(rf"^({names}): http://127\.0\.0\.1:{server.port}(/\S+)$", server.said(), re.MULTILINE))
    assert set(links) == {"kiosk", "member", "host", "wall", "plate"}
    assert "Samira" in server.ask("GET", links["member"])[1]
    assert "Marieke" in server.ask("GET", links["host"])[1]
    for name in ("kiosk", "wall", "plate"):
        assert server.ask("GET", links[name])[0] == 200
    keys = (folder / "keys.json").read_bytes()
    assert server.stop(signal.SIGINT) < 3
    assert serving("demo", folder=folder).ask("GET", links["member"])[0] == 404
    assert (folder / "keys.json").read_bytes() == keys
