"""What a host does for others: help somebody in or out, settle a seat, mend a record. Each act is in the audit trail.

A host works in one venue, and mends the records of people who come there. Hosts cannot become somebody else: they
make no sign-in links, and a mail address, once there, is its owner's, because sign-in links go there.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields, ledger, people, presence
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.presence import CheckIn, Need, Visit
from s2m.domain.venues import Policy, Venue, day_start

if TYPE_CHECKING:
    from s2m.domain.ledger import Transfer
    from s2m.domain.people import Badge, Person
    from s2m.store import Store


# What fills a seat instead of its visitor's capital, and how the audit trail calls it
ACTS = {"commons": "visit.forgive", "house": "visit.house", "day_pass": "visit.day_pass"}


def the_visit(store: Store, venue: Venue, visit_id: str) -> Visit:
    """Raises NotFound for a visit to another venue as for one that never was."""
    visit = store.presence.get(visit_id)
    if visit is None or visit.venue_id != venue.id or visit.person_id is None:
        raise NotFound()
    return visit


def help_in(
    store: Store, person: Person, venue: Venue, policy: Policy, by: str, now: datetime, *, paid_by: str = "person",
    move: bool = False,
) -> CheckIn:  # fmt: skip
    """Make somebody present who stands before the host. Raises Refused `floor` unless the commons or a day pass pays.

    Raises Refused `elsewhere` for somebody who is checked in at another venue, unless the host means it (`move`).
    """
    store.ledger.lock_chain(venue.network_id)
    current = store.presence.open_visit(person)
    if current and current.venue_id != venue.id and current.closes_at > now and not move:
        raise Refused("elsewhere", name=person.first_name)
    done = presence.check_in(store, person, venue, policy, "host", now, paid_by=paid_by)
    _note_check_in(store, done, by, now, paid_by)
    return done


def came_from_elsewhere(store: Store, visit: Visit) -> bool:
    """Whether this visit ended one at another venue: that one stays ended, also when this one is taken back."""
    before = store.presence.of_person(visit.person_id or "", most=2)
    return any(v.id != visit.id and v.ended_how == "moved" and v.ended_at == visit.started_at for v in before)


def walk_in(
    store: Store, venue: Venue, policy: Policy, name: object, email: object, by: str, now: datetime, *, paid_by: str = "person"
) -> tuple[Person, CheckIn]:
    """Somebody new, with the newcomers' grant, and present. Raises Invalid, Conflict `email_known`, Refused `floor`."""
    person = add_person(store, venue, policy, name, email, by, now)
    done = presence.check_in(store, person, venue, policy, "walk_in", now, paid_by=paid_by)
    _note_check_in(store, done, by, now, paid_by)
    return person, done


def _note_check_in(store: Store, done: CheckIn, by: str, now: datetime, paid_by: str) -> None:
    if done.fresh:
        _note(store, done.visit, ACTS.get(paid_by, "visit.help_in"), by, now)


def answer_for(
    store: Store, visit: Visit, venue: Venue, need: Need, room_id: str | None, by: str, now: datetime, *, visible: bool,
    on_wall: bool,
) -> None:  # fmt: skip
    """What somebody told the host who helped them in, for today only. Raises Refused `not_here`, `room_full`."""
    if room_id:
        visit = presence.sit_in(store, visit, venue, room_id)
    presence.answer_need(store, visit, need, now, visible=visible, on_wall=on_wall, remembered=False)
    _note(store, visit, "visit.answer", by, now)


def help_out(store: Store, visit: Visit, by: str, now: datetime) -> Visit:
    """Raises Refused `not_here`."""
    ended = presence.leave(store, visit, now, how="host")
    _note(store, visit, "visit.help_out", by, now)
    return ended


def undo(store: Store, visit: Visit, by: str, now: datetime) -> Visit:
    """Raises Refused `undo_late`, `not_here`."""
    undone = presence.undo(store, visit, now)
    _note(store, visit, "visit.undo", by, now)
    return undone


def settle_seat(
    store: Store, visit: Visit, venue: Venue, policy: Policy, how: object, reason: object, by: str, now: datetime
) -> None:
    """Fill the seat of a visit, open or settled, with something else than its visitor's capital.

    how: the commons pays, the house gives it (nothing in return today), or a day_pass in euro. What was promised is let go,
    what was paid is given back, all in the journal of the hold. Raises Invalid `how`, `reason`; Refused `no_day_pass`;
    Conflict `forgiven` the second time.
    """
    if how not in ACTS:
        raise Invalid("how", "choice")
    why = fields.line("reason", reason, fields.SENTENCE_MAX)
    store.ledger.lock_chain(visit.network_id)
    held = store.ledger.transfer(visit.hold_id) if visit.hold_id else None
    settled = store.ledger.resolution(held.id) if held else None
    if held is None or (settled and (settled.state == "void" or store.ledger.reversal(settled.id))):
        raise Conflict("forgiven")
    paid = _fill(store, str(how), held, visit, venue, policy, now)
    given_back = store.ledger.reversal(settled.id) if settled else None
    for row in (paid, given_back):
        if row:
            store.ledger.add_evidence(row, visit_id=visit.id, reason=why)
    store.changed(visit.venue_id)
    _note(store, visit, ACTS[str(how)], by, now)


def _fill(
    store: Store, how: str, held: Transfer, visit: Visit, venue: Venue, policy: Policy, now: datetime
) -> Transfer | None:
    if how == "commons":
        return ledger.forgive(store, held, now)
    paid = presence.day_pass(store, venue, policy, visit.id, now, journal_id=held.id) if how == "day_pass" else None
    ledger.release(store, held, now)
    return paid


def _note(store: Store, visit: Visit, action: str, by: str, now: datetime) -> None:
    store.audit.record(visit.network_id, now, actor=by, role="host", action=action, venue_id=visit.venue_id, object_id=visit.id)


# People -----------------------------------------------------------------------------------------------------------


def add_person(store: Store, venue: Venue, policy: Policy, name: object, email: object, by: str, now: datetime) -> Person:
    """Somebody new, with the newcomers' grant and a badge. Raises Invalid, Conflict `email_known`."""
    person = people.join(store, venue.network_id, name, email, policy, now, language=venue.language)
    _note_person(store, venue, person, "person.add", by, now)
    return person


def may_mend(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> bool:
    """Whether this host may change somebody's record: an admin always, else for people who come to the venue.

    Who has a role is mended by an admin or by themselves only: their badge and name are worth more.
    """
    if any(role.role == "admin" for role in store.people.roles(by)):
        return True
    if person.id == by or store.people.roles(person.id):
        return person.id == by
    since = day_start(venue, now)
    if store.presence.acquainted(person.id, venue.id, since):
        return True
    added = {"actor": by, "action": "person.add", "venue_id": venue.id, "object_id": person.id}
    return person.created_at >= since and store.audit.holds(venue.network_id, since, **added)


def _check_mend(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> None:
    if not may_mend(store, venue, person, by, now):
        raise Refused("not_acquainted", name=person.first_name)


def change_person(store: Store, venue: Venue, person: Person, name: object, email: object, by: str, now: datetime) -> Person:
    """A host mends a name, and sets the mail address that a guest lacks.

    Raises Invalid, Conflict `email_known`, Refused `not_acquainted`, `mail_is_theirs`.
    """
    _check_mend(store, venue, person, by, now)
    wanted = fields.optional_email(email)
    if wanted != person.email and not may_set_mail(store, person):
        raise Refused("mail_is_theirs", field="email", name=person.first_name)
    changed = people.rename(store, person, name, wanted, person.language)
    _note_person(store, venue, person, "person.change", by, now)
    return changed


def may_set_mail(store: Store, person: Person) -> bool:
    """Sign-in links go to this address: whoever changes it becomes that person. So it is set once, for a guest."""
    return person.email is None and not person.is_member and not store.people.roles(person.id)


def add_topic(store: Store, venue: Venue, person: Person, text: object, by: str, now: datetime) -> None:
    """Raises Invalid, Refused `not_acquainted`."""
    _check_mend(store, venue, person, by, now)
    people.add_topic(store, person, text, now)
    _note_person(store, venue, person, "topic.add", by, now)


def drop_topic(store: Store, venue: Venue, person: Person, topic_id: str, by: str, now: datetime) -> None:
    """Raises Refused `not_acquainted`, NotFound where that topic is not this person's."""
    _check_mend(store, venue, person, by, now)
    people.drop_topic(store, person, topic_id)
    _note_person(store, venue, person, "topic.drop", by, now)


def shown_badge(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> Badge | None:
    """The badge, to show or print: whoever has it comes in as that person. Raises Refused `not_acquainted`."""
    _check_mend(store, venue, person, by, now)
    return store.people.valid_badge(person.id)


def replace_badge(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> Badge:
    """The badge before is no longer valid. Raises Refused `not_acquainted`."""
    _check_mend(store, venue, person, by, now)
    badge = people.issue_badge(store, person, now)
    _note_person(store, venue, person, "badge.replace", by, now)
    return badge


def may_see_balance(store: Store, venue: Venue, person: Person, now: datetime, *, is_admin: bool) -> bool:
    """A host sees the capital of people who came to this venue by themselves or before today, not of others."""
    return is_admin or store.presence.acquainted(person.id, venue.id, day_start(venue, now))


def belongs(store: Store, venue: Venue, person: Person, by: str, now: datetime) -> bool:
    """Whether a host may see how somebody rents: of who came to this venue or booked here themselves; of everybody where the
    network has no other venue, and to an admin."""
    if len(store.venues.all(venue.network_id)) == 1:
        return True
    is_admin = any(role.role == "admin" for role in store.people.roles(by))
    theirs = store.bookings.of_person(person.id, since=person.created_at)
    booked = any(one.venue_id == venue.id and one.created_by == person.id and one.confirmed_at for one in theirs)
    return booked or may_see_balance(store, venue, person, now, is_admin=is_admin)


def at_limit(store: Store, venue: Venue, policy: Policy, now: datetime, *, is_admin: bool) -> list[Person]:
    """Who is here and could not take another seat, as far as this host may see balances."""
    here = {h.person.id: h.person for h in store.presence.here(venue.id)}
    low = [a.person_id for a in store.ledger.person_accounts(here) if not policy.carries(a.available)]
    found = [person for id_, person in here.items() if id_ in low]
    return [person for person in found if may_see_balance(store, venue, person, now, is_admin=is_admin)]


def _note_person(store: Store, venue: Venue, person: Person, action: str, by: str, now: datetime) -> None:
    store.audit.record(venue.network_id, now, actor=by, role="host", action=action, venue_id=venue.id, object_id=person.id)


# The list of people and the ledger --------------------------------------------------------------------------------


def search(store: Store, venue: Venue, text: object, by: str, now: datetime, *, most: int = 50) -> list[Person]:
    """People of the network whose name or mail holds this text; looking is written down. Raises Invalid."""
    wanted = fields.line("q", text, fields.NAME_MAX, shortest=0)
    found = store.people.search(venue.network_id, wanted, most=most)
    store.audit.record(venue.network_id, now, actor=by, role="host", action="people.search", venue_id=venue.id)
    return found


def answer_call(store: Store, venue: Venue, call_id: str, by: str, now: datetime) -> None:
    """Raises NotFound for another venue's call, or one that was answered."""
    if not store.door.answer_call(venue, call_id, by, now):
        raise NotFound()
