"""What a host sees of contributions, and puts right: asked first, with a reason, in words that both can read."""

import pytest

from s2m.domain import contributions, people, presence

HOST = "/host/het-seinhuis"


@pytest.fixture
def together(here, cast, clock):
    for person in (cast.samira, cast.joost, cast.thijs):
        here(person)
    clock.shift(60)


@pytest.fixture
def thank(app, cast, together, now):
    """Samira thanks Joost; with accepted=True Joost has said yes."""

    def thank(*, accepted=False, **more):
        with app.extensions["s2m.database"].write() as store:
            later = now.replace(minute=50)
            policy, text = cast.policy, "Mijn offerte klopt nu."
            given = contributions.thank(
                store, cast.samira, cast.joost, cast.seinhuis, policy, "offertes", text, later, key=store.new_id(later), **more
            )
            return contributions.accept(store, cast.joost, given.id, later) if accepted else given

    return thank


@pytest.fixture
def account(app):
    def account(person):
        with app.extensions["s2m.database"].read() as store:
            return store.ledger.person_account(person.id)

    return account


def test_thanks_stand_there_with_their_state_and_without_their_words(host, cast, thank):
    assert "No thanks yet" in host.says(f"{HOST}/contributions")
    thank(), thank(accepted=True), thank(kind="plain")
    page = host.says(f"{HOST}/contributions")
    assert page.count("Samira thanked Joost Thu 12 Mar · offertes") == 3
    assert "2 dots waits until Fri 13 Mar, 09:50 Object Samira, Joost" in page
    assert "2 dots counts Reverse Samira, Joost" in page and "words alone" in page
    assert "Mijn offerte klopt nu." not in page and "Vos" not in page


def test_a_host_objects_after_giving_a_reason(host, phone, cast, thank, account):
    given = thank(kind="gift", amount=3)
    path = f"{HOST}/contributions/{given.id}/object"
    asked = host.says(path).replace("\u2068", "").replace("\u2069", "")
    assert "Samira thanked Joost for offertes: 3 dots It will not count." in asked
    silent = host.post(path, reason="")
    assert silent.status_code == 422 and 'id="f-reason-e"' in silent.text and account(cast.samira).held == 7
    page = host.post(path, follow_redirects=True, reason="Stond dubbel <b>").text
    assert "It will not count." in page and "objected to" in page and "Stond dubbel &lt;b&gt;" in page
    assert (account(cast.samira).held, account(cast.joost).balance) == (4, 12)
    again = host.post(path, reason="Nog eens")
    assert again.status_code == 409 and "decided before" in again.text
    assert "taken back by the host" in phone(cast.samira).says("/thanks")
    assert "The host: Stond dubbel <b>" in phone(cast.samira).says("/thanks")


def test_a_host_reverses_what_counts_once(host, cast, thank, account):
    given = thank(accepted=True)
    path = f"{HOST}/contributions/{given.id}/reverse"
    assert host.get(path).status_code == 200 and account(cast.joost).balance == 14
    assert "Reversed. Both lines stay." in host.post(path, follow_redirects=True, reason="Dubbel").text
    assert account(cast.joost).balance == 12
    assert host.post(path, reason="Dubbel").status_code == 409 and account(cast.joost).balance == 12


def test_any_line_of_somebody_is_reversed_from_their_page(host, cast, thank, account, app):
    thank(accepted=True)
    page = host.get(f"{HOST}/people/{cast.joost.id}").text
    links = [part.split('"')[0] for part in page.split('href="')[1:] if "/lines/" in part.split('"')[0]]
    assert len(links) == 2  # thanks and grant; the seat is only held
    assert "A line of" in host.says(links[0])
    assert "Reversed. Both lines stay." in host.post(links[0], follow_redirects=True, reason="Dubbel").text
    assert account(cast.joost).balance == 12
    again = host.post(links[0], reason="Dubbel")
    assert again.status_code == 409 and "reversed before" in again.text
    assert "reversed" in host.says(f"{HOST}/contributions")


def test_what_another_host_or_person_asks_for_is_not_found(phone, cast, thank, app):
    given = thank()
    wim, host = phone(cast.wim), phone(cast.marieke)
    with app.extensions["s2m.database"].read() as store:
        grant = store.ledger.statement(store.ledger.person_account(cast.olga.id))[0].transfer.id
    for path in (f"contributions/{given.id}/object", f"contributions/{given.id}/reverse", "contributions", "reciprocity"):
        assert wim.get(f"{HOST}/{path}").status_code == 404
    for path in (
        f"contributions/{'0' * 32}/object", f"people/{cast.samira.id}/lines/{grant}/reverse",
        f"people/{cast.olga.id}/lines/{grant}/reverse", f"people/{cast.olga.id}/freeze",
    ):  # fmt: skip
        assert host.get(f"{HOST}/{path}").status_code == 404
        assert host.post(f"{HOST}/{path}", reason="x").status_code == 404
    assert wim.get(f"/host/de-wissel/contributions/{given.id}/object").status_code == 404
    assert wim.get(f"/host/de-wissel/people/{cast.samira.id}/lines/{given.transfer_id}/reverse").status_code == 409


def test_a_host_leaves_their_own_account_to_others(phone, cast, together, app, now, account):
    with app.extensions["s2m.database"].write() as store:
        people.give_role(store, cast.thijs, "host", cast.seinhuis.id, now, by=cast.marieke.id)
        grant = store.ledger.statement(store.ledger.person_account(cast.thijs.id))[-1].transfer.id
    thijs = phone(cast.thijs)
    for path in (f"lines/{grant}/reverse", "freeze"):
        answer = thijs.post(f"{HOST}/people/{cast.thijs.id}/{path}", reason="Voor mij")
        assert answer.status_code == 409 and "touches your own account" in answer.text
    page = thijs.get(f"{HOST}/people/{cast.thijs.id}").text
    assert "/reverse" not in page and "/freeze" not in page and account(cast.thijs).balance == 12


def test_an_account_stands_still_until_it_is_released(host, phone, cast, app, account, door_code, clock, now):
    samira, person = phone(cast.samira), f"{HOST}/people/{cast.samira.id}"
    assert host.post(f"{person}/freeze", reason="").status_code == 422 and account(cast.samira).frozen_at is None
    with app.extensions["s2m.database"].write() as store:
        presence.undo(store, presence.check_in(store, cast.samira, cast.seinhuis, cast.policy, "badge", now).visit, now)
    page = host.post(f"{person}/freeze", follow_redirects=True, reason="Even praten").text
    assert "The account stands still." in page and "Even praten" in page and f"{person}/release" in page
    samira.get(f"/in/{door_code(now)}")
    refused = samira.post("/in", kind="working")
    assert refused.status_code == 409 and "stands still for now. Talk with the host" in refused.text
    asked = host.post(f"{person}/check-in")
    assert asked.status_code == 409 and "Let in, the commons pays" in asked.text
    assert host.post(f"{person}/freeze", reason="Nog eens").status_code == 409
    assert "The account moves again." in host.post(f"{person}/release", follow_redirects=True, reason="Opgelost").text
    assert samira.post("/in", kind="working").status_code == 303 and account(cast.samira).held == 4


def test_giving_is_shown_without_names_and_circles_with_first_names(host, cast, thank, app, now):
    assert host.says(f"{HOST}/reciprocity").count("too few to say") == 5
    thank()
    with app.extensions["s2m.database"].write() as store:
        later = now.replace(minute=51)
        contributions.thank(
            store,
            cast.joost,
            cast.samira,
            cast.seinhuis,
            cast.policy,
            "taal",
            "gelezen",
            later,
            key="back",
            kind="gift",
            amount=1,
        )
    page = host.says(f"{HOST}/reciprocity")
    assert "Samira, Joost 1 time round" in page or "Joost, Samira 1 time round" in page
    assert "Vos" not in page and page.count("too few to say") == 5 and "Three in a ring" in page


def test_every_act_stands_in_the_trail_in_words(host, cast, thank, app):
    waiting, counted = thank(), thank(accepted=True)
    host.post(f"{HOST}/contributions/{waiting.id}/object", reason="a")
    host.post(f"{HOST}/contributions/{counted.id}/reverse", reason="b")
    person = f"{HOST}/people/{cast.samira.id}"
    with app.extensions["s2m.database"].read() as store:
        grant = store.ledger.statement(store.ledger.person_account(cast.samira.id))[-1].transfer.id
    host.post(f"{person}/lines/{grant}/reverse", reason="c")
    host.post(f"{person}/freeze", reason="d")
    host.post(f"{person}/release", reason="e")
    page = host.says(f"{HOST}/health")
    for words in (
        "objected to thanks", "took thanks back", "put a line of the ledger right", "froze an account", "released an account",
    ):  # fmt: skip
        assert f"Marieke {words}" in page
