"""What we know about you, as a file; and leaving for good, asked twice."""

import json

import pytest

from s2m.domain import erasing, ledger, mending


def test_what_is_known_comes_as_one_file_without_other_peoples_names(phone, cast, here):
    here(cast.joost), here(cast.samira, "iemand die offertes leest")
    samira = phone(cast.samira)
    samira.says("/me")
    answer = samira.get("/me/data.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="s2m-2026-03-12.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(answer.text)
    assert told["people"][0]["email"] == "samira@seinhuis.example"
    assert told["visit_topics"][0]["text"] == "iemand die offertes leest"
    assert [row["amount"] for row in told["transfers"]] and told["showings"][0]["theirs"] == "offertes en prijzen"
    assert "Bakker" not in answer.text and cast.joost.id not in answer.text


def test_the_file_comes_three_times_an_hour(phone, cast):
    samira = phone(cast.samira)
    assert [samira.get("/me/data.json").status_code for _ in range(4)] == [200, 200, 200, 429]


def earn(app, person, now):
    with app.extensions["s2m.database"].write() as store:
        issuing = store.ledger.network_account(person.network_id, "issuing")
        ledger.transfer(store, issuing, store.ledger.person_account(person.id), 5, "post", now, key="earned")


def test_who_only_has_the_welcome_or_stands_still_is_not_asked_for_an_heir(app, phone, cast, here, clock, now):
    here(cast.joost), here(cast.samira)
    clock.shift(60)
    samira = phone(cast.samira)
    assert "Whom do your" not in samira.says("/me/erase")
    earn(app, cast.samira, now)
    assert "Whom do your" in samira.says("/me/erase")
    with app.extensions["s2m.database"].write() as store:
        mending.freeze(store, cast.seinhuis, cast.samira, "eerst praten", cast.marieke.id, now)
    assert "Whom do your" not in samira.says("/me/erase") and "13 dots go to the commons." in samira.says("/me/erase?to=")
    answer = samira.post("/me/erase", to=cast.joost.id, sure="1")
    assert answer.status_code == 409 and "This account stands still for now." in answer.text


def test_erasing_asks_whom_the_balance_goes_to_and_then_whether_one_is_sure(app, phone, cast, here, clock, now):
    here(cast.joost), here(cast.samira)
    earn(app, cast.samira, now)
    clock.shift(60)
    samira = phone(cast.samira)
    first = samira.says("/me/erase")
    assert "Whom do your 5 dots go to?" in first and "Joost" in first and "Are you sure?" not in first
    second = samira.says(f"/me/erase?to={cast.joost.id}")
    assert "Are you sure?" in second and "5 dots go to Joost. 8 dots go to the commons." in second
    unsure = samira.post("/me/erase", to=cast.joost.id)
    assert unsure.status_code == 422 and "Tick that you are sure." in unsure.text
    answer = samira.post("/me/erase", to=cast.joost.id, sure="1")
    assert answer.location == "/login" and samira.get("/me").location.startswith("/login")
    assert "You are erased." in samira.get("/login").text
    with app.extensions["s2m.database"].read() as store:
        assert store.people.get(cast.samira.id).name == ""
        assert store.ledger.person_account(cast.joost.id).available == 8 + 5


def test_the_commons_is_the_choice_where_nothing_is_chosen(app, phone, cast):
    samira = phone(cast.samira)
    assert "12 dots go to the commons." in samira.says("/me/erase?to=")
    assert samira.post("/me/erase", sure="1").status_code == 303


@pytest.mark.parametrize("to", ["nobody", "olga", "samira", "thijs"])
def test_nobody_is_an_heir_whom_one_did_not_meet(phone, cast, here, to):
    here(cast.samira)
    samira, heir = phone(cast.samira), getattr(cast, to, None)
    heir_id = heir.id if heir else to
    assert samira.get(f"/me/erase?to={heir_id}").status_code == 404
    assert samira.post("/me/erase", to=heir_id, sure="1").status_code == 404


def test_the_only_admin_reads_why_not(phone, cast):
    marieke = phone(cast.marieke)
    assert "You are the only admin here." in marieke.get("/me/erase?to=").text
    assert marieke.post("/me/erase", to="", sure="1").status_code == 409


def test_a_page_that_shows_somebody_goes_without_them_at_once(app, phone, cast, here):
    here(cast.joost), here(cast.samira, "iemand die offertes leest")
    samira, joost = phone(cast.samira), phone(cast.joost)
    first = samira.get("/me/now")
    assert "Joost" in first.text
    joost.post("/me/erase", to="", sure="1")
    assert "Joost" not in samira.get("/me/now", **{"If-None-Match": first.headers["ETag"]}).text


def test_what_the_erased_gave_is_read_without_a_name(app, phone, cast, here, clock, now):
    here(cast.joost), here(cast.samira)
    earn(app, cast.samira, now)
    clock.shift(60)
    samira = phone(cast.samira)
    assert samira.post("/me/erase", to=cast.joost.id, sure="1").status_code == 303
    page = phone(cast.joost).says("/me/statement")
    assert "Gift from somebody" in page and "Samira" not in page


@pytest.mark.parametrize("how", ["start", "hourly"])
def test_who_was_erased_by_a_process_that_was_killed_then_is_noted_all_the_same(app, cast, now, how):
    from s2m import jobs
    from s2m.app import furnish

    database, config = app.extensions["s2m.database"], app.extensions["s2m.config"]
    with database.write() as store:
        erasing.erase(store, cast.joost, "", now)
    note = config.instance / "erased.txt"
    assert not note.exists()
    note.write_text("somebody\n")
    for _again in range(2):
        if how == "start":
            database.close()
            furnish(app, config)
            database = app.extensions["s2m.database"]
        else:
            jobs.forget_people(database, config, now)
        assert note.read_text().split() == ["somebody", cast.joost.id]


def test_a_copy_that_is_brought_back_brings_nobody_back(app, phone, cast, here):
    from s2m.app import furnish

    here(cast.samira)
    database, config = app.extensions["s2m.database"], app.extensions["s2m.config"]
    note = config.instance / "erased.txt"
    phone(cast.joost).post("/me/erase", to="", sure="1")
    assert note.read_text().split() == [cast.joost.id] and note.stat().st_mode & 0o077 == 0
    # As if the copy were older than what was noted: Samira is still in it
    note.write_text(f"{cast.joost.id}\n{cast.samira.id}\nnobody\n")
    database.close()
    furnish(app, config)
    with app.extensions["s2m.database"].read() as store:
        assert store.people.get(cast.samira.id).name == "" and store.presence.open_visits(cast.seinhuis.id) == []
        assert ledger.verify_network(store, cast.noord.id).fault is None
