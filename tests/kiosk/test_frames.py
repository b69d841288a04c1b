"""The server's eye: one picture in, its code out, and a refusal for everything that is no small JPEG."""

import io
import time

import pytest
from PIL import Image

from s2m.web import frames
from tests.frames import jpeg, picture_of


@pytest.fixture
def look(tablet):
    def look(body, content_type="image/jpeg"):
        return tablet.client.post("/kiosk/frames", data=body, headers={"X-CSRFToken": tablet.csrf, "Content-Type": content_type})

    return look


def test_reads_a_badge(look, tablet, cast):
    assert look(picture_of(tablet.badge(cast.samira))).json == {"code": tablet.badge(cast.samira)}


def test_an_empty_desk_holds_nothing(look):
    assert look(jpeg(Image.effect_noise((480, 360), 24))).json == {"code": None}


def test_refuses_what_is_no_small_jpeg(look):
    png = io.BytesIO()
    Image.new("L", (10, 10)).save(png, "PNG")
    wide = jpeg(Image.new("L", (3000, 1000)))
    for body in (b"", b"hello", png.getvalue(), picture_of("x")[:400], wide):
        assert look(body).status_code == 422, body[:20]


def many_scans(progressive):
    """A small file that says its picture over and over: 195 kB of it took 24 s to unpack."""
    out = io.BytesIO()
    Image.new("L", (1280, 720)).save(out, "JPEG", progressive=progressive, quality=10)
    body = out.getvalue()
    tail = body[body.rfind(b"\xff\xda") : -2]
    return body[:-2] + tail * ((190_000 - len(body)) // len(tail)) + b"\xff\xd9"


@pytest.mark.parametrize("progressive", [True, False])
def test_refuses_a_picture_of_many_scans_before_it_is_unpacked(look, progressive):
    body = many_scans(progressive)
    begun = time.process_time()
    assert look(body).status_code == 422
    assert time.process_time() - begun < 0.5


def test_refuses_a_progressive_picture(look):
    out = io.BytesIO()
    Image.effect_noise((480, 360), 24).save(out, "JPEG", progressive=True)
    assert look(out.getvalue()).status_code == 422


def test_a_tablet_is_looked_at_so_often_a_second_and_another_is_not_held_up(look, tablet, another_tablet, clock):
    empty = jpeg(Image.new("L", (48, 36)))
    answers = [look(empty).status_code for _ in range(frames.A_SECOND + 1)]
    assert answers == [200] * frames.A_SECOND + [429]
    headers = {"X-CSRFToken": another_tablet.csrf, "Content-Type": "image/jpeg"}
    assert another_tablet.client.post("/kiosk/frames", data=empty, headers=headers).status_code == 200
    clock.shift(1)
    assert look(empty).status_code == 200


def test_takes_a_picture_of_100_kb(look):
    busy = io.BytesIO()
    Image.effect_noise((640, 480), 200).save(busy, "JPEG", quality=60)
    assert 90_000 < len(busy.getvalue()) < 200_000
    assert look(busy.getvalue()).json == {"code": None}


def test_refuses_a_large_body(look):
    assert look(b"\xff\xd8" + bytes(210_000)).status_code == 413


def test_only_a_kiosk_is_read_to(app, tablet):
    assert app.test_client().post("/kiosk/frames", data=b"x").status_code == 401
