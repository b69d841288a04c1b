"""What a renter is written about their booking, in their language, with the meeting as a file for their calendar.

The domain notes that a letter is due (`domain/bookings/letters.py`), in the transaction that causes it; whoever comes by first
writes it: the page that caused it, or the job. Without a mail server none are written.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

from s2m.config import ADDRESS, Config, KeyRing
from s2m.domain import calendars, codes
from s2m.domain.bookings import lists
from s2m.domain.bookings.releasing import release_at
from s2m.domain.bookings.renting import proved_mail
from s2m.domain.calendars import events
from s2m.domain.signin import fingerprint
from s2m.spoken import Words

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking, Renter
    from s2m.domain.bookings.letters import Letter
    from s2m.domain.rooms import RoomTerms
    from s2m.domain.venues import Room, Venue
    from s2m.store import Store

LATE = timedelta(days=1)


@dataclass(frozen=True)
class Meeting:
    """A booking with all that is told of it. link: where its renter looks after it; guests: where its code leads whom they
    invite; both empty where nobody knows how this server is called, guests also where it does not take place, or is over."""

    booking: Booking
    room: Room
    venue: Venue
    renter: Renter
    link: str
    carries: int
    terms: RoomTerms
    guests: str = ""


@dataclass(frozen=True)
class Time:
    """One of a series: where it is, and where its code leads guests, as in Meeting."""

    booking: Booking
    room: str
    guests: str


def secret_of(key: str, booking: Booking) -> str:
    """The secret in the link of a stranger's booking: made from its id and a key of the server, so that a later letter has it,
    too, and the database only its hash. Of another renter (who mistyped their address first) it is another one."""
    made = hmac.digest(key.encode(), f"booking {booking.id} {booking.renter_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def base_of(config: Config) -> str:
    """How this server is called, where no request says so."""
    kept = config.instance / ADDRESS
    return config.public_url or (kept.read_text().strip() if kept.exists() else "")


def reader(store: Store, renter: Renter) -> str:
    """Where letters go: a member's to the address that they proved, if they did; what they typed as a renter stands on the
    invoice."""
    return proved_mail(store, renter) or ""


def meeting(store: Store, booking: Booking, keys: KeyRing, base: str, now: datetime) -> Meeting | None:
    """None for one that has no renter yet. A stranger's booking gets its secret here, where it has none."""
    room, venue = store.venues.room(booking.room_id), store.venues.get(booking.venue_id)
    renter = store.bookings.renter(booking.renter_id or "")
    if room is None or venue is None or renter is None:
        return None
    renter = replace(renter, email=reader(store, renter))
    name = booking.id
    if booking.person_id is None:
        name = secret_of(keys.bookings, booking)
        if booking.secret_hash != fingerprint(name):
            booking = store.bookings.set(booking, secret_hash=fingerprint(name))
    carried = lists.carried(venue, store.venues.policy(venue, now), booking)
    terms = store.rooms.version(booking.terms_id)
    link = f"{base.rstrip('/')}/bookings/{name}" if base else ""
    return Meeting(booking, room, venue, renter, link, carried, terms, _guests(booking, keys, base, now))


def _guests(booking: Booking, keys: KeyRing, base: str, now: datetime) -> str:
    takes_place = booking.status == "confirmed" and booking.left_at is None and now < booking.ends_at
    return f"{base.rstrip('/')}/meeting/{codes.meeting_text(keys.door, booking.id)}" if base and takes_place else ""


def write(store: Store, config: Config, keys: KeyRing, base: str, now: datetime, those: Iterable[Letter] | None = None) -> int:
    """Write what is due into the outbox; how many. those: which of it; without, what this transaction noted itself."""
    written = 0
    for letter in store.bookings.noted if those is None else those:
        booking = store.bookings.get(letter.booking_id)
        if not store.bookings.drop_letter(letter) or booking is None or not config.smtp_url:
            continue
        if booking.ends_at < now - LATE:  # nobody waits for it any more: what was entered afterwards, or a job that stood still
            continue
        told = meeting(store, booking, keys, base, now)
        if told and told.renter.email:
            words = Words(told.renter.language, told.venue.zone)
            many = _series(store, booking, keys, base, now) if letter.kind.startswith("series") else []
            subject, body = compose(words, letter.kind, told, many)
            file = [] if letter.kind == "request_lapsed" else [calendar_file(told, config, words, now)]
            file = [calendar_of_all(told, words, many)] if many else file
            store.outbox.add(told.venue.network_id, told.renter.email, subject, body, now, file)
            written += 1
    return written


def _series(store: Store, booking: Booking, keys: KeyRing, base: str, now: datetime) -> list[Time]:
    """What is not over of its series."""
    those = [one for one in store.bookings.of_series(booking.series_id or "") if one.ends_at > now]
    rooms_of = {room.id: room.name for room in store.venues.rooms(booking.venue_id)}
    return [Time(one, rooms_of.get(one.room_id, ""), _guests(one, keys, base, now)) for one in those]


def calendar_file(told: Meeting, config: Config, words: Words, now: datetime) -> tuple[str, str, bytes]:
    """The meeting for a calendar: name, type and content."""
    sender, event = parseaddr(config.mail_from)[1], _event(told, words, told.booking, told.room.name, told.link)
    by, to = (told.venue.name, sender), (told.renter.name, told.renter.email)
    method, content = calendars.invitation(event, told.venue.zone, now, organizer=by, attendee=to)
    return "invitation.ics", f"text/calendar; charset=utf-8; method={method}", content


def calendar_of_all(told: Meeting, words: Words, many: Sequence[Time]) -> tuple[str, str, bytes]:
    """The same for every time of a series, those that were cancelled among them."""
    times = [_event(told, words, one.booking, one.room, "") for one in many]
    return "meetings.ics", "text/calendar; charset=utf-8", calendars.write(times, told.venue.zone, told.booking.title)


def _event(told: Meeting, words: Words, booking: Booking, room: str, link: str) -> calendars.Event:
    place = f"{room}, {told.venue.name}"
    return events.event(booking, booking.title or room, place=place, notes=words.state(booking), url=link)


def compose(words: Words, kind: str, told: Meeting, many: Sequence[Time] = ()) -> tuple[str, str]:
    """Subject and text. many: the times of a series, where the letter is about all of them.

    Until somebody proved to read this address, nothing in it is what a stranger typed.
    """
    at, until = told.booking.starts_at, told.booking.expires_at
    named = {"room": told.room.name, "day": words.day(at), "until": words.moment(until) if until else ""}
    subject, opening = (words.gettext(text, **named) for text in OPENINGS[kind])
    proved = kind != "verify"
    parts = [words.gettext("Hello %(name)s,", name=told.renter.name) if proved else words.gettext("Hello,"), opening]
    release = release_at(told.booking, told.terms) if kind == "nobody_there" else None
    if release:
        parts.append(words.gettext("At %(at)s the room is released for others; the price stays due.", at=words.clock(release)))
    parts.append(each(words, told, many) if many else facts(words, told, told.booking.title if proved else ""))
    if any(one.guests for one in many):
        parts.append(words.gettext(FOR_GUESTS_OF_EACH))
    if many:
        return subject, "\n\n".join(part for part in parts if part)
    if told.carries and told.booking.status == "confirmed":
        parts.append(words.carries(told.carries))
    if told.booking.status in ("confirmed", "option", "requested") and kind != "nobody_there":
        parts.append(words.tiers(told.terms, told.booking))
    if told.guests and kind != "nobody_there":
        parts.append(words.gettext(FOR_GUESTS) + f"\n\n{told.guests}")
    if told.link:
        parts.append(words.gettext("See or change your booking:") + f"\n\n{told.link}")
    return subject, "\n\n".join(part for part in parts if part)


def each(words: Words, told: Meeting, many: Sequence[Time]) -> str:
    """Every time of a series on a line, with the link for its guests below, and what they come to."""
    lines = [told.venue.name, told.booking.title, ""]
    for time in many:
        one = time.booking
        said = words.euro(one.gross_cents) if one.blocks else words.state(one)
        if one.fee_cents:
            said += ", " + words.gettext("Due for cancelling, VAT included: %(price)s", price=words.euro(one.fee_cents))
        lines.append(f"{words.period(one.starts_at, one.ends_at)}, {time.room}: {said}")
        lines += [words.gettext("Guests: %(link)s", link=time.guests)] if time.guests else []
    due = sum(time.booking.gross_cents for time in many if time.booking.blocks)
    lines += ["", f"{words.gettext('Total, VAT included')}: {words.euro(due)}"]
    return "\n".join(line for n, line in enumerate(lines) if line or n > 1)


def facts(words: Words, told: Meeting, title: str) -> str:
    """All that was agreed, a line each."""
    booking = told.booking
    lines = [
        f"{told.room.name}, {told.venue.name}", words.period(booking.starts_at, booking.ends_at),
        title, words.people(booking.people),
    ]  # fmt: skip
    lines += ["", *(f"{words.line(line)}: {words.euro(line.net_cents)}" for line in booking.lines)]
    if booking.dots:
        lines.append(words.ngettext("For the room: %(num)d dot", "For the room: %(num)d dots", booking.dots))
    lines += [f"{name}: {words.euro(cents)}" for name, cents in words.sums(booking.lines)]
    if booking.status == "cancelled":
        lines += ["", words.gettext("Due for cancelling, VAT included: %(price)s", price=words.euro(booking.fee_cents))]
    if booking.fee_dots:
        kept = words.ngettext("%(num)d dot", "%(num)d dots", booking.fee_dots)
        lines.append(words.gettext("Cancelling kept %(dots)s.", dots=kept))
    return "\n".join(line for n, line in enumerate(lines) if line or n > 2)


# How each begins: subject and first sentence. They are translated when they are used


def _(text: str) -> str:
    """Marks what belongs into the catalogue."""
    return text


FOR_GUESTS = _(
    "For your guests: send them this link. From half an hour before the meeting until half an hour after it they can use it to "
    "join the house, if they like; it costs them nothing."
)
FOR_GUESTS_OF_EACH = _(
    "For your guests: send them the link below the time that they come to. From half an hour before the meeting until half an "
    "hour after it they can use it to join the house, if they like; it costs them nothing."
)
_KEPT = _("The room is kept for you until %(until)s. Confirm before then and it is yours; else it is free again.")
OPENINGS = {
    "verify": (
        _("One more step: confirm %(room)s on %(day)s"),
        _("We keep the room for you until %(until)s. Open the link below and press the button: then it is yours."),
    ),
    "confirmed": (_("Booked: %(room)s on %(day)s"), _("Your booking stands. We look forward to seeing you.")),
    "requested": (
        _("Asked for: %(room)s on %(day)s"),
        _("The host looks at your request and answers before %(until)s. The room is kept for you meanwhile."),
    ),
    "approved": (_("Booked: %(room)s on %(day)s"), _("The host said yes: your booking stands.")),
    "declined": (
        _("Not possible: %(room)s on %(day)s"),
        _("The host cannot give you this room then. It costs you nothing. Another time or room may do."),
    ),
    "option": (_("Option on %(room)s on %(day)s"), _KEPT),
    "option_ending": (_("Your option on %(room)s ends soon"), _KEPT),
    "option_lapsed": (
        _("Your option on %(room)s has ended"),
        _("The room is free again. It costs you nothing. You can book it as long as nobody else does."),
    ),
    "request_lapsed": (
        _("No answer yet: %(room)s on %(day)s"),
        _("The host did not answer in time, so the room is free again. It costs you nothing. Ask the host, or book anew."),
    ),
    "series": (_("Booked: %(room)s, repeated from %(day)s"), _("Your repeated meeting is booked. These are all its times:")),
    "series_requested": (
        _("Asked for: %(room)s, repeated from %(day)s"),
        _("The host looks at each of these times and answers. The room is kept for you meanwhile."),
    ),
    "series_changed": (_("Changed: %(room)s, repeated"), _("Your repeated meeting was changed. This holds now:")),
    "series_cancelled": (_("Cancelled: %(room)s, repeated"), _("Times of your repeated meeting are cancelled. This holds now:")),
    "moved": (_("Changed: %(room)s on %(day)s"), _("Your booking has another time or room. This holds now:")),
    "changed": (_("Changed: %(room)s on %(day)s"), _("Your booking was changed. This holds now:")),
    "cancelled": (_("Cancelled: %(room)s on %(day)s"), _("Your booking is cancelled.")),
    "released": (
        _("Released: %(room)s on %(day)s"),
        _("Nobody was seen, so the room was given back. Are you on your way? Ask the host at once."),
    ),
    "nobody_there": (
        _("Are you in %(room)s?"),
        _("Nobody has said that they are there. Are you? Press “We are here” on the screen beside the room, or scan its code."),
    ),
}
