"""What happens by itself. A job is a plain function job(database, config, now) that can be run by hand and run again.

One scheduler per database, whatever is started: it holds a lock that falls with its process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from s2m import bills, letters, looks, mail, offers, outside
from s2m.config import Config, keys
from s2m.domain import asks, bookings, budgets, commons, contributions, erasing, introductions, presence, talks
from s2m.domain.bookings import releasing, waiting
from s2m.domain.relevance.meanings import of_the_product
from s2m.heads import seal as seal_heads
from s2m.restoring import note_missing
from s2m.store.engine import Database

log = structlog.get_logger("s2m.jobs")
RETRY = 10.0
MAIL_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Job:
    """run: gives back a few words on what it did; seconds: how often."""

    name: str
    run: Callable[[Database, Config, datetime], str]
    seconds: int


def close_visits(database: Database, config: Config, now: datetime) -> str:
    """End visits whose closing time has come and settle their holds."""
    with database.write() as store:
        closed = presence.close_due(store, now)
    return f"closed {closed}"


def send_mail(database: Database, config: Config, now: datetime) -> str:
    """Send what waits in the outbox, one by one; what fails waits longer each time."""
    sent, failed = mail.deliver(database, config, now)
    return f"sent {sent}, failed {failed}"


def check_posts(database: Database, config: Config, now: datetime) -> str:
    """Look at posts that members told us of, and at accounts that they say are theirs."""
    return f"looked at {looks.run(database, now)}"


def look_outside(database: Database, config: Config, now: datetime) -> str:
    """Look at the other calendars of rooms, each once an hour; those that were just linked at once."""
    return f"looked at {outside.run(database, now)}"


def forget_rates(database: Database, config: Config, now: datetime) -> str:
    """Drop counters that have long filled up again."""
    with database.write() as store:
        return f"dropped {store.rates.forget(now - timedelta(days=2))}"


def accept_thanks(database: Database, config: Config, now: datetime) -> str:
    """Let thanks count that nobody accepted or declined in time. A network at a time: each has its own chain to lock."""
    with database.read() as store:
        late = [network for network in store.venues.networks() if store.contributions.due(network.id, now)]
    accepted = 0
    for network in late:
        with database.write() as store:
            accepted += contributions.accept_due(store, network.id, now)
    return f"accepted {accepted}"


def mail_heads(database: Database, config: Config, now: datetime) -> str:
    """Once a day (UTC) in each network: seal the heads of both chains and mail them to the hosts. Looks often, does it once."""
    sealed = mailed = 0
    with database.read() as store:
        networks = store.venues.networks()
    for network in networks:
        with database.write() as store:
            heads, readers = seal_heads(store, network, now, mails=bool(config.smtp_url))
        sealed, mailed = sealed + heads, mailed + readers
    return f"sealed {sealed}, mailed {mailed}"


def decay(database: Database, config: Config, now: datetime) -> str:
    """Once a month, where a network has it: a small part of what people have free goes to the commons."""
    with database.read() as store:
        first = {venue.network_id: venue.zone for venue in reversed(store.venues.all())}
    done = []
    for network_id, zone in first.items():
        with database.write() as store:
            done.append(commons.decay(store, network_id, zone, now))
    return f"{sum(d.amount for d in done if d)} dots of {sum(d.people for d in done if d)} people"


def lapse_grants(database: Database, config: Config, now: datetime) -> str:
    """Let go of large grants that no second host decided on in time."""
    with database.write() as store:
        return f"let go {budgets.lapse(store, now)}"


def step_asks(database: Database, config: Config, now: datetime) -> str:
    """Bring asks on to the next person, or to their end. A network at a time, and no lock where nothing is due."""
    with database.read() as store:
        late = store.asks.networks_due(now)
    stepped, meanings = 0, of_the_product(config.taxonomy) if late else None
    for network_id in late:
        with database.write() as store:
            stepped += asks.step_due(store, network_id, now, meanings)
    return f"stepped {stepped}"


def expire_bookings(database: Database, config: Config, now: datetime) -> str:
    """Let go of rooms that were held, kept on option or asked for too long. No lock where nothing is due."""
    with database.read() as store:
        late = {booking.venue_id for booking in store.bookings.due(now)}
        venues = [store.venues.get(venue_id) for venue_id in sorted(late)]
    expired = 0
    for venue in filter(None, venues):
        with database.write() as store:
            expired += bookings.expire_due(store, venue, now)
    return f"let go {expired}"


def write_letters(database: Database, config: Config, now: datetime) -> str:
    """Write to renters what happened to their bookings, and whose option lapses soon. No lock where there is nothing to tell."""
    with database.read() as store:
        waiting = store.bookings.letters() or bookings.ending_options(store, now)
    if not waiting:
        return "wrote 0"
    with database.write() as store:
        bookings.warn_options(store, now)
        return f"wrote {letters.write(store, config, keys(config.instance).bookings, letters.base_of(config), now)}"


def release_rooms(database: Database, config: Config, now: datetime) -> str:
    """Warn of rooms that were booked and stand empty, and give them free. A venue at a time, no lock where nothing is due."""
    with database.read() as store:
        late = [store.venues.get(venue_id) for venue_id in releasing.venues_due(store, now)]
    warned = released = 0
    for venue in filter(None, late):
        with database.write() as store:
            done = releasing.look_after(store, venue, now)
        warned += sum(1 for _booking, what in done if what == "warned")
        released += sum(1 for _booking, what in done if what == "released")
    return f"warned {warned}, released {released}"


def offer_rooms(database: Database, config: Config, now: datetime) -> str:
    """Write to whoever is offered a room they waited for, and end the waiting for what is over."""
    with database.read() as store:
        untold, over = bool(config.smtp_url and store.waits.untold()), bool(store.waits.over(now))
    told = ended = 0
    if untold or over:
        with database.write() as store:
            ended = waiting.lapse(store, now)
            told = offers.tell(store, config, now) if config.smtp_url else 0
    return f"wrote {told}, ended {ended}"


def settle_talks(database: Database, config: Config, now: datetime) -> str:
    """Pay speakers once their listeners had half an hour to be counted."""
    with database.write() as store:
        return f"settled {talks.settle_due(store, now)}"


def lapse_introductions(database: Database, config: Config, now: datetime) -> str:
    """End introductions that not both agreed on in time."""
    with database.write() as store:
        return f"ended {introductions.lapse(store, now)}"


def mail_bills(database: Database, config: Config, now: datetime) -> str:
    """Mail invoices, credit notes and reminders, each once."""
    sent, reminded = bills.mail(database, config, now)
    return f"mailed {sent}, reminded {reminded}"


def forget_people(database: Database, config: Config, now: datetime) -> str:
    """Let visits, meetings and what was said in them lose their persons once they are old enough; the counts stay.

    Also note who was erased and is not noted outside the database, and drop mail that is done with.
    """
    note_missing(database, config)
    with database.write() as store:
        store.outbox.forget(now - MAIL_KEPT)
        return f"forgot whose {erasing.forget(store, now)} visits were"


JOBS = (
    Job("close_visits", close_visits, 20),
    Job("step_asks", step_asks, 5),
    Job("send_mail", send_mail, 15),
    Job("check_posts", check_posts, 15),
    Job("look_outside", look_outside, 60),
    Job("forget_rates", forget_rates, 3600),
    Job("accept_thanks", accept_thanks, 60),
    Job("decay", decay, 3600),
    Job("lapse_grants", lapse_grants, 3600),
    Job("settle_talks", settle_talks, 60),
    Job("expire_bookings", expire_bookings, 20),
    Job("offer_rooms", offer_rooms, 20),
    Job("write_letters", write_letters, 20),
    Job("release_rooms", release_rooms, 30),
    Job("lapse_introductions", lapse_introductions, 3600),
    Job("mail_bills", mail_bills, 20),
    Job("forget_people", forget_people, 3600),
    Job("mail_heads", mail_heads, 600),
)


def run(job: Job, database: Database, config: Config, now: datetime) -> bool:
    """Run one job and write down how it went."""
    with database.write() as store:
        store.jobs.started(job.name, now)
    try:
        detail, ok = job.run(database, config, now), True
    except Exception as error:
        log.error("job failed", job=job.name, exc_info=error)
        detail, ok = type(error).__name__, False
    with database.write() as store:
        store.jobs.finished(job.name, datetime.now(UTC), ok=ok, detail=detail)
    return ok


def start(database: Database, config: Config) -> threading.Thread:
    """Become the one scheduler of this database as soon as no other process is."""
    thread = threading.Thread(target=reign, args=(database, config), name="scheduler", daemon=True)
    thread.start()
    return thread


def reign(database: Database, config: Config, stop: threading.Event | None = None) -> None:
    """Work as the one scheduler of this database, as soon as no other process does, until `stop` is set."""
    stop = stop or threading.Event()
    while not stop.is_set():
        with database.kind.sole("scheduler") as mine:
            if mine:
                scheduler = BackgroundScheduler(timezone=UTC)
                for job in JOBS:
                    scheduler.add_job(
                        lambda job=job: run(job, database, config, datetime.now(UTC)), "interval", seconds=job.seconds,
                        id=job.name, next_run_time=datetime.now(UTC), max_instances=1, coalesce=True,
                        misfire_grace_time=job.seconds,
                    )  # fmt: skip
                scheduler.start()
                stop.wait()
                scheduler.shutdown(wait=False)
        stop.wait(RETRY)
