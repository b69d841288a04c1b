"""Relevance: who in the room matters to a person, and why.

Everyone present says in free text what they **know** (standing), **work on** and **need** (today).
A `RoomIndex` holds those topics for the people `Present`; `people_for` gives a viewer's matches, best
first, each a `Match` with one `Reason`: the pair of topics that weighs most, as both typed it.

Topics match by their letters: the same text, the same words in another form (Dutch and English),
a slip of the finger, shared parts of words; and by their meaning: the concepts of the lexicon that both
come near, in either language. A need that nobody answers gives nothing; a person who is
not visible is never shown. Pure: no clock, no chance, no storage but the lexicon's file; the same room gives the same answer.
"""

from s2m.domain.relevance.acquaintance import Acquaintance, Together, Verdict
from s2m.domain.relevance.matching import Match, people_for
from s2m.domain.relevance.reasons import Reason
from s2m.domain.relevance.room import Present, RoomIndex

__all__ = ["Acquaintance", "Match", "Present", "Reason", "RoomIndex", "Together", "Verdict", "people_for"]
