"""The fetcher: opens what is public, within its bounds, and never anything inside, however the link is dressed up."""

import socket
import time
import tracemalloc

import pytest

from s2m import links, looks
from s2m.domain.errors import Invalid
from s2m.domain.posts import parse, platforms
from s2m.links import Failed, Fetcher, is_public
from tests.platforms import canaries, gzipped, internet  # noqa: F401  (fixtures)

URL = "https://mastodon.example/api/v1/statuses/1"
KEY = ("mastodon.example", "/api/v1/statuses/1")


def refusal(fetcher, url=URL, **more):
    with pytest.raises(Failed) as error:
        fetcher.get(url, **more)
    return error.value.code


INSIDE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8",
    "198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "::1", "::7f00:1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:1::1", "fe80::1",
    "fe80::1%lo", "fec0::1", "fd00::1", "ff02::1", "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450:400e::1"])
def test_an_address_outside_is(address):
    assert is_public(address)


# Reading --------------------------------------------------------------------------------------------------------


def test_a_page_is_read_under_its_name_without_anything_of_ours(internet, monkeypatch):  # noqa: F811
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    internet.answers[KEY] = {"id": "1"}
    answer = internet.fetcher().get(URL)
    assert (answer.url, answer.text) == (URL, '{"id": "1"}')
    sent = {name.lower() for name in internet.headers[0]}
    assert sent == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert internet.asked == [("mastodon.example", "/api/v1/statuses/1")]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_came_packed_is_unpacked(internet, encoding):  # noqa: F811
    body = gzipped(65536 * 2, encoding)
    internet.answers[KEY] = lambda h: h.send(body, Content_Type="text/html", Content_Encoding=encoding)
    assert internet.fetcher().get(URL).text == "\0" * 65536 * 2


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "status"), (410, "status"), (403, "status"), (400, "status"), (429, "away"), (500, "away"), (503, "away")],
)
def test_a_status_that_is_no_answer(internet, status, code):  # noqa: F811
    internet.answers[KEY] = status
    assert refusal(internet.fetcher()) == code


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "text/plain", "text/css", "multipart/x-mixed-replace"])
def test_only_pages_and_json_are_read(internet, kind):  # noqa: F811
    internet.answers[KEY] = lambda h: h.send(b"x", Content_Type=kind)
    assert refusal(internet.fetcher()) == "kind"


def test_a_charset_nobody_knows_is_read_as_utf_8(internet):  # noqa: F811
    internet.answers[KEY] = lambda h: h.send("é".encode() + b"\xff", Content_Type="text/html; charset=x-nonsense")
    assert internet.fetcher().get(URL).text == "é\ufffd"


# Redirects ------------------------------------------------------------------------------------------------------


def onward(to, status=302):
    return lambda h: h.give(status, Location=to)


def test_redirects_are_followed_three_times_and_no_more(internet):  # noqa: F811
    for n in range(1, 5):
        internet.answers["mastodon.example", f"/{n}"] = onward(f"/{n + 1}")
    internet.answers["mastodon.example", "/5"] = "<p>hier"
    assert internet.fetcher().get("https://mastodon.example/2").url == "https://mastodon.example/5"
    internet.asked.clear()
    assert refusal(internet.fetcher(), "https://mastodon.example/1") == "redirects"
    assert len(internet.asked) == 4


def test_a_redirect_goes_only_where_it_may(internet):  # noqa: F811
    internet.answers["medium.com", "/p"] = onward("https://other.example/x")
    assert refusal(internet.fetcher(), "https://medium.com/p", may_follow=platforms.may_follow) == "redirects"
    assert internet.asked == [("medium.com", "/p")]


@pytest.mark.parametrize(
    "to",
    ["http://mastodon.example/x", "https://127.0.0.1/", "https://localhost/", "https://a@mastodon.example/", "file:///etc/passwd",
     "https://mastodon.example:8443/", "//[::1]/", "https://0x7f.1/", "gopher://mastodon.example/", "https://[::ffff:127.0.0.1]/"],
)  # fmt: skip
def test_each_redirect_begins_from_the_start(internet, to):  # noqa: F811
    internet.answers[KEY] = onward(to)
    assert refusal(internet.fetcher()) == "address"
    assert len(internet.asked) == 1


# Bounds ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def hurried(monkeypatch):
    """The same clock, a tenth as patient."""
    monkeypatch.setattr(links, "TOTAL", 1.0)
    monkeypatch.setattr(links, "CONNECT", 0.5)


def drip(part, pause=0.02, first=b""):
    """A server that sends a little at a time, for ever."""

    def send(h):
        try:
            h.wfile.write(first)
            while True:
                h.wfile.write(part)
                h.wfile.flush()
                time.sleep(pause)
        except OSError:
            h.close_connection = True

    return send


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


@pytest.mark.parametrize(
    "server",
    [
        drip(b"", 0.2), drip(b"a", 0.02, b"HTTP/1.1 200 OK\r\nX: "), drip(b"a", 0.02, HEAD),
        drip(b"X: y\r\n", 0.03, b"HTTP/1.1 200 OK\r\n"), drip(b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
    ],
    ids=["silent", "one header", "one page", "many headers", "continue"],
)  # fmt: skip
def test_a_slow_server_is_left_in_time_by_the_clock_on_the_wall(internet, hurried, server):  # noqa: F811
    internet.answers[KEY] = server
    start = time.monotonic()
    assert refusal(internet.fetcher()) == "away"
    assert time.monotonic() - start < 1.5


def test_a_server_that_never_shakes_hands_is_left(internet, hurried):  # noqa: F811
    with socket.create_server(("127.0.0.1", 0)) as silent:
        internet.resolved["mastodon.example"] = [silent.getsockname()]
        start = time.monotonic()
        assert refusal(internet.fetcher()) == "away"
        assert time.monotonic() - start < 1.5


def test_an_endless_page_is_put_down(internet):  # noqa: F811
    internet.answers[KEY] = drip(b"a" * 65536, 0, HEAD)
    start = time.monotonic()
    assert refusal(internet.fetcher()) == "large"
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_thousandfold_bomb_is_put_down_before_it_unfolds(internet, encoding):  # noqa: F811
    bomb = gzipped(256 * 1024 * 1024, encoding)
    assert len(bomb) * 900 < 256 * 1024 * 1024
    internet.answers[KEY] = lambda h: h.send(bomb, Content_Type="text/html", Content_Encoding=encoding)
    start = time.monotonic()
    tracemalloc.start()
    assert refusal(internet.fetcher()) == "large"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.monotonic() - start < 2 and most < 4_000_000


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd", "x"])
def test_what_is_packed_otherwise_is_not_unpacked(internet, encoding):  # noqa: F811
    internet.answers[KEY] = lambda h: h.send(b"x", Content_Type="text/html", Content_Encoding=encoding)
    assert refusal(internet.fetcher()) == "encoding"


def test_half_a_page_is_no_page(internet):  # noqa: F811
    internet.answers[KEY] = lambda h: h.send(b"<p>half", Content_Type="text/html", Content_Length="400")
    assert refusal(internet.fetcher()) == "away"
    internet.answers[KEY] = lambda h: h.send(gzipped(65536)[:-20], Content_Type="text/html", Content_Encoding="gzip")
    assert refusal(internet.fetcher()) == "away"


def test_another_ones_certificate_is_not_believed(internet):  # noqa: F811
    internet.answers["elsewhere.example", "/"] = "<p>x"
    internet.resolved["elsewhere.example"] = [("127.0.0.1", internet.port)]
    assert refusal(internet.fetcher(), "https://elsewhere.example/") == "away"
    assert internet.asked == []


def test_a_name_that_nobody_has_is_away(internet):  # noqa: F811
    assert refusal(internet.fetcher(), "https://nobody.example/") == "away"


# Ways inside ----------------------------------------------------------------------------------------------------


def test_a_name_with_one_address_inside_is_not_opened_at_all(internet, canaries):  # noqa: F811
    internet.resolved["mastodon.example"] = [("8.8.8.8", 443), ("127.0.0.1", canaries.v4)]
    assert refusal(internet.fetcher(allowed=is_public)) == "private"
    assert canaries.hits == []


def test_a_name_is_asked_once_so_that_it_cannot_change_its_mind(internet, canaries):  # noqa: F811
    answers = iter([[("127.0.0.1", internet.port)], [("127.0.0.1", canaries.v4)], [("::1", canaries.v6)]])
    internet.resolved["mastodon.example"] = lambda: next(answers)
    internet.answers[KEY] = "<p>hier"
    assert internet.fetcher().get(URL).text == "<p>hier"
    assert canaries.hits == [] and len(list(answers)) == 2


def test_the_address_is_looked_at_again_once_the_connection_stands(internet):  # noqa: F811
    looked = iter([True, False])
    assert refusal(internet.fetcher(allowed=lambda ip: next(looked))) == "private"
    assert internet.asked == []


def disguises(canaries):  # noqa: F811
    """Links to this machine, each in another dress."""
    v4, v6 = canaries.v4, canaries.v6
    hosts = [
        "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0", "localhost",
        "LOCALHOST.", "127.0.0.1.", "１２７.０.０.１", "127。0。0。1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[::7f00:1]", "[64:ff9b::7f00:1]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]", "localhost.localdomain", "ip6-localhost",
        "127.0.0.1.nip.example",
    ]  # fmt: skip
    for host in hosts:
        for port in (f":{v6 if host.startswith('[') else v4}", ":443", ":80", ""):
            yield from (f"{scheme}://{host}{port}/@samira/112233445566778899" for scheme in ("http", "https"))
    for trick in (
        "https://mastodon.example\\@127.0.0.1:{v4}/", "https://mastodon.example@127.0.0.1:{v4}/",
        "https://mastodon.example:x@127.0.0.1:{v4}/", "https://127.0.0.1:{v4}/\\mastodon.example",
        "https://127.0.0.1:{v4}#@mastodon.example/", "https://127.0.0.1:{v4}?@mastodon.example/", "//127.0.0.1:{v4}/",
        "127.0.0.1:{v4}/@a/1",
        "https:127.0.0.1:{v4}", "https:///127.0.0.1:{v4}/", "https://mastodon.example%00.127.0.0.1:{v4}/",
        "https://[::1]:{v6}\\@mastodon.example/",
        "https://mastodon.example%2f@127.0.0.1:{v4}/", "http://127.0.0.1:{v4}\t/", "\thttps://127.0.0.1:{v4}", "https://①②⑦.⓪.⓪.①:{v4}/",
        "ftp://127.0.0.1:{v4}/", "gopher://127.0.0.1:{v4}/_GET", "dict://127.0.0.1:{v4}/", "file://127.0.0.1:{v4}/etc/passwd",
    ):  # fmt: skip
        yield trick.format(v4=v4, v6=v6)


def test_no_hostile_link_reaches_this_machine(canaries):  # noqa: F811
    """The strict fetcher, with the system's own look-up, given each link both as it is typed and as it stands."""
    fetcher, tried, sites = Fetcher(resolve=_inside_too(canaries)), 0, 0
    for text in disguises(canaries):
        tried += 1
        with pytest.raises(Failed):
            fetcher.get(text)
        try:
            link = parse(text)
        except Invalid:
            continue
        sites += 1
        assert looks.look(fetcher, link).post is None
    time.sleep(0.3)
    assert canaries.hits == []
    print(f"{tried} hostile links, {sites} of them look like sites, 0 hits")
    assert tried > 200


def _inside_too(canaries):  # noqa: F811
    """The system's look-up; but names of other people's lead to the canaries, as anybody may let their own name do."""

    def resolve(name, port):
        return [("127.0.0.1", canaries.v4), ("::1", canaries.v6)] if name.endswith(".example") else links.resolve(name, port)

    return resolve


@pytest.mark.parametrize("name", ["localhost", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "::ffff:7f00:1"])
def test_were_a_notation_let_through_its_address_would_not_be(name):
    found = links.resolve(name, 443)
    assert found and not any(is_public(ip) for ip, _ in found)


def test_redirects_reach_this_machine_as_little(internet, canaries):  # noqa: F811
    tried = 0
    for text in disguises(canaries):
        if text.isascii() and text.isprintable():
            internet.answers[KEY] = onward(text)
            with pytest.raises(Failed):
                internet.fetcher(allowed=lambda ip: ip == "127.0.0.1").get(URL)
            tried += 1
    time.sleep(0.3)
    assert tried > 150 and canaries.hits == []


def test_the_canaries_would_have_sung(canaries):  # noqa: F811
    for address in (("127.0.0.1", canaries.v4), ("::1", canaries.v6)):
        socket.create_connection(address).close()
    time.sleep(0.3)
    assert sorted(canaries.hits) == ["127.0.0.1", "::1"]
    loose = Fetcher(resolve=lambda name, port: [("127.0.0.1", canaries.v4)], allowed=lambda ip: True)
    assert refusal(loose) == "away"
    time.sleep(0.3)
    assert len(canaries.hits) == 3
