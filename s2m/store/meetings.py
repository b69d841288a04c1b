"""Who was shown to whom, what they said of it, and stories; persons are reached through visits wherever that will do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    distinct,
    func,
    or_,
    select,
    text,
    type_coerce,
    update,
)

from s2m.domain.instants import EPOCH, MICROSECOND, number
from s2m.domain.meetings import Question, Showing, Story, confirmed
from s2m.domain.meetings.showing import local_day
from s2m.domain.meetings.stories import HANGS, IN_TURN
from s2m.domain.meetings.verdicts import SAID
from s2m.domain.people import Person
from s2m.domain.presence import Visit
from s2m.domain.relevance.acquaintance import Together, Verdict
from s2m.store.part import Part
from s2m.store.pauses import stands
from s2m.store.schema import askings, asks, consents, pauses, people, showings, stories, verdicts, visits
from s2m.store.schema.columns import Instant, Whole

DAY, FIRST_DAY = 86_400_000_000, EPOCH.toordinal()
# Who was said something of in these days is not asked about again
OF_LATE = timedelta(days=7)
# Of two requests at once one writes, and the other finds it written
_ADD = text(
    "INSERT INTO showings (network_id, visit_id, shown_id, venue_id, slot, kind, mine, theirs, at) VALUES (:network_id, "
    ":visit_id, :shown_id, :venue_id, :slot, :kind, :mine, :theirs, :at) ON CONFLICT (visit_id, shown_id) DO NOTHING"
)
_SAY = text(
    "INSERT INTO verdicts (network_id, visit_id, shown_id, person_id, other_id, said, at) VALUES (:network, :visit, :shown, "
    ":person, :other, :said, :at) ON CONFLICT (visit_id, shown_id) DO UPDATE SET said = excluded.said, at = excluded.at "
    "WHERE verdicts.said = 'later'"
)
_TELL = text(
    "INSERT INTO stories (id, network_id, venue_id, person_id, text, at) VALUES (:id, :network, :venue, :person, :text, :at) "
    "ON CONFLICT (id) DO UPDATE SET text = excluded.text, ended_at = NULL, ended_by = NULL, "
    "at = CASE WHEN stories.ended_at IS NULL THEN stories.at ELSE excluded.at END"
)
_mine, _theirs, _mirror, _now = visits.alias("mine"), visits.alias("theirs"), verdicts.alias("mirror"), visits.alias("now")
_own_verdict = and_(verdicts.c.visit_id == showings.c.visit_id, verdicts.c.shown_id == showings.c.shown_id)
_their_verdict = and_(_mirror.c.visit_id == showings.c.shown_id, _mirror.c.shown_id == showings.c.visit_id)
_MET = ("met", "helped")


def _number(column: ColumnElement[Any]) -> ColumnElement[int]:
    """An instant or a flag as the number that is kept, to count with."""
    return type_coerce(column, Whole)


# Along the viewer's own visits, then along those of the venue on that day: no visit is longer than a day
_together = (
    select(
        _theirs.c.person_id,
        func.count(distinct((_number(_mine.c.started_at) + bindparam("offset", type_=Whole)) // DAY)).label("days"),
        func.max(_mine.c.started_at, type_=Instant()).label("last"),
    )
    .join(
        _theirs,
        and_(
            _theirs.c.venue_id == _mine.c.venue_id,
            _number(_theirs.c.started_at) > _number(_mine.c.started_at) - DAY,
            _theirs.c.started_at < _mine.c.ended_at,
            _theirs.c.ended_at > _mine.c.started_at,
        ),
    )
    .where(_mine.c.person_id == bindparam("person"), _mine.c.started_at < bindparam("midnight", type_=Instant()))
    .where(_mine.c.ended_how != "undone", _theirs.c.ended_how != "undone")
    .where(_theirs.c.person_id.in_(bindparam("others", expanding=True)))
    .group_by(_theirs.c.person_id)
)
_shown_to = (
    select(
        _theirs.c.person_id,
        func.max(showings.c.at, type_=Instant()).label("last"),
        func.max(case((showings.c.at < bindparam("midnight", type_=Instant()), showings.c.at)), type_=Instant()).label("before"),
    )
    .select_from(showings)
    .join(_mine, _mine.c.id == showings.c.visit_id)
    .join(_theirs, _theirs.c.id == showings.c.shown_id)
    .where(_mine.c.person_id == bindparam("person"), _theirs.c.person_id.is_not(None))
    .group_by(_theirs.c.person_id)
)


class Meetings(Part):
    # What was shown -----------------------------------------------------------------------------------------------

    def add(self, showing: Showing) -> None:
        self.run(_ADD, **{**vars(showing), "at": number(showing.at)})

    def visits_of(self, venue_id: str, person_ids: Collection[str]) -> dict[str, str]:
        """The open visit at a venue of each of these people who has one."""
        theirs = (visits.c.venue_id == venue_id) & visits.c.ended_at.is_(None) & visits.c.person_id.in_(person_ids)
        return {row.person_id: row.id for row in self.run(select(visits.c.person_id, visits.c.id).where(theirs))}

    def shown_in(self, visit_id: str) -> frozenset[str]:
        """Who was shown in a visit so far, by what is still known of their visits."""
        query = select(_theirs.c.person_id).join(showings, showings.c.shown_id == _theirs.c.id)
        return frozenset(self.run(query.where(showings.c.visit_id == visit_id, _theirs.c.person_id.is_not(None))).scalars())

    def was_shown(self, visit_id: str, shown_id: str) -> bool:
        query = select(showings.c.at).where(showings.c.visit_id == visit_id, showings.c.shown_id == shown_id)
        return self.one(query) is not None

    def tell(self, person_id: str) -> None:
        """Open pages of those to whom somebody was shown, where it was and where they are now."""
        shown = select(showings).join(_theirs, _theirs.c.id == showings.c.shown_id).where(_theirs.c.person_id == person_id)
        viewers = shown.join(_mine, _mine.c.id == showings.c.visit_id).with_only_columns(_mine.c.person_id)
        there = shown.with_only_columns(showings.c.venue_id)
        here = select(_now.c.venue_id).where(_now.c.person_id.in_(viewers), _now.c.ended_at.is_(None))
        for venue_id in self.run(there.union(here)).scalars():
            self.store.changed(venue_id)

    # What relevance may know --------------------------------------------------------------------------------------

    def together(self, person_id: str, others: Collection[str], midnight: datetime, offset: timedelta) -> dict[str, Together]:
        """On how many days before this midnight somebody was here at the same time as each of these others."""
        values = {"person": person_id, "others": list(others), "midnight": midnight, "offset": offset // MICROSECOND}
        return {row.person_id: Together(row.days, local_day(row.last, offset)) for row in self.run(_together, **values)}

    def shown_to(self, person_id: str, midnight: datetime, offset: timedelta) -> tuple[dict[str, date], frozenset[str]]:
        """The last day before this midnight on which each was shown to somebody, and who was since then."""
        rows = self.run(_shown_to, person=person_id, midnight=midnight).all()
        today = frozenset(row.person_id for row in rows if row.last >= midnight)
        return {row.person_id: local_day(row.before, offset) for row in rows if row.before}, today

    def exposure(self, venue_id: str, since: datetime) -> dict[str, int]:
        """To how many people each was shown at a venue since then."""
        query = (
            select(_theirs.c.person_id, func.count(distinct(_mine.c.person_id)).label("viewers"))
            .select_from(showings)
            .join(_mine, _mine.c.id == showings.c.visit_id)
            .join(_theirs, _theirs.c.id == showings.c.shown_id)
            .where(showings.c.venue_id == venue_id, showings.c.at >= since, _theirs.c.person_id.is_not(None))
            .group_by(_theirs.c.person_id)
        )
        return {row.person_id: row.viewers for row in self.run(query)}

    def confirmed_with(self, person_id: str, others: Collection[str]) -> frozenset[str]:
        """Who of these others and somebody confirmed a meeting."""
        either = or_(
            and_(verdicts.c.person_id == person_id, verdicts.c.other_id.in_(others)),
            and_(verdicts.c.other_id == person_id, verdicts.c.person_id.in_(others)),
        )
        pairs: dict[tuple[str, frozenset[str]], dict[bool, str]] = {}
        columns = verdicts.c.person_id, verdicts.c.other_id, verdicts.c.visit_id, verdicts.c.shown_id, verdicts.c.said
        for row in self.run(select(*columns).where(either)):
            mine = row.person_id == person_id
            pair = row.other_id if mine else row.person_id, frozenset((row.visit_id, row.shown_id))
            pairs.setdefault(pair, {})[mine] = row.said
        return frozenset(other for (other, _), said in pairs.items() if confirmed(said.get(True), said.get(False)))

    def said_of(self, topics: Collection[str], since: datetime, offset: timedelta) -> tuple[Verdict, ...]:
        """What anybody said since then of pairs with one of these topics in it."""
        about = or_(showings.c.mine.in_(topics), showings.c.theirs.in_(topics))
        day = (_number(verdicts.c.at) + offset // MICROSECOND) // DAY
        query = select(showings.c.mine, showings.c.theirs, verdicts.c.said, day.label("day")).join(verdicts, _own_verdict)
        rows = self.run(query.where(about, verdicts.c.at >= since, verdicts.c.said.in_((*_MET, "not_useful"))))
        return tuple(Verdict(r.mine, r.theirs, r.said in _MET, date.fromordinal(FIRST_DAY + r.day)) for r in rows)

    # Did you meet? ------------------------------------------------------------------------------------------------

    def questions(self, visit: Visit, now: datetime, *, most: int) -> list[Question]:
        """Of the first `most` people shown in a visit, by a hash: who is to be asked about and lets themselves be seen."""
        query = select(showings.c.shown_id, verdicts.c.said).outerjoin(verdicts, _own_verdict)
        found = {row.shown_id: row.said for row in self.run(query.where(showings.c.visit_id == visit.id))}
        chosen = sorted(found, key=lambda shown_id: sha256(f"{visit.id}{shown_id}".encode()).digest())[:most]
        open_ = [shown_id for shown_id in chosen if found[shown_id] in (None, "later")]
        return self._seen(select(_theirs.c.id, people.c.id.label("person"), people.c.name), visit, open_, now)

    def _seen(self, query: Select[Any], visit: Visit, shown_ids: list[str], now: datetime) -> list[Question]:
        assert visit.person_id, "nobody is asked about a visit that is nobody's"
        of_late = select(verdicts.c.said).where(
            verdicts.c.person_id == visit.person_id, verdicts.c.other_id == people.c.id, verdicts.c.said.in_(SAID),
            verdicts.c.at > now - OF_LATE,
        )  # fmt: skip
        query = query.join(people, people.c.id == _theirs.c.person_id).where(_theirs.c.id.in_(shown_ids))
        query = query.where(people.c.erased_at.is_(None), _lets_be_seen(now), ~of_late.exists())
        apart = self.store.blocks.apart(visit.person_id, now)
        rows = [row for row in self.run(query.order_by(_theirs.c.id)) if row.person not in apart]
        return [Question(visit.id, row.id, row.name.split()[0]) for row in rows]

    def last_visit(self, person_id: str, since: datetime) -> Visit | None:
        """The visit that ended last, if that was since then."""
        ended = (visits.c.person_id == person_id) & (visits.c.ended_at >= since) & (visits.c.ended_how != "undone")
        row = self.one(select(visits).where(ended).order_by(visits.c.ended_at.desc()).limit(1))
        return Visit(**row._mapping) if row else None

    def put_off_since(self, visit_id: str, since: datetime) -> bool:
        """Whether the question about a visit was put off since then."""
        off = (verdicts.c.visit_id == visit_id) & (verdicts.c.said == "later") & (verdicts.c.at >= since)
        return self.one(select(verdicts.c.at).where(off).limit(1)) is not None

    def unsaid(self, visit_id: str) -> list[tuple[str, str | None]]:
        """Of whom nothing was said after a visit: their visit and who they are."""
        query = select(showings.c.shown_id, _theirs.c.person_id).join(_theirs, _theirs.c.id == showings.c.shown_id)
        query = query.outerjoin(verdicts, _own_verdict).where(showings.c.visit_id == visit_id)
        rows = self.run(query.where(or_(verdicts.c.said.is_(None), verdicts.c.said == "later")))
        return [(row.shown_id, row.person_id) for row in rows]

    def say(self, visit_id: str, shown_id: str, person: Person, other_id: str | None, said: str, now: datetime) -> None:
        """The first word stands; only `later` makes room for another."""
        self.run(
            _SAY, network=person.network_id, visit=visit_id, shown=shown_id, person=person.id, other=other_id, said=said,
            at=number(now),
        )  # fmt: skip

    # What came of it ----------------------------------------------------------------------------------------------

    def has_met(self, person_id: str, visit_id: str, shown_id: str) -> bool:
        """Whether somebody said that they met whom they were shown there."""
        mine = (verdicts.c.person_id == person_id) & (verdicts.c.visit_id == visit_id) & (verdicts.c.shown_id == shown_id)
        return self.one(select(verdicts.c.at).where(mine, verdicts.c.said.in_(_MET))) is not None

    def open_outcome(self, person_id: str, since: datetime, until: datetime, now: datetime) -> Question | None:
        """The first meeting of this time of which they did not say what came, with somebody who lets themselves be seen."""
        theirs = (verdicts.c.person_id == person_id) & verdicts.c.said.in_(_MET) & verdicts.c.outcome.is_(None)
        query = (
            select(verdicts.c.visit_id, verdicts.c.shown_id, people.c.id, people.c.name)
            .join(_theirs, _theirs.c.id == verdicts.c.shown_id)
            .join(people, people.c.id == verdicts.c.other_id)
            .where(theirs, verdicts.c.at >= since, verdicts.c.at < until, people.c.erased_at.is_(None), _lets_be_seen(now))
        )
        apart = self.store.blocks.apart(person_id, now)
        rows = [row for row in self.run(query.order_by(verdicts.c.at)) if row.id not in apart]
        return Question(rows[0].visit_id, rows[0].shown_id, rows[0].name.split()[0]) if rows else None

    def come_of(self, visit_id: str, shown_id: str, outcome: str, now: datetime) -> None:
        row = (verdicts.c.visit_id == visit_id) & (verdicts.c.shown_id == shown_id) & verdicts.c.outcome.is_(None)
        self.run(update(verdicts).where(row).values(outcome=outcome, outcome_at=now))

    # Stories ------------------------------------------------------------------------------------------------------

    def meeting(self, visit_id: str, shown_id: str) -> tuple[str | None, str]:
        """Whom they said they met, which stands when the visit has forgotten it; and a mark that only this meeting has."""
        query = select(verdicts.c.other_id, verdicts.c.at, showings.c.at.label("shown_at")).join(showings, _own_verdict)
        row = self.run(query.where(verdicts.c.visit_id == visit_id, verdicts.c.shown_id == shown_id)).one()
        return row.other_id, f"{row.shown_at.isoformat()} {row.at.isoformat()}"

    def put_story(self, story: Story) -> Story:
        """Hang a story up; where one with its id hangs, that one with these words. Gives back how it hangs."""
        self.run(
            _TELL, id=story.id, network=story.network_id, venue=story.venue_id, person=story.person_id, text=story.text,
            at=number(story.at),
        )  # fmt: skip
        self.store.changed(story.venue_id)
        kept = self.story(story.id)
        assert kept, "it was just hung up"
        return kept

    def story(self, story_id: str) -> Story | None:
        row = self.one(select(stories).where(stories.c.id == story_id, stories.c.ended_at.is_(None)))
        return Story(**row._mapping) if row else None

    def end_story(self, story: Story, by: str, now: datetime) -> None:
        self.run(update(stories).where(stories.c.id == story.id).values(ended_at=now, ended_by=by, text=""))
        self.store.changed(story.venue_id)

    def hanging(self, venue_id: str, now: datetime) -> list[Story]:
        """The stories on a venue's wall, the newest first."""
        hang = (stories.c.venue_id == venue_id) & stories.c.ended_at.is_(None) & (stories.c.at > now - HANGS)
        return self._stories(select(stories).where(hang).limit(IN_TURN))

    def stories_of(self, person_id: str) -> list[Story]:
        return self._stories(select(stories).where(stories.c.person_id == person_id, stories.c.ended_at.is_(None)))

    def _stories(self, query: Select[Any]) -> list[Story]:
        return [Story(**row._mapping) for row in self.run(query.order_by(stories.c.at.desc()))]

    # Whether it does anything: counts only ------------------------------------------------------------------------

    def said_by_slot(self, venue_id: str, since: datetime, until: datetime) -> Counter[tuple[str, str | None, str | None]]:
        """How often a slot, what the viewer said, and what the other said of the viewer (before `until`) came together."""
        query = (
            select(showings.c.slot, verdicts.c.said, _mirror.c.said.label("theirs"), func.count().label("times"))
            .select_from(showings)
            .outerjoin(verdicts, and_(_own_verdict, verdicts.c.at < until))
            .outerjoin(_mirror, and_(_their_verdict, _mirror.c.at < until))
            .where(showings.c.venue_id == venue_id, showings.c.at >= since, showings.c.at < until)
            .group_by(showings.c.slot, verdicts.c.said, _mirror.c.said)
        )
        return Counter({(row.slot, row.said, row.theirs): row.times for row in self.run(query)})

    def exposed(self, venue_id: str, since: datetime, until: datetime) -> tuple[list[int], int]:
        """How often each visit that let itself be seen was shown, and how many of them saw somebody who saw them."""
        stays = or_(visits.c.ended_how.is_(None), visits.c.ended_how != "undone")
        then = (visits.c.started_at >= since) & (visits.c.started_at < until)
        there = (visits.c.venue_id == venue_id) & then & (_number(visits.c.visible) == 1) & stays
        query = select(func.count(showings.c.visit_id).label("times")).select_from(visits)
        query = query.outerjoin(showings, showings.c.shown_id == visits.c.id).where(there).group_by(visits.c.id)
        back = showings.alias("back")
        pair = and_(back.c.visit_id == showings.c.shown_id, back.c.shown_id == showings.c.visit_id)
        both = select(func.count(distinct(visits.c.id))).select_from(visits)
        both = both.join(showings, showings.c.visit_id == visits.c.id).join(back, pair).where(there)
        return list(self.run(query).scalars()), int(self.run(both).scalar_one())

    def outcomes(self, venue_id: str, since: datetime, until: datetime) -> dict[str | None, int]:
        """What came of the meetings that somebody told of in this time."""
        query = select(verdicts.c.outcome, func.count().label("times")).join(showings, _own_verdict)
        query = query.where(showings.c.venue_id == venue_id, verdicts.c.said.in_(_MET))
        query = query.where(verdicts.c.at >= since, verdicts.c.at < until)
        return {row.outcome: row.times for row in self.run(query.group_by(verdicts.c.outcome))}

    def asks(self, venue_id: str, since: datetime, until: datetime) -> list[timedelta | None]:
        """How long each ask of this time took to be answered, None as long as it is not."""
        helped = select(askings.c.answered_at).where(askings.c.ask_id == asks.c.id, askings.c.answer == "accepted")
        query = select(asks.c.opened_at, helped.scalar_subquery().label("answered_at"))
        rows = self.run(query.where(asks.c.venue_id == venue_id, asks.c.opened_at >= since, asks.c.opened_at < until))
        return [row.answered_at - row.opened_at if row.answered_at else None for row in rows]


def _lets_be_seen(now: datetime) -> ColumnElement[bool]:
    """Of `_theirs` and `people`: the visit in which they were shown still is visible, and what stands now agrees: their
    consent, the visit they are on, and no pause."""
    agrees = select(consents.c.id).where(
        consents.c.person_id == people.c.id, consents.c.purpose == "matching", consents.c.withdrawn_at.is_(None)
    )
    hidden = select(_now.c.id).where(_now.c.person_id == people.c.id, _now.c.ended_at.is_(None), _number(_now.c.visible) == 0)
    rests = select(pauses.c.id).where(pauses.c.person_id == people.c.id, stands(now))
    seen = and_(_number(_theirs.c.visible) == 1, or_(_theirs.c.ended_at.is_(None), agrees.exists()))
    return and_(seen, ~hidden.exists(), ~rests.exists())
