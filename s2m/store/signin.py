"""One-time links and sessions, by the hash of their secret."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from s2m.domain.signin import SEEN_EVERY, Link, Session, SignedIn
from s2m.store.part import Part
from s2m.store.people import PERSON, person_in
from s2m.store.schema import links, people, sessions

SESSION = [c for c in sessions.c if c.name != "secret_hash"]
_session = (
    select(*SESSION, *(c.label(f"person__{c.name}") for c in PERSON))
    .join(people, people.c.id == sessions.c.person_id)
    .where(sessions.c.secret_hash == bindparam("secret"))
)


class Signin(Part):
    def add_link(self, secret_hash: str, link: Link) -> None:
        self.run(insert(links).values(secret_hash=secret_hash, **vars(link)))

    def link(self, secret_hash: str) -> Link | None:
        row = self.one(select(links).where(links.c.secret_hash == secret_hash))
        return Link(**{k: v for k, v in row._mapping.items() if k != "secret_hash"}) if row else None

    def spend_link(self, secret_hash: str, now: datetime) -> bool:
        """False when somebody else spent it first."""
        unused = links.c.used_at.is_(None)
        return self.run(update(links).where(links.c.secret_hash == secret_hash, unused).values(used_at=now)).rowcount == 1

    def add_session(self, secret_hash: str, session: Session) -> None:
        self.run(insert(sessions).values(secret_hash=secret_hash, **vars(session)))

    def session(self, secret_hash: str) -> SignedIn | None:
        row = self.one(_session, secret=secret_hash)
        if row is None:
            return None
        session = Session(**{c.name: row._mapping[c.name] for c in SESSION})
        return SignedIn(person_in(row, "person__"), session, self.store.people.roles(session.person_id))

    def needs_seen(self, session: Session, now: datetime) -> bool:
        return now - session.seen_at >= SEEN_EVERY

    def seen(self, session: Session, now: datetime) -> None:
        self.run(update(sessions).where(sessions.c.id == session.id).values(seen_at=now))

    def sessions(self, person_id: str, now: datetime) -> list[Session]:
        """Those that can still be used, the one used last first."""
        usable = sessions.c.ended_at.is_(None) & (sessions.c.expires_at > now)
        query = select(*SESSION).where(sessions.c.person_id == person_id, usable).order_by(sessions.c.seen_at.desc())
        return [Session(**row._mapping) for row in self.run(query)]

    def reached(self, person_ids: list[str], now: datetime) -> set[str]:
        """Who of them is signed in somewhere, and so sees what stands on their page."""
        usable = sessions.c.person_id.in_(person_ids) & sessions.c.ended_at.is_(None) & (sessions.c.expires_at > now)
        return set(self.run(select(sessions.c.person_id).where(usable)).scalars())

    def end_session(self, person_id: str, session_id: str, now: datetime) -> bool:
        mine = (sessions.c.person_id == person_id) & (sessions.c.id == session_id) & sessions.c.ended_at.is_(None)
        return self.run(update(sessions).where(mine).values(ended_at=now)).rowcount == 1

    def had_session(self, person_id: str) -> bool:
        """Whether anybody was ever signed in as this person."""
        return self.one(select(sessions.c.id).where(sessions.c.person_id == person_id).limit(1)) is not None

    def forget_all(self, now: datetime) -> None:
        """End every session and every link: after a restore nobody is signed in, least of all who was thrown out since."""
        self.run(update(sessions).where(sessions.c.ended_at.is_(None)).values(ended_at=now))
        self.run(update(links).where(links.c.used_at.is_(None)).values(used_at=now))

    def end_sessions(self, person_id: str, now: datetime, *, but: str) -> int:
        others = (sessions.c.person_id == person_id) & (sessions.c.id != but) & sessions.c.ended_at.is_(None)
        return self.run(update(sessions).where(others).values(ended_at=now)).rowcount
