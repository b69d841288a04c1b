"""Asks: a need that its owner put out for others to answer, until a moment; the quiet way, on the wall, or both.

Quietly, one person at a time is asked who is here, lets themselves be seen and knows it: three minutes each, best first,
nobody twice. Nobody learns who declined or let it pass. Whoever accepts and whoever asked are told where to find each other.

    values.py     what an ask and an asking are, and the rules that need nothing else
    stepping.py   an ask begins, goes on to the next person, ends; what leaving, hiding and being kept apart do to it
    answers.py    what people do about one: accept, offer, withdraw, meet, be left in peace
"""

from s2m.domain.asks.answers import answer, check_wall, come_back, done, missed, offer, offers, pause, seen, to_wall, withdraw
from s2m.domain.asks.stepping import dropped, follow, gone, left, off_wall, parted, put_out, solved, step, step_due
from s2m.domain.asks.values import ANSWER_IN, OFFER_STANDS, SPANS, Ask, Asking, end_of

__all__ = [
    "ANSWER_IN", "OFFER_STANDS", "SPANS", "Ask", "Asking", "answer", "check_wall", "come_back", "done",
    "dropped", "end_of", "follow", "gone", "left", "missed", "off_wall", "offer", "offers", "parted", "pause", "put_out",
    "seen", "solved", "step", "step_due", "to_wall", "withdraw",
]  # fmt: skip
