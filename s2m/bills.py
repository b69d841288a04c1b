"""Invoices and reminders by mail, each once, in the renter's own language, with the files that go along.

Written by a job and not where a booking is made: setting a PDF takes longer than the ledger may be locked.
"""

from __future__ import annotations

import gettext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from s2m.config import Config, keys
from s2m.domain.billing import links
from s2m.domain.bookings.renting import proved_mail
from s2m.domain.errors import Conflict, Refused
from s2m.letters import base_of
from s2m.papers.pdf import pdf
from s2m.papers.ubl import ubl
from s2m.papers.words import day, euro, what

if TYPE_CHECKING:
    from s2m.domain.billing import Bill, Document
    from s2m.store import Store
    from s2m.store.engine import Database
    from s2m.store.house import Attachment

TRANSLATIONS = Path(__file__).parent / "translations"
# How many days after it was due a reminder goes out: the first, the second
REMINDERS = (7, 14)
# A document that could not be mailed for so long is no news any more: the host sees on its page that it never was
NEWS = timedelta(days=14)
log = structlog.get_logger("s2m.bills")


def mail(database: Database, config: Config, now: datetime) -> tuple[int, int]:
    """Mail documents that are new, and reminders of what is late; how many of each. Without a mail server none waits for one."""
    if not config.smtp_url:
        return 0, 0
    with database.read() as store:
        new = store.billing.unmailed(now - NEWS)
        late = store.billing.late(now.date() + timedelta(days=1 - REMINDERS[0]))
        zones = {venue.id: venue.zone for venue in store.venues.all()}
    sent = sum(_mail(database, config, document, 0, now) for document in new)
    reminded = 0
    for bill in late:
        zone = zones.get(bill.document.venue_id)
        if zone and bill.document.buyer.email and bill.open_cents > 0:
            days = (now.astimezone(zone).date() - bill.document.due_on).days
            step = sum(days >= after for after in REMINDERS)
            if step > bill.reminders:
                reminded += _mail(database, config, bill.document, step, now, bill)
    return sent, reminded


def _mail(database: Database, config: Config, document: Document, step: int, now: datetime, bill: Bill | None = None) -> bool:
    """One letter, unless another process wrote it meanwhile. step: 0 the document itself, then the reminders."""
    try:
        subject, body = _words(document, step, link(config, document.id), bill.open_cents if bill else 0)
        with database.read() as store:
            recipient = addressee(store, document)
        if not recipient:
            return False
        files = attachments(document)
        with database.write() as store:
            # A bill that was paid or taken back a moment ago is not asked for
            if step and store.billing.bills(document.venue_id, [document.id])[0].open_cents <= 0:
                return False
            for earlier in range(step + 1):
                if step == earlier or earlier not in store.billing.letters(document.id):
                    store.billing.add_letter(document, earlier, now)
            store.outbox.add(document.network_id, recipient, subject, body, now, attachments=files)
    except Conflict:
        return False
    except Exception as error:  # one that cannot be written keeps no other back
        log.error("bill not mailed", document=document.id, exc_info=error)
        return False
    return True


def addressee(store: Store, document: Document) -> str:
    """Where it goes; empty where nobody proved an address. What a member typed themselves stands on it, and mail goes to the one
    that they proved: anybody's could be typed. Of who was erased since nobody knows any more what they proved: they get none."""
    renter = store.bookings.renter(document.renter_id)
    if renter is None or not renter.name:
        return ""
    return (proved_mail(store, renter) or "") if renter.person_id else document.buyer.email


def attachments(document: Document) -> tuple[Attachment, ...]:
    """The PDF, and UBL where both parties told all that the norm asks for."""
    files = [(f"{document.number}.pdf", "application/pdf", pdf(document))]
    try:
        files.append((f"{document.number}.xml", "application/xml", ubl(document)))
    except Refused as error:
        log.info("no ubl", document=document.id, missing=error.data.get("missing"))
    return tuple(files)


def link(config: Config, document_id: str) -> str:
    """Where its renter sees and pays it; empty where this server was not told how it is called."""
    base = base_of(config)
    return f"{base.rstrip('/')}/bills/{links.token(keys(config.instance).bills, document_id)}" if base else ""


def _words(document: Document, step: int, where: str, open_cents: int) -> tuple[str, str]:
    """In the renter's language: there is no page here whose language it could have."""
    _ = gettext.translation("messages", TRANSLATIONS, [document.language], fallback=True).gettext
    values = {
        "number": document.number, "about": document.about, "seller": document.seller.name,
        "amount": euro(open_cents or document.sum.gross_cents, document.language), "due": day(document.due_on, document.language),
        "what": what(document.lines[0], document.language), "credits": document.credits_number, "reason": document.reason,
    }  # fmt: skip
    if step:
        subject = _("Reminder: invoice %(number)s")
        said = _(
            "invoice %(number)s (%(about)s) was due on %(due)s, and %(amount)s of it is still open. Did you pay these days? Then "
            "you need not do anything."
        )
    elif document.reduces_id and not document.reason:
        subject = _("Credit note %(number)s")
        said = _("%(amount)s comes off invoice %(credits)s (%(about)s). The credit note is in this mail.")
    elif document.reduces_id:
        subject = _("Credit note %(number)s")
        said = _(
            "%(amount)s comes off invoice %(credits)s (%(about)s). The reason: %(reason)s. The credit note is in this mail."
        )
    elif document.kind == "credit":
        subject = _("Credit note %(number)s")
        said = _("invoice %(credits)s (%(about)s) is taken back. The credit note is in this mail.")
    elif document.of_deposit:
        subject = _("Invoice %(number)s")
        said = _(
            "%(amount)s of your deposit for %(about)s was kept. %(what)s. The invoice in this mail is paid with it, and what is "
            "left of the deposit comes back to you."
        )
    else:
        subject = _("Invoice %(number)s")
        said = _("here is the invoice for %(about)s: %(amount)s, to be paid by %(due)s. It is in this mail.")
    see = [_("See or pay it here:") + f"\n{where}"] if where else []
    lines = [_("Hello,"), said % values, *see, document.seller.name]
    return subject % values, "\n\n".join(lines)
