"""Invoices and reminders by mail: each once, in the renter's language, with the files that go along."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m import bills
from s2m.config import ADDRESS, Config
from s2m.domain import billing, erasing
from s2m.domain.billing import following
from s2m.domain.bookings import Details, desk
from tests.billing import DEPOSIT, perron, sells, supply
from tests.letting import as_booker, book, let

DAY = timedelta(days=1)


@pytest.fixture
def config(tmp_path):
    return Config(instance=tmp_path, smtp_url="smtp://127.0.0.1:9", public_url="https://seinhuis.example")


@pytest.fixture
def issue(database, cast, now):
    with database.write() as store:
        sells(store, cast, now)
        room = perron(store, cast, now)

    def issue(at=now, **other):
        with database.write() as store:
            return billing.issue(store, cast.seinhuis, supply(store, room, **other), at)

    return issue


@pytest.fixture
def mailed(database, config):
    """What the job mails at a moment: recipient, subject and files of each letter that is new in the outbox."""
    seen = set()

    def mailed(at, config=config):
        bills.mail(database, config, at)
        with database.read() as store:
            new = [mail for mail in store.outbox.waiting(at + DAY, most=99) if mail.id not in seen]
        seen.update(mail.id for mail in new)
        return new

    return mailed


def subjects(letters):
    return [letter.subject for letter in letters]


def test_a_document_is_mailed_once_with_its_files_and_its_link(issue, mailed, now):
    made = issue(language="en")
    (letter,) = mailed(now)
    assert (letter.recipient, letter.subject) == ("rosa@huurder.example", "Invoice 2026-0001")
    assert "€326.80, to be paid by 26 March 2026" in letter.body and f"https://seinhuis.example/bills/{made.id}-" in letter.body
    assert [(name, kind) for name, kind, _ in letter.attachments] == [
        ("2026-0001.pdf", "application/pdf"), ("2026-0001.xml", "application/xml")
    ]  # fmt: skip
    assert mailed(now) == mailed(now + DAY) == []


def test_what_a_member_typed_stands_on_the_invoice_and_mail_goes_where_they_proved_it(database, config, issue, mailed, now, cast):
    """What a host typed is taken at its word; who proved no address finds it on their own page."""
    issue()
    mailed(now)
    typed = {"name": "Samira Vos", "email": "boekhouding@elders.example"}
    with database.write() as store:
        room, marieke = let(store, cast.seinhuis, cast.marieke, now, name="Loods"), as_booker(cast.marieke, host=True)
        start = now.replace(minute=0) + timedelta(days=1, hours=3)
        made = book(store, cast.seinhuis, room, start, 1, as_booker(cast.samira), now, person=cast.samira, renter=typed)
        first = store.billing.of_booking(made.id)[0].document
    assert first.buyer.email == "boekhouding@elders.example"
    assert [letter.recipient for letter in mailed(now)] == [cast.samira.email]
    assert [letter.recipient for letter in mailed(now + 21 * DAY) if "0002" in letter.subject] == [cast.samira.email]
    with database.write() as store:
        again = following.again(store, cast.seinhuis, first, typed | {"company": "De Zaak"}, cast.marieke.id, now)
        book(store, cast.seinhuis, room, start + 2 * timedelta(hours=1), 1, marieke, now, person=cast.thijs, renter=typed)
    assert cast.thijs.email is None
    new = {(letter.subject, letter.recipient) for letter in mailed(now)}
    assert new == {("Creditnota C2026-0001", cast.samira.email), ("Factuur 2026-0003", cast.samira.email)}
    with database.write() as store:
        other = {**typed, "company": "De Zaak", "email": "zaak@elders.example"}
        following.again(store, cast.seinhuis, again, other, cast.marieke.id, now)
    assert ("Factuur 2026-0005", "zaak@elders.example") in {(letter.subject, letter.recipient) for letter in mailed(now)}


def test_no_bill_goes_to_an_address_that_a_member_without_a_proved_one_typed(database, config, issue, mailed, now, cast):
    """Nor after a host added a company to it, at the desk or on the bill, nor once they are erased."""
    issue()
    mailed(now)
    typed = {"name": "Thijs", "email": "victim@elders.example"}
    start = now.replace(minute=0) + timedelta(days=1, hours=3)
    with database.write() as store:
        room, host = let(store, cast.seinhuis, cast.marieke, now, name="Loods"), as_booker(cast.marieke, host=True)
        made = book(store, cast.seinhuis, room, start, 1, as_booker(cast.thijs), now, person=cast.thijs, renter=typed)
        first = store.billing.of_booking(made.id)[0].document
        following.again(store, cast.seinhuis, first, typed | {"company": "De Zaak"}, cast.marieke.id, now)
        who, later = desk._known(store, cast.thijs, "Een ander"), start + timedelta(hours=2)
        desk.book_for(
            store, cast.seinhuis, room.id, later, later + timedelta(hours=1), Details(), who, host, now, agreed_cents=45_98
        )
    assert first.buyer.email == "victim@elders.example" and mailed(now) == []
    with database.write() as store:
        assert store.billing.last_number(cast.seinhuis.id, "invoice", 2026) == 4
        erasing.erase(store, cast.thijs, "", now)
    assert {letter.recipient for at in (now, now + 21 * DAY, now + 30 * DAY) for letter in mailed(at)} == {"rosa@huurder.example"}


def test_who_was_erased_is_written_no_more(database, issue, mailed, now, cast):
    """What they typed stands on the bill, and nobody knows any more which address they proved."""
    issue()
    mailed(now)
    with database.write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now, name="Loods", tiers=((24 * 30, 50),))
        start = now.replace(minute=0) + timedelta(days=1, hours=3)
        book(store, cast.seinhuis, room, start, 1, as_booker(cast.samira), now, person=cast.samira)
        erasing.erase(store, cast.samira, "", now)
        assert store.billing.last_number(cast.seinhuis.id, "invoice", 2026) == 3  # what cancelling cost
    assert mailed(now) == [] and [letter.recipient for letter in mailed(now + 21 * DAY)] == ["rosa@huurder.example"]


def test_who_gave_no_address_gets_the_pdf_alone(issue, mailed, now):
    made = issue()
    issue(buyer=replace(made.buyer, street="", postcode="", city="", country=""))
    names = [[name for name, _, _ in letter.attachments] for letter in mailed(now)]
    assert sorted(names) == [["2026-0001.pdf", "2026-0001.xml"], ["2026-0002.pdf"]]


def test_a_credit_note_is_mailed_as_what_it_is(database, issue, mailed, now):
    made = issue(language="en")
    with database.write() as store:
        billing.credit(store, made, "system", now)
    assert sorted(subjects(mailed(now))) == ["Credit note C2026-0001", "Invoice 2026-0001"]


def test_a_part_that_comes_off_is_mailed_with_its_reason_and_reminders_ask_for_the_rest(database, issue, mailed, now, cast):
    made = issue(language="en")
    mailed(now)
    with database.write() as store:
        billing.credit_part(store, made, {"amount_0": "26,80", "reason": "No coffee"}, cast.marieke.id, now)
    (letter,) = mailed(now)
    assert letter.subject == "Credit note C2026-0001" and "€26.80 comes off invoice 2026-0001" in letter.body
    assert "The reason: No coffee." in letter.body and len(letter.attachments) == 2
    (reminder,) = mailed(now + 21 * DAY)
    assert "€300.00 of it is still open" in reminder.body


def test_what_was_kept_of_a_deposit_is_mailed_as_paid(database, issue, mailed, now, cast):
    made = issue(lines=(DEPOSIT,), language="en")
    mailed(now)
    with database.write() as store:
        billing.pay(store, made, 100_00, "bank", now.date(), "system", now)
        billing.keep_deposit(store, made, {"kept": "30", "why": "damage", "reason": "A chair"}, cast.marieke.id, now)
    (letter,) = mailed(now)
    assert "€30.00 of your deposit" in letter.body and "Damage: A chair." in letter.body and "to be paid by" not in letter.body
    assert mailed(now + 40 * DAY) == []


def test_reminders_go_out_a_week_and_two_after_it_was_due_and_never_again(issue, mailed, now):
    made = issue(language="en")
    due = (made.due_on - now.date()).days
    when = [(day, subjects(mailed(now + day * DAY))) for day in range(due + 60)]
    first, *reminders = [(day, said) for day, said in when if said]
    assert first == (0, ["Invoice 2026-0001"])
    assert reminders == [(due + 7, ["Reminder: invoice 2026-0001"]), (due + 14, ["Reminder: invoice 2026-0001"])]


def test_what_was_missed_for_weeks_is_one_reminder(issue, mailed, now):
    issue(language="en")
    mailed(now)
    (letter,) = mailed(now + 60 * DAY)
    assert "was due on 26 March 2026, and €326.80 of it is still open" in letter.body and mailed(now + 61 * DAY) == []


def test_nobody_is_reminded_of_what_is_paid_or_taken_back_and_of_a_part_only_what_is_left(database, issue, mailed, now):
    paid, part, back = issue(language="en"), issue(language="en"), issue(language="en")
    mailed(now)
    with database.write() as store:
        billing.pay(store, paid, 326_80, "bank", now.date(), "system", now)
        billing.pay(store, part, 300_00, "bank", now.date(), "system", now)
        billing.credit(store, back, "system", now)
    later = [letter for letter in mailed(now + 30 * DAY) if letter.subject.startswith("Reminder")]
    assert subjects(later) == ["Reminder: invoice 2026-0002"] and "€26.80 of it is still open" in later[0].body


def test_without_a_mail_server_none_waits_for_one(issue, mailed, config, now):
    issue()
    assert mailed(now, replace(config, smtp_url="")) == []
    # Once there is one, what is still news goes out
    assert len(mailed(now + 5 * DAY)) == 1
    issue()
    assert mailed(now + 40 * DAY, replace(config, smtp_url="")) == []


def test_a_server_that_was_told_no_name_says_where_it_listens(issue, mailed, config, now, tmp_path):
    issue()
    assert "/bills/" not in mailed(now, replace(config, public_url=""))[0].body
    (tmp_path / ADDRESS).write_text("http://127.0.0.1:8000\n")
    issue()
    assert "http://127.0.0.1:8000/bills/" in mailed(now, replace(config, public_url=""))[0].body
