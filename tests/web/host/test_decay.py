"""Decay: an admin sets it, everybody is told two weeks before, and a host of one venue has no say in it."""

import pytest

DECAY = "/host/het-seinhuis/decay"


@pytest.fixture
def admin(phone, cast):
    return phone(cast.marieke)


def test_it_is_off_until_an_admin_sets_it_and_is_announced_by_mail(admin, cast, phone, waiting, now, app):
    with app.extensions["s2m.database"].write() as store:
        store.people.mark_signed_in(cast.samira, now)
    assert "Now: off." in admin.says(DECAY) and "Nothing would move." in admin.says(DECAY)
    said = admin.post(DECAY, follow_redirects=True, per_mille="100").text
    assert "It counts from Thursday 26 March 2026." in said
    assert "Now: off." in admin.says(DECAY) and "From Thursday 26 March: 100 of every 1,000." in admin.says(DECAY)
    assert "5 people would pass on 5 dots together." in admin.says(DECAY)
    mails = {mail.recipient: mail for mail in waiting()}
    assert "donderdag 26 maart 2026" in mails["samira@seinhuis.example"].body and "100" in mails["samira@seinhuis.example"].body
    assert "joost@seinhuis.example" not in mails, "only who signed in once proved the address"


def test_less_counts_at_once_and_mails_nobody(phone, cast, waiting, clock):
    phone(cast.marieke).post(DECAY, per_mille="20")
    clock.shift(15 * 86400)
    later, before = phone(cast.marieke), len(waiting())
    assert "Now: 20 of every 1,000 dots a month." in later.says(DECAY)
    assert "This counts from now on." in later.post(DECAY, follow_redirects=True, per_mille="0").text
    assert len(waiting()) == before and "Now: off." in later.says(DECAY)


@pytest.mark.parametrize(
    ("given", "said"), [("101", "must be 100 or less"), ("-1", "must be 0 or more"), ("１０", "whole number")]
)
def test_what_cannot_be_is_said_beside_the_field(admin, waiting, given, said):
    answer = admin.post(DECAY, per_mille=given)
    assert answer.status_code == 422 and said in answer.text and waiting() == []


def test_a_host_who_is_no_admin_has_no_say(phone, cast):
    assert phone(cast.wim).get("/host/de-wissel/decay").status_code == 403
