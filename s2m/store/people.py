"""People with their topics, consents, roles and badges."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Row, bindparam, case, delete, distinct, func, insert, or_, select, update

from s2m.domain.errors import Conflict, NotFound
from s2m.domain.fields import folded
from s2m.domain.people import Badge, Person, Role, Topic
from s2m.store.part import Part
from s2m.store.schema import badges, consents, people, roles, topics

PERSON = [c for c in people.c if c.name not in ("name_folded", "past_visits")]
_badge = (
    select(badges, *(c.label(f"person__{c.name}") for c in PERSON))
    .join(people, people.c.id == badges.c.person_id)
    .where(badges.c.id == bindparam("badge"))
)
_by_short_code = (
    select(badges, *(c.label(f"person__{c.name}") for c in PERSON))
    .join(people, people.c.id == badges.c.person_id)
    .where(badges.c.network_id == bindparam("network"), badges.c.short_code == bindparam("short"))
)
_consents = select(consents.c.purpose).where(consents.c.person_id == bindparam("person"), consents.c.withdrawn_at.is_(None))


def person_in(row: Row[tuple[object, ...]], prefix: str = "") -> Person:
    """The person whose columns stand in a row under a prefix."""
    found = row._mapping
    return Person(**{c.name: found[prefix + c.name] for c in PERSON})


class People(Part):
    def add(self, network_id: str, name: str, email: str | None, language: str, now: datetime) -> Person:
        if email and self.by_email(network_id, email):
            raise Conflict("email_known")
        person = Person(self.store.new_id(now), network_id, name, email, language, now)
        self.run(insert(people).values(**vars(person), name_folded=folded(name)))
        return person

    def change(self, person: Person, name: str, email: str | None, language: str) -> Person:
        """Raises Conflict `email_known`, NotFound for who was erased since they were looked up."""
        other = self.by_email(person.network_id, email) if email else None
        if other and other.id != person.id:
            raise Conflict("email_known")
        changed = {"name": name, "email": email, "language": language}
        self._set(person, **changed, name_folded=folded(name))
        return Person(**{**vars(person), **changed})

    def mark_signed_in(self, person: Person, now: datetime) -> None:
        self._set(person, signed_in_at=now)

    def _set(self, person: Person, **values: object) -> None:
        stands = (people.c.id == person.id) & people.c.erased_at.is_(None)
        if not self.run(update(people).where(stands).values(values)).rowcount:
            raise NotFound()

    def _check_stands(self, person: Person) -> None:
        """Whoever is erased waits until this is written. Raises NotFound for who was erased since they were looked up."""
        stands = (people.c.id == person.id) & people.c.erased_at.is_(None)
        if self.one(select(people.c.id).where(stands).with_for_update(read=True)) is None:
            raise NotFound()

    def get(self, person_id: str) -> Person | None:
        row = self.one(select(*PERSON).where(people.c.id == person_id))
        return person_in(row) if row else None

    def by_email(self, network_id: str, email: str) -> Person | None:
        row = self.one(select(*PERSON).where(people.c.network_id == network_id, people.c.email == email))
        return person_in(row) if row else None

    def starting_with(self, network_id: str, text: str, *, most: int) -> list[Person]:
        """People whose folded full name or mail begins with `text` (already folded); exact ones first."""
        begins = or_(people.c.name_folded.startswith(text, autoescape=True), people.c.email.startswith(text, autoescape=True))
        query = select(*PERSON).where(people.c.network_id == network_id, people.c.erased_at.is_(None), begins)
        exact = or_(people.c.name_folded == text, people.c.email == text)
        order = (case((exact, 0), else_=1), people.c.name_folded)
        return [person_in(r) for r in self.run(query.order_by(*order).limit(most))]

    def search(self, network_id: str, text: str, *, most: int = 50) -> list[Person]:
        """For hosts: people whose name or mail holds `text`; the newest where it is empty."""
        query = select(*PERSON).where(people.c.network_id == network_id, people.c.erased_at.is_(None))
        if text:
            wanted = folded(text)
            query = query.where(
                or_(
                    people.c.name_folded.contains(wanted, autoescape=True), people.c.email.contains(text.lower(), autoescape=True)
                )
            ).order_by(people.c.name_folded)
        else:
            query = query.order_by(people.c.created_at.desc())
        return [person_in(r) for r in self.run(query.limit(most))]

    def first_names(self, person_ids: set[str]) -> dict[str, str]:
        query = select(*PERSON).where(people.c.id.in_(person_ids))
        return {person.id: person.first_name for person in map(person_in, self.run(query))}

    def all(self, network_id: str) -> list[Person]:
        query = select(*PERSON).where(people.c.network_id == network_id, people.c.erased_at.is_(None))
        return [person_in(r) for r in self.run(query.order_by(people.c.created_at, people.c.id))]

    # Topics and consent ---------------------------------------------------------------------------------------

    def topics(self, person_id: str) -> list[Topic]:
        query = select(topics.c.id, topics.c.text).where(topics.c.person_id == person_id)
        return [Topic(row.id, row.text) for row in self.run(query.order_by(topics.c.created_at, topics.c.id))]

    def add_topic(self, person: Person, text: str, now: datetime) -> None:
        self._check_stands(person)
        self.run(
            insert(topics).values(
                id=self.store.new_id(now), network_id=person.network_id, person_id=person.id, text=text, created_at=now
            )
        )
        self._changed(person)

    def drop_topic(self, person: Person, topic_id: str) -> bool:
        done = self.run(delete(topics).where(topics.c.id == topic_id, topics.c.person_id == person.id))
        self._changed(person)
        return done.rowcount == 1

    def _changed(self, person: Person) -> None:
        visit = self.store.presence.open_visit(person)
        self.store.changed(visit.venue_id if visit else None)

    def consents(self, person_id: str) -> set[str]:
        return set(self.run(_consents, person=person_id).scalars())

    def agreed(self, person_ids: list[str], purpose: str) -> set[str]:
        """Who of them agrees to this purpose now."""
        theirs = consents.c.person_id.in_(person_ids) & (consents.c.purpose == purpose)
        return set(self.run(select(consents.c.person_id).where(theirs, consents.c.withdrawn_at.is_(None))).scalars())

    def set_consent(self, person: Person, purpose: str, given: bool, now: datetime) -> None:
        if given:
            self._check_stands(person)
            row = {"id": self.store.new_id(now), "network_id": person.network_id, "person_id": person.id, "purpose": purpose}
            self.run(insert(consents).values(**row, given_at=now))
        else:
            standing = consents.c.withdrawn_at.is_(None)
            mine = (consents.c.person_id == person.id) & (consents.c.purpose == purpose)
            self.run(update(consents).where(mine, standing).values(withdrawn_at=now))
            self.store.meetings.tell(person.id)

    # Roles ----------------------------------------------------------------------------------------------------

    def roles(self, person_id: str) -> tuple[Role, ...]:
        query = select(roles.c.role, roles.c.venue_id).where(roles.c.person_id == person_id, roles.c.ended_at.is_(None))
        return tuple(Role(row.role, row.venue_id) for row in self.run(query.order_by(roles.c.created_at)))

    def add_role(self, person: Person, role: str, venue_id: str | None, now: datetime) -> None:
        self._check_stands(person)
        row = {"id": self.store.new_id(now), "network_id": person.network_id, "person_id": person.id, "role": role}
        self.run(insert(roles).values(**row, venue_id=venue_id, created_at=now))

    def admins(self, network_id: str) -> int:
        """How many admins a network has."""
        theirs = (roles.c.network_id == network_id) & (roles.c.role == "admin") & roles.c.ended_at.is_(None)
        return int(self.run(select(func.count(distinct(roles.c.person_id))).where(theirs)).scalar_one())

    def with_a_role(self, network_id: str) -> list[Person]:
        """The hosts and admins of a network, each once."""
        theirs = select(roles.c.person_id).where(roles.c.network_id == network_id, roles.c.ended_at.is_(None))
        query = select(*PERSON).where(people.c.id.in_(theirs), people.c.erased_at.is_(None))
        return [person_in(r) for r in self.run(query.order_by(people.c.created_at, people.c.id))]

    # Badges ---------------------------------------------------------------------------------------------------

    def add_badge(self, person: Person, short_code: str, now: datetime) -> Badge:
        self._check_stands(person)
        # Not in order of time, unlike other ids: a badge's number must tell nothing
        badge = Badge(self.store.nonce(16).hex(), person.network_id, person.id, short_code, now)
        self.run(insert(badges).values(vars(badge)))
        return badge

    def revoke_badges(self, person: Person, now: datetime) -> None:
        standing = badges.c.revoked_at.is_(None)
        self.run(update(badges).where(badges.c.person_id == person.id, standing).values(revoked_at=now))

    def valid_badge(self, person_id: str) -> Badge | None:
        row = self.one(select(badges).where(badges.c.person_id == person_id, badges.c.revoked_at.is_(None)))
        return Badge(**row._mapping) if row else None

    def badge(self, badge_id: str) -> tuple[Badge, Person] | None:
        return _with_holder(self.one(_badge, badge=badge_id))

    def badge_by_short_code(self, network_id: str, short_code: str) -> tuple[Badge, Person] | None:
        return _with_holder(self.one(_by_short_code, network=network_id, short=short_code))


def _with_holder(row: Row[tuple[object, ...]] | None) -> tuple[Badge, Person] | None:
    if row is None:
        return None
    return Badge(**{c.name: row._mapping[c.name] for c in badges.c}), person_in(row, "person__")
