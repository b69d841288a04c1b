"""Claims of posts, their screenshots, and linked accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from s2m.domain.people import Person
from s2m.domain.posts import Claim, LinkedAccount
from s2m.store.part import Part
from s2m.store.people import PERSON, person_in
from s2m.store.schema import linked_accounts, people, post_claims, post_pictures, visits

_stands = post_claims.c.state != "refused"


class Posts(Part):
    def add(self, made: Claim) -> None:
        self.run(insert(post_claims).values(vars(made)))
        self.store.changed(made.venue_id)

    def get(self, claim_id: str) -> Claim | None:
        row = self.one(select(post_claims).where(post_claims.c.id == claim_id))
        return Claim(**row._mapping) if row else None

    def change(self, claim: Claim, **values: Any) -> Claim:
        self.run(update(post_claims).where(post_claims.c.id == claim.id).values(values))
        self.store.changed(claim.venue_id)
        return Claim(**{**vars(claim), **values})

    def due(self, now: datetime, *, most: int) -> list[Claim]:
        """What the worker has to look at, the longest overdue first."""
        query = select(post_claims).where(post_claims.c.state.in_(("waiting", "seen")), post_claims.c.next_at <= now)
        return [Claim(**row._mapping) for row in self.run(query.order_by(post_claims.c.next_at).limit(most))]

    def count(self, person_id: str, *, since: datetime) -> int:
        query = select(func.count()).select_from(post_claims)
        return int(self.run(query.where(post_claims.c.person_id == person_id, post_claims.c.created_at >= since)).scalar_one())

    def standing(self, network_id: str, hash_: str) -> Claim | None:
        """The claim of this post that was not refused."""
        row = self.one(select(post_claims).where(post_claims.c.network_id == network_id, post_claims.c.hash == hash_, _stands))
        return Claim(**row._mapping) if row else None

    def of_day(self, person_id: str, venue_id: str, start: datetime, end: datetime) -> Claim | None:
        """A claim that was not refused for one of their visits here that began in this time."""
        began = (visits.c.started_at >= start) & (visits.c.started_at < end)
        query = select(post_claims).join(visits, visits.c.id == post_claims.c.visit_id).where(began, _stands)
        row = self.one(query.where(post_claims.c.person_id == person_id, post_claims.c.venue_id == venue_id).limit(1))
        return Claim(**row._mapping) if row else None

    def of_person(self, person_id: str, *, most: int = 20) -> list[Claim]:
        query = select(post_claims).where(post_claims.c.person_id == person_id)
        return [Claim(**row._mapping) for row in self.run(query.order_by(post_claims.c.created_at.desc()).limit(most))]

    # For the host -------------------------------------------------------------------------------------------------

    def queue(self, venue_id: str, *, most: int = 100) -> list[tuple[Claim, Person, bool]]:
        """What waits for the host, the oldest first: the claim, whose it is, whether there is a picture."""
        query = (
            select(post_claims, post_pictures.c.claim_id.label("pictured"), *(c.label(f"person__{c.name}") for c in PERSON))
            .join(people, people.c.id == post_claims.c.person_id)
            .outerjoin(post_pictures, post_pictures.c.claim_id == post_claims.c.id)
            .where(post_claims.c.venue_id == venue_id, post_claims.c.state == "host")
            .order_by(post_claims.c.created_at)
            .limit(most)
        )
        return [
            (Claim(**{c.name: row._mapping[c.name] for c in post_claims.c}), person_in(row, "person__"), row.pictured is not None)
            for row in self.run(query)
        ]

    def waiting_for_host(self, venue_id: str) -> int:
        query = select(func.count()).where(post_claims.c.venue_id == venue_id, post_claims.c.state == "host")
        return int(self.run(query).scalar_one())

    def add_picture(self, claim: Claim, content: bytes) -> None:
        self.run(insert(post_pictures).values(network_id=claim.network_id, claim_id=claim.id, content=content))

    def picture(self, claim_id: str) -> bytes | None:
        row = self.one(select(post_pictures.c.content).where(post_pictures.c.claim_id == claim_id))
        return bytes(row.content) if row else None

    def drop_picture(self, claim: Claim) -> None:
        self.run(delete(post_pictures).where(post_pictures.c.claim_id == claim.id))

    # Linked accounts ----------------------------------------------------------------------------------------------

    def add_account(self, account: LinkedAccount) -> None:
        self.run(insert(linked_accounts).values(vars(account)))

    def account(self, account_id: str) -> LinkedAccount | None:
        row = self.one(select(linked_accounts).where(linked_accounts.c.id == account_id))
        return LinkedAccount(**row._mapping) if row else None

    def accounts(self, person_id: str) -> list[LinkedAccount]:
        query = select(linked_accounts).where(linked_accounts.c.person_id == person_id).order_by(linked_accounts.c.created_at)
        return [LinkedAccount(**row._mapping) for row in self.run(query)]

    def linked(self, person_id: str) -> list[LinkedAccount]:
        return [account for account in self.accounts(person_id) if account.state == "linked"]

    def owner(self, network_id: str, platform: str, handle: str) -> str | None:
        """The id of whom an account is linked to."""
        mine = (linked_accounts.c.network_id == network_id) & (linked_accounts.c.state == "linked")
        same = (linked_accounts.c.platform == platform) & (linked_accounts.c.handle == handle)
        row = self.one(select(linked_accounts.c.person_id).where(mine & same))
        return row.person_id if row else None

    def change_account(self, account: LinkedAccount, **values: Any) -> LinkedAccount:
        self.run(update(linked_accounts).where(linked_accounts.c.id == account.id).values(values))
        return LinkedAccount(**{**vars(account), **values})

    def remove_account(self, account: LinkedAccount) -> None:
        self.run(delete(linked_accounts).where(linked_accounts.c.id == account.id))

    def accounts_due(self, now: datetime, *, most: int) -> list[LinkedAccount]:
        query = select(linked_accounts).where(linked_accounts.c.state == "checking", linked_accounts.c.next_at <= now)
        return [LinkedAccount(**row._mapping) for row in self.run(query.order_by(linked_accounts.c.next_at).limit(most))]
