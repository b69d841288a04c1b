"""The wall: shows the house and names nobody; paired by a code; a host may look at it."""

import re
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image

from s2m.domain import codes, devices, people, presence


@pytest.fixture
def wall(phone, app, cast, now):
    """A paired wall screen of Het Seinhuis."""
    with app.extensions["s2m.database"].write() as store:
        _, code = devices.offer_pairing(store, cast.seinhuis, "wall", "Hal", cast.marieke.id, now)
    screen = phone()
    assert screen.post("/wall/pair", code=code).headers["Location"] == "/wall"
    return screen


def read(svg, scale=4):
    """What a QR code says, read from the path that draws it: rows of `M x y`, `h` dark and `m` light runs."""
    side = int(re.search(r'viewBox="0 0 (\d+) ', svg).group(1))
    picture = Image.new("L", (side, side), 255)
    x, y = 0, 0
    for act, a, b in re.findall(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", re.search(r' d="([^"]+)"', svg).group(1)):
        if act == "h":
            for at in range(int(a)):
                picture.putpixel((int(x) + at, int(y)), 0)
            x += float(a)
        elif act == "M":
            x, y = float(a), float(b)
        else:
            x, y = x + float(a), y + float(b)
    return zxingcpp.read_barcodes(picture.resize((side * scale, side * scale), Image.NEAREST))[0].text


@pytest.fixture
def asks(app, cast, now):
    def asks(person, text, **choices):
        with app.extensions["s2m.database"].write() as store:
            visit = presence.check_in(store, person, cast.seinhuis, cast.policy, "badge", now).visit
            shown = {"visible": True, "on_wall": True} | choices
            return presence.answer_need(store, visit, presence.Need("need", text), now, **shown)

    return asks


def test_the_wall_shows_needs_and_knowledge_and_no_name(wall, asks, cast):
    asks(cast.samira, "Wie leest mijn offerte mee?")
    said = wall.says("/wall")
    assert "Wie leest mijn offerte mee?" in said and "gewone taal" in said
    page = wall.get("/wall").text
    assert not [name for name in ("Samira", "Vos", "samira@") if name in page]
    assert cast.samira.id not in page


def test_who_did_not_want_the_wall_is_not_on_it(wall, asks, cast):
    asks(cast.samira, "Wie leest mijn offerte mee?", on_wall=False)
    asks(cast.joost, "Wie kent een drukker?", visible=False)
    said = wall.says("/wall")
    assert "offerte mee" not in said and "drukker" not in said and "offertes en prijzen" not in said
    assert "What do you need today?" in said


def test_the_rest_of_a_long_list_waits_on_further_pages(wall, asks, cast, app, now):
    for at in range(6):
        with app.extensions["s2m.database"].write() as store:
            someone = people.join(store, cast.noord.id, "Iemand Anders", None, cast.policy, now)
        asks(someone, f"Vraag nummer {at}")
    page = wall.get("/wall").text
    assert re.findall(r'data-page="needs"( hidden)?', page) == ["", " hidden"]
    assert len(re.findall("Vraag nummer", page)) == 6


def test_free_seats_and_rooms_count_who_is_here(wall, phone, cast, asks):
    host = phone(cast.marieke)
    for name, kind, capacity in (("Vloer", "open", 3), ("Loket", "meeting", 1)):
        host.post("/host/het-seinhuis/rooms/new", name=name, kind=kind, floor="0", capacity=capacity)
    asks(cast.samira, "x")
    said = wall.says("/wall")
    assert "Free seats 2 seats free" in said and "Vloer 2 free" in said and "Loket free" in said


def test_every_room_comes_by_in_turns_with_free_seats_first(wall, phone, cast):
    host = phone(cast.marieke)
    made = {"Loket": "meeting", "Hal": "open", "A": "meeting", "B": "meeting", "C": "meeting", "Stil": "quiet"}
    for name, kind in made.items():
        host.post("/host/het-seinhuis/rooms/new", name=name, kind=kind, floor="0", capacity="4")
    page = wall.get("/wall").text
    assert re.findall(r'data-page="rooms"( hidden)?', page) == ["", " hidden"]
    assert re.findall(r"<li><b><bdi>(\w+)</bdi></b>", page)[:2] == ["Hal", "Stil"]
    assert len(re.findall(r"<li><b><bdi>(\w+)</bdi></b>", page)) == 6


def test_a_meeting_room_with_somebody_in_it_is_in_use(wall, phone, cast, asks, app):
    host = phone(cast.marieke)
    host.post("/host/het-seinhuis/rooms/new", name="Hal", kind="open", floor="0", capacity="4")
    host.post("/host/het-seinhuis/rooms/new", name="Loket", kind="meeting", floor="0", capacity="2")
    asks(cast.samira, "x")
    with app.extensions["s2m.database"].write() as store:
        here = store.presence.here(cast.seinhuis.id)[0]
        room = next(r for r in store.venues.rooms(cast.seinhuis.id) if r.kind == "meeting")
        presence.sit_in(store, here.visit, cast.seinhuis, room.id)
    said = wall.says("/wall")
    assert "Loket in use" in said and "Hal 3 free" in said and "Free seats 3 seats free" in said


def test_the_door_code_is_that_of_a_tablet_and_the_same_throughout_its_step(wall, kiosk, clock):
    first = wall.get("/wall/now")
    assert "<svg" in first.text
    # 09:41:00 begins a step of 20 s
    clock.shift(19)
    assert wall.get("/wall/now", **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    clock.shift(1)
    fresh = wall.get("/wall/now", **{"If-None-Match": first.headers["ETag"]})
    assert fresh.status_code == 200


def test_the_door_code_on_the_wall_opens_the_door(wall, kiosk, app, now):
    svg = re.search(r"<svg[^>]*viewBox.*?</svg>", wall.get("/wall").text, re.S).group(0)
    said = read(svg)
    assert said.startswith("http://localhost/in/")
    assert codes.read_door(app.extensions["s2m.keys"].door, said.rpartition("/")[2], now).device_id == kiosk.id


def test_without_a_tablet_there_is_no_door_code(wall):
    page = wall.get("/wall").text
    assert "Say so to the host." in page and "wall__qr" not in page


def test_the_part_changes_when_somebody_comes(wall, asks, cast):
    first = wall.get("/wall/now")
    assert wall.get("/wall/now", **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    asks(cast.samira, "Wie leest mijn offerte mee?")
    assert "offerte" in wall.get("/wall/now", **{"If-None-Match": first.headers["ETag"]}).text


def test_a_host_may_look_at_the_wall_of_their_venue_only(phone, cast):
    assert phone(cast.marieke).get("/wall/het-seinhuis").status_code == 200
    wim = phone(cast.wim)
    assert wim.get("/wall/het-seinhuis").status_code == wim.get("/wall/het-seinhuis/now").status_code == 404
    assert wim.get("/wall/de-wissel").status_code == 200


def test_a_screen_that_is_not_paired_is_led_to_pairing(phone):
    assert phone().get("/wall").headers["Location"] == "/wall/pair"


def test_looking_at_a_pairing_link_spends_nothing(phone, app, cast, now):
    with app.extensions["s2m.database"].write() as store:
        device, code = devices.offer_pairing(store, cast.seinhuis, "wall", "Hal", cast.marieke.id, now)
    phone().get(f"/wall/pair/{code}")
    with app.extensions["s2m.database"].read() as store:
        assert store.devices.get(device.id).paired_at is None


@pytest.mark.parametrize("code", ["", "AAAAAAAA", "x" * 1000, "\x00", "<script>"])
def test_a_wrong_code_is_refused_beside_the_field(phone, code):
    answer = phone().post("/wall/pair", code=code)
    assert answer.status_code == 404 and 'aria-invalid="true"' in answer.text
    assert "device=" not in answer.headers.get("Set-Cookie", "")


def test_the_token_is_kept_where_scripts_cannot_read_it(phone, app, cast, now):
    with app.extensions["s2m.database"].write() as store:
        _, code = devices.offer_pairing(store, cast.seinhuis, "wall", "Hal", cast.marieke.id, now)
    cookie = next(c for c in phone().post("/wall/pair", code=code).headers.getlist("Set-Cookie") if c.startswith("device="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=34560000" in cookie


def test_the_host_sees_when_a_wall_falls_silent(wall, phone, cast, clock):
    assert wall.post("/wall/heartbeat").status_code == 204
    host = phone(cast.marieke)
    assert "silent" not in host.says("/host/het-seinhuis/devices")
    clock.shift(devices.SILENT_AFTER + timedelta(seconds=1))
    assert "silent since 09:41" in host.says("/host/het-seinhuis/devices")


def test_the_wall_tells_what_the_commons_did_this_week(wall):
    assert "newcomers were welcomed" in wall.says("/wall")
