"""Meetings: who was shown to whom, whether they met, and what came of it.

    showing.py   what a list really showed, and what relevance may know of a viewer from it
    verdicts.py  did you meet? did it help? once at the end of a visit, once later; after a week, what came of it
    stories.py   a sentence for the wall, by who wants to tell it
    proof.py     whether showing people to each other beats chance: counts without persons
"""

from s2m.domain.meetings.proof import Proof, Share, gini, prove, wilson
from s2m.domain.meetings.showing import SLOTS, Showing, acquaintance_of, note
from s2m.domain.meetings.stories import STORY_MAX, Story, take_down, tell, withdraw
from s2m.domain.meetings.verdicts import (
    OUTCOMES,
    SAID,
    Question,
    check_met,
    come_of,
    confirmed,
    later,
    open_outcome,
    put_away,
    say,
    to_ask,
)

__all__ = [
    "OUTCOMES", "SAID", "SLOTS", "STORY_MAX", "Proof", "Question", "Share", "Showing", "Story", "acquaintance_of",
    "check_met", "come_of", "confirmed", "gini", "later", "note", "open_outcome", "prove", "put_away", "say", "take_down",
    "tell", "to_ask", "wilson", "withdraw",
]  # fmt: skip
