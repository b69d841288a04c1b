"""The day of a host: who is here, who left, who calls, and the acts beside them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s2m.domain import devices, presence, venues
from s2m.domain.venues import Policy

HOST = "/host/het-seinhuis"
TODAY = f"{HOST}/today"


@pytest.fixture
def wim(phone, cast):
    """Host of De Wissel, not of Het Seinhuis."""
    return phone(cast.wim)


def visit_of(app, person):
    with app.extensions["s2m.database"].read() as store:
        return store.presence.of_person(person.id, most=1)[0]


def test_a_host_comes_to_the_venue_they_run(host, wim):
    assert host.get("/host").headers["Location"] == TODAY
    assert wim.get("/host").headers["Location"] == "/host/de-wissel/today"


def test_an_admin_can_change_to_every_venue_of_the_network(host, wim):
    assert "/host/de-wissel/today" in host.get(TODAY).text
    assert "/host/het-seinhuis/today" not in wim.get("/host/de-wissel/today").text


def test_another_hosts_venue_answers_like_an_unknown_one(wim):
    theirs, unknown = wim.get(TODAY), wim.get("/host/nowhere/today")
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.data == unknown.data


def test_an_empty_day_says_what_will_be_here(host):
    said = host.says(TODAY)
    assert "Nobody is here yet" in said and "expected: none yet" in said and "No tablet is paired" in said


def test_who_comes_in_stands_on_the_page_with_their_ask_and_their_seat(host, here, cast):
    here(cast.samira, "Wie leest mijn offerte mee?")
    said = host.says(TODAY)
    assert "Samira Wie leest mijn offerte mee?" in said and "held" in said
    assert "Vos" not in said


def test_what_somebody_hides_is_hidden_here_too(host, here, cast):
    here(cast.samira, "Wie leest mijn offerte mee?", visible=False)
    said = host.says(TODAY)
    assert "Samira not shown to others" in said and "offerte" not in said


def test_the_part_stays_the_same_until_something_changes(host, here, cast):
    first = host.get(f"{TODAY}/now", **{"X-Part": "1"})
    assert "csrf_token" not in first.text
    again = host.get(f"{TODAY}/now", **{"X-Part": "1", "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    here(cast.samira)
    changed = host.get(f"{TODAY}/now", **{"X-Part": "1", "If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and "Samira" in changed.text


def test_a_part_asked_for_after_the_session_ended_is_refused_and_not_led_to_the_sign_in_page(phone):
    assert phone().get(f"{TODAY}/now", **{"X-Part": "1"}).status_code == 401


def test_a_host_checks_somebody_out(host, here, cast, app):
    visit = here(cast.samira)
    answer = host.post(f"{HOST}/visits/{visit.id}/out", follow_redirects=True)
    assert "Checked out. The seat is settled." in answer.text
    assert "Samira" in host.says(TODAY).partition("Who left")[2]
    assert visit_of(app, cast.samira).ended_how == "host"


def test_checking_out_twice_says_that_the_visit_has_ended(host, here, cast):
    visit = here(cast.samira)
    host.post(f"{HOST}/visits/{visit.id}/out")
    again = host.post(f"{HOST}/visits/{visit.id}/out")
    assert again.status_code == 409 and "This visit has ended." in again.text


def test_a_check_in_can_be_taken_back_for_half_a_minute(host, here, cast, clock):
    visit = here(cast.samira)
    clock.shift(29)
    answer = host.post(f"{HOST}/visits/{visit.id}/undo", follow_redirects=True)
    assert "The check-in was taken back." in answer.text
    assert "Nobody is here yet" in host.says(TODAY)


def test_after_half_a_minute_a_check_in_stands(host, here, cast, clock):
    visit = here(cast.samira)
    host.get(TODAY)  # the cookie of this browser is from now, and not from the time that is turned back below
    clock.shift(31)
    late = host.post(f"{HOST}/visits/{visit.id}/undo")
    assert late.status_code == 409 and "no longer be undone" in late.text


def test_the_commons_pays_a_seat_once_it_was_asked_and_said_why(host, here, cast):
    visit = here(cast.samira)
    path = f"{HOST}/visits/{visit.id}/settle"
    assert "This cannot be undone." in host.get(path).text
    nothing = host.post(path, how="commons", reason="")
    assert nothing.status_code == 422 and "Fill this in." in nothing.text and "aria-invalid" in nothing.text
    assert "held" in host.says(TODAY)
    done = host.post(path, how="commons", reason="Vergat de portemonnee", follow_redirects=True)
    assert "is filled." in done.text and "from the commons" in host.says(TODAY)
    again = host.post(path, how="house", reason="Nog eens")
    assert again.status_code == 409 and "filled otherwise before." in again.text


def test_a_visit_of_another_venue_is_not_there(wim, here, cast):
    visit = here(cast.samira)
    for act in ("out", "undo", "settle"):
        assert wim.post(f"/host/de-wissel/visits/{visit.id}/{act}", reason="x").status_code == 404


def test_a_call_for_the_host_stands_there_until_it_is_answered(host, kiosk, cast, app, now, wim):
    with app.extensions["s2m.database"].write() as store:
        store.door.call_host(cast.seinhuis, kiosk.id, "badge_unknown", now)
        call = store.door.calls(cast.seinhuis.id, now)[0]
    assert "Ingang A badge is not known here." in host.says(TODAY)
    assert wim.post(f"/host/de-wissel/calls/{call.id}/answered").status_code == 404
    host.post(f"{HOST}/calls/{call.id}/answered")
    assert "A badge is not known here. answered" in host.says(TODAY)


def test_a_tablet_that_falls_silent_is_said_to_be_silent(host, kiosk, clock):
    assert "Ingang camera unknown online" in host.says(TODAY)
    clock.shift(devices.SILENT_AFTER + timedelta(seconds=1))
    assert "silent since 09:41" in host.says(TODAY)


def test_seats_are_those_of_open_and_quiet_rooms(host, here, cast):
    for name, kind, capacity in (("Vloer", "open", 4), ("Stil", "quiet", 2), ("Loket", "meeting", 10)):
        host.post(f"{HOST}/rooms/new", name=name, kind=kind, floor="0", capacity=capacity)
    here(cast.samira)
    said = host.says(TODAY)
    assert "of 6 seats" in said and "seats still open until 18:00 5" in said


def test_a_walk_in_takes_a_name_and_perhaps_a_mail_address(host, app, cast):
    answer = host.post(f"{HOST}/help-in", name="Nora Prins", email="nora@x.example", follow_redirects=True)
    assert "is checked in." in answer.text and "Nora" in host.says(TODAY)
    assert "walked in today; 0 left 1" in host.says(TODAY)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": "Nora\x00"}, "cannot be kept"),
        ({"name": "Nora", "email": "nora@"}, "misses a part"),
        ({"name": "Sam", "email": "samira@seinhuis.example"}, "Somebody already uses this mail address."),
    ],
)
def test_a_walk_in_that_cannot_be_says_so_beside_the_field(host, form, sentence):
    answer = host.post(f"{HOST}/help-in", **form)
    assert answer.status_code in (409, 422) and sentence in answer.text and "aria-invalid" in answer.text
    assert "Nobody is here yet" in host.says(TODAY)


def test_somebody_found_is_helped_in_and_a_repeat_says_they_were_here(host, cast):
    path = f"{HOST}/people/{cast.thijs.id}/check-in"
    assert "is checked in." in host.post(path, follow_redirects=True).text
    assert "was here already." in host.post(path, follow_redirects=True).text


def test_who_is_checked_in_elsewhere_is_asked_about_first(host, here, cast, clock):
    here(cast.thijs, venue=cast.wissel)
    clock.shift(60)
    path = f"{HOST}/people/{cast.thijs.id}/check-in"
    asked = host.post(path)
    assert (
        asked.status_code == 409
        and "Thijs is checked in elsewhere." in asked.text
        and "De Wissel" not in asked.text.partition("<main")[2]
    )
    assert "Nobody is here yet" in host.says(TODAY)
    assert "is checked in." in host.post(path, move="1", follow_redirects=True).text


def test_taking_back_a_check_in_that_moved_somebody_says_that_they_are_nowhere_now(host, here, cast, app, clock):
    here(cast.thijs, venue=cast.wissel)
    clock.shift(60)
    host.post(f"{HOST}/people/{cast.thijs.id}/check-in", move="1")
    answer = host.post(f"{HOST}/visits/{visit_of(app, cast.thijs).id}/undo", follow_redirects=True)
    assert "The check-in was taken back. Their visit elsewhere stays ended: its seat is settled." in answer.text


def test_where_the_balance_cannot_carry_the_seat_the_commons_may(host, cast, app, now):
    with app.extensions["s2m.database"].write() as store:
        store.venues.add_policy(cast.seinhuis, Policy(seat_price=100), now, effective_at=now, by=None)
    path = f"{HOST}/people/{cast.thijs.id}/check-in"
    refused = host.post(path)
    assert refused.status_code == 409 and "Let in, the commons pays" in refused.text
    assert "Nobody is here yet" in host.says(TODAY)
    host.post(path, pays="commons")
    assert "from the commons" in host.says(TODAY)


def test_a_walk_in_whose_grant_cannot_carry_the_seat_may_be_let_in(host, cast, app, now):
    with app.extensions["s2m.database"].write() as store:
        store.venues.add_policy(cast.seinhuis, Policy(seat_price=100), now, effective_at=now, by=None)
    refused = host.post(f"{HOST}/help-in", name="Nora")
    assert refused.status_code == 409 and "Let in, the commons pays" in refused.text
    host.post(f"{HOST}/help-in", name="Nora", pays="commons")
    assert "from the commons" in host.says(TODAY)


def test_everybody_stands_on_the_long_list(host, here, cast, app, now):
    here(cast.samira)
    here(cast.joost)
    with app.extensions["s2m.database"].write() as store:
        presence.leave(store, visit_of(app, cast.joost), now + timedelta(minutes=5))
    said = host.says(f"{HOST}/present")
    assert "Samira" in said.partition("Who left")[0] and "Joost" in said.partition("Who left")[2]


def test_who_was_helped_in_is_asked_what_they_need_and_nothing_is_ticked_for_them(host, cast, app):
    asked = host.post(f"{HOST}/people/{cast.thijs.id}/check-in", follow_redirects=True).text
    assert 'name="visible"' in asked and not [line for line in asked.splitlines() if "checkbox" in line and " checked" in line]
    path = f"{HOST}/visits/{visit_of(app, cast.thijs).id}/answer"
    assert host.post(path, kind="need", need="Wie kent een drukker?", visible="1").status_code == 303
    assert "Wie kent een drukker?" in host.says(TODAY)
    with app.extensions["s2m.database"].read() as store:
        assert not store.people.agreed([cast.thijs.id], "wall")


def test_an_answer_of_no_kind_or_with_an_unknown_room_is_refused(host, cast, app):
    host.post(f"{HOST}/people/{cast.thijs.id}/check-in")
    path = f"{HOST}/visits/{visit_of(app, cast.thijs).id}/answer"
    assert host.post(path, kind="x").status_code == 422
    assert host.post(path, kind="working", room="nowhere").status_code == 404
    assert host.get(f"{HOST}/visits/nobody/answer").status_code == 404


def test_a_mail_address_that_is_known_leads_to_who_has_it(host, cast):
    page = host.post(f"{HOST}/help-in", name="Sam", email=cast.samira.email).text
    assert "/people?q=samira" in page


def test_letting_the_commons_pay_returns_to_where_it_began(host, cast, app):
    host.post(f"{HOST}/people/{cast.thijs.id}/check-in")
    path = f"{HOST}/visits/{visit_of(app, cast.thijs).id}/settle"
    done = host.post(f"{path}?from=person", how="commons", reason="nieuw")
    assert done.headers["Location"].endswith(f"/people/{cast.thijs.id}")


def test_a_day_pass_is_offered_where_one_is_sold(host, here, cast, app, now):
    visit = here(cast.samira)
    path = f"{HOST}/visits/{visit.id}/settle"
    assert "Day pass" not in host.says(path)
    assert host.post(path, how="day_pass", reason="x").status_code == 409
    with app.extensions["s2m.database"].write() as store:
        venues.change_policy(store, cast.seinhuis, replace(cast.policy, day_pass_euro=15, seat_price=100), cast.marieke.id, now)
    assert "Day pass, € 15 paid at the desk" in host.says(path)
    assert host.post(path, how="day_pass", reason="Betaalt liever").status_code == 303
    refused = host.post(f"{HOST}/people/{cast.thijs.id}/check-in")
    assert refused.status_code == 409 and "Day pass, € 15" in refused.text
    host.post(f"{HOST}/people/{cast.thijs.id}/check-in", pays="day_pass")
    assert "2 day passes today, € 30." in host.says(f"{HOST}/present") and "day pass" in host.says(TODAY)


def test_the_three_choices_stand_on_one_page_with_what_each_does(host, here, cast, app, now):
    visit = here(cast.samira)
    with app.extensions["s2m.database"].write() as store:
        changed = replace(cast.policy, seat_price=17, day_pass_euro=15)
        store.venues.add_policy(cast.seinhuis, changed, now, effective_at=now, by=None)
    assert "Here, at their limit What you can do Samira" in host.says(TODAY)
    assert "Here now, at their limit Samira Decide" in host.says(f"{HOST}/limit")
    assert "This balance carries no further seat. What you can do" in host.says(f"{HOST}/people/{cast.samira.id}")
    page = host.get(f"{HOST}/limit?person={cast.samira.id}").text
    assert "The lowest here is −8 dots, a seat holds 17 dots." in page
    for choice in ("The commons pays", "Day pass, € 15", "Let the account stand still"):
        assert choice in page
    assert f"/people/{cast.samira.id}/freeze" in page
    path = f"{HOST}/visits/{visit.id}/settle?how=day_pass&amp;from=limit"
    assert path in page
    assert 'value="day_pass" checked' in host.get(path.replace("&amp;", "&")).text
    done = host.post(path.replace("&amp;", "&"), how="day_pass", reason="Betaalt liever")
    assert done.location == f"{HOST}/limit?person={cast.samira.id}"
    after = host.says(done.location)
    assert "Their balance carries a seat: nothing has to be decided." in after  # the 4 that were held are free again
    assert "Their seat of today is filled." in after


def test_a_seat_that_was_settled_today_can_still_be_filled_otherwise(host, here, cast, app, now):
    visit = here(cast.samira)
    with app.extensions["s2m.database"].write() as store:
        presence.leave(store, visit, now + timedelta(minutes=5))
    assert f"/visits/{visit.id}/settle?how=commons" in host.get(f"{HOST}/limit?person={cast.samira.id}").text


def test_who_is_refused_at_the_door_gets_the_same_choices(host, cast, app, now):
    with app.extensions["s2m.database"].write() as store:
        store.venues.add_policy(cast.seinhuis, Policy(seat_price=100), now, effective_at=now, by=None)
    refused = host.post(f"{HOST}/people/{cast.joost.id}/check-in")
    assert refused.status_code == 409 and "Let in, the commons pays" in refused.text and "This house sells none." in refused.text
    assert "Let the account stand still" in refused.text


def test_a_call_from_the_limit_leads_to_what_can_be_done(host, kiosk, cast, app, now):
    with app.extensions["s2m.database"].write() as store:
        store.door.call_host(cast.seinhuis, kiosk.id, "badge_unknown", now)
        assert f"{HOST}/limit" not in host.get(TODAY).text
    with app.extensions["s2m.database"].write() as store:
        store.door.call_host(cast.seinhuis, kiosk.id, "floor", now)
    assert f'{HOST}/limit">What you can do' in host.get(TODAY).text


def test_a_balance_that_this_host_may_not_see_is_not_told(wim, cast):
    page = wim.says(f"/host/de-wissel/limit?person={cast.samira.id}")
    assert "Free in their balance" not in page and "once they came to this venue" in page
    assert wim.get("/host/de-wissel/limit?person=" + "0" * 32).status_code == 404
    assert wim.get(f"/host/de-wissel/limit?person={cast.olga.id}").status_code == 404
