"""Contributions: what somebody did for others here, verified by somebody else, and what it earns.

thanks.py       from the one who was helped, never from oneself: earned, a gift, or words alone
decisions.py    what becomes of thanks that wait: accepted, declined, taken back, or counted by themselves
earning.py      how every other kind (a post, a talk, a task, …) is written down and paid from the issuing account
sharing.py      a value split among several people, to the unit
proxy.py        what a host writes down for somebody without a phone
reciprocity.py  how giving and receiving goes round in a venue, for its hosts
"""

from s2m.domain.contributions.decisions import accept, accept_due, decline, posted, settle, take_back, undo_thanks
from s2m.domain.contributions.earning import KINDS, Contribution, earn
from s2m.domain.contributions.proxy import PROXY_MOST, may_record, record
from s2m.domain.contributions.sharing import shares
from s2m.domain.contributions.thanks import STANDING, Thanks, check_met, thank, to_thank

__all__ = [
    "KINDS", "PROXY_MOST", "STANDING", "Contribution", "Thanks", "accept", "accept_due", "check_met",
    "decline", "earn", "may_record", "posted", "record", "settle", "shares", "take_back", "thank", "to_thank", "undo_thanks",
]  # fmt: skip
