"""The server's eye: one picture in, its code out, and a refusal for everything that is no small JPEG."""

import io

import pytest
import segno
from PIL import Image


def jpeg(image):
    out = io.BytesIO()
    image.convert("L").save(out, "JPEG", quality=60)
    return out.getvalue()


def picture_of(text):
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=5, border=4)
    desk = Image.effect_noise((480, 360), 24)
    desk.paste(Image.open(out).convert("L").rotate(9, expand=True, fillcolor=255), (60, 30))
    return jpeg(desk)


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


def test_takes_a_picture_of_100_kb(look):
    busy = io.BytesIO()
    Image.effect_noise((640, 480), 200).save(busy, "JPEG", quality=60)
    assert 90_000 < len(busy.getvalue()) < 200_000
    assert look(busy.getvalue()).json == {"code": None}


def test_refuses_a_large_body(look):
    assert look(b"\xff\xd8" + bytes(210_000)).status_code == 413


def test_only_a_kiosk_is_read_to(app, tablet):
    assert app.test_client().post("/kiosk/frames", data=b"x").status_code == 401
