"""The host's invoices: who sells, the list, one of them, what comes in by hand and from the bank's file."""

import html
import io
import json
from datetime import timedelta

import pytest

from s2m.domain import billing
from s2m.domain.billing import links
from s2m.papers import camt
from s2m.web.host import bills
from tests.billing import SELLER, perron, sells, supply
from tests.letting import as_booker, book, let
from tests.papers.test_camt import entry, file, payment, statement

AT = "/host/het-seinhuis"


@pytest.fixture
def database(app):
    return app.extensions["s2m.database"]


@pytest.fixture
def bill(database, cast, now):
    with database.write() as store:
        sells(store, cast, now)
        return billing.issue(store, cast.seinhuis, supply(store, perron(store, cast, now)), now)


@pytest.fixture
def stands(database):
    def stands(document):
        with database.read() as store:
            return [each.cents for each in store.billing.payments(document.id)], billing.bill(store, document).open_cents

    return stands


@pytest.fixture
def booked(database, cast, now):
    with database.write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now)
        start = now.replace(minute=0) + timedelta(days=1, hours=3)
        return book(store, cast.seinhuis, room, start, 2, as_booker(cast.marieke, host=True), now)


def test_what_was_booked_before_waits_until_it_is_said_who_sells(host, booked):
    assert "1 booking waits for its invoice." in host.says(f"{AT}/bills")
    wrong = host.post(f"{AT}/seller", **SELLER | {"iban": "NL91ABNA0417164301"})
    assert wrong.status_code == 422 and "This is no IBAN" in wrong.text and 'value="Het Seinhuis B.V."' in wrong.text
    said = host.post(f"{AT}/seller", **SELLER, follow_redirects=True).text
    assert "1 invoice that waited for it is made." in said and "2026-0001" in said
    assert 'value="NL91ABNA0417164300"' in host.get(f"{AT}/seller").text


def test_the_list_shows_what_is_open_late_and_paid(host, bill, database, cast, now):
    assert "Invoice 2026-0001" in host.says(f"{AT}/bills") and "Nobody is late." in host.says(f"{AT}/bills?show=overdue")
    with database.write() as store:
        room = store.venues.rooms(cast.seinhuis.id)[-1]
        late = billing.issue(store, cast.seinhuis, supply(store, room), now - timedelta(days=20))
    assert "2026-0002" in host.says(f"{AT}/bills?show=overdue") and "2026-0001" not in host.says(f"{AT}/bills?show=overdue")
    assert "€653.60" in host.says(f"{AT}/bills")
    for each in (bill, late):
        host.post(f"{AT}/bills/{each.id}/pay", amount="326.80", way="cash", paid_on="2026-03-12")
    assert "All invoices are paid." in host.says(f"{AT}/bills") and "2026-0001" in host.says(f"{AT}/bills?show=paid&year=2026")
    assert "2026-0001" in host.says(f"{AT}/bills?show=all&year=1999") and host.get(f"{AT}/bills?page=-9").status_code == 200
    assert host.get(f"{AT}/bills?show=x&year=²").status_code == 200


def test_a_long_list_goes_on_on_another_page_and_its_sum_is_of_all(host, bill, database, cast, now, monkeypatch):
    monkeypatch.setattr(bills, "MOST", 2)
    with database.write() as store:
        room = store.venues.rooms(cast.seinhuis.id)[-1]
        for n in range(1, 4):
            billing.issue(store, cast.seinhuis, supply(store, room), now + timedelta(seconds=n))
    first, second = (host.get(f"{AT}/bills?page={page}").text for page in (1, 2))
    assert "2026-0004" in first and "2026-0003" in first and "2026-0002" not in first and "page=2" in first
    assert "2026-0002" in second and "2026-0001" in second and "page=1" in second and "page=3" not in second
    assert "€1,307.20" in first and "€1,307.20" in second


def test_a_payment_is_put_down_and_taken_off_again(host, bill, stands):
    at = f"{AT}/bills/{bill.id}"
    refused = host.post(f"{at}/pay", amount="12,5", way="bank", paid_on="2026-03-12")
    assert refused.status_code == 422 and 'value="12,5"' in refused.text and stands(bill) == ([], 326_80)
    host.post(f"{at}/pay", amount="400", way="bank", paid_on="2026-03-12")
    assert stands(bill) == ([400_00], -73_20) and "Too much: to give back" in host.says(at)
    host.post(f"{at}/pay", amount="73.20", way="bank", paid_on="2026-03-12", back="1")
    assert (sorted(stands(bill)[0]), stands(bill)[1]) == ([-73_20, 400_00], 0)
    undo = next(line.partition('action="')[2].partition('"')[0] for line in host.get(at).text.splitlines() if "/undo" in line)
    assert host.post(undo).status_code == 303 and host.post(undo).status_code == 409
    assert len(stands(bill)[0]) == 3


def test_an_invoice_is_taken_back_once_and_said_so_first(host, bill, database, cast):
    at = f"{AT}/bills/{bill.id}/credit"
    assert "is never changed" in host.says(at) and "make a new one" not in host.says(at)
    assert "C2026-0001 is made." in host.post(at, follow_redirects=True).text
    again = host.post(at)
    assert again.status_code == 409 and "took this invoice back before" in again.text
    assert "taken back" in host.says(f"{AT}/bills?show=all")


def test_a_part_comes_off_with_a_reason_and_the_renter_reads_both(host, phone, bill, database, app):
    at = f"{AT}/bills/{bill.id}"
    assert 'name="stands" value="32680"' in host.get(f"{at}/credit").text
    refused = host.post(f"{at}/credit", part="1", amount_0="217.81", reason="Het scherm deed het niet")
    assert refused.status_code == 422 and "At most €217.80 stands of this." in refused.text and 'value="217.81"' in refused.text
    assert "Say how much comes off" in host.post(f"{at}/credit", part="1", reason="x").text
    asked = {"part": "1", "stands": "32680", "amount_0": "50", "reason": "Het scherm <deed> het niet"}
    made = host.post(f"{at}/credit", **asked, follow_redirects=True)
    assert "C2026-0001 is made." in made.text and "Het scherm &lt;deed&gt; het niet" in made.text
    twice = host.post(f"{at}/credit", **asked)
    assert twice.status_code == 409 and "Pressed twice, it comes off once" in twice.text and "€276.80" in twice.text
    assert "Off by credit note C2026-0001" in host.says(at) and "€276.80" in host.says(at) and "open" in host.says(at)
    assert "At most €167.80, with VAT" in host.says(f"{at}/credit")
    token = links.token(app.extensions["s2m.keys"].bills, bill.id)
    said = phone().says(f"/bills/{token}")
    assert "€276.80 to pay by 26 March 2026" in said and "Off by credit note C2026-0001" in said and "What stands €276.80" in said
    with database.read() as store:
        note = store.billing.bills(bill.venue_id, kind="credit")[0].document
    said = phone().says(f"/bills/{links.token(app.extensions['s2m.keys'].bills, note.id)}")
    assert "€50.00 comes off invoice 2026-0001." in said and "Het scherm" in said
    assert host.get(f"{AT}/bills/{note.id}/pdf").data.startswith(b"%PDF")
    assert "Het scherm &lt;deed&gt;" in host.get(f"{AT}/bills/{note.id}/ubl").text
    assert "276.80" in host.says(f"{AT}/bills")
    host.post(f"{at}/credit")
    assert "taken back" in host.says(at)


def test_a_part_of_a_deposit_is_kept_and_the_renter_reads_what_for(host, phone, database, cast, now, app, clock):
    with database.write() as store:
        sells(store, cast, now)
        room = let(store, cast.seinhuis, cast.marieke, now, deposit_cents=100_00)
        start = now.replace(minute=0) + timedelta(hours=2)
        booked = book(store, cast.seinhuis, room, start, 2, as_booker(cast.marieke, host=True), now)
        hire = store.billing.of_booking(booked.id)[0].document
        billing.pay(store, hire, hire.sum.gross_cents, "bank", now.date(), "system", now)
    at = f"{AT}/bills/{hire.id}"
    early = host.post(f"{at}/deposit")
    assert early.status_code == 409 and "The meeting is still to come." in early.text and "Keep a part of it" not in early.text
    clock.shift(5 * 3600)
    host = phone(cast.marieke)
    assert "Keep a part of it" in host.get(at).text
    refused = host.post(f"{at}/deposit", keep="1", kept="100.01", why="damage", reason="Stoel")
    assert refused.status_code == 422 and "At most €100.00 stands of this." in refused.text and 'value="Stoel"' in refused.text
    assert "Choose one of the options." in host.post(f"{at}/deposit", keep="1", kept="5", reason="Stoel").text
    said = host.post(f"{at}/deposit", keep="1", kept="30", why="damage", reason="Een stoel", follow_redirects=True).text
    assert "2026-0002 is made." in said and "kept of the deposit" in said and "Keep a part of it" not in said
    with database.read() as store:
        made = store.billing.of_booking(booked.id)[-1].document
    token = {each.id: links.token(app.extensions["s2m.keys"].bills, each.id) for each in (hire, made)}
    assert "€30.00 of your deposit was kept. Damage: Een stoel: Invoice 2026-0002" in phone().says(f"/bills/{token[hire.id]}")
    assert "Paid from your deposit." in phone().says(f"/bills/{token[made.id]}")
    assert host.get(f"{AT}/bills/{made.id}/pdf").data.startswith(b"%PDF")
    assert host.post(f"{at}/deposit", keep="1", kept="1", why="damage", reason="x").status_code == 409
    host.post(f"{AT}/bills/{made.id}/credit")
    again = host.says(at)
    assert "Keep a part of it" in again and "At most €30.00" in again and "was taken off" in again


def test_an_invoice_with_a_wrong_address_is_made_anew_and_keeps_what_was_paid(host, database, cast, now, booked, stands):
    host.post(f"{AT}/seller", **SELLER)
    with database.write() as store:
        first = store.billing.of_booking(booked.id)[0].document
        billing.pay(store, first, 50_00, "bank", now.date(), "system", now)
    at = f"{AT}/bills/{first.id}"
    assert 'value="Woonlab Soest"' in host.get(f"{at}/credit").text
    renter = {"name": "Eva Woonlab", "company": "Woonlab B.V.", "email": "eva@woonlab.example", "street": "Nieuwe Gracht 7"}
    wrong = host.post(f"{at}/again", **renter | {"vat_id": "?"})
    assert wrong.status_code == 422 and 'value="Nieuwe Gracht 7"' in wrong.text and "2026-0002" not in host.says(f"{AT}/bills")
    assert "2026-0002 is made." in host.post(f"{at}/again", **renter, follow_redirects=True).text
    assert host.post(f"{at}/again", **renter).status_code == 409
    with database.read() as store:
        new = store.billing.of_booking(booked.id)[-1].document
    assert (new.buyer.name, new.buyer.street) == ("Woonlab B.V.", "Nieuwe Gracht 7")
    assert stands(new) == ([50_00], first.sum.gross_cents - 50_00)


def test_the_files_are_there(host, bill):
    assert host.get(f"{AT}/bills/{bill.id}/pdf").data.startswith(b"%PDF")
    assert host.get(f"{AT}/bills/{bill.id}/ubl").data.startswith(b"<?xml")


def read(host, content, name="bank.xml"):
    return host.post(f"{AT}/bank", file=(io.BytesIO(content), name))


def lines_of(answer):
    return html.unescape(answer.text.partition('name="lines" value="')[2].partition('"')[0])


def test_a_file_of_the_bank_is_shown_before_it_counts_and_never_counts_twice(host, bill, stands):
    lines = (entry(100_00, payment("Factuur 2026-0001")), entry(5_00, payment("zomaar")), entry(-3_00, payment("2026-0001")))
    content = file(statement(*lines, moved=102_00))
    shown = read(host, content)
    assert shown.status_code == 200 and stands(bill) == ([], 326_80)
    assert "To put down (1)" in shown.text and "Names no invoice (1)" in shown.text and "zomaar" in shown.text
    taken = host.post(f"{AT}/bank/take-in", lines=lines_of(shown), follow_redirects=True)
    assert "1 payment was put down." in taken.text and stands(bill) == ([100_00], 226_80)
    assert "0 payments were put down." in host.post(f"{AT}/bank/take-in", lines=lines_of(shown), follow_redirects=True).text
    again = read(host, content)
    assert "Put down before (1)" in again.text and 'name="lines"' not in again.text and stands(bill) == ([100_00], 226_80)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Fill this in."), (b"not xml", "cannot be read"),
        (file(statement(entry(1_00, payment()), moved=2_00)), "do not add up"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "cannot be read"), (b"x" * 100_001, "larger than 2 MB"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_changes_nothing_and_says_why(host, bill, stands, content, said, monkeypatch):
    monkeypatch.setattr(camt, "MOST", 100_000)
    answer = read(host, content)
    assert answer.status_code == 422 and said in answer.text and stands(bill) == ([], 326_80)


@pytest.mark.parametrize(
    "lines",
    [
        "", "{}", "[1]", "[[]]", '[["r",1.5,"2026-03-12","2026-0001"]]', '[["r",-5,"2026-03-12","2026-0001"]]',
        '[["r",5,"12","2026-0001"]]', '[["",5,"2026-03-12","2026-0001"]]', "[" * 9000, '[["r",true,"2026-03-12","2026-0001"]]',
    ],
)  # fmt: skip
def test_lines_that_no_page_of_ours_made_are_refused(host, bill, stands, lines):
    assert host.post(f"{AT}/bank/take-in", lines=lines).status_code in (303, 422) and stands(bill) == ([], 326_80)


def test_a_line_of_the_page_pays_only_what_it_names_here(host, bill, stands):
    lines = [["r", 500, "2026-03-12", "2026-0009"], ["s", 600, "2026-03-12", "2026-0001"]]
    host.post(f"{AT}/bank/take-in", lines=json.dumps(lines))
    assert stands(bill) == ([600], 320_80)


def test_another_venues_invoice_answers_like_none(host, phone, cast, bill):
    for tail in ("", "/pdf", "/ubl", "/credit"):
        assert host.get(f"/host/de-wissel/bills/{bill.id}{tail}").status_code == 404
        assert host.get(f"{AT}/bills/unknown{tail}").status_code == 404
