"""What a host puts right in the ledger, each with a reason and in the audit trail: object to thanks that wait, reverse a
line, let an account stand still for a while.

Nothing is wiped out: a reversal stands beside its line, at most one. Nobody puts right what touches their own account,
but an admin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import contributions, fields, hosting, ledger
from s2m.domain.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from s2m.domain.contributions import Thanks
    from s2m.domain.ledger import Transfer
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store


# Follows from a booking: reversed by itself, the next change of the booking would move it once more
OF_A_BOOKING = ("room", "room_back")


@dataclass(frozen=True)
class Freeze:
    """Why an account stands still: in words, since when, and by whom (a person's id)."""

    id: str
    network_id: str
    account_id: str
    reason: str
    frozen_by: str
    frozen_at: datetime
    ended_reason: str | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None


# Thanks -----------------------------------------------------------------------------------------------------------


def the_thanks(store: Store, venue: Venue, thanks_id: str) -> Thanks:
    """Raises NotFound for thanks of another venue as for such that never were."""
    thanks = store.contributions.thanks(thanks_id)
    if thanks is None or thanks.venue_id != venue.id:
        raise NotFound()
    return thanks


def object_to_thanks(store: Store, venue: Venue, thanks_id: str, reason: object, by: str, now: datetime) -> Thanks:
    """Thanks that wait shall not count. Raises Invalid `reason`, NotFound, Refused `own_account`, Conflict `decided`."""
    thanks, why = _to_decide(store, venue, thanks_id, reason, by)
    done = contributions.settle(store, thanks, "objected", now, reason=why)
    _note(store, venue, "thanks.object", thanks.id, by, now)
    return done


def reverse_thanks(store: Store, venue: Venue, thanks_id: str, reason: object, by: str, now: datetime) -> Thanks:
    """Thanks that count do so no longer. Raises Invalid `reason`, NotFound, Refused `own_account`, Conflict `decided`."""
    thanks, why = _to_decide(store, venue, thanks_id, reason, by)
    done = contributions.take_back(store, thanks, "reversed", now, reason=why)
    _note(store, venue, "thanks.reverse", thanks.id, by, now)
    return done


def _to_decide(store: Store, venue: Venue, thanks_id: str, reason: object, by: str) -> tuple[Thanks, str]:
    store.ledger.lock_chain(venue.network_id)
    thanks = the_thanks(store, venue, thanks_id)
    if by in (thanks.giver_id, thanks.receiver_id) and not _is_admin(store, by):
        raise Refused("own_account")
    return thanks, fields.line("reason", reason, fields.SENTENCE_MAX)


# Lines ------------------------------------------------------------------------------------------------------------


def may_put_right(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> bool:
    """Whether this host may reverse lines of somebody: of who belongs to the venue, and never their own but an admin."""
    is_admin = _is_admin(store, by)
    return is_admin or (person.id != by and hosting.may_see_balance(store, venue, person, now, is_admin=False))


def the_line(store: Store, person: Person, transfer_id: str) -> Transfer:
    """A row that moved something on somebody's account. Raises NotFound for another's as for one that never was."""
    row, account = store.ledger.transfer(transfer_id), store.ledger.person_account(person.id)
    if row is None or not row.moves or account.id not in (row.debit_id, row.credit_id):
        raise NotFound()
    return row


def reverse_line(
    store: Store, venue: Venue, person: Person, transfer_id: str, reason: object, by: str, now: datetime
) -> Transfer:
    """Mirror a line of somebody's statement; thanks behind it count no longer.

    Raises Invalid `reason`, NotFound, Refused `own_account`, `not_acquainted`, `not_reversible`, `of_a_booking`, Conflict
    `reversed`.
    """
    store.ledger.lock_chain(venue.network_id)
    check_put_right(store, venue, person, by, now)
    row, why = the_line(store, person, transfer_id), fields.line("reason", reason, fields.SENTENCE_MAX)
    if row.kind in OF_A_BOOKING:
        raise Refused("of_a_booking")
    mirrored = ledger.reverse(store, row.id, venue.network_id, now)
    about = store.mending.evidence(row.pending_id or row.id)
    store.ledger.add_evidence(mirrored, **about, reason=why)
    thanks = store.contributions.thanks(about["thanks_id"] or "")
    if thanks:
        store.contributions.decide(thanks, "reversed", now, reason=why)
    store.changed(venue.id)
    _note(store, venue, "line.reverse", row.id, by, now)
    return mirrored


def check_put_right(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> None:
    """Raises Refused `own_account`, `not_acquainted`."""
    if not may_put_right(store, venue, person, by, now):
        raise Refused("own_account") if person.id == by else Refused("not_acquainted", name=person.first_name)


# Accounts ---------------------------------------------------------------------------------------------------------


def freeze(store: Store, venue: Venue, person: Person, reason: object, by: str, now: datetime) -> None:
    """The account still receives and settles what it promised, but promises nothing new: no seat, no gift.

    Raises Invalid `reason`, Refused `own_account`, `not_acquainted`, Conflict `already_frozen`.
    """
    why = _check_freeze(store, venue, person, reason, by, now)
    account = store.ledger.person_account(person.id)
    if account.frozen_at:
        raise Conflict("already_frozen")
    store.mending.freeze(Freeze(store.new_id(now), venue.network_id, account.id, why, by, now))
    _note(store, venue, ledger.FROZEN, person.id, by, now)


def release(store: Store, venue: Venue, person: Person, reason: object, by: str, now: datetime) -> None:
    """The account moves again. Raises as `freeze`, but Conflict `not_frozen`."""
    why = _check_freeze(store, venue, person, reason, by, now)
    standing = store.mending.standing_freeze(person.id)
    if standing is None:
        raise Conflict("not_frozen")
    store.mending.release(standing, why, by, now)
    _note(store, venue, ledger.RELEASED, person.id, by, now)


def may_freeze(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> bool:
    """As with a record: of people who come to the venue; whoever has a role is an admin's to freeze, and nobody oneself."""
    return _is_admin(store, by) or (person.id != by and hosting.may_mend(store, venue, person, by, now))


def _check_freeze(store: Store, venue: Venue, person: Person, reason: object, by: str, now: datetime) -> str:
    store.ledger.lock_chain(venue.network_id)
    if not may_freeze(store, venue, person, by, now):
        raise Refused("own_account") if person.id == by else Refused("not_acquainted", name=person.first_name)
    return fields.line("reason", reason, fields.SENTENCE_MAX)


def _is_admin(store: Store, by: str) -> bool:
    return any(role.role == "admin" for role in store.people.roles(by))


def _note(store: Store, venue: Venue, action: str, object_id: str, by: str, now: datetime) -> None:
    store.audit.record(venue.network_id, now, actor=by, role="host", action=action, venue_id=venue.id, object_id=object_id)
