"""What happens by itself. A job is a plain function job(database, config, now) that can be run by hand and run again.

One scheduler per database, whatever is started: it holds a lock that falls with its process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

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
        due = [(booking.venue_id, booking.id) for booking in store.bookings.due(now)]
    gone = each(database, due, lambda store, one: bookings.expire_due(store, _venue(store, one[0]), now, only=one[1]))
    return f"let go {sum(gone)}"


def write_letters(database: Database, config: Config, now: datetime) -> str:
    """Write to renters what happened to their bookings, and whose option lapses soon. No lock where there is nothing to tell."""
    with database.read() as store:
        ending = bool(bookings.ending_options(store, now))
    if ending:
        with database.write() as store:
            bookings.warn_options(store, now)
    with database.read() as store:
        due = store.bookings.letters()
    ring, base = keys(config.instance), letters.base_of(config)
    return f"wrote {sum(each(database, due, lambda store, one: letters.write(store, config, ring, base, now, [one])))}"


def release_rooms(database: Database, config: Config, now: datetime) -> str:
    """Warn of rooms that were booked and stand empty, and give them free. No lock where nothing is due."""
    with database.read() as store:
        late = releasing.all_due(store, now)
    done = each(database, late, lambda store, one: releasing.look_after(store, _venue(store, one.venue_id), now, only=one.id))
    what = [word for some in done for _booking, word in some]
    return f"warned {what.count('warned')}, released {what.count('released')}"


def offer_rooms(database: Database, config: Config, now: datetime) -> str:
    """Write to whoever is offered a room they waited for, and end the waiting for what is over."""
    with database.read() as store:
        untold, over = store.waits.untold() if config.smtp_url else [], bool(store.waits.over(now))
    ended = 0
    if over:
        with database.write() as store:
            ended = waiting.lapse(store, now)
    return f"wrote {sum(each(database, untold, lambda store, one: offers.tell(store, config, one, now)))}, ended {ended}"


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


def each(database: Database, those: Iterable[Any], do: Callable[[Store, Any], Any]) -> list[Any]:
    """Do each in a transaction of its own: one that cannot be done stops no other. Raises what stopped the last of them, once
    all had their turn, so that the health page says so."""
    done, failed = [], None
    for one in those:
        try:
            with database.write() as store:
                done.append(do(store, one))
        except Exception as error:
            log.error("left out", what=repr(one)[:80], exc_info=error)
            failed = error
    if failed:
        raise failed
    return done


def _venue(store: Store, venue_id: str) -> Venue:
    found = store.venues.get(venue_id)
    assert found, "venues are never deleted"
    return found


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
