"""Tablets and wall screens: offered a code once, paired, watched, unpaired."""

import re
from datetime import timedelta

import pytest

DEVICES = "/host/het-seinhuis/devices"


def offer(host, kind="kiosk", name="Ingang"):
    """The page with the code, and the code."""
    address = host.post(DEVICES, kind=kind, device=name).headers["Location"]
    found = re.search(r'id="code">([^<]+)<', host.get(address).text)
    return address, re.sub(r"&#8239;|\s", "", found.group(1)) if found else ""


def test_a_venue_without_screens_says_what_they_are_for(host):
    assert "No screens yet" in host.says(DEVICES)


def test_the_code_is_shown_with_its_address_and_as_a_qr_code(host):
    address, code = offer(host)
    page = host.get(address).text
    assert len(code) == 8 and "localhost/kiosk/pair" in page and "<svg" in page
    assert "The code is good until 09:51, once." in host.says(address)


@pytest.mark.parametrize("kind", ["kiosk", "wall"])
def test_a_screen_pairs_with_the_code_once(host, phone, kind):
    address, code = offer(host, kind)
    screen, thief = phone(), phone()
    form = screen.get(f"/{kind}/pair/{code}")
    assert form.status_code == 200 and code in form.text
    assert "waits to be paired" in host.get(f"{address}/now").text
    assert screen.post(f"/{kind}/pair", code=code.lower()).status_code == 303
    assert thief.post(f"/{kind}/pair", code=code).status_code == 404
    assert "Paired." in host.get(f"{address}/now").text
    assert code not in host.get(address).text.replace("&#8239;", "")


def test_a_code_is_seen_only_by_who_made_it_and_only_while_it_is_good(host, phone, cast, clock):
    address, code = offer(host)
    colleague = phone(cast.marieke)
    assert "A code is shown once" in colleague.says(address)
    clock.shift(timedelta(minutes=10))
    assert "This code is too old." in host.says(address) and code[:4] not in host.says(address)
    assert phone().post("/wall/pair", code=code).status_code == 410


@pytest.mark.parametrize(
    ("form", "sentence"), [({"kind": "kiosk", "device": ""}, "Fill this in."), ({"kind": "door", "device": "x"}, "Choose one")]
)
def test_a_screen_needs_a_kind_and_a_name(host, form, sentence):
    answer = host.post(DEVICES, **form)
    assert answer.status_code == 422 and sentence in answer.text
    assert "No screens yet" in host.says(DEVICES)


def test_unpairing_is_asked_and_then_counts_at_once(host, phone):
    address, code = offer(host, "wall", "Hal")
    screen = phone()
    screen.post("/wall/pair", code=code)
    assert screen.get("/wall").status_code == 200
    assert "at once" in host.says(f"{address}/revoke")
    assert screen.get("/wall").status_code == 200
    assert "is no longer paired" in host.post(f"{address}/revoke", follow_redirects=True).text
    assert screen.get("/wall").headers["Location"] == "/wall/pair"
    assert screen.get("/wall/now", **{"X-Part": "1"}).status_code == 401
    assert host.get(address).status_code == 404


def test_another_venues_screen_is_not_there(host, phone, cast):
    address, _ = offer(host)
    there = address.replace("het-seinhuis", "de-wissel")
    wim = phone(cast.wim)
    for path in (there, f"{there}/now", f"{there}/revoke"):
        assert wim.get(path).status_code == 404
    assert wim.post(f"{there}/revoke").status_code == 404
