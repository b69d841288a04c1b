"""Words of the house: what people here call something that others call otherwise.

A synonym stands for the whole network. Wherever its word is in a topic, relevance reads what it means instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields
from s2m.domain.errors import Conflict, Invalid, NotFound
from s2m.domain.relevance.text import fold

if TYPE_CHECKING:
    from s2m.domain.venues import Venue
    from s2m.store import Store

MOST = 500


@dataclass(frozen=True)
class Synonym:
    """word: as it is said here; means: what it stands for, in words that others use too."""

    id: str
    network_id: str
    word: str
    means: str
    added_by: str
    added_at: datetime
    ended_at: datetime | None = None


def as_read(synonyms: Iterable[Synonym]) -> dict[str, str]:
    """What relevance reads for each folded word."""
    return {fold(each.word): fold(each.means) for each in synonyms}


def add(store: Store, venue: Venue, given: Mapping[str, object], by: str, now: datetime) -> Synonym:
    """Raises Invalid (`word` or `means`; `same_word`, `too_many_words`), Conflict `word_known`."""
    word, means = fields.topic(given.get("word"), "word"), fields.topic(given.get("means"), "means")
    if not fold(word) or not fold(means) or fold(word) == fold(means):
        raise Invalid("means", "same_word")
    store.ledger.lock_chain(venue.network_id, "audit")
    standing = store.synonyms.all(venue.network_id)
    if len(standing) >= MOST:
        raise Invalid("word", "too_many_words", most=MOST)
    synonym = Synonym(store.new_id(now), venue.network_id, word, means, by, now)
    if fold(word) in as_read(standing):
        raise Conflict("word_known", field="word")
    store.synonyms.add(synonym, fold(word))
    _note(store, venue, "synonym.add", synonym.id, by, now)
    return synonym


def end(store: Store, venue: Venue, synonym_id: str, by: str, now: datetime) -> Synonym:
    """From now on it means nothing special any more. Raises NotFound."""
    synonym = next((each for each in store.synonyms.all(venue.network_id) if each.id == synonym_id), None)
    if synonym is None:
        raise NotFound()
    store.synonyms.end(synonym, now)
    _note(store, venue, "synonym.end", synonym.id, by, now)
    return synonym


def _note(store: Store, venue: Venue, action: str, object_id: str, by: str, now: datetime) -> None:
    store.audit.record(venue.network_id, now, actor=by, role="host", action=action, venue_id=venue.id, object_id=object_id)
