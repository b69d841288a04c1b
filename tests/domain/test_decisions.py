"""What becomes of thanks and gifts that wait: accepted, declined, taken back, or counted by themselves; each once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import contributions, ledger
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.ledger import statement

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GIFT = {"kind": "gift", "amount": 5}


@pytest.fixture(autouse=True)
def books_are_in_order(store, cast):
    """Whatever a test did: the whole ledger still verifies."""
    yield
    assert ledger.verify_network(store, cast.noord.id).fault is None


@pytest.fixture
def free(store):
    return lambda person: store.ledger.person_account(person.id).available


@pytest.fixture
def rows(store, cast):
    """The states of all rows of a kind, in the order of the chain."""
    return lambda kind: [row.state for row in store.ledger.rows(cast.noord.id) if row.kind == kind]


def test_thanks_wait_as_a_hold_of_the_issuing_account(store, cast, now, met, thank, balance, rows):
    given = thank()
    issuing = store.ledger.network_account(cast.noord.id, "issuing")
    assert (given.state, given.accept_by, issuing.held) == ("waiting", now + 24 * HOUR, 2)
    assert store.contributions.waiting(cast.joost.id) == [given] and store.contributions.received(cast.joost.id) == []
    assert balance(cast.joost) == 12 and rows("thanks") == ["pending"]
    assert store.ledger.transfer(given.transfer_id).expires_at == given.accept_by


def test_without_a_waiting_time_thanks_and_gifts_count_at_once(store, cast, met, thank, balance, rows):
    at_once = replace(cast.policy, thanks_accept_hours=0)
    assert [thank(policy=at_once).state, thank(policy=at_once, **GIFT).state] == ["accepted", "accepted"]
    assert (balance(cast.joost), balance(cast.samira)) == (12 + 2 + 5, 12 - 5)
    assert rows("thanks") == rows("gift") == ["posted"] and store.contributions.waiting(cast.joost.id) == []


def test_what_was_declined_never_moves_and_no_longer_counts_in_the_caps(store, cast, now, met, thank, balance, rows):
    one = replace(cast.policy, thanks_given_per_day=1, thanks_per_pair=1, thanks_received_per_day=1)
    given = thank(policy=one)
    with pytest.raises(Refused, match="cap_given"):
        thank(policy=one)
    declined = contributions.decline(store, cast.joost, given.id, now)
    assert (declined.state, declined.decided_at, balance(cast.joost)) == ("declined", now, 12)
    assert rows("thanks") == ["pending", "void"] and store.ledger.network_account(cast.noord.id, "issuing").held == 0
    assert thank(policy=one).state == "waiting"


def test_what_was_accepted_still_counts_in_the_caps(cast, met, thank, accepted):
    one = replace(cast.policy, thanks_per_pair=1)
    accepted(policy=one)
    with pytest.raises(Refused, match="cap_pair"):
        thank(policy=one)


DECISIONS = {"accept": contributions.accept, "decline": contributions.decline}


@pytest.mark.parametrize("first", DECISIONS)
@pytest.mark.parametrize("then", DECISIONS)
@pytest.mark.parametrize("what", [{}, GIFT], ids=["earned", "gift"])
def test_thanks_are_decided_once(store, cast, now, met, thank, balance, first, then, what):
    given = thank(**what)
    DECISIONS[first](store, cast.joost, given.id, now)
    before = (balance(cast.joost), balance(cast.samira))
    with pytest.raises(Conflict, match="decided"):
        DECISIONS[then](store, cast.joost, given.id, now)
    assert (balance(cast.joost), balance(cast.samira)) == before


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
def test_only_the_receiver_decides(store, cast, now, met, thank, decide):
    given = thank()
    for person, thanks_id in ((cast.samira, given.id), (cast.thijs, given.id), (cast.olga, given.id), (cast.joost, "0" * 32)):
        with pytest.raises(NotFound):
            decide(store, person, thanks_id, now)
    assert store.contributions.thanks(given.id) == given


@pytest.mark.parametrize(("kind", "worth"), [("plain", 2), ("earned", 0)])
def test_what_moves_nothing_waits_for_nobody(store, cast, now, met, thank, balance, kind, worth):
    given = thank(policy=replace(cast.policy, thanks_amount=worth), kind=kind)
    assert (given.state, given.amount, given.transfer_id) == ("accepted", 0, None)
    with pytest.raises(Conflict, match="decided"):
        contributions.accept(store, cast.joost, given.id, now)
    assert contributions.undo_thanks(store, cast.samira, given.id, now).state == "undone" and balance(cast.joost) == 12


def test_what_was_decided_is_taken_back_only_while_it_counts(store, cast, now, met, thank):
    given = thank()
    contributions.decline(store, cast.joost, given.id, now)
    with pytest.raises(Conflict, match="decided"):
        contributions.undo_thanks(store, cast.samira, given.id, now)


# Gifts --------------------------------------------------------------------------------------------------------------


def test_a_gift_is_held_at_the_giver_and_moves_when_it_is_accepted(store, cast, now, met, thank, balance, free, rows):
    given = thank(**GIFT)
    assert (free(cast.samira), balance(cast.samira), balance(cast.joost)) == (12 - 4 - 5, 12, 12)
    contributions.accept(store, cast.joost, given.id, now)
    assert (balance(cast.samira), balance(cast.joost), rows("gift")) == (7, 17, ["pending", "post"])
    assert store.ledger.network_account(cast.noord.id, "issuing").held == 0


def test_a_declined_gift_is_free_again(store, cast, now, met, thank, free):
    given = thank(**GIFT)
    contributions.decline(store, cast.joost, given.id, now)
    assert free(cast.samira) == 8


def test_a_gift_can_be_all_that_is_free_and_not_one_more(cast, met, thank, free):
    with pytest.raises(Refused, match="gift_over_balance") as refused:
        thank(kind="gift", amount=9)
    assert refused.value.data == {"field": "amount", "most": 8} and free(cast.samira) == 8
    thank(kind="gift", amount="8")
    assert free(cast.samira) == 0
    with pytest.raises(Refused, match="gift_over_balance"):
        thank(kind="gift", amount=1)


@pytest.mark.parametrize(
    "amount", [-1, 0, "0", "-5", "2.5", 2.5, "1e3", "٣", "²", "１", 10**9 + 1, "9" * 30, "", None, True, "x", "\x00", "\ud800"]
)
def test_a_gift_is_a_whole_number_of_dots(store, cast, met, thank, free, amount):
    with pytest.raises(Invalid):
        thank(kind="gift", amount=amount)
    assert free(cast.samira) == 8 and store.contributions.given(cast.samira.id) == []


def test_gifts_and_words_do_not_count_in_the_caps_of_earned_thanks(cast, met, thank):
    one = replace(cast.policy, thanks_given_per_day=1, thanks_received_per_day=1, thanks_per_pair=1)
    thank(policy=one, kind="gift", amount=1)
    thank(policy=one, kind="plain")
    assert thank(policy=one).kind == "earned"
    assert thank(policy=one, kind="gift", amount=1) and thank(policy=one, kind="plain")


@pytest.mark.parametrize("what", [GIFT, {"kind": "plain"}], ids=["gift", "plain"])
def test_gifts_and_words_go_to_others_one_has_met(cast, met, thank, free, what):
    for giver, receiver, why in ((cast.samira, cast.samira, "self_thanks"), (cast.samira, cast.wim, "never_met")):
        with pytest.raises(Refused, match=why):
            thank(giver, receiver, **what)
    with pytest.raises(NotFound):
        thank(receiver=cast.olga, **what)
    assert free(cast.samira) == 8


def test_a_gift_with_a_repeated_key_goes_once_and_with_another_amount_not_at_all(cast, met, thank, free):
    assert thank(key="once", **GIFT) == thank(key="once", **GIFT)
    for other in ({"kind": "gift", "amount": 6}, {"kind": "plain"}, {}):
        with pytest.raises(Conflict, match="key_reused"):
            thank(key="once", **other)
    assert free(cast.samira) == 3


@pytest.mark.parametrize("accepted_first", [True, False])
def test_a_gift_taken_back_is_back(store, cast, now, met, thank, balance, free, accepted_first):
    given = thank(**GIFT)
    if accepted_first:
        contributions.accept(store, cast.joost, given.id, now)
    contributions.undo_thanks(store, cast.samira, given.id, now)
    assert (balance(cast.samira), free(cast.samira), balance(cast.joost)) == (12, 8, 12)


def test_an_unknown_kind_is_refused(store, cast, met, thank):
    with pytest.raises(Invalid, match="choice"):
        thank(kind="loan")
    assert store.contributions.given(cast.samira.id) == []


# On the statement ---------------------------------------------------------------------------------------------------


def test_a_waiting_gift_is_a_held_line_of_the_giver_and_no_line_of_the_receiver(store, cast, now, met, thank):
    def lines(person):
        account = store.ledger.person_account(person.id)
        found = statement.lines(account, store.ledger.statement(account))
        assert sum(line.amount for line in found) == account.available
        return [(line.row.transfer.kind, line.amount, line.state) for line in found if line.row.transfer.kind == "gift"]

    given = thank(**GIFT)
    assert (lines(cast.samira), lines(cast.joost)) == ([("gift", -5, "held")], [])
    contributions.decline(store, cast.joost, given.id, now)
    assert (lines(cast.samira), lines(cast.joost)) == ([("gift", 0, "undone")], [])
    contributions.accept(store, cast.joost, thank(**GIFT).id, now)
    assert lines(cast.samira)[0] == ("gift", -5, "") and lines(cast.joost) == [("gift", 5, "")]


# By themselves ------------------------------------------------------------------------------------------------------


def test_thanks_count_by_themselves_when_their_time_has_come(store, cast, now, met, thank, balance, rows):
    first, gift = thank(), thank(cast.thijs, **GIFT)
    later = thank(cast.marieke, when=now + HOUR)
    due = first.accept_by
    assert contributions.accept_due(store, cast.noord.id, due - timedelta(microseconds=1)) == 0
    assert contributions.accept_due(store, cast.zuid.id, due) == 0
    assert contributions.accept_due(store, cast.noord.id, due) == 2
    assert contributions.accept_due(store, cast.noord.id, due) == 0
    assert {store.contributions.thanks(t.id).state for t in (first, gift)} == {"accepted"} and balance(cast.joost) == 19
    assert store.contributions.waiting(cast.joost.id) == [later]
    assert rows("thanks") == ["pending", "pending", "post"] and rows("gift") == ["pending", "post"]
