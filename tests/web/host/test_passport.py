"""Other networks' passports at the host's desk: an admin trusts a key, a host gives a start."""

import io
from datetime import timedelta

import pytest

from s2m import signing
from s2m.domain import ledger, passport
from tests.passports import ELSEWHERE, made

KEYS = "/host/het-seinhuis/passports"


@pytest.fixture
def start(cast):
    return f"/host/het-seinhuis/people/{cast.samira.id}/passport"


@pytest.fixture
def trusted(host):
    assert host.post(KEYS, name="Elders", key=f"ed25519:{ELSEWHERE.public_key}").status_code == 303


@pytest.fixture
def balance(app, cast):
    def balance():
        with app.extensions["s2m.database"].read() as store:
            assert ledger.verify_network(store, cast.noord.id).fault is None
            return store.ledger.person_account(cast.samira.id).balance

    return balance


def upload(phone, path, found):
    text = found if isinstance(found, str) else passport.text(found)
    return phone.post(path, file=(io.BytesIO(text.encode()), "passport.json"))


def test_an_admin_trusts_a_key_sees_it_and_stops(host, app, cast):
    assert "None yet." in host.says(KEYS) and "Passports of other networks" in host.says("/host/het-seinhuis/health")
    own = signing.current(app.extensions["s2m.keys"]).public_key
    assert f"ed25519:{own[:32]}" in host.get(KEYS).text
    host.post(KEYS, name="Elders <b>", key=ELSEWHERE.public_key)
    page = host.get(KEYS).text
    assert "<bdi>Elders &lt;b&gt;</bdi>" in page and passport.fingerprint(ELSEWHERE.public_key) in page
    with app.extensions["s2m.database"].read() as store:
        [key] = store.passports.trusted(cast.noord.id)
    host.post(f"{KEYS}/{key.id}/drop")
    assert "None yet." in host.says(KEYS)
    assert host.post(f"{KEYS}/{key.id}/drop").status_code == 404
    trail = host.says("/host/het-seinhuis/health")
    assert "began to trust another network’s passports" in trail and "stopped trusting another network’s passports" in trail


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"name": "", "key": "0" * 64}, 422, "Fill this in."), ({"name": "Elders", "key": "abc"}, 422, "A key is 64 digits"),
        ({"name": "Elders", "key": ""}, 422, "A key is 64"),
        ({"name": "Elders", "key": ELSEWHERE.public_key}, 409, "trusted already"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_is_refused_beside_its_field(host, trusted, form, status, said):
    answer = host.post(KEYS, **form)
    assert answer.status_code == status and said in answer.text


def test_a_host_gives_a_start_once(host, start, trusted, balance, now, cast):
    assert "up to 12 dots. Once." in host.says(start) and "Start from a passport" in host.says(start.removesuffix("/passport"))
    answer = upload(host, start, made(now))
    assert (answer.status_code, answer.location) == (303, start.removesuffix("/passport"))
    assert "starts with 5 dots more, from the commons." in host.says(answer.location)
    assert balance() == 17
    assert "Done before. They got 5 dots on Thursday 12 March." in host.says(start)
    again = upload(host, start, made(now))
    assert again.status_code == 409 and "was a start here before" in again.text and balance() == 17
    assert "gave a start from a passport" in host.says("/host/het-seinhuis/health")


def test_it_can_be_pasted_as_well(host, start, trusted, balance, now):
    assert host.post(start, passport=passport.text(made(now))).status_code == 303 and balance() == 17


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"name": "Joost"}, 409, "This passport is not in the name of Samira."), ({"name": None}, 409, "carries no name"),
        ({"counts": {}}, 409, "There is nothing to give"),
    ],
)  # fmt: skip
def test_a_passport_that_is_not_theirs_gives_nothing(host, start, trusted, balance, now, change, status, said):
    answer = upload(host, start, made(now, **change))
    assert answer.status_code == status and said in answer.text and balance() == 12


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (lambda now: passport.text(made(now)).replace('"dots": 4', '"dots": 9'), 422, "changed after it was signed"),
        (lambda now: passport.text(made(now - timedelta(days=365))), 410, "was good until 12 March 2026"),
        (lambda now: passport.text(made(now + timedelta(days=1))), 422, "made in the future"),
        (lambda now: "{}", 422, "This is not a passport."),
        (lambda now: passport.text(made(now, signing.SigningKey(b"x" * 32))), 409, "a network that is not trusted here: key "),
        (lambda now: "x" * 200_000, 413, "This is too large to take."),
    ],
)
def test_a_bad_passport_gives_nothing(host, start, trusted, balance, now, content, status, said):
    answer = upload(host, start, content(now))
    assert answer.status_code == status and said in answer.text and balance() == 12


def test_where_nobody_is_trusted_the_page_says_so_and_a_host_who_is_no_admin_cannot_change_that(host, phone, cast, start, now):
    assert "No other network is trusted yet" in host.says(start)
    assert upload(host, start, made(now)).status_code == 409
    wim = phone(cast.wim)
    assert wim.get("/host/de-wissel/passports").status_code == 403
    assert wim.post("/host/de-wissel/passports", name="Elders", key=ELSEWHERE.public_key).status_code == 403


def test_ones_own_start_is_for_another_host(host, cast, trusted, now):
    answer = upload(host, f"/host/het-seinhuis/people/{cast.marieke.id}/passport", made(now, name="Marieke"))
    assert answer.status_code == 403 and "You cannot start yourself." in answer.text
