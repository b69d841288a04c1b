"""Signing in by a link that works once, in the browser that asked; signing out; and the first set-up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import setup, signin
from s2m.web.pages import PAGES
from tests.cast import token_of
from tests.web.conftest import link_in


def test_a_mailed_link_signs_in_once_in_the_browser_that_asked(phone, cast, waiting):
    browser = phone()
    assert "If we know Samira@Seinhuis.example" in browser.post("/login", email=" Samira@Seinhuis.example ").text
    (mail,) = waiting()
    assert mail.recipient == "samira@seinhuis.example"
    link = link_in(mail)
    assert "Almost there" in browser.get(link).text and browser.get("/me").status_code == 302
    assert browser.post(link).location == "/"
    assert browser.get("/me").status_code == 200 and browser.get("/").location == "/me"
    assert browser.get(link).status_code == 410


def test_only_who_signed_in_before_is_greeted_by_name(phone, cast, waiting, app, now):
    with app.extensions["s2m.database"].write() as store:
        store.people.mark_signed_in(cast.samira, now)
    for person, hello, hi in ((cast.samira, "Hello Samira,", "Hi Samira"), (cast.joost, "Hello,", "Almost there")):
        browser = phone()
        browser.post("/login", email=person.email)
        mail = waiting()[-1]
        assert mail.body.startswith(hello + "\n")
        assert hi in browser.get(link_in(mail)).text


def test_a_link_goes_to_the_address_as_it_is_kept(phone, cast, waiting):
    browser = phone()
    for n in range(12):
        browser.post("/login", email="\u200e" * n + "Samira@Seinhuis.example")
    assert [m.recipient for m in waiting()] == ["samira@seinhuis.example"] * 10


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


def test_asking_for_links_is_slowed_by_address_by_browser_and_by_place(phone, cast, waiting):
    browser = phone()
    answers = [browser.post("/login", email=cast.samira.email).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429] and len(waiting()) == 10
    others = [browser.post("/login", email=f"p{n}@example.org").status_code for n in range(10)]
    assert others == [200] * 9 + [429]
    # Who plays does not lock out the others behind the same router
    other = phone()
    assert other.post("/login", email=cast.joost.email).status_code == 200
    for n in range(39):
        assert phone().post("/login", email=f"q{n}@example.org").status_code in (200, 429)
    spoofed = phone().client
    answer = spoofed.post(
        "/login", data={"email": "q@example.org", "csrf_token": token_of(spoofed)}, headers={"X-Forwarded-For": "10.9.8.7"}
    )
    assert answer.status_code == 429


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


# A new mail address ------------------------------------------------------------------------------------------------


@pytest.fixture
def change(phone, cast, mailing):
    """Samira asks for another address; returns her browser."""

    def change(email="new@example.org", person=cast.samira):
        browser = phone(person)
        answer = browser.post("/me/profile", name=person.name, email=email, language="en", follow_redirects=True)
        assert answer.status_code == 200 and "We mailed a link to" in answer.text
        return browser

    return change


@pytest.fixture
def mail_of(app):
    def mail_of(person):
        with app.extensions["s2m.database"].read() as store:
            return store.people.get(person.id).email

    return mail_of


def test_a_new_address_counts_once_the_link_in_its_mail_was_opened(change, cast, waiting, mail_of):
    browser = change()
    (mail,) = waiting()
    assert mail.recipient == "new@example.org" and "Samira" not in mail.body and mail_of(cast.samira) == cast.samira.email
    link = link_in(mail)
    assert "new@example.org" in browser.get(link).text and mail_of(cast.samira) == cast.samira.email
    assert browser.post(link).location == "/me/profile#about"
    assert mail_of(cast.samira) == "new@example.org"
    assert [m.recipient for m in waiting()] == ["new@example.org", "samira@seinhuis.example"]
    assert "no longer has this mail address" in waiting()[1].body
    assert browser.post(link).status_code == 409


def test_an_address_is_proved_in_the_browser_that_asked_in_time_and_by_its_own_link(change, phone, cast, waiting, mail_of, clock):
    browser, link = change(), link_in(waiting()[0])
    for other in (phone(cast.samira), phone(cast.joost)):
        assert other.get(link).status_code == other.post(link).status_code == 409
    assert browser.post("/me/mail/" + "x" * 43).status_code == 404
    clock.shift(600)
    assert browser.get(link).status_code == browser.post(link).status_code == 410
    assert mail_of(cast.samira) == "samira@seinhuis.example"


def test_an_address_of_somebody_else_looks_like_any_other_and_gets_no_mail(change, cast, waiting, mail_of):
    change("joost@seinhuis.example")
    assert waiting() == [] and mail_of(cast.samira) == "samira@seinhuis.example"


def test_of_two_who_ask_for_one_address_the_first_to_prove_it_has_it(change, cast, waiting, mail_of):
    one, other = change(), change(person=cast.joost)
    first, second = map(link_in, waiting())
    assert one.post(first).status_code == 303
    late = other.post(second)
    assert late.status_code == 409 and "Somebody already uses" in late.text and mail_of(cast.joost) == cast.joost.email


def test_an_address_is_taken_away_at_once_and_its_reader_is_told(phone, cast, waiting, mail_of):
    assert phone(cast.samira).post("/me/profile", name="Samira Vos", email="", language="en").status_code == 303
    assert mail_of(cast.samira) is None and waiting()[0].recipient == "samira@seinhuis.example"


def test_where_no_mail_is_sent_no_address_is_taken(phone, cast, mail_of, waiting):
    samira = phone(cast.samira)
    assert "sends no mail yet, so it stays as it is" in samira.says("/me/profile")
    assert "The host can set it for you" in phone(cast.thijs).says("/me/profile")
    answer = samira.post("/me/profile", name="Samira V", email="new@example.org", language="en")
    assert answer.status_code == 409 and 'id="f-email-e"' in answer.text and "cannot be proved" in answer.text
    assert mail_of(cast.samira) == cast.samira.email and waiting() == []


def test_before_the_set_up_the_door_says_where_its_link_is(app):
    client = app.test_client()
    page = client.get("/login?lang=en").text
    assert "This place is not set up yet" in page and "s2m run" in page and 'name="email"' not in page
    assert "<title>This place is not set up yet</title>" in page


def test_a_place_without_mail_promises_none(phone, cast, app, mailing):
    assert 'name="email"' in phone().get("/login").text
    app.extensions["s2m.config"] = replace(app.extensions["s2m.config"], smtp_url="")
    page = phone().get("/login?lang=en").text
    assert "Ask the host for a sign-in link." in page and "<form" not in page


def test_a_refused_form_leads_back_to_its_page_in_the_other_language(phone, cast):
    browser = phone(cast.samira)
    for post, page in (("/thanks/find", "/thanks"), ("/me/topics", "/me/profile")):
        assert f'href="{page}?lang=en"' in browser.post(post, code="ABCD", topic="").text


def test_every_address_that_only_takes_forms_belongs_to_a_page(app):
    by_program = {"kiosk.scans", "kiosk.frames", "kiosk.heartbeat", "wall.heartbeat", "plates.heartbeat", "kiosk.leave_with"}
    by_program |= {"bills.webhook"}  # a payment service calls it
    rules = list(app.url_map.iter_rules())
    pages_at = {rule.rule for rule in rules if "GET" in rule.methods}
    only = {rule.endpoint for rule in rules if "POST" in rule.methods and rule.rule not in pages_at}
    assert only - by_program == set(PAGES)
