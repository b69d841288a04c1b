"""All that is kept of a person, table by table: what they are told, and what becomes of it when they are erased.

A table of the schema stands either in RULES or in KEPT; a test sees to it, so that a new one is not forgotten.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    type_coerce,
    update,
)

from s2m.domain.ledger import Account
from s2m.domain.people import Person
from s2m.store import schema
from s2m.store.part import Part
from s2m.store.schema.columns import Instant

_P: BindParameter[str] = bindparam("person", type_=Text())
_NOW: BindParameter[datetime] = bindparam("now", type_=Instant())
_visits = select(schema.visits.c.id).where(schema.visits.c.person_id == _P)
_account = select(schema.accounts.c.id).where(schema.accounts.c.person_id == _P)
_transfers = select(schema.transfers.c.id).where(
    or_(schema.transfers.c.debit_id.in_(_account), schema.transfers.c.credit_id.in_(_account))
)
_claims = select(schema.post_claims.c.id).where(schema.post_claims.c.person_id == _P)
_mail = select(schema.people.c.email).where(schema.people.c.id == _P)
_renters = select(schema.renters.c.id).where(or_(schema.renters.c.person_id == _P, schema.renters.c.for_id == _P))
_bills = select(schema.documents.c.id).where(schema.documents.c.renter_id.in_(_renters))
_letters = select(schema.outbox.c.id).where(schema.outbox.c.recipient.in_(_mail))
_booked = select(schema.bookings.c.id).where(schema.bookings.c.person_id == _P)
_introductions = schema.introductions.c
_introduced = or_(_introductions.one_id == _P, _introductions.other_id == _P, _introductions.by_id == _P)
# A no of the moment they were introduced was never said: it tells that somebody keeps apart (`introductions._asked`)
_sides = schema.introduction_sides.c
_unasked = and_(
    _sides.answer == "no",
    select(_introductions.id)
    .where(_introductions.id == _sides.introduction_id, _introductions.asked_at == _sides.answered_at)
    .exists(),
)
_not_asked = select(_sides.introduction_id).where(_sides.person_id == _P, _unasked)


@dataclass(frozen=True)
class Rule:
    """mine: whose rows are a person's. told: which of them they are told of, where that is not all. hidden: secrets. silent: rows
    of which they are not told how it ended.

    erased: new values, the word `delete`, or nothing: then they stay as they are, as the comment above says why. only: which
    rows that is for, where it is not all.
    """

    table: Table
    mine: ColumnElement[bool]
    erased: Mapping[str, Any] | str | None = None
    only: ColumnElement[bool] | None = None
    told: ColumnElement[bool] | None = None
    hidden: tuple[str, ...] = field(default=())
    silent: ColumnElement[bool] | None = None

    def columns(self) -> list[ColumnElement[Any]]:
        """What a person is told of a row."""
        return [self._told(c) for c in self.table.c if c.name not in self.hidden]

    def _told(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        if self.silent is None or column.key not in ("answer", "answered_at"):
            return column
        return type_coerce(case((self.silent, null()), else_=column), column.type).label(column.key)


def _own(table: Table, erased: Mapping[str, Any] | str | None = None, **more: Any) -> Rule:
    return Rule(table, table.c.person_id == _P, erased, **more)


_T = schema
# In this order: what is found through visits, claims or the mail address before those are emptied, the person last
RULES = (
    _own(_T.asks, {"text": "", "topic_id": None}),
    # Of an offer on the wall the page says no more than that it is taken care of
    _own(_T.askings, {"knows": None}, silent=_T.askings.c.way == "wall"),
    _own(_T.ask_pauses, "delete"),
    _own(_T.pauses, "delete"),
    # What the other answered is theirs to tell, and so is how they can be reached
    _own(_T.introduction_sides, {"contact": None}, told=and_(_sides.person_id == _P, not_(_unasked))),
    Rule(
        _T.introductions,
        _introduced,
        {"ended_at": _NOW},
        only=_T.introductions.c.ended_at.is_(None),
        told=and_(_introduced, or_(_introductions.by_id == _P, _introductions.id.not_in(_not_asked))),
    ),
    Rule(_T.introductions, _introduced, {"reason": ""}),
    Rule(
        _T.reunions,
        or_(_T.reunions.c.person_id == _P, _T.reunions.c.other_id == _P),
        "delete",
        told=_T.reunions.c.person_id == _P,
    ),
    Rule(_T.visit_topics, _T.visit_topics.c.visit_id.in_(_visits), "delete"),
    Rule(_T.scans, _T.scans.c.visit_id.in_(_visits), {"first_name": None}, hidden=("input_hash",)),
    # To whom they were shown is the other's visit: they are told how often (below), not by whom
    Rule(
        _T.showings,
        or_(_T.showings.c.visit_id.in_(_visits), _T.showings.c.shown_id.in_(_visits)),
        {"mine": "", "theirs": ""},
        told=_T.showings.c.visit_id.in_(_visits),
    ),
    # What others said of them was said in confidence
    Rule(
        _T.verdicts,
        or_(_T.verdicts.c.person_id == _P, _T.verdicts.c.other_id == _P),
        {"person_id": None, "other_id": None},
        told=_T.verdicts.c.person_id == _P,
    ),
    _own(_T.stories, "delete"),
    # Who is blocked is told nothing
    Rule(
        _T.blocks,
        or_(_T.blocks.c.person_id == _P, _T.blocks.c.other_id == _P),
        "delete",
        told=_T.blocks.c.person_id == _P,
    ),
    Rule(_T.post_pictures, _T.post_pictures.c.claim_id.in_(_claims), "delete"),
    Rule(
        _T.post_claims,
        _T.post_claims.c.person_id == _P,
        {"state": "refused", "decided_at": _NOW},
        only=_T.post_claims.c.state.in_(("waiting", "seen", "host")),
    ),
    # The hash stays: each post counts once, for ever
    _own(_T.post_claims, {"url": "", "about": "", "author": "", "said": "", "fingerprint": ""}),
    _own(_T.linked_accounts, "delete"),
    Rule(
        _T.thanks,
        or_(_T.thanks.c.giver_id == _P, _T.thanks.c.receiver_id == _P),
        {"topic": "", "text": "", "reason": None},
    ),
    _own(_T.contributions, {"topic": ""}),
    Rule(_T.talks, _T.talks.c.speaker_id == _P, {"topic": ""}),
    # That somebody listened is what a talk was paid for
    _own(_T.attendances),
    # Places in tasks that are to come are free again; what was done together was paid
    _own(_T.task_places, "delete", only=_T.task_places.c.halves.is_(None)),
    # Nobody is left to read them
    Rule(_T.booking_letters, _T.booking_letters.c.booking_id.in_(_booked), "delete"),
    # What was rented stays the house's record, with nothing in it that somebody typed. Documents keep who rented: the law asks it
    Rule(_T.bookings, or_(_T.bookings.c.person_id == _P, _T.bookings.c.created_by == _P), hidden=("secret_hash",)),
    _own(_T.bookings, {"title": "", "notes": "", "topics": [], "person_id": None, "secret_hash": None}, hidden=("secret_hash",)),
    # Bills, and what was paid for them, are kept for seven years with the name on them: the law asks it (AWR, art. 52)
    Rule(_T.documents, _T.documents.c.renter_id.in_(_renters)),
    Rule(_T.payments, _T.payments.c.document_id.in_(_bills)),
    Rule(_T.letters, _T.letters.c.document_id.in_(_bills)),
    Rule(_T.checkouts, _T.checkouts.c.document_id.in_(_bills), hidden=("provider_id",)),
    _own(_T.waits, "delete", hidden=("secret_hash",)),
    Rule(
        _T.series,
        or_(_T.series.c.created_by == _P, _T.series.c.renter_id.in_(_renters)),
        {"title": "", "notes": "", "topics": []},
        only=_T.series.c.renter_id.in_(_renters),
    ),
    Rule(
        _T.renters,
        _T.renters.c.id.in_(_renters),
        {
            "name": "", "company": "", "email": "", "street": "", "postcode": "", "city": "", "country": "", "vat_id": "",
            "person_id": None, "for_id": None,
        },
    ),
    _own(_T.grants, {"reason": ""}),
    # What the other network calls them stays, without them: nobody starts twice
    _own(_T.passport_grants, {"person_id": None}),
    Rule(_T.freezes, _T.freezes.c.account_id.in_(_account), {"reason": "", "ended_reason": None}),
    Rule(_T.evidence, _T.evidence.c.transfer_id.in_(_transfers), {"reason": None}),
    # Append-only, and they hold no name: the ledger, the trail, whose an account is, and which requests were answered
    Rule(_T.transfers, _T.transfers.c.id.in_(_transfers), hidden=("key_hash",)),
    _own(_T.accounts),
    Rule(_T.audit, or_(_T.audit.c.actor == _P, _T.audit.c.object_id == _P)),
    Rule(_T.requests, _T.requests.c.actor == _P, hidden=("input_hash", "key")),
    Rule(_T.attachments, _T.attachments.c.mail_id.in_(_letters), "delete", hidden=("content",)),
    Rule(_T.outbox, _T.outbox.c.recipient.in_(_mail), "delete", hidden=("body",)),
    Rule(_T.rates, _T.rates.c.key.like(literal("%:").concat(_P)), "delete"),
    _own(_T.door_uses, "delete"),
    _own(_T.visits, {"person_id": None}),
    _own(_T.topics, "delete"),
    _own(_T.consents, "delete"),
    _own(_T.badges, "delete", hidden=("id", "short_code")),
    _own(_T.sessions, "delete", hidden=("secret_hash",)),
    _own(_T.feeds, "delete", hidden=("secret_hash",)),
    _own(_T.links, "delete", hidden=("secret_hash", "browser_hash")),
    _own(_T.roles, {"ended_at": _NOW}, only=_T.roles.c.ended_at.is_(None)),
    Rule(
        _T.people,
        _T.people.c.id == _P,
        {"name": "", "name_folded": "", "email": None, "erased_at": _NOW},
        hidden=("name_folded",),
    ),
)
# Of no person, but perhaps with the id of the host or admin who made a row: without a name, and the house's own record
KEPT = {
    "room_terms": "how a room is let", "extras": "what the house has", "closures": "when a room is closed",
    "room_pictures": "what a room looks like",
    "networks": "the network", "venues": "a venue", "policies": "its rules", "rooms": "its rooms", "devices": "its screens",
    "help_calls": "a call at the door says why, not who", "tasks": "what the house asked for", "decay_rules": "a rule",
    "decays": "a sum of all", "trusted_keys": "keys of other networks", "synonyms": "words of the house",
    "sellers": "a venue's own data on its bills",
    "outside_calendars": "other calendars of a room", "outside_busy": "when those say that it is taken",
    "chain_heads": "the ends of both chains",
    "sealed_heads": "the ends of both chains by day", "job_runs": "when jobs ran",
}  # fmt: skip


class Erasing(Part):
    def erase(self, person: Person, now: datetime) -> None:
        """Empty or delete every row of a person, as RULES say. Nobody writes one of these in between: see `people.add_topic`."""
        people = schema.people.c
        self.run(select(people.id).where(people.id == person.id).with_for_update(key_share=True))
        for rule in RULES:
            mine = rule.mine if rule.only is None else and_(rule.mine, rule.only)
            if rule.erased == "delete":
                self.run(delete(rule.table).where(mine), person=person.id)
            elif isinstance(rule.erased, Mapping):
                values = {"person": person.id} | ({"now": now} if any(value is _NOW for value in rule.erased.values()) else {})
                self.run(update(rule.table).where(mine).values(dict(rule.erased)), **values)

    def told(self, person: Person) -> dict[str, Any]:
        """Every row of a person by its table, as plain values. Others are called by their first name, or by what they are."""
        names = self._names(person)
        found: dict[str, Any] = {}
        for rule in RULES:
            if rule.table.name not in found:
                rows = self.run(select(*rule.columns()).where(rule.mine if rule.told is None else rule.told), person=person.id)
                found[rule.table.name] = [{key: _plain(value, names) for key, value in row._mapping.items()} for row in rows]
        times = select(func.count()).select_from(schema.showings).where(schema.showings.c.shown_id.in_(_visits))
        return found | {"shown_to_others": self.run(times, person=person.id).scalar_one()}

    def _names(self, person: Person) -> dict[str, str]:
        """What stands for ids: of people and their accounts a first name, of other accounts what they are, of venues theirs."""
        there = schema.people.c.network_id == person.network_id
        rows = self.run(select(schema.people.c.id, schema.people.c.name).where(there, schema.people.c.id != person.id))
        names = {row.id: row.name.split()[0] if row.name else "" for row in rows}
        for row in self.run(select(schema.accounts).where(schema.accounts.c.network_id == person.network_id)):
            names[row.id] = "you" if row.person_id == person.id else names.get(row.person_id or "", row.kind)
        for row in self.run(select(schema.venues.c.id, schema.venues.c.name)):
            names[row.id] = row.name
        return names | {person.id: "you"}

    def erased(self) -> list[str]:
        """The ids of all who were."""
        gone = schema.people.c.erased_at.is_not(None)
        return list(self.run(select(schema.people.c.id).where(gone).order_by(schema.people.c.erased_at)).scalars())

    def left_of_welcome(self, account: Account) -> int:
        """What somebody still has of the newcomers' grant: it is spent, or promised, first. What was put right never was."""
        transfers, mirrored = schema.transfers, schema.transfers.alias("mirrored")
        welcome = and_(transfers.c.credit_id == account.id, transfers.c.kind == "newcomers_grant")
        sums = (
            select(
                func.sum(case((welcome, transfers.c.amount), else_=0)).label("welcome"),
                func.sum(case((transfers.c.debit_id == account.id, transfers.c.amount), else_=0)).label("spent"),
            )
            .outerjoin(mirrored, mirrored.c.reverses_id == transfers.c.id)
            .where(or_(transfers.c.debit_id == account.id, transfers.c.credit_id == account.id))
            .where(transfers.c.state.in_(("posted", "post")), transfers.c.reverses_id.is_(None), mirrored.c.id.is_(None))
        )
        row = self.run(sums).one()
        return max(0, int(row.welcome or 0) - int(row.spent or 0) - account.held)

    # What has grown old -------------------------------------------------------------------------------------------

    def forget_visits(self, before: datetime) -> int:
        """Visits that ended before then count for their person, and no longer say who it was; what was said in them goes."""
        visits, people, topics, scans = schema.visits, schema.people, schema.visit_topics, schema.scans
        old = and_(visits.c.ended_at < before, visits.c.person_id.is_not(None))
        stood = select(func.count()).where(old, visits.c.person_id == people.c.id, visits.c.ended_how != "undone")
        whose = people.c.id.in_(select(visits.c.person_id).where(old))
        self.run(update(people).where(whose).values(past_visits=people.c.past_visits + stood.scalar_subquery()))
        ended = select(visits.c.id).where(old)
        self._forget_asks(ended)
        self.run(delete(topics).where(topics.c.visit_id.in_(ended)))
        self.run(update(scans).where(scans.c.visit_id.in_(ended), scans.c.first_name.is_not(None)).values(first_name=None))
        self.run(delete(schema.door_uses).where(schema.door_uses.c.at < before))
        self._forget_words(schema.showings.c.visit_id.in_(ended), said=False)
        return self.run(update(visits).where(old).values(person_id=None)).rowcount

    def forget_renters(self, over: datetime, billed: datetime) -> int:
        """Strangers who rented: what they typed about meetings that were over at one moment, and who they are, unless something
        of theirs ends later or was billed since the other moment. Gives of how many it is no longer known."""
        renters, bookings, series, waits, bills = (
            t.c for t in (schema.renters, schema.bookings, schema.series, schema.waits, schema.documents)
        )
        stranger = and_(renters.person_id.is_(None), renters.for_id.is_(None))
        strangers, nothing = select(renters.id).where(stranger), {"title": "", "notes": "", "topics": []}
        going_on = select(bookings.id).where(bookings.series_id == series.id, bookings.ends_at >= over).exists()
        for table, past in (
            (schema.bookings, bookings.ends_at < over), (schema.series, and_(series.created_at < over, ~going_on)),
        ):  # fmt: skip
            said = or_(table.c.title != "", table.c.notes != "", table.c.topics != [])
            self.run(update(table).where(table.c.renter_id.in_(strangers), past, said).values(nothing))
        known = and_(stranger, renters.name != "", renters.created_at < over)
        later = (
            select(bookings.id).where(bookings.renter_id == renters.id, bookings.ends_at >= over),
            select(waits.id).where(waits.renter_id == renters.id, waits.ends_at >= over),
            select(bills.id).where(bills.renter_id == renters.id, bills.issued_at >= billed),
        )
        gone = dict.fromkeys(("name", "email", "company", "street", "postcode", "city", "country", "vat_id"), "")
        return self.run(update(schema.renters).where(known, *(~one.exists() for one in later)).values(gone)).rowcount

    def _forget_asks(self, ended: Select[Any]) -> None:
        """Asks of these visits, and whom they were put to: that they were, and when somebody helped, stays."""
        asks, askings = schema.asks, schema.askings
        old = and_(asks.c.visit_id.in_(ended), asks.c.person_id.is_not(None))
        put = askings.c.ask_id.in_(select(asks.c.id).where(old))
        self.run(update(askings).where(put).values(person_id=None, knows=None))
        self.run(update(asks).where(old).values(person_id=None, text="", topic_id=None))

    def forget_meetings(self, who_before: datetime, what_before: datetime) -> None:
        """Who met whom before one moment, and which topics brought them together before another; the counts stay."""
        verdicts = schema.verdicts
        told = and_(verdicts.c.at < who_before, or_(verdicts.c.person_id.is_not(None), verdicts.c.other_id.is_not(None)))
        self.run(update(verdicts).where(told).values(person_id=None, other_id=None))
        old = and_(_introductions.asked_at < who_before, _introductions.reason != "")
        self.run(update(schema.introductions).where(old).values(reason=""))
        self._forget_words(schema.showings.c.at < what_before, said=True)

    def _forget_words(self, which: ColumnElement[bool], *, said: bool) -> None:
        """The topics of showings; said: also of those that somebody said something of, from which relevance learns."""
        showings, verdicts = schema.showings, schema.verdicts
        pair = and_(verdicts.c.visit_id == showings.c.visit_id, verdicts.c.shown_id == showings.c.shown_id)
        which = and_(which, showings.c.mine != "")
        which = which if said else and_(which, ~select(verdicts.c.at).where(pair).exists())
        self.run(update(showings).where(which).values(mine="", theirs=""))


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return names.get(value, value) if isinstance(value, str) else value
