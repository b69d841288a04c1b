"""Thanks: from the one who was helped, to somebody they were here with, and back within half a minute."""

import pytest
from PIL import Image

from s2m.domain import codes, mending, people
from tests.cast import token_of
from tests.frames import jpeg, picture_of


@pytest.fixture
def together(here, cast, clock):
    """Samira and Joost are here; Thijs, too, out of sight."""
    here(cast.samira)
    here(cast.joost)
    here(cast.thijs, visible=False)
    clock.shift(60)


@pytest.fixture
def balance(app):
    def balance(person):
        with app.extensions["s2m.database"].read() as store:
            return store.ledger.person_account(person.id).balance

    return balance


@pytest.fixture
def accept(app, phone):
    """Somebody accepts, on their own phone, all that waits for them; how many that were."""

    def accept(person):
        with app.extensions["s2m.database"].read() as store:
            waiting = store.contributions.waiting(person.id)
        answers = [phone(person).post(f"/thanks/{thanks.id}/accept").status_code for thanks in waiting]
        assert set(answers) <= {303}
        return len(answers)

    return accept


def thanks(cast, to=None, key="k" * 20, **more):
    return {"to": (to or cast.joost).id, "topic": "offertes en prijzen", "text": "Mijn offerte klopt nu.", "key": key} | more


def test_thanks_land_in_the_others_balance_and_on_both_pages(phone, cast, together, balance, accept):
    samira = phone(cast.samira)
    form = samira.says(f"/thanks?to={cast.joost.id}")
    assert "Thank Joost" in form and "They get 2 dots. It costs you nothing." in form and "offertes en prijzen" in form
    assert "Dots count after 24 hours, or when Joost accepts them." in form
    page = samira.post("/thanks", follow_redirects=True, **thanks(cast)).text
    assert "Your thanks is on its way into the balance of" in page and "Undo within 30 seconds" in page
    assert (balance(cast.joost), accept(cast.joost)) == (12, 1)
    assert (balance(cast.joost), balance(cast.samira)) == (14, 12)
    received = phone(cast.joost).says("/thanks")
    assert "Samira +2 dots Mijn offerte klopt nu. offertes en prijzen, Thursday 12 March" in received


def test_a_topic_in_ones_own_words_does_as_well(phone, cast, together, balance):
    phone(cast.samira).post("/thanks", **thanks(cast, topic="", other="koffie <b>"))
    assert "koffie &lt;b&gt;" in phone(cast.joost).get("/thanks").text


def test_only_those_who_let_themselves_be_seen_are_proposed(phone, cast, together):
    page = phone(cast.samira).says("/thanks")
    assert "Joost" in page and "Thijs" not in page and "Marieke" not in page and "Bakker" not in page


def test_who_hides_now_is_neither_proposed_nor_are_their_topics_shown(phone, cast, together):
    phone(cast.joost).post("/me/hide", hidden="1")
    samira = phone(cast.samira)
    assert "Joost" not in samira.says("/thanks") and "Joost" not in samira.says("/me")
    assert "offertes en prijzen" not in samira.says(f"/thanks?to={cast.joost.id}")


def test_who_kept_out_of_sight_is_thanked_by_the_code_of_their_badge(phone, cast, together, app, balance, accept):
    samira = phone(cast.samira)
    with app.extensions["s2m.database"].read() as store:
        code = store.people.valid_badge(cast.thijs.id).short_code
    to = samira.post("/thanks/find", code=f"{code[:4]} {code[4:]}".lower()).location
    assert to == f"/thanks?to={cast.thijs.id}"
    samira.post("/thanks", **thanks(cast, cast.thijs))
    accept(cast.thijs)
    assert balance(cast.thijs) == 14
    wrong = samira.post("/thanks/find", code="AAAA AAAA")
    assert wrong.status_code == 404 and "We do not know this badge." in wrong.text


def scanned(app, person):
    """What the QR code of somebody's badge holds."""
    with app.extensions["s2m.database"].read() as store:
        return codes.badge_text(app.extensions["s2m.keys"].badge, store.people.valid_badge(person.id).id)


def test_who_kept_out_of_sight_is_thanked_by_scanning_their_badge(phone, cast, together, app, caplog):
    samira, badge = phone(cast.samira), scanned(app, cast.thijs)
    page = samira.get("/thanks/scan")
    assert 'data-facing="environment"' in page.text and 'name="badge"' in page.text and 'name="code"' in page.text
    answer = samira.post("/thanks/find", badge=badge)
    assert (answer.status_code, answer.location) == (303, f"/thanks?to={cast.thijs.id}")
    assert badge not in caplog.text and badge not in samira.get(answer.location).text


def test_only_the_page_that_scans_may_use_the_camera(phone, cast):
    samira = phone(cast.samira)
    scan, thank = samira.get("/thanks/scan").headers, samira.get("/thanks").headers
    assert "camera=(self)" in scan["Permissions-Policy"] and "'wasm-unsafe-eval'" in scan["Content-Security-Policy"]
    assert "camera=()" in thank["Permissions-Policy"] and "wasm" not in thank["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("which", "status", "says"),
    [
        ("replaced", 403, "This badge was replaced. Ask them for the new one."),
        ("of another network", 404, "We do not know this badge."),
        ("of nobody they met", 409, "once you were here at the same time"),
        ("their own", 409, "Thanks go to somebody else."),
        ("forged", 400, "This code is not valid here."),
        ("of the door", 400, "This is the door code."),
        ("of a talk", 400, "This is no badge of this place."),
        ("rubbish", 400, "This is no badge of this place."),
        ("endless", 400, "This is no badge of this place."),
        ("nothing", 400, "This is no badge of this place."),
    ],
)
def test_a_badge_that_cannot_be_thanked_is_refused_where_a_typed_code_is(
    phone, cast, together, app, door_code, now, which, status, says
):
    badge = scanned(app, cast.thijs)
    if which == "replaced":
        with app.extensions["s2m.database"].write() as store:
            people.issue_badge(store, cast.thijs, now)
    given = {
        "of another network": scanned(app, cast.olga), "of nobody they met": scanned(app, cast.wim),
        "their own": scanned(app, cast.samira), "forged": badge[:-1] + ("A" if badge[-1] != "A" else "B"),
        "of the door": f"http://localhost/in/{door_code(now)}", "rubbish": "https://elsewhere.example/", "endless": "S" * 5000,
        "of a talk": codes.talk_text(app.extensions["s2m.keys"].door, "0" * 32, now), "nothing": "\x00",
    }.get(which, badge)  # fmt: skip
    answer = phone(cast.samira).post("/thanks/find", badge=given)
    assert answer.status_code == status and says in answer.text and "f-code-e" in answer.text
    assert given[:12] not in answer.text


def test_codes_are_tried_twenty_times_an_hour_typed_or_scanned(phone, cast, together, app):
    samira, badge = phone(cast.samira), scanned(app, cast.thijs)
    tries = [{"badge": badge}, {"code": "AAAA AAAA"}] * 10
    assert {samira.post("/thanks/find", **form).status_code for form in tries} == {303, 404}
    assert samira.post("/thanks/find", badge=badge).status_code == 429


def test_a_phone_without_a_reader_has_its_frames_read(phone, cast, app):
    badge = scanned(app, cast.thijs)
    samira = phone(cast.samira)
    headers = {"X-CSRFToken": token_of(samira.client), "Content-Type": "image/jpeg"}
    assert samira.client.post("/thanks/frames", data=picture_of(badge), headers=headers).json == {"code": badge}
    assert samira.client.post("/thanks/frames", data=b"hello", headers=headers).status_code == 422
    assert samira.client.post("/thanks/frames", data=b"\xff\xd8" + bytes(210_000), headers=headers).status_code == 413


def test_a_phone_is_looked_at_less_often_and_in_smaller_pictures_than_a_tablet(phone, cast, clock):
    samira, joost = phone(cast.samira), phone(cast.joost)

    def look(browser, width, height):
        headers = {"X-CSRFToken": token_of(browser.client), "Content-Type": "image/jpeg"}
        picture = jpeg(Image.new("L", (width, height)))
        return browser.client.post("/thanks/frames", data=picture, headers=headers).status_code

    assert (look(samira, 640, 640), look(samira, 640, 641), look(samira, 1280, 720)) == (200, 422, 422)
    clock.shift(1)
    assert [look(samira, 48, 36) for _ in range(13)] == [200] * 12 + [429]
    assert look(joost, 48, 36) == 200
    clock.shift(1)
    assert look(samira, 48, 36) == 200


def test_the_same_form_sent_twice_gives_once(phone, cast, together, balance, accept):
    samira = phone(cast.samira)
    assert [samira.post("/thanks", **thanks(cast)).status_code for _ in range(2)] == [303, 303]
    assert (accept(cast.joost), balance(cast.joost)) == (1, 14)
    changed = samira.post("/thanks", **thanks(cast, text="Iets anders."))
    assert changed.status_code == 409 and "sent before with other content" in changed.text
    assert (accept(cast.joost), balance(cast.joost)) == (0, 14)


@pytest.mark.parametrize("accepted", [True, False])
def test_thanks_are_taken_back_within_half_a_minute(phone, cast, together, balance, app, clock, accept, accepted):
    samira = phone(cast.samira)
    samira.post("/thanks", **thanks(cast))
    with app.extensions["s2m.database"].read() as store:
        given = store.contributions.given(cast.samira.id)[0]
    if accepted:
        accept(cast.joost)
    assert balance(cast.joost) == (14 if accepted else 12)
    clock.shift(29)
    page = samira.post(f"/thanks/{given.id}/undo", follow_redirects=True).text
    assert ("Undone. Both lines stay" if accepted else "Undone. Nothing moved.") in page and balance(cast.joost) == 12
    assert samira.post(f"/thanks/{given.id}/undo").status_code == 409
    assert "Undo within" not in samira.get("/thanks").text


def test_later_they_stay(phone, cast, together, balance, app, clock, accept):
    samira = phone(cast.samira)
    samira.post("/thanks", **thanks(cast))
    with app.extensions["s2m.database"].read() as store:
        given = store.contributions.given(cast.samira.id)[0]
    clock.shift(31)
    assert "Undo within" not in samira.get("/thanks").text
    answer = samira.post(f"/thanks/{given.id}/undo")
    assert answer.status_code == 409 and "can no longer be undone" in answer.text
    assert (accept(cast.joost), balance(cast.joost)) == (1, 14)


def test_anothers_thanks_answer_like_unknown_ones(phone, cast, together, app, balance, accept):
    phone(cast.samira).post("/thanks", **thanks(cast))
    with app.extensions["s2m.database"].read() as store:
        given = store.contributions.given(cast.samira.id)[0]
    for other, act in ((cast.joost, "undo"), (cast.thijs, "accept"), (cast.samira, "accept"), (cast.samira, "decline")):
        someone = phone(other)
        answers = [someone.post(f"/thanks/{id_}/{act}") for id_ in (given.id, "0" * 32)]
        assert [a.status_code for a in answers] == [404, 404] and answers[0].text == answers[1].text
    assert (balance(cast.joost), accept(cast.joost), balance(cast.joost)) == (12, 1, 14)


def test_without_their_badge_all_who_are_not_to_be_seen_answer_alike(phone, cast, together, balance):
    """Oneself, who was never here, and who is here out of sight: else a refusal would tell who is in the house."""
    samira = phone(cast.samira)
    for other in (cast.samira, cast.wim, cast.thijs):
        for more in ({}, {"kind": "plain"}, {"kind": "gift", "amount": "1000000000"}):
            assert samira.post("/thanks", **thanks(cast, other, **more)).status_code == 404
        assert samira.get(f"/thanks?to={other.id}").status_code == 404
        assert balance(other) == 12


def test_a_person_of_another_network_answers_like_an_unknown_one(phone, cast, together):
    samira = phone(cast.samira)
    for path in (f"/thanks?to={cast.olga.id}", "/thanks?to=" + "0" * 32):
        assert samira.get(path).status_code == 404
    assert samira.post("/thanks", **thanks(cast, cast.olga)).status_code == 404


def test_the_caps_are_told_in_plain_words(app, phone, cast, together, balance, accept):
    samira = phone(cast.samira)
    with app.extensions["s2m.database"].read() as store:
        badge = store.people.valid_badge(cast.thijs.id)
    assert samira.post("/thanks/find", code=badge.short_code).location == f"/thanks?to={cast.thijs.id}"
    for n in range(3):
        assert samira.post("/thanks", **thanks(cast, key=f"{n}" * 20)).status_code == 303
    pair = samira.post("/thanks", **thanks(cast, key="x" * 20))
    assert pair.status_code == 409 and "3 times in 30 days" in pair.text
    for n in range(2):
        samira.post("/thanks", **thanks(cast, cast.thijs, key=f"t{n}" * 10))
    day = samira.post("/thanks", **thanks(cast, cast.thijs, key="y" * 20))
    assert day.status_code == 409 and "You gave 5 thanks today." in day.text
    assert (accept(cast.joost), accept(cast.thijs)) == (3, 2)
    assert (balance(cast.joost), balance(cast.thijs)) == (18, 16)


@pytest.mark.parametrize(
    ("more", "status", "field"),
    [
        ({"text": ""}, 422, "f-text-e"),
        ({"text": "x" * 91}, 422, "f-text-e"),
        ({"topic": "", "other": ""}, 422, "f-other-e"),
        ({"topic": "x" * 61}, 422, "f-other-e"),
        ({"text": "nul\x00nul"}, 422, "f-text-e"),
        ({"key": ""}, 409, "flash--error"),
    ],
)
def test_thanks_that_cannot_be_kept_are_refused_beside_the_field(phone, cast, together, balance, more, status, field):
    answer = phone(cast.samira).post("/thanks", **thanks(cast, **more))
    assert answer.status_code == status and field in answer.text
    assert balance(cast.joost) == 12


def test_an_amount_in_the_form_is_ignored(phone, cast, together, balance, accept):
    phone(cast.samira).post("/thanks", **thanks(cast, amount="1000", giver=cast.joost.id))
    accept(cast.joost)
    assert balance(cast.joost) == 14


def test_a_gift_leaves_the_givers_balance_and_arrives_when_it_is_accepted(phone, cast, together, balance, accept, app):
    samira = phone(cast.samira)
    assert "Free in your balance: 8." in samira.says(f"/thanks?to={cast.joost.id}")  # 12, less the seat
    page = samira.post("/thanks", follow_redirects=True, **thanks(cast, kind="gift", amount="5")).text
    assert "Your gift is on its way to" in page
    with app.extensions["s2m.database"].read() as store:
        assert store.ledger.person_account(cast.samira.id).available == 3
    assert "Gift to Joost Waits until they accept it" in samira.says("/me/statement")
    assert "Samira a gift +5 dots" in phone(cast.joost).says("/thanks")
    accept(cast.joost)
    assert (balance(cast.samira), balance(cast.joost)) == (7, 17)


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("", "Type a whole number"), ("2.5", "Type a whole number"), ("1e3", "Type a whole number"), ("٣", "Type a whole number"),
        ("-3", "must be 1 or more"), ("0", "must be 1 or more"), ("9", "You can give 8 dots at most"),
        ("99999999999", "must be 1000000000 or less"), ("9" * 40, "Type a whole number"), ("\x00", "Type a whole number"),
    ],
    ids=["none", "fraction", "exponent", "Arabic digit", "negative", "zero", "over balance", "huge", "endless", "NUL"],
)  # fmt: skip
def test_a_gift_that_cannot_be_is_refused_beside_its_field(phone, cast, together, balance, accept, amount, says):
    answer = phone(cast.samira).post("/thanks", **thanks(cast, kind="gift", amount=amount))
    assert answer.status_code in (409, 422) and says in answer.text and 'id="f-amount-e"' in answer.text
    assert (accept(cast.joost), balance(cast.samira), balance(cast.joost)) == (0, 12, 12)


def test_words_alone_move_nothing_and_wait_for_nobody(phone, cast, together, balance, accept):
    page = phone(cast.samira).post("/thanks", follow_redirects=True, **thanks(cast, kind="plain")).text
    assert "reads your thanks now." in page and "status--done" in page
    assert (accept(cast.joost), balance(cast.joost)) == (0, 12)
    assert "Samira Mijn offerte klopt nu." in phone(cast.joost).says("/thanks")


def test_a_kind_of_thanks_that_does_not_exist_is_refused(phone, cast, together, accept):
    answer = phone(cast.samira).post("/thanks", **thanks(cast, kind="loan"))
    assert answer.status_code == 422 and "Choose one of the options." in answer.text and accept(cast.joost) == 0


def test_what_waits_is_told_on_the_day_page_and_can_be_accepted_or_declined(phone, cast, together, balance, app):
    samira, joost = phone(cast.samira), phone(cast.joost)
    assert "waits for you" not in joost.says("/me")
    samira.post("/thanks", **thanks(cast))
    assert "1 thanks waits for you. Look" in joost.says("/me")
    page = joost.says("/thanks")
    assert "Waiting for you Samira +2 dots Mijn offerte klopt nu." in page
    assert "Counts by itself on Friday 13 March at 09:42. Accept Decline" in page
    assert "waits for their answer" in samira.says("/thanks")
    with app.extensions["s2m.database"].read() as store:
        given = store.contributions.given(cast.samira.id)[0]
    assert "Declined. Nothing moved." in joost.post(f"/thanks/{given.id}/decline", follow_redirects=True).text
    again = joost.post(f"/thanks/{given.id}/accept")
    assert again.status_code == 409 and "decided before" in again.text and balance(cast.joost) == 12
    assert "declined" in samira.says("/thanks") and "Undo within" not in samira.says("/thanks")
    assert "waits for you" not in joost.says("/me") and "thanked you" not in joost.says("/me/statement")


def test_a_frozen_account_gives_no_gifts_and_is_told_so(phone, cast, together, app, now):
    with app.extensions["s2m.database"].write() as store:
        mending.freeze(store, cast.seinhuis, cast.samira, "Even praten", cast.marieke.id, now)
    samira = phone(cast.samira)
    assert "A gift from my own balance" not in samira.says(f"/thanks?to={cast.joost.id}")
    answer = samira.post("/thanks", **thanks(cast, kind="gift", amount="1"))
    assert answer.status_code == 409 and "stands still for now" in answer.text
    assert "Your account stands still for now." in samira.says("/me") and "Even praten" in samira.says("/me")
    assert samira.post("/thanks", **thanks(cast)).status_code == 303  # the house's dots are not theirs to promise
