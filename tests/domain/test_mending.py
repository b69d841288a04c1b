"""What a host puts right: objections, reversals and frozen accounts; each with a reason, once, and in the trail."""

from datetime import timedelta

import pytest

from s2m.domain import contributions, hosting, ledger, mending, people, presence
from s2m.domain.errors import Conflict, Invalid, NotFound, Refused

WHY = "Dubbel gestuurd"


@pytest.fixture(autouse=True)
def books_are_in_order(store, cast):
    """Whatever a test did: the whole ledger still verifies."""
    yield
    assert ledger.verify_network(store, cast.noord.id).fault is None


@pytest.fixture
def hanna(store, cast, now):
    """A host of Het Seinhuis who is no admin, and is there."""
    hanna = people.join(store, cast.noord.id, "Hanna Host", None, cast.policy, now)
    people.give_role(store, hanna, "host", cast.seinhuis.id, now, by=cast.marieke.id)
    presence.check_in(store, hanna, cast.seinhuis, cast.policy, "badge", now - timedelta(hours=1))
    return hanna


@pytest.fixture
def trail(store, cast):
    """The last act in the trail: what, about what, by whom."""

    def trail():
        row = store.audit.last(cast.noord.id, most=1, venue_id=cast.seinhuis.id)[0]
        return row["action"], row["object_id"], row["actor"]

    return trail


@pytest.fixture
def line(store):
    """The newest row of a kind that moved something on somebody's account."""

    def line(person, kind):
        rows = store.ledger.statement(store.ledger.person_account(person.id))
        return next(row.transfer for row in rows if row.transfer.kind == kind and row.transfer.moves)

    return line


def test_what_follows_from_a_booking_is_put_right_there(store, cast, now, hanna, line):
    presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now - timedelta(days=1))
    house = store.ledger.seat_accounts(cast.samira, cast.seinhuis)[1]
    mine = store.ledger.person_account(cast.samira.id)
    for kind, sides in (("room", (mine, house)), ("room_back", (house, mine))):
        ledger.transfer(store, *sides, 1, kind, now, key=ledger.digest(kind))
        with pytest.raises(Refused, match="of_a_booking"):
            mending.reverse_line(store, cast.seinhuis, cast.samira, line(cast.samira, kind).id, WHY, hanna.id, now)


# Thanks -------------------------------------------------------------------------------------------------------------


def test_a_host_objects_to_thanks_that_wait(store, cast, now, met, thank, balance, hanna, trail):
    given = thank(kind="gift", amount=5)
    done = mending.object_to_thanks(store, cast.seinhuis, given.id, WHY, hanna.id, now)
    assert (done.state, done.reason, done.decided_at) == ("objected", WHY, now)
    assert (balance(cast.samira), balance(cast.joost)) == (12, 12)
    assert store.ledger.person_account(cast.samira.id).available == 8
    assert trail() == ("thanks.object", given.id, hanna.id)


def test_a_host_reverses_thanks_that_count_once(store, cast, now, met, accepted, balance, hanna, trail):
    given = accepted()
    mending.reverse_thanks(store, cast.seinhuis, given.id, WHY, hanna.id, now)
    assert balance(cast.joost) == 12 and store.contributions.thanks(given.id).state == "reversed"
    assert trail() == ("thanks.reverse", given.id, hanna.id)
    with pytest.raises(Conflict, match="decided"):
        mending.reverse_thanks(store, cast.seinhuis, given.id, WHY, hanna.id, now)
    assert balance(cast.joost) == 12


def test_what_waits_is_not_reversed_and_what_counts_not_objected_to(store, cast, now, met, thank, accepted, balance):
    waiting, counted = thank(), accepted(cast.thijs)
    with pytest.raises(Conflict, match="decided"):
        mending.reverse_thanks(store, cast.seinhuis, waiting.id, WHY, cast.marieke.id, now)
    with pytest.raises(Conflict, match="decided"):
        mending.object_to_thanks(store, cast.seinhuis, counted.id, WHY, cast.marieke.id, now)
    assert balance(cast.joost) == 14


@pytest.mark.parametrize("act", [mending.object_to_thanks, mending.reverse_thanks])
def test_thanks_of_another_venue_are_not_found_and_a_reason_is_needed(store, cast, now, met, thank, balance, act):
    given = thank()
    for venue, thanks_id in ((cast.wissel, given.id), (cast.elders, given.id), (cast.seinhuis, "0" * 32)):
        with pytest.raises(NotFound):
            act(store, venue, thanks_id, WHY, cast.marieke.id, now)
    for reason in ("", " ", "\x00", "x" * 91, None):
        with pytest.raises(Invalid):
            act(store, cast.seinhuis, given.id, reason, cast.marieke.id, now)
    assert store.contributions.thanks(given.id).waits


def test_what_was_reversed_or_objected_to_no_longer_counts_in_the_caps(store, cast, now, met, thank, accepted):
    from dataclasses import replace

    one = replace(cast.policy, thanks_per_pair=1)
    mending.object_to_thanks(store, cast.seinhuis, thank(policy=one).id, WHY, cast.marieke.id, now)
    mending.reverse_thanks(store, cast.seinhuis, accepted(policy=one).id, WHY, cast.marieke.id, now)
    assert thank(policy=one)


@pytest.mark.parametrize("gives", [True, False])
def test_a_host_decides_nothing_about_their_own_thanks(store, cast, now, met, thank, hanna, gives):
    given = thank(hanna, cast.joost) if gives else thank(cast.joost, hanna)
    with pytest.raises(Refused, match="own_account"):
        mending.object_to_thanks(store, cast.seinhuis, given.id, WHY, hanna.id, now)
    assert store.contributions.thanks(given.id).waits


# Lines --------------------------------------------------------------------------------------------------------------


def test_any_line_of_somebody_who_belongs_here_is_reversed_once(store, cast, now, met, accepted, balance, hanna, trail, line):
    visit = store.presence.open_visit(cast.samira)
    presence.leave(store, visit, now)
    seat = line(cast.samira, "seat")
    assert balance(cast.samira) == 8
    mirrored = mending.reverse_line(store, cast.seinhuis, cast.samira, seat.id, WHY, hanna.id, now)
    assert (mirrored.reverses_id, mirrored.amount, balance(cast.samira)) == (seat.id, 4, 12)
    assert trail() == ("line.reverse", seat.id, hanna.id)
    assert store.ledger.seats(cast.noord.id, [store.presence.get(visit.id)]) == {visit.id: "house"}
    row = next(r for r in store.ledger.statement(store.ledger.person_account(cast.samira.id)) if r.transfer.id == mirrored.id)
    assert (row.reason, row.visit_id) == (WHY, visit.id)
    with pytest.raises(Conflict, match="reversed"):
        mending.reverse_line(store, cast.seinhuis, cast.samira, seat.id, WHY, hanna.id, now)


def test_a_reversed_line_of_thanks_ends_the_thanks_too(store, cast, now, met, accepted, balance, line):
    given = accepted()
    mending.reverse_line(store, cast.seinhuis, cast.joost, line(cast.joost, "thanks").id, WHY, cast.marieke.id, now)
    again = store.contributions.thanks(given.id)
    assert (again.state, again.reason, balance(cast.joost)) == ("reversed", WHY, 12)
    with pytest.raises(Conflict, match="decided"):
        contributions.undo_thanks(store, cast.samira, given.id, now)


def test_a_reversal_may_bring_somebody_below_the_floor(store, cast, now, met, thank, balance, line):
    given = thank(kind="gift", amount=8)
    contributions.accept(store, cast.joost, given.id, now)
    for _ in range(2):
        gift = thank(cast.joost, cast.thijs, kind="gift", amount=8)
        contributions.accept(store, cast.thijs, gift.id, now)
    assert balance(cast.joost) == 4  # all of it held for the seat
    mending.reverse_line(store, cast.seinhuis, cast.joost, line(cast.joost, "newcomers_grant").id, WHY, cast.marieke.id, now)
    mending.reverse_thanks(store, cast.seinhuis, given.id, WHY, cast.marieke.id, now)
    assert balance(cast.joost) == -16 < cast.policy.floor


def test_what_did_not_move_or_is_a_reversal_is_not_reversed(store, cast, now, met, thank, accepted, line):
    waiting = store.ledger.transfer(thank().transfer_id)
    with pytest.raises(NotFound):
        mending.reverse_line(store, cast.seinhuis, cast.joost, waiting.id, WHY, cast.marieke.id, now)
    accepted(cast.thijs)
    mirrored = mending.reverse_line(store, cast.seinhuis, cast.joost, line(cast.joost, "thanks").id, WHY, cast.marieke.id, now)
    with pytest.raises(Refused, match="not_reversible"):
        mending.reverse_line(store, cast.seinhuis, cast.joost, mirrored.id, WHY, cast.marieke.id, now)


def test_a_line_of_somebody_else_is_not_found(store, cast, now, met, line):
    grant = line(cast.thijs, "newcomers_grant")
    for transfer_id in (grant.id, line(cast.olga, "newcomers_grant").id, "0" * 32, ""):
        with pytest.raises(NotFound):
            mending.reverse_line(store, cast.seinhuis, cast.samira, transfer_id, WHY, cast.marieke.id, now)


def test_lines_of_strangers_and_ones_own_are_left_alone(store, cast, now, met, hanna, line):
    for person, why in ((cast.wim, "not_acquainted"), (hanna, "own_account")):
        with pytest.raises(Refused, match=why):
            mending.reverse_line(store, cast.seinhuis, person, line(person, "newcomers_grant").id, WHY, hanna.id, now)


@pytest.mark.parametrize("reason", ["", "\x00", "x" * 91, None])
def test_a_reversal_says_why(store, cast, now, met, balance, line, reason):
    with pytest.raises(Invalid):
        grant = line(cast.samira, "newcomers_grant")
        mending.reverse_line(store, cast.seinhuis, cast.samira, grant.id, reason, cast.marieke.id, now)
    assert balance(cast.samira) == 12


# Accounts -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def frozen(store, cast, now, met):
    """Samira's account stands still; she was here and left."""
    presence.undo(store, store.presence.open_visit(cast.samira), now - timedelta(hours=1))
    mending.freeze(store, cast.seinhuis, cast.samira, WHY, cast.marieke.id, now)


def test_a_frozen_account_holds_no_seat_but_the_commons_may_pay(store, cast, now, frozen, trail):
    assert trail() == ("account.freeze", cast.samira.id, cast.marieke.id)
    with pytest.raises(Refused, match="frozen"):
        presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
    with pytest.raises(Refused, match="frozen"):
        hosting.help_in(store, cast.samira, cast.seinhuis, cast.policy, cast.marieke.id, now)
    assert store.presence.open_visit(cast.samira) is None
    done = hosting.help_in(store, cast.samira, cast.seinhuis, cast.policy, cast.marieke.id, now, paid_by="commons")
    assert done.fresh and done.held == 0


def test_a_frozen_account_gives_no_gift_but_receives(store, cast, now, met, thank, accepted, balance):
    waiting = thank(kind="gift", amount=3)
    mending.freeze(store, cast.seinhuis, cast.samira, WHY, cast.marieke.id, now)
    with pytest.raises(Refused, match="frozen"):
        thank(kind="gift", amount=3)
    accepted(cast.joost, cast.samira)
    accepted(cast.thijs, cast.samira, kind="gift", amount=1)
    contributions.accept(store, cast.joost, waiting.id, now)  # a promise of before
    assert (balance(cast.samira), balance(cast.joost)) == (12 + 2 + 1 - 3, 15)
    presence.leave(store, store.presence.open_visit(cast.samira), now)
    assert balance(cast.samira) == 8  # so is the seat


def test_a_released_account_moves_again(store, cast, now, frozen, trail):
    assert store.mending.standing_freeze(cast.samira.id).reason == WHY
    mending.release(store, cast.seinhuis, cast.samira, "Opgelost", cast.marieke.id, now)
    assert store.mending.standing_freeze(cast.samira.id) is None and trail()[0] == "account.release"
    assert presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).held == 4


def test_an_account_is_frozen_and_released_once(store, cast, now, frozen):
    with pytest.raises(Conflict, match="already_frozen"):
        mending.freeze(store, cast.seinhuis, cast.samira, WHY, cast.marieke.id, now)
    mending.release(store, cast.seinhuis, cast.samira, WHY, cast.marieke.id, now)
    with pytest.raises(Conflict, match="not_frozen"):
        mending.release(store, cast.seinhuis, cast.samira, WHY, cast.marieke.id, now)
    mending.freeze(store, cast.seinhuis, cast.samira, "Weer", cast.marieke.id, now)
    assert store.mending.standing_freeze(cast.samira.id).reason == "Weer"


@pytest.mark.parametrize("act", [mending.freeze, mending.release])
def test_who_may_freeze_and_that_it_needs_a_reason(store, cast, now, met, hanna, act):
    for person, by, why in (
        (hanna, hanna, "own_account"), (cast.wim, hanna, "not_acquainted"), (cast.marieke, hanna, "not_acquainted"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=why):
            act(store, cast.seinhuis, person, WHY, by.id, now)
    for reason in ("", "\ud800", "x" * 91, None):
        with pytest.raises(Invalid):
            act(store, cast.seinhuis, cast.samira, reason, hanna.id, now)
    assert store.ledger.person_account(cast.samira.id).frozen_at is None
