"""The profile: topics, consents, name, badge and sessions, each one's own."""

import io

import pytest
import zxingcpp
from PIL import Image

from s2m.domain import codes, people
from s2m.domain.errors import Refused
from tests.cast import sign_in


@pytest.fixture
def known(app):
    """Asks the store one thing."""

    def known(ask):
        with app.extensions["s2m.database"].read() as store:
            return ask(store)

    return known


def test_a_topic_is_added_shown_and_taken_away(phone, cast, known):
    samira = phone(cast.samira)
    samira.post("/me/topics", topic="  <i>btw</i>   aangifte ")
    assert "&lt;i&gt;btw&lt;/i&gt; aangifte" in samira.get("/me/profile").text
    first, second = known(lambda s: s.people.topics(cast.samira.id))
    samira.post(f"/me/topics/{first.id}/drop")
    assert [t.id for t in known(lambda s: s.people.topics(cast.samira.id))] == [second.id]


@pytest.mark.parametrize("topic", ["", "   ", "x" * 61, "nul\x00nul", "e" + "\u0301" * 40])
def test_a_topic_that_cannot_be_kept_is_refused_beside_its_field(phone, cast, known, topic):
    answer = phone(cast.samira).post("/me/topics", topic=topic)
    assert answer.status_code == 422 and 'id="f-topic-e"' in answer.text
    assert len(known(lambda s: s.people.topics(cast.samira.id))) == 1


def test_anothers_topic_answers_like_an_unknown_one_and_stays(phone, cast, known):
    samira = phone(cast.samira)
    theirs = known(lambda s: s.people.topics(cast.joost.id))[0]
    answers = [samira.post(f"/me/topics/{topic}/drop") for topic in (theirs.id, "0" * 32)]
    assert [a.status_code for a in answers] == [404, 404] and answers[0].text == answers[1].text
    assert known(lambda s: s.people.topics(cast.joost.id)) == [theirs]


def test_consent_stands_until_it_is_taken_back_and_then_counts_at_once(phone, cast, here, known):
    here(cast.samira)
    samira = phone(cast.samira)
    samira.post("/me/consents", matching="1", wall="1")
    assert known(lambda s: s.people.consents(cast.samira.id)) == {"matching", "wall"}
    samira.post("/me/need", kind="need", need="een drukker", visible="1", on_wall="1")
    samira.post("/me/consents")
    assert known(lambda s: s.people.consents(cast.samira.id)) == set()
    visit = known(lambda s: s.presence.open_visit(cast.samira))
    assert not visit.visible and not known(lambda s: s.presence.topics(visit.id))[0].on_wall


def test_name_and_language_change_together_or_not_at_all(phone, cast, known):
    samira = phone(cast.samira)
    page = samira.post("/me/profile", name="Samira El Idrissi", email=cast.samira.email, language="nl", follow_redirects=True)
    assert 'lang="nl"' in page.text
    changed = known(lambda s: s.people.get(cast.samira.id))
    assert (changed.name, changed.email, changed.language) == ("Samira El Idrissi", cast.samira.email, "nl")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"name": "", "email": "", "language": "nl"}, 422),
        ({"name": "Samira", "email": "x@y\r\nBcc: z@z.example", "language": "nl"}, 422),
        ({"name": "Samira", "email": "", "language": "fr"}, 422),
        ({"name": "Samira", "email": "s@example.org", "language": "fr"}, 422),
    ],
)
@pytest.mark.usefixtures("mailing")
def test_a_change_that_cannot_be_is_refused_beside_its_field(phone, cast, known, form, status):
    answer = phone(cast.samira).post("/me/profile", **form)
    assert answer.status_code == status and "field__error" in answer.text
    assert known(lambda s: s.people.get(cast.samira.id)).name == "Samira Vos"


def test_nobody_becomes_host_by_a_form(phone, cast, known):
    phone(cast.samira).post("/me/profile", name="Samira", email="", language="nl", role="admin", is_admin="1")
    assert known(lambda s: s.people.roles(cast.samira.id)) == ()


def test_the_badge_on_the_page_holds_the_signed_badge_and_no_surname(phone, cast, app, known):
    samira = phone(cast.samira)
    badge = known(lambda s: s.people.valid_badge(cast.samira.id))
    svg = samira.get("/me/badge.svg")
    assert svg.mimetype == "image/svg+xml" and svg.headers["Cache-Control"] == "no-store"
    text = codes.badge_text(app.extensions["s2m.keys"].badge, badge.id)
    picture = Image.open(io.BytesIO(drawn(svg.text)))
    assert zxingcpp.read_barcode(picture).text == text
    sticker = samira.get("/me/badge").text
    assert "Samira" in sticker and "Vos" not in sticker and badge.short_code not in sticker
    assert f"{badge.short_code[:4]} {badge.short_code[4:]}" in samira.get("/me/profile").text


def drawn(svg):
    """Paint the one path of a QR code's SVG ("M x y h w m dx dy …"), as a PNG."""
    import re

    size = int(re.search(r'width="(\d+)"', svg)[1]) // 8
    image = Image.new("L", (size, size), 255)
    x = y = 0.0
    for step, numbers in re.findall(r"([Mmh])([-\d. ]+)", re.search(r'stroke="[^"]+" d="([^"]+)"', svg)[1]):
        given = [float(n) for n in re.findall(r"-?\d*\.?\d+", numbers)]
        if step == "h":
            for dx in range(int(given[0])):
                image.putpixel((int(x) + dx, int(y)), 0)
            x += given[0]
        else:
            x, y = (given[0], given[1]) if step == "M" else (x + given[0], y + given[1])
    out = io.BytesIO()
    image.resize((size * 6, size * 6), 0).save(out, "PNG")
    return out.getvalue()


def test_a_replaced_badge_works_no_more_and_is_asked_about_first(phone, cast, app, known):
    samira = phone(cast.samira)
    old = known(lambda s: s.people.valid_badge(cast.samira.id))
    assert "stops working at once and for good" in samira.get("/me/badge/replace").text
    assert known(lambda s: s.people.valid_badge(cast.samira.id)) == old
    samira.post("/me/badge/replace")
    keys = app.extensions["s2m.keys"].badge
    with pytest.raises(Refused, match="badge_revoked"):
        known(lambda s: people.person_with_badge(s, keys, cast.noord.id, codes.badge_text(keys, old.id)))
    assert known(lambda s: s.people.valid_badge(cast.samira.id)).id != old.id


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_this(phone, app, cast, now, known):
    samira = phone(cast.samira)
    others = [sign_in(app, cast.samira, now) for _ in range(3)]
    mine = known(lambda s: s.signin.sessions(cast.samira.id, now))
    assert len(mine) == 4 and samira.says("/me/profile").count("Last used") == 3
    this = samira.client.get_cookie("session").value
    other = next(s for s in mine if s.id != known(lambda s: signed(s, this)))
    samira.post(f"/me/sessions/{other.id}/end")
    assert [c.get("/me").status_code for c in others].count(302) == 1
    samira.post("/me/sessions/end-others")
    assert [c.get("/me").status_code for c in others] == [302] * 3
    assert samira.get("/me").status_code == 200


def signed(store, secret):
    from s2m.domain.signin import fingerprint

    return store.signin.session(fingerprint(secret)).session.id


def test_anothers_session_answers_like_an_unknown_one_and_goes_on(phone, app, cast, now, known):
    joost = sign_in(app, cast.joost, now)
    theirs = known(lambda s: s.signin.sessions(cast.joost.id, now))[0]
    samira = phone(cast.samira)
    answers = [samira.post(f"/me/sessions/{session}/end") for session in (theirs.id, "0" * 32)]
    assert [a.status_code for a in answers] == [404, 404] and answers[0].text == answers[1].text
    assert joost.get("/me").status_code == 200


@pytest.mark.parametrize("path", ["/me/profile", "/me/badge", "/me/badge.svg", "/me/badge/replace", "/me/statement", "/thanks"])
def test_strangers_see_nobodys_pages(phone, cast, path):
    assert phone().get(path).status_code == 302


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", "Firefox, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent, called):
    from s2m.web.people import label_of

    assert label_of(agent) == called
