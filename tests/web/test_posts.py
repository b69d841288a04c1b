"""Telling others: the line, the link, how it stands in words; a screenshot and the host; accounts that are mine."""

import pytest

from s2m import looks
from s2m.domain import posts, presence, venues
from s2m.domain.posts import claims
from tests import platforms as shapes
from tests.cast import token_of
from tests.platforms import internet, png  # noqa: F401  (a fixture)

ID = "112233445566778899"
LINK = f"https://mastodon.example/@samira/{ID}"
HOUR, DAY = 3600, 86400


@pytest.fixture
def visit(here, cast):
    return here(cast.samira)


@pytest.fixture
def store_of(app):
    def ask(question):
        with app.extensions["s2m.database"].write() as store:
            return question(store)

    return ask


@pytest.fixture
def balance(store_of):
    return lambda person: store_of(lambda store: store.ledger.person_account(person.id).balance)


@pytest.fixture
def work(app, internet, now):  # noqa: F811
    from datetime import UTC, datetime

    return lambda: looks.run(app.extensions["s2m.database"], datetime.now(UTC), internet.fetcher())


def send(phone, visit, content=None, **more):
    """As a browser does; by hand, for the test client leaves large forms open in a file."""
    form = {"visit": visit.id, "where": "Instagram", "url": "", "csrf_token": token_of(phone.client)} | more
    parts = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in form.items()]
    head = b'--b\r\nContent-Disposition: form-data; name="picture"; filename="story.png"\r\nContent-Type: image/png\r\n\r\n'
    body = b"".join([*parts, head, png() if content is None else content, b"\r\n--b--\r\n"])
    return phone.client.post("/posts/screenshot", data=body, content_type="multipart/form-data; boundary=b")


def test_each_visit_offers_a_line_with_its_code_and_what_it_was_for(phone, cast, visit):
    samira, code = phone(cast.samira), posts.code(visit.id)
    assert "Tell others about this place +4 dots" in samira.says("/me")
    page = samira.says("/posts")
    assert f"I had this seat for free, in return for social capital · {code}" in page
    assert f"Ik zat hier gratis, in ruil voor sociaal kapitaal · {code}" in page and "It gives you 4 dots." in page


def test_a_code_has_only_plain_letters_and_is_always_the_same(visit):
    from s2m.domain.codes import PLAIN

    code = posts.code(visit.id)
    assert code.startswith("s2m-") and len(code) == 8 and set(code[4:]) <= set(PLAIN) and posts.code(visit.id) == code
    assert len({posts.code(f"{n:032x}") for n in range(1000)}) > 990


def test_where_posts_earn_nothing_they_are_not_offered(phone, cast, visit, store_of, now):
    from dataclasses import replace

    policy = replace(cast.policy, post_amount=0)
    store_of(lambda store: venues.change_policy(store, cast.seinhuis, policy, cast.marieke.id, now))
    samira = phone(cast.samira)
    assert "Tell others" not in samira.says("/me")
    page = samira.says("/posts")
    assert "No visit to tell about now" in page and "s2m-" not in page
    answer = samira.post("/posts", visit=visit.id, url=LINK)
    assert answer.status_code == 409 and "posts earn nothing" in answer.text


def test_every_step_is_told_in_words(phone, cast, visit, work, clock, internet, balance):  # noqa: F811
    samira = phone(cast.samira)
    assert "None yet." in samira.says("/posts")
    page = samira.post("/posts", visit=visit.id, url=LINK, follow_redirects=True).text
    assert "Kept. We look at it within a minute." in page
    assert "mastodon.example waits We look at it within a minute." in samira.says("/posts")
    internet.answers["mastodon.example", f"/api/v1/statuses/{ID}"] = 503
    work()
    assert "We did not get through. We try again at 09:42." in samira.says("/posts")
    clock.shift(60)
    from datetime import UTC, datetime

    said = posts.line(visit.id, "en")
    internet.answers["mastodon.example", f"/api/v1/statuses/{ID}"] = shapes.mastodon(ID, "samira", said, datetime.now(UTC))
    work()
    assert "seen It is right. We look again on Friday 13 March at 09:42; then it counts." in samira.says("/posts")
    assert "Tell others" not in samira.says("/me") and balance(cast.samira) == 12
    clock.shift(DAY)
    samira = phone(cast.samira)
    work()
    assert "mastodon.example +4 dots It counted." in samira.says("/posts") and balance(cast.samira) == 16
    assert "+4" in samira.says("/me/statement")


def test_a_post_that_does_not_say_what_it_was_for_is_told_which_words_to_add(phone, cast, visit, internet, work):  # noqa: F811
    from datetime import UTC, datetime

    samira, said = phone(cast.samira), f"Mooie plek. {posts.code(visit.id)}"
    internet.answers["mastodon.example", f"/api/v1/statuses/{ID}"] = shapes.mastodon(ID, "samira", said, datetime.now(UTC))
    samira.post("/posts", visit=visit.id, url=LINK)
    work()
    page = samira.says("/posts")
    assert "does not count The post does not say that you got something for it. Add “in return for social capital” or #ad" in page
    assert "paste the link again: then we look again." in page and "2. Paste the link here" in page


def test_the_part_with_my_posts_is_sent_once(phone, cast, visit):
    samira = phone(cast.samira)
    first = samira.get("/posts/now")
    tag = first.headers["ETag"]
    assert samira.get("/posts/now", **{"If-None-Match": tag}).status_code == 304
    samira.post("/posts", visit=visit.id, url=LINK)
    assert samira.get("/posts/now", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("", 422, "Fill this in."),
        ("https://127.0.0.1/@samira/12345678", 422, "This link leads to no public site."),
        ("https://2130706433/@samira/12345678", 422, "This link leads to no public site."),
        ("https://x.com@127.0.0.1/", 422, "holds a name and an @"),
        ("https://mastodon.example\\@127.0.0.1/", 422, "This is no link."),
        ("https://mastodon.example:22/", 422, "This link names a port."),
        ("javascript:alert(1)", 422, "begins with https://"),
        ("https://bit.ly/x", 422, "This is a short link."),
        ("https://mastodon.example/@a@other.example/12345678", 422, "Paste the link of the post at other.example."),
        ("https://mastodon.example/" + "a" * 3000, 422, "too long"),
        ("nul\x00nul", 422, "This is no link."),
    ],
)
def test_a_link_that_cannot_be_is_refused_beside_its_field_and_nothing_is_kept(phone, cast, visit, store_of, url, status, words):
    answer = phone(cast.samira).post("/posts", visit=visit.id, url=url)
    assert answer.status_code == status and words in answer.text and 'id="f-url-e"' in answer.text
    assert store_of(lambda store: store.posts.of_person(cast.samira.id)) == []


def test_somebody_elses_visit_answers_like_an_unknown_one(phone, cast, visit):
    joost = phone(cast.joost)
    answers = [joost.post("/posts", visit=id_, url=LINK) for id_ in (visit.id, "0" * 32, "")]
    assert [a.status_code for a in answers] == [404] * 3 and answers[0].text == answers[1].text


def test_too_many_tries_are_put_off(phone, cast, visit):
    samira = phone(cast.samira)
    answers = [samira.post("/posts", visit=visit.id, url="x").status_code for _ in range(31)]
    assert answers[-1] == 429 and set(answers[:-1]) == {422}


# The host -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [("https://www.instagram.com/p/Cabc/", "We cannot read this site, so the host looks."), ("https://joost.nl/b", "cannot")],
)
def test_a_link_that_no_program_reads_goes_to_the_host(phone, cast, visit, url, words, balance, work):
    samira = phone(cast.samira)
    assert "The host looks at it." in samira.post("/posts", visit=visit.id, url=url, follow_redirects=True).text
    assert words in samira.says("/posts") and work() == 0
    host = phone(cast.marieke)
    assert f"It has to hold {posts.code(visit.id)}" in host.says("/host/het-seinhuis/posts")
    assert 'rel="noopener noreferrer nofollow"' in host.get("/host/het-seinhuis/posts").text


def test_a_screenshot_is_seen_by_the_host_confirmed_and_paid(phone, cast, visit, store_of, balance, now):
    samira, host = phone(cast.samira), phone(cast.marieke)
    assert send(samira, visit).status_code == 303
    claim = store_of(lambda store: store.posts.of_person(cast.samira.id)[0])
    assert "Instagram with the host The host looks at your screenshot." in samira.says("/posts")
    page = host.get("/host/het-seinhuis/posts").text
    assert f"/posts/{claim.id}/picture" in page and "Samira" in page and "Vos" not in page
    assert '<span class="count">1</span>' in host.get("/host/het-seinhuis/today").text
    for reader in (samira, host):
        picture = reader.get(f"/posts/{claim.id}/picture")
        assert picture.status_code == 200 and picture.mimetype == "image/jpeg" and picture.data.startswith(b"\xff\xd8")
        assert picture.headers["Cache-Control"] == "no-store" and picture.headers["X-Content-Type-Options"] == "nosniff"
    for other in (cast.joost, cast.wim, cast.olga):
        assert phone(other).get(f"/posts/{claim.id}/picture").status_code == 404
    assert host.post(f"/host/het-seinhuis/posts/{claim.id}/confirm", follow_redirects=True).status_code == 200
    assert balance(cast.samira) == 16 and "It counted." in samira.says("/posts")
    assert "Nothing to look at" in host.says("/host/het-seinhuis/posts")
    assert samira.get(f"/posts/{claim.id}/picture").status_code == 404  # removed once it was decided
    assert store_of(lambda store: store.audit.holds(cast.noord.id, now, action="post.confirm", object_id=claim.id))
    assert "confirmed a post" in host.says("/host/het-seinhuis/health")
    assert host.post(f"/host/het-seinhuis/posts/{claim.id}/confirm").status_code == 404 and balance(cast.samira) == 16


def test_a_host_declines_with_a_reason_that_is_read(phone, cast, visit, store_of, balance, now):
    samira, host = phone(cast.samira), phone(cast.marieke)
    send(samira, visit)
    claim = store_of(lambda store: store.posts.of_person(cast.samira.id)[0])
    address = f"/host/het-seinhuis/posts/{claim.id}/decline"
    empty = host.post(address, reason="")
    assert empty.status_code == 422 and "Fill this in." in empty.text
    assert host.post(address, reason="De code <b> is niet te lezen").status_code == 303
    page = samira.get("/posts").text
    assert "De code &lt;b&gt; is niet te lezen" in page and balance(cast.samira) == 12
    assert store_of(lambda store: store.audit.holds(cast.noord.id, now, action="post.decline"))
    assert send(samira, visit, png(5, 5)).status_code == 303  # and may try again


def test_nobody_confirms_their_own(phone, cast, here, store_of, balance):
    visit, host = here(cast.marieke), phone(cast.marieke)
    send(host, visit)
    claim = store_of(lambda store: store.posts.of_person(cast.marieke.id)[0])
    assert "another host has to look" in host.says("/host/het-seinhuis/posts")
    answer = host.post(f"/host/het-seinhuis/posts/{claim.id}/confirm")
    assert answer.status_code == 409 and balance(cast.marieke) == 12


def test_another_venues_host_finds_nothing(phone, cast, visit, store_of):
    send(phone(cast.samira), visit)
    claim = store_of(lambda store: store.posts.of_person(cast.samira.id)[0])
    wim = phone(cast.wim)
    for slug in ("het-seinhuis", "de-wissel"):
        for act in ("confirm", "decline"):
            assert wim.post(f"/host/{slug}/posts/{claim.id}/{act}", reason="x").status_code == 404
    assert "Nothing to look at" in wim.says("/host/de-wissel/posts")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Fill this in."),
        (b"%PDF-1.7 ...", "This is no picture that we can show."),
        (png() + b"<script>", "more than a picture"),
        (png()[:50], "more than a picture"),
    ],
)
def test_what_is_no_screenshot_is_refused_and_nothing_is_kept(phone, cast, visit, store_of, content, words):
    answer = send(phone(cast.samira), visit, content)
    assert answer.status_code == 422 and words in answer.text and 'id="f-picture-e"' in answer.text
    assert store_of(lambda store: store.posts.of_person(cast.samira.id)) == []


def test_a_picture_may_be_two_megabytes_and_no_other_form_may(phone, cast, visit):
    samira = phone(cast.samira)
    noise = shapes.chunk(b"teXt", bytes(1_900_000))
    assert send(samira, visit, png()[:33] + noise + png()[33:]).status_code == 303
    assert send(samira, visit, bytes(2_300_000)).status_code == 413
    assert samira.post("/posts", visit=visit.id, url="x" * 70_000).status_code == 413


def test_the_same_screenshot_counts_once(phone, cast, visit, here, store_of):
    assert send(phone(cast.samira), visit).status_code == 303
    answer = send(phone(cast.joost), here(cast.joost))
    assert answer.status_code == 409 and "was sent in before" in answer.text


# Accounts -------------------------------------------------------------------------------------------------------


def test_an_account_is_linked_and_removed(phone, cast, visit, work, internet, store_of):  # noqa: F811
    samira = phone(cast.samira)
    assert samira.post("/me/accounts", platform="mastodon", handle="@samira@mastodon.example").status_code == 303
    account = store_of(lambda store: store.posts.accounts(cast.samira.id)[0])
    assert account.word in samira.says("/me/accounts")
    samira.post(f"/me/accounts/{account.id}/check", url="")
    assert "we look" in samira.says("/me/accounts")
    note = shapes.mastodon_account("samira", account.word)
    internet.answers["mastodon.example", "/api/v1/accounts/lookup"] = note
    work()
    assert "samira@mastodon. example linked Mastodon Remove" in samira.says("/me/accounts")
    assert phone(cast.joost).post(f"/me/accounts/{account.id}/remove").status_code == 404
    samira.post(f"/me/accounts/{account.id}/remove")
    assert "samira@" not in samira.says("/me/accounts")


@pytest.mark.parametrize(
    ("platform", "handle", "words"),
    [
        ("myspace", "samira", "Choose one of the options."),
        ("mastodon", "samira", "This is no name there."),
        ("mastodon", "@samira@127.0.0.1", "This is no name there."),
        ("mastodon", "@samira@localhost", "This is no name there."),
        ("bluesky", "samira", "This is no name there."),
        ("x", "samira vos", "This is no name there."),
        ("x", "", "Fill this in."),
    ],
)
def test_what_is_no_account_is_refused_beside_its_field(phone, cast, platform, handle, words):
    answer = phone(cast.samira).post("/me/accounts", platform=platform, handle=handle)
    assert answer.status_code == 422 and words in answer.text


def test_a_code_is_not_a_hint_at_anything(visit):
    assert visit.id[:8] not in claims.line(visit.id, "nl") and claims.WINDOW.days == presence.MET_DAYS
