"""Asking the room on phones and at the tablet: what each of the two reads, and what nobody reads."""

from datetime import timedelta

import pytest

from s2m import jobs
from s2m.domain import asks, presence, venues
from s2m.domain.presence import Need

NEED = "offertes en prijzen"


@pytest.fixture
def both(phone, cast, here, now):
    """The phones of Samira, who needs something, and of Joost, who knows it; both have been here for an hour."""
    samira, joost = phone(cast.samira), phone(cast.joost)
    here(cast.joost, at=now - timedelta(hours=1))
    here(cast.samira, NEED, at=now - timedelta(hours=1))
    return samira, joost


@pytest.fixture
def step(app, database):
    """The job, once, at the moment that it is."""

    def step(now):
        assert jobs.run(next(j for j in jobs.JOBS if j.name == "step_asks"), database, app.extensions["s2m.config"], now)

    return step


@pytest.fixture
def mine(database, cast):
    """Samira's ask as it stands, with whoever is asked."""

    def mine(person=None):
        with database.read() as store:
            person = person or cast.samira
            ask = store.asks.open_of(person.id) or next((a for a, _ in store.asks.found_of(person.id, person.created_at)), None)
            return ask, store.asks.waiting(ask.id) if ask else None

    return mine


def ask(phone, **form):
    ways = {"wall": "1"} if form.pop("way", "quiet") == "wall" else {"quiet": "1"}
    return phone.post("/me/ask", **ways | {"span": "60", "room": ""} | form)


def card(phone):
    return phone.says("/me")


def test_from_my_need_to_a_quiet_question_to_where_we_find_each_other(both, database, cast, now, mine):
    samira, joost = both
    with database.write() as store:
        atelier = venues.add_room(
            store, cast.seinhuis, {"name": "Atelier", "kind": "open", "floor": 0, "capacity": 4}, cast.marieke.id, now
        )
    assert "Ask the room" in card(samira) and NEED in samira.says("/me/ask")
    assert ask(samira, room=atelier.id).status_code == 303
    assert "We are asking somebody who knows it." in card(samira) and "Ask the room" not in card(samira)
    asked = card(joost)
    assert f"Somebody here needs “{NEED}”. You know “{NEED}”." in asked and "Until 09:44" in asked
    assert "Samira" not in asked.partition("Here for you today")[0]
    joost.post(f"/me/asked/{mine()[1].id}", answer="yes")
    assert "You help Samira Samira, Atelier" in card(joost)
    found = card(samira)
    assert "Joost helps you Joost, Het Seinhuis" in found and "We met: thank Joost" in found


def test_one_tap_says_done_and_thanks_and_a_second_changes_nothing(both, database, cast, mine):
    samira, joost = both
    ask(samira)
    joost.post(f"/me/asked/{mine()[1].id}", answer="yes")
    ask_id = mine()[0].id
    for _ in range(2):
        page = samira.post(f"/me/asks/{ask_id}/done", follow_redirects=True, thanks="1")
        assert "on its way into the balance of Joost" in page.text
    assert "Undo within 30 seconds" in page.text and "You answered my ask." in joost.says("/thanks")
    with database.read() as store:
        given = store.contributions.given(cast.samira.id)
        assert [(t.topic, t.amount, t.kind) for t in given] == [(NEED, cast.policy.thanks_amount, "earned")]
        assert store.ledger.person_account(cast.joost.id).balance == cast.policy.newcomers_grant, "it waits for his yes"
        assert all(t.solved_at for t in store.presence.topics(store.presence.open_visit(cast.samira).id))
    joost.post(f"/thanks/{given[0].id}/accept")
    with database.read() as store:
        account = store.ledger.person_account(cast.joost.id)
        assert account.balance == cast.policy.newcomers_grant + cast.policy.thanks_amount


def test_done_without_thanks_moves_nothing(both, database, cast, mine):
    samira, joost = both
    ask(samira)
    joost.post(f"/me/asked/{mine()[1].id}", answer="yes")
    samira.post(f"/me/asks/{mine()[0].id}/done")
    with database.read() as store:
        assert store.contributions.given(cast.samira.id) == [] and store.asks.open_of(cast.samira.id) is None
    assert "helps you" not in card(samira) and "You help" not in card(joost)


def test_where_the_thanks_are_refused_the_ask_is_done_all_the_same(both, database, cast, mine, now):
    samira, joost = both
    with database.write() as store:
        policy = venues.Policy(**{**vars(cast.policy), "thanks_given_per_day": 0})
        venues.change_policy(store, cast.seinhuis, policy, cast.marieke.id, now)
    ask(samira)
    joost.post(f"/me/asked/{mine()[1].id}", answer="yes")
    ask_id = mine()[0].id
    page = samira.post(f"/me/asks/{ask_id}/done", follow_redirects=True, thanks="1")
    assert page.status_code == 200 and "Thank <bdi>Joost" in page.text and "flash--error" in page.text
    with database.read() as store:
        assert store.asks.get(ask_id).state == "done" and store.contributions.given(cast.samira.id) == []


def test_nobody_reads_who_said_no_not_the_owner_not_the_host(both, phone, cast, clock, mine, step, now):
    samira, joost = both
    ask(samira)
    host, paths = phone(cast.marieke), ("today", "present", f"people/{cast.joost.id}", f"people/{cast.samira.id}", "health")
    before = [host.says(f"/host/het-seinhuis/{path}") for path in paths]
    page = joost.post(f"/me/asked/{mine()[1].id}", follow_redirects=True, answer="no")
    assert "Fine. Nobody is told." in page.text and "Somebody here asks you" not in page.text
    assert [host.says(f"/host/het-seinhuis/{path}") for path in paths] == before
    assert "We are asking somebody who knows it." in card(samira), "as long as the time of the last one lasts"
    clock.shift(180)
    step(now + timedelta(minutes=3))
    assert "Nobody else here knows it just now." in card(samira) and "Joost" not in samira.says("/me/ask")
    assert "Joost" not in card(samira).partition("Here for you today")[0]


def test_where_they_are_is_told_only_while_both_are_there_and_let_it_be_seen(both, mine):
    samira, joost = both
    ask(samira)
    joost.post(f"/me/asked/{mine()[1].id}", answer="yes")
    assert "Joost, Het Seinhuis" in card(samira) and "Samira, Het Seinhuis" in card(joost)
    joost.post("/me/hide", hidden="1")
    assert "Joost is not to be seen here just now." in card(samira) and "Joost, Het Seinhuis" not in card(samira)
    joost.post("/me/hide", hidden="0")
    assert "Joost, Het Seinhuis" in card(samira)
    joost.post("/me/leave")
    assert "Joost is not to be seen here just now." in card(samira) and "Samira, Het Seinhuis" not in card(joost)


def test_after_three_minutes_the_job_goes_on_and_a_late_yes_is_refused_in_words(both, clock, now, step, mine):
    samira, joost = both
    ask(samira)
    asking = mine()[1]
    clock.shift(180)
    assert "Somebody here asks you" not in card(joost)
    late = joost.post(f"/me/asked/{asking.id}", answer="yes")
    assert late.status_code == 409 and "This question is no longer open." in late.text
    assert mine()[0].nobody_at == now + timedelta(minutes=3), "it went on with the late answer, before any job"
    step(now + timedelta(minutes=3))
    assert mine()[1] is None


def test_nobody_left_offers_the_wall_and_the_wall_brings_help(phone, cast, here, mine):
    samira, joost = phone(cast.samira), phone(cast.joost)
    here(cast.joost)
    here(cast.samira, "een fietsenmaker")
    ask(samira)
    assert "Put it on the wall, too" in card(samira)
    assert "Nobody asks anything just now" in joost.says("/here/asks")
    samira.post(f"/me/asks/{mine()[0].id}/wall")
    assert "It stands on the wall, too." in card(samira)
    assert "1 ask stands on the wall" in card(joost) and "een fietsenmaker" in joost.says("/here/asks")
    joost.post(f"/here/asks/{mine()[0].id}")
    assert "You offered We wait for their answer." in joost.says("/here/asks")
    offered = card(samira)
    assert "Somebody here offers to help." in offered and "Joost" not in offered.partition("Here for you")[0]
    samira.post(f"/me/asked/{mine()[1].id}", answer="yes")
    assert "Joost helps you" in card(samira) and "You help Samira" in card(joost)
    assert "Nobody asks anything just now" in joost.says("/here/asks")


def test_both_ways_go_together_and_the_form_keeps_what_stands(both, cast, mine):
    samira, joost = both
    ask(samira, wall="1")
    assert mine()[0].wall and mine()[0].quiet and mine()[1].person_id == cast.joost.id
    page = samira.get("/me/ask").text
    assert 'name="quiet" value="1" checked' in page and 'name="wall" value="1" checked' in page
    ask(samira, way="wall")
    assert mine()[1] is None and not mine()[0].quiet, "whoever was being asked is left alone"
    assert NEED in joost.says("/here/asks")


def test_who_asks_without_a_phone_is_for_the_host_to_say(phone, cast, here, database, now, mine):
    joost = phone(cast.joost)
    here(cast.joost)
    visit = here(cast.thijs)
    with database.write() as store:
        presence.answer_need(store, visit, Need("need", "een lezer"), now, visible=True, on_wall=True)
    answer = joost.post(f"/here/asks/{mine(cast.thijs)[0].id}")
    assert answer.status_code == 409 and "Tell the host that you can help" in answer.text
    assert mine(cast.thijs)[1] is None and "I can help" in joost.says("/here/asks")


def test_an_ask_on_the_wall_says_nothing_of_who_asks(both, mine):
    samira, joost = both
    ask(samira, way="wall")
    page = joost.says("/here/asks")
    assert NEED in page and "Samira" not in page
    assert mine()[1] is None, "on the wall nobody is asked"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"quiet": ""}, "Choose one of the options."), ({"span": "31"}, "Choose one of the options."),
        ({"way": "wall", "need": "bel Samira Vos"}, "tell who you are"), ({"way": "wall", "hidden": True}, "You are hidden"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_beside_the_field_and_nothing_is_put_out(phone, cast, here, mine, form, said):
    samira = phone(cast.samira)
    here(cast.samira, form.get("need", NEED), visible="hidden" not in form)
    page = ask(samira, **dict(form))
    assert page.status_code in (409, 422) and said in page.text and "field__error" in page.text
    assert mine()[0] is None


def test_a_full_room_and_anothers_room_are_refused(both, database, cast, now, mine):
    samira, _joost = both
    with database.write() as store:
        given = {"name": "Kast", "kind": "quiet", "floor": 0, "capacity": 1}
        full = venues.add_room(store, cast.seinhuis, given, cast.marieke.id, now)
        presence.sit_in(store, store.presence.open_visit(cast.joost), cast.seinhuis, full.id)
        elsewhere = venues.add_room(store, cast.wissel, given, cast.marieke.id, now)
    page = ask(samira, room=full.id)
    assert page.status_code == 409 and "Kast" in page.text and mine()[0] is None
    assert ask(samira, room=elsewhere.id).status_code == 404 and mine()[0] is None


def test_who_is_not_here_or_needs_nothing_asks_nothing(phone, cast, here):
    samira = phone(cast.samira)
    assert samira.get("/me/ask").status_code == 409 and ask(samira).status_code == 409
    here(cast.samira)
    assert samira.get("/me/ask").headers["Location"] == "/me/need"
    assert ask(samira).status_code == 404
    assert samira.post("/me/ask/again").headers["Location"] == "/me/ask"


def test_an_ask_that_ran_out_is_told_and_can_be_asked_again(both, clock, now, step, mine):
    samira, _joost = both
    ask(samira, span="30")
    ask_id = mine()[0].id
    clock.shift(30 * 60)
    step(now + timedelta(minutes=30))
    told = card(samira)
    assert "No answer came before" in told and "10:11" in told and "Ask again" in told
    samira.post(f"/me/asks/{ask_id}/seen")
    assert "No answer came" not in card(samira)
    ask(samira)
    assert "We are asking somebody" in card(samira), "a new ask may ask him again"


def test_what_nobody_took_up_is_offered_back_the_next_day_on_the_phone(both, app, cast, clock, now, here):
    samira, _joost = both
    ask(samira, span="today")
    clock.shift(24 * 3600)
    later = now + timedelta(days=1)
    with app.extensions["s2m.database"].write() as store:
        presence.close_due(store, later)
    here(cast.samira, at=later)
    page = card(samira)
    assert "No answer came" in page and page.count("Ask again") == 1
    assert samira.post("/me/ask/again").headers["Location"] == "/me/ask"
    assert NEED in samira.says("/me/ask")
    ask(samira)
    assert "No answer came" not in card(samira)


def test_a_need_that_was_never_asked_is_offered_back_too(phone, app, cast, now, here):
    samira = phone(cast.samira)
    visit = here(cast.samira, NEED)
    with app.extensions["s2m.database"].write() as store:
        presence.leave(store, visit, now)
    here(cast.samira, at=now + timedelta(hours=1))
    assert "you asked:" in card(samira) and NEED in card(samira)


def test_who_wants_quiet_is_told_how_to_come_back(both, mine):
    samira, joost = both
    ask(samira)
    joost.post("/me/asked")
    page = card(joost)
    assert "Today we ask you nothing more" in page and "You may ask me again" in page and mine()[1] is None
    joost.post("/me/asked", again="1")
    assert "Today we ask you nothing more" not in card(joost)


def test_what_is_said_at_the_door_links_to_the_wall(both, door_code, now):
    samira, joost = both
    ask(samira, way="wall")
    joost.get(f"/in/{door_code(now)}")
    assert "Help with what stands on the wall" in joost.get("/in").text
    samira.get(f"/in/{door_code(now)}")
    assert "Help with what stands on the wall" not in samira.get("/in").text, "her own"


def test_the_job_is_cheap_and_runs_twice(both, database, now, step, mine):
    samira, _joost = both
    ask(samira)
    before = mine()
    step(now)
    step(now)
    assert mine() == before
    for _ in range(2):
        step(now + timedelta(hours=2))
    with database.read() as store:
        assert store.asks.get(before[0].id).state == "expired"


def test_asks_of_two_networks_do_not_meet(phone, cast, here, database):
    olga = phone(cast.olga)
    here(cast.olga, NEED, venue=cast.elders)
    here(cast.joost)
    ask(olga)
    with database.read() as store:
        theirs = store.asks.open_of(cast.olga.id)
        assert store.asks.waiting(theirs.id) is None
    joost = phone(cast.joost)
    assert joost.post(f"/here/asks/{theirs.id}").status_code == 404


def test_the_wall_keeps_the_need_until_the_ask_ends(database, cast, now, here):
    visit = here(cast.samira)
    with database.write() as store:
        presence.answer_need(store, visit, Need("need", NEED), now, visible=True, on_wall=True)
        topic = store.presence.topics(visit.id)[0]
        asks.put_out(store, visit, topic, now, quiet=False, wall=True, ends_at=now + timedelta(minutes=30))
    with database.write() as store:
        assert store.presence.topics(visit.id)[0].on_wall
        asks.step_due(store, cast.noord.id, now + timedelta(minutes=30))
        assert not store.presence.topics(visit.id)[0].on_wall
