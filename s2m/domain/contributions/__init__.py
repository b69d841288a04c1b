"""Contributions: what somebody did for others here, verified by somebody else, and what it earns.

thanks.py    from the one who was helped, never from oneself
earning.py   how every other kind (a post, a talk, a task, …) is written down and paid from the issuing account
sharing.py   a value split among several people, to the unit
proxy.py     what a host writes down for somebody without a phone
"""

from s2m.domain.contributions.earning import KINDS, Contribution, earn
from s2m.domain.contributions.proxy import PROXY_MOST, may_record, record
from s2m.domain.contributions.sharing import shares
from s2m.domain.contributions.thanks import PAIR_DAYS, Thanks, thank, to_thank, undo_thanks

__all__ = [
    "KINDS", "PAIR_DAYS", "PROXY_MOST", "Contribution", "Thanks", "earn", "may_record", "record", "shares", "thank", "to_thank",
    "undo_thanks",
]  # fmt: skip
