"""Presence: who is here. A visit runs from check-in to check-out at one venue; a person has at most one open visit.

A check-in makes a hold for the seat in the same transaction. Leaving, closing time or checking in elsewhere ends
the visit and settles the hold; an undo within 30 s lets it go. Closing time is computed at check-in in the venue's
zone, so that both nights of the clock change come out right.

    visits.py    the values, and the rules about them
    checkin.py   a visit begins and ends, with the hold for the seat
    answers.py   what a visitor says, who may see it, and where they sit
"""

from s2m.domain.presence.answers import add_work, answer_need, consent, drop_topic, hide, sit_in, solve, together, unmet_need
from s2m.domain.presence.checkin import check_in, close_due, day_pass, end, held_for, leave, stay_until, undo
from s2m.domain.presence.visits import (
    AFTER,
    KEPT,
    MET_DAYS,
    UNDO,
    CheckIn,
    Here,
    Need,
    Visit,
    VisitTopic,
    may_undo,
    parse_need,
    when,
)

__all__ = [
    "AFTER", "KEPT", "MET_DAYS", "UNDO", "CheckIn", "Here", "Need", "Visit",
    "VisitTopic", "add_work", "answer_need", "check_in", "close_due", "consent", "day_pass", "drop_topic", "end", "held_for",
    "hide", "leave", "may_undo", "parse_need", "sit_in", "solve", "stay_until", "together", "undo",
    "unmet_need", "when",
]  # fmt: skip
