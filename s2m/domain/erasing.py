"""What is forgotten: a person who wants to be, at once; and what has grown old, by itself.

People are erased, never deleted. The row of a person stays, empty, and with it whose an account is: the ledger and the audit
trail verify as before. What they typed, their name, their mail, their badge and where they were are gone.

By itself: a visit says for KEPT days whose it was, then it only counts; what was said in it goes. Who met whom is known for a
year, so that they are not introduced as strangers; which topics went well together for two. What strangers wrote of a meeting
goes KEPT days after it, and who they are with it; of whom something was billed, once the law asks no more for their name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from s2m.domain import bookings, budgets, contributions, ledger, presence, talks
from s2m.domain.bookings import Booker, waiting
from s2m.domain.errors import NotFound, Refused

if TYPE_CHECKING:
    from s2m.domain.bookings import Booking, Wait
    from s2m.domain.people import Person
    from s2m.domain.venues import Venue
    from s2m.store import Store

MET_KEPT, TOPICS_KEPT = timedelta(days=365), timedelta(days=730)
# Years, from the end of the one in which it was billed: the law asks it (AWR, art. 52)
BILLS_KEPT = 7


def bequest(store: Store, person: Person) -> int:
    """How much an heir may get: nothing of an account that stands still, nor what is left of the welcome, which was a loan of
    the commons to somebody who came to stay."""
    account = store.ledger.person_account(person.id)
    return 0 if account.frozen_at else max(0, account.available - store.erasing.left_of_welcome(account))


def check_erase(store: Store, person: Person, heir_id: str, now: datetime) -> Person | None:
    """Who gets what may be left; None is the commons. Raises Refused `last_admin`, `frozen`, NotFound for who may not get it."""
    if any(role.role == "admin" for role in store.people.roles(person.id)) and store.people.admins(person.network_id) == 1:
        raise Refused("last_admin")
    if not heir_id:
        return None
    if store.ledger.person_account(person.id).frozen_at:
        raise Refused("frozen")
    heir = next((other for other in contributions.to_thank(store, person, now) if other.id == heir_id), None)
    if heir is None:
        raise NotFound()
    return heir


def erase(store: Store, person: Person, heir_id: str, now: datetime) -> None:
    """Forget somebody. What is open ends first, then the balance goes to the heir or the commons, then all that tells of them.

    Raises Refused `last_admin`, `frozen` for an heir of an account that stands still, NotFound for one whom they did not meet.
    """
    store.ledger.lock_chain(person.network_id)
    _erase(store, person, check_erase(store, person, heir_id, now), now)


def erase_again(store: Store, person_id: str, now: datetime) -> bool:
    """Forget somebody who was erased after the copy was made that was brought back since; whether that was needed."""
    person = store.people.get(person_id)
    if person is None or person.erased_at:
        return False
    store.ledger.lock_chain(person.network_id)
    _erase(store, person, None, now)
    return True


def _erase(store: Store, person: Person, heir: Person | None, now: datetime) -> None:
    store.meetings.tell(person.id)
    _end_what_is_open(store, person, now)
    _leave_balance(store, person, heir, now)
    store.audit.record(person.network_id, now, actor=person.id, role="member", action="person.erase", object_id=person.id)
    store.erasing.erase(person, now)


def _end_what_is_open(store: Store, person: Person, now: datetime) -> None:
    visit = store.presence.open_visit(person)
    if visit:
        presence.leave(store, visit, now)
    for thanks in store.contributions.waiting(person.id):
        contributions.settle(store, thanks, "declined", now)
    # Whoever stands still gives nothing, and so does not by leaving
    given = "declined" if store.ledger.person_account(person.id).frozen_at else "accepted"
    for thanks in store.contributions.given_waiting(person.id):
        contributions.settle(store, thanks, given, now)
    for grant in store.budgets.undecided(now):
        if grant.person_id == person.id:
            budgets.let_go(store, grant, now)
    for talk in store.talks.of_speaker(person.id, since=now):
        talks.cancel(store, talk, person.id, now)
    _end_bookings(store, person, now)


def _end_bookings(store: Store, person: Person, now: datetime) -> None:
    """They wait for no room any more, and what they booked is cancelled at what that costs, while it still says who rents."""
    for wait in store.waits.of_person(person.id):
        waiting.leave(store, _where(store, wait), wait, now)
    for one in store.bookings.of_person(person.id, since=now):
        if one.status == "hold":
            bookings.let_go(store, _where(store, one), one, now)
        elif one.blocks and one.starts_at > now:
            by = Booker(person.id, person.id, is_member=True)
            bookings.cancel(store, _where(store, one), one, by, now, agreed_cents=None)


def _where(store: Store, one: Booking | Wait) -> Venue:
    found = store.venues.get(one.venue_id)
    assert found, "venues are retired, never deleted"
    return found


def _leave_balance(store: Store, person: Person, heir: Person | None, now: datetime) -> None:
    """A promise is forgiven by the commons: nobody is left to make it good."""
    account, commons = store.ledger.person_account(person.id), store.ledger.network_account(person.network_id, "commons")
    key, left = ledger.digest("erase", person.id), bequest(store, person) if heir else 0
    if heir and left:
        ledger.transfer(store, account, store.ledger.person_account(heir.id), left, "gift", now, key=ledger.digest(key, heir.id))
    if account.balance > left:
        ledger.transfer(store, account, commons, account.balance - left, "gift_commons", now, key=key)
    elif account.balance < 0:
        ledger.transfer(store, commons, account, -account.balance, "promise_forgiven", now, key=key)


def forget(store: Store, now: datetime) -> int:
    """Let what has grown old be forgotten; how many visits lost their person. Safe to run again."""
    store.erasing.forget_meetings(now - MET_KEPT, now - TOPICS_KEPT)
    store.erasing.forget_renters(now - presence.KEPT, datetime(now.year - BILLS_KEPT, 1, 1, tzinfo=UTC))
    return store.erasing.forget_visits(now - presence.KEPT)
