"""Signing in by a link that works once, in the browser that asked; signing out; and the first set-up."""

import re
from datetime import timedelta

import pytest

from s2m.domain import setup, signin
from tests.cast import token_of


@pytest.fixture
def waiting(app, now):
    """What waits to be mailed."""

    def waiting():
        with app.extensions["s2m.database"].read() as store:
            return store.outbox.waiting(now + timedelta(days=1))

    return waiting


def link_in(mail):
    return re.search(r"http://localhost(/login/\S+)", mail.body)[1]


def test_a_mailed_link_signs_in_once_in_the_browser_that_asked(phone, cast, waiting):
    browser = phone()
    assert "If we know Samira@Seinhuis.example" in browser.post("/login", email=" Samira@Seinhuis.example ").text
    (mail,) = waiting()
    assert mail.recipient == "samira@seinhuis.example" and mail.body.startswith("Hello Samira,")
    link = link_in(mail)
    assert "Hi Samira" in browser.get(link).text and browser.get("/me").status_code == 302
    assert browser.post(link).location == "/"
    assert browser.get("/me").status_code == 200 and browser.get("/").location == "/me"
    assert browser.get(link).status_code == 410


def test_in_another_browser_the_link_is_of_no_use(phone, cast, waiting):
    phone().post("/login", email=cast.samira.email)
    other, link = phone(), link_in(waiting()[0])
    for answer in (other.get(link), other.post(link)):
        assert answer.status_code == 409 and "in the browser where you asked for it" in answer.text
    assert other.get("/me").status_code == 302


def test_after_ten_minutes_the_link_is_too_old(phone, cast, waiting, clock):
    browser = phone()
    browser.post("/login", email=cast.samira.email)
    clock.shift(600)
    assert browser.post(link_in(waiting()[0])).status_code == 410


def test_a_strangers_address_gets_the_same_page_and_no_mail(phone, cast, waiting):
    known, unknown = (phone().post("/login", email=email) for email in (cast.samira.email, "nobody0@seinhuis.example"))
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(cast.samira.email, "") == unknown.text.replace("nobody0@seinhuis.example", "")
    assert len(waiting()) == 1


@pytest.mark.parametrize("email", ["", "samira", "a@b\r\nBcc: c@d.example", "x" * 300 + "@example.org", "a@b.example\x00"])
def test_an_address_that_is_none_is_refused_beside_its_field(phone, cast, waiting, email):
    answer = phone().post("/login", email=email)
    assert answer.status_code == 422 and 'id="f-email-e"' in answer.text and waiting() == []


def test_asking_for_links_is_slowed_by_address_and_by_place(phone, cast, waiting):
    browser = phone()
    answers = [browser.post("/login", email=cast.samira.email).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429] and len(waiting()) == 10
    others = [browser.post("/login", email=f"p{n}@example.org").status_code for n in range(10)]
    assert others == [200] * 9 + [429]
    spoofed = browser.client.post(
        "/login", data={"email": "q@example.org", "csrf_token": token_of(browser.client)}, headers={"X-Forwarded-For": "10.9.8.7"}
    )
    assert spoofed.status_code == 429


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere", "javascript:x"]
)
def test_signing_in_leads_nowhere_else(phone, cast, waiting, to):
    browser = phone()
    assert "elsewhere" not in browser.get("/login", follow_redirects=True).text
    browser.post("/login", email=cast.samira.email, next=to)
    link = link_in(waiting()[0]).partition("?")[0]
    answer = browser.client.post(link, query_string={"next": to}, data={"csrf_token": token_of(browser.client)})
    assert answer.status_code == 302 and answer.location == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked(phone, cast, waiting):
    browser = phone()
    assert browser.get("/me/statement").location == "/login?next=/me/statement"
    browser.post("/login", email=cast.samira.email, next="/me/statement")
    assert browser.post(link_in(waiting()[0])).location == "/me/statement"


def test_a_session_is_new_at_sign_in_and_dead_after_signing_out(phone, cast, waiting):
    browser = phone()
    browser.client.set_cookie("session", "chosen-by-somebody-else")
    browser.post("/login", email=cast.samira.email)
    browser.post(link_in(waiting()[0]))
    secret = browser.client.get_cookie("session").value
    assert secret != "chosen-by-somebody-else" and len(secret) >= 43
    assert browser.post("/logout").location == "/login"
    browser.client.set_cookie("session", secret)
    assert browser.get("/me").status_code == 302


@pytest.mark.parametrize(("who", "idle"), [("samira", timedelta(days=14)), ("marieke", timedelta(minutes=30))])
def test_a_session_ends_by_itself_sooner_for_hosts(phone, cast, clock, who, idle):
    browser = phone(getattr(cast, who))
    clock.shift(idle - timedelta(seconds=1))
    assert browser.get("/me").status_code == 200
    clock.shift(idle)
    assert browser.get("/me").status_code == 302


def test_everybody_is_led_to_where_they_belong(phone, cast):
    assert phone().get("/").location == "/login"
    assert phone(cast.samira).get("/").location == "/me"
    assert phone(cast.marieke).get("/").location.startswith("/host")


def test_the_language_is_the_readers_own_on_each_page(phone, cast):
    samira = phone(cast.samira)
    for path in ("/me", "/me/statement", "/me/profile", "/thanks", "/in", "/login"):
        for lang in ("nl", "en"):
            assert f'<html lang="{lang}"' in samira.get(f"{path}?lang={lang}").text
        assert '<html lang="en"' in samira.get(path).text
    assert samira.get("/me?lang=fr").status_code == 200


GOOD = {
    "network": "Noord",
    "venue": "Het Seinhuis",
    "timezone": "Europe/Amsterdam",
    "name": "Marieke",
    "email": "m@seinhuis.example",
}


@pytest.fixture
def setup_link(app, now, clock):
    with app.extensions["s2m.database"].write() as store:
        return f"/setup/{setup.offer(store, now)}"


def test_the_first_start_is_set_up_once_and_the_link_closes_for_good(app, setup_link):
    client = app.test_client()
    token = token_of(client, f"{setup_link}?lang=en")
    answer = client.post(setup_link, data=GOOD | {"csrf_token": token})
    assert answer.location == "/"
    with app.extensions["s2m.database"].read() as store:
        (network,) = store.venues.networks()
        (admin,) = store.people.all(network.id)
        assert {r.role for r in store.people.roles(admin.id)} == {"admin", "host"}
        assert store.venues.all(network.id)[0].name == "Het Seinhuis" and setup.offer(store, network.created_at) is None
    assert client.get(setup_link).status_code == 410
    assert app.test_client().get("/setup/" + "x" * 43).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"), [("network", ""), ("venue", "12"), ("timezone", "Mars/Olympus"), ("name", ""), ("email", "m@seinhuis")]
)
def test_a_set_up_that_cannot_be_keeps_the_link_and_the_form(app, setup_link, field, value):
    client = app.test_client()
    token = token_of(client, setup_link)
    answer = client.post(setup_link, data=GOOD | {field: value, "csrf_token": token})
    assert answer.status_code == 422 and f'id="f-{field}-e"' in answer.text and "Het Seinhuis" in answer.text or field == "venue"
    with app.extensions["s2m.database"].read() as store:
        assert store.venues.networks() == []
    assert client.get(setup_link).status_code == 200


def test_a_login_link_is_no_set_up_link(app, cast, now, clock):
    with app.extensions["s2m.database"].write() as store:
        secret = signin.make_link(store, now, person=cast.samira)
    assert app.test_client().get(f"/setup/{secret}").status_code == 404
