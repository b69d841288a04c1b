"""The ends of both chains, sealed once a day and mailed to the hosts: whoever owns this machine does not own their mailboxes."""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from s2m.domain.ledger import heads

if TYPE_CHECKING:
    from s2m.domain.ledger import Sealed
    from s2m.domain.people import Person
    from s2m.domain.venues import Network
    from s2m.store import Store

TRANSLATIONS = Path(__file__).parent / "translations"


def seal(store: Store, network: Network, now: datetime, *, mails: bool) -> tuple[int, int]:
    """Seal the heads of this day, if that was not done yet: how many were sealed, and to how many hosts they go.

    mails: False where no mail server is set. Then nothing waits for one: the heads stand on the health page.
    """
    sealed = heads.seal(store, network.id, now)
    readers = [person for person in store.people.with_a_role(network.id) if person.email] if sealed and mails else []
    for person in readers:
        subject, body = _mail(network, person, sealed)
        store.outbox.add(network.id, person.email or "", subject, body, now)
    return len(sealed), len(readers)


def _mail(network: Network, person: Person, sealed: Sequence[Sealed]) -> tuple[str, str]:
    """In the language of the host: there is no page here whose language it could have."""
    _ = gettext.translation("messages", TRANSLATIONS, [person.language], fallback=True).gettext
    lines = "\n".join(heads.line(each.kept) for each in sealed)
    body = _(
        "Hello %(name)s,\n\nThis is where the books of %(network)s end today. You need not do anything: just keep this mail. "
        "If anybody ever changes what happened before, these lines show it.\n\n%(lines)s\n\n"
        "Whoever looks after the server compares them with: s2m ledger verify --heads FILE (this mail as a file)."
    )
    subject = _("The books of %(network)s on %(day)s")
    values = {"name": person.first_name, "network": network.name, "lines": lines, "day": sealed[0].day}
    return subject % values, body % values
