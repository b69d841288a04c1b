"""How it is kept. The only SQL.

    with database.read() as store: …      one read transaction
    with database.write() as store: …     one write transaction; committed at the end, rolled back on any error

A `Store` lives as long as its transaction and is used by one thread. It also draws what is random (ids, secrets),
so that the domain stays free of chance; a test or the demo may seed it.
"""

from __future__ import annotations

import base64
import random
import secrets
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import Connection, CursorResult, Executable

from s2m.store.asks import Asks
from s2m.store.audit import Audit
from s2m.store.billing import Billing
from s2m.store.blocks import Blocks
from s2m.store.bookings import Bookings
from s2m.store.budgets import Budgets
from s2m.store.calendars import Calendars
from s2m.store.commons import Commons
from s2m.store.contributions import Contributions
from s2m.store.desk import Desk
from s2m.store.devices import Devices
from s2m.store.door import Door
from s2m.store.erasing import Erasing
from s2m.store.heads import Heads
from s2m.store.house import JobRuns, Outbox, Rates, Requests
from s2m.store.introductions import Introductions
from s2m.store.ledger import Ledger
from s2m.store.meetings import Meetings
from s2m.store.mending import Mending
from s2m.store.passport import Passports
from s2m.store.pauses import Pauses
from s2m.store.people import People
from s2m.store.posts import Posts
from s2m.store.presence import Presence
from s2m.store.reunions import Reunions
from s2m.store.rooms import Rooms
from s2m.store.scans import Scans
from s2m.store.series import AllSeries, Waits
from s2m.store.signin import Signin
from s2m.store.statement import Statement
from s2m.store.synonyms import Synonyms
from s2m.store.talks import Talks
from s2m.store.tasks import Tasks
from s2m.store.venues import Venues


class Chance(Protocol):
    """Where random bytes come from."""

    def randbytes(self, n: int, /) -> bytes: ...


class Store:
    def __init__(self, connection: Connection, chance: Chance | None = None) -> None:
        self.connection = connection
        self.chance = chance or _SYSTEM
        self.touched: set[str] = set()

    def run(self, statement: Executable, **values: Any) -> CursorResult[Any]:
        return self.connection.execute(statement, values) if values else self.connection.execute(statement)

    def changed(self, venue_id: str | None) -> None:
        """Open pages of this venue are told once the transaction is committed."""
        if venue_id:
            self.touched.add(venue_id)

    def new_id(self, now: datetime) -> str:
        """uuid7 (RFC 9562) in 32 hex digits: 48 bit of milliseconds, so that rows stay in order, and 74 random bits."""
        number = int(now.timestamp() * 1000) << 80 | int.from_bytes(self.chance.randbytes(10), "big")
        number = number & ~(0xF << 76) | 7 << 76
        return f"{number & ~(0x3 << 62) | 0x2 << 62:032x}"

    def nonce(self, length: int) -> bytes:
        return self.chance.randbytes(length)

    def secret(self) -> str:
        """256 random bits, fit for an address or a cookie."""
        return base64.urlsafe_b64encode(self.chance.randbytes(32)).decode().rstrip("=")

    @cached_property
    def venues(self) -> Venues:
        return Venues(self)

    @cached_property
    def rooms(self) -> Rooms:
        return Rooms(self)

    @cached_property
    def bookings(self) -> Bookings:
        return Bookings(self)

    @cached_property
    def desk(self) -> Desk:
        return Desk(self)

    @cached_property
    def series(self) -> AllSeries:
        return AllSeries(self)

    @cached_property
    def waits(self) -> Waits:
        return Waits(self)

    @cached_property
    def people(self) -> People:
        return People(self)

    @cached_property
    def signin(self) -> Signin:
        return Signin(self)

    @cached_property
    def devices(self) -> Devices:
        return Devices(self)

    @cached_property
    def presence(self) -> Presence:
        return Presence(self)

    @cached_property
    def blocks(self) -> Blocks:
        return Blocks(self)

    @cached_property
    def pauses(self) -> Pauses:
        return Pauses(self)

    @cached_property
    def introductions(self) -> Introductions:
        return Introductions(self)

    @cached_property
    def reunions(self) -> Reunions:
        return Reunions(self)

    @cached_property
    def asks(self) -> Asks:
        return Asks(self)

    @cached_property
    def scans(self) -> Scans:
        return Scans(self)

    @cached_property
    def door(self) -> Door:
        return Door(self)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self)

    @cached_property
    def statement(self) -> Statement:
        return Statement(self)

    @cached_property
    def budgets(self) -> Budgets:
        return Budgets(self)

    @cached_property
    def commons(self) -> Commons:
        return Commons(self)

    @cached_property
    def heads(self) -> Heads:
        return Heads(self)

    @cached_property
    def passports(self) -> Passports:
        return Passports(self)

    @cached_property
    def billing(self) -> Billing:
        return Billing(self)

    @cached_property
    def contributions(self) -> Contributions:
        return Contributions(self)

    @cached_property
    def meetings(self) -> Meetings:
        return Meetings(self)

    @cached_property
    def erasing(self) -> Erasing:
        return Erasing(self)

    @cached_property
    def mending(self) -> Mending:
        return Mending(self)

    @cached_property
    def posts(self) -> Posts:
        return Posts(self)

    @cached_property
    def synonyms(self) -> Synonyms:
        return Synonyms(self)

    @cached_property
    def talks(self) -> Talks:
        return Talks(self)

    @cached_property
    def tasks(self) -> Tasks:
        return Tasks(self)

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars(self)

    @cached_property
    def requests(self) -> Requests:
        return Requests(self)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self)

    @cached_property
    def rates(self) -> Rates:
        return Rates(self)

    @cached_property
    def jobs(self) -> JobRuns:
        return JobRuns(self)


class _System:
    def randbytes(self, n: int, /) -> bytes:
        return secrets.token_bytes(n)


_SYSTEM = _System()


def seeded(seed: int) -> Chance:
    """Chance that comes out the same each time: for the demo and for tests, never for a real venue."""
    return random.Random(seed)
