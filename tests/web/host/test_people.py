"""People as a host sees and helps them."""

import pytest

PEOPLE = "/host/het-seinhuis/people"


@pytest.fixture
def wim(phone, cast):
    return phone(cast.wim)


def test_somebody_is_found_by_a_part_of_their_name_or_mail(host):
    assert "Samira Vos" in host.says(f"{PEOPLE}?q=vos") and "Joost" not in host.says(f"{PEOPLE}?q=vos")
    assert "Joost Bakker" in host.says(f"{PEOPLE}?q=JOOST@")
    assert "Nobody found" in host.says(f"{PEOPLE}?q=olga")


@pytest.mark.parametrize("q", ["%25", "%27%20OR%201=1%20--", "_", "%7B%7B7*7%7D%7D", "(a%2B)%2B%24"])
def test_no_pattern_finds_anybody(host, q):
    assert "Nobody found" in host.says(f"{PEOPLE}?q={q}")


def test_an_unreadable_search_says_so(host):
    for q in ("%00", "x" * 3000):
        answer = host.get(f"{PEOPLE}?q={q}")
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_looking_too_often_has_to_wait(host):
    for _ in range(60):
        assert host.get(f"{PEOPLE}?q=vos").status_code == 200
    assert host.get(f"{PEOPLE}?q=vos").status_code == 429


def test_each_search_stands_in_the_trail(host):
    host.get(f"{PEOPLE}?q=vos")
    assert "Marieke searched people" in host.says("/host/het-seinhuis/health")


def test_somebody_is_added_with_the_grant(host):
    page = host.post(f"{PEOPLE}/new", name="Nora Prins", email="nora@x.example", follow_redirects=True)
    assert "Nora Prins" in page.text and "Newcomers’ grant" in page.text
    known = host.post(f"{PEOPLE}/new", name="Nora", email="nora@x.example")
    assert known.status_code == 409 and "Somebody already uses this mail address." in known.text


def test_a_person_of_another_network_answers_like_an_unknown_one(host, cast):
    theirs, unknown = host.get(f"{PEOPLE}/{cast.olga.id}"), host.get(f"{PEOPLE}/{'0' * 32}")
    assert theirs.status_code == 404 and theirs.data == unknown.data
    for act in ("", "/topics", "/badge/replace", "/check-in"):
        assert host.post(f"{PEOPLE}/{cast.olga.id}{act}", topic="x", name="x").status_code == 404


def test_a_host_sees_the_balance_of_who_came_and_not_of_others(wim, here, cast):
    path = f"/host/de-wissel/people/{cast.samira.id}"
    assert "You see the balance of people who were at this venue." in wim.says(path)
    assert "Newcomers’ grant" not in wim.says(path)
    here(cast.samira, venue=cast.wissel)
    assert "Newcomers’ grant" in wim.says(path) and "of which held: 4" in wim.says(path)


def test_the_record_of_somebody_who_never_came_is_not_this_hosts_to_change(wim, here, cast, app):
    path = f"/host/de-wissel/people/{cast.thijs.id}"
    page = wim.get(path).text
    assert "once they came to this venue by themselves" in page
    assert 'name="name"' not in page and 'name="topic"' not in page and "/badge" not in page
    for act in ("", "/topics", "/badge/replace"):
        answer = wim.post(path + act, name="Thijs", email="thief@x.example", topic="x")
        assert answer.status_code == 409 and "once they came to this venue by themselves" in answer.text, act
    for look in ("/badge", "/badge/replace"):
        assert wim.get(path + look).status_code == 409
    with app.extensions["s2m.database"].read() as store:
        assert store.people.get(cast.thijs.id) == cast.thijs and store.people.topics(cast.thijs.id) == []
    here(cast.thijs, venue=cast.wissel)
    assert 'name="email"' in wim.get(path).text
    assert wim.post(path, name="Thijs Smit", email="thijs@x.example").status_code == 303
    assert 'name="email"' not in wim.get(path).text


def test_who_has_a_role_is_not_another_hosts_to_change(wim, here, cast):
    here(cast.marieke, venue=cast.wissel)
    path = f"/host/de-wissel/people/{cast.marieke.id}"
    assert "changes their own record, or an admin does" in wim.says(path)
    assert wim.post(path, name="Marieke Anders", email=cast.marieke.email).status_code == 409
    assert wim.get(f"{path}/badge").status_code == 409


def test_topics_are_added_and_removed(host, cast, app):
    path = f"{PEOPLE}/{cast.thijs.id}"
    host.post(f"{path}/topics", topic="fietsen maken")
    assert "fietsen maken" in host.says(path)
    with app.extensions["s2m.database"].read() as store:
        topic = store.people.topics(cast.thijs.id)[0]
    assert host.post(f"{PEOPLE}/{cast.samira.id}/topics/{topic.id}/drop").status_code == 404
    host.post(f"{path}/topics/{topic.id}/drop")
    assert "fietsen maken" not in host.says(path)


@pytest.mark.parametrize("topic", ["", "x" * 61, "a\x00b"])
def test_an_impossible_topic_says_so_beside_the_field(host, cast, topic):
    answer = host.post(f"{PEOPLE}/{cast.thijs.id}/topics", topic=topic)
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert "Nothing yet." in host.says(f"{PEOPLE}/{cast.thijs.id}")


def test_what_people_typed_is_text_and_stands_apart(host, cast):
    host.post(f"{PEOPLE}/{cast.thijs.id}/topics", topic="<script>alert(1)</script>{{7*7}}")
    page = host.get(f"{PEOPLE}/{cast.thijs.id}").text
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}</bdi>" in page and "<script>alert" not in page


def test_the_mail_of_a_guest_is_mended_and_that_of_a_member_is_not(host, cast, app, now):
    path = f"{PEOPLE}/{cast.thijs.id}"
    assert "Saved." in host.post(path, name="Thijs Smit", email="thijs@x.example", follow_redirects=True).text
    wrong = host.post(path, name="Thijs Smit", email="thijs@")
    assert wrong.status_code == 422 and "misses a part" in wrong.text
    with app.extensions["s2m.database"].write() as store:
        store.people.mark_signed_in(cast.samira, now)
    path = f"{PEOPLE}/{cast.samira.id}"
    assert 'name="email"' not in host.get(path).text
    theirs = host.post(path, name="Samira Vos", email="thief@x.example")
    assert theirs.status_code == 409 and "only Samira can change it" in theirs.text
    assert "samira@seinhuis.example" in host.says(path)
    assert host.post(path, name="Samira Vos-Bas").status_code == 303


def test_a_badge_is_shown_and_replaced_after_asking(host, cast, app):
    path = f"{PEOPLE}/{cast.samira.id}/badge"
    first = host.get(path).text
    assert "<svg" in first and "sticker" in first
    assert "no longer valid, at once" in host.says(f"{path}/replace")
    assert host.get(path).text == first
    assert "This is the new badge." in host.post(f"{path}/replace", follow_redirects=True).text
    assert host.get(path).text != first


def test_no_page_of_a_host_makes_a_sign_in_link(app):
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/host") and "login" in rule.rule]
