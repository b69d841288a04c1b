"""Who rents, and what they typed about their meeting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from s2m.domain import fields
from s2m.domain.bookings.values import NOTES_MAX, PEOPLE_MOST, TITLE_MAX, TOPICS_MOST, Renter
from s2m.domain.errors import Invalid
from s2m.domain.people import LANGUAGES

if TYPE_CHECKING:
    from s2m.domain.bookings.values import Booking
    from s2m.domain.money import Line
    from s2m.domain.people import Person
    from s2m.domain.rooms import Extra, RoomTerms
    from s2m.domain.venues import Room
    from s2m.store import Store

COUNTRY = re.compile(r"[A-Z]{2}")
# What a form asks of who rents
RENTER = ("name", "email", "company", "street", "postcode", "city", "country", "vat_id")
VAT_ID = re.compile(r"[A-Z]{2}[A-Z0-9]{2,13}")


@dataclass(frozen=True)
class Details:
    """What a meeting is. extras: id of each with its count (of what goes by the person: for how many)."""

    title: str = ""
    title_hidden: bool = True
    people: int = 1
    setup: str = ""
    notes: str = ""
    topics: tuple[str, ...] = ()
    extras: dict[str, int] = field(default_factory=dict)


def needed(what: Details | Booking) -> frozenset[str]:
    """The set-up and the extras of a meeting, which its room has to offer."""
    return frozenset([*what.extras, *([what.setup] if what.setup else [])])


def parse_details(given: Mapping[str, object], room: Room, terms: RoomTerms, offered: Sequence[Extra]) -> Details:
    """Details from what somebody typed. extra_<id>: ticked. topics: one a line.

    Raises Invalid `too_many_people`, `choice`, `too_many_topics`, and as in `fields`.
    """
    people = fields.whole(given.get("people", "1"), "people", least=1, most=PEOPLE_MOST)
    setup = str(given.get("setup") or "")
    if setup and setup not in terms.setups:
        raise Invalid("setup", "choice")
    most = terms.setups[setup] if setup else max(terms.setups.values(), default=room.capacity)
    if people > most:
        raise Invalid("people", "too_many_people", most=most)
    typed = [part for part in str(given.get("topics") or "").replace(",", "\n").splitlines() if part.strip()]
    if len(typed) > TOPICS_MOST:
        raise Invalid("topics", "too_many_topics", most=TOPICS_MOST)
    chosen = [extra for extra in offered if extra.id in terms.extras and given.get(f"extra_{extra.id}")]
    return Details(
        fields.line("title", given.get("title") or "", TITLE_MAX, shortest=0),
        bool(given.get("title_hidden")),
        people,
        setup,
        fields.line("notes", given.get("notes") or "", NOTES_MAX, shortest=0),
        tuple(fields.topic(part, "topics") for part in typed),
        {extra.id: people if extra.per == "person" else 1 for extra in chosen},
    )


def parse_renter(given: Mapping[str, object]) -> dict[str, str]:
    """Who rents, from what somebody typed: the values of a Renter that a form holds. A name and an address for mail are needed.

    Raises Invalid `mail_shape`, `country`, `vat_id`, and as in `fields`.
    """

    def optional(name: str, most: int = fields.NAME_MAX) -> str:
        return fields.line(name, given.get(name) or "", most, shortest=0)

    country = (optional("country", 2) or "NL").upper()
    vat_id = re.sub(r"[ .-]", "", optional("vat_id", 24)).upper()
    if not COUNTRY.fullmatch(country):
        raise Invalid("country", "country")
    if vat_id and not VAT_ID.fullmatch(vat_id):
        raise Invalid("vat_id", "vat_id")
    return {
        "name": fields.name(given.get("name")), "email": fields.email(given.get("email")), "company": optional("company"),
        "street": optional("street"), "postcode": optional("postcode", 12), "city": optional("city"), "country": country,
        "vat_id": vat_id,
    }  # fmt: skip


def pays_as_member(store: Store, person_id: str | None, lines: Iterable[Line] = ()) -> bool:
    """Whether a booking has the member's price: a member's has, and one that got it once keeps it. lines: those it has."""
    if any(line.code == "member" for line in lines):
        return True
    person = store.people.get(person_id) if person_id else None
    return person is not None and person.is_member


def proved_mail(store: Store, renter: Renter) -> str | None:
    """Where mail about a renting goes: of a member's own record to the address that they proved, if they did; else to what a
    stranger proved by its link, or a host typed."""
    if not renter.person_id:
        return renter.email
    person = store.people.get(renter.person_id)
    return person.email if person else None


def forget(store: Store, renter_id: str | None) -> None:
    """Nothing is kept of a stranger who never proved that the address is theirs."""
    renter = store.bookings.renter(renter_id or "")
    if renter and renter.person_id is None:
        store.bookings.set_renter(renter, **dict.fromkeys(RENTER, ""))


def renter_for(
    store: Store, network_id: str, person: Person | None, values: Mapping[str, str], language: str, now: datetime,
    *, by_host: bool = False,
) -> Renter:  # fmt: skip
    """A member has one, which changes with what they typed last; a stranger gets a new one: nobody proved anything yet. by_host:
    a host typed it for them, and it holds for this once; their own does not change."""
    language = language if language in LANGUAGES else "nl"
    known = store.bookings.renter_of(person.id) if person else None
    if known and by_host and dict(values).items() <= vars(known).items():
        return known
    if known and not by_host:
        return store.bookings.set_renter(known, **values, language=language)
    whose = person.id if person else None
    renter = Renter(
        id=store.new_id(now), network_id=network_id, person_id=None if by_host else whose, language=language, created_at=now,
        for_id=whose if by_host else None, **values,
    )  # fmt: skip
    return store.bookings.add_renter(renter)
