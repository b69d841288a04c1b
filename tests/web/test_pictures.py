"""Screenshots: what is a picture comes out as a new JPEG without anything else; what is not is refused in a clear word."""

import io
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from s2m.domain.errors import Invalid
from s2m.web.pictures import BYTES, screenshot
from tests.platforms import chunk, png


def made(kind="PNG", size=(300, 600), mode="RGB", **more):
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode != "P" else 1).save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("picture", [made(), made("JPEG"), made(mode="RGBA"), made(mode="P"), made(mode="L"), png()])
def test_a_picture_comes_out_as_a_jpeg(picture):
    out = screenshot(picture)
    with Image.open(io.BytesIO(out)) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")


def test_nothing_of_the_file_is_kept_but_what_it_shows():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "Amersfoort, thuis", 6
    out = screenshot(made("JPEG", exif=exif, comment=b"geheim"))
    assert b"Amersfoort" not in out and b"geheim" not in out and b"Exif" not in out
    with Image.open(io.BytesIO(out)) as image:
        assert image.size == (600, 300)  # upright, as it was meant to be seen
    text = png().replace(b"IEND", b"IEND")
    with_text = text[:33] + chunk(b"tEXt", b"Comment\x00geheim") + text[33:]
    assert b"geheim" not in screenshot(with_text)


def test_a_large_picture_becomes_smaller():
    out = screenshot(made(size=(3000, 6000)))
    with Image.open(io.BytesIO(out)) as image:
        assert image.width <= 1400 and image.height <= 3000
    assert len(out) < 500_000


def bomb(width, height):
    """A PNG of a few bytes that says it is so large."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9)) + chunk(b"IEND", b"")


def zip_file():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a", "b")
    return out.getvalue()


END = chunk(b"IEND", b"")
WRONG = {
    "nothing": (b"", "empty"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "picture_kind"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "picture_kind"),
    "html": (b"<html><script>alert(1)</script>", "picture_kind"),
    "gif": (made("GIF"), "picture_kind"),
    "zip": (zip_file(), "picture_kind"),
    "too large": (png() + bytes(BYTES), "picture_large"),
    "png and zip": (png() + zip_file(), "picture_two"),
    "png and html": (png() + b"<script>alert(1)</script>", "picture_two"),
    "png holding pdf": (png()[:33] + chunk(b"tEXt", b"a\x00%PDF-1.7") + png()[33:], "picture_two"),
    "png, zip, png end": (png() + zip_file() + END, "picture_two"),
    "jpeg and zip": (made("JPEG") + zip_file() + b"\xff\xd9", "picture_two"),
    "jpeg holding html": (made("JPEG", comment=b"<script>alert(1)</script>"), "picture_two"),
    "bomb": (bomb(60_000, 60_000), "picture_bomb"),
    "half a bomb": (bomb(10_000, 10_000), "picture_bomb"),
    "wide bomb": (bomb(2_000_000, 11), "picture_bomb"),
    "moving": (made(save_all=True, append_images=[Image.new("RGB", (300, 600), "blue")]), "picture_bomb"),
    "cut": (png()[:40] + END, "picture_broken"),
    "no size": (bomb(0, 0), "picture_broken"),
    "short of rows": (bomb(4000, 4000), "picture_broken"),
    "empty jpeg": (b"\xff\xd8\xff\xd9", "picture_broken"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_picture_or_more_than_one_is_refused(name):
    content, code = WRONG[name]
    start = time.perf_counter()
    with pytest.raises(Invalid) as error:
        screenshot(content)
    assert (error.value.code, error.value.data["field"]) == (code, "picture")
    assert time.perf_counter() - start < 1


@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from([png(20, 20), made("JPEG", (20, 20))]))
def test_a_damaged_picture_is_shown_or_refused(noise, at, whole):
    try:
        out = screenshot(whole[:at] + noise + whole[at:])
    except Invalid:
        return
    assert out.startswith(b"\xff\xd8\xff")
