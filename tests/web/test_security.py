"""What every page promises whoever asks: headers, forms from our own page only, limits, and no way around them."""

import re

import pytest

from s2m.app import create_app
from s2m.config import Config
from tests.cast import sign_in, token_of

pytestmark = pytest.mark.filterwarnings("default::ResourceWarning")


def test_pages_carry_the_headers_that_keep_others_out(client):
    headers = client.get("/login").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy and "base-uri 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_only_the_kiosk_may_use_the_camera(client):
    headers = client.get("/kiosk/pair").headers
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "'wasm-unsafe-eval'" in headers["Content-Security-Policy"]


def test_over_https_cookies_are_bound_to_this_host(database_url, tmp_path, cast, now):
    app = create_app(Config(instance=tmp_path / "i", database_url=database_url, https=True, jobs=False))
    client = app.test_client()
    answer = client.get("/kiosk/pair", base_url="https://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    app.extensions["s2m.database"].close()
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert cookies and all(c.startswith("__Host-") and "Secure" in c and "HttpOnly" in c and "SameSite=Lax" in c for c in cookies)


def test_a_form_without_its_token_is_refused_and_nothing_happens(app, cast):
    answer = app.test_client().post("/login", data={"email": cast.samira.email})
    with app.extensions["s2m.database"].read() as store:
        assert store.outbox.waiting(cast.noord.created_at.replace(year=2030)) == []
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_a_token(app, cast, header):
    client = app.test_client()
    data = {"email": cast.samira.email, "csrf_token": token_of(client)}
    assert client.post("/login", data=data, headers=header).status_code == 403
    assert client.post("/login", data=data).status_code == 200


@pytest.mark.parametrize(
    "header", [{"Origin": "http://localhost"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_a_form_from_our_own_page_is_taken(app, cast, header):
    client = app.test_client()
    data = {"email": cast.samira.email, "csrf_token": token_of(client)}
    assert client.post("/login", data=data, headers=header).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"), [("https://s2m.example", 200), ("https://localhost", 200), ("http://s2m.example", 403)]
)
def test_the_public_address_is_our_own_too(database_url, tmp_path, cast, origin, status):
    config = Config(tmp_path / "i", database_url, public_url="https://S2M.example:443/", https=True, jobs=False)
    app = create_app(config)
    client = app.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/kiosk/pair", base_url="https://localhost").text)
    data = {"email": cast.samira.email, "csrf_token": found.group(1)}
    answer = client.post("/login", data=data, headers={"Origin": origin}, base_url="https://localhost")
    app.extensions["s2m.database"].close()
    assert answer.status_code == status


def test_another_host_name_is_not_answered(client):
    assert client.get("/login", headers={"Host": "elsewhere.example"}).status_code == 400


def test_a_forwarded_host_is_ignored_without_a_stated_proxy(client):
    answer = client.get("/me", headers={"X-Forwarded-Host": "elsewhere.example"})
    assert "elsewhere.example" not in answer.get_data(as_text=True) + str(answer.headers)


def test_a_large_body_is_refused(client):
    answer = client.post("/login", data={"email": "x" * 200_000})
    assert answer.status_code == 413


def test_too_many_form_parts_are_refused(client):
    answer = client.post("/login", data={f"f{n}": "x" for n in range(200)}, content_type="multipart/form-data")
    assert answer.status_code in (403, 413)


@pytest.mark.parametrize(
    "path", ["/static/../config.py", "/static/%2e%2e/config.py", "/static/..%2fconfig.py", "/kiosk/static/../__init__.py"]
)
def test_nothing_outside_the_static_folders_is_served(client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and b"import" not in answer.data


def test_a_session_that_was_ended_lets_nobody_in(app, cast, now_is):
    client = sign_in(app, cast.samira, now_is)
    secret = client.get_cookie("session").value
    assert client.get("/me").status_code == 200
    client.post("/logout", data={"csrf_token": token_of(client, "/me/profile")})
    client.set_cookie("session", secret)
    assert client.get("/me").status_code == 302


def test_signing_in_makes_a_new_session_each_time(app, cast, now_is):
    from s2m.domain import signin

    seen = set()
    for _ in range(2):
        with app.extensions["s2m.database"].write() as store:
            secret = signin.make_link(store, now_is, person=cast.samira)
        client = app.test_client()
        client.set_cookie("session", "chosen-by-an-attacker")
        client.post(f"/login/{secret}", data={"csrf_token": token_of(client, f"/login/{secret}")})
        seen.add(client.get_cookie("session").value)
    assert len(seen) == 2 and "chosen-by-an-attacker" not in seen


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(app, cast, now_is, target):
    from s2m.domain import signin

    with app.extensions["s2m.database"].write() as store:
        secret = signin.make_link(store, now_is, person=cast.samira)
    client = app.test_client()
    token = token_of(client, f"/login/{secret}")
    answer = client.post(f"/login/{secret}", query_string={"next": target}, data={"csrf_token": token})
    assert answer.status_code == 302 and answer.location == "/"


def test_a_known_and_an_unknown_mail_address_get_the_same_page(app, cast):
    client = app.test_client()
    token = token_of(client)
    known = client.post("/login", data={"email": cast.samira.email, "csrf_token": token})
    other = client.post("/login", data={"email": "nobody@seinhuis.example", "csrf_token": token})
    assert known.status_code == other.status_code == 200
    assert known.data.replace(b"samira@", b"nobody@") == other.data


def test_asking_for_links_too_often_is_slowed_down_whatever_the_header_says(app, cast):
    client = app.test_client()
    token = token_of(client)
    answers = [
        client.post("/login", data={"email": cast.samira.email, "csrf_token": token}, headers={"X-Forwarded-For": f"10.0.0.{n}"})
        for n in range(12)
    ]
    assert [a.status_code for a in answers] == [200] * 10 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_an_unexpected_failure_shows_a_number_and_no_detail(app, monkeypatch):
    from s2m.web import auth

    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(auth, "render_template", broken)
    app.testing = False
    answer = app.test_client().get("/login")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500 and "secret detail" not in page and "500-" in page
