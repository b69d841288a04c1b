"""Contributions: what somebody did for others here, verified by somebody else, and what it earns.

thanks.py       from the one who was helped, never from oneself: earned, a gift, or words alone
decisions.py    what becomes of thanks that wait: accepted, declined, taken back, or counted by themselves
earning.py      how every other kind (a post, a talk, a task, …) is written down and paid from the issuing account
reciprocity.py  how giving and receiving goes round in a venue, for its hosts
"""

from s2m.domain.contributions.decisions import accept, accept_due, decline, posted, settle, take_back, undo_thanks
from s2m.domain.contributions.earning import KINDS, Contribution, earn
from s2m.domain.contributions.thanks import PAIR_DAYS, STANDING, THANKS_KINDS, Thanks, thank, to_thank

__all__ = [
    "KINDS", "PAIR_DAYS", "STANDING", "THANKS_KINDS", "Contribution", "Thanks", "accept", "accept_due", "decline", "earn",
    "posted", "settle", "take_back", "thank", "to_thank", "undo_thanks",
]  # fmt: skip
