"""Words of the house, and the topics that people here have in common."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select, update

from s2m.domain.synonyms import Synonym
from s2m.store.part import Part
from s2m.store.schema import consents, synonyms, topics, venues

_SYNONYM = [c for c in synonyms.c if c.name != "word_folded"]
SHARED_BY = 2


class Synonyms(Part):
    def all(self, network_id: str) -> list[Synonym]:
        """Those that stand, by their word."""
        query = select(*_SYNONYM).where(synonyms.c.network_id == network_id, synonyms.c.ended_at.is_(None))
        return [Synonym(**row._mapping) for row in self.run(query.order_by(synonyms.c.word_folded))]

    def add(self, synonym: Synonym, folded: str) -> None:
        self.run(insert(synonyms).values(vars(synonym) | {"word_folded": folded}))
        self._tell(synonym.network_id)

    def end(self, synonym: Synonym, now: datetime) -> None:
        self.run(update(synonyms).where(synonyms.c.id == synonym.id).values(ended_at=now))
        self._tell(synonym.network_id)

    def shared(self, network_id: str, begun: str, asker_id: str | None, *, most: int = 20) -> list[str]:
        """Topics that begin so and that several others know who let themselves be seen: what only one has might tell who it is.

        Where nobody knows who asks, they may be one of those: then it takes one more.
        """
        agree = select(consents.c.person_id).where(consents.c.purpose == "matching", consents.c.withdrawn_at.is_(None))
        theirs = (topics.c.network_id == network_id) & topics.c.person_id.in_(agree)
        theirs &= topics.c.text.istartswith(begun, autoescape=True)
        if asker_id:
            theirs &= topics.c.person_id != asker_id
        people = func.count(topics.c.person_id.distinct())
        least = SHARED_BY if asker_id else SHARED_BY + 1
        query = select(topics.c.text).where(theirs).group_by(topics.c.text).having(people >= least)
        return list(self.run(query.order_by(people.desc(), topics.c.text).limit(most)).scalars())

    def _tell(self, network_id: str) -> None:
        for venue_id in self.run(select(venues.c.id).where(venues.c.network_id == network_id)).scalars():
            self.store.changed(venue_id)
