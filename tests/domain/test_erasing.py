"""What is forgotten: a person who wants to be, wholly, with the books as true as before; and what has grown old."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Text, select
from sqlalchemy.sql import visitors

from s2m.domain import (
    billing,
    blocks,
    bookings,
    budgets,
    commons,
    contributions,
    devices,
    erasing,
    introductions,
    ledger,
    matches,
    meetings,
    mending,
    money,
    pauses,
    people,
    posts,
    presence,
    reunions,
    scans,
    signin,
    talks,
    tasks,
)  # fmt: skip
from s2m.domain.asks import Asking
from s2m.domain.bookings import waiting
from s2m.domain.calendars import feeds
from s2m.domain.codes import DoorCode, badge_text
from s2m.domain.errors import NotFound, Refused
from s2m.domain.posts import accounts
from s2m.domain.presence import Need
from s2m.store.erasing import KEPT, RULES
from s2m.store.schema import metadata
from tests import billing as bills
from tests import letting

DAY = timedelta(days=1)
# Each typed somewhere by or about Samira
WORDS = ("samira", "vos", "gewone taal", "offertes en prijzen", "klatergoud", "mastodon.example", "3-14")


@pytest.fixture
def life(store, cast, now, keys):
    """Samira leaves a trace in every table there is."""
    samira, joost, venue, early = cast.samira, cast.joost, cast.seinhuis, now - timedelta(hours=1)
    device, code = devices.offer_pairing(store, venue, "kiosk", "Ingang", cast.marieke.id, early)
    devices.pair(store, code, early)
    given = {"id": "0198a000-0000-7000-8000-000000000001", "code": badge_text(keys, store.people.valid_badge(samira.id).id)}
    event = scans.parse_event({**given, "at": early.isoformat()})
    scans.take(store, keys, device, venue, cast.policy, event, early)
    visit = store.presence.open_visit(samira)
    store.door.use(DoorCode(device.id, 1), samira, early)
    other = presence.check_in(store, joost, venue, cast.policy, "badge", early).visit
    for one, text in ((visit, "offertes en prijzen"), (other, "gewone taal")):
        presence.answer_need(store, one, Need("need", text), early, visible=True, on_wall=True)
    for one in (store.presence.get(visit.id), store.presence.get(other.id)):
        meetings.note(store, one, matches.for_visitor(matches.room_of(store, venue.id, early), one), early)
    meetings.say(store, samira, visit.id, other.id, "helped", early)
    meetings.say(store, joost, other.id, visit.id, "met", early)
    meetings.tell(store, samira, visit.id, other.id, "Klatergoud werd goud", early, agreed=True)
    blocks.keep_apart(store, samira, cast.thijs.id, "snooze", early)
    blocks.keep_apart(store, cast.thijs, samira.id, "block", early)
    patient = vars(cast.policy) | {"thanks_accept_hours": 24}
    patient = type(cast.policy)(**patient)
    half = now - timedelta(minutes=30)
    for giver, receiver, kind, dots in ((samira, joost, "gift", 2), (joost, samira, "gift", 1)):
        given = {"key": f"{kind} {giver.id}", "kind": kind, "amount": dots}
        contributions.thank(store, giver, receiver, venue, patient, "klatergoud", "Dank Samira", half, **given)
    for giver, receiver in ((samira, joost), (joost, samira)):
        contributions.thank(store, giver, receiver, venue, patient, "klatergoud", "Dank Samira", half, key=giver.id)
    commons.give(store, samira, 1, early, key="gift")
    local = (now + DAY).astimezone(venue.zone)
    at = {"day": local.date().isoformat(), "time": "11:00"}
    talk, _moment = talks.announce(store, samira, venue, {"topic": "klatergoud maken", **at}, samira.id, early)
    past = type(talk)(**{**vars(talk), "id": store.new_id(now), "starts_at": early, "ends_at": early + talks.LENGTH,
                         "speaker_id": joost.id, "topic": "prijzen"})  # fmt: skip
    store.talks.add(past)
    talks.attend(store, past, samira, early)
    task, _moment = tasks.post(store, venue, {"title": "opruimen", "amount": 4, "places": 3, **at}, cast.marieke.id, early)
    tasks.take(store, task, samira, early)
    ask = store.asks.open_of(joost.id)
    store.asks.add_asking(Asking(store.new_id(now), cast.noord.id, ask.id, samira.id, "wall", "gewone taal", early, now))
    store.asks.pause(cast.noord.id, samira.id, now)
    introductions.introduce(store, samira, samira.id, joost.id, "klatergoud", now, contact="bij Samira")
    reunions.wish(store, samira, joost.id, now)
    pauses.pause(store, samira, venue, "week", early)
    _post(store, cast, visit, now)
    accounts.start(store, samira, "mastodon", "klatergoud@mastodon.example", early)
    budgets.grant(store, venue, samira, 3, "klatergoud geholpen", cast.marieke.id, now)
    budgets.grant(store, venue, samira, 25, "klatergoud veel", cast.marieke.id, now)
    contributions.record(store, samira, venue, "klatergoud poetsen", 2, "zij heet Samira", cast.marieke.id, now, key="r" * 20)
    mending.freeze(store, venue, samira, "klatergoud", cast.marieke.id, now)
    _start(store, cast, now)
    bills.sells(store, cast, early)
    room = letting.let(store, venue, cast.marieke, early)
    meeting = {"title": "klatergoud", "notes": "voor Samira", "topics": ("klatergoud",)}
    renter = {"name": samira.name, "email": samira.email, "street": "Samira 3-14"}
    booked = letting.book(
        store, venue, room, now + DAY, 1, letting.as_booker(samira), early, person=samira, renter=renter, **meeting
    )  # fmt: skip
    _repeated(store, cast, venue, room, booked, meeting, early)
    by_host = {"company": "Samira aan de balie", "name": samira.name, "email": samira.email}
    values = bookings.parse_renter(by_host)
    bookings.renter_for(store, cast.noord.id, samira, values, "nl", early, by_host=True)
    bill = store.billing.of_renters([store.bookings.renter_of(samira.id).id])[0].document
    billing.checkouts.begin(store, bill, "local", early)
    billing.pay(store, bill, 1_00, "cash", now.date(), "system", early)
    store.billing.add_letter(bill, 0, early)
    signin.make_link(store, now, person=samira)
    signin.start_session(store, samira, "Firefox van Samira", now)
    file = ("samira.ics", "text/calendar", b"klatergoud")
    store.outbox.add(cast.noord.id, samira.email, "Hallo Samira", "klatergoud", now, attachments=[file])
    feeds.make(store, samira, None, now)
    store.rates.take(f"export:{samira.id}", most=3, per=DAY, now=now)
    people.consent(store, samira, "wall", True, now)
    people.give_role(store, samira, "host", cast.wissel.id, now, by=cast.marieke.id)
    return visit


def _repeated(store, cast, venue, room, booked, meeting, early):
    """A meeting that Samira repeats, and a room that she waits for."""
    rule = bookings.parse_rule({"day": "2026-04-02", "every": "weekly", "ends_how": "count", "count": "2"}, [])
    plan = bookings.Plan(room, rule, bookings.Times("12:00", "13:00"), bookings.Details(**meeting))
    by, renter = letting.as_booker(cast.samira), store.bookings.renter(booked.renter_id)
    cents = bookings.preview(store, venue, plan, {}, by, early).sum.gross_cents
    bookings.book_series(store, venue, plan, {}, renter, by, early, agreed_cents=cents)
    waiting.join(store, venue, room.id, booked.starts_at, booked.ends_at, 1, renter, early)


def _post(store, cast, visit, now):
    claim = posts.Claim(
        store.new_id(now), cast.noord.id, cast.seinhuis.id, visit.id, cast.samira.id, "https://mastodon.example/@samira/1", "h",
        "klatergoud", "host", "post_picture", 4, "samira", None, "f", 0, now, now,
    )  # fmt: skip
    store.posts.add(claim)
    store.posts.add_picture(claim, b"picture")


def _start(store, cast, now):
    account = store.ledger.person_account(cast.samira.id)
    commons_ = store.ledger.network_account(cast.noord.id, "commons")
    moved = ledger.transfer(store, commons_, account, 1, "passport_grant", now, key="p")
    values = {"passport_id": "p", "public_key": "k", "holder": "h", "person_id": cast.samira.id, "amount": 1, "at": now}
    values |= {"id": store.new_id(now), "network_id": cast.noord.id, "transfer_id": moved.id, "granted_by": cast.marieke.id}
    store.run(metadata.tables["passport_grants"].insert().values(values))


def everything(store):
    """Every text in the database with where it stands."""
    for table in metadata.tables.values():
        columns = [column for column in table.c if isinstance(column.type, Text)]
        for row in store.run(select(*columns)) if columns else ():
            yield from ((f"{table.name}.{key}", value) for key, value in row._mapping.items() if value)


def faults(store, cast):
    return ledger.verify_network(store, cast.noord.id).fault


def count(store, name):
    return len(store.run(select(metadata.tables[name])).all())


# Nothing is left out --------------------------------------------------------------------------------------------------


def test_every_table_is_either_told_and_erased_or_named_as_kept():
    told = {rule.table.name for rule in RULES}
    missing = set(metadata.tables) - told - set(KEPT)
    assert not missing, f"say in s2m/store/erasing.py what becomes of: {', '.join(sorted(missing))}"
    assert not told & set(KEPT) and not set(KEPT) - set(metadata.tables)


def test_every_column_that_names_a_person_is_in_the_rule_of_its_table():
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name == "people"
        for column in key.columns
        if column.name != "network_id"
    }
    assert len(found) > 20
    mentioned = {f"{rule.table.name}.{c.name}" for rule in RULES for c in _columns(rule.mine) if c.table is rule.table}
    assert found - mentioned == set()


def _columns(clause):
    return [part for part in visitors.iterate(clause) if part.__visit_name__ == "column"]


def test_the_life_of_the_test_leaves_a_trace_in_every_table(store, cast, life):
    told = store.erasing.told(cast.samira)
    assert {name for name, rows in told.items() if rows == []} == set()
    assert told["shown_to_others"] == 1


# Erase me -------------------------------------------------------------------------------------------------------------


def test_who_is_erased_is_found_in_no_text_and_the_books_are_true(store, cast, now, life):
    def names():
        return {f"{where}: {text}" for where, text in everything(store) for word in WORDS if word in text.casefold()}

    told = names()
    assert len(told) > 20 and faults(store, cast) is None
    before = {name: count(store, name) for name in ("visits", "showings", "verdicts", "thanks", "people", "contributions")}
    erasing.erase(store, cast.samira, "", now)
    # What others typed for themselves is theirs
    theirs = {"topics.text: offertes en prijzen", "visit_topics.text: gewone taal", "asks.text: gewone taal"}
    # The law keeps bills for seven years
    assert {name for name in names() if not name.startswith("documents.")} - theirs == set()
    assert {name: count(store, name) for name in before} == before
    assert faults(store, cast) is None
    account = store.ledger.person_account(cast.samira.id)
    assert (account.balance, account.held) == (0, 0)


def test_what_was_open_has_ended(store, cast, now, life, keys):
    erasing.erase(store, cast.samira, "", now)
    gone = store.people.get(cast.samira.id)
    assert (gone.name, gone.email, gone.first_name, gone.erased_at) == ("", None, "", now)
    assert store.presence.open_visit(gone) is None and store.presence.get(life.id).ended_how == "left"
    assert store.people.valid_badge(gone.id) is None and store.signin.sessions(gone.id, now) == []
    assert store.contributions.waiting(gone.id) == store.contributions.given_waiting(gone.id) == []
    assert store.people.roles(gone.id) == () and store.talks.of_speaker(gone.id, since=now) == []
    assert store.budgets.undecided(now) == [] and store.meetings.hanging(cast.seinhuis.id, now) == []
    with pytest.raises(NotFound):
        people.in_network(store, cast.noord.id, gone.id)
    assert store.people.by_email(cast.noord.id, cast.samira.email) is None
    assert cast.seinhuis.id in store.touched


def test_what_was_booked_is_cancelled_at_what_that_costs_and_nobody_waits_for_it(store, cast, now):
    bills.sells(store, cast, now)
    venue, by, rent = cast.seinhuis, letting.as_booker(cast.samira), {"name": cast.samira.name, "email": cast.samira.email}
    rooms = [letting.let(store, venue, cast.marieke, now, name, tiers=((48, 50),), option_hours=24) for name in ("Noord", "Zuid")]
    firm, option = (
        letting.book(store, venue, room, now + DAY, 1, by, now, person=cast.samira, renter=rent, option=is_option)
        for room, is_option in zip(rooms, (False, True), strict=True)
    )
    held = bookings.hold(store, venue, rooms[0].id, now + DAY * 5, now + DAY * 5 + letting.HOUR, by, now)
    renter = store.bookings.renter_of(cast.samira.id)
    other = letting.book(store, venue, rooms[1], now + DAY * 5, 1, letting.as_booker(cast.joost), now, person=cast.joost)
    waits = store.bookings.renter_of(cast.joost.id)
    hers = waiting.join(store, venue, rooms[1].id, other.starts_at, other.ends_at, 1, renter, now)
    his = waiting.join(store, venue, rooms[0].id, firm.starts_at, firm.ends_at, 1, waits, now)
    bookings.cancel(store, venue, other, letting.as_booker(cast.joost), now, agreed_cents=None)
    offered = store.bookings.get(store.waits.get(hers.id).offered_booking_id)
    assert offered.blocks
    erasing.erase(store, cast.samira, "", now)
    ended = [store.bookings.get(one.id) for one in (firm, option, held, offered)]
    assert [(one.status, one.fee_cents) for one in ended] == [
        ("cancelled", firm.gross_cents // 2), ("cancelled", 0), ("expired", 0), ("expired", 0),
    ]  # fmt: skip
    *_old, fee = [bill.document for bill in store.billing.of_booking(firm.id) if bill.document.kind == "invoice"]
    assert (fee.buyer.name, money.total(fee.lines).gross_cents) == ("Samira Vos", firm.gross_cents // 2)
    assert store.waits.get(his.id).state == "offered", "who waited for it has it"
    assert faults(store, cast) is None


def test_dots_of_a_room_that_is_to_come_are_part_of_what_is_left(store, cast, now):
    room = letting.let(store, cast.seinhuis, cast.marieke, now, dots_per_hour=2, tiers=())
    renter = bookings.renter_for(store, cast.noord.id, cast.samira, bookings.parse_renter(letting.EVA), "nl", now)
    by, start = letting.as_booker(cast.samira), now + DAY
    held = bookings.hold(store, cast.seinhuis, room.id, start, start + letting.HOUR, by, now)
    given = {"agreed_cents": 0, "paid_by": "capital", "agreed_dots": 2}
    bookings.fill_in(store, cast.seinhuis, held, bookings.Details(), renter, by, now, **given)
    bookings.conclude(store, cast.seinhuis, held, by, now)
    mending.freeze(store, cast.seinhuis, cast.samira, "eerst praten", cast.marieke.id, now)
    common = store.ledger.network_account(cast.noord.id, "commons").balance
    erasing.erase(store, cast.samira, "", now)
    assert store.ledger.network_account(cast.noord.id, "commons").balance == common + cast.policy.newcomers_grant
    assert faults(store, cast) is None


def test_the_balance_goes_to_whom_they_chose_among_those_they_met(store, cast, now, met):
    people.consent(store, cast.joost, "matching", True, now)
    presence.hide(store, store.presence.open_visit(cast.joost), False, now)
    earn(store, cast.samira, 5, now)
    before = store.ledger.person_account(cast.joost.id).balance
    assert erasing.bequest(store, cast.samira) == 5
    erasing.erase(store, cast.samira, cast.joost.id, now)
    assert store.ledger.person_account(cast.joost.id).balance == before + 5
    newest = next(row for row in store.ledger.statement(store.ledger.person_account(cast.joost.id)) if row.amount)
    assert (newest.transfer.kind, newest.amount) == ("gift", 5)


def earn(store, person, amount, now):
    account, issuing = store.ledger.person_account(person.id), store.ledger.network_account(person.network_id, "issuing")
    return ledger.transfer(store, issuing, account, amount, "post", now, key=f"earned {amount}")


def test_what_is_left_of_the_welcome_goes_back_to_the_commons_whoever_the_heir_is(store, cast, now, met):
    people.consent(store, cast.joost, "matching", True, now)
    presence.hide(store, store.presence.open_visit(cast.joost), False, now)
    assert erasing.bequest(store, cast.samira) == 0, "nothing but the welcome, less a seat"
    ledger.reverse(store, earn(store, cast.samira, 3, now).id, cast.noord.id, now)
    earn(store, cast.samira, 9, now)
    assert erasing.bequest(store, cast.samira) == 9, "what was earned and put right was not spent from the welcome"
    commons.give(store, cast.samira, 2, now, key="gift")
    common = store.ledger.network_account(cast.noord.id, "commons").balance
    joost = store.ledger.person_account(cast.joost.id).balance
    erasing.erase(store, cast.samira, cast.joost.id, now)
    assert store.ledger.person_account(cast.joost.id).balance == joost + 9, "what was given away was the welcome"
    assert store.ledger.network_account(cast.noord.id, "commons").balance == common + cast.policy.newcomers_grant - 4 - 2
    assert faults(store, cast) is None


def test_an_account_that_stands_still_is_left_to_the_commons_and_its_thanks_do_not_count(store, cast, now, met, thank):
    people.consent(store, cast.joost, "matching", True, now)
    presence.hide(store, store.presence.open_visit(cast.joost), False, now)
    earn(store, cast.samira, 9, now)
    patient = type(cast.policy)(**(vars(cast.policy) | {"thanks_accept_hours": 24}))
    given = [thank(policy=patient), thank(policy=patient, kind="gift", amount=2)]
    mending.freeze(store, cast.seinhuis, cast.samira, "eerst praten", cast.marieke.id, now)
    with pytest.raises(Refused) as refused:
        erasing.erase(store, cast.samira, cast.joost.id, now)
    assert refused.value.code == "frozen" and store.people.get(cast.samira.id).erased_at is None
    assert erasing.bequest(store, cast.samira) == 0
    before = store.ledger.person_account(cast.joost.id).balance
    erasing.erase(store, cast.samira, "", now)
    assert store.ledger.person_account(cast.joost.id).balance == before
    assert {store.contributions.thanks(one.id).state for one in given} == {"declined"}
    assert faults(store, cast) is None


def test_else_it_goes_to_the_commons_which_forgives_a_promise(store, cast, now):
    common = store.ledger.network_account(cast.noord.id, "commons").balance
    erasing.erase(store, cast.joost, "", now)
    assert store.ledger.network_account(cast.noord.id, "commons").balance == common + cast.policy.newcomers_grant
    venue = store.ledger.seat_accounts(cast.samira, cast.seinhuis)[1]
    account = store.ledger.person_account(cast.samira.id)
    ledger.transfer(store, account, venue, account.balance + 5, "seat", now, key="deep", floor=-8)
    erasing.erase(store, cast.samira, "", now)
    assert store.ledger.person_account(cast.samira.id).balance == 0
    assert store.ledger.network_account(cast.noord.id, "commons").balance == common + cast.policy.newcomers_grant - 5
    assert faults(store, cast) is None


def test_nobody_gets_it_who_was_not_met_or_does_not_let_themselves_be_seen(store, cast, now, met):
    for other in (cast.joost.id, cast.olga.id, cast.samira.id, "nobody"):
        with pytest.raises(NotFound):
            erasing.erase(store, cast.samira, other, now)
    assert store.people.get(cast.samira.id).erased_at is None


def test_the_only_admin_stays_until_there_is_another(store, cast, now):
    with pytest.raises(Refused) as refused:
        erasing.erase(store, cast.marieke, "", now)
    assert refused.value.code == "last_admin"
    people.give_role(store, cast.joost, "admin", None, now, by=cast.marieke.id)
    erasing.erase(store, cast.marieke, "", now)
    assert store.people.admins(cast.noord.id) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda store, one, now: people.rename(store, one, "Samira Vos", "samira@seinhuis.example", "nl"),
        lambda store, one, now: people.prove_mail(store, one, "samira@elders.example", now),
        lambda store, one, now: store.people.mark_signed_in(one, now),
        lambda store, one, now: people.add_topic(store, one, "klatergoud", now),
        lambda store, one, now: people.consent(store, one, "matching", True, now),
        lambda store, one, now: people.issue_badge(store, one, now),
        lambda store, one, now: people.give_role(store, one, "admin", None, now, by=one.id),
    ],
)
def test_a_form_that_was_under_way_brings_nobody_back(store, cast, now, act):
    """It looked somebody up before they were erased, and writes afterwards."""
    erasing.erase(store, cast.samira, "", now)
    gone, told = store.people.get(cast.samira.id), store.erasing.told(cast.samira)
    with pytest.raises(NotFound):
        act(store, cast.samira, now)
    assert store.people.get(cast.samira.id) == gone and store.erasing.told(cast.samira) == told


# What is told ---------------------------------------------------------------------------------------------------------


def test_what_is_told_holds_no_secret_and_of_others_no_more_than_a_first_name(store, cast, life):
    text = json.dumps(store.erasing.told(cast.samira), ensure_ascii=False)
    assert "Joost" in text and "klatergoud" in text and "samira@seinhuis.example" in text
    for hidden in ("Bakker", "joost@", "Smit", cast.joost.id, cast.thijs.id, "secret_hash", "short_code"):
        assert hidden not in text
    told = store.erasing.told(cast.samira)
    assert {row["said"] for row in told["verdicts"]} == {"helped"}, "what Joost said of her is his"
    assert [row["kind"] for row in told["blocks"]] == ["snooze"], "who is blocked is told nothing"


def test_nobody_is_told_by_a_no_they_never_said_that_they_were_kept_apart(store, cast, now, met):
    for person in (cast.samira, cast.joost, cast.thijs):
        people.consent(store, person, "matching", True, now)
        presence.hide(store, store.presence.open_visit(person), False, now)
    blocks.keep_apart(store, cast.joost, cast.samira.id, "block", now)
    found = introductions.introduce(store, cast.thijs, cast.samira.id, cast.joost.id, "Jullie schrijven", now)
    for unasked in (cast.samira, cast.joost):
        told = store.erasing.told(unasked)
        assert told["introductions"] == told["introduction_sides"] == []
    assert [row["id"] for row in store.erasing.told(cast.thijs)["introductions"]] == [found.id], "what one made is one's own"
    other = introductions.introduce(store, cast.joost, cast.joost.id, cast.thijs.id, "Buren", now)
    introductions.decline(store, cast.thijs, other.id, now + DAY)
    for asked, answer in ((cast.joost, "yes"), (cast.thijs, "no")):
        told = store.erasing.told(asked)
        assert [(row["introduction_id"], row["answer"]) for row in told["introduction_sides"]] == [(other.id, answer)]
        assert other.id in {row["id"] for row in told["introductions"]}


def test_who_an_ask_was_put_to_on_the_wall_is_not_told_how_it_ended(store, cast, now, life):
    asking = metadata.tables["askings"]
    for way, told in (("wall", False), ("quiet", True)):
        store.run(asking.update().values(way=way, answer="passed", answered_at=now))
        [row] = store.erasing.told(cast.samira)["askings"]
        assert (row["way"], bool(row["answer"]), bool(row["answered_at"])) == (way, told, told)


def test_nobody_is_told_of_another(store, cast, life):
    told = store.erasing.told(cast.olga)
    assert told["people"][0]["name"] == "Olga Ivanova" and "Samira" not in str(told)


# What has grown old ---------------------------------------------------------------------------------------------------


def test_a_visit_says_for_thirty_days_whose_it_was_and_then_only_counts(store, cast, now, life):
    presence.leave(store, store.presence.get(life.id), now)
    assert erasing.forget(store, now + 30 * DAY) == 0
    passport = store.passports.visits(cast.samira.id)
    assert erasing.forget(store, now + 30 * DAY + timedelta(seconds=1)) == 1
    assert store.presence.get(life.id).person_id is None and store.presence.topics(life.id) == []
    assert store.passports.visits(cast.samira.id) == passport == 1
    assert erasing.forget(store, now + 31 * DAY) == 0
    assert store.passports.visits(cast.samira.id) == passport
    assert store.meetings.shown_to(cast.samira.id, now, timedelta()) == ({}, frozenset())
    assert faults(store, cast) is None
    names = metadata.tables["scans"].c.first_name
    assert store.run(select(names).where(names.is_not(None))).all() == []


@pytest.fixture
def rent(store, cast, now):
    """A stranger's meeting of an hour, tomorrow unless said otherwise; gives it and who rents, as they are known now."""
    room = letting.let(store, cast.seinhuis, cast.marieke, now, tiers=())

    def rent(start=now + DAY, venue=cast.seinhuis, **details):
        words = {"title": "Jaarfeest", "notes": "Eva komt", "topics": ("feest",)} | details
        return letting.book(store, venue, room, start, 1, letting.Booker("stranger"), now, **words)

    return rent


def known(store, booking):
    """What is known of a booking and who rents."""
    booking = store.bookings.get(booking.id)
    renter = store.bookings.renter(booking.renter_id)
    return booking.title, booking.notes, booking.topics, renter.name, renter.email, renter.company


def test_a_stranger_who_rented_is_forgotten_thirty_days_after_the_meeting(store, cast, now, rent):
    asked = rent()
    over = asked.ends_at + 30 * DAY
    erasing.forget(store, over)
    assert known(store, asked) == ("Jaarfeest", "Eva komt", ("feest",), "Eva Woonlab", "eva@woonlab.example", "Woonlab Soest")
    erasing.forget(store, over + timedelta(seconds=1))
    assert known(store, asked) == ("", "", (), "", "", "")
    bills.sells(store, cast, over)
    assert billing.following.follow_waiting(store, cast.seinhuis, over) == 0, "nobody is left to be billed"
    assert store.billing.unbilled(cast.seinhuis.id) == [] and faults(store, cast) is None


def test_whom_something_was_billed_is_known_for_seven_years_more(store, cast, now, rent):
    bills.sells(store, cast, now)
    billed = rent()
    erasing.forget(store, now.replace(year=2033, month=12, day=31))
    assert known(store, billed) == ("", "", (), "Eva Woonlab", "eva@woonlab.example", "Woonlab Soest")
    erasing.forget(store, now.replace(year=2034, month=1, day=1))
    assert known(store, billed)[3:] == ("", "", "")
    host = letting.as_booker(cast.marieke, host=True)
    bookings.settle(store, cast.seinhuis, store.bookings.get(billed.id), host, now, lines=billed.lines[:1] * 2)
    [*_old, again] = [bill.document for bill in store.billing.of_booking(billed.id) if bill.document.kind == "invoice"]
    assert len(again.lines) == 2 and again.buyer.name == "Woonlab Soest"


def test_a_member_and_a_stranger_who_still_wait_are_not_forgotten(store, cast, now, rent):
    member = letting.book(
        store, cast.seinhuis, store.venues.room(rent().room_id), now + DAY * 5, 1, letting.as_booker(cast.samira), now,
        person=cast.samira, title="Overleg",
    )  # fmt: skip
    far = rent(now + 34 * DAY)
    renter = bookings.renter_for(store, cast.noord.id, None, bookings.parse_renter(letting.EVA), "nl", now)
    waiting.join(store, cast.seinhuis, far.room_id, far.starts_at, far.ends_at, 1, renter, now, secret_hash="s")
    erasing.forget(store, now + 60 * DAY)
    assert known(store, member)[0] == "Overleg" and known(store, far)[3] == "Eva Woonlab"
    assert store.bookings.renter(renter.id).name == "Eva Woonlab"
    erasing.forget(store, now + 90 * DAY)
    assert known(store, member)[0] == "Overleg" and known(store, member)[3] == "Eva Woonlab"
    assert known(store, far)[3] == store.bookings.renter(renter.id).name == ""


def test_who_still_is_here_is_not_forgotten(store, cast, now, life):
    assert erasing.forget(store, now + 60 * DAY) == 0
    assert store.presence.open_visit(cast.samira) is not None


def test_the_proof_is_the_same_when_persons_are_forgotten(store, cast, now, life):
    for person in (cast.samira, cast.joost):
        presence.leave(store, store.presence.open_visit(person), now)
    at = now + 31 * DAY
    before = meetings.prove(store, cast.seinhuis, 90, at)
    assert before.slots[0].met.part == 2 and before.of_present.part == 2
    assert erasing.forget(store, at) == 2
    erasing.erase(store, cast.joost, "", at)
    assert meetings.prove(store, cast.seinhuis, 90, at) == before


def test_who_met_whom_is_known_for_a_year_and_which_topics_for_two(store, cast, now, life):
    for person in (cast.samira, cast.joost):
        presence.leave(store, store.presence.open_visit(person), now)
    erasing.forget(store, now + 300 * DAY)
    assert store.meetings.confirmed_with(cast.samira.id, [cast.joost.id]) == {cast.joost.id}
    erasing.forget(store, now + 366 * DAY)
    assert store.meetings.confirmed_with(cast.samira.id, [cast.joost.id]) == frozenset()
    assert store.meetings.said_of(["gewone taal"], now - DAY, timedelta()) != ()
    erasing.forget(store, now + 731 * DAY)
    assert store.meetings.said_of(["gewone taal"], now - DAY, timedelta()) == ()


def test_words_of_showings_that_nobody_judged_go_with_their_visit(store, cast, now, life):
    showings = metadata.tables["showings"]
    store.run(metadata.tables["verdicts"].delete())
    for person in (cast.samira, cast.joost):
        presence.leave(store, store.presence.open_visit(person), now)
    erasing.forget(store, now + 31 * DAY)
    assert set(store.run(select(showings.c.mine, showings.c.theirs))) == {("", "")}


def test_a_walk_in_of_long_ago_gets_a_new_badge_with_the_first_proof(store, cast, now):
    """Nobody knows any more how they came, so whoever held the old badge may have been somebody else."""
    visit = presence.check_in(store, cast.joost, cast.seinhuis, cast.policy, "walk_in", now).visit
    presence.leave(store, visit, now)
    erasing.forget(store, now + 31 * DAY)
    old = store.people.valid_badge(cast.joost.id)
    link = signin.make_link(store, now + 31 * DAY, person=cast.joost)
    signin.sign_in(store, link, "Firefox", now + 31 * DAY)
    assert store.people.valid_badge(cast.joost.id) != old
