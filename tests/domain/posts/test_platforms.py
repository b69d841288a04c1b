"""What platforms answer, and how it is read; what a page says of itself; and that no page takes long."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2m.domain.posts import markup, parse, platforms
from s2m.domain.posts.platforms import Unreadable
from tests import platforms as shapes

AT = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)
MASTODON = parse("https://mastodon.example/@samira/112233445566778899")
BLUESKY = parse("https://bsky.app/profile/samira.bsky.social/post/3lk2abcdefg2x")
X = parse(f"https://x.com/samira/status/{shapes.x_id(AT)}")
PAGE = parse("https://samira.wordpress.com/een-dag")


def read(link, answer, url=""):
    import json

    return platforms.read(link, url or link.url, answer if isinstance(answer, str) else json.dumps(answer))


def test_a_status_of_mastodon():
    post = read(MASTODON, shapes.mastodon(MASTODON.id, "Samira", "Een dag<br>in het <b>Seinhuis</b> &amp; zo", AT))
    assert (post.author, post.published_at) == ("samira@mastodon.example", AT)
    assert post.text == "Een dag in het Seinhuis & zo"
    assert platforms.endpoint(MASTODON) == "https://mastodon.example/api/v1/statuses/112233445566778899"


def test_a_boost_says_nothing_itself_and_a_copy_is_told():
    other = shapes.mastodon("1", "joost", "s2m-AAAA", AT)
    assert read(MASTODON, shapes.mastodon(MASTODON.id, "samira", "s2m-AAAA", AT, reblog=other)).text == ""
    with pytest.raises(Unreadable, match="link_copy"):
        read(MASTODON, shapes.mastodon(MASTODON.id, "samira@other.example", "s2m-AAAA", AT))


def test_a_thread_of_bluesky_is_as_old_as_the_older_of_its_times():
    later = AT + timedelta(hours=5)
    for at, indexed in ((AT, later), (later, AT)):
        post = read(BLUESKY, shapes.bluesky(BLUESKY.id, "Samira.bsky.social", "Een dag\nhier", at, indexed))
        assert (post.author, post.published_at, post.text) == ("samira.bsky.social", AT, "Een dag hier")
    assert "getPostThread?uri=at%3A%2F%2Fsamira.bsky.social%2Fapp.bsky.feed.post%2F3lk2abcdefg2x&" in platforms.endpoint(BLUESKY)


def test_an_embed_of_x_takes_its_time_from_its_id_and_its_text_from_the_post_alone():
    answer = shapes.x(X.id, "samira", 'Een dag hier <a href="https://t.co/a">pic</a>')
    answer["html"] = answer["html"].replace("Samira (@", "s2m-AAAA (@")
    post = read(X, answer)
    assert (post.author, post.published_at, post.text) == ("samira", AT, "Een dag hier pic")


@pytest.mark.parametrize(
    ("head", "tag", "at", "whole_day"),
    [
        ('<meta property="article:published_time" content="2026-03-12T11:00:00+01:00">', "", AT, False),
        ('<script type="application/ld+json">{"@graph":[{"datePublished":"2026-03-12T10:00:00Z"}]}</script>', "", AT, False),
        ("", '<time class=x datetime="2026-03-12T10:00:00Z">12 maart</time>', AT, False),
        ("", '<time datetime="2026-03-12">12 maart</time>', AT.replace(hour=0), True),
        ("", '<time datetime="2026-03-12T23:00:00">12 maart</time>', AT.replace(hour=0), True),
        ('<meta property="article:published_time" content="gisteren">', '<time datetime="2026-03-12T10:00:00Z">', AT, False),
        ('<script type="application/ld+json">{"datePublished":"2026-03-</script>', "", None, False),
        ("", "", None, False),
    ],
)
def test_a_page_says_when_it_was_published(head, tag, at, whole_day):
    post = read(PAGE, shapes.page("Tekst", head=head, time_tag=tag))
    assert (post.published_at, post.whole_day, post.author) == (at, whole_day, "samira vos")


def test_only_what_is_seen_of_a_page_is_its_text():
    hidden = "<script>s2m-A</script><style>s2m-B</style><template>s2m-C</template><!-- s2m-D --><noscript>s2m-E</noscript>"
    text = markup.read(f"<title>s2m-F</title><p>Een <b>d</b>ag</p>{hidden}<p title='s2m-G'>twee &lt;b&gt;</p>").text
    assert text == "Een dag\ntwee <b>"


def test_a_page_names_itself_but_only_within_its_own_site():
    own = '<link rel="canonical" href="/een-dag">'
    assert read(PAGE, shapes.page("x", head=own), PAGE.url + "?v=2").canonical == PAGE.canonical
    other = '<link rel="canonical" href="https://joost.wordpress.com/post">'
    assert read(PAGE, shapes.page("x", head=other)).canonical == PAGE.canonical


@pytest.mark.parametrize("link", [MASTODON, BLUESKY, X], ids=lambda link: link.kind)
@pytest.mark.parametrize(
    "answer",
    ["", "{}", "null", "[]", '"x"', "<html>", "[" * 200_000, '{"id": 1}', '{"thread": null}', '{"error": "gone"}', "\ud800"],
)
def test_what_is_no_answer_of_a_platform_cannot_be_read(link, answer):
    with pytest.raises(Unreadable):
        platforms.read(link, link.url, answer)


@pytest.mark.parametrize("link", [MASTODON, BLUESKY, X], ids=lambda link: link.kind)
def test_an_answer_about_another_post_cannot_be_read(link):
    other = {
        "mastodon": shapes.mastodon("9", "samira", "x", AT),
        "bluesky": shapes.bluesky("9", "samira.bsky.social", "x", AT),
        "x": shapes.x(shapes.x_id(AT + timedelta(days=1)), "samira", "x"),
    }
    with pytest.raises(Unreadable):
        read(link, other[link.kind])


BOMBS = {
    "opened": "<" * 500_000, "comments": "<!--" * 120_000, "declarations": "<![CDATA[" * 50_000, "quotes": '<a "' * 120_000,
    "names": "<" + "a" * 500_000, "attributes": "<meta " + "a " * 240_000 + ">", "long_attribute": "<meta " + "a" * 500_000 + ">",
    "scripts": "<script>" * 60_000, "closed": "</" * 250_000, "entities": "&" * 500_000, "deep": "<div>" * 100_000,
    "json": '<script type="application/ld+json">' + "[" * 400_000 + "</script>", "times": "<time datetime=1>" * 30_000,
    "spaces": "<meta a" + " " * 400_000 + "=b>",
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_page_of_half_a_megabyte_takes_long(bomb):
    start = time.perf_counter()
    read(PAGE, BOMBS[bomb])
    assert time.perf_counter() - start < 2


@given(st.text(max_size=200) | st.text(alphabet="<>!-/\"'= aptimescrl\n&;#x0", max_size=200))
def test_whatever_a_page_holds_it_is_read(source):
    post = platforms.read(PAGE, PAGE.url, source)
    assert isinstance(post.text, str)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=8))
def test_whatever_a_platform_answers_it_is_read_or_not(value):
    keys = ("id", "uri", "account", "created_at", "content", "thread", "url", "html", "author_url")
    for link in (MASTODON, BLUESKY, X):
        with pytest.raises(Unreadable):
            read(link, dict.fromkeys(keys, value))


@pytest.mark.parametrize(
    ("asked", "url", "may"),
    [
        ("https://mastodon.example/api/v1/statuses/1", "https://www.mastodon.example/api/v1/statuses/1", True),
        ("https://mastodon.example/api/v1/statuses/1", "https://other.example/api/v1/statuses/1", False),
        ("https://medium.com/p/1", "https://samira.medium.com/een-dag", True),
        ("https://medium.com/p/1", "https://127.0.0.1/", False),
        ("https://medium.com/p/1", "https://joost.example/", False),
    ],
)
def test_a_redirect_stays_where_pages_are_read(asked, url, may):
    assert platforms.may_follow(asked, url) is may
