"""Talks and tasks on phones and on the host's laptop: announced, shown, counted, settled; and nothing by looking."""

import re
from datetime import timedelta

import pytest

from s2m import jobs
from s2m.config import Config
from s2m.domain import codes, talks, tasks, venues
from tests.web.conftest import words

HOST = "/host/het-seinhuis"
AT_TEN = {"topic": "offertes lezen", "day": "2026-03-12", "time": "10:00", "room": "", "teaches": "1"}
# From the cast's 09:41 until the talk begins
UNTIL_TEN = 19 * 60


@pytest.fixture
def store(app):
    """A function that opens a transaction: the app's own clock and database."""
    return app.extensions["s2m.database"]


@pytest.fixture
def balance(store):
    def balance(person):
        with store.read() as reading:
            return reading.ledger.person_account(person.id).balance

    return balance


@pytest.fixture
def announced(store, cast, now):
    """Joost's talk at ten."""
    with store.write() as writing:
        return talks.announce(writing, cast.joost, cast.seinhuis, AT_TEN, cast.joost.id, now)[0]


@pytest.fixture
def task(store, cast, now):
    given = {"title": "Keuken opruimen", "amount": "10", "places": "2", "day": "2026-03-12", "time": "10:00"}
    with store.write() as writing:
        return tasks.post(writing, cast.seinhuis, given, cast.marieke.id, now)[0]


@pytest.fixture
def code_of(app):
    return lambda talk, at: codes.talk_text(app.extensions["s2m.keys"].door, talk.id, at)


def moment(now, seconds=0):
    return now + timedelta(seconds=UNTIL_TEN + seconds)


# Talks on a phone ---------------------------------------------------------------------------------------------------


def test_a_member_announces_a_talk_and_everybody_reads_of_it(phone, cast, here):
    here(cast.joost)
    here(cast.samira)
    joost = phone(cast.joost)
    assert "gives the speaker 1 dot for each listener it was useful to, 12 at most" in joost.says("/talks/new")
    answer = joost.post("/talks/new", follow_redirects=True, **AT_TEN)
    assert answer.status_code == 200 and "The talk is announced." in words(answer.text)
    assert "offertes lezen Joost · Thursday 12 March, 10:00" in phone(cast.samira).says("/talks")
    assert "10:00 offertes lezen" in phone(cast.samira).says("/me")
    assert "offertes lezen" in phone(cast.marieke).says(f"{HOST}/talks")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"topic": ""}, "Fill this in."),
        ({"day": "morgen"}, "Type a day such as 2026-03-12."),
        ({"time": "tien uur"}, "Type a time such as 14:30."),
        ({"time": "08:45"}, "This time has passed."),
        ({"day": "2026-06-12"}, "At most 30 days ahead."),
        ({"time": "17:50"}, "The house is closed then."),
        ({"topic": "\u202e\x00"}, "This holds characters that cannot be kept."),
    ],
)
def test_a_talk_that_cannot_be_says_why_beside_its_field_and_keeps_the_form(phone, cast, here, store, now, given, sentence):
    here(cast.joost)
    answer = phone(cast.joost).post("/talks/new", **(AT_TEN | given))
    assert answer.status_code == 422 and sentence in words(answer.text) and 'aria-invalid="true"' in answer.text
    assert "<title>Error:" in answer.text
    with store.read() as reading:
        assert reading.talks.coming(cast.seinhuis.id, now - timedelta(days=1)) == []


def test_a_time_that_comes_twice_is_the_first_and_the_page_says_so(phone, cast, here, store, clock, now):
    with store.write() as writing:
        venues.change_hours(writing, cast.seinhuis, {day: ["20:00", "04:00"] for day in venues.DAYS}, cast.marieke.id, now)
    clock.move_to(now.replace(month=10, day=20))
    here(cast.joost, at=now.replace(month=10, day=20))
    page = phone(cast.joost).post("/talks/new", True, **(AT_TEN | {"day": "2026-10-25", "time": "02:30"})).text
    assert "That night the clock shows this time twice: the first time is meant." in words(page)


def test_the_speaker_shows_a_code_that_listeners_open_and_press(phone, cast, here, clock, announced, balance, now):
    here(cast.samira)
    joost, samira = phone(cast.joost), phone(cast.samira)
    page = f"/talks/{announced.id}"
    assert "The code appears here at 10:00" in joost.says(f"{page}/code")
    clock.shift(UNTIL_TEN)
    shown = joost.get(f"{page}/code").text
    assert "<svg" in shown and "0 listeners counted" in words(shown)
    typed = re.sub(r"\W", "", re.search(r'id="typed">([^<]+)<', shown)[1].replace("&#8239;", ""))
    question = samira.post("/talk", True, code=typed.lower()).text
    assert "I was there" in words(question) and "offertes lezen" in question
    counted = words(samira.post("/talk", True).text)
    assert "You are counted." in counted and "Was it useful to you?" in counted
    assert "1 listener counted" in joost.get(f"{page}/code/now").text
    said = words(samira.post(f"{page}/useful", True, useful="useful").text)
    assert "The speaker never sees who said what." in said
    clock.shift(15 * 60)
    marieke = phone(cast.marieke)
    assert "Settle it now" in marieke.says(f"{HOST}/talks/{announced.id}")
    assert "The talk is settled." in words(marieke.post(f"{HOST}/talks/{announced.id}/settle", True).text)
    assert balance(cast.joost) == cast.policy.newcomers_grant + 1
    assert "1 person listened. It gave you 1 dot" in joost.says(page)
    assert "Your talk: offertes lezen" in joost.says("/me/statement")


def test_opening_a_code_changes_nothing_and_a_stranger_signs_in_first(phone, cast, here, clock, announced, code_of, now, store):
    here(cast.samira)
    clock.shift(UNTIL_TEN)
    stranger, samira = phone(), phone(cast.samira)
    for browser in (stranger, samira):
        assert browser.get(f"/talk/{code_of(announced, moment(now))}").status_code == 303
    assert "next=/talk" in stranger.get("/talk").location
    assert "I was there" in samira.says("/talk")
    with store.read() as reading:
        assert reading.talks.attendances(announced.id) == []


def test_a_code_is_not_remembered_longer_than_ten_minutes(phone, cast, here, clock, announced, code_of, now):
    here(cast.samira)
    clock.shift(UNTIL_TEN)
    samira = phone(cast.samira)
    samira.get(f"/talk/{code_of(announced, moment(now))}")
    clock.shift(600)
    answer = samira.post("/talk")
    assert answer.status_code == 410 and "Scan the one that the speaker shows now." in words(answer.text)


@pytest.mark.parametrize("what", ["expired", "forged", "other", "rubbish", "long", "door"])
def test_what_is_not_a_code_of_now_counts_nobody(phone, cast, here, clock, announced, code_of, door_code, now, store, what):
    here(cast.samira)
    good = code_of(announced, moment(now))
    text, status = {
        "expired": (code_of(announced, moment(now, -40)), 410),
        "forged": (good[:-1] + ("A" if good[-1] != "A" else "B"), 400),
        "other": (good.replace("S2M1.L.", "S2M1.D."), 400),
        "rubbish": ("hallo", 400),
        "long": ("A" * 5000, 400),
        "door": (door_code(moment(now)), 400),
    }[what]
    clock.shift(UNTIL_TEN)
    samira = phone(cast.samira)
    assert samira.get(f"/talk/{text}").status_code == status
    assert samira.post("/talk").status_code == 410
    with store.read() as reading:
        assert reading.talks.attendances(announced.id) == []


def test_a_talks_code_opens_no_door(phone, cast, clock, announced, code_of, now):
    clock.shift(UNTIL_TEN)
    answer = phone(cast.samira).get(f"/in/{code_of(announced, moment(now))}")
    assert answer.status_code == 400 and "This is not the door code of this place." in words(answer.text)


@pytest.mark.parametrize(
    ("who", "place", "sentence"),
    [
        ("samira", None, "Check in here first"),
        ("samira", "wissel", "Check in here first"),
        ("joost", "seinhuis", "This is your own talk"),
    ],
)
def test_who_cannot_be_counted_reads_why(phone, cast, here, clock, announced, code_of, now, who, place, sentence):
    person = getattr(cast, who)
    if place:
        here(person, venue=getattr(cast, place))
    clock.shift(UNTIL_TEN)
    browser = phone(person)
    browser.get(f"/talk/{code_of(announced, moment(now))}")
    assert sentence in browser.says("/talk") and "I was there" not in browser.says("/talk").replace("I was there not", "")
    answer = browser.post("/talk")
    assert answer.status_code == 409 and sentence in words(answer.text)


def test_pressing_twice_counts_once_and_says_nothing_wrong(phone, cast, here, clock, announced, code_of, now, store):
    here(cast.samira)
    clock.shift(UNTIL_TEN)
    samira = phone(cast.samira)
    for _again in range(2):
        samira.get(f"/talk/{code_of(announced, moment(now))}")
        assert samira.post("/talk").location == f"/talks/{announced.id}"
    assert samira.get("/talk").status_code == 200
    with store.read() as reading:
        assert len(reading.talks.attendances(announced.id)) == 1


def test_a_code_of_another_network_is_not_valid_and_is_forgotten(phone, cast, here, clock, announced, code_of, now):
    clock.shift(UNTIL_TEN)
    olga = phone(cast.olga)
    olga.get(f"/talk/{code_of(announced, moment(now))}")
    assert "This code is not valid here." in olga.says("/talk") and "offertes lezen" not in olga.says("/talk")
    assert "not valid" not in olga.says("/talk")


def test_the_job_pays_the_speaker_and_says_so_on_the_health_page(phone, cast, here, clock, announced, store, balance, now):
    here(cast.samira)
    with store.write() as writing:
        talks.attend(writing, announced, cast.samira, announced.starts_at)
    job = next(job for job in jobs.JOBS if job.name == "settle_talks")
    clock.move_to(announced.counts_until)
    for settled in (1, 0):
        assert jobs.run(job, store, Config(), announced.counts_until)
        with store.read() as reading:
            assert next(run for run in reading.jobs.all() if run.job == job.name).detail == f"settled {settled}"
    assert balance(cast.joost) == cast.policy.newcomers_grant + 1
    assert "Settle talks" in phone(cast.marieke).says(f"{HOST}/health")


def test_typing_a_wrong_code_is_slowed_down(phone, cast, here, clock, announced):
    here(cast.samira)
    samira = phone(cast.samira)
    assert [samira.post("/talk", code="AAAAAA").status_code for _n in range(31)] == [410] * 30 + [429]


def test_anothers_talk_is_not_mine_to_cancel_show_or_judge(phone, cast, here, clock, announced):
    here(cast.samira)
    clock.shift(UNTIL_TEN)
    page = f"/talks/{announced.id}"
    for person in (cast.samira, cast.wim):
        browser = phone(person)
        assert browser.get(f"{page}/code").status_code == 404 == browser.get(f"{page}/code/now").status_code
        assert browser.post(f"{page}/cancel").status_code == 404 == browser.post(f"{page}/useful", useful="useful").status_code
    assert phone(cast.olga).get(page).status_code == 404
    assert phone(cast.samira).get(f"/talks/{'0' * 32}").status_code == 404
    assert phone(cast.marieke).get(f"{page}/code").status_code == 200


def test_a_cancelled_talk_is_gone_from_the_list(phone, cast, here, announced):
    here(cast.samira)
    joost = phone(cast.joost)
    assert "The talk is cancelled." in words(joost.post(f"/talks/{announced.id}/cancel", True).text)
    again = joost.post(f"/talks/{announced.id}/cancel")
    assert again.status_code == 409 and "This talk was cancelled." in words(again.text)
    assert "offertes lezen" not in phone(cast.samira).says("/talks")


def test_what_was_typed_is_text_on_every_page(phone, cast, here, now, store, clock):
    here(cast.joost)
    joost, marieke = phone(cast.joost), phone(cast.marieke)
    at = joost.post("/talks/new", **(AT_TEN | {"topic": "<script>{{7*7}}"})).location
    for browser, path in ((joost, "/talks"), (joost, at), (joost, "/me"), (marieke, f"{HOST}/talks"), (marieke, HOST + at)):
        page = browser.get(path).text
        assert "&lt;script&gt;{{7*7}}" in page and "<script>{{" not in page, path


# Tasks on a phone ---------------------------------------------------------------------------------------------------


def test_a_place_is_taken_and_given_back_with_one_tap(phone, cast, here, task):
    here(cast.samira)
    samira = phone(cast.samira)
    assert "Keuken opruimen 10 dots Thursday 12 March, 10:00 · 2 places free" in samira.says("/talks")
    taken = words(samira.post(f"/tasks/{task.id}/take", True).text)
    assert "You have a place." in taken and "You take part Give my place back" in taken
    assert "1 place free" in taken
    assert "2 places free" in words(samira.post(f"/tasks/{task.id}/give-back", True).text)


def test_a_full_task_says_so_and_strangers_find_none(phone, cast, here, task):
    for person in (cast.samira, cast.joost, cast.thijs):
        here(person)
    for person in (cast.samira, cast.joost):
        assert phone(person).post(f"/tasks/{task.id}/take").status_code == 303
    answer = phone(cast.thijs).post(f"/tasks/{task.id}/take")
    assert answer.status_code == 409 and "All places are taken." in words(answer.text)
    assert phone(cast.thijs).post(f"/tasks/{task.id}/give-back").status_code == 404
    assert phone(cast.olga).post(f"/tasks/{task.id}/take").status_code == 404


# The host -----------------------------------------------------------------------------------------------------------


def test_a_host_announces_for_who_is_here_and_counts_who_has_no_phone(phone, cast, here, clock, store):
    here(cast.samira)
    here(cast.thijs)
    marieke = phone(cast.marieke)
    at = marieke.post(f"{HOST}/talks/new", **AT_TEN, speaker=cast.samira.id).location
    clock.shift(UNTIL_TEN)
    page = marieke.get(at).text
    visit = re.search(r'<option value="([0-9a-f]{32})">Thijs', page)[1]
    assert "Samira" not in page[page.index("f-visit") :]
    assert "1 listener" in words(marieke.post(f"{at}/listeners", True, visit=visit).text)
    again = marieke.post(f"{at}/listeners", visit=visit)
    assert again.status_code == 409 and "This listener is counted already." in words(again.text)
    assert marieke.post(f"{at}/listeners", visit="0" * 32).status_code == 404
    assert "counted somebody at a talk" in marieke.says(f"{HOST}/health")


def test_the_hosts_own_talk_is_for_another_host(phone, cast, here, clock, store):
    here(cast.thijs)
    marieke = phone(cast.marieke)
    at = marieke.post(f"{HOST}/talks/new", **AT_TEN, speaker=cast.marieke.id).location
    clock.shift(UNTIL_TEN + 15 * 60)
    marieke = phone(cast.marieke)  # a host's session ends after half an hour of rest
    with store.read() as reading:
        visit = reading.presence.open_visit(cast.thijs)
    for act, form in (("listeners", {"visit": visit.id}), ("settle", {})):
        answer = marieke.post(f"{at}/{act}", **form)
        assert answer.status_code == 409 and "another host or an admin" in words(answer.text), act


def test_a_task_is_posted_confirmed_and_split(phone, cast, here, clock, balance):
    here(cast.samira)
    here(cast.joost)
    marieke = phone(cast.marieke)
    form = {"title": "Keuken opruimen", "amount": "5", "places": "2", "day": "2026-03-12", "time": "10:00"}
    wrong = marieke.post(f"{HOST}/tasks/new", **(form | {"amount": "500"}))
    assert wrong.status_code == 422 and "This must be 100 or less." in words(wrong.text)
    at = marieke.post(f"{HOST}/tasks/new", **form).location
    task_id = at.rpartition("/")[2]
    for person in (cast.samira, cast.joost):
        phone(person).post(f"/tasks/{task_id}/take")
        clock.shift(1)
    assert "Samira Joost" in marieke.says(at) and "Confirm and split" not in marieke.says(at)
    clock.shift(UNTIL_TEN)
    nobody = marieke.post(at)
    assert nobody.status_code == 422 and "Tick who took part." in words(nobody.text)
    hours = {f"hours-{cast.samira.id}": "1,5", f"hours-{cast.joost.id}": "x"}
    both = {"who": [cast.samira.id, cast.joost.id]}
    wrong = marieke.post(at, **both, **hours)
    assert wrong.status_code == 422 and "Type hours in halves" in words(wrong.text) and 'value="1,5"' in wrong.text
    assert wrong.text.count(" checked") == 2
    done = words(marieke.post(at, True, **both, **(hours | {f"hours-{cast.joost.id}": "1"})).text)
    assert "Confirmed, and split among 2 people." in done and "Samira +3 dots Joost +2 dots" in done
    grant = cast.policy.newcomers_grant
    assert (balance(cast.samira), balance(cast.joost)) == (grant + 3, grant + 2)
    assert marieke.post(at, **both, **hours).status_code in (409, 422)
    assert "Done together: Keuken opruimen" in phone(cast.samira).says("/me/statement")


def test_a_task_of_another_venue_is_hidden(phone, cast, task, announced):
    wim = phone(cast.wim)
    for path in (f"/host/de-wissel/tasks/{task.id}", f"/host/de-wissel/talks/{announced.id}"):
        assert wim.get(path).status_code == 404 == wim.post(f"{path}/cancel").status_code
    assert wim.post(f"/host/de-wissel/talks/{announced.id}/settle").status_code == 404
    assert wim.post(f"/host/de-wissel/tasks/{task.id}", who=cast.samira.id).status_code == 404


def test_a_host_writes_down_what_somebody_without_a_phone_did(phone, cast, here, balance, clock):
    here(cast.thijs)
    marieke = phone(cast.marieke)
    form = marieke.get(f"{HOST}/contributions/new?person={cast.joost.id}").text
    assert f'value="{cast.joost.id}" selected' in form and cast.thijs.id in form and cast.marieke.id not in form
    key = re.search(r'name="key" value="([^"]+)"', form)[1]
    sent = {"person": cast.thijs.id, "what": "Planten verzorgd", "amount": "3", "reason": "Heeft geen telefoon", "key": key}
    for _again in range(2):
        page = marieke.post(f"{HOST}/contributions/new", True, **sent).text
        assert "Written down: it stands in the statement of" in page
    assert balance(cast.thijs) == cast.policy.newcomers_grant + 3
    assert "wrote down a contribution for somebody" in marieke.says(f"{HOST}/health")
    assert "The host wrote down what you did: Planten verzorgd Heeft geen telefoon" in phone(cast.thijs).says("/me/statement")
    assert "Write down a contribution" in marieke.says(f"{HOST}/people/{cast.thijs.id}")


@pytest.mark.parametrize(
    ("given", "status", "sentence"),
    [
        ({"amount": "11"}, 422, "This must be 10 or less."),
        ({"amount": "1e1"}, 422, "Type a whole number, such as 4."),
        ({"reason": ""}, 422, "Fill this in."),
        ({"what": "x" * 61}, 422, "This is too long: at most 60 characters."),
        ({"key": ""}, 422, "Not written down."),
        ({"person": "marieke"}, 409, "another host or an admin"),
        ({"person": "olga"}, 404, "This page does not exist."),
    ],
)
def test_what_cannot_be_written_down_says_why(phone, cast, here, balance, given, status, sentence):
    here(cast.thijs)
    sent = {"person": "thijs", "what": "Planten", "amount": "3", "reason": "Geen telefoon", "key": "k" * 20} | given
    answer = phone(cast.marieke).post(f"{HOST}/contributions/new", **(sent | {"person": getattr(cast, sent["person"]).id}))
    assert answer.status_code == status and sentence in words(answer.text)
    assert balance(cast.thijs) == cast.policy.newcomers_grant


def test_pages_of_talks_and_tasks_are_in_dutch_as_well(phone, cast, here, announced, task):
    here(cast.samira)
    samira, marieke = phone(cast.samira), phone(cast.marieke)
    mine = ("/talks", "/talk", "/talks/new", f"/talks/{announced.id}")
    hers = (f"{HOST}/talks", f"{HOST}/talks/new", f"{HOST}/tasks/{task.id}", f"{HOST}/contributions/new")
    for browser, path in [*((samira, path) for path in mine), *((marieke, path) for path in hers)]:
        for lang in ("nl", "en"):
            page = browser.get(f"{path}?lang={lang}")
            assert page.status_code == 200 and f'<html lang="{lang}"' in page.text, path
