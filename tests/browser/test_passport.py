"""The passport as people use it: taken on a phone, checked by a stranger, a start at another desk, a changed copy refused."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from s2m.domain import contributions, passport, people, presence
from s2m.signing import SigningKey
from tests.passports import ELSEWHERE, made

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DESK = {"size": (1440, 900)}


@pytest.fixture
def thanked(served):
    """Joost thanked Samira for plain language."""
    now, cast = datetime.now(UTC), served.cast
    with served.database.write() as store:
        for person in (cast.samira, cast.joost):
            presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now - timedelta(minutes=5))
        who = (store, cast.joost, cast.samira, cast.seinhuis, cast.policy)
        given = contributions.thank(*who, "gewone taal", "Helder.", now, key="1")
        contributions.accept(store, cast.samira, given.id, now)


def fits(page, serious, what):
    assert serious(page) == [], what
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what


def download(page, served, to):
    page.goto(f"{served.url}/me/profile?lang=en")
    page.get_by_role("link", name="Take a passport along").click()
    expect(page.get_by_role("row", name=re.compile("Thanks received 1"))).to_be_visible()
    page.get_by_text("My first name, Samira").click()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download the passport").click()
    begun.value.save_as(to)
    assert re.fullmatch(r"s2m-passport-\d{4}-\d\d-\d\d\.json", begun.value.suggested_filename)


def test_a_passport_goes_from_a_phone_to_a_strangers_check_and_a_changed_copy_is_refused(
    served, open_page, serious, thanked, tmp_path
):
    file, changed = tmp_path / "passport.json", tmp_path / "changed.json"
    page = open_page(served.cast.samira)
    download(page, served, file)
    fits(page, serious, "my passport")
    assert json.loads(file.read_text())["thanked_for"] == ["gewone taal"]
    stranger = open_page(expects=["status of 422"])
    stranger.goto(f"{served.url}/passport/check?lang=en")
    fits(stranger, serious, "the check")
    stranger.get_by_label("The file").set_input_files(file)
    stranger.get_by_role("button", name="Check it").click()
    expect(stranger.get_by_text("Real and unchanged.")).to_be_visible()
    expect(stranger.get_by_role("heading", name="Samira · Noord")).to_be_visible()
    fits(stranger, serious, "a real one")
    changed.write_text(file.read_text().replace('"dots": 2', '"dots": 20'))
    stranger.get_by_label("The file").set_input_files(changed)
    stranger.get_by_role("button", name="Check it").click()
    expect(stranger.get_by_text("This passport was changed after it was signed")).to_be_visible()
    expect(stranger.get_by_text("Real and unchanged.")).to_have_count(0)
    fits(stranger, serious, "a changed one")


@pytest.mark.long
def test_a_host_starts_somebody_from_the_passport_of_a_network_that_an_admin_trusts(served, open_page, serious, tmp_path):
    file = tmp_path / "passport.json"
    file.write_text(passport.text(made(datetime.now(UTC))))
    page = open_page(served.cast.marieke, expects=["status of 409"], **DESK)
    page.goto(f"{served.url}/host/het-seinhuis/health?lang=en")
    page.get_by_role("link", name="Passports of other networks").click()
    page.get_by_label("Name of the network").fill("Elders")
    page.get_by_label("Its key").fill(f"ed25519:{ELSEWHERE.public_key}")
    page.get_by_role("button", name="Trust this key").click()
    expect(page.get_by_text(passport.fingerprint(ELSEWHERE.public_key))).to_be_visible()
    fits(page, serious, "keys")
    page.goto(f"{served.url}/host/het-seinhuis/people/{served.cast.samira.id}")
    page.get_by_role("link", name="Start from a passport", exact=True).click()
    fits(page, serious, "start")
    page.get_by_label("Their file").set_input_files(file)
    page.get_by_role("button", name="Give the start").click()
    expect(page.get_by_text("starts with 5 dots more, from the commons.")).to_be_visible()
    page.get_by_role("link", name="Start from a passport", exact=True).click()
    expect(page.get_by_text("Done before.")).to_be_visible()
    fits(page, serious, "done before")
    with served.database.read() as store:
        assert store.ledger.person_account(served.cast.samira.id).balance == 17


@pytest.mark.long
def test_the_round_trip_between_two_networks_takes_no_word_with_the_first(served, open_page, thanked, tmp_path):
    """Olga's network knows only the key; what Samira earned in Noord is her start in Zuid."""
    file = tmp_path / "passport.json"
    download(open_page(served.cast.samira), served, file)
    now, cast = datetime.now(UTC), served.cast
    with served.database.write() as store:
        people.give_role(store, cast.olga, "admin", None, now, by=cast.olga.id)
        samira = people.join(store, cast.zuid.id, "Samira Vos", None, cast.policy, now)
    key = SigningKey(next(iter(served.app.extensions["s2m.keys"].passport.secrets.values()))).public_key
    page = open_page(cast.olga, **DESK)
    page.goto(f"{served.url}/host/elders/passports?lang=en")
    page.get_by_label("Name of the network").fill("Noord")
    page.get_by_label("Its key").fill(key)
    page.get_by_role("button", name="Trust this key").click()
    page.goto(f"{served.url}/host/elders/people/{samira.id}/passport")
    page.get_by_label("Or paste what is in it").fill(file.read_text())
    page.get_by_role("button", name="Give the start").click()
    expect(page.get_by_text("starts with 2 dots more, from the commons.")).to_be_visible()
