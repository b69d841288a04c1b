"""Where the books end, once a day: sealed, mailed to each host in their language, and read back from the mail."""

import threading
from datetime import timedelta

import pytest

from s2m import jobs
from s2m.config import Config
from s2m.domain import ledger, people
from s2m.domain.ledger import heads

MAILS = Config(smtp_url="smtp://127.0.0.1:9")
SILENT = Config()


@pytest.fixture
def waiting(database, now):
    def waiting():
        with database.read() as store:
            return store.outbox.waiting(now + timedelta(days=400), most=100)

    return waiting


def sealed(database, network):
    with database.read() as store:
        return store.heads.all(network.id)


def test_the_ends_of_both_chains_are_sealed_and_mailed_to_each_host_once(database, cast, now, waiting):
    with database.read() as store:
        ends = {chain: store.ledger.head(cast.noord.id, chain) for chain in heads.CHAINS}
    assert jobs.mail_heads(database, MAILS, now) == "sealed 4, mailed 2"
    kept = sealed(database, cast.noord)
    assert [(s.n, s.day, s.chain, ledger.Head(s.row_n, s.hash)) for s in kept] == [
        (1, "2026-03-12", "ledger", ends["ledger"]), (2, "2026-03-12", "audit", ends["audit"]),
    ]  # fmt: skip
    mails = waiting()
    assert sorted(m.recipient for m in mails) == ["marieke@seinhuis.example", "wim@wissel.example"]
    for mail in mails:
        assert heads.read(mail.body) == [s.kept for s in kept]
        assert f"\ns2m-head 2026-03-12 ledger {ends['ledger'].n} {ends['ledger'].hash}\n" in mail.body


def test_a_second_look_on_the_same_day_does_nothing_and_the_next_day_it_does(database, cast, now, waiting):
    jobs.mail_heads(database, MAILS, now)
    assert jobs.mail_heads(database, MAILS, now + timedelta(hours=14)) == "sealed 0, mailed 0"
    assert jobs.mail_heads(database, MAILS, now - timedelta(days=3)) == "sealed 0, mailed 0", "a clock that went back"
    assert len(waiting()) == 2
    assert jobs.mail_heads(database, MAILS, now + timedelta(hours=16)) == "sealed 4, mailed 2", "midnight by UTC"


def test_after_days_without_a_server_one_seal_catches_up(database, cast, now):
    jobs.mail_heads(database, MAILS, now)
    jobs.mail_heads(database, MAILS, now + timedelta(days=9))
    assert [s.day for s in sealed(database, cast.noord)] == ["2026-03-12"] * 2 + ["2026-03-21"] * 2
    with database.read() as store:
        assert ledger.verify_network(store, cast.noord.id).fault is None


def test_where_no_mail_goes_out_none_is_left_waiting(database, cast, now, waiting):
    assert jobs.mail_heads(database, SILENT, now) == "sealed 4, mailed 0"
    assert waiting() == [] and len(sealed(database, cast.noord)) == 2


def test_each_host_reads_it_in_their_own_language(database, cast, now, waiting):
    with database.write() as store:
        people.rename(store, cast.wim, "Wim Kok", cast.wim.email, "en")
    jobs.mail_heads(database, MAILS, now)
    mail = next(m for m in waiting() if m.recipient == "wim@wissel.example")
    assert mail.subject == "The books of Noord on 2026-03-12"
    assert mail.body.startswith("Hello Wim,\n\nThis is where the books of Noord")


def test_twenty_at_once_seal_one_day(database, cast, now, waiting):
    """Several servers that begin together, should their lock ever fail."""
    faults = []

    def work():
        try:
            jobs.mail_heads(database, MAILS, now)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [] and len(sealed(database, cast.noord)) == 2 and len(waiting()) == 2


def test_heads_are_read_from_a_mail_however_it_was_kept():
    hash_ = "0123456789abcdef" * 4
    line = heads.line(heads.Kept("audit", ledger.Head(12, hash_), "2026-03-12"))
    soft = f"x\n{line[:80]}=\n{line[80:]}\n"
    for text in (line, f"> > {line}\r\n", line.replace("audit", "=\r\naudit"), f"<p>{line}</p>", soft):
        assert heads.read(text) == [heads.Kept("audit", ledger.Head(12, hash_), "2026-03-12")], text
    assert heads.read(line[:-1]) == heads.read("s2m-head 2026-03-12 other 1 " + hash_) == []
