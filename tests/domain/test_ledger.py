"""The ledger's actions: what each moves, what each refuses, and that the chain holds after all of them."""

import dataclasses
from datetime import timedelta

import pytest

from s2m.domain import ledger, people
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused
from s2m.domain.ledger.entries import LARGEST_BALANCE, START, link

HOUR = timedelta(hours=1)


@pytest.fixture
def of(store):
    """A person's account as it stands now."""
    return lambda person: store.ledger.person_account(person.id)


@pytest.fixture
def commons(store, cast):
    return lambda: store.ledger.network_account(cast.noord.id, "commons")


@pytest.fixture
def venue(store, cast):
    return lambda: store.ledger.seat_accounts(cast.samira, cast.seinhuis)[1]


@pytest.fixture
def hold(store, cast, now, of, venue):
    def hold(amount=4, floor=-8):
        return ledger.hold(
            store, of(cast.samira), venue(), amount, "seat", now, key=f"hold {amount}", floor=floor, expires_at=now + HOUR
        )

    return hold


@pytest.fixture(autouse=True)
def books_are_in_order(store, cast):
    """Whatever a test did: the whole ledger still verifies."""
    yield
    for network in (cast.noord, cast.zuid):
        assert ledger.verify_network(store, network.id).fault is None


def figures(account):
    return account.balance, account.held, account.available


def test_a_new_network_has_its_issuing_account_and_a_commons(store, cast, commons):
    issuing = store.ledger.network_account(cast.noord.id, "issuing")
    assert figures(issuing) == (-10_000, 0, -10_000)
    assert commons().balance == 10_000 - 5 * 12


def test_a_newcomer_starts_with_the_grant_of_the_commons(cast, of):
    assert figures(of(cast.samira)) == (12, 0, 12)


def test_without_a_grant_a_newcomer_starts_at_nothing(store, cast, now, of):
    someone = people.join(store, cast.noord.id, "Nieuw", None, dataclasses.replace(cast.policy, newcomers_grant=0), now)
    assert figures(of(someone)) == (0, 0, 0)


def test_a_transfer_moves_at_once(store, cast, now, of):
    row = ledger.transfer(store, of(cast.samira), of(cast.joost), 5, "gift", now, key="k", floor=-8)
    assert (of(cast.samira).balance, of(cast.joost).balance) == (7, 17)
    assert (row.state, row.amount, row.unit, row.journal_id, row.moves) == ("posted", 5, "SC", row.id, True)
    assert store.ledger.transfer(row.id) == row


@pytest.mark.parametrize("amount", [0, -1, 1_000_000_001, 2**63])
def test_refuses_amounts_that_cannot_be(store, cast, now, of, amount):
    with pytest.raises(Invalid, match="amount"):
        ledger.transfer(store, of(cast.samira), of(cast.joost), amount, "gift", now, key="k")


def test_refuses_to_move_from_an_account_to_itself(store, cast, now, of):
    with pytest.raises(Invalid, match="amount"):
        ledger.transfer(store, of(cast.samira), of(cast.samira), 1, "gift", now, key="k")


def test_another_networks_account_is_not_found(store, cast, now, of):
    with pytest.raises(NotFound):
        ledger.transfer(store, of(cast.samira), of(cast.olga), 1, "gift", now, key="k")


def test_refuses_a_transfer_past_the_floor_and_moves_nothing(store, cast, now, of):
    head = store.ledger.head(cast.noord.id)
    with pytest.raises(Refused, match="floor") as caught:
        ledger.transfer(store, of(cast.samira), of(cast.joost), 21, "gift", now, key="k", floor=-8)
    assert caught.value.data == {"available": 12, "floor": -8, "amount": 21}
    assert (figures(of(cast.samira)), store.ledger.head(cast.noord.id)) == ((12, 0, 12), head)
    assert ledger.transfer(store, of(cast.samira), of(cast.joost), 20, "gift", now, key="k", floor=-8).amount == 20


def test_decides_on_what_is_there_not_on_what_the_caller_remembers(store, cast, now, of):
    remembered = of(cast.samira)
    ledger.transfer(store, remembered, of(cast.joost), 20, "gift", now, key="1", floor=-8)
    with pytest.raises(Refused, match="floor"):
        ledger.transfer(store, remembered, of(cast.joost), 20, "gift", now, key="2", floor=-8)


def test_a_balance_stays_within_what_a_browser_can_count(store, cast, now, of, commons):
    amount, most = 10**9, LARGEST_BALANCE
    big = dataclasses.replace(commons(), balance=-most + 5)
    with pytest.raises(Invalid, match="amount"):
        from s2m.domain.ledger.book import _check

        _check(big, of(cast.samira), amount, None)


# Holds --------------------------------------------------------------------------------------------------------------


def test_a_hold_counts_against_what_is_available_and_moves_nothing_yet(cast, of, venue, hold):
    held = hold()
    assert (held.state, held.moves) == ("pending", False)
    assert figures(of(cast.samira)) == (12, 4, 8) and figures(venue()) == (0, 0, 0)


def test_holds_and_transfers_share_the_floor(store, cast, now, of, hold):
    hold(15)
    with pytest.raises(Refused, match="floor"):
        hold(6)
    with pytest.raises(Refused, match="floor"):
        ledger.transfer(store, of(cast.samira), of(cast.joost), 6, "gift", now, key="k", floor=-8)
    assert figures(of(cast.samira)) == (12, 15, -3)


def test_posting_settles_a_hold(store, cast, now, of, venue, hold):
    held = hold()
    row = ledger.post(store, held, now)
    assert (row.state, row.amount, row.pending_id, row.journal_id) == ("post", 4, held.id, held.id)
    assert figures(of(cast.samira)) == (8, 0, 8) and venue().balance == 4


def test_part_of_a_hold_may_be_posted_and_the_rest_is_let_go(store, cast, now, of, venue, hold):
    ledger.post(store, hold(), now, amount=1)
    assert figures(of(cast.samira)) == (11, 0, 11) and venue().balance == 1


@pytest.mark.parametrize("amount", [0, -1, 5])
def test_no_more_than_was_held_can_be_posted(store, cast, now, of, hold, amount):
    with pytest.raises(Invalid, match="amount"):
        ledger.post(store, hold(), now, amount=amount)
    assert figures(of(cast.samira)) == (12, 4, 8)


def test_voiding_lets_a_hold_go(store, cast, now, of, venue, hold):
    row = ledger.void(store, hold(), now)
    assert (row.state, row.moves) == ("void", False)
    assert figures(of(cast.samira)) == (12, 0, 12) and venue().balance == 0


@pytest.mark.parametrize("first", [ledger.post, ledger.void])
@pytest.mark.parametrize("second", [ledger.post, ledger.void])
def test_a_hold_is_settled_once(store, cast, now, of, hold, first, second):
    held = hold()
    first(store, held, now)
    before = figures(of(cast.samira))
    with pytest.raises(Conflict, match="settled"):
        second(store, held, now)
    assert figures(of(cast.samira)) == before


def test_only_a_hold_can_be_settled(store, cast, now, of):
    row = ledger.transfer(store, of(cast.samira), of(cast.joost), 5, "gift", now, key="k")
    with pytest.raises(Conflict, match="settled"):
        ledger.post(store, row, now)


# Forgiving and reversing --------------------------------------------------------------------------------------------


def test_forgiving_an_open_hold_lets_it_go_and_the_commons_pays(store, cast, now, of, venue, commons, hold):
    before = commons().balance
    ledger.forgive(store, hold(), now)
    assert (figures(of(cast.samira)), venue().balance, commons().balance) == ((12, 0, 12), 4, before - 4)


def test_forgiving_a_settled_hold_gives_it_back_and_the_commons_pays(store, cast, now, of, venue, commons, hold):
    held, before = hold(), commons().balance
    ledger.post(store, held, now)
    row = ledger.forgive(store, held, now)
    assert (figures(of(cast.samira)), venue().balance, commons().balance) == ((12, 0, 12), 4, before - 4)
    assert row.journal_id == held.journal_id


def test_forgiving_what_was_posted_in_part_gives_back_that_part(store, cast, now, of, venue, commons, hold):
    held, before = hold(), commons().balance
    ledger.post(store, held, now, amount=3)
    ledger.forgive(store, held, now)
    assert (of(cast.samira).balance, venue().balance, commons().balance) == (12, 3, before - 3)


@pytest.mark.parametrize("settle", [lambda *a: None, ledger.post])
def test_a_seat_is_forgiven_once(store, cast, now, of, hold, settle):
    held = hold()
    settle(store, held, now)
    ledger.forgive(store, held, now)
    head = store.ledger.head(cast.noord.id)
    with pytest.raises(Conflict, match="forgiven"):
        ledger.forgive(store, held, now)
    assert store.ledger.head(cast.noord.id) == head


def test_a_reversal_mirrors_its_original_and_both_stay(store, cast, now, of):
    row = ledger.transfer(store, of(cast.samira), of(cast.joost), 5, "gift", now, key="k")
    mirror = ledger.reverse(store, row.id, cast.noord.id, now)
    assert (mirror.debit_id, mirror.credit_id, mirror.amount) == (row.credit_id, row.debit_id, 5)
    assert (mirror.reverses_id, mirror.journal_id) == (row.id, row.journal_id)
    assert (of(cast.samira).balance, of(cast.joost).balance) == (12, 12)
    assert store.ledger.transfer(row.id) == row and store.ledger.reversal(row.id) == mirror


def test_a_reversal_may_pass_the_floor(store, cast, now, of):
    row = ledger.transfer(store, of(cast.samira), of(cast.joost), 5, "gift", now, key="1")
    ledger.transfer(store, of(cast.joost), of(cast.thijs), 25, "gift", now, key="2", floor=-8)
    ledger.reverse(store, row.id, cast.noord.id, now)
    assert of(cast.joost).balance == -13


def test_a_row_is_reversed_once(store, cast, now, of):
    row = ledger.transfer(store, of(cast.samira), of(cast.joost), 5, "gift", now, key="k")
    mirror = ledger.reverse(store, row.id, cast.noord.id, now)
    with pytest.raises(Conflict, match="reversed"):
        ledger.reverse(store, row.id, cast.noord.id, now)
    with pytest.raises(Refused, match="not_reversible"):
        ledger.reverse(store, mirror.id, cast.noord.id, now)


def test_what_moved_nothing_is_not_reversible(store, cast, now, hold):
    held = hold()
    for row in (held, ledger.void(store, held, now)):
        with pytest.raises(Refused, match="not_reversible"):
            ledger.reverse(store, row.id, cast.noord.id, now)


def test_another_networks_row_is_not_found(store, cast, now, of):
    row = ledger.transfer(store, of(cast.samira), of(cast.joost), 5, "gift", now, key="k")
    for name, network in ((row.id, cast.zuid), ("0" * 32, cast.noord)):
        with pytest.raises(NotFound):
            ledger.reverse(store, name, network.id, now)


# The chain ----------------------------------------------------------------------------------------------------------


def test_rows_form_a_chain_without_gaps(store, cast, now, hold):
    ledger.post(store, hold(), now)
    previous = START
    for place, row in enumerate(store.ledger.rows(cast.noord.id), 1):
        assert (row.n, row.hash) == (place, link(previous, place, row))
        previous = row.hash
    assert store.ledger.head(cast.noord.id) == ledger.Head(place, previous)


def test_networks_have_chains_of_their_own(store, cast):
    assert [row.n for row in store.ledger.rows(cast.zuid.id)] == [1, 2]


def test_a_chained_row_tells_nothing_of_a_person(store, cast, now, hold):
    hold()
    text = repr([vars(row) for row in store.ledger.rows(cast.noord.id)])
    for secret in (cast.samira.id, "Samira", "seinhuis.example"):
        assert secret not in text


def test_keys_are_the_same_for_the_same_question_only(now):
    asked = ledger.digest("thanks", "a", {"b": 1, "c": [now]})
    assert asked == ledger.digest("thanks", "a", {"c": [now], "b": 1})
    assert asked != ledger.digest("thanks", "a", {"c": [now], "b": 2})
    assert ledger.digest("ab", "c") != ledger.digest("a", "bc")
    assert len(ledger.digest("\ud800")) == 64
