"""Proxy: a host writes down what somebody without a phone did; for others, with a reason, and not too often."""

from datetime import timedelta

import pytest

from s2m.domain import contributions, ledger, people, presence
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

DAY = timedelta(days=1)


@pytest.fixture
def record(store, cast, now):
    numbers = iter(range(1000))

    def record(
        person=None, *, by=None, when=now, venue=None, what="Planten verzorgd", amount="3", reason="Heeft geen telefoon", key=""
    ):
        return contributions.record(
            store, person or cast.thijs, venue or cast.seinhuis, what, amount, reason, (by or cast.hanna).id, when,
            key=key or f"key {next(numbers)}",
        )  # fmt: skip

    return record


@pytest.fixture
def cast(cast, database, now):
    """With Hanna, who is host of Het Seinhuis and not an admin; Thijs was here by himself."""
    from types import SimpleNamespace

    with database.write() as store:
        hanna = people.join(store, cast.noord.id, "Hanna Host", None, cast.policy, now)
        people.give_role(store, hanna, "host", cast.seinhuis.id, now, by=cast.marieke.id)
        presence.check_in(store, cast.thijs, cast.seinhuis, cast.policy, "badge", now - timedelta(hours=1))
    return SimpleNamespace(**vars(cast), hanna=hanna)


def earned(store, cast, person):
    return store.ledger.person_account(person.id).balance - cast.policy.newcomers_grant


def test_what_a_host_writes_down_is_paid_with_its_reason(store, cast, now, record):
    done = record()
    assert (done.kind, done.amount, done.recorded_by, done.person_id) == ("proxy", 3, cast.hanna.id, cast.thijs.id)
    assert earned(store, cast, cast.thijs) == 3
    rows = store.ledger.statement(store.ledger.person_account(cast.thijs.id))
    row = next(row for row in rows if row.transfer.kind == "proxy")
    assert (row.transfer.kind, row.contribution, row.reason) == ("proxy", "Planten verzorgd", "Heeft geen telefoon")
    assert store.audit.holds(cast.noord.id, now, action="contribution.proxy", actor=cast.hanna.id, object_id=done.id)
    assert ledger.verify_network(store, cast.noord.id).fault is None


@pytest.mark.parametrize(
    "given",
    [{"amount": "0"}, {"amount": "11"}, {"amount": "-3"}, {"amount": "1.5"}, {"amount": "３"}, {"amount": ""}, {"what": ""},
     {"what": "x" * 61}, {"reason": " "}, {"reason": "x" * 91}, {"reason": "\x00"}],
)  # fmt: skip
def test_what_is_not_filled_in_well_is_refused(store, cast, record, given):
    with pytest.raises(Invalid):
        record(**given)
    assert earned(store, cast, cast.thijs) == 0


def test_nobody_writes_down_their_own(store, cast, record):
    for own in (cast.hanna, cast.marieke):
        with pytest.raises(Refused, match="own_contribution"):
            record(own, by=own)
    assert record(cast.hanna, by=cast.marieke).amount == 3


def test_a_host_writes_down_for_who_came_by_themselves_or_before_today(store, cast, now, record):
    with pytest.raises(Refused, match="not_known_here"):
        record(cast.samira)
    presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "host", now)
    with pytest.raises(Refused, match="not_known_here"):
        record(cast.samira)
    assert record(cast.samira, when=now + DAY)
    assert record(cast.joost, by=cast.marieke), "an admin may for anybody of the network"


def test_who_is_of_another_network_is_nobody_here(store, cast, record):
    with pytest.raises((Refused, NotFound)):
        record(cast.olga, by=cast.marieke)


def test_one_person_is_written_down_three_times_a_day_whoever_does_it(store, cast, now, record):
    record(), record(), record(by=cast.marieke)
    for by in (cast.hanna, cast.marieke):
        with pytest.raises(Refused, match="cap_proxy"):
            record(by=by)
    assert earned(store, cast, cast.thijs) == 9
    assert record(when=now + DAY)


def test_one_host_writes_down_ten_times_a_day(store, cast, now, record):
    for n in range(11):
        person = people.join(store, cast.noord.id, f"Gast {n}", None, cast.policy, now)
        presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now)
        if n < 10:
            record(person)
    with pytest.raises(Refused, match="cap_proxy_host"):
        record(person)
    assert record(person, by=cast.marieke)


def test_the_same_form_sent_twice_counts_once(store, cast, record):
    assert record(key="once") == record(key="once")
    for other in ({"amount": "4"}, {"what": "Iets anders"}, {"person": cast.samira}, {"reason": "Anders"}):
        with pytest.raises(Conflict, match="key_reused"):
            record(key="once", **other)
    assert earned(store, cast, cast.thijs) == 3
