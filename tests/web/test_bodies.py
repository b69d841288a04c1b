"""Bodies that do not come: they keep a few threads, never the site, and never the tablets."""

import threading
from contextlib import contextmanager

import pytest

from s2m.domain import devices
from tests.cast import sign_in, token_of

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Dripping:
    """A body of which the rest never comes."""

    def __init__(self):
        self.asked, self.given_up = threading.Event(), threading.Event()

    def read(self, size=-1):
        self.asked.set()
        assert self.given_up.wait(20)
        return b""


def coming(body, length, kind=FORM, address="192.0.2.1"):
    """The environment of a request that says it has a body."""
    return {
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": str(length),
        "CONTENT_TYPE": kind,
        "REMOTE_ADDR": address,
    }


@pytest.fixture
def drip(app):
    """with drip(9, "/login") as answers: nine requests whose bodies are waited for, or that were answered already."""

    @contextmanager
    def drip(count, path, make=None, address="192.0.2.1", kind=FORM, **headers):
        answers, bodies, threads = [], [], []

        def ask(client, body):
            environ = coming(body, 60000, kind, address)
            answers.append(client.post(path, headers=headers, environ_overrides=environ))
            body.asked.set()

        for _ in range(count):
            bodies.append(Dripping())
            threads.append(threading.Thread(target=ask, args=((make or app.test_client)(), bodies[-1])))
            threads[-1].start()
            assert bodies[-1].asked.wait(20)
        yield list(answers)
        for body in bodies:
            body.given_up.set()
        for thread in threads:
            thread.join(20)

    return drip


@pytest.fixture
def token(app, cast, now_is):
    with app.extensions["s2m.database"].write() as store:
        return devices.make_token(store, cast.seinhuis, "Ingang", cast.marieke.id, now_is)


def test_a_ninth_body_from_one_address_is_not_waited_for(drip, cast):
    with drip(9, "/login") as answers:
        [answer] = answers
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_another_address_still_has_its_places(drip, cast):
    with drip(8, "/login"), drip(1, "/login", address="192.0.2.2") as answers:
        assert answers == []


def test_strangers_together_have_few_places(drip, cast):
    first, second, third = (drip(8, "/login", address=f"192.0.2.{n}") for n in (1, 2, 3))
    with first, second, third, drip(1, "/login", address="192.0.2.4") as answers:
        assert [answer.status_code for answer in answers] == [503]


def test_who_comes_with_an_invented_cookie_or_token_is_a_stranger(app, drip, cast):
    def pretender():
        client = app.test_client()
        client.set_cookie("session", "invented")
        client.set_cookie("device", "invented")
        return client

    with drip(8, "/login"):
        with drip(1, "/login", make=pretender) as answers:
            assert [answer.status_code for answer in answers] == [503]
        with drip(1, "/login", Authorization="Bearer invented") as answers:
            assert [answer.status_code for answer in answers] == [503]


def test_strangers_never_take_the_places_of_people_and_tablets(app, drip, cast, token, now_is):
    def samira():
        return sign_in(app, cast.samira, now_is)

    scan = {"kind": JSON, "Authorization": f"Bearer {token}"}
    with drip(9, "/login"), drip(1, "/me/need", make=samira) as persons, drip(1, "/kiosk/scans", **scan) as tablets:
        assert (persons, tablets) == ([], [])


def test_a_session_has_eight_places_and_a_tablet_thirty_two(app, drip, cast, token, now_is):
    client = sign_in(app, cast.samira, now_is)
    secret = client.get_cookie("session").value

    def again():
        other = app.test_client()
        other.set_cookie("session", secret)
        return other

    with drip(9, "/me/need", make=again) as answers:
        assert [answer.status_code for answer in answers] == [503]
    with drip(33, "/kiosk/scans", kind=JSON, Authorization=f"Bearer {token}") as answers:
        assert [answer.status_code for answer in answers] == [503]


def test_places_are_given_back(app, drip, cast):
    with drip(8, "/login"):
        pass
    client = app.test_client()
    answer = client.post("/login", data={"email": cast.samira.email, "csrf_token": token_of(client)})
    assert answer.status_code == 200
    with drip(8, "/login") as answers:
        assert answers == []


def test_half_a_body_is_none(app, cast, now_is):
    """A form that was cut off could say something else than was meant: nothing is stored."""
    client = app.test_client()
    whole = f"csrf_token={token_of(client)}&email={cast.samira.email}".encode()
    halves = iter([whole, b""])
    body = type("Cut", (), {"read": lambda self, size=-1: next(halves)})()
    answer = client.post("/login", environ_overrides=coming(body, len(whole) + 10))
    with app.extensions["s2m.database"].read() as store:
        assert store.outbox.waiting(now_is) == []
    assert answer.status_code == 400
