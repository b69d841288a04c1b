"""My passport as a file, and the page where anybody checks one."""

import io
from datetime import timedelta

import pytest

from s2m import signing
from s2m.domain import contributions, passport
from s2m.signing import is_signed
from tests.passports import ELSEWHERE, made


@pytest.fixture
def thanked(app, here, cast, clock, now):
    here(cast.samira)
    here(cast.joost)
    clock.shift(60)
    with app.extensions["s2m.database"].write() as store:
        later = now + timedelta(seconds=60)
        given = contributions.thank(
            store, cast.joost, cast.samira, cast.seinhuis, cast.policy, "btw <b>", "Helder.", later, key="1"
        )
        contributions.accept(store, cast.samira, given.id, later)


@pytest.fixture
def own(app):
    return signing.current(app.extensions["s2m.keys"])


def upload(phone, content, path="/passport/check", **form):
    raw = content.encode() if isinstance(content, str) else content
    return phone.post(path, file=(io.BytesIO(raw), "passport.json"), **form)


def test_the_page_says_what_will_be_in_it_before_anything_is_made(phone, cast, thanked):
    page = phone(cast.samira).says("/me/passport")
    assert "Thanks received 1 2 dots" in page and "My first name, Samira" in page and "My balance, 14 dots" in page
    markup = phone(cast.samira).get("/me/passport").text
    assert "btw &lt;b&gt;" in markup and 'name="name" value="1">' in markup and 'name="balance" value="1">' in markup
    assert "/me/passport" in phone(cast.samira).get("/me/profile").text


def test_the_file_holds_what_was_ticked_and_the_check_page_knows_it(phone, cast, thanked, now):
    samira = phone(cast.samira)
    answer = samira.post("/me/passport", name="1", topic="btw <b>")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="s2m-passport-2026-03-12.json"'
    assert answer.headers["Content-Type"] == "application/json" and answer.headers["Cache-Control"] == "no-store"
    found = passport.read(answer.data)
    assert (found.name, found.topics, found.balance) == ("Samira", ("btw <b>",), None)
    passport.check(found, is_signed, now + timedelta(minutes=2))
    for send in (lambda p: upload(p, answer.data), lambda p: p.post("/passport/check", passport=answer.text)):
        checked = send(phone())
        assert checked.status_code == 200
        assert "Real and unchanged." in checked.text and "Signed by Noord." in checked.text
        assert "<bdi>Samira</bdi>" in checked.text and "btw &lt;b&gt;" in checked.text


def test_without_a_tick_there_is_no_name_balance_or_topic(phone, cast, thanked):
    text = phone(cast.samira).post("/me/passport").text
    assert '"name": null' in text and '"balance": null' in text and '"thanked_for": []' in text
    assert "Somebody who kept their name" in upload(phone(), text).text


def test_a_network_that_is_not_known_is_named_by_its_key_alone(phone, cast, clock, now):
    page = upload(phone(), passport.text(made(now, network="Elders <i>"))).text
    assert "Signed well, by a network we do not know." in page and passport.fingerprint(ELSEWHERE.public_key) in page
    assert "Real and unchanged." not in page and "Elders &lt;i&gt;" in page


def test_a_network_that_is_trusted_here_is_called_as_it_is_here(phone, cast, app, now):
    with app.extensions["s2m.database"].write() as store:
        passport.trust(store, cast.noord.id, "Buiten", ELSEWHERE.public_key, cast.marieke.id, now)
    page = upload(phone(cast.samira), passport.text(made(now))).text
    assert "Real and unchanged." in page and "Signed by Buiten." in page


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (lambda good: good.replace('"visits": 7', '"visits": 70'), 422, "This passport was changed after it was signed"),
        (lambda good: good.replace("Ed25519", "none"), 422, "signed in a way that is not accepted"),
        (lambda good: good[:-9], 422, "This is not a passport."),
        (lambda good: "PK\x03\x04 not json", 422, "This is not a passport."),
        (lambda good: "[" * 60_000, 422, "This is not a passport."),
        (lambda good: b"\xff\x00" * 100, 422, "This is not a passport."),
        (lambda good: "", 422, "This is not a passport."),
        (lambda good: " " * 100_000, 413, "This is too large to take."),
    ],
)
def test_a_bad_file_is_refused_in_a_clear_sentence(phone, cast, now, own, content, status, said):
    answer = upload(phone(), content(passport.text(made(now, own))))
    assert answer.status_code == status and said in answer.text and "Real and unchanged." not in answer.text


def test_ten_megabytes_are_not_even_taken_in(phone, cast):
    answer = phone().client.post("/passport/check", data=b"x" * 10_000_000, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413 and "This is too large to take." in answer.text


def test_nothing_at_all_is_asked_for(phone, cast):
    answer = phone().post("/passport/check", passport="  ")
    assert answer.status_code == 422 and "Fill this in." in answer.text


def test_one_that_has_run_out_says_since_when(phone, cast, now, own):
    answer = upload(phone(), passport.text(made(now - timedelta(days=366), own)))
    assert answer.status_code == 410 and "This passport was good until 11 March 2026." in answer.text


def test_checking_keeps_nothing_and_cannot_go_on_for_ever(phone, cast, app, now, own):
    stranger = phone()
    with app.extensions["s2m.database"].read() as store:
        before = store.ledger.head(cast.noord.id, "audit")
    codes = [upload(stranger, passport.text(made(now, own))).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]
    with app.extensions["s2m.database"].read() as store:
        assert store.ledger.head(cast.noord.id, "audit") == before


def test_downloads_are_counted(phone, cast):
    samira = phone(cast.samira)
    assert [samira.post("/me/passport").status_code for _ in range(11)] == [200] * 10 + [429]
