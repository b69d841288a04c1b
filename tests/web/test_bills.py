"""Invoices for who pays them: by their link, and online through a provider that is asked, never believed."""

import json
from datetime import timedelta

import pytest

from s2m.domain import billing
from s2m.domain.billing import links
from s2m.domain.bookings import Details, desk
from s2m.payments import Local
from s2m.payments.local import SIGNATURE
from tests.billing import HALF_A_DAY, perron, sells, supply
from tests.letting import HOUR, as_booker, book, let

HOOK = "/payments/local/webhook"


@pytest.fixture
def bill(app, cast, now):
    with app.extensions["s2m.database"].write() as store:
        sells(store, cast, now)
        return billing.issue(store, cast.seinhuis, supply(store, perron(store, cast, now)), now)


@pytest.fixture
def path(app, bill):
    return f"/bills/{links.token(app.extensions['s2m.keys'].bills, bill.id)}"


@pytest.fixture
def bank(app, clock, tmp_path):
    """The pretend bank; what it sends waits in `bank.sent` until a test delivers it."""
    local = Local(tmp_path, app.extensions["s2m.keys"].payments)
    local.sent = []
    local.send = lambda url, body, headers: local.sent.append((url, body, headers))
    app.extensions["s2m.payments"] = local
    return local


@pytest.fixture
def deliver(app, bank):
    """Its messages arrive at the webhook; the answers."""

    def deliver(*messages):
        return [app.test_client().post(url, data=body, headers=headers).status_code for url, body, headers in messages]

    return deliver


@pytest.fixture
def paid(app, bill):
    def paid():
        with app.extensions["s2m.database"].read() as store:
            return [payment.cents for payment in store.billing.payments(bill.id)], billing.bill(store, bill).open_cents

    return paid


@pytest.fixture
def begin(phone, path):
    """A stranger begins to pay; the bank's own name for it, and where they come back to."""

    def begin():
        answer = phone().post(f"{path}/pay")
        assert answer.status_code == 303
        return answer.location.rpartition("/")[2]

    return begin


def test_whoever_has_the_link_sees_and_takes_the_invoice(phone, path, bill):
    said = phone().says(path)
    assert "Invoice 2026-0001" in said and "€326.80 to pay by 26 March 2026" in said and "NL91ABNA0417164300" in said
    assert "Lunch" in said and "VAT 21 % over €180.00" in said and "Pay €326.80 now" not in said
    pdf = phone().get(f"{path}/pdf")
    assert pdf.data.startswith(b"%PDF") and "2026-0001.pdf" in pdf.headers["Content-Disposition"]
    ubl = phone().get(f"{path}/ubl")
    assert b"2026-0001" in ubl.data and ubl.headers["Content-Type"] == "application/xml"


@pytest.mark.parametrize(
    "change", [lambda p: p[:-1] + ("a" if p[-1] != "a" else "b"), lambda p: p.partition("-")[0], lambda p: p + "é"]
)
def test_a_link_that_nobody_was_given_finds_nothing(phone, path, change):
    for tail in ("", "/pdf", "/ubl"):
        assert phone().get(change(path) + tail).status_code == 404


def test_a_member_finds_their_own_invoices_and_nobody_elses(app, cast, now, phone):
    with app.extensions["s2m.database"].write() as store:
        sells(store, cast, now)
        room = let(store, cast.seinhuis, cast.marieke, now)
        start = now.replace(minute=0) + timedelta(days=1, hours=3)
        book(store, cast.seinhuis, room, start, 2, as_booker(cast.samira), now, person=cast.samira)
    samira = phone(cast.samira)
    assert "Invoice 2026-0001" in samira.says("/me/bills") and "Invoice" not in phone(cast.joost).says("/me/bills")
    link = samira.get("/me/bills").text.partition('href="/bills/')[2].partition('"')[0]
    assert "Invoice 2026-0001" in phone().says(f"/bills/{link}")


def test_a_member_finds_the_invoice_of_what_a_host_booked_for_them_in_other_words(app, cast, now, phone):
    with app.extensions["s2m.database"].write() as store:
        sells(store, cast, now)
        room = let(store, cast.seinhuis, cast.marieke, now)
        start = now.replace(minute=0) + timedelta(days=1, hours=3)
        who = desk.party(store, cast.seinhuis, "samira", cast.marieke.id, now, company="Andere B.V.")
        host, details = as_booker(cast.marieke, host=True), Details()
        desk.book_for(store, cast.seinhuis, room.id, start, start + HOUR, details, who, host, now, agreed_cents=45_98)
    assert "Invoice 2026-0001" in phone(cast.samira).says("/me/bills")
    assert "No invoices yet" in phone(cast.joost).says("/me/bills")


def test_a_quote_is_there_for_who_has_its_link_once_somebody_sells(app, cast, now, phone):
    with app.extensions["s2m.database"].write() as store:
        room = let(store, cast.seinhuis, cast.marieke, now, option_hours=48)
        start = now.replace(minute=0) + timedelta(days=1, hours=3)
        option = book(store, cast.seinhuis, room, start, 2, as_booker(cast.marieke, host=True), now, option=True)
    path = f"/quotes/{links.token(app.extensions['s2m.keys'].bills, option.id)}"
    assert phone().get(path).status_code == 409 and phone().get(f"/quotes/{option.id}").status_code == 404
    with app.extensions["s2m.database"].write() as store:
        sells(store, cast, now)
    assert phone().get(path).data.startswith(b"%PDF")
    assert f'href="{path}"' in phone(cast.marieke).get(f"/host/het-seinhuis/bookings/{option.id}").text


def test_without_a_provider_nothing_is_paid_online(phone, path, paid):
    assert phone().post(f"{path}/pay").status_code == 409
    assert phone().get("/pretend-bank/tr_" + "0" * 24).status_code == 404
    assert phone().client.post(HOOK, data=b"{}").status_code == 404 and paid()[0] == []


def test_from_the_invoice_to_the_bank_and_back_to_paid(phone, path, bank, begin, deliver, paid):
    assert "Pay €326.80 now" in phone().says(path)
    name = begin()
    at = f"/pretend-bank/{name}"
    assert "€326.80" in phone().says(at) and "Het Seinhuis B.V. 2026-0001" in phone().says(at)
    back = phone().post(at, status="paid").location
    assert deliver(*bank.sent) == [200] and paid() == ([326_80], 0)
    assert "Paid. Thank you." in phone().says(back) and "Paid. Thank you." in phone().says(path)
    assert phone().post(f"{path}/pay").status_code == 409


def test_who_comes_back_before_the_message_is_told_all_the_same(phone, path, bank, begin, deliver, paid):
    name = begin()
    back = bank.payment(name)["return_url"]
    assert "We wait for your bank" in phone().says(back) and 'data-part="' in phone().get(back).text
    first = phone().get(f"{back}/now")
    assert "data-part" not in first.text
    assert phone().get(f"{back}/now", **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    bank.decide(name, "paid")
    assert "Paid. Thank you." in phone().get(f"{back}/now").text and paid() == ([326_80], 0)
    assert deliver(*bank.sent) == [200] and paid() == ([326_80], 0)


def test_a_failed_payment_can_be_tried_again(phone, path, bank, begin, deliver, paid):
    name = begin()
    back = phone().post(f"/pretend-bank/{name}", status="failed").location
    assert deliver(*bank.sent) == [200] and paid() == ([], 326_80)
    said = phone().says(back)
    assert "Not paid" in said and "Try again" in said
    assert "took too long" in phone().says(phone().post(f"/pretend-bank/{begin()}", status="expired").location)
    assert phone().post(f"/pretend-bank/{begin()}", status="stolen").status_code == 422


def test_messages_that_come_twice_late_or_in_another_order_count_once(phone, bank, begin, deliver, paid):
    name = begin()
    bank.decide(name, "failed")
    bank.decide(name, "paid")
    failed, done = bank.sent
    assert deliver(done, failed, done, done, failed) == [200] * 5 and paid() == ([326_80], 0)
    bank.decide(name, "expired")
    assert bank.fetch(name).status == "paid"


def test_two_payments_of_one_invoice_both_count_and_what_is_too_much_is_seen(phone, cast, bank, begin, deliver, paid):
    one, other = begin(), begin()
    bank.decide(one, "paid")
    bank.decide(other, "paid")
    assert deliver(*bank.sent) == [200, 200] and paid() == ([326_80, 326_80], -326_80)
    assert "to give back" in phone(cast.marieke).says("/host/het-seinhuis/bills")


@pytest.mark.parametrize(
    "headers", [{}, {SIGNATURE: ""}, {SIGNATURE: "0" * 64}, {SIGNATURE: "é"}, {"Authorization": "Bearer x"}, {"Origin": "http://localhost"}]
)
def test_a_forged_message_is_refused_and_changes_nothing(phone, bank, begin, paid, app, headers):
    name = begin()
    bank.decide(name, "paid")
    body = json.dumps({"id": name, "status": "paid"})
    answer = app.test_client().post(HOOK, data=body, headers=headers | {"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (403, "not_from_here") and paid() == ([], 326_80)


def test_a_real_signature_on_another_body_is_forged(bank, begin, app, paid):
    one, other = begin(), begin()
    bank.decide(one, "paid")
    _, body, headers = bank.sent[0]
    assert app.test_client().post(HOOK, data=body.replace(one.encode(), other.encode()), headers=headers).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"id": "tr_x"}', b'{"id": "../../keys"}', b'{"id": {}}', b"\xff", b"[" * 5000]
)
def test_a_signed_message_about_nothing_known_changes_nothing(bank, app, begin, paid, body):
    begin()
    answer = app.test_client().post(HOOK, data=body, headers={SIGNATURE: bank.sign(body)})
    assert answer.status_code in (200, 403) and paid() == ([], 326_80)


def test_another_amount_is_not_counted_and_the_host_is_told(phone, cast, bank, begin, deliver, paid):
    name = begin()
    bank._keep(name, bank.payment(name) | {"cents": 100})
    bank.decide(name, "paid")
    assert deliver(*bank.sent) == [200] and paid() == ([], 326_80)
    assert "Another amount was paid online for 2026-0001." in phone(cast.marieke).says("/host/het-seinhuis/bills")
    assert "Another amount came in" in phone().says(bank.payment(name)["return_url"])


def test_the_return_page_of_another_invoice_finds_nothing(app, cast, now, phone, bank, begin):
    back = bank.payment(begin())["return_url"]
    with app.extensions["s2m.database"].write() as store:
        room = store.venues.rooms(cast.seinhuis.id)[0]
        other = billing.issue(store, cast.seinhuis, supply(store, room, HALF_A_DAY[:1]), now)
    token = links.token(app.extensions["s2m.keys"].bills, other.id)
    assert phone().get(f"/bills/{token}/paid/{back.rpartition('/')[2]}").status_code == 404


def test_a_provider_that_does_not_answer_costs_nothing(phone, path, bank, paid, monkeypatch):
    def away(*args):
        raise OSError("away")

    monkeypatch.setattr(bank, "start", away)
    answer = phone().post(f"{path}/pay")
    assert answer.status_code == 503 and "does not answer" in answer.text and paid() == ([], 326_80)


def test_who_comes_back_while_the_provider_is_away_waits_and_the_message_is_sent_again(phone, bank, begin, deliver, monkeypatch):
    name = begin()
    bank.decide(name, "paid")

    def away(id_):
        raise OSError("away")

    monkeypatch.setattr(bank, "fetch", away)
    assert "We wait for your bank" in phone().says(bank.payment(name)["return_url"])
    assert deliver(*bank.sent) == [503]


def test_a_provider_elsewhere_is_a_link_since_our_forms_lead_nowhere_else(phone, path, bank, monkeypatch):
    start = bank.start
    monkeypatch.setattr(bank, "start", lambda *given: type(start(*given))("tr_1", "https://pay.example/tr_1"))
    assert 'href="https://pay.example/tr_1"' in phone().post(f"{path}/pay").text
