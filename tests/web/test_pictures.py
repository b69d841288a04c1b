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
from s2m.web.pictures import BYTES, PHOTO_BYTES, photo, screenshot
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


# Photos of rooms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [made(), made("JPEG"), made("WEBP"), made("WEBP", mode="RGBA"), made(mode="P")])
def test_a_photo_comes_out_as_a_webp(content):
    found = photo(content)
    with Image.open(io.BytesIO(found.content)) as image:
        assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (found.width, found.height))


def test_a_photo_is_upright_and_says_nothing_of_where_it_was_taken():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "Amersfoort, thuis", 6
    found = photo(made("JPEG", exif=exif, comment=b"geheim"))
    assert b"Amersfoort" not in found.content and b"geheim" not in found.content and b"EXIF" not in found.content
    assert (found.width, found.height) == (600, 300)


def test_a_photo_of_a_camera_becomes_a_picture_for_a_page():
    noise = Image.effect_noise((4800, 3600), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=60)
    found = photo(out.getvalue()[:PHOTO_BYTES])
    assert (found.width, found.height) == (1600, 1200) and len(found.content) <= 2 * 1024 * 1024


def test_what_a_phone_puts_behind_a_photo_falls_away():
    assert b"film" not in photo(made("JPEG") + b"film" * 99).content


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (made("GIF"), "photo_kind"), (b"RIFF\x00\x00\x00\x00WAVE", "photo_kind"), (b"<svg/>", "photo_kind"),
     (made() + bytes(PHOTO_BYTES), "photo_large"), (bomb(60_000, 60_000), "photo_bomb"), (bomb(10_000, 10_000), "photo_bomb"),
     (made()[:60], "photo_broken"), (made("WEBP")[:40], "photo_broken"), (made("JPEG")[:80], "photo_broken")],
    ids=lambda given: given if isinstance(given, str) else "",
)  # fmt: skip
def test_what_is_no_photo_is_refused_with_a_word(content, code):
    with pytest.raises(Invalid, match=code):
        photo(content)


@given(st.binary(max_size=300), st.sampled_from(["PNG", "JPEG", "WEBP"]), st.integers(0, 120))
def test_whatever_comes_as_a_photo_is_a_picture_or_refused(noise, kind, at):
    content = made(kind, (8, 8))
    try:
        photo(content[:at] + noise + content[at:])
    except Invalid as error:
        assert error.code.startswith("photo") or error.code == "empty"
