"""Contributions: what somebody did for others here, verified by somebody else, and what it earns.

    thanks.py    from the one who was helped, never from oneself
    earning.py   how every other kind (a post, a talk, a task, …) is written down and paid from the issuing account
"""

from s2m.domain.contributions.earning import KINDS, Contribution, earn
from s2m.domain.contributions.thanks import PAIR_DAYS, Thanks, thank, to_thank, undo_thanks

__all__ = ["KINDS", "PAIR_DAYS", "Contribution", "Thanks", "earn", "thank", "to_thank", "undo_thanks"]
