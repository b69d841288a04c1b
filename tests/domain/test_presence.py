"""Presence: one open visit a person, one hold a visit, correct ends."""

from datetime import timedelta

from s2m.domain import ledger, presence


def test_a_check_in_makes_a_visit_and_holds_the_seat(database, cast, now):
    with database.write() as store:
        done = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        account = store.ledger.person_account(cast.samira.id)
    assert done.fresh and done.held == 4
    assert (account.balance, account.held, account.available) == (12, 4, 8)


def test_leaving_settles_the_hold(database, cast, now):
    with database.write() as store:
        done = presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now)
        presence.leave(store, done.visit, now + timedelta(hours=1))
        account = store.ledger.person_account(cast.samira.id)
        verdict = ledger.verify_network(store, cast.noord.id)
    assert (account.balance, account.held) == (8, 0)
    assert verdict.fault is None
