"""Is the house well? Jobs, the database, the ledger and its chain, mail that waits, and who did what."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from s2m.domain import ledger
from s2m.domain.calendars import outside
from s2m.domain.errors import Damaged
from s2m.domain.ledger import Head, Verdict
from s2m.domain.venues import Venue
from s2m.web.context import config, database, hosted_venue, isolated, limit, me, meanings, now, person, reading, writing
from s2m.web.host import blueprint
from s2m.web.policy import host

if TYPE_CHECKING:
    from s2m.store import Store

LINES = 50
# A job may be this many times its interval late, and a minute, before it counts as overdue
PATIENCE = 3
JOBS: dict[str, Callable[[], str]] = {
    "close_visits": lambda: _("End visits at closing time"),
    "step_asks": lambda: _("Ask the next person"),
    "send_mail": lambda: _("Send mail"),
    "check_posts": lambda: _("Look at posts"),
    "look_outside": lambda: _("Look at other calendars of rooms"),
    "forget_rates": lambda: _("Forget old counters"),
    "accept_thanks": lambda: _("Let waiting thanks count"),
    "lapse_grants": lambda: _("Let go of grants nobody decided on"),
    "decay": lambda: _("Let balances decay into the commons, once a month"),
    "settle_talks": lambda: _("Settle talks"),
    "lapse_introductions": lambda: _("Let introductions lapse that not both agreed on"),
    "expire_bookings": lambda: _("Let go of rooms that were held too long"),
    "mail_bills": lambda: _("Mail invoices and reminders"),
    "offer_rooms": lambda: _("Offer rooms to who waits for them"),
    "write_letters": lambda: _("Write to renters about their bookings"),
    "release_rooms": lambda: _("Release rooms that nobody came to"),
    "forget_people": lambda: _("Forget whose old visits were"),
    "mail_heads": lambda: _("Seal the day and mail it to the hosts"),
}
ACTS: dict[str, Callable[[], str]] = {
    "synonym.add": lambda: _("added a word of the house"),
    "synonym.end": lambda: _("removed a word of the house"),
    "seller.change": lambda: _("changed who sells here"),
    "bill.credit": lambda: _("took an invoice back"),
    "bill.pay": lambda: _("put a payment down"),
    "bill.refund": lambda: _("gave money back"),
    "bill.deposit": lambda: _("gave a deposit back"),
    "bill.keep": lambda: _("kept a part of a deposit"),
    "bill.unpay": lambda: _("took a payment off"),
    "bill.import": lambda: _("took payments in from the bank’s file"),
    "checkout.differs": lambda: _("a payment online of another amount came in and was not counted"),
    "session.start": lambda: _("signed in"),
    "session.end": lambda: _("signed out"),
    "device.offer": lambda: _("made a code for a screen"),
    "device.pair": lambda: _("was paired"),
    "device.revoke": lambda: _("unpaired a screen"),
    "policy.change": lambda: _("changed the house rules"),
    "policy.withdraw": lambda: _("withdrew a planned change of the house rules"),
    "hours.change": lambda: _("changed the opening hours"),
    "room.add": lambda: _("added a room"),
    "room.change": lambda: _("changed a room"),
    "room.retire": lambda: _("retired a room"),
    "feed.make": lambda: _("made an address for a calendar"),
    "feed.revoke": lambda: _("ended an address for a calendar"),
    "calendar.link": lambda: _("linked another calendar to a room"),
    "calendar.unlink": lambda: _("unlinked another calendar of a room"),
    "room.close": lambda: _("closed a room for a time"),
    "room.reopen": lambda: _("opened a room again"),
    "terms.change": lambda: _("changed the terms of a room"),
    "terms.withdraw": lambda: _("withdrew planned terms of a room"),
    "extra.stock": lambda: _("changed how many of an extra there are"),
    "picture.add": lambda: _("added a picture of a room"),
    "picture.describe": lambda: _("changed the words of a picture"),
    "picture.move": lambda: _("changed the order of pictures"),
    "picture.remove": lambda: _("removed a picture of a room"),
    "extra.add": lambda: _("added an extra"),
    "extra.retire": lambda: _("no longer offers an extra"),
    "booking.option": lambda: _("took an option on a room"),
    "booking.requested": lambda: _("asked for a room"),
    "booking.confirmed": lambda: _("booked a room"),
    "booking.declined": lambda: _("declined a booking"),
    "booking.cancelled": lambda: _("cancelled a booking"),
    "booking.expired": lambda: _("let an option or request lapse"),
    "booking.released": lambda: _("released a room that nobody came to"),
    "booking.move": lambda: _("moved or changed a booking"),
    "booking.arrive": lambda: _("saw that they came"),
    "booking.absent": lambda: _("took back that they came"),
    "booking.end_early": lambda: _("freed a room before the end"),
    "role.host": lambda: _("made somebody a host"),
    "role.admin": lambda: _("made somebody an admin"),
    "visit.help_in": lambda: _("checked somebody in"),
    "visit.help_out": lambda: _("checked somebody out"),
    "visit.answer": lambda: _("wrote down what somebody needs or shares"),
    "visit.undo": lambda: _("took a check-in back"),
    "visit.forgive": lambda: _("let the commons pay a seat"),
    "visit.house": lambda: _("gave a seat on the house"),
    "visit.day_pass": lambda: _("sold a day pass"),
    "person.erase": lambda: _("erased themselves"),
    "person.add": lambda: _("added somebody"),
    "mail.change": lambda: _("changed their own mail address"),
    "person.change": lambda: _("changed a name or mail address"),
    "topic.add": lambda: _("added a topic for somebody"),
    "topic.drop": lambda: _("removed a topic for somebody"),
    "badge.replace": lambda: _("replaced a badge"),
    "people.search": lambda: _("searched people"),
    "budget.fill": lambda: _("filled a budget"),
    "grant.ask": lambda: _("asked for a large grant"),
    "grant.give": lambda: _("granted from the budget"),
    "grant.decline": lambda: _("did not give a grant"),
    "decay.plan": lambda: _("changed how much decays each month"),
    "talk.announce": lambda: _("announced a talk for somebody"),
    "talk.cancel": lambda: _("cancelled a talk"),
    "talk.attend": lambda: _("counted somebody at a talk"),
    "talk.settle": lambda: _("settled a talk"),
    "task.post": lambda: _("posted a task"),
    "task.confirm": lambda: _("confirmed who took part in a task"),
    "task.cancel": lambda: _("cancelled a task"),
    "introduction.make": lambda: _("introduced two people"),
    "contribution.proxy": lambda: _("wrote down a contribution for somebody"),
    "post.confirm": lambda: _("confirmed a post"),
    "post.decline": lambda: _("declined a post"),
    "ledger.verify": lambda: _("verified the ledger"),
    "thanks.object": lambda: _("objected to thanks"),
    "thanks.reverse": lambda: _("took thanks back"),
    "line.reverse": lambda: _("put a line of the ledger right"),
    "account.freeze": lambda: _("froze an account"),
    "account.release": lambda: _("released an account"),
    "passport.issue": lambda: _("took a passport along"),
    "passport.grant": lambda: _("gave a start from a passport"),
    "story.take_down": lambda: _("took a story off the wall"),
    "key.trust": lambda: _("began to trust another network’s passports"),
    "key.distrust": lambda: _("stopped trusting another network’s passports"),
}
FAULTS: dict[str, Callable[[], str]] = {
    "gap": lambda: _("A row is missing."),
    "chain": lambda: _("This row or one before it was changed."),
    "cut": lambda: _("The chain was cut off."),
    "balance": lambda: _("A balance does not follow from its rows."),
    "sum": lambda: _("The balances do not add up to zero."),
    "floor": lambda: _("A balance went below the lowest that was ever allowed."),
    "unreadable": lambda: _("It holds what cannot be read."),
    "rewritten": lambda: _("It is not the row that was there when its day was sealed."),
    "seals": lambda: _("The seal of a day was taken away."),
    "frozen": lambda: _("An account stands still, or moves, though nobody said so."),
    "opened": lambda: _("An account is not the one that was opened."),
}


@dataclass(frozen=True)
class JobState:
    """last: when it last began, None where it never did."""

    words: str
    last: datetime | None
    ok: bool | None
    overdue: bool
    detail: str


@blueprint.get("/<slug>/health")
@host
def health(slug: str) -> ResponseReturnValue:
    venue = hosted_venue(slug)
    return _page(venue)


@blueprint.post("/<slug>/health/verify")
@host
def verify(slug: str) -> ResponseReturnValue:
    """Recompute the whole ledger from its rows."""
    venue = hosted_venue(slug)
    limit("verify", venue.network_id, most=12, per=timedelta(hours=1))
    verdict = _verdict(venue)
    with suppress(Damaged), writing() as store:  # the trail itself may be what is wrong
        store.audit.record(
            venue.network_id, now(), actor=person().id, role="host", action="ledger.verify", venue_id=venue.id,
            result="fault" if verdict.fault else "done",
        )  # fmt: skip
    return _page(venue, verdict)


def _verdict(venue: Venue) -> Verdict:
    """Read beside running check-ins first. Only a fault that stands while nobody writes is one."""
    with reading() as store:
        verdict = ledger.verify_network(store, venue.network_id)
    if verdict.fault is None:
        return verdict
    with writing() as store:
        with suppress(Damaged):  # no head, no lock: the verdict says so
            store.ledger.lock_chain(venue.network_id)
        return ledger.verify_network(store, venue.network_id)


def _page(venue: Venue, verdict: Verdict | None = None) -> str:
    with reading() as store:
        waiting, failed = store.outbox.standing(venue.network_id)
        found: dict[str, Any] = {
            "head": _head(store, venue),
            "sealed": store.heads.last(venue.network_id, "ledger"),
            "commons": store.ledger.network_account(venue.network_id, "commons").balance,
            "issued": -store.ledger.network_account(venue.network_id, "issuing").balance,
            "trail": _trail(store, venue),
            "jobs": _jobs(store),
        }
        unread = store.calendars.failing(venue.id, outside.TOLD_AFTER)
        silent = [device.name for device in store.devices.all(venue.id) if device.is_silent(now())]
        stuck = waiting if not config().smtp_url else store.outbox.retrying(venue.network_id)
    found |= {"trouble": _trouble(found["jobs"], silent, unread, stuck, failed), "mails": bool(config().smtp_url)}
    topics = meanings().lexicon
    found |= {"topics": topics, "esco": any(concept.field == "esco" for concept in topics.concepts)}
    engine = database().kind.describe()
    return render_template(
        "host/health.html", verdict=verdict, fault=_fault(verdict), waiting=waiting, failed=failed, engine=engine, **found
    )


def _head(store: Store, venue: Venue) -> Head | None:
    """None where somebody took it away: this page is where that shows."""
    with suppress(Damaged):
        return store.ledger.head(venue.network_id)
    return None


def _trouble(jobs: list[JobState], silent: list[str], unread: list[str], stuck: int, failed: int) -> list[str]:
    """What needs somebody, a few words each; nothing where everything works."""
    found = [_("%(name)s is silent", name=isolated(name)) for name in silent]
    for job in jobs:
        if job.ok is False:
            found.append(_("%(job)s: failed", job=job.words))
        elif job.overdue:
            found.append(_("%(job)s: overdue", job=job.words))
    found += [_("The other calendar of %(room)s cannot be read", room=isolated(room)) for room in unread]
    if stuck:
        found.append(ngettext("%(num)d message waits", "%(num)d messages wait", stuck))
    if failed:
        found.append(ngettext("%(num)d message was given up", "%(num)d messages were given up", failed))
    return found


def _fault(verdict: Verdict | None) -> str:
    if verdict is None or verdict.fault is None:
        return ""
    known = FAULTS.get(verdict.fault.what)
    return known() if known else _("A row does not follow the rules of the ledger.")


def _jobs(store: Store) -> list[JobState]:
    """Every job of this server, also one that never ran."""
    ran = {run.job: run for run in store.jobs.all()}
    seconds: dict[str, int] = current_app.extensions["s2m.jobs"]
    states = []
    for name, every in seconds.items():
        run = ran.get(name)
        late = run is None or now() - run.started_at > timedelta(seconds=every * PATIENCE + 60)
        words = JOBS[name]() if name in JOBS else name
        states.append(JobState(words, run and run.started_at, run and run.ok, late, run.detail if run else ""))
    return states


def _trail(store: Store, venue: Venue) -> list[dict[str, object]]:
    """The last acts at this venue; an admin sees the whole network's."""
    rows = store.audit.last(venue.network_id, most=LINES, venue_id=None if me().is_admin else venue.id)
    names = store.people.first_names({str(row["actor"]) for row in rows})
    devices = {device.id: device.name for device in store.devices.all(venue.id)}
    for row in rows:
        actor, action = str(row["actor"]), str(row["action"])
        row["who"] = names.get(actor) or devices.get(actor) or str(row["role"])
        row["words"] = ACTS[action]() if action in ACTS else action
    return rows
