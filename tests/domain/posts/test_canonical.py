"""Which post a link means, however it is written, and what is no link to a post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2m.domain.errors import Invalid
from s2m.domain.posts import canonical, parse

# fmt: off
SAME = {
    "mastodon": (
        "https://mastodon.example/@samira/112233445566778899",
        "HTTPS://Mastodon.Example/@Samira/112233445566778899/",
        "http://mastodon.example:80/@samira/112233445566778899",
        "https://mastodon.example:443/@samira/112233445566778899?utm_source=x#reply",
        "https://www.mastodon.example/web/@samira/112233445566778899",
        "https://m.mastodon.example/deck/@samira/112233445566778899",
        "https://mastodon.example/users/samira/statuses/112233445566778899",
        "mastodon.example/@samira/112233445566778899",
        "https://mastodon.example./@samira/./x/../112233445566778899",
        "https://mastodon.example/%40samira/112233445566778899",
        "https://mastodon.example/@samira@mastodon.example/112233445566778899",
    ),
    "bluesky": (
        "https://bsky.app/profile/samira.bsky.social/post/3lk2abcdefg2x",
        "https://bsky.app/profile/did:plc:testtesttesttesttesttest/post/3lk2abcdefg2x",
        "https://www.bsky.app/profile/Samira.bsky.social/post/3LK2abcdefg2x/?ref_src=embed",
    ),
    "x": (
        "https://x.com/samira/status/1899999999999999999",
        "https://twitter.com/samira/status/1899999999999999999?s=20&t=abc",
        "https://mobile.twitter.com/Samira/status/1899999999999999999/photo/1",
        "https://x.com/i/web/status/1899999999999999999",
        "https://x.com/i/status/1899999999999999999",
    ),
    "page": (
        "https://samira.wordpress.com/2026/03/12/een-dag/",
        "http://samira.wordpress.com/2026/03/12/Een-Dag",
        "https://m.samira.wordpress.com/2026/03/12/een-dag?utm_campaign=a&fbclid=b&igshid=c#comments",
        "https://samira.wordpress.com/2026/03/./12//een%2Ddag/",
    ),
    "elsewhere": ("https://joost.example/blog?b=2&a=1", "https://joost.example/blog/?a=1&gclid=9&b=2"),
}
# fmt: on


@pytest.mark.parametrize("kind", SAME)
def test_one_post_has_one_name_however_it_is_written(kind):
    links = [parse(text) for text in SAME[kind]]
    assert {link.kind for link in links} == {kind}
    assert len({link.canonical for link in links}) == 1, [link.canonical for link in links]
    assert len({link.hash for link in links}) == 1
    assert all(link.url.startswith("https://") for link in links)


def test_other_posts_have_other_names():
    other = [SAME[kind][0] for kind in SAME]
    other += ["https://mastodon.example/@samira/112233445566778890", "https://other.example/@samira/112233445566778899"]
    other += ["https://joost.example/blog?a=2&b=2", "https://joost.example/?p=12", "https://joost.example/?p=13"]
    assert len({parse(text).hash for text in other}) == len(other)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        (None, "empty"),
        (["https://x.com"], "empty"),
        ("https://mastodon.example/" + "a" * 2100, "link_long"),
        ("https://mastodon.example/" + "\u20ac" * 900, "link_long"),
        ("https://mastodon.example/a b", "link_shape"),
        ("https://mastodon.example\\@127.0.0.1/", "link_shape"),
        ("https://mastodon.example/\r\nHost: x", "link_shape"),
        ("https://mastodon.example/\x00", "link_shape"),
        ("https://mastodon.example/\ud800", "link_shape"),
        ("https://[::1", "link_shape"),
        ("https://mastodon.example:99999/", "link_shape"),
        ("javascript:alert(1)", "link_scheme"),
        ("file:///etc/passwd", "link_scheme"),
        ("gopher://mastodon.example/", "link_scheme"),
        ("data:text/html,x", "link_scheme"),
        ("https://samira@mastodon.example/@a/1", "link_user"),
        ("https://mastodon.example:pass@127.0.0.1/", "link_user"),
        ("https://mastodon.example:8443/@a/1", "link_port"),
        ("http://mastodon.example:443/@a/1", "link_port"),
        ("https://bit.ly/abc", "link_short"),
        ("https://t.co/abc", "link_short"),
        ("https://x.com/samira", "link_post"),
        ("https://bsky.app/profile/samira.bsky.social", "link_post"),
        ("https://mastodon.example/@joost@other.example/112233445566778899", "link_copy"),
    ],
)
def test_what_is_no_link_to_a_post_is_refused_by_name(text, code):
    with pytest.raises(Invalid) as error:
        parse(text)
    assert error.value.code == code and error.value.data["field"] == "url"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "127.0.0.1.", "[::1]",
        "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1%25eth0]", "10.0.0.1", "169.254.169.254", "192.168.1.1",
        "localhost", "LOCALHOST", "localhost.", "api.localhost", "router.lan", "db.internal", "nas.local", "intranet",
        "１２７.０.０.１", "127。0。0。1", "ⓛocalhost", "a..b", "-a.example", "1.1.1.1.in-addr.arpa", "x.onion",
    ],
)  # fmt: skip
def test_no_notation_of_an_address_and_no_name_of_this_house_is_a_site(host):
    with pytest.raises(Invalid) as error:
        parse(f"https://{host}/@samira/112233445566778899")
    assert error.value.code in ("link_host", "link_shape")


@pytest.mark.parametrize("site", ["https://www.instagram.com/p/Cxyz/", "https://nl.linkedin.com/posts/a-1", "https://vm.tiktok.com/Z/"])
def test_closed_platforms_are_told_apart(site):
    link = parse(site)
    assert link.kind == "closed" and not link.readable


def test_names_in_other_scripts_become_ascii():
    assert parse("https://bücher.example/@samira/112233445566778899").host == "xn--bcher-kva.example"


@given(st.text(max_size=80), st.sampled_from(["", "https://", "https://mastodon.example/", "https://x.com/", "http://a.b.nl/?"]))
def test_whatever_is_typed_is_a_link_or_refused_and_a_link_stays_what_it_is(text, start):
    try:
        link = parse(start + text)
    except Invalid:
        return
    assert link.url.isascii() and len(link.url) <= canonical.LONGEST
    again = parse(link.url)
    assert (again.canonical, again.kind, again.url) == (link.canonical, link.kind, link.url)
