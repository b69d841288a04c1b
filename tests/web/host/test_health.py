"""The health page: what runs, what is late, whether the ledger is whole, and who did what."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from s2m import jobs
from s2m.config import Config

HEALTH = "/host/het-seinhuis/health"


def test_a_job_that_never_ran_or_is_late_is_marked_in_words(host, app, now, clock, tmp_path):
    assert host.says(HEALTH).count("has not run yet") == len(jobs.JOBS)
    for job in jobs.JOBS:
        jobs.run(job, app.extensions["s2m.database"], Config(instance=tmp_path), now)
    assert host.says(HEALTH).count("in order") == len(jobs.JOBS) and "closed 0" not in host.says(HEALTH)
    assert "Everything works." in host.says(HEALTH)
    clock.shift(timedelta(minutes=10))
    assert "End visits at closing time Thu 12 Mar overdue" in host.says(HEALTH)


def test_a_job_that_failed_is_marked(host, app, now, tmp_path):
    def broken(database, config, now):
        raise OSError("no")

    jobs.run(jobs.Job("send_mail", broken, 15), app.extensions["s2m.database"], Config(instance=tmp_path), now)
    assert "Send mail: failed" in host.says(HEALTH)
    assert "Send mail Thu 12 Mar, OSError failed" in host.says(HEALTH)


def test_the_database_and_the_version_are_named(host, app):
    engine = app.extensions["s2m.database"].kind.describe()
    assert f"{engine['engine']} {engine['version']}" in host.says(HEALTH)
    assert engine.get("file", "nothing") not in host.says(HEALTH)


def test_mail_that_waits_or_was_given_up_is_counted(host, app, cast, now):
    with app.extensions["s2m.database"].write() as store:
        for _ in range(3):
            store.outbox.add(cast.noord.id, "x@x.example", "s", "b", now)
        store.outbox.add(cast.zuid.id, "y@x.example", "s", "b", now)
        given_up = store.outbox.waiting(now)[0]
        for tried in range(8):
            store.outbox.failed(type(given_up)(**{**vars(given_up), "attempts": tried}), "no", now)
    said = host.says(HEALTH)
    assert "No mail server is set: 2 messages wait. Print a way in with s2m login-link. 1 was given up after 8 tries." in said
    assert "needs attention" in said or "need attention" in said


def test_the_ledger_is_verified_on_demand(host, here, cast):
    here(cast.samira)
    answer = host.post(f"{HEALTH}/verify")
    assert answer.status_code == 200 and "every one follows from the one before" in answer.text
    assert "verified the ledger" in host.says(HEALTH)


def test_a_ledger_that_was_tampered_with_names_its_first_bad_row(host, app, cast):
    with app.extensions["s2m.database"].write() as store:
        store.connection.execute(text("UPDATE accounts SET balance = balance + 1 WHERE person_id = :id"), {"id": cast.samira.id})
    answer = host.post(f"{HEALTH}/verify")
    assert "The ledger is not whole." in answer.text and "A balance does not follow from its rows." in answer.text


def test_the_end_of_the_chain_and_both_accounts_of_all_are_shown(host, app, cast):
    with app.extensions["s2m.database"].read() as store:
        head = store.ledger.head(cast.noord.id)
    said = host.says(HEALTH)
    assert f"Last row {head.n}" in said and head.hash[:16] in said and "Issued in all 10000" in said


def test_a_host_sees_the_trail_of_their_own_venue_and_an_admin_that_of_the_network(host, phone, cast):
    host.get("/host/het-seinhuis/people?q=vos")
    assert "searched people" in host.says(HEALTH) and "signed in" in host.says(HEALTH)
    theirs = phone(cast.wim).says("/host/de-wissel/health")
    assert "searched people" not in theirs and "signed in" not in theirs and "made somebody a host" in theirs


def test_the_day_that_was_sealed_is_shown_and_held_against_the_books(host, app, cast, now, tmp_path):
    before = host.says(HEALTH)
    assert "No day was sealed yet." in before and "No mail server is set: write number and hash down" in before
    database = app.extensions["s2m.database"]
    jobs.mail_heads(database, Config(instance=tmp_path), now)
    with database.read() as store:
        head = store.ledger.head(cast.noord.id)
    assert f"Sealed When Thu 12 Mar, 09:41 At row {head.n} Its hash begins with {head.hash[:16]}" in host.says(HEALTH)
    assert "every one follows from the one before" in host.post(f"{HEALTH}/verify").text
    with database.write() as store:
        [sealed, *_] = store.heads.all(cast.noord.id)
        day = {"day": "2026-03-13", "n": 3, "hash": "0" * 64}
        store.heads.add([type(sealed)(**{**vars(sealed), **day})])
    answer = host.post(f"{HEALTH}/verify")
    assert f"Row {head.n}. It is not the row that was there when its day was sealed." in answer.text


def test_a_fault_in_the_trail_is_told_from_one_in_the_ledger(host, app, cast):
    with app.extensions["s2m.database"].write() as store:
        store.connection.execute(text("UPDATE chain_heads SET n = n + 1 WHERE chain = 'audit'"))
    assert re.search(r"Row \d+ of the audit trail\. The chain was cut off\.", host.post(f"{HEALTH}/verify").text)


@pytest.mark.parametrize("chain", ["ledger", "audit"])
def test_a_head_that_was_taken_away_does_not_take_the_page_away(host, app, cast, chain):
    with app.extensions["s2m.database"].write() as store:
        store.connection.execute(text(f"DELETE FROM chain_heads WHERE chain = '{chain}'"))
    assert "No day was sealed yet." in host.says(HEALTH)
    answer = host.post(f"{HEALTH}/verify")
    assert answer.status_code == 200 and "It holds what cannot be read." in answer.text
