"""Whom the demo's people were shown, and what they said of it. Chance of its own: the rest of their lives stays as it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from s2m.domain import matches, meetings

if TYPE_CHECKING:
    from s2m.demo.history import House
    from s2m.domain.people import Person
    from s2m.domain.presence import Visit

DAYS = 25
STORY = "Ik vroeg wie mijn offerte wilde lezen. Nu schrijven we ze samen."


def look(house: House, visit: Visit, at: datetime) -> None:
    """Who came in looks at the screen."""
    house.room = matches.room_of(house.store, house.venue.id, at, house.room)
    known = meetings.acquaintance_of(house.store, house.room, visit, at)
    meetings.note(house.store, visit, matches.for_visitor(house.room, visit, known=known), at)


def judge(house: House, day: datetime) -> None:
    """What people said of each other at the end of a day: of two in three, and the same thing of the same meeting."""
    for visit, person in house.store.presence.ended(house.venue.id, day - timedelta(hours=12), most=100):
        for shown_id, other_id in house.store.meetings.unsaid(visit.id):
            chance = Random("".join(sorted((visit.id, shown_id))))
            met, answers = chance.random() < 0.6, Random(visit.id + shown_id).random() < 0.66
            if answers and visit.ended_at and other_id:
                said = chance.choice(("met", "helped", "helped")) if met else chance.choice(("not_met", "not_met", "not_useful"))
                meetings.say(house.store, person, visit.id, shown_id, said, visit.ended_at)


def look_back(house: House, people: list[Person], now: datetime) -> None:
    """After a week: what came of it; the first whose work it became told it for the wall."""
    told = False
    for person in people:
        while question := meetings.open_outcome(house.store, person, now - timedelta(days=1)):
            outcome = Random(question.visit_id + question.shown_id).choice(("nothing", "idea", "help", "help", "work"))
            meetings.come_of(house.store, person, question.visit_id, question.shown_id, outcome, now)
            if outcome == "work" and not told:
                told = True
                meetings.tell(house.store, person, question.visit_id, question.shown_id, STORY, now, agreed=True)
