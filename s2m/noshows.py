"""What a renter reads when nobody came to their room: a warning while it can be helped, then that it was released."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain.bookings.releasing import release_at
from s2m.heads import TRANSLATIONS

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking, Renter
    from s2m.domain.venues import Venue
    from s2m.store import Store


def tell(store: Store, venue: Venue, done: Iterable[tuple[Booking, str]], now: datetime) -> None:
    """Mail whoever rents, in their language. done: bookings with `warned` or `released`."""
    for booking, what in done:
        renter = store.bookings.renter(booking.renter_id) if booking.renter_id else None
        if renter and renter.email:
            subject, body = _mail(store, venue, booking, renter, what)
            store.outbox.add(booking.network_id, renter.email, subject, body, now)


def _mail(store: Store, venue: Venue, booking: Booking, renter: Renter, what: str) -> tuple[str, str]:
    _ = gettext.translation("messages", TRANSLATIONS, [renter.language], fallback=True).gettext
    room, at = store.venues.room(booking.room_id), release_at(booking, store.rooms.version(booking.terms_id))

    def clock(moment: datetime) -> str:
        return moment.astimezone(venue.zone).strftime("%H:%M")

    values = {
        "name": renter.name.split()[0], "room": room.name if room else "", "venue": venue.name, "from": clock(booking.starts_at),
        "until": clock(booking.ends_at), "at": clock(at) if at else "",
    }  # fmt: skip
    if what == "released":
        subject = _("%(room)s was released")
        body = _(
            "Hello %(name)s,\n\nNobody came to %(room)s at %(venue)s, booked from %(from)s to %(until)s. So it is free for "
            "others now. The price stays due, as in the terms of your booking.\n\n"
            "Do you still come? Ask the host whether it is free."
        )
        return subject % values, body % values
    subject = _("Are you in %(room)s?")
    body = _(
        "Hello %(name)s,\n\nYou have %(room)s at %(venue)s from %(from)s to %(until)s, and nobody has said that they are there. "
        "Press “We are here” on the screen beside the room."
    )
    if at:
        body += " " + _("At %(at)s the room is released for others; the price stays due.")
    return subject % values, body % values
